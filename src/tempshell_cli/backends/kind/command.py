"""The kind command: what it is asked to do, and its steps as it reports them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tempshell_cli.backends.base import Report
from tempshell_cli.backends.docker import endpoint as endpoints
from tempshell_cli.core.errors import EngineUnavailable, PortTaken, ProvisionFailed
from tempshell_cli.core.process import NOTHING, Command, cannot_start
from tempshell_cli.core.runner import SubprocessRunner
from tempshell_cli.core.text import strip_controls

_SLOWEST = 300.0  # seconds for anything but a creation, which waits by itself
_SLOWEST_PULL = 1800.0  # seconds for an image of 1 GB
_WAIT = "180s"
_LAST_LINES = 15
_STEP, _DONE, _READY = (
    " • ",
    " ✓ ",
    " • Ready after",
)  # how kind begins the lines of its steps, where it writes to no terminal
_NEVER_MADE = "tempshell-node-image"
_NODE_IMAGE = re.compile(r"(?:Image: |Pulling image: )(\S+)")
_UNPUBLISHED = "ERROR: failed to create cluster: failed to get api server port"
_PORT_TAKEN = re.compile(r"port is already allocated|address already in use")
_FRAME = re.compile(r"\t/|[\w./-]+\.\(?[\w*]+\)?(\.\w+)*$|goroutine ")  # of a Go stack trace
# The last is kind's when systemd of a node does not come up: https://kind.sigs.k8s.io/docs/user/known-issues.
_TOO_MANY = re.compile(r"too many open files|inotify|could not find a log line that matches", re.IGNORECASE)
_INOTIFY = "raise fs.inotify.max_user_instances (512) and max_user_watches (524288) with sysctl: clusters share them"


class Kind:
    """The kind command for the engine of an endpoint. Never sees the user's own kubeconfig."""

    def __init__(self, endpoint: str) -> None:
        self._env = {**endpoints.environment(endpoint), "KIND_EXPERIMENTAL_PROVIDER": "docker"}

    def create(  # noqa: PLR0913 - options of kind's
        self,
        cluster: str,
        *,
        config: str,
        image: str,
        kubeconfig: Path,
        closed: bool,
        proxies: Mapping[str, str],
        report: Report,
        begun: Callable[[str], None],
    ) -> None:
        """Make a cluster and wait until it is ready, each of kind's steps a line of the report.

        ``begun`` hears each step as it begins; ``proxies`` are variables for the nodes. A network that is ``closed``
        publishes no port, so that kind cannot write a kubeconfig for this machine, which it does last. Raises
        ProvisionFailed with kind's last lines, PortTaken where a port is in use.
        """
        asked = ["create", "cluster", "--name", cluster, "--config", "-", "--wait", _WAIT]
        asked += ["--kubeconfig", str(kubeconfig), *(["--image", image] if image else [])]
        own = {**proxies, "KIND_EXPERIMENTAL_DOCKER_NETWORK": cluster}
        with _running(self._command(*asked, own=own), config) as process, ExitStack() as step:
            assert process.stderr  # noqa: S101 - a pipe
            said = _follow(process.stderr, step, report, begun)
            if process.wait() and not (closed and any(line.startswith(_UNPUBLISHED) for line in said)):
                raise _failed(f"kind could not make {cluster}", said)

    def default_image(self, kubeconfig: Path, report: Report) -> str:
        """Return the node image that kind chooses by itself, which it pulls where the engine has none.

        kind has no command for that. Its log of a creation names the image, and the creation ends right after: Docker
        makes no network of a name that it keeps for itself. Raises ProvisionFailed with kind's words.
        """
        asked = ("create", "cluster", "--name", _NEVER_MADE, "--kubeconfig", str(kubeconfig), "--verbosity", "1")
        command = self._command(*asked, own={"KIND_EXPERIMENTAL_DOCKER_NETWORK": "default"})
        with report("kind: Ensuring node image"):
            done = SubprocessRunner().run(command, timeout=_SLOWEST_PULL)
        said = _lines(done.stderr.decode(errors="replace"))
        named = next((found for line in said if (found := _NODE_IMAGE.search(line))), None)
        if not named or any("failed to pull image" in line for line in said):
            raise _failed("kind has no node image", said)
        return named[1]

    def delete(self, cluster: str, kubeconfig: Path) -> None:
        """Remove a cluster's nodes; raises ProvisionFailed with kind's words."""
        self._run("delete", "cluster", "--name", cluster, "--kubeconfig", str(kubeconfig))

    def kubeconfig(self, cluster: str, *, internal: bool) -> str:
        """Return a cluster's kubeconfig, for the engine's machine or for the cluster's own network."""
        return self._run("get", "kubeconfig", "--name", cluster, *(["--internal"] if internal else []))

    def load(self, cluster: str, *images: str) -> None:
        """Load images of the engine into a cluster's nodes."""
        self._run("load", "docker-image", *images, "--name", cluster)

    def _run(self, *argv: str) -> str:
        done = SubprocessRunner().run(self._command(*argv), timeout=_SLOWEST)
        if done.exit_code:
            raise _failed(f"`kind {' '.join(argv[:2])}` failed", _lines(done.stderr.decode(errors="replace")))
        return done.stdout.decode()

    def _command(self, *argv: str, own: Mapping[str, str] = NOTHING) -> Command:
        return Command(("kind", *argv), {**self._env, **own})


