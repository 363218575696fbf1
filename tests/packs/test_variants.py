"""A task can have variants: each attempt has one of them, and a proof tries them all."""

from __future__ import annotations

import pytest

from tempshell_cli.packs.authoring.lint import lint
from tests.support.command_line import Tempshell

from .drafts import Draft, refusal_of

OTHER = """\
---
id: one
title: The first, turned round
vars: {word: {pick: [seven, eight]}}
setup: {run: setup.sh}
checks:
- id: other
  file: {path: "${{ vars.word }}.txt", text: {equals: "24"}}
solution: other.sh
mutants:
- {run: wrong.sh, must_fail: [other]}
---
Write 24 to `${{ vars.word }}.txt`.
"""
SEEDS = [str(seed) for seed in range(30)]


@pytest.fixture
def two(draft: Draft) -> Draft:
    """A pack with a task of two variants, of which one draws a value."""
    draft.replace("tasks/one.md", "hints:", "variants: [tasks/other.md]\nsetup: {run: setup.sh}\nhints:")
    draft.write("tasks/other.md", OTHER)
    draft.write("other.sh", 'echo 24 >"$VARS_WORD.txt"\n')
    draft.write("setup.sh", "rm -f answer.txt seven.txt eight.txt\n")
    return draft


def test_an_attempt_has_one_of_the_variants_and_the_same_seed_the_same(two: Draft) -> None:
    pack = two.load()
    drawn = [pack.drawn(seed).task("one") for seed in SEEDS]
    assert {task.variant for task in drawn} == {"one", "other"}
    assert {task.head.title for task in drawn} == {"The first", "The first, turned round"}
    assert {task.values.get("word") for task in drawn} == {None, "seven", "eight"}
    assert drawn == [two.load().drawn(seed).task("one") for seed in SEEDS]


def test_a_task_that_was_drawn_can_be_drawn_again(two: Draft) -> None:
    """As a session does that reads its attempt back."""
    drawn = two.load().drawn("1")
    assert {drawn.drawn(seed).task("one").variant for seed in SEEDS} == {"one", "other"}


WRONG = {
    "another id": (("tasks/other.md", "id: one", "id: two"), "other.md:2: a variant has the same `id` as its task"),
    "another difficulty": (
        ("tasks/other.md", "vars:", "difficulty: deep\nvars:"),
        "other.md:4: a variant has the same `difficulty` as its task",
    ),
    "variants of its own": (
        ("tasks/other.md", "vars:", "variants: [tasks/one.md]\nvars:"),
        "a variant has no variants of its own",
    ),
    "a task of the pack": (("pack.yaml", "- tasks/one.md", "- tasks/one.md\n- tasks/other.md"), "is there twice"),
    "a file that is missing": (("tasks/one.md", "tasks/other.md", "tasks/third.md"), "third.md"),
    "a look into a cluster": (
        ("tasks/other.md", 'file: {path: "${{ vars.word }}.txt", text: {equals: "24"}}', "object: {ref: node/one}"),
        "all variants of a task look into a cluster, or none of them does",
    ),
}


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG)
def test_variants_that_do_not_fit_are_refused_by_the_loader_and_by_lint(
    two: Draft, change: tuple[str, str, str], message: str
) -> None:
    two.replace(*change)
    assert message in str(refusal_of(two.load))
    found = [finding for finding in lint(two.root) if finding.rule == "format"]
    assert any(
        finding.message in message or message in f"{finding.file}:{finding.line}: {finding.message}"
        for finding in found
    )


def test_lint_reads_variants_like_tasks(two: Draft) -> None:
    assert not [finding for finding in lint(two.root) if finding.file == "tasks/other.md"]
    two.replace("tasks/other.md", "mutants:\n- {run: wrong.sh, must_fail: [other]}\n", "")
    assert [finding.rule for finding in lint(two.root) if finding.file == "tasks/other.md"] == ["no-mutant"]


@pytest.mark.engine("local")
def test_a_proof_tries_every_variant_and_names_the_one_that_is_wrong(two: Draft, tempshell: Tempshell) -> None:
    command = ("pack", "prove", str(two.root), "-b", "local", "--draws", "1", "--mutants", "0", "--json")
    (proof,) = tempshell(*command).json()["tasks"]
    names = [step["name"] for step in proof["steps"]]
    assert proof["state"] == "proven"
    assert {"variant one: solution solution.sh", "variant other: solution other.sh"} <= set(names)
    two.write("other.sh", "true\n")
    (proof,) = tempshell(*command, code=6).json()["tasks"]
    assert proof["why"].startswith("variant other: solution other.sh: `other` fails")
