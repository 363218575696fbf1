"""A Docker Engine on a bare Debian machine; on any other machine, the one that is there."""

import os
import subprocess
import time
from pathlib import Path

from . import apt, runtime_shim
from .steps import SetupError, environment, last_lines, run, step

PACKAGES = {
    "dockerd": "docker.io",
    "iptables": "iptables",  # the engine's networks; only a recommendation of docker.io
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
