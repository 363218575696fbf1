"""``tempshell extend``."""

from __future__ import annotations

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, Session

app = new_app()


@app.command()
def extend(
    session: Session = "",
    as_json: AsJson = False,
) -> None:
    """Give a session more time.

    By default 30 minutes, once, and 90 minutes in all at most: see [lease] in the config.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import remaining, session_json
    from tempshell_cli.cli.service import select_whole, user_sessions

    with user_sessions() as sessions:
        extended = sessions.extend(select_whole(sessions, session))
        now = sessions.clock.now()
    if as_json:
        console.say_json(session_json(extended, now))
    else:
        console.say(f"{extended.name}: {remaining(extended, now)} left")
