"""The check ``http``: what a web address answers."""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from tempshell_cli.packs.checks.endings import NOT_STARTED, is_there, refuse_ended, said
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, OutputMatch, output_mismatch
from tempshell_cli.packs.checks.places import CLUSTER, TERMINAL, Place, newest_pods, shell_at
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.reading.fields import Id, WebAddress, says

MAX_ANSWER = 64 * 1024  # bytes


class Http(Kind, frozen=True, kw_only=True):
    """Ask a web address, with a GET by curl."""

    url: Annotated[WebAddress, says("What is asked for.")]
    in_: Annotated[Place, says("From where: the learner's sandbox (`terminal`), or a workload.")] = field(
        default=TERMINAL, name="in"
    )
    ns: Annotated[Id | None, says("The workload's namespace.")] = None
    status: Annotated[int, says("The status it must answer with.")] = 200
    body: Annotated[OutputMatch | None, says("What it must answer.")] = None

    def __post_init__(self) -> None:
        if self.in_ == CLUSTER:
            raise ValueError("an address is asked for from the terminal, or from a workload")

    @property
    def needs_cluster(self) -> bool:
        """Whether it asks from anywhere but the learner's sandbox."""
        return self.in_ != TERMINAL

    @property
    def pods(self) -> tuple[str, str] | None:
        """Those of which it enters the newest."""
        return newest_pods(self.in_, self.ns)

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Ask once, and compare the answer."""
        shell = shell_at(self.in_, self.ns, sandbox)
        # --disable comes first: the learner's ~/.curlrc has no say.
        options = ("--disable", "--silent", "--show-error", "--globoff", "--noproxy", "*")
        bounds = ("--max-filesize", str(MAX_ANSWER), "--write-out", "\n%{http_code}")
        done = shell.run(("curl", *options, *bounds, "--", self.url), timeout=timeout)
        refuse_ended(done)
        if done.exit_code in NOT_STARTED and not is_there("curl", shell, timeout):
            raise CannotLook("the sandbox has no curl", hint="choose another image")
        body, _, status = done.stdout.rpartition(b"\n")
        if done.timed_out or done.exit_code:
            return Mismatch(f"an answer from {self.url}", f"none{said(done)}")
        if status != str(self.status).encode():
            found = status.decode(errors="replace")
            return Mismatch(f"{self.url}: status {self.status}", f"status {found}")
        return output_mismatch(self.body, body) if self.body else None
