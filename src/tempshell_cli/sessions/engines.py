"""Which engines a user has to do with, and the backends for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tempshell_cli.backends.base import Backend
from tempshell_cli.sessions.model import Session

# A backend by name and endpoint.
Load = Callable[[str, str], Backend]


class Engines:
    """Backends by (name, endpoint), made once each."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._made: dict[tuple[str, str], Backend] = {}

    def get(self, name: str, endpoint: str = "") -> Backend:
        """Return the backend; raises UsageProblem for a name nobody has registered."""
        key = (name, endpoint)
        if key not in self._made:
            made = self._load(name, endpoint)
            self._made[key] = self._made.setdefault((name, made.endpoint), made)  # "" and what it means are one
        return self._made[key]

    def of(self, session: Session) -> Backend:
        """Return the backend a session runs on."""
        return self.get(session.backend, session.endpoint)

    def of_all(self, sessions: Iterable[Session]) -> list[Backend]:
        """Return the backends that the sessions run on, each once."""
        return [self.get(*key) for key in dict.fromkeys((one.backend, one.endpoint) for one in sessions)]
