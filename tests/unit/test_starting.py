"""The mark of a start under way ends with its process, however that ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.starting import is_starting, start_mark


def test_the_mark_holds_in_its_block_and_not_after(paths: Paths) -> None:
    assert not is_starting(paths, "s1")
    with start_mark(paths, "s1"):
        assert is_starting(paths, "s1")
        assert not is_starting(paths, "s2")
    assert not is_starting(paths, "s1")


def test_a_failed_start_leaves_no_mark(paths: Paths) -> None:
    with pytest.raises(KeyboardInterrupt), start_mark(paths, "s1"):
        raise KeyboardInterrupt
    assert list((paths.state / "starting").iterdir()) == []


_HOLD = """
import sys, signal
from pathlib import Path
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.starting import start_mark
with start_mark(Paths(state=Path(sys.argv[1]), config=Path(sys.argv[2])), "s1"):
    print("held", flush=True)
    signal.pause()
"""


def test_a_killed_process_holds_nothing_and_its_mark_is_cleared(paths: Paths) -> None:
    argv = (sys.executable, "-c", _HOLD, *map(str, paths))
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        assert is_starting(paths, "s1")
        process.kill()
    assert not is_starting(paths, "s1")
    assert list((paths.state / "starting").iterdir()) == []
