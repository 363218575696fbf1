"""Docker engines that others have keep what all engines promise. Each is started for that alone."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from tempshell_cli.backends.docker import endpoint, images
from tests.support.engines import BUSYBOX
from tests.support.private_engine import PrivateEngine, private_engine
from tests.testbed.oldest_engine import FOLDER

pytestmark = [pytest.mark.engine("docker"), pytest.mark.long]

BASE = "debian:bookworm-slim"
ENOUGH_NETWORKS = ("--default-address-pool", "base=10.214.0.0/16,size=24")
TESTS = ("tests/contract", "tests/engines/test_docker.py")


@pytest.fixture(scope="module")
def shell_image() -> str:
    if os.geteuid() != 0:
        pytest.skip("an engine of one's own needs root")
    with closing(endpoint.connect(endpoint.resolve(""))) as usual:
        return images.ensure_image(usual, "tempshell/shell", lambda _: nullcontext())


def test_the_contract_holds_on_docker_20_10(shell_image: str) -> None:
    """The oldest that is supported."""
    if not FOLDER.is_dir():
        pytest.skip("on Debian, `python -m tests.testbed oldest-docker` unpacks it")
    with private_engine(ENOUGH_NETWORKS, programs=FOLDER) as engine:
        assert engine.docker("version", "--format", "{{.Server.Version}}").startswith("20.10.")
        _assert_the_contract_holds(engine, shell_image)


def test_the_contract_holds_with_the_image_store_of_docker_29(shell_image: str) -> None:
    """That of containerd, which an engine of today has on request."""
    with private_engine((*ENOUGH_NETWORKS, "--feature", "containerd-snapshotter=true")) as engine:
        assert "io.containerd.snapshotter" in engine.docker("info", "--format", "{{json .DriverStatus}}")
        _assert_the_contract_holds(engine, shell_image)


def _assert_the_contract_holds(engine: PrivateEngine, shell_image: str) -> None:
    engine.take_from_here([BASE, BUSYBOX, shell_image])
    argv = (sys.executable, "-m", "pytest", "--numprocesses", "0", "--reruns", "1", "-m", "docker and not long", *TESTS)
    done = subprocess.run(
        argv,
        env={**os.environ, "DOCKER_HOST": engine.host},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout
