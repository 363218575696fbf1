"""What ``--help`` shows, what users of other tools call the commands, and how a misspelt word is answered."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tempshell_cli.cli.help import summary
from tempshell_cli.cli.lazy import ALIASES, COMMANDS, GROUPS, load
from tests.docs.command_tree import help_of, leaves
from tests.support.command_line import Tempshell

EVERY = ["", *COMMANDS, *(name for name, _ in leaves() if " " in name)]


@pytest.mark.parametrize("name", EVERY)
def test_no_line_of_a_help_is_cut_or_wider_than_a_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    usage, *lines = help_of(name).splitlines()
    assert usage.startswith(f"Usage: tempshell {name}".rstrip())
    assert [line for line in (usage, *lines) if len(line) > 80] == []
    assert [line for line in lines if line.endswith("...")] == []


@pytest.mark.parametrize("name", EVERY)
def test_what_has_to_be_filled_in_is_in_capitals(name: str) -> None:
    assert not re.search(r"<\w+|\{\w+\}|[a-z] range", help_of(name))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_own_help_says(name: str) -> None:
    summaries = {command: text for commands in GROUPS.values() for command, text in commands.items()}
    assert summaries[name] == summary(load(name).help or "")


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_a_command_can_be_called_as_in_other_tools(tempshell: Tempshell, alias: str, name: str) -> None:
    output = tempshell(alias, "--help").stdout
    assert output.startswith(f"Usage: tempshell {name} ")
    assert f"tempshell {alias}" in output.partition("Aliases:")[2]


def test_help_is_a_command_too(tempshell: Tempshell) -> None:
    assert tempshell("help").stdout == tempshell("--help").stdout
    assert tempshell("help", "pack", "lint").stdout == tempshell("pack", "lint", "--help").stdout


@pytest.mark.parametrize("name", ["run", "exec"])
def test_the_usage_of_what_takes_a_command_says_where_it_goes(name: str) -> None:
    assert " -- COMMAND [ARG...]" in help_of(name).splitlines()[0]


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (("strat",), "start"),
        (("sotp",), "stop"),
        (("packs",), "pack"),
        (("log-s",), "logs"),
        (("delete", "lab"), "stop"),
        (("pack", "lnt"), "lint"),
        (("list", "--jsn"), "--json"),
        (("start", "--backnd", "kind"), "--backend"),
        (("start", "--backend", "dockr"), "docker"),
        (("start", "linux-basics", "--backend", "dockr"), "docker"),
        (("pack", "prove", "linux-basics", "--backend", "knd"), "kind"),
        (("start", "linux-basic"), "linux-basics"),
        (("run", "--imge", "debian", "--", "true"), "--image"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_one_that_was_meant(
    tempshell: Tempshell, argv: Sequence[str], meant: str
) -> None:
    done = tempshell(*argv, code=2)
    assert f"did you mean `{meant}`?" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("argv", [("frobnicate",), ("list", "--frobnicate"), ("check", "--quiet"), ("list", "-Z")])
def test_a_word_like_no_other_is_answered_with_where_to_look(tempshell: Tempshell, argv: Sequence[str]) -> None:
    output = tempshell(*argv, code=2).stderr
    assert argv[-1] in output
    assert "did you mean" not in output
    assert "--help` " in output


@pytest.mark.parametrize(
    "argv", [("run", "linux-basics", "make"), ("exec", "lab", "ls", "-l"), ("run",), ("exec", "lab")]
)
def test_a_command_without_dashes_before_it_is_answered_with_where_they_go(
    tempshell: Tempshell, argv: Sequence[str]
) -> None:
    assert f"put the command after --, as in `tempshell {argv[0]} -- ls -l`" in tempshell(*argv, code=2).stderr


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("start", "--cpus", "many"), ("--cpus", "'many'")),
        (("reset",), ("missing argument", "TASK")),
        (("list", "lab"), ("unexpected", "lab")),
        (("stop", "lab", "--all"), ("SESSION and --all cannot be used together",)),
        (("cp", "a", "b"), ("SESSION:PATH",)),
    ],
)
def test_what_cannot_be_understood_is_reported_like_every_other_error(
    tempshell: Tempshell, argv: Sequence[str], words: Sequence[str]
) -> None:
    first, hint = tempshell(*argv, code=2).stderr.splitlines()
    assert first.startswith("tempshell: ")
    assert re.match(r"  (→|->) ", hint)
    for word in words:
        assert word in first
