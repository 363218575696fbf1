"""``tempshell drill``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.bundle import bundled
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import pack_names
from tempshell_cli.cli.options import AsJson, Detach, Name, Plain, Quiet, Record, Replace, SandboxOptions, Theme, Ttl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tempshell_cli.sessions.drill import Card
    from tempshell_cli.sessions.lifecycle import Sessions

app = new_app()


@app.command()
@bundled
def drill(
    pack: Annotated[
        str, typer.Argument(help="A pack. [default: the only one with tasks due]", autocompletion=pack_names)
    ] = "",
    only_list: Annotated[bool, typer.Option("--list", help="Show what is due, and when, and start nothing.")] = False,
    name: Name = "",
    ttl: Ttl = "",
    sandbox: SandboxOptions = SandboxOptions(),  # noqa: B008 - immutable
    replace: Replace = False,
    detach: Detach = False,
    plain: Plain = False,
    record: Record = False,
    theme: Theme = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Repeat the tasks that went wrong or took too long.

    They come back at growing intervals.

    Examples:
      tempshell drill
      tempshell drill --list
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.parsing import duration, ports_offered, sandbox_request
    from tempshell_cli.cli.screen import Visit, listening_for, show_started
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.sessions.start import start

    visit = Visit(detach, plain, record, as_json, theme)
    request = sandbox_request(sandbox)._replace(
        name=name, ttl=duration(ttl), replace=replace, first_task_alone=visit.opens
    )
    with user_sessions() as sessions:
        cards, now = _cards(sessions, pack), sessions.clock.now()
        due = [card for card in cards if card.due <= now]
        if only_list:
            _list(cards, now, as_json=as_json)
            return
        if not due:
            console.say(_nothing_due(cards))
            return
        request = request._replace(pack=_pack_of(due), tasks=tuple(card.task for card in due))
        with listening_for((), visit, ports_offered(request)) as listening:
            session = start(sessions, request, console.silence if quiet else console.progress)
            show_started(sessions, session, visit._replace(listening=listening))


def _cards(sessions: Sessions, pack: str) -> Sequence[Card]:
    from tempshell_cli.sessions.drill import attempts, cards, still_there
    from tempshell_cli.sessions.history import past_practice

    return still_there(cards(attempts(sessions, past_practice(sessions, pack))))


def _pack_of(due: Sequence[Card]) -> str:
    """Return the one pack that something is due of; raises UsageProblem where there are several."""
    from tempshell_cli.core.errors import UsageProblem

    packs = list(dict.fromkeys(card.pack for card in due))
    if len(packs) > 1:
        raise UsageProblem(f"tasks of several packs are due: {', '.join(packs)}", hint=f"`tempshell drill {packs[0]}`")
    return packs[0]


def _list(cards: Sequence[Card], now: datetime, *, as_json: bool) -> None:
    from tempshell_cli.cli.output import console

    if as_json:
        console.say_json(
            [
                {**card._asdict(), "due": card.due.isoformat(timespec="seconds"), "is_due": card.due <= now}
                for card in cards
            ]
        )
    elif cards:
        dates = ["now" if card.due <= now else f"{card.due.astimezone():%Y-%m-%d %H:%M}" for card in cards]
        rows = [(card.pack, card.task, str(card.box), due) for card, due in zip(cards, dates, strict=True)]
        console.table(("PACK", "TASK", "BOX", "DUE"), rows)
    else:
        console.say(_nothing_due(cards))


def _nothing_due(cards: Sequence[Card]) -> str:
    if not cards:
        return "nothing to repeat: no task went wrong or took too long"
    return f"nothing is due before {cards[0].due.astimezone():%Y-%m-%d %H:%M}"
