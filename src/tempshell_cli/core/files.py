"""Files that the user names: what the system says of them, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tempshell_cli.core.errors import UsageProblem


def reason(cause: Exception) -> str:
    """Return what an error says, without the number and the name that Python puts around the words of the system."""
    return getattr(cause, "strerror", None) or str(cause)


@contextmanager
def reading(file: Path, hint: str) -> Iterator[None]:
    """Raise UsageProblem where the block cannot read the file, or what it reads is not text in UTF-8."""
    try:
        yield
    except UnicodeDecodeError as cause:
        raise UsageProblem(f"cannot read {file}: it is not text in UTF-8", hint=hint) from cause
    except OSError as cause:
        raise UsageProblem(f"cannot read {cause.filename or file}: {reason(cause)}", hint=hint) from cause


@contextmanager
def writing(file: Path, hint: str) -> Iterator[None]:
    """Raise UsageProblem where the block cannot write the file."""
    try:
        yield
    except OSError as cause:
        raise UsageProblem(f"cannot write {cause.filename or file}: {reason(cause)}", hint=hint) from cause
