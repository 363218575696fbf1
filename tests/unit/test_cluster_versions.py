"""A pack is used only on a cluster of a version that it is for: at the start, later, and in proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import ClassVar

import pytest

from tempshell_cli.backends.base import Sandbox, Template
from tempshell_cli.cli.output.packs import say_proof
from tempshell_cli.core.config import Settings
from tempshell_cli.core.errors import EngineUnavailable, ExitCode, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command
from tempshell_cli.packs.authoring.prove import PackProof, State
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.proving import Prover
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.start import plan_session, start
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine
from tests.packs.drafts import Draft

from .fake_sessions import FakeSessions, open_fake

Ask = Callable[[Draft, str], None]


class WithCluster(FakeEngine):
    """An engine whose sandboxes have a cluster, which is only its version."""

    other_version: ClassVar[str] = "choose another image"
    version = "v1.35.4+k3s1"
    stated = ""  # by the template, before there is a cluster
    asked = 0

    def kubernetes_version(self, template: Template) -> str:
        del template
        return self.stated

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        del sandbox
        assert argv == ("get", "--raw", "/version")
        self.asked += 1
        return Command(("printf", "%s", f'{{"gitVersion": "{self.version}"}}'))


@pytest.fixture
def engine(tmp_path: Path, clock: FakeClock) -> WithCluster:
    return WithCluster(tmp_path / "engine", clock)


@pytest.fixture
def fake(paths: Paths, engine: WithCluster, clock: FakeClock) -> Iterator[FakeSessions]:
    with open_fake(paths, engine, clock, Settings(owner="ann")) as opened:
        yield opened


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A pack whose setup leaves a trace, and takes away what the solution makes."""
    made = Draft.made_in(tmp_path / "draft")
    made.replace("tasks/one.md", "hints:", "setup: {run: setup.sh}\nhints:")
    made.write("setup.sh", f"rm -f answer.txt\ntouch {tmp_path / 'trace'}\n")
    return made


def pack_is_for(draft: Draft, versions: str) -> None:
    draft.replace("pack.yaml", "license: MIT", f'license: MIT\nkubernetes: "{versions}"')


def task_is_for(draft: Draft, versions: str) -> None:
    draft.replace("tasks/one.md", "title:", f'requires: {{kubernetes: "{versions}"}}\ntitle:')


def started(fake: FakeSessions, draft: Draft) -> Session:
    return start(fake.sessions, StartRequest(pack=str(draft.root), backend="fake"), lambda _: nullcontext())


@pytest.mark.parametrize("stated", ["", "v1.35.4"])
@pytest.mark.parametrize(
    ("ask", "who"), [(pack_is_for, "the pack draft"), (task_is_for, "the task one")], ids=["pack", "task"]
)
def test_a_start_on_another_version_ends_before_a_task_is_set_up(  # noqa: PLR0913 - fixtures
    *, ask: Ask, who: str, stated: str, fake: FakeSessions, engine: WithCluster, draft: Draft, tmp_path: Path
) -> None:
    """With the same words and exit code, whether the version was known before the sandbox was made or not."""
    ask(draft, ">=1.36")
    engine.stated = stated
    with pytest.raises(UsageProblem) as refused:
        started(fake, draft)
    assert str(refused.value) == f"{who} needs Kubernetes >=1.36, and this cluster has 1.35.4"
    assert (refused.value.hint, refused.value.exit_code) == ("choose another image", ExitCode.USAGE)
    assert not (tmp_path / "trace").exists()
    assert fake.ids_on_engine() == []
    assert fake.sessions.store.live() == []
    assert [kind for kind, _ in fake.events()] == ([] if stated else ["creating", "kubernetes", "failed"])


def test_what_the_server_reports_counts_where_less_was_stated(
    fake: FakeSessions, engine: WithCluster, draft: Draft
) -> None:
    pack_is_for(draft, ">=1.36")
    engine.stated = "v1.36.0"
    with pytest.raises(UsageProblem, match=r"this cluster has 1\.35\.4"):
        started(fake, draft)
    assert fake.ids_on_engine() == []


