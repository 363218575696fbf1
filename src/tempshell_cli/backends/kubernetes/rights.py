"""What tempshell has to be allowed in a cluster: one table, for asking the cluster and for asking its administrator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tempshell_cli.backends.kubernetes.api import Api

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_RBAC = "rbac.authorization.k8s.io"


class Right(NamedTuple):
    """Some verbs on some resources of one API group; ``needed`` where no session starts without."""

    group: str
    resources: Sequence[str]
    verbs: Sequence[str]
    names: Sequence[str] = ()
    needed: bool = True

    def rule(self) -> dict[str, Any]:
        """Return it as a rule of a Role."""
        rule: dict[str, Any] = {
            "apiGroups": [self.group],
            "resources": list(self.resources),
            "verbs": list(self.verbs),
        }
        return {**rule, "resourceNames": list(self.names)} if self.names else rule


class Subject(NamedTuple):
    """Who is granted it: a ``User``, a ``Group``, or a ``ServiceAccount`` of a namespace."""

    kind: str
    name: str
    namespace: str = ""

    def reference(self) -> dict[str, str]:
        """Return it as a binding names it."""
        if self.kind == "ServiceAccount":
            return {"kind": self.kind, "name": self.name, "namespace": self.namespace}
        return {"apiGroup": _RBAC, "kind": self.kind, "name": self.name}


# In the namespace of a session. Nothing here reads a secret.
_IN_NAMESPACE = (
    Right("batch", ("jobs",), ("create", "get", "list", "patch", "delete")),
    Right("", ("pods",), ("get", "list", "delete")),
    Right("", ("pods",), ("watch",), needed=False),  # else they are listed again and again
    Right("", ("pods/exec",), ("create", "get")),  # kubectl dials by POST or, over WebSockets, by GET
    Right("", ("pods/log",), ("get",), needed=False),  # whether the first process holds; else that it runs counts
    Right("", ("events",), ("list",)),
    Right("", ("serviceaccounts",), ("create", "delete")),
    Right("", ("secrets",), ("create", "delete")),
    Right("networking.k8s.io", ("networkpolicies",), ("create", "delete")),
    # For --workspace.
    Right("", ("persistentvolumeclaims",), ("create", "get", "list", "patch", "delete"), needed=False),
    # For --cluster-access: to hand on these two roles, within this namespace, without having them.
    Right(_RBAC, ("rolebindings",), ("create", "delete"), needed=False),
    Right(_RBAC, ("clusterroles",), ("bind",), ("view", "edit"), needed=False),
)
# For namespaces of their own.
_CLUSTER_WIDE = (
    Right("", ("namespaces",), ("create", "get", "list", "patch", "delete")),
    Right("", ("resourcequotas",), ("create", "get")),
    Right("", ("limitranges",), ("create",)),
    Right("", ("nodes",), ("list",), needed=False),  # which images they have
    Right("", ("endpoints",), ("get",), ("kubernetes", "kube-dns", "dns-default"), needed=False),  # the API, names
)


def rights(namespace: str) -> Sequence[Right]:
    """Return all that tempshell makes use of: in one namespace, or with "" in namespaces that it makes."""
    return _IN_NAMESPACE if namespace else (*_CLUSTER_WIDE, *_IN_NAMESPACE)


def missing(api: Api, namespace: str) -> Iterator[str]:
    """Yield what is needed and not allowed, as ``create jobs``; the cluster itself is asked."""
    for right in rights(namespace):
        for resource in right.resources if right.needed else ():
            refused = [verb for verb in right.verbs if not _may(api, namespace, right.group, resource, verb)]
            if refused:
                yield f"{', '.join(refused)} {resource}"


def manifests(namespace: str, subject: Subject | None = None) -> list[dict[str, Any]]:
    """Return what an administrator applies so that the subject can use tempshell.

    Without a subject it is for a service account, made along with it. With "" for the namespace sessions get
    namespaces of their own, and the subject can enter every pod of the cluster: that is what it takes.
    """
    account = Subject("ServiceAccount", "tempshell", namespace or "tempshell")
    return [*([] if subject else _account(account, namespace)), *_role(namespace, subject or account)]


def _account(account: Subject, namespace: str) -> list[dict[str, Any]]:
    made = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": account.name, "namespace": account.namespace},
    }
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": account.namespace}}
    return [made] if namespace else [home, made]


def _role(namespace: str, subject: Subject) -> list[dict[str, Any]]:
    prefix = "" if namespace else "Cluster"
    metadata = {"name": "tempshell", **({"namespace": namespace} if namespace else {})}
    role = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": f"{prefix}Role",
        "metadata": metadata,
        "rules": [right.rule() for right in rights(namespace)],
    }
    binding = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": f"{prefix}RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": _RBAC, "kind": f"{prefix}Role", "name": "tempshell"},
        "subjects": [subject.reference()],
    }
    return [role, binding]


def _may(api: Api, namespace: str, group: str, resource: str, verb: str) -> bool:
    plural, _, sub = resource.partition("/")
    asked = {"group": group, "resource": plural, "subresource": sub, "verb": verb, "namespace": namespace}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    answer = api.create(_REVIEWS, {**review, "spec": {"resourceAttributes": asked}})
    return bool(answer["status"]["allowed"])
