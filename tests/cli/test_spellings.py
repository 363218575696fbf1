"""Sessions are named, and formats chosen, in the same two ways everywhere; and habits of docker and kubectl work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pexpect
import pytest

from tests.docs.command_tree import Command, leaves, long_options
from tests.support.command_line import Tempshell

TREE = dict(leaves())
_WITH_SESSION = [name for name, one in TREE.items() if any(parameter.name == "session" for parameter in one.params)]


def _choices(command: Command) -> Sequence[str]:
    """Return the formats of a command."""
    return [choice for one in command.params if one.name == "form" for choice in one.type.choices]


@pytest.mark.parametrize("name", _WITH_SESSION)
def test_a_session_can_be_named_by_an_option_everywhere(name: str) -> None:
    assert "--session" in long_options(TREE[name])
    assert any("-s" in parameter.opts for parameter in TREE[name].params)


@pytest.mark.parametrize("name", TREE)
def test_json_is_asked_for_in_the_same_two_ways_everywhere(name: str) -> None:
    options = long_options(TREE[name])
    for form in ("json", "junit"):
        assert (f"--{form}" in options) is (form in _choices(TREE[name]))
    assert ("--format" in options) is bool(_choices(TREE[name]))
    if "--output" not in options:  # whose -o is a file
        assert any("-o" in one.opts for one in TREE[name].params) is bool(_choices(TREE[name]))


@pytest.mark.engine("local")
def test_a_session_is_named_as_an_argument_or_by_an_option(tempshell: Tempshell, tmp_path: Path) -> None:
    tempshell.user.configure(limits={"per_owner": 2})
    tempshell.start("--name", "lab")
    tempshell.start("--name", "other")
    for argv in (("kubeconfig",), ("score",), ("events", "--json")):
        by_option = tempshell.any_code(*argv, "-s", "lab")
        assert by_option == tempshell.any_code(*argv, "lab")
        assert "several" not in by_option.stderr
    assert tempshell("exec", "-s", "lab", "--", "uname", "-n").stdout == "lab\n"
    (tmp_path / "note").write_text("here\n")
    tempshell("cp", "-s", "lab", str(tmp_path / "note"), ":note")
    assert tempshell("exec", "lab", "--", "cat", "note").stdout == "here\n"
    assert "cannot be used together" in tempshell("status", "lab", "-s", "other", code=2).stderr
    assert "cannot be used together" in tempshell("cp", "-s", "lab", "other:note", ".", code=2).stderr


@pytest.mark.engine("local")
def test_the_formats_of_the_list_are_those_of_kubectl(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "lab")
    assert tempshell("ls", "-o", "json").json()[0]["id"] == tempshell("ps", "--json").json()[0]["id"] == session
    assert tempshell("ls", "-o", "name").stdout == "lab\n"
    assert tempshell("ls", "--quiet").stdout == f"{session}\n"
    usual, wide = tempshell("ls").stdout.splitlines(), tempshell("ls", "-o", "wide").stdout.splitlines()
    assert wide[0].split() == [*usual[0].split(), "OWNER", "ENDPOINT", "STARTED", "DEADLINE"]
    assert tempshell.user.owner in wide[1].split()
    assert tempshell("rm", "lab", "-o", "json").json()[0]["session"] == session


def test_a_pack_is_listed_by_its_name_alone(tempshell: Tempshell) -> None:
    assert "linux-basics" in tempshell("pack", "list", "-o", "name").stdout.splitlines()


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("list", "--json", "-o", "wide"), "--json and --format wide cannot be used together"),
        (("check", "--json", "--junit"), "--json and --junit cannot be used together"),
        (("list", "-o", "yaml"), "'yaml'"),
    ],
)
def test_two_formats_and_unknown_ones_are_refused(tempshell: Tempshell, argv: Sequence[str], words: str) -> None:
    assert words in tempshell(*argv, code=2).stderr


@pytest.mark.engine("local")
def test_a_command_is_run_as_with_docker(tempshell: Tempshell) -> None:
    assert tempshell("run", "-q", "-i", "--rm", "--", "cat", stdin=b"given").stdout == "given"
    with tempshell.on_terminal("run", "-q", "-it", "--rm", "--", "sh", "-c", "test -t 0 && echo $((6 * 7))") as child:
        child.expect("42")
        child.expect(pexpect.EOF)
    assert child.exitstatus == 0
    tempshell.start("--name", "lab")
    with tempshell.on_terminal("exec", "-it", "lab", "--", "sh", "-c", "test -t 0 && echo $((6 * 7))") as child:
        child.expect("42")
