"""Lint tells every mistake by file and line, and knows a good pack."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tempshell_cli.core.process import Command, Completed
from tempshell_cli.packs.authoring.findings import Level
from tempshell_cli.packs.authoring.lint import RULES, lint
from tempshell_cli.sessions.practice import may_check_itself
from tests.docs.places import ROOT
from tests.support.command_line import Tempshell

from .drafts import Draft, task_with

TASK = "tasks/one.md"
MANIFEST = "pack.yaml"
QUOTED = (
    "answer=$(( 6 * 7 )) ; printf '%s and a good deal more than that, to be long enough, honestly' "
    "$answer >answer.txt && cat answer.txt"
)
WRAPPED = QUOTED.replace(" ; ", " ;\n    ")


class Shellcheck:
    """Stands for shellcheck, and answers every script the same."""

    def __init__(self, code: int, *comments: dict[str, object]) -> None:
        self.code = code
        self.comments = comments
        self.seen: list[bytes] = []

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        assert command.argv[0] == "shellcheck"
        assert timeout
        self.seen.append(stdin)
        return Completed(self.code, json.dumps({"comments": self.comments}).encode(), b"no such option")


@pytest.fixture
def draft(draft: Draft) -> Draft:
    """Return the pack with a wrong answer for each of its checks."""
    draft.replace(TASK, "must_fail: [right]}", "must_fail: [right]}\n- {run: absent.sh, must_fail: [there, right]}")
    draft.write("absent.sh", "echo 42 >elsewhere.txt\n")
    return draft


def found(draft: Draft) -> list[tuple[str, str, int]]:
    return [(one.rule, one.file, one.line) for one in lint(draft.root)]


def test_a_good_pack_has_nothing_to_find(draft: Draft) -> None:
    assert lint(draft.root) == []


SPOILT: dict[str, tuple[Callable[[Draft], object], tuple[str, str, int]]] = {
    "an unknown key": (lambda draft: draft.replace(TASK, "points:", "point:"), ("format", TASK, 6)),
    "a path out of the pack": (
        lambda draft: draft.replace(TASK, "run: wrong.sh", "run: ../wrong.sh"),
        ("format", TASK, 15),
    ),
    "a task twice": (
        lambda draft: draft.replace(MANIFEST, "- tasks", "- tasks/one.md\n- tasks"),
        ("format", MANIFEST, 8),
    ),
    "a stray file": (lambda draft: draft.write("old/wrong.sh.bak", ""), ("stray-file", "old/wrong.sh.bak", 1)),
    "costly hints": (
        lambda draft: draft.replace(TASK, "- text: Think", "- {text: Think, cost: 60}\n- {text: More, cost: 50}"),
        ("hint-costs", TASK, 11),
    ),
    "an image called latest": (
        lambda draft: draft.write("solution.sh", "true\nkubectl run web --image nginx:latest\n"),
        ("latest-image", "solution.sh", 2),
    ),
    "a check that greps in YAML": (
        lambda draft: draft.replace(TASK, "argv: [cat, answer.txt]", "argv: [grep, x, a.yaml]"),
        ("text-over-yaml", TASK, 8),
    ),
    "a failure without a control": (
        lambda draft: draft.replace(TASK, 'expect: {stdout: {equals: "42"}}', "expect: {exit: nonzero}"),
        ("no-control", TASK, 8),
    ),
    "a path that cannot be read": (
        lambda draft: draft.replace(
            TASK, "file: {path: answer.txt}", 'object: {ref: pod/web, where: [{jsonpath: "$[", value: 1}]}'
        ),
        ("format", TASK, 7),
    ),
    "a task without a mutant": (
        lambda draft: draft.replace(
            TASK,
            "mutants:\n- {run: wrong.sh, must_fail: [right]}\n- {run: absent.sh, must_fail: [there, right]}\n",
            "alternatives: [wrong.sh, absent.sh]\n",
        ),
        ("no-mutant", TASK, 2),
    ),
    "a check that no mutant fails": (
        lambda draft: draft.replace(TASK, "must_fail: [there, right]", "must_fail: [right]"),
        ("no-mutant", TASK, 5),
    ),
    "a missing translation": (
        lambda draft: draft.replace(MANIFEST, "tasks:", "locales: [en, de]\ntasks:"),
        ("translation", MANIFEST, 6),
    ),
    "a domain out of proportion": (
        lambda draft: draft.in_domains("files: 90, text: 10"),
        ("domain-shares", MANIFEST, 6),
    ),
}


@pytest.mark.parametrize(("spoil", "expected"), SPOILT.values(), ids=SPOILT)
def test_a_mistake_is_told_by_rule_file_and_line(
    spoil: Callable[[Draft], object], expected: tuple[str, str, int], draft: Draft
) -> None:
    spoil(draft)
    assert expected in found(draft)
    assert expected[0] in RULES


GRADERS = [
    ["cat", "script/x.sh"],
    ["bash", "-c", 'cat script/x.sh | sha256sum && test "$(cat ./pid)" = 1'],
    ["bash", "-c", "for file in a b; do sort site/$file || exit; done"],
    ["/bin/sh", "/usr/local/bin/x"],
    ["python3", "-I", "-c", "print(open('./x').read())"],
    ["timeout", "5", "find", "script/x.sh", "-perm", "-0100"],
    ["awk", "{ print $1 }", "./log"],
    ["git", "--version"],
    ["./x.sh"],
]
LEARNERS = [
    ["bash", "script/x.sh"],
    ["bash", "-e", "script/x.sh", "-c"],
    ["/bin/bash", "/home/learner/x.sh"],
    ["sh", "-c", "./run.sh 3"],
    ["bash", "-c", "cd script && timeout 5 ./run.sh"],
    ["bash", "-c", "if NAME=x ~/bin/run; then true; fi"],
    ["bash", "-c", 'test "$(python3 x.py)" = 42'],
    ["bash", "-c", ". ./settings; echo $A"],
    ["env", "LANG=de", "bash", "run.sh"],
    ["python3", "-c", "import json"],
    ["python3", "-m", "pytest"],
    ["timeout", "5", "perl", "x.pl"],
    ["node", "x.js"],
    ["awk", "-f", "x.awk", "log"],
    ["make", "test"],
    ["git", "-C", "repo", "log"],
    ["bash", "-c", "git -C repo show main:x"],
]


@pytest.mark.parametrize("argv", [*GRADERS, *LEARNERS], ids=" ".join)
def test_a_program_of_the_learners_that_runs_as_the_grader_is_named(argv: list[str], draft: Draft) -> None:
    draft.replace(TASK, "argv: [cat, answer.txt]", f"argv: {json.dumps(argv)}")
    assert (("learner-program", TASK, 8) in found(draft)) is (argv in LEARNERS)
    draft.replace(TASK, "exec: {argv", "exec: {as: learner, argv")
    assert found(draft) == []


@pytest.mark.parametrize("argv", [*GRADERS, *LEARNERS], ids=" ".join)
def test_what_may_start_a_program_of_the_learners_is_not_run_unasked(argv: list[str]) -> None:
    theirs = argv in LEARNERS or argv == ["./x.sh"]  # which runs as the learner by itself
    for check in ({"exec": {"argv": argv}}, {"any_of": [{"file": {"path": "x"}}, {"exec": {"argv": argv}}]}):
        task = task_with({"id": "it", **check})
        assert may_check_itself(task) is not theirs


def test_cases_controls_and_pages_are_not_run_unasked() -> None:
    denied = {"argv": ["cat", "x"], "expect": {"exit": "nonzero"}}
    assert may_check_itself(task_with({"id": "it", "exec": denied, "control": {"argv": ["cat", "y"]}}))
    assert not may_check_itself(task_with({"id": "it", "exec": denied, "control": {"argv": ["./y"]}}))
    table = [{"stdin": "1", "stdout": "2"}]
    assert not may_check_itself(task_with({"id": "it", "cases": {"program": ["./x"], "table": table}}))
    assert not may_check_itself(task_with())


def test_a_script_by_stdin_is_read_too(draft: Draft) -> None:
    draft.replace(TASK, "argv: [cat, answer.txt]", 'argv: [bash], stdin: "cd x\\n./run.sh"')
    assert ("learner-program", TASK, 8) in found(draft)


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (["grep", "-x", "42", "answer.txt"], "its own pattern"),
        (["bash", "-c", "cd work && grep -q done log"], "its own pattern"),
        (["bash", "-c", "if ! grep -rq forbidden work; then exit 0; fi; exit 1"], "fails for another reason"),
        (["bash", "-c", "echo 42 | cmp - answer.txt"], "the same file"),
        (["bash", "-c", 'echo 42 | cmp - "$kept"'], ""),
        (["bash", "-c", "cmp answer.txt other.txt"], ""),
        (["grep", "-x", "[4]2", "answer.txt"], ""),
        (["bash", "-c", "grep -q '^done$' log"], ""),
        (["grep", "-q", "42", "/etc/services"], ""),
        (["bash", "-c", "ss -l | grep -q 8080"], ""),
        (["bash", "-c", "grep done log | wc -l"], ""),
    ],
)
def test_a_search_that_can_be_misled_is_named(argv: list[str], why: str, draft: Draft) -> None:
    draft.replace(TASK, "argv: [cat, answer.txt]", f"argv: {json.dumps(argv)}")
    draft.replace(TASK, ', expect: {stdout: {equals: "42"}}', "")
    messages = [finding.message for finding in lint(draft.root) if finding.rule == "misled-search"]
    assert [why in message for message in messages] == ([True] if why else [])


def test_all_mistakes_are_told_at_once(draft: Draft) -> None:
    draft.replace(TASK, "needs: [there]", "needs: [their]")
    draft.replace(TASK, "must_fail: [right]", "must_fail: [wrong]")
    draft.replace(TASK, "solution: solution.sh", "solution: lost.sh")
    assert [line for _, file, line in found(draft) if file == TASK] == [9, 13, 15]


def test_a_hint_that_quotes_the_solution_is_an_error_however_it_is_wrapped(draft: Draft) -> None:
    draft.write("solution.sh", f"{QUOTED}\n")
    draft.replace(TASK, "- text: Think", f"- text: |\n    {WRAPPED}")
    assert ("hint-tells", TASK, 12) in found(draft)


def test_a_hint_may_name_the_same_tools(draft: Draft) -> None:
    draft.write("solution.sh", f"{QUOTED}\n")
    draft.replace(TASK, "- text: Think", f"- text: |\n    {QUOTED[:100]}")
    assert found(draft) == []


def test_prose_and_wrong_answers_may_speak_of_latest(draft: Draft) -> None:
    draft.write("wrong.sh", "docker run nginx:latest\n")
    draft.write("README.md", "Never use nginx:latest.\n")
    draft.replace(TASK, "Write the answer", "Not nginx:latest. Write the answer")
    assert found(draft) == []


@pytest.mark.parametrize(
    ("image", "loose"),
    [
        ("nginx", True),
        ("nginx:1.27", False),
        ("host:5000/nginx", True),
        ("nginx@sha256:0", False),
        ('"{{ .Values.image }}"', False),
    ],
)
def test_a_manifest_names_the_version_of_an_image(image: str, loose: bool, draft: Draft) -> None:  # noqa: FBT001
    draft.write("seed.yaml", f"spec:\n  containers:\n  - image: {image}\n")
    draft.replace(TASK, "hints:", "setup: {manifests: [seed.yaml]}\nhints:")
    assert found(draft) == ([("latest-image", "seed.yaml", 3)] if loose else [])


def test_what_shellcheck_says_is_told_where_it_says_it(draft: Draft) -> None:
    shellcheck = Shellcheck(1, {"line": 3, "level": "warning", "code": 2086, "message": "Double quote"})
    findings = lint(draft.root, shellcheck)
    assert [(one.file, one.line, one.level) for one in findings] == [
        ("absent.sh", 3, Level.WARNING),
        ("solution.sh", 3, Level.WARNING),
        ("wrong.sh", 3, Level.WARNING),
    ]
    assert "SC2086: Double quote" in findings[0].message


def test_a_shellcheck_that_does_not_work_is_told_and_breaks_nothing(draft: Draft) -> None:
    findings = lint(draft.root, Shellcheck(4))
    assert {one.level for one in findings} == {Level.WARNING}
    assert "no such option" in findings[0].message


def test_scripts_of_other_languages_are_not_shellchecked(draft: Draft) -> None:
    draft.write("solution.sh", "#!/usr/bin/env python3\nprint(42)\n")
    shellcheck = Shellcheck(0)
    assert lint(draft.root, shellcheck) == []
    assert sorted(shellcheck.seen) == [b"echo 41 >answer.txt\n", b"echo 42 >elsewhere.txt\n"]


@pytest.mark.parametrize("hostile", ["link", "fifo"])
def test_hostile_trees_are_one_finding(hostile: str, draft: Draft) -> None:
    odd = draft.root / "odd"
    if hostile == "link":
        odd.symlink_to("/etc/passwd")
    else:
        os.mkfifo(odd)
    assert [rule for rule, _, _ in found(draft)] == ["format"]


def test_the_command_exits_with_2_for_errors_alone(draft: Draft, tempshell: Tempshell) -> None:
    draft.write("stray.txt", "")
    assert "stray.txt:1: warning: " in tempshell("pack", "lint", str(draft.root)).stdout
    draft.replace(TASK, "title: The first", "titel: The first")
    told = tempshell("pack", "lint", str(draft.root), code=2).stdout
    assert "tasks/one.md:3: error: unknown key `titel` [format]\n    did you mean `title`?" in told


def test_the_findings_as_json_and_as_sarif(draft: Draft, tempshell: Tempshell) -> None:
    draft.write("stray.txt", "")
    (one,) = tempshell("pack", "lint", str(draft.root), "--format", "json").json()
    assert (one["rule"], one["level"], one["file"], one["line"]) == ("stray-file", "warning", "stray.txt", 1)
    sarif = tempshell("pack", "lint", str(draft.root), "--format", "sarif").json()
    (run,) = sarif["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "stray-file"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("/draft/stray.txt")


def test_a_directory_without_a_pack_and_an_unknown_form_are_refused(tmp_path: Path, tempshell: Tempshell) -> None:
    assert "there is no pack.yaml" in tempshell("pack", "lint", str(tmp_path), code=2).stdout
    assert "sarif" in tempshell("pack", "lint", str(tmp_path), "--format", "xml", code=2).stderr


@pytest.mark.parametrize("pack", sorted(path.name for path in (ROOT / "task_packs").iterdir()))
def test_the_shipped_packs_have_no_findings(pack: str, tempshell: Tempshell) -> None:
    assert tempshell("pack", "lint", pack, "--format", "json").json() == []
