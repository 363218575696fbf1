"""What keeps a pod from coming up is recognised within seconds and reported in the cluster's words; nothing is left."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.guard import Guard, guarding
from tests.support.pods import kubectl
from tests.support.waiting import eventually
from tests.testbed.node_image import PRELOADED

pytestmark = pytest.mark.engine("kubernetes")

ON_PODS = ("-b", "kubernetes")
SOON = 25  # seconds, on two cores that others use, too; what would be waited for otherwise is minutes


@pytest.fixture
def namespace() -> Iterator[str]:
    name = f"given-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    """A webhook of an administrator who says no."""
    with guarding(tmp_path) as made:
        yield made


def _refused(tempshell: Tempshell, *options: str, code: int = 5) -> str:
    began = time.monotonic()
    output = tempshell("start", "--detach", *ON_PODS, *options, code=code).stderr
    assert time.monotonic() - began < SOON, output
    eventually(lambda: not pods.leftovers(tempshell.user.owner), "nothing is left", 10)
    return output


def test_an_image_that_cannot_be_pulled(tempshell: Tempshell) -> None:
    output = _refused(tempshell, "--image", "localhost:1/missing:1")
    assert "ErrImagePull" in output or "ImagePullBackOff" in output
    assert "localhost:1/missing:1" in output


def test_an_image_whose_name_is_none(tempshell: Tempshell) -> None:
    assert "InvalidImageName" in _refused(tempshell, "--image", "NO:GOOD:NAME")


def test_an_image_without_a_shell_in_it(tempshell: Tempshell) -> None:
    output = _refused(tempshell, "--image", *PRELOADED["pause"])
    assert "/bin/sh" in output


def test_an_image_whose_shell_does_something_else(tempshell: Tempshell) -> None:
    """Its containers end at once, with a word."""
    if not pods.is_ours():
        pytest.skip("the image is loaded into a cluster of the tests' own")
    image = f"tempshell-test/made-{uuid.uuid4().hex[:8]}:1"
    lines = f"""FROM {BUSYBOX}
        RUN printf '#!/bin/busybox sh\\necho closed today; exit 1\\n' >/new && chmod 755 /new && mv /new /bin/sh"""
    subprocess.run(("docker", "build", "--quiet", "--tag", image, "-"), input=lines.encode(), check=True)
    try:
        subprocess.run(("kind", "load", "docker-image", "--name", pods.CLUSTER, image), check=True)
        output = _refused(tempshell, "--image", image)
    finally:
        subprocess.run(("docker", "image", "rm", "--force", image), check=True)
    assert "closed today" in output
    assert "bash 5 or busybox" in output


def test_a_pod_that_fits_nowhere(tempshell: Tempshell, namespace: str) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(_greedy(namespace)))
    output = _refused(tempshell, "--namespace", namespace, "--image", BUSYBOX)
    assert "Unschedulable" in output
    assert "Insufficient" in output


def test_a_quota_that_is_used_up(tempshell: Tempshell, namespace: str) -> None:
    kubectl("create", "quota", "none", "--hard=pods=0", "-n", namespace)
    output = _refused(tempshell, "--namespace", namespace)
    assert "exceeded quota: none" in output
    assert "quota is used up" in output


def test_a_limit_range_that_allows_less(tempshell: Tempshell, namespace: str) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(_small(namespace)))
    output = _refused(tempshell, "--namespace", namespace)
    assert "maximum memory usage per Container is 16Mi" in output
    assert "LimitRange" in output


def test_a_webhook_that_denies(tempshell: Tempshell, namespace: str, guard: Guard) -> None:
    with guard.over(namespace, "pods"):
        output = _refused(tempshell, "--namespace", namespace)
    assert "denied the request: no shells on Fridays" in output
    assert "policy of this cluster" in output


def test_a_webhook_that_denies_the_job_itself(tempshell: Tempshell, namespace: str, guard: Guard) -> None:
    with guard.over(namespace, "jobs", group="batch"):
        output = _refused(tempshell, "--namespace", namespace)
    assert "denied the request: no shells on Fridays" in output


def test_a_context_that_is_not_there(tempshell: Tempshell) -> None:
    assert "nowhere" in _refused(tempshell, "--context", "nowhere", code=4)


def _greedy(namespace: str) -> object:
    gpu = {"example.com/gpu": "1"}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "greedy", "namespace": namespace},
        "spec": {"limits": [{"type": "Container", "defaultRequest": gpu, "default": gpu}]},
    }


def _small(namespace: str) -> object:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "small", "namespace": namespace},
        "spec": {"limits": [{"type": "Container", "max": {"memory": "16Mi"}}]},
    }
