"""``tempshell open``."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import session_names
from tempshell_cli.cli.options import OfSession

app = new_app()


@app.command()
def open_(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[SESSION] [LOCAL:]PORT",
            autocompletion=session_names,
            help="Ports of the session, each with the port of this machine that leads there. [LOCAL: any that is free]",
        ),
    ],
    session: OfSession = "",
) -> None:
    """Open ports of a session in the browser.

    Prints the links, and forwards until Ctrl-C.

    Examples:
      tempshell open lab 80
      tempshell open lab 8888:8888  From the same port, where that is free
    """
    from tempshell_cli.cli.forwarding import forward, session_and_ports
    from tempshell_cli.cli.output import console
    from tempshell_cli.sessions.forwarding.ports import parse_forward

    token, ports = session_and_ports(words, session)
    with forward(token, [parse_forward(one) for one in ports]) as forwarded:
        for one in forwarded:
            link = f"http://{one.address}:{one.local}/"
            console.say(link, at_once=True)
            threading.Thread(target=_open, args=[link], daemon=True).start()  # a browser may wait for its page
        console.note("tempshell: Ctrl-C ends the forwarding, and the session goes on")


def _open(link: str) -> None:
    from tempshell_cli.cli.output import console
    from tempshell_cli.tui.hyperlinks import open_page

    if not open_page(link):
        console.note("tempshell: no browser could be opened; open the link yourself")
