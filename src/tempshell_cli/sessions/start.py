"""A session from what is asked for to a sandbox that is ready. Read ``start`` from top to bottom."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tempshell_cli.backends.base import (
    Backend,
    CanPause,
    Capability,
    Cluster,
    Network,
    Option,
    Placement,
    Profile,
    Report,
    Sandbox,
    SandboxRequest,
    StartsAtOnce,
    Template,
    Terms,
    UsesPorts,
    Workspace,
)
from tempshell_cli.backends.entry import refuse_oversized
from tempshell_cli.backends.workspaces import checked_name
from tempshell_cli.core.config import SandboxSettings, Settings
from tempshell_cli.core.errors import (
    EngineUnavailable,
    LeftoverRemains,
    NoSuchSession,
    PortTaken,
    ProvisionFailed,
    SessionExpired,
    TempshellError,
    UsageProblem,
)
from tempshell_cli.core.interrupts import shielded
from tempshell_cli.core.units import format_size, parse_size
from tempshell_cli.sessions import asked
from tempshell_cli.sessions.choice import AUTO, Needs, choose_backend
from tempshell_cli.sessions.events import Drawn, ExamBegun, Kind, Started, ValuesWritten
from tempshell_cli.sessions.exam import exam_terms
from tempshell_cli.sessions.lease import (
    checked_ttl,
    deadline_after,
    exam_end,
    exam_spare,
    idle_notice,
    idle_words,
)
from tempshell_cli.sessions.lifecycle import REAP, Sessions, with_sandbox
from tempshell_cli.sessions.lookup import EARLY
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.policy import check_limits
from tempshell_cli.sessions.ports import wanted_ports
from tempshell_cli.sessions.pruning import prune
from tempshell_cli.sessions.recipe import recipe_of
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.starting import start_mark
from tempshell_cli.sessions.usual import with_usual_time

if TYPE_CHECKING:
    from tempshell_cli.packs.format.pack import Pack
    from tempshell_cli.sessions.devcontainer import Project
    from tempshell_cli.sessions.sitting import Sitting

_MOST_PORTS_TRIED = 15
_PAUSE = "pause"  # of the setting lease.idle
_HOMES = {"/home/learner", "/root"}
_REUSABLE = {State.CREATING, State.READY, State.STOPPED, State.BROKEN}
_PIDS_OF_MACHINE = 4096  # of all its services, and of the containers in it
_LONGEST_NAME = 40  # characters: names become host names
_LONGEST_STEM = _LONGEST_NAME - 5  # with five more that make it unique
_WORTH_A_MOVE = timedelta(seconds=5)  # to move a deadline takes an engine a moment, on a cluster a second
_LEAST_MEMORY = 6 * 1024**2  # bytes; Docker's own, and no shell needs less


class Plan(NamedTuple):
    """What a session is going to be. Everything is decided, and nothing is made yet.

    ``reference`` is how its pack is found again. The tasks of ``pack`` are set up; ``tasks`` are the ids of those that
    were drawn of it, none where it has all. ``consented`` is what the user has allowed it: see ``consent``.
    """

    backend: Backend
    template: Template
    ttl: timedelta
    name: str = ""
    reference: str = ""
    pack: Pack | None = None
    tasks: tuple[str, ...] = ()
    sitting: Sitting | None = None
    consented: str = ""
    keep_on_failure: bool = False
    replace: bool = False
    all_steps: bool = False
    reuse: bool = False
    first_task_alone: bool = False
    backend_is_named: bool = False
    dotfiles: Path | None = None
    run_once: str = ""
    project: Project | None = None

    @property
    def pauses_when_idle(self) -> bool:
        """Whether the session is paused when nothing happens in it, and does not just end."""
        return bool(self.template.idle) and self.template.notice == idle_notice(pauses=True)


class _Running(Exception):
    """A session that is to be reused, running or starting."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.name)
        self.session = session


def start(sessions: Sessions, request: StartRequest, report: Report) -> Session:
    """Make the session that is asked for; when this returns it is ready. A start that is cut short leaves nothing."""
    plan = plan_session(sessions, request)
    if plan.pack:
        from tempshell_cli.sessions.kubernetes import expected_version, refuse_misfit  # noqa: PLC0415 - for packs alone

        version = expected_version(plan.pack, plan.backend, plan.template)
        refuse_misfit(plan.pack, plan.pack.tasks, plan.backend, version)
    while True:
        try:
            return make(sessions, plan, report)
        except _Running as found:
            if session := _reused(sessions, found.session, report):
                if session.pack and not plan.first_task_alone:
                    from tempshell_cli.sessions.behind import set_up_rest  # noqa: PLC0415 - where it is reused

                    set_up_rest(sessions, session, report)
                return session


