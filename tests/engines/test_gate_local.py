"""The gate of the local backend: what a program inside gets of its caller, and of whoever watches over it."""

from __future__ import annotations

import errno
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

from tempshell_cli.backends.local.process import identity
from tempshell_cli.backends.local.rundir import PROCESS, Labels, RunDir
from tempshell_cli.core.errors import ExitCode
from tests.packs.drafts import Draft
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.leaks import processes_about
from tests.support.waiting import eventually

from .conftest import ORDINARY, AsOrdinary

pytestmark = pytest.mark.engine("local")

PROFILES = pytest.mark.parametrize("profile", ["restricted", "admin"])
_IN_ROLE = """
import os, sys
from tempshell_cli.backends.base import Role
from tempshell_cli.backends.local.backend import LocalBackend
session, role, *argv = sys.argv[1:]
(sandbox,) = (one for one in LocalBackend().find() if one.session == session)
command = LocalBackend().shell(sandbox, argv, role=Role(role))
os.execve(command.argv[0], command.argv, command.environment())
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a sandbox."""

    session: str
    run: Callable[..., subprocess.CompletedProcess[str]]
    is_ordinary: bool

    def runs(self, role: str, *argv: str, code: int = 0) -> str:
        """Run a command in a role, assert its exit code, and return what it wrote."""
        done = self.run(self.session, role, *argv, code=code, program=(sys.executable, "-c", _IN_ROLE))
        return str(done.stdout)


def _start(
    run: Callable[..., subprocess.CompletedProcess[str]], *options: str, is_ordinary: bool = os.geteuid() != 0
) -> Person:
    return Person(run("start", "-q", "-d", "-b", "local", *options).stdout.strip(), run, is_ordinary)


@pytest.fixture(params=["the tests' user", "an ordinary user"])
def starts(request: pytest.FixtureRequest, tempshell: Tempshell) -> Iterator[Callable[..., Person]]:
    """Return how somebody starts a sandbox, for who runs the tests and for an ordinary user."""
    if request.param == "the tests' user":
        yield lambda *options: _start(_as_ourselves(tempshell), *options)
        return
    if os.geteuid():
        pytest.skip("the tests run as an ordinary user already")
    as_ordinary: AsOrdinary = request.getfixturevalue("as_ordinary")
    yield lambda *options: _start(as_ordinary, *options, is_ordinary=True)
    as_ordinary("stop", "--all")


def _as_ourselves(tempshell: Tempshell) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*argv: str, code: int = 0, program: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        one = Tempshell(tempshell.user, tempshell.directory, program) if program else tempshell
        done = one(*argv, code=code)
        return subprocess.CompletedProcess(argv, done.code, done.stdout, done.stderr)

    return run


# What the caller has open


_TERMINAL = """
import errno, fcntl, os, struct, termios
def attempt(name, call):
    try: call()
    except OSError as cause: print(name, errno.errorcode[cause.errno], flush=True)
    else: print(name, "done", flush=True)
def clipboard():
    with open("/dev/tty", "wb", buffering=0) as tty: tty.write(b"\\x1b]52;c;UFdORUQ=\\x07")
attempt("clipboard", clipboard)
for fd in range(3):
    attempt("type", lambda: fcntl.ioctl(fd, termios.TIOCSTI, b"x"))
    attempt("take", lambda: fcntl.ioctl(fd, termios.TIOCSPGRP, struct.pack("i", os.getpgrp())))
    attempt("echo", lambda: fcntl.ioctl(fd, termios.TCSETS, bytes(60)))
"""


def _refused(said: str) -> None:
    attempts = [line.split() for line in said.replace("\r", "").splitlines() if line]
    assert ["clipboard", "ENXIO"] in attempts
    assert len(attempts) == 10
    assert {error for _, error in attempts} <= {"ENXIO", "ENOTTY", "EPERM"}, attempts


@PROFILES
def test_a_command_cannot_reach_the_terminal_of_its_caller(tempshell: Tempshell, profile: str) -> None:
    session = tempshell.start("--profile", profile)
    with tempshell.on_terminal("exec", session, "--", "python3", "-c", _TERMINAL) as child:
        child.expect(pexpect.EOF)
        _refused(child.before or "")


