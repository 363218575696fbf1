"""The sweep brings engine and store to agree, and removes what is past its time, half made or dead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Condition, Terms
from tempshell_cli.core.config import Settings
from tempshell_cli.core.errors import EngineUnavailable, LimitReached, NoSuchSession, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.events import Kind
from tempshell_cli.sessions.exam import drawn_tasks, exam_of
from tempshell_cli.sessions.lookup import refuse_unusable
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.sitting import Sitting
from tempshell_cli.sessions.start import begin_exam
from tempshell_cli.sessions.starting import start_mark
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

from .conftest import NewFake
from .fake_sessions import FakeSessions, open_fake


@pytest.fixture
def other_machine(tmp_path: Path, engine: FakeEngine, clock: FakeClock) -> Iterator[FakeSessions]:
    """The sessions of the same owner with another state directory, on the same engine."""
    elsewhere = Paths(state=tmp_path / "other" / "state", config=tmp_path / "other" / "config")
    with open_fake(elsewhere, engine, clock, Settings(owner="ann")) as opened:
        yield opened


def test_an_expired_sandbox_goes_and_the_record_says_why(fake: FakeSessions) -> None:
    session = fake.start()
    fake.clock.advance(minutes=60)
    swept = fake.sweep()
    assert [receipt.session for receipt in swept.receipts] == [session.id]
    assert fake.ids_on_engine() == []
    assert fake.state_of(session.id) == (State.ENDED, "expired")


def test_a_running_sandbox_stays_to_its_last_second(fake: FakeSessions) -> None:
    session = fake.start()
    fake.clock.advance(minutes=59, seconds=59)
    swept = fake.sweep()
    assert ([*swept.receipts], len(swept.running)) == ([], 1)
    assert fake.state_of(session.id)[0] is State.READY


def test_what_a_killed_start_has_made_goes(fake: FakeSessions) -> None:
    fake.on_record(State.CREATING)
    fake.on_engine(condition=Condition.DEAD)
    fake.sweep()
    assert fake.ids_on_engine() == []
    assert fake.state_of("s1") == (State.ENDED, "interrupted")


def test_the_record_of_a_killed_start_goes_when_nothing_was_made(fake: FakeSessions) -> None:
    fake.on_record(State.CREATING)
    fake.sweep()
    assert fake.state_of("s1") == (State.ENDED, "interrupted")


def test_the_mark_of_a_start_that_died_before_it_was_on_record_goes(fake: FakeSessions) -> None:
    marks = fake.sessions.paths.private("starting")
    (marks / "s1").touch()
    with start_mark(fake.sessions.paths, "s2"):
        fake.sweep()
        assert [mark.name for mark in marks.iterdir()] == ["s2"]


@pytest.mark.parametrize("made", [True, False])
def test_a_start_under_way_is_left_alone(fake: FakeSessions, new_fake: NewFake, *, made: bool) -> None:
    """Whether or not the engine has something of it already."""
    fake.on_record(State.CREATING)
    if made:
        fake.on_engine(condition=Condition.DEAD)
    with start_mark(fake.sessions.paths, "s1"), new_fake() as other:
        swept = other.sweep()
    assert swept.receipts == []
    assert fake.state_of("s1")[0] is State.CREATING


@pytest.mark.parametrize("seen", ["nothing", "a part", "the record"])
def test_a_start_that_ends_while_the_engine_answers_is_left_alone(fake: FakeSessions, seen: str) -> None:
    """Whatever of it the engine had when it was asked."""
    with ExitStack() as start:
        if seen != "nothing":
            start.enter_context(start_mark(fake.sessions.paths, "s1"))
            fake.on_record(State.CREATING)
        if seen == "a part":
            fake.on_engine(condition=Condition.DEAD)

        def finish() -> None:
            fake.on_engine()
            fake.on_record(State.READY)
            start.close()

        fake.engine.meanwhile = finish
        assert fake.sweep().receipts == []
    assert fake.state_of("s1")[0] is State.READY


def test_an_engine_that_goes_away_during_the_sweep_is_reported(fake: FakeSessions) -> None:
    session = fake.start()
    fake.clock.advance(hours=2)
    fake.engine.meanwhile = lambda: setattr(fake.engine, "silent", True)
    assert "does not answer" in fake.sweep().troubled[0]
    assert fake.state_of(session.id)[0] is State.READY


def test_what_is_lost_stays_on_record_until_a_sweep_is_to_clear_it(fake: FakeSessions) -> None:
    """Its owner is to learn of it, whether anything of it is left or not."""
    dead, vanished = fake.start(), fake.on_record(State.READY)
    fake.engine.die(dead.id)
    assert fake.sweep().receipts == []
    assert fake.state_of(dead.id) == (State.LOST, "nothing in it runs any more")
    assert fake.state_of(vanished.id) == (State.LOST, "nothing of it is left")
    assert [kind for kind, _ in fake.events(dead.id)][-1] == "lost"
    for session in (dead, vanished):
        with pytest.raises(NoSuchSession, match="is lost: nothing") as refused:
            refuse_unusable(fake.sessions.select(session.id))
        assert "start --replace" in refused.value.hint
    fake.sweep(clear=True)
    assert (fake.ids_on_engine(), fake.state_of(dead.id)) == ([], (State.ENDED, "died"))
    assert fake.state_of(vanished.id) == (State.ENDED, "vanished")


def test_a_start_clears_what_is_lost(fake: FakeSessions) -> None:
    lost = fake.start()
    fake.engine.die(lost.id)
    fake.sweep()
    fake.start()  # the only one that its owner may have
    assert fake.state_of(lost.id)[0] is State.ENDED


@pytest.mark.parametrize("condition", [Condition.STOPPED, Condition.BROKEN])
def test_what_can_be_brought_back_is_when_it_is_used(fake: FakeSessions, condition: Condition) -> None:
    session = fake.start()
    fake.engine.change(session.id, condition, "its door is gone")
    for clear in (False, True):
        assert fake.sweep(clear=clear).receipts == []
        assert fake.state_of(session.id) == (State(condition), "its door is gone")
    restored = fake.sessions.restored(session, lambda _: nullcontext())
    assert (restored.state, restored.reason, restored.deadline) == (State.READY, "", session.deadline)
    assert fake.events(session.id)[-1] == ("restored", "its door is gone")
    assert fake.state_of(session.id) == (State.READY, "")


def test_what_cannot_be_brought_back_is_left_out(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.change(session.id, Condition.BROKEN, "its door is gone", "its window is gone")
    fake.engine.beyond_repair = ("its window is gone",)
    restored = fake.sessions.restored(session, lambda _: nullcontext())
    assert (restored.state, restored.reason) == (State.BROKEN, "its window is gone")
    refuse_unusable(restored)


def test_what_another_process_has_brought_back_is_not_brought_back_twice(fake: FakeSessions) -> None:
    session = fake.start()
    fake.on_record(State.BROKEN, session.id, reason="its door is gone")
    fake.engine.meanwhile = lambda: fake.engine.change(session.id, Condition.RUNNING)
    fake.engine.change(session.id, Condition.BROKEN, "its door is gone")
    assert fake.sessions.restored(session, lambda _: nullcontext()).state is State.READY
    assert fake.engine.restored == []


def test_a_stopped_sandbox_that_the_store_has_lost_is_adopted_and_a_broken_one_is_not(fake: FakeSessions) -> None:
    """A broken one may be another machine's, half made."""
    fake.on_engine("s1", condition=Condition.STOPPED)
    fake.on_engine("s2", condition=Condition.BROKEN)
    fake.sweep()
    assert [(one.id, one.state) for one in fake.sessions.store.live()] == [("s1", State.STOPPED)]


