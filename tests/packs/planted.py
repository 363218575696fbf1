"""Faults in the checks of a task, as a careless author would make them, and which of them a proof finds.

Each makes one check lazier: a condition dropped, an operator loosened, a value removed, a namespace or a pattern not
looked at closely. So what passed still passes, and something wrong does, too.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import structs

from tempshell_cli.packs.authoring.mutation.trial import MadeAnswer
from tempshell_cli.packs.authoring.prove import prove_task
from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.grading.setup import apply_setup

Data = dict[str, Any]  # a check as it stands in a pack
Change = tuple[str, Data]  # what was made lazier, in words, and the data with it

_LOOKS = ("any_of", "all_of")
_PRINT_FILES = {"cat", "head", "readlink", "sort"}  # what others print is not the learner's to write
_SUM = re.compile(r"^[0-9a-f]{64}  .*\n", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Fault:
    """A check of a task that is lazier than its author's, and in words in what."""

    task: Task
    check: Check
    what: str

    def __str__(self) -> str:
        return f"{self.task.id}/{self.check.id}: {self.what}"

    @property
    def task_with_it(self) -> Task:
        """The task as it would be proven, without its author's wrong answers."""
        checks = tuple(self.check if one.id == self.check.id else one for one in self.task.head.checks)
        return replace(self.task, head=structs.replace(self.task.head, checks=checks, mutants=(), alternatives=()))


def planted(tasks: Sequence[Task], count: int, seed: int) -> list[list[Fault]]:
    """Return faults in so many checks by task, the same for the same seed: one that chance chooses in each."""
    chance = random.Random(seed)  # noqa: S311 - a choice, not a secret
    where = [found for task in tasks for check in task.head.checks if (found := list(faults_of(task, check)))]
    chosen: dict[str, list[Fault]] = {}
    for faults in chance.sample(where, count):
        chosen.setdefault(faults[0].task.id, []).append(chance.choice(faults))
    return list(chosen.values())


def faults_of(task: Task, check: Check) -> Iterator[Fault]:
    """Yield all faults that a check can have."""
    whole = msgspec.to_builtins(check)
    given = {key: value for key, value in whole.items() if value is not None}
    for what, data in _lazier_look(given):
        try:
            yield Fault(task, msgspec.convert(data, Check), what)
        except msgspec.ValidationError:
            continue  # nothing would be left to look at


def _lazier_look(look: Data) -> Iterator[Change]:
    for key, lazier in _KINDS.items():
        if look.get(key) is not None:
            yield from _inside(look, key, lazier)
    for key in _LOOKS:
        parts = look.get(key) or ()
        for index, part in enumerate(parts):
            if key == "all_of" and len(parts) > 1:
                yield f"all_of[{index}] dropped", {**look, key: _cut(parts, index)}
            for what, changed in _lazier_look(part):
                yield f"{key}[{index}]: {what}", {**look, key: [*parts[:index], changed, *parts[index + 1 :]]}
    object_ = look.get("object")
    if object_ and object_["ref"].count("/") == 2 and object_["exists"] is not False:
        kind, _, name = object_["ref"].split("/")
        elsewhere = {"object": {**object_, "ref": f"{kind}/default/{name}"}}
        rest = {key: value for key, value in look.items() if key not in {"object", "control"}}
        yield "the namespace ignored", {**rest, "any_of": [{"object": object_}, elsewhere]}


def _lazier_object(wanted: Data) -> Iterator[Change]:
    for path, _ in _leaves(wanted.get("match", {})):
        yield f"match {'.'.join(path)} dropped", {**wanted, "match": _less(wanted["match"], path)}
    conditions = wanted.get("where", ())
    for index, condition in enumerate(conditions):
        name = f"where {condition.get('jsonpath') or index}"
        yield f"{name} dropped", {**wanted, "where": _cut(conditions, index)}
        for what, changed in _lazier_condition(condition):
            yield f"{name} {what}", {**wanted, "where": [*conditions[:index], changed, *conditions[index + 1 :]]}


def _lazier_condition(condition: Data) -> Iterator[Change]:
    op, value = condition["op"], condition.get("value")
    bare = {key: one for key, one in condition.items() if key not in {"value", "as", "of", "each"}}
    for key in ("any_of", "all_of"):
        parts = condition.get(key) or ()
        for index in range(len(parts)) if key == "all_of" and len(parts) > 1 else ():
            yield f"all_of[{index}] dropped", {**condition, key: _cut(parts, index)}
    if condition.get("jsonpath") is None or any(condition.get(key) for key in ("any_of", "all_of", "not")):
        return
    if op != "exists":
        yield f"{op} is exists", {**bare, "op": "exists"}
    if op == "regex" and isinstance(value, str):
        for what, pattern in _looser_patterns(value):
            yield what, {**condition, "value": pattern}
    if op in {"set", "only"} and isinstance(value, list) and value and not condition.get("as"):
        yield f"{op} is contains", {**bare, "op": "contains", "value": value[0]}
    if op == "==" and isinstance(value, str) and not condition.get("as") and len(value) > 3:
        yield "== is the beginning", {**bare, "op": "regex", "value": f"^{re.escape(value[: len(value) // 2])}"}


