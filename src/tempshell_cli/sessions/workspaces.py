"""The workspaces of this user on all engines: what there is, and their files as archives."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

from tempshell_cli.backends.base import (
    Backend,
    KeepsWorkspaces,
    KeptWorkspace,
    Option,
    Report,
    Role,
    Template,
    Workspace,
)
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.backends.workspaces import checked_name, in_use
from tempshell_cli.core.errors import EngineUnavailable, TempshellError, UsageProblem
from tempshell_cli.core.files import reading, writing
from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.units import parse_size
from tempshell_cli.sessions.copy import FAILED, destination, running
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.temporary import temporary_sandbox
from tempshell_cli.sessions.unpacking import Bounds, CopyFailed, copy_archive, copy_members, writing_archive

_LOOK = 30.0  # seconds
_LEASE = timedelta(hours=2)  # of the sandbox that packs or unpacks one
_PACK = f"""
cd -- "$1" || exit {FAILED}
odd=$(find . ! -type f ! -type d ! -type l | head -n 1)
[ -z "$odd" ] || {{ echo "$odd is neither file, directory nor link: remove it first" >&2; exit {FAILED}; }}
tar -c -f - . || exit {FAILED}
"""
_UNPACK = f'tar -x -o -f - -C "$1" || exit {FAILED}'


class Found(NamedTuple):
    """A workspace and where it is. ``last_used`` is when a session of this machine's record had it last."""

    backend: Backend
    workspace: KeptWorkspace
    last_used: datetime | None = None


class Workspaces:
    """The workspaces of this user, on these engines or what keeps them there.

    An engine that does not answer is reported and left out.
    """

    def __init__(self, sessions: Sessions, backends: Iterable[Backend]) -> None:
        self._sessions = sessions
        self._backends = list(dict.fromkeys(_keeper(sessions, one) for one in backends))

    def all(self) -> list[Found]:
        """Return all of them, engine by engine."""
        found: list[Found] = []
        for backend in self._backends:
            if isinstance(backend, KeepsWorkspaces):
                try:
                    found += [Found(backend, one, self._last_used(backend, one)) for one in self._on(backend)]
                except EngineUnavailable as cause:
                    self._sessions.warn(f"the workspaces on {backend.name} are left out: {cause}")
        return found

    def one(self, name: str) -> Found:
        """Return the one of that name; raises UsageProblem where there is none, or several engines have one."""
        every = self.all()
        found = [one for one in every if one.workspace.name == checked_name(name)]
        if not found:
            known = nearest(name, sorted({one.workspace.name for one in every}))
            raise UsageProblem(f"there is no workspace {name!r}", hint=known or "`tempshell workspace ls` lists them")
        if len(found) > 1:
            where = ", ".join(f"{one.backend.name} {one.backend.endpoint}".strip() for one in found)
            raise UsageProblem(f"there are {len(found)} workspaces {name}: on {where}", hint="choose with --backend")
        return found[0]

    def remove(self, found: Found) -> None:
        """Remove a workspace with its files; raises LimitReached where a session has it."""
        backend, workspace = found.backend, found.workspace
        assert isinstance(backend, KeepsWorkspaces)  # noqa: S101 - for mypy
        if workspace.session:
            raise in_use(workspace.name, workspace.session)
        backend.remove_workspace(workspace.owner, workspace.name)

    def _on(self, backend: KeepsWorkspaces) -> Sequence[KeptWorkspace]:
        return list(backend.workspaces(self._sessions.owner))

    def _last_used(self, backend: Backend, workspace: KeptWorkspace) -> datetime | None:
        kinds = self._sessions.engines.kinds()
        sharing = {backend.name, *(name for name, kind in kinds if kind.workspace_keeper == backend.name)}
        past = [
            one.ended or one.created
            for one in self._sessions.store.history()
            if one.backend in sharing and one.endpoint == backend.endpoint and one.sandbox.workspace == workspace.name
        ]
        return max(past, default=None)


def refuse_others(backend: Backend) -> None:
    """Raise UsageProblem for a backend whose sandboxes can have no workspace."""
    if Option.WORKSPACE not in backend.options():
        raise UsageProblem(f"{backend.name} keeps no workspaces", hint="choose another --backend")


