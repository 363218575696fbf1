"""Documentation and help have all that the registries have, and nothing else: backends, checks, capabilities, rules."""

from __future__ import annotations

import re

import pytest

from tempshell_cli.backends.base import Capability
from tempshell_cli.backends.registry import names
from tempshell_cli.cli.lazy import COMMANDS
from tempshell_cli.packs.authoring.lint import RULES
from tempshell_cli.packs.checks.criteria import Probe, kinds_in
from tempshell_cli.tui.shortcuts import HELP, PALETTE, SHORTCUTS

from .command_tree import help_of
from .markdown import rows, section
from .places import ROOT

COMMANDS_TEXT, BACKENDS, PACKS, CONFIGURATION, REFERENCE = (
    (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    for name in ("commands", "backends", "packs", "configuration", "pack-reference")
)

# By Textual's names: how the documentation writes them.
_KEYS = {"slash": "`/`", "colon": "`:`", "question_mark": "`?`", "pagedown": "PgDn", "pageup": "PgUp"}


def test_every_backend_has_a_page_and_a_column() -> None:
    head = next(rows(BACKENDS))
    assert list(head[1:]) == list(names())
    pages = set(re.findall(r"^## (\w+)$", BACKENDS, re.MULTILINE))
    assert set(names()) - {"kind"} <= pages  # which has docs/clusters.md
    assert "](clusters.md)" in BACKENDS


def test_the_option_and_the_setting_name_every_backend() -> None:
    option = next(cells for cells in rows(section(COMMANDS_TEXT, "start")) if "`--backend`" in cells[0])
    setting = next(cells for cells in rows(CONFIGURATION) if cells[0] == "`backend`")
    for name in (*names(), "auto"):
        assert f"`{name}`" in option[1]
        assert f"`{name}`" in setting[2]


@pytest.mark.parametrize("command", ["start", "run", "exam", "drill", "pack prove"])
def test_help_names_every_backend(command: str) -> None:
    output = re.search(r"-b, --backend NAME +(.*?)\n {2,6}-", help_of(command), re.DOTALL)
    assert output
    assert {*names(), "auto"} <= set(re.findall(r"\w+", output[1]))


def test_every_kind_of_check_is_explained() -> None:
    kinds = kinds_in(Probe)
    linked = re.findall(r"\[`(\w+)`\]\(pack-reference\.md#\w+\)", section(PACKS, "A task"))
    assert set(linked) == set(kinds)
    assert all(f"### `{kind}`\n" in REFERENCE for kind in kinds)


def test_every_capability_is_described() -> None:
    described = {cells[0].strip("`") for cells in rows(section(PACKS, "A task")) if cells[0].startswith("`")}
    assert set(Capability) <= described


def test_every_rule_of_lint_is_described() -> None:
    assert {cells[0].strip("`") for cells in rows(section(PACKS, "Lint"))} - {"rule"} == RULES.keys() - {"format"}


def test_every_command_is_in_the_table_of_contents() -> None:
    listed = {cells[1] for cells in rows(COMMANDS_TEXT.partition("\n## ")[0])}
    for name in COMMANDS:
        assert any(re.search(rf"\[{name}[\] ]", cells) for cells in listed), name


def test_every_shipped_pack_is_described() -> None:
    described = {cells[0].strip("`") for cells in rows(section(PACKS, "Shipped packs"))} - {"pack"}
    assert described == {manifest.parent.name for manifest in ROOT.glob("task_packs/*/pack.yaml")}


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")
    for file in ROOT.glob("docs/adr/0*.md"):
        assert f"| [{file.name[:4]}]({file.name}) | " in index


def test_every_key_of_the_screen_is_described() -> None:
    described = " ".join(cells[0] for cells in rows(section(COMMANDS_TEXT, "The practice screen")))
    for shortcut in (*SHORTCUTS, PALETTE, HELP):
        key = _KEYS.get(shortcut.keys[0], f"`{shortcut.keys[0]}`")
        assert key in described, shortcut
