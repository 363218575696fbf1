"""Newer Pythons than this machine's, of Debian's sid, in a folder of the cache; nothing of them is installed."""

from pathlib import Path

from . import apt
from .steps import CACHE, run, step
from .suite import unpacked

SUITE = "sid"
VERSIONS = ("3.13", "3.14")
FOLDER = CACHE / f"pythons-{SUITE}"
_PARTS = ("python{}", "python{}-minimal", "libpython{}-minimal", "libpython{}-stdlib")
_LIBRARIES = (
    *("libc6", "libgcc-s1", "libstdc++6", "libcrypt1", "libssl3t64", "zlib1g", "libbz2-1.0", "liblzma5", "libzstd1"),
    *("libffi8", "libsqlite3-0", "libexpat1", "libncursesw6", "libtinfo6", "libreadline8t64", "libuuid1"),
)
"""What their modules need, and the C library that they were built for."""
_MODULES = "ctypes, curses, lzma, sqlite3, ssl, sys"
HINT = f"remove {FOLDER}, then run the testbed again"


def interpreter(version: str) -> Path:
    """Where the testbed puts a Python."""
    return FOLDER / "usr" / "bin" / f"python{version}"


def ensure() -> None:
    """Python 3.13 and 3.14, not installed: sessions of nox run tests on them."""
    apt.install({"patchelf": "patchelf"})
    unpacked(FOLDER.name, SUITE, (*(part.format(version) for version in VERSIONS for part in _PARTS), *_LIBRARIES))
    for version in VERSIONS:
        with step(f"Python {version}") as outcome:
            outcome(_started(str(interpreter(version))))


def _started(python: str) -> str:
    """Start it with its own C library, and return its version.

    The program itself names its loader and its libraries: with LD_LIBRARY_PATH what it starts would get them, too.
    """
    loader = next(FOLDER.glob("usr/lib/*/ld-linux-*"))
    if run("patchelf", "--print-interpreter", python, hint=HINT).strip() != str(loader):
        libraries = (
            "--force-rpath",
            "--set-rpath",
            str(loader.parent),
        )  # for its modules, too
        run("patchelf", "--set-interpreter", str(loader), *libraries, python, hint=HINT)
    return run(python, "-c", f"import {_MODULES}; print(sys.version)", hint=HINT).strip()
