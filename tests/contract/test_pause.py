"""What is paused stands still, keeps what was left of its lease on the engine, and goes on as if nothing had been."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tempshell_cli.backends.base import CanPause, Condition, Sandbox, Terms

from .engines import on_real_engines, on_real_engines_and_long_on_kind
from .stage import Stage

pytestmark = pytest.mark.usefixtures("sandbox")

_LEFT = timedelta(minutes=20)
# Each number a line; a new process for each, so that some start while the others are being stopped.
_COUNT = "cd; (while :; do sh -c 'echo x >> ticks'; sleep 0.05; done) >/dev/null 2>&1 & echo"
_TICKS = "wc -l < ~/ticks"
# A job of a shell that a person has stopped: it is to stay so.
_STOPPED_JOB = "cd; setsid sh -c 'sleep 600 & echo $! > job; kill -STOP $!; wait' >/dev/null 2>&1 & sleep 0.5; cat job"
_STATE = "sed 's/.*) //' /proc/{}/stat"


@on_real_engines_and_long_on_kind
def test_nothing_runs_in_a_paused_sandbox(stage: Stage) -> None:
    with _paused_later(stage) as (backend, sandbox):
        stage.sh(sandbox, _COUNT)
        job = stage.sh(sandbox, _STOPPED_JOB)
        backend.pause(sandbox, left=_LEFT, until=stage.in_seconds(3600))
        found = stage.found(sandbox.session)
        assert found
        assert (found.frozen, found.is_torn, found.condition) == (_LEFT, False, Condition.RUNNING)
        time.sleep(1)
        backend.resume(found, stage.in_seconds(600))
        first = int(stage.sh(sandbox, _TICKS))
        time.sleep(1)
        assert int(stage.sh(sandbox, _TICKS)) > first
        assert stage.sh(sandbox, _STATE.format(job)).startswith("T")


@on_real_engines
def test_time_does_not_pass_in_a_paused_sandbox(stage: Stage) -> None:
    """Also once the deadline has passed that its PID 1 had when it was frozen."""
    with _paused_later(stage, lasts=stage.soon + 3) as (backend, sandbox):
        stage.sh(sandbox, _COUNT)
        backend.pause(sandbox, left=_LEFT, until=stage.in_seconds(3600))
        before = stage.found(sandbox.session)
        time.sleep(max(0.0, (sandbox.deadline - stage.clock.now()).total_seconds()) + 2)
        assert stage.found(sandbox.session) == before
        later = stage.in_seconds(600)
        backend.resume(sandbox, later)
        found = stage.found(sandbox.session)
        assert found
        assert (found.deadline, found.frozen, found.is_torn) == (later, None, False)
        first = int(stage.sh(sandbox, _TICKS))
        time.sleep(3)
        assert int(stage.sh(sandbox, _TICKS)) > first


@on_real_engines_and_long_on_kind
def test_the_terms_of_a_session_outlast_a_pause(stage: Stage) -> None:
    with _paused_later(stage) as (backend, sandbox):
        terms = Terms(timedelta(hours=1), 1, ("a-task",))
        stage.backend.set_deadline(sandbox, sandbox.deadline, terms)
        known = stage.found(sandbox.session)
        assert known
        backend.pause(known, left=_LEFT, until=stage.in_seconds(3600))
        paused = stage.found(sandbox.session)
        assert paused
        assert paused.terms == terms
        backend.resume(paused, sandbox.deadline)
        resumed = stage.found(sandbox.session)
        assert resumed
        assert resumed.terms == terms


@on_real_engines_and_long_on_kind
def test_a_paused_sandbox_can_be_removed(stage: Stage) -> None:
    with _paused_later(stage) as (backend, sandbox):
        stage.sh(sandbox, _COUNT)
        backend.pause(sandbox, left=_LEFT, until=stage.in_seconds(3600))
        receipt = stage.backend.destroy(sandbox)
        assert receipt.removed
        assert not receipt.leftover
        assert stage.found(sandbox.session) is None


@on_real_engines_and_long_on_kind
def test_resuming_twice_does_no_harm(stage: Stage) -> None:
    with _paused_later(stage) as (backend, sandbox):
        backend.pause(sandbox, left=_LEFT, until=stage.in_seconds(3600))
        for _ in range(2):
            backend.resume(sandbox, stage.in_seconds(600))
        assert stage.sh(sandbox, "echo here") == "here"


@contextmanager
def _paused_later(stage: Stage, lasts: float = 3600) -> Iterator[tuple[CanPause, Sandbox]]:
    """Make a sandbox on an engine that can pause one."""
    if not isinstance(stage.backend, CanPause):
        pytest.skip(f"{stage.backend.name} cannot pause a sandbox")
    with stage.sandbox(stage.request(lasts=lasts)) as sandbox:
        yield stage.backend, sandbox
