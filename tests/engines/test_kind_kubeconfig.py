"""What becomes of the kubeconfig that a workspace brings to the terminal of a cluster."""

from __future__ import annotations

import subprocess

import pytest

from tempshell_cli.backends.kind.names import cluster_name
from tempshell_cli.backends.kind.terminal import _OWN_COPY
from tests.support.engines import NODE_IMAGE

pytestmark = pytest.mark.engine("kind")

OLD = f"contexts:\n- context:\n    cluster: c\n  name: kind-{cluster_name('old')}\n"


def _copied(before: str) -> list[str]:
    """Return the files in ``.kube`` and their first words, after what is there before."""
    shown = "[ -p $one ] && echo $one pipe || echo $one $(head -n 1 $one | cut -c 1-20)"
    look = f"cd /w/.kube && for one in *; do {shown}; done"
    steps = f"mkdir -p /w/.kube /etc/tempshell/kube && echo new >/etc/tempshell/kube/config && {before} && $0 && {look}"
    script = steps.replace("$0", '/bin/sh -c "$0" sh /w')
    command = ("docker", "run", "--rm", "--network", "none", "--entrypoint", "timeout", NODE_IMAGE, "20")
    done = subprocess.run((*command, "bash", "-c", script, _OWN_COPY), capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("true", ["config new"]),
        (f"echo '{OLD}' >/w/.kube/config", ["config new"]),
        ("echo mine >/w/.kube/config", ["config new", "config.~1~ mine"]),
        (f"echo '{OLD}  name: my-own' >/w/.kube/config", ["config new", "config.~1~ contexts:"]),
        ("mkfifo /w/.kube/config", ["config new", "config.other pipe"]),
        ("mkdir /w/.kube/config", ["config new", "config.other"]),
    ],
)
def test_only_the_kubeconfig_of_an_earlier_cluster_is_replaced(before: str, after: list[str]) -> None:
    assert _copied(before) == after
