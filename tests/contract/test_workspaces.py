"""A workspace outlives its sandboxes, has one of them at a time, and is removed by nothing but its own command."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import timedelta

import pytest

from tempshell_cli.backends import labels, registry
from tempshell_cli.backends.base import (
    EndsExpired,
    KeepsWorkspaces,
    Option,
    Profile,
    Role,
    Sandbox,
    SandboxRequest,
    Workspace,
)
from tempshell_cli.backends.docker.container import container_name
from tempshell_cli.backends.docker.workspaces import HELPER
from tempshell_cli.core.errors import LimitReached
from tests.support import pods
from tests.support.engines import BUSYBOX
from tests.support.waiting import eventually

from .engines import REAL
from .stage import Stage

SIZE = 10 * 1024**3
_LONG = {"kind": [pytest.mark.long]}  # each test makes clusters; tests/engines/test_kind_workspaces.py needs two
KEEPING = [pytest.param(*one.values, marks=[*one.marks, *_LONG.get(str(one.values[0]), [])]) for one in REAL]
RACING = [one for one in KEEPING if one.values[0] != "kind"]  # twelve clusters are too many for a machine
on_engines_with_workspaces = pytest.mark.parametrize("stage", KEEPING, indirect=True)
RACERS = 12


@pytest.fixture
def workspace(stage: Stage) -> Iterator[Workspace]:
    """A workspace of its own for a test, not there yet and gone after it."""
    made = Workspace(f"test-{uuid.uuid4().hex[:8]}", SIZE)
    yield made
    _keeper(stage).remove_workspace(stage.owner, made.name)
    assert made.name not in _names(stage)


def _keeper(stage: Stage) -> KeepsWorkspaces:
    backend = stage.backend
    assert Option.WORKSPACE in backend.options()
    if backend.workspace_keeper:
        backend = registry.load(backend.workspace_keeper, backend.endpoint)
    assert isinstance(backend, KeepsWorkspaces)
    return backend


def _names(stage: Stage) -> set[str]:
    return {one.name for one in _keeper(stage).workspaces(stage.owner)}


def _user(stage: Stage, name: str) -> str:
    """Return the session that has the workspace."""
    return next(one.session for one in _keeper(stage).workspaces(stage.owner) if one.name == name)


@on_engines_with_workspaces
def test_the_next_sandbox_has_the_files_of_the_one_before(stage: Stage, workspace: Workspace) -> None:
    with stage.sandbox(workspace=workspace) as first:
        assert first.workspace == workspace.name
        stage.sh(first, "mkdir -p a/b && echo kept >a/b/file && ln -s a/b/file link && chmod 600 a/b/file")
        found = stage.found(first.session)
        assert found
        assert found.workspace == workspace.name
        assert _user(stage, workspace.name) == first.session
    assert _user(stage, workspace.name) == ""
    with stage.sandbox(workspace=workspace) as second:
        assert stage.sh(second, "cat link && stat -c %a:%U a/b/file") == "kept\n600:learner"
        assert stage.sh(second, "pwd && stat -c %a:%U .") == f"{second.home}\n700:learner"


@on_engines_with_workspaces
def test_a_home_without_a_workspace_is_another_one(stage: Stage, workspace: Workspace) -> None:
    with stage.sandbox(workspace=workspace) as first:
        stage.sh(first, "echo kept >file")
    with stage.sandbox() as other:
        assert other.workspace == ""
        assert stage.sh(other, "ls -A") == ""


@on_engines_with_workspaces
def test_the_files_are_the_learners_of_each_profile(stage: Stage, workspace: Workspace) -> None:
    for profile in (Profile.RESTRICTED, Profile.ADMIN, Profile.RESTRICTED):
        with stage.sandbox(workspace=workspace, profile=profile) as made:
            stage.sh(made, "mkdir -p dir && echo x >>dir/file && chmod 700 dir && rm -f once && echo y >once")
            assert stage.sh(made, "find . ! -user $(id -u)") == ""
    with stage.sandbox(workspace=workspace) as made:
        assert stage.sh(made, "cat dir/file") == "x\nx\nx"


@on_engines_with_workspaces
def test_checks_see_the_files_and_a_script_in_it_runs(stage: Stage, workspace: Workspace) -> None:
    with stage.sandbox(workspace=workspace) as made:
        stage.sh(made, "printf '#!/bin/sh\\necho ran\\n' >script && chmod 700 script && ./script")
        assert stage.run(made, "cat", "script", role=Role.GRADER).stdout.startswith(b"#!")


@on_engines_with_workspaces
def test_nothing_of_the_machine_is_seen_beside_a_workspace(stage: Stage, workspace: Workspace) -> None:
    with stage.sandbox(workspace=workspace) as made:
        for outside in ("/mnt", "/workspace", f"{made.home}/../session"):
            assert stage.sh(made, f"ls -A {outside} 2>/dev/null || true") == ""
        mounts = stage.sh(made, "cat /proc/self/mountinfo")
        assert workspace.name not in "".join(line for line in mounts.splitlines() if made.home not in line)


@on_engines_with_workspaces
def test_of_two_sandboxes_the_second_is_refused_by_the_name_of_the_first(stage: Stage, workspace: Workspace) -> None:
    with stage.sandbox(stage.request(name="first"), workspace=workspace) as first:
        with (
            pytest.raises(LimitReached, match="in use by session first") as refused,
            stage.sandbox(workspace=workspace),
        ):
            pass
        assert first.session in str(refused.value)
        with pytest.raises(LimitReached, match=first.session):
            _keeper(stage).remove_workspace(stage.owner, workspace.name)
        assert stage.sh(first, "echo still here") == "still here"


@pytest.mark.parametrize("stage", RACING, indirect=True)
def test_of_racers_one_has_it_and_the_others_leave_nothing(stage: Stage, workspace: Workspace) -> None:
    requests = [_request(stage, workspace) for _ in range(RACERS)]

    def race(request: SandboxRequest) -> Sandbox | LimitReached:
        try:
            return stage.backend.provision(request, lambda _: nullcontext())
        except LimitReached as refused:
            return refused

    try:
        with ThreadPoolExecutor(RACERS) as pool:
            results = list(pool.map(race, requests))
        won = [one for one in results if isinstance(one, Sandbox)]
        assert len(won) == 1
        assert all("in use by session" in str(one) for one in results if isinstance(one, LimitReached))
        assert stage.sh(won[0], "echo won") == "won"
    finally:
        for request in requests:
            assert not stage.backend.destroy(request.half_made(stage.backend.name)).leftover


@on_engines_with_workspaces
def test_no_sweep_and_no_deadline_takes_a_workspace(stage: Stage, workspace: Workspace) -> None:
    with stage.sandbox(workspace=workspace):
        pass
    request = _request(stage, workspace, lasts=stage.soon)
    with stage.sandbox(request) as made:
        stage.sh(made, "echo kept >file && sync")
        stage.wait_for_end(made.session, stage.soon)
        if isinstance(stage.backend, EndsExpired):
            for one in stage.backend.expired(timedelta(days=-9000)):
                assert workspace.name not in one.what
    eventually(lambda: _user(stage, workspace.name) == "", "the workspace is free")
    with stage.sandbox(workspace=workspace) as made:
        assert stage.sh(made, "cat file") == "kept"


@on_engines_with_workspaces
@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.long)])
def test_no_file_is_lost_when_a_sandbox_is_killed(stage: Stage, workspace: Workspace, kills: int) -> None:
    """A file that the program inside has said to be written is there after the kill, as a whole."""
    chosen, written = random.Random(kills), 0  # noqa: S311 - a moment to kill, no secret
    script = 'n=$1; while :; do n=$((n+1)); echo "$n" >.new && mv .new "file-$n" && echo "$n"; done'
    for _ in range(kills):
        with stage.sandbox(workspace=workspace) as made:
            command = stage.backend.shell(made, ("sh", "-c", script, "sh", str(written)))
            with subprocess.Popen(
                command.argv, env=command.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as writer:
                assert writer.stdout
                first = writer.stdout.readline()
                with suppress(subprocess.TimeoutExpired):
                    writer.wait(chosen.uniform(0.05, 0.4))
                _kill(stage, made)
                said = first + writer.stdout.read()
            written = int(said.split(b"\n")[-2])  # the last whole line
    with stage.sandbox(workspace=workspace) as made:
        lost = f'n=0; while [ "$n" -lt {written} ]; do n=$((n+1)); [ "$(cat "file-$n")" = "$n" ] || echo "$n"; done'
        assert stage.sh(made, lost) == ""
    assert written


@pytest.mark.parametrize("stage", [pytest.param("docker", marks=pytest.mark.engine("docker"))], indirect=True)
def test_what_a_start_that_was_killed_leaves_goes_with_its_session(stage: Stage, workspace: Workspace) -> None:
    """Its container, never started, and the one that gives the files to their user: and then the workspace is free."""
    request = _request(stage, workspace)
    name = container_name(request.session)
    for made, component in ((name, "terminal"), (f"{name}-workspace", HELPER)):
        carried = labels.labels(request, component)
        options = [f"--label={label}={value}" for label, value in carried.items()]
        subprocess.run(("docker", "create", "--name", made, *options, BUSYBOX), check=True, capture_output=True)
    with pytest.raises(LimitReached, match=request.session), stage.sandbox(workspace=workspace):
        pass
    receipt = stage.backend.destroy(request.half_made("docker"))
    assert sorted(receipt.removed) == [f"container {name}", f"container {name}-workspace"]
    with stage.sandbox(workspace=workspace) as made_after:
        assert made_after.workspace == workspace.name


def _request(stage: Stage, workspace: Workspace, lasts: float = 3600) -> SandboxRequest:
    request = stage.request(lasts=lasts)
    return request._replace(template=request.template._replace(workspace=workspace))


def _kill(stage: Stage, sandbox: Sandbox) -> None:
    """Kill what runs of a sandbox as a power cut would, and not by tempshell."""
    if stage.backend.name == "local":
        from tempshell_cli.backends.local.rundir import RunDir  # noqa: PLC0415 - of one engine

        os.kill(RunDir(sandbox.details["run"]).holder(), signal.SIGKILL)
    elif stage.backend.name == "kubernetes":
        where = ("--namespace", sandbox.details["namespace"])
        pods.kubectl("delete", "pod", sandbox.details["pod"], *where, "--now")
    else:
        container = sandbox.details["container"]
        subprocess.run(("docker", "kill", "--signal", "KILL", container), check=True, capture_output=True)
