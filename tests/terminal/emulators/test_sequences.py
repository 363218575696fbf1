"""What terminal sequences do, emulator by emulator, against one table; what an emulator cannot do is listed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from _pytest.mark.structures import ParameterSet

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import BITTTY, EMULATORS, GHOSTTY, open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import row_text

from .sequences import ANSWERS, COLUMNS, ROWS, SCREENS, TITLES

# What an emulator does otherwise. One of them that passes is a failure too: then it goes from the list.
_NEITHER = {"DECBI at the left", "DECFI at the right"}
FAILING = {
    GHOSTTY: _NEITHER
    | {
        "BS stops at the left margin",
        "CUB stops at the left margin",
        "DECCRA",
        "DECERA",
        "DECFRA",
        "DECRQSS of protection",
        "DECSERA",
    },
    BITTTY: _NEITHER
    | {
        "CUD stops at the bottom margin",
        "CUF stops at the right margin",
        "CUU stops at the top margin",
        "DECALN forgets the margins",
        "DECALN goes home",
        "DECDC outside of the margins does nothing",
        "DECRQM of GATM",
        "DECSTR takes the keys' modes back",
        "DECSTR wraps again",
        "DSR of a locator",
        "DSR of many sessions",
        "DSR of the integrity of data",
        "DSR of the kind of locator",
        "ED spares what SPA protects",
        "OSC 11 reported",
        "UK",
        "XTPOPTITLE of the icon's",
    },
}


def cases(table: Mapping[str, tuple[str, str]]) -> list[ParameterSet]:
    return [
        pytest.param(
            emulator, *case, id=f"{emulator}-{name}", marks=[pytest.mark.xfail] if name in FAILING[emulator] else []
        )
        for emulator in EMULATORS
        for name, case in table.items()
    ]


@pytest.fixture
def terminal(emulator: str) -> Iterator[Emulator]:
    made = open_emulator(Size(COLUMNS, ROWS), emulator)
    yield made
    made.close()


def escaped(text: str) -> bytes:
    return text.replace("␛", "\x1b").encode()


@pytest.mark.parametrize(("emulator", "sent", "expected"), cases(SCREENS))
def test_a_screen(terminal: Emulator, sent: str, expected: str) -> None:
    terminal.feed(escaped(sent))
    rows = {y: row_text(row).rstrip() for y, row in terminal.dirty_rows().items()}
    assert [rows.get(y, "") for y in range(ROWS)] == [*expected.split("|"), *[""] * ROWS][:ROWS]


@pytest.mark.parametrize(("emulator", "sent", "expected"), cases(ANSWERS))
def test_an_answer(terminal: Emulator, sent: str, expected: str) -> None:
    terminal.feed(escaped(sent))
    assert terminal.replies() == escaped(expected)


@pytest.mark.parametrize(("emulator", "sent", "expected"), cases(TITLES))
def test_a_title(terminal: Emulator, sent: str, expected: str) -> None:
    terminal.feed(escaped(sent))
    assert terminal.status().title == expected


@pytest.mark.parametrize("emulator", EMULATORS)
@pytest.mark.parametrize("sent", [sent for sent, _ in (*SCREENS.values(), *ANSWERS.values(), *TITLES.values())])
def test_a_sequence_may_be_cut_anywhere(terminal: Emulator, emulator: str, sent: str) -> None:
    whole = open_emulator(Size(COLUMNS, ROWS), emulator)
    whole.feed(escaped(sent))
    for byte in escaped(sent):
        terminal.feed(bytes([byte]))
    assert terminal.replies() == whole.replies()
    assert terminal.dirty_rows() == whole.dirty_rows()
    assert terminal.status() == whole.status()
    whole.close()


def test_what_is_listed_as_failing_is_in_the_table() -> None:
    assert set().union(*FAILING.values()) <= {*SCREENS, *ANSWERS, *TITLES}
