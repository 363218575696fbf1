"""Bad luck on purpose: a start that is stopped at a given step, an engine that goes away and comes back."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from docker import APIClient

from tempshell_cli.backends.kind.names import KIND_CLUSTER, cluster_name
from tempshell_cli.backends.labels import OWNER
from tempshell_cli.backends.local.rundir import PROCESS, RunDir

from .command_line import PROGRAM, Tempshell
from .leaks import leftovers, processes_about
from .user import User
from .waiting import eventually

TIMEOUT = 30.0  # seconds until a step comes
_ROLLBACK = 15.0  # seconds until a start has undone itself
_SETTLED = 10.0  # seconds for an engine and the kernel to finish what they have begun
_SHORT = 0.0005  # between two looks: a step may last no longer than some milliseconds
_CHUNK = 65536


class Recorded(NamedTuple):
    """A session as the store has it."""

    id: str
    state: str


def recorded(user: User) -> list[Recorded]:
    """Return what is on record, read beside whoever writes; nothing where there is no store yet."""
    if not user.paths.store.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"file:{user.paths.store}?mode=ro", uri=True)) as store:
            return [Recorded(*row) for row in store.execute("SELECT id, state FROM session")]
    except sqlite3.OperationalError:  # it is being made
        return []


class Starting:
    """A ``tempshell start`` under way, in a process group of its own, with its progress on a terminal."""

    def __init__(self, user: User, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.user = user
        self.process = process
        self._terminal = terminal
        self._shown = b""

    def shown(self) -> str:
        """Return what it has shown until now."""
        while select.select([self._terminal], [], [], 0)[0]:
            try:
                chunk = os.read(self._terminal, _CHUNK)
            except OSError:  # EIO: all who had the terminal have ended
                break
            if not chunk:
                break
            self._shown += chunk
        return self._shown.decode(errors="replace")

    def has_come_to(self, step: Callable[[Starting], bool], timeout: float = TIMEOUT) -> None:
        """Wait for a step, ``timeout`` seconds at most; a start that ends before it fails the test."""
        late = time.monotonic() + timeout
        while not step(self):
            assert time.monotonic() < late, f"the step has not come; shown: {self.shown()}"
            ended = self.process.poll() is not None
            assert not ended or step(self), f"ended with {self.process.returncode}; shown: {self.shown()}"
            time.sleep(_SHORT)  # the pause of a poll with a deadline

    def kill(self) -> None:
        """Kill the process, and nobody else of its group, as the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> None:
        """Send what a terminal sends at Ctrl-C: the signal goes to the whole process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)

    def terminate(self) -> None:
        """Send what ``kill`` sends."""
        self.process.terminate()

    def has_ended_within(self, seconds: float) -> bool:
        """Wait that long at most, and return whether the process has ended."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def ended(self, within: float = _ROLLBACK) -> int:
        """Wait for the end, ``within`` seconds, and return the exit code. No traceback may have been shown."""
        code = self.process.wait(within)
        assert "Traceback" not in self.shown(), self.shown()
        return code


