"""A Docker engine of a test's own, in a network namespace of its own: to be starved, filled and restarted."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_READY = 60.0
_MIB = 1024**2
_DISK = 5 * 1024**3  # bytes of its tmpfs
# Its own network namespace: two engines in one would throw out each other's iptables rules.
_ISOLATED = ("unshare", "--net", "--mount", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
# A socket made outside that namespace, handed over as systemd does it (sd_listen_fds(3)): $1 is its descriptor.
_WITH_SOCKET = ("bash", "-c", 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "bash")
_SUBNETS = "base=10.213.0.0/22,size=24"  # four networks, and no more: a test takes all of them


class PrivateEngine:
    """One dockerd, its data on a tmpfs.

    It gets ``options`` beside the usual ones, listens on ``listener`` too, and is that of this machine or the one whose
    packages are unpacked in ``programs``.
    """

    def __init__(
        self,
        place: Path,
        options: Sequence[str] = (),
        listener: socket.socket | None = None,
        programs: Path | None = None,
    ) -> None:
        self.place = place
        self.data = place / "data"
        self.host = f"unix://{place}/docker.sock"
        self._options = (*options, *([f"--config-file={_no_settings(place)}"] if programs else ()))
        self._listener = listener
        self._environment = {**os.environ, **(_of_unpacked(programs) if programs else {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        folders = {"data-root": self.data, "exec-root": self.place / "exec", "pidfile": self.place / "pid"}
        argv = ["dockerd", "--host", self.host, "--bridge", "none", "--default-address-pool", _SUBNETS, *self._options]
        argv += [f"--{name}={value}" for name, value in folders.items()]
        passed: tuple[int, ...] = ()
        if self._listener:
            passed = (self._listener.fileno(),)
            argv = [*_WITH_SOCKET, str(passed[0]), *argv, "--host", "fd://"]
        with (self.place / "log").open("ab") as log:
            self._process = subprocess.Popen(
                (*_ISOLATED, *argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=passed,
                env=self._environment,
            )
        late = time.monotonic() + _READY
        while subprocess.run(self._cli("version"), capture_output=True, check=False).returncode:
            assert time.monotonic() < late, (self.place / "log").read_text()[-2000:]
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as an init system does; its containers end with it."""
        if self._process:
            self._process.terminate()
            self._process.wait(_READY)

    def kill(self) -> None:
        """End it without a chance to end its containers; the next one does, before it answers."""
        if self._process:
            self._process.kill()
            self._process.wait(_READY)

    def docker(self, *argv: str) -> str:
        """Return what its docker command says."""
        return subprocess.run(self._cli(*argv), capture_output=True, text=True, check=True).stdout

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave it a megabyte of disk during the block, whatever is being written meanwhile."""
        late = time.monotonic() + _READY
        while _resized(self.data, _used(self.data) + _MIB).returncode:  # to less than is used by now
            assert time.monotonic() < late
        try:
            yield
        finally:
            _resized(self.data, _DISK).check_returncode()

    def take_from_here(self, images: Sequence[str]) -> None:
        """Load images of the usual engine."""
        with subprocess.Popen(("docker", "save", *images), stdout=subprocess.PIPE) as saved:
            subprocess.run(self._cli("load", "--quiet"), stdin=saved.stdout, capture_output=True, check=True)

    def _cli(self, *argv: str) -> tuple[str, ...]:
        return ("docker", "--host", self.host, *argv)


@contextmanager
def private_engine(
    options: Sequence[str] = (), listener: socket.socket | None = None, programs: Path | None = None
) -> Iterator[PrivateEngine]:
    """Yield a running engine; nothing of it remains."""
    with tempfile.TemporaryDirectory(prefix="engine-", dir="/var/tmp") as directory:
        engine = PrivateEngine(Path(directory), options, listener, programs)
        engine.data.mkdir()
        subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", engine.data), check=True)
        try:
            engine.start()
            try:
                yield engine
            finally:
                _remove_all(engine)
        finally:
            engine.stop()
            subprocess.run(("umount", "--lazy", engine.data), check=True)


def _no_settings(place: Path) -> Path:
    """Write a configuration that names no runtime: the one of this machine may be too new for another engine."""
    settings = place / "daemon.json"
    settings.write_text("{}")
    return settings


def _of_unpacked(packages: Path) -> dict[str, str]:
    """Return the variables with which programs, and the libraries they come with, are found where they are unpacked."""
    folders = [str(packages / folder) for folder in ("usr/bin", "usr/sbin")]
    libraries = sorted({str(file.parent) for file in packages.glob("**/*.so.*")})
    return {"PATH": os.pathsep.join((*folders, os.environ["PATH"])), "LD_LIBRARY_PATH": os.pathsep.join(libraries)}


def _used(disk: Path) -> int:
    found = os.statvfs(disk)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _resized(disk: Path, size: int) -> subprocess.CompletedProcess[bytes]:
    argv = ("mount", "-o", f"remount,size={size}", disk)
    return subprocess.run(argv, capture_output=True, check=False)


def _remove_all(engine: PrivateEngine) -> None:
    for container in engine.docker("ps", "--all", "--quiet").split():
        subprocess.run(("docker", "--host", engine.host, "rm", "--force", container), capture_output=True, check=False)