@pytest.mark.parametrize("condition", [Condition.STOPPED, Condition.BROKEN])
def test_what_is_stopped_or_broken_goes_at_its_deadline(fake: FakeSessions, condition: Condition) -> None:
    session = fake.start()
    fake.engine.change(session.id, condition)
    fake.clock.advance(hours=2)
    fake.sweep()
    assert (fake.ids_on_engine(), fake.state_of(session.id)) == ([], (State.ENDED, "expired"))


def test_one_that_vanished_after_its_deadline_has_expired(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.lose(session.id)
    fake.clock.advance(hours=2)
    fake.sweep()
    assert fake.state_of(session.id) == (State.ENDED, "expired")


def test_what_a_stop_left_half_done_is_finished(fake: FakeSessions) -> None:
    fake.on_record(State.STOPPING)
    fake.on_engine()
    fake.sweep()
    assert fake.ids_on_engine() == []
    assert fake.state_of("s1") == (State.ENDED, "stopped")


@pytest.mark.parametrize("state", [State.ENDED, State.FAILED])
def test_what_appears_after_its_end_goes(fake: FakeSessions, state: State) -> None:
    """An engine may finish what a killed start had asked for after the sweep has looked."""
    fake.on_record(state, reason="interrupted")
    fake.on_engine()
    fake.sweep()
    assert fake.ids_on_engine() == []
    assert fake.state_of("s1") == (state, "interrupted")


def test_a_sandbox_that_the_store_has_lost_is_adopted(fake: FakeSessions) -> None:
    sandbox = fake.on_engine()
    fake.sweep()
    session = fake.sessions.select("s1")
    assert (session.state, session.owner, session.deadline) == (State.READY, "ann", sandbox.deadline)
    assert session.home == sandbox.home
    assert fake.events("s1") == [("adopted", "fake")]


def test_an_adopted_session_can_be_stopped(fake: FakeSessions) -> None:
    fake.on_engine()
    fake.sweep()
    fake.sessions.stop(fake.sessions.select())
    assert fake.ids_on_engine() == []


def test_a_dead_one_on_no_record_waits_for_its_deadline(fake: FakeSessions) -> None:
    """It may be another machine's, half made."""
    fake.on_engine(condition=Condition.DEAD)
    fake.sweep()
    assert (fake.ids_on_engine(), fake.sessions.store.live()) == (["s1"], [])
    fake.clock.advance(hours=2)
    fake.sweep()
    assert fake.ids_on_engine() == []


@pytest.mark.parametrize("condition", Condition)
def test_another_owners_sandbox_is_never_touched(fake: FakeSessions, condition: Condition) -> None:
    fake.on_engine(owner="bob", condition=condition)
    seen = fake.sessions.sweep([fake.engine], everybodys=[fake.engine])
    assert [one.owner for _, one in seen.running] == (["bob"] if condition is Condition.RUNNING else [])
    fake.clock.advance(hours=5)
    swept = fake.sessions.sweep([fake.engine], everybodys=[fake.engine])
    assert (fake.ids_on_engine(), fake.sessions.store.live()) == (["s1"], [])
    assert swept.running == []  # what is over runs no more, whoever is to remove it


def test_a_sandbox_without_an_owner_is_nobodys_on_an_engine_that_is_shared(fake: FakeSessions) -> None:
    fake.on_engine(owner="")
    fake.clock.advance(hours=2)
    fake.sessions.sweep([fake.engine], everybodys=[fake.engine])
    assert fake.ids_on_engine() == ["s1"]


def test_one_without_an_owner_is_swept_once_it_is_over_where_all_is_ones_own(
    fake: FakeSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start killed before it could label what it made."""
    monkeypatch.setattr(FakeEngine, "is_shared", False)
    fake.on_engine(owner="", condition=Condition.DEAD)
    everything = ([fake.engine], [fake.engine])
    fake.sessions.sweep(*everything)
    assert fake.ids_on_engine() == ["s1"]
    fake.clock.advance(hours=2)
    fake.sessions.sweep(*everything)
    assert fake.ids_on_engine() == []


def test_what_claims_to_be_a_session_of_ours_elsewhere_changes_nothing_of_it(fake: FakeSessions) -> None:
    """In a shared cluster anybody can write any label into a namespace of their own."""
    session = fake.on_record(State.READY, details={"namespace": "ours"})
    here = fake.on_engine(session.id, details={"namespace": "ours"})
    for owner in ("ann", "bob", ""):
        forged = here._replace(owner=owner, deadline=fake.clock.now() - timedelta(days=9), details={"namespace": "x"})
        fake.engine.also = [forged]
        fake.sessions.sweep([fake.engine], everybodys=[fake.engine])
        assert fake.state_of(session.id)[0] is State.READY
        assert session.id in fake.ids_on_engine()


def test_a_session_of_an_earlier_name_of_the_machine_is_still_mine(fake: FakeSessions) -> None:
    session = fake.on_record(State.READY, owner="ann@before")
    fake.on_engine(session.id, owner="ann@before")
    fake.sweep()
    assert fake.state_of(session.id)[0] is State.READY
    fake.clock.advance(hours=2)
    fake.sweep()
    assert (fake.ids_on_engine(), fake.state_of(session.id)) == ([], (State.ENDED, "expired"))


def test_a_deadline_that_another_machine_has_moved_is_learnt(fake: FakeSessions) -> None:
    session = fake.start()
    later = session.deadline + timedelta(minutes=30)
    fake.engine.set_deadline(session.sandbox, later)
    fake.sweep()
    found = fake.sessions.store.get(session.id)
    assert found
    assert found.deadline == later


def test_what_fails_about_one_session_is_reported_and_fails_no_other(fake: FakeSessions) -> None:
    """A refusal, a stuck removal, an answer that is none: of one session, and then of a whole engine."""
    bad, good = fake.on_engine("bad"), fake.on_engine("good")
    del good
    fake.clock.advance(hours=2)
    fake.engine.refused[bad.session] = ValueError("not a number: 0x")
    swept = fake.sweep()
    assert swept.troubled == ["session bad on fake: not a number: 0x"]
    assert fake.ids_on_engine() == ["bad"]

    def answer() -> None:
        raise json.JSONDecodeError("Expecting value", "<html>", 0)

    fake.engine.meanwhile = answer
    ((_, output),) = fake.sweep().silent
    assert "an answer that nobody expected" in str(output)
    assert "unswept" in fake.sessions.paths.log.read_text()


def test_a_silent_engine_is_reported_and_its_sessions_stay_on_record(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.silent = True
    fake.clock.advance(hours=2)
    swept = fake.sweep()
    assert [str(cause) for _, cause in swept.silent] == ["the fake engine does not answer"]
    assert fake.state_of(session.id)[0] is State.READY
    fake.engine.silent = False
    fake.sweep()
    assert fake.state_of(session.id) == (State.ENDED, "expired")


def test_what_cannot_be_removed_is_on_the_receipt_and_tried_again(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.stuck.add(session.id)
    fake.clock.advance(hours=2)
    (receipt,) = fake.sweep().receipts
    assert list(receipt.leftover) == [f"directory {session.id}"]
    assert fake.state_of(session.id)[0] is State.READY
    fake.engine.stuck.clear()
    fake.sweep()
    assert fake.state_of(session.id) == (State.ENDED, "expired")


def test_the_sweep_of_one_owner_leaves_the_records_of_another(fake: FakeSessions, new_fake: NewFake) -> None:
    theirs = fake.start()
    with new_fake(Settings(owner="bob")) as other:
        other.sweep()
    assert fake.state_of(theirs.id)[0] is State.READY


def test_sweeping_twice_changes_nothing_more(fake: FakeSessions) -> None:
    session = fake.start()
    fake.clock.advance(hours=2)
    fake.sweep()
    before = fake.events()
    assert fake.sweep().receipts == []
    assert fake.events() == before
    assert fake.state_of(session.id) == (State.ENDED, "expired")


def test_an_extended_session_is_swept_at_its_new_deadline(fake: FakeSessions) -> None:
    session = fake.start()
    extended = fake.sessions.extend(session)
    fake.clock.advance(minutes=61)
    assert fake.sweep().receipts == []
    fake.clock.advance(minutes=30)
    assert len(fake.sweep().receipts) == 1
    assert fake.state_of(extended.id)[1] == "expired"


def test_every_engine_with_a_live_session_is_swept(fake: FakeSessions) -> None:
    """Without being named."""
    session = fake.start()
    fake.clock.advance(hours=2)
    fake.sessions.sweep()
    assert fake.state_of(session.id) == (State.ENDED, "expired")


def test_the_clock_of_the_record_does_not_matter_for_what_the_engine_tells(fake: FakeSessions) -> None:
    """The deadline on the resource is the truth, also where the record has an earlier one."""
    fake.on_record(State.READY, deadline=fake.clock.now() - timedelta(hours=1))
    fake.on_engine()
    fake.sweep()
    assert fake.ids_on_engine() == ["s1"]


def test_of_several_open_screens_one_sweeps(new_fake: NewFake, clock: FakeClock) -> None:
    with new_fake() as one, new_fake() as other:
        assert one.sessions.claim_sweep(28)
        clock.advance(seconds=27)
        assert not other.sessions.claim_sweep(28)
        clock.advance(seconds=2)
        assert other.sessions.claim_sweep(28)
        assert not one.sessions.claim_sweep(28)
        clock.advance(hours=-1)  # a clock that was set back keeps nobody from sweeping
        assert one.sessions.claim_sweep(28)


def test_where_nothing_can_be_written_each_screen_sweeps_for_itself(fake: FakeSessions) -> None:
    (fake.sessions.paths.state / "swept").symlink_to("/nowhere/at/all")
    assert fake.sessions.claim_sweep(28)
    assert fake.sessions.claim_sweep(28)


def test_a_session_that_was_ended_meanwhile_is_not_brought_back(fake: FakeSessions) -> None:
    """By a stop in another process, while the engine answered this one; and the other way round."""
    session = fake.start()
    later = session.deadline + timedelta(minutes=30)
    fake.engine.set_deadline(session.sandbox, later)
    fake.engine.meanwhile = lambda: fake.sessions.store.change(session.id, state=State.ENDED, reason="stopped")
    fake.sweep()
    assert fake.state_of(session.id) == (State.ENDED, "stopped")
    fake.engine.meanwhile = lambda: None
    fake.sessions.stop(session)
    assert fake.state_of(session.id) == (State.ENDED, "stopped")
    assert [kind for kind, _ in fake.events(session.id)].count("ended") == 0


def test_an_extension_while_the_engine_answers_is_not_undone(fake: FakeSessions) -> None:
    session = fake.start()
    later = session.deadline + timedelta(minutes=30)
    fake.engine.meanwhile = lambda: fake.sessions.store.change(session.id, deadline=later)
    fake.sweep()
    found = fake.sessions.store.get(session.id)
    assert found
    assert found.deadline == later


def test_an_engine_in_use_that_is_silent_is_reported_once_until_it_answers_again(fake: FakeSessions) -> None:
    fake.start()
    said: list[str] = []
    fake.sessions.warn = said.append
    fake.engine.silent = True
    fake.sweep()
    fake.sweep()
    assert said == ["the fake engine does not answer; its sessions stay on record, as last known"]
    assert [kind for kind, _ in fake.events()].count("unswept") == 1
    fake.engine.silent = False
    fake.sweep()
    fake.engine.silent = True
    fake.sweep()
    assert len(said) == 2


def _lose_the_store(fake: FakeSessions) -> None:
    for file in fake.sessions.paths.state.glob("tempshell.db*"):
        file.unlink()


def test_a_lost_store_grants_no_second_extension(fake: FakeSessions, new_fake: NewFake) -> None:
    session = fake.sessions.extend(fake.start())
    _lose_the_store(fake)
    with new_fake() as later:
        later.sweep()
        found = later.sessions.select(session.id)
        assert (found.deadline, found.lease, found.extensions) == (session.deadline, session.lease, 1)
        with pytest.raises(LimitReached, match="already extended"):
            later.sessions.extend(found)


def test_another_machine_counts_the_extensions_of_all(fake: FakeSessions, other_machine: FakeSessions) -> None:
    """Without having looked at the engine since."""
    session = fake.start()
    other_machine.sweep()
    extended = fake.sessions.extend(session)
    with pytest.raises(LimitReached, match="already extended"):
        other_machine.sessions.extend(other_machine.sessions.select(session.id))
    found = other_machine.sessions.select(session.id)
    assert (found.deadline, found.extensions, found.lease) == (extended.deadline, 1, extended.lease)


def test_an_exam_is_one_on_every_machine(fake: FakeSessions, other_machine: FakeSessions) -> None:
    fake.engine.during = lambda: fake.clock.advance(minutes=2)
    tasks = ("one", "two")
    sitting = Sitting(tasks, 7, timedelta(minutes=30))
    session = fake.start(ttl=timedelta(minutes=35), tasks=tasks, sitting=sitting)
    other_machine.sweep()
    here, there = (exam_of(one.sessions.store, session.id) for one in (fake, other_machine))
    assert here == there
    assert there
    assert there.seed == 7
    assert drawn_tasks(other_machine.sessions.store, session.id) == ("one", "two")
    with pytest.raises(UsageProblem, match="an exam cannot be extended"):
        other_machine.sessions.extend(other_machine.sessions.select(session.id))
    with pytest.raises(UsageProblem, match="an exam cannot be paused"):
        other_machine.sessions.pause(other_machine.sessions.select(session.id))


def test_an_exam_is_learnt_of_a_session_that_was_adopted_before(
    fake: FakeSessions, other_machine: FakeSessions
) -> None:
    session = fake.start()
    other_machine.sweep()
    begin_exam(fake.sessions, fake.engine, session.sandbox, 7, timedelta(minutes=30))
    other_machine.sweep()
    other_machine.sweep()
    assert exam_of(other_machine.sessions.store, session.id)
    assert [kind for kind, _ in other_machine.events(session.id)].count(Kind.EXAM) == 1


@pytest.mark.parametrize("exam", ["garbage", "1", "9" * 5000, "-1 -1 -1", "1 2 3 4"])
def test_an_exam_that_makes_no_sense_is_an_exam(fake: FakeSessions, exam: str) -> None:
    sandbox = fake.on_engine()
    fake.engine.set_deadline(sandbox, sandbox.deadline, Terms(exam=exam))
    fake.sweep()
    assert exam_of(fake.sessions.store, "s1")


@pytest.mark.parametrize("failure", [EngineUnavailable("it went away"), KeyboardInterrupt()])
def test_an_extension_that_fails_half_way_is_undone(fake: FakeSessions, failure: BaseException) -> None:
    session = fake.start()
    fake.engine.failing_move = failure
    with pytest.raises(type(failure)):
        fake.sessions.extend(session)
    (sandbox,) = fake.engine.find()
    assert (sandbox.deadline, sandbox.terms.extensions) == (session.deadline, 0)
    assert fake.sessions.extend(session).extensions == 1


def test_what_a_change_that_was_cut_short_has_left_is_healed(fake: FakeSessions) -> None:
    """The engine's record counts, for all parts and for the store."""
    session = fake.start()
    earlier = session.deadline - timedelta(minutes=10)
    fake.engine.tear(session.id, earlier)
    fake.sweep()
    (sandbox,) = fake.engine.find()
    assert (sandbox.deadline, sandbox.is_torn) == (earlier, False)
    assert fake.sessions.select(session.id).deadline == earlier


def test_what_another_command_is_changing_is_left_to_it(fake: FakeSessions, other_machine: FakeSessions) -> None:
    session = fake.start()
    fake.engine.tear(session.id, session.deadline - timedelta(minutes=10))
    with start_mark(fake.sessions.paths, session.id):
        fake.sweep()
    assert fake.engine.find()[0].is_torn
    assert fake.sessions.select(session.id).deadline == session.deadline
    other_machine.sweep()
    assert not fake.engine.find()[0].is_torn


def test_what_is_gone_is_not_extended(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.lose(session.id)
    with pytest.raises(NoSuchSession, match="has no sandbox any more"):
        fake.sessions.extend(session)
