"""``tempshell recordings``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import recording_names
from tempshell_cli.cli.options import AsJson

app = new_app("What was recorded with --record: play it, export it, remove it.")
Name = Annotated[
    str,
    typer.Argument(help="A recording, or how its name begins; the newest by default.", autocompletion=recording_names),
]


@app.command("ls")
def ls(as_json: AsJson = False) -> None:
    """List the recordings."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.recordings import list_rows, recordings_json
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings

    files = Recordings(Paths.of_user()).files()
    if as_json:
        console.say_json(recordings_json(files))
    else:
        console.table(("NAME", "SESSION", "BEGAN", "LENGTH", "SIZE", "MARKS"), list_rows(files))


@app.command()
def play(
    recording: Name = "",
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=100, help="How many times as fast.")] = 1.0,
    idle: Annotated[float, typer.Option("--idle", min=0, help="No pause longer than so many seconds.")] = 2.0,
) -> None:
    """Show a recording in this terminal; Ctrl-C ends it."""
    from tempshell_cli.cli.output.recordings import play_here
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings

    play_here(Recordings(Paths.of_user()).find(recording), speed=speed, idle=idle)


@app.command()
def export(
    recording: Name = "",
    form: Annotated[str, typer.Option("--format", help="As what: cast, svg or txt.")] = "cast",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A new file; stdout by default.")] = None,
    at: Annotated[
        float | None, typer.Option("--at", min=0, help="The second of the picture. [default: the last]")
    ] = None,
) -> None:
    """Write a recording as an asciicast, its text, or a picture of one moment."""
    from tempshell_cli.cli.output.recordings import exported, write_out
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings

    write_out(exported(Recordings(Paths.of_user()).find(recording), form, at), output)


@app.command()
def rm(recording: Annotated[list[str], typer.Argument(help="Recordings.", autocompletion=recording_names)]) -> None:
    """Remove recordings."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.recordings import Recordings, remove

    recordings = Recordings(Paths.of_user())
    for file in [recordings.find(one) for one in recording]:
        remove(file)
        console.say(f"removed {file.stem}")
