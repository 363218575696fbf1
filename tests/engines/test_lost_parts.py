"""Each part of a sandbox is removed from outside: what can come back does, and what cannot is said by every command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest

from tempshell_cli.backends.local.rundir import PROCESS, RunDir
from tempshell_cli.core.errors import ExitCode
from tests.support.clusters import BOOT, configure_for_kind, node_of
from tests.support.command_line import Tempshell
from tests.support.faults import assert_nothing_is_left
from tests.support.pods import kubectl, objects
from tests.support.waiting import eventually


class Loss(NamedTuple):
    """How a part goes, and what is then said of the session: a part of the reason.

    ``has_ended`` tells whether all that this brings about has happened: an engine takes its time.
    """

    remove: Callable[[Tempshell, str], object]
    said: str
    options: Sequence[str] = ()
    has_ended: Callable[[Tempshell, str], bool] = lambda *_: True


def _docker(*argv: str) -> str:
    return subprocess.run(("docker", *argv), capture_output=True, text=True, check=True).stdout


def _run(tempshell: Tempshell, session: str) -> RunDir:
    return RunDir(str(tempshell.user.paths.state / "local" / session))


def _kill_supervisor(tempshell: Tempshell, session: str) -> None:
    os.kill(_run(tempshell, session).holder(), signal.SIGKILL)


def _kill_first_process(tempshell: Tempshell, session: str) -> None:
    first = _run(tempshell, session).record(PROCESS)
    assert first
    os.kill(int(first["pid"]), signal.SIGKILL)


def _is_over(tempshell: Tempshell, session: str) -> bool:
    run = _run(tempshell, session)
    return not os.path.isdir(run.path) or not run.holder()  # noqa: PTH112 - a RunDir's path


def _delete(kind: str) -> Callable[[Tempshell, str], object]:
    name, home = "tempshell-{}", "tempshell-{}"

    def delete(_: Tempshell, session: str) -> object:
        where = () if kind == "namespace" else ("--namespace", home.format(session))
        what = ("--all",) if kind == "pod" else (name.format(session),)
        return kubectl("delete", kind, *what, *where, "--wait=false")

    return delete


def _evict(_: Tempshell, session: str) -> None:
    """As a drain does: `kubectl drain` would take the other tests' pods from their node as well."""
    home = f"tempshell-{session}"
    (pod,) = objects("pods", "--namespace", home)
    name = pod["metadata"]["name"]
    eviction = f'{{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {{"name": "{name}"}}}}'
    kubectl("create", "--raw", f"/api/v1/namespaces/{home}/pods/{name}/eviction", "--filename", "-", stdin=eviction)


local, docker, pods = (pytest.mark.engine(name) for name in ("local", "docker", "kubernetes"))
LOCAL, DOCKER, PODS = ("-b", "local"), ("-b", "docker"), ("-b", "kubernetes")
FOR_GOOD = [
    pytest.param(Loss(_kill_supervisor, "", LOCAL, _is_over), id="local, supervisor", marks=local),
    pytest.param(Loss(_kill_first_process, "", LOCAL, _is_over), id="local, first process", marks=local),
    pytest.param(
        Loss(lambda user, session: shutil.rmtree(_run(user, session).path), "nothing of it is left", LOCAL),
        id="local, directory",
        marks=local,
    ),
    pytest.param(
        Loss(
            lambda _, session: _docker("rm", "-f", f"tempshell-{session}"), "is gone, with all that was in it", DOCKER
        ),
        id="docker, container",
        marks=docker,
    ),
    pytest.param(
        Loss(lambda _, session: _docker("kill", f"tempshell-{session}"), "", (*DOCKER, "--network", "none")),
        id="docker, without a network",
        marks=[docker, pytest.mark.long],
    ),
    pytest.param(Loss(_delete("pod"), "pod", PODS), id="kubernetes, pod", marks=pods),
    pytest.param(Loss(_evict, "", PODS), id="kubernetes, eviction", marks=[pods, pytest.mark.long]),
    pytest.param(Loss(_delete("job"), "", PODS), id="kubernetes, job", marks=[pods, pytest.mark.long]),
    pytest.param(Loss(_delete("namespace"), "", PODS), id="kubernetes, namespace", marks=[pods, pytest.mark.long]),
]


