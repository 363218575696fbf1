"""What all commands have in common as Typer sees them."""

from __future__ import annotations

import typer


def new_app(summary: str | None = None) -> typer.Typer:
    """Return an app for one command, or with a summary for a group of them."""
    app = typer.Typer(
        add_completion=False,  # `tempshell completion SHELL` prints it, as kubectl and gh do
        rich_markup_mode=None,  # plain help starts in half the time
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if summary:
        app.callback(no_args_is_help=True, help=summary)(_group)
    return app


def _group() -> None:
    """Stand for a group of commands."""
