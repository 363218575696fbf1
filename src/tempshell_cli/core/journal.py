"""The structured log: one JSON object a line, for machines and for the day something went wrong."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_LARGEST = 5 * 1024**2  # bytes, then one older file is kept next to the new one


class Journal:
    """Appends to the log. A log that cannot be written never stops the work it is about."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, at: datetime, kind: str, **fields: str | float) -> None:
        """Append one event; a line is written in one call, so that processes do not mix theirs."""
        line = json.dumps({"time": at.isoformat(), "event": kind, "pid": os.getpid(), **fields}) + "\n"
        with suppress(OSError):
            if self._file.exists() and self._file.stat().st_size > _LARGEST:
                self._file.replace(self._file.with_suffix(".log.1"))
            log = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                os.write(log, line.encode())
            finally:
                os.close(log)
