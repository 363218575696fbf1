"""What an engine has to be able to do, and the words for it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

from tempshell_cli.core.process import NOTHING, Command

if TYPE_CHECKING:
    from tempshell_cli.core.config import Settings

# For every kubectl that tempshell runs. A person's preferences (~/.kube/kuberc, read from kubectl 1.34 on) change what
# a command line does: `delete` can ask first. https://kubernetes.io/docs/reference/kubectl/kuberc/
NO_KUBERC: Mapping[str, str] = MappingProxyType({"KUBERC": "off"})


class Profile(StrEnum):
    """How much a person may do inside the sandbox; ``machine`` is root of one with an init and a kernel's rights."""

    RESTRICTED = "restricted"
    ADMIN = "admin"
    MACHINE = "machine"

    @property
    def is_root(self) -> bool:
        """Whether the person is root inside."""
        return self is not Profile.RESTRICTED


class Role(StrEnum):
    """On whose behalf a program runs in a sandbox.

    ``LEARNER``: the person's own programs, with the variables that the session was started with. ``SETUP``: as the
    same user, without those variables: setups, copies, and the learner's programs where a check runs them.
    ``GRADER``: what reads all that is there, and which the learner can neither trace nor signal.
    """

    LEARNER = "learner"
    SETUP = "setup"
    GRADER = "grader"


class Network(StrEnum):
    """What a sandbox can reach: ``default`` is what its engine gives a network of its own."""

    NONE = "none"
    DEFAULT = "default"


class Capability(StrEnum):
    """What packs can ask of a sandbox beyond a shell. Some are measured: see ``measurable``."""

    IMAGES = "images"
    OUTBOUND = "outbound"
    ADMIN = "admin"
    CLUSTER_ADMIN = "cluster-admin"
    NETPOL_ENFORCED = "netpol-enforced"
    CLUSTER_DNS = "cluster-dns"
    HELM = "helm"
    METRICS = "metrics"
    NODE_SHELL = "node-shell"


class Access(StrEnum):
    """What kubectl inside a pod may do in the pod's own namespace: the cluster's role of that name."""

    NONE = "none"
    VIEW = "view"
    EDIT = "edit"


class Option(StrEnum):
    """An option that not every backend can honour, as it is typed. A backend lists those that it honours."""

    DOCKER_CONTEXT = "--docker-context"
    CONTEXT = "--context"
    NAMESPACE = "--namespace"
    IMAGE = "--image"
    RUNTIME = "--runtime"
    CPUS = "--cpus"
    PIDS = "--pids-limit"
    MACHINE = "--profile machine"
    NO_NETWORK = "--network none"
    OWN_NETWORK = "--network default"
    NODES = "--nodes"
    NODE_CPUS = "--node-cpus"
    NODE_MEMORY = "--node-memory"
    KIND_CONFIG = "--kind-config"
    LOAD = "--load"
    CLUSTER_ACCESS = "--cluster-access"
    PULL_SECRET = "--pull-secret"  # noqa: S105 - an option's name
    NODE_SELECTOR = "--node-selector"
    TOLERATION = "--toleration"
    RUNTIME_CLASS = "--runtime-class"
    PRIORITY_CLASS = "--priority-class"
    IDLE = "--idle"
    SECRET = "--secret"  # noqa: S105 - as above
    DEVCONTAINER = "a devcontainer.json"
    WORKSPACE = "--workspace"
    USER = "--user"  # of `exec`


class EngineChoice(NamedTuple):
    """Which engine of its kind is meant: a Docker context or host, a kube context and a namespace; "" is the usual."""

    docker_context: str = ""
    context: str = ""
    namespace: str = ""


class WorkloadImage(StrEnum):
    """The shipped images for pods, by the folder of their Dockerfile. Each has the tags 1 and 2, to roll out."""

    PRACTICE = "practice"
    GATEWAY = "gateway"


class Cluster(NamedTuple):
    """What a cluster is made of: how many nodes, the engine's own configuration (YAML), images to load into it.

    ``images`` are the engine's, ``shipped`` those of tempshell, built if need be. With ``node_shell`` the person's
    shell is root's on the first node, not outside the cluster. Each node gets at most ``cpus`` cores and ``memory``
    bytes.
    """

    nodes: int = 1
    config: str = ""
    images: Sequence[str] = ()
    shipped: Sequence[WorkloadImage] = ()
    node_shell: bool = False
    cpus: float = 1.5
    memory: int = 2 * 1024**3


