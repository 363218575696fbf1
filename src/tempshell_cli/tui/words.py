"""What the practice screen says: its dialogs and notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from textual.content import Content

from tempshell_cli.core.errors import TempshellError
from tempshell_cli.core.text import one_line, strip_controls, visible
from tempshell_cli.packs.grading.results import CheckResult, Verdict
from tempshell_cli.sessions.lease import time_left
from tempshell_cli.tui.countdown import clock_text
from tempshell_cli.tui.dialog import BACK, Choice, Dialog, problem
from tempshell_cli.tui.heading import score_rows
from tempshell_cli.tui.hyperlinks import host_of, port_inside
from tempshell_cli.tui.port import SessionView, TaskState, TaskView
from tempshell_cli.tui.shortcuts import HELP, PALETTE, Shortcut, key_name

EXTEND = "extend"
STOP = "stop"
FINISH = "finish"
OPEN = "open"
COPY = "copy"
NO_BROWSER = "Could not open a browser. Ctrl+click it again to copy the address."
LEAVE = "leave"
RECORDED = "The store works again: everything is on record."
NO_HINT = "This task has no further hint."
RESTARTED = "The terminal's emulator had to be restarted; your shell was not."
UNLAID = "Not inserted: the program in the terminal would run these lines one by one. At a bash prompt it works."
NO_CODE = "This task has no code block."
NO_SOLUTION = "This task has no solution to show."
GIVE_UP = "give up"
RESET = "reset"
SHELL_ENDED = "The shell has ended · Enter opens a new one"
WATCHED_ENDED = "The shell has ended · Enter looks for a new one"
FETCHING, HISTORY_FAILED = "fetching the history", "lines may be missing: the sandbox does not answer"
HANDED_IN = "The exam is over, and its terminal closed"
OVER = "The session is over"
READ_ONLY = "Read-only: you see what happens in the session, and nothing that you type reaches it."
# Of what is to be copied, so much is shown: lines, and characters of each.
_COPY_LINES, _COPY_WIDTH = 6, 60


def warning(left: timedelta, leader: str, *, extendable: bool) -> str:
    """Return the first warning; the second one, too, where the screen opens with so little time left."""
    return f"{_sentence(left)}." + (f" {leader} e extends the session." if extendable else "")


def last_call(left: timedelta) -> str:
    """Return the last warning."""
    return f"Last call: {time_left(left)}. What is in the sandbox ends with it."


def extended(deadline: datetime) -> str:
    """Return the news of a new deadline, in the user's own time zone."""
    return f"Extended: the session now ends at {deadline.astimezone():%H:%M}."


def paused(session: str) -> str:
    """Return that the session was paused, and how it goes on."""
    return f"Paused: nothing runs, the clock is stopped. `tempshell resume {session}` resumes it."


def not_recorded(trouble: str) -> str:
    """Return why nothing can be recorded at the moment, and what becomes of it."""
    return strip_controls(f"{trouble}\nNothing is lost: it is recorded as soon as that is over.")


def ended(reason: str, leader: str) -> str:
    """Return that somebody else has ended the session, and how to leave."""
    how = "it was removed from outside" if reason == "vanished" else reason
    return one_line(f"The session has ended: {how} · {leader} d leaves")


def bug(error: Exception) -> str:
    """Return an error that nobody expected; the screen goes on."""
    what = f"This is a bug: {type(error).__name__}: {error}"
    return strip_controls(f"{what}\nThe session goes on; the log has the details.")


def late_dialog(left: timedelta, *, extendable: bool, grace: float) -> Dialog:
    """Return the second warning; its answer is EXTEND or empty."""
    carry_on = Choice("enter", "carry on", "")
    choices = (Choice("e", "extend", EXTEND), carry_on) if extendable else (carry_on,)
    text = Content("The sandbox, with all that is in it, is removed when the time is up.")
    return Dialog(f"■ {_sentence(left)}", text, choices, severity="error", grace=grace)


def _sentence(left: timedelta) -> str:
    return time_left(left).capitalize()


