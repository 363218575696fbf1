"""The commands that are typed in a session's shell, as the shell reports them.

The shell integrations of terminals report commands on the terminal itself (OSC 133), and tmux does not pass that on. So
a bash that the practice screen opens writes each into a file in the sandbox, and a bash beside it hands them on. What
comes is only what a program in the sandbox says: it is bounded, stripped and redacted here.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import IO, NamedTuple

from tempshell_cli.backends.base import Backend
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.core.redact import redacted
from tempshell_cli.core.text import strip_controls
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.recordings import secrets_in

# So many are kept of a session, so many may come at once, and so many in each second in the long run.
MOST, AT_ONCE, _PER_SECOND = 2000, 50, 5
LONGEST = 500  # characters of a command that are kept
_FILE = "/tmp/.tempshell-commands-{}"  # noqa: S108 - in the sandbox, by the id of the session
_LONGEST_RECORD = 16 * 1024  # bytes
# So many bytes are read at once, and then there is a pause, in seconds: a flood takes little from the interface.
_CHUNK, _PAUSE = 16 * 1024, 0.1
# Where the connection drops, another one is made after so many seconds, each time twice as many up to the second.
_FIRST_RETRY, _LAST_RETRY = 2.0, 60.0
_NO_BASH = 3
_GOODBYE = 3.0  # seconds for what is left
# The prompt before a command runs (PS0) takes the time, and the one after it writes the record: exit code, begin and
# end in microseconds, and the last entry of the shell's own history. Where that is not a new one, the shell keeps the
# command out of its history, and so is it kept out of ours. No program is started for it, none that the shell starts
# has these variables, and what `set -x` would show of it goes nowhere.
_AT_PROMPT = (
    "{ __tempshell_code=$? __tempshell_last=$(HISTTIMEFORMAT= history 1); export -n PROMPT_COMMAND PS0; "
    'if [ "${__tempshell_begun:-0}" != 0 ] && [ "$__tempshell_last" != "$__tempshell_before" ]; then '
    'printf "%s %s %s %s\\0" "$__tempshell_code" "$__tempshell_begun" "${EPOCHREALTIME/[.,]/}" "$__tempshell_last" '
    ">>FILE; fi; __tempshell_begun=0 __tempshell_before=$__tempshell_last; } 2>/dev/null"
)
_BEFORE_COMMAND = "${__tempshell_begun:$((__tempshell_begun=${EPOCHREALTIME/[.,]/}+0,0)):0}"
# Each record is handed on once, however many screens are open. The read is the pause: no program is started while
# nothing is typed, which would count as something that happens in the session. It ends with the input.
_HAND_ON = (
    'take() { [ ! -s FILE ] || { mv FILE "FILE.$$" && cat "FILE.$$"; rm -f "FILE.$$"; }; }; '
    "while read -rt 1 _ || [ $? -gt 128 ]; do take; done; take"
)
_READ = f"command -v bash >/dev/null 2>&1 || exit {_NO_BASH}; exec bash -c '{_HAND_ON}' 2>/dev/null"


def reporting(session: str) -> Mapping[str, str]:
    """Return the variables that make a bash report the commands of the session with this id."""
    return {"PROMPT_COMMAND": _AT_PROMPT.replace("FILE", _FILE.format(session)), "PS0": _BEFORE_COMMAND}


class Typed(NamedTuple):
    """A command that has ended at ``at``, aware, after ``took`` seconds."""

    at: datetime
    code: int
    took: float
    text: str


class CommandReader:
    """Reads the commands of a session's shell, as long as ``reading`` lasts."""

    def __init__(
        self,
        session: Callable[[], Session],
        backend_of: Callable[[Session], Backend],
        keep: Callable[[Typed], None],
        now: Callable[[], datetime],
        most: int,
    ) -> None:
        """``session`` returns how the session stands, ``now`` the time, aware.

        ``keep`` is called with each command, in a thread, at most ``most`` times.
        """
        self._session, self._backend_of = session, backend_of
        self._keep, self._now, self._left = keep, now, most
        self._leaving = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read as long as the block lasts, and the rest at its end."""
        thread = threading.Thread(target=self._follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._starting:
                self._leaving.set()
                process = self._process
            if process and process.stdin:
                with suppress(OSError):
                    process.stdin.close()  # which lets it hand on the rest, and end
                if self._session().state is State.READY:  # one that is paused hands nothing on
                    thread.join(_GOODBYE)
                process.kill()
            thread.join(_GOODBYE)

    def _follow(self) -> None:
        retry = _FIRST_RETRY
        while self._left > 0 and not self._leaving.is_set():
            session = self._session()
            with suppress(TempshellError, OSError):
                if session.state is State.READY and self._read(session) == _NO_BASH:
                    return
            self._leaving.wait(retry)
            retry = min(2 * retry, _LAST_RETRY)

    def _read(self, session: Session) -> int:
        """Keep what comes until the connection ends; return its exit code. Nothing is kept with a secret unknown."""
        backend = self._backend_of(session)
        secrets = secrets_in(backend, session.sandbox)
        script = _READ.replace("FILE", _FILE.format(session.id))
        command = backend.shell(session.sandbox, ("/bin/sh", "-c", script), tty=False)
        with self._starting:
            if self._leaving.is_set():
                return 0
            self._process = process = subprocess.Popen(
                command.argv,
                env=command.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,  # the keys of the terminal are for the program on it
            )
        assert process.stdout  # noqa: S101 - a pipe
        with process.stdout as stream:
            self._take_all(stream, secrets, session.created)
        if self._left <= 0:
            process.kill()
        return process.wait()

    def _take_all(self, stream: IO[bytes], secrets: Collection[str], since: datetime) -> None:
        credit, before = float(AT_ONCE), time.monotonic()
        for record in records(stream):
            now = time.monotonic()
            credit, before = min(AT_ONCE, credit + (now - before) * _PER_SECOND), now
            if self._left <= 0:
                return
            if credit < 1:
                continue
            typed = read_record(record, secrets, since=since, now=self._now())
            if typed:
                credit -= 1
                self._left -= 1
                self._keep(typed)


def records(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands before each NUL of a stream; what is too long is left out."""
    pending, too_long = b"", False
    while chunk := os.read(stream.fileno(), _CHUNK):
        *whole, pending = (pending + chunk).split(b"\0")
        for record in whole:
            if not too_long and len(record) <= _LONGEST_RECORD:
                yield record
            too_long = False
        if len(pending) > _LONGEST_RECORD:
            pending, too_long = b"", True
        time.sleep(_PAUSE)


def read_record(record: bytes, secrets: Collection[str], *, since: datetime, now: datetime) -> Typed | None:
    """Return the command of a record without these secrets; None where it makes no sense.

    Its end lies between ``since`` and ``now``: the clock of a sandbox is its own.
    """
    try:
        code, begun, ended, _, text = record.decode(errors="replace").split(maxsplit=4)
        took = max(0.0, (int(ended) - int(begun)) / 1e6)
        at = min(max(datetime.fromtimestamp(int(ended) / 1e6, UTC), since), now)
        exit_code = int(code) & 0xFF
    except (ValueError, OverflowError, OSError):
        return None
    # First what has line breaks of its own, then what a control character or a line break stood in.
    shown = redacted(_on_one_line(redacted(text, secrets)), secrets)
    cut = shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
    return Typed(at, exit_code, min(took, max(0.0, (now - since).total_seconds())), cut) if cut else None


def _on_one_line(text: str) -> str:
    """Return the text without controls, its line breaks and tabs as spaces. Spaces stay: some are quoted."""
    return " ".join(strip_controls(text).replace("\t", " ").splitlines()).strip()
