"""The deadline inside a node: a timer of its own systemd, which holds when no tempshell runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.core.errors import ProvisionFailed

_UNIT = "tempshell-deadline"
# By the wall clock, so that it holds across a suspend; systemd would else take up to a minute more. Powering off with
# force skips the farewells that a node's services would take: the whole of it is thrown away.
_ARM = f"""
systemctl stop {_UNIT}.timer 2>/dev/null
systemctl reset-failed {_UNIT}.service {_UNIT}.timer 2>/dev/null
exec systemd-run --quiet --unit={_UNIT} --on-calendar="@$1" --timer-property=AccuracySec=1s systemctl poweroff --force
"""


def arm(engine: DockerEngine, nodes: Iterable[str], deadline: datetime) -> None:
    """Make the nodes (containers' ids) power off at the deadline, for good.

    Takes kind's restart policy away, which would start them once more. Raises ProvisionFailed.
    """
    for node in nodes:
        engine.never_restart(node)
        done = engine.run_in(node, ("/bin/sh", "-c", _ARM, "sh", str(int(deadline.timestamp()))), user="0")
        if done.exit_code:
            raise ProvisionFailed(
                f"the node's own deadline cannot be set: {done.stdout.decode(errors='replace').strip()}",
                hint="the node image needs systemd, as kind's own have",
            )
