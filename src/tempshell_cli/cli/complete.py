"""What the shell offers behind Tab. Fast, silent, and asks no engine."""

from __future__ import annotations

from collections.abc import Iterator


def session_names(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the live sessions by name and id, each with what it is."""
    from tempshell_cli.core.errors import TempshellError
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.store import open_store

    paths = Paths.of_user()
    if not paths.store.exists():
        return
    try:
        with open_store(paths, repair=False) as opened:  # a command can say what became of it; this one cannot
            live = opened.store.live()
    except TempshellError:
        return
    for session in live:
        for word in (session.name, session.id):
            if word.startswith(incomplete):
                yield word, f"{session.backend} {session.pack or 'shell'}"


def pack_names(incomplete: str) -> Iterator[str]:
    """Yield the shipped packs and the added ones."""
    from tempshell_cli.core.paths import shipped

    names = {file.parent.name for file in shipped("task_packs").glob("*/pack.yaml")}
    yield from sorted({name for name in names if name.startswith(incomplete)} | set(added_pack_names(incomplete)))


def added_pack_names(incomplete: str) -> Iterator[str]:
    """Yield the added packs."""
    from tempshell_cli.core.errors import TempshellError
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.packs.library.index import read_index

    try:
        names = sorted(read_index(Paths.of_user()))
    except TempshellError:  # a command can say what is wrong with it; this one cannot
        return
    yield from (name for name in names if name.startswith(incomplete))


def backend_names(incomplete: str) -> Iterator[str]:
    """Yield ``auto`` and the registered backends."""
    from tempshell_cli.backends.registry import names

    yield from (name for name in ["auto", *names()] if name.startswith(incomplete))


def theme_names(incomplete: str) -> Iterator[str]:
    """Yield tempshell's own themes; Textual has more."""
    yield from (name for name in ("auto", "dark", "light") if name.startswith(incomplete))


def recording_names(incomplete: str) -> Iterator[str]:
    """Yield the recordings."""
    from tempshell_cli.core.paths import Paths

    names = sorted(file.stem for file in Paths.of_user().state.glob("recordings/*.cast"))
    yield from (name for name in names if name.startswith(incomplete))


def setting_names(incomplete: str) -> Iterator[str]:
    """Yield the names of settings."""
    from tempshell_cli.core.config import names_of_settings

    yield from (name for name in names_of_settings() if name.startswith(incomplete))


def template_names(incomplete: str) -> Iterator[str]:
    """Yield the templates of the config file and the shipped ones."""
    from tempshell_cli.core.config import load_settings
    from tempshell_cli.core.errors import TempshellError
    from tempshell_cli.core.paths import Paths, shipped

    try:
        own = set(load_settings(Paths.of_user().config_file).templates)
    except TempshellError:  # a command can say what is wrong with it; this one cannot
        own = set()
    names = own | {file.stem for file in shipped("templates").glob("*.toml")}
    yield from sorted(name for name in names if name.startswith(incomplete))


def secret_names(incomplete: str) -> Iterator[str]:
    """Yield the secrets of the keyring, by the names on record."""
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.secrets import Secrets

    yield from (name for name in Secrets(Paths.of_user()).names() if name.startswith(incomplete))


def workspace_names(incomplete: str) -> Iterator[str]:
    """Yield the workspaces of this machine; those of engines would take a question to these."""
    from tempshell_cli.core.paths import Paths

    names = sorted(place.parent.name for place in Paths.of_user().state.glob("workspaces/*/lock"))
    yield from (name for name in names if name.startswith(incomplete) and not name.startswith("."))
