"""`python -m tests.testbed <what>`, from the root of the repository."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext

from . import (
    apt,
    engine,
    helm,
    helm_image,
    images,
    kind,
    kubernetes,
    node_image,
    oldest_engine,
    programs,
    pythons,
    registry,
)
from .steps import CACHE, SetupError, only_one, step


def docker() -> None:
    """A Docker engine that answers, and the images the tests start from."""
    engine.ensure()
    images.ensure()


def kind_too() -> None:
    """All that `docker` leaves, what `kind create cluster` takes, and helm's image for the terminals."""
    docker()
    kind.ensure()
    helm_image.ensure()


def compiled() -> None:
    """What of `kind` takes minutes and can be done beside other work: Kubernetes and helm, compiled."""
    if not node_image.is_to_be_had():
        kubernetes.programs()
    if not helm_image.is_to_be_had():
        helm.ensure()


def browser() -> None:
    """Chromium, which needs no window here."""
    apt.install({"chromium": "chromium"})


COMMANDS: dict[str, Callable[[], None]] = {
    "docker": docker,
    "oldest-docker": oldest_engine.ensure,
    "kind": kind_too,
    "kubernetes": compiled,
    "helm": helm.ensure,
    "browser": browser,
    "programs": programs.ensure,
    "pythons": pythons.ensure,
    "registry": registry.ensure,
}


def in_background(what: str) -> None:
    """Start it at the lowest priority, in a session of its own; whatever needs it waits for it, and tries again."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with step(f"start `{what}` in the background") as outcome, (CACHE / f"{what}.log").open("wb") as log:
        argv = ("nice", "-n", "19", sys.executable, "-m", "tests.testbed", what)
        subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        outcome(f"its output is in {log.name}")


def main(arguments: list[str]) -> int:
    """0 when all of it is there, 1 with a message on stderr when it cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.testbed",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{name}: {command.__doc__}" for name, command in COMMANDS.items()),
    )
    parser.add_argument("what", choices=COMMANDS)
    parser.add_argument("--background", action="store_true", help=f"start it, its output in {CACHE}/WHAT.log, and end")
    options = parser.parse_args(arguments)
    what = options.what
    if options.background:
        in_background(what)
        return 0
    try:
        # Compiling needs no package manager and no engine, so it keeps nobody from them.
        with nullcontext() if what == "kubernetes" else only_one():
            COMMANDS[what]()
    except SetupError as error:
        sys.stderr.write(f"testbed: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
