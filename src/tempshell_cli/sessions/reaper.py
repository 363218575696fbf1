"""The sweep: brings the store and the engines to agree, and removes what is past its time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from tempshell_cli.backends.base import Backend, Condition, Receipt, Sandbox
from tempshell_cli.core.clock import Clock
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.starting import is_starting
from tempshell_cli.sessions.store import Event, Store


class Sweep:
    """What a sweep did: receipts of what it removed, sandboxes that run, engines that did not answer."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.running: list[tuple[Backend, Sandbox]] = []
        self.silent: list[tuple[Backend, EngineUnavailable]] = []

    def of_others(self, owner: str, clock: Clock) -> list[Session]:
        """Return what runs for other owners, as far as the engines tell."""
        return [
            adopted(backend, sandbox, clock)
            for backend, sandbox in self.running
            if sandbox.owner != owner and sandbox.condition is Condition.RUNNING
        ]


class Reaper:
    """Sweeps engines on behalf of one owner. Never touches what belongs to another."""

    def __init__(self, store: Store, paths: Paths, clock: Clock, owner: str) -> None:
        self.store = store
        self.paths = paths
        self.clock = clock
        self.owner = owner

    def sweep(self, backends: Iterable[Backend]) -> Sweep:
        """Remove what is past its deadline, dead or half made; adopt what the store has lost.

        An engine that does not answer is left for later, and its sessions stay on record.
        """
        done = Sweep()
        for backend in backends:
            try:
                self._sweep_engine(backend, done)
            except EngineUnavailable as cause:
                done.silent.append((backend, cause))
        return done

    def _sweep_engine(self, backend: Backend, done: Sweep) -> None:
        # Before the engine is asked: what another process starts or finishes meanwhile is neither half made nor gone.
        settled = {one.id for one in self.store.live() if not is_starting(self.paths, one.id)}
        found = backend.find()
        self._sweep_found(backend, found, settled, done)
        self._sweep_recorded(backend, settled - {sandbox.session for sandbox in found}, done)

    def _sweep_found(self, backend: Backend, found: Iterable[Sandbox], settled: Collection[str], done: Sweep) -> None:
        for sandbox in found:
            if sandbox.owner not in {self.owner, ""}:
                done.running.append((backend, sandbox))
                continue
            session = self.store.get(sandbox.session)
            reason = self._why_end(sandbox, session, settled=sandbox.session in settled)
            if reason:
                self._end(backend, sandbox.session, session, reason, done)
            else:
                self._adopt(backend, sandbox, session)
                done.running.append((backend, sandbox))

    def _why_end(  # noqa: PLR0911 - one line a reason
        self, sandbox: Sandbox, session: Session | None, *, settled: bool
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
        return "died" if sandbox.condition is Condition.DEAD and session.state in _SETTLED else ""

    def _sweep_recorded(self, backend: Backend, missing: Collection[str], done: Sweep) -> None:
        for session in self.store.live():
            mine = (session.backend, session.endpoint) == (backend.name, backend.endpoint)
            if not mine or session.id not in missing:
                continue
            if session.is_over(self.clock.now()):
                reason = "expired"
            else:
                reason = "interrupted" if session.state is State.CREATING else "vanished"
            self._end(backend, session.id, session, reason, done)

    def _end(self, backend: Backend, session_id: str, session: Session | None, reason: str, done: Sweep) -> None:
        receipt = backend.destroy(session_id)
        done.receipts.append(receipt)
        now = self.clock.now()
        if session and not receipt.leftover and session.state.is_live:
            self.store.save(session._replace(state=State.ENDED, ended=now, reason=reason))
        self.store.add_event(Event(now, session_id, "reaped", reason))

    def _adopt(self, backend: Backend, sandbox: Sandbox, session: Session | None) -> None:
        """Put a sandbox that the store does not know back into it, or one that it has wrong, as its labels tell."""
        if session and session.state in _SETTLED and (session.frozen is None) != (sandbox.frozen is None):
            self.store.save(session._replace(**_pause_of(sandbox), deadline=sandbox.deadline))
        if session is None and sandbox.owner and sandbox.condition is Condition.RUNNING:
            self.store.save(adopted(backend, sandbox, self.clock))
            self.store.add_event(Event(self.clock.now(), sandbox.session, "adopted", backend.name))


_SETTLED = {State.READY, State.PAUSED}


def _pause_of(sandbox: Sandbox) -> dict[str, Any]:
    """Return what a session says of its sandbox's pause."""
    return {"state": State.READY if sandbox.frozen is None else State.PAUSED, "frozen": sandbox.frozen}


def adopted(backend: Backend, sandbox: Sandbox, clock: Clock) -> Session:
    """Return a session for a sandbox that only the engine knows."""
    return Session(
        id=sandbox.session,
        name=sandbox.name or sandbox.session,
        owner=sandbox.owner,
        backend=backend.name,
        endpoint=backend.endpoint,
        **_pause_of(sandbox),
        created=clock.now(),
        deadline=sandbox.deadline,
        pack=sandbox.pack,
        lease=sandbox.deadline - clock.now() if sandbox.frozen is None else sandbox.frozen,
        home=sandbox.home,
        details=sandbox.details,
    )
