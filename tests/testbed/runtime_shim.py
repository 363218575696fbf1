"""The fix for machines without CAP_SYS_RESOURCE, where runc refuses privileged containers."""

import json
import shutil
from pathlib import Path
from typing import Any

from . import runc_shim
from .steps import SetupError, step

CAP_SYS_RESOURCE = 24
"""Its bit in a capability set: linux/capability.h."""
NAME = "tempshell-testbed"
PROGRAM = Path("/usr/local/lib/tempshell-testbed/runc")
DAEMON_CONFIG = Path("/etc/docker/daemon.json")


def ensure() -> None:
    """Name the shim as the engine's runtime where this process, and so the engine, lacks the capability."""
    if may_hold(CAP_SYS_RESOURCE):
        return
    with step("OCI runtime that does without CAP_SYS_RESOURCE") as outcome:
        PROGRAM.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(runc_shim.__file__, PROGRAM)
        PROGRAM.chmod(0o755)
        add_runtime(DAEMON_CONFIG)
        outcome(f"{PROGRAM}, {DAEMON_CONFIG}")


def may_hold(capability: int) -> bool:
    """Whether the capability is in this process's bounding set: proc(5), CapBnd."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    bounding = next(line for line in status.splitlines() if line.startswith("CapBnd:"))
    return bool(int(bounding.split()[1], 16) >> capability & 1)


def add_runtime(path: Path) -> None:
    """Add the shim to the engine's settings; every other one stays, a chosen default runtime too."""
    settings = read_settings(path)
    settings.setdefault("runtimes", {})[NAME] = {"path": str(PROGRAM)}
    settings.setdefault("default-runtime", NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def read_settings(path: Path) -> dict[str, Any]:
    """The engine's settings; none where there is no file."""
    try:
        settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise SetupError(f"{path} is not JSON: {error}", "fix or remove that file") from error
    return settings
