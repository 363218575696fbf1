"""What changed is painted at once: by private names of Textual's, which a new release of it may change."""

from __future__ import annotations

import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.events import Key
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tempshell_cli.core.process import Command
from tempshell_cli.tui.terminal.painting import paint_now
from tests.tui.outer import outer


class Sign(Widget):
    """Knows what of it has been painted."""

    def __init__(self) -> None:
        super().__init__()
        self.text = "old"
        self.painted: list[tuple[int, str]] = []

    def render_line(self, y: int) -> Strip:
        self.painted.append((y, self.text))
        colored = Style(color="red", bgcolor="#102030", bold=bool(y % 2))
        text = Segment(f"{self.text} {y} ", colored)
        return Strip([text]).adjust_cell_length(self.size.width, self.rich_style)


class Street(App[None]):
    """Keys: n gives notice, A has Textual paint everything; any other is painted at once."""

    CSS = "Sign { margin: 0 4; border: round green; }"

    def compose(self) -> ComposeResult:
        yield Sign()

    def on_key(self, event: Key) -> None:
        sign = self.query_one(Sign)
        if event.character == "n":
            self.notify("a notice")
        elif event.character == "A":
            self.screen.refresh()
        else:
            sign.text = event.key
            paint_now(sign, Region(0, 0, sign.size.width, sign.size.height))


PROGRAM = Command((sys.executable, "-c", "from tests.tui.terminal.test_painting import Street; Street().run()"))


def test_on_a_terminal_it_looks_as_when_textual_paints_it() -> None:
    with outer(PROGRAM) as person:
        person.until_sees("old 33")
        person.send(b"b")
        person.until_sees("b 33")
        alone = {y: row for y, row in person.rows.items() if row}
        drawn = person.raw.count(b"b 33")
        person.send(b"A")
        person.until(lambda: person.raw.count(b"b 33") > drawn)
        person.until(lambda: {y: row for y, row in person.rows.items() if row} == alone)


def test_what_is_over_it_stays_there() -> None:
    with outer(PROGRAM) as person:
        person.until_sees("old 33")
        person.send(b"n")
        person.until_sees("a notice")
        for key in ("b", "c", "d"):
            person.send(key.encode())
            person.until_sees(f"{key} 33")
            assert "a notice" in person.text()


async def test_a_part_is_painted_at_once_and_alone() -> None:
    async with Street().run_test() as pilot:
        await pilot.pause()
        sign = pilot.app.query_one(Sign)
        sign.text = "new"
        sign.painted.clear()
        paint_now(sign, Region(0, 3, sign.size.width, 2))
        assert sign.painted == [(3, "new"), (4, "new")]


async def test_under_a_dialog_it_is_painted_too() -> None:
    async with Street().run_test() as pilot:
        await pilot.app.push_screen(ModalScreen[None]())
        await pilot.pause()
        sign = pilot.app.screen_stack[0].query_one(Sign)
        sign.painted.clear()
        paint_now(sign, Region(0, 3, sign.size.width, 1))
        await pilot.pause()
        assert (3, "old") in sign.painted
