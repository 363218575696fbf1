"""What a node of a closed cluster sends to elsewhere: nothing of it arrives, and its Services answer."""

from __future__ import annotations

import socket
import subprocess
import uuid
from collections.abc import Iterator

import pytest

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.kind.closed import route_services
from tests.support.engines import NODE_IMAGE
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kind")

NODE = ("--privileged", "--entrypoint", "sleep", NODE_IMAGE, "300")  # it does not boot: that takes half a minute
SERVICE = "10.96.0.10"


def _docker(*argv: str) -> str:
    return subprocess.run(("docker", *argv), capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def nodes() -> Iterator[list[str]]:
    """Two containers like nodes, on a network like that of a closed cluster."""
    name, engine = f"closed-{uuid.uuid4().hex[:8]}", DockerEngine()
    network = engine.create_network(name, {}, closed=True)
    made: list[str] = []
    try:
        made += [_docker("run", "--detach", "--network", network, *NODE)]
        made += [_docker("run", "--detach", "--network", network, *NODE)]
        yield made
    finally:
        if made:
            _docker("rm", "--force", *made)
        _docker("network", "rm", network)


def _send(node: str, address: str, port: int) -> None:
    subprocess.run(("docker", "exec", node, "bash", "-c", f"echo word >/dev/udp/{address}/{port}"), check=False)


def test_packets_reach_services_and_no_address_of_the_engines_machine(nodes: list[str]) -> None:
    node, pod = nodes
    machines = _docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
    theirs = _docker("inspect", pod, "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
    route_services(DockerEngine(), [{"Id": node}])
    with socket.socket(type=socket.SOCK_DGRAM) as machine:
        machine.bind((machines, 0))
        machine.settimeout(1)
        _send(node, machines, machine.getsockname()[1])
        with pytest.raises(TimeoutError):
            machine.recv(16)
    rule = ("-t", "nat", "-A", "OUTPUT", "-d", SERVICE, "-p", "udp", "-j", "DNAT", "--to", f"{theirs}:5300")
    _docker("exec", node, "iptables", *rule)  # as kube-proxy's
    _docker("exec", "--detach", pod, "socat", "-u", "UDP-LISTEN:5300", "OPEN:/got,creat")

    def arrives() -> bool:
        _send(node, SERVICE, 53)
        return "word" in _docker("exec", pod, "sh", "-c", "cat /got || true")

    eventually(arrives, "nothing reaches the service", 20)
