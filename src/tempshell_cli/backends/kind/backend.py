"""The kind backend."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import (
    Backend,
    Capability,
    Condition,
    EngineChoice,
    Expired,
    Kubeconfig,
    Option,
    Problem,
    Receipt,
    Report,
    Role,
    Sandbox,
    SandboxRequest,
    Template,
    Terms,
    Usage,
    WorkloadImage,
)
from tempshell_cli.backends.docker.container import ROOT, home_of, user_in, user_of
from tempshell_cli.backends.docker.engine import PAUSED, DockerEngine, is_paused, name_of, of_owner, of_session
from tempshell_cli.backends.docker.exec import Entry, exec_command
from tempshell_cli.backends.docker.expired import Dated, dated, over, remove
from tempshell_cli.backends.docker.liveness import all_run
from tempshell_cli.backends.kind.names import (
    ADMIN,
    KIND_CLUSTER,
    TERMINAL,
    cluster_name,
    control_plane_name,
    session_of,
    terminal_name,
)
from tempshell_cli.backends.kind.parts import Parts, condition
from tempshell_cli.backends.kind.record import (
    ON_NODE,
    SHELL,
    Change,
    change_record,
    create_record,
    is_named,
    left_of,
    record_labels,
    records,
)
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command
from tempshell_cli.core.units import format_size

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from tempshell_cli.backends.kind.command import Kind
    from tempshell_cli.core.config import Settings

_COMPONENTS = "cluster"  # how the component of every part but the nodes begins
_NETWORK = "cluster-network"
_NODES_READY = (
    *ADMIN,
    *("wait", "node", "--all", "--for", "condition=Ready", "--timeout", "120s"),
)
_NODES_TIMEOUT = 130.0  # seconds
# The nodes' own KUBECONFIG is the grader's, too: a person's current namespace is not to change it.
_OWN_KUBECONFIG = ("/usr/bin/env", "--unset=KUBECONFIG")
_NODE_VERSION = re.compile(r"(?:^|/)kindest/node:(v[0-9]+\.[0-9]+\.[0-9]+)")
_LEAST_NODE_MEMORY = 1024**3  # bytes; an idle control plane takes half of it
_BOOTING = "Writing configuration"  # kind's first step after it has made the nodes


class KindBackend(Backend):
    """kind clusters on the Docker engine of a context or host; see ``endpoint.resolve`` for "".

    What stands for a session on the engine is a labelled volume: see ``record``.
    """

    name: ClassVar[str] = "kind"
    graders_place: ClassVar[str] = "/run"  # as in any container of Docker's
    is_shared: ClassVar[bool] = True
    is_at_hand: ClassVar[bool] = True
    admin_reach: ClassVar[str] = (
        "administrator of a cluster of privileged containers: it can become root on the machine of the engine"
    )
    pack_reach: ClassVar[str] = admin_reach
    other_version: ClassVar[str] = "choose a node image of such a version with `--image kindest/node:vX.Y.Z`"
    port_kinds: ClassVar[Sequence[str]] = ("api", "http", "https")

    def __init__(self, endpoint: str = "", paths: Paths | None = None) -> None:
        self.engine = DockerEngine(endpoint)
        self.endpoint = self.engine.endpoint
        self._paths = paths or Paths.of_user()

    @cached_property
    def kind(self) -> Kind:
        """The kind command, for this engine."""
        from tempshell_cli.backends.kind.command import Kind  # noqa: PLC0415 - an exec needs none of it

        return Kind(self.endpoint)

    @classmethod
    def options(cls) -> frozenset[Option]:
        """Return what a cluster with a terminal can honour; without a network there could be neither."""
        of_containers = {Option.IMAGE, Option.CPUS, Option.OWN_NETWORK, Option.SECRET, Option.USER}
        of_nodes = {Option.NODES, Option.NODE_CPUS, Option.NODE_MEMORY, Option.KIND_CONFIG, Option.LOAD}
        return frozenset({Option.DOCKER_CONTEXT, *of_containers, *of_nodes})

    @classmethod
    def endpoint_of(cls, choice: EngineChoice) -> str:
        """Return the context or host of the Docker engine."""
        return choice.docker_context

    @classmethod
    def forgeable(cls) -> str:
        """Return what its administrator can do to the cluster that is graded."""
        return "The learner administers the cluster: any verdict about it may be forged."

    def default_image(self, settings: Settings) -> str:
        """Return the node image of the settings, "" for kind's own choice."""
        return settings.sandbox.node_image

    def refuses(self, template: Template) -> Sequence[Problem]:
        """Return what is wrong with the nodes that are asked for."""
        wanted, found = template.cluster, []
        if wanted.memory < _LEAST_NODE_MEMORY:
            too_little = f"{format_size(wanted.memory)} of memory is too little for a node"
            found.append(Problem(too_little, f"give {format_size(_LEAST_NODE_MEMORY)} or more"))
        if wanted.config:
            from tempshell_cli.backends.kind.config import cluster_config  # noqa: PLC0415 - an exec needs none of it

            try:
                cluster_config("", dict.fromkeys(self.port_kinds, 0), wanted)
            except UsageProblem as problem:
                found.append(Problem(str(problem), problem.hint))
        return found

    def answers(self) -> bool:
        """Return whether kind is there and the engine answers a request for its version."""
        return bool(shutil.which("kind")) and self.engine.answers()

    def doctor(self) -> Sequence[Problem]:
        """Return what is missing: kind, the engine, what the machine needs for a node."""
        from tempshell_cli.backends.kind.preflight import limits_of_machine  # noqa: PLC0415 - an exec needs none of it

        missing = [] if shutil.which("kind") else [Problem("the kind command is missing", _INSTALL_KIND)]
        return [*missing, *self.engine.problems(), *limits_of_machine()]

    def capabilities(self) -> frozenset[Capability]:
        """Everything that the administrator of a cluster can do, and root in the terminal."""
        usual = {Capability.IMAGES, Capability.OUTBOUND, Capability.ADMIN}
        return frozenset(usual | {Capability.CLUSTER_ADMIN, Capability.CLUSTER_DNS})

    def kubernetes_version(self, template: Template) -> str:
        """Return the version that the tag of a kindest/node image states; "" for kind's own choice and other images."""
        stated = _NODE_VERSION.search(template.image)
        return stated[1] if stated else ""

    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        """Make the record, the network, the cluster and its terminal, in this order."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as above

        from tempshell_cli.backends.kind.config import node_names  # noqa: PLC0415
        from tempshell_cli.backends.kind.node_shell import ensure_node_image, introduce, prepare_shell  # noqa: PLC0415
        from tempshell_cli.backends.kind.preflight import check_images, check_room  # noqa: PLC0415
        from tempshell_cli.backends.kind.terminal import start_terminal  # noqa: PLC0415

        cluster, on_node = cluster_name(request.session), request.template.cluster.node_shell
        with self.engine.translated_errors():
            info = self.engine.client.info()
            check_room(info, request.template.cluster.nodes)
            check_images(self.engine.client, request.template.cluster.images)
            request = request._replace(deadline=self.engine.theirs(request.deadline))
            config = _config(request, info)
            carried = record_labels(request, node_names(config))
            create_record(self.engine, carried, request.session)
            self.engine.create_network(cluster, labels.of_part(carried, _NETWORK))
            if on_node:
                own = request.template.image or self.kind.default_image(self._kubeconfig_file(request.session), report)
                layered = ensure_node_image(self.engine, own, report)
                request = request._replace(template=request.template._replace(image=layered))
            with ThreadPoolExecutor(1) as pool:
                image = self._create_cluster(request, config, report, pool)
                # Once it runs: to boot it takes all it can get. More cores than there are would be refused.
                cpus = min(request.template.cluster.cpus, info["NCPU"])
                nodes = self._nodes(request.session)
                self.engine.limit([name_of(node) for node in nodes], cpus=cpus, memory=request.template.cluster.memory)
                self._arm(request.session, request.deadline)
                with report("building the terminal's image"):
                    terminal = image.result()
            with report("starting the terminal"):
                start_terminal(self.engine, request, terminal, self.kind.kubeconfig(cluster, internal=True))
            if on_node:
                introduce(self.engine, nodes, cluster)
                prepare_shell(self.engine, control_plane_name(request.session), request.template)
        return self._by_our_clock(_sandbox(record_labels(request), self.endpoint, Condition.RUNNING))

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        """Return the sandboxes that have anything on the engine."""
        with self.engine.translated_errors():
            # In this order: what has a container had its record before, so that none is taken for an orphan.
            terminals = {labels.session_of(one["Labels"]): one for one in self._terminals(owner) if _is_terminal(one)}
            nodes = _by_session(self._nodes())
            recorded = records(self.engine, owner)
            known = {**self._strays(owner, recorded), **recorded}
            if owner is None:
                known |= {session: _orphan(session) for session in nodes.keys() - known.keys()}
            return [
                self._found(
                    Parts(session, carried, session in recorded, terminals.get(session), nodes.get(session, ()))
                )
                for session, carried in known.items()
            ]

    def shell(
        self,
        sandbox: Sandbox,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str | None = None,
        role: Role = Role.LEARNER,
    ) -> Command:
        """Return a ``docker exec`` into the terminal, or the node where the shell is there."""
        details = sandbox.details
        entry = Entry(details["endpoint"], details["container"], user or user_in(role, details["user"]), sandbox.home)
        on_node = details["container"] != terminal_name(sandbox.session)
        return exec_command(entry, (*(_OWN_KUBECONFIG if on_node else ()), *argv), role, tty=tty)

    def is_alive(self, sandbox: Sandbox) -> bool | None:
        """Return whether terminal and control plane run; None for an engine that is not on this machine."""
        details = sandbox.details
        return all_run(details["endpoint"], [details["container"], control_plane_name(sandbox.session)])

    def usage(self, sandbox: Sandbox) -> Usage | None:
        """Return what the nodes and the terminal use together."""
        with self.engine.translated_errors():
            return self.engine.usage([one["Id"] for one in self._parts(sandbox.session)])

    def restore(self, sandbox: Sandbox, report: Report) -> Sandbox:
        """Start nodes that have stopped, and make network, record and terminal again; a node that is gone is lost."""
        with self.engine.translated_errors():
            self._restore(sandbox.session, self.engine.theirs(sandbox.deadline), report)
            return self._found(self._look(sandbox.session))

    def _restore(self, session: str, deadline: datetime, report: Report) -> None:
        from tempshell_cli.backends.kind.restore import restore  # noqa: PLC0415 - as above

        kubeconfig = partial(self.kind.kubeconfig, cluster_name(session), internal=True)
        restore(self.engine, partial(self._look, session), kubeconfig, deadline, report)

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        """Return a ``docker exec`` of the control plane's own kubectl."""
        details = sandbox.details
        entry = Entry(details["endpoint"], control_plane_name(sandbox.session), ROOT, "/")
        return exec_command(entry, (*ADMIN, *argv), Role.GRADER)

    def enforces_policies(self, sandbox: Sandbox) -> bool:
        """Try out whether the network that the node image brings does; see ``netpol``."""
        from tempshell_cli.backends.netpol import Trial, enforces_policies  # noqa: PLC0415 - for few packs

        with self.engine.translated_errors():
            images = self._load_shipped(sandbox.session, WorkloadImage.PRACTICE, lambda _: nullcontext())
        return enforces_policies(Trial(partial(self.kubectl, sandbox), images[0], "Never", "tempshell-trial"))

    def set_deadline(self, sandbox: Sandbox, deadline: datetime, terms: Terms | None = None) -> None:
        """Move the deadline in the terminal, in the nodes and on record."""
        with self.engine.translated_errors():
            terms_line = labels.terms_text(terms) if terms else ""
            self._change(sandbox.session, Change(self.engine.theirs(deadline), terms=terms_line))

    def pause(self, sandbox: Sandbox, *, left: timedelta, until: datetime) -> None:
        """Freeze nodes and terminal. Their deadlines are moved first: a frozen timer goes off when it thaws."""
        with self.engine.translated_errors():
            self._change(sandbox.session, Change(self.engine.theirs(until), left))
            for container in self._parts(sandbox.session):
                self.engine.pause(container["Id"])

    def resume(self, sandbox: Sandbox, deadline: datetime) -> None:
        """Thaw nodes and terminal, and give them the deadline; nodes that have stopped meanwhile are started."""
        with self.engine.translated_errors():
            for container in self._parts(sandbox.session):
                self.engine.unpause(container["Id"])
            if self._look(sandbox.session).stopped:
                self._restore(sandbox.session, self.engine.theirs(deadline), lambda _: nullcontext())
        self.set_deadline(sandbox, deadline)

    def _change(self, session: str, change: Change) -> None:
        """Move the deadline in the terminal, then in the nodes, then on record, which is what counts: see ``_is_torn``.

        What a record that was lost has said is read from another part, before anything is moved.
        """
        carried = self._carried(session)
        if self._look(session).has_terminal:
            self.engine.move_deadline(terminal_name(session), change.deadline, change.terms)
        self._arm(session, change.deadline)
        change_record(self.engine, carried, change)

    def _carried(self, session: str) -> Mapping[str, str]:
        """Return the labels of a session's record, else of another part; raises EngineUnavailable without any."""
        recorded = records(self.engine, session=session)
        found = recorded.get(session) or self._strays(None, session=session).get(session)
        if not found:
            raise EngineUnavailable("the cluster is gone", hint="`tempshell list` shows what runs")
        return found

    def kubeconfig(self, sandbox: Sandbox) -> Kubeconfig:
        """Return the kubeconfig for the engine's machine, whose loopback interface has the API's port."""
        from tempshell_cli.backends.kind.tunnel import tunnel  # noqa: PLC0415 - as above

        content = self.kind.kubeconfig(cluster_name(sandbox.session), internal=False)
        return Kubeconfig(content, tunnel(self.engine.host, content))

    def destroy(self, sandbox: Sandbox) -> Receipt:
        """Remove terminal, cluster, kubeconfig, network and record, in this order, and look until they are gone.

        Of what carries the session's label, only what its owner's carries, too.
        """
        session, owner = sandbox.session, sandbox.owner
        with self.engine.translated_errors():
            nodes = self._nodes(session) if self._owns_nodes(session, owner) else []
            removed = self.engine.remove_containers(lambda: self._terminals(owner, session=session))
            removed += self._delete_cluster(session) if nodes else []
            removed += self._remove_kubeconfig(session)
            networks = [self.engine.remove_network(found["Name"]) for found in self._networks(owner, session=session)]
            removed += [network for network in networks if network]
            # The record goes last: what is left is found by it.
            volumes = self._volumes(owner, session=session) if all(networks) else []
            gone = [self.engine.remove_volume(found["Name"]) for found in volumes]
            removed += [volume for volume in gone if volume]
            parts = [*self._terminals(owner, session=session), *(self._nodes(session) if nodes else ())]
            left = [f"container {name_of(found)}" for found in parts]
            still = self._networks(owner, session=session)
            left += [self.engine.why_network_stays(found["Name"]) for found in still]
            left += [f"volume {found['Name']}" for found in self._volumes(owner, session=session)]
        return Receipt(session, removed, left)

    def expired(self, grace: timedelta) -> Sequence[Expired]:
        """Return the nodes that are over, which are so with their record, then what carries labels, records last."""
        with self.engine.translated_errors():
            found = sorted(
                dated(self.engine, lambda component: component.startswith(_COMPONENTS)), key=lambda one: one.kind
            )
            nodes = [self._dated_node(node, found) for node in self._nodes()]
            return over(self.engine, [*nodes, *found], grace)

    def remove_expired(self, one: Expired) -> Receipt:
        """Remove a container, a network or a volume."""
        with self.engine.translated_errors():
            return remove(self.engine, one)

    def forget(self, session: str) -> None:
        """Remove the kubeconfig of a session."""
        self._remove_kubeconfig(session)

    def _create_cluster(
        self, request: SandboxRequest, config: str, report: Report, pool: ThreadPoolExecutor
    ) -> Future[str]:
        """Make the cluster, and the terminal's image in the ``pool`` once there is a node to take kubectl from."""
        from tempshell_cli.backends.docker.proxies import for_kind  # noqa: PLC0415 - as above

        wanted = request.template.cluster
        image: list[Future[str]] = []

        def begun(step: str) -> None:
            if step.startswith(_BOOTING):
                image.append(pool.submit(self._terminal_image, request.session))

        self.kind.create(
            cluster_name(request.session),
            config=config,
            image=request.template.image,
            kubeconfig=self._kubeconfig_file(request.session),
            proxies=for_kind(self.engine.host, report),
            report=report,
            begun=begun,
        )
        if wanted.nodes > 1:
            with report("waiting for the workers"):
                self._wait_for_nodes(request.session)
        for name in wanted.images:
            with report(f"loading image {name}"):
                self.kind.load(cluster_name(request.session), name)
        for asked in wanted.shipped:
            self._load_shipped(request.session, asked, report)
        return image[0] if image else pool.submit(self._terminal_image, request.session)

    def _load_shipped(self, session: str, asked: WorkloadImage, report: Report) -> Sequence[str]:
        """Give the nodes a shipped image, unless they have it; return its references."""
        from tempshell_cli.backends.docker.images import ensure_workload_image  # noqa: PLC0415 - as above

        tags = ensure_workload_image(self.engine.client, asked, report)
        with report(f"loading image {' and '.join(tags)}"):
            self.kind.load(cluster_name(session), *tags)
        return tags

    def _wait_for_nodes(self, session: str) -> None:
        """Wait for all nodes; kind waits for the control plane alone."""
        done = self.engine.run_in(control_plane_name(session), _NODES_READY, user="0", silence=_NODES_TIMEOUT)
        if done.exit_code:
            raise ProvisionFailed(f"not all nodes are ready: {done.stdout.decode(errors='replace').strip()}")

    def _terminal_image(self, session: str) -> str:
        from tempshell_cli.backends.kind.terminal import ensure_terminal_image  # noqa: PLC0415 - as above

        node = self._nodes(session)[0]
        return ensure_terminal_image(self.engine, node["Image"], lambda _: nullcontext())

    def _look(self, session: str) -> Parts:
        """Return what the engine has of a session, which it has something of."""
        recorded = records(self.engine, session=session)
        terminals = [one for one in self._terminals(session=session) if _is_terminal(one)]
        carried = recorded.get(session) or self._strays(None, session=session).get(session) or _orphan(session)
        return Parts(session, carried, bool(recorded), next(iter(terminals), None), self._nodes(session))

    def _found(self, parts: Parts) -> Sandbox:
        found, lost = condition(parts)
        sandbox = _sandbox(parts.carried, self.endpoint, found)._replace(lost=lost)
        is_torn = found is Condition.RUNNING and self._is_torn(sandbox, parts)
        return self._by_our_clock(sandbox._replace(is_torn=is_torn))

    def _is_torn(self, sandbox: Sandbox, parts: Parts) -> bool:
        """Return whether the parts lack what the record says; the terminal's deadline is the first to be moved."""
        if sandbox.frozen is not None:
            return not all(is_paused(part) for part in parts.all)
        held = self.engine.carried_by(parts.terminal) if parts.terminal else parts.carried
        return labels.deadline_of(held) != sandbox.deadline

    def _by_our_clock(self, sandbox: Sandbox) -> Sandbox:
        return sandbox._replace(deadline=self.engine.ours(sandbox.deadline))

    def _arm(self, session: str, deadline: datetime) -> None:
        from tempshell_cli.backends.kind.timer import arm  # noqa: PLC0415 - as above

        arm(self.engine, [node["Id"] for node in self._nodes(session)], deadline)

    def _delete_cluster(self, session: str) -> list[str]:
        """Let kind remove its nodes; what is left where kind is not there, or fails, is removed all the same."""
        nodes = self._nodes(session)
        if nodes and shutil.which("kind"):
            with suppress(ProvisionFailed):
                self.kind.delete(cluster_name(session), self._kubeconfig_file(session))
        self.engine.remove_containers(lambda: self._nodes(session))
        return [f"container {name_of(node)}" for node in nodes]

    def _remove_kubeconfig(self, session: str) -> list[str]:
        file = self._kubeconfig_file(session)
        was_there = file.exists()
        file.unlink(missing_ok=True)
        return [f"kubeconfig {file}"] if was_there else []

    def _kubeconfig_file(self, session: str) -> Path:
        return self._paths.private("kubeconfig") / session

    def _parts(self, session: str) -> list[dict[str, Any]]:
        return [*self._terminals(session=session), *self._nodes(session)]

    def _terminals(self, owner: str | None = None, *, session: str | None = None) -> list[dict[str, Any]]:
        """Return the terminal containers, and those that only fill a volume."""
        found = self.engine.containers(of_session(session), *of_owner(owner))
        return [one for one in found if _is_part(one, name_of(one) if one.get("Names") else None)]

    def _volumes(self, owner: str | None, *, session: str) -> list[dict[str, Any]]:
        found = self.engine.volumes(of_session(session), *of_owner(owner))
        return [one for one in found if _is_part(one, one["Name"])]

    def _owns_nodes(self, session: str, owner: str) -> bool:
        """Return whether nodes are an owner's: by the network they are on, else by what there is of their session."""
        carriers = self._networks(None, session=session)
        carriers = carriers or [*self._volumes(None, session=session), *self._terminals(session=session)]
        return all(one["Labels"].get(labels.OWNER) == owner for one in carriers)

    def _dated_node(self, node: Mapping[str, Any], found: Sequence[Dated]) -> Dated:
        """Return a node with its deadline: its record's, and not before it has ended.

        One that runs is not over: its own timer ends it. One that is paused cannot keep its deadline itself.
        """
        session = session_of(node["Labels"][KIND_CLUSTER])
        volumes = [one for one in found if one.kind == "volume" and cluster_name(session) in one.name]
        times = [one.deadline for one in volumes if one.session == session]
        if node["State"] != PAUSED:
            times.append(self.engine.ended(node["Id"]))
        latest = None if None in times else max((one for one in times if one), default=None)
        return Dated("container", name_of(node), node["Id"], session, latest)

    def _nodes(self, session: str = "") -> list[dict[str, Any]]:
        """Return the node containers of our clusters: ours by name, and on the network of that name."""
        wanted = f"{KIND_CLUSTER}={cluster_name(session)}" if session else KIND_CLUSTER
        found = self.engine.containers(wanted)
        return [one for one in found if _is_ours(one)]

    def _networks(self, owner: str | None, *, session: str | None = None) -> list[dict[str, Any]]:
        found = self.engine.networks(of_session(session), f"{labels.COMPONENT}={_NETWORK}", *of_owner(owner))
        return [one for one in found if one["Name"] == cluster_name(labels.session_of(one["Labels"]))]

    def _strays(
        self, owner: str | None, recorded: Collection[str] = (), *, session: str | None = None
    ) -> dict[str, Mapping[str, str]]:
        """Return by session what is carried by parts that have outlived the record; the terminal knows until when."""
        networks = self._networks(owner, session=session)
        found: dict[str, Mapping[str, str]] = {labels.session_of(one["Labels"]): one["Labels"] for one in networks}
        for part in self._terminals(owner, session=session):
            of = labels.session_of(part["Labels"])
            if of not in recorded:
                carried = self.engine.carried_by(part) if _is_terminal(part) else part["Labels"]
                held = {name: carried[name] for name in (labels.DEADLINE, labels.TERMS) if name in carried}
                found[of] = {**carried, **found.get(of, {}), **held}
        return {of: carried for of, carried in found.items() if of not in recorded}


