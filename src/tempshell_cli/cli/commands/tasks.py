"""``tempshell tasks``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, OfSession

if TYPE_CHECKING:
    from tempshell_cli.sessions.setups import Setups

app = new_app()


@app.command()
def tasks(
    task: Annotated[str, typer.Argument(help="Print the text of this task. [default: list all]")] = "",
    session: OfSession = "",
    as_json: AsJson = False,
) -> None:
    """List the tasks of a session, or print one."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import select, user_sessions
    from tempshell_cli.sessions.practice import Practice

    with user_sessions() as sessions:
        practice = Practice(sessions, select(sessions, session))
        scores = practice.scores()
        if task:
            one = practice.pack.task(task)
            practice.take(one)
            console.say_markdown(one.prompt)
            return
        setups = practice.setups()
        rows: list[dict[str, Any]] = [
            {
                "id": one.id,
                "title": one.head.title,
                "points": sum(check.worth for check in one.head.checks),
                "verdict": scores[one.id].verdict if one.id in scores else None,
                "incomplete": scores[one.id].incomplete if one.id in scores else (),
                "setup_problems": setups.problems.get(one.id, "").splitlines(),
                "waiting": one.id in setups.waiting,
            }
            for one in practice.pack.tasks
        ]
    if as_json:
        console.say_json(rows)
        return
    cells = [
        (one.id, _state(row, setups), str(row["points"]), one.head.title)
        for one, row in zip(practice.pack.tasks, rows, strict=True)
    ]
    console.table(("TASK", "STATE", "POINTS", "TITLE"), cells)


def _state(row: dict[str, Any], setups: Setups) -> str:
    """Return how a task stands: where it was not checked, how far its setup is."""
    from tempshell_cli.cli.output.results import verdict_words

    if row["verdict"] is None and (row["waiting"] or row["id"] in setups.failed):
        return "not set up yet" if row["waiting"] else "setup failed"
    return verdict_words(row["verdict"], row["incomplete"])
