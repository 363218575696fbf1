"""The images that tempshell has built on an engine: what is superseded, and carrying some to another engine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

from tempshell_cli.backends.base import WorkloadImage
from tempshell_cli.backends.docker import endpoint as endpoints
from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.images import (
    PROJECT_IMAGE,
    has_image,
    resolve_image,
    shipped_images,
    shipped_versions,
)
from tempshell_cli.backends.docker.machine import machine_image
from tempshell_cli.backends.labels import COMPONENT
from tempshell_cli.core.errors import ProvisionFailed, UsageProblem
from tempshell_cli.core.files import writing
from tempshell_cli.core.process import Command
from tempshell_cli.core.runner import SubprocessRunner
from tempshell_cli.core.text import one_line

if TYPE_CHECKING:
    from docker import APIClient

_OURS = "tempshell/"
_SHELL = "tempshell/shell"
_TERMINAL = "tempshell/terminal"
_ELSEWHERE = "name a file in a directory of yours, where there is room"
_LOADED = re.compile(r"^Loaded image(?: ID)?: (.+)$", re.MULTILINE)


class Kept(NamedTuple):
    """An image on an engine, by one of its tags; ``size`` in bytes."""

    tag: str
    size: int
    is_superseded: bool


def kept_images(client: APIClient) -> list[Kept]:
    """Return the images that tempshell has built, by their tags, those of projects last.

    Superseded is what no start of this release takes any more. Of what is built on the node image of a cluster that
    is known only where it is built on another release's shell. An image of yours that is built on one of ours has its
    label, too, and another name. The image of a project is superseded, too: a start builds it, from the cache mostly.
    """
    found = [(tag, one) for one in _labelled(client) for tag in one.get("RepoTags") or () if tag.startswith(_OURS)]
    current = {one.reference for one in shipped_images()} | {machine_image().reference}
    for workload in WorkloadImage:
        current |= {tag for version, image in shipped_versions(workload) for tag in (version, image.reference)}
    decided = {reference.rpartition(":")[0] for reference in current}
    own = [
        Kept(tag, int(one["Size"]), tag not in current if _name(tag) in decided else _is_outdated(client, tag))
        for tag, one in sorted(found, key=lambda pair: pair[0])
    ]
    of_projects = client.images(PROJECT_IMAGE)
    return own + [Kept(tag, int(one["Size"]), is_superseded=True) for one in of_projects for tag in one["RepoTags"]]


def remove_superseded(client: APIClient, image: Kept) -> str:
    """Remove an image by its tag; return what keeps it, such as a container, "" where it is gone."""
    from docker.errors import APIError, ImageNotFound  # noqa: PLC0415 - loaded with the client

    try:
        client.remove_image(image.tag)
    except ImageNotFound:
        return ""
    except APIError as cause:
        return one_line(str(cause.explanation))
    return ""


def save_images(engine: DockerEngine, file: Path, names: Sequence[str]) -> list[str]:
    """Write images to a tar, all that are kept and not superseded without names; return their references.

    Raises UsageProblem where the engine lacks one or the file cannot be written, which then is as it was before.
    """
    references = [_reference(name) for name in names]
    references = references or [one.tag for one in kept_images(engine.client) if not one.is_superseded]
    missing = [reference for reference in references if not has_image(engine.client, reference)]
    if missing:
        raise UsageProblem(
            f"the engine lacks the image {', '.join(missing)}", hint="`tempshell image build` or `image pull` first"
        )
    if not references:
        raise UsageProblem("the engine has no image of tempshell's", hint="`tempshell image build` builds one")
    if not file.parent.is_dir():
        raise UsageProblem(f"cannot write {file}: there is no directory {file.parent}", hint=_ELSEWHERE)
    if file.exists() and not file.is_file():
        raise UsageProblem(f"cannot write {file}: it is no file", hint=_ELSEWHERE)
    with writing(file, _ELSEWHERE):
        place = Path(mkdtemp(prefix=".tempshell-", dir=file.parent))
        try:
            _docker(engine, _ELSEWHERE, "save", "--output", str(place / "images"), *references)
            (place / "images").replace(file)
        finally:
            shutil.rmtree(place, ignore_errors=True)  # docker may have left a part of its own
    return references


def load_images(engine: DockerEngine, file: Path) -> list[str]:
    """Give an engine the images in a tar; return their references. Raises ProvisionFailed with the engine's words."""
    return _LOADED.findall(_docker(engine, "see that the file is one of `docker save`", "load", "--input", str(file)))


def _labelled(client: APIClient) -> Iterator[dict[str, Any]]:
    yield from client.images(filters={"label": f"{COMPONENT}=image"})


def _name(tag: str) -> str:
    return tag.rpartition(":")[0]


def _is_outdated(client: APIClient, tag: str) -> bool:
    """Return whether an image is a terminal of clusters that is not built on the shell of this release."""
    shell = resolve_image(_SHELL)
    reference = shell if isinstance(shell, str) else shell.reference
    if _name(tag) != _TERMINAL or not has_image(client, reference):
        return False
    ours, below = (_layers(client, one) for one in (tag, reference))
    return ours[: len(below)] != below


def _layers(client: APIClient, reference: str) -> list[str]:
    inspected = client.inspect_image(reference)  # type: ignore[no-untyped-call]  # a gap in the SDK's stubs
    return list((inspected.get("RootFS") or {}).get("Layers") or ())


def _reference(name: str) -> str:
    image = resolve_image(name)
    return image if isinstance(image, str) else image.reference


def _docker(engine: DockerEngine, hint: str, *argv: str) -> str:
    """Run a docker command, which streams what can be gigabytes; return what it prints."""
    command = Command(("docker", *argv), endpoints.environment(engine.endpoint))
    done = SubprocessRunner().run(command)
    if done.exit_code:
        said = one_line(done.stderr.decode(errors="replace").strip())
        raise ProvisionFailed(f"`docker {argv[0]}` failed: {said}", hint=hint)
    return done.stdout.decode(errors="replace")
