"""A machine whose clock is two hours off, either way: the engine's clock counts, and no live session is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import pods
from tests.support.clusters import configure_for_kind
from tests.support.command_line import Tempshell
from tests.support.leaks import leftovers
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("programs")

OFF = {"behind": timedelta(hours=-2), "ahead": timedelta(hours=2)}
ENGINES = [
    pytest.param("docker", marks=pytest.mark.engine("docker")),
    pytest.param("kubernetes", marks=pytest.mark.engine("kubernetes")),
    pytest.param("kind", marks=[pytest.mark.engine("kind"), pytest.mark.long]),
]
LEASE, EXTENSION = timedelta(minutes=30), timedelta(minutes=30)
# What a start, and the commands after it, may take on a slow machine.
ROUGHLY = timedelta(minutes=4)
SHORT = 25.0  # seconds

of_both = pytest.mark.parametrize("off", OFF)
of_all = pytest.mark.parametrize("engine", ENGINES)


@pytest.fixture
def here(tempshell: Tempshell, tmp_path: Path) -> Tempshell:
    """The user. A certificate that is younger than a clock is not valid yet: it is not looked at."""
    if not tempshell.user.kubeconfig:
        return tempshell
    config = pods.objects_of(tempshell.user.kubeconfig)
    cluster = config["clusters"][0]["cluster"]
    del cluster["certificate-authority-data"]
    cluster["insecure-skip-tls-verify"] = True
    user = replace(tempshell.user, kubeconfig=pods.write_kubeconfig(tmp_path / "unverified.json", config))
    return Tempshell(user, tempshell.directory)


@pytest.fixture
def other(here: Tempshell, tmp_path: Path) -> Tempshell:
    """The same person on another machine, whose clock is right, and whose store knows of nothing."""
    there = replace(here.user, root=tmp_path / "other")
    there.configure()
    return Tempshell(there, here.directory)


def _wrong(tempshell: Tempshell, off: str) -> Tempshell:
    """Return the commands of a machine whose clock is off (faketime(1))."""
    return tempshell.started_by("faketime", "-f", f"{OFF[off].total_seconds():+.0f}s")


def _deadline(tempshell: Tempshell) -> datetime:
    """Return when the one session ends, by the clock of who asks."""
    (one,) = tempshell("list", "--json").json()
    assert (one["name"], one["state"]) == ("lab", "ready")
    return datetime.fromisoformat(one["deadline"])


def _is_around(found: datetime, wanted: datetime) -> bool:
    return abs(found - wanted) < ROUGHLY


@of_all
@of_both
def test_a_session_has_the_time_that_the_engine_gives_it(
    here: Tempshell, other: Tempshell, engine: str, off: str
) -> None:
    if engine == "kind":
        configure_for_kind(here.user)
        configure_for_kind(other.user)
    wrong, began = _wrong(here, off), datetime.now(UTC)
    wrong.start("--backend", engine, "--name", "lab", "--ttl", "30m")
    assert _is_around(_deadline(wrong) - OFF[off], began + LEASE)
    for looks in (wrong, here, other):  # each learns of it, and may sweep it
        looks("reap")
        looks("reap", "--expired")
    assert _is_around(_deadline(other), began + LEASE)
    assert _is_around(_deadline(here), began + LEASE)
    wrong("extend", "lab")
    for looks, clock in ((wrong, OFF[off]), (here, timedelta()), (other, timedelta())):
        assert _is_around(_deadline(looks) - clock, began + LEASE + EXTENSION)
        assert looks("exec", "lab", "--", "echo", "in").stdout == "in\n"
    assert "left over: nothing" in wrong("stop", "lab").stdout
    assert [one["state"] for one in other("list", "--json").json()] in ([], ["lost"])
    assert not leftovers(here.user, docker=True)


@pytest.mark.parametrize("engine", ENGINES[:2])
@of_both
def test_a_session_ends_when_its_time_is_up_and_not_hours_off(here: Tempshell, engine: str, off: str) -> None:
    wrong = _wrong(here, off)
    wrong.start("--backend", engine, "--name", "lab", "--ttl", f"{SHORT:.0f}s")
    assert wrong("exec", "lab", "--", "echo", "in").stdout == "in\n"
    eventually(lambda: not here("list", "--json").json(), "it ends by itself", SHORT + 60)
    assert wrong("list", "--json").json() == []
    assert "expired" in wrong("log", "lab").stdout
