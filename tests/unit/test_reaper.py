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

from .conftest import NewDesk
from .desk import Desk, open_desk


@pytest.fixture
def other_machine(tmp_path: Path, engine: FakeEngine, clock: FakeClock) -> Iterator[Desk]:
    """The sessions of the same owner with another state directory, on the same engine."""
    elsewhere = Paths(state=tmp_path / "other" / "state", config=tmp_path / "other" / "config")
    with open_desk(elsewhere, engine, clock, Settings(owner="ann")) as opened:
        yield opened


def test_an_expired_sandbox_goes_and_the_record_says_why(desk: Desk) -> None:
    session = desk.start()
    desk.clock.advance(minutes=60)
    swept = desk.sweep()
    assert [receipt.session for receipt in swept.receipts] == [session.id]
    assert desk.ids_on_engine() == []
    assert desk.state_of(session.id) == (State.ENDED, "expired")


def test_a_running_sandbox_stays_to_its_last_second(desk: Desk) -> None:
    session = desk.start()
    desk.clock.advance(minutes=59, seconds=59)
    swept = desk.sweep()
    assert ([*swept.receipts], len(swept.running)) == ([], 1)
    assert desk.state_of(session.id)[0] is State.READY


def test_what_a_killed_start_has_made_goes(desk: Desk) -> None:
    desk.on_record(State.CREATING)
    desk.on_engine(condition=Condition.DEAD)
    desk.sweep()
    assert desk.ids_on_engine() == []
    assert desk.state_of("s1") == (State.ENDED, "interrupted")


def test_the_record_of_a_killed_start_goes_when_nothing_was_made(desk: Desk) -> None:
    desk.on_record(State.CREATING)
    desk.sweep()
    assert desk.state_of("s1") == (State.ENDED, "interrupted")


def test_the_mark_of_a_start_that_died_before_it_was_on_record_goes(desk: Desk) -> None:
    marks = desk.sessions.paths.private("starting")
    (marks / "s1").touch()
    with start_mark(desk.sessions.paths, "s2"):
        desk.sweep()
        assert [mark.name for mark in marks.iterdir()] == ["s2"]


@pytest.mark.parametrize("made", [True, False])
def test_a_start_under_way_is_left_alone(desk: Desk, new_desk: NewDesk, *, made: bool) -> None:
    """Whether or not the engine has something of it already."""
    desk.on_record(State.CREATING)
    if made:
        desk.on_engine(condition=Condition.DEAD)
    with start_mark(desk.sessions.paths, "s1"), new_desk() as other:
        swept = other.sweep()
    assert swept.receipts == []
    assert desk.state_of("s1")[0] is State.CREATING


@pytest.mark.parametrize("seen", ["nothing", "a part", "the record"])
def test_a_start_that_ends_while_the_engine_answers_is_left_alone(desk: Desk, seen: str) -> None:
    """Whatever of it the engine had when it was asked."""
    with ExitStack() as start:
        if seen != "nothing":
            start.enter_context(start_mark(desk.sessions.paths, "s1"))
            desk.on_record(State.CREATING)
        if seen == "a part":
            desk.on_engine(condition=Condition.DEAD)

        def finish() -> None:
            desk.on_engine()
            desk.on_record(State.READY)
            start.close()

        desk.engine.meanwhile = finish
        assert desk.sweep().receipts == []
    assert desk.state_of("s1")[0] is State.READY


def test_an_engine_that_goes_away_during_the_sweep_is_reported(desk: Desk) -> None:
    session = desk.start()
    desk.clock.advance(hours=2)
    desk.engine.meanwhile = lambda: setattr(desk.engine, "silent", True)
    assert "does not answer" in desk.sweep().troubled[0]
    assert desk.state_of(session.id)[0] is State.READY


