"""What stands in the way of using a cluster, and what it has beyond pods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tempshell_cli.backends.base import Capability, Problem
from tempshell_cli.backends.kubernetes import credentials as kubeconfigs
from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.backends.kubernetes.api import Api, Object, Refused
from tempshell_cli.backends.kubernetes.cluster import Clusters
from tempshell_cli.backends.kubernetes.marks import name_of
from tempshell_cli.backends.kubernetes.place import Place
from tempshell_cli.backends.kubernetes.rights import missing
from tempshell_cli.core.errors import EngineUnavailable

# DaemonSets of networks that enforce NetworkPolicies. (kind's own does since kind 0.24; its tag tells.)
_ENFORCING = ("calico-node", "cilium", "weave-net", "antrea-agent", "kube-router", "anetd", "kube-network-policies")
_KINDNET, _KINDNET_ENFORCES = "kindnet", 20240813  # the date in its image's tag


def problems(clusters: Clusters, place: Place) -> Sequence[Problem]:
    """Return what is missing; what depends on it is not looked for."""
    found = list(_on_this_machine(place))
    return found or list(_in_the_cluster(clusters, place))


def extras(api: Api) -> set[Capability]:
    """Return the capabilities that the cluster itself has; what we may not see it has not."""
    found = set()
    if (_get(api, "/api/v1/namespaces/kube-system/endpoints/kube-dns") or {}).get("subsets"):
        found.add(Capability.CLUSTER_DNS)
    if _enforces_policies(api):
        found.add(Capability.NETPOL_ENFORCED)
    return found


def _on_this_machine(place: Place) -> Iterator[Problem]:
    if not kubectl.is_here():
        yield Problem("the kubectl command is missing", kubectl.INSTALL)
    if not kubeconfigs.kubeconfig_files():
        yield Problem("there is no kubeconfig", "put one at ~/.kube/config, or set KUBECONFIG")
        return
    known = kubeconfigs.contexts()
    if not place.context:
        yield Problem("the kubeconfig has no current context", _choose(known))
    elif place.context not in known:
        yield Problem(f"the kubeconfig has no context {place.context!r}", _choose(known))


def _in_the_cluster(clusters: Clusters, place: Place) -> Iterator[Problem]:
    try:
        api = clusters.current()
        if lacking := list(missing(api, place.namespace)):
            where = f"in namespace {place.namespace}" if place.namespace else "in this cluster"
            yield Problem(
                f"you may not {'; '.join(lacking)} {where}",
                f"have an administrator apply what `{_rbac(place.namespace)}` prints",
            )
    except EngineUnavailable as cause:
        yield Problem(str(cause), cause.hint)


def _rbac(namespace: str) -> str:
    return f"tempshell rbac --namespace {namespace}" if namespace else "tempshell rbac"


def _choose(known: Iterable[str]) -> str:
    names = ", ".join(sorted(known))
    return f"choose one with --context: {names}" if names else "see `kubectl config get-contexts`"


def _enforces_policies(api: Api) -> bool:
    try:
        networks = api.items("/apis/apps/v1/namespaces/kube-system/daemonsets")
    except Refused:
        return False
    for network in networks:
        name = name_of(network)
        images = [str(one["image"]) for one in network["spec"]["template"]["spec"]["containers"]]
        if name in _ENFORCING or (name == _KINDNET and any(_kindnet_date(one) >= _KINDNET_ENFORCES for one in images)):
            return True
    return False


def _kindnet_date(image: str) -> int:
    date = image.rpartition(":v")[2].partition("-")[0]
    return int(date) if date.isdecimal() else 0


def _get(api: Api, path: str) -> Object | None:
    try:
        return api.get(path)
    except Refused:
        return None
