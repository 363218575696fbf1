"""A user's sessions, packs and past that live in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tempshell_cli.backends.base import Receipt
from tempshell_cli.tui.home.port import (
    DrillEntry,
    HomeView,
    PackEntry,
    PastEntry,
    RecordingEntry,
    SessionEntry,
)

from .fakes import START

LINUX = ("text", "files", "processes", "network")
VIEW = HomeView(
    sessions=(
        SessionEntry(
            "1f2e3d4c", "brave-otter", "kind", "", "CKAD core", "ready", START + timedelta(minutes=48),
            extendable=True, pausable=True, memory=1_640 * 1024**2, cpu=0.34,
        ),
        SessionEntry(
            "2a2b2c2d", "calm-heron", "local", "", "Linux basics", "ready", START + timedelta(minutes=4),
            memory=38 * 1024**2, cpu=0.012,
        ),
        SessionEntry(
            "3a3b3c3d", "quiet-lynx", "docker", "unix:///run/user/1000/docker.sock", "", "broken",
            START + timedelta(minutes=30), trouble="its network is gone",
        ),
        SessionEntry(
            "4a4b4c4d", "idle-wren", "kind", "", "", "paused", START + timedelta(hours=20),
            frozen=timedelta(minutes=31, seconds=7), pausable=True,
        ),
    ),
    packs=(
        PackEntry("ckad-core", "CKAD core", 25, 4, ("kind",), ("Application Design and Build", "Services")),
        PackEntry("linux-basics", "Linux basics: find, fix and explain", 15, 15, ("local", "docker"), LINUX),
        PackEntry("mine", problem="pack.yaml:3: unknown key `titel`"),
    ),
    drills=(DrillEntry("ckad-core", ("fit-the-quota", "log-sidecar", "overlay", "scale-auth")),),
    past=(
        PastEntry("2a2b2c2d", "calm-heron", "linux-basics", START, "80 %, passed", 12, 15, timedelta(minutes=41)),
        PastEntry("5a5b5c5d", "old-toad", "ckad-core", START - timedelta(days=3), "16 %, exam", 4, 25, timedelta()),
    ),
    recordings=(RecordingEntry("calm-heron-20260228-1859", START - timedelta(days=1), 341_000),),
    problems=("docker: no answer within 10 s\nits sessions stay on record, as last known",),
)  # fmt: skip


@dataclass
class FakeHome:
    """A Home whose answers a test sets beforehand."""

    shown: HomeView = VIEW
    problem: Exception | None = None
    done: list[tuple[str, str]] = field(default_factory=list)
    bugs: list[Exception] = field(default_factory=list)

    def now(self) -> datetime:
        return START

    def view(self) -> HomeView:
        return self.shown

    def refresh(self) -> None:
        self._do("refresh", "")

    def extend(self, session: str) -> datetime:
        self._do("extend", session)
        return START + timedelta(minutes=78)

    def pause(self, session: str) -> None:
        self._do("pause", session)

    def stop(self, session: str) -> Receipt:
        self._do("stop", session)
        left = [one for one in self.shown.sessions or () if one.id != session]
        self.shown = replace(self.shown, sessions=left)
        return Receipt(session, (f"container ts-{session}",))

    def unexpected(self, error: Exception) -> None:
        self.bugs.append(error)

    def _do(self, what: str, session: str) -> None:
        self.done.append((what, session))
        if self.problem:
            raise self.problem
