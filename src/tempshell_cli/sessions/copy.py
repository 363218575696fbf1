"""Files into and out of a sandbox: tar over exec, so that it works on every engine and every kind of mount."""

from __future__ import annotations

import os
import stat
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath
from typing import IO

from tempshell_cli.backends.base import Backend, Role, Sandbox
from tempshell_cli.core.errors import EngineUnavailable, LimitReached, TempshellError, UsageProblem
from tempshell_cli.core.files import reading
from tempshell_cli.core.process import Command, cannot_start
from tempshell_cli.sessions.unpacking import ALONE, DEEPEST, Bounds, CopyFailed, unpack

_COMPLETE = "complete"  # the last member of an archive
_HOME = "copy"  # in an archive, what is to become the home
_IS_DIRECTORY = '[ -d "$1" ]'
# What a script below exits with that has said why it failed: any other code is the engine's.
FAILED = 3
# Into a directory near the target, and from there to its place in one step: of a copy that was cut off nothing stays,
# neither what it has written nor the directories made for it. Two directories of one name become one, as cp has it;
# hard links need no room, and have one mode with what they are linked to: that of files stays.
_UNPACK = f"""
into=$1 old=$1/$2 part=$1/.tempshell-$3 made= code={FAILED}
new=$part/copy/$2 top=$1
until [ -d "$top" ]; do made=$top top=${{top%/*}} top=${{top:-/}}; done
undo() {{
  find "$part" -type d ! -perm -700 -exec chmod u+rwx {{}} \\; 2>/dev/null
  rm -rf -- "$part"
  [ "$code" != 0 ] && [ "$made" ] || exit "$code"
  while rmdir -- "$into" 2>/dev/null && [ "$into" != "$made" ]; do into=${{into%/*}}; done
  exit "$code"
}}
trap undo EXIT
trap exit HUP INT TERM
mkdir -p -- "$into" && mkdir -m 700 -- "$part" && tar -x -o -f - -C "$part" || exit
[ -e "$part/{_COMPLETE}" ] || {{ echo "the copy was cut off" >&2; exit; }}
if [ -d "$new" ] && [ ! -L "$new" ] && [ -d "$old" ]; then
  cp -a -f -l "$new/." "$old/" 2>/dev/null || cp -a -f "$new/." "$old/" || exit
elif [ -d "$old" ]; then
  echo "$old is a directory" >&2
  exit
else
  mv -f -- "$new" "$old" || exit
fi
code=0
"""
# tar would report the directory, where that is not there either. And it goes by the size that a file reports, and those
# of /proc report none; a socket it leaves out.
_PACK = f"""
ls -d -- "$3" >/dev/null || exit {FAILED}
if [ -f "$3" ] && [ ! -s "$3" ] && [ "$(head -c 1 -- "$3" | wc -c)" = 1 ]; then
  echo "$3 has no size, as the files of /proc: read it with cat" >&2
  exit {FAILED}
fi
tar -c -f - -C "$1" -- "$2" || exit {FAILED}
"""
_LEFT_OUT = "socket ignored"  # of GNU tar and of busybox
_CHUNK = 1024**2  # bytes
_SHUTDOWN_TIMEOUT = 30.0  # seconds for the other side to undo what it has of a copy that was cut off


def copy_in(backend: Backend, sandbox: Sandbox, source: Path, target: str, bounds: Bounds) -> None:
    """Copy a file or directory into the sandbox: into ``target`` where that is a directory, else to that name.

    A relative target counts from the home inside. What a named pipe or a process substitution holds is read first, to
    know its size. Raises UsageProblem, CopyFailed, LimitReached, or EngineUnavailable; nothing of it stays then.
    """
    if not os.path.lexists(source):
        raise UsageProblem(f"there is no {source}", hint="name a file or directory of this machine")
    with reading(source, "see that you may read it"), _content(source, bounds) as content:
        _send(backend, sandbox, source, target, content)


