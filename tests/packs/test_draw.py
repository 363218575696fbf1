"""Which tasks an exam has."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.packs.format.model import PackHead
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.grading.draw import draw

from .drafts import task_with


def pack_of(weights: dict[str, int], rooms: dict[str, int]) -> Pack:
    """Return a pack with so many tasks in each domain, ``DOMAIN-NUMBER``; in none where there are no weights."""
    ids = [f"{domain}-{number}" for domain, room in rooms.items() for number in range(room)]
    words = {"format": 1, "id": "p", "version": "1", "title": "P", "license": "MIT", "tasks": ids, "domains": weights}
    check = {"id": "a", "file": {"path": "x"}}
    tasks = [task_with(check, id=one, **({"domain": one.split("-")[0]} if weights else {})) for one in ids]
    return Pack(msgspec.convert(words, PackHead), tuple(tasks), Path(), "sha256:0")


def domains(drawn: tuple[str, ...]) -> Counter[str]:
    return Counter(task.split("-")[0] for task in drawn)


PACK = pack_of({"build": 20, "run": 50, "net": 30}, {"build": 9, "run": 9, "net": 9})


def test_the_same_seed_draws_the_same_whatever_the_order_in_the_pack_and_the_python() -> None:
    again = PACK.only([task.id for task in reversed(PACK.tasks)])
    assert draw(PACK, 5, 7) == draw(again, 5, 7) == ("build-8", "run-3", "run-7", "net-1", "net-2")
    assert len({draw(PACK, 5, seed) for seed in range(20)}) > 10


def test_shares_that_are_whole_numbers_are_met_exactly_and_no_task_comes_twice() -> None:
    for seed in range(50):
        drawn = draw(PACK, 10, seed)
        assert domains(drawn) == {"build": 2, "run": 5, "net": 3}
        assert len(set(drawn)) == 10


def test_other_shares_are_rounded_so_that_the_weights_are_met_in_the_long_run() -> None:
    total: Counter[str] = Counter()
    for seed in range(3000):
        counted = domains(draw(PACK, 3, seed))
        assert counted["run"] in {1, 2}
        assert counted["build"] in {0, 1}
        total += counted
    for domain, weight in PACK.head.domains.items():
        assert total[domain] / 9000 == pytest.approx(weight / 100, abs=0.02)


def test_a_domain_with_too_few_tasks_leaves_the_rest_to_the_others() -> None:
    pack = pack_of({"build": 80, "run": 10, "net": 10}, {"build": 2, "run": 3, "net": 3})
    assert domains(draw(pack, 6, 1))["build"] == 2
    assert sorted(draw(pack, 8, 1)) == sorted(task.id for task in pack.tasks)


def test_a_domain_without_weight_comes_last() -> None:
    pack = pack_of({"build": 100, "run": 0}, {"build": 3, "run": 3})
    assert domains(draw(pack, 3, 1)) == {"build": 3}
    assert domains(draw(pack, 5, 1)) == {"build": 3, "run": 2}


def test_without_domains_every_task_is_as_likely() -> None:
    pack = pack_of({}, {"any": 4})
    drawn = Counter(task for seed in range(2000) for task in draw(pack, 1, seed))
    assert all(count == pytest.approx(500, abs=75) for count in drawn.values())
    assert len(drawn) == 4


@pytest.mark.parametrize("count", [0, 28])
def test_more_tasks_than_there_are_cannot_be_drawn(count: int) -> None:
    with pytest.raises(UsageProblem, match="27 tasks"):
        draw(PACK, count, 1)


def test_a_page_to_read_is_not_drawn() -> None:
    pack = pack_of({}, {"any": 2})
    page = task_with(id="page")
    pack = Pack(pack.head, (page, *pack.tasks), Path(), "sha256:0")
    assert sorted(draw(pack, 2, 1)) == ["any-0", "any-1"]
