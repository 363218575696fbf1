"""`restart`: new processes in a session that is otherwise the same."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime

import pytest

from tests.packs.drafts import Draft
from tests.support.command_line import Tempshell
from tests.support.leaks import local_leftovers
from tests.support.waiting import eventually

ON_ENGINES = pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]
)
WORKSPACE = f"desk-{os.getpid()}"
_WORK = "echo kept >file; echo gone >/tmp/file; (exec sleep 777) >/dev/null 2>&1 &"
_LOOK = """
cat file; cat /tmp/file; echo "$TOKEN"; cat /run/secrets/key; grep -ls '[7]77' /proc/[0-9]*/cmdline
true"""


@ON_ENGINES
def test_files_outside_a_workspace_and_all_processes_go_and_the_rest_stays(tempshell: Tempshell, engine: str) -> None:
    (tempshell.directory / "key").write_text("canary-77\n")
    options = ("-b", engine, "--name", "otter", "-e", "TOKEN=two words", "--secret-file", "key=key")
    tempshell.start(*options, "--workspace", WORKSPACE, "--memory", "200m")
    before = tempshell("status", "--json").json()
    tempshell("exec", "--", "sh", "-c", _WORK)
    restarted = tempshell("restart", "--json").json()
    assert {name: one for name, one in restarted.items() if before[name] != one and name != "remaining"} == {}
    assert tempshell("exec", "--", "sh", "-c", _LOOK).stdout == "kept\ntwo words\ncanary-77"
    if engine == "docker":
        assert tempshell("stats", "--json").json()[0]["memory_limit"] == 200 * 1024**2
    kinds = [one["event"] for one in tempshell("events", "--json").json()]
    assert kinds == ["creating", "started", "restarted"]
    store = b"".join(file.read_bytes() for file in tempshell.user.paths.state.glob("tempshell.*"))
    assert b"canary-77" not in store
    assert b"two words" not in store
    tempshell("stop")
    tempshell("workspace", "rm", "--yes", WORKSPACE, "-b", engine)


@ON_ENGINES
def test_without_a_workspace_it_asks_before_it_loses_the_files(tempshell: Tempshell, engine: str) -> None:
    tempshell.start("-b", engine, "--name", "otter")
    tempshell("exec", "--", "sh", "-c", _WORK)
    said = tempshell("restart", code=2).stderr
    assert "otter has no workspace: a restart ends its processes and removes its files" in said
    assert "--yes" in said
    with tempshell.on_terminal("restart", columns=120) as child:
        child.expect_exact("restart it? [y/N]")
        child.sendline("n")
        child.expect_exact("otter goes on")
        child.wait()
    assert tempshell("exec", "--", "cat", "file").stdout == "kept\n"
    tempshell("restart", "otter", "--yes")
    assert tempshell("exec", "--", "sh", "-c", _LOOK).stdout.strip() == ""
    assert tempshell("why").stdout.startswith("otter ends at ")


@pytest.mark.engine("local")
def test_verdicts_stay_and_tasks_are_set_up_again_where_their_files_are_gone(tempshell: Tempshell) -> None:
    draft = Draft.made_in(tempshell.directory / "draft")
    draft.replace("tasks/one.md", "title: The first", "title: The first\nsetup: {run: setup.sh}")
    draft.write("setup.sh", "touch set-up; rm -f answer.txt\n")
    for options, files in (((), "set-up\n"), (("--workspace", "desk"), "answer.txt\nset-up\n")):
        tempshell.start("-b", "local", "./draft", *options)
        tempshell("exec", "--", "sh", "-c", "echo 42 >answer.txt")
        tempshell("check")
        tempshell("restart", "--yes")
        assert tempshell("exec", "--", "ls").stdout == files
        assert tempshell("tasks", "--json").json()[0]["verdict"] == "pass"
        assert tempshell("status", "--json").json()["setup"] == {"tasks": 1, "waiting": [], "failed": []}
        tempshell("check", code=0 if options else 6)
        tempshell("stop")


@pytest.mark.engine("docker")
def test_a_secret_that_root_has_made_unreadable_is_refused_before_anything_ends(tempshell: Tempshell) -> None:
    (tempshell.directory / "key").write_text("canary-77\n")
    tempshell.start("-b", "docker", "--name", "otter", "--profile", "admin", "--secret-file", "key=key")
    tempshell("exec", "--", "sh", "-c", r"echo kept >file; printf '\377' >/run/secrets/key")
    assert "otter has lost a variable or a secret: key is not text" in tempshell("restart", "--yes", code=2).stderr
    assert tempshell("exec", "--", "cat", "file").stdout == "kept\n"


@pytest.mark.engine("local")
def test_a_pack_that_is_gone_is_reported_before_anything_ends(tempshell: Tempshell) -> None:
    draft = Draft.made_in(tempshell.directory / "draft")
    draft.replace("tasks/one.md", "title: The first", "title: The first\nsetup: {run: setup.sh}")
    draft.write("setup.sh", "true\n")
    tempshell.start("-b", "local", "./draft")
    tempshell("exec", "--", "touch", "kept")
    (tempshell.directory / "draft").rename(tempshell.directory / "elsewhere")
    assert "there is no directory" in tempshell("restart", "--yes", code=2).stderr
    assert tempshell("exec", "--", "ls").stdout == "kept\n"


@pytest.mark.engine("local")
def test_as_many_variables_stay_as_a_session_can_have(tempshell: Tempshell) -> None:
    (tempshell.directory / "many").write_text("".join(f"V{number}={number:0110000}\n" for number in range(15)))
    tempshell.start("-b", "local", "--env-file", "many")
    before = tempshell("exec", "--", "sh", "-c", "set | grep ^V").stdout
    tempshell("restart", "--yes")
    assert tempshell("exec", "--", "sh", "-c", "set | grep ^V").stdout == before
    assert len(before) > 15 * 110000


@pytest.mark.engine("local")
def test_it_ends_at_the_deadline_that_it_had(tempshell: Tempshell) -> None:
    tempshell.start("-b", "local", "--name", "otter", "--ttl", "14s")
    deadline = datetime.fromisoformat(tempshell("status", "--json").json()["deadline"])
    tempshell("restart", "--yes")
    eventually(lambda: not local_leftovers(tempshell.user), "it has ended by itself")
    assert -1.5 < time.time() - deadline.timestamp() < 5


@pytest.mark.engine("local")
def test_what_is_paused_an_exam_or_not_on_record_is_refused(tempshell: Tempshell) -> None:
    tempshell.start("-b", "local", "--name", "otter")
    tempshell("pause")
    assert "otter is paused" in tempshell("restart", "--yes", code=2).stderr
    tempshell("resume")
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()
    assert "how otter was made is not on record" in tempshell("restart", "otter", "--yes", code=2).stderr
    tempshell("stop")
    Draft.made_in(tempshell.directory / "draft")
    tempshell("exam", "./draft", "-b", "local", "--detach", "--quiet")
    refused = tempshell("restart", "--yes", code=2).stderr
    assert "an exam cannot be restarted" in refused
    assert "exam --finish" in refused


@pytest.mark.engine("local")
def test_a_restart_that_is_killed_leaves_the_session_or_nothing(tempshell: Tempshell) -> None:
    tempshell.user.configure(limits={"per_owner": 50})
    for step in range(6):
        session = tempshell.start("-b", "local", "--replace")
        with tempshell.running("restart", session, "--yes") as restarting:
            time.sleep(0.1 + step * 0.06)  # sleeps are what is tried here: a kill at any moment
            restarting.send_signal(signal.SIGKILL)
            restarting.wait()
        left = [one["state"] for one in tempshell("list", "--json").json()]
        assert left in ([], ["ready"]), step
        if not left:
            assert local_leftovers(tempshell.user) == []
        else:
            tempshell("exec", session, "--", "true")
