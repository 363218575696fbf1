"""Backends by name. They register by entry point; one is imported only when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
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


def find(name: str) -> type[Backend]:
    """Return the backend's class, which says what it can honour before there is an engine.

    Raises UsageProblem where there is none, EngineUnavailable where another distribution's cannot be loaded.
    """
    if name in _BUILT_IN:
        module, _, attribute = _BUILT_IN[name].partition(":")
        return cast("type[Backend]", getattr(import_module(module), attribute))
    point = _point(name)
    with _named(point):
        return cast("type[Backend]", point.load())


def refuse_unknown(name: str) -> None:
    """Raise UsageProblem where no backend has that name."""
    if name not in _BUILT_IN and name not in names():
        raise _unknown(name)


def load(name: str, endpoint: str = "") -> Backend:
    """Return the backend of that name for an endpoint; raises as ``find``."""
    make = cast("Callable[[str], Backend]", find(name))
    with nullcontext() if name in _BUILT_IN else _named(_point(name)):
        return make(endpoint)


def names() -> Iterator[str]:
    """Yield the names of all backends, in order of preference; those of other distributions come last."""
    yield from _BUILT_IN
    yield from sorted({point.name for point in _registered()} - _BUILT_IN.keys())


@contextmanager
def _named(point: EntryPoint) -> Iterator[None]:
    """Say whose code fails in the block: another distribution's can raise anything."""
    try:
        yield
    except TempshellError:
        raise
    except Exception as cause:
        raise EngineUnavailable(
            f"the backend {point.name} cannot be loaded: its entry point {point.value} fails with {cause!r}",
            hint="reinstall or remove the distribution that registers it",
        ) from cause


def _point(name: str) -> EntryPoint:
    """Return the entry point of another distribution's backend; raises UsageProblem with the nearest name."""
    for point in _registered():
        if point.name == name:
            return point
    raise _unknown(name)


def _registered() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - 11 ms, and the built-in ones need none of it

    return entry_points(group=GROUP)


def _unknown(name: str) -> UsageProblem:
    known = ["auto", *names()]
    hint = f"{did_you_mean(name, known)} backends: {', '.join(known)}".lstrip()
    return UsageProblem(f"there is no backend {name!r}", hint=hint)
