"""Durations and sizes, as people type them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.units import format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("45m", 2700), ("1h30m", 5400), ("1h0m5s", 3605), (" 2H ", 7200), ("0h1s", 1), ("120m", 7200)],
)
def test_a_duration_reads_as_typed(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "5", "m", "1d", "1.5h", "-1m", "1m1h", "5 m", "٣m", "9999999h", "1h1h", "nan", "\x1b[2J"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a duration") as refused:
        parse_duration(text)
    assert "1h30m" in refused.value.hint


@given(st.integers(1, 10**9))
def test_a_written_duration_reads_back(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(("seconds", "text"), [(-5, "0s"), (0, "0s"), (0.4, "0s"), (59.6, "1m"), (3600, "1h")])
def test_a_duration_is_written_in_whole_seconds_and_never_negative(seconds: float, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("10b", 10), ("1k", 1024), ("512m", 512 * 1024**2), ("2G", 2 * 1024**3)]
)
def test_a_size_reads_as_docker_reads_it(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "0m", "m", "1.5g", "-1m", "1t", "1 g", "٣m", "12345678901234g"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a size"):
        parse_size(text)


@given(st.integers(1, 10**12 - 1))
def test_a_written_size_reads_back(size: int) -> None:
    assert parse_size(format_size(size)) == size
