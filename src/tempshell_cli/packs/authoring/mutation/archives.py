"""Wrong archives: one of the files inside is missing or has other content, or there is one too many."""

from __future__ import annotations

import copy
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

_MOST_BYTES = 1 << 20  # of content inside; more is not an answer that somebody packs in an exercise
_COMPRESSIONS = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ", "xz"))
_NO_ARCHIVE = (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError, zlib.error, lzma.LZMAError)


class _Member(NamedTuple):
    """A file or directory inside; ``info`` is what its format says of it: a TarInfo or a ZipInfo."""

    name: str
    is_file: bool
    content: bytes
    info: Any


def wrong_archives(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield in words what is wrong, and a tar or zip archive with it; nothing where it is neither, or is too large."""
    is_zip = zipfile.is_zipfile(io.BytesIO(content))
    try:
        members = _zip_members(content) if is_zip else _tar_members(content)
    except _NO_ARCHIVE:
        return

    def packed(changed: Sequence[_Member]) -> bytes:
        return _zipped(changed) if is_zip else _tarred(changed, content)

    files = [index for index, member in enumerate(members) if member.is_file]
    for index in files:
        member = members[index]
        yield f" lacks `{member.name}`", packed([*members[:index], *members[index + 1 :]])
        other = member._replace(content=member.content + b"more\n")
        where = f" has other content in `{member.name}`"
        yield where, packed([*members[:index], other, *members[index + 1 :]])
    for index in files[-1:]:
        more = members[index]._replace(name=f"{members[index].name}.more")
        yield f" also has `{more.name}`", packed([*members, more])


def _tar_members(content: bytes) -> list[_Member]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        infos = tar.getmembers()
        if sum(info.size for info in infos) > _MOST_BYTES:
            return []
        bodies = [tar.extractfile(info) if info.isfile() else None for info in infos]
        return [
            _Member(info.name, info.isfile(), body.read() if body else b"", info)
            for info, body in zip(infos, bodies, strict=True)
        ]


def _tarred(members: Sequence[_Member], like: bytes) -> bytes:
    packed = io.BytesIO()
    compression = next((name for magic, name in _COMPRESSIONS if like.startswith(magic)), "")
    with tarfile.open(fileobj=packed, mode=f"w:{compression}") as tar:  # type: ignore[call-overload]
        for name, _, content, info in members:
            changed = copy.copy(info)
            changed.name, changed.size = name, len(content)
            tar.addfile(changed, io.BytesIO(content))
    return packed.getvalue()


def _zip_members(content: bytes) -> list[_Member]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > _MOST_BYTES:
            return []
        return [_Member(info.filename, not info.is_dir(), archive.read(info), info) for info in infos]


def _zipped(members: Sequence[_Member]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, _, content, info in members:
            changed = copy.copy(info)
            changed.filename = name
            archive.writestr(changed, content)
    return packed.getvalue()
