"""What the tests of added packs share."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tempshell_cli.core.process import Command, Completed
from tempshell_cli.packs.library.index import read_index
from tempshell_cli.packs.library.sources import parse_source
from tempshell_cli.packs.library.store import Candidate, PackStore
from tests.support.command_line import Tempshell
from tests.support.user import User

from .drafts import Draft

_NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Answering:
    """A runner that only remembers what it was to run."""

    answer: Completed
    asked: list[Command] = field(default_factory=list)

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        assert not stdin
        assert timeout
        self.asked.append(command)
        return self.answer


def nobody() -> set[str]:
    return set()


def kept(user: User) -> list[str]:
    """Name what there is below the state's packs, but the index."""
    return sorted(path.name for path in (user.paths.state / "packs").glob("*") if path.name != "index.json")


def fetched(store: PackStore, source: Path, name: str = "") -> Candidate:
    return store.fetch(parse_source(str(source)), name, _NOW)


def refused(tempshell: Tempshell, *argv: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command that is refused, and see that it kept nothing; return what it said."""
    before = kept(tempshell.user), read_index(tempshell.user.paths)
    said = tempshell("pack", *argv, code=2, env=env).stderr
    assert (kept(tempshell.user), read_index(tempshell.user.paths)) == before
    assert "\x1b" not in said
    return said


def tar_of(draft: Draft, file: Path) -> Path:
    with tarfile.open(file, "w") as archive:
        archive.add(draft.root, arcname=".")
    return file


class Repository:
    """A real one, of somebody's work."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        self("init", "--quiet", "--initial-branch=main", *options)
        self.commit()

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            ("git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words),
            cwd=self.root,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self) -> str:
        self("add", "--all")
        self("commit", "--quiet", "--message=x")
        return self("rev-parse", "HEAD")

    @property
    def url(self) -> str:
        return f"git+file://{self.root}"
