"""Which backend a session gets."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tempshell_cli.backends.base import Capability
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.sessions.choice import choose_backend


def _choose(
    asked: str = "auto",
    *,
    allowed: Collection[str] = (),
    needs: Collection[Capability] = (),
    there: Collection[str] = ("local", "docker"),
) -> str:
    return choose_backend(asked, allowed=allowed, needs=needs, answers=lambda name: name in there)


def test_auto_takes_the_embedded_one_where_it_is_enough() -> None:
    assert _choose() == "local"


def test_auto_takes_containers_for_what_the_embedded_one_lacks() -> None:
    assert _choose(needs={Capability.IMAGES}) == "docker"


def test_auto_takes_containers_where_there_is_no_embedded_one() -> None:
    assert _choose(there=["docker"]) == "docker"


def test_auto_takes_the_first_allowed_one_that_answers() -> None:
    assert _choose(allowed=["kind", "docker"]) == "docker"


def test_what_was_asked_for_is_taken_without_asking_it() -> None:
    assert _choose("docker", there=()) == "docker"


def test_a_backend_that_the_pack_does_not_run_on_is_refused() -> None:
    with pytest.raises(UsageProblem, match="does not run on local") as refused:
        _choose("local", allowed=["docker"])
    assert "docker" in refused.value.hint


@pytest.mark.parametrize(("allowed", "named"), [((), "docker"), (["kind", "docker"], "kind or docker")])
def test_where_nothing_answers_what_is_missing_is_named(allowed: Collection[str], named: str) -> None:
    with pytest.raises(EngineUnavailable, match=named):
        _choose(allowed=allowed, there=())
