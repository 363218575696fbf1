"""The format of Killercoda, as tempshell asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.importers.base import Listed
from tempshell_cli.packs.importers.killercoda.course import scenarios_of
from tempshell_cli.packs.importers.killercoda.index import SCENARIO, index_of, is_scenario, names_machine
from tempshell_cli.packs.importers.killercoda.scenario import load_scenario


class KillercodaImporter:
    """Reads scenarios (https://killercoda.com/creators) and lists those of courses."""

    name = "Killercoda"

    def __init__(self) -> None:
        self.main_file = SCENARIO

    def recognizes(self, root: Path) -> bool:
        """Return whether there is an ``index.json``, or an ``index.yaml`` of a scenario.

        An ``index.json`` of something else, at the root of a course, does not hide the scenarios of the course.
        """
        self.main_file = index_of(root) or SCENARIO
        if not is_scenario(root):
            return False
        if names_machine(root / self.main_file):
            return True
        try:
            return not self.packs_in(root)
        except PackProblem:  # a list of them that cannot be read, which those that ask for it report
            return False

    def load(self, root: Path) -> Pack:
        """Read a scenario, as ``load_scenario`` does."""
        return load_scenario(root)

    def packs_in(self, root: Path) -> Sequence[Listed]:
        """Return the scenarios of a course, as ``scenarios_of`` does."""
        return scenarios_of(root)
