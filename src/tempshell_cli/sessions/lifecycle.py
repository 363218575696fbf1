"""A session from start to stop."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from tempshell_cli.backends.base import (
    Backend,
    CanPause,
    CanRestore,
    Condition,
    KeepsFiles,
    Profile,
    Receipt,
    Report,
    Sandbox,
    SandboxRequest,
    Template,
    Terms,
    UsesPorts,
)
from tempshell_cli.backends.entry import refuse_oversized
from tempshell_cli.core.clock import Clock
from tempshell_cli.core.config import Settings
from tempshell_cli.core.errors import (
    EngineUnavailable,
    LeftoverRemains,
    NoSuchSession,
    PortTaken,
    ProvisionFailed,
    TempshellError,
    UsageProblem,
)
from tempshell_cli.core.interrupts import shielded
from tempshell_cli.core.journal import Journal
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.exam import EXAM, FOUND, exam_detail, exam_terms, refuse_in_exam
from tempshell_cli.sessions.lookup import refuse_expired, refuse_unusable, select
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.owner import owners
from tempshell_cli.sessions.policy import check_extension, check_limits
from tempshell_cli.sessions.pool import Pool, TimedOut
from tempshell_cli.sessions.ports import wanted_ports
from tempshell_cli.sessions.pruning import prune
from tempshell_cli.sessions.reaper import Reaper, Sweep, state_of
from tempshell_cli.sessions.starting import start_mark
from tempshell_cli.sessions.store import Event, Score, Store

_MOST_PORTS_TRIED = 15
_LONGEST_NAME = 35  # characters, and five more that tell one session from another
_STAY = "its sessions stay on record, as last known"
_REAP = "the record is kept; `tempshell reap` tries again"


class StartRequest(NamedTuple):
    """What a user asks for. ``prepare`` runs in the sandbox before it is ready, and may fail the start.

    ``tasks`` are the ids of those that were drawn of the pack; none: it has all of them.
    """

    backend: str
    template: Template
    ttl: timedelta
    endpoint: str = ""
    name: str = ""
    pack: str = ""
    tasks: Sequence[str] = ()
    keep_on_failure: bool = False
    prepare: Callable[[Backend, Sandbox, Report], None] = lambda *_: None


# The event of a session that is ready; its detail is its backend, and the profile where that is admin.
STARTED = "started"


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
    ) -> None:
        self.store = store
        self.settings = settings
        self.paths = paths
        self.clock = clock
        self.engines = engines
        self.warn = warn  # called with what sweeps leave alone, a line each
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
        patience: float = 1.0,
        quiet: bool = False,
        clear: bool = False,
    ) -> Sweep:
        """Sweep every engine that a live session is on, and the extra ones; see ``Reaper.sweep``.

        Each has ``patience`` times the time that the settings give it, those that ``must_answer`` as long as they take.
        What is left alone is reported unless ``quiet``, an engine once until it answers again.
        """
        for one in self.store.live():
            endpoint = self.engines.of(one).endpoint
            if endpoint != one.endpoint:  # an earlier release kept what was asked for
                details = {**one.details, "endpoint": endpoint} if "endpoint" in one.details else one.details
                self.store.save(one._replace(endpoint=endpoint, details=details))
        known = self.engines.of_all(self.store.live())
        backends = list(dict.fromkeys([*extra, *known]))
        timeout = self.settings.engines.answer_in.total_seconds() * patience
        swept = self.reaper.sweep(
            backends, everybodys, {one: None if one in must_answer else timeout for one in backends}, clear=clear
        )
        known = [backend for backend in known if backend not in must_answer]  # of that one the caller has to know
        warnings = [*self._left_out(swept, known), *(f"{what}; it is left alone" for what in swept.troubled)]
        for warning in () if quiet else warnings:
            self.warn(warning)
        return swept

    def _left_out(self, swept: Sweep, known: Collection[Backend]) -> list[str]:
        """Record which engines are left out, and return it in words; one that is not in use may be missing."""
        words = []
        for backend, cause in swept.silent:
            if backend not in self._silent and (backend in known or isinstance(cause, TimedOut)):
                self.store.add_event(Event(self.clock.now(), "", "unswept", f"{backend.name}: {cause}"))
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
            return self._record(_on(session, whole)._replace(**state_of(whole)), "restored", why or session.reason)
        return session

    def claim_sweep(self, interval: float) -> bool:
        """Tell whether no open screen of this user has swept for ``interval`` seconds, and note that this one does.

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

    def start(self, request: StartRequest, report: Report) -> Session:
        """Make a session; when this returns it is ready.

        Whatever stops it half-way (an error, Ctrl-C) rolls back what was made, then is raised again; but what may
        succeed a moment later is tried a second time, as another session.
        """
        self.store.refuse_copy()
        backend = self.engines.get(request.backend, request.endpoint)
        swept = self.sweep([backend], everybodys=[backend], must_answer=[backend], clear=True)
        for silent, cause in swept.silent:
            if silent is backend:
                raise cause
        prune(self.store, self.settings.history, self.clock.now())
        on_engine = swept.count(backend)
        try:
            return self._start(request, backend, on_engine, report)
        except TempshellError as cause:
            if not cause.passing or request.keep_on_failure:
                raise
            with report(f"trying once more: {cause}"):
                pass
        return self._start(request, backend, on_engine, report)

    def _start(self, request: StartRequest, backend: Backend, on_engine: int, report: Report) -> Session:
        session = self._candidate(request, backend)
        with start_mark(self.paths, session.id):
            try:
                self._intend(session, on_engine, is_named=bool(request.name))
                sandbox = self._provision(session, request, backend, report)
                request.prepare(backend, sandbox, report)
                return self._record(_on(session, sandbox)._replace(state=State.READY), STARTED, _how(request))
            except BaseException as cause:
                if self.store.get(session.id):  # a limit or a taken name keeps it off the record
                    self._give_up(session, backend, cause, keep=request.keep_on_failure)
                raise

    def stop(self, session: Session, reason: str = "stopped") -> Receipt:
        """Remove everything of a session and verify it; raises LeftoverRemains, the record kept, where it cannot."""
        if self.store.change(session.id, state=State.STOPPING):
            self.journal("stopping", session.id, reason)
        try:
            receipt = self.engines.of(session).destroy(session.sandbox)
        except ProvisionFailed as refused:
            self.journal("leftover", session.id, str(refused))
            raise LeftoverRemains(f"{session.name} could not be removed: {refused}", hint=_REAP) from refused
        if receipt.leftover:
            left = ", ".join(receipt.leftover)
            self.journal("leftover", session.id, left)
            raise LeftoverRemains(f"{session.name}: could not remove {left}", hint=_REAP)
        self._record_end(session, reason, "ended", reason)
        return receipt

    def forget(self, session: Session) -> Receipt | None:
        """Stop a session; where its engine does not answer, take it off the record and return None.

        Should the engine come back, the next sweep removes what is there. Raises LeftoverRemains.
        """
        try:
            return self.stop(session)
        except EngineUnavailable as cause:
            with suppress(EngineUnavailable):  # not even its context is there any more
                backend = self.engines.get(session.backend, session.endpoint)
                if isinstance(backend, KeepsFiles):
                    backend.forget(session.id)
            self._record_end(session, "forgotten", "forgotten", str(cause))
            return None

    def stop_own(self) -> None:
        """Stop every live session of this user, to make room for another; raises LeftoverRemains."""
        for session in self.store.live():
            self.stop(session, "replaced")

    def extend(self, session: Session) -> Session:
        """Move the deadline once, on the engine and then on record; raises LimitReached, UsageProblem in an exam."""
        more = self.settings.lease.extension
        backend = self.engines.of(session)
        with self._changing(session, backend) as (current, sandbox):
            refuse_in_exam(self.store, current, "an exam is not extended")
            refuse_unusable(current)
            check_extension(current, self.settings.limits, extension=more, longest=self.settings.lease.maximum)
            extended = current._replace(
                deadline=current.deadline + more, lease=current.lease + more, extensions=current.extensions + 1
            )
            before = sandbox.terms._replace(lease=current.lease, extensions=current.extensions)
            terms = before._replace(lease=extended.lease, extensions=extended.extensions)
            with _undone_by(lambda: backend.set_deadline(sandbox, current.deadline, before)):
                backend.set_deadline(sandbox, extended.deadline, terms)
            return self._record(extended, "extended", extended.deadline.isoformat())

    def pause(self, session: Session) -> Session:
        """Freeze a session and its clock; raises UsageProblem where its backend cannot, and in an exam."""
        refuse_in_exam(self.store, session, "an exam is not paused")
        backend = self.engines.of(session)
        if not isinstance(backend, CanPause):
            raise UsageProblem(f"a {backend.name} session cannot be paused", hint="those of kind can")
        with self._changing(session, backend) as (current, sandbox):
            refuse_in_exam(self.store, current, "an exam is not paused")
            if current.frozen is not None:
                return current
            refuse_unusable(current)
            now = self.clock.now()
            left, until = current.remaining(now), (now + self.settings.lease.longest_pause).replace(microsecond=0)
            with _undone_by(lambda: backend.resume(sandbox, current.deadline)):
                backend.pause(sandbox, left=left, until=until)
            return self._record(current._replace(state=State.PAUSED, deadline=until, frozen=left), "paused", "")

    def resume(self, session: Session) -> Session:
        """Let a paused session go on, with what was left of its lease."""
        backend = self.engines.of(session)
        if not isinstance(backend, CanPause):
            raise _not_paused(session)
        with self._changing(session, backend) as (current, sandbox):
            if current.frozen is None and session.frozen is None:
                raise _not_paused(session)
            if current.frozen is None:  # another command has let it go on
                return current
            deadline = (self.clock.now() + current.frozen).replace(microsecond=0)
            backend.resume(sandbox, deadline)
            return self._record(current._replace(state=State.READY, deadline=deadline, frozen=None), "resumed", "")

    def begin_exam(self, backend: Backend, sandbox: Sandbox, seed: int, time: timedelta) -> None:
        """Make a session that is being started an exam of that length, on its engine and on record."""
        now = self.clock.now()
        detail = exam_detail(seed, now, time, sandbox.deadline)
        terms = sandbox.terms._replace(exam=exam_terms(detail, now, sandbox.deadline))
        backend.set_deadline(sandbox, sandbox.deadline, terms)
        self.journal(EXAM, sandbox.session, detail)

    @contextmanager
    def _changing(self, session: Session, backend: Backend) -> Iterator[tuple[Session, Sandbox]]:
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
        """Return the live session that the token names: see ``lookup.select``."""
        return select(self.store, self.clock.now(), token, expired_too=expired_too)

    def score(self, score: Score, events: Sequence[Event]) -> None:
        """Keep the outcome of a check with the events that belong to it: all of it, or nothing."""
        with self.store.transaction():
            self.store.add_score(score)
            for event in events:
                self.store.add_event(event)
        for event in events:
            if event.kind != FOUND:  # the store's alone: a page of JSON
                self._log(event)

    def _candidate(self, request: StartRequest, backend: Backend) -> Session:
        now = self.clock.now()
        session_id = os.urandom(4).hex()
        return Session(
            id=session_id,
            name=request.name or f"{_name_after(request.pack)}-{session_id[:4]}",
            owner=self.owner,
            backend=backend.name,
            endpoint=backend.endpoint,  # resolved: a later change of context does not lose the session
            state=State.CREATING,
            created=now,
            deadline=(now + request.ttl).replace(microsecond=0),  # labels and PID 1 tell whole seconds
            pack=request.pack,
            lease=request.ttl,
        )

    def _provision(self, session: Session, request: StartRequest, backend: Backend, report: Report) -> Sandbox:
        """Make the sandbox; where a port turns out to be taken by something else, with the next ones."""
        refuse_oversized(request.template.env)
        tried: set[int] = set()
        while True:
            ports = self._allocate_ports(session, backend, tried)
            try:
                return backend.provision(_sandbox_request(session, request)._replace(ports=ports), report)
            except PortTaken:
                tried |= set(ports.values())
                if len(tried) >= _MOST_PORTS_TRIED or _rolled_back(backend, session):
                    raise

    def _allocate_ports(self, session: Session, backend: Backend, tried: Collection[int]) -> Mapping[str, int]:
        kinds = backend.port_kinds if isinstance(backend, UsesPorts) else ()
        wanted = wanted_ports(self.settings.ports, kinds, session.id, tried)
        with self.store.transaction():
            return self.store.allocate_ports(session.id, wanted)

    def _intend(self, session: Session, on_engine: int, *, is_named: bool) -> None:
        """Put the session on record before any engine is asked, if the limits allow one more."""
        with self.store.transaction():
            check_limits(self.store, self.settings.limits_in_force(), session, on_engine)
            if any(one.name == session.name for one in self.store.live()):
                raise NameTaken(session.name, passing=not is_named)
            self.store.save(session)
        self.journal("creating", session.id, session.name)

    def _give_up(self, session: Session, backend: Backend, cause: BaseException, *, keep: bool) -> None:
        """Roll back a start. Where even that fails, the record stays and says so, and the next sweep tries again."""
        reason = str(cause) or type(cause).__name__
        if keep and isinstance(cause, Exception):
            self._keep(session, backend, reason)
            return
        with shielded():
            left = _rolled_back(backend, session)
            if left:
                self.journal("leftover", session.id, left)
                raise LeftoverRemains(f"{reason}; and rolling back: {left}", hint=_REAP) from cause
            failed = session._replace(state=State.FAILED, ended=self.clock.now(), reason=reason)
            self._record(failed, "failed", reason)

    def _keep(self, session: Session, backend: Backend, reason: str) -> None:
        """Leave what a failed start has made, with the way into it where the engine has a sandbox already."""
        with suppress(EngineUnavailable):
            session = next(
                (_on(session, one) for one in backend.find(session.owner) if one.session == session.id), session
            )
        self._record(session._replace(state=State.KEPT, reason=reason), "kept", reason)

    def _record_end(self, session: Session, reason: str, kind: str, detail: str) -> None:
        """Record that a session has ended, unless another process was faster: there is one end, with one event."""
        if self.store.change(session.id, state=State.ENDED, ended=self.clock.now(), reason=reason):
            self.journal(kind, session.id, detail)

    def _record(self, session: Session, kind: str, detail: str) -> Session:
        self.store.save(session)
        self.journal(kind, session.id, detail)
        return session

    def journal(self, kind: str, session: str, detail: str) -> None:
        """Put an event into the history and into the log."""
        event = Event(self.clock.now(), session, kind, detail)
        self.store.add_event(event)
        self._log(event)

    def log_bug(self, error: Exception, session: str) -> None:
        """Put an error that nobody expected into the log, with its traceback; what it happened in goes on."""
        import traceback  # noqa: PLC0415 - hardly ever needed

        detail = "".join(traceback.format_exception(error))
        Journal(self.paths.log).write(self.clock.now(), "bug", session=session, detail=detail)

    def _log(self, event: Event) -> None:
        Journal(self.paths.log).write(event.at, event.kind, session=event.session, detail=event.detail)


