"""``tempshell doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson

if TYPE_CHECKING:
    from tempshell_cli.backends.base import Problem
    from tempshell_cli.sessions.lifecycle import Sessions

app = new_app()


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check which backends work here, and what the others lack.

    Starts a sandbox on each. Exits with 4 if none of them works.
    """
    from tempshell_cli.backends import registry
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import EngineUnavailable
    from tempshell_cli.terminal.emulators.choice import choose

    emulator = choose()
    with user_sessions() as sessions:
        found = {name: _problems(sessions, name) for name in registry.names()}
        state, config = sessions.paths.state, sessions.paths.config_file
    if as_json:
        problems = {name: [{"problem": one.what, "hint": one.hint} for one in some] for name, some in found.items()}
        console.say_json({"backends": problems, "emulator": emulator.name, "state": str(state), "config": str(config)})
    else:
        for name, problems_here in found.items():
            console.say(f"{name}: {'not usable' if problems_here else 'ready'}")
            for one in problems_here:
                console.say(f"  {one.what}\n    {one.hint}")
        slower = f", which is slow: ghostty cannot be loaded: {emulator.reason}" if emulator.reason else ""
        console.say(f"terminal emulator: {emulator.name}{slower}\nstate: {state}\nconfig: {config}")
    if all(found.values()):
        raise EngineUnavailable("no backend is usable here", hint="fix one of those above")


def _problems(sessions: Sessions, name: str) -> Sequence[Problem]:
    from tempshell_cli.backends.base import Problem
    from tempshell_cli.core.errors import TempshellError

    try:
        return sessions.engines.get(name).doctor()
    except TempshellError as cause:
        return [Problem(str(cause), cause.hint)]
    except Exception as cause:  # noqa: BLE001 - what an odd file or engine does to one backend is not the others' fault
        return [Problem(f"it cannot be looked at: {cause!r}", "the files and the engine that it uses may be damaged")]
