"""Ports of a session: forwarded by a command of their own, by a screen, and opened in a browser."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.command_line import Tempshell
from tests.support.ports import free_port
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("local")
_SERVER = "cd; echo served > index.html; setsid python3 -m http.server -b 127.0.0.1 8000 >/dev/null 2>&1 &"
_LISTENS = (
    "until python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 8000))' 2>/dev/null; do sleep 0.1; done"
)


def serve_inside(tempshell: Tempshell, session: str) -> None:
    tempshell("exec", session, "--", "sh", "-c", _SERVER)
    tempshell("exec", session, "--", "sh", "-c", _LISTENS)


def fetched(address: str) -> str:
    with urlopen(f"http://{address}/", timeout=20) as answer:
        content: bytes = answer.read()
    return content.decode().strip()


@contextmanager
def forwarding(tempshell: Tempshell, *argv: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a command that forwards; yield it, and the first line that it prints."""
    with tempshell.running(*argv) as process:
        assert process.stdout
        yield process, process.stdout.readline().decode().strip()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Return how it has ended, and what it wrote to stderr."""
    stderr = process.communicate(timeout=60)[1].decode()
    assert "Traceback" not in stderr
    return process.returncode, stderr


@pytest.fixture
def lab(tempshell: Tempshell) -> str:
    tempshell.start("-b", "local", "--name", "lab")
    serve_inside(tempshell, "lab")
    return "lab"


def test_a_port_is_forwarded_until_ctrl_c(tempshell: Tempshell, lab: str) -> None:
    port = free_port()
    with forwarding(tempshell, "port-forward", lab, f"{port}:8000", ":81") as (process, first):
        assert first == f"Forwarding from 127.0.0.1:{port} -> 8000"
        assert process.stdout
        second = process.stdout.readline().decode()
        assert fetched(f"127.0.0.1:{port}") == fetched(f"127.0.0.1:{port}") == "served"
        refused = int(re.findall(r":(\d+) -> 81", second)[0])
        with socket.create_connection(("127.0.0.1", refused)) as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)
        process.send_signal(signal.SIGINT)
        assert ended(process) == (0, "tempshell: a connection to port 81 inside failed: connection refused\n")
    assert f"127.0.0.1:{port} -> 8000" in tempshell("events").stdout
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_the_only_session_needs_no_name_and_the_local_port_is_the_same(tempshell: Tempshell, lab: str) -> None:
    port = free_port()
    with forwarding(tempshell, "port-forward", str(port)) as (_, first):
        assert first == f"Forwarding from 127.0.0.1:{port} -> {port}"
    with forwarding(tempshell, "port-forward", "-s", lab, str(port)) as (_, first):
        assert first == f"Forwarding from 127.0.0.1:{port} -> {port}"


def test_the_end_of_the_session_ends_the_forwarding_with_its_exit_code(tempshell: Tempshell, lab: str) -> None:
    with forwarding(tempshell, "port-forward", lab, ":8000") as (process, _):
        tempshell("stop", lab)
        code, said = ended(process)
    assert (code, "session lab has ended: stopped" in said) == (3, True)
    tempshell.start("-b", "local", "--name", "short", "--ttl", "4s")
    with forwarding(tempshell, "port-forward", "short", ":8000") as (process, _):
        code, said = ended(process)
    assert (code, "session short expired" in said) == (7, True)


def test_open_prints_the_link_and_opens_it(tempshell: Tempshell, lab: str, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    with tempshell.running("open", lab, "8000", env={"BROWSER": str(browser), "PATH": "/usr/bin:/bin"}) as process:
        assert process.stdout
        link = process.stdout.readline().decode().strip()
        assert fetched(link.removeprefix("http://").rstrip("/")) == "served"
        eventually(
            lambda: (tmp_path / "opened").exists() and (tmp_path / "opened").read_text().strip() == link, "it opens"
        )


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("port-forward", "lab"), 2, "write SESSION PORT"),
        (("port-forward", "lab", "http"), 2, "'http' is not a port"),
        (("port-forward", "[::1]:80:80"), 2, "IPv4 only"),
        (("port-forward", "nobody", "80"), 3, "there is no session"),
        (("open", "lab"), 2, "write SESSION PORT"),
        (("start", "--detach", "-p", "80"), 2, "tempshell port-forward SESSION PORT"),
        (("start", "-p", "0"), 2, "is not a port"),
        (("attach", "--read-only", "-p", "80"), 2, "cannot be used together"),
    ],
)
def test_what_cannot_be_forwarded_is_refused_with_what_to_do(
    tempshell: Tempshell, argv: tuple[str, ...], code: int, said: str
) -> None:
    assert said in tempshell(*argv, code=code).stderr
    assert tempshell("list", "--quiet").stdout == ""


def test_a_port_in_use_is_named_before_anything_is_started(tempshell: Tempshell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with tempshell.on_terminal("start", "-b", "local", "-p", f"{port}:80", columns=120) as child:
            child.expect_exact(f"cannot listen on 127.0.0.1:{port}: another program uses this port")
            child.wait()
            assert child.exitstatus == 2
    assert tempshell("list", "--quiet").stdout == ""


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "screen"])
def test_a_screen_forwards_its_ports_as_long_as_it_is_open(tempshell: Tempshell, plain: bool) -> None:  # noqa: FBT001
    port = free_port()
    options = ("--name", "lab", "-p", f"{port}:8000", *(["--plain"] if plain else []))
    with tempshell.on_terminal("start", "-b", "local", *options, columns=120) as child:
        child.expect_exact(f"forwarding from 127.0.0.1:{port} -> 8000")
        child.expect_exact("learner@lab" if plain else f"{port}→8000")
        serve_inside(tempshell, "lab")
        assert fetched(f"127.0.0.1:{port}") == "served"
        child.send("\x1dd")
        child.expect_exact("lab goes on")
        child.wait()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with tempshell.on_terminal("attach", "lab", "--plain", "-p", f"{port}:8000") as child:
        child.expect_exact("forwarding from")
        assert fetched(f"127.0.0.1:{port}") == "served"


def test_a_screen_forwards_again_after_its_exec_has_ended(tempshell: Tempshell, lab: str) -> None:
    port = free_port()
    with tempshell.on_terminal("attach", lab, "--plain", "-p", f"{port}:8000", columns=120) as child:
        child.expect_exact("forwarding from")
        tempshell(
            "exec", lab, "--", "sh", "-c", "kill -9 $(grep -la '[t]ext, size' /proc/[0-9]*/cmdline | cut -d/ -f3)"
        )
        child.expect_exact("no port is forwarded at the moment")
        child.expect_exact("ports are forwarded again")
        assert fetched(f"127.0.0.1:{port}") == "served"
    assert "forward ended" in tempshell("events").stdout
