"""Every screen and state looks as it did when somebody last looked at it, at three sizes and in both themes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tempshell_cli.tui.theme import LIGHT

from .app_user import TIMEOUT
from .snapshot import (
    MADE_WITH,
    SIZES,
    Cell,
    differences,
    in_both_themes,
    libraries,
    opened,
    place,
    read,
    until_it_looks_like,
    written,
)
from .walkthroughs import WALKTHROUGHS

# States with a dialog in front.
_DIMMED = {"copy", "palette", "help", "stop", "give-up", "score", "late", "link", "exam-end", "home-stop"}
_ENOUGH = 4.5
_LITTLE = 0.5  # seconds, once it is known that the test fails
at_each_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The snapshots have colours and one time zone, whatever the user who runs the tests likes."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@at_each_size
@pytest.mark.parametrize("walkthrough", WALKTHROUGHS)
async def test_each_state_looks_as_its_snapshot_says(walkthrough: str, size: tuple[int, int]) -> None:
    """`python -m tests.tui.snapshot` writes them again, for you to look at what has changed."""
    wrong: list[str] = []
    async with opened(walkthrough, size) as user:
        async for state in WALKTHROUGHS[walkthrough].states(user):
            expected = place(state, size).read_text("utf-8")
            async for theme in in_both_themes(user):
                timeout = _LITTLE if wrong else TIMEOUT
                output = await until_it_looks_like(user, read(expected, theme), timeout)
                wrong += [f"{state}, {user.app.theme}:", *output] if output else []
    if wrong:
        made_with = f"made with {MADE_WITH.read_text('utf-8').strip()}; here {libraries()}"
        pytest.fail("\n".join([*wrong, made_with]), pytrace=False)


async def test_a_screen_that_begins_in_a_theme_looks_like_one_that_changes_to_it() -> None:
    """The snapshots change the theme under way, which no user can."""
    async with opened("looking-around", SIZES[0], theme="light") as user:
        assert user.app.theme == LIGHT.name
        expected = place("untouched", SIZES[0]).read_text("utf-8")
        assert not await until_it_looks_like(user, read(expected, 1))


@pytest.mark.parametrize("theme", [0, 1], ids=["dark", "light"])
@at_each_size
def test_text_stands_out_from_its_ground(size: tuple[int, int], theme: int) -> None:
    """By WCAG 2.2, 1.4.3 (AA); what a dialog stands in front of is dimmed on purpose."""
    weak = {
        (state.stem, cell.style)
        for state in place("any", size).parent.glob("*.txt")
        if state.stem not in _DIMMED
        for line in read(state.read_text("utf-8"), theme)
        for cell in line
        if cell.character.isalnum() and contrast(cell.style) < _ENOUGH
    }
    assert not weak


def test_a_snapshot_tells_again_what_was_seen() -> None:
    dark, light = ([[Cell(one, f"{ink} on {ink}") for one in "a = 1 | 日  "], []] for ink in ("#ffffff", "#000000"))
    assert read(written(dark, light), 0) == dark
    assert read(written(dark, light), 1) == light


def test_a_difference_is_reported_by_its_line_and_its_style() -> None:
    before = [[Cell(one, "plain") for one in text] for text in ("same", "left", "styled")]
    after = [before[0], [*before[1][:2], Cell("s", "plain")], [*before[2][:4], *(Cell(one, "bold") for one in "ed")]]
    assert list(differences(before, after)) == [
        "line 2\n  - left\n  + les", "line 3: styled", "  'ed'\n    - plain\n    + bold",
    ]  # fmt: skip
    assert list(differences(before, before)) == []


def contrast(style: str) -> float:
    """Return the ratio of the two colours of a style, 1 to 21."""
    ink, _, ground = style.split()[:3]
    lighter, darker = sorted(map(_luminance, (ink, ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    """Return the relative luminance of ``#rrggbb``, as WCAG 2.2 defines it."""
    parts = [part / 255 for part in bytes.fromhex(color.removeprefix("#"))]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
