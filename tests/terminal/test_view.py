"""What of a terminal is in view, where somebody else knows better what it has shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tempshell_cli.terminal.emulators.choice import EMULATORS, open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Row, Status, row_text
from tempshell_cli.terminal.view import View
from tempshell_cli.terminal.wire import Find, History

SIZE = Size(20, 4)


class Screen:
    """A view, and what who gets its frames has in front of them."""

    def __init__(self, name: str) -> None:
        self.emulator = open_emulator(SIZE, name)
        self.view = View(self.emulator, SIZE, partial(open_emulator, name=name))
        self._rows: dict[int, Row] = {}

    def feed(self, text: str) -> None:
        self.emulator.feed(text.encode())

    def text(self) -> list[str]:
        self.settle()
        return [row_text(self._rows.get(y, ())).rstrip() for y in range(SIZE.rows)]

    def settle(self) -> Status:
        while self.view.pending:
            self.view.step()
        rows, status = self.view.seen()
        self._rows |= rows
        return status


@pytest.fixture(params=EMULATORS)
def screen(request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A terminal that has got half of what went by: each other line of 1 to 50."""
    made = Screen(request.param)
    made.feed("\r\n".join(f"row {number}" for number in range(2, 51, 2)))
    yield made
    made.view.to_end()
    made.emulator.close()


WHOLE = "\n".join(f"\x1b[3{number % 7}mrow {number}\x1b[0m" for number in range(1, 51)).encode() + b"\n"
END = ["row 44", "row 46", "row 48", "row 50"]


def test_a_history_has_no_holes_and_ends_at_the_live_screen(screen: Screen) -> None:
    assert screen.text() == END
    screen.view.look_back(History(WHOLE, 10))
    assert screen.text() == ["row 37", "row 38", "row 39", "row 40"]
    assert screen.settle().scrolled == 10
    screen.view.scroll(-100)
    assert screen.text() == ["row 1", "row 2", "row 3", "row 4"]
    screen.view.scroll(100)
    assert screen.text() == END
    assert screen.settle().scrolled == 0


def test_it_stands_still_while_the_program_goes_on(screen: Screen) -> None:
    screen.view.look_back(History(WHOLE, 10))
    screen.feed("\r\nnews")
    assert screen.text() == ["row 37", "row 38", "row 39", "row 40"]
    screen.view.to_end()
    assert screen.text() == ["row 46", "row 48", "row 50", "news"]


def test_a_search_goes_on_in_it(screen: Screen) -> None:
    screen.view.find(Find("row 31"))
    screen.settle()
    assert not screen.view.hits().more
    screen.view.look_back(History(WHOLE, 0))
    assert "row 31" in screen.text()
    assert screen.view.hits().current
    screen.view.find(Find("row 3", -1))
    assert "row 30" in screen.text()
    screen.view.find(Find(""))
    assert screen.text() == END


def test_who_is_back_at_the_end_before_it_has_come_stays_there(screen: Screen) -> None:
    screen.view.look_back(History(WHOLE, 0))
    assert screen.text() == END
    screen.view.look_back(History(WHOLE, 5))
    screen.view.to_end()
    assert screen.text() == END
    assert screen.settle().scrolled == 0


def test_questions_in_a_history_are_not_answered(screen: Screen) -> None:
    screen.emulator.replies()
    screen.view.look_back(History(b"\x1b[c\x1b[6n\x1b]52;c;ZXZpbA==\x07" + WHOLE, 3))
    screen.settle()
    assert (screen.emulator.replies(), screen.emulator.copied()) == (b"", "")


def test_a_new_size_reaches_both(screen: Screen) -> None:
    screen.view.look_back(History(b"x" * 30 + b"\n" + WHOLE, 100))
    screen.settle()
    screen.view.resize(Size(40, 4))
    screen.view.scroll(-100)
    assert screen.text()[0] == "x" * 30
    screen.view.to_end()
    assert screen.text()[-1] == "row 50"


@pytest.mark.parametrize("columns", [80, 200])
def test_as_many_lines_as_a_sandbox_keeps_fit(columns: int) -> None:
    """In the fast emulator, whose history is bounded by bytes."""
    view = View(open_emulator(Size(columns, 24)), Size(columns, 24))
    line = "漢" * (columns // 2 - 4)
    view.look_back(History("\n".join(f"{number} {line}"[:columns] for number in range(30_000)).encode(), 1))
    while view.pending:
        view.step()
    view.scroll(-30_000)
    rows, _ = view.seen()
    assert row_text(rows[0]).startswith("0 ")
