"""The seam between packs and engines: all that the grader needs of a sandbox."""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename
from typing import Protocol

from tempshell_cli.core.process import Completed

# What a shell runs a script with that comes by stdin: it is read to its end before it starts, so that no command in it
# can eat the rest.
EVAL_STDIN = 'script=$(cat) && exec </dev/null && eval "$script"'
SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_OPTION, _COMMAND = re.compile("-[euxo]+|pipefail|errexit|nounset|xtrace"), re.compile("-[eux]*c")


def out_of_reach(argv: Sequence[str], stdin: str) -> tuple[Sequence[str], str]:
    """Return ``argv`` and ``stdin`` so that a shell keeps its script where no file that it reads can lead to it.

    A learner's file can be a link: /proc/self/cmdline has every word that the script looks for, and who reads
    /proc/self/fd/0, as a program of the learner's may do, too, eats the rest of the script, which then ends well.
    """
    if basename(argv[0]) not in SHELLS:
        return argv, stdin
    place = next((place for place, word in enumerate(argv) if place and not _OPTION.fullmatch(word)), len(argv))
    options, words = argv[:place], argv[place:]
    if not words:
        return (*options, "-c", EVAL_STDIN), stdin
    if words[0] == "-s":
        return (*options, "-c", EVAL_STDIN, argv[0], *words[1:]), stdin
    if len(words) > 1 and _COMMAND.fullmatch(words[0]) and not stdin:
        return (*options, words[0], EVAL_STDIN, *words[2:]), words[1]
    return argv, stdin


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
