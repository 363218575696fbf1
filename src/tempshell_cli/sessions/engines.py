"""Which engines a user has to do with, and the backends for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from tempshell_cli.backends import registry
from tempshell_cli.backends.base import Backend
from tempshell_cli.core.errors import EngineUnavailable, TempshellError, UsageProblem
from tempshell_cli.sessions.model import Session

# A backend by name and endpoint, its class by name, and the names of all in order of preference.
Load = Callable[[str, str], Backend]
Find = Callable[[str], type[Backend]]
Names = Callable[[], Iterable[str]]


class Engines:
    """Backends by (name, endpoint), made once each."""

    def __init__(self, load: Load = registry.load, find: Find = registry.find, names: Names = registry.names) -> None:
        self._load = load
        self.find = find
        self.names = names
        self._made: dict[tuple[str, str], Backend] = {}
        self._given_up: dict[Backend, TempshellError] = {}

    def kinds(self) -> Iterator[tuple[str, type[Backend]]]:
        """Yield names and classes, in order of preference, but for those that cannot be loaded: `doctor` says why."""
        for name in self.names():
            with suppress(EngineUnavailable):
                yield name, self.find(name)

    def get(self, name: str, endpoint: str = "") -> Backend:
        """Return the backend; raises UsageProblem for a name nobody has registered."""
        key = (name, endpoint)
        if key not in self._made:
            made = self._load(name, endpoint)
            self._made[key] = self._made.setdefault((name, made.endpoint), made)  # "" and what it means are one
        return self._made[key]

    def of(self, session: Session) -> Backend:
        """Return the backend a session runs on; raises why, if that was given up, and as ``loaded``."""
        backend = self.loaded(session)
        if backend in self._given_up:
            raise self._given_up[backend]
        return backend

    def loaded(self, session: Session) -> Backend:
        """Return the backend a session runs on; raises EngineUnavailable where this installation cannot load it."""
        try:
            return self.get(session.backend, session.endpoint)
        except UsageProblem as cause:
            forget = f"install what brings it; `tempshell stop --forget {session.id}` takes the session off the record"
            raise EngineUnavailable(f"{session.name}: {cause}", hint=forget) from cause

    def give_up(self, backend: Backend, cause: TempshellError) -> None:
        """Ask an engine for nothing more: it was asked, and this came of it."""
        self._given_up[backend] = cause

    def of_all(self, sessions: Iterable[Session]) -> list[Backend]:
        """Return the backends that the sessions run on, each once, but for those that cannot be loaded."""
        found: dict[Backend, None] = {}
        for session in sessions:
            with suppress(EngineUnavailable):
                found[self.loaded(session)] = None
        return list(found)
