"""What every part of the testbed does: run a program, report a step, keep a file for the next run."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(
    os.environ.get("TEMPSHELL_TESTBED_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tempshell-testbed"
).absolute()
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where Debian keeps dockerd, iptables and mmdebstrap's helpers; `su` leaves it out of PATH."""


class SetupError(Exception):
    """What happened, and what to do about it."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}\n  -> {hint}")
        self.what = what


@contextmanager
def step(what: str) -> Iterator[Callable[[str], None]]:
    """Print one line: what is done, the outcome given to the yielded function, the seconds it took."""
    started = time.monotonic()
    outcomes: list[str] = []
    say(f"{what} ... ")
    try:
        yield outcomes.append
    except BaseException:
        outcomes.append("failed")
        raise
    finally:
        say(f"{', '.join(outcomes or ['done'])} ({time.monotonic() - started:.1f} s)\n")


def say(text: str) -> None:
    """Show the text at once, also where stdout is a pipe."""
    sys.stdout.write(text)
    sys.stdout.flush()


@contextmanager
def only_one(name: str = "lock") -> Iterator[None]:
    """Let processes of one user that want the same lock take turns."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment() -> dict[str, str]:
    """This process's environment with Debian's sbin folders on PATH, and apt kept from asking."""
    path = f"{os.environ.get('PATH', os.defpath)}:{SBIN}"
    return {**os.environ, "PATH": path, "DEBIAN_FRONTEND": "noninteractive"}


def run(
    *argv: str,
    hint: str,
    timeout: float | None = None,
    cwd: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> str:
    """The program's stdout; SetupError with its last words when it fails or outlasts `timeout` seconds.

    The `settings` are environment variables it gets beside this process's.
    """
    variables = {**environment(), **(settings or {})}
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, cwd=cwd, env=variables, check=True)
    except subprocess.CalledProcessError as error:
        raise SetupError(f"{' '.join(argv)}: {last_lines(error.stderr or error.stdout)}", hint) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(str(error), hint) from error
    return done.stdout


def last_lines(text: str, count: int = 8) -> str:
    """The end of a program's output, which is where it says why it gave up."""
    return "\n".join(text.strip().splitlines()[-count:])


def cached(name: str, make: Callable[[Path], None], replaces: str | None = None) -> Path:
    """The cache's file or folder of that name, made at the first call; an interrupted `make` leaves none.

    Others that `replaces` (a glob) matches go when it has been made. A second process waits for the one that makes it.
    """
    path = CACHE / name
    with only_one(f"{name}.lock"):
        if path.exists():
            return path
        unfinished = CACHE / f"unfinished-{name}"
        make(unfinished)
        unfinished.replace(path)
        for other in CACHE.glob(replaces) if replaces else ():
            if not other.name.startswith(name):
                remove(other)
    return path


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def digest(*sources: Path) -> str:
    """Changes with a byte, a name or a mode of the files, and of those below the folders."""
    sha = hashlib.sha256()
    for source in sources:
        for path in sorted(path for path in (source, *source.rglob("*")) if path.is_file()):
            name = path.relative_to(source.parent)
            sha.update(f"{name} {path.stat().st_mode & 0o111:o} {path.stat().st_size}\n".encode())
            sha.update(path.read_bytes())
    return sha.hexdigest()[:12]
