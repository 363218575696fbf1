"""What the parts of a session's cluster are called. kind takes no labels, so its parts are known by name."""

from __future__ import annotations

import re

from tempshell_cli.backends.base import NO_KUBERC

KIND_CLUSTER = "io.x-k8s.kind.cluster"  # kind's own label: the cluster's name
TERMINAL = "cluster-terminal"  # the component label of the container that people are in
WORKSPACE_HELPER = "cluster-workspace"  # of the one that gives the files of a workspace to their user
NETWORK = "cluster-network"  # and of the network
COMPONENTS = "cluster"  # how the component of every part but the nodes begins
# The kubectl of a node, as an administrator whom no change of roles locks out: system:masters. From 1.29 on kubeadm has
# a kubeconfig for that, and the usual one is in a group that a binding gives its rights; before, the usual one will do.
# https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/
_KUBECONFIGS = ("/etc/kubernetes/super-admin.conf", "/etc/kubernetes/admin.conf")  # of these the first that is there
ADMIN = (
    *("/usr/bin/env", f"KUBECONFIG={':'.join(_KUBECONFIGS)}"),
    *(*(f"{name}={value}" for name, value in NO_KUBERC.items()), "kubectl"),
)
_OURS = re.compile(r"ckad-([0-9a-f]{8})")


def cluster_name(session: str) -> str:
    """Return the name of a session's cluster, and of its network."""
    return f"ckad-{session}"


def session_of(cluster: str) -> str:
    """Return the session of a cluster; "" for one that is not ours."""
    found = _OURS.fullmatch(cluster)
    return found[1] if found else ""


def control_plane_name(session: str) -> str:
    """Return the name of the node that kind makes first."""
    return f"{cluster_name(session)}-control-plane"


def terminal_name(session: str) -> str:
    """Return the name of the terminal container."""
    return f"term-{cluster_name(session)}"


def filler_name(session: str) -> str:
    """Return the name of the container that only fills the volume with the kubeconfig."""
    return f"fill-{cluster_name(session)}"


def helper_name(session: str) -> str:
    """Return the name of the container that gives the files of a workspace to their user."""
    return f"{terminal_name(session)}-workspace"


def record_name(session: str, number: int) -> str:
    """Return the name of the volume that stands for the session: each change of the record makes another."""
    return f"{cluster_name(session)}-{number}"


def kubeconfig_name(session: str) -> str:
    """Return the name of the volume with the kubeconfig that the terminal sees."""
    return f"{cluster_name(session)}-kubeconfig"
