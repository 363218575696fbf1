"""One engine on the stage of the contract tests, and what they do with it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from tempshell_cli.backends.base import Backend, Condition, Role, Sandbox, SandboxRequest, Secret, Template, UsesPorts
from tempshell_cli.core.clock import Clock
from tempshell_cli.core.process import Completed
from tempshell_cli.core.runner import SubprocessRunner
from tests.support.ports import free_port
from tests.support.waiting import eventually

CANARY = f"canary-{uuid.uuid4().hex}"  # the value of a variable in every sandbox
SECRET = Secret("token", "TOKEN", f"secret '{uuid.uuid4().hex}'\nof two lines\n")  # of every sandbox
_TIMEOUT = 60.0


class Promise(StrEnum):
    """What not every engine is able to promise."""

    PROCESS_LIMIT = "a limit of processes for each sandbox"
    NO_DEVICE = "a sandbox without a network device"
    WALLED_NETWORK = "that sandboxes do not reach each other"
    NO_SETUID = "that no program has a setuid bit"
    UNSIGNALLED = "that the learner can send the grader no signal"
    POWERLESS_PID_1 = "that the first process has no capability"
    LISTED_REACH = "what is reached from inside"
    UNREAD_INPUT = "that a command ends whose input nobody reads"


@dataclass(frozen=True)
class Stage:
    """A backend, its clock, and an owner that no other test has."""

    backend: Backend
    owner: str
    clock: Clock
    pass_time: Callable[[float], None]  # moves the clock where it can be moved
    template: Template
    lacks: Mapping[Promise, str] = field(default_factory=dict)  # what this engine cannot promise, and why
    boots: list[float] = field(default_factory=list)  # seconds that the making of each sandbox took until now

    def asks_for(self, promise: Promise) -> None:
        """Skip the test, with the reason, where the engine cannot promise that."""
        if promise in self.lacks:
            pytest.skip(self.lacks[promise])

    @property
    def soon(self) -> float:
        """How many seconds a short lease lasts that is still running when its sandbox is ready.

        Others use the machine, too: a sandbox may take twice as long as the one before it.
        """
        return 2 * self.boots[-1] + 3

    def request(self, *, lasts: float = 3600, owner: str = "", name: str = "", pack: str = "") -> SandboxRequest:
        """Return a request for a sandbox that lasts that many seconds."""
        return SandboxRequest(
            session=uuid.uuid4().hex[:8],
            owner=owner or self.owner,
            deadline=self.in_seconds(lasts),
            template=self.template,
            name=name,
            pack=pack,
            ports={kind: free_port() for kind in self.backend.port_kinds}
            if isinstance(self.backend, UsesPorts)
            else {},
        )

    def in_seconds(self, seconds: float) -> datetime:
        """Return a deadline; engines keep whole seconds."""
        return (self.clock.now() + timedelta(seconds=seconds)).replace(microsecond=0)

    @contextmanager
    def sandbox(self, request: SandboxRequest | None = None, **template: Any) -> Iterator[Sandbox]:  # noqa: ANN401 - fields of a Template
        """Provision a sandbox for the block."""
        asked = request or self.request()
        asked = asked._replace(template=asked.template._replace(**template))
        begun = time.monotonic()
        try:
            made = self.backend.provision(asked, lambda _: nullcontext())
            self.boots.append(time.monotonic() - begun)
            yield made
        finally:
            receipt = self.backend.destroy(asked.half_made(self.backend.name))
            assert not receipt.leftover, receipt

    def run(
        self,
        sandbox: Sandbox,
        *argv: str,
        stdin: bytes = b"",
        user: str | None = None,
        role: Role = Role.LEARNER,
        timeout: float = _TIMEOUT,
    ) -> Completed:
        """Run a command in the sandbox, for ``timeout`` seconds at most."""
        command = self.backend.shell(sandbox, argv, user=user, role=role)
        done = SubprocessRunner().run(command, stdin=stdin, timeout=timeout)
        assert not done.timed_out, argv
        return done

    def sh(self, sandbox: Sandbox, script: str) -> str:
        """Run a shell script that must succeed, and return what it prints."""
        done = self.run(sandbox, "sh", "-c", script)
        assert done.exit_code == 0, done
        return done.stdout.decode().strip()

    def found(self, session: str) -> Sandbox | None:
        """Return what the engine tells of a sandbox, if it has it."""
        return next((one for one in self.backend.find(self.owner) if one.session == session), None)

    def has_ended(self, session: str) -> bool:
        """Return whether nothing of it runs: of a cluster the disks stay, and it could be started again."""
        found = self.found(session)
        return found is None or found.condition in {Condition.DEAD, Condition.STOPPED}

    def wait_for_end(self, session: str, seconds: float) -> None:
        """Let that much time pass and a little more, and see the sandbox end by itself.

        On a machine on which it takes long to boot, it may take half as long to end.
        """
        self.pass_time(seconds)
        spare = 5 + self.boots[-1] / 2
        eventually(lambda: self.has_ended(session), f"{session} ends at its deadline", timeout=seconds + spare)
