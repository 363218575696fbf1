"""What the inside can reach is what the lists name, and nothing else: see ``reach``."""

from __future__ import annotations

import pytest

from tempshell_cli.backends.base import Profile, Role, Sandbox

from .engines import on_real_engines
from .reach import beyond, on_x86_64, probe
from .stage import Promise, Stage

pytestmark = [on_real_engines, on_x86_64]


@pytest.fixture(autouse=True)
def _listed(stage: Stage) -> None:
    stage.asks_for(Promise.LISTED_REACH)


@pytest.mark.parametrize("role", [Role.LEARNER, Role.GRADER])
def test_a_restricted_sandbox_reaches_nothing_but_what_is_listed(stage: Stage, sandbox: Sandbox, role: Role) -> None:
    with probe() as argv:
        done = stage.run(sandbox, *argv, role=role)
    assert (done.exit_code, done.stderr) == (0, b"")
    assert beyond(f"{_engine(stage)}.restricted.{role}", done.stdout.decode()) == {}


def test_root_in_a_sandbox_reaches_nothing_but_what_is_listed(stage: Stage) -> None:
    if stage.backend.name == "kind":
        pytest.skip("the terminal beside a cluster is the container that the docker engine is tested with")
    with stage.sandbox(profile=Profile.ADMIN) as sandbox, probe() as argv:
        done = stage.run(sandbox, *argv)
    assert (done.exit_code, done.stderr) == (0, b"")
    assert beyond(f"{_engine(stage)}.admin", done.stdout.decode()) == {}


def _engine(stage: Stage) -> str:
    return {"kind": "docker"}.get(stage.backend.name, stage.backend.name)
