"""Archives of workspaces, which may be a stranger's: what is taken of them, and what is refused."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import pytest

from tempshell_cli.core.config import Copy
from tempshell_cli.core.errors import LimitReached, TempshellError
from tempshell_cli.sessions.unpacking import Bounds, CopyFailed, copy_archive, copy_members, writing_archive

FILE, DIRECTORY, LINK, HARD, FIFO, DEVICE = (
    tarfile.REGTYPE,
    tarfile.DIRTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.FIFOTYPE,
    tarfile.CHRTYPE,
)
Member = tuple[str, bytes, str]


def _archive(members: Sequence[Member], **fields: Any) -> bytes:  # noqa: ANN401 - fields of a TarInfo
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, kind, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.mode = kind, target, 0o4755
            member.size = 5 if kind == FILE else 0
            for field, value in fields.items():
                setattr(member, field, value)
            archive.addfile(member, io.BytesIO(b"words") if kind == FILE else None)
    return made.getvalue()


def _copied(source: bytes, copy: Copy = Copy(), *, compressed: bool = False) -> bytes:  # noqa: B008 - immutable
    target = io.BytesIO()
    with writing_archive(target, compressed=compressed) as archive:
        copy_members(io.BytesIO(source), archive, Bounds(copy))
    return target.getvalue()


def test_files_directories_and_links_are_taken_without_owners_and_setuid_bits() -> None:
    members = [
        (".", DIRECTORY, ""), ("./a", DIRECTORY, ""), ("./a/f", FILE, ""), ("a/hard", HARD, "./a/f"),
        ("venv", LINK, "/usr/bin/python3"), ("up", LINK, "../.."), ("again", HARD, "./up"),
    ]  # fmt: skip
    copied = _copied(_archive(members, uid=7, gid=8, uname="root"), compressed=True)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(copied))) as archive:
        found = archive.getmembers()
        assert [(one.name, one.type, one.linkname) for one in found] == [
            (".", DIRECTORY, ""), ("a", DIRECTORY, ""), ("a/f", FILE, ""), ("a/hard", HARD, "a/f"),
            ("venv", LINK, "/usr/bin/python3"), ("up", LINK, "../.."), ("again", LINK, "../.."),
        ]  # fmt: skip
        assert {(one.uid, one.gid, one.uname, one.mode) for one in found} == {(0, 0, "", 0o755)}
        content = archive.extractfile("a/hard")
        assert content
        assert content.read() == b"words"


@pytest.mark.parametrize(
    "members",
    [
        [("/etc/passwd", FILE, "")],
        [("../f", FILE, "")],
        [("a/../../f", FILE, "")],
        [("hard", HARD, "/etc/passwd")],
        [("hard", HARD, "../f")],
        [("out", LINK, "/etc"), ("out/f", FILE, "")],
        [("out", LINK, ".."), ("./out/a/f", FILE, "")],
        [("out", LINK, "/etc/passwd"), ("out", FILE, "")],
        [("out", LINK, "/etc"), ("f", HARD, "out/passwd")],
        [("out", LINK, "/etc"), ("again", HARD, "out"), ("again/passwd", FILE, "")],
        [("pipe", FIFO, "")],
        [("device", DEVICE, "")],
    ],
)
def test_what_leads_out_or_is_special_is_refused(members: Sequence[Member]) -> None:
    with pytest.raises(CopyFailed):
        _copied(_archive(members))


def test_more_than_the_settings_allow_is_refused() -> None:
    source = _archive([("a", FILE, ""), ("b", FILE, ""), ("c", FILE, "")])
    for copy in (Copy(size="12"), Copy(entries=2)):
        with pytest.raises(LimitReached):
            _copied(source, copy)
    assert _copied(source, Copy(size="15", entries=3))


@pytest.mark.parametrize("source", [b"", b"no archive", b"\x1f\x8b broken", _archive([("a", FILE, "")])[:700]])
def test_what_is_no_archive_is_an_error_in_words(source: bytes) -> None:
    with pytest.raises(TempshellError):
        _copied(source)


@pytest.mark.parametrize("kind", ["w", "w:gz"])
def test_an_archive_that_was_cut_off_anywhere_is_no_archive(kind: Literal["w", "w:gz"]) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=kind) as archive:
        for number in range(12):
            archive.addfile(tarfile.TarInfo(f"f{number}"))
    whole = made.getvalue()
    content = gzip.decompress(whole) if kind == "w:gz" else whole
    last = content.rindex(b"ustar") // 512 * 512 + 512  # the header of the last file ends here
    for cut in range(512, last + 1, 512):
        with pytest.raises(CopyFailed):
            copy_archive(
                io.BytesIO(gzip.compress(content[:cut]) if kind == "w:gz" else content[:cut]),
                io.BytesIO(),
                Bounds(Copy()),
            )
    if kind == "w:gz":
        for cut in range(1, len(whole) // 2):
            with pytest.raises(CopyFailed):
                copy_archive(io.BytesIO(whole[:cut]), io.BytesIO(), Bounds(Copy()))
    assert _copied(whole)


@contextmanager
def _failing_in_the_end(failure: Exception) -> Iterator[None]:
    yield
    raise failure


def test_an_archive_whose_source_fails_in_the_end_has_no_end() -> None:
    target = io.BytesIO()
    failure = CopyFailed("tar: cannot read b", hint="")
    with pytest.raises(CopyFailed, match="tar"), writing_archive(target) as archive, _failing_in_the_end(failure):
        copy_members(io.BytesIO(_archive([("a", FILE, "")])), archive, Bounds(Copy()))
    with pytest.raises(CopyFailed):
        _copied(target.getvalue())


def test_names_need_no_header_that_busybox_does_not_know_and_directories_can_be_entered() -> None:
    copied = _copied(_archive([("d", DIRECTORY, ""), ("résumé.txt", FILE, "")], mode=0))
    assert b"r\xc3\xa9sum\xc3\xa9.txt" in copied
    assert b"PaxHeader" not in copied
    with tarfile.open(fileobj=io.BytesIO(copied)) as archive:
        assert archive.getmember("d").mode == 0o700
