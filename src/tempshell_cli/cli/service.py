"""The sessions of the user who typed the command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tempshell_cli.backends.base import Backend, Receipt
from tempshell_cli.cli.output.console import can_ask, confirm, note, note_store, progress
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.config import load_settings
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession, SessionExpired
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.events import Event, Kind
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
        note_store(opened.notes)
        yield Sessions(opened.store, settings, paths, SystemClock(), Engines(), _warn, _ask)


def _warn(what: str) -> None:
    note(f"tempshell: {what}")


def _ask(question: str) -> bool | None:
    """Ask a person, whose answer is about the last line; None where there is nobody."""
    if not can_ask():
        return None
    said, _, last = question.rpartition("\n")
    _warn(said)
    return confirm(last)


def select(sessions: Sessions, token: str, *, expired_too: bool = False) -> Session:
    """Return the session a user means; one that a new or damaged store has lost is looked for on the engines."""
    try:
        return sessions.select(token, expired_too=expired_too)
    except NoSuchSession:
        if (sessions.store.live() and not token) or sessions.store.was_searched(sessions.owner):
            raise
        sweep(sessions)
        return sessions.select(token, expired_too=expired_too)


def select_past(sessions: Sessions, token: str) -> Session:
    """Return the session that the token names, the last one of that name where none is live; without one, the last."""
    try:
        return sessions.select(token, expired_too=True)
    except (NoSuchSession, SessionExpired):  # the second where it has expired, or was idle, and is removed already
        past = sessions.store.last(token) if token else None
        if past is None and not token and not sessions.store.live():
            past = next(reversed(sessions.store.history()), None)
        if past is None:
            raise
        return past


def select_whole(sessions: Sessions, token: str) -> Session:
    """Return the session a user means, with what has stopped or is gone of its sandbox brought back.

    Each step of that is a line on stderr. Raises as ``select`` and ``Sessions.restored``.
    """
    return sessions.restored(select(sessions, token), progress)


def sweep(
    sessions: Sessions,
    *,
    everywhere: bool = False,
    everybodys: bool = False,
    clear: bool = False,
    timeout_factor: float = 1.0,
) -> Sweep:
    """Sweep the engines that sessions are on; ``everywhere`` the usual engine of every backend, too.

    A store that has lost sessions, or has none yet, is made whole once from the engines that need no login: to ask a
    cluster of the kubeconfig can open a browser. Says which backends cannot be loaded.
    ``clear`` as in ``Reaper.sweep``.
    """
    searched = sessions.store.was_searched(sessions.owner)
    engines = sessions.engines
    names = engines.names() if everywhere else ()
    if not everywhere and not searched:
        names = (name for name, kind in engines.kinds() if kind.is_at_hand)
    names = list(names)
    usual = _engines(sessions, [*((name, "") for name in names), *(() if searched else _kept_ways(sessions.paths))])
    known = engines.of_all(sessions.store.live()) if everybodys else ()
    # What has lost its owner is found where everything is searched, and adopted where nobody can have forged it.
    looked_at = [*usual, *known] if everybodys else [one for one in usual if not one.is_shared]
    swept = sessions.sweep(usual, everybodys=looked_at, clear=clear, timeout_factor=timeout_factor)
    if names and not searched:
        sessions.store.add_event(Event.of(sessions.clock.now(), "", Kind.SEARCHED, sessions.owner))
    return swept


def sweep_expired(sessions: Sessions, *, timeout_factor: float) -> list[Receipt]:
    """Remove what is over on every engine, whosever it is; after a sweep, which reports the engines that are silent."""
    from tempshell_cli.sessions.expired import remove_expired

    usual = _engines(sessions, [(name, "") for name in sessions.engines.names()])
    backends = dict.fromkeys([*usual, *sessions.engines.of_all(sessions.store.live())])
    return remove_expired(sessions, backends, sessions.settings.engines.answer_in.total_seconds() * timeout_factor)


def _engines(sessions: Sessions, wanted: Iterable[tuple[str, str]]) -> list[Backend]:
    """Return backends by name and endpoint; says which cannot be loaded, once."""
    found = []
    for name, endpoint in wanted:
        try:
            found.append(sessions.engines.get(name, endpoint))
        except EngineUnavailable as cause:
            sessions.warn(str(cause))
    return found


def _kept_ways(paths: Paths) -> Iterator[tuple[str, str]]:
    """Yield the clusters that private kubeconfigs lead to: the store may not know of sessions there."""
    from tempshell_cli.backends.kubernetes.credentials import KubeconfigStore
    from tempshell_cli.backends.kubernetes.target import ClusterTarget

    for _, credentials in KubeconfigStore(paths).all():
        yield "kubernetes", str(ClusterTarget(credentials.context))
