"""A new sandbox for a session, in the place of the one that it has: ``restart`` reads from top to bottom."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tempshell_cli.backends.base import Backend, Report, Sandbox, SandboxRequest, StartsAtOnce
from tempshell_cli.backends.entry import refuse_oversized
from tempshell_cli.core.errors import (
    LeftoverRemains,
    ProvisionFailed,
    SessionExpired,
    TempshellError,
    UsageProblem,
)
from tempshell_cli.core.interrupts import shielded
from tempshell_cli.core.process import NOTHING
from tempshell_cli.sessions.events import Kind, Recipe, ToSetUp, details
from tempshell_cli.sessions.exam import refuse_in_exam
from tempshell_cli.sessions.lifecycle import REAP, Sessions, with_sandbox
from tempshell_cli.sessions.lookup import EARLY, refuse_unusable
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.recipe import template_of
from tempshell_cli.sessions.recordings import Values, values_in
from tempshell_cli.sessions.setups import setups_of
from tempshell_cli.sessions.start import Plan, rolled_back

_LEAST = timedelta(seconds=10)  # that is left, or the new sandbox would be over before it is of use
_AGAIN = "stop it, and start another one"
_EXAM = "an exam cannot be restarted"


def restart(sessions: Sessions, session: Session, report: Report) -> Session:
    """End the session's sandbox and make it again, with the same deadline, variables, secrets and workspace.

    Without a workspace its tasks are set up again. An error before the old sandbox is removed leaves it as it is; one
    from then on ends the session. Raises UsageProblem where it cannot be restarted, SessionExpired, LeftoverRemains,
    ProvisionFailed and EngineUnavailable.
    """
    backend = sessions.engines.of(session)
    refuse_unrestartable(sessions, session, backend)
    with sessions.changing(session, backend) as (current, sandbox):
        refuse_in_exam(sessions.store, current, _EXAM)
        refuse_unusable(current)
        plan = _planned(sessions, current, sandbox, backend)
        again = sessions.store.change(current.id, state=State.CREATING)
        if again is None:
            raise UsageProblem(f"{current.name} has ended meanwhile", hint="`tempshell start` makes a new one")
        try:
            whole = with_sandbox(again, _made_again(sessions, again, sandbox, plan, report))
            if again.pack and not sandbox.workspace:  # before it is ready: a kill must not leave it as set up
                sessions.journal(again.id, ToSetUp(_set_up_before(sessions, again)))
            restarted = whole._replace(state=State.READY, reason="")
            if sessions.store.change(again.id, was=again, **restarted._asdict()) is None:
                raise ProvisionFailed("it was stopped meanwhile", hint="`tempshell list` shows what runs")  # noqa: TRY301
        except BaseException as cause:
            _end(sessions, again, backend, cause)
            raise
        sessions.journal(again.id, Kind.RESTARTED, f"workspace {sandbox.workspace}" if sandbox.workspace else "")
    if restarted.pack and not sandbox.workspace:
        from tempshell_cli.sessions.behind import set_up_rest  # noqa: PLC0415 - for packs alone

        set_up_rest(sessions, restarted, report)
    return restarted


def refuse_unrestartable(sessions: Sessions, session: Session, backend: Backend) -> Recipe:
    """Return how the session's sandbox was made; raises UsageProblem where it cannot be made again."""
    refuse_in_exam(sessions.store, session, _EXAM)
    if not isinstance(backend, StartsAtOnce):
        able = ", ".join(name for name, kind in sessions.engines.kinds() if issubclass(kind, StartsAtOnce))
        raise UsageProblem(
            f"a {backend.name} session cannot be restarted", hint=f"only {able} sessions can be restarted"
        )
    for _, recipe in details(sessions.store.events(session.id), Recipe):
        return recipe
    raise UsageProblem(
        f"how {session.name} was made is not on record: it is a project's, or was started elsewhere or by an earlier"
        " release",
        hint=_AGAIN,
    )


