"""``tempshell score``."""

from __future__ import annotations

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, PastSession

app = new_app()


@app.command()
def score(
    session: PastSession = "",
    as_json: AsJson = False,
) -> None:
    """Show the score of a session.

    By the last check of each task. The session may have ended.
    """
    from tempshell_cli.cli.output import console, reports
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.sessions.report import recorded, report

    with user_sessions() as sessions:
        found = report(sessions, recorded(sessions, session))
    if as_json:
        console.say_json(reports.as_json(found))
    else:
        reports.say(found)
