"""What a learner has left behind in a cluster that would keep a task from being set up again, or from being solved.

All of it is about what is in the way of this task: the other tasks stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.objects import split_ref
from tempshell_cli.packs.checks.shell import ClusterView
from tempshell_cli.packs.format.pack import Task

_SECONDS = 60.0
# What a namespace has by itself, and kinds that follow from other objects.
_OWN = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}
_DERIVED = {"events", "leases", "endpoints", "endpointslices", "controllerrevisions"}
_LAST = {"Pod", "PersistentVolumeClaim"}  # pods go when nothing makes new ones, and claims when no pod has them
# What admission says of who has refused an object, or could not be asked.
_REFUSED = re.compile(r"""(?:webhook "|with binding ')([^"']+)""")
_HOOKS = {
    f"{kind}.admissionregistration.k8s.io"
    for kind in (
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicybindings",
    )
}
_MOST_REFUSALS = 5
_SYSTEM, _DEFAULT = "kube-system", "default"
# What gives the kubeconfig of a terminal its rights: kubeadm makes it from Kubernetes 1.29 on.
_ADMINISTRATORS = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "cluster-admin"},
            "rules": [
                {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
                {"nonResourceURLs": ["*"], "verbs": ["*"]},
            ],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "kubeadm:cluster-admins"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "kubeadm:cluster-admins"},
            ],
        },
    ],
}
_NOT_TO_DELETE = {"node", "nodes", "no", "namespace", "namespaces", "ns"}
Object = dict[str, Any]


