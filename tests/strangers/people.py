"""People with sessions on one engine, a store each, and what they type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.backends.base import Backend, Sandbox, SandboxRequest, Template
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.config import EngineSettings, Settings
from tempshell_cli.core.errors import LeftoverRemains
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.expired import remove_expired
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import open_store

TIMEOUT = 60.0  # seconds, for an engine in memory
PEOPLE = ("ann", "bob", "teacher")  # teacher has no session
LIVE, OVER = timedelta(hours=1), timedelta(hours=-1)


class Own(NamedTuple):
    """A session that somebody has really started; ``is_over`` since an hour."""

    id: str
    owner: str
    is_over: bool
    namespace: str = ""

    @property
    def request(self) -> SandboxRequest:
        deadline = (datetime.now(UTC) + (OVER if self.is_over else LIVE)).replace(microsecond=0)
        return SandboxRequest(self.id, self.owner, deadline, Template(image="any"), name=f"lab-{self.id[:4]}")


OWN = (
    Own("aaaaaaa1", "ann", is_over=False),
    Own("aaaaaaa2", "ann", is_over=True),
    Own("bbbbbbb1", "bob", is_over=False, namespace="class-b"),
    Own("bbbbbbb2", "bob", is_over=True),
)


class Command(NamedTuple):
    """Who types what."""

    who: str
    what: str


COMMANDS = ("list", "list --all-owners", "reap", "reap --expired", "stop NAME", "stop --all")


class Person:
    """The sessions of one person."""

    def __init__(self, sessions: Sessions, backends: Sequence[Backend]) -> None:
        self.sessions = sessions
        self.backends = backends
        self.stopped: set[str] = set()

    def types(self, what: str) -> None:
        """Do what the command does; whatever it meets, nothing but a word to the person may come of it."""
        if what == "stop NAME":
            live = [one for one in self.sessions.store.live() if not one.is_over(self.sessions.clock.now())]
            self._stop(live[:1])
            return
        everybodys = self.backends if what == "list --all-owners" else ()
        swept = self.sessions.sweep(self.backends, everybodys)
        assert not swept.silent, swept.silent
        if what == "reap --expired":
            remove_expired(self.sessions, self.backends, TIMEOUT)
        if what == "stop --all":
            self._stop(self.sessions.store.live())

    def _stop(self, chosen: Sequence[Session]) -> None:
        for one in chosen:
            self.stopped.add(one.id)
            with suppress(LeftoverRemains):
                self.sessions.stop(one)

    def state_of(self, session: str) -> State | None:
        found = self.sessions.store.get(session)
        return found.state if found else None


@contextmanager
def people(
    folder: Path, load: Callable[[Paths], Sequence[Backend]], sandbox_of: Callable[[Own], Sandbox]
) -> Iterator[dict[str, Person]]:
    """Open the store of each, with their own sessions on record."""
    with ExitStack() as stores:
        made = {}
        for name in PEOPLE:
            paths = Paths(state=folder / name, config=folder / name)
            backends = load(paths)
            by_name = {one.name: one for one in backends}
            opened = stores.enter_context(open_store(paths))
            engines = Engines(lambda name, _endpoint, by_name=by_name: by_name[name])  # type: ignore[misc]
            sessions = Sessions(
                opened.store, Settings(owner=name, engines=EngineSettings("10m")), paths, SystemClock(), engines
            )
            for own in OWN:
                if own.owner == name:
                    sandbox = sandbox_of(own)
                    opened.store.save(
                        Session(
                            own.id,
                            own.request.name,
                            name,
                            sandbox.backend,
                            by_name[sandbox.backend].endpoint,
                            State.READY,
                            datetime.now(UTC),
                            own.request.deadline,
                            details=sandbox.details,
                        )
                    )
            made[name] = Person(sessions, backends)
        yield made
