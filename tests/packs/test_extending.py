"""An importer and a kind of check from outside of the package: what docs/extending.md walks through works."""

from __future__ import annotations

import inspect
import shutil
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.checks.criteria import Check, kinds_in
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.look import look
from tempshell_cli.packs.grading.results import Outcome
from tempshell_cli.packs.importers.registry import GROUP, importers
from tempshell_cli.packs.library.find import find_pack
from tempshell_cli.packs.library.load import is_pack, load_pack

from .drafts import Draft, refusal_of
from .extending.lines import CheckWithLines

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
DECK = """\
id: capitals
title: Capitals
cards:
- {id: france, question: What is the capital of France?, answer: Paris}
"""
BROKEN = """
class Broken:
    name = main_file = "broken"
    def recognizes(self, root): raise RuntimeError("\\x1b[2Jno idea")
"""


def _register(site: Path, monkeypatch: pytest.MonkeyPatch, entry_points: str) -> None:
    """Install a distribution that registers importers, with the example and a broken one."""
    made = Draft(site)
    made.write("deck_of_cards.py", (Path(__file__).parent / "extending" / "cards.py").read_bytes())
    made.write("broken_importer.py", BROKEN)
    made.write("deck-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: deck\nVersion: 1\n")
    made.write("deck-1.dist-info/entry_points.txt", f"[tempshell.importers]\n{entry_points}\n")
    monkeypatch.syspath_prepend(str(site))


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deck of cards, where the importer that reads it is installed."""
    _register(tmp_path / "site", monkeypatch, "cards = deck_of_cards:CardsImporter")
    return Draft(tmp_path / "deck").write("cards.yaml", DECK).parent


def test_a_directory_is_a_pack_where_a_registered_importer_recognizes_it(
    deck: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_pack(deck)
    monkeypatch.chdir(deck.parent)
    assert find_pack("deck").id == find_pack("./deck").id == "capitals"
    shutil.rmtree(deck.parent / "site" / "deck-1.dist-info")
    assert not is_pack(deck)


@pytest.mark.engine("local")
def test_an_imported_pack_is_graded_as_any_other(deck: Path, sandbox_shell: SandboxShell) -> None:
    (task,) = load_pack(deck).tasks
    grader = Grader(sandbox_shell)
    assert grader.grade(task).verdict == "fail"
    sandbox_shell.run(("/bin/sh", "-c", "echo Paris >france.txt"), timeout=20)
    assert grader.grade(task).verdict == "pass"


def test_lint_reads_it_too(deck: Path) -> None:
    assert [(one.rule, one.file) for one in lint(deck)] == [("no-solution", "cards.yaml")]
    Draft(deck).replace("cards.yaml", "answer:", "reply:")
    (found,) = lint(deck)
    assert (found.rule, found.line) == ("format", 4)
    assert "unknown key `reply`" in found.message
    assert "cards.yaml:4: " in refusal_of(lambda: load_pack(deck))


def test_a_pack_of_ours_is_ours_whatever_else_is_in_it(deck: Path) -> None:
    Draft.made_in(deck)
    assert load_pack(deck).id == "draft"


def test_what_nothing_recognizes_is_refused_with_all_that_was_looked_for(deck: Path) -> None:
    (deck / "cards.yaml").unlink()
    with pytest.raises(
        PackProblem,
        match=r"there is no pack\.yaml in it, and no index\.json \(Killercoda\), and no cards\.yaml \(flash",
    ):
        load_pack(deck)


@pytest.mark.parametrize("target", ["broken_importer:Broken", "broken_importer:nothing", "nowhere:Importer"])
def test_a_broken_importer_is_named_and_harms_no_other_format(
    tmp_path: Path, draft: Draft, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    _register(tmp_path / "site", monkeypatch, f"broken = {target}")
    (tmp_path / "unknown").mkdir()
    refusal = refusal_of(lambda: load_pack(tmp_path / "unknown"))
    assert f"the importer broken ({target}) fails with" in refusal
    assert "remove the distribution" in refusal
    assert "\x1b" not in refusal
    assert draft.load().id == "draft"
    scenario = Draft(tmp_path / "scenario")
    scenario.write("index.json", '{"title": "Fine", "backend": {"imageid": "ubuntu"}}')
    assert load_pack(scenario.root).head.title == "Fine"
    assert "no pack 'nowhere'" in refusal_of(lambda: find_pack("nowhere"))


def test_the_built_in_importers_are_the_entry_points_of_this_distribution() -> None:
    declared = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["entry-points"][GROUP]
    built_in = [f"{type(importer).__module__}:{type(importer).__qualname__}" for importer in importers()]
    assert built_in[: len(declared)] == list(declared.values())


def _looked(shell: SandboxShell, **words: Any) -> Outcome:  # noqa: ANN401 - the words of the format
    return look(msgspec.convert({"id": "long", **words}, CheckWithLines), shell)


@pytest.mark.engine("local")
def test_a_check_is_a_class_and_the_field_that_names_it(sandbox_shell: SandboxShell) -> None:
    sandbox_shell.run(("/bin/sh", "-c", "printf 'one\\ntwo\\n' >notes.txt"), timeout=20)
    assert _looked(sandbox_shell, lines={"path": "notes.txt", "at_least": 2}) == Outcome.passed()
    few = _looked(sandbox_shell, lines={"path": "notes.txt", "at_least": 3})
    assert (few.verdict, few.expected, few.found) == ("fail", "3 lines or more", "2")
    assert "No such file" in _looked(sandbox_shell, lines={"path": "absent", "at_least": 3}).found


def test_a_check_is_of_one_kind_also_where_there_is_a_new_one() -> None:
    given = {"id": "both", "file": {"path": "notes.txt"}, "lines": {"path": "notes.txt", "at_least": 2}}
    with pytest.raises(
        msgspec.ValidationError,
        match="http, cases, reach, rollout, lines, any_of, all_of and not; this has file and lines",
    ):
        msgspec.convert(given, CheckWithLines)
    assert list(kinds_in(CheckWithLines)) == [*kinds_in(Check), "lines"]


def test_every_kind_of_check_can_look() -> None:
    assert kinds_in(Check)
    assert inspect.isabstract(Kind)
    assert not [key for key, kind in kinds_in(Check).items() if inspect.isabstract(kind)]
