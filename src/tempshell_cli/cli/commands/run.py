"""``tempshell run``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.argv import WithArgv, inner_argv
from tempshell_cli.cli.bundle import bundled
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Interactive, Pack, Quiet, SandboxOptions, Ttl, Tty

if TYPE_CHECKING:
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session


app = new_app()


@app.command(cls=WithArgv)
@bundled
def run(
    context: typer.Context,
    pack: Pack = "",
    ttl: Ttl = "",
    sandbox: SandboxOptions = SandboxOptions(),  # noqa: B008 - immutable
    tty: Tty = False,
    interactive: Interactive = False,
    remove: Annotated[bool, typer.Option("--rm", help="Remove the sandbox afterwards. Always on.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run one command in a new sandbox, then remove the sandbox.

    The sandbox does not see your files: send them by stdin. The exit code is the command's.

    Examples:
      tempshell run -- uname -a
      tar -c . | tempshell run -- sh -c 'tar -x && make test'
      tempshell run --image python:3.13 -- python -V
    """
    del interactive, remove  # both are always so
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.parsing import duration, pack_or_project, ports_offered, sandbox_request
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.sessions.start import start

    request = sandbox_request(sandbox)._replace(**pack_or_project(pack), ttl=duration(ttl))
    console.note_unforwarded(ports_offered(request))
    with user_sessions() as sessions:
        session = start(sessions, request, console.silence if quiet else console.progress)
        try:
            code = _run(sessions, session, inner_argv(context), tty=tty)
        finally:
            sessions.stop(session)
    raise typer.Exit(code)


def _run(sessions: Sessions, session: Session, argv: list[str], *, tty: bool) -> int:
    """Run the command on our own standard streams, and return its exit code (128 + N where a signal ended it).

    Raises SessionExpired where the deadline has ended it.
    """
    from tempshell_cli.core.errors import ExitCode
    from tempshell_cli.core.foreground import run_client
    from tempshell_cli.sessions.lookup import refuse_ended

    tty = tty and sys.stdin.isatty()
    code = run_client(sessions.engines.of(session).shell(session.sandbox, argv, tty=tty), tty=tty)
    if code not in {0, ExitCode.EXPIRED}:  # the local backend has said so itself
        refuse_ended(sessions.store, session, sessions.clock.now())
    return code
