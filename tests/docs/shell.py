"""Scripts of the documentation, run as their readers run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.command_line import Outcome, Tempshell


def run(script: str, tempshell: Tempshell) -> Outcome:
    """Run a bash script in the user's directory, where the installed program is found by its name."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ("bash", "-c", script),
        cwd=tempshell.directory,
        env={**tempshell.user.environment, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