def _lazier_text(wanted: Data) -> Iterator[Change]:
    """Yield texts that are looked at less closely."""
    if (text := wanted.get("equals")) is not None and text:
        rest = {key: one for key, one in wanted.items() if key != "equals"}
        yield "equals is contains", {**rest, "contains": text}
        lines = text.rstrip("\n").splitlines()
        if len(lines) > 1:
            yield "equals is contains its first line", {**rest, "contains": lines[0]}
            yield "equals is contains its last line", {**rest, "contains": lines[-1]}
    if text := wanted.get("contains"):
        yield "contains is the beginning of it", {**wanted, "contains": text[: max(1, len(text) // 2)]}
    if pattern := wanted.get("regex"):
        for what, looser in _looser_patterns(pattern):
            yield what, {**wanted, "regex": looser}
    if wanted.get("json") is not None:
        for path, _ in _leaves(wanted["json"]):
            yield f"json {'.'.join(path)} dropped", {**wanted, "json": _less(wanted["json"], path)}


def _looser_patterns(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield patterns without an anchor, and without their last word."""
    for anchor in ("^", r"\A"):
        if pattern.startswith(anchor):
            yield f"regex without {anchor}", pattern.removeprefix(anchor)
    for anchor in ("$", r"\Z", r"\n\Z"):
        if pattern.endswith(anchor) and not pattern.endswith("\\$"):
            yield f"regex without {anchor} at its end", pattern.removesuffix(anchor)
    words = list(re.finditer(r"(?<![\\\w])[A-Za-z]{4,}", pattern))
    if words:
        word = words[-1]
        yield f"regex without {word[0]}", f"{pattern[: word.start()]}.*{pattern[word.end() :]}"


def _lazier_file(wanted: Data) -> Iterator[Change]:
    for key in ("text", "mode", "owner"):
        if wanted.get(key) is not None:
            yield f"{key} dropped", {name: one for name, one in wanted.items() if name != key}
    if wanted.get("text") is not None:
        yield from _inside(wanted, "text", _lazier_text)
    for key in ("json", "yaml"):
        value = wanted.get(key)
        if value is not None:
            yield f"{key} dropped", {name: one for name, one in wanted.items() if name not in {key, "exact"}}
            for path, _ in _leaves(value):
                yield f"{key} {'.'.join(path)} dropped", {**wanted, key: _less(value, path)}
            if wanted.get("exact"):
                yield "exact dropped", {**wanted, "exact": False}


def _lazier_exec(wanted: Data) -> Iterator[Change]:
    expect = wanted.get("expect") or {}
    is_learners = wanted.get("as") == "learner" or wanted["argv"][0].startswith("./")
    for stream in ("stdout", "stderr"):
        if expect.get(stream) is not None:
            yield f"{stream} dropped", {**wanted, "expect": {**expect, stream: None}}
            said = {key: one for key, one in expect[stream].items() if one is not None}
            for what, changed in _lazier_text(said) if is_learners or wanted["argv"][0] in _PRINT_FILES else ():
                yield f"{stream} {what}", {**wanted, "expect": {**expect, stream: changed}}
    code = expect.get("exit", 0)
    if isinstance(code, int) and is_learners:  # another one ends with 0 where it writes what is expected
        looser = "nonzero" if code else [0, 1]
        if code or expect.get("stdout") is not None:
            yield f"exit {code} is {looser}", {**wanted, "expect": {**expect, "exit": looser}}
    for line in _SUM.finditer(wanted.get("stdin", "")):
        less = wanted["stdin"].replace(line[0], "")
        if less:
            yield f"stdin without {line[0].split()[1]}", {**wanted, "stdin": less}
    *argv, last = wanted["argv"]
    if argv and argv[0] in {"bash", "sh"} and "\n" not in last and expect.get("stdout") is None:
        parts = last.split(" && ")
        for index in range(1, len(parts)):
            kept = " && ".join((*parts[:index], *parts[index + 1 :]))
            yield f"`{parts[index]}` dropped", {**wanted, "argv": [*argv, kept]}


def _lazier_reach(wanted: Data) -> Iterator[Change]:
    for key in ("allow", "deny"):
        parts = wanted.get(key) or ()
        for index, part in enumerate(parts):
            yield f"{key}[{index}] dropped", {**wanted, key: _cut(parts, index)}
            ports = part.get("port")
            for place in range(len(ports)) if isinstance(ports, list) and len(ports) > 1 else ():
                less = [*parts[:index], {**part, "port": _cut(ports, place)}, *parts[index + 1 :]]
                yield f"{key}[{index}] without {ports[place]}", {**wanted, key: less}
    if wanted.get("only") is not None:
        yield "only dropped", {key: one for key, one in wanted.items() if key != "only"}


_KINDS: Mapping[str, Callable[[Data], Iterator[Change]]] = {
    "object": _lazier_object,
    "file": _lazier_file,
    "exec": _lazier_exec,
    "reach": _lazier_reach,
}


def _inside(data: Data, key: str, lazier: Callable[[Data], Iterator[Change]]) -> Iterator[Change]:
    for what, changed in lazier({name: one for name, one in data[key].items() if one is not None}):
        yield what, {**data, key: changed}


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield the keys of mappings below which there are no further ones. Lists have one length, so they stay whole."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif path:
        yield path, value


def _less(value: Data, path: Sequence[str]) -> Data:
    first, *rest = path
    if not rest:
        return {key: one for key, one in value.items() if key != first}
    inner = _less(value[first], rest)
    return {**value, first: inner}


def _cut(items: Sequence[Any], index: int) -> list[Any]:
    return [*items[:index], *items[index + 1 :]]


class Found(StrEnum):
    """What a proof with all of its made answers comes to.

    ``masked``: some made answers pass the lazy check and not its author's, and each of these fails another check of the
    task. So as far as one knows, the fault lets nothing wrong pass.
    """

    FREE = "passes before anything is done"
    FOOLED = "a wrong answer passes"
    MASKED = "masked"
    MISSED = "missed"


def found_by_proof(faults: Sequence[Fault], shell: SandboxShell) -> dict[str, Found]:
    """Return for each fault of one task, in words, whether a proof finds it.

    All of them are tried in one proof, as further checks beside the author's: each with copies of the checks that need
    it, which need the copy.
    """
    task, grader = faults[0].task, Grader(shell)
    copies = {fault: _copies(fault, f"f{number}-") for number, fault in enumerate(faults)}
    together = _with_checks(task, copies.values())
    apply_setup(together, grader)
    passes = {one.check for one in grader.grade(together).results if one.verdict is Verdict.PASS}
    free = {fault for fault in faults if not fault.check.gate and copies[fault][fault.check.id].id in passes}
    found = {str(fault): Found.FREE for fault in free}
    if left := {fault: own for fault, own in copies.items() if fault not in free}:
        proof = prove_task(_with_checks(task, left.values()), shell, mutants=None)
        assert proof.made, proof.why
        assert not [step for step in proof.steps if step.problem], proof.why
        found |= {str(fault): _judged(fault, own, proof.made) for fault, own in left.items()}
    return found


def share_found(found: Iterable[Found]) -> float:
    """Return how many of the faults that let something wrong pass are found, as a part of one."""
    counted = Counter(found)
    there = counted.total() - counted[Found.MASKED]
    return (there - counted[Found.MISSED]) / there


def _with_checks(task: Task, more: Collection[Mapping[str, Check]]) -> Task:
    checks = (*task.head.checks, *(check for own in more for check in own.values()))
    return replace(task, head=structs.replace(task.head, checks=checks, mutants=(), alternatives=()))


def _copies(fault: Fault, prefix: str) -> dict[str, Check]:
    """Return the lazy check, and all that need it, by the ids of those in whose place they stand."""
    copies: dict[str, Check] = {}
    for check in fault.task.head.checks:
        needs = tuple(copies[one].id if one in copies else one for one in check.needs)
        if check.id == fault.check.id:
            copies[check.id] = structs.replace(fault.check, id=f"{prefix}{check.id}", needs=needs)
        elif needs != check.needs:
            copies[check.id] = structs.replace(check, id=f"{prefix}{check.id}", needs=needs)
    return copies


def _judged(fault: Fault, copies: Mapping[str, Check], made: Sequence[MadeAnswer]) -> Found:
    lazy = copies[fault.check.id].id
    in_its_place = {copies[check.id].id if check.id in copies else check.id for check in fault.task.head.checks}
    wrong = (set(one.failed) for one in made if not (one.is_right or one.is_error))
    others = [failed & in_its_place for failed in wrong if fault.check.id in failed and lazy not in failed]
    return Found.MISSED if not others else Found.MASKED if all(others) else Found.FOOLED
