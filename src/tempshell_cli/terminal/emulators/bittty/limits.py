"""What bittty would report to a program, or let it do, and a terminal that shows strangers' output should not."""

from __future__ import annotations

from typing import Any

# An object of bittty's.
Foreign = Any

# Answers that read like what was printed before: for a shell, that is typing. Keys that send what was printed. And a
# printer, which takes what is meant for the screen.
_REFUSED = ("OSC_FONT", "C0_ENQ", "DECRQCRA", "DECUDK", "DECPKA", "MC")
# Of all that can be asked of a window, sizes and the stack of titles.
_WINDOW = frozenset({14, 16, 18, 19, 22, 23})


def limit(board: Foreign) -> None:
    """Have a board leave undone what is refused, as libghostty-vt does."""
    board.registry.update(dict.fromkeys(_REFUSED, lambda _operation: None))
    operate = board.registry["XTWINOPS"]

    def window(operation: Foreign) -> None:
        numbers = operation.args[0]
        if numbers and numbers[0] in _WINDOW:
            operate(operation)

    board.registry["XTWINOPS"] = window
