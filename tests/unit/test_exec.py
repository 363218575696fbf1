"""Commands that programs run inside: a clean environment, a timeout, and no engine's failure taken for an answer."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.base import Capability, Sandbox, SandboxRequest, Template, measurable
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command, Completed
from tempshell_cli.core.runner import SubprocessRunner
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine


class WithCluster(FakeEngine):
    """An engine with a cluster of which there is much to tell."""

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        del sandbox, argv
        return Command((sys.executable, "-c", "print('x' * 3_000_000 + 'end')"))


class Scripted:
    """A runner that answers what a test says."""

    def __init__(self, answer: Callable[[Command, bytes], Completed]) -> None:
        self.answer = answer

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        del timeout
        return self.answer(command, stdin)


@pytest.fixture
def engine(tmp_path: Path, clock: FakeClock) -> FakeEngine:
    return FakeEngine(tmp_path, clock)


@pytest.fixture
def sandbox(engine: FakeEngine, clock: FakeClock) -> Sandbox:
    template = Template(image="any", env={"FROM_TEMPLATE": "1"})
    request = SandboxRequest("s1", "ann", clock.now() + timedelta(hours=1), template)
    return engine.provision(request, lambda _: nullcontext())


def test_a_command_gets_its_input_and_gives_its_output(engine: FakeEngine, sandbox: Sandbox) -> None:
    done = SandboxExec(engine, sandbox).run(("sh", "-c", "cat; echo no >&2; exit 4"), stdin=b"yes", timeout=20)
    assert (done.exit_code, done.stdout, done.stderr, done.timed_out) == (4, b"yes", b"no\n", False)


def test_helm_is_there_where_its_program_is(
    engine: FakeEngine, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "timeout"):
        (programs / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setattr("tempshell_cli.backends.exec._PATH", str(programs))
    shell = SandboxExec(engine, sandbox)
    assert not shell.has(Capability.HELM)
    (programs / "helm").symlink_to("/bin/true")
    assert shell.has(Capability.HELM)


def test_the_environment_is_clean_whatever_the_sandbox_has(engine: FakeEngine, sandbox: Sandbox) -> None:
    done = SandboxExec(engine, sandbox).run(("env",), timeout=20)
    names = {line.partition("=")[0] for line in done.stdout.decode().splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "HOME", "LANG", "KUBERC"}


def test_variables_of_the_engine_are_kept_as_it_gives_them(
    engine: FakeEngine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word in one that a shell would expand stays as it is, and one that the engine does not give is not set."""
    monkeypatch.setattr(engine, "engine_variables", ("OF_ENGINE", "HOME", "NOT_GIVEN"), raising=False)
    monkeypatch.setattr(engine, "shell", _with_variables(engine, "OF_ENGINE=a  $(b) *", "HOME=/engine", "OTHER=1"))
    done = SandboxExec(engine, sandbox).run(("env",), timeout=20)
    found = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())
    assert found["OF_ENGINE"] == "a  $(b) *"
    assert found["HOME"] == sandbox.home
    assert not {"NOT_GIVEN", "OTHER"} & set(found)


def _with_variables(engine: FakeEngine, *variables: str) -> Callable[..., Command]:
    """Return the engine's ``shell`` for containers that have these variables."""
    shell = engine.shell

    def start(sandbox: Sandbox, argv: Sequence[str], **options: Any) -> Command:  # noqa: ANN401 - passed on
        return shell(sandbox, ("/usr/bin/env", *variables, *argv), **options)

    return start


def test_a_command_that_overstays_is_ended_inside_and_marked(engine: FakeEngine, sandbox: Sandbox) -> None:
    assert SandboxExec(engine, sandbox).run(("sleep", "60"), timeout=0.3).timed_out


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        (Completed(1, b"", b"Error: No such container"), "No such container"),
        (Completed(0, b"looks fine", b""), "exit code 0"),
        (Completed(128, b"OCI runtime exec failed: read init-p\r\n", b""), "OCI runtime exec failed: read init-p$"),
        (Completed(-9, b"", b"", timed_out=True), "no answer in time"),
    ],
)
def test_an_engine_that_fails_is_never_taken_for_an_answer(
    engine: FakeEngine, sandbox: Sandbox, answer: Completed, output: str
) -> None:
    runner = Scripted(lambda *_: answer)
    with pytest.raises(EngineUnavailable, match=output):
        SandboxExec(engine, sandbox, runner).run(("true",), timeout=1)


