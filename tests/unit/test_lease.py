"""The warnings of a lease."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tempshell_cli.sessions.lease import Urgency, notice, urgency


@pytest.mark.parametrize(
    ("seconds", "level"),
    [
        (3600, Urgency.CALM), (601, Urgency.CALM), (600, Urgency.SOON), (301, Urgency.SOON), (300, Urgency.NOW),
        (61, Urgency.NOW), (60, Urgency.LAST_CALL), (1, Urgency.LAST_CALL), (0, Urgency.OVER), (-9, Urgency.OVER),
    ],
)  # fmt: skip
def test_the_levels_come_at_ten_five_and_one_minute(seconds: int, level: Urgency) -> None:
    assert urgency(timedelta(seconds=seconds)) is level


@pytest.mark.parametrize(("seconds", "words"), [(600, "10 min left"), (299, "5 min left"), (60, "last minute")])
def test_a_notice_tells_what_is_left(seconds: int, words: str) -> None:
    assert words in notice(timedelta(seconds=seconds))


def test_a_notice_says_what_to_do_then() -> None:
    assert "`tempshell extend`" in notice(timedelta(minutes=9))
    assert notice(timedelta(minutes=9), "hand it in").endswith("9 min left; hand it in")
