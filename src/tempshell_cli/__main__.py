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
        case _:
            from tempshell_cli.cli.app import run  # noqa: PLC0415 - as above

            code = run()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
