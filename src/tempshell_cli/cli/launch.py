"""From options to a session: what ``start`` and ``run`` have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tempshell_cli.backends.base import (
    Access,
    Backend,
    Capability,
    Cluster,
    Network,
    Profile,
    Report,
    Sandbox,
    Template,
)
from tempshell_cli.cli.output import console
from tempshell_cli.core.config import KubernetesSettings, Settings
from tempshell_cli.core.errors import LimitReached, PackProblem, UsageProblem
from tempshell_cli.core.files import reading
from tempshell_cli.core.text import one_line
from tempshell_cli.core.units import format_duration, format_size, parse_duration, parse_size
from tempshell_cli.sessions.choice import AUTO, EMBEDDED, choose_backend
from tempshell_cli.sessions.lifecycle import Sessions, StartRequest
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.placement import ON_PODS, placement_for

if TYPE_CHECKING:
    from tempshell_cli.backends.exec import SandboxExec
    from tempshell_cli.packs.format.pack import Pack, Task

_Choice = TypeVar("_Choice", bound=StrEnum)


class Options(NamedTuple):
    """What was typed; "" and None stand for what was not.

    ``tasks`` are those of the pack that the session has, all where there are none; ``spare`` is time that its lease
    does not count; ``begin`` is called with the sandbox when the tasks stand at their start.
    """

    pack: str = ""
    name: str = ""
    backend: str = ""
    docker_context: str = ""
    ttl: str = ""
    image: str = ""
    profile: Profile | None = None
    env: Sequence[str] = ()
    env_file: Path | None = None
    cpus: float | None = None
    memory: str = ""
    network: Network = Network.DEFAULT
    nodes: int = 1
    node_cpus: float | None = None
    node_memory: str = ""
    kind_config: Path | None = None
    load: Sequence[str] = ()
    context: str = ""
    namespace: str = ""
    access: Access = Access.NONE
    placement: KubernetesSettings = KubernetesSettings()
    keep_on_failure: bool = False
    replace: bool = False
    tasks: Sequence[str] = ()
    spare: timedelta = timedelta()
    begin: Callable[[Backend, Sandbox], None] = lambda *_: None


def launch(sessions: Sessions, options: Options, report: Report) -> Session:
    """Start the session that the options describe; with ``replace``, stop the owner's others once nothing is wrong."""
    pack = _load(options)
    for note in pack.notes if pack else ():
        console.note(f"tempshell: {note}")
    request = _request(sessions, options, pack)
    if options.replace:
        sessions.stop_own()
    return sessions.start(request, report)


def _load(options: Options) -> Pack | None:
    if not options.pack:
        return None
    from tempshell_cli.packs.library.find import find_pack

    pack = find_pack(options.pack)
    return pack.only(options.tasks) if options.tasks else pack


def _request(sessions: Sessions, options: Options, pack: Pack | None) -> StartRequest:
    settings = sessions.settings
    backend = _choose(sessions, options, pack)
    named = options.backend or (backend if _asks_for_cluster(options) or _pod_options(options) else "")
    if pack:
        options = options._replace(nodes=max(options.nodes, pack.nodes))
    template = _template(options, settings, pack, backend)
    _check_name(options.name)
    endpoint = _pods_endpoint(options) if backend in ON_PODS else options.docker_context
    if pack:
        from tempshell_cli.sessions.kubernetes import expected_version, refuse_misfit

        engine = sessions.engines.get(backend, endpoint)
        ask_consent(sessions, pack, engine, options.profile, named)
        refuse_misfit(pack, pack.tasks, engine, expected_version(pack, engine, template))
    return StartRequest(
        backend=backend,
        endpoint=endpoint,
        template=template,
        ttl=_ttl(options.ttl, settings) + options.spare,
        name=options.name,
        pack=reference(options.pack, pack) if pack else "",
        tasks=options.tasks,
        keep_on_failure=options.keep_on_failure,
        prepare=_preparation(sessions, options, pack) if pack else _nothing,
    )


