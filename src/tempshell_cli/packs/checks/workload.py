"""Programs run in a cluster: in a workload of it, or kubectl itself."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.matching import CannotLook, Prevented
from tempshell_cli.packs.checks.shell import ClusterView

# kubectl's own words: the program ran, and this was its end. Without them it was kubectl that failed.
_ENDED = b"command terminated with exit code "
# runc's words and crun's, which writes the system's error with a capital.
_NO_PROGRAM = (b"executable file not found", b"no such file or directory")
_NO_SUCH_PROGRAM = 127
# How kubectl and the API server say that there is no such object, that an API of the cluster does not answer, and that
# rights, a webhook or a policy do not let one look.
NOT_FOUND = "(NotFound)"
_UNAVAILABLE = (b"(ServiceUnavailable)", b"the server is currently unable to handle the request")
_REFUSED = (b"(Forbidden)", b"denied the request", b"failed calling webhook")


def refuse_broken_api(cluster: ClusterView, said: bytes) -> None:
    """Raise Prevented where kubectl's words are that an API does not answer or refuses, and the learner administers it.

    Who does can send an API elsewhere (an APIService) or forbid what a check does (a webhook, a policy), so that
    no check could run.
    """
    if any(words in said for words in (*_UNAVAILABLE, *_REFUSED)) and cluster.is_learners:
        raise Prevented("an API of the cluster does not answer or refuses, and the learner administers the cluster")


class KubectlShell:
    """Runs kubectl, which is the grader's own: nothing of the learner's has a say in what it does."""

    home = "/"

    def __init__(self, cluster: ClusterView, namespace: str | None) -> None:
        self._cluster = cluster
        self._namespace = _in_namespace(namespace)

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run kubectl with what stands behind its name in ``argv``; raises Prevented as ``refuse_broken_api`` does."""
        done = self._cluster.kubectl(*self._namespace, *argv[1:], stdin=stdin, timeout=timeout)
        if done.exit_code:
            refuse_broken_api(self._cluster, done.stderr)
        return done


class WorkloadShell:
    """Runs programs in a container of a workload (``deploy/web``). They have the container's own environment."""

    home = "/"

    def __init__(self, cluster: ClusterView, place: str, namespace: str | None) -> None:
        self._cluster = cluster
        self._place = place
        self._namespace = _in_namespace(namespace)

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program; raises Prevented where there is no such workload, CannotLook where it cannot be entered."""
        # The waiting is bounded where the container has `timeout`; kubectl is ended in any case. Without --quiet the
        # program's stderr would begin with a line about the container that kubectl has chosen among several.
        done = self._cluster.kubectl(
            "exec", "--stdin", "--quiet", *self._namespace, self._place, "--", *argv, stdin=stdin, timeout=timeout
        )
        if done.timed_out or done.exit_code == 0:
            return done
        said, found, code = done.stderr.rpartition(_ENDED)
        if found:
            return done._replace(exit_code=int(code.split()[0]), stderr=said)
        if any(words in done.stderr.lower() for words in _NO_PROGRAM):
            return done._replace(exit_code=_NO_SUCH_PROGRAM)
        refuse_broken_api(self._cluster, done.stderr)
        words = strip_controls(done.stderr.decode(errors="replace")).strip()
        if NOT_FOUND in words:
            raise Prevented(f"there is no {self._place}: {words}")
        raise CannotLook(f"{self._place} cannot be entered: {words}")


class NewestPod:
    """Runs programs in the newest pod with a label: of a rollout, the one that it is about."""

    home = "/"

    def __init__(self, cluster: ClusterView, label: str, namespace: str | None) -> None:
        self._cluster = cluster
        self._label = label
        self._namespace = namespace

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program; where there is no such pod, or it is not ready, that is the end of it, with exit code 1."""
        pods = self._pods(timeout)
        if not pods:
            return Completed(1, b"", f"no pod has {self._label}".encode())
        newest = max(pods, key=_Pod.age)
        name = newest.metadata.name
        if not newest.is_ready():
            return Completed(1, b"", f"the newest pod with {self._label}, {name}, is not ready".encode())
        try:
            return WorkloadShell(self._cluster, name, self._namespace).run(argv, stdin=stdin, timeout=timeout)
        except (CannotLook, Prevented) as cause:  # it was ready a moment ago, and goes as a rollout goes on
            return Completed(1, b"", str(cause).encode())

    def _pods(self, timeout: float) -> list[_Pod]:
        done = self._cluster.kubectl(*get_pods(self._label, self._namespace), timeout=timeout)
        try:
            return msgspec.json.decode(done.stdout, type=_Pods).items
        except msgspec.DecodeError as cause:
            refuse_broken_api(self._cluster, done.stderr)
            words = strip_controls(done.stderr.decode(errors="replace")).strip()
            raise CannotLook(f"pods with {self._label} cannot be looked for: {words or 'no answer'}") from cause


def get_pods(label: str, namespace: str | None) -> tuple[str, ...]:
    """Return the arguments for kubectl that read the pods with a label."""
    return ("get", "pods", "--selector", label, *_in_namespace(namespace), "--output", "json")


class _Metadata(msgspec.Struct, rename="camel"):
    name: str
    creation_timestamp: str
    deletion_timestamp: str = ""


class _ContainerStatus(msgspec.Struct):
    ready: bool


class _PodStatus(msgspec.Struct, rename="camel"):
    container_statuses: list[_ContainerStatus] = []


class _Pod(msgspec.Struct):
    metadata: _Metadata
    status: _PodStatus

    def age(self) -> tuple[str, bool]:
        """Return what is greater for a newer one; of two of the same second, the one that is going is older."""
        return self.metadata.creation_timestamp, not self.metadata.deletion_timestamp

    def is_ready(self) -> bool:
        """Return whether it runs, with all its containers ready."""
        statuses = self.status.container_statuses
        return bool(statuses) and all(one.ready for one in statuses)


class _Pods(msgspec.Struct):
    items: list[_Pod]


def _in_namespace(namespace: str | None) -> tuple[str, ...]:
    return ("--namespace", namespace) if namespace else ()
