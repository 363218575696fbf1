"""An endpoint of the kubernetes backend says a context and perhaps a namespace, whatever the context is called."""

from __future__ import annotations

import pytest

from tempshell_cli.backends.kubernetes.target import ClusterTarget, endpoint_of
from tempshell_cli.core.errors import UsageProblem

CONTEXTS = [
    "",
    "minikube",
    "kind-lab",
    "gke_project_europe-west1-b_lab",
    "arn:aws:eks:eu-central-1:123456789012:cluster/lab",
    "me@corp/with space",
    "odd#one",
    "#",
]


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("namespace", ["", "lab", "team-7"])
def test_what_was_written_is_read_again(context: str, namespace: str) -> None:
    endpoint = endpoint_of(context, namespace)
    assert ClusterTarget.parse(endpoint) == (context, namespace)
    assert str(ClusterTarget.parse(endpoint)) == endpoint


def test_a_context_alone_is_its_own_endpoint() -> None:
    assert endpoint_of("arn:aws:eks:eu-central-1:1:cluster/lab", "") == "arn:aws:eks:eu-central-1:1:cluster/lab"


@pytest.mark.parametrize("namespace", ["Lab", "a/b", "-a", "a-", "a" * 64, "a b", "ä"])
def test_what_cannot_be_a_namespace_is_refused(namespace: str) -> None:
    with pytest.raises(UsageProblem, match="namespace"):
        endpoint_of("", namespace)
