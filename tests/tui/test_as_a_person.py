"""``tempshell start`` as a person uses it: in a real tmux, with keys, pastes and a window that changes its size."""

from __future__ import annotations

import hashlib
import re

import pytest

from tempshell_cli.terminal.pty import Size
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.tmux import Pane, tmux_pane
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("programs")

SIZE = Size(120, 40)
PROMPT = re.compile(r"learner@\S+\$ *$")
# Of an image's first build; else it is there in three seconds.
BUILD = 300.0


@pytest.mark.parametrize(
    "backend",
    [
        pytest.param("local", marks=pytest.mark.engine("local")),
        pytest.param("docker", marks=pytest.mark.engine("docker")),
    ],
)
def test_programs_pastes_and_sizes_are_as_in_any_terminal(tempshell: Tempshell, backend: str) -> None:
    command = (*PROGRAM, "start", "--backend", backend, "linux-basics")
    with tmux_pane(SIZE, command, tempshell.user.environment, tempshell.directory) as screen:
        screen.until_sees("learner@", BUILD)
        for act in (vim_edits_a_file, less_pages, htop_redraws, a_paste_of_100_kb_arrives_whole, a_resize_reflows):
            until_prompt(screen)
            act(screen)
        stop(screen)
        assert tempshell("list", "--quiet").stdout == ""


SOLVE = """cd ~/vault; chmod 0700 keys; find keys -type f -exec chmod 0600 {} +
chmod 0755 bin/backup.sh; chmod 2770 shared
find docs -type f -perm -o+w -exec chmod o-w {} +"""


@pytest.mark.engine("local")
def test_a_task_turns_green_by_itself(tempshell: Tempshell) -> None:
    """Only the pass is on record. What is typed meanwhile goes to the terminal."""
    start = (*PROGRAM, "start", "--backend", "local", "--name", "green", "linux-basics")
    with tmux_pane(SIZE, start, tempshell.user.environment, tempshell.directory) as screen:
        screen.until_sees("learner@", BUILD)
        for line in SOLVE.splitlines():
            until_prompt(screen)
            assert "✓ passed" not in screen.text()
            screen.line(line)
        screen.type("typing goes on")
        screen.until_sees("✓ passed · next: ^] n (2/15)")
        screen.until_sees("$ typing goes on")
        assert "1/15 tasks" in screen.text()
        screen.keys("C-c")
        eventually(lambda: checks(tempshell), "the pass is on record")
        assert [line.split()[-1] for line in checks(tempshell)] == ["pass"]
        stop(screen)


def checks(tempshell: Tempshell) -> list[str]:
    """Return the lines of the events of checks."""
    return [line for line in tempshell("events", "green").stdout.splitlines() if " checked " in line]


def terminal(screen: Pane) -> list[str]:
    """Return the rows of the terminal, beside the task or below it; the first is its frame's."""
    lines = screen.text().splitlines()
    top = next((y for y, line in enumerate(lines) if "─ terminal ─" in line), len(lines))
    left = "".join(lines[top : top + 1]).rfind("╭") + 1
    shown = [line[left:].strip("│╮ ") for line in lines[top:]]
    end = next((y for y, line in enumerate(shown) if line.startswith(("╰", "─" * 10, "^]"))), len(shown))
    return shown[:end]


def until_prompt(screen: Pane) -> None:
    """Wait until the shell has taken over again."""
    eventually(lambda: PROMPT.search("\n".join(terminal(screen)).rstrip()), "there is a prompt")


