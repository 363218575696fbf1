"""Options that several commands have in common, described once and passed on as one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints


def bundled(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose parameters, as Typer sees them, have the fields of each bundle in its place.

    A bundle is a NamedTuple whose fields are annotated as parameters are, all of them with a default.
    """
    hints = get_type_hints(command, include_extras=True)
    shown: list[inspect.Parameter] = []
    bundles: dict[str, Any] = {}
    for parameter in inspect.signature(command).parameters.values():
        kind = hints[parameter.name]
        if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
            bundle: Any = kind
            bundles[parameter.name] = bundle
            fields = get_type_hints(bundle, include_extras=True)
            shown += [_keyword(name, bundle._field_defaults[name], fields[name]) for name in bundle._fields]
        else:
            shown.append(_keyword(parameter.name, parameter.default, kind))

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - of any type
        for name, kind in bundles.items():
            given[name] = kind(**{field: given.pop(field) for field in kind._fields})
        command(**given)

    run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # inspect reads it; typeshed has it on none
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return run


def _keyword(name: str, default: object, annotation: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