def _planned(sessions: Sessions, session: Session, sandbox: Sandbox, backend: Backend) -> Plan:
    """Return what is to be made again, of what is on record and what only the running sandbox knows.

    Raises what a start would, before anything has changed.
    """
    if session.deadline - sessions.clock.now() < _LEAST:
        raise UsageProblem(f"{session.name} is about to end", hint="`tempshell extend` gives it more time")
    recipe = refuse_unrestartable(sessions, session, backend)
    try:
        asks = bool(recipe.said["variables"] or recipe.said["secrets"])
        values = values_in(backend, sandbox) if asks else Values(NOTHING, NOTHING)
        template = template_of(recipe, values.variables, values.secrets)
        dotfiles = Path(recipe.said["dotfiles"]) if recipe.said["dotfiles"] else None
    except (KeyError, TypeError, ValueError) as cause:
        raise UsageProblem(f"{session.name} has lost a variable or a secret: {cause}", hint=_AGAIN) from cause
    refuse_oversized(template.variables)
    if dotfiles and not sandbox.workspace and not dotfiles.is_dir():
        raise UsageProblem(f"its dotfiles are gone: {dotfiles}", hint=f"put them back, or {_AGAIN}")
    if session.pack and not sandbox.workspace and (tasks := _set_up_before(sessions, session)):
        from tempshell_cli.sessions.practice import Practice  # noqa: PLC0415 - for packs alone

        pack = Practice(sessions, session).pack  # which may be gone
        for task in tasks:
            pack.task(task)
    assert isinstance(backend, StartsAtOnce)  # noqa: S101 - for mypy
    for problem in (*backend.refuses(template), *filter(None, [backend.missing(template)])):
        raise UsageProblem(f"{session.name} cannot be restarted: {problem.what}", hint=problem.hint)
    return Plan(backend, template, session.lease, dotfiles=dotfiles, run_once=recipe.said["run_once"])


def _made_again(sessions: Sessions, session: Session, old: Sandbox, plan: Plan, report: Report) -> Sandbox:
    """End the old sandbox and make the new one; raises what both raise."""
    with report(f"ending the sandbox of {session.name}"):
        receipt = plan.backend.destroy(old)
    if receipt.leftover:
        raise ProvisionFailed(f"could not remove {', '.join(receipt.leftover)}", hint=REAP)
    request = SandboxRequest(
        session=session.id,
        owner=session.owner,
        deadline=session.deadline,
        template=plan.template,
        name=session.name,
        pack=session.pack,
        terms=old.terms,
    )
    made = plan.backend.provision(request, report)
    if (plan.dotfiles or plan.run_once) and not old.workspace:
        from tempshell_cli.sessions.preparing import prepare  # noqa: PLC0415 - few sessions have any

        prepare(sessions, plan, made, report)
    if made.deadline <= sessions.clock.now():
        raise ProvisionFailed("starting it took longer than it lasts")
    return made


def _end(sessions: Sessions, session: Session, backend: Backend, cause: BaseException) -> None:
    """Remove what there is of a session whose restart was cut short, and record its end.

    Raises LeftoverRemains, with the next sweep to try again, and SessionExpired where its time was over meanwhile.
    """
    reason = f"its restart failed: {str(cause) or type(cause).__name__}"
    with shielded():
        if left := rolled_back(backend, session):
            sessions.store.change(session.id, state=State.STOPPING)
            sessions.journal(session.id, Kind.LEFTOVER, left)
            raise LeftoverRemains(f"{session.name} has ended: {reason}; and {left}", hint=REAP) from cause
        if sessions.store.change(session.id, state=State.ENDED, ended=sessions.clock.now(), reason=reason):
            sessions.journal(session.id, Kind.ENDED, reason)
    if isinstance(cause, ProvisionFailed) and session.is_over(sessions.clock.now() + EARLY):
        raise SessionExpired(
            f"{session.name} expired before it was ready again", hint="`tempshell start` makes a new one"
        ) from cause
    if isinstance(cause, TempshellError):
        raise ProvisionFailed(f"{session.name} has ended: {reason}", hint=cause.hint) from cause
    sessions.warn(f"{session.name} has ended: {reason}")


def _set_up_before(sessions: Sessions, session: Session) -> tuple[str, ...]:
    """Return the ids of the tasks that the session's sandbox has been set up for, or waits to be."""
    before = setups_of(sessions.store.events(session.id))
    return tuple(dict.fromkeys([*before.to_do, *before.problems]))
