"""Waiting for a session, and following what happens to it, from another process."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from tests.packs.drafts import Draft
from tests.support.command_line import Tempshell
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("local")


def test_a_wait_ends_when_the_session_does_and_says_so_by_its_exit_code(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "local", "--name", "otter")
    tempshell("wait", "otter", "--for", "ready")
    assert "is not yet what was waited for: ended" in tempshell("wait", "--timeout", "1s", code=11).stderr
    with (
        tempshell.running("wait", "otter") as for_its_end,
        tempshell.running("events", "-f", "--json", session) as events,
    ):
        assert events.stdout
        assert json.loads(events.stdout.readline())["event"] == "creating"
        tempshell("extend", "otter")
        tempshell("stop", "otter")
        assert for_its_end.wait(60) == 0
        assert events.wait(60) == 0
        kinds = [json.loads(line)["event"] for line in events.stdout]
    assert kinds == ["started", "extended", "stopping", "ended"]
    tempshell("wait", "otter")
    assert "otter has ended: stopped" in tempshell("wait", session, "--for", "ready", code=3).stderr


def test_a_wait_ends_at_the_deadline_which_nobody_else_sees_to(tempshell: Tempshell) -> None:
    tempshell.start("-b", "local", "--name", "otter", "--ttl", "3s")
    tempshell("wait", "otter")
    (event, *_) = (one for one in tempshell("events", "--json").json() if one["event"] == "reaped")
    assert event["detail"] == "expired"
    tempshell("wait", "otter", "--for", "ready", code=7)


def test_a_wait_for_a_task_ends_when_a_check_of_it_passes(tempshell: Tempshell, tmp_path: Path) -> None:
    draft = Draft.made_in(tmp_path / "draft")
    tempshell.start("-b", "local", "--name", "otter", str(draft.root))
    with tempshell.running("wait", "--for", "passed=one") as waiting:
        tempshell.any_code("check", "one")
        assert waiting.poll() is None
        tempshell("exec", "otter", "--", "sh", "-c", "echo 42 >answer.txt")
        tempshell("check", "one")
        assert waiting.wait(60) == 0
    tempshell("wait", "--for", "passed=none", code=2)


def test_of_twelve_starts_that_reuse_at_a_time_one_makes_the_session(tempshell: Tempshell) -> None:
    with ExitStack() as stack:
        argv = ("start", "--quiet", "--detach", "--reuse", "-b", "local", "--name", "otter")
        racers = [stack.enter_context(tempshell.running(*argv)) for _ in range(12)]
        ids = {racer.communicate()[0].decode().strip() for racer in racers}
        assert {racer.returncode for racer in racers} == {0}
    assert ids == {one["id"] for one in tempshell("list", "--json").json()}
    assert len(ids) == 1
    again = tempshell("start", "--detach", "--reuse")
    assert ids == {again.stdout.strip()}
    assert "otter is running already" in again.stderr
    tempshell("start", "--reuse", "--replace", code=2)
    tempshell("start", "--reuse", "--name", "mink", code=8)


def test_what_is_followed_is_shown_line_by_line(tempshell: Tempshell) -> None:
    with tempshell.running("events", "--follow") as events:
        assert events.stdout
        assert events.stdout.readline().split() == [b"TIME", b"SESSION", b"EVENT", b"DETAIL"]
        session = tempshell.start("-b", "local", "--name", "otter")
        lines: list[bytes] = []

        def has_started() -> bool:
            assert events.stdout
            lines.append(events.stdout.readline())
            return b"started" in lines[-1]

        eventually(has_started, "the start is shown")
    assert session.encode() in lines[-1]


def test_why_says_when_a_session_ends_what_would_keep_it_and_what_ended_it(tempshell: Tempshell) -> None:
    tempshell.start("-b", "local", "--name", "otter")
    running = tempshell("why").stdout
    assert "otter ends at " in running
    assert "when its 1h are over" in running
    assert "`tempshell extend otter` gives it 30m more" in running
    assert "last event: " in running
    tempshell("extend", "otter")
    assert "it cannot be extended: otter was already extended (1 allowed)" in tempshell("why", "otter").stdout
    tempshell("stop", "otter")
    said = tempshell("why", "--json").json()
    assert said["why"] == [f"otter ended at {_local(said['ended'])}: it was stopped"]
    assert said["last_event"]["event"] == "ended"
    tempshell("why", "none", code=3)


def test_why_and_logs_know_a_session_that_has_expired_and_was_removed(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "local", "--name", "otter", "--ttl", "3s")
    tempshell("wait", session)
    assert tempshell("why", session, "--json").json()["reason"] == "expired"
    assert "its time was over" in tempshell("why", "otter").stdout
    assert tempshell("logs", "otter", "--json").json() == []
    tempshell("wait", "otter")


def _local(time: str) -> str:
    return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M:%S}"


def test_a_watched_list_goes_on_with_each_session_that_comes_changes_or_ends(tempshell: Tempshell) -> None:
    with ExitStack() as stack:
        lines, names, table = (
            stack.enter_context(tempshell.running("list", "--watch", *more))
            for more in (["--json"], ["-o", "name"], [])
        )
        assert lines.stdout
        assert names.stdout
        assert table.stdout
        assert table.stdout.readline().split()[:2] == [b"ID", b"NAME"]
        session = tempshell.start("--name", "lab")
        seen = [json.loads(lines.stdout.readline())]
        while seen[-1]["state"] != "ready":
            seen.append(json.loads(lines.stdout.readline()))
        tempshell("extend")
        assert json.loads(lines.stdout.readline())["extensions"] == 1
        tempshell("stop")
        while seen[-1]["state"] != "ended":
            seen.append(json.loads(lines.stdout.readline()))
        assert {one["id"] for one in seen} == {session}
        assert seen[-1]["reason"] == "stopped"
        assert names.stdout.readline() == b"lab\n"
        assert table.stdout.readline().split()[:2] == [session.encode(), b"lab"]
        for one in (lines, names, table):
            one.terminate()
    assert "cannot be used together" in tempshell("list", "--watch", "--all-owners", code=2).stderr
