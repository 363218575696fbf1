"""The sandbox by which `doctor` sees whether an engine can start one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tempshell_cli.backends.base import Sandbox, Template
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.process import Command
from tempshell_cli.sessions.trial import try_sandbox
from tests.fakes.engine import FakeEngine

from .fake_sessions import FakeSessions

TEMPLATE = Template(image="anything")


def test_an_engine_that_works_is_left_as_it_was(fake: FakeSessions, engine: FakeEngine) -> None:
    assert try_sandbox(fake.sessions, engine, TEMPLATE) is None
    assert engine.find() == []
    assert fake.sessions.store.live() == []


def test_a_failure_is_reported_in_the_engines_words_and_what_was_made_is_removed(
    fake: FakeSessions, engine: FakeEngine
) -> None:
    engine.refusal = ProvisionFailed("no room left", hint="make room")
    problem = try_sandbox(fake.sessions, engine, TEMPLATE)
    assert problem == ("no sandbox can be started: no room left", "make room")
    assert engine.find() == []


def test_a_sandbox_in_which_nothing_runs_is_a_problem(
    fake: FakeSessions, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = ("sh", "-c", "echo broken >&2; exit 3")
    monkeypatch.setattr(engine, "shell", _shell(engine, lambda: None, says))
    problem = try_sandbox(fake.sessions, engine, TEMPLATE)
    assert problem
    assert problem.what.endswith("no command runs in it: broken")
    assert engine.find() == []


def test_what_cannot_be_removed_is_reported(fake: FakeSessions, engine: FakeEngine) -> None:
    engine.during = lambda: engine.stuck.update(one.session for one in engine.find())
    problem = try_sandbox(fake.sessions, engine, TEMPLATE)
    assert problem
    assert problem.what.startswith("a sandbox starts, but cannot be removed: ")


def test_a_sweep_in_the_middle_of_it_takes_it_for_nobodys_session(
    fake: FakeSessions, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "shell", _shell(engine, fake.sweep))
    assert try_sandbox(fake.sessions, engine, TEMPLATE) is None
    assert fake.sessions.store.live() == []


def _shell(
    engine: FakeEngine, first: Callable[[], object], argv: Sequence[str] = ("true",)
) -> Callable[[Sandbox, Sequence[str]], Command]:
    """Return a way into the engine's sandboxes that does something first, then runs what it likes."""
    enter = engine.shell

    def shell(sandbox: Sandbox, _: Sequence[str]) -> Command:
        first()
        return enter(sandbox, argv)

    return shell
