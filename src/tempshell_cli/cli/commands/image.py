"""``tempshell image``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Listing

app = new_app("List, build, pull, save, load and remove container images.")
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


@app.command()
def save(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The tar to write.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="IMAGE", help="Images. [default: all that tempshell has built]")
    ] = None,
    docker_context: Context = "",
) -> None:
    """Write images to a file, for a machine that reaches no registry.

    A kind cluster also needs its node image: name it, and the others that you want.

    Examples:
      tempshell image save lab.tar
      tempshell image save lab.tar tempshell/shell kindest/node:v1.37.2
    """
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.backends.docker.kept_images import save_images
    from tempshell_cli.cli.output import console

    engine = DockerEngine(docker_context)
    with engine.translated_errors(), console.progress(f"writing {file}"):
        saved = save_images(engine, file, names or ())
    for reference in saved:
        console.say(reference)


@app.command("load")
def load_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A tar of `image save` or `docker save`.")],
    docker_context: Context = "",
) -> None:
    """Give the engine the images in a file."""
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.backends.docker.kept_images import load_images
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.files import reading

    engine = DockerEngine(docker_context)
    with reading(file, "name a file that `tempshell image save` has written"), file.open("rb"):
        pass
    with engine.translated_errors(), console.progress(f"loading {file}"):
        loaded = load_images(engine, file)
    for reference in loaded:
        console.say(reference)


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    docker_context: Context = "",
) -> None:
    """Remove images that an earlier release of tempshell has built, and those of projects.

    What a container uses stays.
    """
    from tempshell_cli.backends.docker.engine import DockerEngine
    from tempshell_cli.backends.docker.kept_images import kept_images, remove_superseded
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.units import size_text

    engine, removed = DockerEngine(docker_context), 0
    with engine.translated_errors():
        for image in kept_images(engine.client):
            if not image.is_superseded:
                continue
            if kept_by := "" if dry_run else remove_superseded(engine.client, image):
                console.note(f"tempshell: {image.tag} stays: {kept_by}")
                continue
            removed += 1
            console.say(f"{'would remove' if dry_run else 'removed'} {image.tag} ({size_text(image.size)})")
    console.say(f"{removed} images {'would be removed' if dry_run else 'removed'}")
