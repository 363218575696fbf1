"""Other spellings of a right answer: objects that mean the same and are written otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tempshell_cli.packs.authoring.mutation.excess import pod_spec_path
from tempshell_cli.packs.authoring.mutation.fields import MISSING, Object, at, comes_to, with_value
from tempshell_cli.packs.authoring.mutation.values import Path, dotted
from tempshell_cli.packs.checks.values.quantity import quantity

Spelling = tuple[str, Object]  # how it is written, in words, and the object

_BINARY = re.compile(r"\d+[KMGTPE]i")
_REFERS = "$("  # a variable that refers to an earlier one
# Lists in which the order has no meaning, and which no other list of the API is called like.
_UNORDERED = {
    *("accessModes", "add", "apiGroups", "drop", "egress", "env", "from", "ingress", "policyTypes", "ports"),
    *("resourceNames", "resources", "subjects", "to", "values", "verbs", "volumeMounts", "volumes"),
}


def other_spellings(new: Object, asked: Sequence[Path], among: Iterable[Object]) -> Iterator[Spelling]:
    """Yield the object as others would write it; ``among`` are the objects that its names and labels may lead to."""
    yield from _selectors(new, asked)
    yield from _quantities(new, asked)
    yield from _shares(new)
    yield from _ports(new, asked, list(among))
    yield from _images(new, asked)
    yield from _orders(new, asked)
    schedule = at(new, ("spec", "schedule"))
    if ("spec", "schedule") in asked and isinstance(schedule, str) and re.fullmatch(r"(\S+ ){4}\*", schedule):
        other = f"{schedule[:-1]}0-6"
        yield f"spec.schedule is `{other}`", with_value(new, ("spec", "schedule"), other)


def _selectors(new: Object, asked: Sequence[Path]) -> Iterator[Spelling]:
    for path in dict.fromkeys(one[: one.index("matchLabels")] for one in asked if "matchLabels" in one):
        selector = at(new, path)
        listed = [{"key": key, "operator": "In", "values": [one]} for key, one in selector["matchLabels"].items()]
        there = selector.get("matchExpressions") or []
        yield f"{dotted(path)} has matchExpressions", with_value(new, path, {"matchExpressions": [*there, *listed]})
    for path in dict.fromkeys(one[: one.index("matchExpressions")] for one in asked if "matchExpressions" in one):
        selector = at(new, path)
        one_each = {
            one["key"]: one["values"][0]
            for one in selector["matchExpressions"]
            if one["operator"] == "In" and len(one["values"]) == 1
        }
        if (
            len(one_each) == len(selector["matchExpressions"])
            and not one_each.keys() & selector.get("matchLabels", {}).keys()
        ):
            labels = {**selector.get("matchLabels", {}), **one_each}
            yield f"{dotted(path)} has matchLabels", with_value(new, path, {"matchLabels": labels})


def _quantities(new: Object, asked: Sequence[Path]) -> Iterator[Spelling]:
    """Yield sizes in bytes. An API server writes most other spellings alike."""
    for path in asked:
        value = at(new, path)
        sized = {"limits", "requests", "sizeLimit", "hard"} & set(path)
        if sized and isinstance(value, str) and _BINARY.fullmatch(value) and (size := quantity(value)) is not None:
            yield f"{dotted(path)} is `{size:.0f}`", with_value(new, path, f"{size:.0f}")


def _shares(new: Object) -> Iterator[Spelling]:
    """Yield percentages of the replicas that come to the same numbers: the surge is rounded up, the other down."""
    replicas, where = at(new, ("spec", "replicas")), ("spec", "strategy", "rollingUpdate")
    if new["kind"] != "Deployment" or not isinstance(replicas, int) or replicas < 1:
        return
    for key, is_rounded_up in (("maxSurge", True), ("maxUnavailable", False)):
        path = (*where, key)
        number = at(new, path)
        if isinstance(number, int):
            percent = number * 100 // replicas if is_rounded_up else -(-number * 100 // replicas)
            if comes_to(new, path, f"{percent}%") == number:
                yield f"{dotted(path)} is {percent}%", with_value(new, path, f"{percent}%")


def _ports(new: Object, asked: Sequence[Path], among: Sequence[Object]) -> Iterator[Spelling]:
    """Yield ports by name in the place of their numbers, and the other way round."""
    for path in asked:
        where: Path = path
        value = at(new, path)
        if path[-1] == "targetPort":
            known = _ports_behind(new, among)
        elif path[-1] == "port" and path[-2] in {"httpGet", "tcpSocket"}:
            container = path[: len(pod_spec_path(new)) + 2]
            known = [
                {one["name"]: one["containerPort"] for one in at(new, container).get("ports", ()) if "name" in one}
            ]
        elif path[-2:-1] == ("port",) and path[-1] in {"number", "name"} and new["kind"] == "Ingress":
            known = _ports_of_service(new, path, among)
            where = path[:-1]
        else:
            continue
        other = _other_name(value, known)
        if other is not MISSING:
            key = "name" if isinstance(other, str) else "number"
            written = other if where == path else {key: other}
            shown = f"`{other}`" if isinstance(other, str) else str(other)
            yield f"{dotted(where)} is {shown}", with_value(new, where, written)


def _other_name(value: object, known: Sequence[Mapping[str, int]]) -> Any:  # noqa: ANN401 - a number or a name
    """Return how else a port is called that all of ``known`` have alike, by name; ``MISSING`` where they do not."""
    if not known:
        return MISSING
    for name, number in known[0].items():
        if value in {name, number} and all(one.get(name) == number for one in known):
            return number if value == name else name
    return MISSING


def _ports_behind(service: Object, among: Sequence[Object]) -> list[dict[str, int]]:
    """Return the named ports of all pods that a Service selects, by the templates of workloads and bare pods."""
    selector, namespace = at(service, ("spec", "selector")), service["metadata"].get("namespace")
    found: list[dict[str, int]] = []
    for one in among:
        path = pod_spec_path(one)
        labels = at(one, (*path[:-1], "metadata", "labels")) if path else MISSING
        is_alive = one["metadata"].get("namespace") == namespace and one["kind"] != "ReplicaSet"
        owners = one["metadata"].get("ownerReferences")
        if not isinstance(selector, Mapping) or not isinstance(labels, Mapping) or not is_alive or owners:
            continue
        if selector.items() <= labels.items():
            containers = at(one, (*path, "containers"))
            ports = (port for container in containers for port in container.get("ports", ()))
            found.append({port["name"]: port["containerPort"] for port in ports if "name" in port})
    return found


def _ports_of_service(ingress: Object, path: Path, among: Sequence[Object]) -> list[dict[str, int]]:
    name, namespace = at(ingress, (*path[:-2], "name")), ingress["metadata"].get("namespace")
    return [
        {port["name"]: port["port"] for port in at(one, ("spec", "ports")) if "name" in port}
        for one in among
        if one["kind"] == "Service"
        and one["metadata"]["name"] == name
        and one["metadata"].get("namespace") == namespace
    ]


def _images(new: Object, asked: Sequence[Path]) -> Iterator[Spelling]:
    """Yield images with the registry that they come from where none is named."""
    for path in asked:
        image = at(new, path)
        if path[-1] != "image" or not isinstance(image, str):
            continue
        first, _, rest = image.partition("/")
        if rest and (first == "localhost" or re.search(r"[.:]", first)):
            continue
        full = f"docker.io/{image}" if rest else f"docker.io/library/{image}"
        yield f"{dotted(path)} is `{full}`", with_value(new, path, full)


def _orders(new: Object, asked: Sequence[Path]) -> Iterator[Spelling]:
    """Yield lists in another order where that has no meaning."""
    nodes = (path[: place + 1] for path in asked for place, step in enumerate(path[:-1]) if step in _UNORDERED)
    for node in dict.fromkeys(nodes):
        items = at(new, node)
        if isinstance(items, list) and len(items) > 1 and _REFERS not in str(items):
            yield f"{dotted(node)} has another order", with_value(new, node, items[::-1])
