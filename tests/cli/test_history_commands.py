"""``history commands``: what is typed in the practice screen, with real keys in a real shell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from tempshell_cli.terminal.pty import Size
from tests.docs.json_schemas import DOCUMENTS
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.tmux import Pane, tmux_pane

pytestmark = [pytest.mark.engine("programs"), pytest.mark.engine("local")]

SIZE = Size(120, 40)
TASK = "tidy-permissions"


@contextmanager
def _screen(tempshell: Tempshell, *argv: str) -> Iterator[Pane]:
    """Open the practice screen, and leave it at the end of the block."""
    with tmux_pane(SIZE, (*PROGRAM, *argv), tempshell.user.environment, tempshell.directory) as screen:
        screen.until_sees("learner@")
        yield screen
        screen.keys("C-]")
        screen.keys("d")
        screen.until_sees("lab goes on")


def _kept(tempshell: Tempshell) -> list[dict[str, Any]]:
    return list(tempshell("history", "commands", "lab", "--json").json())


def test_what_is_typed_is_kept_with_exit_code_time_and_task_and_without_secrets(tempshell: Tempshell) -> None:
    start = ("start", "--backend", "local", "--name", "lab", "linux-basics")
    typed = ["sleep 1; (exit 3)", "echo 'a  b' API_TOKEN=hunter2hunter2", "echo three-$((1 + 2))"]
    with _screen(tempshell, *start) as screen:
        for line in typed:
            screen.line(line)
            screen.line("")
        screen.until_sees("three-3")
    kept = _kept(tempshell)
    assert msgspec.to_builtins(msgspec.convert(kept, DOCUMENTS["history commands"], strict=True)) == kept
    assert [one["command"] for one in kept] == [typed[0], "echo 'a  b' API_TOKEN=[redacted]", typed[2]]
    assert [one["exit_code"] for one in kept] == [3, 0, 0]
    assert [one["task"] for one in kept] == [TASK] * 3
    assert 1 <= kept[0]["seconds"] < 10
    shown = tempshell("history", "commands", "lab").stdout.splitlines()
    assert shown[0].split() == ["TIME", "TASK", "EXIT", "TOOK", "COMMAND"]
    assert shown[1].endswith("sleep 1; (exit 3)")
    assert "hunter2" not in tempshell("events", "lab", "--json").stdout
    assert "three-" not in tempshell("events", "lab").stdout


def test_the_shell_behaves_as_without_it(tempshell: Tempshell) -> None:
    """Neither the programs that are started nor `set -x` show it, and `$?` is that of the command."""
    with _screen(tempshell, "start", "--backend", "local", "--name", "lab") as screen:
        screen.line("set -xu; env | grep -c -e PROMPT_COMMAND -e PS0 -e __tempshell; (exit 5)")
        screen.line("echo code-$?")
        screen.until_sees("code-5")
        seen = screen.text()
        assert "history" not in seen
        assert "__tempshell_" not in seen
        assert "\n0" in "\n".join(line.partition("││")[2] or line.strip("│ ") for line in seen.splitlines())
    assert tempshell("exec", "lab", "--", "sh", "-c", "ls -A /tmp | grep tempshell || true").stdout == ""


def test_with_the_setting_off_nothing_is_kept(tempshell: Tempshell) -> None:
    tempshell.user.configure(practice={"commands": False})
    with _screen(tempshell, "start", "--backend", "local", "--name", "lab") as screen:
        screen.line('echo three-$((1 + 2)); echo "[$PROMPT_COMMAND$PS0]"')
        screen.until_sees("three-3")
        assert "[]" in screen.text()
    assert _kept(tempshell) == []
    assert "no commands of lab are on record" in tempshell("history", "commands").stdout


def test_an_option_before_the_command_is_refused(tempshell: Tempshell) -> None:
    assert "stands before 'commands'" in tempshell("history", "--pack", "x", "commands", code=2).stderr
