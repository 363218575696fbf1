"""Secrets by name: values in the keyring of this machine, which sessions receive as files and variables.

No keyring lists what it holds, so the names are empty files in the state directory. The values are in no file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from tempshell_cli.backends.base import Secret
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.text import one_line

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_Answer = TypeVar("_Answer")

_SERVICE = "tempshell"
_FOLDER = "secrets"
_TIMEOUT = 1.9  # seconds; a locked keyring waits for its password, a broken one for ever
# A name is that of a file, and in a cluster a key of a Secret: https://kubernetes.io/docs/concepts/configuration/secret/
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
LONGEST = 64 * 1024  # bytes of one: a variable has 128 KiB
_ALL = 512 * 1024  # bytes of all of a session: a Secret of Kubernetes has 1 MiB, encoded
_ELSEWHERE = "or choose another keyring with PYTHON_KEYRING_BACKEND, or use `start --secret-file NAME=FILE`"


class Secrets:
    """The secrets of this user. All methods but ``names`` ask the keyring, and raise EngineUnavailable."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def names(self) -> list[str]:
        """Return the names of the secrets, sorted. Asks no keyring."""
        return sorted(file.name for file in (self._paths.state / _FOLDER).glob("*") if _NAME.fullmatch(file.name))

    def set(self, name: str, value: str) -> None:
        """Keep a value under a name; read it back, because a keyring may drop what it is given."""
        mark = self._paths.private(_FOLDER) / checked_name(name)
        is_new = not mark.exists()
        mark.touch(0o600)  # before the value: one whose name is on no list would stay in the keyring for good
        try:
            _asked(partial(_keep, name=name, value=value))
        except EngineUnavailable:
            if is_new:
                mark.unlink(missing_ok=True)
            raise

    def get(self, name: str) -> str:
        """Return the value of a secret; raises UsageProblem where there is none of that name."""
        value = _asked(lambda keyring: keyring.get_password(_SERVICE, checked_name(name)))
        if value is None:
            raise self._unknown(name)
        return value

    def remove(self, name: str) -> None:
        """Remove a secret; raises UsageProblem where there is none of that name."""
        mark = self._paths.state / _FOLDER / checked_name(name)

        def delete(keyring: KeyringBackend) -> bool:
            found = keyring.get_password(_SERVICE, name) is not None
            if found:
                keyring.delete_password(_SERVICE, name)
            return found

        if not _asked(delete) and not mark.exists():
            raise self._unknown(name)
        mark.unlink(missing_ok=True)

    def filled(self, secrets: Sequence[Secret]) -> tuple[Secret, ...]:
        """Return secrets with their values: those that have none yet are read from the keyring.

        Raises UsageProblem for unknown ones, and for more than a session can have.
        """
        filled = tuple(one if one.value else one._replace(value=self.get(one.name)) for one in secrets)
        size = sum(len(one.value.encode()) for one in filled)
        if size > _ALL:
            raise UsageProblem(
                f"these secrets have {size} bytes in all, of {_ALL}", hint="send files with `tempshell cp`"
            )
        return filled

    def _unknown(self, name: str) -> UsageProblem:
        hint = nearest(name, self.names()) or f"`tempshell secret set {name}` adds it"
        return UsageProblem(f"there is no secret {name!r}", hint=hint)


def checked_name(name: str) -> str:
    """Return a name; raises UsageProblem for what cannot be one."""
    if not _NAME.fullmatch(name):
        raise UsageProblem(
            f"{one_line(name)!r} cannot be the name of a secret",
            hint="letters, digits, underscores, hyphens and dots, 64 at most; none begins with a hyphen or a dot",
        )
    return name


def parse_secret(text: str) -> Secret:
    """Read ``NAME`` or ``NAME=VARIABLE``; raises UsageProblem."""
    name, equals, variable = text.partition("=")
    if equals and not (variable.isascii() and variable.isidentifier()):
        raise UsageProblem(f"{one_line(variable)!r} cannot be a variable", hint="write NAME=VARIABLE, as --secret does")
    return Secret(checked_name(name), variable)


def value_of(name: str, content: bytes) -> str:
    """Return the value in the content of a file: without its line end where it is a single line, as of a token.

    The lines of a longer one keep theirs: of a key without the last, OpenSSH says that it is invalid.
    Raises UsageProblem for what no variable can hold, and for more than ``LONGEST`` bytes.
    """
    if len(content) > LONGEST:
        raise UsageProblem(f"the secret {name} has more than {LONGEST} bytes", hint="send files with `tempshell cp`")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UsageProblem(f"the secret {name} is not text in UTF-8", hint="encode it, such as with base64")
    line = text.removesuffix("\n").removesuffix("\r")
    if not line:
        raise UsageProblem(f"the secret {name} is empty", hint="type it, or send it on standard input")
    return text if "\n" in line else line


def _keep(keyring: KeyringBackend, name: str, value: str) -> None:
    keyring.set_password(_SERVICE, name, value)
    if keyring.get_password(_SERVICE, name) != value:
        raise EngineUnavailable("the keyring does not keep what it is given", hint=f"start another one, {_ELSEWHERE}")


def _asked(question: Callable[[KeyringBackend], _Answer]) -> _Answer:
    """Return what the keyring answers; raises EngineUnavailable, within two seconds, where it does not.

    In a thread that is left behind then: nothing interrupts a call to D-Bus.
    """
    # Their imports take longer than an answer, and are no part of its time.
    try:
        import_module("keyring.backends.SecretService")
    except ImportError as cause:
        raise EngineUnavailable(
            "secrets need keyring, which is not installed",
            hint="`pip install keyring` beside tempshell, or use `start --secret-file NAME=FILE`",
        ) from cause
    from keyring.errors import NoKeyringError  # noqa: PLC0415 - few commands ask a keyring

    answer: Future[_Answer] = Future()

    def ask() -> None:
        try:
            answer.set_result(question(_keyring()))
        except Exception as cause:  # noqa: BLE001 - a backend of anybody's may raise anything
            answer.set_exception(cause)

    Thread(target=ask, daemon=True).start()
    try:
        return answer.result(_TIMEOUT)
    except EngineUnavailable:
        raise
    except NoKeyringError as cause:
        raise EngineUnavailable(
            "this machine has no keyring", hint=f"start one, such as gnome-keyring or KWallet, {_ELSEWHERE}"
        ) from cause
    except TimeoutError as cause:
        raise EngineUnavailable(
            "the keyring does not answer: it may be locked", hint=f"unlock it and try again, {_ELSEWHERE}"
        ) from cause
    except Exception as cause:
        said = one_line(str(cause)) or type(cause).__name__
        raise EngineUnavailable(
            f"the keyring refuses: {said}", hint=f"unlock it and try again, {_ELSEWHERE}"
        ) from cause


def _keyring() -> KeyringBackend:
    """Return the keyring of this machine, or the one that its user has chosen.

    Raises EngineUnavailable where it would keep secrets in a plain file that nobody has chosen.
    """
    from keyring import core  # noqa: PLC0415 - as above

    found = core.get_keyring()
    first = next(iter(getattr(found, "backends", ())), found)  # of a chain, the one that keeps what is new
    if "plaintext" in type(first).__name__.lower() and not (core.load_env() or core.load_config()):
        raise EngineUnavailable(
            "the only keyring of this machine keeps secrets in a plain file",
            hint=f"start another, such as gnome-keyring or KWallet, {_ELSEWHERE}",
        )
    return found
