"""A secret reaches the learner's programs, and is shown by nothing that an engine shows."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tempshell_cli.backends.base import Role, Sandbox
from tests.support import pods

from .engines import on_real_engines
from .stage import SECRET, Stage

VALUE = SECRET.value.encode()
WORD = VALUE.split(b"'")[1]  # the same in whatever form the value is shown
LABEL = "io.tempshell/session"


@on_real_engines
def test_a_secret_is_a_file_and_a_variable_of_the_learners(stage: Stage, sandbox: Sandbox) -> None:
    assert stage.run(sandbox, "cat", "/run/secrets/token").stdout == VALUE
    assert f"TOKEN={SECRET.value}".encode() in stage.run(sandbox, "env", "--null").stdout.split(b"\0")
    assert WORD not in stage.run(sandbox, "env", role=Role.SETUP).stdout


@on_real_engines
def test_the_learner_can_neither_change_nor_replace_a_secret(stage: Stage, sandbox: Sandbox) -> None:
    for script in (
        "echo x >/run/secrets/token",
        "rm -f /run/secrets/token",
        "mv /run/secrets /run/x",
        "echo >/run/secrets/x",
    ):
        assert stage.run(sandbox, "sh", "-c", script).exit_code, script
    assert stage.run(sandbox, "cat", "/run/secrets/token").stdout == VALUE


@on_real_engines
def test_no_process_and_no_part_of_the_engine_shows_a_secret(stage: Stage, sandbox: Sandbox) -> None:
    inside = stage.run(
        sandbox, "sh", "-c", "cat /proc/[0-9]*/cmdline; cat /proc/1/environ 2>/dev/null", role=Role.GRADER
    )
    assert b"init" in inside.stdout
    assert WORD not in inside.stdout
    assert WORD not in b"".join(_command_lines())
    command = stage.backend.shell(sandbox, ["true"])
    assert WORD.decode() not in repr((command, sandbox, stage.template, SECRET))
    shown = _shown_by_engine(stage, sandbox)
    assert sandbox.session.encode() in shown
    assert WORD not in shown


def _command_lines() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield file.read_bytes()
        except OSError:  # it has ended
            continue


def _shown_by_engine(stage: Stage, sandbox: Sandbox) -> bytes:
    """Return all that the engine shows of a sandbox to those who may look at it, except for objects of type Secret."""
    match stage.backend.name:
        case "local":
            run = Path(sandbox.details["run"])
            return b"".join(file.read_bytes() for file in run.iterdir())
        case "kubernetes":
            kinds = "jobs,pods,configmaps,events,serviceaccounts"
            return _output(
                "kubectl", "--kubeconfig", pods.kubeconfig(), "get", kinds, "-n", sandbox.place, "-o", "json"
            )
        case _:
            found = []
            for kind in ("container", "volume", "network"):
                every = ["--all"] if kind == "container" else []
                listed = _output(
                    "docker", kind, "ls", *every, "-q", "--filter", f"label={LABEL}={sandbox.session}"
                ).split()
                found += [_output("docker", kind, "inspect", name.decode()) for name in listed]
                if kind == "container":
                    found += [_output("docker", "logs", name.decode()) for name in listed]
            return b"".join(found)


def _output(*argv: str) -> bytes:
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout
