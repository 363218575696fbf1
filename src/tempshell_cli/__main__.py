"""``python -m tempshell_cli`` and the ``tempshell`` command."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import NoReturn

from tempshell_cli.core.interrupts import handle, lift_limits, settle


def main() -> NoReturn:
    """Run the command line and end the process.

    At once: everything is closed and written by now, and taking the interpreter down in order costs as long as most
    commands run (15 ms of 90).
    """
    settle()
    lift_limits()
    handle([signal.SIGINT], signal.SIG_DFL)  # until `exit_code_of`: no traceback of a half-done import
    gc.disable()  # importing makes much and drops nothing; a screen, which stays, enables it again
    match sys.argv[1:]:
        case ["exec", session, "--", *argv] if argv and not session.startswith("-"):
            # The plain form needs no options parsed: Typer alone would take as long as all the rest.
            from tempshell_cli.cli.ending import exit_code_of  # noqa: PLC0415 - nothing before it is known to be needed
            from tempshell_cli.cli.execute import execute  # noqa: PLC0415 - as above

            code = exit_code_of(lambda: sys.exit(execute(session, argv)))
        case [] if _is_for_a_person():
            from tempshell_cli.cli.ending import exit_code_of  # noqa: PLC0415 - as above
            from tempshell_cli.cli.home import home  # noqa: PLC0415 - as above

            code = exit_code_of(home)
        case _:
            from tempshell_cli.cli.app import run  # noqa: PLC0415 - as above

            code = run()
    sys.stderr.flush()
    os._exit(code)


def _is_for_a_person() -> bool:
    """Return whether there is a terminal that can show a screen; a completion script asks with no words, too."""
    at_both_ends = all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout))
    return at_both_ends and os.environ.get("TERM", "dumb") != "dumb" and "_TEMPSHELL_COMPLETE" not in os.environ


if __name__ == "__main__":
    main()
