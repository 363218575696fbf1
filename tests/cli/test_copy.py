"""Copies arrive whole, both ways, and an archive from a sandbox writes nothing outside the copy."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tempshell_cli.core.config import Copy
from tempshell_cli.core.errors import ExitCode, LimitReached
from tempshell_cli.sessions.unpacking import DEEPEST, Bounds, CopyFailed, unpack
from tests.support.command_line import Tempshell
from tests.support.leaks import local_leftovers
from tests.support.waiting import eventually

LOCAL = pytest.param("local", marks=pytest.mark.engine("local"))
DOCKER = pytest.param("docker", marks=pytest.mark.engine("docker"))
local = pytest.mark.engine("local")


def _inside(tempshell: Tempshell, script: str) -> str:
    """Run a script in the only session and return what it prints."""
    return tempshell("exec", "--", "sh", "-c", script).stdout


def _tree(directory: Path) -> Path:
    """Make a small tree: a file, a script, a link, an empty directory."""
    (directory / "deep").mkdir(parents=True)
    (directory / "empty").mkdir()
    (directory / "deep" / "note").write_text("deep\n")
    script = directory / "script"
    script.write_text("#!/bin/sh\necho ran\n")
    script.chmod(0o755)
    (directory / "link").symlink_to("deep/note")
    return directory


@pytest.mark.parametrize("engine", [LOCAL, DOCKER])
def test_a_file_comes_back_as_it_went_in(tempshell: Tempshell, engine: str) -> None:
    blob = os.urandom(10 * 1024**2)
    (tempshell.directory / "blob").write_bytes(blob)
    session = tempshell.start("--backend", engine)
    tempshell("cp", "blob", f"{session}:")
    assert _inside(tempshell, "sha256sum blob").split()[0] == sha256(blob).hexdigest()
    tempshell("cp", f"{session}:blob", "back")
    assert (tempshell.directory / "back").read_bytes() == blob


@pytest.mark.parametrize("engine", [LOCAL, DOCKER])
def test_a_directory_comes_back_as_it_went_in(tempshell: Tempshell, engine: str) -> None:
    _tree(tempshell.directory / "tree")
    tempshell.start("--backend", engine)
    tempshell("cp", "tree", ":")
    assert _inside(tempshell, "./tree/script; cat tree/link; readlink tree/link") == "ran\ndeep\ndeep/note\n"
    tempshell("cp", ":tree", "back")
    back = tempshell.directory / "back"
    found = {str(path.relative_to(back)) for path in back.rglob("*")}
    assert found == {"deep", "deep/note", "empty", "link", "script"}
    assert os.access(back / "script", os.X_OK)
    assert (back / "link").readlink() == Path("deep/note")


@local
def test_a_path_inside_counts_from_home_unless_it_is_absolute(tempshell: Tempshell) -> None:
    (tempshell.directory / "note").write_text("x")
    tempshell.start()
    tempshell("cp", "note", ":new/deeper/name")
    tempshell("cp", "note", ":/tmp/elsewhere")
    assert _inside(tempshell, "cat ~/new/deeper/name /tmp/elsewhere") == "xx"
    tempshell("cp", ":/tmp/elsewhere", ".")
    assert (tempshell.directory / "elsewhere").read_text() == "x"


@local
@pytest.mark.parametrize("target", [":box", ":box/"])
def test_a_copy_goes_into_a_directory_that_is_there(tempshell: Tempshell, target: str) -> None:
    (tempshell.directory / "note").write_text("x")
    tempshell.start()
    _inside(tempshell, "mkdir box")
    tempshell("cp", "note", target)
    assert _inside(tempshell, "cat box/note") == "x"
    (tempshell.directory / "here").mkdir()
    tempshell("cp", ":box/note", "here")
    assert (tempshell.directory / "here" / "note").read_text() == "x"


@local
def test_a_slash_at_the_end_makes_the_directory_inside(tempshell: Tempshell) -> None:
    (tempshell.directory / "note").write_text("x")
    tempshell.start()
    tempshell("cp", "note", ":fresh/")
    assert _inside(tempshell, "cat fresh/note") == "x"


@local
def test_a_file_replaces_a_file_of_that_name_on_either_side(tempshell: Tempshell) -> None:
    note, back = tempshell.directory / "note", tempshell.directory / "back"
    note.write_text("new")
    back.write_text("an older and longer text")
    tempshell.start()
    _inside(tempshell, "echo an older and longer text > note")
    tempshell("cp", "note", ":note")
    tempshell("cp", ":note", "back")
    assert back.read_text() == "new"


@local
def test_the_directory_one_stands_in_goes_in_by_its_name(tempshell: Tempshell) -> None:
    (tempshell.directory / "note").write_text("x")
    tempshell.start()
    tempshell("cp", ".", ":")
    assert _inside(tempshell, f"cat {tempshell.directory.name}/note") == "x"


@local
def test_a_link_goes_in_as_a_link_of_its_own_name(tempshell: Tempshell) -> None:
    (tempshell.directory / "note").write_text("x")
    (tempshell.directory / "link").symlink_to("note")
    tempshell.start()
    tempshell("cp", "note", ":")
    tempshell("cp", "link", ":")
    assert _inside(tempshell, "readlink link; cat link") == "note\nx"


@local
def test_a_directory_here_is_never_replaced(tempshell: Tempshell) -> None:
    kept = tempshell.directory / "box" / "kept"
    kept.mkdir(parents=True)
    tempshell.start()
    _inside(tempshell, "echo x > kept")
    refused = tempshell("cp", ":kept", "box", code=2)
    assert "there is a directory" in refused.stderr
    assert kept.is_dir()


@local
def test_a_directory_does_not_take_the_place_of_a_file(tempshell: Tempshell) -> None:
    (tempshell.directory / "note").write_text("kept")
    tempshell.start()
    _inside(tempshell, "mkdir box")
    refused = tempshell.any_code("cp", ":box", "note")
    assert refused.code != 0
    assert "bug" not in refused.stderr
    assert (tempshell.directory / "note").read_text() == "kept"
    assert [path.name for path in tempshell.directory.iterdir()] == ["note"]


@local
def test_a_source_that_is_not_there_is_named(tempshell: Tempshell) -> None:
    tempshell.start()
    assert "no-such-file" in tempshell("cp", "no-such-file", ":", code=2).stderr
    missing = tempshell.any_code("cp", ":no-such-file", ".")
    assert missing.code != 0
    assert "no-such-file" in missing.stderr
    assert "/no/such/file" in tempshell.any_code("cp", ":/no/such/file", ".").stderr
    assert list(tempshell.directory.iterdir()) == []


@local
def test_a_path_without_a_session_says_that_it_needs_one_where_there_is_not_just_one(tempshell: Tempshell) -> None:
    """Such as `cp $SESSION:/data/x .` where nobody has set SESSION."""
    tempshell.user.configure(limits={"per_owner": 2})
    none = tempshell("cp", ":/data/x", ".", code=3).stderr
    assert "':/data/x' is in the only session, but there is no session" in none
    assert "tempshell start" in none
    names = [tempshell.start("--name", name) for name in ("one", "two")]
    several = tempshell("cp", ":/data/x", ".", code=3).stderr
    assert "':/data/x' is in the only session, but there are several sessions" in several
    assert all(name in several for name in names)
    assert "write SESSION:/data/x" in several


@local
def test_a_target_here_needs_its_directory(tempshell: Tempshell) -> None:
    tempshell.start()
    _inside(tempshell, "echo x > note")
    assert "no directory" in tempshell("cp", ":note", "missing/note", code=2).stderr


@local
def test_a_place_inside_that_cannot_be_written_is_reported_in_the_sandboxs_words(tempshell: Tempshell) -> None:
    (tempshell.directory / "note").write_text("x")
    tempshell.start()
    refused = tempshell.any_code("cp", "note", ":/usr/note")
    assert refused.code != 0
    assert "inside the sandbox" in refused.stderr


@local
@pytest.mark.parametrize("paths", [("a", "b"), (":a", ":b"), ("one:a", "two:b")])
def test_exactly_one_side_is_a_session(tempshell: Tempshell, paths: tuple[str, str]) -> None:
    tempshell.start()
    assert "SESSION:PATH" in tempshell("cp", *paths, code=2).stderr


@local
@pytest.mark.parametrize("paths", [("", ":"), (":", "")])
def test_an_empty_path_is_not_the_directory_one_stands_in(tempshell: Tempshell, paths: tuple[str, str]) -> None:
    tempshell.start()
    assert "empty" in tempshell("cp", *paths, code=2).stderr


@local
def test_a_name_with_a_colon_is_a_file_here_behind_a_slash(tempshell: Tempshell) -> None:
    (tempshell.directory / "a:b").write_text("x")
    tempshell.start()
    tempshell("cp", "./a:b", ":note")
    assert _inside(tempshell, "cat note") == "x"


@local
def test_a_fifo_is_refused_and_nothing_stays_of_the_copy(tempshell: Tempshell) -> None:
    tempshell.start()
    _inside(tempshell, "mkdir box; mkfifo box/pipe; echo x > box/note")
    refused = tempshell.any_code("cp", ":box", ".")
    assert refused.code != 0
    assert "neither file, directory nor link" in refused.stderr
    assert list(tempshell.directory.iterdir()) == []


@local
def test_what_a_pipe_or_a_file_without_a_size_holds_goes_in(tempshell: Tempshell, tmp_path: Path) -> None:
    tempshell.start()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(("sh", "-c", 'echo "from a pipe" >"$0"', str(pipe)))
    tempshell("cp", str(pipe), ":one")
    assert writer.wait(10) == 0
    shell = tempshell.started_by("bash", "-c", '"$@" cp <(echo substituted) :two', "bash")
    shell()
    tempshell("cp", "/proc/version", ":three")
    assert _inside(tempshell, "cat one two") == "from a pipe\nsubstituted\n"
    assert _inside(tempshell, "cat three") == Path("/proc/version").read_text()


@local
def test_what_is_no_file_is_refused_by_name_on_the_way_in(tempshell: Tempshell, tmp_path: Path) -> None:
    tempshell.start()
    box = tmp_path / "box"
    box.mkdir()
    (box / "note").write_text("x")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(box / "socket"))
        for source in (box, box / "socket"):
            assert f"{box}/socket is neither file" in tempshell("cp", str(source), ":", code=2).stderr
    assert "/dev/null is neither file" in tempshell("cp", "/dev/null", ":", code=2).stderr
    assert _inside(tempshell, "ls -A").split() == []


@local
def test_what_is_no_file_keeps_its_place_on_the_way_out(tempshell: Tempshell) -> None:
    """A device, a pipe, a link: they were replaced by the copy."""
    tempshell.start()
    _inside(tempshell, "echo x >f")
    here = tempshell.directory
    os.mkfifo(here / "pipe")
    (here / "target").write_text("old")
    (here / "link").symlink_to("target")
    (here / "dangling").symlink_to("new")
    for refused in ("pipe", "/dev/null", "/dev/stdout"):
        assert "is not a file" in tempshell("cp", ":f", refused, code=2).stderr
    assert "prints one" in tempshell("cp", ":f", "-", code=2).stderr
    tempshell("cp", ":f", "link")
    tempshell("cp", ":f", "dangling")
    assert ((here / "target").read_text(), (here / "new").read_text()) == ("x\n", "x\n")
    assert (here / "link").is_symlink()
    assert Path("/dev/null").is_char_device()


@local
def test_standard_input_goes_in_by_its_name(tempshell: Tempshell) -> None:
    tempshell.start()
    tempshell("cp", "/dev/stdin", ":one", stdin=b"from a pipe\n")
    assert _inside(tempshell, "cat one") == "from a pipe\n"


@local
def test_a_file_of_proc_is_refused_on_the_way_out(tempshell: Tempshell) -> None:
    tempshell.start()
    assert "/proc/version has no size" in tempshell.any_code("cp", ":/proc/version", "here").stderr
    assert not (tempshell.directory / "here").exists()


@local
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not")
def test_what_this_user_may_not_read_or_write_is_named(tempshell: Tempshell, tmp_path: Path) -> None:
    """As an ordinary user: the file and the reason, never a bug."""
    tempshell.start()
    _inside(tempshell, "echo x >f")
    closed, secret = tmp_path / "closed", tmp_path / "secret"
    closed.mkdir(mode=0o555)
    secret.write_text("x")
    secret.chmod(0o200)
    limited = tempshell.started_by("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    out = limited.any_code("cp", ":f", str(closed))
    assert f"cannot write to {closed}: Permission denied" in out.stderr
    into = limited.any_code("cp", str(secret), ":g")
    assert f"cannot read {secret}: Permission denied" in into.stderr
    assert list(closed.iterdir()) == []


# What is too large, and what fails half-way


def _bounded(tempshell: Tempshell, **bounds: object) -> None:
    tempshell.user.configure(copy=bounds)


@local
def test_more_than_the_settings_allow_is_refused_and_leaves_nothing(tempshell: Tempshell) -> None:
    box = tempshell.directory / "box"
    box.mkdir()
    for number in range(5):
        (box / f"f{number}").write_bytes(b"x" * 1000)
    tempshell.start()
    tempshell("cp", "box", ":kept")
    for bounds, setting in (({"size": "4k"}, "size"), ({"entries": 5}, "entries")):
        _bounded(tempshell, **bounds)
        for words in (("box", ":new/deeper/"), (":kept", "back")):
            assert f"{setting} under [copy]" in tempshell("cp", *words, code=ExitCode.LIMIT).stderr
    _bounded(tempshell, size="4k")
    assert "more than 4k" in tempshell("cp", "/dev/stdin", ":f", stdin=b"x" * 5000, code=ExitCode.LIMIT).stderr
    assert _inside(tempshell, "ls -A").split() == ["kept"]
    assert [path.name for path in tempshell.directory.iterdir()] == ["box"]


@local
def test_what_is_too_deep_is_refused(tempshell: Tempshell) -> None:
    deep = tempshell.directory / "deep"
    deep.joinpath(*["d"] * DEEPEST).mkdir(parents=True)
    tempshell.start()
    assert "directories deep" in tempshell("cp", "deep", ":", code=ExitCode.LIMIT).stderr
    _inside(tempshell, f"mkdir -p deep/{'d/' * DEEPEST}")
    assert "directories deep" in tempshell("cp", ":deep", "back", code=ExitCode.USAGE).stderr
    assert not (tempshell.directory / "back").exists()


@local
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not")
def test_of_a_copy_in_that_fails_half_way_nothing_stays(tempshell: Tempshell) -> None:
    box = tempshell.directory / "box"
    box.mkdir()
    for name in "abc":
        (box / name).write_bytes(os.urandom(100_000))
    (box / "b").chmod(0)
    tempshell.start()
    limited = tempshell.started_by("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    assert "box/b: Permission denied" in limited("cp", "box", ":new/deeper/", code=ExitCode.USAGE).stderr
    assert _inside(tempshell, "ls -A").split() == []


@pytest.mark.parametrize("engine", [LOCAL, DOCKER])
def test_of_a_copy_in_that_finds_no_room_nothing_stays(tempshell: Tempshell, engine: str) -> None:
    with (tempshell.directory / "large").open("wb") as file:
        file.truncate(300 * 1024**2)  # the home has 256
    (tempshell.directory / "note").write_text("new")
    tempshell.start("-b", engine)
    _inside(tempshell, "echo old >large; mkdir box")
    refused = tempshell("cp", "large", ":", code=ExitCode.USAGE)
    assert "inside the sandbox" in refused.stderr
    tempshell("cp", "large", ":made/deeper/", code=ExitCode.USAGE)
    assert _inside(tempshell, "ls -A; cat large").split() == ["box", "large", "old"]
    tempshell("cp", "note", ":")
    assert _inside(tempshell, "cat note") == "new"


@local
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_of_a_copy_out_that_finds_no_room_nothing_stays(tempshell: Tempshell, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)), check=True)
    try:
        tempshell.start()
        _inside(tempshell, "head -c 1000000 /dev/zero >large")
        refused = tempshell("cp", ":large", str(small), code=ExitCode.USAGE)
        assert "No space left on device" in refused.stderr
        assert "Errno" not in refused.stderr
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(("umount", "--lazy", str(small)), check=True)


@pytest.mark.parametrize("engine", [LOCAL, DOCKER])
def test_inside_a_file_takes_no_directorys_place_and_directories_are_merged(tempshell: Tempshell, engine: str) -> None:
    _tree(tempshell.directory / "tree")
    (tempshell.directory / "tree" / "own-mode").touch(mode=0o440)
    (tempshell.directory / "deep").write_text("a file")
    tempshell.start("-b", engine)
    _inside(
        tempshell, "mkdir -p box/deep tree/deep; echo kept >box/deep/own; echo old >tree/deep/note; echo own >tree/own"
    )
    assert "is a directory" in tempshell("cp", "deep", ":box", code=ExitCode.USAGE).stderr
    tempshell("cp", "tree", ":")
    assert _inside(tempshell, "cat box/deep/own tree/deep/note tree/own; ls -A; ./tree/script").split() == [
        *("kept", "deep", "own", "box", "tree", "ran")
    ]
    assert _inside(tempshell, "stat -c %a tree/own-mode") == "440\n"
    assert "inside the sandbox" in tempshell("cp", "tree", ":tree/own", code=ExitCode.USAGE).stderr
    assert _inside(tempshell, "cat tree/own") == "own\n"


@pytest.mark.parametrize("engine", [LOCAL, DOCKER])
def test_a_socket_inside_is_refused_by_its_name(tempshell: Tempshell, engine: str) -> None:
    tempshell.start("-b", engine)
    made = "mkdir box; tmux -S box/socket new-session -d; test -S box/socket"
    assert tempshell.any_code("exec", "--", "sh", "-c", made).code == 0
    assert "box/socket" in tempshell("cp", ":box", "back", code=ExitCode.USAGE).stderr
    assert list(tempshell.directory.iterdir()) == []


@local
def test_a_session_that_is_gone_is_no_fault_of_the_files(tempshell: Tempshell) -> None:
    tempshell.start("--ttl", "4s")
    (tempshell.directory / "note").write_text("x")
    eventually(lambda: not local_leftovers(tempshell.user), "the sandbox has ended by itself")
    tempshell("cp", "note", ":", code=ExitCode.EXPIRED)


# Archives as only a hostile sandbox sends them


def _entry(name: str, content: bytes = b"hostile") -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    return member, content


def _special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.mode = kind, target, 0o755
    return member, b""


def _folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    return _special(name, tarfile.DIRTYPE)


def _symlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return _special(name, tarfile.SYMTYPE, target)


def _hardlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return _special(name, tarfile.LNKTYPE, target)


Members = tuple[tuple[tarfile.TarInfo, bytes], ...]
Unpack = Callable[[Members], Path]

ABSOLUTE = "/var/tmp/tempshell-hostile"  # noqa: S108 - what an archive names; it must not come to be
# Each tries to write below, to read from or to point at ``outside``, which lies beside the directory of the copy.
HOSTILE: dict[str, Members] = {
    "an absolute name": (_entry(ABSOLUTE),),
    "a name with ..": (_entry("../outside/hostile"),),
    "a name with .. further in": (_folder("box"), _entry("box/../../outside/hostile")),
    "a directory with ..": (_folder("../outside/hostile"),),
    "a link with ..": (_symlink("../outside/hostile", "x"),),
    "a link out, then a file through it": (_symlink("box", "../outside"), _entry("box/hostile")),
    "an absolute link": (_folder("box"), _symlink("box/link", "/etc/passwd")),
    "a link out": (_folder("box"), _symlink("box/link", "../../outside/secret")),
    "a link beside the copy": (_folder("box"), _symlink("box/link", "../.bashrc")),
    "a link in place of the copy": (_symlink("box", "secret"),),
    "a hard link out": (_folder("box"), _hardlink("box/link", "../outside/secret")),
    "an absolute hard link": (_folder("box"), _hardlink("box/link", "/etc/passwd")),
    "a link out through a link": (
        *(_folder("box"), _folder("box/a"), _folder("box/a/b")),
        *(_symlink("box/a/b/up", "../.."), _symlink("box/out", "a/b/up/../../outside")),
    ),
    "a link out through a later link": (
        *(_folder("box"), _folder("box/a"), _folder("box/a/b")),
        *(_symlink("box/out", "a/b/up/../../outside"), _symlink("box/a/b/up", "../..")),
    ),
    "a link made through a link": (
        *(_folder("box"), _folder("box/a"), _folder("box/a/b")),
        *(_symlink("box/a/b/up", "../.."), _symlink("box/a/b/up/out", "../../outside")),
    ),
    "a hard link written through links": (
        *(_folder("box"), _folder("box/a"), _folder("box/a/b"), _entry("box/hostile")),
        *(_symlink("box/a/b/up", "../.."), _symlink("box/a/b/up/out", "../../outside")),
        _hardlink("box/a/b/up/out/hostile", "box/hostile"),
    ),
    "a hard link read through links": (
        *(_folder("box"), _folder("box/a"), _folder("box/a/b")),
        *(_symlink("box/a/b/up", "../.."), _symlink("box/a/b/up/out", "../../outside")),
        _hardlink("box/stolen", "box/a/b/up/out/secret"),
    ),
    "a hard link over a link": (
        *(_folder("box"), _entry("box/hostile"), _symlink("box/note", "hostile"), _hardlink("box/note", "box/hostile")),
    ),
    "a device": (_folder("box"), _special("box/null", tarfile.CHRTYPE)),
    "a block device": (_folder("box"), _special("box/disk", tarfile.BLKTYPE)),
    "a fifo": (_folder("box"), _special("box/pipe", tarfile.FIFOTYPE)),
    "a file twice": (_entry("box", b"one"), _entry("box", b"two")),
    "a file below a file": (_entry("box"), _entry("box/note")),
    "a link where nothing is": (_symlink("box/missing/link", "x"),),
    "a hard link to nothing": (_folder("box"), _hardlink("box/link", "box/missing")),
}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    made = tmp_path / "outside"
    made.mkdir()
    (made / "secret").write_text("secret")
    return made


@pytest.fixture
def unpacked(tmp_path: Path, outside: Path) -> Unpack:
    """Return a function that unpacks an archive of these members beside ``outside``."""
    assert outside.parent == tmp_path
    into = tmp_path / "copy"
    into.mkdir()

    def unpack_these(members: Members) -> Path:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as made:
            for member, content in members:
                made.addfile(member, io.BytesIO(content))
        archive.seek(0)
        unpack(archive, into, Bounds(Copy(size="1m", entries=50)))
        return into

    return unpack_these


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_hostile_archive_is_refused_and_writes_nothing_outside(
    unpacked: Unpack, outside: Path, tmp_path: Path, trick: str
) -> None:
    with pytest.raises(CopyFailed):
        unpacked(HOSTILE[trick])
    assert {path.name for path in tmp_path.iterdir()} <= {"outside", "copy", "user"}
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert not Path(ABSOLUTE).exists()
    copied = [path for path in (tmp_path / "copy").rglob("*") if path.is_file() and not path.is_symlink()]
    assert "secret" not in {path.read_text() for path in copied}


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CopyFailed):
        unpack(io.BytesIO(b"no archive at all" * 100), tmp_path, Bounds(Copy()))


def _long(kind: bytes, size: int) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo("header")
    member.type, member.size = kind, size
    return member, b"x" * size


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_a_header_that_would_fill_the_memory_is_refused(unpacked: Unpack, kind: bytes) -> None:
    with pytest.raises(CopyFailed, match="header"):
        unpacked((_long(kind, 1024**2), _entry("box")))


def test_a_chain_of_headers_is_refused(unpacked: Unpack) -> None:
    with pytest.raises(CopyFailed):
        unpacked((*[_long(tarfile.XGLTYPE, 0)] * 5000, _entry("box")))


def test_an_archive_of_more_than_is_allowed_is_refused(unpacked: Unpack) -> None:
    with pytest.raises(LimitReached, match="50 files"):
        unpacked(tuple(_entry(f"box/{number}", b"") for number in range(51)))


def test_hard_links_count_as_what_they_become(unpacked: Unpack) -> None:
    links = [_hardlink(f"box/{number}", "box/large") for number in range(3)]
    with pytest.raises(LimitReached, match="1m"):
        unpacked((_entry("box/large", b"x" * 300_000), *links))


def test_links_within_the_copy_arrive(unpacked: Unpack) -> None:
    members = (
        *(_folder("box"), _folder("box/deep"), _entry("box/note", b"text")),
        *(_symlink("box/deep/up", "../note"), _symlink("box/dir", "deep"), _hardlink("box/twin", "box/note")),
    )
    into = unpacked(members)
    assert (into / "box/dir/up").read_text() == "text"
    assert (into / "box/twin").read_text() == "text"


def test_no_more_than_ordinary_permissions_come_along(unpacked: Unpack) -> None:
    member, content = _entry("tool")
    member.mode = 0o6755
    assert (unpacked(((member, content),)) / "tool").stat().st_mode & 0o7777 & ~0o755 == 0