def copy_contents(  # noqa: PLR0913 - what is copied where, and what is not
    backend: Backend,
    sandbox: Sandbox,
    directory: Path,
    bounds: Bounds,
    *,
    with_git: bool,
    there: Collection[str] = (),
) -> None:
    """Copy what is in a directory into the home, its ``.git`` only ``with_git``; raises as ``copy_in``.

    What is ``there`` by its name stays as it is.
    """
    left_out = {*there, *([] if with_git else [".git"])}

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if member.name == _HOME:
            member.mode = 0o700  # the home takes it over
        return None if member.name.removeprefix(f"{_HOME}/").split("/", 1)[0] in left_out else member

    with reading(directory, "see that you may read it"), _content(directory.resolve(), bounds):
        words = (sandbox.home, ".", os.urandom(4).hex())
        with running(backend, sandbox, _UNPACK, *words, stdin=subprocess.PIPE) as stream:
            _write(stream, lambda archive: archive.add(directory.resolve(), arcname=_HOME, filter=kept))


def _send(backend: Backend, sandbox: Sandbox, source: Path, target: str, content: IO[bytes] | None) -> None:
    inside = PurePosixPath(sandbox.home, target)
    into = target.endswith("/") or _succeeds(backend, sandbox, _IS_DIRECTORY, str(inside))
    # Not resolve(): a link goes in by its own name.
    directory, name = (inside, Path(os.path.abspath(source)).name) if into else (inside.parent, inside.name)  # noqa: PTH100
    words = (str(directory), name, os.urandom(4).hex())
    with running(backend, sandbox, _UNPACK, *words, stdin=subprocess.PIPE) as stream:
        if content is None:
            _write(stream, lambda archive: archive.add(source, arcname=f"copy/{name}"))
        else:
            _write(stream, lambda archive: archive.addfile(_plain(f"copy/{name}", content), content))


def _write(stream: IO[bytes], fill: Callable[[tarfile.TarFile], None]) -> None:
    """Write an archive with what ``fill`` adds to it; what the other side has closed says why by itself."""
    with suppress(BrokenPipeError), tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        fill(archive)
        archive.addfile(tarfile.TarInfo(_COMPLETE))


def _content(source: Path, bounds: Bounds) -> AbstractContextManager[IO[bytes] | None]:
    """Return what is in a file whose size says nothing; None for what an archive takes as it is.

    Raises UsageProblem for what is neither, here or in a directory that is to go in, LimitReached, and OSError.
    """
    found = source.lstat()
    if stat.S_ISLNK(found.st_mode) and _is_stream(source):
        found = source.stat()
    if stat.S_ISDIR(found.st_mode):
        measure(source, bounds)
        return nullcontext()
    if stat.S_ISLNK(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_size):
        bounds.take(found.st_size)
        return nullcontext()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode)):
        raise _odd(source)
    content = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's to close
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            bounds.take(len(chunk))
            content.write(chunk)
    return content


def _is_stream(link: Path) -> bool:
    """Return whether a link stands for what this process has open, as those of /dev and /proc do."""
    target = str(link.parent / link.readlink())
    return target.startswith("/proc/") or not os.path.lexists(target)


def measure(directory: Path, bounds: Bounds) -> None:
    """Count what is in a directory; raises UsageProblem for what no copy can have, LimitReached, and OSError."""
    waiting = [(directory, 1)]
    while waiting:
        where, depth = waiting.pop()
        bounds.take(0)
        if depth > DEEPEST:
            raise LimitReached(f"{where} is more than {DEEPEST} directories deep", hint=ALONE)
        with os.scandir(where) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    waiting.append((Path(entry), depth + 1))
                elif stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
                    bounds.take(found.st_size)
                else:
                    raise _odd(Path(entry))


def _odd(path: Path) -> UsageProblem:
    return UsageProblem(f"{path} is neither file, directory nor link", hint="copy the others alone")


def _plain(name: str, content: IO[bytes]) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size = content.seek(0, os.SEEK_END)
    made.mtime = int(time.time())
    content.seek(0)
    return made


