"""Whether a cluster's network enforces NetworkPolicies. No cluster says so, so it is tried out with two small pods."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

from tempshell_cli.core.attempts import attempts
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.core.runner import Runner, SubprocessRunner
from tempshell_cli.core.text import strip_controls

_NAME = "tempshell-netpol-trial"
_USER = 10001  # anybody but root
_PORT = 8080
_TIMEOUT = 30.0  # seconds for the pods to run
_POLL = 0.2  # seconds between the first two looks
_SLOWEST = 30.0  # seconds for one kubectl
_LIFE = 90  # seconds after which the cluster ends the pods by itself: a kill -9 leaves nothing that runs
# A web server, be it in an image like the practice image or in one like the shells'.
_SERVE = f"""
cd /tmp
command -v httpd >/dev/null && exec httpd -f -p {_PORT}
exec python3 -m http.server {_PORT}
"""
# $1 is the other's address. An answer of any kind is one; what firewalls do instead (silence, a refusal) is none.
_ASK = f"""
asked=0
ask() {{ printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 2 nc -w 1 "$1" {_PORT} 2>/dev/null | grep -q HTTP; }}
again() {{ asked=$((asked + 1)); [ "$asked" -lt 10 ] && sleep 0.5; }}
"""
_REACHES = _ASK + 'until ask "$1"; do again || { echo no; exit; }; done; echo yes'
# A network takes a moment to learn of a policy, and one lost packet proves nothing: it must fail twice in a row.
_IS_CUT_OFF = _ASK + 'while ask "$1" || ask "$1"; do again || { echo no; exit; }; done; echo yes'

Manifest = Mapping[str, Any]


class Trial(NamedTuple):
    """How to try it: kubectl for the cluster, an image that its nodes have, and a namespace.

    The namespace is made, and removed afterwards, unless it is a ``given`` one. ``placement`` is part of a pod's spec.
    """

    kubectl: Callable[[Sequence[str]], Command]
    image: str
    pull_policy: str
    namespace: str
    given: bool = False
    placement: Mapping[str, Any] = MappingProxyType({})


def enforces_policies(trial: Trial, runner: Runner | None = None) -> bool:
    """Return whether two pods reach each other, except while a policy forbids it.

    Takes seconds, and leaves nothing behind. Raises EngineUnavailable where it cannot be tried.
    """
    kubectl = _Kubectl(trial, runner or SubprocessRunner())
    with _pods(trial, kubectl) as (one, other):
        kubectl.reach(one, other)
        kubectl.create(_DENIAL)
        if not kubectl.says(one, _IS_CUT_OFF, other):
            return False
        kubectl.run("delete", "networkpolicy", _NAME)
        kubectl.reach(one, other)  # else it was not the policy that kept them apart: a machine may be slow
        return True


class _Kubectl:
    """kubectl, in the namespace of a trial."""

    def __init__(self, trial: Trial, runner: Runner) -> None:
        self._trial = trial
        self._runner = runner

    def create(self, *manifests: Manifest) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": manifests}
        self.run("create", "--filename", "-", stdin=json.dumps(listed).encode())

    def reach(self, pod: str, address: str) -> None:
        if not self.says(pod, _REACHES, address):
            raise EngineUnavailable("two pods of the cluster do not reach each other")

    def says(self, pod: str, script: str, address: str) -> bool:
        """Return whether a script in a pod prints yes for an address, and not no."""
        return self.run("exec", pod, "--", "sh", "-c", script, "sh", address).strip() == b"yes"

    def run(self, *argv: str, stdin: bytes = b"") -> bytes:
        where = ("--namespace", self._trial.namespace)
        done = self._runner.run(self._trial.kubectl((*where, *argv)), stdin=stdin, timeout=_SLOWEST)
        if done.exit_code or done.timed_out:
            said = strip_controls(done.stderr.decode(errors="replace")).strip()
            raise EngineUnavailable(f"`kubectl {argv[0]}` failed: {said or 'no answer in time'}")
        return done.stdout


@contextmanager
def _pods(trial: Trial, kubectl: _Kubectl) -> Iterator[tuple[str, str]]:
    """Give two pods that run: the name of one, and the address of the other."""
    job, policy = f"job/{_NAME}", f"networkpolicy/{_NAME}"
    made = (job, policy) if trial.given else (f"namespace/{trial.namespace}",)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": trial.namespace}}
    try:
        kubectl.create(*([] if trial.given else [namespace]), _job(trial))
        yield _arrived(kubectl)
    finally:
        kubectl.run("delete", "--ignore-not-found", "--wait=false", *made)


def _arrived(kubectl: _Kubectl) -> tuple[str, str]:
    listed: list[dict[str, Any]] = []
    for _ in attempts(_TIMEOUT, first=_POLL, longest=1.0):
        listed = json.loads(kubectl.run("get", "pods", "--selector", f"job-name={_NAME}", "--output", "json"))["items"]
        up = [one for one in listed if one["status"].get("phase") == "Running" and one["status"].get("podIP")]
        if len(up) > 1:
            return str(up[0]["metadata"]["name"]), str(up[1]["status"]["podIP"])
    raise EngineUnavailable(f"its pods do not run after {_TIMEOUT:.0f} s{_reason(listed)}")


def _reason(pods: Sequence[Mapping[str, Any]]) -> str:
    """Return what the first container that waits says it waits for."""
    for pod in pods:
        for container in pod["status"].get("containerStatuses", ()):
            if waiting := container["state"].get("waiting"):
                return f": {waiting.get('reason', '')} {waiting.get('message', '')}".rstrip()
    return ""


def _job(trial: Trial) -> Manifest:
    small = {"cpu": "100m", "memory": "64Mi"}
    container = {
        "name": "trial",
        "image": trial.image,
        "imagePullPolicy": trial.pull_policy,
        "command": ["/bin/sh", "-c", _SERVE],
        "resources": {"limits": small, "requests": {**small, "cpu": "10m"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **trial.placement,
        "containers": [container],
    }
    spec = {"parallelism": 2, "completions": 2, "backoffLimit": 0, "activeDeadlineSeconds": _LIFE}
    lasting = {"ttlSecondsAfterFinished": 0, "template": {"spec": pod}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": _NAME}, "spec": {**spec, **lasting}}


_DENIAL: Manifest = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": _NAME},
    "spec": {"podSelector": {"matchLabels": {"job-name": _NAME}}, "policyTypes": ["Ingress", "Egress"]},
}
