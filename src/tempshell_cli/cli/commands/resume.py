"""``tempshell resume``."""

from __future__ import annotations

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, Session

app = new_app()


@app.command()
def resume(
    session: Session = "",
    as_json: AsJson = False,
) -> None:
    """Continue a paused session."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import remaining, session_json
    from tempshell_cli.cli.service import select, user_sessions

    with user_sessions() as sessions:
        resumed = sessions.resume(select(sessions, session))
        now = sessions.clock.now()
    if as_json:
        console.say_json(session_json(resumed, now))
    else:
        console.say(f"{resumed.name}: resumed, {remaining(resumed, now)} left")