class ClusterLeftovers:
    """What is in the way of one task in a cluster that the learner administers. Raises EngineUnavailable."""

    def __init__(self, task: Task, cluster: ClusterView) -> None:
        self._task = task
        self._cluster = cluster
        self._namespaces = set(task.head.namespaces)

    def clear(self) -> None:
        """Remove what is in the way, where the task was set up before."""
        kinds = self._kinds()
        found = self._read(
            ",".join(["namespaces,nodes,services,deployments.apps", *kinds & _HOOKS]), "--all-namespaces"
        )
        namespaces = [one for one in found if one["kind"] == "Namespace" and _name(one) in self._namespaces]
        if not namespaces:
            return
        since = min(str(one["metadata"]["creationTimestamp"]) for one in namespaces)
        if any(str(one["apiVersion"]).startswith("admissionregistration.k8s.io/") for one in found):
            self._admit()
        self._kubectl("auth", "reconcile", "--filename", "-", stdin=json.dumps(_ADMINISTRATORS).encode())
        self._free_nodes(found)
        self._empty(list(map(_name, namespaces)), kinds - _HOOKS)
        self._delete([*self._misplaced(since), *self._with_our_ports(found)])
        for one in namespaces:
            self._restore(one)

    def _kubectl(self, *argv: str, stdin: bytes = b"") -> Completed:
        return self._cluster.kubectl(*argv, stdin=stdin, timeout=_SECONDS)

    def _read(self, *what: str) -> list[Object]:
        """Return objects; none of them where they cannot be read."""
        done = self._kubectl("get", *what, "--ignore-not-found", "--output", "json")
        try:
            found = msgspec.json.decode(done.stdout)
        except msgspec.DecodeError:
            return []
        return list(found.get("items", [found]))

    def _kinds(self) -> set[str]:
        """Return the kinds of objects that a namespace can have, and those of _HOOKS that the cluster has."""
        done = self._kubectl("api-resources", "--verbs", "list,delete", "--no-headers")
        found = set()
        for line in done.stdout.decode(errors="replace").splitlines():
            name, *_, version, is_namespaced, _ = line.split()  # short names may be there, or not
            group = version.rpartition("/")[0]
            full = f"{name}.{group}" if group else name
            if (is_namespaced == "true" and name not in _DERIVED) or full in _HOOKS:
                found.add(full)
        return found

    def _free_nodes(self, found: Sequence[Object]) -> None:
        """Where no node takes pods any more, let all of them; and where nothing answers for names, start it."""
        nodes = [one for one in found if one["kind"] == "Node"]
        if nodes and not any(_takes_pods(node) for node in nodes):
            for node in nodes:
                # Kubernetes' own taints stay, but for that of ``kubectl cordon``.
                taints = [
                    taint
                    for taint in node["spec"].get("taints", [])
                    if "kubernetes.io/" in taint["key"] and taint["key"] != "node.kubernetes.io/unschedulable"
                ]
                patch = json.dumps({"spec": {"unschedulable": None, "taints": taints or None}})
                self._kubectl("patch", "node", _name(node), "--type", "merge", "--patch", patch)
        for one in found:
            if one["kind"] == "Deployment" and _namespace(one) == _SYSTEM and one["spec"].get("replicas") == 0:
                self._kubectl("scale", "deployment", _name(one), "--namespace", _SYSTEM, "--replicas", "1")

    def _admit(self) -> None:
        """Remove webhooks, and bindings of policies, that refuse what any task needs in its namespaces."""
        for _ in range(_MOST_REFUSALS):
            done = self._kubectl("create", "--dry-run=server", "--filename", "-", stdin=self._samples())
            refused = set(_REFUSED.findall(done.stderr.decode(errors="replace")))
            hooks = self._read(",".join(self._kinds() & _HOOKS))
            refusing = [
                one for one in hooks if refused & {_name(one), *(hook["name"] for hook in one.get("webhooks", []))}
            ]
            if not refusing:
                return
            self._delete(refusing)

    def _samples(self) -> bytes:
        """Return one object of each kind that tasks have most, for each namespace, and one that stays."""
        pod = {"containers": [{"name": "sample", "image": "sample"}]}
        labels = {"app": "tempshell-sample"}
        template = {"metadata": {"labels": labels}, "spec": pod}
        kinds: list[tuple[str, str, Object]] = [
            ("v1", "ConfigMap", {}),
            ("v1", "Service", {"spec": {"ports": [{"port": 80}]}}),
            ("v1", "Pod", {"spec": pod}),
            ("apps/v1", "Deployment", {"spec": {"selector": {"matchLabels": labels}, "template": template}}),
        ]
        items = [
            {"apiVersion": version, "kind": kind, "metadata": {"name": "tempshell-sample", "namespace": name}, **rest}
            for name in sorted({*self._namespaces, _DEFAULT})
            for version, kind, rest in kinds
        ]
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}).encode()

    def _empty(self, namespaces: Sequence[str], kinds: Iterable[str]) -> None:
        """Delete all that is in namespaces: first what makes pods, then the pods, then what they have held."""
        there = [one for name in namespaces for one in self._read(",".join(kinds), "--namespace", name)]
        own = [one for one in there if (one["kind"], _name(one)) in _OWN]
        for one in own:
            self._unhold(one)
        self._delete([one for one in there if one["kind"] not in _LAST and one not in own])
        for name in namespaces:
            self._kubectl("delete", "pod", "--all", "--force", "--grace-period", "0", "--namespace", name)
        self._delete([one for one in there if one["kind"] in _LAST - {"Pod"}])

    def _delete(self, objects: Sequence[Object]) -> None:
        """Delete objects, whatever is meant to hold them up."""
        by_namespace: dict[str, list[str]] = {}
        for one in objects:
            by_namespace.setdefault(_namespace(one), []).append(_ref(one))
            self._unhold(one)
        for namespace, names in by_namespace.items():
            where = ("--namespace", namespace) if namespace else ()
            self._kubectl("delete", *names, *where, "--ignore-not-found", "--timeout", "20s")

    def _unhold(self, one: Object) -> None:
        if one["metadata"].get("finalizers"):
            where = ("--namespace", _namespace(one)) if _namespace(one) else ()
            self._kubectl(
                "patch", _ref(one), *where, "--type", "merge", "--patch", '{"metadata": {"finalizers": null}}'
            )

    def _misplaced(self, since: str) -> Iterator[Object]:
        """Yield what the learner has made elsewhere in the place of what the checks look for.

        That is in the whole cluster, and in ``default`` where it should be in another namespace.
        """
        kinds = [kind for check in self._task.head.checks for kind in check.kind.parts()]
        refs = {split_ref(kind.object_ref) for kind in kinds if kind.object_ref}
        refs = {ref for ref in refs if ref[0].partition(".")[0] not in _NOT_TO_DELETE and ref[1] != _DEFAULT}
        for named in (True, False):
            names = sorted({f"{kind}/{name}" for kind, namespace, name in refs if bool(namespace) is named})
            found = self._read(*names, *(("--namespace", _DEFAULT) if named else ())) if names else []
            yield from (one for one in found if str(one["metadata"]["creationTimestamp"]) >= since)

    def _with_our_ports(self, found: Sequence[Object]) -> Iterator[Object]:
        """Yield Services elsewhere that have a port of every node that a check names."""
        ours = set(_numbers(msgspec.to_builtins(self._task.head.checks)))
        for one in found:
            elsewhere = one["kind"] == "Service" and _namespace(one) not in {*self._namespaces, _SYSTEM}
            if elsewhere and ours & {port.get("nodePort") for port in one["spec"].get("ports", [])}:
                yield one

    def _restore(self, namespace: Object) -> None:
        """Take away what the learner has written on a namespace; one that is on its way out is waited for."""
        metadata, name = namespace["metadata"], _name(namespace)
        self._unhold(namespace)
        if metadata.get("deletionTimestamp"):
            self._kubectl("wait", "--for=delete", f"namespace/{name}", f"--timeout={_SECONDS:g}s")
            return
        labels = [f"{key}-" for key in metadata.get("labels", {}) if key != "kubernetes.io/metadata.name"]
        if labels:
            self._kubectl("label", "namespace", name, *labels)


def _name(one: Object) -> str:
    return str(one["metadata"]["name"])


def _ref(one: Object) -> str:
    group = str(one["apiVersion"]).rpartition("/")[0]
    return f"{one['kind'].lower()}{'.' if group else ''}{group}/{_name(one)}"


def _namespace(one: Object) -> str:
    return str(one["metadata"].get("namespace", ""))


def _takes_pods(node: Object) -> bool:
    spec = node["spec"]
    taints = [taint for taint in spec.get("taints", []) if taint.get("effect") != "PreferNoSchedule"]
    return not spec.get("unschedulable") and not taints


def _numbers(value: object) -> Iterator[int]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