def ask_consent(sessions: Sessions, pack: Pack, engine: Backend, profile: Profile | None, backend: str) -> None:
    """Ask whether the pack may have what it asks for by itself; raises UsageProblem where nobody says so.

    ``profile`` and ``backend`` are what was typed, None and "" where nothing was.
    """
    from tempshell_cli.sessions.consent import demand_of, grant, is_granted

    named = (backend or sessions.settings.sandbox.backend) != AUTO
    demand = demand_of(pack, engine, profile=profile, backend_is_named=named)
    if not demand or is_granted(sessions.paths, demand):
        return
    asked = f"the pack {one_line(pack.id)} asks for {demand.what}"
    if not console.can_ask():
        raise UsageProblem(asked, hint=f"it would be {demand.reach}; {demand.option} allows it")
    console.note(f"tempshell: {asked}.")
    console.note(f"  On {engine.name} it would be {demand.reach}.")
    if not console.confirm("Allow it?"):
        raise UsageProblem(f"{one_line(pack.id)} was not started", hint=_without(demand.option))
    grant(sessions.paths, demand)


def _without(option: str) -> str:
    if option == "--profile admin":
        return "--profile restricted starts it without; what needs root will fail"
    return "choose another with --backend"


def _choose(sessions: Sessions, options: Options, pack: Pack | None) -> str:
    needs = {cap for task in pack.tasks for cap in task.head.requires.caps} if pack else set()
    if options.image:
        needs.add(Capability.IMAGES)
    asked = options.backend or sessions.settings.sandbox.backend
    if options.docker_context and asked == AUTO:
        asked = "docker"
    asked = _for_clusters(_for_pods(asked, options), options)
    silent = []

    def answers(name: str) -> bool:
        found = sessions.engines.get(name, _endpoint_for(name, options)).answers()
        silent.extend([] if found else [name])
        return found

    chosen = choose_backend(asked, allowed=pack.head.sandbox.backends if pack else (), needs=needs, answers=answers)
    if silent:
        console.note(f"tempshell: {silent[0]} is not usable here (`tempshell doctor` says why); this is on {chosen}")
    if options.image and chosen == EMBEDDED:  # by name: what a cluster can do would be asked of the cluster
        raise UsageProblem(f"--image is not for {chosen}, which runs this machine's programs", hint=_CONTAINERS)
    return chosen


def _endpoint_for(backend: str, options: Options) -> str:
    if backend in ON_PODS:
        return _pods_endpoint(options)
    return options.docker_context if backend in _ON_DOCKER else ""


_CONTAINERS = "--backend docker runs an image"
_CLUSTERS = "kind"
_ON_DOCKER = {"docker", _CLUSTERS}


def _for_pods(asked: str, options: Options) -> str:
    """Return the backend to choose, with what is for pods alone seen; raises UsageProblem where it is for others."""
    given = _pod_options(options)
    if not given:
        return asked
    if asked == AUTO:
        return ON_PODS[0]
    if asked not in ON_PODS:
        raise UsageProblem(
            f"{', '.join(given)} {'is' if len(given) == 1 else 'are'} for pods, not for {asked}",
            hint="--backend kubernetes makes a pod",
        )
    return asked


def _pod_options(options: Options) -> list[str]:
    """Return the options typed that are for pods alone."""
    placement = options.placement
    typed = {
        "--context": options.context,
        "--namespace": options.namespace,
        "--cluster-access": options.access is not Access.NONE,
        "--pull-secret": placement.pull_secrets,
        "--node-selector": placement.node_selector,
        "--toleration": placement.tolerations,
        "--runtime-class": placement.runtime_class,
        "--priority-class": placement.priority_class,
    }
    return [option for option, value in typed.items() if value]


