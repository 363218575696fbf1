"""Archives from a sandbox: a stranger's, to be unpacked without a trace outside of one directory."""

from __future__ import annotations

import errno
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Self, cast

from tempshell_cli.core.config import Copy
from tempshell_cli.core.errors import ExitCode, LimitReached, TempshellError, UsageProblem
from tempshell_cli.core.files import reason
from tempshell_cli.core.units import parse_size
from tempshell_cli.packs.library.archive import BROKEN

DEEPEST = 200  # directories in one another; tarfile calls itself for each
ALONE = "copy the files alone"
# What is wrong with the place here, not with the archive.
_OURS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EFBIG, errno.ENAMETOOLONG}
_LONGEST = 64 * 1024  # bytes of a header that gives a member a long name or the like; tarfile keeps it in memory
_LONG_HEADERS = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)


class CopyFailed(TempshellError):
    """What was to be copied is not there, cannot be copied, or finds no room."""

    exit_code = ExitCode.USAGE


class Bounds:
    """Counts what a copy has so far; raises LimitReached where that is more than the settings allow."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._size, self._entries = parse_size(copy.size), copy.entries

    def take(self, size: int) -> None:
        """Count one more file, directory or link, of that many bytes."""
        self._size -= size
        self._entries -= 1
        if self._size < 0:
            raise _beyond(self._copy.size, "size")
        if self._entries < 0:
            raise _beyond(f"{self._copy.entries} files", "entries")


def _beyond(limit: str, setting: str) -> LimitReached:
    return LimitReached(f"that is more than {limit}", hint=f"{setting} under [copy] in the config allows more")


class _Member(tarfile.TarInfo):
    """A member whose header is no larger than one has to be."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _LONG_HEADERS and self.size > _LONGEST:
            raise tarfile.ReadError(f"a header of {self.size} bytes")
        # tarfile's own place for subclasses to do so, which has no types.
        return cast("tarfile.TarInfo", super()._proc_member(archive))  # type: ignore[misc]

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        """Read a header. One that is missing, cut off or damaged would be the end of an archive for tarfile."""
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # the end that an archive has; its types lack it
            raise
        except tarfile.HeaderError as cause:
            raise tarfile.ReadError("it is cut off or damaged") from cause


def unpack(stream: IO[bytes], directory: Path, bounds: Bounds) -> None:
    """Unpack a hostile archive into an empty directory.

    Links are made last, so that no file can be written through one, and none is made through another. Names must
    stay inside the directory, link targets inside what the archive puts there under one name: it will be moved.
    Raises CopyFailed, LimitReached, and UsageProblem where it cannot be written here.
    """
    directory = directory.resolve()
    links = []
    try:
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
            for member in archive:
                path = _inside(directory, member.name)
                bounds.take(member.size)
                if member.issym() or member.islnk():
                    links.append((path, member))
                else:
                    _put(path, member, archive)
        for path, member in links:
            _link(directory, path, member, bounds)
    except BROKEN as cause:
        if isinstance(cause, OSError) and cause.errno in _OURS:
            raise UsageProblem(f"cannot write the copy: {reason(cause)}", hint="copy to another place") from cause
        raise CopyFailed(f"the copy cannot be unpacked here: {reason(cause)}", hint="see `tempshell status`") from cause
    for path, member in links:  # once all are there: one may lead out only through another
        _stay_within(_top(directory, path), Path(os.path.realpath(path)), member)


@contextmanager
def writing_archive(target: IO[bytes], *, compressed: bool = False) -> Iterator[tarfile.TarFile]:
    """Write an archive; when the block fails it gets no end, so that nobody takes it for a whole one.

    Raises UsageProblem where it cannot be written here.
    """
    # Names are bytes in it; busybox does not know the headers that Python's usual format has for them.
    with (
        _in_words(),
        tarfile.open(fileobj=target, mode="w|gz" if compressed else "w|", format=tarfile.GNU_FORMAT) as new,
    ):
        yield new


def copy_archive(source: IO[bytes], target: IO[bytes], bounds: Bounds) -> None:
    """Copy a hostile archive, plain or compressed, as one that can be unpacked; raises as ``copy_members``."""
    with writing_archive(target) as new:
        copy_members(source, new, bounds)


