"""A Docker engine on another host: the one of this machine, reached over a real sshd on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tempshell_cli.backends.docker import ssh
from tempshell_cli.backends.docker.backend import DockerBackend
from tempshell_cli.core.errors import ExitCode
from tests.support.clusters import configure_for_kind
from tests.support.command_line import Tempshell
from tests.support.ports import free_port, listens
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("docker")

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
HOST = "ssh://box"


@pytest.fixture
def box(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment in which ``box`` is a host of the user's ssh config, on a port of its own.

    sshd writes its log to ``log`` in the directory ``ssh``; a parameter is more options of its.
    """
    if SSHD is None or os.geteuid() != 0:
        pytest.skip("no sshd that this user may start")
    port, place = free_port(), tmp_path / "ssh"
    place.mkdir()
    for key in ("host", "user"):
        subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / key), check=True)
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd's privilege separation directory
    options = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": place / "host",
        "AuthorizedKeysFile": place / "user.pub",
        "PermitRootLogin": "yes",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "MaxStartups": "100",
        **getattr(request, "param", {}),
    }
    settings = place / "sshd_config"
    settings.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    with TemporaryDirectory() as short, subprocess.Popen((SSHD, "-D", "-f", settings, "-E", place / "log")) as server:
        try:
            eventually(lambda: listens(port), "sshd listens", 10)
            yield {"PATH": f"{_ssh_with_config(place, port)}:{os.environ['PATH']}", "TMPDIR": str(short)}
        finally:
            server.terminate()


def test_a_session_lives_on_a_remote_engine_from_start_to_stop(
    tempshell: Tempshell, box: dict[str, str], tmp_path: Path
) -> None:
    started = tempshell("start", "--detach", "--docker-context", HOST, env=box)
    session = started.stdout.strip()
    assert tempshell("exec", session, "--", "sh", "-c", "echo out; exit 3", env=box, code=3).stdout == "out\n"
    (tmp_path / "note").write_text("carried over ssh")
    tempshell("cp", str(tmp_path / "note"), f"{session}:", env=box)
    assert tempshell("exec", session, "--", "cat", "note", env=box).stdout == "carried over ssh"
    tempshell("extend", session, env=box)
    (listed,) = tempshell("list", "--json", env=box).json()
    assert (listed["endpoint"], listed["extensions"]) == (HOST, 1)
    (receipt,) = tempshell("stop", session, "--json", env=box).json()
    assert len(receipt["removed"]) == 2
    assert receipt["leftover"] == []


def test_a_port_of_a_session_on_a_remote_engine_is_forwarded(tempshell: Tempshell, box: dict[str, str]) -> None:
    session = tempshell("start", "--detach", "--docker-context", HOST, env=box).stdout.strip()
    served = (
        "import socket; one = socket.create_server(('127.0.0.1', 8000)).accept()[0]; one.sendall(one.recv(9)[::-1])"
    )
    with (
        tempshell.running("exec", session, "--", "python3", "-c", served, env=box),
        tempshell.running("port-forward", session, ":8000", env=box) as forwarding,
    ):
        assert forwarding.stdout
        port = int(forwarding.stdout.readline().split()[2].rpartition(b":")[2])
        eventually(lambda: _answer(port, b"abc") == b"cba", "the server inside answers")
    tempshell("stop", session, env=box)


