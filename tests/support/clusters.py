"""What tests of clusters have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tempshell_cli.backends.kind.names import control_plane_name as node_of

from .engines import NODE_IMAGE
from .user import User

__all__ = ["BOOT", "configure_for_kind", "node_of"]
BOOT = 60  # seconds that a cluster may take on two cores that other tests use, too


def configure_for_kind(user: User, **sections: Mapping[str, Any]) -> None:
    """Write the user's config, with the node image that the testbed builds."""
    user.configure(sandbox={"node_image": NODE_IMAGE}, **sections)
