"""A pack's archive comes from anybody: what is in it is taken as plain files, within bounds, or refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.library import archive as archives
from tempshell_cli.packs.library.archive import read_archive, without_top
from tempshell_cli.packs.reading.tree import read_tree
from tests.support.command_line import Tempshell

from .added import refused, tar_of
from .drafts import MANIFEST, Draft


@pytest.mark.parametrize("form", ["", "gz", "bz2", "xz"])
@pytest.mark.parametrize("top", [".", "draft-1.0"])
def test_an_archive_is_the_same_pack_as_its_directory(tmp_path: Path, draft: Draft, form: str, top: str) -> None:
    draft.write(".hidden", "no part of it")
    file = tmp_path / f"draft.tar.{form}"
    with tarfile.open(str(file), f"w:{form}") as archive:  # type: ignore[call-overload]  # a form it knows
        archive.add(draft.root, arcname=top)
    assert without_top(read_archive(file)) == read_tree(draft.root)


def test_an_archive_is_added(tempshell: Tempshell, draft: Draft, scratch: Path) -> None:
    with tarfile.open(tempshell.directory / "some.tgz", "w:gz") as archive:
        archive.add(draft.root, arcname="draft-1.0")
    entry = tempshell("pack", "add", "some.tgz", "--json").json()
    assert (entry["name"], entry["digest"]) == ("draft", draft.load().digest)
    assert entry["source"] == str(tempshell.directory / "some.tgz")
    assert list(scratch.iterdir()) == []


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.size = len(content)
    for key, value in fields.items():
        setattr(made, key, value)
    return made, content


HOSTILE = {
    "absolute": ([member("/etc/x")], "leads out"),
    "above": ([member("../x")], "leads out"),
    "above, deeper": ([member("a/../../x")], "leads out"),
    "above, hidden": ([member(".git/../../x")], "leads out"),
    "symbolic link": ([member("x", type=tarfile.SYMTYPE, linkname="/etc")], "'x' is a link"),
    "hard link": ([member("x", type=tarfile.LNKTYPE, linkname="/etc/passwd")], "'x' is a link"),
    "file through a link": ([member("x", type=tarfile.SYMTYPE, linkname=".."), member("x/y")], "'x' is a link"),
    "device": ([member("x", type=tarfile.CHRTYPE, devmajor=1, devminor=5)], "neither a file nor"),
    "block device": ([member("x", type=tarfile.BLKTYPE)], "neither a file nor"),
    "pipe": ([member("x", type=tarfile.FIFOTYPE)], "neither a file nor"),
    "sparse file": ([member("x", type=tarfile.GNUTYPE_SPARSE)], "neither a file nor"),
    "unknown kind": ([member("x", type=b"Z")], "neither a file nor"),
    "nul": ([member("x", pax_headers={"path": "a\0b"})], "not printable"),
    "escape": ([member("\x1b[31mx")], "not printable"),
    "bidi": ([member("x\u202etxt")], "not printable"),
    "bytes": ([member("x\udcff")], "not printable"),
    "twice": ([member("x"), member("./x")], "twice"),
    "file and directory": ([member("x"), member("x/y")], "is a file, and has a file below it"),
    "many": ([member(f"f{number}") for number in range(2001)], "more than 2000 files"),
    "many hidden": ([member(f".f{number}") for number in range(10_001)], "more than 10000 members"),
    "many directories": ([member(f"f{n}", type=tarfile.DIRTYPE) for n in range(10_001)], "more than 10000 members"),
}


def hostile(file: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return file


@pytest.mark.parametrize(("members", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_refused(tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]], said: str) -> None:
    with pytest.raises(PackProblem, match=re.escape(said)) as problem:
        read_archive(hostile(tmp_path / "x.tar", members))
    assert "\x1b" not in str(problem.value)


def test_a_hostile_archive_leaves_nothing(tempshell: Tempshell, scratch: Path) -> None:
    hostile(tempshell.directory / "x.tar", [member("pack.yaml", MANIFEST.encode()), *HOSTILE["above"][0]])
    assert "leads out" in refused(tempshell, "add", "x.tar")
    assert list(scratch.iterdir()) == []
    assert not (tempshell.directory.parent / "x").exists()


@pytest.mark.parametrize("name", ["x", ".hidden"])
@pytest.mark.parametrize("squeezed", [gzip.compress, bz2.compress, lzma.compress])
def test_a_small_archive_that_becomes_a_huge_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, squeezed: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(archives, "_MOST_READ", 2 << 20)
    plain = hostile(tmp_path / "x.tar", [member(name, bytes(3 << 20))])
    small = tmp_path / "small"
    small.write_bytes(squeezed(plain.read_bytes()))
    with pytest.raises(PackProblem, match=r"the archive has more than [12] MiB"):
        read_archive(small)


def test_a_header_of_any_size_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_READ", 2 << 20)
    plain = hostile(tmp_path / "x.tar", [member("x", pax_headers={"comment": "x" * (3 << 20)})])
    with pytest.raises(PackProblem, match="more than 2 MiB"):
        read_archive(plain)


@pytest.mark.parametrize(
    "junk", [b"", b"junk" * 200, b"\x1f\x8b" + b"x" * 99, b"BZh9" + b"x" * 99, b"\xfd7zXZ\0" + b"x" * 99]
)
def test_what_is_no_archive_is_refused(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(junk)
    with pytest.raises(PackProblem, match="cannot read the archive"):
        read_archive(tmp_path / "x.tar")


def test_an_archive_that_was_cut_off_is_refused(tmp_path: Path, draft: Draft) -> None:
    whole = gzip.compress(tar_of(draft, tmp_path / "x.tar").read_bytes())
    for length in range(0, len(whole), 50):
        (tmp_path / "x.tar").write_bytes(whole[:length])
        with pytest.raises(PackProblem):
            read_archive(tmp_path / "x.tar")
