"""The sweep: brings the store and the engines to agree, and removes what is past its time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tempshell_cli.backends.base import Backend, Condition, Receipt, Sandbox
from tempshell_cli.core.clock import Clock
from tempshell_cli.core.errors import EngineUnavailable, TempshellError
from tempshell_cli.core.journal import Journal
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.text import one_line
from tempshell_cli.sessions.model import SETTLED, Session, State
from tempshell_cli.sessions.starting import is_starting
from tempshell_cli.sessions.store import Event, Store


class Sweep:
    """What a sweep did: receipts of what it removed, sandboxes that run, engines that did not answer.

    ``troubled`` are sandboxes that it left alone because something about them failed, in words.
    """

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.running: list[tuple[Backend, Sandbox]] = []
        self.silent: list[tuple[Backend, TempshellError]] = []
        self.troubled: list[str] = []

    def of_others(self, owner: str, clock: Clock) -> list[Session]:
        """Return what runs for other owners, as far as the engines tell."""
        return [adopted(backend, one, clock) for backend, one in self.running if one.owner != owner]

    def count(self, backend: Backend) -> int:
        """Return how many sandboxes run on an engine, of whoever was asked about."""
        return sum(one is backend for one, _ in self.running)


class Reaper:
    """Sweeps engines on behalf of one owner. Never touches what belongs to another."""

    def __init__(self, store: Store, paths: Paths, clock: Clock, owner: str) -> None:
        self.store = store
        self.paths = paths
        self.clock = clock
        self.owner = owner

    def sweep(self, backends: Iterable[Backend], everybodys: Collection[Backend] = (), *, clear: bool = False) -> Sweep:
        """Remove what is past its deadline or half made; adopt what the store has lost, and learn what became of it.

        What is lost for good stays on record, so that its owner learns of it, unless the sweep is to ``clear`` that.
        On the engines of ``everybodys`` others' sandboxes are looked at, too, never touched. Each engine and each
        sandbox is on its own: what fails of one is told, and fails nothing else. An engine that does not answer is left
        for later, and its sessions stay on record.
        """
        done = Sweep()
        for backend in backends:
            try:
                self._sweep_engine(backend, done, others=backend in everybodys, clear=clear)
            except TempshellError as cause:
                self._give_up(backend, cause, done)
            except Exception as cause:  # noqa: BLE001 - what an engine says may be anything, and is not the others' fault
                self._give_up(backend, _odd(backend, cause), done)
        return done

    def _give_up(self, backend: Backend, cause: TempshellError, done: Sweep) -> None:
        done.silent.append((backend, cause))
        Journal(self.paths.log).write(self.clock.now(), "unswept", session="", detail=f"{backend.name}: {cause}")

    def _sweep_engine(self, backend: Backend, done: Sweep, *, others: bool, clear: bool) -> None:
        # Before the engine is asked: what another process starts or finishes meanwhile is neither half made nor gone.
        settled = {one.id for one in self._recorded(backend) if not is_starting(self.paths, one.id)}
        found = self._find(backend, others=others)
        for sandbox in found:
            with self._apart(backend, sandbox.session, done):
                self._sweep_one(backend, sandbox, settled, done, clear=clear)
        self._sweep_recorded(backend, settled - {sandbox.session for sandbox in found}, done, clear=clear)

    @contextmanager
    def _apart(self, backend: Backend, session: str, done: Sweep) -> Iterator[None]:
        """Let what fails of one session in the block be told and written down, and nothing more."""
        try:
            yield
        except Exception as cause:  # noqa: BLE001 - as above
            done.troubled.append(f"session {session} on {backend.name}: {one_line(str(cause) or repr(cause))}")
            detail = f"{backend.name}: {cause!r}"
            Journal(self.paths.log).write(self.clock.now(), "unswept", session=session, detail=detail)

    def _recorded(self, backend: Backend) -> list[Session]:
        here = (backend.name, backend.endpoint)
        return [one for one in self.store.live() if (one.backend, one.endpoint) == here]

    def _find(self, backend: Backend, *, others: bool) -> Sequence[Sandbox]:
        """Ask the engine for what is everybody's, or by owner: who has changed name or machine owned under the old."""
        if others:
            return backend.find()
        owners = dict.fromkeys([self.owner, *(one.owner for one in self._recorded(backend))])
        found = {(one.place, one.session): one for owner in owners for one in backend.find(owner)}
        return list(found.values())

    def _sweep_one(
        self, backend: Backend, sandbox: Sandbox, settled: Collection[str], done: Sweep, *, clear: bool
    ) -> None:
        session = self._record_of(backend, sandbox)
        if sandbox.condition is Condition.UNKNOWN and session:
            what = "; ".join(sandbox.lost) or "its cluster does not answer"
            done.troubled.append(f"session {sandbox.session} on {backend.name}: {what}")
        if sandbox.condition is Condition.UNKNOWN:
            return
        mine = sandbox.owner == (session.owner if session else self.owner)
        mine |= not sandbox.owner and (bool(session) or not backend.is_shared)
        is_settled = sandbox.session in settled
        if mine and (reason := self._why_end(sandbox, session, settled=is_settled, clear=clear)):
            self._end(backend, sandbox, session, reason, done)
            return
        if mine:
            self._adopt(backend, sandbox, session, settled=is_settled)
        if sandbox.condition is Condition.RUNNING and self.clock.now() < sandbox.deadline:
            done.running.append((backend, sandbox))

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
        # A dead one that is on no record may be another machine's, half made: its deadline will tell.
        if not session or not settled:
            return ""
        if session.state is State.CREATING:
            return "interrupted"
        return "died" if clear and sandbox.condition is Condition.DEAD and session.state in SETTLED else ""

    def _sweep_recorded(self, backend: Backend, missing: Collection[str], done: Sweep, *, clear: bool) -> None:
        for session in self._recorded(backend):
            if session.id not in missing:
                continue
            if session.is_over(self.clock.now()):
                reason = "expired"
            elif session.state in SETTLED and not clear:
                self._learn(session, {"state": State.LOST, "reason": _NOTHING_LEFT})
                continue
            else:
                reason = "interrupted" if session.state is State.CREATING else "vanished"
            with self._apart(backend, session.id, done):
                self._end(backend, session.sandbox, session, reason, done)

    def _end(self, backend: Backend, sandbox: Sandbox, session: Session | None, reason: str, done: Sweep) -> None:
        receipt = backend.destroy(sandbox)
        done.receipts.append(receipt)
        now = self.clock.now()
        if session and not receipt.leftover and session.state.is_live:
            self.store.save(session._replace(state=State.ENDED, ended=now, reason=reason))
        self.store.add_event(Event(now, sandbox.session, "reaped", reason))

    def _adopt(self, backend: Backend, sandbox: Sandbox, session: Session | None, *, settled: bool) -> None:
        """Put a sandbox that the store does not know back into it, or what it has wrong, as its labels tell.

        One that was not ``settled`` when the engine was asked may be ready by now.
        """
        if session and settled and session.state in SETTLED and _differs(session, sandbox):
            self._learn(session, {**state_of(sandbox), "deadline": sandbox.deadline})
        known = self.store.get(sandbox.session)  # a stranger's claim to a session of ours is not adopted over it
        # One that is broken and on no record may be another machine's, half made.
        if known is None and sandbox.condition in {Condition.RUNNING, Condition.STOPPED}:
            self.store.save(adopted(backend, sandbox, self.clock))
            self.store.add_event(Event(self.clock.now(), sandbox.session, "adopted", backend.name))

    def _learn(self, session: Session, changes: Mapping[str, Any]) -> None:
        """Put on record what the engine says; a change of state is part of the history."""
        changed = session._replace(**changes)
        self.store.save(changed)
        if changed.state is not session.state:
            self.store.add_event(Event(self.clock.now(), session.id, str(changed.state), changed.reason))