def test_what_is_lost_stays_on_record_until_a_sweep_is_to_clear_it(desk: Desk) -> None:
    """Its owner is to learn of it, whether anything of it is left or not."""
    dead, vanished = desk.start(), desk.on_record(State.READY)
    desk.engine.die(dead.id)
    assert desk.sweep().receipts == []
    assert desk.state_of(dead.id) == (State.LOST, "nothing in it runs any more")
    assert desk.state_of(vanished.id) == (State.LOST, "nothing of it is left")
    assert [kind for kind, _ in desk.events(dead.id)][-1] == "lost"
    for session in (dead, vanished):
        with pytest.raises(NoSuchSession, match="is lost: nothing") as refused:
            refuse_unusable(desk.sessions.select(session.id))
        assert "start --replace" in refused.value.hint
    desk.sweep(clear=True)
    assert (desk.ids_on_engine(), desk.state_of(dead.id)) == ([], (State.ENDED, "died"))
    assert desk.state_of(vanished.id) == (State.ENDED, "vanished")


def test_a_start_clears_what_is_lost(desk: Desk) -> None:
    lost = desk.start()
    desk.engine.die(lost.id)
    desk.sweep()
    desk.start()  # the only one that its owner may have
    assert desk.state_of(lost.id)[0] is State.ENDED


@pytest.mark.parametrize("condition", [Condition.STOPPED, Condition.BROKEN])
def test_what_can_be_brought_back_is_when_it_is_used(desk: Desk, condition: Condition) -> None:
    session = desk.start()
    desk.engine.change(session.id, condition, "its door is gone")
    for clear in (False, True):
        assert desk.sweep(clear=clear).receipts == []
        assert desk.state_of(session.id) == (State(condition), "its door is gone")
    restored = desk.sessions.restored(session, lambda _: nullcontext())
    assert (restored.state, restored.reason, restored.deadline) == (State.READY, "", session.deadline)
    assert desk.events(session.id)[-1] == ("restored", "its door is gone")
    assert desk.state_of(session.id) == (State.READY, "")


def test_what_cannot_be_brought_back_is_left_out(desk: Desk) -> None:
    session = desk.start()
    desk.engine.change(session.id, Condition.BROKEN, "its door is gone", "its window is gone")
    desk.engine.beyond_repair = ("its window is gone",)
    restored = desk.sessions.restored(session, lambda _: nullcontext())
    assert (restored.state, restored.reason) == (State.BROKEN, "its window is gone")
    refuse_unusable(restored)


def test_what_another_process_has_brought_back_is_not_brought_back_twice(desk: Desk) -> None:
    session = desk.start()
    desk.on_record(State.BROKEN, session.id, reason="its door is gone")
    desk.engine.meanwhile = lambda: desk.engine.change(session.id, Condition.RUNNING)
    desk.engine.change(session.id, Condition.BROKEN, "its door is gone")
    assert desk.sessions.restored(session, lambda _: nullcontext()).state is State.READY
    assert desk.engine.restored == []


def test_a_stopped_sandbox_that_the_store_has_lost_is_adopted_and_a_broken_one_is_not(desk: Desk) -> None:
    """A broken one may be another machine's, half made."""
    desk.on_engine("s1", condition=Condition.STOPPED)
    desk.on_engine("s2", condition=Condition.BROKEN)
    desk.sweep()
    assert [(one.id, one.state) for one in desk.sessions.store.live()] == [("s1", State.STOPPED)]


@pytest.mark.parametrize("condition", [Condition.STOPPED, Condition.BROKEN])
def test_what_is_stopped_or_broken_goes_at_its_deadline(desk: Desk, condition: Condition) -> None:
    session = desk.start()
    desk.engine.change(session.id, condition)
    desk.clock.advance(hours=2)
    desk.sweep()
    assert (desk.ids_on_engine(), desk.state_of(session.id)) == ([], (State.ENDED, "expired"))


def test_one_that_vanished_after_its_deadline_has_expired(desk: Desk) -> None:
    session = desk.start()
    desk.engine.lose(session.id)
    desk.clock.advance(hours=2)
    desk.sweep()
    assert desk.state_of(session.id) == (State.ENDED, "expired")


