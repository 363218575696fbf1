"""How a terminal is brought back to where a shell expects it, regardless of what a program has set."""

from __future__ import annotations

import re

# Leave the alternate screen, by the one of three ways that does nothing where it is not on; no mouse, focus or paste
# reports; cursor shown and of its own shape; keys, keypad and keyboard protocol as they begin; the whole screen
# scrolls, lines wrap; no attributes.
RESET = (
    b"\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?2004l"
    b"\x1b[?2026l\x1b[?25h\x1b[0 q\x1b[?1l\x1b>\x1b[<9u\x1b7\x1b[r\x1b8\x1b[?7h\x1b[4l\x1b(B\x0f\x1b[0m"
)
# For output that goes on below a picture which a program has left on the screen: what is under the cursor is removed.
BELOW = b"\r\n\x1b[J"

# Mode 1049 of xterm, which full-screen programs use, also saves the cursor and restores it. RIS ends it, too.
_SWITCH = re.compile(rb"\x1b(?:c|\[\?(?:\d+;)*1049(?:;\d+)*([hl]))")
_LONGEST_SWITCH = 64  # bytes


class AlternateScreen:
    """Whether a program's output has switched to the alternate screen, in a way that restores the cursor."""

    def __init__(self) -> None:
        self._is_on = False
        self._last = b""

    def follow(self, output: bytes) -> None:
        """Take in output; a sequence may be spread over several calls."""
        output = self._last + output
        if switches := _SWITCH.findall(output):
            self._is_on = switches[-1] == b"h"
        self._last = output[-_LONGEST_SWITCH:]

    def reset(self) -> bytes:
        """Return what resets the terminal and puts the cursor back to where it was before the switch, if any."""
        return (b"\x1b[?1049l" if self._is_on else b"") + RESET

    def reset_cut_off(self) -> bytes:
        """Return ``reset`` for a program that did not end by itself: output goes on below what it has drawn."""
        return self.reset() if self._is_on else RESET + BELOW
