"""Recordings as rows, as JSON, on a terminal and as files."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tempshell_cli.cli.output import console
from tempshell_cli.core.errors import TempshellError, UsageProblem
from tempshell_cli.core.files import reading, writing
from tempshell_cli.core.text import strip_controls
from tempshell_cli.core.units import format_duration, format_size
from tempshell_cli.sessions.recordings import panes_of
from tempshell_cli.terminal.recording.cast import Event, Header, Summary, read_events, read_header, summary
from tempshell_cli.terminal.recording.recorder import MARKER, RESIZE
from tempshell_cli.terminal.screen import Row


def list_rows(files: Sequence[Path]) -> list[tuple[str, ...]]:
    """Return a row for each recording; one that cannot be read is complained of."""
    return [
        (
            file.stem,
            found.header.title,
            f"{_began(found).astimezone():%Y-%m-%d %H:%M}",
            format_duration(timedelta(seconds=round(found.seconds))),
            format_size(file.stat().st_size),
            str(len(found.markers)),
        )
        for file, found in _summaries(files)
    ]


def recordings_json(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the JSON form of the recordings. Times are RFC 3339 in UTC, lengths in seconds, sizes in bytes."""
    return [
        {
            "name": file.stem,
            "file": str(file),
            "session": found.header.title,
            "began": _began(found).isoformat(timespec="seconds"),
            "seconds": round(found.seconds, 3),
            "size": file.stat().st_size,
            "markers": [{"at": round(one.at, 3), "label": one.data} for one in found.markers],
        }
        for file, found in _summaries(files)
    ]


def play_here(file: Path, *, speed: float, idle: float) -> None:
    """Play a recording on stdout, and leave the terminal as it was."""
    from tempshell_cli.terminal.modes import AlternateScreen
    from tempshell_cli.terminal.recording.playback import play

    header = read_header(file)
    _warn_if_small(header.size.columns, header.size.rows)
    screen = AlternateScreen()

    def write(text: str) -> None:
        screen.follow(text.encode())
        _write(text)

    try:
        play(read_events(file), write=write, wait=time.sleep, speed=speed, idle=idle)
    finally:
        if sys.stdout.isatty():
            _write(screen.reset_cut_off().decode())


def exported(file: Path, form: str, at: float | None) -> str:
    """Return a recording as ``cast``, ``svg`` or ``txt``; raises UsageProblem for a file that is not a recording."""
    if at is not None and form != "svg":
        raise UsageProblem("--at needs --format svg", hint="an svg is a picture of one moment")
    if form == "cast":
        read_header(file)
        with reading(file, "it may have been damaged"):
            return file.read_text("utf-8")
    return _picture(file, at) if form == "svg" else _text(file)


def write_out(content: str, output: Path | None) -> None:
    """Write to a new file that nobody else may read, or to stdout."""
    if output is None:
        sys.stdout.write(content)
        return
    with writing(output, "name a file that does not exist yet"):
        output.touch(0o600, exist_ok=False)
        try:
            output.write_text(content, "utf-8")
        except BaseException:
            output.unlink()
            raise


def _picture(file: Path, at: float | None) -> str:
    from tempshell_cli.terminal.recording.playback import last_screen
    from tempshell_cli.tui.terminal.picture import svg

    header = read_header(file)
    size, rows = last_screen(header, read_events(file), float("inf") if at is None else at)
    return svg(rows, size, strip_controls(header.title)) + "\n"


def _text(file: Path) -> str:
    from tempshell_cli.terminal.recording.playback import transcript
    from tempshell_cli.terminal.screen import row_text

    lines = [strip_controls(row_text(row)).rstrip() for row in _rows(file, transcript)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _rows(file: Path, transcript: Callable[[Header, Iterable[Event]], list[Row]]) -> Iterator[Row]:
    """Yield all that was to be read, pane by pane where the shell lived in tmux."""
    header, panes = read_header(file), panes_of(file)
    if not panes.exists():
        yield from transcript(header, read_events(file))
        return
    shown: dict[str, list[Event]] = {"": []}
    pane = ""
    for event in read_events(panes):
        if event.kind == MARKER:
            # What was there before anything was written is the first pane's.
            pane = event.data
            shown[pane] = shown.get(pane) or shown.pop("", [])
        elif event.kind == RESIZE:
            for events in shown.values():
                events.append(event)
        else:
            shown[pane].append(event)
    for events in shown.values():
        yield from transcript(read_header(panes), events)


def _summaries(files: Sequence[Path]) -> Iterator[tuple[Path, Summary]]:
    for file in files:
        try:
            yield file, summary(file)
        except TempshellError as cause:
            console.complain(str(cause), f"`tempshell recordings rm {file.stem}` removes it", cause.exit_code)


def _began(found: Summary) -> datetime:
    return datetime.fromtimestamp(found.header.began, UTC)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _warn_if_small(columns: int, rows: int) -> None:
    from tempshell_cli.terminal.user_terminal import terminal_size

    here = terminal_size(sys.stdout.fileno())
    if here.columns < columns or here.rows < rows:
        console.note(f"tempshell: recorded at {columns} x {rows}; this terminal has {here.columns} x {here.rows}")
