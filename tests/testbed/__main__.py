"""`python -m tests.testbed <what>`, from the root of the repository."""

import argparse
import sys
from collections.abc import Callable

from . import apt, engine, images, kind, programs
from .steps import SetupError, only_one


def docker() -> None:
    """A Docker engine that answers, and the images the tests start from."""
    engine.ensure()
    images.ensure()


def kind_too() -> None:
    """All that `docker` leaves, and what `kind create cluster` takes."""
    docker()
    kind.ensure()


def browser() -> None:
    """Chromium, which needs no window here."""
    apt.install({"chromium": "chromium"})


COMMANDS: dict[str, Callable[[], None]] = {
    "docker": docker,
    "kind": kind_too,
    "browser": browser,
    "programs": programs.ensure,
}


def main(arguments: list[str]) -> int:
    """0 when all of it is there, 1 with a message on stderr when it cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.testbed",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{name}: {command.__doc__}" for name, command in COMMANDS.items()),
    )
    parser.add_argument("what", choices=COMMANDS)
    what = parser.parse_args(arguments).what
    try:
        with only_one():
            COMMANDS[what]()
    except SetupError as error:
        sys.stderr.write(f"testbed: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