def copy_members(source: IO[bytes], new: tarfile.TarFile, bounds: Bounds) -> None:
    """Copy what is in a hostile archive, plain or compressed, member by member.

    Taken are files, directories and links that lie in it, none of them behind a link. Where a symbolic link leads is
    kept as it is: a home has many that lead to programs of its sandbox. Owners and all else of members is left out.
    Raises CopyFailed, LimitReached, and UsageProblem where it cannot be written here.
    """
    links: dict[str, str] = {}
    with _in_words(), tarfile.open(fileobj=source, mode="r|*", tarinfo=_Member) as old:
        for member in old:
            bounds.take(member.size)
            made = _plain(member, links)
            new.addfile(made, old.extractfile(member) if made.isreg() else None)


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what is wrong with an archive, or with the place where one is written."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (*BROKEN, TypeError) as cause:  # the last where the first bytes of a compressed one are cut off
        if isinstance(cause, OSError) and cause.errno in _OURS:
            raise UsageProblem(f"cannot write the copy: {reason(cause)}", hint="copy to another place") from cause
        raise CopyFailed(f"this is not an archive that can be read: {reason(cause)}", hint=_TARS) from cause


def _plain(member: tarfile.TarInfo, links: dict[str, str]) -> tarfile.TarInfo:
    """Return what is taken of a member; raises CopyFailed. ``links`` is where the symbolic links until now lead."""
    if member.issparse() or not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        raise CopyFailed(f"{member.name!r} is neither file, directory nor link", hint=_REFUSED)
    path = _inside(Path("/"), member.name)
    linked = _inside(Path("/"), member.linkname) if member.islnk() else path
    if str(path) in links or any(str(parent) in links for name in (path, linked) for parent in name.parents):
        raise CopyFailed(f"{member.name!r} lies behind a link", hint=_REFUSED)
    made = tarfile.TarInfo(str(path).lstrip("/") or ".")
    made.mode, made.mtime, made.type = member.mode & 0o777, member.mtime, member.type
    if member.isdir():
        made.mode |= 0o700  # the home is one, and nobody could enter it
    if member.issym() or str(linked) in links:  # of a symbolic link another name is another one
        made.type, made.linkname = tarfile.SYMTYPE, links.get(str(linked), member.linkname)
        links[str(path)] = made.linkname
    elif member.islnk():
        made.linkname = str(linked).lstrip("/")
    elif member.isfile():
        made.type, made.size = tarfile.REGTYPE, member.size
    return made


_REFUSED = "make the archive again without it"
_TARS = "it is to be a .tar, .tar.gz, .tar.bz2 or .tar.xz"


def _put(path: Path, member: tarfile.TarInfo, archive: tarfile.TarFile) -> None:
    if member.issparse():
        raise CopyFailed(f"{member.name!r} may be larger than what is sent of it", hint=ALONE)
    if member.isdir():
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    elif member.isfile():
        _write(path, archive.extractfile(member), member.mode)
    else:
        raise CopyFailed(f"{member.name!r} is neither file, directory nor link", hint=ALONE)


def _write(path: Path, content: IO[bytes] | None, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode & 0o777)
    with os.fdopen(made, "wb") as file:
        if content is not None:
            shutil.copyfileobj(content, file)


def _link(directory: Path, path: Path, member: tarfile.TarInfo, bounds: Bounds) -> None:
    if member.islnk():
        source = _inside(directory, member.linkname)
        _stay_within(_top(directory, path), Path(os.path.realpath(source)), member)
        _write_through_no_link(path, member)
        bounds.take(source.stat().st_size)
        with source.open("rb") as content:
            _write(path, content, source.stat().st_mode)
    else:
        target = Path(os.path.normpath(path.parent / member.linkname))
        _stay_within(_top(directory, path), target, member)
        _write_through_no_link(path, member)
        path.symlink_to(member.linkname)


def _top(directory: Path, path: Path) -> Path:
    """Return the part of the copy that the path is in: what will be moved as one."""
    return directory.joinpath(*path.relative_to(directory).parts[:1])


def _stay_within(top: Path, target: Path, member: tarfile.TarInfo) -> None:
    if member.linkname.startswith("/") or not target.is_relative_to(top):
        raise CopyFailed(f"{member.name!r} links to {member.linkname!r}, outside the copy", hint=ALONE)


def _write_through_no_link(path: Path, member: tarfile.TarInfo) -> None:
    if path.parent.resolve() != path.parent:
        raise CopyFailed(f"{member.name!r} lies behind a link", hint="do not trust that sandbox")


def _inside(directory: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise CopyFailed(f"the sandbox's archive names {name!r}, outside the copy", hint="do not trust that sandbox")
    if len(parts) > DEEPEST:
        raise CopyFailed(f"the sandbox's archive is more than {DEEPEST} directories deep", hint=ALONE)
    return directory.joinpath(*parts)
