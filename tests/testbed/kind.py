"""kind, kubectl, and a node image, so that `kind create cluster --image kindest/node:v1.37.2` works as it is."""

import os
import tempfile
from pathlib import Path

from . import apt, node_image
from .steps import CACHE, run, step
from .suite import Suite

INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
ENOUGH = 1024

SUITE = "sid"
"""The newest kind: bookworm has none, and trixie's is a year older. It needs a libc of bookworm's and nothing else."""


def ensure() -> None:
    """Leave both commands and the image, or raise SetupError; what is there stays as it is."""
    apt.install({"kubectl": "kubernetes-client"})
    if not apt.find("kind"):
        install()
    node_image.ensure()
    allow_clusters()


def allow_clusters() -> None:
    """Let several clusters run side by side: each takes some 40 inotify instances of root, which has 128 by default."""
    if os.geteuid() == 0 and int(INOTIFY.read_text("ascii")) < ENOUGH:
        with step(f"{INOTIFY.name} of inotify to {ENOUGH}"):
            INOTIFY.write_text(str(ENOUGH), "ascii")


def install() -> None:
    """Install that one package, without telling this machine's apt of its suite."""
    apt.require_root("missing here: kind")
    with step(f"kind from Debian {SUITE}") as outcome, tempfile.TemporaryDirectory(dir=CACHE) as folder:
        package = Suite(SUITE, Path(folder) / "apt").download("kind", Path(folder))
        run("apt-get", "install", "--yes", "--no-install-recommends", str(package), hint=apt.HINT)
        outcome(run("kind", "version", hint="see `dpkg --listfiles kind`").strip())
