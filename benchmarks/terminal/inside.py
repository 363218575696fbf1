"""A session for the measurements: with files of theirs in its home, and a shell on a terminal."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.user import TEMPSHELL, User

from .outer import Outer, outer

_HOME = "/home/learner"
_ATTEMPTS, _TIMEOUT = 6, 10.0  # seconds for each attempt
_PATHS = "/usr/local/bin:/usr/bin:/bin"
# A local sandbox shows the programs of this machine. What it finds first in place of tmux is a shell.
_NO_TMUX = {"tmux": "#!/bin/sh\nexec /bin/bash\n"}


@contextmanager
def local_session(user: User, files: Mapping[str, bytes], *, tmux: bool = False) -> Iterator[str]:
    """Yield the name of a local session that has the files in its home, as programs; it is stopped with the block."""
    path = f"{_PATHS}" if tmux else f"{_HOME}/bin:{_PATHS}"
    session = user.output("start", "--quiet", "--detach", "--backend", "local", "--env", f"PATH={path}")
    try:
        _put(user, session, files)
        if not tmux:
            _put(user, session, {f"bin/{name}": text.encode() for name, text in _NO_TMUX.items()})
        yield session
    finally:
        user.output("stop", session)


@contextmanager
def shell(user: User, session: str, *options: str) -> Iterator[Outer]:
    """Yield a terminal on which somebody has attached, once the shell answers."""
    with outer((TEMPSHELL, "attach", *options, session), user.environment) as terminal:
        answering(terminal)
        yield terminal


def answering(terminal: Outer) -> None:
    """Wait until a shell answers; what was painted before is not looked at."""
    terminal.show(2.0)  # the screen is painted, the prompt stands: what is typed now is echoed once
    for attempt in range(_ATTEMPTS):
        terminal.type(b"PS1='$ '; printf 'ans%s\\n' wering\r")
        try:
            terminal.until(b"answering", _TIMEOUT)
            break
        except TimeoutError:  # a screen that opens throws away what was typed before
            if attempt + 1 == _ATTEMPTS:
                raise
    terminal.calm(0.3)


def _put(user: User, session: str, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as home:
        for name, content in files.items():
            file = Path(home, Path(name).name)
            file.write_bytes(content)
            file.chmod(0o755)
            user.output("exec", session, "--", "mkdir", "-p", f"{_HOME}/{Path(name).parent}")
            user.output("cp", str(file), f"{session}:{name}")
