"""Containers that are machines: systemd is their init, and Docker, mounts and the like work in them.

The process that holds the deadline stays the first one of the container. systemd is the first one of namespaces of its
own beside it (``images/machine``), which everything that runs in such a sandbox enters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tempshell_cli.backends.base import Report
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.paths import shipped

if TYPE_CHECKING:
    from docker import APIClient

    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.backends.docker.images import Image

# Docker inside needs a disk for its layers: the container's own is an overlay, which can hold no other. The engine
# removes a volume without a name together with its container.
VOLUMES = ("/var/lib/docker",)
_FIRST = "/run/tempshell/machine"  # the file with the id of systemd, which nobody inside sees
_BOOT = ("/usr/local/sbin/tempshell-machine", _FIRST)
_ENTER = f"""\
first=$(cat {_FIRST}) && [ -e "/proc/$first" ] || {{ echo 'the machine was shut down' >&2; exit 1; }}
exec nsenter --target "$first" --mount --pid --cgroup --wdns="$PWD" -- "$@"
"""


def ensure_machine_image(client: APIClient, report: Report) -> str:
    """Return the shipped image of machines, built if need be."""
    from tempshell_cli.backends.docker.images import ensure_image  # noqa: PLC0415 - an exec needs none of it

    return ensure_image(client, machine_image(), report)


def machine_image() -> Image:
    """Return the shipped image of machines, which is built on that of shells."""
    from tempshell_cli.backends.docker.images import on_shell  # noqa: PLC0415 - as above

    return on_shell(shipped("images") / "machine")


def boot(engine: DockerEngine, container: str) -> None:
    """Boot the machine in a container that runs; raises ProvisionFailed."""
    done = engine.run_in(container, _BOOT, user="0:0")
    if done.exit_code:
        said = done.stdout.decode(errors="replace").strip()
        raise ProvisionFailed(f"the machine did not boot: {said}", hint="an image for machines is as images/machine is")


def inside(argv: Sequence[str]) -> tuple[str, ...]:
    """Return what runs ``argv`` in the machine, started outside of it in its container."""
    return ("/bin/sh", "-c", _ENTER, "sh", *argv)
