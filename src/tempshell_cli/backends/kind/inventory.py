"""What the Docker engine has of our clusters: what carries our labels, and nodes, which kind gives none of ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Condition, Sandbox
from tempshell_cli.backends.docker.container import home_of, user_of
from tempshell_cli.backends.docker.engine import DockerEngine, is_paused, name_of, of_owner, of_session
from tempshell_cli.backends.kind.names import (
    COMPONENTS,
    KIND_CLUSTER,
    NETWORK,
    TERMINAL,
    cluster_name,
    control_plane_name,
    session_of,
    terminal_name,
)
from tempshell_cli.backends.kind.parts import Container, Parts, condition
from tempshell_cli.backends.kind.record import ON_NODE, SHELL, is_named, left_of, records
from tempshell_cli.core.errors import EngineUnavailable

Listed = dict[str, Any]  # as the engine lists a container, a network or a volume


class Inventory:
    """The parts of clusters on one engine, whose errors the caller translates."""

    def __init__(self, engine: DockerEngine) -> None:
        self.engine = engine

    def every(self, owner: str | None = None) -> list[Parts]:
        """Return the parts of each session that has anything on the engine."""
        # In this order: what has a container had its record before, so that none is taken for an orphan.
        terminals = {labels.session_of(one["Labels"]): one for one in self.terminals(owner) if _is_terminal(one)}
        nodes: dict[str, list[Container]] = {}
        for node in self.nodes():
            nodes.setdefault(session_of(node["Labels"][KIND_CLUSTER]), []).append(node)
        recorded = records(self.engine, owner)
        known = {**self._strays(owner, recorded), **recorded}
        if owner is None:
            known |= {session: _orphan(session) for session in nodes.keys() - known.keys()}
        return [
            Parts(session, carried, session in recorded, terminals.get(session), nodes.get(session, ()))
            for session, carried in known.items()
        ]

    def of(self, session: str) -> Parts:
        """Return what the engine has of a session, which it has something of."""
        recorded = records(self.engine, session=session)
        terminals = [one for one in self.terminals(session=session) if _is_terminal(one)]
        carried = recorded.get(session) or self._strays(None, session=session).get(session) or _orphan(session)
        return Parts(session, carried, bool(recorded), next(iter(terminals), None), self.nodes(session))

    def carried(self, session: str) -> Mapping[str, str]:
        """Return the labels of a session's record, else of another part; raises EngineUnavailable without any."""
        recorded = records(self.engine, session=session)
        found = recorded.get(session) or self._strays(None, session=session).get(session)
        if not found:
            raise EngineUnavailable("the cluster is gone", hint="`tempshell list` shows what runs")
        return found

    def containers(self, session: str) -> list[Listed]:
        """Return the terminal and the nodes of a session."""
        return [*self.terminals(session=session), *self.nodes(session)]

    def terminals(self, owner: str | None = None, *, session: str | None = None) -> list[Listed]:
        """Return the terminal containers, and those that only fill a volume."""
        found = self.engine.containers(of_session(session), *of_owner(owner))
        return [one for one in found if _is_part(one, name_of(one) if one.get("Names") else None)]

    def nodes(self, session: str = "") -> list[Listed]:
        """Return the node containers of our clusters: ours by name, and on the network of that name.

        A user's cluster may have such a name, too, but only ours is on a network named so.
        """
        wanted = f"{KIND_CLUSTER}={cluster_name(session)}" if session else KIND_CLUSTER
        found = [(one["Labels"][KIND_CLUSTER], one) for one in self.engine.containers(wanted)]
        return [one for cluster, one in found if session_of(cluster) and one["HostConfig"]["NetworkMode"] == cluster]

    def networks(self, owner: str | None, *, session: str | None = None) -> list[Listed]:
        """Return the networks of the clusters."""
        found = self.engine.networks(of_session(session), f"{labels.COMPONENT}={NETWORK}", *of_owner(owner))
        return [one for one in found if one["Name"] == cluster_name(labels.session_of(one["Labels"]))]

    def volumes(self, owner: str | None, *, session: str) -> list[Listed]:
        """Return the volumes of a session, its record among them."""
        found = self.engine.volumes(of_session(session), *of_owner(owner))
        return [one for one in found if _is_part(one, one["Name"])]

    def owns_nodes(self, session: str, owner: str) -> bool:
        """Return whether nodes are an owner's: by the network they are on, else by what there is of their session."""
        carriers = self.networks(None, session=session)
        carriers = carriers or [*self.volumes(None, session=session), *self.terminals(session=session)]
        return all(one["Labels"].get(labels.OWNER) == owner for one in carriers)

    def _strays(
        self, owner: str | None, recorded: Collection[str] = (), *, session: str | None = None
    ) -> dict[str, Mapping[str, str]]:
        """Return by session what is carried by parts that have outlived the record; the terminal knows until when."""
        networks = self.networks(owner, session=session)
        found: dict[str, Mapping[str, str]] = {labels.session_of(one["Labels"]): one["Labels"] for one in networks}
        for part in self.terminals(owner, session=session):
            of = labels.session_of(part["Labels"])
            if of not in recorded:
                carried = self.engine.carried_by(part) if _is_terminal(part) else part["Labels"]
                held = {name: carried[name] for name in (labels.DEADLINE, labels.TERMS) if name in carried}
                found[of] = {**carried, **found.get(of, {}), **held}
        return {of: carried for of, carried in found.items() if of not in recorded}


