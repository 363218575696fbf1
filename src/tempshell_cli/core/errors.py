"""The one family of errors that reaches a user, and the exit code of each member."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What ``$?`` means to a script; listed in ``tempshell --help``."""

    DONE = 0
    BUG = 1
    USAGE = 2
    NO_SESSION = 3
    ENGINE = 4
    PROVISION = 5
    CHECK_FAILED = 6
    EXPIRED = 7
    LIMIT = 8
    LEFTOVER = 9
    INCOMPLETE = 10
    TIMED_OUT = 11
    INTERRUPTED = 130


class TempshellError(Exception):
    """Something a user can act on: what happened (``str(error)``) and what to do next (``hint``)."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "", passing: bool = False) -> None:
        super().__init__(message)
        self.hint = hint
        self.passing = passing  # the same may succeed a moment later, with nothing changed


class UsageProblem(TempshellError):
    """An option, a setting or a file the user gave cannot be used as it is."""

    exit_code = ExitCode.USAGE


class PackProblem(UsageProblem):
    """A pack is malformed or hostile."""


class NoSuchSession(TempshellError):
    """No session, or more than one, answers to what the user typed."""

    exit_code = ExitCode.NO_SESSION


class EngineUnavailable(TempshellError):
    """An engine does not answer, or refuses. Carries the engine's own words."""

    exit_code = ExitCode.ENGINE


class ProvisionFailed(TempshellError):
    """A sandbox could not be made; what had been made was removed again."""

    exit_code = ExitCode.PROVISION


class PortTaken(ProvisionFailed):
    """Something else on the engine's machine listens on a port that was to be published."""


class CheckFailed(TempshellError):
    """At least one check of a task did not pass."""

    exit_code = ExitCode.CHECK_FAILED


class Incomplete(TempshellError):
    """Checks could not run, through no fault of the learner's: what they would have found is not known."""

    exit_code = ExitCode.INCOMPLETE


class WaitTimedOut(TempshellError):
    """What was waited for has not come in the time that was given."""

    exit_code = ExitCode.TIMED_OUT


class SessionExpired(TempshellError):
    """The session is past its deadline."""

    exit_code = ExitCode.EXPIRED


class LimitReached(TempshellError):
    """A limit of sessions, starts or extensions stands in the way."""

    exit_code = ExitCode.LIMIT


class LeftoverRemains(TempshellError):
    """Something could not be removed; the message names it."""

    exit_code = ExitCode.LEFTOVER
