"""The kind backend."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import (
    Backend,
    Capability,
    EngineChoice,
    Expired,
    Kubeconfig,
    Network,
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
from tempshell_cli.backends.docker.container import ROOT, user_in
from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.exec import Entry, exec_command
from tempshell_cli.backends.docker.expired import remove
from tempshell_cli.backends.docker.liveness import all_run
from tempshell_cli.backends.kind.inventory import Inventory, found_sandbox, recorded_sandbox
from tempshell_cli.backends.kind.names import ADMIN, cluster_name, control_plane_name, terminal_name
from tempshell_cli.backends.kind.parts import Parts
from tempshell_cli.backends.kind.record import Change, change_record
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command
from tempshell_cli.core.units import format_size

if TYPE_CHECKING:
    from tempshell_cli.backends.kind.command import Kind
    from tempshell_cli.core.config import Settings

# The nodes' own KUBECONFIG is the grader's, too: a person's current namespace is not to change it.
_OWN_KUBECONFIG = ("/usr/bin/env", "--unset=KUBECONFIG")
_NODE_VERSION = re.compile(r"(?:^|/)kindest/node:(v[0-9]+\.[0-9]+\.[0-9]+)")
_LEAST_NODE_MEMORY = 1024**3  # bytes; an idle control plane takes half of it
# Docker passes on a network that is internal what has its own addresses alone, and pods have others.
_ONE_NODE = "with --network none a cluster has one node: pods of several would not reach each other"
_NO_PORTS = "with --network none no port is published, and the kind configuration has some"
_INSTALL_KIND = "install kind: https://kind.sigs.k8s.io/docs/user/quick-start/#installation"


class KindBackend(Backend):
    """kind clusters on the Docker engine of a context or host; see ``endpoint.resolve`` for "".

    What stands for a session on the engine is a labelled volume: see ``record``.
    """

    name: ClassVar[str] = "kind"
    graders_place: ClassVar[str] = "/run"  # as in any container of Docker's
    is_shared: ClassVar[bool] = True
    is_at_hand: ClassVar[bool] = True
    workspace_keeper: ClassVar[str] = "docker"  # the terminal is a container, and its home a volume, of that engine
    admin_reach: ClassVar[str] = (
        "administrator of a cluster of privileged containers: it can become root on the machine of the engine"
    )
    pack_reach: ClassVar[str] = admin_reach
    other_version: ClassVar[str] = "choose a node image of such a version with `--image kindest/node:vX.Y.Z`"
    port_kinds: ClassVar[Sequence[str]] = ("api", "http", "https")

    def __init__(self, endpoint: str = "", paths: Paths | None = None) -> None:
        self.engine = DockerEngine(endpoint)
        self.endpoint = self.engine.endpoint
        self.inventory = Inventory(self.engine)
        self._paths = paths or Paths.of_user()

    @cached_property
    def kind(self) -> Kind:
        """The kind command, for this engine."""
        from tempshell_cli.backends.kind.command import Kind  # noqa: PLC0415 - an exec needs none of it

        return Kind(self.endpoint)

    @classmethod
    def options(cls) -> frozenset[Option]:
        """Return what a cluster with a terminal can honour."""
        of_containers = {Option.IMAGE, Option.CPUS, Option.PIDS, Option.SECRET, Option.USER, Option.WORKSPACE}
        networks = {Option.NO_NETWORK, Option.OWN_NETWORK}
        of_nodes = {Option.NODES, Option.NODE_CPUS, Option.NODE_MEMORY, Option.KIND_CONFIG, Option.LOAD}
        return frozenset({Option.DOCKER_CONTEXT, *of_containers, *networks, *of_nodes})

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
        if wanted.node_shell and template.workspace:
            found.append(Problem("a shell on the node has no workspace", "leave --workspace out"))
        if wanted.memory < _LEAST_NODE_MEMORY:
            too_little = f"{format_size(wanted.memory)} of memory is too little for a node"
            found.append(Problem(too_little, f"give {format_size(_LEAST_NODE_MEMORY)} or more"))
        if wanted.config or template.network is Network.NONE:
            from tempshell_cli.backends.kind.config import cluster_config, node_names, publishes  # noqa: PLC0415 - few have any

            try:
                nodes = node_names(cluster_config("", dict.fromkeys(self.port_kinds, 0), wanted))
            except UsageProblem as problem:
                return [*found, Problem(str(problem), problem.hint)]
            closed = template.network is Network.NONE
            if closed and len(nodes) > 1:
                found.append(Problem(_ONE_NODE, "leave out --nodes, or --network none"))
            if closed and publishes(wanted.config):
                found.append(Problem(_NO_PORTS, "leave out extraPortMappings, or --network none"))
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
        from tempshell_cli.backends.kind.create import Creation  # noqa: PLC0415 - an exec needs none of it

        with self.engine.translated_errors():
            carried = Creation(self.engine, self.kind, self._kubeconfig_file(request.session), report).make(request)
        return self._by_our_clock(recorded_sandbox(carried, self.endpoint, self.name))

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        """Return the sandboxes that have anything on the engine."""
        with self.engine.translated_errors():
            return [self._found(parts) for parts in self.inventory.every(owner)]

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
            return self.engine.usage([one["Id"] for one in self.inventory.containers(sandbox.session)])

    def restore(self, sandbox: Sandbox, report: Report) -> Sandbox:
        """Start nodes that have stopped, and make network, record and terminal again; a node that is gone is lost."""
        with self.engine.translated_errors():
            self._restore(sandbox.session, self.engine.theirs(sandbox.deadline), report)
            return self._found(self.inventory.of(sandbox.session))

    def _restore(self, session: str, deadline: datetime, report: Report) -> None:
        from tempshell_cli.backends.kind.restore import restore  # noqa: PLC0415 - as above

        kubeconfig = partial(self.kind.kubeconfig, cluster_name(session), internal=True)
        restore(self.engine, partial(self.inventory.of, session), kubeconfig, deadline, report)

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        """Return a ``docker exec`` of the control plane's own kubectl."""
        details = sandbox.details
        entry = Entry(details["endpoint"], control_plane_name(sandbox.session), ROOT, "/")
        return exec_command(entry, (*ADMIN, *argv), Role.GRADER)

    def enforces_policies(self, sandbox: Sandbox) -> bool:
        """Try out whether the network that the node image brings does; see ``netpol``."""
        from tempshell_cli.backends.kind.create import load_shipped  # noqa: PLC0415 - for few packs
        from tempshell_cli.backends.netpol import Trial, enforces_policies  # noqa: PLC0415 - for few packs

        with self.engine.translated_errors():
            images = load_shipped(
                self.engine, self.kind, sandbox.session, WorkloadImage.PRACTICE, lambda _: nullcontext()
            )
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
            for container in self.inventory.containers(sandbox.session):
                self.engine.pause(container["Id"])

    def resume(self, sandbox: Sandbox, deadline: datetime) -> None:
        """Thaw nodes and terminal, and give them the deadline; nodes that have stopped meanwhile are started."""
        with self.engine.translated_errors():
            for container in self.inventory.containers(sandbox.session):
                self.engine.unpause(container["Id"])
            if self.inventory.of(sandbox.session).stopped:
                self._restore(sandbox.session, self.engine.theirs(deadline), lambda _: nullcontext())
        self.set_deadline(sandbox, deadline)

    def _change(self, session: str, change: Change) -> None:
        """Move the deadline in the terminal, then in the nodes, then on record, which is what counts: see ``is_torn``.

        What a record that was lost has said is read from another part, before anything is moved.
        """
        from tempshell_cli.backends.kind.timer import arm  # noqa: PLC0415 - as above

        carried = self.inventory.carried(session)
        if self.inventory.of(session).has_terminal:
            self.engine.move_deadline(terminal_name(session), change.deadline, change.terms)
        arm(self.engine, [node["Id"] for node in self.inventory.nodes(session)], change.deadline)
        change_record(self.engine, carried, change)

    def kubeconfig(self, sandbox: Sandbox) -> Kubeconfig:
        """Return the kubeconfig for the engine's machine, whose loopback interface has the API's port."""
        from tempshell_cli.backends.kind.tunnel import tunnel  # noqa: PLC0415 - as above

        with self.engine.translated_errors():
            if labels.is_closed(self.inventory.carried(sandbox.session)):
                raise UsageProblem("nothing outside reaches a closed cluster", hint="use kubectl in its terminal")
        content = self.kind.kubeconfig(cluster_name(sandbox.session), internal=False)
        return Kubeconfig(content, tunnel(self.engine.host, content))

    def destroy(self, sandbox: Sandbox) -> Receipt:
        """Remove terminal, cluster, kubeconfig, network and record, in this order, and look until they are gone.

        Of what carries the session's label, only what its owner's carries, too.
        """
        from tempshell_cli.backends.kind.removal import remove_session  # noqa: PLC0415 - as above

        file = self._kubeconfig_file(sandbox.session)
        with self.engine.translated_errors():
            return remove_session(
                self.inventory, sandbox, lambda: self.kind.delete(cluster_name(sandbox.session), file), file
            )

    def expired(self, grace: timedelta) -> Sequence[Expired]:
        """Return the nodes that are over, then what carries labels; see ``expired``."""
        from tempshell_cli.backends.kind.expired import expired  # noqa: PLC0415 - as above

        with self.engine.translated_errors():
            return expired(self.inventory, grace)

    def remove_expired(self, one: Expired) -> Receipt:
        """Remove a container, a network or a volume."""
        with self.engine.translated_errors():
            return remove(self.engine, one)

    def forget(self, session: str) -> None:
        """Remove the kubeconfig of a session."""
        self._kubeconfig_file(session).unlink(missing_ok=True)

    def _found(self, parts: Parts) -> Sandbox:
        return self._by_our_clock(found_sandbox(parts, self.engine, self.name))

    def _by_our_clock(self, sandbox: Sandbox) -> Sandbox:
        return sandbox._replace(deadline=self.engine.ours(sandbox.deadline))

    def _kubeconfig_file(self, session: str) -> Path:
        return self._paths.private("kubeconfig") / session
