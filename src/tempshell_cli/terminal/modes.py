"""How a terminal is brought back to where a shell expects it, whatever a program has set."""

from __future__ import annotations

# Leave the alternate screen, by the one of three ways that does nothing where it is not on; no mouse, focus or paste
# reports; cursor shown and of its own shape; keys, keypad and keyboard protocol as they begin; the whole screen
# scrolls, lines wrap; no attributes.
RESET = (
    b"\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?2004l"
    b"\x1b[?2026l\x1b[?25h\x1b[0 q\x1b[?1l\x1b>\x1b[<9u\x1b7\x1b[r\x1b8\x1b[?7h\x1b[4l\x1b(B\x0f\x1b[0m"
)
