"""An engine in memory: its sandboxes are directories, and what runs in them runs on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from tempshell_cli.backends.base import (
    Backend,
    Condition,
    Option,
    Problem,
    Receipt,
    Report,
    Role,
    Sandbox,
    SandboxRequest,
    Terms,
)
from tempshell_cli.core.clock import Clock
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed
from tempshell_cli.core.process import NOTHING, Command

# As a shell tells it: 126 and 127 for what cannot be executed, 128 + N for what a signal has ended. A Ctrl-C is the
# command's alone.
_ENTER = 'cd "$1" && shift && trap : INT && (exec "$@"); exit $?'
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class FakeEngine(Backend):
    """A Backend without walls. Public attributes are what a test arranges; all else is the protocol's."""

    admin_reach: ClassVar[str] = "root of nothing"
    pack_reach: ClassVar[str] = ""
    is_shared: ClassVar[bool] = True
    is_at_hand: ClassVar[bool] = True
    name: ClassVar[str] = "fake"

    def __init__(self, root: Path, clock: Clock, endpoint: str = "here") -> None:
        self.endpoint = endpoint
        self.silent = False  # it does not answer
        self.refusal: BaseException | None = None  # raised half-way through a provision, with parts made
        self.during: Callable[[], object] = lambda: None  # what happens half-way through a provision
        self.failing_move: BaseException | None = None  # raised once, when a deadline has been moved
        self.stuck: set[str] = set()  # sessions that cannot be removed
        self.meanwhile: Callable[[], object] = lambda: None  # what others do while it answers ``find``
        self.refused: dict[str, Exception] = {}  # raised when the session is to be removed
        self.also: Sequence[Sandbox] = ()  # what else it finds, which a stranger has made
        self.beyond_repair: tuple[str, ...] = ()  # what of a sandbox cannot be brought back
        self.restored: list[str] = []  # sessions that were
        self._root = root
        self._clock = clock
        self._sandboxes: dict[str, Sandbox] = {}
        self._env: dict[str, dict[str, str]] = {}

    @classmethod
    def options(cls) -> frozenset[Option]:
        return frozenset(Option)

    def answers(self) -> bool:
        return not self.silent

    def doctor(self) -> Sequence[Problem]:
        return [Problem("it is silent", "make it speak")] if self.silent else []

    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        self._answer()
        if request.template.image.startswith("nowhere/"):
            raise ProvisionFailed(f"there is no image {request.template.image}")
        with report("making a directory"):
            made = self.have(request, condition=Condition.DEAD)
            self.during()
            if self.refusal:
                raise self.refusal
            return self.have(request, home=made.home)

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        self._answer()
        found = [*(self._as_it_is(sandbox) for sandbox in self._sandboxes.values()), *self.also]
        self.meanwhile()
        return [sandbox for sandbox in found if owner in {None, sandbox.owner}]

    def shell(
        self,
        sandbox: Sandbox,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str | None = None,
        role: Role = Role.LEARNER,
    ) -> Command:
        del tty, user
        own = self._env.get(sandbox.session, {}) if role is Role.LEARNER else {}
        env = {"PATH": _PATH, "HOME": sandbox.home, "LANG": "C.UTF-8", **own}
        words = (f"{name}={value}" for name, value in env.items())
        return Command(("/usr/bin/env", "-i", *words, "/bin/sh", "-c", _ENTER, "sh", sandbox.home, *argv))

    def restore(self, sandbox: Sandbox, report: Report) -> Sandbox:
        with report("making a door"):
            self.restored.append(sandbox.session)
            condition = Condition.BROKEN if self.beyond_repair else Condition.RUNNING
            self.change(sandbox.session, condition, *self.beyond_repair)
        return self._sandboxes[sandbox.session]

    def set_deadline(self, sandbox: Sandbox, deadline: datetime, terms: Terms | None = None) -> None:
        self._answer()
        found = self._sandboxes[sandbox.session]
        moved = found._replace(deadline=deadline, terms=terms or found.terms, is_torn=False)
        self._sandboxes[sandbox.session] = moved
        if self.failing_move:  # only once: what is undone after it succeeds
            failure, self.failing_move = self.failing_move, None
            raise failure

    def destroy(self, sandbox: Sandbox) -> Receipt:
        self._answer()
        session = sandbox.session
        if session in self.refused:
            raise self.refused[session]
        if sandbox in self.also:
            return Receipt(session)
        if session not in self._sandboxes:
            return Receipt(session)
        if session in self.stuck:
            return Receipt(session, leftover=[f"directory {session}"])
        del self._sandboxes[session]
        shutil.rmtree(self._root / session)
        return Receipt(session, removed=[f"directory {session}"])

    def have(
        self,
        request: SandboxRequest,
        *,
        condition: Condition = Condition.RUNNING,
        home: str = "",
        details: Mapping[str, str] = NOTHING,
    ) -> Sandbox:
        """Make a sandbox without being asked, as another machine or an earlier run would have."""
        directory = self._root / request.session
        directory.mkdir(parents=True, exist_ok=True)
        self._env[request.session] = dict(request.template.variables)
        made = Sandbox(
            backend=self.name,
            session=request.session,
            owner=request.owner,
            deadline=request.deadline,
            name=request.name,
            pack=request.pack,
            condition=condition,
            home=home or str(directory),
            details=details,
            terms=request.terms,
        )
        self._sandboxes[request.session] = made
        return made

    def lose(self, session: str) -> None:
        """Forget a sandbox, as an engine that was reinstalled does."""
        del self._sandboxes[session]

    def change(self, session: str, condition: Condition, *lost: str) -> None:
        """Stop or break a sandbox, or make it whole."""
        self._sandboxes[session] = self._sandboxes[session]._replace(condition=condition, lost=lost)

    def tear(self, session: str, deadline: datetime) -> None:
        """Leave what a change of the deadline leaves that was cut short: the parts do not agree on this one."""
        self._sandboxes[session] = self._sandboxes[session]._replace(is_torn=True, deadline=deadline)

    def die(self, session: str) -> None:
        """End what runs in a sandbox; its parts stay."""
        self._sandboxes[session] = self._sandboxes[session]._replace(condition=Condition.DEAD)

    def _as_it_is(self, sandbox: Sandbox) -> Sandbox:
        """Tell a sandbox that is past its deadline to be dead: the engine sees to that by itself."""
        over = self._clock.now() >= sandbox.deadline
        return sandbox._replace(condition=Condition.DEAD) if over else sandbox

    def _answer(self) -> None:
        if self.silent:
            raise EngineUnavailable("the fake engine does not answer", hint="make it speak")
