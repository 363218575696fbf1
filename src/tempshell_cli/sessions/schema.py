"""The tables of the store, and how those of an earlier release become today's."""

from __future__ import annotations

import sqlite3

from tempshell_cli.core.errors import UsageProblem

VERSION = 3
# No command reads all of the past to find something in it: each question has its index.
_INDEXES = """
CREATE INDEX IF NOT EXISTS session_created ON session (created);
CREATE INDEX IF NOT EXISTS session_name ON session (name, created);
CREATE INDEX IF NOT EXISTS session_pack ON session (created) WHERE pack != '';
CREATE INDEX IF NOT EXISTS event_kind ON event (kind, session);
"""
_SCHEMA = f"""
CREATE TABLE session (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL, backend TEXT NOT NULL, endpoint TEXT NOT NULL,
    state TEXT NOT NULL, created REAL NOT NULL, deadline REAL NOT NULL, pack TEXT NOT NULL, lease REAL NOT NULL,
    extensions INTEGER NOT NULL, home TEXT NOT NULL, details TEXT NOT NULL, ended REAL, reason TEXT NOT NULL,
    frozen REAL
) STRICT;
CREATE INDEX session_state ON session (state);
CREATE TABLE event (
    at REAL NOT NULL, session TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX event_session ON event (session, at);
CREATE TABLE score (
    session TEXT NOT NULL, task TEXT NOT NULL, at REAL NOT NULL, verdict TEXT NOT NULL,
    earned REAL NOT NULL, points REAL NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL,
    incomplete TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX score_session ON score (session, task);
CREATE TABLE port (
    number INTEGER PRIMARY KEY, session TEXT NOT NULL REFERENCES session (id), kind TEXT NOT NULL
) STRICT;
{_INDEXES}
"""
# What each version added to the one before it.
_UPGRADES = {2: "ALTER TABLE score ADD COLUMN incomplete TEXT NOT NULL DEFAULT ''", 3: _INDEXES}


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, or upgrade those of an earlier release.

    Raises UsageProblem for those of a later one, DatabaseError for a file that is damaged or cannot be used.
    """
    if _version(connection) < VERSION:
        _create_or_upgrade(connection)
    if _version(connection) > VERSION:
        raise UsageProblem("the store was written by a newer tempshell", hint="upgrade tempshell-cli")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("SELECT created, reason FROM session LIMIT 1").fetchone()  # a damaged file shows here


def _create_or_upgrade(connection: sqlite3.Connection) -> None:
    """Make the tables, or add to them what they lack, unless another process was faster."""
    connection.execute("BEGIN EXCLUSIVE")
    found = _version(connection)
    scripts = [upgrade for version, upgrade in _UPGRADES.items() if version > found] if found else [_SCHEMA]
    for statement in ";".join(scripts).split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {max(found, VERSION)}")
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
