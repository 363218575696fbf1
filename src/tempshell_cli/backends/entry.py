"""How a program is started in a container: by one small shell, which gives the learner's own the learner's variables.

They are in a file, not in the container's environment: there they would reach PID 1, setups and checks as well, and
everyone who inspects the container.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from tempshell_cli.backends.base import Role
from tempshell_cli.core.errors import ProvisionFailed

VARIABLES = "/run/tempshell/variables"
SECRETS = "/run/secrets"  # as Docker and Podman have it
# A shell, because engines report a missing program in different ways, some of them on standard output; it exits with
# 127 and 126. A shell with a locale that is not installed complains on standard error.
_RUN = 'exec "$@"'
_RUN_WITH_VARIABLES = f"[ ! -r {VARIABLES} ] || . {VARIABLES} 2>/dev/null; {_RUN}"
# 32 pages for one of them; for all, a quarter of the usual limit of the stack, less what the pointers and others take.
_LONGEST_VARIABLE, _ALL_VARIABLES = 128 * 1024, 2**21 - 2**18
# What bash or dash refuse to set, or change when they are set. A program named env sets these, for an instant in its
# argv; they say something to the shell, so they are not secrets.
_OF_THE_SHELL = frozenset(
    {
        *("BASHOPTS", "BASHPID", "BASH_ARGC", "BASH_ARGV", "BASH_ARGV0", "BASH_COMMAND", "BASH_LINENO", "BASH_SOURCE"),
        *("BASH_SUBSHELL", "BASH_VERSINFO", "COMP_WORDBREAKS", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS", "EUID"),
        *("FUNCNAME", "GROUPS", "HISTCMD", "LINENO", "OPTIND", "PPID", "RANDOM", "SECONDS", "SHELLOPTS", "SRANDOM"),
        *("UID", "_"),
    }
)


def refuse_oversized(env: Mapping[str, str]) -> None:
    """Raise ProvisionFailed for variables with which the kernel starts no program: execve(2), on argument sizes."""
    sizes = {name: len(f"{name}={value}".encode("utf-8", "surrogateescape")) + 1 for name, value in env.items()}
    longest = max(sizes, key=lambda name: sizes[name], default="")
    if longest and sizes[longest] > _LONGEST_VARIABLE:
        raise ProvisionFailed(
            f"no program could be started with {longest}: {sizes[longest]} bytes, of {_LONGEST_VARIABLE}",
            hint="copy it in as a file with `tempshell cp`",
        )
    if sum(sizes.values()) > _ALL_VARIABLES:
        raise ProvisionFailed(
            f"no program could be started with these variables: they have {sum(sizes.values())} bytes in all",
            hint=f"{_ALL_VARIABLES} bytes are the most; copy files in with `tempshell cp`",
        )


def entry_argv(argv: Sequence[str], role: Role) -> tuple[str, ...]:
    """Return what to start in a container so that ``argv`` runs in its role there."""
    return ("/bin/sh", "-c", _RUN_WITH_VARIABLES if role is Role.LEARNER else _RUN, "sh", *argv)


def variables_script(env: Mapping[str, str]) -> bytes:
    """Return the content of the file that sets the learner's variables; their names are identifiers."""
    by_env = [shlex.quote(f"{name}={value}") for name, value in env.items() if name in _OF_THE_SHELL]
    lines = [f'set -- "$(command -v env)" {" ".join(by_env)} "$@"'] if by_env else []
    # Last, because PATH and LD_PRELOAD are for the learner's program, not for anything that this script runs.
    lines += [f"export {name}={shlex.quote(value)}" for name, value in env.items() if name not in _OF_THE_SHELL]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
