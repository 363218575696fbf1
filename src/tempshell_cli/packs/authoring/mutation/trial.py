"""Tries made answers where a task is solved: each is applied, graded and undone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.packs.authoring.mutation.cluster import ClusterObjects, change
from tempshell_cli.packs.authoring.mutation.files import file_mutations, named_files
from tempshell_cli.packs.authoring.mutation.mutation import Action, Mutation, Wording
from tempshell_cli.packs.authoring.mutation.objects import Objects, object_mutations
from tempshell_cli.packs.authoring.mutation.programs import Run
from tempshell_cli.packs.authoring.mutation.snapshots import Tree, read_tar
from tempshell_cli.packs.checks.places import TERMINAL
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import TaskResult, Verdict
from tempshell_cli.packs.grading.setup import apply_setup, run_solution

# Files up to 64 KiB; a link leads nowhere, and what belongs to git is git's.
_LIST = 'find "$@" -xdev -name .git -prune -o "(" ! -type f -o -size -129 ")" -print 2>/dev/null; true'
_TAR = "xargs -0 tar -cPf - --no-recursion -- 2>/dev/null; true"
_SECONDS = 30.0
_MOST_FILES = 500
# How long controllers may take to do what an object asks of them, and how often one looks, in seconds.
_FOLLOWS, _RESTORED, _EVERY = 10.0, 60.0, 2.0
_INTERPRETERS = {"bash", "sh", "python3"}
_SETTING = re.compile(r"(\w+)=(.*)", re.DOTALL)


class MadeAnswer(Struct, frozen=True, kw_only=True):
    """A made answer that was graded. ``failed`` are the checks that fail; ``problem`` is "" where it was judged well.

    ``is_error``: it was not judged, because a check could not run.
    """

    name: str
    is_right: bool
    failed: tuple[str, ...] = ()
    problem: str = ""
    is_error: bool = False


class Unrestored(Exception):
    """The solved state could not be had again after a made answer."""


class Trials:
    """Tries the made answers for one task in one sandbox: ``count`` of them (None: all), chosen by the seed.

    ``made`` are those that were tried.
    """

    def __init__(self, task: Task, grader: Grader, count: int | None, seed: str) -> None:
        self.made: list[MadeAnswer] = []
        self._task = task
        self._grader = grader
        self.count = count
        self._seed = seed
        gates = msgspec.to_builtins([check for check in task.head.checks if check.gate])
        self._wording = Wording(f"{task.head.title}\n{task.prompt}", "\n".join(_texts(gates)))
        cluster = grader.shell.cluster if task.head.looks_into_cluster or task.head.namespaces else None
        self._objects = ClusterObjects(task, cluster) if cluster else None
        self._files_before: Tree = {}
        self._objects_before: Objects = {}

    def look_before(self) -> None:
        """Remember what is there before the solution runs."""
        self._files_before = self._files()
        self._objects_before = self._objects.read() if self._objects else {}

    def run(self) -> None:
        """Try them, right after the solution was graded and passed; leaves the task in any state.

        Raises Unrestored, SetupFailed and EngineUnavailable.
        """
        mutations = self.mutations()
        if self.count is not None:
            chance = random.Random(f"{self._seed}/{self._task.id}")  # noqa: S311 - a choice, not a secret
            mutations = chance.sample(mutations, len(mutations))
        for mutation in mutations:
            if all(map(self._do, mutation.apply)):  # else it cannot be made here
                self.made.append(self._graded(mutation))
            undone = [self._do(action) for action in mutation.undo]
            if len(self.made) == self.count:
                return
            self._see_to_it_that_it_is_solved(mutation, is_undone=all(undone))

    def mutations(self) -> list[Mutation]:
        """Return the answers that can be made, from what is there after the solution; raises EngineUnavailable."""
        after = self._files()
        runs = {path: self._runs(path) for path, file in after.items() if file.is_program}
        home, gates = self._grader.shell.home, [check for check in self._task.head.checks if check.gate]
        made = [*file_mutations(self._files_before, after, home, self._wording, runs)]
        if self._objects:
            kept = {part.object_ref for gate in gates for part in gate.kind.parts()} - {""}
            objects = self._objects.read()
            made += object_mutations(self._objects_before, objects, self._wording, self._objects.elsewhere, kept)
        accepted = self._task.head.accepts
        return [one for one in made if not any(_is_like(one.name, pattern) for pattern in accepted)]

    def _graded(self, mutation: Mutation) -> MadeAnswer:
        """Grade an answer, and again while it is judged wrongly and a controller may not have seen it yet."""
        self._settle(mutation)
        found = _judged(mutation, self._grader.grade(self._task))
        until = self._grader.clock() + _FOLLOWS
        while found.problem and _is_in_cluster(mutation) and self._grader.clock() < until:
            self._grader.sleep(_EVERY)
            found = _judged(mutation, self._grader.grade(self._task))
        return found

    def _see_to_it_that_it_is_solved(self, mutation: Mutation, *, is_undone: bool) -> None:
        if is_undone:
            self._settle(mutation)
            until = self._grader.clock() + (_RESTORED if _is_in_cluster(mutation) else 0)
            while not (passes := _passes(self._grader.grade(self._task))) and self._grader.clock() < until:
                self._grader.sleep(_EVERY)
            if passes:
                return
        apply_setup(self._task, self._grader)
        run_solution(self._task, self._grader.shell)
        if not _passes(self._grader.grade(self._task)):
            raise Unrestored(f"after the made answer {mutation.name} the solution does not pass any more")

    def _settle(self, mutation: Mutation) -> None:
        for action in mutation.settle:
            self._do(action)

    def _do(self, action: Action) -> bool:
        """Return whether the action could be done, and has changed something."""
        shell = self._grader.shell
        if action.in_cluster:
            assert shell.cluster  # noqa: S101 - only objects of its cluster are mutated there
            return change(action, shell.cluster)
        done = shell.run(action.argv, stdin=action.stdin, timeout=_SECONDS)
        return not (done.exit_code or done.timed_out)

    def _files(self) -> Tree:
        """Return the files that the text names, and the directories that they are in; raises EngineUnavailable."""
        shell = self._grader.shell
        roots = (shell.home, *sorted(self._wording.absolute_paths()))
        listed = _output(shell, ("/bin/sh", "-c", _LIST, "sh", *roots)).decode(errors="surrogateescape").splitlines()
        words = (self._wording, Wording(self._wording.of_gates))
        named = [path for one in words for path in named_files(listed, shell.home, one)[:_MOST_FILES]]
        wanted = sorted({*named, *(path.rpartition("/")[0] for path in named)} - {""})
        if not wanted:
            return {}
        archive = _output(shell, ("/bin/sh", "-c", _TAR), "\0".join(wanted).encode(errors="surrogateescape"))
        try:
            return read_tar(archive) if archive else {}
        except ValueError as cause:
            raise EngineUnavailable(str(cause)) from cause

    def _runs(self, path: str) -> list[Run]:
        """Return what a program prints, and how it ends, for each check that runs it."""
        shell, found = self._grader.shell, []
        for check in self._task.head.checks:
            if not (check.exec and check.exec.in_ == TERMINAL):
                continue
            exec_ = check.exec
            if (called := _call_of(exec_, path, shell.home)) is not None:
                done = shell.run(exec_.argv, stdin=exec_.stdin.encode(), timeout=_SECONDS)
                if not done.timed_out:
                    args, variables = called
                    found.append(Run(check.id, done.stdout, done.exit_code, args, exec_.stdin, done.stderr, variables))
        return found


def _texts(value: object) -> Iterator[str]:
    """Yield all texts in what a check says."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | Sequence):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def _is_like(name: str, pattern: str) -> bool:
    """Return whether a name is the pattern, in which ``*`` stands for anything: brackets are part of many names."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def _call_of(exec_: Exec, path: str, home: str) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Return the arguments and variables with which it runs the program, by itself or by an interpreter; else None."""
    argv = exec_.argv
    variables = {}
    if argv[0] == "env":
        argv = argv[1:]
        while argv and (setting := _SETTING.fullmatch(argv[0])):
            variables[setting[1]] = setting[2]
            argv = argv[1:]
    if argv and argv[0] in _INTERPRETERS:
        argv = argv[1:]
    names = {path, path.removeprefix(f"{home}/")}
    return (argv[1:], variables) if argv and re.sub(r"^(~/|\./)", "", argv[0]) in names else None


