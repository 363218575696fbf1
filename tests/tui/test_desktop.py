"""Notices of the desktop."""

from __future__ import annotations

import sys

import pytest

from tempshell_cli.core.process import Command
from tempshell_cli.tui.desktop import desktop_notice

from .outer import outer

PROGRAM = """
import sys
from tests.tui.fakes import FakePractice
from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.core.process import Command
from tempshell_cli.tui.app import run_practice
practice = FakePractice(shell=Command(("sh", "-c", "echo ready; cat")))
practice.left(minutes=9)
run_practice(practice, look=ScreenSettings(notify=sys.argv[1]))
"""
NINE, SEVEN = "\x1b]9;tempshell: soon\x1b\\", "\x1b]777;notify;tempshell;soon\x1b\\"


@pytest.mark.parametrize(
    ("how", "environment", "written"),
    [
        ("auto", {"TERM_PROGRAM": "iTerm.app"}, NINE),
        ("auto", {"TERM_PROGRAM": "WezTerm", "TERM": "xterm-256color"}, NINE),
        ("auto", {"TERM": "xterm-kitty"}, NINE),
        ("auto", {"TERM": "foot"}, SEVEN),
        ("auto", {"TERM": "xterm-256color"}, ""),
        ("auto", {"TERM_PROGRAM": "Apple_Terminal"}, ""),
        ("auto", {}, ""),
        ("osc9", {"TERM": "xterm-256color"}, NINE),
        ("osc777", {}, SEVEN),
        ("off", {"TERM_PROGRAM": "iTerm.app"}, ""),
        ("osc9", {"TMUX": "socket,1,0"}, ""),
        ("auto", {"TERM_PROGRAM": "WezTerm", "STY": "1.pts"}, ""),
    ],
)
def test_a_notice_is_written_as_the_terminal_takes_it(how: str, environment: dict[str, str], written: str) -> None:
    assert desktop_notice("soon", how, environment) == written


def test_what_is_in_a_notice_cannot_leave_it() -> None:
    notice = desktop_notice("a;b\x1b\\\x07\n\x9cc", "osc777", {})
    assert notice.startswith("\x1b]777;notify;tempshell;a,b")
    assert not set("\x1b\x07\x9c\n") & set(notice[1:-2])


@pytest.mark.parametrize(
    ("how", "env", "written"),
    [
        ("auto", {"TERM_PROGRAM": "ghostty"}, b"\x1b]777;notify;tempshell;brave-otter: 9 minutes left\x1b\\"),
        ("osc9", {"TERM_PROGRAM": ""}, b"\x1b]9;tempshell: brave-otter: 9 minutes left\x1b\\"),
    ],
)
def test_the_clocks_warning_reaches_the_terminal(how: str, env: dict[str, str], written: bytes) -> None:
    env = {**env, "TMUX": "", "STY": "", "ZELLIJ": ""}
    with outer(Command((sys.executable, "-c", PROGRAM, how), env)) as person:
        person.until_sees("9 minutes left")
        person.until(lambda: written in person.raw)
        assert b"\a" in person.raw


def test_a_terminal_that_is_not_known_gets_the_bell_alone() -> None:
    env = {"TERM_PROGRAM": "", "TMUX": "", "STY": "", "ZELLIJ": ""}
    with outer(Command((sys.executable, "-c", PROGRAM, "auto"), env)) as person:
        person.until_sees("9 minutes left")
        person.until_sees("ready")
        person.send(b"\x1dd")
        person.exit_code()
        assert b"\a" in person.raw
        assert b"\x1b]9;" not in person.raw
        assert b"\x1b]777;" not in person.raw
