"""What the parts of a cluster on the engine mean for its session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Cluster, Condition, Profile, SandboxRequest, Template
from tempshell_cli.backends.kind.config import cluster_config, node_names
from tempshell_cli.backends.kind.parts import Parts, condition
from tempshell_cli.backends.kind.record import LEFT, RECORD, record_labels, template_of

SESSION, CLUSTER = "0badcafe", "ckad-0badcafe"
PORTS = {"api": 30000, "http": 40000, "https": 45000}


def _request(**template: Any) -> SandboxRequest:  # noqa: ANN401 - fields of a Template
    made = Template("", **template)
    return SandboxRequest(SESSION, "ann", datetime(2030, 1, 1, tzinfo=UTC), made, "lab", "ckad-core")


def _container(name: str, state: str = "running", *, connected: bool = True) -> dict[str, Any]:
    networks: dict[str, Any] = {CLUSTER: {}} if connected else {}
    return {
        "Names": [f"/{name}"],
        "State": state,
        "HostConfig": {"NetworkMode": CLUSTER},
        "NetworkSettings": {"Networks": networks},
    }


NODE, WORKER, TERMINAL = f"{CLUSTER}-control-plane", f"{CLUSTER}-worker", f"term-{CLUSTER}"
NAMES = ("control-plane", "worker")


def _parts(  # noqa: PLR0913 - what there can be
    node: str = "running",
    worker: str = "running",
    terminal: str = "running",
    *,
    has_record: bool = True,
    off: Sequence[str] = (),
    left: str = "",
) -> Parts:
    carried = record_labels(_request(), NAMES) | ({LEFT: left} if left else {})
    there = {name: _container(name, state, connected=name not in off) for name, state in
             ((NODE, node), (WORKER, worker), (TERMINAL, terminal)) if state}  # fmt: skip
    return Parts(SESSION, carried, has_record, there.pop(TERMINAL, None), list(there.values()))


GONE = f"container {TERMINAL} is gone, with its home and the values of --env and --secret"


@pytest.mark.parametrize(
    ("parts", "expected", "lost"),
    [
        (_parts(), Condition.RUNNING, ()),
        (_parts("paused", "paused", "paused", left="60"), Condition.RUNNING, ()),
        (_parts(terminal="paused"), Condition.STOPPED, (f"container {TERMINAL} was paused",)),
        (
            _parts("exited", "exited", ""),
            Condition.STOPPED,
            (f"node {NODE} has stopped", f"node {WORKER} has stopped", GONE),
        ),
        (_parts(worker="exited"), Condition.STOPPED, (f"node {WORKER} has stopped",)),
        (_parts(terminal=""), Condition.BROKEN, (GONE,)),
        (_parts(terminal="exited"), Condition.BROKEN, (GONE,)),
        (_parts(worker=""), Condition.BROKEN, (f"node {WORKER} is gone",)),
        (_parts(off=[TERMINAL]), Condition.BROKEN, (f"container {TERMINAL} has lost its network",)),
        (_parts(has_record=False), Condition.BROKEN, ("the volume that stands for the session is gone",)),
        (_parts(node=""), Condition.DEAD, (f"node {NODE} is gone, and with it the cluster",)),
    ],
)
def test_the_state_of_the_parts_is_the_condition_of_the_session(
    parts: Parts, expected: Condition, lost: tuple[str, ...]
) -> None:
    assert condition(parts) == (expected, lost)


def test_a_cluster_of_an_earlier_release_names_no_nodes_and_misses_none() -> None:
    request = _request()
    parts = _parts(worker="")._replace(carried=labels.labels(request, RECORD))
    assert condition(parts) == (Condition.RUNNING, ())
    assert template_of(parts.carried) == Template("", Profile.RESTRICTED)


def test_what_a_terminal_is_made_from_is_on_the_record() -> None:
    made: dict[str, Any] = {"profile": Profile.ADMIN, "cpus": 1.25, "memory": 3 * 1024**3, "pids": 7}
    assert template_of(record_labels(_request(**made))) == Template("", **made)


def test_the_nodes_are_named_as_kind_names_them() -> None:
    mine = "nodes: [{role: control-plane}, {role: control-plane}, {role: worker}, {role: worker}]\n"
    names = node_names(cluster_config(CLUSTER, PORTS, Cluster(nodes=5, config=mine)))
    assert names == ["control-plane", "control-plane2", "worker", "worker2", "worker3"]
