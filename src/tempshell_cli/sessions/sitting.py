"""An exam before it begins: which tasks are drawn for it, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from tempshell_cli.core.config import Settings
from tempshell_cli.core.units import format_duration, parse_duration
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.grading.draw import draw, gradable, new_seed
from tempshell_cli.sessions.request import ExamRequest

_MOST_TASKS = 16  # unless more are asked for: the CKAD has 15 to 20


class Sitting(NamedTuple):
    """An exam as it was drawn: the ids of its tasks, the seed that draws the same again, and how long it takes."""

    tasks: Sequence[str]
    seed: int
    time: timedelta


def draw_exam(pack: Pack, asked: ExamRequest, settings: Settings, warn: Callable[[str], object]) -> Sitting:
    """Draw an exam from a pack. It takes as long as is asked for, else as the pack says.

    What a session may last at most cuts that short, which is said to ``warn``.
    Raises UsageProblem where the pack has too few tasks.
    """
    seed = new_seed() if asked.seed is None else asked.seed
    tasks = draw(pack, asked.tasks or min(len(gradable(pack)), _MOST_TASKS), seed)
    longest, time = settings.lease.maximum, asked.time or settings.lease.length
    if asked.time is None and pack.head.time:
        meant = parse_duration(pack.head.time)
        time = min(meant, longest)
        if meant > longest:
            warn(
                f"{pack.id} is meant to take {format_duration(meant)}, but a session may last\n"
                f"  {format_duration(longest)}; longest under [lease] in the config allows more"
            )
    warn(f"{len(tasks)} task{'' if len(tasks) == 1 else 's'} in {format_duration(time)}, seed {seed}")
    return Sitting(tasks, seed, time)
