"""Measure forwarded ports: bytes a second and the first byte, beside what else brings them here, in the same run.

``python -m benchmarks.ports`` ends with 0 whatever comes out. `ssh -L` goes to an sshd of this machine that it starts.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from . import sshd
from .commands import docker_answers
from .table import Row, compared, not_measured, rate, show, tell_machine
from .user import TEMPSHELL, User, somebody

_LEAST, _SLOWEST = 0.5, 2.0  # of docker exec … cat; of a connection through ssh -L
_MB = 1024**2
# Sends as many bytes as it is asked for in a line.
_SERVER = """
import socket, threading
def serve(client):
    with client, client.makefile("rwb") as stream:
        left = int(stream.readline())
        while left > 0:
            stream.write(b"x" * min(left, 1 << 20))
            left -= 1 << 20
listener = socket.create_server(("127.0.0.1", %d))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""
_PORT = 8765  # inside


def main() -> None:
    """Measure what this machine can, and show it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ports", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured, in turns [5]")
    parser.add_argument("--size", type=int, default=256, help="MB in one transfer [256]")
    asked = parser.parse_args()
    tell_machine()
    with somebody() as user:
        show([*_docker(user, asked.runs, asked.size * _MB), *_local(user, asked.runs)])


def _docker(user: User, runs: int, size: int) -> Iterator[Row]:
    if not docker_answers():
        yield not_measured("port-forward, docker", "no engine answers")
        return
    session = user.output("start", "--quiet", "--detach", "--backend", "docker")
    with _forwarded(user, session) as port:
        container = ("docker", "exec", f"tempshell-{session}", "head", "-c", str(size), "/dev/zero")
        ours, theirs = _in_turns(runs, lambda: _seconds_of(port, size), lambda: _seconds_to_read(container))
    most = size / _MB / theirs
    against = ("docker exec … cat", most)
    yield rate("port-forward, docker", size / _MB / ours, "MB/s", round(_LEAST * most, 1), against)


def _local(user: User, runs: int) -> Iterator[Row]:
    session = user.output("start", "--quiet", "--detach", "--backend", "local", "--name", "ports-benchmark")
    with _forwarded(user, session) as port, ExitStack() as opened:
        if not sshd.can_start():
            yield not_measured("the first byte of a forwarded connection", sshd.WHY_NOT)
            return
        theirs = opened.enter_context(_through_ssh())
        ours, ssh = _in_turns(4 * runs, lambda: _seconds_of(port, 1), lambda: _seconds_of(theirs, 1))
        yield compared("first byte of a connection, port-forward, local", ours, "the same by ssh -L", ssh, _SLOWEST)
        ours, ssh = _in_turns(runs, lambda: _seconds_of(port, 64 * _MB), lambda: _seconds_of(theirs, 64 * _MB))
        yield compared("64 MB, port-forward, local", ours, "the same by ssh -L", ssh)


def _in_turns(runs: int, *measure: Callable[[], float]) -> list[float]:
    rounds = [[one() for one in measure] for _ in range(runs + 1)]
    return [statistics.median(times) for times in zip(*rounds[1:], strict=True)]


def _seconds_of(port: int, size: int) -> float:
    """Return how long it takes to connect, ask for so many bytes, and have them all."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"%d\n" % size)
        left = size
        while left > 0:
            left -= len(connection.recv(_MB)) or left
    return time.perf_counter() - began


def _seconds_to_read(argv: tuple[str, ...]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101 - a pipe
        while process.stdout.read(_MB):
            pass
    return time.perf_counter() - began


@contextmanager
def _forwarded(user: User, session: str) -> Iterator[int]:
    """Run the server in a session, and yield a port of this machine that leads there."""
    server = (TEMPSHELL, "exec", session, "--", "python3", "-c", _SERVER % _PORT)
    forward = (TEMPSHELL, "port-forward", session, f":{_PORT}")
    with (
        _running(*server, env=user.environment),
        _running(*forward, env=user.environment) as forwarding,
    ):
        assert forwarding.stdout  # noqa: S101 - a pipe
        port = int(forwarding.stdout.readline().split()[2].rpartition(b":")[2])
        sshd.wait_for(lambda: _seconds_of(port, 1))
        yield port


@contextmanager
def _through_ssh() -> Iterator[int]:
    """Run the server here, and yield a port that leads there through an sshd of this machine."""
    to, here = _free_port(), _free_port()
    with (
        _running(sys.executable, "-c", _SERVER % to),
        sshd.started() as ssh,
        _running(*ssh, "-N", "-L", f"{here}:127.0.0.1:{to}", "root@127.0.0.1"),
    ):
        sshd.wait_for(lambda: _seconds_of(here, 1))
        yield here


@contextmanager
def _running(*argv: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


if __name__ == "__main__":
    main()
