"""The sweep: brings the store and the engines to agree, and removes what is past its time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from tempshell_cli.backends.base import Backend, CanPause, Condition, Receipt, Sandbox
from tempshell_cli.core.clock import Clock
from tempshell_cli.core.errors import EngineUnavailable, TempshellError
from tempshell_cli.core.journal import Journal
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.text import one_line
from tempshell_cli.sessions.events import Event, Kind
from tempshell_cli.sessions.exam import events_of
from tempshell_cli.sessions.lease import deadline_after, ends_when_idle, idle_of
from tempshell_cli.sessions.model import SETTLED, Session, State
from tempshell_cli.sessions.pool import Pool, TimedOut
from tempshell_cli.sessions.starting import clear_marks, is_starting, start_mark
from tempshell_cli.sessions.store import Store

_NO_TIMEOUTS: Mapping[Backend, float | None] = MappingProxyType({})
_REMOVAL = 3  # times what an engine has for its answer: it waits for what it has ended to be gone


class Sweep:
    """What a sweep did: receipts of what it removed, sandboxes that run, engines that did not answer.

    ``troubled`` are sandboxes that it left alone because something about them failed, in words.
    """

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.running: list[tuple[Backend, Sandbox]] = []
        self.silent: list[tuple[Backend, TempshellError]] = []
        self.troubled: list[str] = []

    def of_others(self, sessions: Collection[Session], clock: Clock) -> list[Session]:
        """Return what runs for others, as far as the engines know: what is none of these ``sessions``."""
        known = {(one.backend, one.endpoint, one.id) for one in sessions}
        return [
            adopted(backend, one, clock)
            for backend, one in self.running
            if (backend.name, backend.endpoint, one.session) not in known
        ]

    def count(self, backend: Backend) -> int:
        """Return how many sandboxes run on an engine, of the owners asked about."""
        return sum(one is backend for one, _ in self.running)


class _End(NamedTuple):
    """A sandbox that has to go, and why; ``session`` is its record where it has one."""

    sandbox: Sandbox
    session: Session | None
    reason: str


class Reaper:
    """Sweeps engines on behalf of one user, who may have several names. Never touches what belongs to another.

    What is in this user's store is this user's, under any owner's name.
    """

    def __init__(self, store: Store, paths: Paths, clock: Clock, owners: Collection[str], pool: Pool) -> None:
        self.store = store
        self.paths = paths
        self.clock = clock
        self.owners = owners
        self.pool = pool

    def sweep(
        self,
        backends: Iterable[Backend],
        everybodys: Collection[Backend] = (),
        timeouts: Mapping[Backend, float | None] = _NO_TIMEOUTS,
        *,
        clear: bool = False,
    ) -> Sweep:
        """Remove what is past its deadline or half made; adopt what the store has lost, and learn what became of it.

        What is lost for good stays on record, so that its owner learns of it, unless the sweep is to ``clear`` that.
        On the engines of ``everybodys`` others' sandboxes are looked at, too, never touched. Each engine and each
        sandbox is on its own: a failure of one is reported, and stops no other. An engine that does not answer, or not
        within its ``timeouts`` (seconds; None: as long as it takes), is left for later: its sessions stay on record.

        Engines are asked, and remove things, in threads; only this thread reads and writes the store.
        """
        done = Sweep()
        clear_marks(self.paths)
        asked = list(dict.fromkeys(backends))
        answer_in = {backend: timeouts.get(backend) for backend in asked}
        # Before the engine is asked: what another process starts or finishes meanwhile is neither half made nor gone.
        before = {backend: self._recorded(backend) for backend in asked}
        settled = {
            backend: {one.id for one in known if not is_starting(self.paths, one.id)}
            for backend, known in before.items()
        }
        questions = {
            backend: [partial(_find, backend, self._owners(before[backend], others=backend in everybodys))]
            for backend in asked
        }
        ends: dict[Backend, list[_End]] = {}
        for backend, (found,) in self.pool.run(questions, answer_in).items():
            if isinstance(found, Exception):
                self._give_up(backend, found, done)
            else:
                known = {one.id: one for one in before[backend] if one.id in settled[backend]}
                ends[backend] = list(self._judge(backend, found, known, done, clear=clear))
        self._remove({backend: due for backend, due in ends.items() if due}, answer_in, done)
        return done

    def _remove(
        self, ends: Mapping[Backend, list[_End]], answer_in: Mapping[Backend, float | None], done: Sweep
    ) -> None:
        removals = {backend: [partial(backend.destroy, end.sandbox) for end in due] for backend, due in ends.items()}
        timeouts = {one: None if seconds is None else seconds * _REMOVAL for one, seconds in answer_in.items()}
        for backend, results in self.pool.run(removals, timeouts).items():
            for end, receipt in zip(ends[backend], results, strict=True):
                if isinstance(receipt, TimedOut):
                    self._give_up(backend, receipt, done)
                    break  # so are all after it
                with self._apart(backend, end.sandbox.session, done):
                    if isinstance(receipt, Exception):
                        raise receipt
                    self._ended(end, receipt, done)

    def _give_up(self, backend: Backend, cause: Exception, done: Sweep) -> None:
        if isinstance(cause, TempshellError):
            error = cause
        else:
            error = EngineUnavailable(
                f"the {backend.name} engine gave an answer that nobody expected: {one_line(repr(cause))}",
                hint="`tempshell doctor` looks at it; `tempshell events` has more",
            )
        done.silent.append((backend, error))
        Journal(self.paths.log).write(self.clock.now(), Kind.UNSWEPT, session="", detail=f"{backend.name}: {error}")

    @contextmanager
    def _apart(self, backend: Backend, session: str, done: Sweep) -> Iterator[None]:
        """Report and log an exception about one session, and go on."""
        try:
            yield
        except Exception as cause:  # noqa: BLE001 - what an engine says may be anything, and is not the others' fault
            done.troubled.append(f"session {session} on {backend.name}: {one_line(str(cause) or repr(cause))}")
            detail = f"{backend.name}: {cause!r}"
            Journal(self.paths.log).write(self.clock.now(), Kind.UNSWEPT, session=session, detail=detail)

    def _recorded(self, backend: Backend) -> list[Session]:
        here = (backend.name, backend.endpoint)
        return [one for one in self.store.live() if (one.backend, one.endpoint) == here]

    def _owners(self, known: Iterable[Session], *, others: bool) -> list[str | None]:
        """Return whom to ask for: who has changed name or machine owned under the old one; None: everybody."""
        return [None] if others else list(dict.fromkeys([*self.owners, *(one.owner for one in known)]))

    def _judge(
        self, backend: Backend, found: Sequence[Sandbox], known: Mapping[str, Session], done: Sweep, *, clear: bool
    ) -> Iterator[_End]:
        """Yield what has to go. ``known`` was on record, and no longer being made, before the engine was asked."""
        for sandbox in found:
            with self._apart(backend, sandbox.session, done):
                if end := self._judge_one(backend, sandbox, known, done, clear=clear):
                    yield end
        missing = known.keys() - {sandbox.session for sandbox in found}
        for session in self._recorded(backend):
            if session.id in missing and (reason := self._why_missing(session, known, clear=clear)):
                yield _End(session.sandbox, session, reason)

    def _judge_one(
        self, backend: Backend, sandbox: Sandbox, known: Mapping[str, Session], done: Sweep, *, clear: bool
    ) -> _End | None:
        session = self._record_of(backend, sandbox)
        if sandbox.condition is Condition.UNKNOWN and session:
            what = "; ".join(sandbox.lost) or "its cluster does not answer"
            done.troubled.append(f"session {sandbox.session} on {backend.name}: {what}")
        if sandbox.condition is Condition.UNKNOWN:
            return None
        mine = sandbox.owner in ({session.owner} if session else self.owners)
        mine |= not sandbox.owner and (bool(session) or not backend.is_shared)
        if mine and (reason := self._why_end(sandbox, session, settled=sandbox.session in known, clear=clear)):
            return _End(sandbox, session, reason)
        if mine:
            self._adopt(backend, sandbox, session, known)
        if sandbox.condition is Condition.RUNNING and self.clock.now() < sandbox.deadline:
            done.running.append((backend, sandbox))
        return None

    def _record_of(self, backend: Backend, sandbox: Sandbox) -> Session | None:
        """Return the record of a sandbox; what only claims its id, on another engine or elsewhere on it, has none."""
        session = self.store.get(sandbox.session)
        if session is None or (session.backend, session.endpoint) != (backend.name, backend.endpoint):
            return None
        seen = sandbox.condition is not Condition.UNKNOWN
        elsewhere = seen and session.details and session.sandbox.place != sandbox.place
        return None if elsewhere else session

    def _why_end(  # noqa: PLR0911 - one line a reason
        self, sandbox: Sandbox, session: Session | None, *, settled: bool, clear: bool
    ) -> str:
        """Return why a sandbox has to go; "" when it may stay. One not ``settled`` was being made a moment ago."""
        if is_starting(self.paths, sandbox.session):
            return ""
        if self.clock.now() >= sandbox.deadline:
            return "expired"
        if session and session.state is State.STOPPING:
            return "stopped"
        if session and not session.state.is_live:
            return session.reason or "ended"
        # A dead one that is on no record may be another machine's, half made: its deadline decides.
        if not session or not settled:
            return ""
        if session.state is State.CREATING:
            return "interrupted"
        if sandbox.condition is Condition.DEAD and session.state in SETTLED and self._ends_when_idle(session):
            return "idle"
        return "died" if clear and sandbox.condition is Condition.DEAD and session.state in SETTLED else ""

    def _why_missing(self, session: Session, known: Mapping[str, Session], *, clear: bool) -> str:
        """Return why a session that its engine has nothing of has ended; "" for one that is kept as lost."""
        if session.state is State.STOPPING:
            return "stopped"
        if session.is_over(self.clock.now()):
            return "expired"
        if session.state in SETTLED and self._ends_when_idle(session):
            return "idle"
        if session.state in SETTLED and not clear:
            self._learn(session, known, {"state": State.LOST, "reason": _NOTHING_LEFT})
            return ""
        return "interrupted" if session.state is State.CREATING else "vanished"

    def _ends_when_idle(self, session: Session) -> bool:
        """Return whether a session ends by itself, before its deadline, when nothing happens in it."""
        return ends_when_idle(self.store.events(session.id))

    def _ended(self, end: _End, receipt: Receipt, done: Sweep) -> None:
        """Record an end, unless another process was faster: each session has one."""
        now = self.clock.now()
        if end.session and end.session.state.is_live and not receipt.leftover:
            is_news = bool(self.store.change(end.session.id, state=State.ENDED, ended=now, reason=end.reason))
        else:
            is_news = bool(receipt.removed or receipt.leftover)
        if is_news:
            done.receipts.append(receipt.keeping(end.sandbox))
            self.store.add_event(Event.of(now, end.sandbox.session, Kind.REAPED, end.reason))

    def _adopt(self, backend: Backend, sandbox: Sandbox, session: Session | None, known: Mapping[str, Session]) -> None:
        """Put a sandbox that the store does not know back into it, or what it has wrong, as its labels say.

        What has changed on record since the engine was asked is newer than its answer.
        """
        if is_starting(self.paths, sandbox.session):  # the process that changes it records it
            return
        if sandbox.is_torn and sandbox.condition is Condition.RUNNING:
            with start_mark(self.paths, sandbox.session):  # and meanwhile somebody may have
                again = {(one.place, one.session): one for one in backend.find(sandbox.owner)}
                sandbox = again.get((sandbox.place, sandbox.session), sandbox)
                sandbox = _healed(backend, sandbox, self.clock) if sandbox.is_torn else sandbox
        if session and known.get(session.id) == session:
            self.learn(backend, sandbox, session)
        # One that is broken and on no record may be another machine's, half made.
        if sandbox.condition not in {Condition.RUNNING, Condition.STOPPED}:
            return
        with self.store.transaction():
            if self.store.get(sandbox.session):  # a stranger's claim to a session of ours is not adopted over it
                return
            self.store.save(adopted(backend, sandbox, self.clock))
            self.store.add_event(Event.of(self.clock.now(), sandbox.session, Kind.ADOPTED, backend.name))
            self._learn_events(sandbox)

    def learn(self, backend: Backend, sandbox: Sandbox, session: Session) -> Sandbox:
        """Bring the record of a session up to what its engine says, and heal what was cut short there.

        Returns the sandbox as it is then.
        """
        if sandbox.is_torn and sandbox.condition is Condition.RUNNING:
            sandbox = _healed(backend, sandbox, self.clock)
        idle = idle_of(self.store.events(session.id)) if sandbox.idle_end else None
        said = _said_by(sandbox, pauses=bool(idle and idle.pauses))
        if session.state in SETTLED and _differs(session, said):
            self._learn(session, {session.id: session}, said)
        self._learn_events(sandbox)
        return sandbox

    def _learn_events(self, sandbox: Sandbox) -> None:
        """Record which tasks a session has, and that it is an exam, where its sandbox alone knows."""
        if events := events_of(sandbox):
            known = {event.kind for event in self.store.events(sandbox.session)}
            for event in events:
                if event.kind not in known:
                    self.store.add_event(event)

    def _learn(self, session: Session, known: Mapping[str, Session], changes: Mapping[str, Any]) -> None:
        """Put on record what the engine says, unless that changed meanwhile; a new state is part of the history."""
        if known.get(session.id) != session:
            return
        changed = self.store.change(session.id, was=session, **changes)
        if changed and changed.state is not session.state:
            self.store.add_event(Event.of(self.clock.now(), session.id, Kind(changed.state), changed.reason))


def _find(backend: Backend, owners: Sequence[str | None]) -> list[Sandbox]:
    """Return what an engine has of these owners."""
    return list({(one.place, one.session): one for owner in owners for one in backend.find(owner)}.values())


def _healed(backend: Backend, sandbox: Sandbox, clock: Clock) -> Sandbox:
    """Give all parts of a sandbox what counts there: a change was cut short. A pause that was goes on no further."""
    if sandbox.frozen is not None and isinstance(backend, CanPause):
        deadline = deadline_after(clock.now(), sandbox.frozen)
        backend.resume(sandbox, deadline)
        return sandbox._replace(deadline=deadline, frozen=None, is_torn=False)
    backend.set_deadline(sandbox, sandbox.deadline)
    return sandbox._replace(is_torn=False)


def _differs(session: Session, said: Mapping[str, Any]) -> bool:
    """Return whether the engine has another deadline than the record, another state or other terms."""
    moved = abs(session.deadline - said["deadline"]) > _AS_GOOD_AS_ONE
    names = said.keys() & {"state", "reason", "lease", "extensions"}
    return moved or any(getattr(session, name) != said[name] for name in names)


_IDLE = "nothing has happened in it for as long as --idle says: it ends at {:%H:%M:%S} unless something does"
_PAUSES = (
    "nothing has happened in it for as long as --idle says: it is paused, or ends at {:%H:%M:%S}, unless something does"
)
_NOTHING_LEFT, _NOTHING_RUNS = "nothing of it is left", "nothing in it runs any more"
_STATES = {
    Condition.RUNNING: State.READY,
    Condition.STOPPED: State.STOPPED,
    Condition.BROKEN: State.BROKEN,
    Condition.DEAD: State.LOST,
}
# An engine's clock has whole seconds, and each command compares it with ours again.
_AS_GOOD_AS_ONE = timedelta(seconds=2)


def state_of(sandbox: Sandbox, *, pauses: bool = False) -> dict[str, Any]:
    """Return what the record of a session says of its sandbox: its state, why, and what is left of a paused lease.

    ``pauses``: a client pauses it when nothing happens in it.
    """
    state = _STATES[sandbox.condition]
    if sandbox.frozen is not None and state is not State.LOST:
        state = State.PAUSED
    lost = sandbox.lost or ((_NOTHING_RUNS,) if state is State.LOST else ())
    if state is State.READY and sandbox.idle_end:
        lost = ((_PAUSES if pauses else _IDLE).format(sandbox.idle_end.astimezone()),)
    return {"state": state, "reason": "; ".join(lost), "frozen": sandbox.frozen}


def _said_by(sandbox: Sandbox, *, pauses: bool = False) -> dict[str, Any]:
    """Return what of a session its sandbox says. One of an older tempshell has no terms: those on record stay."""
    terms = sandbox.terms
    granted = {"lease": terms.lease, "extensions": terms.extensions} if terms.lease else {}
    return {**state_of(sandbox, pauses=pauses), "deadline": sandbox.deadline, **granted}


def adopted(backend: Backend, sandbox: Sandbox, clock: Clock) -> Session:
    """Return a session for a sandbox that only the engine knows."""
    values = {
        "lease": sandbox.deadline - clock.now() if sandbox.frozen is None else sandbox.frozen,
        **_said_by(sandbox),
    }
    return Session(
        id=sandbox.session,
        name=sandbox.name or sandbox.session,
        owner=sandbox.owner,
        backend=backend.name,
        endpoint=backend.endpoint,
        created=clock.now(),
        pack=sandbox.pack,
        home=sandbox.home,
        details=sandbox.details,
        **values,
    )