_INSTALL_KIND = "install kind: https://kind.sigs.k8s.io/docs/user/quick-start/#installation"


def _is_ours(node: Mapping[str, Any]) -> bool:
    """Return whether a node is ours, not of a user's cluster with such a name: only ours is on a network named so."""
    cluster = node["Labels"][KIND_CLUSTER]
    return bool(session_of(cluster)) and node["HostConfig"]["NetworkMode"] == cluster


def _orphan(session: str) -> Mapping[str, str]:
    """Return labels for a node that has outlived everything that would say whose it is: its deadline is over."""
    return {labels.SESSION: session}


def _is_part(thing: Mapping[str, Any], name: str | None) -> bool:
    """Return whether something is part of a cluster; what is being removed may have lost its name."""
    ours = thing["Labels"].get(labels.COMPONENT, "").startswith(_COMPONENTS)
    return ours and bool(labels.session_of(thing["Labels"])) and (name is None or is_named(thing, name))


def _is_terminal(container: Mapping[str, Any]) -> bool:
    is_one = container["Labels"][labels.COMPONENT] == TERMINAL
    return is_one and name_of(container) == terminal_name(labels.session_of(container["Labels"]))


def _by_session(nodes: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for node in nodes:
        found.setdefault(session_of(node["Labels"][KIND_CLUSTER]), []).append(node)
    return found


def _config(request: SandboxRequest, info: Mapping[str, Any]) -> str:
    """Return what kind is to make, on an engine with that ``info``."""
    from tempshell_cli.backends.kind.config import cluster_config  # noqa: PLC0415 - an exec needs none of it

    return cluster_config(
        cluster_name(request.session),
        request.ports,
        request.template.cluster,
        cgroup_v1=info.get("CgroupVersion") == "1",
    )


def _sandbox(carried: Mapping[str, str], endpoint: str, condition: Condition) -> Sandbox:
    profile = labels.profile_of(carried)
    session = carried[labels.SESSION]
    container = control_plane_name(session) if carried.get(SHELL) == ON_NODE else terminal_name(session)
    return Sandbox(
        backend=KindBackend.name,
        session=session,
        owner=carried.get(labels.OWNER, ""),
        deadline=labels.deadline_of(carried),
        details={"endpoint": endpoint, "container": container, "user": user_of(profile)},
        name=carried.get(labels.NAME, ""),
        pack=carried.get(labels.PACK, ""),
        condition=condition,
        home=home_of(profile),
        frozen=left_of(carried),
        terms=labels.terms_of(carried.get(labels.TERMS, "")),
    )
