"""``tempshell workspace``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import workspace_names
from tempshell_cli.cli.options import FORMAT, Backend, DockerContext, KubeContext, Namespace, Quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tempshell_cli.backends.base import Backend as Engine
    from tempshell_cli.backends.base import EngineChoice
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.workspaces import Found

app = new_app("List, remove, export and import homes that outlive sessions.")
_HEADINGS = ("NAME", "BACKEND", "SIZE", "LAST USED", "IN USE BY", "ENDPOINT", "LIMIT", "MADE")
_USUAL = 5  # of these headings; the others are wide
_Format = Literal["table", "wide", "name", "json"]
_Name = Annotated[str, typer.Argument(metavar="NAME", help="A workspace.", autocompletion=workspace_names)]


@app.command("ls")
def ls(
    form: Annotated[_Format, FORMAT] = "table",
    backend: Backend = "",
    docker_context: DockerContext = "",
    kube_context: KubeContext = "",
    namespace: Namespace = "",
) -> None:
    """List the workspaces on this machine and its engines.

    SIZE is what the files take on the disk, where that is quickly found out.

    Examples:
      tempshell workspace ls
      tempshell workspace ls --docker-context ssh://me@box
      tempshell workspace ls -b kubernetes
    """
    from tempshell_cli.backends.base import EngineChoice
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.sessions.workspaces import Workspaces

    choice = EngineChoice(docker_context, kube_context, namespace)
    with user_sessions() as sessions:
        found = Workspaces(sessions, _engines(sessions, backend, choice)).all()
    if form == "json":
        console.say_json([_json(one) for one in found])
    elif form == "name":
        for one in found:
            console.say(one.workspace.name)
    else:
        columns = len(_HEADINGS) if form == "wide" else _USUAL
        console.table(_HEADINGS[:columns], [_cells(one)[:columns] for one in found])


@app.command()
def rm(
    name: Annotated[
        list[str], typer.Argument(metavar="NAME", help="One or more workspaces.", autocompletion=workspace_names)
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    backend: Backend = "",
    docker_context: DockerContext = "",
    kube_context: KubeContext = "",
    namespace: Namespace = "",
) -> None:
    """Remove workspaces with all files in them.

    On a terminal it asks before; elsewhere it needs --yes. A workspace that a session has is not removed.
    """
    from tempshell_cli.backends.base import EngineChoice
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions.workspaces import Workspaces

    if not yes and not console.can_ask():
        raise UsageProblem(f"{', '.join(name)}: nobody can be asked here", hint="--yes removes with all files, unasked")
    choice = EngineChoice(docker_context, kube_context, namespace)
    with user_sessions() as sessions:
        workspaces = Workspaces(sessions, _engines(sessions, backend, choice))
        for found in [workspaces.one(one) for one in name]:
            what = f"{found.workspace.name} on {found.backend.name}"
            if not yes and not console.confirm(f"remove {what} with all its files?"):
                console.note(f"tempshell: {what} stays")
                continue
            workspaces.remove(found)
            console.say(f"removed {what}")


@app.command("export")
def export_(
    name: _Name,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The tar to write, .tar or .tar.gz, or - for stdout.")],
    backend: Backend = "",
    docker_context: DockerContext = "",
    kube_context: KubeContext = "",
    namespace: Namespace = "",
    quiet: Quiet = False,
) -> None:
    """Write the files of a workspace to a tar.

    No session can have the workspace while that lasts. The limits are those of `cp`: [copy] in the config.

    Examples:
      tempshell workspace export thesis thesis.tar.gz
      tempshell workspace export old - | ssh box tempshell workspace import - old
    """
    from tempshell_cli.backends.base import EngineChoice
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions.workspaces import Workspaces, export_workspace

    if file == "-" and sys.stdout.isatty():
        raise UsageProblem("an archive is not for a terminal", hint="name a file, or redirect the output")
    choice = EngineChoice(docker_context, kube_context, namespace)
    with user_sessions() as sessions:
        found = Workspaces(sessions, _engines(sessions, backend, choice)).one(name)
        export_workspace(sessions, found, file, console.silence if quiet else console.progress)


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A tar, which may be compressed, or - for stdin.")],
    name: _Name,
    backend: Backend = "",
    docker_context: DockerContext = "",
    kube_context: KubeContext = "",
    namespace: Namespace = "",
    quiet: Quiet = False,
) -> None:
    """Make a workspace of the files in a tar.

    Only files, directories and links are taken, whose names stay inside. The limits are those of `cp`.

    Examples:
      tempshell workspace import thesis.tar.gz thesis
    """
    from tempshell_cli.backends.base import EngineChoice
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
    from tempshell_cli.sessions.workspaces import import_workspace

    if file == "-" and sys.stdin.isatty():
        raise UsageProblem("an archive is not typed", hint="name a file, or redirect the input")
    choice = EngineChoice(docker_context, kube_context, namespace)
    with user_sessions() as sessions:
        usual = "" if sessions.settings.sandbox.backend == "auto" else sessions.settings.sandbox.backend
        engine = next(_engines(sessions, backend or usual, choice), None)
        if engine is None:
            raise EngineUnavailable("no engine here keeps workspaces", hint="`tempshell doctor` says why")
        import_workspace(sessions, engine, name, file, console.silence if quiet else console.progress)
    console.say(f"{name} is on {engine.name}")


def _engines(sessions: Sessions, backend: str, choice: EngineChoice) -> Iterator[Engine]:
    """Yield the engine that is named, or those that keep workspaces and need no login, and those of sessions.

    Where no backend is named, options choose among those that honour them.
    """
    from tempshell_cli.backends.base import KeepsWorkspaces, Option
    from tempshell_cli.sessions.choice import refuse_options
    from tempshell_cli.sessions.workspaces import refuse_others

    named = zip((Option.DOCKER_CONTEXT, Option.CONTEXT, Option.NAMESPACE), choice, strict=True)
    asked = frozenset(option for option, value in named if value)
    if backend not in {"", "auto"}:
        refuse_options(sessions.engines, backend, asked)
        engine = sessions.engines.get(backend, sessions.engines.find(backend).endpoint_of(choice))
        refuse_others(engine)
        yield engine
        return
    for name, kind in sessions.engines.kinds():
        if (kind.is_at_hand or asked) and asked | {Option.WORKSPACE} <= kind.options():
            engine = sessions.engines.get(name, kind.endpoint_of(choice))
            if isinstance(engine, KeepsWorkspaces) and engine.answers():
                yield engine
    if not asked:
        yield from sessions.engines.of_all(sessions.store.live())


def _json(found: Found) -> dict[str, object]:
    last, made = found.last_used, found.workspace.made
    return {
        "name": found.workspace.name,
        "backend": found.backend.name,
        "endpoint": found.backend.endpoint,
        "bytes": found.workspace.used,
        "last_used": last.isoformat(timespec="seconds") if last else None,
        "session": found.workspace.session,
        "size_enforced": found.backend.limits_workspaces,
        "made": made.isoformat(timespec="seconds") if made else None,
    }


def _cells(found: Found) -> tuple[str, ...]:
    from tempshell_cli.cli.output.sessions import local_time
    from tempshell_cli.core.units import size_text

    workspace = found.workspace
    return (
        workspace.name,
        found.backend.name,
        "-" if workspace.used is None else size_text(workspace.used),
        local_time(found.last_used) if found.last_used else "-",
        workspace.session or "-",
        found.backend.endpoint or "-",
        "enforced" if found.backend.limits_workspaces else "not enforced",
        local_time(workspace.made) if workspace.made else "-",
    )
