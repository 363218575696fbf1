"""A minikube profile, by the minikube command. Never sees the user's own kubeconfig."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from tempshell_cli.backends.base import Report
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed
from tempshell_cli.core.process import Command, cannot_start
from tempshell_cli.core.runner import SubprocessRunner
from tempshell_cli.core.text import one_line, strip_controls

NAME = "minikube"
INSTALL = "install minikube: https://minikube.sigs.k8s.io/docs/start"
_STEP, _ERROR = "io.k8s.sigs.minikube.step", "io.k8s.sigs.minikube.error"
_SLOWEST = 600.0  # seconds, for loading an image
_STATUS = 30.0
_NO_PROFILE = 85  # the exit code of `minikube status` (minikube.sigs.k8s.io/docs/contrib/errorcodes)
_LAST_LINES = 15


def is_here() -> bool:
    """Return whether there is a minikube to call."""
    return bool(shutil.which(NAME))


class MinikubeProfile:
    """One profile. ``kubeconfig`` is where minikube may write to."""

    def __init__(self, name: str, kubeconfig: Path) -> None:
        self.name = name
        self._kubeconfig = kubeconfig

    def runs(self) -> bool:
        """Return whether its cluster runs; False, too, where there is no such profile, or minikube does not say."""
        return self._is_running() or False

    def may_run(self) -> bool:
        """Return the same, but True where minikube does not say."""
        return self._is_running() is not False

    def _is_running(self) -> bool | None:
        done = SubprocessRunner().run(self._command("status", "--output", "json"), timeout=_STATUS)
        if done.exit_code == _NO_PROFILE:
            return False
        try:
            status = json.loads(done.stdout)
        except ValueError:
            return None
        nodes = status if isinstance(status, list) else [status]
        return any(isinstance(one, dict) and one.get("APIServer") == "Running" for one in nodes)

    def start(self, report: Report) -> None:
        """Start its cluster, or make one, each step of minikube's a line; raises ProvisionFailed with its words."""
        command = self._command("start", "--driver=docker", "--keep-context", "--output=json")
        try:
            process = subprocess.Popen(
                command.argv,
                env=command.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as cause:
            raise cannot_start(command.argv, cause) from cause
        with process, ExitStack() as step:
            assert process.stdout  # noqa: S101 - a pipe
            said = _follow(process.stdout, step, report)
            if process.wait():
                output = "\n".join(said[-_LAST_LINES:]) or f"exit code {process.returncode}"
                raise ProvisionFailed(
                    f"minikube could not start {self.name}:\n{output}", hint="minikube's own error is above"
                )

    def load(self, reference: str) -> None:
        """Load an image of the local engine into its nodes; raises ProvisionFailed with minikube's words."""
        done = SubprocessRunner().run(self._command("image", "load", reference), timeout=_SLOWEST)
        if done.exit_code:
            said = strip_controls((done.stderr or done.stdout).decode(errors="replace")).strip()
            raise ProvisionFailed(f"minikube could not load {reference}: {said}", hint="see that the profile runs")

    def _command(self, *argv: str) -> Command:
        return Command((NAME, "--profile", self.name, *argv), {"KUBECONFIG": str(self._kubeconfig)})


def require() -> None:
    """Raise EngineUnavailable where there is no minikube."""
    if not is_here():
        raise EngineUnavailable("the minikube command is missing", hint=INSTALL)


def _follow(lines: IO[str], step: ExitStack, report: Report) -> list[str]:
    """Report the steps as they begin, and return what minikube says of errors; see its docs on --output=json."""
    said = []
    for line in lines:
        try:
            event = json.loads(line)
            kind, data = event["type"], event["data"]
        except (ValueError, KeyError, TypeError):
            said.append(one_line(line))
            continue
        if kind == _STEP:
            step.close()
            step.enter_context(report(f"minikube: {one_line(str(data.get('name', '')))}"))
        elif kind == _ERROR:
            said.append(one_line(str(data.get("message", ""))))
    return [line for line in said if line]
