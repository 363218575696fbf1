"""kind sessions beside bare kind: a start with its terminal, a stop with its receipt, an exec, the memory of a wait.

On a last bare cluster, sessions in pods beside bare kubectl.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from . import pods
from .table import Row, compared, measured, not_measured
from .user import TEMPSHELL, User

_START, _STOP, _STOP_MORE, _EXEC = 1.15, 1.5, 1.0, 1.5  # times; of a stop also a second more
_ROUNDS, _EXECS = 5, 9
_BARE = "tempshell-benchmark"


class Life(NamedTuple):
    """What a cluster took, in seconds: its start, a command in it, its end."""

    start: float
    exec: float
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
    _seconds(user, (TEMPSHELL, "stop"))
    rounds: list[tuple[Life, Life]] = []
    for _ in range(_ROUNDS):
        their = Life(_seconds(user, (*create, "--kubeconfig", kubeconfig)), _in_node(user), _seconds(user, delete))
        own = Life(_seconds(user, start), _inside(user), _seconds(user, (TEMPSHELL, "stop")))
        rounds.append((their, own))
    # A kubelet tells every ten seconds that its node is ready: either start may just miss one, so the best ones count.
    bare, began = (min(one.start for one in turn) for turn in zip(*rounds, strict=True))
    yield compared("start --backend kind, the best", began, "kind create cluster --wait, the best", bare, _START)
    theirs, ours = (statistics.median(one.exec for one in turn) for turn in zip(*rounds, strict=True))
    yield compared("exec -- kubectl get nodes, kind", ours, "docker exec … kubectl get nodes", theirs, _EXEC)
    deleted, ended = (statistics.median(one.stop for one in turn) for turn in zip(*rounds, strict=True))
    yield compared("stop, kind", ended, "1.5 times kind delete cluster, and 1 s", _STOP * deleted + _STOP_MORE, 1.0)
    yield measured("start --backend kind: its memory at most", _peak(user, start), "MB")
    _seconds(user, (TEMPSHELL, "stop"))
    _seconds(user, (*create, "--kubeconfig", kubeconfig))
    yield from pods.measure(user, kubeconfig)
    _seconds(user, delete)


def _in_node(user: User) -> float:
    node = ("docker", "exec", f"{_BARE}-control-plane", "kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf")
    return statistics.median(_seconds(user, (*node, "get", "nodes")) for _ in range(_EXECS))


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