@contextmanager
def starting(tempshell: Tempshell, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Starting]:
    """Begin a ``tempshell start --detach``; it is killed at the end of the block if it is still under way."""
    terminal, stderr = os.openpty()
    process = subprocess.Popen(
        (*PROGRAM, "start", "--detach", *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        env={**tempshell.user.environment, "NO_COLOR": "1", **(env or {})},
        cwd=tempshell.directory,
        start_new_session=True,
    )
    os.close(stderr)
    try:
        with process:
            try:
                yield Starting(tempshell.user, process, terminal)
            finally:
                process.kill()
    finally:
        os.close(terminal)


Step = Callable[[Starting], bool]


def shows(progress: str) -> Step:
    """Return the step at which a line of progress is shown, before what it tells is done."""
    running = re.compile(rf"…\S* {re.escape(progress)}")  # the mark may be coloured, and seconds may follow
    return lambda start: bool(running.search(start.shown()))


def is_recorded(start: Starting) -> bool:
    """Return whether the intent is on record."""
    return any(one.state == "creating" for one in recorded(start.user))


def has_run_directory(start: Starting) -> bool:
    """Return whether the local backend has made the directory of the sandbox."""
    return bool(_runs(start))


def has_labels(start: Starting) -> bool:
    """Return whether the directory has its labels."""
    return any(run.labels() for run in _runs(start))


def has_supervisor(start: Starting) -> bool:
    """Return whether the supervisor holds its lock."""
    return any(run.holder() for run in _runs(start))


def has_first_process(start: Starting) -> bool:
    """Return whether the supervisor has told the first process of the sandbox."""
    return any(run.record(PROCESS) for run in _runs(start))


def _runs(start: Starting) -> list[RunDir]:
    return [RunDir(str(path)) for path in (start.user.paths.state / "local").glob("*/")]


def has_network(start: Starting) -> bool:
    """Return whether the engine has a network of the user's."""
    with engine_of(start.user) as engine:
        return bool(engine.networks(filters={"label": f"{OWNER}={start.user.owner}"}))


def has_volume(start: Starting) -> bool:
    """Return whether the engine has a volume of the user's."""
    with engine_of(start.user) as engine:
        return bool(engine.volumes(filters={"label": f"{OWNER}={start.user.owner}"})["Volumes"])


def has_node(start: Starting) -> bool:
    """Return whether kind has made a node of the session's."""
    names = [f"{KIND_CLUSTER}={cluster_name(one.id)}" for one in recorded(start.user)]
    with engine_of(start.user) as engine:
        return any(engine.containers(all=True, filters={"label": name}) for name in names)


def has_container(start: Starting) -> bool:
    """Return whether the engine has a container of the user's, running or not."""
    return bool(containers(start.user))


def has_running_container(start: Starting) -> bool:
    """Return whether a container of the user's runs."""
    return "running" in containers(start.user)


def containers(user: User) -> list[str]:
    """Return the states of the user's containers."""
    with engine_of(user) as engine:
        found = engine.containers(all=True, filters={"label": f"{OWNER}={user.owner}"})
        return [str(one["State"]) for one in found]


def runs_setup(start: Starting) -> bool:
    """Return whether the setup script of the task runs; it has made itself known by the name of the user."""
    return bool(processes_about(start.user.owner))


@contextmanager
def engine_of(user: User) -> Iterator[APIClient]:
    """Open the Docker engine itself, whatever stands between it and tempshell."""
    with closing(APIClient(base_url=user.docker_host or None, version="auto")) as client:
        yield client


def assert_one_reap_clears(tempshell: Tempshell, *, docker: bool) -> None:
    """See that ``reap`` leaves nothing of a start that was cut short, and that one which had succeeded can be used."""
    ready = [one.id for one in recorded(tempshell.user) if one.state == "ready"]
    output = tempshell("reap")
    if docker and not ready:
        # The engine may finish behind that look what the dead client had asked for: the next sweep's business.
        eventually(lambda: not leftovers(tempshell.user, docker=True) or tempshell("reap").code, "swept", _SETTLED)
    if not ready:
        assert_nothing_is_left(tempshell, docker=docker, after=str(output))
    assert tempshell("list", "--quiet").stdout.split() == ready
    for session in ready:
        tempshell("stop", session)
        assert_nothing_is_left(tempshell, docker=docker, after="stop")


def assert_nothing_is_left(tempshell: Tempshell, *, docker: bool, after: str) -> None:
    """See that no part of a sandbox and no live record remains, without a further command."""
    user = tempshell.user
    eventually(lambda: not leftovers(user, docker=docker), f"nothing is left after {after}", _SETTLED)
    live = [one for one in recorded(user) if one.state not in {"ended", "failed"}]
    assert not live, f"still on record after {after}: {live}"


class Proxy:
    """Stands before an engine's unix socket, so that a test can take the engine away and give it back."""

    def __init__(self, path: Path, engine: str) -> None:
        self.url = f"unix://{path}"
        self._path = path
        self._engine = engine
        self._listening: list[socket.socket] = []
        self._open: list[socket.socket] = []
        self._accepting: list[threading.Thread] = []
        self._copying: list[threading.Thread] = []

    def come_back(self) -> None:
        """Answer, on the same path as before."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._path))
        listener.listen()
        self._listening.append(listener)
        _run(self._accepting, self._accept, listener)

    def go_away(self) -> None:
        """Answer no more, and break off every conversation, with none taken up meanwhile."""
        self._path.unlink(missing_ok=True)
        for ends, threads in ((self._listening, self._accepting), (self._open, self._copying)):
            for end in ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(_SETTLED)
            for end in ends:
                end.close()
            ends.clear()
            threads.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # it has gone away
            while True:
                client, _ = listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                self._open += [client, engine]
                engine.connect(self._engine)
                _run(self._copying, _copy, client, engine)
                _run(self._copying, _copy, engine, client)


def _run(threads: list[threading.Thread], work: Callable[..., None], *ends: socket.socket) -> None:
    thread = threading.Thread(target=work, args=ends, daemon=True)
    threads.append(thread)
    thread.start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # one of the two has gone
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
