"""Links in the terminal: shown by Ctrl and a click, and opened only where it can be seen where they lead."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Markdown

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.wire import Modifiers, Mouse, MouseAction
from tempshell_cli.tui import words
from tempshell_cli.tui.hyperlinks import from_here, host_of, open_page, port_inside

from .app_user import AppUser
from .conftest import OpenApp
from .fakes import FakePractice
from .outer import Outer, outer
from .test_run_practice import PROGRAM

ADDRESS = "https://example.com/x?y=1#z"


@pytest.fixture
def practice() -> FakePractice:
    return FakePractice()


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which a browser writes what it was asked to open."""
    program, opened = tmp_path / "browser", tmp_path / "opened"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{opened}\n')
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))
    return opened


def linked(address: str, before: str = "", after: str = "cat") -> Command:
    """Return a program that writes ``a word b``, of which the word in the middle leads to this address."""
    return Command(("bash", "--norc", "-c", f"printf '{before}a \\e]8;;{address}\\e\\\\word\\e]8;;\\e\\\\ b'; {after}"))


async def ctrl_click(user: AppUser, column: int) -> None:
    await user.until(lambda: user.terminal.text()[0].startswith("a word b"))
    await user.pilot.click(user.terminal, offset=(1 + column, 1), control=True)


async def ctrl_click_on_the_link(user: AppUser) -> None:
    await ctrl_click(user, 3)
    await user.until(lambda: user.dialog is not None)


async def test_the_address_is_shown_and_can_be_left(open_app: OpenApp, practice: FakePractice, browser: Path) -> None:
    practice.shell = linked(ADDRESS)
    async with open_app() as user:
        await ctrl_click_on_the_link(user)
        assert user.sees(ADDRESS)
        assert read(browser) == ""
        await user.press("escape")
        assert user.dialog is None
        assert read(browser) == ""
        assert not user.app.clipboard


async def test_it_is_opened_where_that_is_asked_for(open_app: OpenApp, practice: FakePractice, browser: Path) -> None:
    practice.shell = linked(ADDRESS)
    async with open_app() as user:
        await ctrl_click_on_the_link(user)
        await user.press("o")
        await user.until(lambda: read(browser) == f"{ADDRESS}\n")
        assert user.toasts() == []


@pytest.mark.parametrize("place", ["terminal", "task"])
async def test_a_link_to_a_port_of_the_sandbox_is_opened_by_a_port_of_this_machine(
    open_app: OpenApp, practice: FakePractice, browser: Path, place: str
) -> None:
    practice.shell = linked("http://localhost:80/a?b=1")
    async with open_app() as user:
        if place == "terminal":
            await ctrl_click_on_the_link(user)
        else:
            prompt = user.app.screen.query_one("#prompt", Markdown)
            prompt.post_message(Markdown.LinkClicked(prompt, "http://localhost:80/a?b=1"))
            await user.until(lambda: user.dialog is not None)
        assert user.sees("port 80 of the sandbox")
        assert practice.noted == [one for one in practice.noted if one[0] != "forward"]
        await user.press("o")
        await user.until(lambda: read(browser) == "http://127.0.0.1:40080/a?b=1\n")
        assert ("forward", "80") in practice.noted


async def test_why_a_port_cannot_be_opened_is_said(open_app: OpenApp, practice: FakePractice, browser: Path) -> None:
    practice.shell = linked("http://127.0.0.1:8000/")
    async with open_app() as user:
        await ctrl_click_on_the_link(user)
        practice.problem = UsageProblem("there is no python3 in the sandbox", hint="take another image")
        await user.press("o")
        await user.until(lambda: any("no python3" in said for said in user.toasts()))
        assert read(browser) == ""


@pytest.mark.parametrize(
    ("address", "port", "opened"),
    [
        ("http://localhost/", 80, "http://127.0.0.1:40000/"),
        ("https://LOCALHOST:8443", 8443, "https://127.0.0.1:40000"),
        ("http://0.0.0.0:8888/lab?token=a#b", 8888, "http://127.0.0.1:40000/lab?token=a#b"),
        ("http://127.0.0.1:80:80/", 0, ""),
        ("http://localhost:65536/", 0, ""),
        ("http://localhost:0/", 0, ""),
        ("http://localhost:0000008080/", 8080, "http://127.0.0.1:40000/"),
        ("http://[::]:8000/", 8000, "http://127.0.0.1:40000/"),
        ("http://[::1]:80/", 80, "http://127.0.0.1:40000/"),
        ("http://[::ffff:127.0.0.1]/", 80, "http://127.0.0.1:40000/"),
        ("http://127.0.1.1:81/x", 81, "http://127.0.0.1:40000/x"),
        ("http://127.1/", 80, "http://127.0.0.1:40000/"),
        ("http://2130706433/", 80, "http://127.0.0.1:40000/"),
        ("http://0x7f.1/", 80, "http://127.0.0.1:40000/"),
        ("http://localhost.:90/", 90, "http://127.0.0.1:40000/"),
        ("http://app.localhost/", 80, "http://127.0.0.1:40000/"),
        ("http://126.255.255.255/", 0, ""),
        ("http://localhost:800000000/", 0, ""),
        ("http://localhost.example.com:80/", 0, ""),
        ("http://localhost@example.com/", 0, ""),
        ("ftp://localhost/", 0, ""),
    ],
)
def test_a_link_leads_to_a_port_of_the_sandbox_only_where_its_host_says_so(
    address: str, port: int, opened: str
) -> None:
    assert port_inside(address) == port
    if port:
        assert from_here(address, 40000) == opened


