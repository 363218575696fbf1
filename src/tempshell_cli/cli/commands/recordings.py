"""``tempshell recordings``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import recording_names
from tempshell_cli.cli.options import Listing

app = new_app("Play, export and remove recordings.")
Name = Annotated[
    str,
    typer.Argument(help="A recording, or the start of its name. [default: the newest]", autocompletion=recording_names),
]


@app.command("ls")
def ls(form: Listing = "table") -> None:
    """List the recordings."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.recordings import list_rows, recordings_json
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings

    files = Recordings(Paths.of_user()).files()
    if form == "json":
        console.say_json(recordings_json(files))
    elif form == "name":
        for file in files:
            console.say(file.stem)
    else:
        console.table(("NAME", "SESSION", "BEGAN", "LENGTH", "SIZE", "MARKS"), list_rows(files))


@app.command()
def play(
    recording: Name = "",
    speed: Annotated[
        float, typer.Option("--speed", metavar="FACTOR", min=0.1, max=100, help="How fast, 0.1 to 100.")
    ] = 1.0,
    idle: Annotated[float, typer.Option("--idle", metavar="SECONDS", min=0, help="The longest pause.")] = 2.0,
) -> None:
    """Play a recording in this terminal, until Ctrl-C."""
    from tempshell_cli.cli.output.recordings import play_here
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings

    play_here(Recordings(Paths.of_user()).find(recording), speed=speed, idle=idle)


@app.command()
def export(
    recording: Name = "",
    form: Annotated[Literal["cast", "svg", "txt"], typer.Option("--format", help="The output format.")] = "cast",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A new file. [default: stdout]")
    ] = None,
    at: Annotated[
        float | None, typer.Option("--at", metavar="SECOND", min=0, help="The moment of an svg. [default: the last]")
    ] = None,
) -> None:
    """Export a recording as asciicast, text or picture."""
    from tempshell_cli.cli.output.recordings import exported, write_out
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings

    write_out(exported(Recordings(Paths.of_user()).find(recording), form, at), output)


@app.command()
def rm(
    recording: Annotated[list[str], typer.Argument(help="One or more recordings.", autocompletion=recording_names)],
) -> None:
    """Remove recordings."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings, remove

    recordings = Recordings(Paths.of_user())
    for file in [recordings.find(one) for one in recording]:
        remove(file)
        console.say(f"removed {file.stem}")
