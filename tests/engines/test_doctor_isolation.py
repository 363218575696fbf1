"""`doctor --isolation` makes its attempts in a real sandbox, says how each ended, and leaves nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.labels import OWNER
from tempshell_cli.sessions import attempts
from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.leaks import docker_leftovers

OUTCOMES = {"stopped", "not stopped", "not tried"}
EVERYWHERE = {  # what every backend stops
    *("open the caller's terminal", "make a raw socket"),
    *("open the kernel's switches in /proc and /sys", "read the kernel's memory and log"),
    *("use the kernel's keyring", "make a user namespace", "mount a filesystem", "become root by a setuid program"),
    *("reach an engine's socket", "reach an abstract socket of this machine", "read a token of the cluster"),
}
PID_1 = {"trace PID 1", "write the memory of PID 1", "read the environment of PID 1"}  # in a pod it is the person's own
LOCAL = PID_1 | {
    *("type into a terminal (TIOCSTI)", "make sockets of other families", "reach the metadata address"),
    "reach the gateway, which may be the engine's machine",
}


def _outcomes(found: dict[str, Any], backend: str) -> dict[str, str]:
    made = found["isolation"][backend]
    assert made["untried"] == ""
    assert all(one["detail"] for one in made["attempts"])
    outcomes = {one["attempt"]: one["outcome"] for one in made["attempts"]}
    assert list(outcomes) == list(attempts.ATTEMPTS)
    assert set(outcomes.values()) <= OUTCOMES
    return outcomes


def _not_stopped(outcomes: dict[str, str], expected: set[str]) -> dict[str, str]:
    return {name: outcomes[name] for name in expected if outcomes[name] != "stopped"}


@pytest.mark.engine("local")
def test_a_local_sandbox_stops_all_that_can_be_tried(tempshell: Tempshell) -> None:
    outcomes = _outcomes(tempshell("doctor", "--isolation", "-b", "local", "--json").json(), "local")
    assert _not_stopped(outcomes, EVERYWHERE | LOCAL) == {}
    assert outcomes["reach the cluster's API"] == "not tried"
    assert tempshell("list", "--json").json() == []


@pytest.mark.engine("docker")
def test_a_container_stops_what_is_inside_of_the_machine_and_reaches_the_gateway(tempshell: Tempshell) -> None:
    outcomes = _outcomes(tempshell("doctor", "--isolation", "-b", "docker", "--json").json(), "docker")
    assert _not_stopped(outcomes, EVERYWHERE | PID_1) == {}
    assert outcomes["reach the gateway, which may be the engine's machine"] == "not stopped"
    assert docker_leftovers(OWNER, tempshell.user.owner) == []


@pytest.mark.engine("docker")
def test_an_image_that_cannot_run_the_attempts_is_not_tried(tempshell: Tempshell) -> None:
    tempshell.user.configure(sandbox={"image": BUSYBOX})
    done = tempshell("doctor", "--isolation", "-b", "docker", code=4)
    assert done.stdout.startswith("docker: not tried: the image has no python3")
    assert docker_leftovers(OWNER, tempshell.user.owner) == []


@pytest.mark.engine("docker")
@pytest.mark.parametrize("answer", ['[["trace PID 1", "stopped", 5]]', "[]", "{}", "[[1, 2, 3]]", "\x1b[2J"])
def test_an_image_that_reports_something_else_is_refused(tempshell: Tempshell, answer: str) -> None:
    image = f"tempshell-test/liar:{uuid.uuid4().hex[:8]}"
    script = f"#!/bin/sh\\ncat <<E\\n{answer}\\nE\\n"
    said = f"FROM {BUSYBOX}\nUSER 0\nRUN printf '{script}' >/bin/python3 && chmod 755 /bin/python3\n"
    subprocess.run(("docker", "build", "-q", "-t", image, "-"), input=said.encode(), check=True, capture_output=True)
    try:
        tempshell.user.configure(sandbox={"image": image})
        done = tempshell("doctor", "--isolation", "-b", "docker", code=4)
        assert done.stdout.startswith("docker: not tried: the attempts could not be made: exit code 0")
    finally:
        subprocess.run(("docker", "rmi", "-f", image), check=True, capture_output=True)


@pytest.mark.engine("kubernetes")
def test_a_pod_is_tried_where_its_backend_is_named(tempshell: Tempshell) -> None:
    env = {"KUBECONFIG": pods.kubeconfig()}
    outcomes = _outcomes(tempshell("doctor", "--isolation", "-b", "kubernetes", "--json", env=env).json(), "kubernetes")
    assert _not_stopped(outcomes, EVERYWHERE) == {}


@pytest.mark.engine("local")
def test_nothing_is_made_in_a_cluster_that_nobody_has_named(tempshell: Tempshell) -> None:
    found = tempshell("doctor", "--isolation", "--json").json()["isolation"]
    assert {name: found[name]["attempts"] for name in ("kind", "kubernetes", "minikube")} == {
        "kind": [],
        "kubernetes": [],
        "minikube": [],
    }
    shown = tempshell("doctor", "--isolation").stdout
    assert shown.startswith("BACKEND   ATTEMPT")
    assert "\nkind: not tried: " in shown


@pytest.mark.engine("local")
def test_where_no_backend_can_be_tried_it_fails_and_says_why(tempshell: Tempshell) -> None:
    done = tempshell("doctor", "--isolation", "-b", "kubernetes", code=4)
    assert done.stdout.startswith("kubernetes: not tried: ")
    assert "no backend could be tried" in done.stderr


@pytest.mark.engine("local")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-b", "local"), "--backend and --context need --isolation"),
        (("--isolation", "--context", "x"), "--context needs --backend"),
        (("--isolation", "-b", "local", "--context", "x"), "--context cannot be used with local"),
        (("--isolation", "-b", "nothing"), "there is no backend 'nothing'"),
    ],
)
def test_options_that_do_not_fit_are_refused(tempshell: Tempshell, options: tuple[str, ...], words: str) -> None:
    assert words in tempshell("doctor", *options, code=2).stderr


def test_what_nothing_stops_is_found() -> None:
    """Without walls: on this machine itself, where what is tried cannot do harm."""
    name = f"attempts-{uuid.uuid4().hex}"
    call = "import attempts; print(attempts.outcome(attempts.reach_machines_socket))"
    with socket.socket(socket.AF_UNIX) as ours:
        ours.bind(f"\0{name}")
        ours.listen()
        where = Path(attempts.__file__).parent
        done = subprocess.run((sys.executable, "-c", call, name), cwd=where, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "('not stopped', 'an abstract socket of this machine answers')"


def test_an_engines_socket_that_answers_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "engine.sock")
    monkeypatch.setattr(attempts, "ENGINE_SOCKETS", (path,))
    assert attempts.outcome(attempts.reach_engine) == ("stopped", "none of 1 sockets answers")
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(path)
        engine.listen()
        assert attempts.outcome(attempts.reach_engine) == ("not stopped", path)


def test_a_file_that_opens_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "switch").touch()
    monkeypatch.setattr(attempts, "KERNEL_SWITCHES", (str(tmp_path / "none"), str(tmp_path / "switch")))
    assert attempts.outcome(attempts.open_kernel_switches) == ("not stopped", str(tmp_path / "switch"))


def test_a_refused_connection_is_stopped_and_one_without_an_answer_is_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def silent(*_: object) -> socket.socket:
        raise TimeoutError("timed out")

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(attempts, "METADATA", taken.getsockname())
        assert attempts.outcome(attempts.reach_metadata)[0] == "stopped"
        taken.listen()
        assert attempts.outcome(attempts.reach_metadata)[0] == "not stopped"
    monkeypatch.setattr(socket, "create_connection", silent)
    assert attempts.outcome(attempts.reach_metadata)[0] == "not tried"


def test_families_that_nothing_filters_are_found_and_no_socket_is_made() -> None:
    """Without walls: on this machine itself. A kernel loads a module for a socket that it can make."""
    assert all(not attempts.passes_filters(family) for family in attempts.USUAL_FAMILIES)
    outcome, detail = attempts.outcome(attempts.make_unusual_sockets)
    assert outcome == "not stopped"
    assert detail.endswith(" more are not filtered")
    with pytest.raises(OSError, match="Invalid argument"):
        socket.socket(socket.AF_UNIX, attempts.NO_TYPE)


def test_the_keyring_is_left_as_it_is() -> None:
    before = Path("/proc/keys").read_text()
    assert attempts.outcome(attempts.use_keyring)[0] == "not stopped"
    assert Path("/proc/keys").read_text() == before