class Toleration(NamedTuple):
    """A taint that a pod tolerates: any value where ``value`` is None, any effect where ``effect`` is ""."""

    key: str
    value: str | None = None
    effect: str = ""


class Placement(NamedTuple):
    """Where on a cluster pods may run, as what, and with which secrets images are pulled.

    A pull secret is the name of one that the pod's namespace has, or ``NAMESPACE/NAME`` of one to copy. A class that is
    "" is the cluster's own choice.
    """

    pull_secrets: Sequence[str] = ()
    node_selector: Mapping[str, str] = NOTHING
    tolerations: Sequence[Toleration] = ()
    runtime_class: str = ""
    priority_class: str = ""


class Secret(NamedTuple):
    """A value for the learner's programs: the file NAME in ``/run/secrets``, and a variable where one is named.

    Without a value it is one of the keyring's, not read yet; see ``sessions.secrets``.
    """

    name: str
    variable: str = ""
    value: str = ""

    def __repr__(self) -> str:
        return f"Secret({self.name!r})"  # a value is in no message, and in no traceback


class ImageBuild(NamedTuple):
    """An image to be built on the engine from a directory of this machine and a Dockerfile; "" is its last target."""

    context: Path
    dockerfile: Path
    args: Mapping[str, str] = NOTHING
    target: str = ""


class Workspace(NamedTuple):
    """A home that outlives the sessions that use it, by its name. ``size`` is how many bytes it may hold."""

    name: str
    size: int


class Template(NamedTuple):
    """A sandbox recipe. ``memory`` is in bytes, ``cpus`` in cores; of a cluster they limit the terminal.

    ``build`` is what the image is made from, where it is not one to be named. ``folder`` is where the learner begins, a
    writable directory of its own; "" is the home. ``runtime`` is the engine's name for what runs a container; "" is its
    usual one. ``idle`` is how long nothing may happen in the sandbox before it ends, none is for ever; it gives so much
    ``notice``. Without a ``workspace`` the home goes with the sandbox.
    """

    image: str
    profile: Profile = Profile.RESTRICTED
    network: Network = Network.DEFAULT
    cpus: float = 0.5
    memory: int = 512 * 1024**2
    pids: int = 100
    env: Mapping[str, str] = NOTHING
    cluster: Cluster = Cluster()
    access: Access = Access.NONE
    placement: Placement = Placement()
    secrets: Sequence[Secret] = ()
    runtime: str = ""
    idle: timedelta = timedelta()
    notice: timedelta = timedelta(minutes=1)
    build: ImageBuild | None = None
    folder: str = ""
    workspace: Workspace | None = None

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables of the learner's programs: those asked for, and those that have a secret."""
        return {**self.env, **{secret.variable: secret.value for secret in self.secrets if secret.variable}}


class Terms(NamedTuple):
    """What a session has been granted and is bound by, for its sandbox to carry: a lost record grants nothing again.

    ``lease`` is the time it was given in all, ``extensions`` how many of them are in that. ``tasks`` are the ids of the
    tasks that were drawn for it, and ``exam`` is what makes it an exam ("": it is none); ``sessions.exam`` reads both.
    ``values`` are those that scripts of its tasks have written, by ``TASK/NAME``.
    """

    lease: timedelta = timedelta()
    extensions: int = 0
    tasks: Sequence[str] = ()
    exam: str = ""
    values: Mapping[str, str] = NOTHING


class SandboxRequest(NamedTuple):
    """What to make, for whom, until when (an aware UTC time). The ``session`` id names and labels it all.

    ``ports`` are free ones of the engine's machine, one for each kind that the backend's ``port_kinds`` asks for.
    """

    session: str
    owner: str
    deadline: datetime
    template: Template
    name: str = ""
    pack: str = ""
    ports: Mapping[str, int] = MappingProxyType({})
    terms: Terms = Terms()

    def half_made(self, backend: str) -> Sandbox:
        """Return what there may be of it before it is ready: enough for ``destroy``."""
        return Sandbox(backend, self.session, self.owner, self.deadline, name=self.name, pack=self.pack)


class Condition(StrEnum):
    """What the engine says of a sandbox.

    ``STOPPED``: what it consists of is there, and can be started again. ``BROKEN``: a part is gone that can be made
    again, or that the rest can do without. ``DEAD``: it cannot come back, or was never finished. ``UNKNOWN``: the part
    of the engine where it was does not answer, so that nobody may draw conclusions.
    """

    RUNNING = "running"
    STOPPED = "stopped"
    BROKEN = "broken"
    DEAD = "dead"
    UNKNOWN = "unknown"


