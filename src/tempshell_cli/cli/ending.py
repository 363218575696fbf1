"""How a command ends: every way becomes an exit code here, and nowhere else is everything caught."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from tempshell_cli.cli.output.console import complain
from tempshell_cli.core.errors import ExitCode, TempshellError
from tempshell_cli.core.interrupts import handle

# What the system says of the user's own files and limits; without the name of a file, ENOENT would be ours.
_OF_NO_FILE = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EFBIG}
_OF_A_FILE = {
    *(*_OF_NO_FILE, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ELOOP),
    *(errno.ENAMETOOLONG, errno.ENXIO, errno.EIO, errno.ESTALE, errno.ETXTBSY, errno.EEXIST),
}
_HINTS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space and try again"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "raise the limit of open files: `ulimit -n`"),
}
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a command and return the exit code of its end. No traceback reaches a user."""
    _open_missing_streams()
    handle(_ENDINGS, _end_by_signal)
    try:
        code = _code_of(command)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Quietly, as `head` makes other programs end: who reads our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as bug:  # noqa: BLE001 - the one catch-all
        return _report_bug(bug)
    return code


def _code_of(command: Callable[[], object]) -> int:
    try:
        command()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # which Typer makes an exit code 1
            raise end.__context__ from None
        return int(end.code or 0)
    except TempshellError as problem:
        complain(str(problem), problem.hint, problem.exit_code)
        return int(problem.exit_code)
    return int(ExitCode.DONE)


def _open_missing_streams() -> None:
    """Give a stream that was closed for us (``>&-``) to /dev/null, so that no file gets its number.

    The commands that we start inherit it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode)  # noqa: PTH123, SIM115 - open to the end of the process
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


def _end_by_signal(number: int, _frame: FrameType | None) -> NoReturn:
    """Unwind, so that a start under way is rolled back. Once: a second Ctrl-C must not cut that short."""
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


def _report_bug(bug: Exception) -> int:
    if os.environ.get("TEMPSHELL_DEBUG"):
        import traceback

        traceback.print_exception(bug)
    if isinstance(bug, OSError) and bug.errno in (_OF_A_FILE if bug.filename else _OF_NO_FILE):
        said = str(bug.strerror)
        what = f"cannot use {bug.filename}: {said}" if bug.filename else said.lower()
        complain(what, _HINTS.get(bug.errno or 0, "check that you may use it, and try again"), ExitCode.USAGE)
        return int(ExitCode.USAGE)
    complain(
        f"this is a bug: {type(bug).__name__}: {bug}",
        "run it again with TEMPSHELL_DEBUG=1 and report what it prints; `tempshell reap` cleans up",
        ExitCode.BUG,
    )
    return int(ExitCode.BUG)
