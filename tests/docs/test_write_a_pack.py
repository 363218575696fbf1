"""docs/write-a-pack.md, done from its beginning to its end, comes to what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tempshell_cli.packs.authoring.lint import lint
from tests.support.command_line import Tempshell

from .places import ROOT
from .shell import run

DOCUMENT = (ROOT / "docs" / "write-a-pack.md").read_text("utf-8")
# What the reader does: write a file, whose name stands above its text, or type commands; or what they are told.
_STEP = re.compile(r"(?:^`(exercise/[^`]+)`\n\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TYPED = re.compile(r"^\$ (.*?)(?: +# exit code (\d+).*)?$", re.MULTILINE)


def follow(document: str, tempshell: Tempshell) -> Iterator[tuple[str, str]]:
    """Do what the document says, step by step; yield each command with all that it has written."""
    last = ""
    for file, language, text in _STEP.findall(document):
        if file:
            written = tempshell.directory / file
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(text, "utf-8")
        elif language == "console":
            for command, code in _TYPED.findall(text):
                outcome = run(command, tempshell)
                last = outcome.stdout + outcome.stderr
                assert outcome.code == int(code or 0), f"{command}: {last}"
                yield command, last
        else:
            assert text.strip() in last


@pytest.mark.engine("local")
def test_what_it_says_happens(tempshell: Tempshell) -> None:
    output = dict(follow(DOCUMENT, tempshell))
    assert "no problems found" in output["tempshell pack lint exercise"]
    assert "2 proven" in output["tempshell pack prove exercise"]
    assert "no mutant fails" not in output["tempshell pack prove exercise"]
    assert tempshell("list", "--quiet").stdout == ""


def test_the_loader_and_lint_like_what_it_shows(tempshell: Tempshell) -> None:
    """Wherever there is no sandbox: the files alone, the last of them that is meant to be right."""
    right = DOCUMENT.partition("To see it complain")[0]
    tempshell("pack", "new", "exercise")
    for _ in follow(re.sub(r"```console\n.*?```", "", right, flags=re.DOTALL), tempshell):
        pass
    assert lint(tempshell.directory / "exercise") == []
