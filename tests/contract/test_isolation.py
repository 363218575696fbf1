"""What a person inside cannot do."""

from __future__ import annotations

import signal
import subprocess
import uuid
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Network, Sandbox

from .engines import on_real_engines
from .stage import Promise, Stage

pytestmark = on_real_engines

_DAC_OVERRIDE = 1 << 1  # capability.h


def _status(text: str) -> dict[str, str]:
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


@pytest.mark.parametrize("process", ["self", "1"])
def test_every_process_is_without_privileges(stage: Stage, sandbox: Sandbox, process: str) -> None:
    """A command and PID 1 alike: no capability to use, no setuid, a seccomp filter.

    The bounding set has what the grader needs where that is root of the same container. Nobody gains what is in it
    without a setuid program or a file capability, and no_new_privs refuses both.
    """
    if process == "1":
        stage.asks_for(Promise.POWERLESS_PID_1)
    status = _status(stage.sh(sandbox, f"cat /proc/{process}/status"))
    capabilities = {name: int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}
    assert set(capabilities.values()) == {0}, capabilities
    assert int(status["CapBnd"], 16) == (_DAC_OVERRIDE if stage.backend.name in {"docker", "kind"} else 0)
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_a_person_is_not_root_in_any_way(stage: Stage, sandbox: Sandbox) -> None:
    assert "0" not in stage.sh(sandbox, "id -u; id -g; id -G").split()
    assert stage.run(sandbox, "cat", "/etc/shadow").exit_code != 0


def test_no_program_has_a_setuid_or_setgid_bit(stage: Stage, sandbox: Sandbox) -> None:
    stage.asks_for(Promise.NO_SETUID)
    assert stage.run(sandbox, "find", "/", "-xdev", "-type", "f", "-perm", "/6000").stdout == b""


@pytest.mark.parametrize(
    "command", ["unshare --user true", "unshare --mount true", "unshare --user --map-root-user id"]
)
def test_no_namespace_can_be_made(stage: Stage, sandbox: Sandbox, command: str) -> None:
    done = stage.run(sandbox, *command.split())
    assert done.exit_code != 0
    assert b"not permitted" in done.stderr


@pytest.mark.parametrize("place", ["/", "/usr/bin", "/etc", "/usr/local", "/opt", "/home", "/proc/sys/kernel/hostname"])
def test_the_root_is_read_only(stage: Stage, sandbox: Sandbox, place: str) -> None:
    script = f"if [ -d {place} ]; then touch {place}/new; else echo new > {place}; fi"
    assert stage.run(sandbox, "sh", "-c", script).exit_code != 0


def test_no_device_of_the_machine_is_there(stage: Stage, sandbox: Sandbox) -> None:
    assert stage.run(sandbox, "mknod", "disk", "b", "8", "0").exit_code != 0
    assert stage.sh(sandbox, "find /dev -type b") == ""


