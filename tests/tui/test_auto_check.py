"""When a task is checked unasked: the rules, by a clock that a test moves."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tempshell_cli.terminal.screen import Status
from tempshell_cli.terminal.wire import Focus, Frame, Key, KeyAction, Modifiers, Paste, ToWorker, Type
from tempshell_cli.tui.auto_check import AFTER_A_COMMAND, LONGEST, QUIET, SAVED, SHARE, AutoCheck

ENTER = Key("enter", "\r")
OUTPUT = Frame({}, Status())
ENDED = [Frame({}, Status(commands=count)) for count in range(10_001)]


class Run:
    """An auto-check, and checks that take so many seconds and never pass."""

    def __init__(self, takes: float = 0.05) -> None:
        self.now = 1000.0
        self.takes = takes
        self.began: list[float] = []
        self.woken = 0
        self.auto = AutoCheck(self._wake, lambda: self.now)

    def _wake(self) -> None:
        self.woken += 1

    def go_on(self, seconds: float) -> None:
        """Let time pass, and check whenever that is due."""
        end = self.now + seconds
        while (wait := self.auto.wait()) is not None and self.now + wait < end:
            self.now += wait
            self.check()
        self.now = max(end, self.now)

    def check(self) -> None:
        self.began.append(self.now)
        self.auto.began()
        self.now += self.takes
        self.auto.ended()

    def each(self, messages: Iterable[ToWorker | Frame], pause: float) -> None:
        for message in messages:
            if isinstance(message, Frame):
                self.auto.heard(message)
            else:
                self.auto.typed(message)
            self.go_on(pause)


def test_nothing_is_checked_before_a_command() -> None:
    run = Run()
    run.each([Key("l", "l"), OUTPUT, Key("s", "s"), OUTPUT, Focus(True)], 0.1)
    run.go_on(3600)
    assert run.began == []


def test_a_command_is_followed_by_a_check_once_its_output_pauses() -> None:
    run = Run()
    run.auto.typed(ENTER)
    began = run.now
    run.each([OUTPUT] * 3, 0.1)
    assert run.began == []
    run.go_on(QUIET + 0.01)
    assert run.began == [pytest.approx(began + 0.2 + QUIET)]


def test_output_that_never_pauses_is_not_waited_for() -> None:
    run = Run()
    run.auto.typed(ENTER)
    began = run.now
    run.each([OUTPUT] * 30, 0.05)
    assert run.began[0] == pytest.approx(began + LONGEST, abs=0.06)


def test_a_shell_that_says_that_the_command_has_ended_is_believed_at_once() -> None:
    run = Run()
    run.auto.typed(ENTER)
    run.each([OUTPUT, ENDED[1]], 0.01)
    assert run.began == [pytest.approx(run.now, abs=0.07)]


def test_the_end_of_a_long_command_is_followed_by_a_check() -> None:
    """One has come too early: when the command was entered."""
    run = Run()
    run.auto.typed(ENTER)
    run.go_on(3.0)
    before = len(run.began)
    run.auto.heard(OUTPUT)  # the prompt
    run.go_on(QUIET + 0.01)
    assert len(run.began) == before + 1
    assert before <= 3


def test_the_echo_of_what_is_typed_is_no_output_of_a_command() -> None:
    run = Run()
    run.auto.typed(ENTER)
    run.go_on(600)
    before = len(run.began)
    for _ in range(50):
        run.each([Key("x", "x"), OUTPUT], 0.1)
    assert len(run.began) - before <= 1  # what comes now and then


@pytest.mark.parametrize(
    "message", [ENTER, Key("d", "", Modifiers.CTRL), Key("c", "", Modifiers.CTRL), Paste("ls\n"), Type(b"\r")], ids=repr
)
def test_these_end_a_line(message: ToWorker) -> None:
    run = Run()
    run.each([message], 1.0)
    assert run.began


@pytest.mark.parametrize(
    "message",
    [Key("d", "d"), Key("a", "", Modifiers.CTRL), Paste("ls"), Type(b"\x1bx"),
     Key("enter", "\r", action=KeyAction.RELEASE)],
    ids=repr,
)  # fmt: skip
def test_these_do_not(message: ToWorker) -> None:
    run = Run()
    run.each([message], 1.0)
    assert run.began == []


def test_what_may_still_come_is_looked_for_at_growing_intervals_and_not_for_ever() -> None:
    run = Run(takes=0.001)
    run.auto.typed(ENTER)
    run.go_on(3600)
    pauses = [later - before for before, later in zip(run.began, run.began[1:], strict=False)]
    assert pauses == sorted(pauses)
    assert pauses[0] == pytest.approx(1, abs=0.1)
    assert max(pauses) == pytest.approx(30, abs=0.1)
    assert run.began[-1] < 1000 + 601


@pytest.mark.parametrize("takes", [0.02, 0.3, 5.0])
def test_who_does_nothing_costs_little(takes: float) -> None:
    run = Run(takes)
    run.auto.typed(ENTER)
    began = run.now
    for _ in range(6000):
        run.each([OUTPUT], 0.1)  # as of `watch` or a log that is followed
    free = AFTER_A_COMMAND * takes
    assert takes * len(run.began) <= free + SAVED + SHARE * (run.now - began) + takes


def test_a_program_that_forges_ends_of_commands_starts_no_more_checks_than_any_other() -> None:
    run = Run(takes=0.1)
    run.auto.typed(ENTER)
    run.each(ENDED, 0.001)
    assert 1 <= len(run.began) <= AFTER_A_COMMAND + (SAVED + SHARE * 20) / 0.1
    assert run.woken < 100


def test_ends_of_commands_that_nobody_has_entered_are_paid_for_too() -> None:
    run = Run(takes=0.1)
    run.each(ENDED, 0.01)
    assert len(run.began) <= 2 + (SAVED + SHARE * 100) / 0.1


def test_a_held_enter_key_does_not_check_without_a_pause() -> None:
    run = Run(takes=0.3)
    run.each([ENTER, OUTPUT] * 300, 0.017)
    assert 1 <= len(run.began) <= 17  # half of the time at most


def test_no_check_begins_while_one_is_under_way() -> None:
    run = Run()
    run.auto.typed(ENTER)
    run.now += 1
    run.auto.began()
    run.auto.typed(ENTER)
    run.now += 1
    assert run.auto.wait() is None
    run.auto.ended()
    assert run.auto.wait() == pytest.approx(1.0)  # as long as that one took


def test_another_task_is_checked_where_something_was_done_before() -> None:
    run = Run()
    run.auto.took_task()
    assert run.auto.wait() is None
    run.auto.typed(ENTER)
    run.go_on(5)
    run.auto.drop()
    assert run.auto.wait() is None
    run.auto.took_task()
    wait = run.auto.wait()
    assert wait is not None
    assert wait <= 1
