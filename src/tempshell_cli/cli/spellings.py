"""Second spellings that every command has: SESSION or ``-s SESSION``, ``--json`` or ``-o json``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal, get_args, get_type_hints

from typer.models import ArgumentInfo

from tempshell_cli.cli.options import FORMAT, AsJson, AsJunit, OfSession
from tempshell_cli.core.errors import UsageProblem

_FLAGS = {"json": AsJson, "junit": AsJunit}
_TEXT_OR_JSON = Annotated[Literal["text", "json"], FORMAT]


def with_spellings(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes its session as an option, too, and its format as ``--format`` and as a flag.

    It goes by the parameters: ``session``, where that is an argument; ``as_json``, or else ``form``, a Literal.
    """
    hints = get_type_hints(command, include_extras=True)
    shown = [one.replace(annotation=hints[one.name]) for one in inspect.signature(command).parameters.values()]
    defaults = {one.name: one.default for one in shown}
    if isinstance(getattr(hints.get("session"), "__metadata__", [None])[0], ArgumentInfo):
        shown.append(_option("of_session", "", OfSession))
    if "as_json" in hints:
        shown.append(_option("form", "text", _TEXT_OR_JSON))
    elif "form" in hints:
        choices = get_args(get_args(hints["form"])[0])
        shown += [_option(f"as_{form}", default=False, annotation=_FLAGS[form]) for form in _FLAGS if form in choices]

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - of any type
        if token := given.pop("of_session", ""):
            given["session"] = only_value({"SESSION": given["session"], "--session": token})
        if "form" in given:
            usual, form = defaults.get("form", "text"), given.pop("form")
            flags = {f"--{flag}": flag for flag in _FLAGS if given.pop(f"as_{flag}", False)}
            form = only_value({**flags, f"--format {form}": "" if form == usual else form}) or usual
            given |= {"form": form} if "form" in defaults else {"as_json": form == "json"}
        command(**given)

    run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # inspect reads it; typeshed has it on none
    run.__annotations__ = {one.name: one.annotation for one in shown}
    return run


def _option(name: str, default: object, annotation: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def only_value(spelt: dict[str, str]) -> str:
    """Return the one value that was given, "" for none; raises UsageProblem where there are two."""
    given = {spelling: value for spelling, value in spelt.items() if value}
    if len(set(given.values())) > 1:
        first, second, *_ = given
        raise UsageProblem(f"{first} and {second} cannot be used together", hint="choose one of them")
    return next(iter(given.values()), "")