@PROFILES
def test_a_setup_cannot_reach_the_terminal_that_a_session_is_started_on(
    tempshell: Tempshell, tmp_path: Path, profile: str
) -> None:
    pack = Draft.made_in(tmp_path / "pack")
    pack.replace("pack.yaml", "tasks:", f"sandbox: {{profile: {profile}}}\ntasks:")
    pack.replace("tasks/one.md", "checks:", "setup: {run: setup.sh}\nchecks:")
    pack.write("setup.sh", f"python3 - > attempts <<'END'\n{_TERMINAL}END\n")
    options = ("--detach", "--backend", "local", "--profile", profile, "--name", "lab")
    with tempshell.on_terminal("start", *options, str(pack.root)) as child:
        child.expect(pexpect.EOF)
        assert "\x1b]52" not in (child.before or "")
    _refused(tempshell("exec", "lab", "--", "cat", "attempts").stdout)


_REOPEN = """
import os, sys
for fd, flags in ((0, os.O_WRONLY), (1, os.O_RDONLY)):
    try:
        again = os.open(f"/proc/self/fd/{fd}", flags | os.O_NONBLOCK)
        os.write(again, b"echo injected") if flags else os.write(2, os.read(again, 100))
    except OSError as cause:
        os.write(2, str(cause).encode())
    try:
        os.write(2, str(os.listdir(f"/proc/self/fd/{fd}")).encode())
    except OSError:
        pass
print(sorted(os.listdir("/proc/self/fd"), key=int)[:3], os.path.exists("/proc/self/fd/9"))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="one has to be root to be an ordinary user")
def test_what_the_caller_has_open_cannot_be_reopened_by_an_ordinary_user(as_ordinary: AsOrdinary) -> None:
    """For root they are another user's, who may not open them anyway."""
    with tempfile.TemporaryDirectory() as directory:
        read, written, folder = (Path(directory, name) for name in ("read", "written", "folder"))
        read.write_text("as it was")
        written.write_text("secret\n")
        folder.mkdir()
        (folder / "ours").touch()
        for path in (read, written, folder, folder.parent):
            os.chown(path, ORDINARY, ORDINARY)
        session = as_ordinary("start", "-q", "-d", "-b", "local").stdout.strip()
        probe = f'{sys.executable} -m tempshell_cli exec {session} -- python3 -c "$PROBE"'
        script = f"{probe} <{read} >>{written} 9<{folder}; {probe} <{folder}; {{ {probe}; cat; }}"
        done = as_ordinary("-c", f"printf piped | {{ {script}; }}", program=("sh",), env={"PROBE": _REOPEN})
        as_ordinary("stop", session)
        assert read.read_text() == "as it was"
        assert written.read_text() == "secret\n['0', '1', '2'] False\n", done.stderr
    said = done.stdout + done.stderr
    assert "secret" not in said
    assert "ours" not in said
    assert "injected" not in done.stdout


def test_what_a_command_writes_to_its_own_input_moves_nothing_of_the_callers(
    tempshell: Tempshell, tmp_path: Path
) -> None:
    """More is unread then than the file has: where it stands is worked out from that."""
    session = tempshell.start()
    file = tmp_path / "read"
    file.write_text("as it was")
    script = "head -c 9999 /dev/zero >/proc/self/fd/0; echo done"
    with file.open("rb", buffering=0) as ours:
        with tempshell.running("exec", session, "--", "sh", "-c", script, stdin=ours.fileno()) as process:
            assert process.communicate(timeout=60) == (b"done\n", b"")
        assert (process.returncode, ours.tell()) == (0, 0)


def test_a_socket_of_the_callers_network_does_not_come_inside(tempshell: Tempshell) -> None:
    """One that is disconnected can be connected to anywhere else, from the network it was made in."""
    session = tempshell.start()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
        with (
            ours,
            theirs,
            tempshell.running(
                "exec", session, "--", "sh", "-c", "stat -Lc %F /dev/stdin; cat", stdin=theirs.fileno()
            ) as process,
        ):
            ours.sendall(b"by the socket\n")
            ours.shutdown(socket.SHUT_WR)
            assert process.communicate(timeout=20)[0] == b"fifo\nby the socket\n"


# Streams


def test_a_command_that_reads_no_file_leaves_it_to_the_next(tempshell: Tempshell, tmp_path: Path) -> None:
    """As in a loop over the lines of a file."""
    session = tempshell.start()
    words = tmp_path / "words"
    words.write_text("one\ntwo\nthree\n")
    tempshell_exec = f"{sys.executable} -m tempshell_cli exec {session} --"
    script = (
        f"while read -r word; do echo $word; {tempshell_exec} true; done <{words}; {tempshell_exec} head -c4 <{words}"
    )
    done = subprocess.run(("sh", "-c", script), env=tempshell.user.environment, capture_output=True, check=True)
    assert done.stdout == b"one\ntwo\nthree\none\n"


