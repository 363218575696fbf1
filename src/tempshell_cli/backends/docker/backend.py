"""The Docker backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import (
    Backend,
    Capability,
    Condition,
    EngineChoice,
    Expired,
    KeptWorkspace,
    Network,
    Option,
    Problem,
    Profile,
    Receipt,
    Report,
    Role,
    Sandbox,
    SandboxRequest,
    Template,
    Terms,
    Usage,
)
from tempshell_cli.backends.docker import workspaces
from tempshell_cli.backends.docker.container import (
    ContainerSpec,
    container_name,
    create_options,
    home_of,
    user_in,
    user_of,
)
from tempshell_cli.backends.docker.engine import (
    DockerEngine,
    condition_of,
    is_connected,
    is_paused,
    name_of,
    of_owner,
    of_session,
)
from tempshell_cli.backends.docker.exec import Entry, exec_command
from tempshell_cli.backends.docker.expired import dated, over, remove
from tempshell_cli.backends.docker.liveness import all_run
from tempshell_cli.backends.docker.machine import inside
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.interrupts import held_back
from tempshell_cli.core.process import NOTHING, Command
from tempshell_cli.core.text import one_line

if TYPE_CHECKING:
    from tempshell_cli.core.config import Settings

_MACHINE = "machine"  # among the details of one
_NO_TERMS = "{}"  # takes the place of others, which "" does not
_TERMINAL, _NETWORK = f"{labels.COMPONENT}=terminal", f"{labels.COMPONENT}=network"


class DockerBackend(Backend):
    """Containers on the Docker engine of a context or host; see ``endpoint.resolve`` for ""."""

    name: ClassVar[str] = "docker"
    pack_reach: ClassVar[str] = ""
    is_shared: ClassVar[bool] = True
    is_at_hand: ClassVar[bool] = True
    graders_place: ClassVar[str] = "/run"  # the learner cannot write there
    admin_reach: ClassVar[str] = "root in a container, with the capabilities that Docker gives by default"
    machine_reach: ClassVar[str] = "root in a privileged container: it can become root on the machine of the engine"

    def __init__(self, endpoint: str = "") -> None:
        self.engine = DockerEngine(endpoint)
        self.endpoint = self.engine.endpoint

    @classmethod
    def options(cls) -> frozenset[Option]:
        """Return what a container can honour."""
        networks = {Option.NO_NETWORK, Option.OWN_NETWORK}
        limits = {Option.CPUS, Option.PIDS, Option.IDLE}
        of_containers = {Option.IMAGE, Option.RUNTIME, Option.SECRET, Option.DEVCONTAINER, Option.USER}
        return frozenset({Option.DOCKER_CONTEXT, Option.MACHINE, Option.WORKSPACE, *networks, *limits, *of_containers})

    @classmethod
    def endpoint_of(cls, choice: EngineChoice) -> str:
        """Return the context or host."""
        return choice.docker_context

    def default_image(self, settings: Settings) -> str:
        """Return the image of the settings."""
        return settings.sandbox.image

    def answers(self) -> bool:
        """Return whether the engine answers a request for its version."""
        return self.engine.answers()

    def doctor(self) -> Sequence[Problem]:
        """Return what is missing: the CLI, the engine."""
        return self.engine.problems()

    def refuses(self, template: Template) -> Sequence[Problem]:
        """Refuse a workspace for a machine, whose home is one of many places that it writes to."""
        if template.workspace and template.profile is Profile.MACHINE:
            return [Problem("--workspace cannot be used with --profile machine", "use --profile admin")]
        return ()

    def capabilities(self) -> frozenset[Capability]:
        """Images, a network that reaches out, and root in a container of one's own."""
        return frozenset({Capability.IMAGES, Capability.OUTBOUND, Capability.ADMIN})

    def missing(self, template: Template) -> Problem | None:
        """Return whether its image would have to be built or pulled."""
        from tempshell_cli.backends.docker.images import Image, has_image, resolve_image  # noqa: PLC0415 - as below

        image = resolve_image(template.image)
        reference, how = (image.reference, "build") if isinstance(image, Image) else (image, "pull")
        with self.engine.translated_errors():
            if has_image(self.engine.client, reference):
                return None
        return Problem(f"the engine lacks the image {template.image}", f"`tempshell image {how} {template.image}`")

    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        """Make the session's network and its container, and start it."""
        from tempshell_cli.backends.docker.images import build_project, ensure_image  # noqa: PLC0415 - an exec needs none of it
        from tempshell_cli.backends.docker.machine import boot, ensure_machine_image  # noqa: PLC0415 - as above
        from tempshell_cli.backends.docker.proxies import for_container  # noqa: PLC0415 - as above

        is_machine = request.template.profile is Profile.MACHINE
        with self.engine.translated_errors():
            proxies = for_container(self.engine.host, report)
            if is_machine and not request.template.image:
                image = ensure_machine_image(self.engine.client, report)
            elif request.template.build:
                image = build_project(self.engine.client, request.template.build, proxies, report)
            else:
                image = ensure_image(self.engine.client, request.template.image, report)
            asked = request._replace(deadline=self.engine.theirs(request.deadline))
            with report("starting the container"):
                self._start(asked, image, proxies)
            if is_machine:
                with report("booting the machine"):
                    boot(self.engine, container_name(request.session))
        return _sandbox(labels.labels(request, "terminal"), self.endpoint, request.deadline, Condition.RUNNING)

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        """Return the sandboxes that have a container or a network on the engine."""
        with self.engine.translated_errors():
            networks = {labels.session_of(found["Labels"]): found["Labels"] for found in self._networks(owner)}
            containers = {labels.session_of(found["Labels"]): found for found in self._containers(owner)}
            lone = [self._orphan(networks[session]) for session in networks.keys() - containers.keys()]
            return [self._found(container) for container in containers.values()] + lone

    def shell(
        self,
        sandbox: Sandbox,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str | None = None,
        role: Role = Role.LEARNER,
    ) -> Command:
        """Return a ``docker exec``."""
        details = sandbox.details
        entry = Entry(details["endpoint"], details["container"], user or user_in(role, details["user"]), sandbox.home)
        return exec_command(entry, inside(argv) if _MACHINE in details else argv, role, tty=tty)

    def is_alive(self, sandbox: Sandbox) -> bool | None:
        """Return whether the container runs; None for an engine that is not on this machine."""
        return all_run(sandbox.details["endpoint"], [sandbox.details["container"]])

    def usage(self, sandbox: Sandbox) -> Usage | None:
        """Return what the container uses."""
        with self.engine.translated_errors():
            return self.engine.usage([sandbox.details["container"]])

    def restore(self, sandbox: Sandbox, report: Report) -> Sandbox:
        """Let a paused container go on, and give it its network again."""
        name = container_name(sandbox.session)
        with self.engine.translated_errors():
            container = self._container(sandbox)
            self.engine.unpause(container["Id"])
            if not is_connected(container):
                with report(f"connecting {name} to its network"):
                    if not self._networks(session=sandbox.session):
                        self.engine.create_network(name, labels.of_part(container["Labels"], "network"))
                    self.engine.connect(container["Id"], name)
            return self._found(self._container(sandbox))

    def _container(self, sandbox: Sandbox) -> dict[str, Any]:
        """Return the container of a sandbox; raises ProvisionFailed where it has gone meanwhile."""
        for found in self._containers(sandbox.owner, session=sandbox.session):
            return found
        raise ProvisionFailed(f"container {container_name(sandbox.session)} is gone", hint="see `tempshell status`")

    def set_deadline(self, sandbox: Sandbox, deadline: datetime, terms: Terms | None = None) -> None:
        """Send it to PID 1, and wait until it has taken it: labels of a container cannot be changed."""
        self._tell(sandbox, deadline, labels.terms_text(terms) if terms else "")

    def _tell(self, sandbox: Sandbox, deadline: datetime, terms: str) -> None:
        with self.engine.translated_errors():
            self.engine.move_deadline(sandbox.details["container"], self.engine.theirs(deadline), terms)

    def pause(self, sandbox: Sandbox, *, left: timedelta, until: datetime) -> None:
        """Freeze the container. First send PID 1 the deadline for the pause, and the time left, which it keeps."""
        self._tell(sandbox, until, labels.terms_text(sandbox.terms, left))
        with self.engine.translated_errors():
            self.engine.pause(sandbox.details["container"])

    def resume(self, sandbox: Sandbox, deadline: datetime) -> None:
        """Thaw the container, and give PID 1 the deadline."""
        with self.engine.translated_errors():
            self.engine.unpause(sandbox.details["container"])
        self._tell(sandbox, deadline, labels.terms_text(sandbox.terms) or _NO_TERMS)

    def destroy(self, sandbox: Sandbox) -> Receipt:
        """Remove the container and the network that are the session's and its owner's, and look until they are gone."""
        session = sandbox.session
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 8 ms, and an exec needs none of it

        def containers() -> list[dict[str, Any]]:
            helpers = workspaces.helpers(self.engine, session, sandbox.owner)
            return [*self._containers(sandbox.owner, session=session), *helpers]

        with self.engine.translated_errors():
            networks = [found["Name"] for found in self._networks(sandbox.owner, session=session)]
            with ThreadPoolExecutor() as pool:  # the engine takes as long for the one as for the other
                going = [pool.submit(self.engine.remove_network, name) for name in networks]
                removed = self.engine.remove_containers(containers)
                removed += [gone.result() for gone in going if gone.result()]
            left = [f"container {name_of(found)}" for found in containers()]
            still = self._networks(sandbox.owner, session=session)
            left += [self.engine.why_network_stays(found["Name"]) for found in still]
        return Receipt(session, removed, left)

    def expired(self, grace: timedelta) -> Sequence[Expired]:
        """Return the containers and networks that are over."""
        with self.engine.translated_errors():
            return over(self.engine, dated(self.engine, {"terminal", "network", workspaces.HELPER}.__contains__), grace)

    def remove_expired(self, one: Expired) -> Receipt:
        """Remove a container or a network."""
        with self.engine.translated_errors():
            return remove(self.engine, one)

    def _start(self, request: SandboxRequest, image: str, proxies: Mapping[str, str]) -> None:
        """Make network and container at the same time: the engine needs the first only for starting the second."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as above

        name = container_name(request.session)
        own = request.template.network is Network.DEFAULT
        network, home = name if own else "none", workspaces.home_mount(request)
        spec = ContainerSpec(name, network, proxies=proxies if own else NOTHING, home=home)
        options = create_options(self.engine.client, request, image, spec)
        with held_back(), ThreadPoolExecutor() as pool:  # a roll-back cannot remove what is still being made
            made = pool.submit(self.engine.create_network, name, labels.labels(request, "network")) if own else None
            container = self.engine.create_container(options)
            self.engine.refuse_other_runtime(container, request.template.runtime)
            if made:
                made.result()
        workspaces.take(self.engine, request, container, image, workspaces.helper_of(request.session))
        self.engine.start_sandbox(container, request.template)

    def workspaces(self, owner: str) -> Sequence[KeptWorkspace]:
        """Return the volumes of an owner that are workspaces."""
        with self.engine.translated_errors():
            return workspaces.workspaces(self.engine, owner)

    def remove_workspace(self, owner: str, name: str) -> None:
        """Remove the volume."""
        with self.engine.translated_errors():
            workspaces.remove(self.engine, owner, name)

    def _found(self, container: Mapping[str, Any]) -> Sandbox:
        from docker.errors import APIError  # noqa: PLC0415 - loaded with the client

        carried, frozen = container["Labels"], False
        try:
            carried = self.engine.carried_by(container)
            frozen = labels.left_of(carried.get(labels.TERMS, "")) is not None
            condition, lost = _condition(container, frozen=frozen)
        except APIError as cause:  # of one container: its log cannot be read
            condition, lost = Condition.UNKNOWN, (one_line(str(cause)),)
        deadline = self.engine.ours(labels.deadline_of(carried))
        sandbox = _sandbox(carried, self.endpoint, deadline, condition)
        ends = labels.idle_end_of(carried)
        return sandbox._replace(
            lost=lost, is_torn=frozen and not is_paused(container), idle_end=ends and self.engine.ours(ends)
        )

    def _orphan(self, found: Mapping[str, str]) -> Sandbox:
        """Return what is left where only the network is: the container's files were in its memory, or went with it."""
        lost = f"container {container_name(found[labels.SESSION])} is gone, with all that was in it"
        deadline = self.engine.ours(labels.deadline_of(found))
        return _sandbox(found, self.endpoint, deadline, Condition.DEAD)._replace(lost=(lost,))

    def _containers(self, owner: str | None = None, *, session: str | None = None) -> list[dict[str, Any]]:
        found = self.engine.containers(of_session(session), _TERMINAL, *of_owner(owner))
        # One that is being removed has lost its name.
        return [one for one in found if _is_named(one, name_of(one) if one.get("Names") else "")]

    def _networks(self, owner: str | None = None, *, session: str | None = None) -> list[dict[str, Any]]:
        found = self.engine.networks(of_session(session), _NETWORK, *of_owner(owner))
        return [one for one in found if _is_named(one, one["Name"])]


