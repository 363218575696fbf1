"""``tempshell list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import FORMAT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session
    from tempshell_cli.sessions.setups import Setups

app = new_app()
_HEADINGS = ("ID", "NAME", "BACKEND", "PACK", "STATE", "LEFT")
_LEAST = (8, 12, 10, 14, 8)  # columns of what is yet to come
_OWNER, _MORE = "OWNER", ("ENDPOINT", "STARTED", "DEADLINE")
_Format = Literal["table", "wide", "name", "json"]


@app.command()
def list_(
    show_all: Annotated[bool, typer.Option("--all", "-a", help="Also list ended sessions.")] = False,
    all_owners: Annotated[bool, typer.Option("--all-owners", help="Also list the sessions of others.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Then list each session that comes, changes or ends, until Ctrl+C.")
    ] = False,
    form: Annotated[_Format, FORMAT] = "table",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the ids.")] = False,
) -> None:
    """List your sessions.

    They are listed as the engines have them.

    Examples:
      tempshell list
      tempshell list -o wide
      tempshell list --all -o json
      tempshell list --watch
    """
    from tempshell_cli.cli.service import sweep, user_sessions
    from tempshell_cli.core.errors import UsageProblem

    if watch and all_owners:
        raise UsageProblem(
            "--watch and --all-owners cannot be used together",
            hint="your own sessions can be watched, without the last",
        )
    with user_sessions() as sessions:
        swept = sweep(sessions, everywhere=all_owners, everybodys=all_owners)
        live = sessions.store.live()
        shown = sessions.store.history() if show_all else live
        if all_owners:
            shown += swept.of_others(live, sessions.clock)
        listing = _Listing(sessions, "id" if quiet and form != "json" else form, owners=all_owners)
        listing.show(shown, watched=watch)
        if watch:
            from tempshell_cli.sessions.watching import changes

            for one in changes(sessions, live):
                listing.show_change(one)


class _Listing:
    """Prints sessions in one format (``id`` is one, too), all at first and then one at a time."""

    def __init__(self, sessions: Sessions, form: str, *, owners: bool) -> None:
        wide = form == "wide"
        self._sessions, self._form = sessions, form
        self._headings = (*_HEADINGS, *((_OWNER,) if wide or owners else ()), *(_MORE if wide else ()))
        self._widths: Sequence[int] = ()

    def show(self, shown: Sequence[Session], *, watched: bool) -> None:
        """Print sessions; of those that are ``watched`` JSON has a line for each."""
        from tempshell_cli.cli.output import console

        if self._form == "json" and not watched:
            console.say_json([self._json(one) for one in shown])
        elif self._form in {"table", "wide"}:
            least = dict(zip(self._headings, _LEAST, strict=False)) if watched else {}
            headings = [heading.ljust(least.get(heading, 0)) for heading in self._headings]
            self._widths = console.table(headings, [self._cells(one) for one in shown], at_once=watched)
        else:
            for one in shown:
                self._show_line(one, at_once=watched)
        for one in shown:
            self._note_trouble(one)

    def show_change(self, session: Session) -> None:
        """Print a session once more, at once."""
        self._show_line(session, at_once=True)
        self._note_trouble(session)

    def _show_line(self, session: Session, *, at_once: bool) -> None:
        from tempshell_cli.cli.output import console

        if self._form == "json":
            console.say_json_line(self._json(session))
        elif self._widths:
            console.table_row(self._cells(session), self._widths, at_once=at_once)
        else:
            console.say(session.id if self._form == "id" else session.name, at_once=at_once)

    def _json(self, session: Session) -> dict[str, object]:
        from tempshell_cli.cli.output.sessions import session_json, setup_json
        from tempshell_cli.sessions.exam import exam_of

        exam = None if session.ended else exam_of(self._sessions.store, session.id)
        return {
            **session_json(session, self._sessions.clock.now(), exam),
            "setup": setup_json(_setups(self._sessions, session)),
        }

    def _cells(self, session: Session) -> tuple[str, ...]:
        from tempshell_cli.cli.output.sessions import remaining, state_words
        from tempshell_cli.sessions.exam import exam_of

        exam = None if session.ended else exam_of(self._sessions.store, session.id)
        left = "-" if session.ended else remaining(session, self._sessions.clock.now(), exam)
        ends = exam.ends if exam else session.deadline
        words = state_words(session, _setups(self._sessions, session))
        times = (f"{at.astimezone():%Y-%m-%d %H:%M}" for at in (session.created, ends))
        usual = session.id, session.name, session.backend, session.pack or "-", words, left
        return (*usual, session.owner, session.endpoint or "-", *times)[: len(self._headings)]

    def _note_trouble(self, session: Session) -> None:
        """Say on stderr what is wrong with a session, and what to do."""
        from tempshell_cli.cli.output import console
        from tempshell_cli.cli.output.sessions import failed_setups, trouble

        for what in (*filter(None, [trouble(session)]), *failed_setups(session, _setups(self._sessions, session))):
            console.note(f"tempshell: {what}")


def _setups(sessions: Sessions, session: Session) -> Setups:
    from tempshell_cli.sessions.setups import setups_of

    practised = session.pack and session.state.is_live
    return setups_of(sessions.store.events(session.id) if practised else ())