class Sandbox(NamedTuple):
    """What an engine runs for one session, as its labels say.

    ``details`` is the backend's own: all that ``shell`` needs, so that no engine is asked before an exec.
    ``frozen`` is what was left of the lease of one that is paused. ``lost`` says what keeps it from running, a sentence
    for each part, such as "container term-ckad-0badcafe is gone". ``is_torn``: a change of the deadline, or a pause,
    was cut short, and its parts disagree; ``deadline`` and ``frozen`` are what counts, and setting them again heals it.
    ``idle_end`` is when it ends, before its deadline, unless something happens in it.
    """

    backend: str
    session: str
    owner: str
    deadline: datetime
    details: Mapping[str, str] = NOTHING
    name: str = ""
    pack: str = ""
    condition: Condition = Condition.RUNNING
    home: str = "/home/learner"
    frozen: timedelta | None = None
    lost: tuple[str, ...] = ()
    terms: Terms = Terms()
    is_torn: bool = False
    idle_end: datetime | None = None

    @property
    def place(self) -> str:
        """Where it is on an engine that strangers share: what claims to be of a session elsewhere is none of it."""
        return self.details.get("namespace", "")

    @property
    def workspace(self) -> str:
        """The name of the workspace that its home is; "" where it has none."""
        return self.details.get("workspace", "")


class Expired(NamedTuple):
    """One object on an engine whose own deadline has passed, whosever it is.

    ``what`` names it, as on a receipt; ``identity`` is the backend's own: all that sets it apart from others.
    """

    session: str
    what: str
    identity: Mapping[str, str] = NOTHING


class Problem(NamedTuple):
    """What is wrong with an engine, and what to do about it."""

    what: str
    hint: str


class Receipt(NamedTuple):
    """What ``destroy`` verified to be gone, and what it could not remove. Both name engine objects.

    ``kept`` is what outlives the session, such as ``workspace thesis``.
    """

    session: str
    removed: Sequence[str] = ()
    leftover: Sequence[str] = ()
    kept: Sequence[str] = ()

    def keeping(self, sandbox: Sandbox) -> Receipt:
        """Return the receipt with what of the sandbox is kept."""
        return self._replace(kept=(f"workspace {sandbox.workspace}",)) if sandbox.workspace else self


# Progress, a line at a time: entering says what is being done, leaving says how long it took.
Report = Callable[[str], AbstractContextManager[None]]


