"""``tempshell pause``."""

from __future__ import annotations

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, Session

app = new_app()


@app.command()
def pause(
    session: Session = "",
    as_json: AsJson = False,
) -> None:
    """Freeze a session and its clock.

    For local, docker and kind sessions. A paused one is kept for as long as `hold` under [lease] in the config says.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import local_time, remaining, session_json
    from tempshell_cli.cli.service import select_whole, user_sessions

    with user_sessions() as sessions:
        paused = sessions.pause(select_whole(sessions, session))
        now = sessions.clock.now()
    if as_json:
        console.say_json(session_json(paused, now))
    else:
        console.say(
            f"{paused.name}: paused with {remaining(paused, now)} left; kept until {local_time(paused.deadline)}"
        )
        console.note(f"  `tempshell resume {paused.name}` resumes it")
