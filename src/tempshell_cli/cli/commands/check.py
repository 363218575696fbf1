"""``tempshell check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import FORMAT, OfSession

if TYPE_CHECKING:
    from tempshell_cli.packs.format.pack import Pack
    from tempshell_cli.packs.grading.results import CheckResult, TaskResult


app = new_app()


@app.command()
def check(
    task: Annotated[str, typer.Argument(help="A task, by its id. [default: all]")] = "",
    session: OfSession = "",
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Look once, and do not wait for what may still become right.")
    ] = False,
    form: Annotated[Literal["text", "json", "junit"], FORMAT] = "text",
) -> None:
    """Grade the tasks of a session.

    Exits with 0 when everything passes, with 6 when something does not, with 10 when a check could not run.

    Examples:
      tempshell check
      tempshell check tidy-permissions --session lab
      tempshell check --no-wait --format json
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.results import result_lines
    from tempshell_cli.cli.service import select_whole, user_sessions
    from tempshell_cli.core.errors import ExitCode
    from tempshell_cli.packs.grading.results import Verdict
    from tempshell_cli.sessions.practice import Practice

    with user_sessions() as sessions:
        practice = Practice(sessions, select_whole(sessions, session))
        wanted = [practice.pack.task(task)] if task else practice.pack.tasks
        results = practice.check_all(wanted, patient=not no_wait)
    if form == "json":
        console.say_json(_as_json(practice.pack, results))
    elif form == "junit":
        console.say(_as_junit(practice.pack, results))
    else:
        for result in results:
            console.say_results("\n".join(result_lines(result)))
    if any(result.incomplete for result in results):
        raise typer.Exit(int(ExitCode.INCOMPLETE))
    if any(result.verdict is not Verdict.PASS for result in results):
        raise typer.Exit(int(ExitCode.CHECK_FAILED))


def _as_json(pack: Pack, results: list[TaskResult]) -> list[dict[str, Any]]:
    """Return the results with what they are the results of."""
    import msgspec

    source = {"pack": pack.id, "version": pack.head.version, "digest": pack.digest}
    titles = {task.id: {"title": task.head.title, "domain": task.head.domain} for task in pack.tasks}
    return [{**msgspec.to_builtins(result), **titles[result.task], **source} for result in results]


def _as_junit(pack: Pack, results: list[TaskResult]) -> str:
    """Return a case for each check of each task."""
    from tempshell_cli.packs.grading.junit import Case, junit

    cases = [
        Case(
            f"{pack.id}.{result.task}",
            one.check,
            failure=_why(one) if one.verdict == "fail" else "",
            error=f"could not run, so the result is incomplete: {one.message}" if one.verdict == "error" else "",
        )
        for result in results
        for one in result.results
    ]
    return junit(f"{pack.id} {pack.head.version}", cases)


def _why(one: CheckResult) -> str:
    from tempshell_cli.packs.grading.results import in_short

    found = in_short(one.expected, one.found) if one.found else ""
    return one.message if found in one.message else f"{one.message}\n{found}"
