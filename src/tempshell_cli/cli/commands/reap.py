"""``tempshell reap``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import NoReceipts, ReceiptsAsJson

if TYPE_CHECKING:
    from tempshell_cli.core.timer import Job

app = new_app()
_TIMEOUT_FACTOR = 6.0  # times what an engine has for its answer where a command sweeps on the side
# Which programs, settings, record and engines the timer has: those of the shell that it is installed from.
_VARIABLES = (
    *("PATH", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "KUBECONFIG", "SSH_AUTH_SOCK"),
    *("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"),
)
_TIMER = "Timer options"


@app.command()
def reap(
    expired: Annotated[
        bool, typer.Option("--expired", help="Also what others left, five minutes past its deadline.")
    ] = False,
    as_json: ReceiptsAsJson = False,
    quiet: NoReceipts = False,
    timer: Annotated[
        bool,
        typer.Option(
            "--timer", help="Print a systemd timer or a cron line that reaps every 5 minutes.", rich_help_panel=_TIMER
        ),
    ] = False,
    install: Annotated[
        bool, typer.Option("--install", help="With --timer: install and start it.", rich_help_panel=_TIMER)
    ] = False,
    uninstall: Annotated[
        bool, typer.Option("--uninstall", help="With --timer: remove it.", rich_help_panel=_TIMER)
    ] = False,
) -> None:
    """Remove expired, lost and unfinished sandboxes.

    On every engine. Also removes sessions of long ago from the record: see [history] in the config.

    Examples:
      tempshell reap
      tempshell reap --timer --install
    """
    from tempshell_cli.core.errors import UsageProblem

    if (install or uninstall) and not timer:
        raise UsageProblem("--install and --uninstall are for --timer", hint="`tempshell reap --timer --install`")
    if install and uninstall:
        raise UsageProblem("--install and --uninstall cannot be used together", hint="leave one of them out")
    if timer and as_json:
        raise UsageProblem("--timer and --json cannot be used together", hint="leave one of them out")
    if timer:
        _timer(expired=expired, install=install, uninstall=uninstall)
    else:
        _reap(expired=expired, as_json=as_json, quiet=quiet)


def _reap(*, expired: bool, as_json: bool, quiet: bool) -> None:
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import receipt_json
    from tempshell_cli.cli.service import sweep, sweep_expired, user_sessions
    from tempshell_cli.core.errors import LeftoverRemains
    from tempshell_cli.sessions.pruning import prune

    with user_sessions() as sessions:
        receipts = list(sweep(sessions, everywhere=True, clear=True, timeout_factor=_TIMEOUT_FACTOR).receipts)
        if expired:
            receipts += sweep_expired(sessions, timeout_factor=_TIMEOUT_FACTOR)
        while prune(sessions.store, sessions.settings.history, sessions.clock.now()):
            pass
    if as_json:
        console.say_json([receipt_json(receipt) for receipt in receipts])
    left = [what for receipt in receipts for what in receipt.leftover]
    if left:
        raise LeftoverRemains(f"could not remove {', '.join(left)}", hint="see the engine's log, then reap again")
    if not as_json and not quiet:
        for receipt in receipts:
            for what in receipt.removed:
                console.say(f"removed {what}")
        console.say(f"{len({receipt.session for receipt in receipts})} reaped; left over: nothing")


def _timer(*, expired: bool, install: bool, uninstall: bool) -> None:
    """Print what makes this machine reap by itself, or put it in place, or remove it."""
    import os

    from tempshell_cli.cli.output import console
    from tempshell_cli.core.timer import SystemdTimer, timer_for

    made = timer_for(_job(expired=expired))
    if uninstall:
        removed = made.uninstall()
        for one in removed:
            console.say(f"removed {one}")
        if not removed:
            console.note("tempshell: no timer was installed")
    elif install:
        for one in made.install():
            console.say(one)
        if isinstance(made, SystemdTimer) and os.geteuid():
            console.note("tempshell: it runs while you are logged in; with `loginctl enable-linger` after a boot, too")
    else:
        console.say(made.text())


def _job(*, expired: bool) -> Job:
    import os
    import sys

    from tempshell_cli.core.timer import Job

    # -P: a directory that happens to be the current one has no say in what is imported.
    argv = (sys.executable, "-P", "-m", "tempshell_cli", "reap", "--quiet", *(["--expired"] if expired else []))
    environment = {name: os.environ[name] for name in _VARIABLES if os.environ.get(name)}
    return Job("tempshell-reap", "Removes expired sandboxes of tempshell", argv, environment)
