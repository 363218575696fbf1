"""tempshell's commands beside the programs that do no more than has to be done."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from tempshell_cli.backends.local.bwrap import find_bwrap

from .table import Row, compared, not_measured
from .timing import Program, medians
from .user import TEMPSHELL, User

_START, _LOCAL_RUN, _DOCKER_RUN, _DOCKER_EXEC = 1.6, 2.0, 1.75, 1.7
_OWN_NETWORK = (
    "docker network create tempshell-benchmark-$$ && docker run --rm --network tempshell-benchmark-$$ $1 true"
    " && docker network rm tempshell-benchmark-$$"
)
# A sandbox as small as one can be that still shows the host's programs.
_BWRAP = (
    "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin",
    "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev",
    "--tmpfs", "/tmp",  # noqa: S108 - a path inside
)  # fmt: skip


def measure(user: User, runs: int) -> Iterator[Row]:
    """Yield a line for each comparison."""
    yield from _starting(user, runs)
    if find_bwrap():
        yield from _local(user, runs)
    else:
        yield not_measured("run -- true, local", "no bubblewrap")
    if docker_answers():
        yield from _docker(user, runs)
    else:
        yield not_measured("run and exec, docker", "no engine answers")


def _starting(user: User, runs: int) -> Iterator[Row]:
    asks = {"_TEMPSHELL_COMPLETE": "complete_bash", "COMP_WORDS": "tempshell exec ", "COMP_CWORD": "2"}
    programs = [
        _bare_typer(user),
        _tempshell(user, "--version"),
        _tempshell(user, "--help"),
        Program("a completion (exec <Tab>)", (TEMPSHELL,), {**user.environment, **asks}),
    ]
    base, *times = medians(programs, runs)
    for program, seconds in zip(programs[1:], times, strict=True):
        yield compared(program.name, seconds, programs[0].name, base, _START)


def _local(user: User, runs: int) -> Iterator[Row]:
    bwrap = Program("bwrap … true", (find_bwrap(), *_BWRAP, "true"), user.environment)
    programs = [bwrap, _bare_typer(user), _tempshell(user, "run", "--backend", "local", "--", "true")]
    sandbox, python, ours = medians(programs, runs)
    yield compared("run -- true, local", ours, f"{bwrap.name} + {programs[1].name}", sandbox + python, _LOCAL_RUN)


def _docker(user: User, runs: int) -> Iterator[Row]:
    session = user.output("start", "--quiet", "--detach", "--backend", "docker")  # builds the image, if need be
    image = json.loads(user.output("image", "ls", "--json"))[0]["reference"]
    theirs = Program("docker run --rm … true", ("docker", "run", "--rm", image, "true"), user.environment)
    alike = Program("the same in a network of its own", ("sh", "-c", _OWN_NETWORK, "sh", image), user.environment)
    base, own, ours = medians([theirs, alike, _tempshell(user, "run", "--backend", "docker", "--", "true")], runs)
    yield compared("run -- true, docker", ours, theirs.name, base, _DOCKER_RUN)
    yield compared("run -- true, docker", ours, alike.name, own)
    theirs = Program("docker exec … true", ("docker", "exec", f"tempshell-{session}", "true"), user.environment)
    base, ours = medians([theirs, _tempshell(user, "exec", session, "--", "true")], runs)
    yield compared("exec -- true, docker", ours, theirs.name, base, _DOCKER_EXEC)
    user.output("stop", session)


def docker_answers() -> bool:
    """Return whether there is an engine."""
    try:
        return subprocess.run(("docker", "version"), capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _bare_typer(user: User) -> Program:
    return Program("python -c 'import typer'", (sys.executable, "-c", "import typer"), user.environment)


def _tempshell(user: User, *argv: str) -> Program:
    return Program(" ".join(argv), (TEMPSHELL, *argv), user.environment)