def test_no_file_of_the_machine_can_be_read(stage: Stage, sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ours")
    assert stage.run(sandbox, "cat", str(secret)).exit_code != 0
    assert stage.run(sandbox, "ls", "/root").exit_code != 0
    assert stage.run(sandbox, "sh", "-c", "ls /var/run/docker.sock /run/docker.sock").exit_code != 0


def test_memory_and_processes_are_limited(stage: Stage) -> None:
    """The sandbox survives the first, and can be removed with all that runs in it after the second."""
    hungry = "head -c 300m /dev/zero | tail -c 300m | wc -c"
    bomb = "i=0; while [ $i -lt 200 ]; do sleep 600 > /dev/null 2>&1 & i=$((i+1)); done"
    with stage.sandbox(memory=64 * 1024**2, pids=40) as sandbox:
        done = stage.run(sandbox, "sh", "-c", hungry)
        assert done.stdout.strip() != str(300 * 1024**2).encode()
        assert stage.sh(sandbox, "echo alive") == "alive"
        if Promise.PROCESS_LIMIT not in stage.lacks:
            done = stage.run(sandbox, "sh", "-c", bomb)
            assert done.exit_code != 0
            assert b"fork" in done.stderr
    assert stage.found(sandbox.session) is None


def test_without_a_network_there_is_only_the_loopback_device(stage: Stage) -> None:
    stage.asks_for(Promise.NO_DEVICE)
    with stage.sandbox(network=Network.NONE) as sandbox:
        assert stage.sh(sandbox, "ls /sys/class/net 2>/dev/null || tail -n +3 /proc/net/dev | cut -d: -f1").split() == [
            "lo"
        ]


def test_what_is_left_without_a_parent_is_reaped(stage: Stage, sandbox: Sandbox) -> None:
    stage.sh(sandbox, "(true & true & true &) ; (sleep 0.1 &) > /dev/null 2>&1")
    dead = "grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l"
    assert stage.sh(sandbox, f"timeout 10 sh -c 'until [ $({dead}) = 0 ]; do sleep 0.1; done'; {dead}") == "0"


# Those with a neighbour come last: it is made for the first of them, and may be a whole cluster.


def test_what_can_be_written_is_bounded(stage: Stage, neighbour: Sandbox) -> None:
    """Nobody fills the machine's memory or disk through a file."""
    refusals = (b"No space left", b"Read-only", b"nonexistent")
    for place in ("/tmp", "/var/tmp", "$HOME", "/dev/shm"):  # noqa: S108 - paths inside
        fill = f"head -c 400m /dev/zero > {place}/big; stat -c %s {place}/big; rm -f {place}/big"
        output = stage.run(neighbour, "sh", "-c", fill)
        assert any(refusal in output.stderr for refusal in refusals), (place, output)


def test_no_signal_from_inside_reaches_pid_1(stage: Stage, neighbour: Sandbox) -> None:
    """Neither kills it nor stops it: what holds the deadline is out of reach."""
    every = range(1, signal.SIGRTMAX + 1)
    sends = "; ".join(f"kill -{number} 1 2>/dev/null" for number in every)
    stage.run(neighbour, "bash", "-c", f"{sends}; sleep 0.3; {sends}; :")
    assert stage.sh(neighbour, "cut -d' ' -f3 /proc/1/stat") in {"S", "R"}
    assert stage.found(neighbour.session) == neighbour


def test_a_sandbox_sees_no_process_but_its_own(stage: Stage, sandbox: Sandbox, neighbour: Sandbox) -> None:
    mark = f"97{uuid.uuid4().int % 10**8}"
    stage.sh(neighbour, f"sleep {mark} > /dev/null 2>&1 &")
    assert mark in stage.sh(neighbour, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert mark not in stage.sh(sandbox, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert len(stage.sh(sandbox, "ls -d /proc/[0-9]*").split()) < 12


def test_a_sandbox_does_not_see_another_ones_files(stage: Stage, sandbox: Sandbox, neighbour: Sandbox) -> None:
    mark = f"mark-{uuid.uuid4().hex}"
    for place in ("$HOME", "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - paths inside
        stage.run(neighbour, "sh", "-c", f"touch {place}/{mark}")
    look = f"find / -xdev -name {mark} 2>/dev/null; ls $HOME /tmp /var/tmp /dev/shm | grep {mark} || :"
    assert stage.sh(sandbox, look) == ""


def test_two_sandboxes_share_no_network(stage: Stage, sandbox: Sandbox, neighbour: Sandbox) -> None:
    """Neither by address nor over the loopback device, while the neighbour does reach itself."""
    stage.asks_for(Promise.WALLED_NETWORK)
    serve = "import socket; s = socket.create_server(('', 4321)); print('up', flush=True)\nwhile s.accept(): pass"
    reach = "import socket, sys; socket.create_connection((sys.argv[1], 4321), 3)"
    server = stage.backend.shell(neighbour, ("timeout", "30", "python3", "-c", serve))
    with subprocess.Popen(server.argv, env=server.environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        for address in ("127.0.0.1", *stage.sh(neighbour, "hostname -I").split()):
            assert stage.run(neighbour, "python3", "-c", reach, address).exit_code == 0, address
            assert stage.run(sandbox, "python3", "-c", reach, address).exit_code != 0, address
        process.kill()
