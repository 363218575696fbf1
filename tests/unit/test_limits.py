"""The control groups of a local sandbox, on a unified hierarchy (cgroup v2), which the machines of the tests have not.

The root of the hierarchy is a directory with the files that a machine with Linux 6.1 and systemd 252 shows there. What
the kernel does with what is written stays untested.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tempshell_cli.backends.local import limits

AT_THE_ROOT = {
    "cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
    "cgroup.subtree_control": "cpuset cpu io memory hugetlb pids rdma misc\n",
    "cgroup.procs": "1\n2\n",
}
SESSION, MIB = "5d6edfe2", 1024**2
LEARNERS = f"tempshell-{SESSION}"


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name, content in AT_THE_ROOT.items():
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(limits, "_ROOT", str(tmp_path))
    return tmp_path


def test_a_group_for_the_learner_and_one_for_the_grader_have_all_the_limits(root: Path) -> None:
    for kind in (limits.LEARNER, limits.GRADER):
        limits.make_cgroups(SESSION, 512 * MIB, 100, 0.5, kind)
    assert sorted(map(Path, limits.groups_of(SESSION))) == [root / LEARNERS, root / f"{LEARNERS}-grader"]
    for group in limits.groups_of(SESSION):
        assert {file.name: file.read_text() for file in Path(group).iterdir()} == {
            "memory.max": str(512 * MIB),
            "memory.swap.max": "0",
            "pids.max": "100",
            "cpu.max": "50000 100000",
        }


def test_a_process_joins_one_of_them(root: Path) -> None:
    limits.make_cgroups(SESSION, MIB, 10, 1)
    limits.join(SESSION, 4711)
    assert (root / LEARNERS / "cgroup.procs").read_text() == "4711"
    assert not (root / f"{LEARNERS}-grader" / "cgroup.procs").exists()


def test_where_the_hierarchy_is_read_only_nothing_fails(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for an ordinary user, and in a container: the resource limits are what holds there."""
    monkeypatch.setattr(limits, "_ROOT", str(root / "cgroup.procs"))  # below a file nothing can be made
    limits.make_cgroups(SESSION, MIB, 10, 1)
    assert limits.groups_of(SESSION) == []
    limits.join(SESSION, 4711)
