"""The command line. Only here: Typer. ``commands`` has one file a command."""
