"""The images the tests start from, made from Debian packages where no registry can be reached."""

import json
import shlex
import socket
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from . import apt
from .steps import SetupError, cached, run, step

ENGINE_HINT = "see `docker info`"
PULL_SECONDS = 120.0
UNWANTED = ("doc", "info", "lintian", "locale", "man")
"""Folders of /usr/share that Debian's own slim images leave out."""


@dataclass(frozen=True)
class BaseImage:
    """An image by its tag, and two ways to it.

    `upstream` is the registry's image that can stand for it; without a registry, `make_root` writes its root
    filesystem, with the help of the `makers` (command -> Debian package).
    """

    tag: str
    upstream: str
    command: Sequence[str]
    makers: Mapping[str, str]
    make_root: Callable[[Path], None]

    @property
    def archive(self) -> str:
        """Its name in the cache."""
        return f"{self.tag.replace('/', '-').replace(':', '-')}.tar"


def ensure() -> None:
    """Leave every base image on the engine, or raise SetupError."""
    for image in IMAGES:
        if not found(image):
            make(image)


def found(image: BaseImage) -> bool:
    """Whether the engine has the image, now that a registry, if one answers, was asked for it."""
    with step(f"image {image.tag}") as outcome:
        if present(image.tag):
            outcome("present")
        elif pulled(image.upstream, outcome):
            run("docker", "tag", image.upstream, image.tag, hint=ENGINE_HINT)
            outcome(f"pulled {image.upstream}")
        else:
            outcome("absent")
            return False
        return True


def make(image: BaseImage) -> None:
    """Import the image from the cached root filesystem, which the first call makes."""
    apt.install(image.makers)
    with step(f"make {image.tag} from Debian packages") as outcome:
        archive = cached(image.archive, image.make_root)
        command = json.dumps(image.command)
        run("docker", "import", "--change", f"CMD {command}", str(archive), image.tag, hint=ENGINE_HINT)
        outcome(f"imported {archive}")


def present(tag: str) -> bool:
    """Whether the engine has an image of that tag."""
    return bool(run("docker", "image", "ls", "--quiet", tag, hint=ENGINE_HINT).strip())


def pulled(upstream: str, outcome: Callable[[str], None]) -> bool:
    """Whether a registry gave the image, else why not; one that is out of reach is not asked: it takes long."""
    if not registry_answers():
        outcome("no registry in reach")
        return False
    try:
        run("docker", "pull", upstream, hint="", timeout=PULL_SECONDS)
    except SetupError as error:
        outcome(error.what)
        return False
    return True


def registry_answers() -> bool:
    """Whether the engine's own default registry takes a connection within two seconds."""
    index = run("docker", "info", "--format", "{{.IndexServerAddress}}", hint=ENGINE_HINT)
    host = urlsplit(index.strip()).hostname
    try:
        socket.create_connection((host or "", 443), timeout=2).close()
    except OSError:
        return False
    return True


def debian_root(
    archive: Path, suite: str = "bookworm", include: Sequence[str] = (), packages: Sequence[Path] = ()
) -> None:
    """A Debian: its required packages and apt, from the mirror mmdebstrap has by default, in under 20 s.

    With `include`, these packages and what they depend on, too; with `packages`, .deb files whose dependencies are met.
    """
    slim = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in UNWANTED]
    licences = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
    # Born with a merged /usr, as Debian's own image; the tool that merges it later brings 50 MB of Perl.
    merged = ("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", f"--include={','.join(('usr-is-merged', *include))}")
    added = [f"--customize-hook=copy-in {shlex.join(map(str, packages))} /tmp", _INSTALL] if packages else []
    tree = ("--variant=minbase", "--format=tar", suite, str(archive))
    run("mmdebstrap", *slim, licences, *merged, *added, *tree, hint=apt.HINT)


_INSTALL = """--customize-hook=chroot "$1" sh -c 'dpkg --install /tmp/*.deb && rm /tmp/*.deb'"""


def busybox_root(archive: Path) -> None:
    """One static busybox and a link for each of its commands: 2 MB, with neither bash nor tmux."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive, "w") as root:
        package = apt.download("busybox-static", Path(folder))
        run("dpkg-deb", "--extract", str(package), folder, hint=apt.HINT)
        busybox = next(Path(folder).glob("**/bin/busybox"))
        root.add(busybox, "bin/busybox", filter=owned_by_root)
        applets = run(str(busybox), "--list", hint=apt.HINT).split()
        for applet in set(applets) - {"busybox"}:
            add_link(root, f"bin/{applet}", "busybox")
        add_folder(root, "tmp", 0o1777)
        add_folder(root, "root", 0o700)
        add_file(root, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
        add_file(root, "etc/group", b"root:x:0:\n")


def owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The member with the builder's own user taken out."""
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def add_link(root: tarfile.TarFile, path: str, target: str) -> None:
    """Add a symbolic link."""
    member = tarfile.TarInfo(path)
    member.type, member.linkname = tarfile.SYMTYPE, target
    root.addfile(member)


def add_folder(root: tarfile.TarFile, path: str, mode: int) -> None:
    """Add an empty folder of root's."""
    member = tarfile.TarInfo(path)
    member.type, member.mode = tarfile.DIRTYPE, mode
    root.addfile(member)


def add_file(root: tarfile.TarFile, path: str, content: bytes) -> None:
    """Add a file of root's that all can read."""
    member = tarfile.TarInfo(path)
    member.size = len(content)
    root.addfile(member, BytesIO(content))


IMAGES = (
    BaseImage("debian:bookworm-slim", "debian:bookworm-slim", ["bash"], {"mmdebstrap": "mmdebstrap"}, debian_root),
    BaseImage("tempshell-test/busybox:1", "busybox:stable", ["sh"], {}, busybox_root),
)
