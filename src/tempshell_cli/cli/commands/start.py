"""``tempshell start``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.bundle import bundled
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import (
    Detach,
    Name,
    Pack,
    Plain,
    Publish,
    Quiet,
    Record,
    Replace,
    SandboxOptions,
    Theme,
    Ttl,
)

app = new_app()


@app.command()
@bundled
def start(
    pack: Pack = "",
    name: Name = "",
    ttl: Ttl = "",
    sandbox: SandboxOptions = SandboxOptions(),  # noqa: B008 - immutable
    keep_on_failure: Annotated[
        bool, typer.Option("--keep-on-failure", help="Keep the sandbox of a failed start to inspect it.")
    ] = False,
    replace: Replace = False,
    all_steps: Annotated[
        bool, typer.Option("--all-steps", help="Set up all steps of a scenario now, not each when it is reached.")
    ] = False,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="Take the running session of that name and pack, if there is one.")
    ] = False,
    detach: Detach = False,
    plain: Plain = False,
    record: Record = False,
    theme: Theme = "",
    port: Publish = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the session as JSON and exit.")] = False,
    quiet: Quiet = False,
) -> None:
    """Start a session and open its practice screen.

    Examples:
      tempshell start                       A plain shell
      tempshell start linux-basics          The tasks of a pack
      tempshell start ckad-core --backend kind
      tempshell start ./project             With a devcontainer.json
      tempshell start --image debian --ttl 90m --name lab
      tempshell start --template research   See `tempshell template ls`
      tempshell start -p 8080:80            127.0.0.1:8080 leads to port 80 inside
      tempshell start --detach              For a script: print the id and exit
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.parsing import duration, pack_or_project, ports_offered, sandbox_request
    from tempshell_cli.cli.screen import Visit, listening_for, show_started
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions.start import start as start_session

    if replace and reuse:
        raise UsageProblem("--replace and --reuse cannot be used together", hint="leave one of them out")
    visit = Visit(detach, plain, record, as_json, theme)
    request = sandbox_request(sandbox)._replace(
        **pack_or_project(pack),
        name=name,
        ttl=duration(ttl),
        keep_on_failure=keep_on_failure,
        replace=replace,
        all_steps=all_steps,
        reuse=reuse,
        first_task_alone=visit.opens,
    )
    with listening_for(port or (), visit, ports_offered(request)) as listening, user_sessions() as sessions:
        session = start_session(sessions, request, console.silence if quiet else console.progress)
        show_started(sessions, session, visit._replace(listening=listening))
