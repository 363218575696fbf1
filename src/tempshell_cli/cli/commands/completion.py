"""``tempshell completion``."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app

app = new_app("Print or install the completion script for a shell.")
# A file from $fpath becomes a function of its name at the first Tab, and is run for that Tab: so it has to complete,
# too. Where the script is evaluated (by .zshrc, say) there is nothing to complete yet.
_ZSH_FIRST_TAB = """

if [ "${funcstack[1]-}" = _tempshell ]; then
  _tempshell_completion "$@"
fi"""


class Shell(StrEnum):
    """The shells that completion is written for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command()
def bash() -> None:
    """Print the completion script for bash.

    Examples:
      source <(tempshell completion bash)          In ~/.bashrc
    """
    typer.echo(script(Shell.BASH))


@app.command()
def zsh() -> None:
    """Print the completion script for zsh.

    Examples:
      eval "$(tempshell completion zsh)"           In ~/.zshrc, after compinit
    """
    typer.echo(script(Shell.ZSH))


@app.command()
def fish() -> None:
    """Print the completion script for fish.

    Examples:
      tempshell completion fish | source
    """
    typer.echo(script(Shell.FISH))


@app.command()
def install(
    shell: Annotated[Shell | None, typer.Argument(help="The shell. [default: the one in $SHELL]")] = None,
) -> None:
    """Write the completion script to where your shell looks for it.

    Says which file that is, and what else the shell needs. No other file is changed.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.core.files import writing

    login_shell = Path(os.environ.get("SHELL", "")).name
    if shell is None and login_shell not in set(Shell):
        what = f"there is no completion for {login_shell}" if login_shell else "SHELL is not set"
        raise UsageProblem(what, hint=f"name one of {', '.join(Shell)}")
    chosen = shell or Shell(login_shell)
    file, needs = _place(chosen)
    with writing(file, "see that you may write there"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{script(chosen)}\n", "utf-8")
    console.say(str(file))
    console.note(f"tempshell: {needs}")


def _place(shell: Shell) -> tuple[Path, str]:
    """Return where a shell looks for a user's own completions, and what it needs besides.

    See bash-completion's README (``BASH_COMPLETION_USER_DIR``), fish's ``complete`` (``$XDG_CONFIG_HOME``); zsh looks
    nowhere by itself.
    """
    home = Path.home()
    match shell:
        case Shell.BASH:
            data = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
            own = os.environ.get("BASH_COMPLETION_USER_DIR") or Path(data, "bash-completion")
            return Path(own, "completions", "tempshell"), "the next bash completes, where bash-completion is installed"
        case Shell.FISH:
            config = os.environ.get("XDG_CONFIG_HOME") or home / ".config"
            return Path(config, "fish", "completions", "tempshell.fish"), "the next fish completes"
        case Shell.ZSH:
            needs = "the next zsh completes, where ~/.zshrc has `fpath+=~/.zfunc` before compinit"
            return home / ".zfunc" / "_tempshell", needs


def script(shell: Shell) -> str:
    """Return the completion script for a shell."""
    from typer._completion_shared import get_completion_script

    made = get_completion_script(prog_name="tempshell", complete_var="_TEMPSHELL_COMPLETE", shell=str(shell))
    return made + _ZSH_FIRST_TAB if shell is Shell.ZSH else made