def vim_edits_a_file(screen: Pane) -> None:
    screen.line("seq 300 > numbers; vim numbers")
    screen.until_sees('"numbers" 300L')
    screen.keys("G", "d", "d", "g", "g", "O")
    screen.until_sees("-- INSERT --")
    screen.type("naïve 漢字")
    screen.keys("Escape")
    eventually(lambda: "-- INSERT --" not in screen.text(), "the mode has ended")
    screen.line(":split")
    screen.line("/^25$")
    eventually(lambda: "24" in terminal(screen) and "naïve 漢字" in terminal(screen), "both halves are seen")
    screen.line(":wqa")
    until_prompt(screen)
    screen.line("sha256sum < numbers")
    written = "naïve 漢字\n" + "".join(f"{number}\n" for number in range(1, 300))
    screen.until_sees(hashlib.sha256(written.encode()).hexdigest())


def less_pages(screen: Pane) -> None:
    screen.line("seq 300 | sed 's/^/row /' | less")
    eventually(lambda: terminal(screen)[1:2] == ["row 1"], "the first page is seen")
    page = len(terminal(screen)) - 2
    screen.keys("Space")
    eventually(lambda: terminal(screen)[1:2] == [f"row {page + 1}"], "the second page is seen")
    screen.line("/row 25.$")
    eventually(lambda: terminal(screen)[1:2] == ["row 250"], "what was looked for is seen")
    screen.keys("G")
    eventually(lambda: terminal(screen)[-2:] == ["row 300", "(END)"], "the end is seen")
    screen.keys("q")
    until_prompt(screen)


def htop_redraws(screen: Pane) -> None:
    screen.line("htop -d 2")
    screen.until_sees("F5Tree")
    until_later(screen)
    until_later(screen)
    screen.keys("F5")
    screen.until_sees("F5List")
    screen.keys("F10")
    until_prompt(screen)


def until_later(screen: Pane) -> None:
    """Wait until htop has shown another second."""
    before = uptime(screen)
    eventually(lambda: uptime(screen) not in {"", before}, "time goes on")


def uptime(screen: Pane) -> str:
    """Return what htop says of it."""
    found = re.search(r"Uptime: (?:\d+ days?(?:\(!\))?, )?([\d:]+)", screen.text())
    return found[1] if found else ""


def a_paste_of_100_kb_arrives_whole(screen: Pane) -> None:
    text = "".join(f"line {number}: naïve 漢字 🙂\t{'x' * 40}\n" for number in range(1500)).encode()
    assert len(text) > 100_000
    screen.line("clear; echo rea''dy; cat > pasted")
    eventually(lambda: terminal(screen)[1:2] == ["ready"], "it is waited for")
    screen.paste(text)
    screen.keys("C-d")
    screen.line("clear; sha256sum < pasted")
    screen.until_sees(hashlib.sha256(text).hexdigest())


def a_resize_reflows(screen: Pane) -> None:
    numbers = ",".join(map(str, range(1, 200)))
    screen.line("clear; seq -s , 199")
    for size in (SIZE, Size(80, 24), Size(60, 20), SIZE):
        screen.resize(size)
        eventually(lambda: is_filled_with(screen, numbers), f"the line is wrapped for {size}")
    screen.line("clear; stty size")
    frame, *rows = eventually(lambda: terminal(screen), "there is a terminal")
    screen.until_sees(f"{len(rows)} {len(frame)} ")


def is_filled_with(screen: Pane, line: str) -> bool:
    """Return whether rows show the line, each as long as the terminal is wide; its beginning may have scrolled off."""
    frame, *rows = terminal(screen) or [""]
    last = next((y for y, row in enumerate(rows) if row.endswith(line[-9:])), 0)
    return last > 2 and line.endswith("".join(rows[: last + 1])) and {*map(len, rows[:last])} == {len(frame)}


def stop(screen: Pane) -> None:
    screen.keys("C-]", "q")
    screen.until_sees("Stop the session")
    screen.keys("y")
    assert "✓" in screen.until_sees("Enter leaves")
    screen.keys("Enter")
    eventually(lambda: screen.run("display", "-p", "#{pane_dead}") == "1\n", "the screen has ended")
    assert "Traceback" not in screen.run("capture-pane", "-p", "-S", "-")