def _asks_for_cluster(options: Options) -> bool:
    of_nodes = options.nodes > 1 or options.node_cpus is not None or options.node_memory
    return bool(of_nodes or options.kind_config or options.load)


def _for_clusters(asked: str, options: Options) -> str:
    """Return the backend to choose, with what is for kind alone seen; raises UsageProblem where it is for others."""
    if not _asks_for_cluster(options):
        return asked
    if asked not in {AUTO, _CLUSTERS}:
        raise UsageProblem(
            f"--nodes, --node-cpus, --node-memory, --kind-config and --load are for kind clusters, not for {asked}",
            hint="--backend kind makes a cluster",
        )
    return _CLUSTERS


def _pods_endpoint(options: Options) -> str:
    from tempshell_cli.backends.kubernetes.place import endpoint_of

    return endpoint_of(options.context, options.namespace)


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    with reading(file, "it is a kind configuration, in YAML"):
        return file.read_text("utf-8")


def _template(options: Options, settings: Settings, pack: Pack | None, backend: str) -> Template:
    defaults = settings.sandbox
    profile = options.profile or (pack.head.sandbox.profile if pack else Profile.RESTRICTED)
    return Template(
        image=options.image or (defaults.node_image if backend == _CLUSTERS else defaults.image),
        profile=profile,
        network=options.network,
        cpus=_cpus(defaults.cpus if options.cpus is None else options.cpus),
        memory=_memory(options.memory or defaults.memory, _LEAST_MEMORY),
        pids=defaults.pids,
        env=environment(options.env, options.env_file),
        cluster=Cluster(
            options.nodes,
            _text(options.kind_config),
            tuple(options.load),
            pack.head.sandbox.images if pack else (),
            node_shell=bool(pack and pack.node_shell and profile is Profile.ADMIN),
            cpus=_cpus(defaults.node_cpus if options.node_cpus is None else options.node_cpus),
            memory=_memory(options.node_memory or defaults.node_memory, _LEAST_NODE_MEMORY),
        ),
        access=options.access,
        placement=placement_for(
            backend, settings.kubernetes, options.placement, namespace=options.namespace, access=options.access
        ),
    )


def _cpus(asked: float) -> float:
    if not 0 < asked < float("inf"):  # neither holds for nan, which is a number to option parsers and to TOML
        raise UsageProblem(f"{asked} is no number of processors", hint="write it like 0.5 or 2")
    return asked


def _memory(text: str, least: int) -> int:
    memory = parse_size(text)
    if memory < least:
        raise UsageProblem(f"{text} of memory is too little", hint=f"give {format_size(least)} or more")
    return memory


_LEAST_MEMORY = 6 * 1024**2  # Docker's own
_LEAST_NODE_MEMORY = 1024**3  # an idle control plane takes half of it


def environment(pairs: Sequence[str], file: Path | None) -> Mapping[str, str]:
    """Return the variables of ``--env-file``, and those of ``--env`` over them, read as `docker run` reads them."""
    lines = _env_lines(file) if file else []
    found = {}
    for pair in [*lines, *pairs]:
        name, equals, value = pair.partition("=")
        if not _is_text(pair):
            raise UsageProblem(f"the value of {name!r} has a character that no variable can have", hint=_PLAIN_TEXT)
        if not equals or not (name.isascii() and name.isidentifier()):
            raise UsageProblem(f"{pair.split('=')[0]!r} is not NAME=VALUE", hint="write --env NAME=VALUE")
        found[name] = value
    return found


def _is_text(pair: str) -> bool:
    try:
        pair.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8
        return False
    return "\0" not in pair


_PLAIN_TEXT = "write it in UTF-8, without NUL characters"


def _env_lines(file: Path) -> list[str]:
    with reading(file, "it is a file of NAME=VALUE lines"):
        lines = [line.removesuffix("\r") for line in file.read_text("utf-8-sig").split("\n")]
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _ttl(asked: str, settings: Settings) -> timedelta:
    ttl = parse_duration(asked) if asked else settings.lease.length
    if ttl > settings.lease.maximum:
        raise LimitReached(
            f"{format_duration(ttl)} is longer than a session may last ({settings.lease.longest})",
            hint="raise longest under [lease] in the config",
        )
    return ttl


