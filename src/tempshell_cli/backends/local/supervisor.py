"""The process that stands behind a local sandbox: it starts bubblewrap, and ends it at the deadline.

Its arguments are the run directory, an fd with bubblewrap's options (``--args``), bubblewrap, and what to run in it.
It detaches itself, so that the sandbox outlives the command that asked for it. It writes ``ready`` to its standard
output, or closes it without a word, having left the reason in the log of the run directory. It ends at the deadline
or with the sandbox, and then removes all that was made. Killed, it takes the sandbox along: bubblewrap has asked the
kernel for that, and what is left on disk is the next sweep's.
"""

from __future__ import annotations

import os
import select
import sys
import time

from tempshell_cli.backends.local import kernel, limits
from tempshell_cli.backends.local.freezing import Freezer
from tempshell_cli.backends.local.kernel import kill_process
from tempshell_cli.backends.local.process import identity
from tempshell_cli.backends.local.rundir import FROZEN, IDLE_END, LOG, MARK, PROCESS, STANDS_STILL, Labels, RunDir
from tempshell_cli.backends.local.userns import LearnersNamespace, enter_graders_namespace, map_users

_CHUNK = 4096
_TICK = 1000  # milliseconds between two looks at the clock and at the labels
_READS = 64  # at most at a time of what PID 1 prints: root inside can write there without end
_DIGITS = 11  # of a time in seconds since the epoch
_ANSWER = 3.0  # seconds for PID 1, which looks at least once in one
_START = 20.0  # seconds until a sandbox is up; on a machine that is quiet it takes a tenth of one


def main() -> int:
    """Detach, run the sandbox, clean up; the exit code is for nobody."""
    namespace = LearnersNamespace()
    if os.fork():
        namespace.serve()
        os._exit(0)
    os.setsid()
    os.chdir("/")
    _, run_dir, options, bwrap, *argv = sys.argv
    run = RunDir(run_dir)
    log = run.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.close(log)
    run.hold()
    labels = run.labels()
    if labels is None:
        return 1
    if labels["lock"]:
        os.set_inheritable(labels.integer("lock"), False)  # it stays open here, and goes with this process
    session = labels["session"]
    ceiling = labels.integer("memory"), labels.integer("pids"), labels.number("cpus")
    limits.make_cgroups(session, *ceiling)
    sandbox = Sandbox([bwrap, "--args", options], argv, labels, {MARK: run_dir})
    try:
        limits.make_cgroups(session, *ceiling, limits.GRADER)  # while bubblewrap makes the mounts
        if not sandbox.is_up():
            return 1  # the log in the run directory says why
        # The fd lives as long as this process, and the namespace as long as that.
        userns = "" if labels["admin"] else str(namespace.make(sandbox.pid))
        run.write(PROCESS, Labels({**identity(sandbox.pid), "userns": userns}).encode())
        namespace.end()
        _say_ready()
        _wait(run, sandbox, labels)
    finally:
        sandbox.end()
        limits.remove_cgroups(session)
    run.remove()
    return 0


class Deadline:
    """A wall-clock time that also counts while the machine sleeps or its clock is set back."""

    def __init__(self, at: float) -> None:
        self._at = at
        self._boottime = time.clock_gettime(time.CLOCK_BOOTTIME) + at - time.time()

    def passed(self) -> bool:
        """Return whether either clock has reached it."""
        return time.time() >= self._at or time.clock_gettime(time.CLOCK_BOOTTIME) >= self._boottime