class Backend(Protocol):
    """One engine. Synchronous; called from workers where a screen must not block.

    ``endpoint`` names which engine (a Docker context or host, a kube context); "" is the user's current one.
    Every method raises EngineUnavailable, with the engine's words, where the engine does not answer.
    What is not abstract is what a backend has that does no more than it must.
    """

    name: ClassVar[str]
    # What a program with the admin profile is in its sandboxes, to follow "it would be".
    admin_reach: ClassVar[str]
    # The same of the machine profile, where it is among the options.
    machine_reach: ClassVar[str] = ""
    # What a restricted pack can do beyond its sandbox, with the same beginning; "" where that holds it.
    pack_reach: ClassVar[str]
    # Whether its engine has other people's sandboxes: what names no owner is nobody's there.
    is_shared: ClassVar[bool]
    # Whether its usual engine may be asked, and `auto` may use it, though nobody has named it: a cluster of the
    # kubeconfig may be a company's, and asking it can open a browser.
    is_at_hand: ClassVar[bool] = False
    # The backend that keeps the workspaces of its sandboxes, at the same endpoint; "" is itself, if any.
    workspace_keeper: ClassVar[str] = ""
    # Whether the engine enforces the size of a workspace.
    limits_workspaces: ClassVar[bool] = False
    endpoint: str

    @classmethod
    def options(cls) -> frozenset[Option]:
        """Return the options that it honours here. Asks no engine. All others are refused."""
        return frozenset()

    @classmethod
    def endpoint_of(cls, choice: EngineChoice) -> str:
        """Return the endpoint that is meant; raises UsageProblem for what cannot be one."""
        del choice
        return ""

    @classmethod
    def forgeable(cls) -> str:
        """Return in a sentence which verdicts a learner without root could forge; "" where none is known."""
        return ""

    def default_image(self, settings: Settings) -> str:
        """Return the image of a sandbox for which nobody names one; "" where it has none, or its own choice."""
        del settings
        return ""

    def refuses(self, template: Template) -> Sequence[Problem]:
        """Return what of the template it cannot honour, by the values. Asked before anything is on record."""
        del template
        return ()

    def capabilities(self) -> frozenset[Capability]:
        """Return what packs may ask of its sandboxes, as far as that is known before there is one."""
        return frozenset()

    @abstractmethod
    def answers(self) -> bool:
        """Return, cheaply, whether the engine seems to be there; ``doctor`` looks closely."""
        ...

    @abstractmethod
    def doctor(self) -> Sequence[Problem]:
        """Return what stands in the way of using this engine; empty means healthy."""
        ...

    @abstractmethod
    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        """Make a sandbox that is ready for ``shell``.

        Raises ProvisionFailed (or EngineUnavailable). What was made until then carries the session's label,
        so that ``destroy`` finds it; the caller calls it.
        """
        ...

    @abstractmethod
    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        """Return the sandboxes the engine has, by label: all that has parts, running or dead.

        What a label says may be anything: an owner that is missing is "", a deadline that is none has passed.
        """
        ...

    @abstractmethod
    def shell(
        self,
        sandbox: Sandbox,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str | None = None,
        role: Role = Role.LEARNER,
    ) -> Command:
        """Return the local command that runs ``argv`` in the sandbox's home and passes its exit code on.

        ``user`` is given only where ``Option.USER`` is among the ``options``.
        """
        ...

    @abstractmethod
    def set_deadline(self, sandbox: Sandbox, deadline: datetime, terms: Terms | None = None) -> None:
        """Move the deadline on the resource itself, and with it the terms, which else stay as they are.

        Cut short at any point, it leaves what ``find`` returns as it was, or as it is to be.
        """
        ...

    @abstractmethod
    def destroy(self, sandbox: Sandbox) -> Receipt:
        """Remove everything of a sandbox, as ``find`` has found it or a record has it, then look again. Idempotent.

        What was made half-way has no details yet. What cannot be removed is ``leftover`` on the receipt, with why.
        """
        ...


@runtime_checkable
class UsesPorts(Protocol):
    """A backend whose sandboxes publish ports on the engine's loopback interface."""

    port_kinds: ClassVar[Sequence[str]]


@runtime_checkable
class CanPause(Protocol):
    """A backend that can freeze a sandbox. What is frozen keeps its place on the engine until ``until``."""

    def pause(self, sandbox: Sandbox, *, left: timedelta, until: datetime) -> None:
        """Freeze everything that runs, and keep on the engine how much of the lease was left."""
        ...

    def resume(self, sandbox: Sandbox, deadline: datetime) -> None:
        """Let it go on, until the deadline. Does no harm to one that runs."""
        ...


@runtime_checkable
class StartsAtOnce(Protocol):
    """A backend on which `doctor` starts a sandbox to see whether it can: one on a machine, not in a cluster."""

    def missing(self, template: Template) -> Problem | None:
        """Return what a start would have to build or pull first, such as an image, and how to."""
        ...


@runtime_checkable
class ChecksLiveness(Protocol):
    """A backend that knows, within a millisecond or two, whether there is something to enter: an exec asks before."""

    def is_alive(self, sandbox: Sandbox) -> bool | None:
        """Return whether what ``shell`` enters runs; None where only a slower request could answer."""
        ...


class Usage(NamedTuple):
    """What a sandbox uses: bytes of memory now, and seconds of processor time since its start.

    ``memory_limit`` is in bytes, ``processes`` how many there are; None where that is not known.
    """

    memory: int
    processor: float
    memory_limit: int | None = None
    processes: int | None = None


@runtime_checkable
class MeasuresUse(Protocol):
    """A backend that can say, quickly, what a sandbox uses."""

    def usage(self, sandbox: Sandbox) -> Usage | None:
        """Return what all of the sandbox uses; None where it does not run. Raises EngineUnavailable."""
        ...


@runtime_checkable
class CanRestore(Protocol):
    """A backend that can bring back a sandbox of which something has stopped, or is gone."""

    def restore(self, sandbox: Sandbox, report: Report) -> Sandbox:
        """Start what has stopped, and make again what can be made again; the deadline stays.

        ``sandbox`` is as ``find`` has found it: stopped or broken. Returns it as it is afterwards; what could not be
        brought back is ``lost``. Raises ProvisionFailed, with what was brought back in place.
        """
        ...