def found_sandbox(parts: Parts, engine: DockerEngine, backend: str) -> Sandbox:
    """Return the sandbox that the parts of a session come to, its deadline by the engine's clock."""
    found, lost = condition(parts)
    made = recorded_sandbox(parts.carried, engine.endpoint, backend)._replace(condition=found, lost=lost)
    return made._replace(is_torn=found is Condition.RUNNING and _is_torn(made, parts, engine))


def recorded_sandbox(carried: Mapping[str, str], endpoint: str, backend: str) -> Sandbox:
    """Return the sandbox that the labels of a session speak of, as one that runs."""
    profile = labels.profile_of(carried)
    session = carried[labels.SESSION]
    container = control_plane_name(session) if carried.get(SHELL) == ON_NODE else terminal_name(session)
    return Sandbox(
        backend=backend,
        session=session,
        owner=carried.get(labels.OWNER, ""),
        deadline=labels.deadline_of(carried),
        details={"endpoint": endpoint, "container": container, "user": user_of(profile)} | labels.workspace_of(carried),
        name=carried.get(labels.NAME, ""),
        pack=carried.get(labels.PACK, ""),
        condition=Condition.RUNNING,
        home=home_of(profile),
        frozen=left_of(carried),
        terms=labels.terms_of(carried.get(labels.TERMS, "")),
    )


def _is_torn(made: Sandbox, parts: Parts, engine: DockerEngine) -> bool:
    """Return whether the parts lack what the record says; the terminal's deadline is the first to be moved."""
    if made.frozen is not None:
        return not all(is_paused(part) for part in parts.all)
    held = engine.carried_by(parts.terminal) if parts.terminal else parts.carried
    return labels.deadline_of(held) != made.deadline


def _orphan(session: str) -> Mapping[str, str]:
    """Return labels for a node that has outlived everything that would say whose it is: its deadline is over."""
    return {labels.SESSION: session}


def _is_part(thing: Mapping[str, Any], name: str | None) -> bool:
    """Return whether something is part of a cluster; what is being removed may have lost its name."""
    ours = thing["Labels"].get(labels.COMPONENT, "").startswith(COMPONENTS)
    return ours and bool(labels.session_of(thing["Labels"])) and (name is None or is_named(thing, name))


def _is_terminal(container: Mapping[str, Any]) -> bool:
    is_one = container["Labels"][labels.COMPONENT] == TERMINAL
    return is_one and name_of(container) == terminal_name(labels.session_of(container["Labels"]))