def test_each_run_has_a_word_of_its_own_for_its_end_and_it_is_in_no_argv(engine: FakeEngine, sandbox: Sandbox) -> None:
    """So nobody inside can have written it beforehand, or read it."""
    words = set()

    def take_note(command: Command, stdin: bytes) -> Completed:
        word, _, rest = stdin.decode().partition("\n")
        assert rest == "input"
        assert not [part for part in (*command.argv, *command.env.values()) if word in part]
        words.add(word)
        return Completed(1, b"", b"")

    for _ in range(3):
        with pytest.raises(EngineUnavailable):
            SandboxExec(engine, sandbox, Scripted(take_note)).run(("true",), stdin=b"input", timeout=1)
    assert len(words) == 3


def test_the_input_of_a_command_is_its_own_to_the_last_byte(engine: FakeEngine, sandbox: Sandbox) -> None:
    """What comes before it is gone, and what the command leaves unread does no harm."""
    every_byte = bytes(range(256)) * 1024
    assert SandboxExec(engine, sandbox).run(("cat",), stdin=every_byte, timeout=20).stdout == every_byte
    assert SandboxExec(engine, sandbox).run(("cat",), timeout=20).stdout == b""
    assert SandboxExec(engine, sandbox).run(("true",), stdin=every_byte, timeout=20).exit_code == 0
    assert SandboxExec(engine, sandbox).run(("head", "-n1"), stdin=b"\n\\one", timeout=20).stdout == b"\n"


def test_what_an_engine_says_after_the_end_is_not_the_commands(engine: FakeEngine, sandbox: Sandbox) -> None:
    """As `kubectl exec` does of every command that fails."""

    def end(command: Command, stdin: bytes) -> Completed:
        done = SubprocessRunner().run(command, stdin=stdin, timeout=20)
        return done._replace(stderr=done.stderr + b"command terminated with exit code 4\n")

    done = SandboxExec(engine, sandbox, Scripted(end)).run(("sh", "-c", "echo no >&2; exit 4"), timeout=20)
    assert (done.exit_code, done.stderr) == (4, b"no\n")


def test_what_kubectl_tells_of_a_whole_cluster_is_kept_to_its_end(
    tmp_path: Path, clock: FakeClock, sandbox: Sandbox
) -> None:
    """Cut off, it could not be read, and each check would ask again by itself."""
    cluster = SandboxExec(WithCluster(tmp_path / "with", clock), sandbox).cluster
    assert cluster
    assert cluster.kubectl("get", "all", timeout=20).stdout.endswith(b"xend\n")


@pytest.mark.parametrize(
    ("answer", "there"),
    [
        (Completed(0, b"", b""), True),
        (Completed(1, b"", b'Error from server (NotFound): apiservices "v1beta1.metrics.k8s.io" not found'), False),
        (Completed(1, b"", b"error: timed out waiting for the condition"), False),
    ],
)
def test_whether_a_cluster_serves_metrics_is_asked_of_it(
    answer: Completed,
    there: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
    clock: FakeClock,
    sandbox: Sandbox,
) -> None:
    runner = Scripted(lambda *_: answer)
    shell = SandboxExec(WithCluster(tmp_path / "cluster", clock), sandbox, runner)
    assert shell.has(Capability.METRICS) is there


def test_a_cluster_that_refuses_the_question_about_metrics_is_quoted(
    tmp_path: Path, clock: FakeClock, sandbox: Sandbox
) -> None:
    runner = Scripted(lambda *_: Completed(1, b"", b"Error from server (Forbidden): apiservices is forbidden"))
    with pytest.raises(EngineUnavailable, match="apiservices is forbidden"):
        SandboxExec(WithCluster(tmp_path / "cluster", clock), sandbox, runner).has(Capability.METRICS)


def test_metrics_are_measured_where_there_is_a_cluster_and_lacking_elsewhere(
    engine: FakeEngine, sandbox: Sandbox, tmp_path: Path, clock: FakeClock
) -> None:
    assert Capability.METRICS in measurable(WithCluster(tmp_path / "cluster", clock))
    assert Capability.METRICS not in measurable(engine)
    assert not SandboxExec(engine, sandbox).has(Capability.METRICS)
