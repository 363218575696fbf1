"""``tempshell doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson

if TYPE_CHECKING:
    from tempshell_cli.backends.base import Problem
    from tempshell_cli.sessions.lifecycle import Sessions

app = new_app()


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check which backends work here, and what the others lack.

    Starts a sandbox where that needs neither an image to be fetched nor a cluster. Exits with 4 if no backend works.
    """
    from tempshell_cli.backends import registry
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import EngineUnavailable
    from tempshell_cli.terminal.emulators.choice import choose

    emulator = choose()
    with user_sessions() as sessions:
        found = {name: _examine(sessions, name) for name in registry.names()}
        state, config = sessions.paths.state, sessions.paths.config_file
    if as_json:
        report = {
            "backends": {
                name: [{"problem": one.what, "hint": one.hint} for one in findings.problems]
                for name, findings in found.items()
            },
            "untried": {name: findings.untried for name, findings in found.items() if findings.untried},
            "emulator": emulator.name,
            "state": str(state),
            "config": str(config),
        }
        console.say_json(report)
    else:
        for name, findings in found.items():
            console.say(f"{name}: {findings.verdict}")
            for one in findings.problems:
                console.say(f"  {one.what}\n    {one.hint}")
        slower = f", which is slow: ghostty cannot be loaded: {emulator.reason}" if emulator.reason else ""
        console.say(f"terminal emulator: {emulator.name}{slower}\nstate: {state}\nconfig: {config}")
    if all(findings.problems for findings in found.values()):
        raise EngineUnavailable("no backend is usable here", hint="fix one of those above")


class _Findings(NamedTuple):
    """What is wrong with a backend; where nothing is, why no sandbox was started on it ("" where one was)."""

    problems: Sequence[Problem] = ()
    untried: str = ""

    @property
    def verdict(self) -> str:
        if self.problems:
            return "not usable"
        return f"answers; no sandbox was started: {self.untried}" if self.untried else "ready"


def _examine(sessions: Sessions, name: str) -> _Findings:
    from tempshell_cli.backends.base import Problem, StartsAtOnce, Template
    from tempshell_cli.core.errors import TempshellError
    from tempshell_cli.sessions.trial import try_sandbox

    try:
        backend = sessions.engines.get(name)
        if problems := backend.doctor():
            return _Findings(problems)
        if not isinstance(backend, StartsAtOnce):
            return _Findings(untried="that takes a cluster")
        template = Template(image=backend.default_image(sessions.settings))
        if missing := backend.missing(template):
            return _Findings(untried=f"{missing.what} ({missing.hint})")
        failed = try_sandbox(sessions, backend, template)
    except TempshellError as cause:
        return _Findings([Problem(str(cause), cause.hint)])
    except Exception as cause:  # noqa: BLE001 - what an odd file or engine does to one backend is not the others' fault
        hint = "the files and the engine that it uses may be damaged"
        return _Findings([Problem(f"it cannot be looked at: {cause!r}", hint)])
    return _Findings([failed] if failed else [])
