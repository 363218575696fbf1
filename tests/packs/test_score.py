"""What tasks are worth together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from tempshell_cli.packs.format.model import PackHead
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.grading.score import PackScore, score_pack

from .drafts import task_with


class Graded(NamedTuple):
    verdict: str
    earned: float
    points: float
    incomplete: tuple[str, ...] = ()


PASSED, HALF, NOTHING_SEEN = Graded("pass", 2, 2), Graded("fail", 1, 2), Graded("error", 0, 2, ("a",))


def pack_of(domains: dict[str, int], **tasks: str | None) -> Pack:
    words = {"format": 1, "id": "p", "version": "1", "title": "P", "license": "MIT", "tasks": list(tasks)}
    head = msgspec.convert({**words, "domains": domains}, PackHead)
    check = {"id": "a", "points": 2, "file": {"path": "x"}}
    made = [task_with(check, id=task, **({"domain": domain} if domain else {})) for task, domain in tasks.items()]
    return Pack(head, tuple(made), Path(), "sha256:0")


def score(pack: Pack, **graded: Graded) -> PackScore:
    return score_pack(pack, graded)


def test_without_domains_every_task_counts_the_same_and_one_never_checked_nothing() -> None:
    found = score(pack_of({}, a=None, b=None, c=None, d=None), a=PASSED, b=HALF)
    assert found.percent == 37.5
    assert [task.verdict for task in found.tasks] == ["pass", "fail", None, None]


def test_a_domain_weighs_its_share_however_many_tasks_it_has() -> None:
    pack = pack_of({"files": 80, "text": 20}, a="files", b="text", c="text")
    assert score(pack, a=PASSED).percent == 80
    assert score(pack, b=PASSED, c=HALF).percent == 15


def test_what_could_not_run_counts_as_zero_and_leaves_the_score_incomplete() -> None:
    pack = pack_of({"files": 50, "text": 50}, a="files", b="text", c="text")
    found = score(pack, a=PASSED, b=PASSED, c=NOTHING_SEEN)
    assert (found.percent, found.passed, found.incomplete) == (75, False, ("c/a",))
    found = score(pack, a=NOTHING_SEEN, b=PASSED, c=PASSED)
    assert (found.percent, found.passed) == (50, False)
    assert [domain.share for domain in found.domains] == [0.0, 1.0]


def test_an_incomplete_score_is_not_passed_even_above_the_pass_mark() -> None:
    pack = pack_of({}, a=None, b=None)
    found = score(pack, a=PASSED, b=Graded("error", 1.5, 2, ("b",)))
    assert (found.percent, found.pass_mark, found.passed) == (87.5, 66, False)


def test_the_pass_mark_is_reached_or_not() -> None:
    pack = pack_of({}, a=None, b=None, c=None)
    assert not score(pack, a=PASSED, b=HALF).passed
    assert score(pack, a=PASSED, b=PASSED).passed
    assert not score(pack, a=NOTHING_SEEN, b=NOTHING_SEEN, c=NOTHING_SEEN).passed


def test_a_hint_that_costs_takes_its_percent_off_the_task_and_no_more_than_all() -> None:
    hints = [{"text": "One", "cost": 0}, {"text": "Two", "cost": 30}, {"text": "Three", "cost": 70}]
    check = {"id": "a", "points": 2, "file": {"path": "x"}}
    pack = replace(pack_of({}, a=None), tasks=(task_with(check, id="a", hints=hints),))
    found = {shown: score_pack(pack, {"a": PASSED}, {"a": shown}) for shown in range(4)}
    assert [one.percent for one in found.values()] == [100, 100, 70, 0]
    assert [(one.tasks[0].hints, one.tasks[0].cost) for one in found.values()] == [(0, 0), (1, 0), (2, 30), (3, 100)]
    assert score_pack(pack, {"a": HALF}, {"a": 2}).percent == 20
