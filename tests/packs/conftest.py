"""Real sandboxes for the packs' tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from tempshell_cli.backends import registry
from tempshell_cli.backends.base import Access, SandboxRequest, Template
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.library.store import PackStore
from tests.support.user import User

from .added import Answering, Repository
from .drafts import Draft, NewSandbox

# How long an example takes is the machine's affair: a busy one is not a bug.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

LOCAL = pytest.param("local", marks=pytest.mark.engine("local"))
DOCKER = pytest.param("docker", marks=pytest.mark.engine("docker"))


@pytest.fixture(params=[LOCAL])
def new_sandbox(request: pytest.FixtureRequest) -> Iterator[NewSandbox]:
    """Makes a fresh sandbox at each call, on the local engine unless the test names others; all end with the test."""
    with ExitStack() as alive:
        yield lambda: alive.enter_context(sandbox_of(request.param))


@pytest.fixture
def sandbox_shell(new_sandbox: NewSandbox) -> SandboxShell:
    return new_sandbox()


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """Gives a small valid pack to spoil."""
    return Draft.made_in(tmp_path / "draft")


@pytest.fixture
def store(user: User) -> PackStore:
    return PackStore(user.paths, Answering(Completed(0, b"", b"")))


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files of the commands go; a test sees that none stays."""
    made = tmp_path / "scratch"
    made.mkdir()
    monkeypatch.setenv("TMPDIR", str(made))
    return made


@pytest.fixture
def repository(draft: Draft) -> Repository:
    return Repository(draft.root)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


@contextmanager
def sandbox_of(name: str, access: Access = Access.NONE, minutes: int = 10) -> Iterator[SandboxShell]:
    """Make a sandbox of a backend, which ends with the block, and after so many minutes by itself."""
    backend = registry.load(name)
    request = SandboxRequest(
        session=uuid.uuid4().hex[:8],
        owner="packs-test",
        deadline=datetime.now(UTC) + timedelta(minutes=minutes),
        template=Template(image="tempshell/shell", access=access),
    )
    try:
        yield SandboxExec(backend, backend.provision(request, _silence))
    finally:
        backend.destroy(request.half_made(backend.name))


def _silence(_what: str) -> AbstractContextManager[None]:
    return nullcontext()
