"""Local sandboxes of a home directory that other machines, boots and PID namespaces see, too."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tempshell_cli.backends.base import Condition, Sandbox
from tempshell_cli.backends.local import backend as local
from tempshell_cli.backends.local.backend import LocalBackend
from tempshell_cli.backends.local.process import whereabouts
from tempshell_cli.backends.local.rundir import PROCESS, Labels, RunDir
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths

HERE = whereabouts()
ANOTHER_NAMESPACE = {**HERE, "pidns": "pid:[1]"}
ANOTHER_MACHINE = {"machine": "another", "boot": "another", "pidns": "pid:[4026531836]"}
AN_EARLIER_BOOT = {**HERE, "machine": "mine", "boot": "earlier"}
NAMELESS = {**HERE, "machine": "", "boot": "another"}
_HOLD = """
import signal, sys
from tempshell_cli.backends.local.rundir import RunDir
RunDir(sys.argv[1]).hold()
print("held", flush=True)
signal.pause()
"""


class Left(NamedTuple):
    """A backend, and the directory of a sandbox in its state directory."""

    backend: LocalBackend
    run: RunDir

    def label(self, where: dict[str, str], deadline: float) -> None:
        self.run.label(Labels(where).having(owner="ann", session="s1", deadline=deadline))
        self.run.write(PROCESS, b"pid=1\0")

    def found(self) -> Sandbox:
        (sandbox,) = self.backend.find("ann")
        return sandbox


@pytest.fixture
def left(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Left:
    monkeypatch.setattr(local, "whereabouts", lambda: {**HERE, "machine": "mine"})
    return Left(LocalBackend(paths=paths), RunDir(str(paths.private("local", "s1"))))


@pytest.fixture
def held(left: Left) -> Iterator[None]:
    """Somebody holds the lock."""
    argv = (sys.executable, "-c", _HOLD, left.run.path)
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.kill()


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("where", "condition"),
    [
        ({}, Condition.RUNNING),
        (HERE, Condition.RUNNING),
        (ANOTHER_NAMESPACE, Condition.UNKNOWN),
        (ANOTHER_MACHINE, Condition.UNKNOWN),
        (NAMELESS, Condition.UNKNOWN),
        ({**HERE, "pidns": "\0garbage"}, Condition.RUNNING),
    ],
)
def test_what_is_held_lives_here_or_where_nobody_can_look(
    left: Left, where: dict[str, str], condition: Condition
) -> None:
    """Whatever its deadline: clocks differ."""
    for deadline in (time.time() + 100, 1):
        left.label(where, deadline)
        assert left.found().condition is condition


@pytest.mark.parametrize(
    ("where", "hours", "condition"),
    [
        (HERE, 1, Condition.DEAD),
        (ANOTHER_NAMESPACE, 1, Condition.DEAD),
        (AN_EARLIER_BOOT, 1, Condition.DEAD),
        (ANOTHER_MACHINE, 1, Condition.UNKNOWN),
        (ANOTHER_MACHINE, -3, Condition.UNKNOWN),
        (ANOTHER_MACHINE, -25, Condition.DEAD),
        (NAMELESS, -3, Condition.UNKNOWN),
        (NAMELESS, -25, Condition.DEAD),
    ],
)
def test_what_is_not_held_is_dead_unless_its_lock_may_not_be_seen_here(
    left: Left, where: dict[str, str], hours: int, condition: Condition
) -> None:
    """As over NFS, or of a container whose kernel has been started again."""
    left.label(where, time.time() + hours * 3600)
    assert left.found().condition is condition


def test_a_sandbox_elsewhere_is_asked_to_end_and_nothing_of_it_is_removed(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_TIMEOUT", 0.1)
    left.label(ANOTHER_MACHINE, time.time() + 100)
    with pytest.raises(EngineUnavailable, match="in another PID namespace or on another machine"):
        left.backend.destroy(left.found())
    labels = left.run.labels()
    assert labels
    assert labels.integer("deadline") == 1


def test_one_that_ends_when_it_is_asked_to_is_gone(left: Left) -> None:
    left.label(ANOTHER_MACHINE, time.time() + 100)
    script = 'while ! grep -qz ^deadline=1$ labels; do :; done; rm -r "$PWD"'
    with subprocess.Popen(("sh", "-c", script), cwd=left.run.path):
        receipt = left.backend.destroy(left.found())
    assert (list(receipt.removed), list(receipt.leftover)) == ([f"directory {left.run.path}"], [])
    assert not Path(left.run.path).exists()
