"""Looking at packs, and beginning one."""

from __future__ import annotations

import pytest

from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.library.load import load_pack
from tests.support.command_line import Tempshell

from .drafts import Draft


def test_ls_lists_what_can_be_started_by_name(tempshell: Tempshell) -> None:
    rows = tempshell("pack", "ls", "--json").json()
    shipped = ["ci-sandbox", "ckad-core", "kubernetes-basics", "linux-basics", "node-upkeep", "zero-trust"]
    assert [row["name"] for row in rows] == shipped
    assert "linux-basics" in tempshell("pack", "ls").stdout


def test_show_tells_version_digest_domains_and_tasks(draft: Draft, tempshell: Tempshell) -> None:
    shown = tempshell("pack", "show", str(draft.root), "--json").json()
    assert (shown["id"], shown["version"], shown["digest"]) == ("draft", "1.0.0", draft.load().digest)
    assert [(task["id"], task["points"], task["mutants"]) for task in shown["tasks"]] == [("one", 3, 1)]
    told = tempshell("pack", "show", "linux-basics").stdout
    assert "files" in told
    assert "tidy-permissions" in told


def test_show_has_the_versions_of_kubernetes_that_a_pack_and_its_tasks_are_for(
    draft: Draft, tempshell: Tempshell
) -> None:
    draft.replace("pack.yaml", "license: MIT", 'license: MIT\nkubernetes: ">=1.29"')
    draft.replace("tasks/one.md", "title:", 'requires: {kubernetes: ">=1.33"}\ntitle:')
    shown = tempshell("pack", "show", str(draft.root), "--json").json()
    assert (shown["kubernetes"], shown["tasks"][0]["kubernetes"]) == (">=1.29", ">=1.33")
    lines = tempshell("pack", "show", str(draft.root)).stdout.splitlines()
    assert "runs on   any backend, Kubernetes >=1.29, profile restricted" in lines
    assert "Kubernetes >=1.33" in lines[-1]


@pytest.mark.parametrize("name", ["my-pack", "1234", "true", "x"])
def test_a_new_pack_loads_and_lints(name: str, tempshell: Tempshell) -> None:
    told = tempshell("pack", "new", name)
    assert f"{name}/pack.yaml" in told.stdout
    root = tempshell.directory / name
    assert load_pack(root).id == name
    assert lint(root) == []


def test_a_new_pack_overwrites_nothing(tempshell: Tempshell) -> None:
    (tempshell.directory / "mine").mkdir()
    (tempshell.directory / "mine" / "notes.txt").write_text("mine")
    assert "is not empty" in tempshell("pack", "new", "mine", code=2).stderr
    assert [file.name for file in (tempshell.directory / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["My_Pack", "-x-", "no.dots"])
def test_a_name_that_cannot_be_an_id_is_refused(name: str, tempshell: Tempshell) -> None:
    assert "cannot be a pack's id" in tempshell("pack", "new", "--", name, code=2).stderr
