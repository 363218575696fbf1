"""Lists of Kubernetes whose order has no meaning, and containers that are written among the init containers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tempshell_cli.packs.checks.values.meaning import is_alike
from tempshell_cli.packs.checks.values.paths import Steps

# What distinguishes the items of such a list, in the order in which it is tried: ``x-kubernetes-list-map-keys`` of
# https://github.com/kubernetes/kubernetes/blob/master/api/openapi-spec/swagger.json, and the merge keys of patches.
_NAME = (("name",),)
_KEYS: Mapping[str, Sequence[tuple[str, ...]]] = {
    "conditions": (("type",),),
    "containers": _NAME,
    "env": _NAME,
    "ephemeralContainers": _NAME,
    "hostAliases": (("ip",),),
    "imagePullSecrets": _NAME,
    "ports": (("containerPort", "protocol"), ("port", "protocol"), ("name",)),
    "resourceClaims": _NAME,
    "secrets": _NAME,
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "volumeDevices": (("devicePath",),),
    "volumeMounts": (("mountPath",),),
    "volumes": _NAME,
}
_DEFAULTS = {"protocol": "TCP", "whenUnsatisfiable": "DoNotSchedule"}
_SETS = frozenset({
    "accessModes", "add", "apiGroups", "drop", "finalizers", "nonResourceURLs", "policyTypes", "resourceNames",
    "resources", "values", "verbs",
})  # fmt: skip


def arranged(want: Sequence[object], found: Sequence[object], at: Steps) -> list[object]:
    """Return a list that was found, of the same length, in the order of the wanted one where the order has no meaning.

    What is wanted and is not there has beside it something that is there and is not wanted.
    """
    left = list(found)
    placed: list[list[object]] = []
    for item in want:
        place = next((place for place, other in enumerate(left) if _belong(item, other, want, at)), None)
        placed.append([] if place is None else [left.pop(place)])
    return [one[0] if one else left.pop(0) for one in placed]


def _belong(wanted: object, found: object, want: Sequence[object], at: Steps) -> bool:
    """Return whether two items are the same one of a list, whatever else is said of it."""
    name = at[-1] if at else ""
    if name in _SETS:
        return is_alike(found, wanted, at)
    for keys in _KEYS.get(str(name), ()):
        if all(isinstance(item, Mapping) and keys[0] in item for item in want):
            return _identity(wanted, keys) == _identity(found, keys)
    return False


def _identity(item: object, keys: Sequence[str]) -> list[str] | None:
    return [str(item.get(key, _DEFAULTS.get(key))) for key in keys] if isinstance(item, Mapping) else None


def with_sidecars(value: object) -> object:
    """Return an object in which native sidecars, init containers that go on running, are containers, too."""
    if isinstance(value, list):
        return [with_sidecars(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {key: with_sidecars(item) for key, item in value.items()}
    containers, init = inner.get("containers"), inner.get("initContainers")
    if isinstance(containers, list) and isinstance(init, list):
        sidecars = [one for one in init if isinstance(one, dict) and one.get("restartPolicy") == "Always"]
        inner["containers"] = [*containers, *sidecars]
    return inner
