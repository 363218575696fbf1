"""Programs run in a workload of the cluster: a pod, or one of a Deployment's."""

from __future__ import annotations

from collections.abc import Sequence

from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.matching import CannotLook
from tempshell_cli.packs.shell import ClusterView

# kubectl's own words: the program ran, and this was its end. Without them it was kubectl that failed.
_ENDED = b"command terminated with exit code "
_NO_PROGRAM = (b"executable file not found", b"no such file or directory")
_NOT_FOUND = 127


class WorkloadShell:
    """Runs programs in a container of a workload (``deploy/web``). They have the container's own environment."""

    home = "/"

    def __init__(self, cluster: ClusterView, place: str, namespace: str | None) -> None:
        self._cluster = cluster
        self._place = place
        self._namespace = ("--namespace", namespace) if namespace else ()

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program; raises CannotLook where the workload is not there or cannot be entered."""
        # The waiting is bounded where the container has `timeout`; kubectl is ended in any case.
        done = self._cluster.kubectl(
            "exec", "--stdin", *self._namespace, self._place, "--", *argv, stdin=stdin, timeout=timeout
        )
        if done.timed_out or done.exit_code == 0:
            return done
        said, found, code = done.stderr.rpartition(_ENDED)
        if found:
            return done._replace(exit_code=int(code.split()[0]), stderr=said)
        if any(words in done.stderr for words in _NO_PROGRAM):
            return done._replace(exit_code=_NOT_FOUND)
        words = strip_controls(done.stderr.decode(errors="replace")).strip()
        raise CannotLook(f"{self._place} cannot be entered: {words}")
