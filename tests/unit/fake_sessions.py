"""What a command has in hand: the sessions of one owner, and short words for what tests do with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tempshell_cli.backends.base import Sandbox, SandboxRequest, Template
from tempshell_cli.core.config import Settings
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.reaper import Sweep
from tempshell_cli.sessions.start import Plan, make
from tempshell_cli.sessions.store import open_store
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

TEMPLATE = Template(image="any")


@dataclass(frozen=True)
class FakeSessions:
    """Sessions on a fake engine."""

    sessions: Sessions
    engine: FakeEngine
    clock: FakeClock

    def start(self, pack: str = "", **plan: Any) -> Session:  # noqa: ANN401 - fields of a Plan
        """Start a session for an hour, in which no task is set up; ``pack`` is how its pack is found again."""
        return make(self.sessions, self.plan(reference=pack, **plan), lambda _: nullcontext())

    def plan(self, **plan: Any) -> Plan:  # noqa: ANN401 - as above
        return Plan(self.engine, TEMPLATE, timedelta(hours=1))._replace(**plan)

    def sweep(self, *, clear: bool = False) -> Sweep:
        return self.sessions.sweep([self.engine], clear=clear)

    def state_of(self, session: str) -> tuple[State, str]:
        """Return the state on record, and the reason."""
        found = self.sessions.store.get(session)
        assert found
        return found.state, found.reason

    def on_record(self, state: State, session: str = "s1", **fields: Any) -> Session:  # noqa: ANN401 - of a Session
        """Put a session on record, as a run that was killed has left it."""
        now = self.clock.now()
        one = Session(session, session, "ann", "fake", self.engine.endpoint, state, now, now + timedelta(hours=1))
        one = one._replace(**fields)
        self.sessions.store.save(one)
        return one

    def on_engine(self, session: str = "s1", owner: str = "ann", **fields: Any) -> Sandbox:  # noqa: ANN401 - as above
        """Have a sandbox on the engine that this fake has not started."""
        request = SandboxRequest(session, owner, self.clock.now() + timedelta(hours=1), TEMPLATE, name=session)
        return self.engine.have(request, **fields)

    def ids_on_engine(self) -> list[str]:
        return [sandbox.session for sandbox in self.engine.find()]

    def events(self, session: str = "") -> Sequence[tuple[str, str]]:
        """Return kind and detail of what happened, oldest first."""
        return [(event.kind, event.detail) for event in self.sessions.store.events(session)]


@contextmanager
def open_fake(paths: Paths, engine: FakeEngine, clock: FakeClock, settings: Settings) -> Iterator[FakeSessions]:
    """Open the store, as each command does."""
    with open_store(paths) as opened:
        engines = Engines(lambda _name, _endpoint: engine, lambda _name: type(engine), lambda: [engine.name])
        yield FakeSessions(Sessions(opened.store, settings, paths, clock, engines), engine, clock)
