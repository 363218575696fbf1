"""Sessions in pods beside bare kubectl: a start, an exec, and what the API server is asked."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import Any

from . import traffic
from .table import Row, compared
from .user import TEMPSHELL, User

_START, _EXEC = 1.5, 1.5  # times
_ROUNDS, _EXECS = 9, 15
_TICK = 1.0  # seconds; how often a kubelet looks whether a container has started
_POD = "tempshell-benchmark"
_START_ONE = (TEMPSHELL, "start", "--quiet", "--detach", "--backend", "kubernetes")
_NOT_OURS = ("nodeName", "serviceAccount", "serviceAccountName", "tolerations", "priority", "preemptionPolicy")


def measure(user: User, kubeconfig: str) -> Iterator[Row]:
    """Yield the lines for the cluster of a kubeconfig."""
    user = User({**user.environment, "KUBECONFIG": kubeconfig})
    _run(user, _START_ONE)  # loads the image, and shows what a session's pod is like
    session = user.output("list", "--quiet")
    running: dict[str, Any] = json.loads(_run(user, ("kubectl", "get", "pods", "-n", f"tempshell-{session}", "-ojson")))
    (pod,) = running["items"]
    theirs, ours = [], []
    for _ in range(_EXECS):
        exec_in = ("kubectl", "exec", "-n", f"tempshell-{session}", pod["metadata"]["name"], "--", "true")
        theirs.append(_seconds(user, exec_in))
        ours.append(_seconds(user, (TEMPSHELL, "exec", session, "--", "true")))
    began, bare = _starts(user, _alike(pod))
    yield compared("start --backend kubernetes", began, "kubectl apply + wait, of the same pod", bare, _START)
    entered, bare = statistics.median(ours), statistics.median(theirs)
    yield compared("exec -- true, kubernetes", entered, "kubectl exec … true", bare, _EXEC)
    yield from traffic.measure(user, kubeconfig)


def _starts(user: User, pod: str) -> tuple[float, float]:
    """Return what a session takes and what a bare pod takes, in seconds."""
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        user.output("stop", "--all")
        _at_any_moment()
        theirs.append(
            _seconds(user, ("kubectl", "apply", "-f", "-"), pod)
            + _seconds(user, ("kubectl", "wait", f"pod/{_POD}", "--for=condition=Ready", "--timeout=60s"))
        )
        _run(user, ("kubectl", "delete", "pod", _POD, "--now"))
        _at_any_moment()
        ours.append(_seconds(user, _START_ONE))
    user.output("stop", "--all")
    return statistics.median(ours), statistics.median(theirs)


def _at_any_moment() -> None:
    """Wait until what was removed is gone, and for no two rounds as long: else all fall on the same part of a tick."""
    time.sleep(2 + random.uniform(0, _TICK))  # noqa: S311 - no secret


def _alike(pod: dict[str, Any]) -> str:
    """Return the manifest of a session's pod, without what came from its cluster."""
    spec = {key: value for key, value in pod["spec"].items() if key not in _NOT_OURS}
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": _POD}, "spec": spec})


def _seconds(user: User, argv: Sequence[str], stdin: str = "") -> float:
    began = time.perf_counter()
    _run(user, argv, stdin)
    return time.perf_counter() - began


def _run(user: User, argv: Sequence[str], stdin: str = "") -> str:
    done = subprocess.run(argv, env=user.environment, input=stdin, capture_output=True, text=True, check=True)
    return done.stdout