class Sandbox:
    """A bubblewrap process, and in it the first process of the sandbox, whose ``pid`` is the host's number for it."""

    def __init__(self, bwrap: list[str], argv: list[str], labels: Labels, env: dict[str, str]) -> None:
        info_read, info_write = os.pipe()
        block_read, block_write = os.pipe()
        held_back = [*bwrap, "--info-fd", str(info_write), "--block-fd", str(block_read), "--", *argv]
        # The input stays open as long as this process lives: PID 1 reads from it.
        inherited = (info_write, block_read)
        self._input, self._output, self._bwrap = _spawn(held_back, env, labels, inherited)
        # The kernel takes 10 ms for the first move of a process to a group: bubblewrap makes the mounts meanwhile.
        limits.join(labels["session"], self._bwrap)
        self.pid = _child_pid(info_read, self._bwrap)
        if self.pid:
            limits.join(labels["session"], self.pid)
        os.set_blocking(self._input, False)
        self._said = b""  # by PID 1, the last of it
        self._end = select.poll()
        self._freezer = Freezer(labels["session"], _namespace_of(self.pid))
        self._victims = [os.pidfd_open(pid) for pid in (self.pid, self._bwrap) if pid]
        self._end.register(self._victims[0], select.POLLIN)
        os.close(block_write)

    def is_up(self) -> bool:
        """Wait until PID 1 says its deadline, which it does when all mounts are made; log what else is said."""
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        # Where bubblewrap has ended, what it said is there.
        late, line = time.monotonic() + (_START if self.pid else 0), b""
        while poll.poll(max(0.0, late - time.monotonic()) * 1000):
            said = os.read(self._output, _CHUNK)
            *lines, line = (line + said).split(b"\n")
            if any(one.startswith(b"deadline ") and one[9:].isdigit() for one in lines):
                return bool(self.pid)
            os.write(2, b"".join(one + b"\n" for one in lines))
            if not said:
                os.write(2, line)
                return False
        os.write(2, line + b"\nits first process did not start in time\n")
        return False

    def wait(self, milliseconds: int) -> bool:
        """Wait for the end of the sandbox, not longer than that; return whether it has come."""
        return bool(self._end.poll(milliseconds))

    def move_deadline(self, deadline: float) -> bool:
        """Send it to PID 1, which keeps it, too; return whether it did.

        A person who is root inside can fill its input, or stop it: then it learns nothing.
        """
        self.listen()
        self._said, wanted = b"", b"deadline %d\n" % deadline
        try:
            os.write(self._input, wanted * 2)  # twice: see init.sh
        except (BlockingIOError, BrokenPipeError):
            return False
        late = time.monotonic() + _ANSWER
        while wanted not in self._said and time.monotonic() < late and self.listen(late - time.monotonic()):
            pass
        return wanted in self._said

    def listen(self, seconds: float = 0) -> bool:
        """Take what PID 1 says next, for that long at most; return whether it has said something."""
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        heard = b""
        if poll.poll(seconds * 1000):
            heard = os.read(self._output, _CHUNK)
            self._said = (self._said + heard)[-_CHUNK:]
        return bool(heard)

    def idle_end(self) -> bytes:
        """Return when PID 1 ends it because nothing happens in it, as it has said last; b"" where something does."""
        for _ in range(_READS):
            if not self.listen():
                break
        lines = [line for line in self._said.split(b"\n")[:-1] if line.startswith((b"deadline ", b"idle "))]
        said = lines[-1].removeprefix(b"idle ") if lines else b""
        return said if said.isdigit() and len(said) <= _DIGITS else b""  # root inside can write there, too

    def pause(self, deadline: float) -> bytes:
        """Freeze it; return ``STANDS_STILL``, or why it does not. Its PID 1 would end as it thaws after a deadline."""
        if not self.move_deadline(deadline):
            return b"its first process does not answer"
        return STANDS_STILL if self._freezer.freeze() else b"some of its processes cannot be stopped"

    def resume(self) -> None:
        """Let it go on, where it is frozen."""
        self._freezer.thaw()

    def end(self) -> None:
        """Kill PID 1, and with it, by the kernel, all of its namespace; bubblewrap ends when it has reaped that."""
        for victim in self._victims:
            kill_process(victim)
        self._freezer.thaw()
        os.waitpid(self._bwrap, 0)


def _wait(run: RunDir, sandbox: Sandbox, known: Labels) -> None:
    deadline = Deadline(known.number("deadline"))
    while not deadline.passed() and not sandbox.wait(_TICK):
        labels = run.labels()
        if labels is None:  # the directory is gone: nobody can find this sandbox any more
            return
        _note_idle(run, sandbox.idle_end())
        if labels != known:
            known, deadline = labels, Deadline(labels.number("deadline"))
            _take(run, sandbox, labels)


def _note_idle(run: RunDir, ends: bytes) -> None:
    if ends != run.read(IDLE_END):
        if ends:
            run.write(IDLE_END, ends)
        else:
            run.delete(IDLE_END)


def _take(run: RunDir, sandbox: Sandbox, labels: Labels) -> None:
    """Do what the labels say by now: freeze the sandbox, or let it go on, until their deadline."""
    at = labels.number("deadline")
    if labels["left"]:
        run.write(FROZEN, sandbox.pause(at))
        return
    sandbox.resume()
    run.delete(FROZEN)
    sandbox.move_deadline(at)


def _spawn(argv: list[str], env: dict[str, str], labels: Labels, inherited: tuple[int, ...]) -> tuple[int, int, int]:
    """Start a program with pipes for its input and output; when this is root, as the sandbox's own user.

    Return our ends and its pid. ``inherited`` are fds for it alone: they are closed here.
    """
    stdin_read, stdin_write = os.pipe()
    stdout_read, stdout_write = os.pipe()
    pid = os.fork()
    if not pid:
        os.dup2(stdin_read, 0)
        os.dup2(stdout_write, 1)
        os.dup2(stdout_write, 2)  # not the log: a file of the host has no place inside
        for fd in inherited:
            os.set_inheritable(fd, True)
        try:
            if labels["shown"]:
                kernel.show_in_place(labels["files"].encode(), labels["shown"].encode())
            if os.geteuid() == 0:
                enter_graders_namespace()
            os.execve(argv[0], argv, env)
        except OSError as cause:
            os.write(2, str(cause).encode())
        finally:
            os._exit(1)
    for fd in (stdin_read, stdout_write, *inherited):
        os.close(fd)
    if os.geteuid() == 0:
        map_users(pid, labels.integer("uid"), labels.integer("grader"))
    return stdin_write, stdout_read, pid


def _child_pid(info: int, bwrap: int) -> int:
    """Return the pid that bubblewrap reports in JSON once it has cloned; 0 where it ended before or takes too long."""
    watch = select.poll()
    watch.register(info, select.POLLIN)
    watch.register(os.pidfd_open(bwrap), select.POLLIN)
    reported = b""
    # Its end alone would not show in the pipe: a child of it, left behind, would hold that open.
    while b"}" not in reported and info in dict(watch.poll(_START * 1000)):
        chunk = os.read(info, _CHUNK)
        if not chunk:
            break
        reported += chunk
    os.close(info)
    digits = reported.partition(b'"child-pid":')[2].lstrip().split(b"\n")[0].split(b",")[0]
    return int(digits or 0)


def _namespace_of(pid: int) -> str:
    """Return the name of the PID namespace of a process; "" where it has ended."""
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def _say_ready() -> None:
    os.write(1, b"ready\n")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.close(nothing)
