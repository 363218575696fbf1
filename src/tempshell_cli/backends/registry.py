"""Backends by name. They register by entry point; one is imported only when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from tempshell_cli.backends.base import Backend
from tempshell_cli.core.errors import EngineUnavailable, TempshellError, UsageProblem
from tempshell_cli.core.nearest import did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "tempshell.backends"
# The entry points of this package itself: reading every installed package's metadata would cost each command 10 ms.
_BUILT_IN: Mapping[str, str] = {
    "local": "tempshell_cli.backends.local.backend:LocalBackend",
    "docker": "tempshell_cli.backends.docker.backend:DockerBackend",
    "kind": "tempshell_cli.backends.kind.backend:KindBackend",
    "kubernetes": "tempshell_cli.backends.kubernetes.backend:KubernetesBackend",
    "minikube": "tempshell_cli.backends.minikube.backend:MinikubeBackend",
}


def load(name: str, endpoint: str = "") -> Backend:
    """Return the backend of that name for an endpoint.

    Raises UsageProblem where there is none, EngineUnavailable where another distribution's cannot be loaded.
    """
    if name in _BUILT_IN:
        module, _, attribute = _BUILT_IN[name].partition(":")
        return cast("Callable[[str], Backend]", getattr(import_module(module), attribute))(endpoint)
    for point in _registered():
        if point.name == name:
            return _foreign(point, endpoint)
    raise _unknown(name)


def refuse_unknown(name: str) -> None:
    """Raise UsageProblem where no backend has that name."""
    if name not in _BUILT_IN and name not in names():
        raise _unknown(name)


def names() -> list[str]:
    """Return the names of all backends, the built-in ones first."""
    return [*_BUILT_IN, *sorted({point.name for point in _registered()} - _BUILT_IN.keys())]


def _foreign(point: EntryPoint, endpoint: str) -> Backend:
    try:
        return cast("Callable[[str], Backend]", point.load())(endpoint)
    except TempshellError:
        raise
    except Exception as cause:  # another distribution's code, which can raise anything
        raise EngineUnavailable(
            f"the backend {point.name} cannot be loaded: its entry point {point.value} fails with {cause!r}",
            hint="reinstall or remove the distribution that registers it",
        ) from cause


def _registered() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - 11 ms, and the built-in ones need none of it

    return entry_points(group=GROUP)


def _unknown(name: str) -> UsageProblem:
    known = ["auto", *names()]
    hint = f"{did_you_mean(name, known)} backends: {', '.join(known)}".lstrip()
    return UsageProblem(f"there is no backend {name!r}", hint=hint)
