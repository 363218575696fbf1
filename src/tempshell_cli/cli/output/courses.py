"""What is said of a course, which is a directory of scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tempshell_cli.cli.output import console


def scenarios_below(root: Path) -> Sequence[dict[str, str]]:
    """Return the packs below a directory, as they are written in JSON; none for a pack of our own."""
    from tempshell_cli.packs.format.native import is_native
    from tempshell_cli.packs.importers.registry import packs_in

    listed = [] if is_native(root) else packs_in(root)
    return [{"path": str(root / one.path), "title": one.title} for one in listed]


def say_course(scenarios: Sequence[dict[str, str]]) -> None:
    """Print the packs of a course."""
    console.table(("SCENARIO", "TITLE"), [(one["path"], one["title"]) for one in scenarios])
    console.note(f"tempshell: `tempshell start {scenarios[0]['path']}` starts the first one")
