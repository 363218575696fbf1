"""What counts as a running sandbox in a cluster, and whose word is taken for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Condition, Sandbox, Terms
from tempshell_cli.backends.kubernetes import inventory
from tempshell_cli.backends.kubernetes.inventory import Wanted
from tempshell_cli.backends.kubernetes.metadata import Keeping, is_stuck, owner_hash, selector

SESSION = "0a1b2c3d"
HOME = f"tempshell-{SESSION}"


class FakeApi:
    """An API that has these objects, by the last word of their path."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self._lists = lists
        self.credentials = type("Way", (), {"context": "lab"})
        self.ahead = timedelta()

    def items(self, path: str, **_: str) -> list[dict[str, Any]]:
        return self._lists.get(path.rpartition("/")[2], [])


def _thing(name: str, namespace: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    output = {labels.OWNER: "ann", labels.DEADLINE: "2030-01-01T00:00:00+00:00", labels.NAME: "lab"}
    metadata = {"name": name, "labels": {labels.SESSION: SESSION}, "annotations": output}
    return {"metadata": {**metadata, **({"namespace": namespace} if namespace else {}), **more.pop("meta", {})}, **more}


def _pod(namespace: str = HOME, **status: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    usual = {"phase": "Running", "containerStatuses": [{"name": "terminal", "state": {"running": {}}}]}
    owner = {"ownerReferences": [{"name": HOME}]}
    return _thing(f"{HOME}-x", namespace, meta=owner, status={**usual, **status})


def _found(**lists: list[dict[str, Any]]) -> list[tuple[str, str, Condition]]:
    api: Any = FakeApi(**lists)
    seen = [inventory.sandbox(one, api, "kubernetes", "/file") for one in inventory.look(api, Wanted("kubernetes"))]
    return [(one.session, one.details["namespace"], one.condition) for one in seen]


def test_a_pod_in_a_namespace_of_its_own_runs() -> None:
    assert _found(namespaces=[_thing(HOME)], jobs=[_thing(HOME, HOME)], pods=[_pod()]) == [
        (SESSION, HOME, Condition.RUNNING)
    ]


def test_a_pod_in_a_given_namespace_runs() -> None:
    assert _found(jobs=[_thing(HOME, "team")], pods=[_pod("team")]) == [(SESSION, "team", Condition.RUNNING)]


@pytest.mark.parametrize(
    "status", [{"phase": "Failed"}, {"phase": "Succeeded"}, {"phase": "Unknown"}, {"reason": "NodeLost"}]
)
def test_a_stale_pod_is_dead(status: dict[str, str]) -> None:
    (found,) = _found(namespaces=[_thing(HOME)], jobs=[_thing(HOME, HOME)], pods=[_pod(**status)])
    assert found[2] is Condition.DEAD


@pytest.mark.parametrize("missing", ["jobs", "pods"])
def test_what_has_lost_a_part_is_dead(missing: str) -> None:
    parts = {"namespaces": [_thing(HOME)], "jobs": [_thing(HOME, HOME)], "pods": [_pod()]}
    (found,) = _found(**{kind: things for kind, things in parts.items() if kind != missing})
    assert found[2] is Condition.DEAD


@pytest.mark.parametrize("kind", ["Complete", "Failed"])
def test_a_job_that_has_ended_is_dead_whatever_its_pod_says(kind: str) -> None:
    job = _thing(HOME, HOME, status={"conditions": [{"type": kind, "status": "True"}]})
    (found,) = _found(namespaces=[_thing(HOME)], jobs=[job], pods=[_pod()])
    assert found[2] is Condition.DEAD


def test_a_pod_without_its_job_in_a_given_namespace_is_found_for_the_sweep() -> None:
    assert _found(pods=[_pod("team")]) == [(SESSION, "team", Condition.DEAD)]


def test_a_namespace_that_the_cluster_is_finishing_is_nothing_any_more() -> None:
    going = _thing(HOME, meta={"deletionTimestamp": "2100-01-01T00:00:00Z"})
    assert _found(namespaces=[going]) == []
    assert _found(namespaces=[_thing(HOME, meta={"deletionTimestamp": "2020-01-01T00:00:00Z"})])


def _sandbox(api: Any) -> Sandbox:  # noqa: ANN401 - a FakeApi
    (found,) = inventory.look(api, Wanted("kubernetes"))
    return inventory.sandbox(found, api, "kubernetes", "/file")


def test_a_deadline_is_by_the_clusters_clock_and_its_terms_are_with_it() -> None:
    space = _thing(HOME)
    space["metadata"]["annotations"][labels.TERMS] = '{"lease":3600,"extensions":1}'
    api = FakeApi(namespaces=[space], jobs=[_thing(HOME, HOME)], pods=[_pod()])
    api.ahead = timedelta(hours=2)
    found = _sandbox(api)
    assert found.deadline == datetime(2029, 12, 31, 22, tzinfo=UTC)
    assert (found.terms, found.is_torn) == (Terms(lease=timedelta(hours=1), extensions=1), False)


@pytest.mark.parametrize("deadline", ["2030-01-01T00:30:00+00:00", "", "soon"])
def test_a_job_that_says_otherwise_than_its_namespace_is_torn_and_the_namespace_counts(deadline: str) -> None:
    """A change was cut short, or a person with edit has written there."""
    job = _thing(HOME, HOME)
    job["metadata"]["annotations"][labels.DEADLINE] = deadline
    found = _sandbox(FakeApi(namespaces=[_thing(HOME)], jobs=[job], pods=[_pod()]))
    assert (found.is_torn, found.deadline) == (True, datetime(2030, 1, 1, tzinfo=UTC))
    given = _thing(HOME, "team")
    given["metadata"]["annotations"][labels.DEADLINE] = deadline
    assert not _sandbox(FakeApi(jobs=[given], pods=[_pod("team")])).is_torn


def test_a_namespace_is_stuck_by_the_clusters_clock() -> None:
    now = datetime.now(UTC)
    ahead = timedelta(minutes=10)
    for deleted, stuck in ((now, False), (now - timedelta(minutes=2), True)):
        space = _thing(HOME, meta={"deletionTimestamp": (deleted + ahead).isoformat()})
        assert is_stuck(space, ahead) is stuck


def test_what_a_person_with_edit_writes_into_their_namespace_speaks_for_nobody() -> None:
    """Neither for another session, nor for another owner of this one."""
    forged = _thing("tempshell-ffffffff", HOME)
    forged["metadata"]["labels"][labels.SESSION] = "ffffffff"
    spoilt = _thing(HOME, HOME)
    spoilt["metadata"]["annotations"][labels.OWNER] = "bob"
    api: Any = FakeApi(namespaces=[_thing(HOME)], jobs=[spoilt], pods=[_pod()])
    seen = [inventory.sandbox(one, api, "kubernetes", "/file") for one in inventory.look(api, Wanted("kubernetes"))]
    assert [(one.session, one.owner) for one in seen] == [(SESSION, "ann")]
    given = inventory.look(FakeApi(namespaces=[_thing(HOME)], jobs=[forged]), Wanted("kubernetes"))  # type: ignore[arg-type]
    assert [one.session for one in given] == [SESSION]


def test_what_is_in_one_given_namespace_speaks_for_nothing_in_another() -> None:
    """A person who may write in theirs can give a pod the session, the name and the past of somebody else's."""
    forged = _thing(HOME, "theirs")
    forged["metadata"]["annotations"] = {labels.DEADLINE: "2020-01-01T00:00:00+00:00"}
    api: Any = FakeApi(jobs=[_thing(HOME, "ours")], pods=[_pod("ours"), forged])
    seen = [inventory.sandbox(one, api, "kubernetes", "/file") for one in inventory.look(api, Wanted("kubernetes"))]
    assert {one.place: (one.owner, one.deadline.year, one.condition) for one in seen} == {
        "ours": ("ann", 2030, Condition.RUNNING),
        "theirs": ("", 2020, Condition.DEAD),
    }


def test_a_session_that_is_no_name_is_passed_over() -> None:
    hostile = _thing("x", "team")
    hostile["metadata"]["labels"][labels.SESSION] = "../../etc"
    assert _found(jobs=[hostile]) == []


def test_an_owner_is_selected_by_a_hash_that_fits_a_label() -> None:
    owner = f"ann@{'x' * 80}:corp"
    assert len(owner_hash(owner)) == 16
    assert selector(owner=owner, backend="kubernetes").endswith(f"owner-hash={owner_hash(owner)}")


def test_a_workspaces_namespace_is_not_named_by_a_job_in_anybodys() -> None:
    wanted = Keeping("ann", "kubernetes", "thesis")
    theirs, ours = _thing(HOME, "another"), _thing(HOME, wanted.object_name)
    for one in (theirs, ours):
        one["metadata"]["labels"][labels.WORKSPACE] = "thesis"
    api: Any = FakeApi(jobs=[theirs, ours])
    assert inventory.namespace_of_workspace(api, "kubernetes", "ann", SESSION) == wanted.object_name
    forged: Any = FakeApi(jobs=[theirs])
    assert inventory.namespace_of_workspace(forged, "kubernetes", "ann", SESSION) == ""