def _odd(backend: Backend, cause: Exception) -> EngineUnavailable:
    return EngineUnavailable(
        f"the {backend.name} engine gave an answer that nobody expected: {one_line(repr(cause))}",
        hint="`tempshell doctor` looks at it; `tempshell log` has more",
    )


def _differs(session: Session, sandbox: Sandbox) -> bool:
    """Tell whether the engine has another deadline than the record, or another state: something happened elsewhere."""
    moved = abs(session.deadline - sandbox.deadline) > _AS_GOOD_AS_ONE
    now = state_of(sandbox)
    return moved or (session.state, session.reason) != (now["state"], now["reason"])


_NOTHING_LEFT, _NOTHING_RUNS = "nothing of it is left", "nothing in it runs any more"
_STATES = {
    Condition.RUNNING: State.READY,
    Condition.STOPPED: State.STOPPED,
    Condition.BROKEN: State.BROKEN,
    Condition.DEAD: State.LOST,
}
# An engine's clock is told in whole seconds, and compared with ours anew for each command.
_AS_GOOD_AS_ONE = timedelta(seconds=2)


def state_of(sandbox: Sandbox) -> dict[str, Any]:
    """Return what the record of a session says of its sandbox: its state, why, and what is left of a paused lease."""
    state = _STATES[sandbox.condition]
    if sandbox.frozen is not None and state is not State.LOST:
        state = State.PAUSED
    lost = sandbox.lost or ((_NOTHING_RUNS,) if state is State.LOST else ())
    return {"state": state, "reason": "; ".join(lost), "frozen": sandbox.frozen}


def adopted(backend: Backend, sandbox: Sandbox, clock: Clock) -> Session:
    """Return a session for a sandbox that only the engine knows."""
    return Session(
        id=sandbox.session,
        name=sandbox.name or sandbox.session,
        owner=sandbox.owner,
        backend=backend.name,
        endpoint=backend.endpoint,
        **state_of(sandbox),
        created=clock.now(),
        deadline=sandbox.deadline,
        pack=sandbox.pack,
        lease=sandbox.deadline - clock.now() if sandbox.frozen is None else sandbox.frozen,
        home=sandbox.home,
        details=sandbox.details,
    )
