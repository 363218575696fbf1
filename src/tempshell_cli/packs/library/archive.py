"""A pack's files out of a tar archive from a stranger. Nothing is unpacked to disk, so nothing can lead out of it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Mapping
from io import BufferedIOBase, RawIOBase
from pathlib import Path, PurePosixPath

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.reading.tree import MAX_BYTES, MAX_FILES

# What the members of an archive may have beside their content: headers, padding, and what is not taken.
_MOST_READ = 4 * MAX_BYTES
_MOST_MEMBERS = 5 * MAX_FILES
_FORMS: Mapping[bytes, Callable[[Path], BufferedIOBase]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
# What reading such an archive raises; a long chain of headers is a long chain of calls.
BROKEN = (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, RecursionError, zlib.error, lzma.LZMAError)


def read_archive(file: Path) -> dict[str, bytes]:
    """Return the files of a tar archive, plain or compressed by gzip, bzip2 or xz, by their relative POSIX paths.

    As of a directory (``read_tree``), what begins with a dot is left out. Raises PackProblem for a member that is
    neither file nor directory, that is named twice or by a path that is absolute, has ``..`` or cannot be printed,
    for more than a pack may have, and for what is no such archive.
    """
    try:
        with _opened(file) as stream, tarfile.open(fileobj=_Bounded(stream), mode="r|") as archive:
            return _files(archive)
    except BROKEN as cause:
        raise PackProblem(
            f"cannot read the archive: {one_line(str(cause))}", hint="it is to be a .tar, .tar.gz, .tar.bz2 or .tar.xz"
        ) from cause


def without_top(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files without the one directory that all of them lie in, where they do: archives often have one."""
    tops = {name.partition("/")[0] for name in files}
    if len(tops) != 1 or tops & files.keys():
        return dict(files)
    return {name.partition("/")[2]: content for name, content in files.items()}


def _opened(file: Path) -> BufferedIOBase:
    with file.open("rb") as stream:
        start = stream.read(max(map(len, _FORMS)))
    return next((opened(file) for magic, opened in _FORMS.items() if start.startswith(magic)), None) or file.open("rb")


class _Bounded(RawIOBase):
    """Reads no more than an archive of a pack can need: of a small one a huge one may come, headers included."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self._left = _MOST_READ

    def read(self, size: int = -1, /) -> bytes:
        content = self._stream.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise PackProblem(f"the archive has more than {_MOST_READ >> 20} MiB in it", hint="make it smaller")
        return content


def _files(archive: tarfile.TarFile) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for number, member in enumerate(archive):
        if number >= _MOST_MEMBERS:
            raise PackProblem(f"the archive has more than {_MOST_MEMBERS} members", hint="make it smaller")
        name = _name(member)
        if member.isdir() or any(part.startswith(".") for part in name.split("/")):
            continue
        _refuse_other_than_file(member, name, found)
        left -= member.size
        if left < 0:
            raise PackProblem(f"the archive has more than {MAX_BYTES >> 20} MiB of files", hint="make it smaller")
        content = archive.extractfile(member)
        found[name] = content.read() if content else b""
    above = {str(directory) for name in found for directory in PurePosixPath(name).parents}
    for name in sorted(above & found.keys()):
        raise PackProblem(f"{name!r} is a file, and has a file below it", hint="do not trust that archive")
    return found


def _name(member: tarfile.TarInfo) -> str:
    path = PurePosixPath(member.name)
    if not member.name.isprintable():
        raise PackProblem(f"{member.name!r}: a file name that is not printable text")
    if path.is_absolute() or ".." in path.parts:
        raise PackProblem(f"{member.name!r} leads out of the archive", hint="do not trust that archive")
    return str(path)


def _refuse_other_than_file(member: tarfile.TarInfo, name: str, found: Mapping[str, bytes]) -> None:
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}:
        kind = "a link" if member.issym() or member.islnk() else "neither a file nor a directory"
        raise PackProblem(f"{name!r} is {kind}", hint="a pack has plain files only")
    if name in found:
        raise PackProblem(f"{name!r} is in the archive twice", hint="do not trust that archive")
    if len(found) >= MAX_FILES:
        raise PackProblem(f"the archive has more than {MAX_FILES} files", hint="make it smaller")
