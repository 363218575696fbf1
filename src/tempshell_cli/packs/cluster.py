"""What a task asks of a cluster as a whole: its version, its namespaces."""

from __future__ import annotations

import json
import re

from tempshell_cli.packs.matching import CannotLook
from tempshell_cli.packs.shell import ClusterView

_SECONDS = 15.0
_BOUND = re.compile(r"([<>=]=?)([0-9.]+)")


def server_version(cluster: ClusterView) -> str:
    """Return the version of the API server, such as ``1.20.2``; raises CannotLook."""
    done = cluster.kubectl("version", "-o", "json", timeout=_SECONDS)
    try:
        told = json.loads(done.stdout)["serverVersion"]["gitVersion"]
    except (ValueError, KeyError) as cause:
        raise CannotLook(f"the cluster tells no version: {done.stderr.decode(errors='replace').strip()}") from cause
    return re.split(r"[-+]", str(told))[0].removeprefix("v")


def in_range(version: str, wanted: str) -> bool:
    """Tell whether a version is in a range such as ``>=1.20,<1.30``; compared as far as the range goes."""
    found = _numbers(version)
    return all(_holds(found, operator, _numbers(bound)) for operator, bound in _BOUND.findall(wanted))


def _holds(found: list[int], operator: str, bound: list[int]) -> bool:
    here = found[: len(bound)]
    return {"<": here < bound, "<=": here <= bound, ">": here > bound, ">=": here >= bound}.get(operator, here == bound)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def namespace(name: str) -> bytes:
    """Return the manifest of a namespace."""
    return json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}).encode()
