"""A command that the machine runs again and again with nobody there: by a systemd timer, or by cron."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from tempshell_cli.core.errors import EngineUnavailable, TempshellError, UsageProblem
from tempshell_cli.core.files import writing
from tempshell_cli.core.process import Command
from tempshell_cli.core.runner import Runner, SubprocessRunner

_SYSTEMD = Path("/run/systemd/system")  # there where systemd is what runs services (sd_booted(3))
_SYSTEM_UNITS = Path("/etc/systemd/system")
_TIMEOUT = 30.0  # seconds
_MINUTES = 5  # between two runs
_NO_TABLE = ("no crontab for", "No such file")  # the words of cron and cronie, and of busybox
_RIGHTS = "check that you may write there"


class Job(NamedTuple):
    """What is run: ``name`` of its units, what it is in words, the command, and variables for it."""

    name: str
    what: str
    argv: Sequence[str]
    environment: Mapping[str, str]


class Timer(Protocol):
    """One of the two ways to have a job run."""

    def text(self) -> str:
        """Return what is to be written, with a comment that says where."""
        ...

    def install(self) -> Sequence[str]:
        """Have the machine run the job; return what was written. Raises TempshellError, with nothing left behind."""
        ...

    def uninstall(self) -> Sequence[str]:
        """Undo that; return what was removed: nothing where there was nothing."""
        ...


def timer_for(job: Job, runner: Runner | None = None, systemd: Path = _SYSTEMD) -> Timer:
    """Return the way that this machine has."""
    run = runner or SubprocessRunner()
    return SystemdTimer(job, run) if systemd.is_dir() else CronLine(job, run)


class SystemdTimer:
    """Units of the user's own service manager, or of the machine's for root (systemd.timer(5))."""

    def __init__(self, job: Job, runner: Runner) -> None:
        self._job, self._runner = job, runner
        is_root = os.geteuid() == 0
        config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        self.place = _SYSTEM_UNITS if is_root else Path(config, "systemd", "user")
        self._systemctl = ("systemctl",) if is_root else ("systemctl", "--user")

    def text(self) -> str:
        """Return both units."""
        return "\n".join(f"# {file}\n{content}" for file, content in self._files().items()).rstrip()

    def install(self) -> Sequence[str]:
        """Write both units, and enable and start the timer."""
        before = {file: file.read_text("utf-8") for file in self._files() if file.exists()}
        try:
            for file, content in self._files().items():
                _write(file, content)
            self._ask("daemon-reload")
            self._ask("enable", "--now", self._timer)
        except BaseException:
            self._take_back(before)
            raise
        return [str(file) for file in self._files()]

    def _take_back(self, before: Mapping[Path, str]) -> None:
        """Leave the units as they were before an installation that has failed; what cannot be done is left out."""
        with suppress(TempshellError):
            if not before:
                self._ask("disable", "--now", self._timer)
        for file in self._files():
            with suppress(TempshellError, OSError):
                if file in before:
                    _write(file, before[file])
                else:
                    file.unlink(missing_ok=True)
        with suppress(TempshellError):
            self._ask("daemon-reload")

    def uninstall(self) -> Sequence[str]:
        """Stop the timer and remove both units."""
        files = [file for file in self._files() if file.exists()]
        if files:
            self._ask("disable", "--now", self._timer)
            for file in files:
                with writing(file, _RIGHTS):
                    file.unlink(missing_ok=True)
            self._ask("daemon-reload")
        return [str(file) for file in files]

    @property
    def _timer(self) -> str:
        return f"{self._job.name}.timer"

    def _files(self) -> dict[Path, str]:
        job = self._job
        variables = (f"Environment={_unit_word(f'{name}={value}')}" for name, value in job.environment.items())
        service = _lines(
            "[Unit]",
            f"Description={job.what}",
            "",
            "[Service]",
            "Type=oneshot",
            "TimeoutStartSec=15min",
            *variables,
            f"ExecStart={' '.join(_unit_word(word, command=True) for word in job.argv)}",
        )
        timer = _lines(
            "[Unit]",
            f"Description={job.what}, every {_MINUTES} minutes",
            "",
            "[Timer]",
            "OnBootSec=1min",
            f"OnUnitActiveSec={_MINUTES}min",
            "",
            "[Install]",
            "WantedBy=timers.target",
        )
        return {self.place / f"{job.name}.service": service, self.place / self._timer: timer}

    def _ask(self, *argv: str) -> None:
        command = (*self._systemctl, *argv)
        done = self._runner.run(Command(command), timeout=_TIMEOUT)
        if done.exit_code:
            said = done.stderr.decode(errors="replace").strip() or f"no answer within {_TIMEOUT:.0f} s"
            raise EngineUnavailable(f"`{shlex.join(command)}` failed: {said}", hint=f"`{shlex.join(command)}` by hand")


class CronLine:
    """A line in the user's table of cron jobs (crontab(5))."""

    def __init__(self, job: Job, runner: Runner) -> None:
        self._job, self._runner = job, runner
        self._mark = f"# {job.name}"

    def text(self) -> str:
        """Return the line."""
        return f"# `crontab -e` adds it\n{self._line()}"

    def install(self) -> Sequence[str]:
        """Put the line into the table, in the place of one that is there."""
        self._write([*self._others(), self._line()])
        return [self._line()]

    def uninstall(self) -> Sequence[str]:
        """Take the line out of the table."""
        table, others = self._table(), self._others()
        gone = [line for line in table if line not in others]
        if gone:
            self._write(others)
        return gone

    def _line(self) -> str:
        words = ["env", *(f"{name}={value}" for name, value in self._job.environment.items()), *self._job.argv]
        command = _one_line(shlex.join(words)).replace("%", r"\%")  # which begins the input of a command
        return f"*/{_MINUTES} * * * * {command} >/dev/null 2>&1 {self._mark}"

    def _others(self) -> list[str]:
        return [line for line in self._table() if not line.endswith(self._mark)]

    def _table(self) -> list[str]:
        """Return the lines of the table, none for a user who has none.

        Raises EngineUnavailable for a table that cannot be read: what is written takes its place.
        """
        done = self._runner.run(Command(("crontab", "-l")), timeout=_TIMEOUT)
        said = done.stderr.decode(errors="replace").strip()
        if done.exit_code == 0:
            return done.stdout.decode(errors="surrogateescape").removesuffix("\n").split("\n")
        if done.exit_code == 1 and any(words in said for words in _NO_TABLE):
            return []
        said = said or f"exit code {done.exit_code}"
        raise EngineUnavailable(f"`crontab -l` failed: {said}", hint="`crontab -e` adds the line by hand")

    def _write(self, lines: Iterable[str]) -> None:
        content = _lines(*lines).encode(errors="surrogateescape")
        done = self._runner.run(Command(("crontab", "-")), stdin=content, timeout=_TIMEOUT)
        if done.exit_code:
            said = done.stderr.decode(errors="replace").strip() or f"no answer within {_TIMEOUT:.0f} s"
            raise EngineUnavailable(f"`crontab -` failed: {said}", hint="`crontab -e` adds the line by hand")


def _write(file: Path, content: str) -> None:
    with writing(file, _RIGHTS):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")


def _unit_word(text: str, *, command: bool = False) -> str:
    """Quote a word for a unit file (systemd.syntax(7)); in a command a variable would be put in, too."""
    quoted = _one_line(text).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{quoted.replace("$", "$$") if command else quoted}"'


def _one_line(text: str) -> str:
    if "\n" in text:
        raise UsageProblem("a value with a line break cannot be given to a timer", hint=f"change {text!r}")
    return text


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)
