"""A Docker Engine on a bare Debian machine; on any other machine, the one that is there."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from . import apt, runtime_shim
from .steps import CACHE, SetupError, environment, last_lines, run, step
from .suite import Suite

SUITES = {"sid": ("docker.io", "containerd", "tini-static"), "trixie": ("docker.io", "containerd")}
"""The engine of a current Debian, newest first, and what it needs of its own suite."""
RUNC = "runc"
"""Taken from the same suite where this machine's C library is new enough for it, else from the machine's own suite."""
PACKAGES = {
    "dockerd": "docker.io",  # the machine's own, where no newer one can be installed
    "iptables": "iptables",  # the engine's networks; only a recommendation of docker.io up to Debian 12
    "/usr/bin/python3": "python3",  # runs the OCI runtime shim
    "bwrap": "bubblewrap",
    "tmux": "tmux",
    "mmdebstrap": "mmdebstrap",
    "sshd": "openssh-server",  # a remote engine, on loopback
    "ssh": "openssh-client",
}
"""Command -> package: the engine, and what the tests of a bare machine need beside it."""
CLIENT = {"docker": "docker-cli"}
"""In docker.io up to Debian 12, a package of its own from Debian 13 on."""
LOG = Path("/var/log/tempshell-testbed/dockerd.log")
READY_SECONDS = 60.0
"""The engine answers within 2 s of its start on two cores; a busy machine may take far longer."""


def ensure() -> None:
    """Leave an engine that answers its client, or raise SetupError; one that answers stays as it is."""
    if answers():
        return
    require_local()
    apt.require_root("no Docker engine answers here")
    runtime_shim.ensure()
    if not apt.find("dockerd"):
        install()
    apt.install(PACKAGES)
    apt.install(CLIENT)
    # Where an init system runs, the package has started the engine itself.
    if not answers():
        start()


def answers() -> bool:
    """Whether an engine answers; shows its version or the client's complaint."""
    with step("docker version") as outcome:
        try:
            version = run("docker", "version", "--format", "{{.Server.Version}}", hint="", timeout=20)
        except SetupError as error:
            outcome(f"no engine answers: {error.what.splitlines()[-1]}")
            return False
        outcome(f"engine {version.strip()} answers")
        return True


def require_local() -> None:
    """SetupError where the user means an engine elsewhere, which no daemon here can stand in for."""
    if host := os.environ.get("DOCKER_HOST"):
        raise SetupError(f"no engine answers at DOCKER_HOST={host}", "start that one, or unset DOCKER_HOST")


def install() -> None:
    """Install the newest engine that leaves the C library and all other packages of this machine as they are.

    Where neither suite has one, none is installed: `PACKAGES` names the one of the machine's own suite.
    """
    apt.refresh()
    client = () if apt.find("docker") else tuple(CLIENT.values())
    for name, engine in SUITES.items():
        with step(f"Docker Engine of Debian {name}") as outcome, tempfile.TemporaryDirectory(dir=CACHE) as folder:
            try:
                suite = Suite(name, Path(folder) / "apt")
                files = [suite.download(package, Path(folder)) for package in (*engine, *client, RUNC)]
            except SetupError as error:
                outcome(f"not available: {error.what}")
                continue
            for packages, instead in ((files, f"{RUNC} of this machine's own suite"), (files[:-1], "the next suite")):
                if refusal := apt.refusal(packages):
                    outcome(f"{instead}, because apt says: {refusal}")
                    continue
                apt.install_files(packages)
                outcome(f"installed {' '.join(package.stem for package in packages)}")
                return


def start() -> None:
    """Start dockerd in a session of its own, so that it outlives this program and its terminal."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with step(f"start dockerd, its log in {LOG}"):
        with LOG.open("wb") as log:
            daemon = subprocess.Popen(
                ["dockerd"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment(),
            )
        wait_until_ready(daemon)


def wait_until_ready(daemon: subprocess.Popen[bytes]) -> None:
    """Return when the engine answers; SetupError with its last words when it ends or takes too long."""
    give_up = time.monotonic() + READY_SECONDS
    while daemon.poll() is None and time.monotonic() < give_up:
        if subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    state = "still starts" if daemon.poll() is None else f"ended with {daemon.returncode}"
    words = last_lines(LOG.read_text(encoding="utf-8", errors="replace"))
    raise SetupError(f"dockerd {state}:\n{words}", f"all of it is in {LOG}")
