"""Running a command inside a sandbox with pipes, a clean environment and a timeout that holds inside."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import partial

from tempshell_cli.backends.base import (
    NO_KUBERC,
    Backend,
    Capability,
    HasEngineVariables,
    HasGradersPlace,
    HasKubectl,
    MeasuresPolicies,
    Role,
    Sandbox,
)
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import NOTHING, Completed
from tempshell_cli.core.runner import Runner, SubprocessRunner

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Says the exit code and a word nobody inside knows, so that a dead engine is never taken for a wrong answer. The word
# is the first line of standard input: an argv is there for all to read. `read` takes a byte at a time from a pipe, so
# that the rest is the command's.
_WITNESS = 'IFS= read -r word && "$@"; code=$?; printf "%s %d\\n" "$word" "$code" >&2; exit "$code"'
# Each run of the grader's has a directory for its temporary files that nobody else can list. With the name of one a
# learner's file could become a link to it while a check compares the two. Where none can be made, no file can either.
_OWN_TMPDIR = "TMPDIR=$(mktemp -d 2>/dev/null) || TMPDIR=/nowhere; trap 'rm -rf \"$TMPDIR\"' EXIT; "
# Refuses to look where a link leads to what is the grader's own: in /proc/self/cmdline `grep 42 answer.txt` finds its
# own 42, and for `cmp - answer.txt` /dev/stdin is an equal file. No kernel refuses only that, so a link that is made in
# the middle of a look is not found.
# The link's own words count as well: it can lead to a process that is yet to come.
_UNLESS_MISLED = r"""
links() { find "$@" -type l -exec readlink -f -- {} + -exec readlink -- {} + 2>/dev/null; }
if target=$({ links "$HOME"; links /tmp /var/tmp /dev/shm /run -maxdepth 2; } |
  grep -m 1 -E '^/proc/([0-9]+|self|thread-self)(/(cmdline|environ|fd|task)(/.*)?)?$'); then
  echo "tempshell: a link leads to $target" >&2
  exit 125
