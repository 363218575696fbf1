"""Looking for text in the history of a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import EMULATORS, open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import TextRow, row_text
from tempshell_cli.terminal.search import Search
from tempshell_cli.terminal.wire import Find, Hit, Hits

SIZE = Size(20, 6)
Look = Callable[..., Hits]


@pytest.fixture(params=EMULATORS)
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    made = open_emulator(SIZE, request.param)
    yield made
    made.close()


@pytest.fixture
def look(emulator: Emulator) -> Look:
    search = Search(emulator)

    def look(text: str, step: int = 0) -> Hits:
        search.begin(Find(text, step), SIZE.rows)
        while search.pending:
            search.step(SIZE.rows)
        return search.hits(SIZE.rows)

    return look


def view(emulator: Emulator) -> list[str]:
    status = emulator.status()
    rows = emulator.text(status.history - status.scrolled, SIZE.rows)
    return [row.text.rstrip() for row in rows]


def current(emulator: Emulator, hits: Hits) -> str:
    return "".join(view(emulator)[hit.row][hit.start : hit.end] for hit in hits.current)


def current_row(emulator: Emulator, hits: Hits) -> str:
    return view(emulator)[hits.current[0].row]


def feed_lines(emulator: Emulator, count: int) -> None:
    emulator.feed("".join(f"line {number}.\r\n" for number in range(count)).encode())


def test_the_text_of_rows_is_counted_from_the_oldest(emulator: Emulator) -> None:
    feed_lines(emulator, 10)
    assert emulator.text(0, 2) == [TextRow("line 0.", False), TextRow("line 1.", False)]
    assert [row.text for row in emulator.text(4, 100)] == [*(f"line {number}." for number in range(4, 10)), ""]
    assert emulator.text(11, 5) == []


def test_the_text_says_where_a_line_goes_on(emulator: Emulator) -> None:
    emulator.feed(b"x" * 45 + b"\r\n" + b"\r\n" * 4)
    assert emulator.text(0, 4) == [
        TextRow("x" * 20, True), TextRow("x" * 20, True), TextRow("x" * 5, False), TextRow("", False),
    ]  # fmt: skip


def test_the_text_is_that_of_the_cells(emulator: Emulator) -> None:
    emulator.feed("日本 é e\u0301 \x1b[31mred\x1b[0m\x1b[2;5Hfar".encode())
    rows = emulator.dirty_rows()
    assert [row.text.rstrip() for row in emulator.text(0, 2)] == [row_text(rows[y]).rstrip() for y in (0, 1)]


def test_reading_the_text_leaves_what_changed_to_be_reported(emulator: Emulator) -> None:
    emulator.dirty_rows()
    emulator.feed(b"new")
    emulator.text(0, 6)
    assert row_text(emulator.dirty_rows()[0]) == "new"


def test_the_nearest_above_is_found_first_then_older_then_newer_ones(emulator: Emulator, look: Look) -> None:
    feed_lines(emulator, 300)
    assert view(emulator)[0] == "line 295."
    hits = look("7.")
    assert current(emulator, hits) == "7."
    assert current_row(emulator, hits) == "line 297."
    hits = look("7.", -1)
    assert current_row(emulator, hits) == "line 287."
    hits = look("7.", -1)
    assert current_row(emulator, hits) == "line 277."
    hits = look("7.", 1)
    assert current_row(emulator, hits) == "line 287."


def test_text_that_grows_is_looked_for_from_the_same_place(emulator: Emulator, look: Look) -> None:
    feed_lines(emulator, 300)
    look("l")
    look("line")
    assert current_row(emulator, look("line 2")) == "line 299."
    assert current_row(emulator, look("line 29.")) == "line 29."
    assert current_row(emulator, look("line 2")) == "line 299."


def test_what_is_thousands_of_rows_up_is_found_in_pieces(emulator: Emulator) -> None:
    emulator.feed(b"needle\r\n")
    feed_lines(emulator, 3000)
    search = Search(emulator)
    search.begin(Find("needle"), SIZE.rows)
    search.step(SIZE.rows)
    assert search.pending
    assert emulator.status().scrolled == 0
    while search.pending:
        search.step(SIZE.rows)
    assert current(emulator, search.hits(SIZE.rows)) == "needle"
    assert view(emulator)[0] == "needle"


def test_the_end_of_the_search_is_the_live_screen(emulator: Emulator, look: Look) -> None:
    feed_lines(emulator, 100)
    look("line 5.")
    assert emulator.status().scrolled
    assert look("") == Hits()
    assert not emulator.status().scrolled


def test_what_is_not_there_moves_nothing(emulator: Emulator, look: Look) -> None:
    feed_lines(emulator, 100)
    assert look("nowhere") == Hits(more=False)
    assert not emulator.status().scrolled


def test_beyond_the_last_one_the_view_stays(emulator: Emulator, look: Look) -> None:
    feed_lines(emulator, 100)
    first = look("line 3.")
    last = look("line 3.", -1)
    assert not last.more
    assert last.current == first.current
    assert not look("line 3.", 1).more


@pytest.mark.parametrize("before", [0, 990, 995, 998])
def test_a_match_over_the_ends_of_rows_is_one(emulator: Emulator, look: Look, before: int) -> None:
    """The line may lie over the edge of a piece, too."""
    emulator.feed(b"y" * 17 + b"needle and more of that line\r\n")
    feed_lines(emulator, before)
    hits = look("needle")
    assert [(hit.start, hit.end) for hit in hits.current] == [(17, 20), (0, 3)]
    assert current(emulator, hits) == "needle"
    assert not look("needle", -1).more
    assert not look("needle", 1).more


def test_all_that_is_in_view_is_reported(emulator: Emulator, look: Look) -> None:
    emulator.feed(b"one two one\r\nthree\r\none\r\n")
    hits = look("one")
    assert hits.hits == [Hit(0, 0, 3), Hit(0, 8, 11), Hit(2, 0, 3)]
    assert hits.current == [Hit(2, 0, 3)]
    assert look("one", -1).current == [Hit(0, 8, 11)]


def test_capitals_count_only_where_they_are_typed(emulator: Emulator, look: Look) -> None:
    emulator.feed(b"Error\r\nerror\r\n")
    assert len(look("error").hits) == 2
    assert look("Error").hits == [Hit(0, 0, 5)]


def test_what_is_looked_for_is_no_pattern(emulator: Emulator, look: Look) -> None:
    emulator.feed(b"abc\r\na.c\r\n")
    assert look("a.c").hits == [Hit(1, 0, 3)]


def test_a_full_screen_program_is_searched_without_the_history(emulator: Emulator, look: Look) -> None:
    feed_lines(emulator, 100)
    emulator.feed(b"\x1b[?1049h\x1b[2J\x1b[Hinside\r\n")
    assert look("inside").current == [Hit(0, 0, 6)]
    assert not look("line").more


def test_output_meanwhile_does_not_move_the_place(emulator: Emulator, look: Look) -> None:
    feed_lines(emulator, 50)
    look("line 9.")
    feed_lines(emulator, 20)
    hits = look("line 9.", -1)
    assert not hits.more
    assert current(emulator, hits) == "line 9."