def copy_dialog(text: str, *, grace: float) -> Dialog:
    """Return the question whether programs may use the clipboard; its answer is COPY or empty."""
    lines = text.splitlines()
    texts = [one_line(line) for line in lines[:_COPY_LINES]]
    shown = [text if len(text) <= _COPY_WIDTH else f"{text[: _COPY_WIDTH - 1]}…" for text in texts]
    shown += ["…"] * (len(lines) > _COPY_LINES)
    asked = Content.assemble(
        "A program in the terminal wants this on your clipboard:\n\n",
        Content.styled("\n".join(shown), "bold"),
        "\n\nMay programs copy until you leave the screen? You are asked once.",
    )
    choices = (Choice("y", "they may", COPY), Choice("n", "they may not", ""))
    return Dialog("Copy to the clipboard", asked, choices, severity="warning", grace=grace)


def stop_dialog(session: str) -> Dialog:
    """Return the question before a stop; its answer is STOP or empty."""
    text = Content.assemble(
        "Stop ", Content.styled(session, "bold"), "? Its sandbox is removed, with all that is in it."
    )
    return Dialog("Stop the session", text, (Choice("y", "stop and remove", STOP), BACK), severity="warning")


def finish_dialog(session: str) -> Dialog:
    """Return the question before the end of an exam; its answer is FINISH or empty."""
    text = Content.assemble("End ", Content.styled(session, "bold"), "? It is graded, once, and its sandbox removed.")
    return Dialog("End the exam", text, (Choice("y", "end and grade", FINISH), BACK), severity="warning")


def code_dialog(blocks: Sequence[str]) -> Dialog:
    """Return the question which code block is meant; its answer is its number, from 0, or empty."""
    some = blocks[:9]
    lines = [
        Content.assemble(Content.styled(f"{number}  ", "bold $accent"), Content(one_line(block)[:64]))
        for number, block in enumerate(some, 1)
    ]
    choices = [Choice(str(number), "", str(number - 1)) for number in range(1, len(some) + 1)]
    return Dialog("Which code block?", Content("\n").join(lines), (*choices, BACK))


def give_up_dialog(task: str) -> Dialog:
    """Return the question before the solution of a task that is not passed; its answer is GIVE_UP or empty."""
    question = "Give up on this task? Its solution is shown below it, and the report says so."
    text = Content.assemble(Content.styled(task, "bold"), f"\n\n{question}")
    return Dialog("The solution", text, (Choice("y", "show the solution", GIVE_UP), BACK), severity="warning")


def reset_dialog(task: str) -> Dialog:
    """Return the question before a reset; its answer is RESET or empty."""
    question = "Reset this task? What you have done for it is removed; the other tasks stay."
    text = Content.assemble(Content.styled(task, "bold"), f"\n\n{question}")
    return Dialog("Reset the task", text, (Choice("y", "reset", RESET), BACK), severity="warning")


def link_dialog(address: str) -> Dialog:
    """Return where a link leads, and the question what to do with it; its answer is OPEN, COPY or empty."""
    shown, host = visible(address), host_of(address)
    before, found, after = shown.partition(host) if host else (shown, "", "")
    lines = Content.assemble(before, Content.styled(found, "bold $accent"), after, "\n\n")
    copy = Choice("c", "copy", COPY)
    if not host:
        why = "Not opened: not a plain http or https address."
        return Dialog("A link", lines + why, (copy, BACK), severity="warning")
    where = "The browser of this machine opens it, outside of the sandbox."
    if port := port_inside(address):
        where = f"The browser of this machine opens port {port} of the sandbox, which is forwarded until you leave."
    return Dialog("A link", lines + where, (Choice("o", "open", OPEN), copy, BACK))


def stopping_dialog() -> Dialog:
    """Return what stands there while the session is being stopped; it takes no key."""
    return Dialog("Stopping", Content("Removing the sandbox and checking that nothing is left …"), ())


def grading_dialog() -> Dialog:
    """Return what stands there while an exam is being graded; it takes no key."""
    return Dialog("The exam is over", Content("Grading the tasks, and removing the sandbox …"), ())


