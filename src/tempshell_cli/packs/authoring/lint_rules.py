"""What makes a pack unfair or unsteady although it can be loaded. Each rule is a function from a draft to findings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import UNSET

from tempshell_cli.core.text import one_line
from tempshell_cli.packs.authoring.findings import Finding, Level
from tempshell_cli.packs.authoring.learner_programs import learners_program
from tempshell_cli.packs.authoring.searches import misled_search
from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.file import FileState
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.format.model import PackHead
from tempshell_cli.packs.format.native import MANIFEST
from tempshell_cli.packs.format.task_file import TaskSource
from tempshell_cli.packs.format.translations import translation_of
from tempshell_cli.packs.format.values import references, script_references
from tempshell_cli.packs.reading.document import Document, Location

_TOLERANCE = 2  # percent, either way
_ALL_PERCENT = 100
_LONGEST_SHARED = 120  # characters that a hint and a solution may have in common, one after the other
_ALWAYS_FINE = re.compile(r"(README|LICEN[CS]E|NOTICE|CHANGELOG|AUTHORS)[^/]*")
_YAML_FILES = (".yaml", ".yml")
_LATEST = re.compile(r"(?<![\w./-])[a-z0-9][\w.-]*(?:/[\w.-]+|:[0-9]+/[\w.-]+)*:latest\b")
_IMAGE_KEY = re.compile(r"""^\s*-?\s*image:\s*["']?([^\s"'#]+)""")
_SEARCHES_TEXT = re.compile(r"\b[ef]?grep\b|\bawk\b|\bsed\b")
_READS_YAML = re.compile(r"\.ya?ml\b|(?:-o|--output)[ =]?yaml\b")


class Draft(NamedTuple):
    """A pack whose parts can be read, whether or not they fit together."""

    files: Mapping[str, bytes]
    manifest: Document
    head: PackHead
    tasks: Sequence[TaskSource]


Rule = Callable[[Draft], Iterator[Finding]]


def stray_files(draft: Draft) -> Iterator[Finding]:
    """What is in the pack by accident: a backup, a script that its author forgot."""
    named = {MANIFEST, *draft.head.tasks, *(task.name for task in draft.tasks), *_translations(draft)}
    named |= {asset for task in draft.tasks for _, asset in task.head.assets()}
    for name in sorted(draft.files.keys() - named):
        if not _ALWAYS_FINE.fullmatch(name):
            hint = "remove it, or name it where it is needed"
            yield _warning("stray-file", name, 1, f"nothing in the pack names `{name}`", hint)


def domain_shares(draft: Draft) -> Iterator[Finding]:
    """A domain's weight is that of its tasks together: with a few tasks too many, each is worth less."""
    counts = Counter(task.head.domain for task in draft.tasks if task.name in draft.head.tasks)
    for domain, share in draft.head.domains.items():
        line = draft.manifest.line(("domains", domain))
        found = _ALL_PERCENT * counts[domain] / max(1, len(draft.tasks))
        if not counts[domain] and share:
            yield _error("domain-shares", MANIFEST, line, f"no task is in the domain `{domain}`")
        elif abs(found - share) > _TOLERANCE:
            what = f"`{domain}` has {found:.1f} % of the tasks, and should have {share} % (give or take {_TOLERANCE})"
            yield _error("domain-shares", MANIFEST, line, what, "add or move a task, or change the share")


def hint_costs(draft: Draft) -> Iterator[Finding]:
    """All hints together must leave something to earn, or a pupil who needs help can earn nothing."""
    for task in draft.tasks:
        cost = sum(hint.cost for hint in task.head.hints)
        if cost > _ALL_PERCENT:
            yield _at(task, "hint-costs", ("hints",), f"the hints cost {cost} % of the task in all")


def latest_images(draft: Draft) -> Iterator[Finding]:
    """``latest``, said or left out: what the pack was proven with is not what the next learner gets.

    Prose may speak of it, and a wrong answer may use it.
    """
    wrong = {mutant.run for task in draft.tasks for mutant in task.head.mutants}
    for name in draft.files.keys() - wrong:
        for number, line in _lines(draft, name):
            for image in _loose_images(name, line):
                hint = "give the image a version, or a digest"
                yield _error("latest-image", name, number, f"`{one_line(image)}` has no version of its own", hint)


def telling_hints(draft: Draft) -> Iterator[Finding]:
    """A hint leads to the solution; it does not quote it."""
    for task in draft.tasks:
        answers = [
            _squeezed(draft.files.get(name, b"").decode(errors="replace"))
            for name in (task.head.solution, *task.head.alternatives)
        ]
        for index, hint in enumerate(task.head.hints):
            if any(_shared(_squeezed(hint.text), answer) for answer in answers):
                what = f"the hint has {_LONGEST_SHARED} characters of a solution in it"
                yield _at(task, "hint-tells", ("hints", index), what, "say which tool, not which line")


def text_over_yaml(draft: Draft) -> Iterator[Finding]:
    """YAML has many spellings of one thing: who greps in it fails right answers."""
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            if any(map(_is_text_over_yaml, check.kind.parts())):
                what = f"the check `{check.id}` compares YAML as text"
                yield _at(
                    task, "text-over-yaml", ("checks", index), what, "a `file` check has `yaml`, an output `json`"
                )


def missing_controls(draft: Draft) -> Iterator[Finding]:
    """That something fails proves nothing where it could never have worked."""
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            if any(map(_expects_failure, _execs(check))) and not check.control and not check.gate:
                what = f"the check `{check.id}` expects a failure and has no control"
                hint = "`control` runs the same program where it must succeed"
                yield _soft_at(task, "no-control", ("checks", index), what, hint)


def learner_programs(draft: Draft) -> Iterator[Finding]:
    """A program of the learner's that runs as the grader can read, and change, all that the grader can."""
    hint = "write `as: learner`, and judge only what it prints and how it ends"
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            for program in filter(None, map(learners_program, _execs(check))):
                what = f"the check `{check.id}` runs `{one_line(program)}`, a program of the learner's, as the grader"
                yield _soft_at(task, "learner-program", ("checks", index), what, hint)


def misled_searches(draft: Draft) -> Iterator[Finding]:
    """A search that a learner can have find something, or fail, whatever is in the file."""
    hint = "a `file` check searches a text; to prove that nothing is found, run `grep` itself, with `exit: 1`"
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            for why in filter(None, map(misled_search, _execs(check))):
                what = f"the check `{check.id}` can be misled: {why}"
                yield _soft_at(task, "misled-search", ("checks", index), what, hint)


def missing_mutants(draft: Draft) -> Iterator[Finding]:
    """A check that nothing wrong was ever held against may catch nothing."""
    hint = "write a wrong answer that it must catch"
    for task in draft.tasks:
        if not task.head.mutants:
            yield _soft_at(task, "no-mutant", (), f"the task `{task.head.id}` has no mutant", hint)
            continue
        for index, check in enumerate(task.head.checks):
            if check.id in task.head.unseen():
                yield _soft_at(task, "no-mutant", ("checks", index), f"no mutant fails the check `{check.id}`", hint)


def unused_variables(draft: Draft) -> Iterator[Finding]:
    """A value that nothing reads is left over, or was meant for something that is the same for all."""
    used: set[str] = set()
    for task in draft.tasks:
        texts = (task.file.front_matter, task.file.text)
        found = {name for text in texts for _, name in references(text)}
        for _, asset in task.head.assets():
            text = draft.files.get(asset, b"").decode(errors="replace")
            found |= {name for _, name in (*references(text), *script_references(text))}
        used |= found
        for name in task.head.vars.keys() - found:
            yield _soft_at(task, "unused-variable", ("vars", name), f"nothing reads the variable `{name}`")
    for name in draft.head.vars.keys() - used:
        line = draft.manifest.line(("vars", name))
        yield _warning("unused-variable", MANIFEST, line, f"nothing reads the variable `{name}`")


def unstated_variables(draft: Draft) -> Iterator[Finding]:
    """Who is not shown a value cannot meet it, unless finding it is the task."""
    hint = "state it in the text; if the task is to find it, let a script write it (`from`)"
    for task in draft.tasks:
        stated = {name for _, name in references(task.file.text)}
        first = task.document.line(())
        for line, name in references(task.file.front_matter):
            key = task.document.key_at(first + line)
            if key == "title":
                stated.add(name)
            elif key == "checks" and name not in stated and not _is_found(task, name):
                what = f"a check reads the variable `{name}`, and the text does not state it"
                yield _warning("unstated-variable", task.name, first + line, what, hint)


def _is_found(task: TaskSource, name: str) -> bool:
    return name in task.head.vars and task.head.vars[name].from_ is not None


def translations(draft: Draft) -> Iterator[Finding]:
    """Every task has its text in every locale of the pack."""
    for name in _translations(draft):
        if name not in draft.files:
            line = draft.manifest.line(("locales",))
            hint = f"write `{name}`, or take the locale out of `locales`"
            yield _error("translation", MANIFEST, line, f"the translation `{name}` is missing", hint)


ALL: Sequence[Rule] = (
    stray_files,
    domain_shares,
    hint_costs,
    latest_images,
    telling_hints,
    text_over_yaml,
    missing_controls,
    learner_programs,
    misled_searches,
    unused_variables,
    unstated_variables,
    missing_mutants,
    translations,
)


def _translations(draft: Draft) -> list[str]:
    """Return where the translations of the tasks are, or should be."""
    return [translation_of(task.name, locale) for locale in draft.head.locales[1:] for task in draft.tasks]


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _shared(hint: str, answer: str) -> bool:
    """Tell whether the two have a run of characters in common that is too long."""
    starts = range(len(hint) - _LONGEST_SHARED + 1)
    return any(hint[start : start + _LONGEST_SHARED] in answer for start in starts)


def _lines(draft: Draft, name: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a file that some program will read; of a task those before its prompt."""
    if _ALWAYS_FINE.fullmatch(name):
        return
    lines = draft.files[name].decode(errors="replace").splitlines()
    is_task = any(name == task.name for task in draft.tasks)
    for number, line in enumerate(lines, 1):
        if is_task and number > 1 and line.rstrip() == "---":
            return
        yield number, line


def _loose_images(name: str, line: str) -> Iterator[str]:
    if ":latest" in line:
        yield from _LATEST.findall(line)
    elif name.endswith(_YAML_FILES) and (found := _IMAGE_KEY.match(line)):
        image = found[1]
        if ":" not in image.rpartition("/")[2] and "@" not in image:
            yield image


def _execs(check: Check) -> list[Exec]:
    return [kind for kind in check.kind.parts() if isinstance(kind, Exec)]


def _expects_failure(exec_: Exec) -> bool:
    expect = exec_.expect
    return 0 not in expect.codes and not expect.stdout and not expect.stderr


def _is_text_over_yaml(kind: Kind) -> bool:
    if isinstance(kind, FileState):
        return kind.text is not None and kind.yaml is UNSET and kind.path.endswith(_YAML_FILES)
    line = " ".join(kind.argv) if isinstance(kind, Exec) else ""
    return bool(_SEARCHES_TEXT.search(line) and _READS_YAML.search(line))


def _error(rule: str, file: str, line: int, message: str, hint: str = "") -> Finding:
    return Finding(rule=rule, level=Level.ERROR, file=file, line=line, message=message, hint=hint)


def _warning(rule: str, file: str, line: int, message: str, hint: str = "") -> Finding:
    return Finding(rule=rule, level=Level.WARNING, file=file, line=line, message=message, hint=hint)


def _at(task: TaskSource, rule: str, at: Location, message: str, hint: str = "") -> Finding:
    return _error(rule, task.name, task.document.line(at), message, hint)


def _soft_at(task: TaskSource, rule: str, at: Location, message: str, hint: str = "") -> Finding:
    return _warning(rule, task.name, task.document.line(at), message, hint)
