"""A session that is paused elsewhere while its screen is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from .conftest import OpenApp
from .fakes import FakePractice

LEFT = timedelta(minutes=23)


async def test_the_clock_says_so_and_stands(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.view = replace(practice.view, frozen=LEFT)
        await user.tick()
        assert "‖ 23:00 paused" in user.shown()[0]
        practice.left(seconds=0)  # of the deadline, which is not that of a paused session
        await user.tick()
        assert "‖ 23:00 paused" in user.shown()[0]
        assert user.countdown.has_class("-paused")
        assert user.dialog is None


async def test_how_it_goes_on_is_reported_once(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.view = replace(practice.view, frozen=LEFT)
        await user.tick()
        await user.tick()
        assert [said for said in user.toasts() if "`tempshell resume brave-otter`" in said] == user.toasts()
        assert len(user.toasts()) == 1


async def test_it_goes_on_with_the_time_it_had(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.view = replace(practice.view, frozen=LEFT)
        await user.tick()
        practice.view = replace(practice.view, frozen=None, deadline=practice.time + LEFT)
        await user.tick()
        assert "● 23:00 left" in user.shown()[0]
        assert not user.countdown.has_class("-paused")


async def test_a_notice_that_it_ends_early_is_shown_once_and_again_when_it_comes_again(
    open_app: OpenApp, practice: FakePractice
) -> None:
    notice = "nothing has happened in it: it ends at 12:31:00"
    async with open_app() as user:
        for notices, said in ((2, 1), (1, 2)):
            for _ in range(notices):
                practice.view = replace(practice.view, notice=notice)
                await user.tick()
            assert len([one for one in user.toasts() if notice in one]) <= said
            assert any(notice in one for one in user.toasts())
            practice.view = replace(practice.view, notice="")
            await user.tick()
