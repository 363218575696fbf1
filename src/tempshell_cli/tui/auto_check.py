"""When the task in hand is checked unasked: after a command, and now and then while something may come of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from tempshell_cli.terminal.wire import (
    Frame,
    FromWorker,
    InsertText,
    Key,
    KeyAction,
    Modifiers,
    Paste,
    ToWorker,
    Type,
)

# Output that has paused for so long is taken for a prompt; of output that goes on no more is waited for. In seconds.
QUIET, LONGEST = 0.15, 1.0
# So many checks follow a command in any case: one when it begins, for it may have ended by then, and one when it has
# written something. All others share this part of the time, of which so much can be saved up, in seconds.
AFTER_A_COMMAND = 2
SHARE, SAVED = 0.02, 1.0
# The pause between two checks is as long as the last one, and at least this, in seconds.
_REST = 0.1
# After a check that has not passed there is another, each time after twice the pause, for so long after the last
# command, in seconds.
_FIRST_PAUSE, _LAST_PAUSE = 1.0, 30.0
_ATTENTION = 600.0
# Keys that end a line, a program or what it reads.
_ENDING_KEYS = frozenset("cdjmxz")


class AutoCheck:
    """Hears what is typed and shown in a terminal, and says when a check is due. It knows nothing of tasks.

    A program can pretend as often as it likes that a command has ended: what nobody has typed a line for comes out of
    the part of the time that there is for all of that.
    """

    def __init__(self, wake: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        """``wake`` is called when ``wait`` may have become shorter; ``clock`` counts seconds."""
        self._wake = wake
        self._clock = clock
        self._begun = False  # a command was entered
        self._follows = False  # what the terminal shows follows from a command, and is no echo of what is typed
        self._free = 0
        self._wanted: float | None = None
        self._at_prompt, self._commands = False, 0
        self._shown = 0.0
        self._again: float | None = None
        self._pause, self._until = _FIRST_PAUSE, 0.0
        self._checking: float | None = None
        self._paid = False
        self._took, self._rested = 0.0, 0.0
        self._credit, self._credited = SAVED, clock()

    def typed(self, message: ToWorker) -> None:
        """Hear what is sent to the terminal."""
        if not isinstance(message, Key | Paste | InsertText | Type):
            return
        if isinstance(message, Key) and message.action is KeyAction.RELEASE:
            return
        self._follows = _ends_line(message)
        if self._follows:
            now = self._clock()
            self._begun, self._free = True, AFTER_A_COMMAND
            self._pause, self._until = _FIRST_PAUSE, now + _ATTENTION
            self._shown = now
            self._want(now)

    def heard(self, message: FromWorker) -> None:
        """Hear what comes from the terminal."""
        if not isinstance(message, Frame):
            return
        self._shown = self._clock()
        if message.status.commands != self._commands and not self._at_prompt:
            self._at_prompt = True
            self._want(self._shown, sooner=True)
        elif self._follows:
            self._want(self._shown)
        self._commands = message.status.commands

    def took_task(self) -> None:
        """Hear that another task is in hand, which may have been solved before."""
        self.drop()
        if self._begun:
            self._pause, self._again = _FIRST_PAUSE, self._clock() + QUIET
            self._wake()

    def wait(self) -> float | None:
        """Return in how many seconds a check is due; None where none is, or while one is under way."""
        if self._checking is not None:
            return None
        now = self._clock()
        times = [max(self._again, self._affordable(now))] if self._again is not None else []
        if self._wanted is not None:
            quiet = self._wanted if self._at_prompt else min(self._shown + QUIET, self._wanted + LONGEST)
            times.append(quiet if self._free else max(quiet, self._affordable(now)))
        return max(0.0, min(times) - now, self._rested - now) if times else None

    def began(self) -> None:
        """Hear that a check begins."""
        free = self._wanted is not None and self._free > 0
        self._free -= free
        self._paid = not free
        self._checking, self._wanted, self._again, self._at_prompt = self._clock(), None, None, False

    def ended(self) -> None:
        """Hear that the check has ended; where it has passed, ``drop`` follows."""
        now = self._clock()
        self._took = now - (now if self._checking is None else self._checking)
        self._checking = None
        self._rested = now + max(_REST, self._took)
        if self._paid:
            self._credit, self._credited = self._saved(now) - self._took, now
        if now + self._pause < self._until:
            self._again = now + self._pause
        self._pause = min(2 * self._pause, _LAST_PAUSE)

    def drop(self) -> None:
        """Have nothing due, until something happens: there is nothing to be checked."""
        self._wanted = self._again = None
        self._at_prompt = False

    def _want(self, now: float, *, sooner: bool = False) -> None:
        if self._wanted is None:
            self._wanted, sooner = now, True
        if sooner:
            self._wake()

    def _saved(self, now: float) -> float:
        return min(SAVED, self._credit + SHARE * (now - self._credited))

    def _affordable(self, now: float) -> float:
        """Return from when on there is time for another check that takes as long as the last one."""
        return now + max(0.0, min(self._took, SAVED) - self._saved(now)) / SHARE


def _ends_line(message: Key | Paste | InsertText | Type) -> bool:
    match message:
        case Key():
            ends = message.name in _ENDING_KEYS and bool(message.modifiers & Modifiers.CTRL)
            return ends or message.name == "enter"
        case Type(data):
            return b"\r" in data or b"\n" in data
        case _:
            return "\r" in message.text or "\n" in message.text
