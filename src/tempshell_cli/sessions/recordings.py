"""The recordings of sessions: files of one's own in the state directory, one for each visit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.backends.base import Backend, Sandbox
from tempshell_cli.backends.entry import SECRETS
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.redact import secret_values, values_in_parts
from tempshell_cli.core.runner import Runner, SubprocessRunner
from tempshell_cli.sessions.model import Session

_FOLDER = "recordings"
_ENDING = ".cast"
_PANES = ".panes"
_TIMEOUT = 30.0  # seconds for an engine to answer
_ALL_VALUES = 4 * 1024**2  # bytes: more than a session can have
# The variables, an empty entry, and the names and values of the secrets, each with a NUL at its end. There may be
# directories of a cluster's.
_READ_VALUES = f"""
cat /proc/self/environ; printf '\\0'
for file in {SECRETS}/*; do [ ! -f "$file" ] || {{ printf '%s\\0' "${{file##*/}}"; cat "$file"; printf '\\0'; }}; done
"""


class Values(NamedTuple):
    """What the learner's programs in a sandbox have: variables and secrets, by their names."""

    variables: Mapping[str, str]
    secrets: Mapping[str, str]


class Recordings:
    """The user's recordings."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def create(self, session: Session, now: datetime) -> tuple[Path, int]:
        """Make an empty recording that nobody else may read; return it and its open descriptor."""
        folder = self._paths.private(_FOLDER)
        file = folder / f"{session.name}-{now.astimezone():%Y%m%d-%H%M%S}{_ENDING}"
        number = 1
        while True:
            try:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                return file, os.open(file, flags, 0o600)
            except FileExistsError:
                number += 1
                file = file.with_stem(f"{file.stem.partition('.')[0]}.{number}")

    def files(self) -> list[Path]:
        """Return all recordings, the newest last."""
        folder = self._paths.state / _FOLDER
        found = [one for one in folder.glob(f"*{_ENDING}") if one.is_file() and not one.is_symlink()]
        return sorted(found, key=lambda one: (one.stat().st_mtime, one.name))

    def find(self, token: str = "") -> Path:
        """Return the recording of that name, or the one whose name begins so; without a token, the newest.

        Raises UsageProblem where there is none, or more than one.
        """
        files = self.files()
        if not files:
            raise UsageProblem("there are no recordings", hint="`tempshell start --record` makes one")
        if not token:
            return files[-1]
        wanted = token.removesuffix(_ENDING)
        matches = [one for one in files if one.stem == wanted] or [one for one in files if one.stem.startswith(wanted)]
        if len(matches) == 1:
            return matches[0]
        names = f"{token!r} matches several: {', '.join(one.stem for one in matches)}"
        raise UsageProblem(
            names if matches else f"there is no recording {token!r}", hint="`tempshell recordings ls` lists them"
        )


def panes_of(recording: Path) -> Path:
    """Return the file next to a recording that holds what the panes of tmux have got; it need not be there."""
    return recording.with_suffix(_PANES)


def remove(recording: Path) -> None:
    """Remove a recording, with what belongs to it."""
    recording.unlink()
    panes_of(recording).unlink(missing_ok=True)


def secrets_in(backend: Backend, sandbox: Sandbox, runner: Runner | None = None) -> list[str]:
    """Return the secrets of a sandbox, and the variables of its shell that seem to be some: nothing is kept with them.

    Raises EngineUnavailable where the sandbox does not answer.
    """
    values = values_in(backend, sandbox, runner, errors="replace")
    return secret_values(values.variables) + values_in_parts(values.secrets.values())


def values_in(
    backend: Backend, sandbox: Sandbox, runner: Runner | None = None, *, errors: str = "surrogateescape"
) -> Values:
    """Return the variables of a learner's program in a sandbox, and its secrets; ``errors`` as of ``bytes.decode``.

    Raises EngineUnavailable where the sandbox does not answer.
    """
    command = backend.shell(sandbox, ("/bin/sh", "-c", _READ_VALUES), tty=False)
    done = (runner or SubprocessRunner(_ALL_VALUES)).run(command, timeout=_TIMEOUT)
    if done.exit_code:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.exit_code}"
        raise EngineUnavailable(
            f"the sandbox could not be asked for its secrets: {said}", hint="see `tempshell status`"
        )
    variables, _, secrets = done.stdout.decode(errors=errors).partition("\0\0")
    pairs = (entry.partition("=") for entry in variables.split("\0"))
    parts = secrets.split("\0")
    return Values({name: value for name, _, value in pairs}, dict(zip(parts[::2], parts[1::2], strict=False)))
