"""Who uses the engines: the tests' own user, and an ordinary one where that is root."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

import tempshell_cli
from tempshell_cli.core.process import NOTHING
from tests.support.command_line import PROGRAM
from tests.support.leaks import local_leftovers
from tests.support.user import User
from tests.support.waiting import eventually

# A user ID that nobody has, another one for each worker: the kernel counts processes by it.
ORDINARY = 64321 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
AsOrdinary = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def as_ordinary(user: User) -> Iterator[AsOrdinary]:
    """Runs the command line as an ordinary user, who sees the interpreter and the program wherever they lie."""
    home = Path(tempfile.mkdtemp(prefix="tempshell-"))  # pytest's own directories are closed to others
    ordinary = User(home / "user", user.owner, user.docker_host)
    nameless = {name: value for name, value in ordinary.environment.items() if name not in {"LOGNAME", "USER"}}
    subprocess.run(("chown", "-R", f"{ORDINARY}:{ORDINARY}", str(home)), check=True)

    def run(
        *argv: str,
        code: int = 0,
        env: Mapping[str, str] = NOTHING,
        program: Sequence[str] = PROGRAM,
    ) -> subprocess.CompletedProcess[str]:
        become = ("setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups", "--inh-caps=-all")
        words = shlex.join((*become, *program, *argv))
        done = subprocess.run(
            ("unshare", "--mount", "sh", "-ec", f"{_show_to_all()}\nexec {words}"),
            capture_output=True, text=True, env={**nameless, **env}, cwd="/", timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done
        assert "Traceback" not in done.stderr
        return done

    if not all(map(shutil.which, ("unshare", "setpriv"))):
        pytest.skip("no unshare or setpriv here")
    yield run
    eventually(lambda: not local_leftovers(ordinary), "the ordinary user has left nothing")
    with suppress(OSError):
        shutil.rmtree(home)


def _show_to_all() -> str:
    """Return a script that mounts what Python needs where others cannot look into an empty directory of that name."""
    needed = {sys.prefix, sys.base_prefix, sysconfig.get_path("purelib"), str(Path(tempshell_cli.__file__).parents[1])}
    closed = {path: hidden for path in sorted(needed) if (hidden := _closed_parent(Path(path)))}
    lines = [f"mkdir -p /run/tempshell-test/{number}" for number in range(len(closed))]
    lines += [f"mount --bind {path} /run/tempshell-test/{number}" for number, path in enumerate(closed)]
    lines += [f"mount -t tmpfs -o mode=755 none {parent}" for parent in sorted({*map(str, closed.values())})]
    for number, path in enumerate(closed):
        lines += [f"mkdir -p {path}", f"mount --bind /run/tempshell-test/{number} {path}"]
    return "\n".join(lines)


def _closed_parent(path: Path) -> Path | None:
    return next((parent for parent in reversed(path.parents) if not parent.stat().st_mode & 0o001), None)
