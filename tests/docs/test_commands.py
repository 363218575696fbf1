"""docs/commands.md is complete, and nothing in the documentation has been made up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tempshell_cli.backends import registry

from .command_tree import Command, help_of, leaves, long_options
from .markdown import commands, documents, inline_commands, rows, section
from .places import ROOT

TEXT = (ROOT / "docs" / "commands.md").read_text("utf-8")
TREE = dict(leaves())


@pytest.fixture(autouse=True)
def _the_backend_of_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the example of docs/architecture.md, as test_extending installs it."""
    monkeypatch.setattr(registry, "names", lambda names=registry.names: [*names(), "plain"])


@pytest.mark.parametrize(("name", "command"), TREE.items(), ids=TREE)
def test_a_command_is_described_with_exactly_the_options_it_has(name: str, command: Command) -> None:
    described = {
        word for cells in rows(section(TEXT, name)) for word in re.findall(r"`(--[a-z-]+)", cells[0])
    }  # the first cell names the option
    assert described == long_options(command)


@pytest.mark.parametrize("name", TREE)
def test_a_command_is_described_with_the_usage_that_its_help_shows(name: str) -> None:
    usage = help_of(name).splitlines()[0].removeprefix("Usage: ")
    assert f"```\n{usage}\n```" in section(TEXT, name)


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_every_command_line_shown_can_be_parsed(document: Path) -> None:
    for words in commands(document.read_text("utf-8")):
        if words and words[0] in {"tempshell", ".venv/bin/tempshell"}:
            _parse(words[1:])


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_every_command_in_the_text_can_be_parsed(document: Path) -> None:
    for words in inline_commands(document.read_text("utf-8")):
        if " ".join(words[1:]) not in TREE:  # by its name alone a command is only mentioned
            _parse(words[1:])


def _parse(words: list[str]) -> None:
    """Parse a command line, and run nothing of it; Typer raises what a user would see."""
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in TREE:
            TREE[name].make_context(name, words[length:])
            return
    pytest.fail(f"there is no command {words}")