def test_what_a_stop_left_half_done_is_finished(desk: Desk) -> None:
    desk.on_record(State.STOPPING)
    desk.on_engine()
    desk.sweep()
    assert desk.ids_on_engine() == []
    assert desk.state_of("s1") == (State.ENDED, "stopped")


@pytest.mark.parametrize("state", [State.ENDED, State.FAILED])
def test_what_appears_after_its_end_goes(desk: Desk, state: State) -> None:
    """An engine may finish what a killed start had asked for after the sweep has looked."""
    desk.on_record(state, reason="interrupted")
    desk.on_engine()
    desk.sweep()
    assert desk.ids_on_engine() == []
    assert desk.state_of("s1") == (state, "interrupted")


def test_a_sandbox_that_the_store_has_lost_is_adopted(desk: Desk) -> None:
    sandbox = desk.on_engine()
    desk.sweep()
    session = desk.sessions.select("s1")
    assert (session.state, session.owner, session.deadline) == (State.READY, "ann", sandbox.deadline)
    assert session.home == sandbox.home
    assert desk.events("s1") == [("adopted", "fake")]


def test_an_adopted_session_can_be_stopped(desk: Desk) -> None:
    desk.on_engine()
    desk.sweep()
    desk.sessions.stop(desk.sessions.select())
    assert desk.ids_on_engine() == []


def test_a_dead_one_on_no_record_waits_for_its_deadline(desk: Desk) -> None:
    """It may be another machine's, half made."""
    desk.on_engine(condition=Condition.DEAD)
    desk.sweep()
    assert (desk.ids_on_engine(), desk.sessions.store.live()) == (["s1"], [])
    desk.clock.advance(hours=2)
    desk.sweep()
    assert desk.ids_on_engine() == []


@pytest.mark.parametrize("condition", Condition)
def test_another_owners_sandbox_is_never_touched(desk: Desk, condition: Condition) -> None:
    desk.on_engine(owner="bob", condition=condition)
    seen = desk.sessions.sweep([desk.engine], everybodys=[desk.engine])
    assert [one.owner for _, one in seen.running] == (["bob"] if condition is Condition.RUNNING else [])
    desk.clock.advance(hours=5)
    swept = desk.sessions.sweep([desk.engine], everybodys=[desk.engine])
    assert (desk.ids_on_engine(), desk.sessions.store.live()) == (["s1"], [])
    assert swept.running == []  # what is over runs no more, whoever is to remove it


def test_a_sandbox_without_an_owner_is_nobodys_on_an_engine_that_is_shared(desk: Desk) -> None:
    desk.on_engine(owner="")
    desk.clock.advance(hours=2)
    desk.sessions.sweep([desk.engine], everybodys=[desk.engine])
    assert desk.ids_on_engine() == ["s1"]