def plan_session(sessions: Sessions, request: StartRequest) -> Plan:
    """Load the pack, choose the backend, refuse what it cannot honour, and ask for consent. Makes nothing.

    Raises UsageProblem, PackProblem, LimitReached, EngineUnavailable.
    """
    _refuse_name(request.name)
    settings = sessions.settings
    pack, sitting, reference = None, None, ""
    if request.pack:
        from tempshell_cli.packs.library.find import find_pack  # noqa: PLC0415 - for packs alone, as are the next ones
        from tempshell_cli.packs.library.find import reference as reference_of  # noqa: PLC0415

        whole = find_pack(request.pack)
        reference = reference_of(request.pack, whole)
        if request.exam:
            from tempshell_cli.sessions.sitting import draw_exam  # noqa: PLC0415

            sitting = draw_exam(whole, request.exam, settings, sessions.warn)
            request = request._replace(tasks=sitting.tasks, ttl=sitting.time)
        pack = whole.only(request.tasks) if request.tasks else whole
        for note in pack.notes:
            sessions.warn(str(note))
    named, request, found = asked.with_template(sessions, request, pack)
    request = asked.with_project(sessions, request)
    request, dotfiles = asked.with_own(sessions, request, pack, found)
    ttl = checked_ttl(request.ttl, settings.lease)
    backend_name = request.backend or settings.sandbox.backend
    profile = request.profile or (pack.head.sandbox.profile if pack else Profile.RESTRICTED)
    machine = {Option.MACHINE} if profile is Profile.MACHINE else set()
    needs = _needs(pack)._replace(options=request.options() | machine, engine=request.engine)
    if request.network is Network.NONE and Capability.OUTBOUND in needs.capabilities:
        raise UsageProblem("the tasks need a network that reaches out", hint="leave --network none out")
    backend = choose_backend(sessions.engines, backend_name, needs, sessions.warn)
    template = _template(request._replace(profile=profile), settings, pack, backend)
    for problem in backend.refuses(template):
        raise UsageProblem(problem.what, hint=problem.hint)
    if request.workspace_size and not backend.limits_workspaces:
        sessions.warn(f"the size of a workspace is not enforced on {backend.name}")
    # An exam cannot be paused. The notice of a session that is to be paused leaves time for that.
    pauses = settings.lease.idle == _PAUSE and isinstance(backend, CanPause) and not sitting
    template = template._replace(notice=idle_notice(pauses=pauses))
    if request.secrets:
        if machine:
            raise UsageProblem("--secret cannot be used with --profile machine", hint="copy a file in: `tempshell cp`")
        from tempshell_cli.sessions.secrets import Secrets  # noqa: PLC0415 - few sessions have one

        template = template._replace(secrets=Secrets(sessions.paths).filled(request.secrets))
    is_named = (named.backend or settings.sandbox.backend) != AUTO
    is_named = is_named or (bool(backend.pack_reach) and _is_led_to(sessions, named.options()))
    consented = asked.consented(sessions, named, backend, pack, found, backend_is_named=is_named)
    return Plan(
        backend=backend,
        template=template,
        ttl=ttl + exam_spare(settings.lease) if sitting else ttl,
        name=request.name,
        reference=reference,
        pack=pack,
        tasks=tuple(request.tasks),
        sitting=sitting,
        consented=consented,
        keep_on_failure=request.keep_on_failure,
        replace=request.replace,
        all_steps=request.all_steps,
        reuse=request.reuse,
        # An exam begins when all of its tasks are set up: nobody's time depends on which one is taken first.
        first_task_alone=request.first_task_alone and not sitting,
        backend_is_named=backend_name != AUTO,
        dotfiles=dotfiles,
        run_once=request.run_once,
        project=request.project,
    )


def make(sessions: Sessions, plan: Plan, report: Report) -> Session:
    """Make a planned session, on record before its engine is asked; when this returns it is ready.

    An error or Ctrl-C half-way rolls back what was made, then is raised again; but what may
    succeed a moment later is tried a second time, as another session.
    """
    sessions.store.refuse_copy()
    if plan.replace:
        sessions.stop_own()
    swept = sessions.sweep([plan.backend], everybodys=[plan.backend], must_answer=[plan.backend], clear=True)
    for silent, cause in swept.silent:
        if silent is plan.backend:
            raise cause
    prune(sessions.store, sessions.settings.history, sessions.clock.now())
    on_engine = swept.count(plan.backend)
    try:
        return _attempt(sessions, plan, on_engine, report)
    except TempshellError as cause:
        if not cause.passing or plan.keep_on_failure:
            raise
        with report(f"trying once more: {cause}"):
            pass
    return _attempt(sessions, plan, on_engine, report)


