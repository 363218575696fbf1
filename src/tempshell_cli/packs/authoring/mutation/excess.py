"""Answers that do too much: rights, ports, peers and capabilities that nobody has asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tempshell_cli.packs.authoring.mutation.fields import MISSING, Object, at, with_value
from tempshell_cli.packs.authoring.mutation.mutation import Wording
from tempshell_cli.packs.authoring.mutation.values import Path, dotted

Fault = tuple[str, Object]  # what is wrong, in words, and the object with it

_NOTHING_ELSE = (
    r"nothing else|\bno (more|other)\b|\b(just|only) th(is|ese)\b|\bexactly\b|\botherwise (stay|unchanged|as)"
)
_SPEAKS_OF_RIGHTS = r"capabilit|privileg|\brights?\b|\bsecur"
_SPEAKS_OF_THE_ENVIRONMENT = r"\benvironment\b(?! variable)"
NOBODY = {"tempshell.io/nobody": "has-this"}
_DIRECTIONS = {"Ingress": ("ingress", "from", "in"), "Egress": ("egress", "to", "out")}
_EVERYBODY: Mapping[str, Mapping[str, Any]] = {
    "every pod of every namespace": {"namespaceSelector": {}},
    "every pod beside it": {"podSelector": {}},
}
_LAST_PORT = 65535


def too_much(new: Object, wording: Wording) -> Iterator[Fault]:
    """Yield what the object could do, or let through, beyond what a solution does."""
    kind, is_closed = new["kind"], wording.says(_NOTHING_ELSE)
    match kind:
        case "Role" | "ClusterRole":
            yield from _more_rights(new)
        case "RoleBinding" | "ClusterRoleBinding":
            subject = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:serviceaccounts"}
            subjects = at(new, ("subjects",))
            more = [*(subjects if isinstance(subjects, list) else []), subject]
            yield "also for every ServiceAccount", with_value(new, ("subjects",), more)
        case "Service":
            yield from _more_ports(new)
        case "NetworkPolicy":
            yield from _more_traffic(new)
        case "ConfigMap" | "Secret":
            if is_closed and isinstance(data := new.get("data"), Mapping) and data:
                yield "also has the key `extra`", with_value(new, ("data", "extra"), next(iter(data.values())))
        case _:
            yield from _more_in_pods(new, wording, is_closed=is_closed)
    yield from _selects_nothing(new)


def pod_spec_path(found: Object) -> Path:
    """Return where an object has the spec of its pods; () for one that has none."""
    paths: tuple[Path, ...] = (("spec", "jobTemplate", "spec", "template", "spec"), ("spec", "template", "spec"))
    candidates = (*paths, ("spec",)) if found["kind"] == "Pod" else paths
    return next((path for path in candidates if at(found, (*path, "containers")) is not MISSING), ())


def _more_rights(new: Object) -> Iterator[Fault]:
    for index, rule in enumerate(new.get("rules") or ()):
        for key, more in (("verbs", ("delete", "create", "*")), ("resources", ("secrets", "configmaps", "*"))):
            there = rule.get(key)
            if not there or "*" in there:
                continue
            path = ("rules", index, key)
            first = next(one for one in more if one not in there)
            for one in dict.fromkeys((first, "*")):
                yield f"also `{one}` in {dotted(path)}", with_value(new, path, [*there, one])
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    yield "also everything else", with_value(new, ("rules",), [*(new.get("rules") or ()), everything])


def _more_ports(new: Object) -> Iterator[Fault]:
    ports = at(new, ("spec", "ports"))
    if not isinstance(ports, list) or not ports:
        return
    named = [{"name": f"port-{one['port']}", **one} for one in ports]  # several must have names
    more = max(one["port"] for one in ports) % _LAST_PORT + 1
    extra = {key: one for key, one in ports[-1].items() if key != "nodePort"} | {"name": "extra", "port": more}
    yield f"also the port {more}", with_value(new, ("spec", "ports"), [*named, extra])


def _more_traffic(new: Object) -> Iterator[Fault]:
    types = at(new, ("spec", "policyTypes"))
    types = list(types) if isinstance(types, list) else ["Ingress"]
    for type_, (direction, peers, way) in _DIRECTIONS.items():
        if type_ not in types:
            yield f"also lets nothing {way}", with_value(new, ("spec", "policyTypes"), [*types, type_])
            continue
        found = at(new, ("spec", direction))
        rules: list[Any] = found if isinstance(found, list) else []
        if {} in rules:
            continue
        yield f"also lets everything {way}", with_value(new, ("spec", direction), [*rules, {}])
        for index, rule in enumerate(rules):
            where: Path = ("spec", direction, index)
            there = rule.get(peers)
            if there and {"namespaceSelector": {}} not in there:
                for who, peer in _EVERYBODY.items():
                    if peer not in there:
                        yield f"also {who} in {dotted(where)}", with_value(new, (*where, peers), [*there, peer])
            if there := rule.get("ports"):
                last = there[-1].get("endPort", there[-1].get("port"))
                more = last % _LAST_PORT + 1 if isinstance(last, int) else _LAST_PORT
                port = {"protocol": there[-1].get("protocol", "TCP"), "port": more}
                yield f"also the port {more} in {dotted(where)}", with_value(new, (*where, "ports"), [*there, port])


def _more_in_pods(new: Object, wording: Wording, *, is_closed: bool) -> Iterator[Fault]:
    pods = pod_spec_path(new)
    if not pods:
        return
    containers, volumes = at(new, (*pods, "containers")), at(new, pods).get("volumes") or ()
    for index, container in enumerate(containers):
        if not (wording.names(container["name"]) or len(containers) == 1):
            continue
        path: Path = (*pods, "containers", index)
        if container.get("securityContext") and wording.says(_SPEAKS_OF_RIGHTS):
            added = (*path, "securityContext", "capabilities", "add")
            there = at(new, added)
            more = [*(there if isinstance(there, list) else []), "NET_ADMIN"]
            yield f"also the capability NET_ADMIN in {dotted(path)}", with_value(new, added, more)
        secrets = [volume["secret"]["secretName"] for volume in volumes if "secret" in volume]
        for secret in secrets if wording.says(_SPEAKS_OF_THE_ENVIRONMENT) else ():
            given = [*container.get("envFrom", ()), {"secretRef": {"name": secret}}]
            yield f"also the keys of `{secret}` as variables", with_value(new, (*path, "envFrom"), given)
        if is_closed:
            env = [*container.get("env", ()), {"name": "EXTRA", "value": "1"}]
            yield f"also the variable EXTRA in {dotted(path)}", with_value(new, (*path, "env"), env)
    if is_closed:
        extra = {"name": "extra", "image": containers[0]["image"], "command": ["sleep", "600"]}
        yield "also a container `extra`", with_value(new, (*pods, "containers"), [*containers, extra])
        more = [*volumes, {"name": "extra", "emptyDir": {}}]
        yield "also a volume `extra`", with_value(new, (*pods, "volumes"), more)


def _selects_nothing(new: Object) -> Iterator[Fault]:
    """Yield the object with a selector to which a label is added that nothing has."""
    found = {
        "Service": ("spec", "selector"),
        "NetworkPolicy": ("spec", "podSelector"),
        "PodDisruptionBudget": ("spec", "selector"),
    }.get(new["kind"])
    if not found or not isinstance(at(new, found), Mapping):
        return
    path: Path = found if new["kind"] == "Service" else (*found, "matchLabels")
    there = at(new, path)
    labels = {**(there if isinstance(there, Mapping) else {}), **NOBODY}
    yield f"{dotted(found)} selects nothing", with_value(new, path, labels)
