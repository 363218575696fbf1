"""Files into and out of a sandbox: tar over exec, so that it works on every engine and every kind of mount."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import IO

from tempshell_cli.backends.base import Backend, Role, Sandbox
from tempshell_cli.core.errors import TempshellError, UsageProblem

_IS_DIRECTORY = '[ -d "$1" ]'
_UNPACK = 'mkdir -p -- "$1" && exec tar -x -o -f - -C "$1"'
_ALONE = "copy the files alone"
# tar would tell of the directory, where that is not there either.
# tar goes by the size that a file tells, and those of /proc tell none.
_PACK = """
ls -d -- "$3" >/dev/null || exit
if [ -f "$3" ] && [ ! -s "$3" ] && [ "$(head -c 1 -- "$3" | wc -c)" = 1 ]; then
  echo "$3 has no size, as the files of /proc: read it with cat" >&2
  exit 1
fi
exec tar -c -f - -C "$1" -- "$2"
"""
_DEEPEST = 200  # directories in one another


class CopyFailed(TempshellError):
    """tar, on one side or the other, did not do its work."""


def copy_in(backend: Backend, sandbox: Sandbox, source: Path, target: str) -> None:
    """Copy a file or directory into the sandbox: into ``target`` where that is a directory, else to that name.

    A relative target counts from the home inside. What a named pipe or a process substitution holds is read first, to
    know its size. Raises UsageProblem or CopyFailed.
    """
    if not os.path.lexists(source):
        raise UsageProblem(f"there is no {source}", hint="name a file or directory of this machine")
    with _content(source) as content:
        _send(backend, sandbox, source, target, content)


def _send(backend: Backend, sandbox: Sandbox, source: Path, target: str, content: IO[bytes] | None) -> None:
    inside = PurePosixPath(sandbox.home, target)
    into = target.endswith("/") or _succeeds(backend, sandbox, _IS_DIRECTORY, str(inside))
    # Not resolve(): a link goes in by its own name.
    directory, name = (inside, Path(os.path.abspath(source)).name) if into else (inside.parent, inside.name)  # noqa: PTH100
    with (
        _running(backend, sandbox, _UNPACK, str(directory), stdin=subprocess.PIPE) as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):
        try:
            if content is None:
                archive.add(source, arcname=name)
            else:
                archive.addfile(_plain(name, content), content)
        except BrokenPipeError:
            raise  # the other side says why
        except OSError as cause:
            raise _unreadable(source, cause) from cause


def _content(source: Path) -> AbstractContextManager[IO[bytes] | None]:
    """Return what is in a file whose size says nothing; None for what an archive takes as it is.

    Raises UsageProblem for what cannot be read, and what is none of these, here or in a directory that is to go in.
    """
    try:
        found = source.lstat()
        if stat.S_ISLNK(found.st_mode) and _is_stream(source):
            found = source.stat()
        if stat.S_ISDIR(found.st_mode):
            _refuse_odd_files(source)
            return nullcontext()
        if stat.S_ISLNK(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_size):
            return nullcontext()
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode)):
            raise _odd(source)
        content = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's to close
        with source.open("rb") as file:
            shutil.copyfileobj(file, content)
    except OSError as cause:
        raise _unreadable(source, cause) from cause
    return content


def _is_stream(link: Path) -> bool:
    """Tell whether a link stands for what this process has open, as those of /dev and /proc do."""
    target = str(link.parent / link.readlink())
    return target.startswith("/proc/") or not os.path.lexists(target)


def _refuse_odd_files(directory: Path) -> None:
    for where, _, names in os.walk(directory):
        for name in names:
            mode = Path(where, name).lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
                raise _odd(Path(where, name))


def _unreadable(source: Path, cause: OSError) -> UsageProblem:
    return UsageProblem(f"cannot read {cause.filename or source}: {cause.strerror}", hint="see that you may read it")


def _odd(path: Path) -> UsageProblem:
    return UsageProblem(f"{path} is neither file, directory nor link", hint="copy the others alone")


def _plain(name: str, content: IO[bytes]) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size = content.seek(0, os.SEEK_END)
    made.mtime = int(time.time())
    content.seek(0)
    return made


def copy_out(backend: Backend, sandbox: Sandbox, source: str, target: Path) -> None:
    """Copy a file or directory out of the sandbox: into ``target`` where that is a directory, else to that name.

    What comes out is a stranger's: nothing is written outside ``target``, whatever the archive says; only files,
    directories and links within the copy are taken. An existing file of that name is replaced, a directory is not.
    Raises CopyFailed.
    """
    inside = PurePosixPath(sandbox.home, source)
    if not inside.name:
        raise UsageProblem("the sandbox's / cannot be copied as a whole", hint="name a directory below it")
    wanted = _destination(target, inside.name)
    if not wanted.parent.is_dir():
        raise UsageProblem(f"there is no directory {wanted.parent}", hint="make it first")
    with _fresh_directory(wanted.parent) as fresh:
        words = (str(inside.parent), inside.name, str(inside))
        with _running(backend, sandbox, _PACK, *words, stdout=subprocess.PIPE) as stream:
            unpack(stream, Path(fresh))
        _move(Path(fresh, inside.name), wanted)


def _destination(target: Path, name: str) -> Path:
    """Return where a copy goes: behind a link, as cp has it. Raises UsageProblem for what is no place for a file."""
    if str(target) == "-":
        raise UsageProblem("cp writes files", hint="`tempshell exec SESSION -- cat FILE` prints one")
    wanted = target / name if target.is_dir() else target
    try:
        mode = wanted.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    except OSError as cause:
        raise UsageProblem(f"cannot write to {wanted}: {cause.strerror}", hint="choose another place") from cause
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UsageProblem(f"{wanted} is not a file", hint="`tempshell exec SESSION -- cat FILE` writes to any stream")
    return Path(os.path.realpath(wanted)) if wanted.is_symlink() else wanted


@contextmanager
def _fresh_directory(parent: Path) -> Iterator[str]:
    """Make a directory for the block beside where the copy is to be; raises UsageProblem."""
    try:
        made = tempfile.TemporaryDirectory(dir=parent, prefix=".tempshell-")
    except OSError as cause:
        raise UsageProblem(f"cannot write to {parent}: {cause.strerror}", hint="copy to a place of yours") from cause
    with made as fresh:
        yield fresh


def unpack(stream: IO[bytes], directory: Path) -> None:
    """Unpack a hostile archive into an empty directory.

    Links are made last, so that no file can be written through one, and none is made through another. Names must
    stay inside the directory, link targets inside what the archive puts there under one name: it will be moved.
    Raises CopyFailed.
    """
    directory = directory.resolve()
    links = []
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                path = _inside(directory, member.name)
                if member.issparse():
                    raise CopyFailed(f"{member.name!r} may be larger than what is sent of it", hint=_ALONE)
                if member.issym() or member.islnk():
                    links.append((path, member))
                elif member.isdir():
                    path.mkdir(mode=0o755, parents=True, exist_ok=True)
                elif member.isfile():
                    _write(path, archive.extractfile(member), member.mode)
                else:
                    raise CopyFailed(f"{member.name!r} is neither file, directory nor link", hint=_ALONE)
        for path, member in links:
            _link(directory, path, member)
    except (tarfile.TarError, OSError) as cause:
        raise CopyFailed(f"the archive from the sandbox cannot be unpacked: {cause}") from cause
    for path, member in links:  # once all are there: one may lead out only by way of another
        _stay_within(_top(directory, path), Path(os.path.realpath(path)), member)


def _write(path: Path, content: IO[bytes] | None, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode & 0o777)
    with os.fdopen(made, "wb") as file:
        if content is not None:
            shutil.copyfileobj(content, file)


def _link(directory: Path, path: Path, member: tarfile.TarInfo) -> None:
    if member.islnk():
        source = _inside(directory, member.linkname)
        _stay_within(_top(directory, path), Path(os.path.realpath(source)), member)
        _write_through_no_link(path, member)
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
        raise CopyFailed(f"{member.name!r} links to {member.linkname!r}, outside the copy", hint=_ALONE)


def _write_through_no_link(path: Path, member: tarfile.TarInfo) -> None:
    if path.parent.resolve() != path.parent:
        raise CopyFailed(f"{member.name!r} lies behind a link", hint="do not trust that sandbox")


def _inside(directory: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise CopyFailed(f"the sandbox's archive names {name!r}, outside the copy", hint="do not trust that sandbox")
    if len(parts) > _DEEPEST:
        raise CopyFailed(f"the sandbox's archive is more than {_DEEPEST} directories deep", hint=_ALONE)
    return directory.joinpath(*parts)


def _move(fresh: Path, wanted: Path) -> None:
    if wanted.is_dir() and not wanted.is_symlink():
        raise UsageProblem(f"there is a directory {wanted} already", hint="remove it, or choose another name")
    try:
        fresh.replace(wanted)
    except OSError as cause:
        raise CopyFailed(f"cannot put the copy at {wanted}: {cause.strerror}", hint="choose another name") from cause


@contextmanager
def _running(
    backend: Backend,
    sandbox: Sandbox,
    script: str,
    *arguments: str,
    stdin: int | None = None,
    stdout: int | None = None,
) -> Iterator[IO[bytes]]:
    """Run a script in the sandbox and yield its open end; raises CopyFailed with its own words where it fails."""
    command = backend.shell(sandbox, _script(script, arguments), role=Role.SETUP)
    # To a file, not a pipe: nobody reads it until the end.
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command.argv, env=command.environment(), stdin=stdin or subprocess.DEVNULL, stdout=stdout, stderr=said
        ) as process,
    ):
        stream = process.stdin or process.stdout
        assert stream is not None  # noqa: S101 - one of the two was asked for
        failure = None
        try:
            yield stream
        except (BrokenPipeError, CopyFailed) as cause:
            failure = cause
        stream.close()
        code = process.wait()
        said.seek(0)
        words = said.read().decode(errors="replace").strip()
    if code:
        raise CopyFailed(f"copying failed inside the sandbox: {words or f'exit code {code}'}") from failure
    if failure:
        raise failure


def _succeeds(backend: Backend, sandbox: Sandbox, script: str, *arguments: str) -> bool:
    command = backend.shell(sandbox, _script(script, arguments), role=Role.SETUP)
    done = subprocess.run(
        command.argv, env=command.environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return done.returncode == 0


def _script(script: str, arguments: Sequence[str]) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script, "sh", *arguments)
