"""``tempshell restart``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, Quiet, Session

app = new_app()


@app.command()
def restart(
    session: Session = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """End what runs in a session, and start its sandbox again.

    With the same name, workspace, variables, secrets, verdicts and deadline. Without a workspace all files are lost:
    on a terminal it asks before, elsewhere it needs --yes; then tasks are set up again. For local and docker sessions.

    Examples:
      tempshell restart lab
      tempshell restart lab --yes
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import remaining, session_json
    from tempshell_cli.cli.service import select_whole, user_sessions
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions.restart import refuse_unrestartable
    from tempshell_cli.sessions.restart import restart as restart_session

    with user_sessions() as sessions:
        chosen = select_whole(sessions, session)
        refuse_unrestartable(sessions, chosen, sessions.engines.of(chosen))
        lost = f"{chosen.name} has no workspace: a restart ends its processes and removes its files"
        if not (yes or chosen.sandbox.workspace):
            if not console.can_ask():
                raise UsageProblem(lost, hint="--yes restarts it without asking")
            console.note(f"tempshell: {lost}")
            if not console.confirm("restart it?"):
                console.note(f"tempshell: {chosen.name} goes on")
                return
        restarted = restart_session(sessions, chosen, console.silence if quiet else console.progress)
        now = sessions.clock.now()
    if as_json:
        console.say_json(session_json(restarted, now))
    else:
        console.say(f"{restarted.name}: restarted, {remaining(restarted, now)} left")
