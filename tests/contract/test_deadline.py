"""The deadline lives on the resource, and holds without anybody's help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.engine import FakeEngine

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
    """Whatever is written to PID 1's input and output, and even if a debugger stops it, the engine's deadline holds."""
    with stage.sandbox(stage.request(lasts=stage.soon)) as sandbox:
        if not isinstance(stage.backend, FakeEngine):  # which runs things beside PID 1 of this machine
            stage.run(sandbox, "python3", "-c", SEIZE_PID_1)
            for number in range(3):
                stage.run(sandbox, "sh", "-c", f"echo deadline 99999999999 > /proc/1/fd/{number}")
        found = stage.found(sandbox.session)
        assert found
        assert found.deadline == sandbox.deadline
        assert not stage.has_ended(sandbox.session)
        stage.wait_for_end(sandbox.session, stage.soon)
        assert stage.clock.now() >= sandbox.deadline


def test_a_later_deadline_outlives_the_first_and_a_nearer_one_holds(stage: Stage) -> None:
    """What carries the first move is not used up by it."""
    with stage.sandbox(stage.request(lasts=stage.soon)) as sandbox:
        later = sandbox.deadline + timedelta(minutes=30)
        stage.backend.set_deadline(sandbox, later)
        found = stage.found(sandbox.session)
        assert found
        assert found.deadline == later
        stage.pass_time(stage.soon + 1)
        left = max(0.0, (sandbox.deadline - stage.clock.now()).total_seconds() + 1.5)
        stage.run(sandbox, "sleep", str(left), timeout=left + 30)
        assert not stage.has_ended(sandbox.session)
        stage.backend.set_deadline(sandbox, stage.in_seconds(3))
        stage.wait_for_end(sandbox.session, 3)
