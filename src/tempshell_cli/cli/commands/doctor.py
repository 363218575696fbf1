"""``tempshell doctor``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, KubeContext
from tempshell_cli.cli.options import Backend as BackendName

if TYPE_CHECKING:
    from tempshell_cli.backends.base import Backend, Problem, Template
    from tempshell_cli.sessions.isolation import Attempt
    from tempshell_cli.sessions.lifecycle import Sessions

app = new_app()


@app.command()
def doctor(
    isolation: Annotated[
        bool, typer.Option("--isolation", help="Try to get out of a sandbox, and show what stops it.")
    ] = False,
    backend: BackendName = "",
    kube_context: KubeContext = "",
    as_json: AsJson = False,
) -> None:
    """Check which backends work here, and what the others lack.

    Starts a sandbox where that needs neither an image to be fetched nor a cluster. Exits with 4 if no backend works.
    With --isolation it starts one on local and docker, or on the backend that is named, and tries from inside what a
    sandbox has to stop.

    Examples:
      tempshell doctor --isolation
      tempshell doctor --isolation --backend kubernetes --context kind-dev
    """
    from tempshell_cli.core.errors import UsageProblem

    if isolation:
        _show_isolation("" if backend == "auto" else backend, kube_context, as_json=as_json)
    elif backend or kube_context:
        raise UsageProblem("--backend and --context need --isolation", hint="add --isolation, or leave them out")
    else:
        _show_backends(as_json=as_json)


def _show_backends(*, as_json: bool) -> None:
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
    attempts: Sequence[Attempt] = ()

    @property
    def verdict(self) -> str:
        if self.problems:
            return "not usable"
        return f"answers; no sandbox was started: {self.untried}" if self.untried else "ready"

    @property
    def why_untried(self) -> str:
        """Why no attempt was made on it; "" where some were."""
        return self.untried or "; ".join(f"{one.what} ({one.hint})" for one in self.problems)


def _examine(sessions: Sessions, name: str) -> _Findings:
    """Return whether a backend works, by a sandbox where one can be started at once."""

    def start(backend: Backend, template: Template) -> _Findings:
        from tempshell_cli.sessions.trial import try_sandbox

        failed = try_sandbox(sessions, backend, template)
        return _Findings([failed] if failed else [])

    return _in_a_sandbox(sessions, name, "", start)


def _show_isolation(name: str, context: str, *, as_json: bool) -> None:
    from tempshell_cli.backends import registry
    from tempshell_cli.backends.base import EngineChoice, Option
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
    from tempshell_cli.sessions.choice import refuse_options

    if context and not name:
        raise UsageProblem(
            "--context needs --backend", hint="`--backend kubernetes` creates a pod there, and removes it"
        )
    with user_sessions() as sessions:
        endpoint = ""
        if context:
            refuse_options(sessions.engines, name, {Option.CONTEXT})
            endpoint = sessions.engines.find(name).endpoint_of(EngineChoice(context=context))
        names = [name] if name else registry.names()
        found = {one: _try_isolation(sessions, one, endpoint, is_named=bool(name)) for one in names}
    if as_json:
        console.say_json({"isolation": {one: _isolation_json(findings) for one, findings in found.items()}})
    else:
        _say_isolation(found)
    if not any(findings.attempts for findings in found.values()):
        raise EngineUnavailable("no backend could be tried", hint="`tempshell doctor` shows what is missing")


def _try_isolation(sessions: Sessions, name: str, endpoint: str, *, is_named: bool) -> _Findings:
    def start(backend: Backend, template: Template) -> _Findings:
        from tempshell_cli.sessions.isolation import try_isolation

        return _Findings(attempts=try_isolation(sessions, backend, template))

    return _in_a_sandbox(sessions, name, endpoint, start, in_clusters=is_named)


def _isolation_json(findings: _Findings) -> dict[str, object]:
    return {
        "attempts": [{"attempt": one.name, "outcome": one.outcome, "detail": one.detail} for one in findings.attempts],
        "untried": findings.why_untried,
    }


def _say_isolation(found: Mapping[str, _Findings]) -> None:
    from tempshell_cli.cli.output import console

    rows = [(name, one.name, one.outcome, one.detail) for name, findings in found.items() for one in findings.attempts]
    if rows:
        console.table(("BACKEND", "ATTEMPT", "OUTCOME", "DETAIL"), rows)
    for name, findings in found.items():
        if not findings.attempts:
            console.say(f"{name}: not tried: {findings.why_untried}")


def _in_a_sandbox(
    sessions: Sessions,
    name: str,
    endpoint: str,
    start: Callable[[Backend, Template], _Findings],
    *,
    in_clusters: bool = False,
) -> _Findings:
    """Return what ``start`` finds by a sandbox of the backend, or why there is none to be had."""
    from tempshell_cli.backends.base import Problem, StartsAtOnce, Template
    from tempshell_cli.core.errors import TempshellError

    try:
        backend = sessions.engines.get(name, endpoint)
        if problems := backend.doctor():
            return _Findings(problems)
        template = Template(image=backend.default_image(sessions.settings))
        if isinstance(backend, StartsAtOnce):
            if missing := backend.missing(template):
                return _Findings(untried=f"{missing.what} ({missing.hint})")
        elif not in_clusters:
            return _Findings(untried="that takes a cluster")
        return start(backend, template)
    except TempshellError as cause:
        return _Findings([Problem(str(cause), cause.hint)])
    except Exception as cause:  # noqa: BLE001 - what an odd file or engine does to one backend is not the others' fault
        hint = "the files and the engine that it uses may be damaged"
        return _Findings([Problem(f"it cannot be looked at: {cause!r}", hint)])
