"""Which engines answer here. One that is missing skips its tests visibly, or fails them where it must be there."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import warnings
from functools import cache

import pytest

from tempshell_cli.backends import registry
from tests.testbed import registry as registry_programs
from tests.testbed.node_image import TAG as NODE_IMAGE
from tests.testbed.programs import PROGRAMS

__all__ = ["BUSYBOX", "NODE_IMAGE", "NOWHERE", "REQUIRED", "need", "why_unusable"]
REQUIRED = "TEMPSHELL_REQUIRE_ENGINES"
BUSYBOX = "tempshell-test/busybox:1"  # the testbed makes it: a foreign image with neither bash nor tmux
NOWHERE = "unix:///nonexistent/docker.sock"


@cache
def why_unusable(name: str) -> str:
    """Return what stands in the way of an engine's tests; "" where nothing does."""
    if name == "chromium":
        return "" if shutil.which(name) else "no chromium here: run `python -m tests.testbed browser`"
    if name == "programs":
        missing = [program for program in PROGRAMS if not shutil.which(program)]
        return f"no {', '.join(missing)} here: run `python -m tests.testbed programs`" if missing else ""
    if name == "registry":
        missing = [program for program in registry_programs.PROGRAMS if not registry_programs.find(program)]
        return f"no {', '.join(missing)} here: run `python -m tests.testbed registry`" if missing else ""
    if name == "kubernetes":
        from . import pods  # noqa: PLC0415 - it needs this module

        return pods.why_unusable()
    with warnings.catch_warnings():
        # Docker's SDK drops a socket unclosed where no engine answers.
        warnings.simplefilter("ignore", ResourceWarning)
        problems = registry.load(name).doctor()
        gc.collect()
    if problems:
        return f"no {name} engine here: {problems[0].what}"
    return next((_lacking(image, name) for image in _IMAGES.get(name, ()) if not _has_image(image)), "")


def need(name: str) -> None:
    """Skip the test where the engine is unusable; fail it where ``TEMPSHELL_REQUIRE_ENGINES`` names the engine."""
    reason = why_unusable(name)
    if not reason:
        return
    if name in os.environ.get(REQUIRED, "").split(","):
        pytest.fail(f"{reason} ({REQUIRED} demands it)", pytrace=False)
    pytest.skip(reason)


_IMAGES = {"docker": (BUSYBOX,), "kind": (BUSYBOX, NODE_IMAGE)}


def _lacking(image: str, name: str) -> str:
    return f"the engine lacks {image}: run `python -m tests.testbed {name}`"


def _has_image(image: str) -> bool:
    inspected = subprocess.run(("docker", "image", "inspect", image), capture_output=True, check=False)
    return inspected.returncode == 0
