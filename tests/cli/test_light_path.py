"""What is typed often starts fast: it imports no more than it needs. And every command says what it does."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from tempshell_cli.backends import registry
from tempshell_cli.cli.app import app
from tempshell_cli.cli.lazy import COMMANDS, load
from tests.support.command_line import PROGRAM, Tempshell

HEAVY = {"docker", "kubernetes", "textual", "yaml", "rich", "msgspec", "asyncio", "requests"}
_IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)
_PROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"
COMPLETE_A_COMMAND = {"_TEMPSHELL_COMPLETE": "complete_bash", "COMP_WORDS": "tempshell st", "COMP_CWORD": "1"}
COMPLETE_A_SESSION = {"_TEMPSHELL_COMPLETE": "complete_bash", "COMP_WORDS": "tempshell stop ", "COMP_CWORD": "2"}


def _imports(tempshell: Tempshell, *argv: str, **environment: str) -> set[str]:
    """Return the top-level modules that a command imports on its way."""
    python, *module = PROGRAM
    done = subprocess.run(
        (python, "-X", "importtime", *module, *argv),
        capture_output=True,
        text=True,
        env={**tempshell.user.environment, **environment},
        timeout=60,
        check=False,
    )
    return {name.partition(".")[0] for name in _IMPORTED.findall(done.stderr)}


@pytest.mark.parametrize("argv", [("--version",), ("--help",), ("start", "--help"), ("completion", "bash")])
def test_what_only_prints_imports_nothing_heavy(tempshell: Tempshell, argv: tuple[str, ...]) -> None:
    imported = _imports(tempshell, *argv)
    assert "typer" in imported
    assert not imported & HEAVY


@pytest.mark.engine("local")
@pytest.mark.parametrize("asked", [COMPLETE_A_COMMAND, COMPLETE_A_SESSION])
def test_completion_imports_nothing_heavy(tempshell: Tempshell, asked: dict[str, str]) -> None:
    tempshell.start()
    imported = _imports(tempshell, **asked)
    assert "typer" in imported
    assert not imported & HEAVY


@pytest.mark.engine("local")
def test_exec_in_its_plain_form_does_without_typer_too(tempshell: Tempshell) -> None:
    session = tempshell.start()
    imported = _imports(tempshell, "exec", session, "--", "true")
    assert "tempshell_cli" in imported
    assert not imported & (HEAVY | {"typer", "click"})


@pytest.mark.engine("local")
def test_exec_with_options_imports_nothing_heavy(tempshell: Tempshell) -> None:
    session = tempshell.start()
    imported = _imports(tempshell, "exec", "-t", session, "--", "true")
    assert "typer" in imported
    assert not imported & HEAVY


@pytest.mark.engine("docker")
def test_exec_in_a_container_does_without_the_engines_library(tempshell: Tempshell) -> None:
    session = tempshell.start("--backend", "docker")
    imported = _imports(tempshell, "exec", session, "--", "true")
    assert "tempshell_cli" in imported
    assert not imported & (HEAVY | {"typer", "click"})


@pytest.mark.engine("kubernetes")
def test_a_pod_is_started_and_entered_without_the_clusters_library(tempshell: Tempshell) -> None:
    assert "kubernetes" not in _imports(tempshell, "start", "--detach", "--backend", "kubernetes")
    (session,) = tempshell("list", "--quiet").stdout.split()
    imported = _imports(tempshell, "exec", session, "--", "true")
    assert "tempshell_cli" in imported
    assert not imported & (HEAVY | {"typer", "click", "http"})


def test_the_built_in_backends_are_the_entry_points_of_this_distribution() -> None:
    declared = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["entry-points"][registry.GROUP]
    for name, target in declared.items():
        backend = registry.load(name)
        assert f"{type(backend).__module__}:{type(backend).__qualname__}" == target
        assert backend.name == name
    assert set(registry.names()) >= set(declared)
    assert list(registry.names())[: len(declared)] == list(declared)


def _texts() -> Iterator[tuple[str, str | None]]:
    """Yield every command and every option and argument, each with its help."""
    yield "tempshell", get_command(app).help
    for name in COMMANDS:
        command = load(name)
        for one in (command, *getattr(command, "commands", {}).values()):
            yield f"{name} {one.name}", one.help
            yield from ((f"{name} {parameter.name}", getattr(parameter, "help", None)) for parameter in one.params)


@pytest.mark.parametrize(("what", "text"), list(_texts()))
def test_everything_that_can_be_typed_has_a_help_text(what: str, text: str | None) -> None:
    assert text, f"{what} has no help"
    assert text[0].isupper() or not text[0].isalpha()


def test_the_help_lists_every_command_with_what_it_does(tempshell: Tempshell) -> None:
    output = tempshell("--help").stdout
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", output, re.MULTILINE), name
        assert "Usage: tempshell" in tempshell(name, "--help").stdout