def _follow(lines: Iterable[str], step: ExitStack, report: Report, begun: Callable[[str], None]) -> list[str]:
    """Report the steps, and return all that was said. The step that failed stays open for its error."""
    said = []
    for line in lines:
        said += _lines(line)
        if line.startswith(_READY):
            continue
        if line.startswith(_STEP):
            step.close()
            what = " ".join(re.sub(r"[^ -~]", "", line).split()).strip(" .")  # no bullet, picture or dots
            begun(what)
            step.enter_context(report(f"kind: {what}"))
        elif line.startswith(_DONE):
            step.close()
    return said


@contextmanager
def _running(command: Command, stdin: str) -> Iterator[subprocess.Popen[str]]:
    """Run kind in a group of its own, which ends with the block, and with us: a kill -9 leaves nobody at work."""
    # Where there is setpriv, the kernel ends kind when we die.
    can_follow_us = shutil.which("kind") and shutil.which("setpriv")
    argv = [*(("setpriv", "--pdeathsig", "KILL") if can_follow_us else ()), *command.argv]
    try:
        process = subprocess.Popen(
            argv,
            env=command.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as cause:
        raise cannot_start(command.argv, cause) from cause
    with process:
        try:
            assert process.stdin  # noqa: S101 - a pipe
            with suppress(BrokenPipeError), process.stdin as pipe:  # it ended at once; its output says why
                pipe.write(stdin)
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _failed(what: str, said: Sequence[str]) -> ProvisionFailed | EngineUnavailable:
    output = [line for line in said if not _FRAME.match(line)]
    words = "\n".join(_error(output))
    if _PORT_TAKEN.search(words):
        return PortTaken(f"{what}: a port is in use:\n{words}", hint="see what listens there, or change [ports]")
    if "Cannot connect to the Docker daemon" in words:
        return EngineUnavailable(f"{what}:\n{words}", hint="`tempshell doctor` shows what the engine lacks")
    return ProvisionFailed(
        f"{what}:\n{words}", hint=_INOTIFY if _TOO_MANY.search(words) else "kind's own error is above"
    )


def _error(said: Sequence[str]) -> Sequence[str]:
    """Return what kind says from the word ERROR on, its first and its last lines where it is long."""
    start = next((place for place, line in enumerate(said) if line.startswith("ERROR")), None)
    output = said if start is None else said[start:]
    return output if len(output) <= _LAST_LINES else [*output[:3], "...", *output[3 - _LAST_LINES :]]


def _lines(text: str) -> list[str]:
    return [line for line in strip_controls(text).splitlines() if line.strip()]
