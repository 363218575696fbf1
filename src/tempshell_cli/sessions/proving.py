"""Proofs of packs in real sandboxes, which are sessions like any other: on record first, swept, limited, removed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import TypeVar

from tempshell_cli.backends.base import Capability, HasKubectl, measurable
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import EngineUnavailable, TempshellError
from tempshell_cli.packs.authoring.prove import (
    PackProof,
    State,
    TaskProof,
    judged,
    of_draws,
    other_order,
    prove_in_order,
    prove_task,
    prove_together,
    unproven,
    why_unprovable,
)
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.capabilities import wanted_by
from tempshell_cli.packs.grading.cluster import misfit, server_version
from tempshell_cli.sessions.capabilities import lacking
from tempshell_cli.sessions.kubernetes import expected_version
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.start import Plan, make
from tempshell_cli.sessions.store import PROOF

_Result = TypeVar("_Result")

_LONGEST = timedelta(minutes=30)
_UNLIMITED = 1_000_000
# Called with each task's proof as it is there, from the thread that asked for the proof.
OnProof = Callable[[TaskProof], None]


class Prover:
    """Proves the tasks of a pack in sandboxes as a start of it would make them, several at once.

    Of each task ``mutants`` made answers are tried (None: all).
    """

    def __init__(
        self,
        sessions: Sessions,
        plan: Plan,
        *,
        jobs: int = 1,
        draws: int = 1,
        mutants: int | None = 0,
    ) -> None:
        assert plan.pack  # noqa: S101 - for mypy: there is nothing else to be proven
        self._pack = plan.pack
        self._backend = plan.backend
        self._jobs = jobs
        self._draws = draws
        self._mutants = mutants
        self._sandboxes = Sandboxes(sessions, plan)
        # The sandboxes are all alike: what one of them is found to have, all have.
        self._looking = threading.Lock()
        self._known: dict[Capability, bool] = {}
        self._expected = expected_version(plan.pack, plan.backend, plan.template)
        self._kubernetes = ""

    def prove(
        self, tasks: Sequence[Task], seed: int, on_proof: OnProof | None = None, *, strict: bool = False
    ) -> PackProof:
        """Prove each task by itself, then all that hold together.

        ``seed`` chooses their order and the answers that are made, and draws values. A ``strict`` proof does not hold
        where a made answer fools a task.

        A task with variables is proven once for each of the ``draws``, and each of its variants, in a sandbox of its
        own.

        However this ends, an error or Ctrl-C, its sandboxes are removed first.
        """
        if self._pack.in_order:
            return self._proof(tasks, self._in_order(tasks, on_proof), seed, (), strict=strict)
        with self._sandboxes.removed_at_the_end():
            proofs = self._each(tasks, str(seed), on_proof)
            sound = {State.PROVEN, State.FOOLED}
            order = other_order([task for task in tasks if proofs[task.id].state in sound], seed)
            if len(order) > 1:
                less = lacking(self._known)
                steps = self._sandboxes.use(lambda shell: prove_together(order, shell, less, str(seed)))
                for task in order:
                    alone = proofs[task.id]
                    proofs[task.id] = judged(task, [*alone.steps, steps[task.id]], alone.made, less)
        return self._proof(tasks, proofs, seed, order, strict=strict)

    def _in_order(self, tasks: Sequence[Task], on_proof: OnProof | None) -> dict[str, TaskProof]:
        """Prove the steps up to the last of these tasks, in one sandbox."""
        wanted = {task.id for task in tasks}
        last = max(place for place, task in enumerate(self._pack.tasks) if task.id in wanted)
        steps = self._pack.tasks[: last + 1]
        why_not = self._why_not()
        with self._sandboxes.removed_at_the_end():
            proofs = self._sandboxes.use(lambda shell: prove_in_order(steps, shell, why_not))
        if on_proof:
            for task in tasks:
                on_proof(proofs[task.id])
        return proofs

    def _why_not(self) -> Callable[[Task], str]:
        return partial(
            why_unprovable,
            capabilities=self._backend.capabilities() | measurable(self._backend),
            has_cluster=isinstance(self._backend, HasKubectl),
        )

    def _proof(
        self, tasks: Sequence[Task], proofs: Mapping[str, TaskProof], seed: int, order: Sequence[Task], *, strict: bool
    ) -> PackProof:
        return PackProof(
            pack=self._pack.id,
            version=self._pack.head.version,
            digest=self._pack.digest,
            backend=self._backend.name,
            kubernetes=self._kubernetes,
            seed=seed,
            order=tuple(task.id for task in order),
            tasks=tuple(proofs[task.id] for task in tasks),
            strict=strict,
        )

    def _each(self, tasks: Sequence[Task], seed: str, on_proof: OnProof | None) -> dict[str, TaskProof]:
        why_not = self._why_not()
        proofs = {
            task.id: unproven(task, why)
            for task in tasks
            if (why := self._misfit(task, self._expected) or why_not(task))
        }
        with self._workers() as pool:
            waiting = {
                task.id: {
                    name: pool.submit(self._sandboxes.use, partial(self._in_sandbox, *draw))
                    for name, draw in self._draws_of(task, seed).items()
                }
                for task in tasks
                if task.id not in proofs
            }
            for done in as_completed([draw for draws in waiting.values() for draw in draws.values()]):
                done.result()  # raises at once what ends the proof
                for task, draws in waiting.items():
                    if task not in proofs and all(draw.done() for draw in draws.values()):
                        proofs[task] = of_draws({name: draw.result() for name, draw in draws.items()})
                        if on_proof:
                            on_proof(proofs[task])
        return proofs

    def _draws_of(self, task: Task, seed: str) -> dict[str, tuple[Task, str]]:
        """Return each draw of a task that is proven, by its name: a variant, and the seed of its values."""
        found = {}
        for variant in task.variants or (task,):
            for number in range(1, self._draws + 1 if variant.draw else 2):
                words = [f"variant {variant.variant}"] if variant.variant else []
                words += [f"draw {number}"] if number > 1 else []
                found[", ".join(words)] = variant, seed if number == 1 else f"{seed}/{number}"
        return found

    def _in_sandbox(self, task: Task, seed: str, shell: SandboxExec) -> TaskProof:
        try:
            with self._looking:
                if shell.cluster and not self._kubernetes:
                    self._kubernetes = server_version(shell.cluster)
                if why := self._misfit(task, self._kubernetes):
                    return unproven(task, why)
                for capability in wanted_by([task]):
                    if capability not in self._known:
                        self._known[capability] = shell.has(capability)
        except TempshellError as cause:
            return TaskProof(task=task.id, state=State.ERROR, why=str(cause))
        return prove_task(task, shell, lacking(self._known), seed, self._mutants)

    def _misfit(self, task: Task, version: str | None) -> str:
        return misfit(self._pack.head, [task], version, self._backend.name)

    @contextmanager
    def _workers(self) -> Iterator[ThreadPoolExecutor]:
        """Give a pool whose workers end early where the block fails: what they work in is taken from them."""
        pool = ThreadPoolExecutor(max_workers=self._jobs)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            self._sandboxes.remove_all()
            raise
        finally:
            pool.shutdown()


class Sandboxes:
    """Fresh sandboxes, each for one use, with no task set up. Safe to call from several threads."""

    def __init__(self, sessions: Sessions, plan: Plan) -> None:
        # A person's own limits do not count here; what an engine may run does.
        limits = sessions.settings.limits._replace(per_owner=_UNLIMITED, starts_per_hour=_UNLIMITED)
        settings = sessions.settings._replace(limits=limits)
        self._sessions = Sessions(sessions.store, settings, sessions.paths, sessions.clock, sessions.engines)
        self._plan = plan._replace(pack=None, reference="", ttl=min(_LONGEST, sessions.settings.lease.maximum))
        self._lock = threading.Lock()  # the store and the sweep are for one at a time
        self._alive: dict[str, Session] = {}
        self._closed = False

    def use(self, work: Callable[[SandboxExec], _Result]) -> _Result:
        """Do the work in a fresh sandbox, which is removed however the work ends."""
        session = self._start()
        try:
            return work(SandboxExec(self._plan.backend, session.sandbox))
        finally:
            with self._lock:
                self._remove(session)

    @contextmanager
    def removed_at_the_end(self) -> Iterator[None]:
        """Remove at the end of the block what is still there."""
        try:
            yield
        finally:
            self.remove_all()

    def remove_all(self) -> None:
        """Remove every sandbox there is, and make no more."""
        with self._lock:
            self._closed = True
            for session in list(self._alive.values()):
                self._remove(session)

    def _start(self) -> Session:
        with self._lock:
            if self._closed:
                raise EngineUnavailable("the proof was given up")
            plan = self._plan._replace(name=f"proof-{os.urandom(4).hex()}")
            session = make(self._sessions, plan, lambda _: nullcontext())
            self._alive[session.id] = session
        return session

    def _remove(self, session: Session) -> None:
        if self._alive.pop(session.id, None):
            self._sessions.stop(session, PROOF)
