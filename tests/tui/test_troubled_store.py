"""The real screen in a real terminal while its store cannot be used: it stays, keys are answered, nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.store import open_store
from tempshell_cli.terminal.pty import Size
from tests.packs.drafts import Draft
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.tmux import Pane, tmux_pane
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.engine("programs"),
    pytest.mark.engine("local"),
    pytest.mark.skipif(
        os.geteuid() != 0, reason="only root can mount a disk of its own, and have files that root may not write"
    ),
]

Trouble = Callable[[Paths], AbstractContextManager[None]]
SIZE = Size(120, 40)
TIMEOUT = 60.0
TASKS = ("one", "two")
_HINTS = 60
# Seconds in which a key is answered. A lock keeps its first writer for five.
ANSWERED = 4.0
PACE = 0.3  # seconds: nobody works without a break, and no pack has so many hints
REPORTED = "Nothing is lost"
UNGRADED = "The grading is tried again"


@contextmanager
def locked(paths: Paths) -> Iterator[None]:
    """Another process is writing, and does not come to an end."""
    with closing(sqlite3.connect(paths.store, isolation_level=None, timeout=TIMEOUT)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(paths: Paths) -> Iterator[None]:
    """Nothing is left of the disk."""
    rest = paths.state / "rest"
    with rest.open("wb", buffering=0) as file:
        for size in (1024**2, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    yield
    rest.unlink()


@contextmanager
def read_only(paths: Paths) -> Iterator[None]:
    """Nobody may write to the files of the store, who has them open either (chattr(1))."""
    files = [str(file) for file in (paths.store, Path(f"{paths.store}-wal"))]
    _chattr("+i", files)
    try:
        yield
    finally:
        _chattr("-i", files)


def _chattr(change: str, files: list[str]) -> None:
    done = subprocess.run(("chattr", change, *files), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this file system knows no immutable files: {done.stderr.strip()}")


TROUBLES = pytest.mark.parametrize("trouble", [locked, full, read_only])
SECONDS = pytest.mark.parametrize("seconds", [7, pytest.param(30, marks=pytest.mark.long)])


@pytest.fixture
def disk(tempshell: Tempshell) -> Iterator[Tempshell]:
    """A user whose state is on a small disk of its own."""
    state = tempshell.user.paths.state.parent
    state.mkdir(parents=True, exist_ok=True)
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=32m", "tempshell-test", str(state)), check=True)
    yield tempshell
    tempshell.any_code("stop", "--all")
    subprocess.run(("umount", "--lazy", str(state)), check=True)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "hints:\n- text: Think\n", "hints:\n" + "- text: Think\n" * _HINTS)
    second = (draft.root / "tasks/one.md").read_text().replace("id: one", "id: two").replace("The first", "The second")
    draft.write("tasks/two.md", second)
    draft.replace("pack.yaml", "- tasks/one.md\n", "- tasks/one.md\n- tasks/two.md\n")
    return draft.root


@SECONDS
@TROUBLES
def test_a_practice_goes_on_while_the_store_cannot_be_used(
    request: pytest.FixtureRequest, tempshell: Tempshell, pack: Path, trouble: Trouble, seconds: int
) -> None:
    user = _on_its_disk(request, tempshell, trouble)
    user.start("-b", "local", "--name", "lab", str(pack))
    with _screen(user, "attach", "lab") as screen:
        with trouble(user.user.paths):
            screen.keys("C-]", "c")
            hinted = _use(screen, seconds, "h")
        screen.keys("C-]", "d")
        _assert_left(screen)
    assert _kinds(user, "hint") == [f"{task} {hinted[: place + 1].count(task)}" for place, task in enumerate(hinted)]
    assert [detail.split()[0] for detail in _kinds(user, "checked")] == ["one"]
    user("stop", "lab")


@SECONDS
@TROUBLES
def test_an_exam_goes_on_and_is_graded_though_the_store_cannot_be_used(
    request: pytest.FixtureRequest, tempshell: Tempshell, pack: Path, trouble: Trouble, seconds: int
) -> None:
    """It is handed in while nothing can be recorded, and the result is there once that is over."""
    user = _on_its_disk(request, tempshell, trouble)
    with _screen(user, "exam", "-b", "local", "--name", "lab", str(pack)) as screen:
        screen.line("echo 42 >answer.txt; echo wri''tten")
        screen.until_sees("written", TIMEOUT)
        with trouble(user.user.paths):
            flagged = _use(screen, seconds, "f")
            screen.keys("C-]", "q")
            screen.until_sees("It is graded, once", ANSWERED)
            screen.keys("y")
            screen.until_sees(UNGRADED, TIMEOUT)
        screen.keys("Enter")
        screen.until_sees("100 % (passed", TIMEOUT)
        screen.keys("Enter")
        _assert_left(screen)
    flags: set[str] = set()
    assert _kinds(user, "flagged") == [" ".join(sorted(flags := flags ^ {task})) for task in flagged]
    assert len(_kinds(user, "graded")) == 1
    assert user("list", "--json").json() == []


def _on_its_disk(request: pytest.FixtureRequest, tempshell: Tempshell, trouble: Trouble) -> Tempshell:
    """Return the user; one whose disk is to be full has a small one."""
    if trouble is full:
        request.getfixturevalue("disk")
    return tempshell


@contextmanager
def _screen(user: Tempshell, *argv: str) -> Iterator[Pane]:
    environment = {**user.user.environment, "TEMPSHELL_NO_LIMITS": "1"}
    command = ("sh", "-c", '"$@"; echo "left with $?."', "sh", *PROGRAM, *argv)
    with tmux_pane(SIZE, command, environment, user.directory) as screen:
        screen.until_sees("learner@", TIMEOUT)
        screen.until_sees("The first", TIMEOUT)
        yield screen


def _use(screen: Pane, seconds: int, command: str) -> list[str]:
    """Work for that long, and until the trouble has been reported; return the tasks that the command was given for."""
    begun, tasks, reported = time.monotonic(), [], False
    task = eventually(lambda: next((one for one in TASKS if f"─ {one} ─" in screen.text()), ""), "a task is shown")
    while time.monotonic() < begun + seconds or not reported:
        assert time.monotonic() < begun + seconds + TIMEOUT, f"no trouble is reported:\n{screen.text()}"
        task = TASKS[1 - TASKS.index(task)]
        screen.keys("C-]", "n")
        screen.until_sees(f"─ {task} ─", ANSWERED)
        screen.keys("C-]", command)
        tasks.append(task)
        screen.line(f"echo answer$(({len(tasks)} + 1000))")
        screen.until_sees(f"answer{len(tasks) + 1000}", ANSWERED)
        reported = reported or REPORTED in screen.text()
        time.sleep(PACE)
    return tasks


def _assert_left(screen: Pane) -> None:
    screen.until_sees("left with 0.", TIMEOUT)


def _kinds(user: Tempshell, kind: str) -> list[str]:
    """Return the details of the events of one kind, oldest first."""
    with open_store(user.user.paths) as opened:
        (session,) = opened.store.history()
        return [event.detail for event in opened.store.events(session.id) if event.kind == kind]
