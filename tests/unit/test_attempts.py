"""Looking again at growing intervals, on a clock that only sleeping moves."""

from __future__ import annotations

import time

import pytest

from tempshell_cli.core.attempts import attempts


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(time, "monotonic", lambda: sum(pauses))
    return pauses


def test_pauses_grow_to_the_longest_and_end_with_patience(slept: list[float]) -> None:
    assert len(list(attempts(10, first=0.1, longest=2))) == len(slept) + 1
    assert slept[:2] == [0.1, pytest.approx(0.15)]
    assert max(slept) == 2
    assert sum(slept) == pytest.approx(10)


def test_without_patience_there_is_one_look(slept: list[float]) -> None:
    assert len(list(attempts(0))) == 1
    assert slept == []
