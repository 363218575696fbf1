"""``tempshell logs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, PastSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tempshell_cli.sessions.events import Event
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session

app = new_app()


@app.command()
def logs(
    session: PastSession = "",
    task: Annotated[str, typer.Option("--task", metavar="TASK", help="Only that of one task.")] = "",
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes, until the session ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print what the setups of a session's tasks have printed.

    Of an exam that goes on nothing is shown.

    Examples:
      tempshell logs lab --task web-server
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import select_past, user_sessions
    from tempshell_cli.sessions.watching import follow as follow_events

    with user_sessions() as sessions:
        chosen = select_past(sessions, session)
        _refuse_exam(sessions, chosen)
        if follow:
            for found in _outputs(follow_events(sessions, chosen.id), task):
                _refuse_exam(sessions, chosen)  # that has begun meanwhile
                if as_json:
                    console.say_json_line(found)
                else:
                    _say(found, prefixed=not task)
            return
        kept = list(_outputs(sessions.store.events(chosen.id), task))
    if as_json:
        console.say_json(kept)
    for found in () if as_json else kept:
        _say(found, prefixed=not task)


def _refuse_exam(sessions: Sessions, session: Session) -> None:
    """Raise UsageProblem in an exam, and while a session is made: it may become one."""
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions.exam import refuse_in_exam
    from tempshell_cli.sessions.model import State

    current = sessions.store.get(session.id) or session
    if current.state is State.CREATING:
        raise UsageProblem(f"{current.name} is being started", hint="its logs can be read when it is ready")
    if not current.ended:
        refuse_in_exam(sessions.store, current, "the logs of an exam are shown when it has ended")


def _outputs(events: Iterable[Event], task: str) -> Iterator[dict[str, str]]:
    from tempshell_cli.sessions.events import SetupOutput, details

    for at, said in details(events, SetupOutput):
        if task in {"", said.task}:
            yield {"time": at.isoformat(), "task": said.task, "text": said.text}


def _say(found: dict[str, str], *, prefixed: bool) -> None:
    """Print an output, each line with its task in front as `docker compose logs` does."""
    from tempshell_cli.cli.output import console

    for line in found["text"].splitlines():
        console.say(f"{found['task']} | {line}" if prefixed else line, at_once=True)
