"""What changed is painted at once: by private names of Textual's, which a new release of it may change."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tempshell_cli.tui.painting import paint_now


class Sign(Widget):
    """Knows what of it has been painted."""

    def __init__(self) -> None:
        super().__init__()
        self.text = "old"
        self.painted: list[tuple[int, str]] = []

    def render_line(self, y: int) -> Strip:
        self.painted.append((y, self.text))
        return Strip.blank(self.size.width)


class Street(App[None]):
    def compose(self) -> ComposeResult:
        yield Sign()


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
