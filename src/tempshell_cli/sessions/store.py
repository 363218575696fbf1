"""The index and the history: SQLite in the user's state directory. The engines, not this file, are the truth."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tempshell_cli.core.errors import LimitReached, UsageProblem
from tempshell_cli.core.paths import Paths, Unwritable, locked
from tempshell_cli.sessions.events import Event, Kind
from tempshell_cli.sessions.model import LIVE, Session, State
from tempshell_cli.sessions.schema import prepare

# Why a session ended that was only made to prove a pack.
PROOF = "proof"
_BUSY = 5.0  # seconds to wait for another process' lock
_ELSEWHERE = "or point XDG_STATE_HOME elsewhere; `tempshell stop` works without"
_ROOM = 64 * 1024  # bytes: what SQLite needs for its journal, and the memory that its readers share
_MEMORY = "/dev/shm"  # noqa: S108 - a directory that is made there is this user's alone
_COLUMNS = (
    "id", "name", "owner", "backend", "endpoint", "state", "created", "deadline", "pack", "lease", "extensions",
    "home", "details", "ended", "reason", "frozen",
)  # fmt: skip
_UPSERT = (
    f"INSERT OR REPLACE INTO session ({', '.join(_COLUMNS)}) "  # noqa: S608 - the column names above
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)


# The few that are found are sorted: with its index on `created` SQLite would look at all in that order (the plus sign
# keeps it from that, https://www.sqlite.org/optoverview.html).
_FEW = "ORDER BY +created"
# What can be forgotten: no engine has anything of it, and it counts no more against the starts of an hour.
_PAST = "+state IN (?, ?) AND deadline < ? AND created < ?"
_GRADED = "pack != '' AND reason != ? AND EXISTS (SELECT 1 FROM score WHERE score.session = session.id)"
_AN_HOUR = timedelta(hours=1)


class Score(NamedTuple):
    """What one check of a task found: points earned of the points there are, by the pack that ``digest`` names.

    ``incomplete`` are the ids of its checks that could not run.
    """

    session: str
    task: str
    at: datetime
    verdict: str
    earned: float
    points: float
    version: str = ""
    digest: str = ""
    incomplete: tuple[str, ...] = ()


class StoreUnavailable(UsageProblem):
    """The store cannot be used at the moment: it is locked, its disk is full, or it is read-only."""


class _Connection(sqlite3.Connection):
    """A connection that threads share: one at a time, and none within another one's transaction."""

    def __init__(self, file: Path, timeout: float) -> None:
        """``timeout``: how many seconds to wait for a lock of another process."""
        # Used from the workers of a screen, one at a time.
        super().__init__(file, isolation_level=None, timeout=timeout, check_same_thread=False)
        self.threads = threading.RLock()
        self._file = file

    def execute(self, *statement: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as sqlite3 has it
        """Execute a statement; raises StoreUnavailable."""
        with self.threads, _reported(self._file):
            return super().execute(*statement)

    def executemany(self, *statement: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as above
        """Execute a statement for each row; raises StoreUnavailable."""
        with self.threads, _reported(self._file):
            return super().executemany(*statement)


class Store:
    """The sessions, events and scores of one user. Open it with ``open_store``.

    Threads may share it. Each method raises StoreUnavailable where the file cannot be read or written.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self.unkept = ""  # why what is written is not kept, "" where it is

    def refuse_copy(self) -> None:
        """Raise UsageProblem where nothing that is written would be kept."""
        if self.unkept:
            raise UsageProblem(self.unkept, hint=f"make room there, or make it writable, {_ELSEWHERE}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock, so that what is read and what is written in between belong together."""
        with self._connection.threads:
            try:  # from here on: an interrupt may come as soon as the transaction is open
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def save(self, session: Session) -> None:
        """Insert or replace a session; one that has ended gives its ports back."""
        self._connection.execute(_UPSERT, _row(session))
        if not session.state.is_live:
            self._connection.execute("DELETE FROM port WHERE session = ?", (session.id,))

    def change(self, session_id: str, *, was: Session | None = None, **fields: Any) -> Session | None:  # noqa: ANN401 - of a Session
        """Change a live session and return it; None, with nothing changed, where it is not, or is not what it ``was``.

        An end is final, even where another process still takes the session for live.
        """
        with self.transaction():
            current = self.get(session_id)
            if current is None or not current.state.is_live or was not in (None, current):
                return None
            changed = current._replace(**fields)
            self.save(changed)
            return changed

    def allocate_ports(self, session: str, wanted: Mapping[str, Sequence[int]]) -> dict[str, int]:
        """Give a session, in place of those it has, a free port of each kind, the first of those wanted.

        Call it in a transaction. Raises LimitReached where none of a kind is left.
        """
        taken = {row[0] for row in self._connection.execute("SELECT number FROM port WHERE session != ?", (session,))}
        given = {}
        for kind, numbers in wanted.items():
            free = next((number for number in numbers if number not in taken), None)
            if free is None:
                raise LimitReached(f"no {kind} port is free", hint="widen its range under [ports] in the config")
            given[kind] = free
        self._connection.execute("DELETE FROM port WHERE session = ?", (session,))
        rows = [(number, session, kind) for kind, number in given.items()]
        self._connection.executemany("INSERT INTO port VALUES (?, ?, ?)", rows)
        return given

    def ports(self) -> dict[int, str]:
        """Return the allocated ports, each with its session's id."""
        return dict(self._connection.execute("SELECT number, session FROM port ORDER BY number"))

    def get(self, session_id: str) -> Session | None:
        """Return the session of that id, in any state."""
        found = self._select("WHERE id = ?", session_id)
        return found[0] if found else None

    def live(self) -> list[Session]:
        """Return the sessions that may have something on an engine, oldest first."""
        marks = ", ".join("?" * len(LIVE))
        return self._select(f"WHERE state IN ({marks}) ORDER BY created", *sorted(LIVE))

    def history(self) -> list[Session]:
        """Return all sessions, oldest first."""
        return self._select("ORDER BY created")

    def revision(self) -> tuple[int, int]:
        """Return what is another value after each change, here or by another process."""
        (theirs,) = self._connection.execute("PRAGMA data_version").fetchone()
        return theirs, self._connection.total_changes

    def last(self, token: str) -> Session | None:
        """Return the newest session of that id or name, in any state."""
        named = self._select("WHERE name = ? ORDER BY created DESC LIMIT 1", token)
        return max((one for one in (self.get(token), *named) if one), key=lambda one: one.created, default=None)

    def last_with_pack(self) -> Session | None:
        """Return the newest session that had a pack, in any state."""
        return next(iter(self._select("WHERE pack != '' ORDER BY created DESC LIMIT 1")), None)

    def alike(self, session: Session, since: datetime, most: int) -> list[Session]:
        """Return at most so many sessions of the same pack on the same engine, made since then, newest first."""
        same = "created >= ? AND pack = ? AND backend = ? AND endpoint = ? AND id != ? AND state != ?"
        of = (session.pack, session.backend, session.endpoint, session.id, State.FAILED)
        return self._select(f"WHERE {same} ORDER BY created DESC LIMIT ?", since.timestamp(), *of, most)

    def last_with_event(self, kind: Kind, token: str = "") -> Session | None:
        """Return the newest session with an event of that kind, of all or of those of an id or name."""
        marked = "WHERE id IN (SELECT session FROM event WHERE kind = ?) AND ? IN ('', id, name)"
        return next(iter(self._select(f"{marked} {_FEW} DESC LIMIT 1", kind, token)), None)

    def graded(self) -> list[Session]:
        """Return the sessions in which something was graded, oldest first, but for proofs."""
        marked = "WHERE id IN (SELECT session FROM score) AND pack != '' AND reason != ?"
        return self._select(f"{marked} {_FEW}", PROOF)

    def started_since(self, since: datetime) -> int:
        """Return how many sessions were started since then; failed starts and proofs do not count."""
        query = "SELECT count(*) FROM session WHERE created >= ? AND state != ? AND reason != ?"
        row = self._connection.execute(query, (since.timestamp(), State.FAILED, PROOF)).fetchone()
        return int(row[0])

    def add_event(self, event: Event) -> None:
        """Append to the history."""
        row = (event.at.timestamp(), event.session, event.kind, event.detail)
        self._connection.execute("INSERT INTO event VALUES (?, ?, ?, ?)", row)

    def events(self, session: str = "") -> list[Event]:
        """Return the events of a session, or of all, oldest first."""
        where = ("WHERE session = ?", (session,)) if session else ("", ())
        rows = self._connection.execute(f"SELECT * FROM event {where[0]} ORDER BY at, rowid", where[1])  # noqa: S608
        return [Event(_time(at), of, kind, detail) for at, of, kind, detail in rows]

    def events_after(self, number: int) -> list[tuple[int, Event]]:
        """Return the events recorded after the one of that number, each with its own, in the order of recording."""
        rows = self._connection.execute("SELECT rowid, * FROM event WHERE rowid > ? ORDER BY rowid", (number,))
        return [(row, Event(_time(at), of, kind, detail)) for row, at, of, kind, detail in rows.fetchall()]

    def events_of(self, token: str) -> list[Event]:
        """Return the events of all sessions of that id or name, oldest first."""
        rows = self._connection.execute(
            "SELECT event.* FROM session CROSS JOIN event ON event.session = session.id "
            "WHERE session.id = ? OR session.name = ? ORDER BY at, event.rowid",
            (token, token),
        )
        return [Event(_time(at), of, kind, detail) for at, of, kind, detail in rows]

    def was_searched(self, owner: str) -> bool:
        """Return whether engines were searched for what this store may have lost, or never had, of an owner."""
        query = "SELECT 1 FROM event WHERE kind = ? AND session = '' AND detail = ? LIMIT 1"
        found = self._connection.execute(query, (Kind.SEARCHED, owner))
        return found.fetchone() is not None

    def add_score(self, score: Score) -> None:
        """Append the outcome of a check."""
        row = (*score[:2], score.at.timestamp(), *score[3:-1], " ".join(score.incomplete))
        self._connection.execute("INSERT INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def scores(self, session: str) -> list[Score]:
        """Return every score of a session, oldest first."""
        rows = self._connection.execute("SELECT * FROM score WHERE session = ? ORDER BY at, rowid", (session,))
        return [_score(row) for row in rows]

    def latest_scores(self, session: str) -> dict[str, Score]:
        """Return the newest score of each task of a session, but of those that were put back to their start since."""
        resets = {event.detail: event.at for event in self.events(session) if event.kind == Kind.RESET}
        latest = {score.task: score for score in self.scores(session)}
        return {task: score for task, score in latest.items() if task not in resets or score.at > resets[task]}

    def past(self, now: datetime, *, graded: bool, since: datetime, most: int) -> Iterator[str]:
        """Yield the ids of past sessions to forget, oldest first: those from before ``since``, and all but ``most``.

        ``graded``: those in which something was graded, else the others. A session that may have something on an
        engine, or whose deadline has not passed, is none of them, nor one that was started within the last hour.
        """
        kind = _GRADED if graded else f"NOT ({_GRADED})"
        before = since.timestamp()
        if self._count(graded=graded) > most:
            surplus = f"SELECT created FROM session WHERE {kind} ORDER BY created DESC LIMIT 1 OFFSET ?"  # noqa: S608
            row = self._connection.execute(surplus, (PROOF, most)).fetchone()
            before = max(before, row[0]) if row else before
        ended = (State.ENDED, State.FAILED, now.timestamp(), (now - _AN_HOUR).timestamp())
        query = f"SELECT id FROM session WHERE {_PAST} AND {kind} AND created <= ? ORDER BY created"  # noqa: S608
        yield from (row[0] for row in self._connection.execute(query, (*ended, PROOF, before)))

    def _count(self, *, graded: bool) -> int:
        """Return how many sessions there are, or how many of them are graded, at most."""
        what = "DISTINCT session) FROM score" if graded else "*) FROM session"
        return int(self._connection.execute(f"SELECT count({what}").fetchone()[0])

    def outcomes(self) -> Iterator[tuple[str, str, str]]:
        """Yield pack, task and session of each task's last score in each session, newest first, but for errors."""
        rows = self._connection.execute(
            "SELECT pack, task, id, verdict, max(at) FROM score JOIN session ON session.id = score.session "
            "GROUP BY score.session, task ORDER BY created DESC"
        )
        yield from ((pack, task, session) for pack, task, session, verdict, _ in rows if verdict != "error")

    def forget(self, sessions: Iterable[str]) -> None:
        """Remove sessions with all their events and scores."""
        ids = [(one,) for one in sessions]
        for table, column in (("event", "session"), ("score", "session"), ("port", "session"), ("session", "id")):
            self._connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)  # noqa: S608 - constants

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _select(self, tail: str, *values: object) -> list[Session]:
        query = f"SELECT {', '.join(_COLUMNS)} FROM session {tail}"  # noqa: S608 - constants only; values are bound
        return [_session(row) for row in self._connection.execute(query, values)]


class Opened(NamedTuple):
    """An open store, and where a corrupt one was moved to, if there was one."""

    store: Store
    moved_aside: Path | None = None

    @property
    def notes(self) -> list[str]:
        """What a person should know of it, a line each."""
        if self.store.unkept:
            return [f"{self.store.unkept}: nothing is recorded"]
        if self.moved_aside:
            return [
                f"the store was damaged and is now {self.moved_aside};",
                "running sandboxes are found again by their labels",
            ]
        return []


@contextmanager
def open_store(paths: Paths, *, repair: bool = True) -> Iterator[Opened]:
    """Open the store, making it where there is none; a corrupt file is moved aside (``repair``), never deleted.

    Where its directory cannot be written, it is a copy in memory: looking and stopping need no more. Raises
    StoreUnavailable where it cannot be read or written, now or in the block, and UsageProblem where it is damaged.
    """
    try:
        paths.private()
        unkept = _why_unkept(paths)
    except Unwritable as cause:
        unkept = str(cause)
    try:
        with _copied(paths.store) if unkept else nullcontext(paths.store) as file:
            opened = _open_or_replace(file) if repair else Opened(_open(file))
            opened.store.unkept = unkept
            try:
                yield opened
            finally:
                opened.store.close()
    except sqlite3.OperationalError as cause:  # as rows were read
        raise _unavailable(paths.store, cause) from cause
    except sqlite3.DatabaseError as cause:
        raise UsageProblem(
            f"the store {paths.store} is damaged: {cause}",
            hint="move it away; running sandboxes are found again by their labels",
        ) from cause


def _why_unkept(paths: Paths) -> str:
    """Return why nothing can be written to the store, "" where that is possible."""
    disk = os.statvfs(paths.state)
    if disk.f_flag & os.ST_RDONLY:
        return f"the file system of {paths.state} is read-only"
    if disk.f_bavail * disk.f_frsize < _ROOM or (disk.f_files and not disk.f_favail):
        return "the disk of the state directory is full"
    # SQLite's own files next to it, too: they may be another user's, since somebody ran tempshell with sudo.
    for file in (paths.state, *_files(paths.store)):
        if file.exists() and not os.access(file, os.W_OK):
            return f"{file} cannot be written"
    return ""


def _files(store: Path) -> tuple[Path, Path, Path]:
    """Return the file of the store, its journal, and the memory that its readers share."""
    return store, Path(f"{store}-wal"), Path(f"{store}-shm")


@contextmanager
def _reported(file: Path) -> Iterator[None]:
    """Raise StoreUnavailable for what SQLite raises in the block where a file cannot be read or written."""
    try:
        yield
    except sqlite3.OperationalError as cause:
        raise _unavailable(file, cause) from cause


def _unavailable(file: Path, cause: sqlite3.OperationalError) -> StoreUnavailable:
    return StoreUnavailable(
        f"cannot use the store {file}: {cause}",
        hint=f"see that {file.parent} is writable and has space, or point XDG_STATE_HOME elsewhere",
    )


@contextmanager
def _copied(store: Path) -> Iterator[Path]:
    """Yield a copy of the store that lasts for the block; an empty place where there is no store."""
    with TemporaryDirectory(prefix="tempshell-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as place:
        for file in _files(store)[:2]:
            if file.exists():
                shutil.copyfile(file, Path(place, file.name))
        yield Path(place, store.name)


def _open_or_replace(file: Path) -> Opened:
    try:
        return Opened(_open(file))
    except sqlite3.DatabaseError as cause:
        if not _is_damaged(cause):
            raise
    with locked(file.parent):
        return _replace(file)


def _replace(file: Path) -> Opened:
    """Move a damaged file aside, unless another process was faster."""
    try:
        return Opened(_open(file))
    except sqlite3.DatabaseError as cause:
        if not _is_damaged(cause):
            raise
    aside = file.with_suffix(f".corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    file.rename(aside)
    for companion in _files(file)[1:]:
        companion.unlink(missing_ok=True)
    return Opened(_open(file), moved_aside=aside)


def _is_damaged(cause: sqlite3.DatabaseError) -> bool:
    """Return whether a new file would help: not where this one is locked, full or read-only."""
    return not isinstance(cause, sqlite3.OperationalError)


def _open(file: Path) -> Store:
    with _reported(file):
        connection = _Connection(file, _BUSY)
    try:
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return Store(connection)


def _row(session: Session) -> tuple[Any, ...]:
    return (
        *(session.id, session.name, session.owner, session.backend, session.endpoint, str(session.state)),
        *(session.created.timestamp(), session.deadline.timestamp(), session.pack),
        *(session.lease.total_seconds(), session.extensions, session.home, json.dumps(dict(session.details))),
        *(session.ended.timestamp() if session.ended else None, session.reason),
        None if session.frozen is None else session.frozen.total_seconds(),
    )


def _session(row: Sequence[Any]) -> Session:
    values = dict(zip(_COLUMNS, row, strict=True))
    raw = Session(**values)
    return raw._replace(
        state=State(values["state"]),
        created=_time(values["created"]),
        deadline=_time(values["deadline"]),
        lease=timedelta(seconds=values["lease"]),
        details=json.loads(values["details"]),
        ended=_time(values["ended"]) if values["ended"] else None,
        frozen=None if values["frozen"] is None else timedelta(seconds=values["frozen"]),
    )


def _score(row: Sequence[Any]) -> Score:
    session, task, at, verdict, earned, points, version, digest, incomplete = row
    return Score(session, task, _time(at), verdict, earned, points, version, digest, tuple(incomplete.split()))


def _time(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