@runtime_checkable
class EndsExpired(Protocol):
    """A backend whose engine has objects of several owners, which anybody who may can remove once they are over.

    Each object speaks for itself alone: what one says of its session decides nothing about another, but that it may
    spare it.
    """

    def expired(self, grace: timedelta) -> Sequence[Expired]:
        """Return what was over more than ``grace`` ago, by its own deadline and the engine's clock, first things first.

        What has no deadline that can be read is not over.
        """
        ...

    def remove_expired(self, one: Expired) -> Receipt:
        """Remove exactly that object, unless it has changed since, which is not a failure."""
        ...


class KeptWorkspace(NamedTuple):
    """A workspace on an engine. ``session`` is the id of the one that has it now, "" where none has.

    ``used`` is how many bytes its files take, None where to find out would take long. ``made`` is when it was made.
    """

    name: str
    owner: str
    session: str = ""
    used: int | None = None
    made: datetime | None = None


@runtime_checkable
class KeepsWorkspaces(Protocol):
    """A backend whose engine keeps workspaces, for itself and for those that name it as their ``workspace_keeper``.

    ``Option.WORKSPACE`` is among the options of all of them. One sandbox has a workspace at a time, and the engine
    itself sees to that. ``provision`` makes one that is not there, and raises LimitReached, which names the session,
    for one that is in use. Nothing but ``remove_workspace`` removes one.
    """

    def workspaces(self, owner: str) -> Sequence[KeptWorkspace]:
        """Return the workspaces of an owner."""
        ...

    def remove_workspace(self, owner: str, name: str) -> None:
        """Remove a workspace with its files; raises LimitReached for one that is in use. One that is gone is fine."""
        ...


@runtime_checkable
class KeepsFiles(Protocol):
    """A backend that keeps something of each session on this machine."""

    def forget(self, session: str) -> None:
        """Remove what is kept of a session whose engine is gone for good."""
        ...


class Kubeconfig(NamedTuple):
    """A kubeconfig, and the command that tunnels to its cluster, if that takes one."""

    content: str
    tunnel: Sequence[str] = ()


@runtime_checkable
class HasGradersPlace(Protocol):
    """A backend whose sandboxes have no ``/var/tmp`` of the grader's own, but another place that is."""

    graders_place: ClassVar[str]


@runtime_checkable
class HasEngineVariables(Protocol):
    """A backend whose engine gives every container variables that the programs of a pack need, too.

    They are read where a program is started from outside, so nobody inside can have changed them.
    """

    engine_variables: ClassVar[Sequence[str]]


@runtime_checkable
class HasKubectl(Protocol):
    """A backend whose sandbox has a cluster that can be looked at from outside the learner's reach."""

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        """Return the local command that runs kubectl with credentials and a program that are not the learner's."""
        ...


@runtime_checkable
class KnowsVersion(Protocol):
    """A backend that may know which version of Kubernetes a sandbox will have before there is one."""

    other_version: ClassVar[str]  # what to do to get another

    def kubernetes_version(self, template: Template) -> str:
        """Return the version, such as ``v1.37.2`` or ``v1.35.4+k3s1``; "" where only the cluster itself knows."""
        ...


@runtime_checkable
class MeasuresPolicies(Protocol):
    """A backend whose sandbox has a cluster of which nobody knows whether it enforces NetworkPolicies."""

    def enforces_policies(self, sandbox: Sandbox) -> bool:
        """Try out whether the cluster does. Takes seconds, and leaves nothing behind.

        Raises EngineUnavailable or ProvisionFailed where it cannot be tried.
        """
        ...


def measurable(backend: Backend) -> frozenset[Capability]:
    """Return the capabilities that can be found out only in a sandbox of the backend's."""
    found = {Capability.NETPOL_ENFORCED} if isinstance(backend, MeasuresPolicies) else set()
    return frozenset(found | ({Capability.HELM, Capability.METRICS} if isinstance(backend, HasKubectl) else set()))


@runtime_checkable
class HasKubeconfig(Protocol):
    """A backend whose sandbox is a cluster that the host's own kubectl may use, too."""

    def kubeconfig(self, sandbox: Sandbox) -> Kubeconfig:
        """Return a kubeconfig, and how to reach the cluster with it."""
        ...