def test_what_a_command_has_read_of_a_file_is_read(tempshell: Tempshell, tmp_path: Path) -> None:
    session = tempshell.start()
    words, many = tmp_path / "words", tmp_path / "many"
    words.write_text("one\ntwo\nthree\n")
    many.write_bytes(b"".join(b"%d\n" % number for number in range(50_000)))
    tempshell_exec = f"{sys.executable} -m tempshell_cli exec {session} --"
    script = (
        f"while read -r word; do echo $word; {tempshell_exec} cat; done <{words};"
        f"({tempshell_exec} cat; echo then; cat) <{many} | tail -n 1;"
        f"({tempshell_exec} sh -c 'read line; echo $line'; cat) <{words}"
    )
    done = subprocess.run(("sh", "-c", script), env=tempshell.user.environment, capture_output=True, check=True)
    assert done.stdout == b"one\ntwo\nthree\nthen\none\ntwo\nthree\n"


def test_what_is_written_to_both_streams_keeps_its_order(tempshell: Tempshell) -> None:
    session = tempshell.start()
    script = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done"
    with tempshell.on_terminal("exec", session, "--", "sh", "-c", script) as child:
        child.expect(pexpect.EOF)
        assert (child.before or "").split("\r\n")[:-1] == [
            f"{name} {i}" for i in range(1, 10) for name in ("out", "err")
        ]


def test_a_flood_both_ways_passes_unchanged(tempshell: Tempshell) -> None:
    session = tempshell.start()
    flood = os.urandom(3_000_000)
    with tempshell.running("exec", session, "--", "cat", stdin=subprocess.PIPE) as process:
        assert process.communicate(flood, timeout=60)[0] == flood


def test_who_stops_reading_ends_the_command(tempshell: Tempshell) -> None:
    session = tempshell.start()
    with tempshell.running("exec", session, "--", "yes") as process:
        assert process.stdout
        assert process.stdout.readline() == b"y\n"
        process.stdout.close()
        assert process.wait(20) == 128 + signal.SIGPIPE


