"""A real tmux with a server of the test's own: one window of one pane, typed into and looked at from outside."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tempshell_cli.terminal.pty import Size

from .waiting import TIMEOUT, eventually

# What tells a program that it runs in the tmux of the user who runs the tests.
_OUTER = ("TMUX", "TMUX_PANE")


@dataclass(frozen=True)
class Pane:
    """The pane. ``environment`` is all that tmux is run with."""

    environment: Mapping[str, str]

    def run(self, *argv: str, stdin: bytes = b"") -> str:
        """Run a command of tmux's, and return what it prints."""
        command = ("tmux", "-f", os.devnull, "-L", "test", *argv)
        done = subprocess.run(command, input=stdin, capture_output=True, env=self.environment, check=False)
        assert done.returncode == 0, f"tmux {argv[0]}: {done.stderr.decode()}"
        return done.stdout.decode()

    def resize(self, size: Size) -> None:
        self.run("resize-window", "-x", str(size.columns), "-y", str(size.rows))

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names for them (tmux(1), KEY BINDINGS)."""
        self.run("send-keys", "--", *names)

    def type(self, text: str) -> None:
        """Type characters as they are."""
        self.run("send-keys", "-l", "--", text)

    def line(self, text: str) -> None:
        """Type a line, and Enter."""
        self.type(text)
        self.keys("Enter")

    def paste(self, text: bytes) -> None:
        """Paste, in brackets where the program asked for them."""
        self.run("load-buffer", "-", stdin=text)
        self.run("paste-buffer", "-d", "-p", "-r")

    def text(self) -> str:
        """Return what is seen."""
        return self.run("capture-pane", "-p")

    def until_sees(self, wanted: str, timeout: float = TIMEOUT) -> str:
        """Return what is seen once it has this in it."""
        try:
            return eventually(lambda: text if wanted in (text := self.text()) else "", "it is seen", timeout)
        except AssertionError:
            raise AssertionError(f"{wanted!r} is not seen:\n{self.text()}") from None


@contextmanager
def tmux_pane(
    size: Size, command: Sequence[str], environment: Mapping[str, str], directory: Path | None = None
) -> Iterator[Pane]:
    """Run a command in a pane that is gone at the end of the block; the pane stays when the command ends."""
    own = {name: value for name, value in environment.items() if name not in _OUTER}
    # The path of a socket may have about a hundred characters: pytest's folders are too long.
    with tempfile.TemporaryDirectory(prefix="tmux") as sockets:
        pane = Pane({"LANG": "C.UTF-8", **own, "TMUX_TMPDIR": sockets})
        place = ("-x", str(size.columns), "-y", str(size.rows), "-c", str(directory or Path.cwd()))
        settings = ("set", "-g", "remain-on-exit", "on", ";", "set", "-g", "default-terminal", "tmux-256color", ";")
        new = ("new-session", "-d", *place, "--", *command)
        pane.run("start-server", ";", *settings, *new)
        try:
            yield pane
        finally:
            pane.run("kill-server")