def _attempt(sessions: Sessions, plan: Plan, on_engine: int, report: Report) -> Session:
    session = _candidate(sessions, plan)
    report = with_usual_time(report, sessions.store, session, first_task_alone=plan.first_task_alone)
    with start_mark(sessions.paths, session.id):
        try:
            _intend(sessions, session, on_engine, plan)
            sandbox = _provision(sessions, session, plan, report)
            _prepare(sessions, plan, sandbox, report)
            if plan.pack:
                from tempshell_cli.sessions.setting_up import set_up  # noqa: PLC0415 - for packs alone

                if plan.consented:
                    sessions.journal(session.id, Kind.CONSENTED, plan.consented)
                if plan.tasks:
                    sessions.journal(session.id, Drawn(plan.tasks))
                if written := set_up(sessions, plan.pack, plan, sandbox, report):
                    sandbox = _bound(plan.backend, sandbox, values=written)
                    sessions.journal(session.id, ValuesWritten(written))
            if sandbox.deadline <= sessions.clock.now():
                raise ProvisionFailed("starting it took longer than it lasts")  # noqa: TRY301 - to be rolled back
            sandbox = _leased(sessions, plan, sandbox)
            if plan.sitting:
                begin_exam(sessions, plan.backend, sandbox, plan.sitting.seed, plan.sitting.time)
            started = Started(plan.backend.name, admin=plan.template.profile.is_root)
            return sessions.record(with_sandbox(session, sandbox)._replace(state=State.READY), started)
        except BaseException as cause:
            if sessions.store.get(session.id):  # a limit or a taken name keeps it off the record
                _give_up(sessions, session, plan, cause)
            # An engine that ends a sandbox at its deadline reports only that it has ended.
            if isinstance(cause, ProvisionFailed) and session.is_over(sessions.clock.now() + EARLY):
                raise SessionExpired(
                    f"session {session.name} expired before it was ready: {cause}", hint="give it a longer --ttl"
                ) from cause
            raise


def _prepare(sessions: Sessions, plan: Plan, sandbox: Sandbox, report: Report) -> None:
    if plan.dotfiles or plan.run_once or plan.project:
        from tempshell_cli.sessions.preparing import prepare  # noqa: PLC0415 - few sessions have any

        prepare(sessions, plan, sandbox, report)


def _reused(sessions: Sessions, session: Session, report: Report) -> Session | None:
    """Return a session that runs, once it is ready; None where its start, of another process, fails."""
    from tempshell_cli.sessions.watching import READY, Condition, wait_for  # noqa: PLC0415 - where it is reused

    with suppress(NoSuchSession, SessionExpired):
        if session.state is State.CREATING:
            with report(f"waiting until {session.name} has started"):
                session = wait_for(sessions, session, Condition(READY), None)
        session = sessions.restored(session, report)
        sessions.warn(f"{session.name} is running already, as it was started")
        return session
    return None


def begin_exam(sessions: Sessions, backend: Backend, sandbox: Sandbox, seed: int, time: timedelta) -> None:
    """Make a session that is being started an exam of that length, on its engine and on record."""
    now = sessions.clock.now()
    exam = ExamBegun(seed, exam_end(now, time, sandbox.deadline, sessions.settings.lease))
    _bound(backend, sandbox, exam=exam_terms(exam, now, sandbox.deadline))
    sessions.journal(sandbox.session, exam)


def _leased(sessions: Sessions, plan: Plan, sandbox: Sandbox) -> Sandbox:
    """Return the sandbox with its lease counted from now on: the time that it took to make is not the learner's."""
    deadline = deadline_after(sessions.clock.now(), plan.ttl)
    if deadline - sandbox.deadline < _WORTH_A_MOVE:
        return sandbox
    plan.backend.set_deadline(sandbox, deadline, sandbox.terms)
    return sandbox._replace(deadline=deadline)


def _bound(backend: Backend, sandbox: Sandbox, **terms: Any) -> Sandbox:  # noqa: ANN401 - fields of Terms
    """Return a sandbox with more terms, which it carries on its engine."""
    bound = sandbox._replace(terms=sandbox.terms._replace(**terms))
    backend.set_deadline(bound, bound.deadline, bound.terms)
    return bound


def _refuse_name(name: str) -> None:
    """Names become host names and words to complete (RFC 1123: letters, digits and hyphens, 63 at most)."""
    plain = name.isascii() and name.replace("-", "").isalnum() and not name.startswith("-")
    if name and not (plain and len(name) <= _LONGEST_NAME):
        raise UsageProblem(f"{name!r} cannot be a name", hint=f"letters, digits and hyphens, {_LONGEST_NAME} at most")


