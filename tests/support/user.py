"""A user of tempshell who exists for one test."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tempshell_cli.core.paths import Paths

# Other people's sandboxes on a shared engine count against its cap, so a test's engine is roomy.
_ROOMY = {"per_engine": 1000, "starts_per_hour": 1000}
# What a user may have set; a test starts without.
UNSET = ("TEMPSHELL_NO_LIMITS", "TEMPSHELL_DEBUG", "NO_COLOR", "COLUMNS", "LINES", "DOCKER_CONTEXT")


@dataclass(frozen=True)
class User:
    """Directories and a name of one's own. ``environment`` is laid over that of the tests."""

    root: Path
    owner: str
    docker_host: str = ""
    kubeconfig: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> Paths:
        return Paths(state=self.root / "state" / "tempshell", config=self.root / "config" / "tempshell")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        own = {"XDG_STATE_HOME": str(self.root / "state"), "XDG_CONFIG_HOME": str(self.root / "config")}
        engine = {"DOCKER_HOST": self.docker_host} if self.docker_host else {}
        # Not the kubeconfig of the user who runs the tests.
        cluster = {"KUBECONFIG": self.kubeconfig or str(self.root / "no-kubeconfig")}
        return {**kept, "TERM": "xterm-256color", **own, **engine, **cluster, **self.extra}

    def configure(self, **sections: Mapping[str, Any]) -> None:
        """Write the config file: the owner, roomy limits, and over them the sections given."""
        limits = {**_ROOMY, **sections.pop("limits", {})}
        lines = [f"owner = {json.dumps(self.owner)}"]
        for section, values in {"limits": limits, **sections}.items():
            lines += [f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
        self.paths.config.mkdir(parents=True, exist_ok=True)
        self.paths.config_file.write_text("\n".join(lines) + "\n", "utf-8")
