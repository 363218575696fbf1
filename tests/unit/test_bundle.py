"""Options that are described once, and taken by several commands."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from tempshell_cli.cli.bundle import bundled


class Shape(NamedTuple):
    """How something looks."""

    color: Annotated[str, typer.Option("--color", help="Which.")] = "red"
    size: Annotated[list[int] | None, typer.Option("--size", help="How large.")] = None


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()

    @made.command()
    @bundled
    def paint(what: str, shape: Shape = Shape(), last: bool = False) -> None:  # noqa: B008, FBT001, FBT002 - as commands are
        """Paint something."""
        typer.echo(f"{what} {shape.color} {shape.size} {last}")

    return made


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["door"], "door red None False"),
        (["door", "--size", "1", "--size", "2", "--last", "--color", "blue"], "door blue [1, 2] True"),
    ],
)
def test_the_fields_of_a_bundle_are_options_of_the_command(app: typer.Typer, argv: list[str], said: str) -> None:
    assert CliRunner().invoke(app, argv).output.strip() == said


def test_the_help_has_the_commands_own_words_and_those_of_the_bundle(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert "Paint something." in shown
    assert "Which." in shown
    assert "shape" not in shown
