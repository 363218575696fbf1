"""``tempshell port-forward``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import session_names
from tempshell_cli.cli.options import OfSession

app = new_app()


@app.command()
def port_forward(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[SESSION] [[ADDRESS:]LOCAL:]PORT",
            autocompletion=session_names,
            help="Ports of the session, each with the port of this machine that leads there. [LOCAL: the same]",
        ),
    ],
    session: OfSession = "",
) -> None:
    """Forward ports of this machine to ports of a session.

    Listens on 127.0.0.1, runs until Ctrl-C, and reaches what listens on 127.0.0.1 in the sandbox.

    Examples:
      tempshell port-forward lab 8080          127.0.0.1:8080 to port 8080 inside
      tempshell port-forward lab 8080:80 5432
      tempshell port-forward lab :80           From any port that is free
    """
    from tempshell_cli.cli.forwarding import forward, session_and_ports
    from tempshell_cli.cli.output import console
    from tempshell_cli.sessions.forwarding.ports import LOOPBACK, parse_forward

    token, ports = session_and_ports(words, session)
    with forward(token, [parse_forward(one, same=True) for one in ports]) as forwarded:
        for one in forwarded:
            console.say(f"Forwarding from {one}", at_once=True)
            if one.address != LOOPBACK:
                console.note(f"tempshell: other machines can connect to {one.address}:{one.local}, too")
