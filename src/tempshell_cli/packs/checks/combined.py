"""Checks of several looks: one that must be right, all that must be, or one that must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, Prevented
from tempshell_cli.packs.checks.shell import SandboxShell

Group = Literal["any_of", "all_of", "not"]


class Combined(Kind, frozen=True, kw_only=True):
    """Several kinds of check, each looked at in its turn, as long as it matters."""

    op: Group
    kinds: tuple[Kind, ...]

    def parts(self) -> Iterator[Kind]:
        """Yield those of all kinds in it."""
        for kind in self.kinds:
            yield from kind.parts()

    @property
    def runs_learners_program(self) -> bool:
        """Whether one of them does."""
        return any(kind.runs_learners_program for kind in self.kinds)

    @property
    def needs_cluster(self) -> bool:
        """Whether one of them does."""
        return any(kind.needs_cluster for kind in self.kinds)

    @property
    def pods(self) -> tuple[str, str] | None:
        """Those that the first of them enters that enters any."""
        return next((kind.pods for kind in self.kinds if kind.pods), None)

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Look, for ``timeout`` seconds at each.

        Of ``any_of``, one that cannot be looked at is overruled by one that is right, and by nothing else: the learner
        may have kept it from running.
        """
        match self.op:
            case "any_of":
                return self._any(sandbox, timeout)
            case "all_of":
                return next((differs for kind in self.kinds if (differs := kind.look(sandbox, timeout))), None)
            case "not":
                (kind,) = self.kinds
                return None if kind.look(sandbox, timeout) else Mismatch("that it is not so", "it is so")

    def _any(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        wrong: list[Mismatch] = []
        kept_out: CannotLook | Prevented | None = None
        for kind in self.kinds:
            try:
                differs = kind.look(sandbox, timeout)
            except (CannotLook, Prevented) as cause:
                kept_out = kept_out or cause
                continue
            if differs is None:
                return None
            wrong.append(differs)
        if kept_out:
            raise kept_out
        return Mismatch("; or ".join(one.expected for one in wrong), "; ".join(one.found for one in wrong))