async def test_that_no_browser_takes_it_is_said(
    open_app: OpenApp, practice: FakePractice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.shell = linked(ADDRESS)
    async with open_app() as user:
        await ctrl_click_on_the_link(user)
        monkeypatch.delenv("BROWSER", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        await user.press("o")
        await user.until(lambda: user.toasts() == [words.NO_BROWSER])


async def test_it_is_copied_where_that_is_asked_for(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = linked(ADDRESS)
    async with open_app() as user:
        await ctrl_click_on_the_link(user)
        await user.press("c")
        assert user.app.clipboard == ADDRESS
        assert user.toasts() == [words.copied(ADDRESS)]


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("https://example.com/\u202egpj.exe", "https://example.com/\\u202egpj.exe"),
        ("https://b\u0430nk.test/", "https://b\u0430nk.test/"),
    ],
)
async def test_what_is_not_plain_is_shown_and_not_opened(
    open_app: OpenApp, practice: FakePractice, browser: Path, address: str, seen: str
) -> None:
    practice.shell = linked(address)
    async with open_app() as user:
        await ctrl_click_on_the_link(user)
        assert user.sees(seen)
        assert user.sees("Not opened: ")
        await user.press("o", "enter", "y")
        assert user.dialog is not None
        await user.press("c")
        assert user.app.clipboard == seen
        assert read(browser) == ""


async def test_where_the_program_has_the_mouse_a_link_comes_first_and_the_rest_is_the_programs(
    open_app: OpenApp, practice: FakePractice
) -> None:
    practice.shell = linked(ADDRESS, before="\\e[?1000h\\e[?1006h", after="stty raw -echo; cat -v")
    async with open_app() as user:
        await user.until(lambda: user.terminal.status.mouse)
        await ctrl_click_on_the_link(user)
        await user.press("escape")
        await ctrl_click(user, 0)
        await user.until(lambda: "^[[<16;1;1M^[[<16;1;1m" in user.terminal.text()[0])
        assert user.terminal.text()[0].count("^[") == 2
        assert user.dialog is None


async def test_an_answer_that_comes_after_a_key_is_not_shown(open_app: OpenApp, practice: FakePractice) -> None:
    """Or the key that was meant for the program, had the answer come a little sooner, would have opened the page."""
    practice.shell = linked(ADDRESS, after="stty raw -echo; cat -v")
    async with open_app() as user:
        await user.until(lambda: user.terminal.attachment is not None and "b" in user.terminal.text()[0])
        assert user.terminal.attachment
        worker = user.terminal.attachment.worker_pid
        os.kill(worker, signal.SIGSTOP)
        await ctrl_click(user, 3)
        await user.press("o")
        os.kill(worker, signal.SIGCONT)
        await user.until(lambda: user.terminal.text()[0].rstrip() == "a word bo")
        assert user.dialog is None
        await ctrl_click_on_the_link(user)


async def test_who_only_watches_may_follow_a_link(open_app: OpenApp, practice: FakePractice) -> None:
    practice.view = replace(practice.view, read_only=True)
    practice.shell = linked(ADDRESS, before="\\e[?1000h\\e[?1006h", after="stty raw -echo; cat -v")
    async with open_app() as user:
        await ctrl_click_on_the_link(user)
        await user.press("escape")
        await ctrl_click(user, 0)
        await ctrl_click_on_the_link(user)
        assert "^[" not in user.terminal.text()[0]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://example.com", "example.com"),
        ("http://example.com:8080/a/b?c=%20&d=(e)#f", "example.com"),
        ("http://[::1]:80/", "[::1]"),
        ("http://localhost:0/", ""),  # neither a port of the sandbox nor one of this machine
        ("http://127.0.0.1:65536/", ""),
        ("https://bank.test@evil.test/", ""),
        ("https://evil.test\\@bank.test/", ""),
        ("https://evil.test/ bank.test", ""),
        ("https://evil.test/\n", ""),
        ("https://", ""),
        ("//example.com", ""),
        ("mailto:somebody@example.com", ""),
        ("ssh://example.com", ""),
        ("-https://example.com", ""),
    ],
)
def test_only_a_plain_address_has_a_host_to_open(address: str, host: str) -> None:
    assert host_of(address) == host


def test_a_browser_is_looked_for_by_programs_of_ours_alone(
    browser: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory may be a stranger's, such as that of a pack."""
    (tmp_path / "webbrowser.py").write_text(f"open({str(tmp_path / 'ours')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert open_page("http://example.com/")
    assert read(browser) == "http://example.com/\n"
    assert not (tmp_path / "ours").exists()


def test_a_link_is_followed_from_the_terminal_outside(browser: Path) -> None:
    """With the bytes that a terminal sends for Ctrl and the left button."""
    with outer(Command((sys.executable, "-c", PROGRAM, linked(ADDRESS).argv[-1]))) as person:
        person.until_sees("a word b")
        ctrl_click_outside(person, "word")
        person.until_sees(ADDRESS)
        person.send(b"\x1b")
        person.until(lambda: ADDRESS not in person.text())
        ctrl_click_outside(person, "word")
        person.until_sees(ADDRESS)
        person.send(b"o")
        person.until(lambda: read(browser) == f"{ADDRESS}\n")


def ctrl_click_outside(person: Outer, word: str) -> None:
    row, line = next((row, line) for row, line in enumerate(person.text().split("\n")) if word in line)
    for action in (MouseAction.PRESS, MouseAction.RELEASE):
        person.send(person.emulator.encode_mouse(Mouse(action, 1, line.index(word), row, Modifiers.CTRL)))


def read(opened: Path) -> str:
    """Return what a browser was asked to open so far."""
    return opened.read_text() if opened.exists() else ""
