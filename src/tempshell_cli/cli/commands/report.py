"""``tempshell report``."""

from __future__ import annotations

from typing import Annotated, Literal

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import FORMAT, PastSession

app = new_app()


@app.command()
def report(
    session: PastSession = "",
    form: Annotated[Literal["md", "json", "html"], FORMAT] = "md",
) -> None:
    """Print the results of a session to hand in.

    With the version and the digest of the pack, and the version of tempshell.

    Examples:
      tempshell report lab > report.md
      tempshell report lab --format html > report.html
    """
    from tempshell_cli.cli.output import console, reports
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.sessions import report as results

    with user_sessions() as sessions:
        found = results.report(sessions, results.recorded(sessions, session))
    if form == "json":
        console.say_json(reports.as_json(found))
    else:
        console.say(reports.as_html(found) if form == "html" else reports.as_markdown(found))
