"""What a sandbox lacks is found out once, remembered, and told; what cannot be found out is asked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.core.config import Settings
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command
from tempshell_cli.packs.authoring.prove import PackProof, State
from tempshell_cli.packs.grading.results import TaskResult
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.proving import Prover
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.start import plan_session
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine
from tests.packs.drafts import Draft

from .fake_sessions import FakeSessions, open_fake


class Measuring(FakeEngine):
    """An engine whose sandboxes have a network that may enforce policies."""

    answer: bool | Exception = True
    asked = 0
    has_metrics = False

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        del sandbox
        if argv[0] == "get":
            return Command(("echo", '{"gitVersion": "v1.37.2"}'))
        return Command(("true",) if self.has_metrics else ("sh", "-c", "echo '(NotFound)' >&2; exit 1"))

    def enforces_policies(self, sandbox: Sandbox) -> bool:
        del sandbox
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def measuring(tmp_path: Path, clock: FakeClock) -> Measuring:
    return Measuring(tmp_path / "engine", clock)


@pytest.fixture
def fake(paths: Paths, measuring: Measuring, clock: FakeClock) -> Iterator[FakeSessions]:
    with open_fake(paths, measuring, clock, Settings(owner="ann")) as opened:
        yield opened


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A pack of which one check needs an enforced policy."""
    made = Draft.made_in(tmp_path / "draft")
    made.replace("tasks/one.md", "- id: right", "- id: right\n  caps: [netpol-enforced]")
    return made


def graded(fake: FakeSessions, session_id: str) -> TaskResult:
    session = fake.sessions.store.get(session_id)
    assert session
    practice = Practice(fake.sessions, session)
    return practice.grade(practice.pack.tasks[0])


@pytest.mark.parametrize(("there", "verdict"), [(True, "fail"), (False, "error")])
def test_it_is_measured_once_a_session(
    there: bool,  # noqa: FBT001 - what is measured
    verdict: str,
    fake: FakeSessions,
    measuring: Measuring,
    draft: Draft,
) -> None:
    measuring.answer = there
    session = fake.start(pack=str(draft.root))
    (Path(session.home) / "answer.txt").write_text("41")
    for _ in range(2):
        assert [str(one.verdict) for one in graded(fake, session.id).results] == ["pass", verdict]
    assert measuring.asked == 1
    assert ("capability", f"netpol-enforced {'yes' if there else 'no'}") in fake.events(session.id)
    fake.sessions.stop(session)
    other = fake.start(pack=str(draft.root), name="other")
    graded(fake, other.id)
    assert measuring.asked == 2


def test_metrics_that_come_later_are_found(fake: FakeSessions, measuring: Measuring, draft: Draft) -> None:
    draft.replace("tasks/one.md", "netpol-enforced", "metrics")
    session = fake.start(pack=str(draft.root))
    (Path(session.home) / "answer.txt").write_text("42")
    assert graded(fake, session.id).results[1].message == "it needs metrics, which this sandbox lacks"
    graded(fake, session.id)
    measuring.has_metrics = True
    assert str(graded(fake, session.id).verdict) == "pass"
    told = [text for kind, text in fake.events(session.id) if kind == "capability"]
    assert told == ["metrics no", "metrics yes"]


def test_what_it_lacks_is_reported_and_takes_no_points(fake: FakeSessions, measuring: Measuring, draft: Draft) -> None:
    measuring.answer = False
    session = fake.start(pack=str(draft.root))
    (Path(session.home) / "answer.txt").touch()
    result = graded(fake, session.id)
    assert (result.earned, result.total, result.incomplete) == (2, 3, ("right",))
    assert result.results[1].message == "it needs netpol-enforced, which this sandbox lacks"


def test_what_cannot_be_measured_is_reported_and_measured_again(
    fake: FakeSessions, measuring: Measuring, draft: Draft
) -> None:
    measuring.answer = EngineUnavailable("the pods do not run")
    session = fake.start(pack=str(draft.root))
    (Path(session.home) / "answer.txt").write_text("42")
    output = graded(fake, session.id).results[1]
    assert (str(output.verdict), output.message) == (
        "error",
        "it needs netpol-enforced, which could not be looked for: the pods do not run",
    )
    measuring.answer = True
    assert str(graded(fake, session.id).verdict) == "pass"


def test_nothing_is_measured_that_no_task_needs(fake: FakeSessions, measuring: Measuring, tmp_path: Path) -> None:
    session = fake.start(pack=str(Draft.made_in(tmp_path / "plain").root))
    graded(fake, session.id)
    assert measuring.asked == 0


def test_what_the_backend_knows_need_not_be_measured(fake: FakeSessions, draft: Draft) -> None:
    draft.replace("tasks/one.md", "netpol-enforced", "cluster-admin")
    session = fake.start(pack=str(draft.root))
    assert graded(fake, session.id).results[1].message == "it needs cluster-admin, which this sandbox lacks"


@pytest.fixture
def two(draft: Draft) -> Draft:
    """A pack of two tasks alike."""
    draft.replace("tasks/one.md", "hints:", "setup: {run: setup.sh}\nhints:")
    draft.write("setup.sh", "rm -f answer.txt\n")
    text = (draft.root / "tasks/one.md").read_text().replace("id: one", "id: two").replace("answer.txt", "other.txt")
    for word in ("setup.sh", "solution.sh", "wrong.sh"):
        draft.write(f"two-{word}", (draft.root / word).read_text().replace("answer.txt", "other.txt"))
        text = text.replace(word, f"two-{word}")
    draft.write("tasks/two.md", text)
    draft.replace("pack.yaml", "- tasks/one.md", "- tasks/one.md\n- tasks/two.md")
    return draft


def proven(fake: FakeSessions, draft: Draft) -> PackProof:
    plan = plan_session(fake.sessions, StartRequest(pack=str(draft.root), backend="fake"))
    assert plan.pack
    return Prover(fake.sessions, plan).prove(plan.pack.tasks, seed=1)


@pytest.mark.parametrize(("there", "left_out"), [(True, ()), (False, ("right",))])
def test_for_a_proof_it_is_measured_once(
    there: bool,  # noqa: FBT001 - what is measured
    left_out: tuple[str, ...],
    fake: FakeSessions,
    measuring: Measuring,
    two: Draft,
) -> None:
    measuring.answer = there
    proof = proven(fake, two)
    assert [(task.state, task.left_out, len(task.steps)) for task in proof.tasks] == [
        (State.PROVEN, left_out, 4 if left_out else 6)
    ] * 2
    assert measuring.asked == 1


def test_a_proof_in_which_it_cannot_be_measured_is_none(fake: FakeSessions, measuring: Measuring, two: Draft) -> None:
    measuring.answer = EngineUnavailable("the pods do not run")
    proof = proven(fake, two)
    assert {(task.state, task.why) for task in proof.tasks} == {(State.ERROR, "the pods do not run")}
    assert not proof.holds


def test_a_task_that_requires_it_is_unproven_where_it_is_not_there(
    fake: FakeSessions, measuring: Measuring, two: Draft
) -> None:
    two.replace("tasks/two.md", "title:", "requires: {caps: [netpol-enforced]}\ntitle:")
    measuring.answer = False
    proof = proven(fake, two)
    assert [task.state for task in proof.tasks] == [State.PROVEN, State.UNPROVEN]
    assert proof.tasks[1].why == "it needs netpol-enforced, which this sandbox lacks"
