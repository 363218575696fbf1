"""Packs that the user has added: where they are kept, and the update of one, with the question before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tempshell_cli.packs.library.store import InUse, PackStore


def added_packs() -> tuple[PackStore, InUse]:
    """Return the user's added packs, and a function that returns those that live sessions use."""
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.core.runner import SubprocessRunner
    from tempshell_cli.packs.library.store import PackStore
    from tempshell_cli.sessions.store import open_store

    paths = Paths.of_user()

    def in_use() -> set[str]:
        with open_store(paths, repair=False) as opened:
            return {session.pack for session in opened.store.live()}

    return PackStore(paths, SubprocessRunner()), in_use


def update_pack(store: PackStore, name: str, in_use: InUse, *, yes: bool, ask: bool) -> dict[str, object]:
    """Fetch a pack again and, if wanted, use it; return that as JSON, and print it where a person may be asked."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.packs import changes_json, say_changes
    from tempshell_cli.core.clock import SystemClock
    from tempshell_cli.core.text import one_line
    from tempshell_cli.packs.library.changes import compare
    from tempshell_cli.packs.library.sources import parse_source

    old = store.entry(name)
    with console.progress(f"fetching {one_line(old.source)}"):
        new = store.fetch(parse_source(old.source), name, SystemClock().now())
    pack, files = store.current(old)
    changes = compare(pack, new.pack, files, new.files)
    is_new = new.entry.digest != old.digest
    if ask and is_new:
        say_changes(old, new.entry, changes)
    elif ask:
        console.say(f"{name} {old.version}: nothing is new")
    used = is_new and (yes or (ask and _confirm(name)))
    if used:
        store.replace(new, in_use)
    return changes_json(old, new.entry, changes, used=used)


def _confirm(name: str) -> bool:
    """Ask a person; raises UsageProblem where there is none."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.errors import UsageProblem

    if not console.is_interactive():
        raise UsageProblem(f"cannot ask whether to use the new {name}: not a terminal", hint="--yes uses it")
    return typer.confirm("Use it?", err=True)