def _check_name(name: str) -> None:
    """Names become host names and words to complete (RFC 1123: letters, digits and dashes, 63 at most)."""
    plain = name.isascii() and name.replace("-", "").isalnum() and not name.startswith("-")
    if name and not (plain and len(name) <= _LONGEST_NAME):
        raise UsageProblem(f"{name!r} cannot be a name", hint="letters, digits and dashes, 40 at most")


_LONGEST_NAME = 40


def reference(name: str, pack: Pack) -> str:
    """Return how to find the pack again from any directory: a known name, this content of it, or where it lies."""
    from tempshell_cli.packs.library.find import reference as found_again

    return found_again(name, pack)


def _nothing(_backend: Backend, _sandbox: Sandbox, _report: Report) -> None:
    """Prepare nothing."""


def _preparation(sessions: Sessions, options: Options, pack: Pack) -> Callable[[Backend, Sandbox, Report], None]:
    """Return what brings every task of a pack to its start, and then begins."""
    from tempshell_cli.backends.exec import SandboxExec
    from tempshell_cli.packs.grading.grader import Grader
    from tempshell_cli.packs.grading.setup import apply_setup
    from tempshell_cli.packs.library.load import is_pack
    from tempshell_cli.sessions.exam import DRAWN
    from tempshell_cli.sessions.kubernetes import refuse_cluster

    def prepare(backend: Backend, sandbox: Sandbox, report: Report) -> None:
        if not is_pack(pack.root):  # an update has removed it before the session was on record, and could not be graded
            raise PackProblem(f"{pack.root} was removed while the session was made", hint="start it again")
        if options.tasks:
            sessions.journal(DRAWN, sandbox.session, " ".join(options.tasks))
        shell = SandboxExec(backend, sandbox)
        refuse_cluster(sessions, sandbox.session, pack, pack.tasks, shell)
        grader = Grader(shell)
        _tell_lacking(sessions, shell, sandbox.session, pack.tasks, report)
        for task in pack.tasks:
            with report(f"setting up {task.id}"):
                apply_setup(task, grader)
        options.begin(backend, sandbox)

    return prepare


def _tell_lacking(sessions: Sessions, shell: SandboxExec, session: str, tasks: Sequence[Task], report: Report) -> None:
    """Find out what the sandbox lacks for the tasks, before a learner changes anything, and say it."""
    from tempshell_cli.packs.grading.capabilities import out_of_reach, wanted_by
    from tempshell_cli.sessions.capabilities import lacking_in

    wanted = wanted_by(tasks)
    if not wanted:
        return
    with report(f"looking for {', '.join(wanted)}"):
        lacking = lacking_in(sessions, session, shell, tasks)
    for capability, why in lacking.items():
        count = sum(len(out_of_reach(task, {capability})) for task in tasks)
        console.note(f"tempshell: {count} of the checks cannot run: they need {capability}, {why}")
        console.note("  They earn nothing, and the score stays incomplete.")


def parse_profile(text: str) -> Profile | None:
    """Return the profile of that name, None for ""; raises UsageProblem."""
    return _one_of(Profile, text, "--profile") if text else None


def parse_network(text: str) -> Network:
    """Return the network of that name; raises UsageProblem."""
    return _one_of(Network, text, "--network")


def parse_access(text: str) -> Access:
    """Return the access of that name; raises UsageProblem."""
    return _one_of(Access, text, "--cluster-access")


def _one_of(kind: type[_Choice], text: str, option: str) -> _Choice:
    try:
        return kind(text)
    except ValueError:
        raise UsageProblem(f"{option} {text!r} is unknown", hint=f"one of {', '.join(kind)}") from None
