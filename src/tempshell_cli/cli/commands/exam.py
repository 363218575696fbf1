"""``tempshell exam``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.bundle import bundled
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import pack_names, session_names
from tempshell_cli.cli.options import (
    AsJson,
    Detach,
    Name,
    Plain,
    Quiet,
    Record,
    Replace,
    SandboxOptions,
    Theme,
)

if TYPE_CHECKING:
    from tempshell_cli.backends.base import Receipt
    from tempshell_cli.core.errors import LeftoverRemains
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session

app = new_app()


@app.command()
@bundled
def exam(
    what: Annotated[
        str,
        typer.Argument(
            metavar="PACK|SESSION",
            help="A pack; with --finish or --review an exam. [default: the last exam]",
            autocompletion=pack_names,
        ),
    ] = "",
    finish: Annotated[bool, typer.Option("--finish", help="Grade an exam, once, and remove its sandbox.")] = False,
    review: Annotated[bool, typer.Option("--review", help="Show what the grading found, and the solutions.")] = False,
    session: Annotated[
        str,
        typer.Option(
            "--session",
            "-s",
            metavar="SESSION",
            help="The exam to finish or review. [default: the last exam]",
            autocompletion=session_names,
        ),
    ] = "",
    time: Annotated[
        str, typer.Option("--time", metavar="DURATION", help="How long the exam takes. [default: as the pack says]")
    ] = "",
    tasks: Annotated[
        int | None, typer.Option("--tasks", metavar="NUMBER", min=1, help="How many tasks. [default: all, up to 16]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="NUMBER", min=0, help="Draw the same tasks as an earlier exam.")
    ] = None,
    name: Name = "",
    sandbox: SandboxOptions = SandboxOptions(),  # noqa: B008 - immutable
    replace: Replace = False,
    detach: Detach = False,
    plain: Plain = False,
    record: Record = False,
    theme: Theme = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Take an exam: drawn tasks, a fixed time, one grading.

    Examples:
      tempshell exam ckad-core --time 90m
      tempshell exam --finish    Grade the exam and end it
      tempshell exam --review    Show what the grading found, and the solutions
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.parsing import duration, ports_offered, sandbox_request
    from tempshell_cli.cli.screen import Visit, listening_for, show_started
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.cli.spellings import only_value
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions.request import ExamRequest
    from tempshell_cli.sessions.start import start

    if finish and review:
        raise UsageProblem("--finish and --review cannot be used together", hint="finish the exam, then review it")
    if session and not (finish or review):
        raise UsageProblem("--session needs --finish or --review", hint="name a new exam with --name")
    exam_named = only_value({"SESSION": what, "--session": session})
    with user_sessions() as sessions:
        if finish:
            _finish(sessions, exam_named, as_json=as_json, quiet=quiet)
            return
        if review:
            _review(sessions, exam_named, as_json=as_json)
            return
        if not what:
            raise UsageProblem("which pack?", hint="`tempshell pack ls` lists those there are")
        request = sandbox_request(sandbox)._replace(
            pack=what, exam=ExamRequest(tasks, seed, duration(time)), name=name, replace=replace
        )
        visit = Visit(detach, plain, record, as_json, theme)
        with listening_for((), visit, ports_offered(request)) as listening:
            started = start(sessions, request, console.silence if quiet else console.progress)
            show_started(sessions, started, visit._replace(listening=listening))


def _removed(sessions: Sessions, session: Session) -> tuple[Receipt | None, LeftoverRemains | None]:
    """Remove a graded exam's sandbox; return the receipt, or what is left."""
    from tempshell_cli.core.errors import LeftoverRemains

    try:
        return sessions.stop(session, "graded"), None
    except LeftoverRemains as problem:
        return None, problem


def _finish(sessions: Sessions, token: str, *, as_json: bool, quiet: bool) -> None:
    from tempshell_cli.cli.output import console, reports
    from tempshell_cli.cli.output.sessions import say_receipt
    from tempshell_cli.core.errors import ExitCode, Incomplete
    from tempshell_cli.sessions.grading import exam_session, finish
    from tempshell_cli.sessions.report import report

    session = exam_session(sessions, token)
    unfinished: Incomplete | None = None
    try:
        finish(sessions, session, console.silence if quiet else console.progress)
    except Incomplete as problem:
        unfinished = problem
    found = report(sessions, session)
    # Removed before anything is printed: a pager or `head` may quit before the end.
    receipt, left = (None, None) if unfinished else _removed(sessions, session)
    if as_json:
        console.say_json(reports.as_json(found))
    else:
        reports.say(found)
    if trouble := unfinished or left:
        raise trouble
    if receipt and not as_json:
        say_receipt(session.name, receipt)
    if found.score.incomplete:
        raise typer.Exit(int(ExitCode.INCOMPLETE))
    if not found.score.passed:
        raise typer.Exit(int(ExitCode.CHECK_FAILED))


def _review(sessions: Sessions, token: str, *, as_json: bool) -> None:
    import msgspec

    from tempshell_cli.cli.output import console, reports
    from tempshell_cli.cli.output.results import result_lines
    from tempshell_cli.sessions.grading import exam_session, review
    from tempshell_cli.sessions.report import report

    session = exam_session(sessions, token)
    results = review(sessions, session)
    found = report(sessions, session)
    solutions = {task.id: task.solution for task in found.pack.tasks}
    if as_json:
        rows = [{**msgspec.to_builtins(one), "solution": solutions[one.task]} for one in results]
        console.say_json({**reports.as_json(found), "results": rows})
        return
    for result in results:
        console.say("\n".join(result_lines(result)))
        console.say("  solution")
        console.say("".join(f"        {line}\n" for line in solutions[result.task].splitlines()))
    console.say(reports.result(found))
