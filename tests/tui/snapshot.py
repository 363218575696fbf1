"""What each state of the screen looks like, as text with its styles: ``python -m tests.tui.snapshot`` writes it again.

An SVG of each would be twenty times as large, and its differences nothing to read. A file has the lines of the screen;
below each, runs of characters of one style; at its end what the styles are, in the dark theme and in the light one.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import string
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.tui.theme import DARK, LIGHT

from .app_user import TIMEOUT, ScreenUser
from .walkthroughs import WALKTHROUGHS

FOLDER = Path(__file__).parent / "snapshots"
MADE_WITH = FOLDER / "made-with.txt"
SIZES = ((80, 24), (120, 32), (160, 48))
_THEMES = (DARK, LIGHT)
_LIBRARIES = ("textual", "rich", "pygments")  # what else has a say in how the screen looks
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "blink", "reverse", "strike", "overline")
_STEADY = 0.4  # seconds


class Cell(NamedTuple):
    """A character, and its style in words."""

    character: str
    style: str


Line = Sequence[Cell]
Picture = Sequence[Line]


# What is on the screen.


@asynccontextmanager
async def opened(walkthrough: str, size: tuple[int, int], theme: str = "dark") -> AsyncIterator[ScreenUser]:
    """Open the screen of a walkthrough; nothing on it moves or blinks, and no key is dropped."""
    still = ScreenSettings(theme=theme, motion="none")
    async with WALKTHROUGHS[walkthrough].open(size, still) as user:
        yield user


async def in_both_themes(user: ScreenUser) -> AsyncIterator[int]:
    """Show everything in one theme, then in the other, and yield their places; begin with the one in use."""
    in_use = [theme.name for theme in _THEMES].index(user.app.theme)
    for place in (in_use, 1 - in_use):
        user.app.theme = _THEMES[place].name
        await user.pilot.pause()
        yield place


def look(user: ScreenUser) -> Picture:
    """Return what is painted."""
    strips = user.app.screen._compositor.render_strips()  # noqa: SLF001 - the only way to see what is painted
    return [list(_cells(strip)) for strip in strips]


def _cells(segments: Iterable[Segment]) -> Iterator[Cell]:
    for text, style, _ in segments:
        words = _in_words(style or Style())
        yield from (Cell(character, words) for character in text)


def _in_words(style: Style) -> str:
    """Return ``#rrggbb on #rrggbb`` and the attributes; links and the like are not seen."""
    ink, ground = (color.name if color else "default" for color in (style.color, style.bgcolor))
    return " ".join([f"{ink} on {ground}", *(name for name in _ATTRIBUTES if getattr(style, name))])


# How it is kept.


def written(dark: Picture, light: Picture) -> str:
    """Return the text of a snapshot."""
    names: dict[str, str] = {}
    free = ("".join(letters) for length in (1, 2) for letters in itertools.product(string.ascii_letters, repeat=length))
    lines = []
    for one, other in zip(dark, light, strict=True):
        text = "".join(cell.character for cell in one)
        assert text == "".join(cell.character for cell in other), "the themes show different texts"
        runs = []
        styles = [f"{cell.style} | {twin.style}" for cell, twin in zip(one, other, strict=True)]
        for style, run in itertools.groupby(styles):
            name = names[style] if style in names else names.setdefault(style, next(free))
            runs.append(f"{name}{len(list(run))}")
        lines += [f"|{text.rstrip()}", f" {' '.join(runs)}"]
    return "\n".join([*lines, *(f"{name} = {style}" for style, name in names.items()), ""])


def read(snapshot: str, theme: int) -> Picture:
    """Return what a snapshot's text tells of a theme, by its place: 0 is the dark one."""
    lines = snapshot.splitlines()
    legend = (line.split(" = ") for line in lines if line[0] in string.ascii_letters)
    styles = {name: pair.split(" | ")[theme] for name, pair in legend}
    texts = [line[1:] for line in lines if line[0] == "|"]
    runs = [line.split() for line in lines if line[0] == " "]
    return [list(_read_line(text, of_it, styles)) for text, of_it in zip(texts, runs, strict=True)]


def _read_line(text: str, runs: Sequence[str], styles: dict[str, str]) -> Iterator[Cell]:
    characters = itertools.chain(text, itertools.repeat(" "))
    for run in runs:
        name = run.rstrip(string.digits)
        yield from (Cell(next(characters), styles[name]) for _ in range(int(run.removeprefix(name))))


# How two differ.


def differences(expected: Picture, found: Picture) -> Iterator[str]:
    """Yield what differs, line by line: the text, or else each stretch that has another style."""
    for number, (wanted, seen) in enumerate(itertools.zip_longest(expected, found, fillvalue=()), 1):
        texts = ["".join(cell.character for cell in line).rstrip() for line in (wanted, seen)]
        if texts[0] != texts[1]:
            yield f"line {number}\n  - {texts[0]}\n  + {texts[1]}"
        elif wanted != seen:
            yield f"line {number}: {texts[0].strip()}"
            for (before, now), pairs in itertools.groupby(
                zip(wanted, seen, strict=False), key=lambda pair: (pair[0].style, pair[1].style)
            ):
                text = "".join(cell.character for cell, _ in pairs)
                if before != now:
                    yield f"  {text!r}\n    - {before}\n    + {now}"


async def until_it_looks_like(user: ScreenUser, expected: Picture, seconds: float = TIMEOUT) -> Sequence[str]:
    """Wait until nothing differs from that; return what still does after so many seconds."""
    late = time.monotonic() + seconds
    while (found := look(user)) != expected:
        if time.monotonic() > late:
            return list(differences(expected, found))
        await asyncio.sleep(0.02)  # the pause of a poll with a deadline
    return []


# Writing them again.


def place(state: str, size: tuple[int, int]) -> Path:
    """Return the file of a state at a size."""
    columns, rows = size
    return FOLDER / f"{columns}x{rows}" / f"{state}.txt"


def libraries() -> str:
    """Return the versions of what else has a say in how the screen looks."""
    return ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)


async def _steady(user: ScreenUser) -> Picture:
    """Return what is painted once it has stayed the same for a while."""
    since, seen = time.monotonic(), look(user)
    while time.monotonic() - since < _STEADY:
        await asyncio.sleep(0.05)  # the pause of a poll
        if (now := look(user)) != seen:
            since, seen = time.monotonic(), now
    return seen


async def _write(walkthrough: str, size: tuple[int, int]) -> None:
    async with opened(walkthrough, size) as user:
        async for state in WALKTHROUGHS[walkthrough].states(user):
            pictures = {theme: await _steady(user) async for theme in in_both_themes(user)}
            place(state, size).write_text(written(pictures[0], pictures[1]), "utf-8")


def main() -> None:
    """Write all snapshots again."""
    os.environ.pop("NO_COLOR", None)
    os.environ["TZ"] = "UTC"
    time.tzset()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for size in SIZES:
        place("any", size).parent.mkdir(parents=True)
        for walkthrough in WALKTHROUGHS:
            asyncio.run(_write(walkthrough, size))
    MADE_WITH.write_text(libraries() + "\n", "utf-8")


if __name__ == "__main__":
    main()