def test_one_without_an_owner_is_swept_once_it_is_over_where_all_is_ones_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start killed before it could label what it made."""
    monkeypatch.setattr(FakeEngine, "is_shared", False)
    desk.on_engine(owner="", condition=Condition.DEAD)
    everything = ([desk.engine], [desk.engine])
    desk.sessions.sweep(*everything)
    assert desk.ids_on_engine() == ["s1"]
    desk.clock.advance(hours=2)
    desk.sessions.sweep(*everything)
    assert desk.ids_on_engine() == []


def test_what_claims_to_be_a_session_of_ours_elsewhere_changes_nothing_of_it(desk: Desk) -> None:
    """In a shared cluster anybody can write any label into a namespace of their own."""
    session = desk.on_record(State.READY, details={"namespace": "ours"})
    here = desk.on_engine(session.id, details={"namespace": "ours"})
    for owner in ("ann", "bob", ""):
        forged = here._replace(owner=owner, deadline=desk.clock.now() - timedelta(days=9), details={"namespace": "x"})
        desk.engine.also = [forged]
        desk.sessions.sweep([desk.engine], everybodys=[desk.engine])
        assert desk.state_of(session.id)[0] is State.READY
        assert session.id in desk.ids_on_engine()


def test_a_session_of_an_earlier_name_of_the_machine_is_still_mine(desk: Desk) -> None:
    session = desk.on_record(State.READY, owner="ann@before")
    desk.on_engine(session.id, owner="ann@before")
    desk.sweep()
    assert desk.state_of(session.id)[0] is State.READY
    desk.clock.advance(hours=2)
    desk.sweep()
    assert (desk.ids_on_engine(), desk.state_of(session.id)) == ([], (State.ENDED, "expired"))


def test_a_deadline_that_another_machine_has_moved_is_learnt(desk: Desk) -> None:
    session = desk.start()
    later = session.deadline + timedelta(minutes=30)
    desk.engine.set_deadline(session.sandbox, later)
    desk.sweep()
    found = desk.sessions.store.get(session.id)
    assert found
    assert found.deadline == later


def test_what_fails_about_one_session_is_reported_and_fails_no_other(desk: Desk) -> None:
    """A refusal, a stuck removal, an answer that is none: of one session, and then of a whole engine."""
    bad, good = desk.on_engine("bad"), desk.on_engine("good")
    del good
    desk.clock.advance(hours=2)
    desk.engine.refused[bad.session] = ValueError("not a number: 0x")
    swept = desk.sweep()
    assert swept.troubled == ["session bad on fake: not a number: 0x"]
    assert desk.ids_on_engine() == ["bad"]

    def answer() -> None:
        raise json.JSONDecodeError("Expecting value", "<html>", 0)

    desk.engine.meanwhile = answer
    ((_, output),) = desk.sweep().silent
    assert "an answer that nobody expected" in str(output)
    assert "unswept" in desk.sessions.paths.log.read_text()


def test_a_silent_engine_is_reported_and_its_sessions_stay_on_record(desk: Desk) -> None:
    session = desk.start()
    desk.engine.silent = True
    desk.clock.advance(hours=2)
    swept = desk.sweep()
    assert [str(cause) for _, cause in swept.silent] == ["the fake engine does not answer"]
    assert desk.state_of(session.id)[0] is State.READY
    desk.engine.silent = False
    desk.sweep()
    assert desk.state_of(session.id) == (State.ENDED, "expired")


def test_what_cannot_be_removed_is_on_the_receipt_and_tried_again(desk: Desk) -> None:
    session = desk.start()
    desk.engine.stuck.add(session.id)
    desk.clock.advance(hours=2)
    (receipt,) = desk.sweep().receipts
    assert list(receipt.leftover) == [f"directory {session.id}"]
    assert desk.state_of(session.id)[0] is State.READY
    desk.engine.stuck.clear()
    desk.sweep()
    assert desk.state_of(session.id) == (State.ENDED, "expired")


def test_the_sweep_of_one_owner_leaves_the_records_of_another(desk: Desk, new_desk: NewDesk) -> None:
    theirs = desk.start()
    with new_desk(Settings(owner="bob")) as other:
        other.sweep()
    assert desk.state_of(theirs.id)[0] is State.READY


def test_sweeping_twice_changes_nothing_more(desk: Desk) -> None:
    session = desk.start()
    desk.clock.advance(hours=2)
    desk.sweep()
    before = desk.events()
    assert desk.sweep().receipts == []
    assert desk.events() == before
    assert desk.state_of(session.id) == (State.ENDED, "expired")


def test_an_extended_session_is_swept_at_its_new_deadline(desk: Desk) -> None:
    session = desk.start()
    extended = desk.sessions.extend(session)
    desk.clock.advance(minutes=61)
    assert desk.sweep().receipts == []
    desk.clock.advance(minutes=30)
    assert len(desk.sweep().receipts) == 1
    assert desk.state_of(extended.id)[1] == "expired"


def test_every_engine_with_a_live_session_is_swept(desk: Desk) -> None:
    """Without being named."""
    session = desk.start()
    desk.clock.advance(hours=2)
    desk.sessions.sweep()
    assert desk.state_of(session.id) == (State.ENDED, "expired")


def test_the_clock_of_the_record_does_not_matter_for_what_the_engine_tells(desk: Desk) -> None:
    """The deadline on the resource is the truth, also where the record has an earlier one."""
    desk.on_record(State.READY, deadline=desk.clock.now() - timedelta(hours=1))
    desk.on_engine()
    desk.sweep()
    assert desk.ids_on_engine() == ["s1"]


def test_of_several_open_screens_one_sweeps(new_desk: NewDesk, clock: FakeClock) -> None:
    with new_desk() as one, new_desk() as other:
        assert one.sessions.claim_sweep(28)
        clock.advance(seconds=27)
        assert not other.sessions.claim_sweep(28)
        clock.advance(seconds=2)
        assert other.sessions.claim_sweep(28)
        assert not one.sessions.claim_sweep(28)
        clock.advance(hours=-1)  # a clock that was set back keeps nobody from sweeping
        assert one.sessions.claim_sweep(28)


def test_where_nothing_can_be_written_each_screen_sweeps_for_itself(desk: Desk) -> None:
    (desk.sessions.paths.state / "swept").symlink_to("/nowhere/at/all")
    assert desk.sessions.claim_sweep(28)
    assert desk.sessions.claim_sweep(28)


def test_a_session_that_was_ended_meanwhile_is_not_brought_back(desk: Desk) -> None:
    """By a stop in another process, while the engine answered this one; and the other way round."""
    session = desk.start()
    later = session.deadline + timedelta(minutes=30)
    desk.engine.set_deadline(session.sandbox, later)
    desk.engine.meanwhile = lambda: desk.sessions.store.change(session.id, state=State.ENDED, reason="stopped")
    desk.sweep()
    assert desk.state_of(session.id) == (State.ENDED, "stopped")
    desk.engine.meanwhile = lambda: None
    desk.sessions.stop(session)
    assert desk.state_of(session.id) == (State.ENDED, "stopped")
    assert [kind for kind, _ in desk.events(session.id)].count("ended") == 0


def test_an_extension_while_the_engine_answers_is_not_undone(desk: Desk) -> None:
    session = desk.start()
    later = session.deadline + timedelta(minutes=30)
    desk.engine.meanwhile = lambda: desk.sessions.store.change(session.id, deadline=later)
    desk.sweep()
    found = desk.sessions.store.get(session.id)
    assert found
    assert found.deadline == later


def test_an_engine_in_use_that_is_silent_is_reported_once_until_it_answers_again(desk: Desk) -> None:
    desk.start()
    said: list[str] = []
    desk.sessions.warn = said.append
    desk.engine.silent = True
    desk.sweep()
    desk.sweep()
    assert said == ["the fake engine does not answer; its sessions stay on record, as last known"]
    assert [kind for kind, _ in desk.events()].count("unswept") == 1
    desk.engine.silent = False
    desk.sweep()
    desk.engine.silent = True
    desk.sweep()
    assert len(said) == 2


def _lose_the_store(desk: Desk) -> None:
    for file in desk.sessions.paths.state.glob("tempshell.db*"):
        file.unlink()


def test_a_lost_store_grants_no_second_extension(desk: Desk, new_desk: NewDesk) -> None:
    session = desk.sessions.extend(desk.start())
    _lose_the_store(desk)
    with new_desk() as later:
        later.sweep()
        found = later.sessions.select(session.id)
        assert (found.deadline, found.lease, found.extensions) == (session.deadline, session.lease, 1)
        with pytest.raises(LimitReached, match="already extended"):
            later.sessions.extend(found)


def test_another_machine_counts_the_extensions_of_all(desk: Desk, other_machine: Desk) -> None:
    """Without having looked at the engine since."""
    session = desk.start()
    other_machine.sweep()
    extended = desk.sessions.extend(session)
    with pytest.raises(LimitReached, match="already extended"):
        other_machine.sessions.extend(other_machine.sessions.select(session.id))
    found = other_machine.sessions.select(session.id)
    assert (found.deadline, found.extensions, found.lease) == (extended.deadline, 1, extended.lease)


def test_an_exam_is_one_on_every_machine(desk: Desk, other_machine: Desk) -> None:
    desk.engine.during = lambda: desk.clock.advance(minutes=2)
    tasks = ("one", "two")
    sitting = Sitting(tasks, 7, timedelta(minutes=30))
    session = desk.start(ttl=timedelta(minutes=35), tasks=tasks, sitting=sitting)
    other_machine.sweep()
    here, there = (exam_of(one.sessions.store, session.id) for one in (desk, other_machine))
    assert here == there
    assert there
    assert there.seed == 7
    assert drawn_tasks(other_machine.sessions.store, session.id) == ("one", "two")
    with pytest.raises(UsageProblem, match="an exam cannot be extended"):
        other_machine.sessions.extend(other_machine.sessions.select(session.id))
    with pytest.raises(UsageProblem, match="an exam cannot be paused"):
        other_machine.sessions.pause(other_machine.sessions.select(session.id))


def test_an_exam_is_learnt_of_a_session_that_was_adopted_before(desk: Desk, other_machine: Desk) -> None:
    session = desk.start()
    other_machine.sweep()
    begin_exam(desk.sessions, desk.engine, session.sandbox, 7, timedelta(minutes=30))
    other_machine.sweep()
    other_machine.sweep()
    assert exam_of(other_machine.sessions.store, session.id)
    assert [kind for kind, _ in other_machine.events(session.id)].count(Kind.EXAM) == 1


@pytest.mark.parametrize("exam", ["garbage", "1", "9" * 5000, "-1 -1 -1", "1 2 3 4"])
def test_an_exam_that_makes_no_sense_is_an_exam(desk: Desk, exam: str) -> None:
    sandbox = desk.on_engine()
    desk.engine.set_deadline(sandbox, sandbox.deadline, Terms(exam=exam))
    desk.sweep()
    assert exam_of(desk.sessions.store, "s1")


@pytest.mark.parametrize("failure", [EngineUnavailable("it went away"), KeyboardInterrupt()])
def test_an_extension_that_fails_half_way_is_undone(desk: Desk, failure: BaseException) -> None:
    session = desk.start()
    desk.engine.failing_move = failure
    with pytest.raises(type(failure)):
        desk.sessions.extend(session)
    (sandbox,) = desk.engine.find()
    assert (sandbox.deadline, sandbox.terms.extensions) == (session.deadline, 0)
    assert desk.sessions.extend(session).extensions == 1


def test_what_a_change_that_was_cut_short_has_left_is_healed(desk: Desk) -> None:
    """The engine's record counts, for all parts and for the store."""
    session = desk.start()
    earlier = session.deadline - timedelta(minutes=10)
    desk.engine.tear(session.id, earlier)
    desk.sweep()
    (sandbox,) = desk.engine.find()
    assert (sandbox.deadline, sandbox.is_torn) == (earlier, False)
    assert desk.sessions.select(session.id).deadline == earlier


def test_what_another_command_is_changing_is_left_to_it(desk: Desk, other_machine: Desk) -> None:
    session = desk.start()
    desk.engine.tear(session.id, session.deadline - timedelta(minutes=10))
    with start_mark(desk.sessions.paths, session.id):
        desk.sweep()
    assert desk.engine.find()[0].is_torn
    assert desk.sessions.select(session.id).deadline == session.deadline
    other_machine.sweep()
    assert not desk.engine.find()[0].is_torn


def test_what_is_gone_is_not_extended(desk: Desk) -> None:
    session = desk.start()
    desk.engine.lose(session.id)
    with pytest.raises(NoSuchSession, match="has no sandbox any more"):
        desk.sessions.extend(session)
