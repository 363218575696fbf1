"""The manual page says what `--help` says."""

from __future__ import annotations

import subprocess

import pytest

from tempshell_cli import __version__
from tempshell_cli.cli.man import page

from .command_tree import leaves, long_options
from .places import ROOT

PAGE = ROOT / "man" / "tempshell.1"


def test_the_page_in_the_repository_is_the_one_that_is_made() -> None:
    """`python -m tempshell_cli.cli.man > man/tempshell.1` writes it."""
    assert PAGE.read_text("utf-8") == page()
    assert f"tempshell {__version__}" in PAGE.read_text("utf-8")


def test_it_has_every_command_and_every_option() -> None:
    text = PAGE.read_text("utf-8").replace("\\-", "-")
    for name, command in leaves():
        section = text.partition(f".SS tempshell {name} ")[2].partition("\n.S")[0]
        assert section, name
        assert [option for option in long_options(command) if option not in section] == [], name


@pytest.mark.engine("programs")
def test_groff_has_no_warnings() -> None:
    done = subprocess.run(("groff", "-man", "-ww", "-z", str(PAGE)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
