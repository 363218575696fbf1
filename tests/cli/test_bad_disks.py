"""A disk that is read-only, and files of somebody else in the way of the store: one can look, enter and stop."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tempshell_cli.core.errors import ExitCode
from tests.support.command_line import Tempshell

ENGINES = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount, and become somebody who may not")
# Of root nothing is left that files are asked about; else everything can be written.
ORDINARY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown", "--inh-caps=-all")


@contextmanager
def _read_only(directory: Path) -> Iterator[None]:
    """Let nobody write to what is mounted at a directory."""
    subprocess.run(("mount", "--bind", str(directory), str(directory)), check=True)
    try:
        subprocess.run(("mount", "-o", "remount,bind,ro", str(directory)), check=True)
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(directory)), check=True)


def _looks_and_enters(tempshell: Tempshell, session: str, why: str) -> None:
    output = tempshell("list", "--quiet")
    assert output.stdout.split() == [session]
    assert f"{why}: nothing is recorded" in output.stderr
    assert "lab" in tempshell("status", "lab").stdout
    assert tempshell("exec", "lab", "--", "echo", "in").stdout == "in\n"
    assert "state: " in tempshell.any_code("doctor").stdout
    tempshell("recordings", "ls")
    assert why in tempshell("extend", "lab", code=ExitCode.USAGE).stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_on_a_read_only_disk_a_session_can_be_looked_at_entered_and_stopped(tempshell: Tempshell, engine: str) -> None:
    session = tempshell.start("-b", engine, "--name", "lab")
    with _read_only(tempshell.user.paths.state):
        _looks_and_enters(tempshell, session, "is read-only")
        output = tempshell.any_code("stop", "lab")
        if engine == "docker":
            assert "left over: nothing" in output.stdout
        else:  # its own directory is on that disk
            assert output.code == ExitCode.LEFTOVER
            assert "Read-only file system" in output.stderr
    tempshell("reap")
    assert tempshell("list", "--json").json() == []


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
@pytest.mark.engine("local")
def test_a_file_of_the_store_that_this_user_may_not_write_is_named(tempshell: Tempshell, ending: str) -> None:
    session = tempshell.start("--name", "lab")
    file = Path(f"{tempshell.user.paths.store}{ending}")
    file.touch()
    file.chmod(0o444)
    _looks_and_enters(tempshell.started_by(*ORDINARY), session, f"{file} cannot be written")
    assert "left over: nothing" in tempshell("stop", "lab").stdout


def test_without_a_state_directory_one_can_look(tempshell: Tempshell) -> None:
    """A machine with no home, or a full one before the first start."""
    tempshell.user.root.chmod(0o555)
    state = tempshell.user.paths.state.parent
    ordinary = tempshell.started_by(*ORDINARY)
    assert ordinary("list", "--json").json() == []
    assert f"cannot use the state directory {state}" in ordinary("list").stderr
    refused = ordinary("start", "--detach", code=ExitCode.USAGE)
    assert "Permission denied" in refused.stderr
    tempshell.user.root.chmod(0o755)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("start", "--env-file", "closed/file"), "closed/file: Permission denied"),
        (("start", "--env-file", "open"), "open: Is a directory"),
        (("run", "--kind-config", "missing", "--", "true"), "missing: No such file or directory"),
        (("start", "--env-file", "file/x"), "file/x: Not a directory"),
        (("start", "--env-file", "loop"), "loop: Too many levels of symbolic links"),
        (("start", "--env-file", "x" * 300), "File name too long"),
        (("pack", "new", "closed/pack"), "closed/pack: Permission denied"),
        (("pack", "new", "loop"), "loop: "),
        (("pack", "new", "file"), "file: Not a directory"),
        (("pack", "lint", "closed/pack"), "pack.yaml"),
        (("pack", "add", "closed"), "cannot read"),
        (("cp", "file", "nobody:x"), "no session 'nobody'"),
    ],
)
def test_what_the_system_says_of_a_file_is_reported_in_words(
    tempshell: Tempshell, words: tuple[str, ...], named: str
) -> None:
    here = tempshell.directory
    (here / "file").write_text("x")
    (here / "loop").symlink_to("loop")
    (here / "open").mkdir()
    (here / "closed").mkdir()
    (here / "closed" / "file").write_text("A=1\n")
    (here / "closed").chmod(0o000 if words[1] != "new" else 0o555)
    output = tempshell.started_by(*ORDINARY).any_code(*words)
    (here / "closed").chmod(0o755)
    assert output.code in {ExitCode.USAGE, ExitCode.NO_SESSION}
    assert named in output.stderr + output.stdout
    assert "this is a bug" not in output.stderr
    assert "Errno" not in output.stderr


def test_a_settings_file_that_may_not_be_read_is_named(tempshell: Tempshell) -> None:
    tempshell.user.paths.config_file.chmod(0o000)
    output = tempshell.started_by(*ORDINARY)("list", code=ExitCode.USAGE)
    assert f"{tempshell.user.paths.config_file}: Permission denied" in output.stderr
    tempshell.user.paths.config.chmod(0o000)
    output = tempshell.started_by(*ORDINARY)("list", code=ExitCode.USAGE)
    assert "Permission denied" in output.stderr
    assert "this is a bug" not in output.stderr
    tempshell.user.paths.config.chmod(0o700)
