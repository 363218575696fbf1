"""What is recorded, and what a recording shows again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulated import EmulatedProcess, Emulation
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.recording.cast import Event, Header, read_events, summary
from tempshell_cli.terminal.recording.playback import last_screen, play, transcript
from tempshell_cli.terminal.recording.recorder import Recorder
from tempshell_cli.terminal.screen import row_text
from tempshell_cli.terminal.wire import Key, Marker, Record, Resize
from tests.terminal.waiting import Watcher

SIZE = Size(40, 5)
CANARY = "canary-4711"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "one.cast"


@pytest.fixture
def record(file: Path) -> Iterator[Record]:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    yield Record(descriptor, "otter", ["tempshell"], [CANARY])
    os.close(descriptor)


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_recording_is_an_asciicast_of_version_3(record: Record, file: Path) -> None:
    recorder = Recorder(record, SIZE)
    recorder.output(b"one \xc3")
    recorder.output(b"\xa4\r\n")
    recorder.resize(SIZE)
    recorder.resize(Size(50, 6))
    recorder.mark("task \x1b[31mpassed\n")
    recorder.close()
    header, *events = lines(file)
    assert header["version"] == 3
    assert header["term"] == {"cols": 40, "rows": 5, "type": "xterm-256color"}
    assert header["title"] == "otter"
    assert [event[1:] for event in events] == [
        ["o", "one "], ["o", "ä\r\n"], ["r", "50x6"], ["m", "task passed"],
    ]  # fmt: skip
    assert all(interval >= 0 for interval, _, _ in events)


def test_a_second_recorder_goes_on_in_the_same_file(record: Record, file: Path) -> None:
    for text in (b"first\r\n", b"second\r\n"):
        recorder = Recorder(record, SIZE)
        recorder.output(text)
        recorder.close()
    assert [event[1:] for event in lines(file)[1:]] == [["o", "first\r\n"], ["r", "40x5"], ["o", "second\r\n"]]


def test_a_disk_that_is_full_ends_the_recording_and_says_so() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        recorder = Recorder(Record(descriptor), SIZE)
        assert recorder.failure == "No space left on device"
        recorder.output(b"more")
        recorder.close()
    finally:
        os.close(descriptor)


def test_a_worker_records_output_sizes_and_markers_but_no_keys_and_no_secrets(record: Record, file: Path) -> None:
    script = f"stty -echo; echo ready; read word; echo {CANARY} got $(echo $word | wc -c); read word"
    with EmulatedProcess(Command(("bash", "-c", script)), SIZE, Emulation(recording=record)) as emulated:
        watcher = Watcher(emulated)
        watcher.until_text("ready")
        for character in "qwertz":
            emulated.send(Key(character, character))
        emulated.send(Key("enter", "\r"))
        watcher.until_text("got 7")
        emulated.send(Marker("task passed"))
        emulated.send(Resize(Size(44, 6)))
    text = file.read_text("utf-8")
    assert "got 7" in text
    assert CANARY not in text
    assert "qwertz" not in text
    assert ["m", "task passed"] in [event[1:] for event in lines(file)[1:]]
    assert ["r", "44x6"] in [event[1:] for event in lines(file)[1:]]


def test_a_recording_that_stops_is_reported() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        printed = Emulation(recording=Record(descriptor))
        with EmulatedProcess(Command(("cat",)), SIZE, printed) as emulated:
            watcher = Watcher(emulated)
            watcher.until(lambda: watcher.unrecorded == "No space left on device")
    finally:
        os.close(descriptor)


# Reading.


def written(file: Path, *events: object, header: object = None) -> Path:
    first = header or {"version": 3, "term": {"cols": 20, "rows": 3}, "title": "t", "timestamp": 1_700_000_000}
    file.write_text("".join(f"{json.dumps(line)}\n" for line in (first, *events)), "utf-8")
    return file


def test_a_summary_counts_seconds_and_markers(file: Path) -> None:
    found = summary(written(file, [1.5, "o", "x"], [1, "m", "green"], [0.25, "o", "y"]))
    assert found.header == Header(Size(20, 3), "t", 1_700_000_000)
    assert found.seconds == 2.75
    assert found.markers == [Event(2.5, "m", "green")]


def test_a_recording_that_was_cut_off_is_read_to_there(file: Path) -> None:
    written(file, [1, "o", "x"])
    with file.open("a") as end:
        end.write('[1, "o", "unfin')
    assert [event.data for event in read_events(file)] == ["x"]


@pytest.mark.parametrize(
    "content",
    ["", "{}\n", "[]\n", "null\n", '{"version": 2}\n', '{"version": 3, "term": {"cols": 99999, "rows": 1}}\n', "\x00\n",
     '{"version": 3, "term": {"cols": 80, "rows": 24}}\n[1, 2]\n'],
)  # fmt: skip
def test_what_is_no_recording_is_refused(file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(UsageProblem, match=r"cannot read one\.cast"):
        list(read_events(file))


# Playing.


def played(*events: Event, **options: float) -> tuple[str, list[float]]:
    out: list[str] = []
    waited: list[float] = []
    play(events, write=out.append, wait=waited.append, **options)
    return "".join(out), waited


def test_a_recording_is_played_in_its_own_time() -> None:
    events = (Event(1, "o", "a"), Event(1, "o", "b"), Event(9, "o", "c"))
    assert played(*events) == ("abc", [1, 8])
    assert played(*events, speed=2, idle=4) == ("abc", [0.5, 2])


def test_a_marker_is_laid_over_the_top_row() -> None:
    assert played(Event(1, "m", "task \x1b[2Jgreen"))[0] == "\x1b7\x1b[H\x1b[0;7m task green \x1b8"


@pytest.mark.parametrize(
    "asking",
    ["\x1b]52;c;ZXZpbA==\x07", "\x1b[c", "\x1b[6n", "\x1b[18t", "\x1bP+q544e\x1b\\", "\x1b]11;?\x1b\\", "\x05",
     "\x1b[?u", "\x1b[?2026$p", "\x9b6n"],
)  # fmt: skip
def test_what_would_be_answered_or_reach_the_clipboard_is_left_out(asking: str) -> None:
    for place in range(len(asking) + 1):
        text, _ = played(Event(0, "o", f"a{asking[:place]}"), Event(0, "o", f"{asking[place:]}b"))
        assert "\x1b" not in text
        assert "\x9b" not in text
        assert text.startswith("a")
        assert text.endswith("b")


def test_what_draws_is_played_as_it_is() -> None:
    drawing = (
        "\x1b[1;31mred\x1b[0m\x1b[2;3Hx\x1b[?25l\x1b[2 q\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\\x1b7\x1b8"
    )
    assert played(Event(0, "o", drawing))[0] == drawing


def test_the_screen_of_a_moment_and_all_that_had_gone_by() -> None:
    header = Header(Size(20, 3))
    events = [Event(number, "o", f"line {number}\r\n") for number in range(10)]
    size, rows = last_screen(header, events, until=1.5)
    assert (size, [row_text(row) for row in rows]) == (Size(20, 3), ["line 0", "line 1", ""])


def shown(*output: str) -> list[str]:
    events = [Event(number, "o", text) for number, text in enumerate(output)]
    rows = [row_text(row).strip() for row in transcript(Header(Size(20, 3)), events)]
    return list(filter(None, rows))


def test_a_transcript_has_what_scrolled_away() -> None:
    assert shown(*(f"line {number}\r\n" for number in range(10))) == [f"line {number}" for number in range(10)]


def test_a_transcript_has_what_was_wiped() -> None:
    assert shown("one\r\n\x1b[H\x1b[2J", "two\r\n", "\x1b[?1049hpage\x1b[?1049l", "three") == [
        "one", "two", "page", "three",
    ]  # fmt: skip


def test_a_new_size_is_taken_over() -> None:
    events = [Event(0, "r", "30x4"), Event(0, "r", "nonsense"), Event(0, "o", "x" * 25)]
    size, rows = last_screen(Header(Size(20, 3)), events)
    assert size == Size(30, 4)
    assert row_text(rows[0]) == "x" * 25
