"""Archives of workspaces, which may be a stranger's: what is taken of them, and what is refused."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Sequence
from typing import Any

import pytest

from tempshell_cli.core.config import Copy
from tempshell_cli.core.errors import LimitReached, TempshellError
from tempshell_cli.sessions.unpacking import Bounds, CopyFailed, copy_archive

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
    copy_archive(io.BytesIO(source), target, Bounds(copy), compressed=compressed)
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
