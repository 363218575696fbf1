"""A program of the learner's is tried with many inputs at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec import ValidationError

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.checks.kind import with_kinds
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.grading.look import look
from tempshell_cli.packs.grading.results import Outcome, Verdict

from .drafts import Draft, probe

ON_LOCAL = pytest.mark.engine("local")
SUM = """#!/bin/sh
total=0
for one in "$@" $(cat); do
  case $one in *[!0-9-]*) exit 2 ;; esac
  total=$((total + one))
done
echo $total
"""
TABLE: dict[str, Any] = {
    "program": ["./sum"],
    "table": [
        {"stdin": "1 2\n", "stdout": "3"},
        {"argv": ["1", "-4"], "stdout": "-3\n"},
        {"argv": ['it\'s "x" $(id)'], "stdout": "", "exit": 2},
    ],
}
RANDOM: dict[str, Any] = {
    "program": ["./sum"],
    "oracle": "oracle.sh",
    "generate": {
        "count": 50,
        "argv": ["7", {"ints": [-9, 9]}],
        "stdin": {"ints": [-1000, 1000], "count": [0, 5], "lines": [0, 4]},
    },
}


@pytest.fixture
def shell(sandbox_shell: SandboxShell) -> SandboxShell:
    program(sandbox_shell, SUM)
    return sandbox_shell


def program(shell: SandboxShell, text: str) -> None:
    """Have the learner write their program."""
    shell.run(("sh", "-c", "cat >sum && chmod +x sum"), stdin=text.encode(), timeout=10)


def judged(shell: SandboxShell, cases: Mapping[str, object], oracle: str = SUM, timeout: str = "15s") -> Outcome:
    files = {"oracle.sh": oracle.encode()}
    return look(with_kinds(probe(cases=cases, timeout=timeout), lambda kind: kind.with_files(files)), shell)


@ON_LOCAL
def test_a_right_program_passes(shell: SandboxShell) -> None:
    assert judged(shell, TABLE).verdict is Verdict.PASS
    assert judged(shell, RANDOM).verdict is Verdict.PASS


@ON_LOCAL
def test_the_first_case_that_differs_is_shown_as_a_line_to_type(shell: SandboxShell) -> None:
    program(shell, SUM.replace("echo $total", "echo ${total#-}"))
    found = judged(shell, TABLE)
    assert (found.expected, found.found) == (
        './sum 1 -4: "-3", exit code 0',
        '"3", exit code 0 (1 of 3 cases differ)',
    )
    program(shell, "#!/bin/sh\necho 4")
    assert judged(shell, TABLE).expected == "printf %s '1 2\n' | ./sum: \"3\", exit code 0"
    hidden = judged(shell, {**TABLE, "hidden": True})
    assert (hidden.expected, hidden.found) == ("the right output in 3 cases", "3 of them differ")


@ON_LOCAL
def test_random_input_finds_a_program_that_knows_the_table(shell: SandboxShell) -> None:
    program(shell, "#!/bin/sh\ncase $* in '1 -4') echo -3 ;; it*) exit 2 ;; *) echo 3 ;; esac")
    assert judged(shell, TABLE).verdict is Verdict.PASS
    found = judged(shell, RANDOM)
    assert found.verdict is Verdict.FAIL
    assert found.expected.rpartition("| ")[2].startswith("./sum 7 ")
    assert judged(shell, RANDOM).expected != found.expected


@ON_LOCAL
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '"", exit code 0'),
        ("#!/bin/sh\nkill -9 $$", "exit code 137"),
        ("#!/bin/sh\nkill -9 $PPID", ""),
        ("#!/bin/sh\nyes", "more than 4 KiB of output"),
        ("#!/bin/sh\nyes ' 0'", "more than 4 KiB of output"),
        ("#!/bin/sh\nprintf '3\\n 0\\0' >/proc/$(cut -d' ' -f4 /proc/$PPID/stat)/fd/1; echo 3", "cases differ)"),
        ("#!/bin/sh\nsleep 60", "no end within 2 s"),
    ],
)
def test_whatever_a_program_does_it_is_wrong_and_not_an_error(text: str, expected: str, shell: SandboxShell) -> None:
    program(shell, text)
    found = judged(shell, TABLE, timeout="2s")
    assert found.verdict is Verdict.FAIL
    assert expected in found.found


@ON_LOCAL
def test_a_program_that_is_not_there_is_wrong(sandbox_shell: SandboxShell) -> None:
    assert judged(sandbox_shell, TABLE).found == '"", exit code 127 (3 of 3 cases differ)'


@ON_LOCAL
def test_no_process_has_the_oracle_among_its_arguments(shell: SandboxShell) -> None:
    """They are what a learner sees of the grader's processes."""
    program(shell, "#!/bin/sh\necho")
    oracle = "# SECRET\nfor one in $$ $PPID; do tr '\\0' ' ' </proc/$one/cmdline; done"
    found = judged(shell, RANDOM, oracle)
    assert "oracle 7 " in found.expected
    assert "SECRET" not in found.expected


@ON_LOCAL
def test_an_oracle_that_fails_is_an_error(shell: SandboxShell) -> None:
    assert "the oracle oracle.sh did not end within 2 s" in judged(shell, RANDOM, "sleep 60", timeout="2s").cause
    assert "writes more than 4 KiB" in judged(shell, RANDOM, "head -c 5000 /dev/zero | tr '\\0' x").cause


def test_fifty_cases_take_one_process_for_the_program_and_one_for_the_oracle() -> None:
    ran: list[str] = []

    class Recording:
        home = "/home/learner"
        cluster = None

        def __init__(self, name: str) -> None:
            self.name = name

        @property
        def grader(self) -> Recording:
            return Recording("grader")

        def run(self, argv: object, *, stdin: bytes = b"", timeout: float) -> Completed:
            del argv, timeout
            ran.append(self.name)
            assert (b"SECRET" in stdin) is (self.name == "grader")
            return Completed(0, b"1\n 0\0" * 50, b"")

    assert judged(Recording("learner"), RANDOM, "SECRET").verdict is Verdict.PASS
    assert sorted(ran) == ["grader", "learner"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"table": []}, "there are no cases"),
        ({"table": [{}]}, "a case says what is right"),
        ({"generate": {}}, "only an oracle knows"),
        ({"oracle": "o.sh", "generate": {"stdin": {}}}, "random input is one of ints, words and pick"),
        ({"oracle": "o.sh", "generate": {"stdin": {"ints": [3, 1]}}}, "3 is above 1"),
        ({"program": ["-x"]}, "is not the name of a program"),
    ],
)
def test_what_cannot_be_tried_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        probe(cases={**TABLE, **changes})


@ON_LOCAL
def test_a_pack_brings_the_oracle(draft: Draft, shell: SandboxShell) -> None:
    draft.replace(
        "tasks/one.md",
        'exec: {argv: [cat, answer.txt], expect: {stdout: {equals: "42"}}}',
        "any_of: [{cases: {program: [./sum], oracle: oracle.sh, generate: {stdin: {ints: [1, 9]}}}}]",
    )
    draft.replace("tasks/one.md", "needs: [there]", "gate: false")
    draft.write("oracle.sh", SUM)
    assert [one.rule for one in lint(draft.root)] == ["no-mutant"]
    check = draft.load().task("one").head.checks[1]
    assert look(check, shell).verdict is Verdict.PASS
    (draft.root / "oracle.sh").unlink()
    assert [(one.rule, one.line) for one in lint(draft.root) if one.rule == "format"] == [("format", 8)]
