"""What stands around a session's pod: its namespace, its network rules, its service account, its quota."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from tempshell_cli.backends.base import Access, Network, Profile, Template
from tempshell_cli.backends.entry import VARIABLES, variables_script
from tempshell_cli.backends.kubernetes.metadata import Keeping, Origin, object_name
from tempshell_cli.backends.kubernetes.placement import copied_name
from tempshell_cli.backends.kubernetes.pod import grader_limits, limits, quantity, requests, secret_key
from tempshell_cli.backends.labels import SESSION

CORE = "/api/v1"
BATCH = "/apis/batch/v1"
NETWORKING = "/apis/networking.k8s.io/v1"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
_POD_SECURITY = "pod-security.kubernetes.io"
# A person with `edit` practises with workloads of their own, beside the terminal.
_PRACTICE_PODS, _PRACTICE_SHARE = 20, 4
# Not reached from a sandbox: the networks where clusters, their nodes and offices live (RFC 1918, RFC 6598,
# RFC 4193), and the link-local one where clouds hand out a node's credentials.
_INSIDE_V4 = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
_INSIDE_V6 = ("fc00::/7", "fe80::/10")
# Where names are asked for. By pods: those of the namespaces that distributions run them in, or with the label that all
# but OpenShift give them; behind the service's port 53 they listen on that, on 5353 (OpenShift) or on 8053 (Gardener).
# https://docs.redhat.com/en/documentation/openshift_container_platform (networking operators, the DNS Operator)
_DNS_NAMESPACES, _DNS_LABEL = ("kube-system", "openshift-dns"), {"k8s-app": "kube-dns"}
_DNS_PORTS = (53, 5353, 8053)
# By link-local addresses, on port 53 alone: the second, GKE's Cloud DNS, hands out a node's credentials as well.
# https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
# https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns
_DNS_ADDRESSES = ("169.254.20.10/32", "169.254.169.254/32")


class Part(NamedTuple):
    """One object: where its kind lives in the API, and what it is."""

    group: str
    plural: str
    body: dict[str, Any]

    def collection(self, namespace: str) -> str:
        """Return the path of the objects of its kind."""
        return f"{self.group}/namespaces/{namespace}/{self.plural}"


class ApiServer(NamedTuple):
    """Where pods reach the API: addresses and ports. Without addresses: anywhere."""

    addresses: Sequence[str] = ()
    ports: Sequence[int] = (443, 6443)


# Kinds of what a Job owns in a namespace that is not the session's own, for finding them by label.
KINDS = (
    (CORE, "secrets"),
    (CORE, "serviceaccounts"),
    (RBAC, "rolebindings"),
    (NETWORKING, "networkpolicies"),
)
# The rules of a session that there may be, by the end of their names.
POLICIES = ("deny", "dns", "out", "api", "inside")


def namespace(origin: Origin) -> dict[str, Any]:
    """Return the session's own namespace, which lets in only pods that keep to the rules."""
    metadata = origin.metadata(object_name(origin.request.session), "namespace")
    level = "baseline" if origin.request.template.profile is Profile.ADMIN else "restricted"
    metadata["labels"] |= {f"{_POD_SECURITY}/enforce": level, f"{_POD_SECURITY}/enforce-version": "latest"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def workspace_namespace(keeping: Keeping) -> dict[str, Any]:
    """Return the namespace of a workspace: that of its sessions, too, for a pod mounts no claim of another's.

    ``baseline``: what gives the files to their user is root for a moment. Nobody but tempshell makes pods there.
    """
    metadata = keeping.metadata()
    metadata["labels"] |= {f"{_POD_SECURITY}/enforce": "baseline", f"{_POD_SECURITY}/enforce-version": "latest"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def parts(origin: Origin, owner: Mapping[str, Any], api_server: ApiServer, *, own: bool) -> Iterator[Part]:
    """Yield what the Job ``owner`` needs before its pod may run; ``own`` where the namespace is the session's own."""
    template = origin.request.template
    name = object_name(origin.request.session)
    if own:
        yield Part(CORE, "resourcequotas", _quota(_meta(origin, name, owner), template))
        yield Part(CORE, "limitranges", _limit_range(_meta(origin, name, owner), template))
    yield Part(CORE, "serviceaccounts", _account(_meta(origin, name, owner)))
    if template.variables or template.secrets:
        yield Part(CORE, "secrets", _secret(_meta(origin, name, owner), template))
    if template.access is not Access.NONE:
        yield Part(RBAC, "rolebindings", _binding(_meta(origin, name, owner), template.access))
    for suffix, spec in _policies(origin, api_server, own=own):
        body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
        metadata = _meta(origin, f"{name}-{suffix}", owner)
        yield Part(NETWORKING, "networkpolicies", {**body, "metadata": metadata, "spec": spec})


def pull_secret(origin: Origin, owner: Mapping[str, Any], number: int, original: Mapping[str, Any]) -> Part:
    """Return the copy of a pull secret for the namespace of a session's own."""
    metadata = _meta(origin, copied_name(object_name(origin.request.session), number), owner)
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
    return Part(CORE, "secrets", {**body, "type": original["type"], "data": original.get("data") or {}})


def _meta(origin: Origin, name: str, owner: Mapping[str, Any]) -> dict[str, Any]:
    reference = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
    return {**origin.metadata(name, "helper"), "ownerReferences": [reference]}


def _account(metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata,
        "automountServiceAccountToken": False,  # the pod itself says where one is wanted
    }


def _secret(metadata: dict[str, Any], template: Template) -> dict[str, Any]:
    values = {secret_key(secret): secret.value.encode() for secret in template.secrets}
    values[PurePosixPath(VARIABLES).name] = variables_script(template.variables)
    data = {key: base64.b64encode(value).decode() for key, value in values.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data}


def _binding(metadata: dict[str, Any], access: Access) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": str(access)},
        "subjects": [{"kind": "ServiceAccount", "name": metadata["name"]}],
    }


def _quota(metadata: dict[str, Any], template: Template) -> dict[str, Any]:
    """Bound what a person with ``edit`` makes beside the terminal.

    Nobody else makes anything there but the cluster itself, which may put containers of its own into the pod (a service
    mesh, an agent): without ``edit`` there is room for them, with it they count as the person's.
    """
    editing = template.access is Access.EDIT
    most, grader = limits(template), grader_limits(template)
    bounds = {
        "limits.cpu": f"{most.cpu * _PRACTICE_SHARE + grader.cpu}m",
        "limits.memory": quantity(most.memory * _PRACTICE_SHARE + grader.memory),
    }
    hard = {
        "pods": str(_PRACTICE_PODS if editing else 1),
        **(bounds if editing else {}),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
        "persistentvolumeclaims": "2" if editing else "0",
        "requests.storage": "1Gi" if editing else "0",
    }
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}}


