"""A user's sessions on a fake engine, with a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tempshell_cli.core.config import Settings
from tempshell_cli.core.paths import Paths
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

from .fake_sessions import FakeSessions, open_fake

NewFake = Callable[..., AbstractContextManager[FakeSessions]]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(state=tmp_path / "state", config=tmp_path / "config")


@pytest.fixture
def engine(tmp_path: Path, clock: FakeClock) -> FakeEngine:
    return FakeEngine(tmp_path / "engine", clock)


@pytest.fixture
def new_fake(paths: Paths, engine: FakeEngine, clock: FakeClock) -> NewFake:
    """Opens the sessions of an owner, as each command does again."""

    @contextmanager
    def opened(settings: Settings | None = None) -> Iterator[FakeSessions]:
        with open_fake(paths, engine, clock, settings or Settings(owner="ann")) as fake:
            yield fake

    return opened


@pytest.fixture
def fake(new_fake: NewFake) -> Iterator[FakeSessions]:
    """The sessions of ann, with the default limits."""
    with new_fake() as opened:
        yield opened