def _needs(pack: Pack | None) -> Needs:
    if pack is None:
        return Needs()
    from tempshell_cli.packs.grading.cluster import looks_into_cluster  # noqa: PLC0415 - for packs alone

    wanted = {capability for task in pack.tasks for capability in task.head.requires.caps}
    return Needs(
        allowed=pack.head.sandbox.backends,
        capabilities=frozenset(wanted),
        cluster=looks_into_cluster(pack.head, pack.tasks),
    )


def _is_led_to(sessions: Sessions, options: Collection[Option]) -> bool:
    """Return whether an option was given that no backend can honour which holds a pack: it names the backend, too."""
    kinds = [kind for _, kind in sessions.engines.kinds()]
    return any(all(kind.pack_reach or option not in kind.options() for kind in kinds) for option in options)


def _template(request: StartRequest, settings: Settings, pack: Pack | None, backend: Backend) -> Template:
    defaults, project = settings.sandbox, request.project
    profile = request.profile or Profile.RESTRICTED
    is_machine = profile is Profile.MACHINE  # as large as a node of a cluster, which is one, too
    memory = request.memory or parse_size(defaults.node_memory if is_machine else defaults.memory)
    if memory < _LEAST_MEMORY:
        too_little = f"{format_size(memory)} of memory is too little"
        raise UsageProblem(too_little, hint=f"give {format_size(_LEAST_MEMORY)} or more")
    return Template(
        image=request.image or (project.image if project else "" if is_machine else backend.default_image(settings)),
        profile=profile,
        network=request.network or Network.DEFAULT,
        cpus=_cores(request.cpus, defaults.node_cpus if is_machine else defaults.cpus),
        memory=memory,
        pids=request.pids or (_PIDS_OF_MACHINE if is_machine else defaults.pids),
        env=request.env,
        cluster=Cluster(
            nodes=max(request.nodes or 1, pack.nodes if pack else 1),
            config=request.kind_config or "",
            images=tuple(request.load),
            shipped=pack.head.sandbox.images if pack else (),
            node_shell=bool(pack and pack.node_shell and profile is Profile.ADMIN),
            cpus=_cores(request.node_cpus, defaults.node_cpus),
            memory=request.node_memory or parse_size(defaults.node_memory),
        ),
        access=request.access,
        placement=_placement(request.placement, settings) if Option.NODE_SELECTOR in backend.options() else Placement(),
        runtime=(request.runtime or defaults.runtime) if Option.RUNTIME in backend.options() else "",
        idle=request.idle or timedelta(),
        build=project.build if project and not request.image else None,
        folder=project.folder if project else "",
        workspace=_workspace(request, defaults),
    )


def _workspace(request: StartRequest, defaults: SandboxSettings) -> Workspace | None:
    """Return the workspace that is asked for; raises UsageProblem."""
    if not request.workspace:
        if request.workspace_size:
            raise UsageProblem("--workspace-size needs --workspace", hint="name a workspace")
        return None
    if request.exam:
        raise UsageProblem("an exam cannot have a workspace: answers could be in it", hint="leave it out")
    if request.project:
        raise UsageProblem(
            "a project has a directory of its own, which goes with the session: a workspace would not keep it",
            hint="leave the workspace out",
        )
    return Workspace(checked_name(request.workspace), request.workspace_size or parse_size(defaults.workspace_size))


def _cores(asked: float | None, usual: float) -> float:
    cores = usual if asked is None else asked
    if not 0 < cores < float("inf"):  # neither holds for nan, which is a number to option parsers and to TOML
        raise UsageProblem(f"{cores} is not a valid CPU count", hint="write it like 0.5 or 2")
    return cores


def _placement(asked: Placement, settings: Settings) -> Placement:
    """Return what is asked for over the settings, field by field."""
    from tempshell_cli.backends.placement import placement  # noqa: PLC0415 - for pods alone

    usual = placement(**settings.kubernetes._asdict())
    return usual._replace(**{field: value for field, value in asked._asdict().items() if value})


def _candidate(sessions: Sessions, plan: Plan) -> Session:
    now = sessions.clock.now()
    session_id = os.urandom(4).hex()
    return Session(
        id=session_id,
        name=plan.name or f"{_name_after(plan.project.root.name if plan.project else plan.reference)}-{session_id[:4]}",
        owner=sessions.owner,
        backend=plan.backend.name,
        endpoint=plan.backend.endpoint,  # resolved: a later change of context does not lose the session
        state=State.CREATING,
        created=now,
        deadline=deadline_after(now, plan.ttl),
        pack=plan.reference,
        lease=plan.ttl,
    )


