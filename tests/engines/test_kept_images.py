"""`image save`, `load` and `prune`, with images that nothing else needs."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.images import shipped_image
from tempshell_cli.backends.docker.kept_images import Kept, kept_images, remove_superseded
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX

pytestmark = pytest.mark.engine("docker")

_LABEL = "io.tempshell/component=image"


@pytest.fixture
def tag() -> Iterator[str]:
    """The name of an image that looks as if an earlier release had built it."""
    made = f"tempshell/shell:{uuid.uuid4().hex[:12]}"
    lines = f"FROM {BUSYBOX}\nLABEL {_LABEL}\nENV ONE={made}\n"
    subprocess.run(("docker", "build", "--quiet", "--tag", made, "-"), input=lines.encode(), check=True)
    yield made
    subprocess.run(("docker", "image", "rm", "--force", made), capture_output=True, check=False)


def test_what_is_saved_is_there_again_once_it_is_loaded(tempshell: Tempshell, tag: str, tmp_path: Path) -> None:
    file = tmp_path / "images.tar"
    file.write_text("old", "utf-8")
    assert tempshell("image", "save", str(file), tag).stdout == f"{tag}\n"
    assert [one.name for one in tmp_path.glob("*.tar")] == ["images.tar"]
    _docker("image", "rm", tag)
    assert tempshell("image", "load", str(file)).stdout == f"{tag}\n"
    assert tag in _docker("image", "inspect", "--format", "{{.RepoTags}}", tag)


def test_a_save_that_fails_leaves_the_file_as_it_was(tempshell: Tempshell, tmp_path: Path) -> None:
    file = tmp_path / "images.tar"
    file.write_text("old", "utf-8")
    before = sorted(tmp_path.iterdir())
    assert (
        "lacks the image nowhere/nothing:1" in tempshell("image", "save", str(file), "nowhere/nothing:1", code=2).stderr
    )
    assert "no directory" in tempshell("image", "save", str(tmp_path / "no" / "x.tar"), BUSYBOX, code=2).stderr
    assert (file.read_text("utf-8"), sorted(tmp_path.iterdir())) == ("old", before)
    assert "docker load" in tempshell("image", "load", str(file), code=5).stderr
    assert "cannot read" in tempshell("image", "load", str(tmp_path / "none"), code=2).stderr


def test_what_is_no_file_is_not_replaced(tempshell: Tempshell, tag: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "it is no file" in tempshell("image", "save", str(pipe), tag, code=2).stderr
    assert pipe.is_fifo()
    assert "it is no file" in tempshell("image", "save", str(tmp_path), tag, code=2).stderr


def test_images_of_earlier_releases_are_superseded_and_no_others(tempshell: Tempshell, tag: str) -> None:
    """Those of this release, of others, and one of a person's own that is built on one of ours."""
    own = f"test-{uuid.uuid4().hex[:8]}:1"
    _docker("tag", tag, own)
    try:
        said = tempshell("image", "prune", "--dry-run").stdout
        assert f"would remove {tag} (" in said
        assert own not in said
        assert shipped_image("shell").reference not in said
        assert tag in _docker("image", "inspect", "--format", "{{.RepoTags}}", tag)
    finally:
        _docker("image", "rm", own)


def test_a_superseded_image_is_removed_unless_something_uses_it(tag: str) -> None:
    client = DockerEngine().client
    (kept,) = (one for one in kept_images(client) if one.tag == tag)
    assert kept == Kept(tag, kept.size, is_superseded=True)
    container = _docker("create", tag, "true").strip()
    try:
        assert "container" in remove_superseded(client, kept)
    finally:
        _docker("rm", container)
    assert remove_superseded(client, kept) == ""
    assert remove_superseded(client, kept) == ""
    assert tag not in {one.tag for one in kept_images(client)}


def _docker(*argv: str) -> str:
    return subprocess.run(("docker", *argv), capture_output=True, text=True, check=True).stdout
