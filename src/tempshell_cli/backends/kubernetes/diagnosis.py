"""What stands in the way of using a cluster, and what it has beyond pods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tempshell_cli.backends.base import Capability, Problem
from tempshell_cli.backends.kubernetes import credentials as kubeconfigs
from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.backends.kubernetes.api import Api, Object, Refused
from tempshell_cli.backends.kubernetes.cluster import Clusters
from tempshell_cli.backends.kubernetes.rights import missing
from tempshell_cli.backends.kubernetes.target import ClusterTarget
from tempshell_cli.core.errors import EngineUnavailable

# What answers for names: as everywhere else, and as on OpenShift.
_NAMES = ("kube-system/endpoints/kube-dns", "openshift-dns/endpoints/dns-default")


def problems(clusters: Clusters, target: ClusterTarget) -> Sequence[Problem]:
    """Return what is missing; what depends on it is not looked for."""
    found = list(_on_this_machine(target))
    return found or list(_in_the_cluster(clusters, target))


def extras(api: Api) -> set[Capability]:
    """Return the capabilities that the cluster itself has; what we may not see it has not."""
    names = (_get(api, f"/api/v1/namespaces/{where}") or {} for where in _NAMES)
    return {Capability.CLUSTER_DNS} if any(one.get("subsets") for one in names) else set()


def _on_this_machine(target: ClusterTarget) -> Iterator[Problem]:
    if not kubectl.is_here():
        yield Problem("the kubectl command is missing", kubectl.INSTALL)
    if not kubeconfigs.kubeconfig_files():
        yield Problem("there is no kubeconfig", "put one at ~/.kube/config, or set KUBECONFIG")
        return
    try:
        kubeconfigs.refuse_unreadable()
    except EngineUnavailable as cause:
        yield Problem(str(cause), cause.hint)
        return
    known = kubeconfigs.contexts()
    if not target.context:
        yield Problem("the kubeconfig has no current context", _choose(known))
    elif target.context not in known:
        yield Problem(f"the kubeconfig has no context {target.context!r}", _choose(known))


def _in_the_cluster(clusters: Clusters, target: ClusterTarget) -> Iterator[Problem]:
    try:
        api = clusters.current()
        if refused := list(missing(api, target.namespace)):
            where = f"in namespace {target.namespace}" if target.namespace else "in this cluster"
            rbac = f"tempshell rbac --namespace {target.namespace}" if target.namespace else "tempshell rbac"
            yield Problem(
                f"you may not {'; '.join(refused)} {where}",
                f"have an administrator apply what `{rbac}` prints",
            )
    except EngineUnavailable as cause:
        yield Problem(str(cause), cause.hint)


def _choose(known: Iterable[str]) -> str:
    names = ", ".join(sorted(known))
    return f"choose one with --context: {names}" if names else "see `kubectl config get-contexts`"


def _get(api: Api, path: str) -> Object | None:
    try:
        return api.get(path)
    except Refused:
        return None
