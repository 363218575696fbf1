"""What a sandbox gets before its tasks: the files of a project or the dotfiles, and the command to run once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tempshell_cli.backends.base import Report, Role, Sandbox
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.grading.setup import how_it_ended
from tempshell_cli.sessions.copy import copy_contents
from tempshell_cli.sessions.events import SetupOutput
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.setting_up import MOST_OUTPUT, without_secrets
from tempshell_cli.sessions.unpacking import Bounds

if TYPE_CHECKING:
    from tempshell_cli.sessions.start import Plan

RUN_ONCE = "run_once"  # in the place of a task: no task is called so, for their ids have no underscore
_TIMEOUT, _LOOK = 900.0, 30.0  # seconds
_RUN = 'if [ -x /bin/bash ]; then exec /bin/bash -c "$1"; else exec /bin/sh -c "$1"; fi'


def dotfiles_of(setting: str) -> Path | None:
    """Return the directory of the setting, None where it is empty; raises UsageProblem for what is none."""
    if not setting:
        return None
    directory = Path(setting).expanduser()
    if not (directory.is_absolute() and directory.is_dir()):
        raise UsageProblem(f"dotfiles {setting!r} is not a directory", hint="name one by its full path, or with ~/")
    return directory


def prepare(sessions: Sessions, plan: Plan, sandbox: Sandbox, report: Report) -> None:
    """Copy the project or the dotfiles, then run the command; one that fails is reported, and the session goes on.

    Raises UsageProblem, CopyFailed, LimitReached, and EngineUnavailable.
    """
    backend, command = plan.backend, plan.run_once
    if directory := plan.project.root if plan.project else plan.dotfiles:
        with report(f"copying {directory}"):
            bounds = Bounds(sessions.settings.copy)
            is_kept = plan.template.workspace is not None
            there = _names_in(SandboxExec(backend, sandbox, role=Role.SETUP), sandbox.home) if is_kept else frozenset()
            copy_contents(backend, sandbox, directory, bounds, with_git=plan.project is not None, there=there)
    if not command:
        return
    with report(f"running {RUN_ONCE}"):
        shell = SandboxExec(backend, sandbox, role=Role.LEARNER)
        done = shell.run(("/bin/sh", "-c", _RUN, "sh", command), timeout=_TIMEOUT)
    output = strip_controls((done.stdout + done.stderr).decode(errors="replace")).strip()
    said = without_secrets(output, backend, sandbox)[-MOST_OUTPUT:] if output else ""
    if said:
        sessions.journal(sandbox.session, SetupOutput(RUN_ONCE, said))
    if done.timed_out or done.exit_code:
        shown = done._replace(stdout=said.encode(), stderr=b"")
        sessions.warn(f"{RUN_ONCE} {how_it_ended(shown)}\n  The session goes on; `tempshell logs` prints all of it.")


def _names_in(shell: SandboxExec, home: str) -> frozenset[str]:
    done = shell.run(("/bin/sh", "-c", 'ls -A "$1"', "sh", home), timeout=_LOOK)
    return frozenset(done.stdout.decode(errors="surrogateescape").splitlines())