@pytest.mark.parametrize("loss", FOR_GOOD)
def test_what_is_lost_for_good_is_said_by_every_command_and_stop_leaves_nothing(
    tempshell: Tempshell, loss: Loss
) -> None:
    session = tempshell.start("--name", "lab", *loss.options)
    loss.remove(tempshell, session)
    eventually(lambda: loss.has_ended(tempshell, session), "the rest has ended, too")
    eventually(
        lambda: tempshell.any_code("exec", "lab", "--", "true").code == ExitCode.NO_SESSION, "exec says so", BOOT
    )
    for command in (("exec", "lab", "--", "true"), ("cp", "lab:x", "."), ("extend", "lab")):
        refused = tempshell(*command, code=ExitCode.NO_SESSION).stderr
        assert "session lab is lost: " in refused
        assert loss.said in refused
        assert "start --replace --name lab" in refused
    with tempshell.on_terminal("attach", "--plain", "lab") as client:
        assert "session lab is lost: " in client.read()
        client.wait()
        assert client.exitstatus == ExitCode.NO_SESSION
    listed = tempshell("list", "--json")
    assert [(one["id"], one["state"]) for one in listed.json()] == [(session, "lost")]
    assert "lab is lost: " in tempshell("list").stderr
    shown = tempshell("status", "lab", "--json").json()
    assert shown["state"] == "lost"
    assert loss.said in shown["reason"]
    assert tempshell("stop", "lab", "--json").json()[0]["leftover"] == []
    assert_nothing_is_left(tempshell, docker=loss.options[1] != "local", after="stop")
    assert tempshell("list", "--quiet").stdout == ""


@docker
def test_a_container_gets_its_network_again(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "lab", *DOCKER)
    name = f"tempshell-{session}"
    _docker("network", "disconnect", "--force", name, name)
    _docker("network", "rm", name)
    (listed,) = tempshell("list", "--json").json()
    assert (listed["state"], listed["reason"]) == ("broken", f"container {name} has lost its network")
    assert "brings back" in tempshell("list").stderr
    assert "eth0" in tempshell("exec", "lab", "--", "ls", "/sys/class/net").stdout
    assert tempshell("status", "lab", "--json").json()["state"] == "ready"
    assert tempshell("stop", "lab", "--json").json()[0]["leftover"] == []


@docker
def test_a_container_that_somebody_has_paused_goes_on(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "lab", *DOCKER)
    _docker("pause", f"tempshell-{session}")
    assert tempshell("exec", "lab", "--", "echo", "in").stdout == "in\n"
    _docker("pause", f"tempshell-{session}")
    (listed,) = tempshell("list", "--json").json()
    assert listed["state"] == "stopped"
    assert tempshell("stop", "lab", "--json").json()[0]["leftover"] == []


@pods
def test_a_session_goes_on_without_what_is_around_its_pod(tempshell: Tempshell) -> None:
    """Nobody is given the right to look for it; what the pod has been given of it stays in the pod."""
    session = tempshell.start("--name", "lab", *PODS, "--cluster-access", "view", "--env", "WORD=kept")
    home = f"tempshell-{session}"
    everything = "secrets,rolebindings,networkpolicies,serviceaccounts,resourcequotas,limitranges"
    kubectl("delete", everything, "--namespace", home, "--selector", f"io.tempshell/session={session}")
    assert tempshell("exec", "lab", "--", "sh", "-c", "echo $WORD").stdout == "kept\n"
    assert tempshell("list", "--json").json()[0]["state"] == "ready"
    assert tempshell("stop", "lab", "--json").json()[0]["leftover"] == []
    assert_nothing_is_left(tempshell, docker=True, after="stop")


