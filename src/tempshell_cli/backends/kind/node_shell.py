"""A person's shell on a node itself, as root: for practice that is about the node."""

from __future__ import annotations

from collections.abc import Mapping

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.core.errors import ProvisionFailed

# A kubeconfig of one's own, as in the terminal, and the exams' short word for kubectl.
_PREPARE = """
install -D -m 0600 /etc/kubernetes/admin.conf /root/.kube/config && echo 'alias k=kubectl' >>/root/.bashrc
"""


def prepare_node(engine: DockerEngine, node: str, env: Mapping[str, str]) -> None:
    """Give root of a control-plane node what a person expects there, and their variables; raises ProvisionFailed."""
    done = engine.run_in(node, ("/bin/sh", "-c", _PREPARE), user="0")
    if done.exit_code:
        raise ProvisionFailed(f"the node cannot be prepared: {done.stdout.decode(errors='replace').strip()}")
    engine.write_variables(node, env)
