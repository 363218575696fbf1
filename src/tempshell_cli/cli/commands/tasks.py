"""``tempshell tasks``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, OfSession

app = new_app()


@app.command()
def tasks(
    task: Annotated[str, typer.Argument(help="Print the text of this task. [default: list all]")] = "",
    session: OfSession = "",
    as_json: AsJson = False,
) -> None:
    """List the tasks of a session, or print one."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.results import verdict_words
    from tempshell_cli.cli.service import select, user_sessions
    from tempshell_cli.sessions.effort import setup_problems
    from tempshell_cli.sessions.practice import Practice

    with user_sessions() as sessions:
        practice = Practice(sessions, select(sessions, session))
        scores = practice.scores()
        if task:
            one = practice.pack.task(task)
            practice.take(one)
            console.say_markdown(one.prompt)
            return
        problems = setup_problems(sessions.store.events(practice.session.id))
        rows: list[dict[str, Any]] = [
            {
                "id": one.id,
                "title": one.head.title,
                "points": sum(check.worth for check in one.head.checks),
                "verdict": scores[one.id].verdict if one.id in scores else None,
                "incomplete": scores[one.id].incomplete if one.id in scores else (),
                "setup_problems": problems.get(one.id, "").splitlines(),
            }
            for one in practice.pack.tasks
        ]
    if as_json:
        console.say_json(rows)
        return
    cells = [
        (one.id, verdict_words(row["verdict"], row["incomplete"]), str(row["points"]), one.head.title)
        for one, row in zip(practice.pack.tasks, rows, strict=True)
    ]
    console.table(("TASK", "STATE", "POINTS", "TITLE"), cells)
