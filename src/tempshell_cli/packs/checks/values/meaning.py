"""What the values of a condition are, so that two spellings of the same are the same: the ``as`` of a condition."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal, NamedTuple

from tempshell_cli.packs.checks.values.cron import schedule
from tempshell_cli.packs.checks.values.duration import duration
from tempshell_cli.packs.checks.values.paths import Found, Steps
from tempshell_cli.packs.checks.values.quantity import quantity
from tempshell_cli.packs.checks.values.selector import selector

As = Literal["cron", "duration", "image", "path", "percentage", "port", "quantity", "selector", "text", "version"]
# The values of these have an order.
ORDERED = frozenset({"duration", "percentage", "port", "quantity", "version"})
# Kubernetes' fields that are quantities (resource.Quantity) stand below one of these.
_QUANTITIES = frozenset({
    "allocatable", "allocatedResources", "averageValue", "capacity", "default", "defaultRequest", "divisor", "hard",
    "limits", "max", "min", "podFixed", "requests", "sizeLimit", "used",
})  # fmt: skip
_PERCENTAGE = re.compile(r"([0-9]{1,9})%")
_PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?")  # RFC 6335, 5.1
_LAST_PORT = 65535
_VERSION = re.compile(r"v?(\d{1,18}(?:\.\d{1,18})*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
_IMAGE = re.compile(
    r"(?P<name>[^\s:@]+(?::[0-9]+/[^\s:@]+)?)(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>\w+:[0-9a-fA-F]+))?", re.ASCII
)
_DEFAULT_REGISTRY = "docker.io"


class Context(NamedTuple):
    """What a value is compared in: the whole object, where the value stands in it, and where the count of it is."""

    root: object
    found: Found
    of: str | None = None


def read(value: object, as_: As | None, context: Context | None = None) -> object:
    """Return what is equal for values that mean the same, and has the order of what they mean where that has one.

    ``context`` is None for a value that nothing was found for yet: it is only tried. Raises ValueError where the value
    is not what ``as_`` says.
    """
    match as_:
        case None:
            return value
        case "percentage":
            return _percentage(value, context)
        case "port":
            return _port(value, context)
        case _:
            return _READ[as_](value)


def is_alike(found: object, wanted: object, at: Steps) -> bool:
    """Return whether two values that nothing more is said about are the same.

    Numbers are compared as quantities, and so are texts where Kubernetes has quantities; else ``1.10`` is not ``1.1``.
    """
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    are_texts = isinstance(found, str) and isinstance(wanted, str) and _QUANTITIES.isdisjoint(at)
    number = None if are_texts else quantity(found)
    return found == wanted or (number is not None and number == quantity(wanted))


def _text(value: object) -> str:
    """Return a scalar as it is written in JSON, without quotes."""
    if isinstance(value, (dict, list)):
        raise ValueError("a text is expected")  # noqa: TRY004 - the caller's data, not its types
    return value if isinstance(value, str) else json.dumps(value)


def _string(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} is a text")  # noqa: TRY004 - as above
    return value


def _quantity(value: object) -> Decimal:
    number = quantity(value)
    if number is None:
        raise ValueError("a quantity is written like 100m, 0.5 or 1Gi")
    return number


def _image(value: object) -> object:
    """Return registry with repository, and digest or tag: https://pkg.go.dev/github.com/distribution/reference."""
    found = _IMAGE.fullmatch(_string(value, "an image"))
    if found is None:
        raise ValueError("an image is written like nginx:1.29 or registry.example.org/team/app:2")
    registry, slash, repository = found["name"].partition("/")
    if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
        registry, repository = _DEFAULT_REGISTRY, found["name"]
    if registry in {_DEFAULT_REGISTRY, "index.docker.io"}:
        registry = _DEFAULT_REGISTRY
        repository = repository if "/" in repository else f"library/{repository}"
    return f"{registry}/{repository}", (found["digest"] or "").lower() or found["tag"] or "latest"


def _path(value: object) -> object:
    """Return a path without ``//``, ``/./`` and a slash at the end. ``..`` stays: a link may be before it."""
    text = _string(value, "a path")
    return text.startswith("/"), tuple(part for part in text.split("/") if part not in {"", "."})


def _version(value: object) -> object:
    """Return what sorts as https://semver.org/#spec-item-11 has it, with any number of parts."""
    found = _VERSION.fullmatch(_string(value, "a version"))
    if found is None:
        raise ValueError("a version is written like 1.10 or v2.0.1-rc.1")
    numbers = tuple(int(part) for part in found[1].split("."))
    words = (found[2] or "").split(".")
    before = tuple((0, int(word), "") if word.isdecimal() else (1, 0, word) for word in words if word)
    return numbers, not before, before


def _percentage(value: object, context: Context | None) -> object:
    """Return how many of a count a number or a percentage comes to, rounded as the controllers of Kubernetes do."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _PERCENTAGE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a percentage is written like 25%, or is a whole number")
    if context is None or context.of is None:
        return 0
    counts = [count.value for count in Found(context.root).find(context.of)]
    if len(counts) != 1 or not isinstance(counts[0], int):
        raise ValueError(f"there is no single count at {context.of}")
    exact = Decimal(counts[0]) * int(found[1]) / 100
    # Only ``maxUnavailable`` of a Deployment or StatefulSet is rounded down:
    # https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable and, for a
    # PodDisruptionBudget, https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic.
    kind = context.root.get("kind") if isinstance(context.root, Mapping) else None
    is_floor = context.found.at[-1:] == ("maxUnavailable",) and kind in {"Deployment", "StatefulSet"}
    return int(exact.to_integral_value(ROUND_FLOOR if is_floor else ROUND_CEILING))


def _port(value: object, context: Context | None) -> object:
    """Return the number of a port: of a name, that of the nearest ``ports`` around the value that have this name."""
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) <= len("65535") else value
    if isinstance(number, int) and not isinstance(number, bool):
        if not 0 < number <= _LAST_PORT:
            raise ValueError(f"a port is a number from 1 to {_LAST_PORT}")
        return number
    name = _string(value, "a port")
    if not _PORT_NAME.fullmatch(name):
        raise ValueError("a port is a number, or a name of up to 15 lowercase letters, digits and hyphens")
    for ports in _ports_around(context) if context else ():
        for port in ports:
            if isinstance(port, Mapping) and port.get("name") == name:
                return port.get("containerPort", port.get("port", name))
    return name


def _ports_around(context: Context) -> list[list[object]]:
    """Return the lists of ports beside the value, and beside each mapping around it, the nearest first."""
    around, value = [], context.root
    for step in context.found.at:
        if isinstance(value, Mapping) and isinstance(ports := value.get("ports"), list):
            around.append(ports)
        value = value[step]  # type: ignore[index]
    return around[::-1]


_READ: Mapping[str, Callable[[object], object]] = {
    "cron": lambda value: schedule(_string(value, "a schedule")),
    "duration": duration,
    "image": _image,
    "path": _path,
    "quantity": _quantity,
    "selector": selector,
    "text": _text,
    "version": _version,
}
