"""``tempshell image``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Listing

app = new_app("List, build and pull container images.")
Context = Annotated[
    str,
    typer.Option("--docker-context", metavar="CONTEXT", help="A Docker context, or a host such as ssh://me@box."),
]
Name = Annotated[str, typer.Argument(metavar="IMAGE", help="An image, such as tempshell/shell.")]


@app.command("ls")
def ls(docker_context: Context = "", form: Listing = "table") -> None:
    """List the images that come with tempshell."""
    from tempshell_cli.backends.docker import images
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.cli.output import console

    engine, known = DockerEngine(docker_context), images.shipped_images()
    with engine.translated_errors():
        rows = [(one.name, one.reference, images.has_image(engine.client, one.reference)) for one in known]
    if form == "json":
        console.say_json([{"name": name, "reference": ref, "present": there} for name, ref, there in rows])
    elif form == "name":
        for _, reference, _ in rows:
            console.say(reference)
    else:
        cells = [(name, ref, "yes" if there else "no") for name, ref, there in rows]
        console.table(("NAME", "REFERENCE", "PRESENT"), cells)


@app.command()
def build(name: Name = "tempshell/shell", docker_context: Context = "") -> None:
    """Build an image that comes with tempshell."""
    from tempshell_cli.backends.docker import images
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.cli.output import console

    image = images.shipped_image(name)
    engine = DockerEngine(docker_context)
    with engine.translated_errors():
        images.build(engine.client, image, console.progress)
    console.say(image.reference)


@app.command()
def pull(name: Name, docker_context: Context = "") -> None:
    """Pull an image, so that no start has to wait for it."""
    from tempshell_cli.backends.docker import images
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.cli.output import console

    engine = DockerEngine(docker_context)
    with engine.translated_errors():
        images.pull(engine.client, name, console.progress)
    console.say(name)
