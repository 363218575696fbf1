"""The cluster that the tests' pods are on: one for all tests of a run, and of the runs after it.

``python -m tests.support.pods up`` makes it (a kind cluster named ``tempshell-test``) or leaves it as it is, ``down``
removes it. ``TEMPSHELL_TEST_KUBECONFIG`` names the kubeconfig of another to use instead.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tempshell_cli.backends.kubernetes.metadata import OWNER_HASH, owner_hash

from .engines import BUSYBOX, NODE_IMAGE

OTHER = "TEMPSHELL_TEST_KUBECONFIG"
CLUSTER = "tempshell-test"
_CHUNK = 65536
UP = "python -m tests.support.pods up"
# The control plane sets a third of a small machine's processors aside; the pods of all workers have to fit in, too.
_CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
_CONFIG = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
  extraMounts: [{{hostPath: "{patches}", containerPath: /patches, readOnly: true}}]
  kubeadmConfigPatches:
  - |
    kind: InitConfiguration
    patches: {{directory: /patches}}
"""
_FOLDER = Path(tempfile.gettempdir()) / f"{CLUSTER}-cluster-{os.getuid()}"


def kubeconfig() -> str:
    """Return the kubeconfig of the tests' cluster; it may not be there."""
    return os.environ.get(OTHER) or str(_FOLDER / "kubeconfig")


def is_ours() -> bool:
    """Return whether it is the one made here, whose network enforces NetworkPolicies."""
    return OTHER not in os.environ


def why_unusable() -> str:
    """Return what keeps tests from using it, "" where nothing does."""
    if not Path(kubeconfig()).is_file():
        return f"no kubernetes engine here: run `{UP}`"
    asked = subprocess.run(("kubectl", "--kubeconfig", kubeconfig(), "get", "--raw", "/readyz"), capture_output=True)  # noqa: PLW1510 - the answer is looked at
    return "" if asked.returncode == 0 else f"no kubernetes engine here: {asked.stderr.decode().strip()}"


def kubectl(*argv: str, stdin: str = "") -> str:
    """Return what kubectl prints as the cluster's administrator."""
    command = ("kubectl", "--kubeconfig", kubeconfig(), *argv)
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True).stdout


def objects(kinds: str, *argv: str) -> list[dict[str, Any]]:
    """Return objects as the cluster has them."""
    listed: dict[str, Any] = json.loads(kubectl("get", kinds, "--output", "json", *argv))
    return list(listed["items"]) if "items" in listed else [listed]


def leftovers(owner: str) -> list[str]:
    """Name what the cluster has of an owner's sessions, but for namespaces that it is just finishing."""
    mine = f"{OWNER_HASH}={owner_hash(owner)}"
    spaces = [one for one in objects("namespaces", "--selector", mine) if one["status"]["phase"] != "Terminating"]
    inside = objects("jobs,pods,secrets,networkpolicies,rolebindings", "--all-namespaces", "--selector", mine)
    ending = {one["metadata"]["name"] for one in objects("namespaces")} - {one["metadata"]["name"] for one in spaces}
    found = [one for one in inside if one["kind"] in {"Job", "Pod"} or one["metadata"]["namespace"] not in ending]
    return [f"{one['kind']} {one['metadata']['name']}" for one in [*spaces, *found]]


def remove_all(owner: str) -> None:
    """Remove by force what a failed test has left."""
    mine = f"{OWNER_HASH}={owner_hash(owner)}"
    kubectl("delete", "namespaces", "--selector", mine, "--wait=false")
    kubectl("delete", "jobs,pods", "--all-namespaces", "--selector", mine, "--wait=false")


class Gate:
    """Stands before the API server, so that a test can close it: for one user, and for nobody else.

    With ``connect`` it is an HTTP proxy, as companies have them. ``passed`` counts the connections let through.
    """

    def __init__(self, *, connect: bool = False) -> None:
        self.passed = 0
        self._connect = connect
        server = urlsplit(objects_of(kubeconfig())["clusters"][0]["cluster"]["server"])
        self._server = (server.hostname or "", server.port or 443)
        self._open: list[socket.socket] = []
        self.port = 0

    def open(self) -> None:
        """Answer, always on the same port."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._open.append(listener)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        """Answer no more, and break off every conversation."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with suppress(OSError):
            if self._connect:
                while not (request := client.recv(_CHUNK)).endswith(b"\r\n\r\n"):
                    assert request
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            server = socket.create_connection(self._server)
            self._open += [client, server]
            self.passed += 1
            threading.Thread(target=_copy, args=(server, client), daemon=True).start()
            _copy(client, server)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # one of the two has gone
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def objects_of(file: str) -> dict[str, Any]:
    """Return a kubeconfig as data."""
    shown = ("kubectl", "--kubeconfig", file, "config", "view", "--raw", "--flatten", "--output", "json")
    return dict(json.loads(subprocess.run(shown, capture_output=True, text=True, check=True).stdout))


def write_kubeconfig(file: Path, config: Mapping[str, Any]) -> str:
    """Write a kubeconfig (JSON is YAML), and return its path."""
    file.write_text(json.dumps(config), "utf-8")
    file.chmod(0o600)
    return str(file)


def up() -> None:
    """Make the cluster where it does not answer, and give it the images."""
    _FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if why_unusable():
            _kind("delete", "cluster", "--name", CLUSTER)
            config = ("--config", str(_config()))
            _kind("create", "cluster", "--name", CLUSTER, "--image", NODE_IMAGE, "--wait", "180s", *config)
            _kind("load", "docker-image", "--name", CLUSTER, BUSYBOX)


def _config() -> Path:
    """Write the configuration of a cluster whose control plane requests hardly any processor."""
    patches = _FOLDER / "patches"
    patches.mkdir(exist_ok=True)
    for name in _CONTROL_PLANE:
        container = {"name": name, "resources": {"requests": {"cpu": "10m"}}}
        (patches / f"{name}+strategic.json").write_text(json.dumps({"spec": {"containers": [container]}}), "utf-8")
    file = _FOLDER / "kind.yaml"
    file.write_text(_CONFIG.format(patches=patches), "utf-8")
    return file


def down() -> None:
    """Remove the cluster."""
    _kind("delete", "cluster", "--name", CLUSTER)


def _kind(*argv: str) -> None:
    own = ("--kubeconfig", str(_FOLDER / "kubeconfig")) if "cluster" in argv else ()
    subprocess.run(("kind", *argv, *own), check=True)


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
