"""The keys of a search in the terminal: first the text is typed, then one goes from one place to the next."""

from __future__ import annotations

from textual import events

from tempshell_cli.core.text import one_line
from tempshell_cli.terminal.wire import Find, Hits, Scroll

_OLDER, _NEWER = -1, 1
_STEPS = {"up": _OLDER, "down": _NEWER}
_STEPS_BY_LETTER = {**_STEPS, "n": _OLDER, "N": _NEWER}
_LEAVING = {"escape", "q"}
_ERASING = {"backspace", "ctrl+h"}
_NOT_FOUND, _NO_MORE = "not found", "no more there"
_TYPING_HELP, _GOING_HELP = "Enter searches", "n older · N newer · / new search"


class Searching:
    """What has been typed; each key leads to a message for the terminal, or to nothing."""

    def __init__(self) -> None:
        self.over = False
        self._text = ""
        self._typing = True

    def key(self, event: events.Key, page: int) -> Find | Scroll | None:
        """Take a key; ``page`` is how many rows one of the two page keys moves."""
        name = event.key.removeprefix("shift+")
        if name in {"pageup", "pagedown"}:
            return Scroll(-page if name == "pageup" else page)
        return self._typed(event) if self._typing else self._gone(event)

    def paste(self, text: str) -> Find | None:
        """Take pasted text into what is typed."""
        return self._changed(self._text + one_line(text)) if self._typing else None

    def line(self, hits: Hits) -> str:
        """Return what the bottom line says."""
        found = "" if hits.more or not self._text else _NO_MORE if hits.current else _NOT_FOUND
        helped = f"{_TYPING_HELP if self._typing else _GOING_HELP} · Esc leaves"
        cursor = "▏" if self._typing else ""
        return "   ".join(filter(None, (f"/{one_line(self._text)}{cursor}", found, helped)))

    def _typed(self, event: events.Key) -> Find | None:
        if event.key == "escape":
            return self._left()
        if event.key == "enter":
            self._typing = False
            return None if self._text else self._left()
        if event.key in _STEPS and self._text:
            return Find(self._text, _STEPS[event.key])
        if event.key in _ERASING:
            return self._changed(self._text[:-1])
        if event.is_printable and event.character:
            return self._changed(self._text + event.character)
        return None

    def _gone(self, event: events.Key) -> Find | None:
        if event.key in _LEAVING:
            return self._left()
        if event.character == "/":
            self._typing = True
            return self._changed("")
        step = _STEPS_BY_LETTER.get(event.key) or _STEPS_BY_LETTER.get(event.character or "")
        return Find(self._text, step) if step else None

    def _changed(self, text: str) -> Find:
        self._text = text
        return Find(text)

    def _left(self) -> Find:
        self.over = True
        return Find("")
