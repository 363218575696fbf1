"""What stands for a local sandbox on disk."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.backends.local.rundir import Labels, RunDir

_HOLD = "import sys; from tempshell_cli.backends.local.rundir import RunDir; RunDir(sys.argv[1]).hold(); "
_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_NAME = st.text(st.characters(exclude_characters="\0=", exclude_categories=["Cs"]), min_size=1)


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir(str(tmp_path))


@given(st.dictionaries(_NAME, _TEXT))
def test_labels_read_back_as_they_were_written(values: dict[str, str]) -> None:
    assert Labels.decode(Labels(values).encode()) == Labels(values)


def test_labels_tell_numbers_and_the_environment() -> None:
    labels = Labels({"env.A": "1", "env.PATH": "/mine", "home": "/home/learner", "pid": "12"}).having(deadline=2.5)
    assert labels.env == {"A": "1", "PATH": "/mine"}
    assert (labels.base["HOME"], labels.base["USER"]) == ("/home/learner", "learner")
    assert "/mine" not in labels.base["PATH"]
    assert labels.having(admin="yes").base["USER"] == "root"
    assert (labels.integer("pid"), labels.number("deadline"), labels.integer("none"), labels["none"]) == (
        12,
        2.5,
        0,
        "",
    )


def test_a_directory_without_labels_has_none(run: RunDir) -> None:
    assert run.labels() is None
    assert RunDir(f"{run.path}/nowhere").labels() is None


def test_a_reader_never_sees_half_a_file(run: RunDir) -> None:
    """Old or new, while another writes without a pause."""
    sizes = (10, 100_000)
    write = "import sys; from tempshell_cli.backends.local.rundir import RunDir\nwhile True:\n"
    write += f" for size in {sizes}: RunDir(sys.argv[1]).write('file', b'x' * size)"
    run.write("file", b"x" * sizes[0])
    with subprocess.Popen((sys.executable, "-c", write, run.path)) as writer:
        seen = {len(run.read("file")) for _ in range(2000)}
        writer.kill()
    assert seen <= set(sizes)


def test_files_are_their_owners_alone(run: RunDir) -> None:
    run.write("file", b"secret")
    assert Path(run.file("file")).stat().st_mode & 0o077 == 0


def test_the_lock_names_its_holder_and_is_free_when_that_is_killed(run: RunDir) -> None:
    assert run.holder() == 0
    argv = (sys.executable, "-c", f"{_HOLD} print('held', flush=True); import signal; signal.pause()", run.path)
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        assert run.holder() == holder.pid
        holder.kill()
    assert run.holder() == 0


def test_a_lock_that_no_process_holds_has_no_holder(run: RunDir) -> None:
    """The kernel gives -1 as the holder of a lock of an open file description (fcntl(2), F_OFD_SETLK)."""
    with Path(run.file("lock")).open("wb") as lock:
        fcntl.fcntl(lock, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        assert run.holder() == 0


def test_only_one_can_hold_a_directory(run: RunDir) -> None:
    argv = (sys.executable, "-c", f"{_HOLD} print('held', flush=True); import signal; signal.pause()", run.path)
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        second = subprocess.run((sys.executable, "-c", _HOLD, run.path), capture_output=True, check=False)
        holder.kill()
    assert second.returncode != 0


def test_a_removed_directory_is_gone_and_can_be_removed_again(tmp_path: Path) -> None:
    run = RunDir(str(tmp_path / "one"))
    Path(run.path).mkdir()
    run.write("file", b"")
    run.remove()
    assert not Path(run.path).exists()
    run.remove()


@pytest.mark.parametrize(
    "content",
    [
        b"garbage",
        b"garbage\0",
        b"\xff\xfe=\0",
        b"=\0=\0",
        b"deadline=nan\0",
        b"deadline=1e999\0",
        b"deadline=-inf\0pid=x\0",
    ],
)
def test_labels_that_nobody_has_written_are_read_as_far_as_they_can_be(content: bytes) -> None:
    labels = Labels.decode(content)
    assert (labels.number("deadline"), labels.integer("pid"), labels["session"]) == (0, 0, "")
