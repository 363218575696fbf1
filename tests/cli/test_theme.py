"""``--theme``: the screen's colours for one visit."""

from __future__ import annotations

import pytest

from tempshell_cli.core.errors import ExitCode
from tempshell_cli.core.process import Command
from tempshell_cli.tui.theme import LIGHT
from tests.support.command_line import PROGRAM, Tempshell
from tests.tui.outer import outer

pytestmark = pytest.mark.engine("local")


def _ground() -> bytes:
    """Return how a terminal is told the background of the light theme (xterm's direct colours, SGR 48)."""
    assert LIGHT.background
    parts = bytes.fromhex(LIGHT.background.removeprefix("#"))
    return b"48;2;%d;%d;%d" % tuple(parts)


def test_a_visit_has_a_theme_of_its_own_and_the_next_one_that_of_the_settings(tempshell: Tempshell) -> None:
    tempshell.start("--backend", "local", "--name", "lab")
    for options, light in ((("--theme", "light"), True), ((), False)):
        with outer(Command((*PROGRAM, "attach", *options, "lab"), tempshell.user.environment)) as person:
            person.until_sees(" left")
            assert (_ground() in person.raw) is light
            person.send(b"\x1dd")
            assert person.exit_code() == 0


@pytest.mark.parametrize("command", ["start", "attach", "exam", "drill", "serve"])
def test_a_theme_that_is_none_is_refused_before_anything_is_started(tempshell: Tempshell, command: str) -> None:
    refused = tempshell(command, "--theme", "drak", code=ExitCode.USAGE)
    assert "there is no theme 'drak'" in refused.stderr
    assert "light" in refused.stderr
    assert tempshell("list", "--quiet").stdout == ""
