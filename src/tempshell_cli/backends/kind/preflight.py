"""What a cluster needs of the engine's machine, seen before anything is made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tempshell_cli.backends.base import Problem
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.units import format_size

if TYPE_CHECKING:
    from docker import APIClient

_MEMORY_OF_NODE = 1024**3  # an idle control plane was seen to take 480 MB
_DISK = 2 * 1024**3
_INOTIFY = {"max_user_instances": 128, "max_user_watches": 8192}  # the kernel's own defaults, enough for one cluster
_INOTIFY_KEYS = Path("/proc/sys/fs/inotify")


def check_room(info: Mapping[str, Any], nodes: int) -> None:
    """Raise ProvisionFailed where the engine's machine, if it is this one, has no room for a cluster.

    ``info`` is what the engine says of itself.
    """
    for problem in _lacking(info, nodes):
        raise ProvisionFailed(problem.what, hint=problem.hint)


def check_images(client: APIClient, names: Sequence[str]) -> None:
    """Raise ProvisionFailed where the engine lacks an image that the nodes are to have."""
    from tempshell_cli.backends.docker.images import has_image  # noqa: PLC0415 - loaded with the client

    for name in names:
        if not has_image(client, name):
            reason = f"cannot load {name} into the cluster: the engine has no such image"
            raise ProvisionFailed(reason, hint=f"build it on this engine, or `docker pull {name}`, first")


def limits_of_machine() -> list[Problem]:
    """Return what this machine's settings would do to a cluster."""
    found = []
    for key, least in _INOTIFY.items():
        now = _number(_INOTIFY_KEYS / key)
        if now and now < least:
            found.append(Problem(f"fs.inotify.{key} is {now}", f"`sudo sysctl fs.inotify.{key}={least}`, or more"))
    return found


def _lacking(info: Mapping[str, Any], nodes: int) -> Iterator[Problem]:
    root = Path(info.get("DockerRootDir", "/nonexistent"))
    if not _is_here(info):
        return
    needed, free = _MEMORY_OF_NODE * nodes, _free_memory()
    if free is not None and free < needed:
        yield Problem(f"{_mib(free)} of memory are free, a cluster needs {format_size(needed)}", "stop something")
    if root.is_dir() and (space := shutil.disk_usage(root).free) < _DISK:
        yield Problem(
            f"{_mib(space)} are free in {root}, a cluster needs {format_size(_DISK)}", "`docker system prune`"
        )
    yield from limits_of_machine()


def _is_here(info: Mapping[str, Any]) -> bool:
    """Return whether the engine runs on this very machine: only then is what we see about it."""
    import platform  # noqa: PLC0415 - 5 ms, and only a start needs it

    return info.get("Name") == platform.node() and info.get("OSType") == "linux"


def _free_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _mib(size: int) -> str:
    return f"{size // 1024**2} MiB"
