"""``tempshell completion``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app

app = new_app()
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
def completion(shell: Annotated[Shell, typer.Argument(help="The shell.")]) -> None:
    """Print the completion script for a shell.

    Examples:
      source <(tempshell completion bash)          In ~/.bashrc
      eval "$(tempshell completion zsh)"           In ~/.zshrc, after compinit
      tempshell completion fish > ~/.config/fish/completions/tempshell.fish
    """
    typer.echo(script(shell))


def script(shell: Shell) -> str:
    """Return the completion script for a shell."""
    from typer._completion_shared import get_completion_script

    made = get_completion_script(prog_name="tempshell", complete_var="_TEMPSHELL_COMPLETE", shell=str(shell))
    return made + _ZSH_FIRST_TAB if shell is Shell.ZSH else made
