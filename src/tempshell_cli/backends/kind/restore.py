"""Bringing a session's cluster back: after a restart of its engine, and where somebody has removed a part of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Report, SandboxRequest
from tempshell_cli.backends.docker.engine import DockerEngine, name_of, network_id, of_session
from tempshell_cli.backends.kind.closed import route_services
from tempshell_cli.backends.kind.names import (
    ADMIN,
    NETWORK,
    cluster_name,
    control_plane_name,
    filler_name,
    helper_name,
    terminal_name,
)
from tempshell_cli.backends.kind.parts import Parts
from tempshell_cli.backends.kind.record import ON_NODE, SHELL, Change, change_record, template_of
from tempshell_cli.backends.kind.terminal import ensure_terminal_image, start_terminal
from tempshell_cli.backends.kind.timer import arm
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed

_READY = (*ADMIN, "get", "--raw", "/readyz")
_BOOT = 180.0  # seconds for a cluster to answer again: its static pods may be in back-off
_PAUSE = 0.5  # seconds between two tries


def restore(
    engine: DockerEngine, parts: Callable[[], Parts], kubeconfig: Callable[[], str], deadline: datetime, report: Report
) -> None:
    """Bring back what can be brought back, within the engine's ``translated_errors``; raises ProvisionFailed.

    ``deadline`` is by the engine's clock. What was on the nodes' disks is there; a node that is gone is not.
    """
    found = parts()
    if not found.has_record:
        change_record(engine, found.carried, Change(deadline))
    _connect(engine, found, report)
    for part in found.all:
        if part not in found.stopped:
            engine.unpause(part["Id"])
    if (found := parts()).stopped:
        with report("starting the nodes"):
            _start_nodes(engine, found, deadline)
    if found.missing_workers:
        _forget_missing(engine, found)
    if found.carried.get(SHELL) == ON_NODE:
        from tempshell_cli.backends.kind.node_shell import introduce  # noqa: PLC0415 - for few sessions

        introduce(engine, parts().nodes, cluster_name(found.session))
    if not found.has_terminal:
        with report("starting the terminal"):
            _start_terminal(engine, found, kubeconfig(), deadline)


def _forget_missing(engine: DockerEngine, found: Parts) -> None:
    """Remove workers that are gone from the cluster: what ran there is to run elsewhere, and at once.

    A node may have another name than its container has, which kind writes at the end of its provider's id.
    """
    lines = 'jsonpath={range .items[*]}{.spec.providerID} {.metadata.name}{"\\n"}{end}'
    ask = (*ADMIN, "get", "nodes", "--output", lines)
    done = engine.run_in(control_plane_name(found.session), ask, user="0")
    for line in done.stdout.decode(errors="replace").splitlines():
        identity, _, name = line.rpartition(" ")
        if identity.rpartition("/")[2] in found.missing_workers:
            forget = (*ADMIN, "delete", "node", name, "--ignore-not-found")
            engine.run_in(control_plane_name(found.session), forget, user="0")


def _connect(engine: DockerEngine, found: Parts, report: Report) -> None:
    """Create the network again where it is gone, as `docker network prune` removes one without running containers.

    Nodes have other addresses then. The node image's first program writes them into what the cluster is configured by.
    A node that has stopped refers to its network by id, and does not start where that is another one.
    """
    network = cluster_name(found.session)
    known = [one["Id"] for one in engine.networks(of_session(found.session)) if one["Name"] == network]
    if not known:
        closed = labels.is_closed(found.carried)
        known = [engine.create_network(network, labels.of_part(found.carried, NETWORK), closed=closed)]
    for node in found.stopped:
        if network_id(node, network) not in known:
            engine.reconnect(node["Id"], network)
    for part in found.unconnected:
        with report(f"connecting {name_of(part)} to the network"):
            engine.connect(part["Id"], network)
            if part in found.nodes:
                engine.stop(part["Id"])


def _start_nodes(engine: DockerEngine, found: Parts, deadline: datetime) -> None:
    """Start the nodes, give each its timer as soon as its systemd listens, and wait until the cluster answers."""

    def see_ready() -> None:
        done = engine.run_in(control_plane_name(found.session), _READY, user="0")
        if done.exit_code:
            raise ProvisionFailed(done.stdout.decode(errors="replace").strip())

    for node in found.stopped:
        engine.start(node["Id"])
    _until(engine, lambda: arm(engine, [node["Id"] for node in found.nodes], deadline), "the nodes do not boot")
    if labels.is_closed(found.carried):
        route_services(engine, found.nodes)
    _until(engine, see_ready, "the cluster does not answer")


def _until(engine: DockerEngine, succeed: Callable[[], None], what: str) -> None:
    late = time.monotonic() + _BOOT
    while True:
        try:
            with engine.translated_errors():
                succeed()
        except (ProvisionFailed, EngineUnavailable) as cause:
            if time.monotonic() > late:
                raise ProvisionFailed(f"{what}: {cause}", hint=_LOGS) from cause
        else:
            return
        time.sleep(_PAUSE)


_LOGS = "`docker logs` of the node says more; `tempshell stop` removes the session"


def _start_terminal(engine: DockerEngine, found: Parts, kubeconfig: str, deadline: datetime) -> None:
    request = SandboxRequest(
        session=found.session,
        owner=found.carried.get(labels.OWNER, ""),
        deadline=deadline,
        template=template_of(found.carried),
        name=found.carried.get(labels.NAME, ""),
        pack=found.carried.get(labels.PACK, ""),
    )
    # What is left of an earlier one. By name: anybody can give a container the session's label.
    names = {terminal_name(found.session), filler_name(found.session), helper_name(found.session)}
    engine.remove_containers(
        lambda: [one for one in engine.containers(of_session(found.session)) if name_of(one) in names]
    )
    image = ensure_terminal_image(engine, found.nodes[0]["Image"], lambda _: nullcontext())
    start_terminal(engine, request, image, kubeconfig)