def _keeper(sessions: Sessions, backend: Backend) -> Backend:
    """Return the backend that keeps the workspaces of the sandboxes of this one."""
    named = backend.workspace_keeper
    return sessions.engines.get(named, backend.endpoint) if named else backend


def export_workspace(sessions: Sessions, found: Found, file: str, report: Report) -> None:
    """Write the files of a workspace to a tar, compressed where its name ends in gz; ``-`` is standard output.

    While that lasts no session can have the workspace. Raises LimitReached, UsageProblem, CopyFailed and what a start
    raises; no part of a file stays then.
    """
    bounds = Bounds(sessions.settings.copy)
    with (
        _written(file) as target,  # first: one that cannot be written is refused before a sandbox is made
        _opened(sessions, found.backend, found.workspace.name, report) as sandbox,
        writing_archive(target, compressed=file.endswith("gz")) as archive,
        running(found.backend, sandbox, _PACK, sandbox.home, stdout=subprocess.PIPE) as stream,
    ):
        copy_members(stream, archive, bounds)


def import_workspace(sessions: Sessions, backend: Backend, name: str, file: str, report: Report) -> None:
    """Make a workspace of the files in a tar, which may be compressed; ``-`` is standard input.

    The archive is a stranger's: see ``copy_archive``. Raises UsageProblem where there is a workspace of that name, and
    as ``export_workspace``; no part of a workspace stays then.
    """
    keeper = _keeper(sessions, backend)
    assert isinstance(keeper, KeepsWorkspaces)  # noqa: S101 - for mypy
    if checked_name(name) in {one.name for one in keeper.workspaces(sessions.owner)}:
        raise _is_there(name)
    bounds, made = Bounds(sessions.settings.copy), False
    with reading(Path(file), "name a tar, or - for standard input"), _read(file) as source:
        try:
            with _opened(sessions, keeper, name, report) as sandbox:
                _refuse_used(SandboxExec(keeper, sandbox, role=Role.SETUP), sandbox.home, name)
                made = True
                with (
                    running(keeper, sandbox, _UNPACK, sandbox.home, stdin=subprocess.PIPE) as stream,
                    suppress(BrokenPipeError),  # the other side says why
                ):
                    copy_archive(source, stream, bounds)
        except BaseException:
            if made:
                with suppress(TempshellError):
                    keeper.remove_workspace(sessions.owner, name)
            raise


def _refuse_used(shell: SandboxExec, home: str, name: str) -> None:
    """Raise where there are files already: another has made, and used, the workspace since it was looked for."""
    if shell.run(("/bin/sh", "-c", '[ -z "$(ls -A "$1")" ]', "sh", home), timeout=_LOOK).exit_code:
        raise _is_there(name)


def _is_there(name: str) -> UsageProblem:
    return UsageProblem(f"there is a workspace {name} already", hint=f"`tempshell workspace rm {name}` removes it")


@contextmanager
def _opened(sessions: Sessions, backend: Backend, name: str, report: Report) -> Iterator[Any]:
    """Have a workspace, in a sandbox for a moment."""
    defaults = sessions.settings.sandbox
    template = Template(
        image=backend.default_image(sessions.settings),
        cpus=1,
        memory=parse_size(defaults.memory),
        workspace=Workspace(name, parse_size(defaults.workspace_size)),
    )
    with temporary_sandbox(sessions, backend, template, "workspace", _LEASE, report) as sandbox:
        yield sandbox


@contextmanager
def _written(file: str) -> Iterator[IO[bytes]]:
    """Open a file that takes its name when all is in it."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    wanted = destination(Path(file), "workspace.tar")
    if wanted.is_dir():
        raise UsageProblem(f"{wanted} is a directory", hint="name a file")
    with writing(wanted, "name a file in a directory of your own"):
        made, draft = tempfile.mkstemp(dir=wanted.parent, prefix=".tempshell-")
        try:
            with os.fdopen(made, "wb") as target:
                yield target
            Path(draft).replace(wanted)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise


@contextmanager
def _read(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as source:
        yield source


__all__ = ["CopyFailed", "Found", "Workspaces", "export_workspace", "import_workspace", "refuse_others"]
