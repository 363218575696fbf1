"""A session from start to stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property

from tempshell_cli.backends.base import (
    Backend,
    CanPause,
    CanRestore,
    Condition,
    KeepsFiles,
    Receipt,
    Report,
    Sandbox,
)
from tempshell_cli.core.clock import Clock
from tempshell_cli.core.config import Settings
from tempshell_cli.core.errors import (
    EngineUnavailable,
    LeftoverRemains,
    NoSuchSession,
    ProvisionFailed,
    SessionExpired,
    TempshellError,
    UsageProblem,
)
from tempshell_cli.core.interrupts import shielded
from tempshell_cli.core.journal import Journal
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions import lease
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.events import PRIVATE, Detail, Event, Kind
from tempshell_cli.sessions.exam import refuse_in_exam
from tempshell_cli.sessions.lookup import refuse_expired, refuse_unusable, select
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.owner import owners
from tempshell_cli.sessions.pool import Pool, TimedOut
from tempshell_cli.sessions.reaper import Reaper, Sweep, state_of
from tempshell_cli.sessions.starting import start_mark
from tempshell_cli.sessions.store import Score, Store

_STAY = "its sessions stay on record, as last known"
REAP = "the record is kept; `tempshell reap` tries again"


class Sessions:
    """The sessions of one user on all their engines."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a command has in hand
        self,
        store: Store,
        settings: Settings,
        paths: Paths,
        clock: Clock,
        engines: Engines,
        warn: Callable[[str], object] = lambda _: None,
        ask: Callable[[str], bool | None] = lambda _: None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.paths = paths
        self.clock = clock
        self.engines = engines
        self.warn = warn  # called with what a person has to know, such as what sweeps leave alone
        self.ask = ask  # asks a person a question; None where there is nobody to be asked
        self.pool = Pool()
        self._silent: set[Backend] = set()  # reported already

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """The names of this user on engines; see ``owner.owners``."""
        return owners(self.paths, self.settings)

    @property
    def owner(self) -> str:
        """Who owns what is started here."""
        return self.owners[0]

    @property
    def reaper(self) -> Reaper:
        """The sweep for this user."""
        return Reaper(self.store, self.paths, self.clock, self.owners, self.pool)

    def sweep(  # noqa: PLR0913 - how to sweep
        self,
        extra: Sequence[Backend] = (),
        everybodys: Collection[Backend] = (),
        *,
        must_answer: Collection[Backend] = (),
        timeout_factor: float = 1.0,
        quiet: bool = False,
        clear: bool = False,
    ) -> Sweep:
        """Sweep every engine that a live session is on, and the extra ones; see ``Reaper.sweep``.

        Each has ``timeout_factor`` times the timeout of the settings, those that ``must_answer`` as long as they take.
        What is left alone is reported unless ``quiet``, an engine once until it answers again.
        """
        missing = []
        for one in self.store.live():
            try:
                self.engines.loaded(one)
            except EngineUnavailable as cause:
                missing.append(f"{cause}; {_STAY}")
                continue
            endpoint = self.engines.of(one).endpoint
            if endpoint != one.endpoint:  # an earlier release kept what was asked for
                details = {**one.details, "endpoint": endpoint} if "endpoint" in one.details else one.details
                self.store.save(one._replace(endpoint=endpoint, details=details))
        known = self.engines.of_all(self.store.live())
        backends = list(dict.fromkeys([*extra, *known]))
        timeout = self.settings.engines.answer_in.total_seconds() * timeout_factor
        swept = self.reaper.sweep(
            backends, everybodys, {one: None if one in must_answer else timeout for one in backends}, clear=clear
        )
        self._pause_idle(swept)
        known = [backend for backend in known if backend not in must_answer]  # of that one the caller has to know
        warnings = [*missing, *self._left_out(swept, known), *(f"{what}; it is left alone" for what in swept.troubled)]
        for warning in () if quiet else warnings:
            self.warn(warning)
        return swept

    def _pause_idle(self, swept: Sweep) -> None:
        """Pause what has given notice that nothing happens in it, where that was asked for; what fails ends later."""
        for _, sandbox in swept.running:
            session = self.store.get(sandbox.session) if sandbox.idle_end else None
            if not (sandbox.idle_end and session and session.state is State.READY):
                continue
            if lease.is_to_be_paused(self.store.events(session.id), sandbox.idle_end - self.clock.now()):
                try:
                    self.pause(session, if_idle=True)
                except TempshellError as cause:
                    self.store.add_event(Event.of(self.clock.now(), session.id, Kind.SWEEP, f"not paused: {cause}"))

    def _left_out(self, swept: Sweep, known: Collection[Backend]) -> list[str]:
        """Record which engines are left out, and return it in words; one that is not in use may be missing."""
        words = []
        for backend, cause in swept.silent:
            if backend not in self._silent and (backend in known or isinstance(cause, TimedOut)):
                self.store.add_event(Event.of(self.clock.now(), "", Kind.UNSWEPT, f"{backend.name}: {cause}"))
                words.append(f"{cause}; {_STAY if backend in known else 'it is left out'}")
        self._silent = {backend for backend, _ in swept.silent}
        return words

    def up_to_date(self, session: Session) -> Session:
        """Return the session as its engine has it; raises as ``restored`` where that has it no more."""
        self.reaper.sweep([self.engines.of(session)])
        return self.select(session.id)

    def restored(self, session: Session, report: Report) -> Session:
        """Return the session as its engine has it, with what has stopped or is gone brought back as far as it can be.

        Where the engine does not answer, as it is on record. Raises NoSuchSession where the sandbox is lost or gone,
        SessionExpired, and ProvisionFailed where it cannot be brought back.
        """
        backend = self.engines.of(session)
        current = self.up_to_date(session)
        if current.state in {State.STOPPED, State.BROKEN} and isinstance(backend, CanRestore):
            with start_mark(self.paths, session.id):  # one at a time: the next finds it restored
                current = self._restore(current, backend, report)
        if current.state is State.LOST:
            refuse_unusable(current)
        return current

    def _restore(self, session: Session, backend: Backend, report: Report) -> Session:
        assert isinstance(backend, CanRestore)  # noqa: S101 - for mypy
        for found in backend.find(session.owner):
            if found.session != session.id:
                continue
            whole, why = found, "; ".join(found.lost)
            if found.condition in {Condition.STOPPED, Condition.BROKEN}:
                with report(f"bringing back {session.name}: {why}"):
                    whole = backend.restore(found, report)
            return self.record(
                with_sandbox(session, whole)._replace(**state_of(whole)), Kind.RESTORED, why or session.reason
            )
        return session

    def claim_sweep(self, interval: float) -> bool:
        """Return whether no open screen of this user has swept for ``interval`` seconds, and note that this one does.

        Of many screens one asks the engines, and the others read what it has found in the store.
        """
        mark, now = self.paths.state / "swept", self.clock.now().timestamp()
        with suppress(OSError):  # none yet, or one that cannot be written: then each screen sweeps for itself
            if 0 <= now - mark.stat().st_mtime < interval:
                return False
        with suppress(OSError):
            mark.touch(mode=0o600)
            os.utime(mark, (now, now))
        return True

    def stop(self, session: Session, reason: str = "stopped") -> Receipt:
        """Remove everything of a session and verify it; raises LeftoverRemains, the record kept, where it cannot."""
        if self.store.change(session.id, state=State.STOPPING):
            self.journal(session.id, Kind.STOPPING, reason)
        try:
            receipt = self.engines.of(session).destroy(session.sandbox)
        except ProvisionFailed as refused:
            self.journal(session.id, Kind.LEFTOVER, str(refused))
            raise LeftoverRemains(f"{session.name} could not be removed: {refused}", hint=REAP) from refused
        if receipt.leftover:
            left = ", ".join(receipt.leftover)
            self.journal(session.id, Kind.LEFTOVER, left)
            raise LeftoverRemains(f"{session.name}: could not remove {left}", hint=REAP)
        self._record_end(session, reason, Kind.ENDED, reason)
        return receipt.keeping(session.sandbox)

    def forget(self, session: Session) -> Receipt | None:
        """Stop a session; where its engine does not answer, take it off the record and return None.

        Should the engine come back, the next sweep removes what is there. Raises LeftoverRemains.
        """
        try:
            return self.stop(session)
        except EngineUnavailable as cause:
            with suppress(EngineUnavailable):  # not even its context is there any more
                backend = self.engines.loaded(session)
                if isinstance(backend, KeepsFiles):
                    backend.forget(session.id)
            self._record_end(session, "forgotten", Kind.FORGOTTEN, str(cause))
            return None

    def stop_own(self) -> None:
        """Stop every live session of this user, to make room for another; raises LeftoverRemains."""
        for session in self.store.live():
            self.stop(session, "replaced")

    def extend(self, session: Session) -> Session:
        """Move the deadline once, on the engine and then on record; raises LimitReached, UsageProblem in an exam."""
        backend = self.engines.of(session)
        with self.changing(session, backend) as (current, sandbox):
            refuse_in_exam(self.store, current, "an exam cannot be extended")
            refuse_unusable(current)
            extended = lease.extended(current, self.settings.lease, self.settings.limits)
            before = sandbox.terms._replace(lease=current.lease, extensions=current.extensions)
            terms = before._replace(lease=extended.lease, extensions=extended.extensions)
            with _undone_by(lambda: backend.set_deadline(sandbox, current.deadline, before)):
                backend.set_deadline(sandbox, extended.deadline, terms)
            return self.record(extended, Kind.EXTENDED, extended.deadline.isoformat())

    def pause(self, session: Session, *, if_idle: bool = False) -> Session:
        """Freeze a session and its clock; raises UsageProblem where its backend cannot, and in an exam.

        ``if_idle``: nobody has asked for it, and where something happens in it by now it goes on.
        """
        refuse_in_exam(self.store, session, "an exam cannot be paused")
        backend = self.engines.of(session)
        if not isinstance(backend, CanPause):
            able = ", ".join(name for name, kind in self.engines.kinds() if issubclass(kind, CanPause))
            raise UsageProblem(f"a {backend.name} session cannot be paused", hint=f"only {able} sessions can be paused")
        with self.changing(session, backend) as (current, sandbox):
            refuse_in_exam(self.store, current, "an exam cannot be paused")
            if current.frozen is not None or (if_idle and sandbox.idle_end is None):
                return current
            refuse_unusable(current)
            now = self.clock.now()
            paused = lease.paused(current, self.settings.lease, now)
            with _undone_by(lambda: backend.resume(sandbox, current.deadline)):
                backend.pause(sandbox, left=paused.remaining(now), until=paused.deadline)
            return self.record(paused, Kind.PAUSED, "nothing happened in it" if if_idle else "")

    def resume(self, session: Session) -> Session:
        """Let a paused session go on, with what was left of its lease."""
        backend = self.engines.of(session)
        if not isinstance(backend, CanPause):
            raise _not_paused(session)
        with self.changing(session, backend) as (current, sandbox):
            if current.frozen is None and session.frozen is None:
                raise _not_paused(session)
            if current.frozen is None:  # another command has let it go on
                return current
            resumed = lease.resumed(current, self.clock.now())
            backend.resume(sandbox, resumed.deadline)
            return self.record(resumed, Kind.RESUMED)

    @contextmanager
    def changing(self, session: Session, backend: Backend) -> Iterator[tuple[Session, Sandbox]]:
        """Hold a session, as its engine has it now, in the block, against other commands and sweeps.

        Raises NoSuchSession where its sandbox is gone.
        """
        self.store.refuse_copy()
        if session.frozen is None:
            refuse_unusable(session)
        with start_mark(self.paths, session.id):
            found = [one for one in backend.find(session.owner) if one.session == session.id]
            sandbox = next((one for one in found if one.place == session.sandbox.place or not session.details), None)
            if sandbox is None:
                raise NoSuchSession(
                    f"{session.name} has no sandbox any more",
                    hint="`tempshell list` shows what runs, and why others ended",
                )
            if sandbox.condition is Condition.UNKNOWN:
                raise EngineUnavailable(
                    f"the sandbox of {session.name} cannot be reached from here", hint="see `tempshell status`"
                )
            sandbox = self.reaper.learn(backend, sandbox, session)
            current = self.store.get(session.id) or session
            refuse_expired(current, self.clock.now())
            if current.state is State.LOST:
                refuse_unusable(current)
            yield current, sandbox

    def select(self, token: str = "", *, expired_too: bool = False) -> Session:
        """Return the live session that the token names: see ``lookup.select``.

        One that is over by its record is asked about: its engine may have been given another deadline since by another
        machine, and this machine's clock may have been set.
        """
        try:
            return select(self.store, self.clock.now(), token, expired_too=expired_too)
        except SessionExpired:
            over = select(self.store, self.clock.now(), token, expired_too=True)
            with suppress(EngineUnavailable):
                backend = self.engines.of(over)
                self.reaper.sweep([backend], timeouts={backend: self.settings.engines.answer_in.total_seconds()})
            current = self.store.get(over.id)
            if current is None or not current.state.is_live or current.is_over(self.clock.now()):
                raise
            return current

    def score(self, score: Score, events: Sequence[Event]) -> None:
        """Keep the outcome of a check with the events that belong to it: all of it, or nothing."""
        with self.store.transaction():
            self.store.add_score(score)
            for event in events:
                self.store.add_event(event)
        for event in events:
            self._log(event)

    def _record_end(self, session: Session, reason: str, kind: Kind, words: str) -> None:
        """Record that a session has ended, unless another process was faster: there is one end, with one event."""
        if self.store.change(session.id, state=State.ENDED, ended=self.clock.now(), reason=reason):
            self.journal(session.id, kind, words)

    def record(self, session: Session, what: Kind | Detail, words: str = "") -> Session:
        """Save a session, with an event that says why."""
        self.store.save(session)
        self.journal(session.id, what, words)
        return session

    def journal(self, session: str, what: Kind | Detail, words: str = "") -> None:
        """Put an event into the history and into the log; see ``Event.of``."""
        event = Event.of(self.clock.now(), session, what, words)
        self.store.add_event(event)
        self._log(event)

    def log_bug(self, error: Exception, session: str) -> None:
        """Put an error that nobody expected into the log, with its traceback; what it happened in goes on."""
        import traceback  # noqa: PLC0415 - hardly ever needed

        detail = "".join(traceback.format_exception(error))
        Journal(self.paths.log).write(self.clock.now(), Kind.BUG, session=session, detail=detail)

    def _log(self, event: Event) -> None:
        if event.kind in PRIVATE:
            return
        Journal(self.paths.log).write(event.at, event.kind, session=event.session, detail=event.detail)


@contextmanager
def _undone_by(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what the block has done half-way; where that fails, too, the next look at the engine heals it."""
    try:
        yield
    except BaseException:
        with shielded(), suppress(TempshellError, OSError):
            undo()
        raise


def _not_paused(session: Session) -> UsageProblem:
    return UsageProblem(f"{session.name} is not paused", hint="`tempshell pause` freezes a session")


def with_sandbox(session: Session, sandbox: Sandbox) -> Session:
    """Return the session with what its engine says of its sandbox."""
    return session._replace(home=sandbox.home, details=sandbox.details, deadline=sandbox.deadline)
