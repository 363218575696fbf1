"""Ports: allocated in a transaction, given back, passed over where something else listens."""

from __future__ import annotations

import pytest

from tempshell_cli.core.config import Ports
from tempshell_cli.core.errors import LimitReached, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.ports import wanted_ports
from tempshell_cli.sessions.store import open_store

from .test_store import SESSION

RANGES = Ports(api="30000-30001", http="40000-40009", https="45000-45009")


def test_two_sessions_get_different_ports_and_give_them_back(paths: Paths) -> None:
    with open_store(paths) as opened:
        store = opened.store
        first, second = (SESSION._replace(id=number) for number in ("00000000", "00000001"))
        for one in (first, second):
            store.save(one)
            with store.transaction():
                store.allocate_ports(one.id, wanted_ports(RANGES, ("api", "http"), first.id, ()))
        assert sorted(store.ports()) == [30000, 30001, 40000, 40001]
        with pytest.raises(LimitReached, match="no api port"), store.transaction():
            store.allocate_ports("00000002", wanted_ports(RANGES, ("api",), first.id, ()))
        store.save(first._replace(state=State.ENDED))
        assert set(store.ports().values()) == {second.id}


def test_another_try_takes_others_and_leaves_none_behind(paths: Paths) -> None:
    with open_store(paths) as opened:
        opened.store.save(SESSION._replace(id="00000000"))
        for tried, expected in (((), 30000), ((30000,), 30001)):
            with opened.store.transaction():
                wanted = wanted_ports(RANGES, ("api",), "00000000", tried)
                assert opened.store.allocate_ports("00000000", wanted) == {"api": expected}
        assert list(opened.store.ports()) == [30001]


def test_each_session_begins_at_a_place_of_its_own() -> None:
    first = {wanted_ports(Ports(), ("api",), f"{number:08x}", ())["api"][0] for number in range(100)}
    assert len(first) == 100


@pytest.mark.parametrize("text", ["", "30000", "3-2", "80-90", "1024-70000", "a-b", "-1-5"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="not a range of ports"):
        Ports(api=text).range_of("api")
