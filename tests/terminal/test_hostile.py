"""Whatever a program writes, the terminal lives. `python -m benchmarks.terminal.hostile` goes on for longer."""

from __future__ import annotations

import pytest
from benchmarks.terminal.hostile import soak
from benchmarks.terminal.hostile_output import HostileOutput

from tempshell_cli.terminal.emulators.choice import BITTTY, GHOSTTY

STEPS, KILL_EVERY = 250, 100


@pytest.mark.parametrize(("emulator", "seed"), [(GHOSTTY, 1), (GHOSTTY, 2), (BITTTY, 3)])
def test_a_terminal_lives_through_hostile_output_resizes_and_lost_workers(emulator: str, seed: int) -> None:
    with soak(seed, emulator) as it:
        for number in range(1, STEPS + 1):
            it.step()
            if number % KILL_EVERY == 0:
                it.kill()
        assert it.pane.lost >= STEPS // KILL_EVERY
        assert it.probe()


def test_a_seed_gives_the_same_output_again() -> None:
    first, again, other = HostileOutput(1), HostileOutput(1), HostileOutput(2)
    pieces = [first.piece() for _ in range(20)]
    assert pieces == [again.piece() for _ in range(20)]
    assert pieces != [other.piece() for _ in range(20)]
