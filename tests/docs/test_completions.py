"""Completion works in the shells it is for, and the scripts in completions/ are what the command prints."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

from tests.support.command_line import Tempshell

from .places import ROOT

SCRIPTS = {"bash": "tempshell.bash", "zsh": "_tempshell", "fish": "tempshell.fish"}
_ZSH, _COMPINIT = ["zsh", "-f", "-i"], "autoload -U compinit; compinit -D -u"
_SHELLS = {
    "bash": (["bash", "--noprofile", "--norc", "-i"], "source <(tempshell completion bash)"),
    "zsh": (_ZSH, f'{_COMPINIT}; eval "$(tempshell completion zsh)"'),
    "zsh from $fpath": (_ZSH, f"fpath=({shlex.quote(str(ROOT / 'completions'))} $fpath); {_COMPINIT}"),
    "fish": (["fish", "--private", "--no-config", "-i"], "tempshell completion fish | source"),
}
_ASKS = {
    "bash": {"COMP_WORDS": "tempshell exec ", "COMP_CWORD": "2"},
    "zsh": {"_TYPER_COMPLETE_ARGS": "tempshell exec "},
    "fish": {"_TYPER_COMPLETE_ARGS": "tempshell exec ", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_in_the_repository_is_the_one_that_is_printed(shell: str, tempshell: Tempshell) -> None:
    assert tempshell("completion", shell).stdout == (ROOT / "completions" / SCRIPTS[shell]).read_text("utf-8")


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".local/share/bash-completion/completions/tempshell"),
        ("zsh", ".zfunc/_tempshell"),
        ("fish", ".config/fish/completions/tempshell.fish"),
    ],
)
def test_a_script_is_installed_where_its_shell_looks(
    shell: str, place: str, tempshell: Tempshell, tmp_path: Path
) -> None:
    env = {"HOME": str(tmp_path), "SHELL": f"/usr/bin/{shell}", "XDG_DATA_HOME": "", "BASH_COMPLETION_USER_DIR": ""}
    env["XDG_CONFIG_HOME"] = ""
    assert tempshell("completion", "install", env=env).stdout.strip() == str(tmp_path / place)
    assert (tmp_path / place).read_text("utf-8") == (ROOT / "completions" / SCRIPTS[shell]).read_text("utf-8")


def test_a_shell_without_completion_is_refused_with_those_that_have_it(tempshell: Tempshell) -> None:
    refused = tempshell("completion", "install", env={"SHELL": "/bin/dash"}, code=2).stderr
    assert "no completion for dash" in refused
    assert "name one of bash, zsh, fish" in refused


@pytest.mark.engine("local")
@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_shell_that_asks_is_reported_names_and_ids_of_the_sessions(shell: str, tempshell: Tempshell) -> None:
    session = tempshell.start("--backend", "local", "--name", "otter")
    output = tempshell(env={"_TEMPSHELL_COMPLETE": f"complete_{shell}", **_ASKS[shell]}).stdout
    assert "otter" in output
    assert session in output


def test_completion_is_silent_where_there_is_nothing_to_offer(tempshell: Tempshell) -> None:
    outcome = tempshell(env={"_TEMPSHELL_COMPLETE": "complete_bash", **_ASKS["bash"]})
    assert (outcome.stdout.strip(), outcome.stderr) == ("", "")


@pytest.mark.engine("local")
@pytest.mark.parametrize(("shell", "setup"), _SHELLS.values(), ids=_SHELLS)
def test_the_first_tab_completes_the_name_of_a_session(
    shell: list[str], setup: str, tempshell: Tempshell, tmp_path: Path
) -> None:
    """`events` takes whole names only: that it knows the session proves that Tab has written the rest."""
    if not shutil.which(shell[0]):
        pytest.skip(f"no {shell[0]} here")
    tempshell.start("--backend", "local", "--name", "otter")
    child = pexpect.spawn(shell[0], shell[1:], env=_environment(tempshell, tmp_path), encoding="utf-8", timeout=20)
    try:
        child.send(f"{setup}; echo rea''dy\r")
        child.expect("ready")
        child.send("tempshell events ott\t\r")
        assert child.expect(["started", "there is no session"]) == 0
    finally:
        child.close(force=True)


def _environment(tempshell: Tempshell, home: Path) -> Mapping[str, str]:
    """Return an environment in which the ``tempshell`` of this Python is on the PATH."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**tempshell.user.environment, "PATH": path, "HOME": str(home)}
