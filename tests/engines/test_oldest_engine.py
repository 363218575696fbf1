"""The oldest Docker Engine that tempshell supports keeps what all engines promise: it is started for that alone."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing, nullcontext

import pytest

from tempshell_cli.backends.docker import endpoint, images
from tests.support.engines import BUSYBOX
from tests.support.private_engine import private_engine
from tests.testbed.oldest_engine import FOLDER

BASE = "debian:bookworm-slim"
ENOUGH_NETWORKS = "base=10.214.0.0/16,size=24"
TESTS = ("tests/contract", "tests/engines/test_docker.py")


@pytest.mark.long
@pytest.mark.engine("docker")
def test_the_contract_holds_on_docker_20_10() -> None:
    if os.geteuid() != 0 or not FOLDER.is_dir():
        pytest.skip("as root on Debian, `python -m tests.testbed oldest-docker` unpacks it")
    with closing(endpoint.connect(endpoint.resolve(""))) as usual:
        shell = images.ensure_image(usual, "tempshell/shell", lambda _: nullcontext())
    with private_engine(programs=FOLDER, options=("--default-address-pool", ENOUGH_NETWORKS)) as engine:
        assert engine.docker("version", "--format", "{{.Server.Version}}").startswith("20.10.")
        engine.take_from_here([BASE, BUSYBOX, shell])
        argv = (sys.executable, "-m", "pytest", "--numprocesses", "0", "-m", "docker and not long", *TESTS)
        done = subprocess.run(
            argv, env={**os.environ, "DOCKER_HOST": engine.host}, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout
