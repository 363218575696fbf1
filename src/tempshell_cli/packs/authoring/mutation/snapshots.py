"""Files as they were at one moment, read from a tar archive of them."""

from __future__ import annotations

import io
import stat
import tarfile
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class FileKind(StrEnum):
    """What a path is."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"


class FileSnapshot(NamedTuple):
    """A file as it was at one moment; ``content`` of a link is where it leads. ``mode`` has no bits of the kind."""

    kind: FileKind
    mode: int
    uid: int
    content: bytes = b""

    @property
    def is_program(self) -> bool:
        """Whether it is meant to be run: then its text is its author's affair, and what it prints is the answer."""
        return self.kind is FileKind.FILE and (self.content.startswith(b"#!") or bool(self.mode & stat.S_IXUSR))


Tree = Mapping[str, FileSnapshot]


def read_tar(archive: bytes) -> Tree:
    """Return the files in a tar archive by their absolute paths; raises ValueError where it is broken."""
    kinds = {tarfile.DIRTYPE: FileKind.DIRECTORY, tarfile.SYMTYPE: FileKind.LINK, tarfile.REGTYPE: FileKind.FILE}
    found: dict[str, FileSnapshot] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                if kind := kinds.get(member.type):
                    body = tar.extractfile(member) if kind is FileKind.FILE else None
                    content = body.read() if body else member.linkname.encode()
                    path = "/" + member.name.strip("/")
                    found[path] = FileSnapshot(kind, stat.S_IMODE(member.mode), member.uid, content)
    except (tarfile.TarError, EOFError) as cause:
        raise ValueError(f"the archive of the files is broken: {cause}") from cause
    return found
