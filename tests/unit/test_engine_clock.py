"""A deadline is kept by the engine's clock, and shown by this machine's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from requests import Response

from tempshell_cli.backends.docker.engine import DockerEngine

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _heard(**headers: str) -> DockerEngine:
    """Return an engine that has answered once, with these headers."""
    engine = DockerEngine("unix:///nowhere/docker.sock")
    answer = Response()
    answer.headers.update({name.capitalize(): value for name, value in headers.items()})
    engine._ahead = timedelta()  # noqa: SLF001 - as after an answer that said nothing
    engine._compare_clocks(answer)  # noqa: SLF001 - the hook that requests calls
    return engine


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_hours_off_is_reckoned_with_both_ways(hours: int) -> None:
    engine = _heard(date=format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True))
    assert abs(engine.theirs(AT) - AT - timedelta(hours=hours)) < timedelta(seconds=2)
    assert engine.ours(engine.theirs(AT)) == AT


def test_a_second_is_no_difference() -> None:
    output = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    assert _heard(date=output).theirs(AT) == AT


@pytest.mark.parametrize("headers", [{"date": "yesterday"}, {}], ids=["no date", "nothing"])
def test_what_tells_no_time_makes_no_difference(headers: dict[str, str]) -> None:
    assert _heard(**headers).theirs(AT) == AT
