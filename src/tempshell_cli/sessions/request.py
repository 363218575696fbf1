"""What a user asks for when a session is to be started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tempshell_cli.backends.base import Access, EngineChoice, Network, Option, Placement, Profile, Secret
from tempshell_cli.core.process import NOTHING

if TYPE_CHECKING:
    from tempshell_cli.sessions.devcontainer import Project


class ExamRequest(NamedTuple):
    """An exam as it is asked for: how many tasks, the seed to draw them by, how long; None leaves it to the pack."""

    tasks: int | None = None
    seed: int | None = None
    time: timedelta | None = None


class StartRequest(NamedTuple):
    """What a user asks for; None and what is empty leave the choice to the pack, the settings and the backend.

    ``tasks`` are the ids of those of the pack that the session has. ``memory``, ``node_memory`` and ``workspace_size``
    are in bytes, ``cpus`` and ``node_cpus`` in cores; ``kind_config`` is a document in YAML. ``replace`` stops the
    owner's other sessions first, once nothing is wrong with this request. ``all_steps`` sets up every step of a
    scenario at once. ``reuse`` takes the running session of that name and pack. ``template`` names one whose values
    stand for what is left out; see ``templates``. ``run_once`` is a command for the learner's shell. ``project`` is one
    with a devcontainer.json, in place of a pack. With ``first_task_alone`` it is ready when its first task is set up:
    who asks for that sets up the others, see ``behind``.
    """

    pack: str = ""
    template: str = ""
    tasks: Sequence[str] = ()
    exam: ExamRequest | None = None
    name: str = ""
    backend: str = ""
    engine: EngineChoice = EngineChoice()
    ttl: timedelta | None = None
    idle: timedelta | None = None
    workspace: str = ""
    workspace_size: int | None = None
    image: str = ""
    runtime: str = ""
    profile: Profile | None = None
    network: Network | None = None
    env: Mapping[str, str] = NOTHING
    secrets: Sequence[Secret] = ()
    cpus: float | None = None
    memory: int | None = None
    pids: int | None = None
    nodes: int | None = None
    node_cpus: float | None = None
    node_memory: int | None = None
    kind_config: str | None = None
    load: Sequence[str] = ()
    access: Access = Access.NONE
    placement: Placement = Placement()
    keep_on_failure: bool = False
    replace: bool = False
    all_steps: bool = False
    reuse: bool = False
    run_once: str = ""
    project: Project | None = None
    first_task_alone: bool = False

    def options(self) -> frozenset[Option]:
        """Return which of the options are asked for that not every backend can honour."""
        asked = {
            Option.DOCKER_CONTEXT: self.engine.docker_context,
            Option.CONTEXT: self.engine.context,
            Option.NAMESPACE: self.engine.namespace,
            Option.IMAGE: self.image,
            Option.RUNTIME: self.runtime,
            Option.CPUS: self.cpus,
            Option.PIDS: self.pids,
            Option.MACHINE: self.profile is Profile.MACHINE,
            Option.NO_NETWORK: self.network is Network.NONE,
            Option.OWN_NETWORK: self.network is Network.DEFAULT,
            Option.NODES: self.nodes,
            Option.NODE_CPUS: self.node_cpus,
            Option.NODE_MEMORY: self.node_memory,
            Option.KIND_CONFIG: self.kind_config is not None,
            Option.LOAD: self.load,
            Option.CLUSTER_ACCESS: self.access is not Access.NONE,
            Option.IDLE: self.idle,
            Option.SECRET: self.secrets,
            Option.DEVCONTAINER: self.project,
            Option.WORKSPACE: self.workspace,
            Option.PULL_SECRET: self.placement.pull_secrets,
            Option.NODE_SELECTOR: self.placement.node_selector,
            Option.TOLERATION: self.placement.tolerations,
            Option.RUNTIME_CLASS: self.placement.runtime_class,
            Option.PRIORITY_CLASS: self.placement.priority_class,
        }
        return frozenset(option for option, value in asked.items() if value)
