"""Rules on how checks look: what refuses right answers, proves nothing, or can be misled by a learner."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from tempshell_cli.core.text import one_line
from tempshell_cli.packs.authoring.findings import Finding
from tempshell_cli.packs.authoring.rules.draft import Draft, error_at, note_at, warning_at
from tempshell_cli.packs.authoring.searches import misled_search
from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.file import FileState
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.learner_programs import is_theirs, started_program
from tempshell_cli.packs.checks.places import TERMINAL
from tempshell_cli.packs.checks.program import Exec

_YAML_FILES = (".yaml", ".yml")
_SEARCHES_TEXT = re.compile(r"\b[ef]?grep\b|\bawk\b|\bsed\b")
_READS_YAML = re.compile(r"\.ya?ml\b|(?:-o|--output)[ =]?yaml\b")


def text_over_yaml(draft: Draft) -> Iterator[Finding]:
    """YAML has many spellings of one thing: who greps in it fails right answers."""
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            if any(map(_is_text_over_yaml, check.kind.parts())):
                what = f"the check `{check.id}` compares YAML as text"
                yield error_at(
                    task, "text-over-yaml", ("checks", index), what, "a `file` check has `yaml`, an output `json`"
                )


def missing_controls(draft: Draft) -> Iterator[Finding]:
    """That something fails proves nothing where it could never have worked."""
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            if any(map(_expects_failure, _execs(check))) and not check.control and not check.gate:
                what = f"the check `{check.id}` expects a failure and has no control"
                hint = "`control` runs the same program where it must succeed"
                yield warning_at(task, "no-control", ("checks", index), what, hint)


def learner_programs(draft: Draft) -> Iterator[Finding]:
    """A program of the learner's that runs as the grader can read, and change, all that the grader can."""
    hint = "write `as: learner`, and judge only what it prints and how it ends"
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            for program in filter(None, map(_as_grader, _execs(check))):
                what = f"the check `{check.id}` runs `{one_line(program)}`, a program of the learner's, as the grader"
                yield warning_at(task, "learner-program", ("checks", index), what, hint)


def _as_grader(exec_: Exec) -> str:
    """Return the words by which a check that runs as the grader starts a program of the learner's, else ""."""
    # A program of theirs runs as the learner unless the check says otherwise.
    theirs = exec_.as_ == "learner" or (not exec_.as_ and is_theirs(exec_.argv[0]))
    return "" if theirs or exec_.in_ != TERMINAL else started_program(exec_.argv, exec_.stdin)


def forgeable_verdicts(draft: Draft) -> Iterator[Finding]:
    """What runs as the learner, the learner's own processes can trace: they can make it end, and print, as they like.

    A program of the learner's that is judged by what it prints is left out: to forge that is to write the program.
    """
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            for exec_ in _execs(check):
                goes_by = _forgeable(exec_)
                if goes_by:
                    what = f"the learner can forge the verdict of the check `{check.id}`: it goes by {goes_by}"
                    hint = "let the grader look at what the learner's program leaves, or give `cases` to the program"
                    yield note_at(task, "forgeable-verdict", ("checks", index), what, hint)


def _forgeable(exec_: Exec) -> str:
    """Return by what a check goes that a learner can forge, "" where there is nothing."""
    if exec_.is_packs:
        return ""
    program = one_line(exec_.argv[0])
    if not (exec_.expect.stdout or exec_.expect.stderr):
        return f"the exit code of `{program}`, which runs as the learner"
    return "" if exec_.is_learners("/home") else f"what `{program}` prints, which runs as the learner"


def misled_searches(draft: Draft) -> Iterator[Finding]:
    """A search that a learner can have find something, or fail, whatever is in the file."""
    hint = "a `file` check searches a text; to prove that nothing is found, run `grep` itself, with `exit: 1`"
    for task in draft.tasks:
        for index, check in enumerate(task.head.checks):
            for why in filter(None, map(misled_search, _execs(check))):
                what = f"the check `{check.id}` can be misled: {why}"
                yield warning_at(task, "misled-search", ("checks", index), what, hint)


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
