"""``tempshell serve``."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Session, Theme

if TYPE_CHECKING:
    from tempshell_cli.tui.browser.server import SessionServer

app = new_app()


@app.command()
def serve(
    session: Session = "",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="A port of 127.0.0.1; 0: any that is free.")
    ] = 0,
    open_it: Annotated[bool, typer.Option("--open", help="Open the link in the browser.")] = False,
    theme: Theme = "",
) -> None:
    """Show a session's screen in a browser on this machine.

    Prints a link that lets one browser in, once. Runs until Ctrl-C; the session goes on.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import select_whole, user_sessions
    from tempshell_cli.sessions.lookup import refuse_unusable

    with user_sessions() as sessions:
        chosen = select_whole(sessions, session)
    refuse_unusable(chosen)
    server = _server(chosen.id, chosen.name, port, theme)
    console.say(server.door.link)
    console.note("tempshell: the link lets one browser in; Ctrl-C ends this, and the session goes on")
    sys.stdout.flush()
    gc.enable()  # off since the start of the program: see __main__
    if open_it:
        typer.launch(server.door.link)
    server.serve()


def _server(session: str, name: str, port: int, theme: str) -> SessionServer:
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.core.process import Command

    try:
        from tempshell_cli.tui.browser.server import SessionServer, listen
    except ImportError as cause:
        raise UsageProblem(
            f"serving needs {cause.name}, which is not installed", hint="`pip install textual-serve` beside tempshell"
        ) from cause
    try:
        listening = listen(port)
    except OSError as cause:
        raise UsageProblem(f"cannot listen on port {port}: {cause.strerror}", hint="choose another --port") from cause
    # -P: a directory that happens to be the current one has no say in what is imported.
    argv = (sys.executable, "-P", "-m", "tempshell_cli", "attach", session, "--theme", theme)
    attach = Command(argv, {"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    return SessionServer(attach, name, listening)
