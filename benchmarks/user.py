"""Somebody with an empty home for tempshell, whose sessions are nobody else's, and none stays."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

TEMPSHELL = str(Path(sys.executable).with_name("tempshell"))


class User(NamedTuple):
    """Who runs the programs."""

    environment: Mapping[str, str]

    def output(self, *argv: str) -> str:
        """Return what tempshell says; raises CalledProcessError where it fails."""
        return subprocess.run(
            (TEMPSHELL, *argv), env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()


@contextmanager
def somebody() -> Iterator[User]:
    """Yield a user who may start as many sessions as it takes; at the end they are all stopped."""
    with tempfile.TemporaryDirectory(prefix="tempshell-benchmark-") as home:
        config = Path(home, "config", "tempshell", "config.toml")
        config.parent.mkdir(parents=True)
        config.write_text(f'owner = "benchmark-{os.getpid()}"\n[limits]\nper_engine = 1000\n', "utf-8")
        own = {"XDG_STATE_HOME": f"{home}/state", "XDG_CONFIG_HOME": f"{home}/config", "TEMPSHELL_NO_LIMITS": "1"}
        user = User({**os.environ, "TERM": "xterm-256color", **own})
        try:
            yield user
        finally:
            user.output("stop", "--all")
