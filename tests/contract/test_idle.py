"""A sandbox that ends when nothing happens in it gives notice, and takes it back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from tempshell_cli.backends.base import Option, Sandbox
from tests.support.waiting import eventually

from .engines import on_real_engines
from .stage import Stage

pytestmark = [on_real_engines, pytest.mark.usefixtures("sandbox")]

_IDLE = 8  # seconds
_SOON = 40.0  # seconds for a look every five of them, on a busy machine
_SPAWN = 'import pty; pty.spawn(("sleep", "600"))'
_BUSY = {
    "a program that starts now and then": "(while sleep 1; do :; done) >/dev/null 2>&1 &",
    "one that computes": "(while :; do :; done) >/dev/null 2>&1 &",
    "a command in the foreground": f"python3 -c {_SPAWN!r} </dev/null >/dev/null 2>&1 &",
}


def test_a_notice_is_given_and_taken_back(stage: Stage) -> None:
    with _idle_sandbox(stage) as sandbox:
        eventually(lambda: _idle_end(stage, sandbox), "a notice", _SOON)
        ends = _idle_end(stage, sandbox)
        assert ends
        assert timedelta() < ends - stage.clock.now() <= timedelta(seconds=61)
        found = stage.found(sandbox.session)
        assert found
        assert found.deadline == sandbox.deadline
        stage.sh(sandbox, "true")
        eventually(lambda: _idle_end(stage, sandbox) is None, "it is taken back", _SOON)
        eventually(lambda: _idle_end(stage, sandbox), "another notice", _SOON)
        stage.backend.set_deadline(sandbox, stage.in_seconds(1800))
        eventually(lambda: _idle_end(stage, sandbox) is None, "an extension takes it back", _SOON)


@pytest.mark.parametrize("what", _BUSY)
def test_what_counts_keeps_it(stage: Stage, what: str) -> None:
    with _idle_sandbox(stage) as sandbox:
        stage.sh(sandbox, _BUSY[what])
        late = time.monotonic() + 3 * _IDLE
        while time.monotonic() < late:
            assert _idle_end(stage, sandbox) is None
            time.sleep(1)


@pytest.mark.long  # more than a minute
def test_it_ends_a_minute_after_the_notice(stage: Stage) -> None:
    with _idle_sandbox(stage) as sandbox:
        eventually(lambda: _idle_end(stage, sandbox), "a notice", _SOON)
        stage.wait_for_end(sandbox.session, 70)


@contextmanager
def _idle_sandbox(stage: Stage) -> Iterator[Sandbox]:
    if Option.IDLE not in stage.backend.options():
        pytest.skip(f"{stage.backend.name} has no --idle")
    with stage.sandbox(idle=timedelta(seconds=_IDLE)) as sandbox:
        yield sandbox


def _idle_end(stage: Stage, sandbox: Sandbox) -> datetime | None:
    found = stage.found(sandbox.session)
    assert found
    return found.idle_end
