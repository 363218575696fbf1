"""Running a command with pipes."""

from __future__ import annotations

import sys
import time

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.core.runner import SubprocessRunner

_KEPT = 1024**2


def _python(code: str) -> Command:
    return Command((sys.executable, "-c", code))


def test_streams_and_exit_code_come_back() -> None:
    code = "import sys; sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write('oh'); sys.exit(3)"
    done = SubprocessRunner().run(_python(code), stdin=b"hello")
    assert (done.exit_code, done.stdout, done.stderr, done.timed_out) == (3, b"HELLO", b"oh", False)


def test_the_commands_variables_lie_over_ours() -> None:
    code = "import os; print(os.environ['ADDED'], 'PATH' in os.environ)"
    done = SubprocessRunner().run(_python(code)._replace(env={"ADDED": "1"}))
    assert done.stdout == b"1 True\n"


def test_a_flood_is_read_to_its_end_and_not_kept() -> None:
    """The first mebibyte stays, and the last words: a command says there how it ended."""
    code = "import sys; sys.stderr.write('x' * 20_000_000); sys.stderr.write('the end')"
    done = SubprocessRunner().run(_python(code))
    assert done.exit_code == 0
    assert len(done.stderr) < 2 * _KEPT
    assert done.stderr.endswith(b"the end")


def test_as_much_is_kept_as_was_asked_for() -> None:
    code = "import sys; sys.stdout.write('x' * 3_000_000 + 'end')"
    assert len(SubprocessRunner().run(_python(code)).stdout) < 2 * _KEPT
    assert SubprocessRunner(4 * _KEPT).run(_python(code)).stdout.endswith(b"xend")


def test_both_streams_flooded_at_once_block_nothing() -> None:
    code = "import sys\nfor _ in range(300): sys.stdout.write('o' * 10_000); sys.stderr.write('e' * 10_000)"
    done = SubprocessRunner().run(_python(code), stdin=b"i" * 3_000_000)
    assert (done.exit_code, done.stdout[:1], done.stderr[:1]) == (0, b"o", b"e")


def test_a_command_that_overstays_is_killed() -> None:
    began = time.monotonic()
    done = SubprocessRunner().run(_python("import time; print('up', flush=True); time.sleep(60)"), timeout=0.5)
    assert done.timed_out
    assert time.monotonic() - began < 20


def test_a_program_that_is_not_there_is_reported_with_what_to_do() -> None:
    with pytest.raises(EngineUnavailable, match="no-such-program") as output:
        SubprocessRunner().run(Command(("no-such-program",)))
    assert "no-such-program" in output.value.hint