def _answer(port: int, question: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(question)
            return connection.recv(9)
    except ConnectionError:
        return b""


@pytest.mark.engine("kind")
def test_a_cluster_lives_on_a_remote_engine_from_start_to_stop(tempshell: Tempshell, box: dict[str, str]) -> None:
    configure_for_kind(tempshell.user)
    started = tempshell("start", "--detach", "--backend", "kind", "--docker-host", HOST, env=box)
    session = started.stdout.strip()
    assert " Ready " in tempshell("exec", session, "--", "kubectl", "get", "nodes", env=box).stdout
    access = tempshell("kubeconfig", session, env=box)
    assert "first run: ssh -N -L " in access.stderr
    assert "server: https://127.0.0.1:" in access.stdout
    assert tempshell("stop", session, "--json", env=box).json()[0]["leftover"] == []


def test_a_host_that_cannot_be_reached_is_reported_in_the_words_of_ssh(
    tempshell: Tempshell, box: dict[str, str]
) -> None:
    failed = tempshell("run", "--docker-context", "ssh://nowhere.invalid", "--", "true", env=box, code=4)
    assert "Could not resolve hostname nowhere.invalid" in failed.stderr


def test_one_connection_carries_all_that_a_command_does(
    tempshell: Tempshell, box: dict[str, str], tmp_path: Path
) -> None:
    tempshell("start", "--detach", "--docker-context", HOST, "linux-basics", env=box)
    assert _connections(tmp_path) == 1
    tempshell("check", env=box, code=ExitCode.CHECK_FAILED)
    assert _connections(tmp_path) == 2
    tempshell("stop", env=box)
    assert _connections(tmp_path) == 3
    eventually(lambda: not list(Path(box["TMPDIR"]).iterdir()), "the sockets are removed")


@pytest.mark.parametrize("box", [{"AllowStreamLocalForwarding": "no"}, {"MaxSessions": "1"}], indirect=True)
def test_a_host_that_shares_no_connection_is_used_all_the_same(tempshell: Tempshell, box: dict[str, str]) -> None:
    session = tempshell("start", "--detach", "--docker-context", HOST, env=box).stdout.strip()
    assert tempshell("exec", session, "--", "echo", "here", env=box).stdout == "here\n"
    tempshell("stop", env=box)
    eventually(lambda: not list(Path(box["TMPDIR"]).iterdir()), "the sockets are removed")


@pytest.mark.parametrize("url", ["ssh://Other", "ssh://%72oot@box", "ssh://box/var/run/docker.sock"])
def test_a_host_is_reached_as_its_url_says_it(
    tempshell: Tempshell, box: dict[str, str], tmp_path: Path, url: str
) -> None:
    tempshell("run", "--docker-host", url, "--", "true", env=box)
    assert _connections(tmp_path) == 1


@pytest.fixture
def near_box(box: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process can reach the box, and keeps no connection to it afterwards."""
    for name, value in box.items():
        monkeypatch.setenv(name, value)
    yield
    kept = ssh._kept.pop(HOST, None)  # noqa: SLF001 - it is this process's
    if kept:
        with kept.process:
            os.killpg(kept.process.pid, signal.SIGTERM)


@pytest.mark.usefixtures("near_box")
def test_a_connection_that_is_lost_is_made_again() -> None:
    backend = DockerBackend(HOST)
    before = backend.find("nobody")
    kept = ssh._kept[HOST]  # noqa: SLF001 - what the network does to it
    assert kept
    os.killpg(kept.process.pid, signal.SIGKILL)
    kept.process.wait()
    assert backend.find("nobody") == before
    assert ssh.near(HOST) not in {HOST, f"unix://{kept.near}"}
    assert not kept.near.parent.exists()


@pytest.mark.usefixtures("near_box")
def test_a_host_gets_no_variable_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hunter2")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ssh, "_ON_HOST", f"echo 'unix://{tmp_path}/${{TOKEN}}'; exec cat")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("hunter2")  # short enough for a socket
        listening.listen()
        listening.settimeout(1)
        ssh.keep(HOST)
        with pytest.raises(TimeoutError):
            listening.accept()
    assert ssh.near(HOST) == HOST


@pytest.mark.usefixtures("near_box")
def test_a_host_that_goes_on_talking_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "_ON_HOST", "exec cat /dev/zero")
    ssh.keep(HOST)
    assert ssh.near(HOST) == HOST


def _connections(tmp_path: Path) -> int:
    return (tmp_path / "ssh" / "log").read_text("utf-8").count("Accepted publickey")


def _ssh_with_config(place: Path, port: int) -> Path:
    """Put an ``ssh`` first on the PATH that reads a config of the test's, as a user's reads theirs."""
    config = place / "ssh_config"
    config.write_text(
        f"Host box Other\n HostName 127.0.0.1\n Port {port}\n User root\n IdentityFile {place / 'user'}\n"
        f" UserKnownHostsFile {place / 'known_hosts'}\n StrictHostKeyChecking accept-new\n LogLevel ERROR\n"
    )
    directory = place / "bin"
    directory.mkdir()
    program = directory / "ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {config} "$@"\n')
    program.chmod(0o755)
    return directory