def copy_out(backend: Backend, sandbox: Sandbox, source: str, target: Path, bounds: Bounds) -> None:
    """Copy a file or directory out of the sandbox: into ``target`` where that is a directory, else to that name.

    What comes out is a stranger's: nothing is written outside ``target``, by any kind of archive; only files,
    directories and links within the copy are taken. An existing file of that name is replaced, a directory is not.
    Raises UsageProblem, CopyFailed, LimitReached, or EngineUnavailable; nothing of it stays then.
    """
    inside = PurePosixPath(sandbox.home, source)
    if not inside.name:
        raise UsageProblem("the sandbox's / cannot be copied as a whole", hint="name a directory below it")
    wanted = destination(target, inside.name)
    if not wanted.parent.is_dir():
        raise UsageProblem(f"there is no directory {wanted.parent}", hint="make it first")
    with _fresh_directory(wanted.parent) as fresh:
        words = (str(inside.parent), inside.name, str(inside))
        with running(backend, sandbox, _PACK, *words, stdout=subprocess.PIPE) as stream:
            unpack(stream, Path(fresh), bounds)
        _move(Path(fresh, inside.name), wanted)


def destination(target: Path, name: str) -> Path:
    """Return where a copy goes: behind a link, as cp has it. Raises UsageProblem where no file can be."""
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
    """Make a directory for the block next to where the copy is to be; raises UsageProblem."""
    try:
        made = tempfile.TemporaryDirectory(dir=parent, prefix=".tempshell-")
    except OSError as cause:
        raise UsageProblem(
            f"cannot write to {parent}: {cause.strerror}", hint="copy to a directory of your own"
        ) from cause
    with made as fresh:
        yield fresh


def _move(fresh: Path, wanted: Path) -> None:
    if wanted.is_dir() and not wanted.is_symlink():
        raise UsageProblem(f"there is a directory {wanted} already", hint="remove it, or choose another name")
    try:
        fresh.replace(wanted)
    except OSError as cause:
        raise CopyFailed(f"cannot put the copy at {wanted}: {cause.strerror}", hint="choose another name") from cause


@contextmanager
def running(
    backend: Backend,
    sandbox: Sandbox,
    script: str,
    *arguments: str,
    stdin: int | None = None,
    stdout: int | None = None,
) -> Iterator[IO[bytes]]:
    """Run a script in the sandbox and yield its open end; raises CopyFailed with its own words where it fails.

    Raises EngineUnavailable with the engine's where that did. When an error of the block is raised, the script has
    undone its part.
    """
    command = backend.shell(sandbox, _script(script, arguments), role=Role.SETUP)
    # To a file, not a pipe: nobody reads it until the end.
    with tempfile.TemporaryFile() as said, _started(command, stdin, stdout, said) as process:
        stream = process.stdin or process.stdout
        assert stream is not None  # noqa: S101 - one of the two was asked for
        try:
            yield stream
        except CopyFailed as failure:  # an archive that is cut short: the script may say why
            _end(process, stream)
            words = _words(said)
            raise (_failure(process.returncode, words) if words else None) or failure from None
        except BaseException:
            _end(process, stream)
            raise
        with suppress(BrokenPipeError):
            stream.close()
        if failed := _failure(process.wait(), _words(said)):
            raise failed


def _started(command: Command, stdin: int | None, stdout: int | None, stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command.argv, env=command.environment(), stdin=stdin or subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
    except OSError as cause:
        raise cannot_start(command.argv, cause) from cause


def _end(process: subprocess.Popen[bytes], stream: IO[bytes]) -> None:
    """Let a script see the end of its stream, and end itself."""
    with suppress(BrokenPipeError):
        stream.close()
    try:
        process.wait(_SHUTDOWN_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()


def _failure(code: int, words: str) -> TempshellError | None:
    """Return what went wrong by the exit code and the words of a script, None where nothing did."""
    if code == 0 and _LEFT_OUT not in words:
        return None
    if code in {0, FAILED}:
        return CopyFailed(f"copying failed inside the sandbox: {words or 'no reason given'}", hint=ALONE)
    return EngineUnavailable(
        f"the sandbox could not be entered: {words or f'exit code {code}'}", hint="see `tempshell status`"
    )


def _succeeds(backend: Backend, sandbox: Sandbox, script: str, *arguments: str) -> bool:
    command = backend.shell(sandbox, _script(script, arguments), role=Role.SETUP)
    done = subprocess.run(
        command.argv, env=command.environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return done.returncode == 0


def _script(script: str, arguments: Sequence[str]) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script, "sh", *arguments)