def ungraded_dialog(error: TempshellError, pause: float) -> Dialog:
    """Return why an exam could not be graded in full, and when that is tried again; its answer is LEAVE or empty."""
    text = Content(f"{problem(error)}\n\nThe terminal stays closed. The grading is tried again in {pause:.0f} s.")
    choices = (Choice("enter", "try now", ""), Choice("d", "leave", LEAVE))
    return Dialog("The exam is over", text, choices, severity="warning")


def score_dialog(tasks: Sequence[TaskView]) -> Dialog:
    """Return how far the tasks are, in all and by domain."""
    return Dialog("Score", Content("\n").join(score_rows(tasks)))


def copied(text: str) -> str:
    """Return that text was handed to the clipboard."""
    lines = text.count("\n") + 1
    return f"Copied {len(text)} characters." if lines == 1 else f"Copied {lines} lines."


def connection_ended(code: int | None) -> str:
    """Return that the way to the shell has ended; the shell itself may live on."""
    return "The connection was closed" if code is None else f"The connection ended with code {code}"


def resetting(task: str) -> str:
    """Return that a task is being put back to its start."""
    return f"Resetting: {task} …"


def was_reset(task: str) -> str:
    """Return that a task is as it was at its start."""
    return f"Reset: {task}"


def again(why: str, pause: float) -> str:
    """Return that the terminal is opened again by itself, and when."""
    return f"{why} · again in {pause:.0f} s · Enter: now"


def unrecorded(reason: str) -> str:
    """Return that the recording has stopped."""
    return f"The recording has stopped: {reason}. The session goes on."


def marker(task: str, rows: Sequence[CheckResult]) -> str:
    """Return what a recording is marked with when a task has been checked."""
    if any(row.verdict is Verdict.ERROR for row in rows):
        return f"! {task}: incomplete"
    passed = all(row.verdict is Verdict.PASS for row in rows)
    return f"✓ {task}: passed" if passed else f"✗ {task}: {checked(rows)}"


def checked(rows: Sequence[CheckResult]) -> str:
    """Return what a check found in one line, for where its results are out of sight."""
    passed = sum(row.verdict is Verdict.PASS for row in rows)
    errors = sum(row.verdict is Verdict.ERROR for row in rows)
    incomplete = f", {errors} could not run: the task is incomplete" if errors else ""
    return f"{passed} of {len(rows)} checks passed{incomplete}."


def next_task(place: int, count: int, leader: str) -> str:
    """Return that the task at a place, from 0, has passed, and how to go on to the next of so many."""
    return f"✓ passed · next: {leader} n ({(place + 1) % count + 1}/{count})" if count > 1 else "✓ passed"


def summary(tasks: Sequence[TaskView], session: SessionView) -> str:
    """Return what there is to say once all tasks have passed, in lines; "" before."""
    if session.exam or not tasks or any(task.state is not TaskState.PASSED for task in tasks):
        return ""
    points = sum(task.points for task in tasks)
    lines = (
        f"✓ all passed · {points}/{points} points"
        + ("" if session.worked is None else f" · {clock_text(session.worked)}"),
        f"tempshell report {one_line(session.name)}: what each task took",
        "tempshell drill: repeat what went wrong or took too long",
    )
    return "\n".join(lines)


def help_dialog(leader: str, shortcuts: Sequence[Shortcut]) -> Dialog:
    """Return the list of all keys."""
    lines = [
        Content.assemble(Content.styled(f"{' '.join(map(key_name, one.keys)):<7}", "bold $accent"), one.help)
        for one in (*shortcuts, PALETTE, HELP)
    ]
    lines += [
        Content(""),
        Content(f"{leader} first, then one of these. {leader} twice sends it to the terminal."),
        Content("All other keys are the terminal's. Shift+PgUp and the wheel scroll back."),
        Content("A drag with the mouse copies; where the program takes the mouse, one with Shift."),
        Content("Ctrl and a click shows where a link leads, and asks whether to open it."),
    ]
    return Dialog("Keys", Content("\n").join(lines))
