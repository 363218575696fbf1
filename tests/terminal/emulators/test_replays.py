"""What programs draw is the same in our emulators as in a real tmux: 0 rows differ, after each key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulators.choice import EMULATORS
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.wire import Key

from .replays import Step, differences, environment_of, in_emulator, in_tmux, recorded

FIRST, SMALL, LARGE = Size(100, 30), Size(80, 24), Size(132, 40)
# What is on the screen before the program, and comes back after it.
AROUND = 'seq 1 60; "$@"; echo "ended: $?"; read -r line'
UP, DOWN, RIGHT, END, PAGE_DOWN, PAGE_UP = map(Key, ("up", "down", "right", "end", "pagedown", "pageup"))
F1, F3, F5, F9, F10 = (Key(f"f{number}") for number in (1, 3, 5, 9, 10))
ESCAPE = "\x1b"
# Of the differences, so many are shown.
MOST = 20


class Program(NamedTuple):
    """A program, and a person who uses it."""

    argv: tuple[str, ...]
    steps: tuple[Step, ...]


def colorful_text() -> str:
    attributes = [f"\x1b[{code}mattribute {code}\x1b[0m" for code in (1, 2, 3, 4, 5, 7, 9, 53, "1;4;31", "3;7;42")]
    palette = ["".join(f"\x1b[48;5;{16 * row + x}m{x:3}" for x in range(16)) + "\x1b[0m" for row in range(16)]
    shades = "".join(f"\x1b[38;2;{x * 4};{255 - x * 4};128m#\x1b[48;2;0;0;{x * 3}m " for x in range(64)) + "\x1b[0m"
    basic = "".join(f"\x1b[{code};{code + 70}mcolour {code} \x1b[0m" for code in range(30, 38))
    words = ["naïve cafe\u0301 Straße", "漢字かな交じり文", "🙂 🚀 end", "│ ┌─┐ ╔═╗ █▓▒░", "tab\tafter\ttabs"]
    long = " ".join(f"word{number}漢" for number in range(60))
    numbers = [f"\x1b[32mline {number}\x1b[0m of the \x1b[1mlong\x1b[0m text" for number in range(200)]
    return "\n".join([*attributes, *palette, shades, basic, *words, long, *numbers, ""])


def source() -> str:
    functions = (
        f'def function_{number}(argument: int) -> str:\n    """Naïve 漢字 {number}."""\n'
        f'    return "text" * {number}  # NOTE a comment\n'
        for number in range(80)
    )
    return "\n\n".join(["import os", *functions])


VIM_SETTINGS = """
set nocompatible number hlsearch incsearch laststatus=2 ruler showcmd cursorline splitright list title mouse=a
set background=dark termguicolors
filetype plugin indent on
syntax on
"""


def vim(folder: Path) -> Program:
    (folder / "source.py").write_text(source())
    (folder / "vimrc").write_text(VIM_SETTINGS)
    steps = (
        Step("", "function_3"),
        Step("\x06", "function_8"),
        Step("4jA  # added 漢字\x1b", "added 漢字"),
        Step("O\tx = 'naïve'", "x = 'na"),
        Step(ESCAPE + "/argument\r", "/argument"),
        Step("nzz", "argument"),
        Step(":split\r", ""),
        Step("\x17v", ""),
        Step("Gzt", "Bot"),
        Step("V5k", "VISUAL LINE"),
        Step(">", "lines"),
        Step("", "function_79", SMALL),
        Step(":set nocursorline notermguicolors\r", "function_79"),
        Step("\x17tgg", "Top"),
        Step("dG", "No lines"),
        Step("u", "import os"),
        Step(":help\r", "help.txt"),
        Step("", "help.txt", LARGE),
        Step("", "help.txt", FIRST),
        Step(":qa!\r", "ended: 0"),
    )
    return Program(("vim", "-u", "vimrc", "source.py"), steps)


def less(folder: Path) -> Program:
    (folder / "text").write_text(colorful_text())
    steps = (
        Step("", "attribute 53"),
        Step(" ", "word3"),
        Step(" ", "line 20"),
        Step("/line [0-9]*5\r", "line 5"),
        Step("n", "line 5"),
        Step("y", "line 4"),
        Step("G", "(END)"),
        Step("", "98%", SMALL),
        Step("-S\r", ""),
        Step("g", "attribute 1"),
        Step("\x06", "tab"),
        Step([RIGHT], ""),
        Step("", "", LARGE),
        Step("h", "SUMMARY OF LESS COMMANDS"),
        Step("q", ""),
        Step("", "", FIRST),
        Step("q", "ended: 0"),
    )
    return Program(("less", "-R", "-M", "-N", "text"), steps)


def htop(_folder: Path) -> Program:
    steps = (
        Step("", "F10"),
        Step("", "F10"),
        Step([DOWN] * 3, "F10"),
        Step([PAGE_DOWN], "F10"),
        Step("t", "F5List"),
        Step("/sleep", "Search:"),
        Step("\r", "F10"),
        Step([F1], "htop dev team"),
        Step(" ", "F10"),
        Step("", "F10", SMALL),
        Step("S", "S"),
        Step(ESCAPE, "F10"),
        Step("", "F10", LARGE),
        Step("", "F10", FIRST),
        Step("q", "ended: 0"),
    )
    return Program(("htop", "-d", "3"), steps)


def nano(folder: Path) -> Program:
    (folder / "source.py").write_text(source())
    settings = 'include "/usr/share/nano/*.nanorc"\nset linenumbers\nset constantshow\nset indicator\nset softwrap\n'
    (folder / ".nanorc").write_text(settings)
    steps = (
        Step("", "source.py"),
        Step("a comment: naïve 漢字 🙂", "naïve"),
        Step("\x16", "source.py"),
        Step("\x17argument\r", "argument"),
        Step(["\x1ba", *[DOWN] * 3, *[RIGHT] * 5], "Mark"),
        Step("\x0b", "source.py"),
        Step("\x15\x15", "source.py"),
        Step("", "source.py", SMALL),
        Step("\x07", "help text"),
        Step("\x18", "source.py"),
        Step("", "source.py", LARGE),
        Step("", "source.py", FIRST),
        Step("\x18", "Save modified"),
        Step("n", "ended: 0"),
    )
    return Program(("nano", "source.py"), steps)


def nested_tmux(folder: Path) -> Program:
    (folder / "text").write_text(colorful_text())
    # Keys that come at once are not a paste; and it ends with its terminal.
    (folder / "tmux.conf").write_text("set -g assume-paste-time 0\nset -g destroy-unattached on\n")
    steps = (
        Step("", "] 0:"),
        Step("head -50 text\r", "colour 3"),
        Step('\x02"', "─────"),
        Step("\x02%", "│"),
        Step("seq 1 100\r", "100"),
        Step(["\x02[", PAGE_UP], "/"),
        Step([" ", *[UP] * 3], "/"),
        Step("q", "100"),
        Step("", "] 0:", SMALL),
        Step("\x02o", "] 0:"),
        Step("less -R text\r", "attribute 53"),
        Step("", "] 0:", LARGE),
        Step("\x02w", "(0)"),
        Step("q", "attribute"),
        Step("\x02c", "1:sh*"),
        Step("", "1:sh*", FIRST),
        Step("\x02:", ":"),
        Step("kill-server\r", "ended: "),
    )
    return Program(("tmux", "-S", "socket", "-f", "tmux.conf", "new-session"), steps)


def mc(folder: Path) -> Program:
    (folder / "many").mkdir()
    for number in range(40):
        (folder / "many" / f"file {number} 漢字").write_text("x" * number)
    (folder / "source.py").write_text(source())
    steps = (
        Step("", "Quit"),
        Step([DOWN] * 3, "many"),
        Step(["\t", DOWN], "many"),
        Step([END], "source.py"),
        Step([F3], "function_3"),
        Step([PAGE_DOWN], "function_8"),
        Step("", "function_8", SMALL),
        Step([F10], "Quit"),
        Step([F9], "Left"),
        Step([DOWN], "Left"),
        Step(ESCAPE * 2, "Quit"),
        Step("", "Quit", LARGE),
        Step([F5], "Copy"),
        Step(ESCAPE * 2, "Quit"),
        Step("", "Quit", FIRST),
        Step([F10], "ended: 0"),
    )
    return Program(("mc",), steps)


@pytest.mark.engine("programs")
@pytest.mark.parametrize("program", [vim, less, htop, nano, nested_tmux, mc])
def test_no_row_differs(program: Callable[[Path], Program], tmp_path: Path) -> None:
    argv, steps = program(tmp_path)
    environment = environment_of(str(tmp_path))
    command = Command(("env", "-C", str(tmp_path), "sh", "-c", AROUND, "sh", *argv), environment, alone=True)
    recording = recorded(command, FIRST, steps)
    real = list(in_tmux(recording, environment))
    output = [
        f"{name}, after {step}: {line}"
        for name in EMULATORS
        for step, ours, theirs in zip(steps, in_emulator(name, recording), real, strict=True)
        for line in differences(ours, theirs)
    ]
    assert not output, "\n".join(output[:MOST])
