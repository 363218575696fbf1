"""What the home screen says: its dialogs, its notices, and the welcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.tui.dialog import BACK, Choice, Dialog
from tempshell_cli.tui.home.port import SessionEntry
from tempshell_cli.tui.shortcuts import HELP, Shortcut, key_name

STOP, EXAM = "stop", "exam"
NOTHING_FITS = "no match; Esc shows everything"


def welcome(leader: str) -> Content:
    """Return the three lines for somebody who has not started anything yet."""
    key = Content.styled(leader, "bold $accent")
    lines = (
        (
            "Welcome! Choose a pack and press ",
            Content.styled("Enter", "bold $accent"),
            ": its tasks open beside a terminal.",
        ),
        (
            "There ",
            key,
            " comes before each key of tempshell's: ",
            key,
            " ",
            Content.styled("?", "bold $accent"),
            " lists them.",
        ),
        ("To change the leader key: ", Content.styled("tempshell config set leader ctrl+g", "bold")),
    )
    return Content("\n").join(Content.assemble(*line) for line in lines)


def stop_dialog(session: SessionEntry) -> Dialog:
    """Return the question before a stop; its answer is STOP or empty."""
    name = Content.styled(one_line(session.name), "bold")
    text = Content.assemble("Stop ", name, "? Its sandbox is removed, with all that is in it.")
    if session.held:
        text += Content("\nAnother process is setting it up, or changing it.")
    if session.exam:
        text += Content("\nIt is an exam, and would not be graded.")
    return Dialog("Stop the session", text, (Choice("y", "stop and remove", STOP), BACK), severity="warning")


def exam_dialog(pack: str) -> Dialog:
    """Return the question before an exam; its answer is EXAM or empty."""
    text = Content.assemble(
        "Take an exam of ",
        Content.styled(one_line(pack), "bold"),
        "? Its time runs from the start, without checks and help.",
    )
    return Dialog("An exam", text, (Choice("y", "begin", EXAM), BACK))


def receipt_text(name: str, receipt: Receipt) -> str:
    """Return what was removed, in a few lines."""
    return "\n".join([f"{one_line(name)}: stopped", *(f"✓ removed {one_line(what)}" for what in receipt.removed)])


def extended(name: str, deadline: datetime) -> str:
    """Return the news of a new deadline, in the user's own time zone."""
    return f"{one_line(name)} now ends at {deadline.astimezone():%H:%M}."


def bug(error: Exception) -> str:
    """Return an error that nobody expected; the screen goes on."""
    return strip_controls(f"This is a bug: {type(error).__name__}: {error}\nThe log has the details.")


def busy(name: str, doing: str) -> str:
    """Return what is being done to a session."""
    return f"{doing} {one_line(name)} …"


def help_dialog(leader: str, shortcuts: Sequence[Shortcut]) -> Dialog:
    """Return the list of all keys that do something now."""
    lines = [_help_line(" ".join(map(key_name, one.keys)), one.help) for one in (*shortcuts, HELP)]
    lines += [
        _help_line("↑ ↓", "move; so do k and j, PgUp and PgDn, g and G"),
        Content(""),
        Content(f"On a session's screen {leader} comes before each key of tempshell's;"),
        Content("`tempshell config set leader ctrl+g` changes it."),
    ]
    return Dialog("Keys", Content("\n").join(lines))


def _help_line(keys: str, text: str) -> Content:
    return Content.assemble(Content.styled(f"{keys:<11}", "bold $accent"), text)
