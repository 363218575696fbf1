"""The image of helm that the terminals beside clusters are built on: pulled, or made of a helm that is compiled."""

import tarfile
from pathlib import Path

from . import engine, helm, images

TAG = f"alpine/helm:{helm.version().removeprefix('v')}"
"""The one that tempshell names: `HELM_IMAGE` of tempshell_cli.backends.kind.terminal."""


def ensure() -> None:
    """Leave the image on the engine, or raise SetupError."""
    if not images.found(IMAGE):
        images.make(IMAGE)


def is_to_be_had() -> bool:
    """Whether nothing has to be compiled: helm is here or in the cache, or its image on the engine or in a registry."""
    return helm.find() is not None or (engine.answers() and images.found(IMAGE))


def make_root(archive: Path) -> None:
    """Helm where upstream's image has it, and a file that every image has."""
    helm.ensure()
    program = helm.find()
    assert program
    with tarfile.open(archive, "w") as root:
        root.add(program, "usr/bin/helm", filter=images.owned_by_root)
        images.add_file(root, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")


IMAGE = images.BaseImage(TAG, TAG, ["helm"], {}, make_root)
