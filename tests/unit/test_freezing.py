"""Processes are stopped by a signal where there is no control group to freeze."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tempshell_cli.backends.local import freezing
from tempshell_cli.backends.local.freezing import Freezer
from tempshell_cli.backends.local.process import state_of
from tests.support.waiting import eventually

_IN_A_NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "bash", "-c")


@pytest.fixture
def namespace(script: str) -> Iterator[str]:
    """The name of a PID namespace in which a script runs."""
    with subprocess.Popen((*_IN_A_NAMESPACE, script), stdout=subprocess.PIPE) as outer:
        assert outer.stdout
        assert outer.stdout.readline() == b"ready\n"
        yield _namespace(int(_children(outer.pid)[0]))
        outer.kill()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _namespace(pid: int) -> str:
    return str(Path(f"/proc/{pid}/ns/pid").readlink())


def _states(namespace: str) -> str:
    states = ""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            states += state_of(int(place.name)) if _namespace(int(place.name)) == namespace else ""
        except OSError:  # it has ended
            continue
    return "".join(sorted(states))


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# It never asks for its child.
_ZOMBIE = "exec python3 -c 'import os, time; os.fork() or os._exit(0); print(\"ready\", flush=True); time.sleep(60)'"
_BUSY = "echo ready; while :; do /bin/true; done"


@pytest.mark.parametrize("script", [_ZOMBIE, _BUSY])
def test_what_has_ended_is_in_no_ones_way(namespace: str, script: str) -> None:
    if script == _ZOMBIE:
        eventually(lambda: "Z" in _states(namespace), "one has ended, and nobody has asked for it")
    freezer, before = Freezer("no-such-session", namespace), _open_files()
    assert freezer.freeze()
    assert set(_states(namespace)) <= {"T", "Z"}
    assert _open_files() - before <= 3  # one for each process, however often it was looked at
    freezer.thaw()
    assert _open_files() == before
    eventually(lambda: "T" not in _states(namespace), "all go on")


@pytest.mark.parametrize("script", [_ZOMBIE])
def test_what_cannot_be_frozen_goes_on(namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_: int) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "pidfd_open", none_left)
    assert not Freezer("no-such-session", namespace).freeze()
    assert "T" not in _states(namespace)


def test_a_group_that_has_just_gone_needs_no_thaw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop at the deadline meets the supervisor, which removes the groups."""
    gone = str(tmp_path / "gone" / "freezer.state")
    monkeypatch.setattr(freezing, "_groups", lambda _: [(gone, "FROZEN", "THAWED")])
    freezing.thaw("no-such-session")
