"""Takes secrets out of what a terminal showed, before it is kept."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

MARK = "[redacted]"

_NAMES = (
    *("token", "secret", "password", "passwd", "passphrase", "pwd", "credential", "credentials"),
    *(f"{kind}{joint}key" for kind in ("api", "access", "secret", "private") for joint in ("", "-", "_")),
)
_SECRET_NAME = re.compile(rf"(?:{'|'.join(_NAMES)})\Z", re.IGNORECASE)
_ASSIGNED = re.compile(r"[\"']?[ \t]*[=:][ \t]*[\"']?([^\s\"'\x1b]{4,})")
# What looks like a secret of any product, by how it begins, in lowercase, and how it goes on: what is assigned to
# a name that says so; what a header or an address carries; private keys; keys of well-known services, by the prefixes
# they document. The group is the secret, else the whole.
_FORMS = (
    *((name, re.compile(f"(?i:{name}){_ASSIGNED.pattern}")) for name in _NAMES),
    ("bearer ", re.compile(r"(?i:\bbearer) +([^\s\"'\x1b]{8,})")),
    ("://", re.compile(r"://[^\s/:@\x1b]{0,64}:([^\s/:@\x1b]+)@")),
    (
        "-----begin ",
        re.compile(
            r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)", re.DOTALL
        ),
    ),
    *((begin, re.compile(rf"\b{begin.upper()}[A-Z0-9]{{16}}\b")) for begin in ("akia", "asia")),
    ("eyj", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?")),
    ("age-secret-key-1", re.compile(r"\bAGE-SECRET-KEY-1[A-Z0-9]{16,}")),
    *(
        (begin, re.compile(rf"\b{re.escape(begin)}[A-Za-z0-9_-]{{16,}}"))
        for begin in (
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "glpat-",
            "xoxb-",
            "xoxp-",
            "npm_",
            "hvs.",
            "sk-",
            "dop_v1_",
        )
    ),
)
_DIRECTORIES = frozenset({"PWD", "OLDPWD"})  # of every shell: its working directory and the one before
# A value of this many characters or fewer is found everywhere: hiding it would hide nothing and spoil much.
_TOO_SHORT = 3
# What may stand between two characters of a value on a screen: colours, and the end of a line it was wrapped at.
_BETWEEN = r"(?:\x1b\[[0-9;?]*[ -/]*[@-~]|[\r\n])*"
# How much text is held back, in characters, where no line ends; no secret that is looked for is longer.
_LONGEST = 16384
# Held back are the line under way and the one before it: a value may be wrapped from one to the other.
_LINES = 2


class Piece(NamedTuple):
    """Text of a stream, when it came (seconds), and what kind it is; only ``OUTPUT`` is looked through."""

    at: float
    kind: str
    text: str


OUTPUT = "o"


def values_in_parts(values: Iterable[str]) -> list[str]:
    """Return values, and the lines of those with several, of which a part may be shown."""
    return [part for value in values for part in dict.fromkeys((value, *map(str.strip, value.splitlines()))) if part]


def secret_values(environment: Mapping[str, str]) -> list[str]:
    """Return the values of the variables whose names say that they are secret."""
    named = {name: value for name, value in environment.items() if _SECRET_NAME.search(name)}
    return [value for name, value in named.items() if name not in _DIRECTORIES and len(value) > _TOO_SHORT]


def redacted(text: str, known: Collection[str] = ()) -> str:
    """Return a text without the secrets in it; see ``Redactor``."""
    redactor = Redactor(known)
    return "".join(piece.text for piece in (*redactor.feed(Piece(0.0, OUTPUT, text)), *redactor.rest()))


class Redactor:
    """Redacts a stream that comes in pieces.

    Pieces come out in order, with their times, a line or two late: a secret may be spread over several.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        """``known`` values are found in every encoding; others by how they look."""
        self._known = _patterns_of(known)
        self._held: list[Piece] = []
        self._length = 0
        self._lines = 0

    def feed(self, piece: Piece) -> list[Piece]:
        """Take a piece; return what can be shown by now."""
        self._held.append(piece)
        if piece.kind == OUTPUT:
            self._length += len(piece.text)
            self._lines += piece.text.count("\n")
        if self._lines <= _LINES and self._length <= _LONGEST:
            return []
        return self._release(whole=False)

    def rest(self) -> list[Piece]:
        """Return what was held back; the stream is at its end."""
        return self._release(whole=True)

    def _release(self, *, whole: bool) -> list[Piece]:
        text = "".join(piece.text for piece in self._held if piece.kind == OUTPUT)
        spans = _merged(self._spans(text))
        end = len(text) if whole else _safe_end(text, spans)
        shown, self._held = _divided(self._held, end, whole=whole)
        self._length = len(text) - end
        self._lines = text.count("\n", end)
        return list(_without(shown, spans))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for pattern in self._known:
            yield from (match.span() for match in pattern.finditer(text))
        small = _small(text)
        for begin, pattern in _FORMS:
            # Looking for a word first is twenty times as fast as one pattern for all.
            place = small.find(begin)
            while place >= 0:
                match = pattern.match(text, place)
                if match:
                    yield match.span(match.lastindex or 0)
                place = small.find(begin, place + 1)


