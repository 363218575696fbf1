"""A task turns green by itself on the screen, and nothing else is seen of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.tui.port import TaskState

from .app_user import LEADER, AppUser
from .conftest import OpenApp
from .fakes import FakePractice

# Says each line again, and what it was.
ECHO = Command(("bash", "--norc", "-c", "echo ready; while read -r line; do echo did $line; done"))
FORGER = Command(
    ("bash", "--norc", "-c", "read -r; for n in {1..10000}; do printf '\\e]133;D;0\\a'; done; echo all; read -r")
)


@pytest.fixture
def practice() -> FakePractice:
    practice = FakePractice(shell=ECHO)
    practice.pack = tuple(replace(task, checks_itself=True) for task in practice.pack)
    return practice


async def do(user: AppUser, line: str) -> None:
    await user.type(line)
    await user.press("enter")
    await user.until_sees(f"did {line}")


async def test_a_task_turns_green_after_a_command(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.solved = lambda: user.sees("did it")
        await do(user, "nothing")
        await user.until(lambda: bool(practice.checked_unasked))
        assert practice.checked == []
        assert user.toasts() == []
        assert not user.sees("checking")
        focus = user.focused()
        await do(user, "it")
        await user.until_sees("✓ passed · next: ^] n (2/5)")
        assert user.sees("✓ 1 Make a directory")
        assert user.sees("2/5 tasks")
        assert user.focused() is focus
    assert practice.advanced == ["files"]


async def test_what_passes_late_turns_green_too(open_app: OpenApp, practice: FakePractice) -> None:
    """As a pod does, some time after the command that has made it."""
    async with open_app() as user:
        practice.solved = lambda: len(practice.checked_unasked) > 3
        await do(user, "it")
        await user.until_sees("✓ passed")


async def test_out_of_sight_a_notice_says_it(open_app: OpenApp, practice: FakePractice) -> None:
    practice.solved = lambda: True
    async with open_app() as user:
        await user.lead("z")
        await do(user, "it")
        await user.until(lambda: user.toasts() == ["✓ passed · next: ^] n (2/5)"])


async def test_the_last_task_brings_a_summary(open_app: OpenApp, practice: FakePractice) -> None:
    first, *others = practice.pack
    practice.pack = (first, *(replace(task, state=TaskState.PASSED) for task in others))
    practice.view = replace(practice.view, worked=timedelta(minutes=23, seconds=41))
    practice.solved = lambda: True
    async with open_app() as user:
        assert not user.sees("all passed")
        await do(user, "it")
        await user.until_sees("✓ all passed · 20/20 points · 23:41")
        assert user.sees("tempshell report brave-otter")
        assert user.sees("tempshell drill")
        await user.lead("n")
        assert user.sees("✓ all passed")


async def test_a_check_that_is_asked_for_meanwhile_comes_after_it(open_app: OpenApp, practice: FakePractice) -> None:
    """Never two at a time; and where the first finds a pass, it is the answer."""
    async with open_app() as user:
        waits = True

        def solved() -> bool:
            while waits:
                pass
            return False

        practice.solved = solved
        await do(user, "it")
        await user.until(lambda: bool(practice.checked_unasked))
        await user.lead("c")
        await user.until_sees("checking")
        assert practice.checked == []
        waits = False
        await user.until(lambda: practice.checked == ["files"])
        await user.until_sees("stat did not answer")


def paused(practice: FakePractice) -> None:
    practice.view = replace(practice.view, frozen=timedelta(minutes=3))


def an_exam(practice: FakePractice) -> None:
    practice.view = replace(practice.view, exam=True)


def not_asked_for(practice: FakePractice) -> None:
    practice.pack = tuple(replace(task, checks_itself=False) for task in practice.pack)


def passed(practice: FakePractice) -> None:
    practice.pack = tuple(replace(task, state=TaskState.PASSED) for task in practice.pack)


def watched(practice: FakePractice) -> None:
    practice.view = replace(practice.view, read_only=True)


@pytest.mark.parametrize("there", [paused, an_exam, not_asked_for, passed, watched])
async def test_elsewhere_nothing_is_checked_unasked(
    open_app: OpenApp, practice: FakePractice, there: Callable[[FakePractice], None]
) -> None:
    there(practice)
    practice.shell = Command(("bash", "--norc", "-c", "while sleep 0.3; do echo tick; done"))
    async with open_app() as user:
        await user.press("enter", "enter")
        await user.until(lambda: sum("tick" in line for line in user.terminal.text()) > 4)
    assert practice.checked_unasked == []


async def test_what_goes_wrong_in_it_is_not_shown(open_app: OpenApp, practice: FakePractice) -> None:
    def broken() -> bool:
        raise EngineUnavailable("the engine does not answer")

    practice.solved = broken
    async with open_app() as user:
        await do(user, "it")
        await user.until(lambda: len(practice.checked_unasked) > 1)
        assert user.toasts() == []


async def test_forged_ends_of_commands_start_a_few_checks(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = FORGER
    async with open_app() as user:
        await user.press("enter")
        await user.until_sees("all")
        await user.until(lambda: bool(practice.checked_unasked))
        assert len(practice.checked_unasked) < 20


async def test_the_leaders_key_is_the_configured_one(open_app: OpenApp, practice: FakePractice) -> None:
    practice.solved = lambda: True
    async with open_app(leader="ctrl+g") as user:
        await do(user, "it")
        await user.until_sees("✓ passed · next: ^g n (2/5)")
        await user.press(LEADER)
