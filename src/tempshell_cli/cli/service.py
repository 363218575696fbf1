"""The sessions of the user who typed the command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tempshell_cli.backends import registry
from tempshell_cli.cli.console import note, note_damaged_store
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.config import load_settings
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.reaper import Sweep
from tempshell_cli.sessions.store import open_store


@contextmanager
def user_sessions() -> Iterator[Sessions]:
    """Open the user's settings and store."""
    paths = Paths.of_user()
    settings = load_settings(paths.config_file)
    with open_store(paths) as opened:
        if opened.moved_aside:
            note_damaged_store(opened.moved_aside)
        yield Sessions(opened.store, settings, paths, SystemClock(), Engines(registry.load))


def select(sessions: Sessions, token: str) -> Session:
    """Return the session a user means; one the store has lost is looked for on the engines."""
    try:
        return sessions.select(token)
    except NoSuchSession:
        if sessions.store.live() and not token:
            raise
        sweep_every(sessions)
        return sessions.select(token)


def sweep_every(sessions: Sessions) -> Sweep:
    """Sweep the usual engine of every backend, and those that sessions are on; say which cannot be loaded."""
    usual = []
    for name in registry.names():
        try:
            usual.append(sessions.engines.get(name))
        except EngineUnavailable as cause:
            note(f"tempshell: {cause}")
    return sessions.sweep(usual)
