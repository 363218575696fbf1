"""No key of a scenario is dropped in silence: each changes the pack, or is named by a note with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.format.pack import Note, Pack
from tests.packs.test_killercoda import Garden

Json = Any
Place = tuple[str | int, ...]

STAGE = {
    "title": "A title",
    "text": "page.md",
    "foreground": "script.sh",
    "background": "script.sh",
    "code": "script.sh",
    "courseData": "script.sh",
    "verify": "script.sh",
    "answer": "page.md",
    "hint": "script.sh",
    "credits": "somebody",
}
# Every key of https://killercoda.com/creators, and of Katacoda's documentation of index.json, with a value.
GRAMMAR: Json = {
    "type": "challenge@0.8",
    "id": "number-one",
    "title": "A title",
    "description": "What it is about",
    "difficulty": "Beginner",
    "time": "10 minutes",
    "icon": "fa-linux",
    "private": True,
    "noindex": True,
    "pathwayTitle": "A course",
    "pathwayId": "course",
    "files": ["app.js"],
    "asyncFiles": ["app.js"],
    "events": {"hideprogressbar": "reload"},
    "interface": {"layout": "ide"},
    "environment": {
        "uilayout": "editor-terminal",
        "uisettings": "yaml",
        "uieditorpath": "/root",
        "hideintro": True,
        "hidefinish": True,
        "hidesidebar": True,
        "hideHiddenFiles": True,
        "showvisualise": True,
        "showdashboard": True,
        "showdashboards": True,
        "dashboards": [{"name": "Port", "port": 80}],
        "terminals": [{"name": "Two", "target": "host01"}],
        "showide": True,
        "ide": "start",
        "idePort": 23000,
        "exclusionPatterns": ["logs"],
        "delayToSaveFileAfterStopTypingMilliseconds": 20,
    },
    "backend": {"imageid": "kubernetes-kubeadm-2nodes", "port": 80, "url": "https://example.com"},
    "details": {
        "intro": STAGE,
        "steps": [STAGE],
        "finish": STAGE,
        "assets": {
            "host01": [{"file": "seed", "target": "/root", "chmod": "+x"}],
            "host02": [{"file": "seed", "target": "/root"}],
            "client": [{"file": "seed", "target": "/root"}],
        },
    },
}
BASE: Json = {
    "backend": {"imageid": "ubuntu"},
    "details": {
        "intro": {},
        "steps": [{}],
        "finish": {},
        "assets": {"host01": [{"file": "other", "target": "/root"}]},
    },
}


def places(value: Json, at: Place = ()) -> Iterator[Place]:
    """Yield where the values are that have no others in them that an author could leave out."""
    if isinstance(value, dict) and value and at[-1:] != ("host02",):
        for key, inner in value.items():
            yield from places(inner, (*at, key))
    elif isinstance(value, list) and at[-1:] == ("steps",):
        yield from places(value[0], (*at, 0))
    else:
        yield at


def with_key(at: Place) -> Json:
    """Return an index that has what the grammar has at a place, and else only what it must."""
    index: Json = json.loads(json.dumps(BASE))
    value, inside = GRAMMAR, index
    for step in at[:-1]:
        value = value[step]
        inside = inside[step] if isinstance(step, int) else inside.setdefault(step, {})
    inside[at[-1]] = value[at[-1]]
    return index


@pytest.fixture
def scenario(tmp_path: Path) -> Garden:
    made = Garden(tmp_path / "scenario")
    made.write("page.md", "Do it:\n\n```\ntouch /done\n```{{exec}}\n")
    made.write("script.sh", "test -e /done\n")
    made.write("assets/seed", "seed")
    made.write("assets/other", "other")
    made.say(BASE)
    return made


def apart_from_notes(pack: Pack) -> object:
    """Return all that a session is made of."""
    tasks = [(task.head, task.prompt.split("\n---\n")[0], task.assets, task.commands) for task in pack.tasks]
    return pack.head, tasks, pack.nodes, pack.node_shell


@pytest.mark.parametrize("at", list(places(GRAMMAR)), ids=lambda at: ".".join(map(str, at)))
def test_no_key_is_dropped_in_silence(scenario: Garden, at: Place) -> None:
    without = scenario.load()
    before = {Note.of(note).text for note in without.notes}
    scenario.say(with_key(at))
    pack = scenario.load()
    named = [note for note in map(Note.of, pack.notes) if note.text not in before and str(at[-1]) in note.text]
    if not named:
        assert apart_from_notes(pack) != apart_from_notes(without)
        return
    lines = (scenario.root / "index.json").read_text().splitlines()
    keys = [f'"{step}"' for step in at if isinstance(step, str)]
    assert any(key in lines[named[0].line - 1] for key in keys)
    assert named[0].text in [one.message for one in lint(scenario.root)]


@pytest.mark.parametrize(
    "at",
    [(), ("backend",), ("details",), ("details", "intro"), ("details", "steps", 0), ("details", "assets", "host01", 0)],
    ids=lambda at: ".".join(map(str, at)) or "all",
)
def test_a_key_that_nobody_knows_is_named_wherever_it_stands(scenario: Garden, at: Place) -> None:
    index: Json = json.loads(json.dumps(BASE))
    inside = index
    for step in at:
        inside = inside[step]
    inside["backgruond"] = "script.sh"
    scenario.say(index)
    (found,) = (one for one in lint(scenario.root) if "backgruond" in one.message)
    assert "`backgruond` is not a key of this format, and has no effect" in found.message
    lines = (scenario.root / "index.json").read_text().splitlines()
    assert '"backgruond"' in lines[found.line - 1]
    assert ("did you mean `background`?" in found.message) == (at[-1:] in {("intro",), (0,)} and at[1] != "assets")


def test_katacodas_names_of_scripts_are_theirs(scenario: Garden) -> None:
    scenario.say({**BASE, "details": {"intro": {"courseData": "script.sh", "code": "script.sh"}}})
    old = scenario.load().tasks[0]
    scenario.say({**BASE, "details": {"intro": {"background": "script.sh", "foreground": "script.sh"}}})
    assert old.head.setup.run
    assert old.assets == scenario.load().tasks[0].assets


def test_of_two_names_of_a_script_the_new_one_counts(scenario: Garden) -> None:
    scenario.write("old.sh", "old\n")
    scenario.say({**BASE, "details": {"intro": {"courseData": "old.sh", "background": "script.sh"}}})
    pack = scenario.load()
    assert "old" not in str(pack.tasks[0].assets)
    assert "`courseData` has no effect beside `background`" in [Note.of(note).text for note in pack.notes]


@pytest.mark.parametrize("path", ["/page.md", "./page.md", "//page.md"])
def test_a_path_may_begin_with_a_slash(scenario: Garden, path: str) -> None:
    step = {"text": path, "verify": "/script.sh", "answer": path, "foreground": "/script.sh"}
    scenario.say({**BASE, "details": {"steps": [step], "assets": {"host01": [{"file": "/seed", "target": "/o"}]}}})
    pack = scenario.load()
    assert pack.task("step1").prompt.startswith("Do it:")
    assert [file.target for file in pack.tasks[0].head.setup.files] == ["/o/seed"]


def test_an_index_may_be_yaml(scenario: Garden) -> None:
    (scenario.root / "index.json").unlink()
    scenario.write(
        "index.yaml",
        "title: In YAML\nbackend: {imageid: ubuntu}\ndetails:\n  steps:\n  - {text: page.md, verify: script.sh}\n"
        "interface:\n  layout: ide\n",
    )
    pack = scenario.load()
    assert (pack.head.title, pack.task("step1").commands) == ("In YAML", ("touch /done",))
    assert ("index.yaml", 6) in [(one.file, one.line) for one in lint(scenario.root)]
    assert {one.file for one in lint(scenario.root)} == {"index.yaml"}
    scenario.write("index.yaml", "backend: {imageid: windows}\n")
    assert "index.yaml:1: nothing here stands for" in scenario.refusal()


def test_an_index_of_another_program_is_no_scenario(scenario: Garden) -> None:
    (scenario.root / "index.json").unlink()
    scenario.write("index.yaml", "apiVersion: v1\nentries: {}\n")
    assert "is not a pack" in scenario.refusal()


FOLDED = "Do it.\n<details><summary>{summary}</summary>\n\n{code}\n\n</details>\n"


@pytest.mark.parametrize(
    ("page", "solution"),
    [
        (FOLDED.format(summary="Solution", code="```plain\ntouch /done\n```{{exec}}"), "touch /done\n"),
        (FOLDED.format(summary="Show the <b>answer</b>", code="`a`{{exec}} then `b`{{execute}}, not `c`"), "a\nb\n"),
        (FOLDED.format(summary="Solution", code="```bash\nls\n```\n\n```yaml\na: 1\n```\n"), "ls\n"),
        (FOLDED.format(summary="Solution", code="```\napiVersion: v1\n```\n"), ""),
        (FOLDED.format(summary="Tip", code="`a`{{exec}}"), ""),
        ("Run `a`{{exec}}", ""),
    ],
)
def test_a_folded_solution_solves_its_step(scenario: Garden, page: str, solution: str) -> None:
    scenario.write("step.md", page)
    scenario.say({**BASE, "details": {"steps": [{"text": "step.md", "verify": "script.sh"}]}})
    assert scenario.load().task("step1").solution == solution
    rules = [one.rule for one in lint(scenario.root)]
    assert ("no-solution" in rules) == (not solution)


@pytest.mark.parametrize(
    ("name", "answer", "solution"),
    [("a.md", "Type:\n\n`touch /done`{{execute}}", "touch /done\n"), ("a.sh", "touch /done\n", "touch /done\n")],
)
def test_an_answer_solves_its_step_and_is_its_last_hint(
    scenario: Garden, name: str, answer: str, solution: str
) -> None:
    scenario.write(name, answer)
    scenario.write("step.md", FOLDED.format(summary="Tip", code="Think"))
    scenario.say({**BASE, "details": {"steps": [{"text": "step.md", "verify": "script.sh", "answer": name}]}})
    task = scenario.load().task("step1")
    assert task.solution == solution
    assert len(task.head.hints) == 2
    assert "touch /done" in task.head.hints[1].text