def _limit_range(metadata: dict[str, Any], template: Template) -> dict[str, Any]:
    """Give a container that names no limits some, and with ``edit`` bound those of each; see ``_quota``."""
    editing = template.access is Access.EDIT
    most, usual = limits(template), requests(template)
    default = most._replace(memory=most.memory // (_PRACTICE_SHARE if editing else 1))
    asked = usual._replace(memory=default.memory) if editing else usual
    item = {
        "type": "Container",
        "default": default.quantities(),
        "defaultRequest": asked.quantities(),
        **({"max": most.quantities()} if editing else {}),
    }
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": {"limits": [item]}}


def _policies(origin: Origin, api_server: ApiServer, *, own: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield deny all, then what is allowed: names, the outside, and where the person may use it the API."""
    template = origin.request.template
    pods = {} if own else {"matchLabels": {SESSION: origin.request.session}}
    yield "deny", {"podSelector": pods, "policyTypes": ["Ingress", "Egress"]}
    if template.network is Network.NONE:
        return
    yield "dns", _egress(pods, *_DNS)
    yield "out", _egress(pods, {"to": [_outside("0.0.0.0/0", _INSIDE_V4), _outside("::/0", _INSIDE_V6)]})
    if template.access is not Access.NONE:
        yield "api", _egress(pods, _to_api(api_server))
    if own and template.access is Access.EDIT:
        peers: dict[str, Any] = {"podSelector": {}}
        rules = {"ingress": [{"from": [peers]}], "egress": [{"to": [peers]}]}
        yield "inside", {"podSelector": pods, "policyTypes": ["Ingress", "Egress"], **rules}


def _egress(pods: dict[str, Any], *rules: dict[str, Any]) -> dict[str, Any]:
    return {"podSelector": pods, "policyTypes": ["Egress"], "egress": list(rules)}


def _outside(everything: str, inside: Sequence[str]) -> dict[str, Any]:
    return {"ipBlock": {"cidr": everything, "except": list(inside)}}


def _to_api(server: ApiServer) -> dict[str, Any]:
    to = [{"ipBlock": {"cidr": f"{address}/{128 if ':' in address else 32}"}} for address in server.addresses]
    ports = [{"protocol": "TCP", "port": port} for port in server.ports]
    return {"to": to, "ports": ports} if to else {"ports": ports}


def _ports(*numbers: int) -> list[dict[str, Any]]:
    return [{"protocol": protocol, "port": number} for protocol in ("UDP", "TCP") for number in numbers]


_NAME = "kubernetes.io/metadata.name"  # the label that every namespace has with its name, from Kubernetes 1.21 on
_DNS = (
    {
        "to": [
            {"namespaceSelector": {}, "podSelector": {"matchLabels": _DNS_LABEL}},
            {
                "namespaceSelector": {
                    "matchExpressions": [{"key": _NAME, "operator": "In", "values": list(_DNS_NAMESPACES)}]
                }
            },
        ],
        "ports": _ports(*_DNS_PORTS),
    },
    {"to": [{"ipBlock": {"cidr": address}} for address in _DNS_ADDRESSES], "ports": _ports(53)},
)
