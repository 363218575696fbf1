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

from tempshell_cli.backends.local import limits
from tempshell_cli.backends.local.rundir import LOG, MARK, Labels, RunDir

_SIGKILL = 9  # signal(7); the signal module takes longer than all that is done here
_CHUNK = 4096
_TICK = 1000  # milliseconds between two looks at the clock and at the labels


def main() -> int:
    """Detach, run the sandbox, clean up; the exit code is for nobody."""
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")
    _, run_dir, options, bwrap, *argv = sys.argv
    run = RunDir(run_dir)
    _log_to(run.file(LOG))
    run.hold()
    labels = run.labels()
    if labels is None:
        return 1
    session = labels["session"]
    limits.make_cgroups(session, labels.integer("memory"), labels.integer("pids"), labels.number("cpus"))
    sandbox = Sandbox([bwrap, "--args", options], argv, labels, {MARK: run_dir})
    try:
        if not sandbox.is_up():
            return 1  # the log in the run directory says why
        labels = labels.having(pid=sandbox.pid)
        run.label(labels)
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
        """Tell whether either clock has reached it."""
        return time.time() >= self._at or time.clock_gettime(time.CLOCK_BOOTTIME) >= self._boottime


class Sandbox:
    """A bubblewrap process, and in it the first process of the sandbox, whose ``pid`` is the host's number for it."""

    def __init__(self, bwrap: list[str], argv: list[str], labels: Labels, env: dict[str, str]) -> None:
        info_read, info_write = os.pipe()
        block_read, block_write = os.pipe()
        held_back = [*bwrap, "--info-fd", str(info_write), "--block-fd", str(block_read), "--", *argv]
        # The input stays open as long as this process lives: PID 1 reads from it.
        inherited = (info_write, block_read)
        self._input, self._output, self._bwrap = _spawn(held_back, env, labels.integer("uid"), inherited)
        # The kernel takes 10 ms for the first move of a process to a group: bubblewrap makes the mounts meanwhile.
        limits.join(labels["session"], self._bwrap)
        self.pid = _child_pid(info_read, self._bwrap)
        if self.pid:
            limits.join(labels["session"], self.pid)
        os.set_blocking(self._input, False)
        self._end = select.poll()
        if self.pid:
            self._end.register(os.pidfd_open(self.pid), select.POLLIN)
        os.close(block_write)

    def is_up(self) -> bool:
        """Wait for the first word of PID 1, which it says when all mounts are made; log any other word."""
        if not self.pid:
            os.set_blocking(self._output, False)  # bubblewrap has ended; what it said is there
        told = self._read()
        if self.pid and told.startswith(b"deadline "):
            return True
        while told:
            os.write(2, told)
            told = self._read()
        return False

    def _read(self) -> bytes:
        try:
            return os.read(self._output, _CHUNK)
        except BlockingIOError:
            return b""

    def wait(self, milliseconds: int) -> bool:
        """Wait for the end of the sandbox, not longer than that; tell whether it has come."""
        return bool(self._end.poll(milliseconds))

    def move_deadline(self, deadline: float) -> None:
        """Tell PID 1, which keeps the deadline too. A person inside can fill its input: then it learns nothing."""
        try:
            os.write(self._input, b"deadline %d\n" % deadline * 2)  # twice: see init.sh
        except (BlockingIOError, BrokenPipeError):
            return

    def end(self) -> None:
        """Kill PID 1, and with it, by the kernel, all of its namespace; bubblewrap ends when it has reaped that."""
        for victim in (self.pid, self._bwrap):
            try:
                os.kill(victim or self._bwrap, _SIGKILL)
            except ProcessLookupError:
                continue
        os.waitpid(self._bwrap, 0)


def _wait(run: RunDir, sandbox: Sandbox, told: Labels) -> None:
    deadline = Deadline(told.number("deadline"))
    while not deadline.passed() and not sandbox.wait(_TICK):
        labels = run.labels()
        if labels is None:  # the directory is gone: nobody can find this sandbox any more
            return
        if labels != told:
            told, deadline = labels, Deadline(labels.number("deadline"))
            sandbox.move_deadline(labels.number("deadline"))


def _spawn(argv: list[str], env: dict[str, str], uid: int, inherited: tuple[int, ...]) -> tuple[int, int, int]:
    """Start a program with pipes for its input and output; when this is root, as the user ``uid``.

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
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        try:
            os.execve(argv[0], argv, env)
        finally:
            os._exit(1)
    for fd in (stdin_read, stdout_write, *inherited):
        os.close(fd)
    return stdin_write, stdout_read, pid


def _child_pid(info: int, bwrap: int) -> int:
    """Return the pid bubblewrap tells, as JSON, when it has cloned; 0 where it ended before."""
    watch = select.poll()
    watch.register(info, select.POLLIN)
    watch.register(os.pidfd_open(bwrap), select.POLLIN)
    told = b""
    # Its end alone would not show in the pipe: a child of it, left behind, would hold that open.
    while b"}" not in told and info in dict(watch.poll()):
        chunk = os.read(info, _CHUNK)
        if not chunk:
            break
        told += chunk
    os.close(info)
    digits = told.partition(b'"child-pid":')[2].lstrip().split(b"\n")[0].split(b",")[0]
    return int(digits or 0)


def _log_to(path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    os.close(log)


def _say_ready() -> None:
    os.write(1, b"ready\n")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.close(nothing)
