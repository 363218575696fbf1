"""A task is shown in the learner's language where the pack has it, and a translation that does not fit is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.format.translations import chosen, wanted_languages
from tempshell_cli.packs.library.load import load_pack
from tests.support.command_line import Tempshell

from .drafts import Draft

GERMAN = """\
---
title: Die erste
hints: [Denk nach]
fail: {right: Das ist sie nicht.}
---
Schreib die Antwort nach `answer.txt`.
"""


@pytest.fixture
def bilingual(draft: Draft) -> Draft:
    draft.replace("pack.yaml", "tasks:", "locales: [en, de]\ntasks:")
    draft.write("tasks/one.de.md", GERMAN)
    return draft


def test_a_translation_has_its_texts_and_the_rest_of_the_task(bilingual: Draft) -> None:
    task, original = load_pack(bilingual.root, ["de"]).task("one"), bilingual.load().task("one")
    assert (task.head.title, task.prompt) == ("Die erste", "Schreib die Antwort nach `answer.txt`.")
    assert [hint.text for hint in task.head.hints] == ["Denk nach"]
    assert [check.fail for check in task.head.checks] == [None, "Das ist sie nicht."]
    assert [check.exec for check in task.head.checks] == [check.exec for check in original.head.checks]
    assert (original.head.title, original.prompt) == ("The first", "Write the answer to `answer.txt`.")


def test_what_is_not_translated_is_shown_as_it_is(bilingual: Draft) -> None:
    bilingual.write("tasks/one.de.md", "---\n{}\n---\nNur der Text.\n")
    task = load_pack(bilingual.root, ["de"]).task("one")
    assert (task.head.title, task.prompt) == ("The first", "Nur der Text.")


def test_the_content_is_the_same_in_every_language(bilingual: Draft) -> None:
    assert load_pack(bilingual.root, ["de"]).digest == bilingual.load().digest


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("hints: [Denk nach]", "hints: [Denk, nach]", 3, "2 hints, and the task has 1"),
        ("fail: {right:", "fail: {rigth:", 4, "the task has no check `rigth`"),
        ("title: Die", "points: 3 #", 2, "unknown key `points`"),
        ("Schreib die Antwort nach `answer.txt`.", "", 1, "the task has no prompt"),
    ],
)
def test_a_translation_that_does_not_fit_is_refused_whoever_reads(
    old: str, new: str, line: int, words: str, bilingual: Draft
) -> None:
    bilingual.replace("tasks/one.de.md", old, new)
    with pytest.raises(PackProblem, match=rf"tasks/one\.de\.md:{line}: {words}"):
        bilingual.load()
    assert ("format", "tasks/one.de.md", line) in [(one.rule, one.file, one.line) for one in lint(bilingual.root)]


def test_escape_sequences_are_taken_out(bilingual: Draft) -> None:
    bilingual.replace("tasks/one.de.md", "[Denk nach]", '["\\e[31mDenk nach"]')
    (hint,) = load_pack(bilingual.root, ["de"]).task("one").head.hints
    assert "\x1b" not in hint.text


@pytest.mark.parametrize(
    ("environment", "languages"),
    [
        ({}, []),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, []),
        ({"LANG": "de_DE.UTF-8"}, ["de-DE"]),
        ({"LANG": "de_DE", "LC_ALL": "fr_FR@euro"}, ["fr-FR"]),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de_AT:de"}, ["de-AT", "de", "en-US"]),
    ],
)
def test_the_languages_are_those_of_other_programs(environment: Mapping[str, str], languages: list[str]) -> None:
    assert wanted_languages(environment) == languages


@pytest.mark.parametrize(
    ("languages", "locale"),
    [
        ([], "en"),
        (["de-AT"], "de"),
        (["pt-BR"], "pt-BR"),
        (["pt-PT", "de"], "de"),
        (["fr"], "en"),
        (["en", "de"], "en"),
    ],
)
def test_the_first_language_that_the_pack_has_is_shown(languages: list[str], locale: str) -> None:
    assert chosen(["en", "de", "pt-BR"], languages) == locale


@pytest.mark.engine("local")
def test_a_session_speaks_the_language_of_who_asks(bilingual: Draft, tempshell: Tempshell) -> None:
    tempshell.start(str(bilingual.root))
    assert "Schreib die Antwort" in tempshell("tasks", "one", env={"LC_ALL": "de_DE.UTF-8"}).stdout
    assert "Write the answer" in tempshell("tasks", "one", env={"LC_ALL": "en_GB.UTF-8"}).stdout
