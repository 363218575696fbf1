"""The seam between packs and engines: all that the grader needs of a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tempshell_cli.core.process import Completed

# What a shell runs a script with that comes by stdin: it is read to its end before it starts, so that no command in it
# can eat the rest.
EVAL_STDIN = 'script=$(cat) && exec </dev/null && eval "$script"'


class ClusterView(Protocol):
    """Looks at a sandbox's cluster from outside the learner's reach. Called from several threads at once."""

    @property
    def is_learners(self) -> bool:
        """Whether the learner administers the cluster: then what it does not answer may be the learner's doing.

        Finding out may take a question to the cluster.
        """
        ...

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        """Run kubectl, of ours and with credentials of ours, for ``timeout`` seconds at most.

        Raises EngineUnavailable where it cannot be run at all.
        """
        ...


class Shell(Protocol):
    """Runs programs in one place. Called from several threads at once."""

    @property
    def home(self) -> str:
        """Where they begin, an absolute path."""
        ...

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program, for ``timeout`` seconds at most; raises EngineUnavailable where the place is out of reach."""
        ...


class SandboxShell(Shell, Protocol):
    """Runs programs in one sandbox, as its ordinary user, from the learner's home."""

    @property
    def cluster(self) -> ClusterView | None:
        """The sandbox's cluster, where it has one."""
        ...

    @property
    def grader(self) -> Shell:
        """The same sandbox, entered by what reads all that is there, out of the learner's reach."""
        ...

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program from the learner's home, in a clean environment that no learner's file had a say in.

        The environment is PATH (system directories only), HOME, LANG, and KUBERC so that kubectl reads no preferences.
        What overstays ``timeout`` seconds is ended inside the sandbox, and marked ``timed_out``. A program that cannot
        be started ends with 126 or
        127, as ``env`` and ``timeout`` have it. Keeps a bounded amount of what it writes. Raises EngineUnavailable
        where the sandbox cannot be reached.
        """
        ...
