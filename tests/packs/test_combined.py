"""Checks of several looks: one of which is right, all of which are, or one that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import CheckResult

from .drafts import task_with
from .test_grading import DOWN, FAILS, FULL, PASSES, shell

Words = dict[str, Any]
OLD = Completed(0, b"regular file|644|root\nold\n", b"")


def runs(name: str) -> Words:
    return {"exec": {"argv": [name]}}


def graded(words: Words, **answers: Completed | Exception) -> CheckResult:
    (result,) = Grader(shell(**answers)).grade(task_with({"id": "a", **words})).results
    return result


EITHER: Words = {"any_of": [runs("one"), runs("other")]}
BOTH: Words = {"all_of": [runs("one"), runs("other")]}


@pytest.mark.parametrize(
    ("words", "one", "other", "verdict"),
    [
        (EITHER, PASSES, FAILS, "pass"),
        (EITHER, FAILS, PASSES, "pass"),
        (EITHER, FAILS, FAILS, "fail"),
        (EITHER, DOWN, PASSES, "error"),  # the engine does not answer: nothing can be said
        (EITHER, FULL[0], PASSES, "pass"),
        (EITHER, FULL[0], FAILS, "fail"),
        (BOTH, PASSES, PASSES, "pass"),
        (BOTH, PASSES, FAILS, "fail"),
        (BOTH, FAILS, PASSES, "fail"),
        (BOTH, FULL[0], PASSES, "fail"),
        ({"any_of": [BOTH, runs("one")]}, PASSES, FAILS, "pass"),
        ({"all_of": [EITHER, runs("one")]}, FAILS, PASSES, "fail"),
    ],
)
def test_looks_are_put_together(words: Words, one: Completed, other: Completed, verdict: str) -> None:
    assert graded(words, one=one, other=other, true=DOWN).verdict == verdict


@pytest.mark.parametrize(("text", "verdict"), [("new", "pass"), ("old", "fail")])
def test_what_must_not_be_so(text: str, verdict: str) -> None:
    words = {"not": {"file": {"path": "x", "text": {"contains": text}}}}
    assert graded(words, **{"/bin/sh": OLD}).verdict == verdict


def test_of_several_ways_each_is_named_in_what_was_expected() -> None:
    result = graded(EITHER, one=FAILS, other=Completed(3, b"", b""))
    assert result.expected == "exit code 0; or exit code 0"
    assert result.found == "exit code 1; exit code 3"
