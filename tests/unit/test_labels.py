"""What engines carry for us, and what PID 1 is told."""

from __future__ import annotations

import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import SandboxRequest, Template
from tempshell_cli.backends.init import init_argv, move_deadline, told_deadline

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_labels_tell_whose_what_and_until_when() -> None:
    request = SandboxRequest("s1", "ann", _NOON, Template(image="any"), name="lab", pack="linux-basics")
    made = labels.labels(request, "terminal")
    assert {name.rpartition("/")[0] for name in made} == {"io.tempshell"}
    assert (made[labels.SESSION], made[labels.OWNER], made[labels.COMPONENT]) == ("s1", "ann", "terminal")
    assert (made[labels.NAME], made[labels.PACK], made[labels.PROFILE]) == ("lab", "linux-basics", "restricted")
    assert labels.deadline_of(made) == _NOON


@pytest.mark.parametrize("found", [{}, {labels.DEADLINE: ""}, {labels.DEADLINE: "soon"}])
def test_a_deadline_that_nobody_can_read_has_passed(found: dict[str, str]) -> None:
    assert labels.deadline_of(found) < _NOON


def test_the_last_deadline_that_pid_1_told_counts() -> None:
    assert told_deadline(b"deadline 10\ndeadline 25\n") == 25
    assert told_deadline(b"") is None


@pytest.mark.parametrize("shell", ["bash", "busybox"])
def test_pid_1_ends_at_its_deadline_and_follows_a_move(shell: str, tmp_path: Path) -> None:
    """In bash, and in the ash of busybox where there is no bash."""
    _let_path_have_only(shell, tmp_path)
    began = time.time()
    with subprocess.Popen(
        init_argv(began + 60), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PATH": str(tmp_path)}
    ) as process:
        assert process.stdin
        assert process.stdout
        assert told_deadline(process.stdout.readline()) == int(began + 60)
        for noise in (
            b"\n",
            b"deadline\n",
            b"deadline soon\n",
            b"deadline -1\n",
            b"deadline 1 2\n",
            b"x" * 5000 + b"\n",
        ):
            process.stdin.write(noise)
        process.stdin.write(move_deadline(began + 2))
        process.stdin.flush()
        assert told_deadline(process.stdout.readline()) == int(began + 2)
        assert process.wait(10) == 0
    assert began + 1 <= time.time() < began + 6


def _let_path_have_only(shell: str, directory: Path) -> None:
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"no {shell} here")
    (directory / ("bash" if shell == "bash" else "sh")).symlink_to(found)
