"""A made answer: what changes in a sandbox where the task is solved, and how that is undone. Pure data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_WORD = re.compile(r"[\w.~/+@%-]*\w")

_CODE = re.compile(r"`([^`\n]+)`")


class Action(NamedTuple):
    """A program to run in the sandbox, or, with ``in_cluster``, the arguments of a kubectl that may change things.

    ``otherwise`` are other arguments, for an object that can only be made again. ``was`` is the content of an object:
    where the same comes out, nothing was done.
    """

    argv: tuple[str, ...]
    stdin: bytes = b""
    in_cluster: bool = False
    otherwise: tuple[str, ...] = ()
    was: Mapping[str, Any] | None = None


class Mutation(NamedTuple):
    """A change to the state that the solution has left. ``is_right``: another spelling of it, which must still pass.

    ``settle`` waits, however that ends, for what follows from it, and for what follows from undoing it.
    """

    name: str
    apply: tuple[Action, ...]
    undo: tuple[Action, ...]
    is_right: bool = False
    settle: tuple[Action, ...] = ()


class Wording:
    """The words of a task's text. What they do not name is never mutated: any value of it may be right.

    ``of_gates`` are the texts in the task's gates: what these name is mutated, although the solution leaves it alone.
    """

    def __init__(self, text: str, of_gates: str = "") -> None:
        self.of_gates = of_gates
        self._text = text
        words = (*_WORD.findall(text), *_CODE.findall(text))
        self._words = {word.removeprefix("~/").removeprefix("./").rstrip("/.") for word in words}

    def names(self, word: str) -> bool:
        """Return whether the text has the word, between characters that cannot belong to it."""
        return word in self._words

    def says(self, pattern: str) -> bool:
        """Return whether the pattern is found in the text, in any case."""
        return re.search(pattern, self._text, re.IGNORECASE) is not None

    def absolute_paths(self) -> set[str]:
        """Return the absolute paths in the text, other than the root."""
        return {word for word in self._words if word.startswith("/") and len(word) > 1}
