"""``tempshell image``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson

app = new_app("The images that tempshell ships.")
Context = Annotated[str, typer.Option("--docker-context", help="A Docker context, or a host such as ssh://me@box.")]
Name = Annotated[str, typer.Argument(help="The image, such as tempshell/shell.")]


@app.command("ls")
def ls(docker_context: Context = "", as_json: AsJson = False) -> None:
    """List the shipped images and whether the engine has them."""
    from tempshell_cli.backends.docker import images
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.cli.output import console

    engine, known = DockerEngine(docker_context), images.shipped_images()
    with engine.speaking():
        rows = [(one.name, one.reference, images.has_image(engine.client, one.reference)) for one in known]
    if as_json:
        console.say_json([{"name": name, "reference": ref, "present": there} for name, ref, there in rows])
    else:
        cells = [(name, ref, "yes" if there else "no") for name, ref, there in rows]
        console.table(("NAME", "REFERENCE", "PRESENT"), cells)


@app.command()
def build(name: Name = "tempshell/shell", docker_context: Context = "") -> None:
    """Build a shipped image from its Dockerfile."""
    from tempshell_cli.backends.docker import images
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.cli.output import console

    image = images.shipped_image(name)
    engine = DockerEngine(docker_context)
    with engine.speaking():
        images.build(engine.client, image, console.progress)
    console.say(image.reference)


@app.command()
def pull(name: Name, docker_context: Context = "") -> None:
    """Pull an image from its registry, so that a later start does not wait for it."""
    from tempshell_cli.backends.docker import images
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.cli.output import console

    engine = DockerEngine(docker_context)
    with engine.speaking():
        images.pull(engine.client, name, console.progress)
    console.say(name)