@pytest.mark.parametrize("ask", [pack_is_for, task_is_for])
def test_where_there_is_no_cluster_nothing_is_made(
    ask: Ask, paths: Paths, clock: FakeClock, draft: Draft, tmp_path: Path
) -> None:
    ask(draft, ">=1.20")
    plain = FakeEngine(tmp_path / "plain", clock)
    with open_fake(paths, plain, clock, Settings(owner="ann")) as fake:
        with pytest.raises(UsageProblem, match=r"needs Kubernetes >=1\.20, and fake has no cluster") as refused:
            started(fake, draft)
        assert refused.value.hint == "`--backend kind` makes one"
        assert fake.events() == []


def test_a_cluster_that_reports_no_version_ends_the_start(
    fake: FakeSessions, engine: WithCluster, draft: Draft
) -> None:
    pack_is_for(draft, ">=1.20")
    engine.version = ""
    with pytest.raises(EngineUnavailable, match="does not say which version"):
        started(fake, draft)
    assert fake.ids_on_engine() == []


def test_a_session_asks_its_cluster_once_and_later_uses_see_what_was_changed(
    fake: FakeSessions, engine: WithCluster, draft: Draft
) -> None:
    pack_is_for(draft, ">=1.35,<1.36")
    session = started(fake, draft)
    practice = Practice(fake.sessions, session)
    practice.grade(practice.pack.tasks[0])
    practice.reset(practice.pack.tasks[0])
    assert engine.asked == 1
    assert ("kubernetes", "1.35.4") in fake.events(session.id)
    task_is_for(draft, "<1.35.2")
    changed = Practice(fake.sessions, session)
    for use in (changed.grade, changed.reset):
        with pytest.raises(UsageProblem, match=r"the task one needs Kubernetes <1\.35\.2, and this cluster has"):
            use(changed.pack.tasks[0])


def test_a_pack_for_any_version_does_not_ask(fake: FakeSessions, engine: WithCluster, draft: Draft) -> None:
    engine.version = ""
    started(fake, draft)
    assert engine.asked == 0


def proven(fake: FakeSessions, draft: Draft) -> PackProof:
    plan = plan_session(fake.sessions, StartRequest(pack=str(draft.root), backend="fake"))
    assert plan.pack
    return Prover(fake.sessions, plan).prove(plan.pack.tasks, seed=1)


@pytest.mark.parametrize("stated", ["", "v1.35.4"])
def test_in_a_proof_a_task_for_another_version_is_unproven(
    stated: str, fake: FakeSessions, engine: WithCluster, draft: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    draft.write("tasks/two.md", (draft.root / "tasks/one.md").read_text().replace("id: one", "id: two"))
    draft.replace("pack.yaml", "- tasks/one.md", "- tasks/one.md\n- tasks/two.md")
    task_is_for(draft, ">=1.36")
    engine.stated = stated
    proof = proven(fake, draft)
    assert [(one.state, one.why) for one in proof.tasks] == [
        (State.UNPROVEN, "the task one needs Kubernetes >=1.36, and this cluster has 1.35.4"),
        (State.PROVEN, ""),
    ]
    assert (proof.kubernetes, proof.holds, engine.asked) == ("1.35.4", True, 1)
    say_proof(proof, "table", draft.load())
    assert "draft 1.0.0 on fake, Kubernetes 1.35.4: 1 unproven, 1 proven" in capsys.readouterr().out


def test_a_proof_of_a_pack_for_another_version_does_not_hold(
    fake: FakeSessions, engine: WithCluster, draft: Draft
) -> None:
    pack_is_for(draft, ">=1.36")
    engine.stated = "v1.35.4"
    proof = proven(fake, draft)
    assert [one.why for one in proof.tasks] == ["the pack draft needs Kubernetes >=1.36, and this cluster has 1.35.4"]
    assert (proof.holds, engine.asked) == (False, 0)
