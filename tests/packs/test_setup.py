"""A task is brought to its start inside the sandbox, or it is said why not."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import pytest

from tempshell_cli.core.errors import ExitCode
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.setup import SetupFailed, apply_setup, missing_tools, run_asset, run_solution

from .drafts import task_with

CHECK = {"id": "a", "exec": {"argv": ["true"]}}


def task(script: str = "", **setup: Any) -> Task:  # noqa: ANN401 - the words of the format
    made = task_with(CHECK, setup={"run": "setup.sh", **setup})
    return dataclasses.replace(made, assets={"setup.sh": script.encode(), "file": b"from the pack\x00\n"})


def output(shell: SandboxShell, line: str) -> str:
    return shell.run(("bash", "-c", line), timeout=10).stdout.decode().strip()


def test_files_are_there_before_the_script_runs(sandbox_shell: SandboxShell) -> None:
    files = [
        {"file": "file", "target": "a b/-c/one", "mode": "0750"},
        {"file": "file", "target": "~/two"},
        {"file": "file", "target": "/tmp/three"},  # noqa: S108 - the sandbox's own
    ]
    apply_setup(task('cat "a b/-c/one" two /tmp/three >all', files=files), Grader(sandbox_shell))
    assert output(sandbox_shell, "grep -c 'from the pack' all; stat -c %a 'a b/-c/one' two") == "3\n750\n644"


def test_a_file_the_learner_made_read_only_is_replaced(sandbox_shell: SandboxShell) -> None:
    files = [{"file": "file", "target": "one", "mode": "0400"}]
    apply_setup(task(files=files), Grader(sandbox_shell))
    apply_setup(task(files=files), Grader(sandbox_shell))
    assert output(sandbox_shell, "stat -c %a one") == "400"


def test_a_script_is_read_whole_before_it_starts(sandbox_shell: SandboxShell) -> None:
    """A command that reads stdin would else eat the rest of it."""
    apply_setup(task("cat >eaten\necho done >end"), Grader(sandbox_shell))
    assert output(sandbox_shell, "cat eaten end; pwd") == "done\n/home/learner"


def test_a_script_is_bashs(sandbox_shell: SandboxShell) -> None:
    apply_setup(task("set -euo pipefail\nwords=(a b)\n[[ ${words[1]} == b ]]"), Grader(sandbox_shell))


def test_a_script_that_fails_is_reported_with_its_last_lines(sandbox_shell: SandboxShell) -> None:
    script = "seq 100\nprintf 'cannot \\033[31mgo on\\n' >&2\nexit 3"
    with pytest.raises(SetupFailed) as failed:
        apply_setup(task(script), Grader(sandbox_shell))
    assert str(failed.value) == (
        "the task task cannot be set up: setup.sh ended with exit code 3:\n97\n98\n99\n100\ncannot go on"
    )
    assert failed.value.exit_code is ExitCode.PROVISION


def test_a_script_stops_at_its_first_error_where_it_says_so(sandbox_shell: SandboxShell) -> None:
    with pytest.raises(SetupFailed, match="exit code 1"):
        apply_setup(task("set -e\nfalse\ntouch reached"), Grader(sandbox_shell))
    assert output(sandbox_shell, "ls") == ""


def test_a_script_that_never_ends_is_ended(sandbox_shell: SandboxShell) -> None:
    with pytest.raises(SetupFailed, match="did not end in time:\nwaiting"):
        apply_setup(task("echo waiting; sleep 60", timeout="1s"), Grader(sandbox_shell))


def test_what_is_left_in_the_background_lives_on(sandbox_shell: SandboxShell) -> None:
    apply_setup(task("sleep 61 </dev/null >/dev/null 2>&1 &\necho $! >pid"), Grader(sandbox_shell))
    assert output(sandbox_shell, "kill -0 $(cat pid) && echo alive") == "alive"


def test_a_task_waits_until_it_is_ready(sandbox_shell: SandboxShell) -> None:
    ready = [{"file": {"path": "late"}, "retry": {"for": "10s"}}]
    apply_setup(task("(sleep 1; touch late) </dev/null >/dev/null 2>&1 &", ready=ready), Grader(sandbox_shell))
    assert output(sandbox_shell, "ls") == "late"


def test_a_task_that_does_not_become_ready_says_what_is_missing(sandbox_shell: SandboxShell) -> None:
    with pytest.raises(SetupFailed, match="it did not become ready: expected a file late, found it is not there"):
        apply_setup(task(ready=[{"file": {"path": "late"}}]), Grader(sandbox_shell))


def test_missing_tools_are_named_before_anything_is_done(sandbox_shell: SandboxShell) -> None:
    wanting = dataclasses.replace(
        task_with(CHECK, requires={"tools": ["sh", "no-such-tool", "ls", "nor-this"]}, setup={"run": "setup.sh"}),
        assets={"setup.sh": b"touch reached"},
    )
    assert missing_tools(wanting, sandbox_shell) == ["no-such-tool", "nor-this"]
    with pytest.raises(SetupFailed, match="the sandbox has no no-such-tool, nor-this"):
        apply_setup(wanting, Grader(sandbox_shell))
    assert output(sandbox_shell, "ls") == ""


def test_manifests_need_a_cluster(sandbox_shell: SandboxShell) -> None:
    with pytest.raises(SetupFailed, match="this needs a Kubernetes session"):
        apply_setup(task(manifests=["file"]), Grader(sandbox_shell))


@dataclass
class _NewCluster:
    """A cluster whose namespaces get their account late, as on a busy one, or never."""

    looks: int
    asked: list[str] = field(default_factory=list)
    is_learners: bool = True

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del timeout
        self.asked.append(argv[0])
        if argv[0] == "apply":
            return Completed(0, b"namespace/shop created\n" if b"Namespace" in stdin else b"pod/web created\n", b"")
        if self.asked.count("get") <= self.looks:
            return Completed(1, b"", b'Error from server (NotFound): serviceaccounts "default" not found')
        return Completed(0, b'{"kind": "ServiceAccount", "metadata": {"name": "default"}}', b"")


@dataclass
class _OnCluster:
    shell: SandboxShell
    cluster: _NewCluster

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what the shell has
        return getattr(self.shell, name)


def test_pods_of_a_setup_find_the_account_of_their_new_namespace(sandbox_shell: SandboxShell) -> None:
    head = task_with(CHECK, namespaces=["shop"], setup={"manifests": ["file"]}).head
    pods = dataclasses.replace(task(), head=head)
    cluster = _NewCluster(looks=2)
    apply_setup(pods, Grader(_OnCluster(sandbox_shell, cluster)))
    first, *looks, last = cluster.asked
    assert (first, set(looks), last) == ("apply", {"get"}, "apply")
    assert len(looks) > cluster.looks


def test_a_solution_and_a_mutant_are_run_the_same_way(sandbox_shell: SandboxShell) -> None:
    solved = dataclasses.replace(task_with(CHECK), assets={"solution.sh": b"echo right", "wrong.sh": b"exit 4"})
    assert run_solution(solved, sandbox_shell).stdout == b"right\n"
    assert run_asset(solved, "wrong.sh", sandbox_shell).exit_code == 4
