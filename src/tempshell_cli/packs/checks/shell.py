"""The seam between packs and engines: all that the grader needs of a sandbox."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from posixpath import basename
from typing import Protocol

from tempshell_cli.core.process import Completed

# What a shell runs a script with that comes by stdin: it is read to its end before it starts, so that no command in it
# can eat the rest.
EVAL_STDIN = 'script=$(cat) && exec </dev/null && eval "$script"'
# In the learner's home there can be settings that change what a program finds: ~/.jq can define `==`. These have no use
# for a home but that; some look for it by the user's id, and take an option. Those of git and kubectl may be the task.
_WITHOUT_SETTINGS: Mapping[str, Sequence[str]] = {
    "curl": ("--disable",),
    "file": (),
    "jq": (),
    "sqlite3": ("-init", "/dev/null"),
    "wget": (),
}
_HOMELESS = ("env", "HOME=/nowhere")
_FUNCTIONS = "".join(
    f'{name}() {{ command {" ".join((*_HOMELESS, name, *options))} "$@"; }}; '
    for name, options in _WITHOUT_SETTINGS.items()
)
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


def without_settings(argv: Sequence[str], stdin: str) -> tuple[Sequence[str], str]:
    """Return what ``out_of_reach`` returned so that the programs that it runs read none of the learner's settings.

    In a script they are functions: not in the command line, where a search for processes would find their names.
    """
    name = basename(argv[0])
    if name in _WITHOUT_SETTINGS:
        return (*_HOMELESS, argv[0], *_WITHOUT_SETTINGS[name], *argv[1:]), stdin
    return argv, _FUNCTIONS + stdin if EVAL_STDIN in argv else stdin


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
