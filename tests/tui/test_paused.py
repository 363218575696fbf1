"""A session that is paused elsewhere while its screen is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from .conftest import Play
from .fakes import FakePractice

LEFT = timedelta(minutes=23)


async def test_the_clock_says_so_and_stands(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.view = replace(practice.view, frozen=LEFT)
        await stage.tick()
        assert "‖ 23:00 paused" in stage.shown()[0]
        practice.left(seconds=0)  # of the deadline, which is not that of a paused session
        await stage.tick()
        assert "‖ 23:00 paused" in stage.shown()[0]
        assert stage.countdown.has_class("-paused")
        assert stage.dialog is None


async def test_how_it_goes_on_is_reported_once(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.view = replace(practice.view, frozen=LEFT)
        await stage.tick()
        await stage.tick()
        assert [said for said in stage.toasts() if "`tempshell resume brave-otter`" in said] == stage.toasts()
        assert len(stage.toasts()) == 1


async def test_it_goes_on_with_the_time_it_had(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.view = replace(practice.view, frozen=LEFT)
        await stage.tick()
        practice.view = replace(practice.view, frozen=None, deadline=practice.time + LEFT)
        await stage.tick()
        assert "● 23:00 left" in stage.shown()[0]
        assert not stage.countdown.has_class("-paused")
