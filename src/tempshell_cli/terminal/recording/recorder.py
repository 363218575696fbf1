"""Writes down what a terminal shows, as an asciicast (https://docs.asciinema.org/manual/asciicast/v3/).

Output, sizes and markers; never what is typed.
"""

from __future__ import annotations

import codecs
import json
import os
import time
from collections.abc import Sequence

from tempshell_cli.core.redact import OUTPUT, Piece, Redactor
from tempshell_cli.core.text import one_line
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.wire import Record

RESIZE, MARKER = "r", "m"
# A flood must not fill the disk: an hour of work is a few megabytes.
_LARGEST = 256 * 1024**2
_PRECISION = 6


class Recorder:
    """Appends to one recording. Where that fails it stops, and ``failure`` says why; the terminal goes on."""

    def __init__(self, record: Record, size: Size) -> None:
        """Write to the open file of ``record``; it may hold the beginning already."""
        self.failure = ""
        self._fd = record.descriptor
        self._size = size
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._redactor = Redactor(record.secrets)
        self._written = time.monotonic()
        if os.fstat(self._fd).st_size == 0:
            self._append(_header(size, record.title, record.tags))
        else:
            self._take(Piece(time.monotonic(), RESIZE, f"{size.columns}x{size.rows}"))

    def output(self, data: bytes) -> None:
        """Record what the program wrote; a character or a secret may be split anywhere."""
        text = self._decoder.decode(data)
        if text:
            self._take(Piece(time.monotonic(), OUTPUT, text))

    def resize(self, size: Size) -> None:
        """Record a new size, where it is one."""
        if size != self._size:
            self._size = size
            self._take(Piece(time.monotonic(), RESIZE, f"{size.columns}x{size.rows}"))

    def mark(self, label: str) -> None:
        """Record that something happened."""
        self._take(Piece(time.monotonic(), MARKER, one_line(label)))

    def close(self) -> None:
        """Write what was held back. The caller that opened the file closes it."""
        self._write(self._redactor.rest())

    def _take(self, piece: Piece) -> None:
        if not self.failure:
            self._write(self._redactor.feed(piece))

    def _write(self, pieces: Sequence[Piece]) -> None:
        if pieces and not self.failure:
            self._append("".join(map(self._event, pieces)))

    def _event(self, piece: Piece) -> str:
        interval = round(max(0.0, piece.at - self._written), _PRECISION)
        self._written += interval
        return json.dumps([interval, piece.kind, piece.text], ensure_ascii=False) + "\n"

    def _append(self, lines: str) -> None:
        data = lines.encode("utf-8", "replace")
        try:
            if os.fstat(self._fd).st_size + len(data) > _LARGEST:
                self.failure = f"it has reached {_LARGEST // 1024**2} MiB"
                return
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as cause:
            self.failure = cause.strerror or str(cause)


def _header(size: Size, title: str, tags: Sequence[str]) -> str:
    header = {
        "version": 3,
        "term": {"cols": size.columns, "rows": size.rows, "type": "xterm-256color"},
        "timestamp": int(time.time()),
        "title": one_line(title),
        "tags": [one_line(tag) for tag in tags],
    }
    return json.dumps(header, ensure_ascii=False) + "\n"
