"""The systemd units and the cron line that reap with nobody there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.process import Command, Completed
from tempshell_cli.core.timer import CronLine, Job, SystemdTimer, timer_for

_ODD = {"PATH": "/usr/bin:/bin", "ODD": "50% of \"$HOME\" \\ 'x'"}
_JOB = Job("a-job", "Does something", ("/bin/sh", "-c", 'printf %s "$ODD" > "$OUT"'), _ODD)


class _Programs:
    """Stands for systemctl and crontab: keeps what was asked, and a table of jobs."""

    def __init__(self, table: str | None = None, refuses: str = "") -> None:
        self.asked: list[Sequence[str]] = []
        self.table, self._refuses = table, refuses

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        del timeout
        self.asked.append(command.argv)
        if self._refuses and self._refuses in command.argv:
            return Completed(1, b"", b"no bus")
        if tuple(command.argv) == ("crontab", "-l"):
            none = Completed(1, b"", b"no crontab for me")
            return none if self.table is None else Completed(0, self.table.encode(), b"")
        if tuple(command.argv) == ("crontab", "-"):
            self.table = stdin.decode()
        return Completed(0, b"", b"")


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place for the units of an ordinary user."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "systemd" / "user"


def test_the_machine_decides_which_it_is(tmp_path: Path) -> None:
    assert isinstance(timer_for(_JOB, _Programs(), tmp_path), SystemdTimer)
    assert isinstance(timer_for(_JOB, _Programs(), tmp_path / "nowhere"), CronLine)


def test_root_has_a_timer_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert SystemdTimer(_JOB, _Programs()).text().startswith("# /etc/systemd/system/a-job.service\n")


def test_the_units_are_installed_and_removed_wholly(units: Path) -> None:
    programs = _Programs()
    timer = SystemdTimer(_JOB, programs)
    names = {"a-job.service", "a-job.timer"}
    assert {Path(file).name for file in timer.install()} == names
    assert {file.name for file in units.iterdir()} == names
    assert programs.asked == [
        ("systemctl", "--user", "daemon-reload"),
        ("systemctl", "--user", "enable", "--now", "a-job.timer"),
    ]
    timer.install()
    assert {Path(file).name for file in timer.uninstall()} == names
    assert list(units.iterdir()) == []
    assert timer.uninstall() == []


def test_an_install_that_is_refused_leaves_what_was_there(units: Path) -> None:
    refused = SystemdTimer(_JOB, _Programs(refuses="enable"))
    with pytest.raises(EngineUnavailable, match="no bus"):
        refused.install()
    assert list(units.iterdir()) == []
    SystemdTimer(_JOB._replace(what="Before"), _Programs()).install()
    with pytest.raises(EngineUnavailable):
        refused.install()
    assert "Before" in (units / "a-job.service").read_text("utf-8")


def test_a_value_that_no_unit_can_have_is_refused(units: Path) -> None:
    with pytest.raises(UsageProblem, match="line break"):
        SystemdTimer(_JOB._replace(environment={"X": "a\nb"}), _Programs()).install()
    assert not units.exists()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_takes_the_units(units: Path) -> None:
    SystemdTimer(_JOB, _Programs()).install()
    files = sorted(map(str, units.iterdir()))
    done = subprocess.run(("systemd-analyze", "verify", *files), capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "a-job" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_the_line_of_cron_takes_the_place_of_one_that_is_there_and_of_no_other() -> None:
    programs = _Programs("0 1 * * * /bin/other\n")
    line = CronLine(_JOB, programs)
    line.install()
    line.install()
    assert programs.table
    assert [one.split()[0] for one in programs.table.splitlines()] == ["0", "*/5"]
    assert len(line.uninstall()) == 1
    assert programs.table == "0 1 * * * /bin/other\n"
    assert line.uninstall() == []


def test_who_has_no_table_gets_one_and_a_refusal_is_said() -> None:
    programs = _Programs()
    CronLine(_JOB, programs).install()
    assert programs.table
    with pytest.raises(EngineUnavailable, match="no bus"):
        CronLine(_JOB, _Programs(refuses="-")).install()


def test_a_table_is_kept_byte_for_byte() -> None:
    table = "# jobs\f0 3 * * * rm x\n# \x1c\x85\u2028\n\n0 1 * * * /bin/other\n"
    programs = _Programs(table)
    line = CronLine(_JOB, programs)
    line.install()
    line.uninstall()
    assert programs.table == table
    with pytest.raises(UsageProblem, match="line break"):
        CronLine(_JOB._replace(environment={"X": "a\nb"}), programs).install()


def test_a_table_that_cannot_be_read_is_not_replaced() -> None:
    programs = _Programs("0 1 * * * /bin/other\n", refuses="-l")
    with pytest.raises(EngineUnavailable, match="no bus"):
        CronLine(_JOB, programs).install()
    assert programs.table == "0 1 * * * /bin/other\n"


def test_a_shell_runs_the_line_of_cron_with_its_odd_values(tmp_path: Path) -> None:
    """What cron itself does with it: cut off the times, and take the backslash from a percent sign."""
    file = tmp_path / "out"
    job = _JOB._replace(environment={**_ODD, "OUT": str(file)})
    command = CronLine(job, _Programs()).text().splitlines()[1].split(maxsplit=5)[5].replace(r"\%", "%")
    subprocess.run(("/bin/sh", "-c", command), check=True)
    assert file.read_text("utf-8") == _ODD["ODD"]