def test_a_command_that_closes_its_input_ends_who_writes_it(tempshell: Tempshell) -> None:
    session = tempshell.start()
    with tempshell.running(
        "exec", session, "--", "sh", "-c", "exec <&-; echo closed; sleep 60", stdin=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"closed\n"
        flood = b"x" * 1_000_000  # more than the pipes hold
        with pytest.raises(BrokenPipeError):
            process.stdin.write(flood)


def test_ctrl_c_on_the_terminal_is_the_commands(tempshell: Tempshell) -> None:
    session = tempshell.start()
    script = 'trap "echo interrupted; exit 7" INT; echo up; while :; do sleep 0.1; done'
    with tempshell.on_terminal("exec", session, "--", "sh", "-c", script) as child:
        child.expect_exact("up")
        child.sendintr()
        child.expect_exact("interrupted")
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 7


def test_a_job_in_the_background_is_not_stopped_for_the_terminals_input(tempshell: Tempshell) -> None:
    session = tempshell.start()
    job = f"{sys.executable} -m tempshell_cli exec {session} -- sh -c 'sleep 0.5; echo ended'"
    shell = Tempshell(tempshell.user, tempshell.directory, ("bash", "-c"))
    with shell.on_terminal(f"set -m; {job} & wait %1; echo code $?; read -r line; echo got $line") as child:
        child.expect_exact("code 0")
        child.sendline("typed")
        child.expect_exact("got typed")


# System calls


_FAMILIES = """
import errno, socket, sys
for family in map(int, sys.argv[1:]):
    for make in (socket.socket, socket.socketpair):
        try: make(family, socket.SOCK_DGRAM)
        except OSError as cause: print(family, errno.errorcode[cause.errno])
        else: print(family, "made")
"""


@PROFILES
def test_only_sockets_that_a_network_namespace_holds_can_be_made(starts: Callable[..., Person], profile: str) -> None:
    person = starts("--profile", profile)
    every = [
        str(family) for family in range(1, 46) if family not in {1, 2, 10, 16} | ({17} if profile == "admin" else set())
    ]
    said = person.runs("learner", "python3", "-c", _FAMILIES, *every).split()
    assert set(said[1::2]) == {"EAFNOSUPPORT"}, said
    said = person.runs("learner", "python3", "-c", _FAMILIES, "1", "2", "10").split()
    assert said[1::2] == ["made", "made", "made", "ENOTSUP", "made", "ENOTSUP"]


_IO_URING = "import ctypes; print(ctypes.CDLL(None, use_errno=True).syscall(425, 1, bytes(120)), ctypes.get_errno())"


@PROFILES
def test_no_ring_makes_what_the_filter_refuses(starts: Callable[..., Person], profile: str) -> None:
    person = starts("--profile", profile)
    assert person.runs("learner", "python3", "-c", _IO_URING).split() == ["-1", str(errno.EPERM)]


# Adds a key to the session's keyring (add_key(2), keyrings(7)), and becomes the program that follows.
_WITH_A_KEY = """
import ctypes, os, sys
if ctypes.CDLL(None).syscall(248, b"user", b"tempshell-canary", b"x", 1, -3) < 0: sys.exit("no keyring")
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the call's number is that of x86-64")
@PROFILES
def test_the_keys_of_the_callers_session_are_out_of_sight(starts: Callable[..., Person], profile: str) -> None:
    """A session's keyring is inherited, and whose a key is sees its name."""
    person = starts("--profile", profile)
    look = ("sh", "-c", "cat /proc/keys 2>/dev/null; :")
    with_a_key = (sys.executable, "-c", _WITH_A_KEY, *PROGRAM)
    assert person.run("exec", person.session, "--", *look, program=with_a_key).stdout == ""


# Who can trace whom


_TRACE = """
import ctypes, errno, os, resource, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
class Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))
def checked(result):
    if result < 0: raise OSError(ctypes.get_errno(), "")
def memory(call, pid):
    buffer = ctypes.create_string_buffer(8)
    one = Iovec(ctypes.addressof(buffer), 8)
    checked(call(pid, ctypes.byref(one), 1, ctypes.byref(one), 1, 0))
for pid in map(int, sys.argv[1:]):
    for name, call in (
        ("trace", lambda: checked(libc.ptrace(0x4206, pid, 0, 0))),  # PTRACE_SEIZE
        ("read", lambda: memory(libc.process_vm_readv, pid)),
        ("write", lambda: memory(libc.process_vm_writev, pid)),
        ("mem", lambda: open(f"/proc/{pid}/mem", "r+b")),
        ("files", lambda: os.stat(f"/proc/{pid}/fd/0")),
        ("steal", lambda: checked(libc.syscall(438, os.pidfd_open(pid), 0, 0))),  # pidfd_getfd
        ("environment", lambda: open(f"/proc/{pid}/environ").read()),
        ("program", lambda: os.readlink(f"/proc/{pid}/exe")),
        ("signal", lambda: os.kill(pid, 18)),  # SIGCONT, which a process that runs does not notice
        ("limit", lambda: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))),
        ("slow", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19)),
    ):
        try: call()
        except OSError as cause: print(name, errno.errorcode[cause.errno])
        else: print(name, "done")
"""
_REFUSED = {"EPERM", "EACCES"}


def _leave_running(person: Person, role: str, seconds: str) -> str:
    """Leave a process of that role in the sandbox, and return its number inside."""
    person.runs(role, "sh", "-c", f"sleep {seconds} >/dev/null 2>&1 </dev/null &")
    return person.runs("learner", "pgrep", "-fx", f"sleep {seconds}").strip()


def _reached(person: Person, role: str, victim: str) -> set[str]:
    """Return what a program of the role may do to a process of the sandbox."""
    said = person.runs(role, "python3", "-c", _TRACE, victim).split()
    return {name for name, result in zip(said[::2], said[1::2], strict=True) if result not in _REFUSED}


def test_a_learner_can_do_nothing_to_a_grader(starts: Callable[..., Person]) -> None:
    """Where both are one ordinary user outside, the learner can hinder it."""
    person = starts()
    grader = _leave_running(person, "grader", "9991")
    hindrance = {"signal", "limit", "slow"} if person.is_ordinary else set()
    for role in ("learner", "setup"):
        assert _reached(person, role, grader) == hindrance
        assert _reached(person, role, "1") == {"signal", "limit", "slow"}  # see the contract: PID 1 ignores signals


def test_a_learner_can_trace_what_is_theirs(starts: Callable[..., Person]) -> None:
    person = starts()
    for role, seconds in (("learner", "9992"), ("setup", "9993")):
        pid = _leave_running(person, role, seconds)
        assert {"trace", "mem", "files", "environment", "signal"} <= _reached(person, "learner", pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has no other for the grader")
def test_an_administrator_inside_can_do_nothing_to_a_grader_where_root_has_started_the_sandbox(
    tempshell: Tempshell,
) -> None:
    person = _start(_as_ourselves(tempshell), "--profile", "admin")
    assert _reached(person, "learner", _leave_running(person, "grader", "9997")) == set()


def test_what_a_grader_writes_for_itself_is_out_of_the_learners_sight(starts: Callable[..., Person]) -> None:
    person = starts()
    write = "export TMPDIR=/var/tmp; place=$(mktemp -d); echo hidden > $place/note; cat $place/note; exec sleep 1"
    person.runs("learner", "sh", "-c", f"echo theirs > /var/tmp/theirs; ({_WATCH}) >seen 2>&1 &")
    assert person.runs("grader", "sh", "-c", write) == "hidden\n"
    assert set(person.runs("learner", "cat", "seen").split()) == {"theirs"}


_WATCH = """
for i in 1 2 3 4 5 6 7 8 9; do
  ls -A /var/tmp; cat /proc/[0-9]*/root/var/tmp/tmp.*/note 2>/dev/null; sleep 0.1
done
"""


def test_a_grader_sees_what_the_learner_runs_and_keeps_for_itself(starts: Callable[..., Person]) -> None:
    person = starts("-e", "MINE=1")
    person.runs("learner", "sh", "-c", "umask 077; echo answer > private; exec 7<private; sleep 9994 >/dev/null 2>&1 &")
    pid = person.runs("grader", "pgrep", "-fx", "sleep 9994").strip()
    look = "cat private; readlink /proc/$0/fd/7 /proc/$0/exe; grep -zc MINE=1 /proc/$0/environ; stat -c %U private"
    assert person.runs("grader", "sh", "-c", look, pid).split() == [
        "answer",
        "/home/learner/private",
        "/usr/bin/sleep",
        "1",
        "learner",
    ]


def test_a_learner_who_can_start_nothing_more_is_still_graded(starts: Callable[..., Person]) -> None:
    person = starts()
    bomb = "while :; do sleep 9995 >/dev/null 2>&1 & done"
    person.runs("learner", "bash", "-c", f"{bomb}", code=254)
    assert person.runs("grader", "sh", "-c", "(echo by a child); (echo by another)").split() == [
        "by",
        "a",
        "child",
        "by",
        "another",
    ]


def test_the_namespace_of_the_learner_is_the_last_that_can_be_made(starts: Callable[..., Person]) -> None:
    person = starts()
    places = [person.runs(role, "readlink", "/proc/self/ns/user") for role in ("learner", "setup", "grader")]
    assert places[0] == places[1] != places[2]
    for role in ("learner", "grader"):
        assert person.runs(role, "cat", "/proc/sys/user/max_user_namespaces")
        person.runs(role, "unshare", "--user", "true", code=1)


# The learner's variables


_HOSTILE = [
    ("LC_ALL", "xx_NONE.UTF-8"), ("LD_PRELOAD", "/nowhere.so"), ("LD_PRELOAD", "/lib/x86_64-linux-gnu/libm.so.6"),
    ("LD_LIBRARY_PATH", "/usr"), ("SHELLOPTS", "noexec"), ("SHELLOPTS", "xtrace"), ("BASHOPTS", "extdebug"),
    ("BASH_ENV", "/dev/stdin"), ("ENV", "/nowhere"), ("PATH", "/nonexistent"), ("PATH", ""),
    ("IFS", "/e"), ("PS4", "$(kill $$)"),
    ("POSIXLY_CORRECT", "1"), ("HOME", "/nowhere"), ("EPOCHSECONDS", "0"),
]  # fmt: skip


def test_no_variable_of_the_learner_keeps_a_sandbox_from_starting(tempshell: Tempshell) -> None:
    for name, value in _HOSTILE:
        session = tempshell.start("-e", f"{name}={value}")
        said = tempshell("exec", session, "--", "/usr/bin/env").stdout
        assert f"\n{name}={value}\n" in f"\n{said}", said
        person = Person(session, _as_ourselves(tempshell), os.geteuid() != 0)
        for role in ("setup", "grader"):
            environment = person.runs(role, "env").splitlines()
            assert f"{name}={value}" not in environment
            assert "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" in environment
        first = Path("/proc", _first(tempshell, session)["pid"], "environ").read_bytes()
        assert f"{name}={value}".encode() not in first.split(b"\0")
        tempshell("stop", session)


# Who is ended, and who is entered


def _run_dir(tempshell: Tempshell, session: str) -> RunDir:
    return RunDir(str(tempshell.user.paths.state / "local" / session))


def _first(tempshell: Tempshell, session: str) -> Labels:
    first = _run_dir(tempshell, session).record(PROCESS)
    assert first
    return first


# Has a process that it can trace take back that it ends with its parent, and sleep: struct user_regs_struct of x86-64.
_FREE = """
import ctypes, os, signal, time
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
AX, DI, SI, IP, ORIG = 10, 14, 13, 16, 15
def trace(request, address=0, data=0):
    if libc.ptrace(request, 1, address, data) < 0: raise OSError(ctypes.get_errno(), "ptrace")
trace(16); os.waitpid(1, 0x40000000)
registers = (ctypes.c_ulong * 27)()
for number, argument in ((157, 1), (34, 0)):  # prctl(PR_SET_PDEATHSIG, 0); pause()
    trace(12, 0, ctypes.addressof(registers))
    registers[ORIG], registers[AX], registers[DI], registers[SI] = 2**64 - 1, number, argument, 0
    registers[IP] -= 2
    trace(13, 0, ctypes.addressof(registers))
    if number == 157:
        trace(9); os.waitpid(1, 0x40000000)
trace(17)
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the attack is written for x86-64")
def test_a_first_process_that_has_freed_itself_is_ended_without_its_supervisor(
    starts: Callable[..., Person],
) -> None:
    """Root inside can have it do that. An ordinary user has no control group that would hold it."""
    person = starts("--profile", "admin")
    person.runs("learner", "python3", "-c", _FREE)
    (supervisor, path) = _supervisor(person.session)
    first = Labels.decode((path / PROCESS).read_bytes())
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: not processes_about(str(path)), "the supervisor has ended")
    assert Path("/proc", first["pid"], "stat").exists(), "the attack works no more: try another"
    person.run("reap")
    eventually(lambda: not Path("/proc", first["pid"]).exists(), "the first process is gone")


def _supervisor(session: str) -> tuple[int, Path]:
    """Return a sandbox's supervisor, and its directory, which may be another user's."""
    (line,) = processes_about(f"/local/{session}")
    found = re.match(r"process (\d+): .*? (/\S+) ", line)
    assert found, line
    return int(found[1]), Path(found[2])


@pytest.mark.parametrize("wrong", ["started", "pidns", "boot"])
def test_another_process_with_the_number_is_neither_ended_nor_entered(tempshell: Tempshell, wrong: str) -> None:
    session = tempshell.start()
    run = _run_dir(tempshell, session)
    with subprocess.Popen(("sleep", "9996")) as other:
        lie = {**identity(other.pid), wrong: "another", "userns": _first(tempshell, session)["userns"]}
        run.write(PROCESS, Labels(lie).encode())
        done = tempshell("exec", session, "--", "true", code=125)
        assert "its first process is gone" in done.stderr
        assert "left over: nothing" in tempshell("stop", session).stdout
        assert other.poll() is None
        other.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have files that are another's")
@pytest.mark.parametrize("name", [".", "labels", "process", "filter.bpf", "lock"])
def test_what_belongs_to_another_user_is_refused(tempshell: Tempshell, name: str) -> None:
    """As `sudo -E` leads root to an ordinary user's state."""
    session = tempshell.start()
    path = tempshell.user.paths.state / "local" / session / name
    os.chown(path, ORDINARY, ORDINARY)
    refused = tempshell("exec", session, "--", "true", code=-1)
    assert "belongs to another user" in refused.stderr
    assert refused.code in {ExitCode.ENGINE, 125}  # before, or as the sandbox is entered
    if name in {".", "lock"}:  # else its supervisor may have noticed, and ended it
        assert "belongs to another user" in tempshell("stop", session, code=ExitCode.ENGINE).stderr
    os.chown(path, 0, 0)


def test_a_link_in_place_of_a_file_is_refused(tempshell: Tempshell) -> None:
    session = tempshell.start()
    labels = tempshell.user.paths.state / "local" / session / "labels"
    labels.rename(labels.with_name("elsewhere"))
    labels.symlink_to("elsewhere")
    assert "cannot enter the sandbox" in tempshell("exec", session, "--", "true", code=125).stderr
    labels.unlink()
    labels.with_name("elsewhere").rename(labels)
