"""Workspaces as a person uses them: from a start to the removal of what was kept."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from tests.support.command_line import Tempshell

ON_ENGINES = pytest.mark.parametrize(
    "backend", [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker", "kubernetes")]
)
NAME = f"thesis-{os.getpid()}"


@ON_ENGINES
def test_files_stay_when_the_session_ends_and_go_with_the_workspace(tempshell: Tempshell, backend: str) -> None:
    tempshell.user.configure(limits={"per_owner": 5, "starts_per_hour": 50})
    start = ("-b", backend, "--workspace", NAME)
    tempshell.start(*start, "--name", "one")
    tempshell("exec", "one", "--", "sh", "-c", "echo kept >file")
    assert tempshell("status", "one", "--json").json()["workspace"] == NAME
    (listed,) = _of(tempshell, backend)
    assert listed["session"] == tempshell("status", "one", "--json").json()["id"]
    assert listed["size_enforced"] is False
    second = tempshell("start", *start, code=8)
    assert f"the workspace {NAME} is in use by session one" in second.stderr
    assert "in use" in tempshell("workspace", "rm", "--yes", NAME, "-b", backend, code=8).stderr
    assert "in use" in tempshell("workspace", "export", NAME, "-", "-b", backend, code=8).stderr
    assert f"  kept: workspace {NAME}\n" in tempshell("stop", "one").stdout
    assert tempshell("run", *start, "--", "cat", "file").stdout == "kept\n"
    session = tempshell.start(*start)
    assert tempshell("stop", session, "--json").json()[0]["kept"] == [f"workspace {NAME}"]
    tempshell("reap", "--expired")
    (listed,) = _of(tempshell, backend)
    assert listed["session"] == ""
    assert listed["last_used"]
    assert NAME in tempshell("workspace", "ls", "-b", backend, "-o", "name").stdout
    assert "not enforced" in tempshell("workspace", "ls", "-b", backend, "-o", "wide").stdout
    assert tempshell("workspace", "rm", "--yes", NAME, "-b", backend).stdout == f"removed {NAME} on {backend}\n"
    assert _of(tempshell, backend) == []
    assert "there is no workspace" in tempshell("workspace", "rm", "--yes", NAME, "-b", backend, code=2).stderr


@ON_ENGINES
def test_an_archive_makes_the_same_workspace_again(tempshell: Tempshell, backend: str) -> None:
    at = ("-b", backend)
    script = "mkdir -p a/b && echo 1 >a/b/f && chmod 600 a/b/f && ln a/b/f hard && ln -s /usr/bin/env link && ls -AR"
    before = tempshell("run", "--quiet", *at, "--workspace", NAME, "--", "sh", "-c", script).stdout
    file = tempshell.directory / "thesis.tar.gz"
    tempshell("workspace", "export", NAME, str(file), *at, "--quiet")
    taken = tempshell("workspace", "import", str(file), NAME, *at, code=2)
    assert "already" in taken.stderr
    tempshell("workspace", "rm", "--yes", NAME, *at)
    tempshell("workspace", "import", str(file), NAME, *at)
    look = "ls -AR && stat -c %a:%h:%U a/b/f && readlink link"
    after = tempshell("run", "--quiet", *at, "--workspace", NAME, "--", "sh", "-c", look).stdout
    assert after == f"{before}600:2:learner\n/usr/bin/env\n"
    tempshell("workspace", "rm", "--yes", NAME, *at)
    assert tempshell("list", "--json").json() == []


@pytest.mark.engine("local")
def test_nothing_stays_of_an_import_that_fails(tempshell: Tempshell) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("fine"))
        archive.addfile(tarfile.TarInfo("../out"))
    for content in (made.getvalue(), b"no archive"):
        tempshell("workspace", "import", "-", NAME, "-b", "local", code=2, stdin=content)
        assert _of(tempshell, "local") == []
    missing = tempshell("workspace", "import", "nowhere.tar", NAME, "-b", "local", code=2)
    assert "nowhere.tar" in missing.stderr


@pytest.mark.engine("local")
def test_an_export_that_fails_leaves_the_file_as_it_was(tempshell: Tempshell) -> None:
    tempshell("run", "-b", "local", "--workspace", NAME, "--", "mkfifo", "pipe")
    file = tempshell.directory / "old.tar"
    file.write_text("old", "utf-8")
    refused = tempshell("workspace", "export", NAME, str(file), "-b", "local", code=2)
    assert "./pipe is neither file, directory nor link" in refused.stderr
    assert file.read_text("utf-8") == "old"
    assert list(Path(tempshell.directory).glob(".tempshell-*")) == []
    tempshell("workspace", "rm", "--yes", NAME, "-b", "local")


@pytest.mark.engine("local")
def test_a_workspace_whose_files_lock_their_owner_out_can_be_removed(tempshell: Tempshell) -> None:
    script = "mkdir -p a/b && touch a/b/f && chmod 0 a/b a"
    tempshell("run", "-b", "local", "--workspace", NAME, "--", "sh", "-c", script)
    tempshell("workspace", "rm", "--yes", NAME, "-b", "local")
    assert list((tempshell.user.paths.state / "workspaces").iterdir()) == []


@pytest.mark.engine("local")
def test_a_person_is_asked_before_a_removal(tempshell: Tempshell) -> None:
    tempshell("run", "-b", "local", "--workspace", NAME, "--", "touch", "file")
    with tempshell.on_terminal("workspace", "rm", NAME, "-b", "local") as child:
        child.expect_exact(f"remove {NAME} on local with all its files? [y/N]")
        child.sendline("n")
        child.expect_exact("stays")
        child.wait()
    assert "nobody can be asked" in tempshell("workspace", "rm", NAME, "-b", "local", code=2).stderr
    assert len(_of(tempshell, "local")) == 1
    with tempshell.on_terminal("workspace", "rm", NAME, "-b", "local", "--yes") as child:
        child.expect_exact("removed")
        child.wait()


@pytest.mark.engine("local")
def test_an_exam_and_a_proof_refuse(tempshell: Tempshell) -> None:
    at = ("linux-basics", "--workspace", NAME)
    assert "an exam cannot have a workspace" in tempshell("exam", *at, "-b", "local", code=2).stderr
    assert "a proof cannot have a workspace" in tempshell("pack", "prove", *at, "-b", "local", code=2).stderr
    assert _of(tempshell, "local") == []


@pytest.mark.engine("local")
def test_the_setup_of_a_pack_goes_over_files_of_the_same_name_alone(tempshell: Tempshell) -> None:
    start = ("linux-basics", "-b", "local", "--workspace", NAME)
    tempshell.start(*start, "--name", "one")
    tempshell("exec", "one", "--", "sh", "-c", "echo mine >mine")
    before = tempshell("exec", "one", "--", "sh", "-c", "ls -A").stdout
    tempshell("stop", "one")
    tempshell.start(*start, "--name", "two")
    assert tempshell("exec", "two", "--", "sh", "-c", "ls -A && cat mine").stdout == f"{before}mine\n"
    tempshell("stop", "two")
    tempshell("workspace", "rm", "--yes", NAME, "-b", "local")


def _of(tempshell: Tempshell, backend: str) -> list[dict[str, object]]:
    listed = tempshell("workspace", "ls", "--json", "-b", backend).json()
    return [one for one in listed if one["name"] == NAME]


@pytest.mark.engine("local")
def test_a_workspace_can_be_used_whatever_a_session_has_made_of_its_directories(tempshell: Tempshell) -> None:
    """Too deep for Python to call itself for each, and closed to its owner."""
    tempshell.user.configure(limits={"starts_per_hour": 50})
    at = ("-b", "local", "--workspace", NAME)
    deep = "i=0; while [ $i -lt 1300 ]; do mkdir d && cd d || exit; i=$((i + 1)); done; chmod 0 ~"
    tempshell("run", "-q", *at, "--", "sh", "-c", deep)
    assert tempshell("run", "-q", *at, "--", "ls").stdout == "d\n"
    assert [one["name"] for one in _of(tempshell, "local")] == [NAME]
    tempshell("workspace", "rm", "--yes", NAME, "-b", "local")
    assert list((tempshell.user.paths.state / "workspaces").iterdir()) == []


@pytest.mark.engine("local")
def test_an_export_that_lacks_a_file_makes_no_workspace(tempshell: Tempshell) -> None:
    made, other = (f"{NAME}-{number}" for number in range(2))
    tempshell(
        "run", "-q", "-b", "local", "--workspace", made, "--", "sh", "-c", "mkdir closed; touch f; chmod 0 closed"
    )
    failed = tempshell("workspace", "export", made, "-", "-b", "local", code=2)
    assert "closed" in failed.stderr
    refused = tempshell("workspace", "import", "-", other, "-b", "local", stdin=failed.stdout.encode(), code=2)
    assert "cut off" in refused.stderr
    assert tempshell("workspace", "ls", "-b", "local", "-o", "name").stdout == f"{made}\n"
    tempshell("workspace", "rm", "--yes", made, "-b", "local")


@pytest.mark.engine("local")
def test_an_export_goes_to_a_file_alone(tempshell: Tempshell) -> None:
    tempshell("run", "-q", "-b", "local", "--workspace", NAME, "--", "touch", "f")
    pipe, link, real = (tempshell.directory / name for name in ("pipe", "link", "real"))
    os.mkfifo(pipe)
    assert "is not a file" in tempshell("workspace", "export", NAME, str(pipe), "-b", "local", code=2).stderr
    assert pipe.is_fifo()
    real.touch()
    link.symlink_to(real)
    tempshell("workspace", "export", NAME, str(link), "-b", "local")
    assert link.is_symlink()
    assert tarfile.is_tarfile(real)
    tempshell("workspace", "rm", "--yes", NAME, "-b", "local")


@ON_ENGINES
def test_dotfiles_leave_what_is_in_a_workspace_as_it_is(tempshell: Tempshell, backend: str) -> None:
    dots = tempshell.directory / "dots"
    (dots / ".config").mkdir(parents=True)
    (dots / ".config" / "tool").write_text("ours\n")
    (dots / ".inputrc").write_text("ours\n")
    file = tempshell.user.paths.config_file
    file.write_text(f'dotfiles = "{dots}"\n{file.read_text("utf-8")}', "utf-8")
    at = ("-q", "-b", backend, "--workspace", NAME)
    assert tempshell("run", *at, "--", "cat", ".inputrc", ".config/tool").stdout == "ours\nours\n"
    change = "echo theirs >.inputrc; mv .config real; ln -s real .config; echo theirs >real/tool"
    tempshell("run", *at, "--", "sh", "-c", change)
    assert tempshell("run", *at, "--", "cat", ".inputrc", ".config/tool").stdout == "theirs\ntheirs\n"
    tempshell("workspace", "rm", "--yes", NAME, "-b", backend)
