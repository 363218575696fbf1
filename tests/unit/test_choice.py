"""Which backend a session gets, and what is said where none can be used."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from tempshell_cli.backends.base import Capability, EngineChoice, Option, Sandbox
from tempshell_cli.core.errors import EngineUnavailable, ExitCode, UsageProblem
from tempshell_cli.core.process import Command
from tempshell_cli.sessions.choice import Needs, choose_backend
from tempshell_cli.sessions.engines import Engines
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

EMBEDDED, BOXES, CLUSTERS, COMPANY = "embedded", "boxes", "clusters", "company"


class Embedded(FakeEngine):
    name: ClassVar[str] = EMBEDDED

    @classmethod
    def options(cls) -> frozenset[Option]:
        return frozenset()


class Boxes(FakeEngine):
    name: ClassVar[str] = BOXES

    @classmethod
    def options(cls) -> frozenset[Option]:
        return frozenset({Option.DOCKER_CONTEXT, Option.IMAGE})

    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.OUTBOUND})


class Clusters(FakeEngine):
    name: ClassVar[str] = CLUSTERS

    @classmethod
    def options(cls) -> frozenset[Option]:
        return frozenset({Option.DOCKER_CONTEXT, Option.IMAGE, Option.NODES})

    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.OUTBOUND, Capability.CLUSTER_ADMIN})

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        del sandbox
        return Command(tuple(argv))

    def enforces_policies(self, sandbox: Sandbox) -> bool:
        del sandbox
        return True


class Company(Clusters):
    """A cluster that is used only where somebody means it."""

    name: ClassVar[str] = COMPANY
    is_at_hand: ClassVar[bool] = False

    @classmethod
    def options(cls) -> frozenset[Option]:
        return frozenset({Option.CONTEXT, Option.IMAGE})


KINDS = {kind.name: kind for kind in (Embedded, Boxes, Clusters, Company)}
WANTS_IMAGE = Needs(frozenset({Option.IMAGE}))


class Choice:
    """Chooses among the four, of which some answer, and keeps what was said of others."""

    def __init__(self, root: Path, clock: FakeClock) -> None:
        self.there: Collection[str] = (EMBEDDED, BOXES)
        self.said: list[str] = []
        self._made = {name: kind(root / name, clock) for name, kind in KINDS.items()}

    def __call__(self, needs: Needs = Needs(), asked: str = "auto") -> str:  # noqa: B008 - immutable
        for name, engine in self._made.items():
            engine.silent = name not in self.there
        engines = Engines(lambda name, _: self._made[name], KINDS.__getitem__, lambda: KINDS)
        return choose_backend(engines, asked, needs, self.said.append).name


@pytest.fixture
def choose(tmp_path: Path, clock: FakeClock) -> Choice:
    return Choice(tmp_path, clock)


def test_auto_takes_the_first_that_is_enough(choose: Choice) -> None:
    assert choose() == EMBEDDED
    assert choose(Needs(capabilities=frozenset({Capability.OUTBOUND}))) == BOXES
    assert choose.said == []


def test_auto_takes_the_next_where_one_does_not_answer_and_says_so(choose: Choice) -> None:
    choose.there = [BOXES]
    assert choose() == BOXES
    assert choose.said == [f"{EMBEDDED} is not usable here (`tempshell doctor` says why); this is on {BOXES}"]


@pytest.mark.parametrize(
    "needs",
    [
        Needs(capabilities=frozenset({Capability.CLUSTER_ADMIN})),
        Needs(capabilities=frozenset({Capability.NETPOL_ENFORCED})),  # which is measured once there is one
        Needs(cluster=True),
        Needs(frozenset({Option.NODES})),
    ],
)
def test_what_only_a_cluster_has_leads_to_one(choose: Choice, needs: Needs) -> None:
    choose.there = KINDS
    assert choose(needs) == CLUSTERS


def test_what_is_at_hand_is_never_replaced_by_what_nobody_has_named(choose: Choice) -> None:
    choose.there = [COMPANY]
    with pytest.raises(EngineUnavailable, match=f"{BOXES} or {CLUSTERS}, and no such engine answers"):
        choose(WANTS_IMAGE)
    assert choose(Needs(frozenset({Option.CONTEXT}))) == COMPANY
    assert choose(Needs(allowed=[COMPANY])) == COMPANY


def test_auto_takes_the_first_that_the_pack_names_and_that_answers(choose: Choice) -> None:
    assert choose(Needs(allowed=[CLUSTERS, BOXES])) == BOXES
    choose.there = KINDS
    assert choose(Needs(allowed=[CLUSTERS, BOXES])) == CLUSTERS


def test_where_no_backend_has_a_capability_the_first_that_answers_is_taken(choose: Choice) -> None:
    assert choose(Needs(capabilities=frozenset({Capability.NODE_SHELL}))) == EMBEDDED
    choose.there = [BOXES]
    assert choose(Needs(capabilities=frozenset({Capability.NODE_SHELL}))) == BOXES


def test_what_was_named_is_taken_without_asking_it(choose: Choice) -> None:
    choose.there = ()
    assert choose(asked=BOXES) == BOXES
    assert choose(Needs(frozenset({Option.DOCKER_CONTEXT}), EngineChoice("box"))) == BOXES


def test_a_backend_that_the_pack_does_not_run_on_is_refused(choose: Choice) -> None:
    with pytest.raises(UsageProblem, match=f"does not run on {EMBEDDED}") as refused:
        choose(Needs(allowed=[BOXES]), EMBEDDED)
    assert BOXES in refused.value.hint


def test_an_option_that_the_named_backend_cannot_honour_is_refused_with_those_that_can(choose: Choice) -> None:
    with pytest.raises(UsageProblem, match=f"--image and --nodes cannot be used with {EMBEDDED}") as refused:
        choose(Needs(frozenset({Option.NODES, Option.IMAGE})), EMBEDDED)
    assert refused.value.exit_code is ExitCode.USAGE
    assert refused.value.hint == f"use --image with {BOXES} or {CLUSTERS} or {COMPANY}, and --nodes with {CLUSTERS}"


def test_options_that_no_backend_can_honour_together_are_refused(choose: Choice) -> None:
    with pytest.raises(UsageProblem, match="--context and --nodes cannot be used together") as refused:
        choose(Needs(frozenset({Option.NODES, Option.CONTEXT})))
    assert refused.value.hint == f"use --nodes with {CLUSTERS}, and --context with {COMPANY}"


def test_an_option_that_no_backend_of_the_pack_can_honour_is_refused(choose: Choice) -> None:
    with pytest.raises(UsageProblem, match=f"--image cannot be used with {EMBEDDED}, which the pack runs on"):
        choose(WANTS_IMAGE._replace(allowed=[EMBEDDED]))


def test_the_only_one_that_can_says_itself_why_it_does_not_answer(choose: Choice) -> None:
    choose.there = ()
    with pytest.raises(EngineUnavailable, match="it is silent") as refused:
        choose(Needs(frozenset({Option.NODES})))
    assert refused.value.hint == "make it speak"


def test_where_nothing_answers_all_that_could_be_used_are_named(choose: Choice) -> None:
    choose.there = ()
    with pytest.raises(EngineUnavailable, match=f"this needs {EMBEDDED} or {BOXES} or {CLUSTERS}, and no such engine"):
        choose()