def _name_after(pack: str) -> str:
    """Return what a session is called after its pack, whose directory may have any name: a part of a host name.

    Those have lowercase letters, digits and hyphens (RFC 1123); accents go, what is left without any letter is a pack.
    """
    if not pack:
        return "shell"
    own = pack.rsplit("/", 1)[-1].partition("@")[0]  # an added one's is NAME@DIGITS
    plain = unicodedata.normalize("NFKD", own).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_STEM].strip("-") or "pack"


def _is_meant(one: Session, session: Session, plan: Plan) -> bool:
    """Return whether a session is what ``--reuse`` asks for: of that pack, name, backend and project, and not over."""
    begins_at = "" if one.home in _HOMES else one.home  # a project has a directory of its own
    return (
        (one.pack, begins_at) == (session.pack, plan.template.folder)
        and plan.name in {"", one.name}
        and one.state in _REUSABLE
        and (one.backend == session.backend or not plan.backend_is_named)
    )


def _intend(sessions: Sessions, session: Session, on_engine: int, plan: Plan) -> None:
    """Put the session on record before any engine is asked, if the limits allow one more.

    Raises _Running where one is to be reused: of several starts at a time one gets here first.
    """
    store = sessions.store
    with store.transaction():
        for one in store.live() if plan.reuse else ():
            if _is_meant(one, session, plan):
                raise _Running(one)
        check_limits(store, sessions.settings.limits_in_force(), session, on_engine)
        if any(one.name == session.name for one in store.live()):
            raise ProvisionFailed(
                f"a session named {session.name!r} is running",
                hint="choose another --name, or stop that one",
                passing=not plan.name,
            )
        store.save(session)
    sessions.journal(session.id, Kind.CREATING, session.name)


def _provision(sessions: Sessions, session: Session, plan: Plan, report: Report) -> Sandbox:
    """Make the sandbox; where a port turns out to be taken by something else, with the next ones."""
    refuse_oversized(plan.template.variables)
    if plan.template.idle:
        sessions.journal(session.id, Kind.IDLE, idle_words(plan.template.idle, pauses=plan.pauses_when_idle))
    backend = plan.backend
    if isinstance(backend, StartsAtOnce) and (recipe := recipe_of(plan)):
        sessions.journal(session.id, recipe)
    kinds = backend.port_kinds if isinstance(backend, UsesPorts) else ()
    tried: set[int] = set()
    request = SandboxRequest(
        session=session.id,
        owner=session.owner,
        deadline=session.deadline,
        template=plan.template,
        name=session.name,
        pack=session.pack,
        terms=Terms(lease=session.lease, tasks=plan.tasks),
    )
    while True:
        wanted = wanted_ports(sessions.settings.ports, kinds, session.id, tried)
        with sessions.store.transaction():
            ports = sessions.store.allocate_ports(session.id, wanted)
        try:
            return backend.provision(request._replace(ports=ports), report)
        except PortTaken:
            tried |= set(ports.values())
            if len(tried) >= _MOST_PORTS_TRIED or rolled_back(backend, session):
                raise


def _give_up(sessions: Sessions, session: Session, plan: Plan, cause: BaseException) -> None:
    """Roll back a start. Where even that fails, the record stays and says so, and the next sweep tries again."""
    reason = str(cause) or type(cause).__name__
    if plan.keep_on_failure and isinstance(cause, Exception):
        with suppress(EngineUnavailable):  # with the way into it where the engine has a sandbox already
            found = [one for one in plan.backend.find(session.owner) if one.session == session.id]
            session = with_sandbox(session, found[0]) if found else session
        sessions.record(session._replace(state=State.KEPT, reason=reason), Kind.KEPT, reason)
        return
    with shielded():
        left = rolled_back(plan.backend, session)
        if left:
            sessions.journal(session.id, Kind.LEFTOVER, left)
            raise LeftoverRemains(f"{reason}; and rolling back: {left}", hint=REAP) from cause
        failed = session._replace(state=State.FAILED, ended=sessions.clock.now(), reason=reason)
        sessions.record(failed, Kind.FAILED, reason)


def rolled_back(backend: Backend, session: Session) -> str:
    """Remove what a start has made; return what is in the way, "" when nothing is."""
    try:
        receipt = backend.destroy(session.sandbox)
    except (TempshellError, OSError) as cause:
        return str(cause)
    return f"could not remove {', '.join(receipt.leftover)}" if receipt.leftover else ""
