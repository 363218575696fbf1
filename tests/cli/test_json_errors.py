"""Where JSON is asked for, what goes wrong is JSON, too, on standard error, for every command that has it."""

from __future__ import annotations

import json
import sys

import pytest

from tempshell_cli.cli.app import run
from tempshell_cli.cli.output.console import wants_json
from tempshell_cli.core.errors import ExitCode
from tests.docs.command_tree import leaves, long_options
from tests.support.command_line import Tempshell

WITH_JSON = [name for name, command in leaves() if "--json" in long_options(command)]


def test_many_commands_have_json() -> None:
    assert {"start", "list", "status", "check", "template ls", "pack lint"} <= set(WITH_JSON)


@pytest.mark.parametrize("name", WITH_JSON)
def test_what_was_mistyped_is_one_object_with_what_to_do(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempshell_cli.cli.ending.handle", lambda *_: None)  # signals stay pytest's
    monkeypatch.setattr(sys, "argv", ["tempshell", *name.split(), "--json", "--no-such-option"])
    code = run()
    out, err = capfd.readouterr()
    assert (code, out) == (ExitCode.USAGE, "")
    assert json.loads(err) == {
        "code": ExitCode.USAGE,
        "error": "unknown option --no-such-option",
        "next": f"`tempshell {name} --help` shows what it takes",
    }


def test_what_is_not_there_is_an_object_in_the_last_line(tempshell: Tempshell) -> None:
    for form in (("--json",), ("-o", "json"), ("--format=json",)):
        failed = tempshell("status", "nowhere", *form, code=3)
        said = json.loads(failed.stderr.splitlines()[-1])
        assert (said["code"], set(said), failed.stdout) == (3, {"code", "error", "next"}, "")
        assert "nowhere" in said["error"]
    assert tempshell("status", "nowhere", code=3).stderr.startswith("tempshell: ")


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("start --json", True),
        ("list -ojson", True),
        ("list -o json", True),
        ("list -o table", False),
        ("list --format json", True),
        ("exec lab tool --json", False),
        ("run -- tool --json", False),
        ("check -- --json", False),
        ("", False),
    ],
)
def test_json_is_asked_for_by_the_words_of_the_command_itself(line: str, asked: bool) -> None:  # noqa: FBT001
    assert wants_json(line.split()) is asked