def _name_after(pack: str) -> str:
    """Return what a session is called after its pack, whose directory may have any name: a part of a host name.

    Those have lowercase letters, digits and hyphens (RFC 1123); accents go, what is left without any letter is a pack.
    """
    if not pack:
        return "shell"
    own = pack.rsplit("/", 1)[-1].partition("@")[0]  # an added one's is NAME@DIGITS
    plain = unicodedata.normalize("NFKD", own).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-") or "pack"


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


class NameTaken(ProvisionFailed):
    """Another live session has the name."""

    def __init__(self, name: str, *, passing: bool) -> None:
        what = f"a session named {name!r} is running"
        super().__init__(what, hint="choose another --name, or stop that one", passing=passing)


def _rolled_back(backend: Backend, session: Session) -> str:
    """Remove what a start has made; return what is in the way, "" when nothing is."""
    try:
        receipt = backend.destroy(session.sandbox)
    except (TempshellError, OSError) as cause:
        return str(cause)
    return f"could not remove {', '.join(receipt.leftover)}" if receipt.leftover else ""


def _how(request: StartRequest) -> str:
    admin = request.template.profile is Profile.ADMIN
    return f"{request.backend} {Profile.ADMIN}" if admin else request.backend


def _sandbox_request(session: Session, request: StartRequest) -> SandboxRequest:
    return SandboxRequest(
        session=session.id,
        owner=session.owner,
        deadline=session.deadline,
        template=request.template,
        name=session.name,
        pack=session.pack,
        terms=Terms(lease=session.lease, tasks=tuple(request.tasks)),
    )


def _on(session: Session, sandbox: Sandbox) -> Session:
    return session._replace(home=sandbox.home, details=sandbox.details, deadline=sandbox.deadline)
