"""Run esctest2 against the emulators, and say what differs from the list of failures that is kept here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulators.base import TERMINAL_ENV
from tempshell_cli.terminal.emulators.choice import EMULATORS, open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import row_text

from .window import Window

_HERE = Path(__file__).parent
_SIZE = Size(80, 25)  # what the suite resizes every terminal to


def main() -> None:
    """Run the suite for each emulator asked for; ends with 1 where a result is another than the one kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.terminal.emulators.esctest", description=__doc__)
    parser.add_argument("checkout", type=Path, help="a clone of https://github.com/ThomasDickey/esctest2")
    parser.add_argument("--emulator", choices=EMULATORS, action="append", help="which emulator [all of them]")
    parser.add_argument("--cases", default="", help="a pattern that the names of the cases must have [all of them]")
    parser.add_argument("--keep", action="store_true", help="keep what failed as the new list")
    asked = parser.parse_args()
    same = [_check(emulator, asked) for emulator in asked.emulator or EMULATORS]
    sys.exit(not all(same))


def run(checkout: Path, emulator: str, pattern: str = "") -> dict[str, bool]:
    """Return by its name whether a case passed with this emulator, for all cases that have the pattern."""
    with TemporaryDirectory() as place:
        result = Path(place) / "result"
        argv = (sys.executable, str(_HERE / "cases.py"), str(checkout.resolve()), str(result), pattern)
        terminal = open_emulator(_SIZE, emulator)
        try:
            if Window(terminal, _SIZE).run(Command(argv, TERMINAL_ENV)):
                shown = (row_text(row).rstrip() for row in terminal.dirty_rows().values())
                raise SystemExit("\n".join(("the suite did not run to its end:", *shown)))
        finally:
            terminal.close()
        lines = result.read_text(encoding="utf-8").splitlines()
    return {name: end == "passed" for name, end in map(str.split, lines)}


def kept(emulator: str) -> Path:
    """Return where the names of the cases are that fail with this emulator."""
    return _HERE / f"failing-{emulator}.txt"


def _check(emulator: str, asked: argparse.Namespace) -> bool:
    passed = run(asked.checkout, emulator, asked.cases)
    failed = sorted(name for name, fine in passed.items() if not fine)
    sys.stdout.write(f"{emulator}: {len(passed) - len(failed)} of {len(passed)} cases pass\n")
    if asked.keep:
        kept(emulator).write_text("".join(f"{name}\n" for name in failed), encoding="utf-8")
        return True
    expected = set(kept(emulator).read_text(encoding="utf-8").split()) & passed.keys()
    for name in sorted(expected.symmetric_difference(failed)):
        sys.stdout.write(f"  {name} {'passes now' if passed[name] else 'fails now'}\n")
    return expected == set(failed)


if __name__ == "__main__":
    main()