@pytest.mark.engine("kind")
def test_the_parts_of_a_cluster_come_back_as_long_as_its_control_plane_is_there(tempshell: Tempshell) -> None:
    """What was on the cluster stays, through all of it."""
    configure_for_kind(tempshell.user)
    session = tempshell.start("-b", "kind", "--name", "lab", "--nodes", "2", "--env", "WORD=gone")
    cluster, terminal = f"ckad-{session}", f"term-ckad-{session}"
    limits = tempshell.any_code("exec", "lab", "--", "cat", "/sys/fs/cgroup/memory/memory.limit_in_bytes").stdout
    deadline = tempshell("status", "lab", "--json").json()["deadline"]
    tempshell("exec", "lab", "--", "kubectl", "create", "configmap", "work", "--from-literal=done=yes")

    def work() -> str:
        asked = ("kubectl", "get", "configmap", "work", "-o", "jsonpath={.data.done}")
        return tempshell("exec", "lab", "--", *asked).stdout

    def state() -> str:
        return str(tempshell("status", "lab", "--json").json()["state"])

    _docker("rm", "--force", terminal)
    done = tempshell("exec", "lab", "--", "kubectl", "get", "configmap", "work", "-o", "jsonpath={.data.done}")
    assert (done.stdout, state()) == ("yes", "ready")
    assert f"container {terminal} is gone, with its home and the values of --env and --secret" in done.stderr
    assert (
        tempshell.any_code("exec", "lab", "--", "cat", "/sys/fs/cgroup/memory/memory.limit_in_bytes").stdout == limits
    )

    _docker("kill", terminal)
    (listed,) = tempshell("list", "--json").json()
    assert (listed["id"], listed["state"]) == (session, "broken")
    with tempshell.on_terminal("attach", "--plain", "lab") as client:
        client.expect_exact("$ ", timeout=BOOT)
        client.sendline("exit")

    (record,) = [
        name
        for name in _docker("volume", "ls", "-q", "--filter", f"label=io.tempshell/session={session}").split()
        if not name.endswith("kubeconfig")
    ]
    _docker("volume", "rm", record)
    assert state() == "broken"
    tempshell("cp", __file__, "lab:")
    assert tempshell("status", "lab", "--json").json()["deadline"] == deadline
    tempshell("extend", "lab")

    _kill_all(cluster)
    _docker("network", "rm", cluster)  # as `docker network prune` does while nothing of it runs
    assert state() == "stopped"
    assert work() == "yes"
    assert state() == "ready"
    assert "tempshell-deadline.timer" in _docker("exec", node_of(session), "systemctl", "list-timers", "--all")

    for name in _docker("ps", "--format", "{{.Names}}").split():
        if cluster in name:
            _docker("network", "disconnect", "--force", cluster, name)
    _docker("network", "rm", cluster)
    assert state() == "broken"
    assert (work(), state()) == ("yes", "ready")

    _docker("rm", "--force", "--volumes", f"{cluster}-worker")
    assert state() == "broken"
    assert work() == "yes"  # on the nodes that are left
    assert f"node {cluster}-worker is gone" in tempshell("list").stderr
    eventually(
        lambda: "worker" not in tempshell("exec", "lab", "--", "kubectl", "get", "nodes").stdout, "it is forgotten"
    )

    _docker("rm", "--force", "--volumes", node_of(session))
    refused = tempshell("exec", "lab", "--", "true", code=ExitCode.NO_SESSION).stderr
    assert f"session lab is lost: node {node_of(session)} is gone, and with it the cluster" in refused
    assert state() == "lost"
    assert tempshell("stop", "lab", "--json").json()[0]["leftover"] == []
    assert_nothing_is_left(tempshell, docker=True, after="stop")


def _kill_all(cluster: str) -> None:
    """Kill the nodes and the terminal of a cluster; the terminal removes itself."""
    _docker("kill", *[name for name in _docker("ps", "--format", "{{.Names}}").split() if cluster in name])
    terminal = f"name=term-{cluster}"
    eventually(lambda: not _docker("ps", "--all", "--quiet", "--filter", terminal), "the terminal is removed")