fi
exec "$@"
"""
_CODE = re.compile(rb" ([0-9]+)\n")
# The grader begins in the learner's home, where Python would look for modules, and for code to run first. What it
# writes goes where a backend gives it a place of its own: what the learner can fill, nothing can be compared in.
_GRADERS = {"PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1", "TMPDIR": "/var/tmp"}  # noqa: S108 - a path inside
_KILL_AFTER = 2  # seconds between TERM and KILL inside
_GRACE = 10.0  # seconds more for the engine than for the command
_CLUSTER_KEPT = 16 * 1024**2  # bytes: all objects that a pack's checks are about, in one list
_METRICS_API = "apiservice/v1beta1.metrics.k8s.io"
_METRICS_TIMEOUT = 60.0  # seconds for metrics-server, which answers some time after its cluster
_SMALL_TIMEOUT = 15.0  # seconds
_SAID = 1024  # bytes of what an engine has said last
_TIMEOUT_CODES = {124, 137}  # of timeout(1): ended by TERM, ended by KILL


class SandboxExec:
    """A way into one sandbox for programs: setup, checks, file copy."""

    def __init__(
        self, backend: Backend, sandbox: Sandbox, runner: Runner | None = None, role: Role = Role.SETUP
    ) -> None:
        self.backend = backend
        self._sandbox = sandbox
        self._role = role
        self._runner = runner or SubprocessRunner()
        self._cluster_runner = runner or SubprocessRunner(_CLUSTER_KEPT)

    @property
    def cluster(self) -> ClusterExec | None:
        """The way into the sandbox's cluster, where it has one."""
        if not isinstance(self.backend, HasKubectl):
            return None
        administers = partial(self.has, Capability.CLUSTER_ADMIN)
        return ClusterExec(self.backend, self._sandbox, self._cluster_runner, administers)

    @property
    def grader(self) -> SandboxExec:
        """The same sandbox, entered by what the learner can neither trace nor signal."""
        return SandboxExec(self.backend, self._sandbox, self._runner, Role.GRADER)

    @property
    def home(self) -> str:
        """The home directory inside."""
        return self._sandbox.home

    def has(self, capability: Capability) -> bool:
        """Return whether the sandbox has a capability; one that has to be measured takes seconds.

        Raises EngineUnavailable or ProvisionFailed where nobody can say.
        """
        if capability is Capability.NETPOL_ENFORCED and isinstance(self.backend, MeasuresPolicies):
            return self.backend.enforces_policies(self._sandbox)
        if capability is Capability.METRICS and self.cluster:
            return _serves_metrics(self.cluster)
        if capability is Capability.HELM:
            return self.run(("sh", "-c", "command -v helm"), timeout=_SMALL_TIMEOUT).exit_code == 0
        return capability in self.backend.capabilities()

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run ``argv`` for ``timeout`` seconds at most; what it has started ends with it.

        Raises EngineUnavailable, with the engine's words, where it could not be run at all.
        """
        word = os.urandom(8).hex()
        graders, witness = NOTHING, _WITNESS
        guard: tuple[str, ...] = ()
        if self._role is Role.GRADER:
            place = {"TMPDIR": self.backend.graders_place} if isinstance(self.backend, HasGradersPlace) else {}
            graders, witness, guard = _GRADERS | place, _OWN_TMPDIR + _WITNESS, ("/bin/sh", "-c", _UNLESS_MISLED, "sh")
        clean = (*_clean_environment(self.backend), f"PATH={_PATH}", f"HOME={self.home}", "LANG=C.UTF-8")
        own = (f"{name}={value}" for name, value in {**NO_KUBERC, **graders}.items())
        inside = (
            *(() if self._role is Role.LEARNER else (*clean, *own)),  # who has variables of its own
            *("/bin/sh", "-c", witness, "sh"),
            *("timeout", "-k", str(_KILL_AFTER), f"{timeout:g}", *guard, *argv),
        )
        command = self.backend.shell(self._sandbox, inside, role=self._role)
        stdin = word.encode() + b"\n" + stdin
        done = self._runner.run(command, stdin=stdin, timeout=timeout + _KILL_AFTER + _GRACE)
        stderr, found, end = done.stderr.rpartition(word.encode())
        exit_line = _CODE.match(end)  # an engine's own words may follow
        if not (found and exit_line):
            raise _engine_failed(done)
        exit_code = int(exit_line[1])
        return Completed(exit_code, done.stdout, stderr, timed_out=exit_code in _TIMEOUT_CODES)


class ClusterExec:
    """A way into the cluster of one sandbox, with credentials that are not the learner's.

    ``administers`` says whether the learner administers it all the same; it may ask the cluster.
    """

    def __init__(self, backend: HasKubectl, sandbox: Sandbox, runner: Runner, administers: Callable[[], bool]) -> None:
        self._backend = backend
        self._sandbox = sandbox
        self._runner = runner
        self._administers = administers

    @property
    def is_learners(self) -> bool:
        """Whether the learner administers the cluster."""
        return self._administers()

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        """Run kubectl for ``timeout`` seconds at most, and return how it ended."""
        command = self._backend.kubectl(self._sandbox, argv)
        return self._runner.run(command, stdin=stdin, timeout=timeout + _GRACE)


def _clean_environment(backend: Backend) -> Sequence[str]:
    """Return what starts a program with the variables that follow it, and with those of the engine."""
    if not isinstance(backend, HasEngineVariables):
        return ("/usr/bin/env", "-i")
    kept = " ".join(f'${{{name}+"{name}=${name}"}}' for name in backend.engine_variables)
    return ("/bin/sh", "-c", f'exec /usr/bin/env -i {kept} "$@"', "sh")


def _serves_metrics(cluster: ClusterExec) -> bool:
    """Return whether metrics-server, or another that serves its API, answers; one that is coming up is waited for.

    Raises EngineUnavailable where the cluster does not say.
    """
    available = ("wait", "--for=condition=Available", _METRICS_API, f"--timeout={_METRICS_TIMEOUT:g}s")
    done = cluster.kubectl(*available, timeout=_METRICS_TIMEOUT)
    if done.exit_code and b"NotFound" not in done.stderr and b"timed out" not in done.stderr:
        said = done.stderr.strip()[-_SAID:].decode(errors="replace")
        raise EngineUnavailable(f"the cluster does not say whether it has metrics: {said}")
    return done.exit_code == 0


def _engine_failed(done: Completed) -> EngineUnavailable:
    # Docker writes to stdout what keeps a program from starting.
    words = done.stderr.strip() or (done.stdout.strip() if done.exit_code else b"")
    said = words[-_SAID:].decode(errors="replace") or f"exit code {done.exit_code}"
    reason = "no answer in time" if done.timed_out else said
    return EngineUnavailable(f"the sandbox could not be entered: {reason}", hint="see `tempshell status`")
