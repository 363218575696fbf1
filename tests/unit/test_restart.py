"""A restart that goes wrong leaves the old sandbox or none, and says which."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Problem, Template
from tempshell_cli.core.config import Settings
from tempshell_cli.core.errors import LeftoverRemains, ProvisionFailed, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.events import Recipe, details
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.restart import restart
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

from .fake_sessions import TEMPLATE, FakeSessions, open_fake

SECRET = "hunter2"  # noqa: S105 - a test's


class Machine(FakeEngine):
    """A fake engine whose sandboxes start at once."""

    def missing(self, template: Template) -> Problem | None:
        del template
        return self.lacking

    lacking: Problem | None = None


@pytest.fixture
def engine(tmp_path: Path, clock: FakeClock) -> FakeEngine:
    return Machine(tmp_path / "engine", clock)


def again(fake: FakeSessions, session: Session) -> Session:
    return restart(fake.sessions, session, lambda _: nullcontext())


def test_a_restart_keeps_the_session_and_makes_its_home_again(fake: FakeSessions) -> None:
    session = fake.start(template=TEMPLATE._replace(env={"TOKEN": SECRET}))
    made = again(fake, session)
    assert made._replace(home=session.home) == session
    assert fake.ids_on_engine() == [session.id]
    assert fake.state_of(session.id) == (State.READY, "")
    (recipe,) = details(fake.sessions.store.events(session.id), Recipe)
    assert SECRET not in str(recipe)


def test_an_engine_whose_sandboxes_take_long_to_make_is_refused_by_name(
    paths: Paths, tmp_path: Path, clock: FakeClock
) -> None:
    with open_fake(paths, FakeEngine(tmp_path / "engine", clock), clock, Settings(owner="ann")) as fake:
        session = fake.start()
        with pytest.raises(UsageProblem, match="a fake session cannot be restarted"):
            again(fake, session)


def test_what_cannot_be_made_again_stays_as_it_is(fake: FakeSessions) -> None:
    session = fake.start()
    assert isinstance(fake.engine, Machine)
    fake.engine.lacking = Problem("the engine lacks the image any", "pull it")
    with pytest.raises(UsageProblem, match="lacks the image any"):
        again(fake, session)
    fake.engine.lacking = None
    adopted = fake.on_record(State.READY, "s2")
    with pytest.raises(UsageProblem, match="how s2 was made is not on record"):
        again(fake, adopted)
    fake.clock.advance(seconds=3595)
    with pytest.raises(UsageProblem, match="is about to end"):
        again(fake, session)
    assert fake.state_of(session.id) == (State.READY, "")
    assert fake.ids_on_engine() == [session.id]


def test_a_start_that_fails_half_way_leaves_nothing_and_says_so(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.refusal = ProvisionFailed("no space left", hint="free some")
    with pytest.raises(ProvisionFailed, match=f"{session.name} has ended: its restart failed: no space left") as failed:
        again(fake, session)
    assert failed.value.hint == "free some"
    assert fake.ids_on_engine() == []
    assert fake.state_of(session.id) == (State.ENDED, "its restart failed: no space left")


def test_what_cannot_be_rolled_back_is_left_for_the_next_sweep(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.stuck.add(session.id)
    with pytest.raises(LeftoverRemains, match="could not remove"):
        again(fake, session)
    assert fake.state_of(session.id)[0] is State.STOPPING
    fake.engine.stuck.clear()
    fake.sweep()
    assert fake.ids_on_engine() == []


def test_an_interrupt_half_way_leaves_nothing(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.refusal = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        again(fake, session)
    assert fake.ids_on_engine() == []
    assert fake.state_of(session.id)[0] is State.ENDED


def test_a_session_that_is_stopped_meanwhile_stays_stopped(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.during = lambda: fake.sessions.stop(session)
    with pytest.raises(ProvisionFailed, match="it was stopped meanwhile"):
        again(fake, session)
    assert fake.ids_on_engine() == []
    assert fake.state_of(session.id) == (State.ENDED, "stopped")
