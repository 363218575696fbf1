"""The last of what a program wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.tail import Tail, new_tail

MEBIBYTE = 1024**2


@pytest.fixture
def descriptor() -> Iterator[int]:
    made = new_tail()
    yield made
    os.close(made)


@pytest.fixture
def tail(descriptor: int) -> Iterator[Tail]:
    opened = Tail(descriptor)
    yield opened
    opened.close()


def fill(tail: Tail, length: int = 3 * MEBIBYTE) -> None:
    line = b"%07d\r\n"
    for start in range(0, length // 9, 1000):
        tail.append(b"".join(line % number for number in range(start, start + 1000)))


def shown(tail: Tail) -> Emulator:
    emulator = open_emulator(Size(40, 6))
    emulator.feed(tail.content())
    emulator.dirty_rows()
    return emulator


def test_what_fits_is_kept_whole_and_the_next_process_reads_it(tail: Tail, descriptor: int) -> None:
    tail.append(b"one ")
    tail.append(b"two")
    other = Tail(descriptor)
    assert other.content() == b"one two"
    other.append(b" three")
    assert tail.content() == b"one two three"
    tail.clear()
    assert other.content() == b""
    other.close()


def test_of_more_the_last_lines_are_kept(tail: Tail) -> None:
    fill(tail)
    content = tail.content()
    assert 256 * 1024 - 10 <= len(content) <= MEBIBYTE
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    numbers = [int(line) for line in lines[:-1]]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


def test_what_was_set_long_ago_is_still_set(tail: Tail) -> None:
    tail.append(b"\x1b[?1000h\x1b[?2004;1004h\x1b[?25l\x1b]2;a title\x07\x1b[?1049h")
    fill(tail)
    emulator = shown(tail)
    status = emulator.status()
    assert (status.title, status.alternate, status.mouse, status.cursor.visible) == ("a title", True, True, False)
    assert emulator.encode_paste("x") == b"\x1b[200~x\x1b[201~"
    assert emulator.encode_focus(gained=True) == b"\x1b[I"
    emulator.close()


def test_what_was_taken_back_is_not_set(tail: Tail) -> None:
    tail.append(b"\x1b[?1049h\x1b[?1000h\x1b[?1000l\x1b[?1049l\x1b[?2004h\x1bc")
    fill(tail)
    assert b"\x1b" not in tail.content().replace(b"\x1b[?1000l", b"").replace(b"\x1b[?1049l", b"")


def test_settings_do_not_pile_up(tail: Tail) -> None:
    for number in range(200_000):
        tail.append(b"\x1b[?%dh\x1b[>%du\x1b]2;%d\x07" % (number, number % 9, number))
    assert len(tail.content()) <= MEBIBYTE


def test_a_piece_that_is_larger_than_everything_is_kept_by_its_end(tail: Tail) -> None:
    tail.append(b"x" * 2 * MEBIBYTE + b"end")
    assert tail.content().endswith(b"xend")


def test_what_was_appended_last_is_doubtful_until_it_is_proven(tail: Tail) -> None:
    tail.append(b"one ")
    tail.append(b"two ")
    tail.commit()
    tail.append(b"three")
    tail.discard_unverified()
    assert tail.content() == b"one two "
    tail.append(b"four ")
    tail.append(b"five")
    tail.discard_unverified()
    assert tail.content() == b"one two four "


def test_a_new_emulator_has_yet_to_live_through_all_of_it(tail: Tail) -> None:
    tail.append(b"one ")
    tail.commit()
    tail.mark_unverified()
    assert tail.content() == b"one "
    tail.discard_unverified()
    assert tail.content() == b""


def test_what_was_proven_still_is_when_room_is_made(tail: Tail) -> None:
    fill(tail)
    before = tail.content()
    tail.append(b"doubtful")
    tail.discard_unverified()
    assert tail.content() == before


def test_less_of_it_has_the_settings_and_the_end(tail: Tail) -> None:
    tail.append(b"\x1b[?2004h" + b"a line\r\n" * 1000)
    assert tail.content(800) == b"\x1b[?2004h" + b"a line\r\n" * 100


@pytest.mark.parametrize("cell", [b"\x1b[5;5Hx", b"x"])
def test_a_screen_that_is_drawn_without_ends_of_lines_is_kept_too(tail: Tail, cell: bytes) -> None:
    tail.append(cell * 20_000 + b"\n")
    content = tail.content(10_000)
    assert 10_000 - len(cell) <= len(content) <= 10_000
    assert content.startswith(cell)


def test_a_worker_that_writes_nonsense_there_does_no_harm(tail: Tail, descriptor: int) -> None:
    os.pwrite(descriptor, b"\xff" * 8, 0)
    assert len(tail.content()) == MEBIBYTE
    tail.discard_unverified()
    tail.append(b"end")
    assert tail.content().endswith(b"end")