def _is_named(thing: Mapping[str, Any], name: str) -> bool:
    """Return whether something is called as a session's: labels can be given to anything, a name to one thing alone."""
    session = labels.session_of(thing["Labels"])
    return bool(session) and name in {"", container_name(session)}


def _condition(container: Mapping[str, Any], *, frozen: bool) -> tuple[Condition, tuple[str, ...]]:
    """Return the condition of a sandbox by its container, and what is the matter with it: not that we froze it."""
    name = name_of(container)
    if condition_of(container) is Condition.DEAD:
        return Condition.DEAD, (f"container {name} has ended",)
    if is_paused(container) and not frozen:
        return Condition.STOPPED, (f"container {name} was paused",)
    if not is_connected(container):
        return Condition.BROKEN, (f"container {name} has lost its network",)
    return Condition.RUNNING, ()


def _sandbox(found: Mapping[str, str], endpoint: str, deadline: datetime, condition: Condition) -> Sandbox:
    profile = labels.profile_of(found)
    session = found[labels.SESSION]
    details = {"endpoint": endpoint, "container": container_name(session), "user": user_of(profile)}
    return Sandbox(
        backend=DockerBackend.name,
        session=session,
        owner=found.get(labels.OWNER, ""),
        deadline=deadline,
        details=details | ({_MACHINE: "yes"} if profile is Profile.MACHINE else {}) | labels.workspace_of(found),
        name=found.get(labels.NAME, ""),
        pack=found.get(labels.PACK, ""),
        condition=condition,
        home=found.get(labels.FOLDER) or home_of(profile),
        frozen=labels.left_of(found.get(labels.TERMS, "")),
        terms=labels.terms_of(found.get(labels.TERMS, "")),
    )
