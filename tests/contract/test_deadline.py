"""The deadline lives on the resource, and holds without anybody's help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .engines import on_real_engines
from .stage import Stage

# How long a lease has to be is known once a sandbox was made.
pytestmark = pytest.mark.usefixtures("sandbox")

# PTRACE_ATTACH is 16; what is traced goes on when its tracer ends, so this one stays.
SEIZE_PID_1 = """
import ctypes, os, signal
if os.fork():
    os._exit(0)
os.closerange(0, 3)
ctypes.CDLL(None).ptrace(16, 1, 0, 0)
signal.pause()
"""


def test_a_sandbox_ends_by_itself_at_its_deadline(stage: Stage) -> None:
    with stage.sandbox(stage.request(lasts=stage.soon)) as sandbox:
        assert not stage.has_ended(sandbox.session)
        stage.wait_for_end(sandbox.session, stage.soon)
        assert stage.clock.now() >= sandbox.deadline


def test_an_extended_deadline_is_reported_and_outlives_the_first(stage: Stage) -> None:
    with stage.sandbox(stage.request(lasts=stage.soon)) as sandbox:
        later = sandbox.deadline + timedelta(minutes=30)
        stage.backend.set_deadline(sandbox, later)
        found = stage.found(sandbox.session)
        assert found
        assert found.deadline == later
        stage.pass_time(stage.soon + 1)
        stage.run(sandbox, "sleep", str(max(0.0, (sandbox.deadline - stage.clock.now()).total_seconds() + 1.5)))
        assert not stage.has_ended(sandbox.session)


def test_a_deadline_can_be_moved_more_than_once(stage: Stage) -> None:
    """What carries the first move is not used up by it."""
    with stage.sandbox() as sandbox:
        stage.backend.set_deadline(sandbox, stage.in_seconds(1000))
        stage.backend.set_deadline(sandbox, stage.in_seconds(3))
        stage.wait_for_end(sandbox.session, 3)


def test_a_deadline_moved_nearer_holds(stage: Stage) -> None:
    with stage.sandbox() as sandbox:
        stage.backend.set_deadline(sandbox, stage.in_seconds(3))
        stage.wait_for_end(sandbox.session, 3)


@on_real_engines
def test_nobody_inside_moves_the_deadline(stage: Stage) -> None:
    """Whatever is written to PID 1's input and output, and even if a debugger stops it, the engine's word holds."""
    with stage.sandbox(stage.request(lasts=stage.soon)) as sandbox:
        stage.run(sandbox, "python3", "-c", SEIZE_PID_1)
        for number in range(3):
            stage.run(sandbox, "sh", "-c", f"echo deadline 99999999999 > /proc/1/fd/{number}")
        found = stage.found(sandbox.session)
        assert found
        assert found.deadline == sandbox.deadline
        stage.wait_for_end(sandbox.session, stage.soon)
