"""A port of a sandbox is reached from here as if it were one of this machine, with or without a network."""

from __future__ import annotations

import hashlib
import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tempshell_cli.backends.base import Network, Option, Role, Sandbox
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.sessions.forwarding.forwarder import Forwarder
from tempshell_cli.sessions.forwarding.ports import PortForward, listening
from tests.support.waiting import eventually

from .engines import on_real_engines, on_real_engines_and_long_on_kind
from .stage import Stage

_SERVERS = Path(__file__).with_name("inside_servers.py").read_text("utf-8")
_FLOOD = 256 * 65536  # bytes; more than all buffers on the way hold
_TIMEOUT = 60.0  # seconds
_CONNECTIONS = 1000


class Ports(NamedTuple):
    """Ports of this machine that lead to the servers inside, and to one where nobody listens."""

    after_the_end: int
    flood: int
    echo: int
    nobody: int


@contextmanager
def servers(stage: Stage, sandbox: Sandbox) -> Iterator[Sequence[int]]:
    """Run the servers in a sandbox for the block; yield their ports there."""
    command = stage.backend.shell(sandbox, ("python3", "-c", _SERVERS, str(_FLOOD)))
    with subprocess.Popen(
        command.argv, env=command.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as client:
        assert client.stdout
        try:
            yield [int(port) for port in client.stdout.readline().split()]
        finally:
            stage.run(sandbox, "sh", "-c", "kill $(grep -la '^python3.-c' /proc/[0-9]*/cmdline | cut -d/ -f3); true")
            client.kill()


@contextmanager
def forwarded(stage: Stage, sandbox: Sandbox, inside: Sequence[int], said: list[str]) -> Iterator[list[int]]:
    """Forward ports for the block, and yield those that lead there."""
    stop, stopping = os.pipe()
    with (
        listening(PortForward("127.0.0.1", 0, port) for port in inside) as opened,
        Forwarder(stage.backend, sandbox, opened, said.append, until=stop) as forwarder,
    ):
        thread = threading.Thread(target=forwarder.run)
        thread.start()
        try:
            yield [one.forward.local for one in opened]
        finally:
            os.write(stopping, b".")
            thread.join(_TIMEOUT)
    os.close(stop)
    os.close(stopping)


@pytest.fixture(scope="module")
def said() -> list[str]:
    """The lines that the forwarder has said."""
    return []


@pytest.fixture(scope="module")
def ports(stage: Stage, sandbox: Sandbox, said: list[str]) -> Iterator[Ports]:
    with servers(stage, sandbox) as inside, forwarded(stage, sandbox, [*inside, 1], said) as opened:
        yield Ports(*opened)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT)


def read_all(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as stream:
        return stream.read()


def flood() -> bytes:
    block = random.Random(1).getrandbits(8 * 65536).to_bytes(65536, "big")  # noqa: S311 - any bytes
    return block * (_FLOOD // len(block))


def test_an_answer_comes_after_the_end_of_what_was_sent(ports: Ports) -> None:
    with connect(ports.after_the_end) as connection:
        connection.sendall(b"said")
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection).decode() == hashlib.sha256(b"said").hexdigest()


def test_many_bytes_arrive_unchanged_both_ways(ports: Ports) -> None:
    sent = flood()
    with connect(ports.after_the_end) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection).decode() == hashlib.sha256(sent).hexdigest()
    with connect(ports.flood) as connection:
        assert hashlib.sha256(read_all(connection)).digest() == hashlib.sha256(sent).digest()


def test_a_connection_that_nobody_reads_holds_up_no_other(ports: Ports) -> None:
    with connect(ports.flood) as unread, connect(ports.echo) as connection:
        time.sleep(0.5)
        for _ in range(20):
            connection.sendall(b"ping")
            assert connection.recv(4) == b"ping"
        assert len(read_all(unread)) == _FLOOD


def test_a_thousand_connections_are_served_at_once(ports: Ports) -> None:
    with ExitStack() as opened:
        connections = [opened.enter_context(connect(ports.echo)) for _ in range(_CONNECTIONS)]
        for number, connection in enumerate(connections):
            connection.sendall(b"%06d" % number)
        for number, connection in enumerate(connections):
            assert connection.recv(6) == b"%06d" % number


def test_a_refused_connection_is_reset_and_reported(ports: Ports, said: list[str]) -> None:
    before = len(said)
    with connect(ports.nobody) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    eventually(lambda: said[before:] == ["a connection to port 1 inside failed: connection refused"], "it is said")
    with connect(ports.echo) as connection:
        connection.sendall(b"still")
        assert connection.recv(5) == b"still"


def test_connections_are_made_by_the_learner(stage: Stage, sandbox: Sandbox, ports: Ports) -> None:
    with connect(ports.echo) as connection:
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        script = "for one in $(grep -la 'text, size' /proc/[0-9]*/cmdline); do stat -c %u ${one%/cmdline}; done"
        users = stage.run(sandbox, "sh", "-c", script, role=Role.GRADER).stdout.split()
        assert stage.sh(sandbox, "id -u").encode() in users


@on_real_engines
def test_nothing_stays_inside_afterwards(stage: Stage, sandbox: Sandbox) -> None:
    with forwarded(stage, sandbox, [1], []):
        pass
    alive = "grep -la '[t]ext, size' /proc/[0-9]*/cmdline | wc -l"
    before = 1  # that of the fixture
    eventually(lambda: int(stage.sh(sandbox, alive)) <= before, "the program inside ends")


def test_the_loopback_interface_is_reached_without_a_network(stage: Stage) -> None:
    if Option.NO_NETWORK not in stage.backend.options():
        pytest.skip("its sandboxes always have a network")
    with (
        stage.sandbox(network=Network.NONE) as sandbox,
        servers(stage, sandbox) as inside,
        forwarded(stage, sandbox, inside, []) as opened,
        connect(opened[2]) as connection,
    ):
        connection.sendall(b"ping")
        assert connection.recv(4) == b"ping"


@on_real_engines_and_long_on_kind
def test_the_end_of_the_sandbox_ends_the_forwarding_with_a_reason(stage: Stage) -> None:
    with (
        stage.sandbox() as sandbox,
        listening([PortForward("127.0.0.1", 0, 80)]) as opened,
        Forwarder(stage.backend, sandbox, opened, lambda _: None) as forwarder,
    ):
        threading.Timer(0.5, lambda: stage.backend.destroy(sandbox)).start()
        assert forwarder.run()


def test_a_sandbox_without_python_is_refused_with_what_it_takes(stage: Stage, sandbox: Sandbox) -> None:
    class WithoutPython:
        def shell(self, sandbox: Sandbox, argv: Sequence[str], role: Role) -> object:
            return stage.backend.shell(sandbox, ("/usr/bin/env", "PATH=/nowhere", *argv), role=role)

    with (
        listening([PortForward("127.0.0.1", 0, 80)]) as opened,
        pytest.raises(UsageProblem, match="no python3") as refused,
        Forwarder(WithoutPython(), sandbox, opened, lambda _: None),  # type: ignore[arg-type]  # what is used of one
    ):
        pytest.fail("it has begun")
    assert "Python 3.7 or newer" in refused.value.hint