def _small(text: str) -> str:
    """Return the text in lowercase, each in its place: those of some letters are two."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(one.lower()[0] for one in text)


def _patterns_of(known: Collection[str]) -> list[re.Pattern[str]]:
    """Return what finds these values, as they are and in base64, in which Kubernetes shows them."""
    plain = {value for value in known if len(value) > _TOO_SHORT}
    patterns = [_spread(value) for value in sorted(plain, key=len, reverse=True)]
    # Whole groups; what comes after them depends on what follows the value, as the end of a line.
    whole = (value.encode()[: len(value.encode()) // 3 * 3] for value in plain)
    patterns += [_spread(base64.b64encode(group).decode()) + "[A-Za-z0-9+/]{0,4}={0,2}" for group in whole]
    return [re.compile(pattern) for pattern in patterns]


def _spread(value: str) -> str:
    return _BETWEEN.join(map(re.escape, value))


def _merged(spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _safe_end(text: str, spans: list[tuple[int, int]]) -> int:
    """Return up to where the text can be shown: no value that has begun before it can end behind it unseen."""
    last = text.rfind("\n")
    end = max(0, text.rfind("\n", 0, last) + 1, len(text) - _LONGEST // 2)
    for start, stop in spans:
        if start < end < stop:
            return start if len(text) - start < _LONGEST else stop
    return end


def _divided(pieces: list[Piece], end: int, *, whole: bool) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces before a place of the text and those behind it."""
    before: list[Piece] = []
    place = 0
    for number, piece in enumerate(pieces):
        if piece.kind != OUTPUT:
            before.append(piece)
            continue
        if place + len(piece.text) > end and not whole:
            cut = end - place
            head = [piece._replace(text=piece.text[:cut])] if cut else []
            return before + head, [piece._replace(text=piece.text[cut:]), *pieces[number + 1 :]]
        before.append(piece)
        place += len(piece.text)
    return before, []


def _without(pieces: list[Piece], spans: list[tuple[int, int]]) -> Iterator[Piece]:
    """Yield the pieces with a mark in the place of each span."""
    place = 0
    for piece in pieces:
        if piece.kind != OUTPUT:
            yield piece
            continue
        text = _marked(piece.text, [(start - place, end - place) for start, end in spans])
        place += len(piece.text)
        if text:
            yield piece._replace(text=text)


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    place = 0
    for start, end in spans:
        if end <= 0 or start >= len(text):
            continue
        parts.append(text[place : max(place, start)])
        if start >= 0:
            parts.append(MARK)
        place = max(place, end)
    return "".join((*parts, text[place:]))
