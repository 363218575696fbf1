"""The nodes as machines to work on: a person's shell is root's on the first of them.

The image gives each node its tools, its name and its keys (``images/node``); what one has to know of the others, and
what is in the cluster, is done here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tempshell_cli.backends.base import Report, Template
from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.images import built, ensure_image, has_image, pull
from tempshell_cli.backends.kind.names import ADMIN
from tempshell_cli.backends.kind.terminal import ensure_terminal_image
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.paths import shipped

_IDENTIFY = "cat /proc/sys/kernel/hostname /etc/ssh/ssh_host_ed25519_key.pub /root/.ssh/id_ed25519.pub"
_OURS = "# tempshell"  # ends lines of /etc/hosts; after a restart of the node they are gone, or have old addresses
# The engine has mounted /etc/hosts, so that it can be written, and not replaced.
_INTRODUCE = f"""
set -e
others=$(grep -v '{_OURS}$' /etc/hosts)
printf '%s\\n%s\\n' "$others" "$1" >/etc/hosts
printf '%s\\n' "$2" >/etc/ssh/ssh_known_hosts
cd /root/.ssh
touch authorized_keys
printf '%s\\n' "$3" | while read -r key; do grep -qxF "$key" authorized_keys || echo "$key" >>authorized_keys; done
"""
# A kubeconfig of one's own, as in the terminal.
_KUBECONFIG = ("install", "-D", "-m", "0600", "/etc/kubernetes/admin.conf", "/root/.kube/config")
# The default StorageClass by the name that it has on kubeadm's and k3s' machines of scenarios; kind calls it standard.
_NAME_STORAGE = f"""
set -e
kubectl() {{ {" ".join(ADMIN)} "$@"; }}
name=$(kubectl get storageclass --output json | jq --raw-output \\
  'first(.items[].metadata | select(.annotations["storageclass.kubernetes.io/is-default-class"] == "true").name) // ""')
[ "$name" ] && [ "$name" != local-path ] || exit 0
renamed=$(kubectl get storageclass "$name" --output json | jq '.metadata |= {{name: "local-path", annotations: {{
  "storageclass.kubernetes.io/is-default-class": "true"}}}}')
kubectl delete storageclass "$name" local-path --ignore-not-found
printf '%s' "$renamed" | kubectl create --filename -
"""


class _Node(NamedTuple):
    """A node as the others know it. The keys are public ones, as in their files."""

    container: str
    address: str
    name: str
    host_key: str
    key: str


def ensure_node_image(engine: DockerEngine, node_image: str, report: Report) -> str:
    """Return the image of nodes that people work on, on top of ``node_image``: pulled and built if need be."""
    if not has_image(engine.client, node_image):
        pull(engine.client, node_image, report)
    terminal = ensure_terminal_image(engine, node_image, report)
    args = {"NODE_IMAGE": node_image, "TERMINAL_IMAGE": terminal}
    inspected = engine.client.inspect_image(node_image)  # type: ignore[no-untyped-call]  # a gap in the SDK's stubs
    image = built("tempshell/node", shipped("images") / "node", args, also=str(inspected["Id"]))
    return ensure_image(engine.client, image, report)


def prepare_shell(engine: DockerEngine, node: str, template: Template) -> None:
    """Give root of a control-plane node what a person expects there, and their values; raises ProvisionFailed."""
    for argv in (_KUBECONFIG, ("/bin/sh", "-c", _NAME_STORAGE)):
        _run(engine, node, argv)
    engine.write_values(node, template)


def introduce(engine: DockerEngine, nodes: Sequence[Mapping[str, Any]], network: str) -> None:
    """Let each node (a listed container) find the others by name, and root of one be root on the others by ssh.

    After each start of a node: its address may be another one. Raises ProvisionFailed.
    """
    known = [node for node in (_identify(engine, one, network) for one in nodes) if node]
    hosts = "\n".join(f"{node.address}\t{node.name} {_OURS}" for node in known)
    host_keys = "\n".join(f"{node.name},{node.address} {node.host_key}" for node in known)
    keys = "\n".join(node.key for node in known)
    for node in known:
        _run(engine, node.container, ("/bin/sh", "-c", _INTRODUCE, "sh", hosts, host_keys, keys))


def _identify(engine: DockerEngine, container: Mapping[str, Any], network: str) -> _Node | None:
    """Return what a node is called and known by; None for one that has no ssh, as of a user's own configuration."""
    done = engine.run_in(container["Id"], ("/bin/sh", "-c", _IDENTIFY), user="0")
    lines = done.stdout.decode(errors="replace").splitlines()
    if done.exit_code:
        return None
    name, host_key, key = lines
    return _Node(container["Id"], container["NetworkSettings"]["Networks"][network]["IPAddress"], name, host_key, key)


def _run(engine: DockerEngine, node: str, argv: Sequence[str]) -> None:
    done = engine.run_in(node, argv, user="0")
    if done.exit_code:
        raise ProvisionFailed(f"the node cannot be prepared: {done.stdout.decode(errors='replace').strip()}")
