"""What carries the labels is found by them, and by nothing else."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from datetime import timedelta

import pytest

from tempshell_cli.backends.base import Condition, Sandbox, Terms
from tempshell_cli.core.errors import ProvisionFailed

from .engines import on_real_engines
from .stage import Stage


def test_a_sandbox_is_found_as_it_was_made_with_its_terms_until_it_is_destroyed(stage: Stage, sandbox: Sandbox) -> None:
    """Somebody who has lost the record learns what was granted, on any machine. The sandbox beside it stays."""
    granted = Terms(lease=timedelta(hours=1), tasks=("one", "two"))
    request = stage.request(name="lab-1", pack="linux-basics")._replace(terms=granted)
    with stage.sandbox(request) as made:
        assert stage.found(request.session) == made
        assert (made.session, made.owner, made.backend) == (request.session, stage.owner, stage.backend.name)
        assert (made.name, made.pack, made.deadline) == ("lab-1", "linux-basics", request.deadline)
        assert (made.condition, made.terms) == (Condition.RUNNING, granted)
        more = granted._replace(lease=timedelta(minutes=90), extensions=1, exam="7 3600 120")
        stage.backend.set_deadline(made, made.deadline + timedelta(minutes=30), more)
        found = stage.found(made.session)
        assert found
        assert (found.terms, found.is_torn) == (more, False)
        stage.backend.set_deadline(made, made.deadline)
        found = stage.found(made.session)
        assert found
        assert (found.terms, found.deadline, found.is_torn) == (more, made.deadline, False)
        receipt = stage.backend.destroy(made)
        assert receipt.session == made.session
        assert receipt.removed
        assert not receipt.leftover
        assert stage.found(made.session) is None
        assert stage.run(made, "true").exit_code != 0
        assert stage.sh(sandbox, "echo alive") == "alive"
        again = stage.backend.destroy(made)
    assert (list(again.removed), list(again.leftover)) == ([], [])


def test_what_find_returns_can_be_entered(stage: Stage, sandbox: Sandbox) -> None:
    """The store may be lost: the labels alone lead in."""
    found = stage.found(sandbox.session)
    assert found
    assert stage.sh(found, "echo in") == "in"


def test_another_owners_sandbox_is_not_listed_for_us_but_for_all(stage: Stage) -> None:
    stranger = f"stranger-{uuid.uuid4().hex[:8]}"
    with stage.sandbox(stage.request(owner=stranger)) as theirs:
        assert theirs.session not in {one.session for one in stage.backend.find(stage.owner)}
        assert [one.session for one in stage.backend.find(stranger)] == [theirs.session]
        assert (theirs.session, stranger) in {(one.session, one.owner) for one in stage.backend.find()}


def test_destroying_what_never_was_gives_an_empty_receipt(stage: Stage) -> None:
    receipt = stage.backend.destroy(stage.request().half_made(stage.backend.name))
    assert (list(receipt.removed), list(receipt.leftover)) == ([], [])


@pytest.mark.parametrize(
    "stage",
    ["fake", *(pytest.param(name, marks=pytest.mark.engine(name)) for name in ("docker", "kubernetes"))],
    indirect=True,
)
def test_an_image_that_cannot_be_had_fails_the_provision_and_leaves_nothing(stage: Stage) -> None:
    request = stage.request()
    request = request._replace(template=request.template._replace(image="nowhere/no-such-image:1"))
    with pytest.raises(ProvisionFailed, match="nowhere/no-such-image"):
        stage.backend.provision(request, lambda _: nullcontext())
    stage.backend.destroy(request.half_made(stage.backend.name))
    assert stage.found(request.session) is None


@on_real_engines
def test_a_healthy_engine_has_no_problem_to_tell(stage: Stage) -> None:
    assert stage.backend.answers()
    assert list(stage.backend.doctor()) == []