def _output(shell: SandboxShell, argv: tuple[str, ...], stdin: bytes = b"") -> bytes:
    done = shell.run(argv, stdin=stdin, timeout=_SECONDS)
    if done.timed_out or done.exit_code:
        raise EngineUnavailable("the files in the sandbox could not be read in time")
    return done.stdout


def _is_in_cluster(mutation: Mutation) -> bool:
    return any(action.in_cluster for action in mutation.apply)


def _passes(result: TaskResult) -> bool:
    return all(check.verdict is Verdict.PASS for check in result.results)


def _judged(mutation: Mutation, result: TaskResult) -> MadeAnswer:
    failed = tuple(check.check for check in result.results if check.verdict is Verdict.FAIL)
    wrong = next((check for check in result.results if check.verdict is Verdict.ERROR), None)
    problem = ""
    if wrong:
        problem = f"`{wrong.check}` could not run: {wrong.message}"
    elif mutation.is_right and failed:
        first = next(check for check in result.results if check.check in failed)
        what = f"expected {first.expected}, found {first.found}" if first.expected else first.message
        problem = f"`{first.check}` refuses it, and it is right: {what}"
    elif not (mutation.is_right or failed):
        problem = "it passes, and it is wrong"
    return MadeAnswer(
        name=mutation.name, is_right=mutation.is_right, failed=failed, problem=problem, is_error=bool(wrong)
    )
