"""What may be reached from inside: lists for each engine and who enters it, and a probe that finds what is.

What is listed and not reached is fine: kernels differ. What is reached and not listed fails a test with its name: see
whether it may be, and list it. ``*`` stands for anything, as in a shell.
"""

from __future__ import annotations

import json
import platform
import socket
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
_LISTS: dict[str, Any] = tomllib.loads((_HERE / "lists.toml").read_text("utf-8"))

on_x86_64 = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the numbers of the system calls are those of x86-64"
)


@contextmanager
def probe() -> Iterator[tuple[str, ...]]:
    """Return the command that probes from inside; for the block this machine has an abstract socket to be reached."""
    mark = f"\0reach-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX) as machines, socket.socket(socket.AF_UNIX) as ours:
        machines.bind(mark)
        machines.listen()
        ours.connect(mark)
        yield "python3", "-c", (_HERE / "probe.py").read_text("utf-8"), mark[1:]


def beyond(who: str, found: str) -> dict[str, list[str]]:
    """Return what the probe has found that ``who`` (``docker.restricted.learner``) is not to reach, by its kind."""
    reached: dict[str, list[str]] = json.loads(found)
    assert {"read", "write", "exit_group"} <= set(reached["system-calls"])
    allowed = _allowed(who)
    unlisted = {
        kind: [name for name in names if not any(fnmatchcase(name, one) for one in allowed.get(kind, ()))]
        for kind, names in reached.items()
    }
    return {kind: names for kind, names in unlisted.items() if names}


def _allowed(who: str) -> dict[str, set[str]]:
    """Return what a list allows, and the lists that it goes on from by ``like``."""
    listed: Any = _LISTS
    for part in who.split("."):
        listed = listed[part]
    allowed = _allowed(listed["like"]) if "like" in listed else {}
    for kind, names in listed.items():
        if kind != "like" and isinstance(names, str):
            allowed[kind] = allowed.get(kind, set()) | set(names.split())
    return allowed
