"""kind sessions beside bare kind: a start with its terminal, a stop with its receipt, an exec, the memory of a wait.

On a last bare cluster, sessions in pods beside bare kubectl.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from . import pods
from .table import Row, compared, compared_memory, measured, not_measured
from .user import TEMPSHELL, User

_START, _STOP, _STOP_MORE, _EXEC = 1.15, 1.5, 1.0, 1.5  # times; of a stop also a second more
_MEMORY = 1.1  # times
_ROUNDS, _EXECS = 5, 9
_SETTLING = 10.0  # seconds
_IN_MB = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0}
_PACK = "ckad-core"
_STOP_IT = (TEMPSHELL, "stop")
_BARE = "tempshell-benchmark"


class Life(NamedTuple):
    """What a cluster took, in seconds: its start, a command in it, its end; and the memory of its containers, in MB."""

    start: float
    exec: float
    memory: float
    stop: float


def measure(user: User, image: str) -> Iterator[Row]:
    """Yield the lines for a node image; none is measured where there is none."""
    if not image or not shutil.which("kind"):
        yield not_measured("kind", "needs kind and --node-image")
        return
    kubeconfig = str(Path(user.environment["XDG_STATE_HOME"]).parent / "kubeconfig")
    create = ("kind", "create", "cluster", "--name", _BARE, "--image", image, "--wait", "180s")
    delete = ("kind", "delete", "cluster", "--name", _BARE, "--kubeconfig", kubeconfig)
    start = (TEMPSHELL, "start", "--quiet", "--detach", "--backend", "kind", "--image", image)
    _seconds(user, start)  # builds the terminal's image, and warms up
    _seconds(user, _STOP_IT)
    rounds: list[tuple[Life, Life]] = []
    for _ in range(_ROUNDS):
        started = _seconds(user, (*create, "--kubeconfig", kubeconfig))
        their = Life(started, _in_node(user), _memory(user, _BARE), _seconds(user, delete))
        own = Life(_seconds(user, start), _inside(user), _memory(user, "ckad-", "term-"), _seconds(user, _STOP_IT))
        rounds.append((their, own))
    # A kubelet tells every ten seconds that its node is ready: either start may just miss one, so the best ones count.
    bare, began = (min(one.start for one in turn) for turn in zip(*rounds, strict=True))
    yield compared("start --backend kind, the best", began, "kind create cluster --wait, the best", bare, _START)
    theirs, ours = (statistics.median(one.exec for one in turn) for turn in zip(*rounds, strict=True))
    yield compared("exec -- kubectl get nodes, kind", ours, "docker exec … kubectl get nodes", theirs, _EXEC)
    theirs, ours = (statistics.median(one.memory for one in turn) for turn in zip(*rounds, strict=True))
    yield compared_memory("memory of a cluster and its terminal", ours, "memory of a bare cluster", theirs, _MEMORY)
    deleted, ended = (statistics.median(one.stop for one in turn) for turn in zip(*rounds, strict=True))
    yield compared("stop, kind", ended, "1.5 times kind delete cluster, and 1 s", _STOP * deleted + _STOP_MORE, 1.0)
    yield measured("start --backend kind: its memory at most", _peak(user, start), "MB")
    _seconds(user, _STOP_IT)
    yield _grading(user, image)
    _seconds(user, (*create, "--kubeconfig", kubeconfig))
    yield from pods.measure(user, kubeconfig)
    _seconds(user, delete)


def _grading(user: User, image: str) -> Row:
    """Grade every task of a pack, none of which is done, beside one kubectl a task in the node."""
    subprocess.run(
        (TEMPSHELL, "start", "-q", "-d", "--image", image, _PACK), env=user.environment, capture_output=True, check=True
    )
    tasks = len(json.loads(user.output("tasks", "--json")))
    node = f"ckad-{user.output('list', '--quiet')}-control-plane"
    ours, theirs = [], []
    look = (TEMPSHELL, "check", "--no-wait", "--json")
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        done = subprocess.run(look, env=user.environment, capture_output=True, check=False)
        ours.append(time.perf_counter() - began)
        if len(json.loads(done.stdout)) != tasks:
            raise RuntimeError(f"not all of {_PACK} was graded: {done.stderr.decode()}")
        theirs.append(sum(_seconds(user, _nodes_of(node)) for _ in range(tasks)))
    _seconds(user, _STOP_IT)
    grading, kubectl = statistics.median(ours), statistics.median(theirs)
    what = f"check --no-wait of {tasks} tasks, kind"
    return compared(what, grading, "docker exec … kubectl get nodes, as often", kubectl, 1.0)


def _memory(user: User, *prefixes: str) -> float:
    """Return what the containers with these names have in use, some seconds after a start, in MB."""
    time.sleep(_SETTLING)
    ask = ("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}")
    told = subprocess.run(ask, env=user.environment, capture_output=True, text=True, check=True).stdout
    used = (line.split()[1] for line in told.splitlines() if line.startswith(prefixes))
    return sum(float(one[:-3]) * _IN_MB[one[-3:]] for one in used)


def _nodes_of(container: str) -> tuple[str, ...]:
    return (*("docker", "exec", container), *("kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "nodes"))


def _in_node(user: User) -> float:
    return statistics.median(_seconds(user, _nodes_of(f"{_BARE}-control-plane")) for _ in range(_EXECS))


def _inside(user: User) -> float:
    session = user.output("list", "--quiet")
    argv = (TEMPSHELL, "exec", session, "--", "kubectl", "get", "nodes")
    return statistics.median(_seconds(user, argv) for _ in range(_EXECS))


def _seconds(user: User, argv: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, env=user.environment, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - began


def _peak(user: User, argv: Sequence[str]) -> float:
    """Return the most memory that a program has had, in MB."""
    process = subprocess.Popen(argv, env=user.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_maxrss / 1024
