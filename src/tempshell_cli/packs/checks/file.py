"""The check ``file``: a file in the sandbox, what it is and what it contains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET
from msgspec.structs import asdict

from tempshell_cli.packs.checks.endings import refuse_ended, said
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import (
    CannotLook,
    Mismatch,
    TextMatch,
    json_mismatch,
    no_record,
    text_mismatch,
    yaml_mismatch,
)
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.checks.terminal import TerminalShell
from tempshell_cli.packs.reading.fields import Mode, SandboxPath, says

MAX_READ = 64 * 1024
_KEPT = {"content": ("the same content", "another"), "inode": ("the same file", "another file of this name")}
# $1 is the path, $2 is -L where links are followed, $3 how many bytes to read. Writes one line of metadata, then
# the contents; exits with 4 where stat fails and 5 where reading fails, with the reason on stdout.
_READ_FILE = """
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
stat $2 -c '%F|%a|%U' -- "$1" 2>&1 || exit 4
[ "$3" = 0 ] || [ ! -f "$1" ] || head -c "$3" -- "$1" 2>&1 || exit 5
"""
_NO_STAT, _NO_READ = 4, 5
# $1 is the path. Writes a line of what is hard to give to another file, and one of what is in it. The number of an
# inode is soon used again, so the time of its birth is part of it, where stat knows that.
_IDENTIFY = """
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
stat -L -c '%i %w' -- "$1" && sha256sum <"$1"
"""
_ABSENT = ("No such file or directory", "Not a directory")
_KINDS = {"regular file": "file", "regular empty file": "file", "symbolic link": "symlink"}


class FileState(Kind, frozen=True, kw_only=True):
    """Look at a file in the sandbox. At most 64 KiB of it are read."""

    path: Annotated[SandboxPath, says("Absolute, or from the learner's home.")]
    exists: Annotated[bool, says("Whether it must be there, or must not.")] = True
    kind: Annotated[
        Literal["file", "directory", "symlink"], says("What it is. Links are followed, unless this asks for one.")
    ] = "file"
    text: Annotated[TextMatch | None, says("What is in it, as text.")] = None
    json: Annotated[Any, says("It parses, and matches in part.")] = UNSET
    yaml: Annotated[
        Any, says("It parses, as kubectl reads it, and matches in part; of several documents one does.")
    ] = UNSET
    exact: Annotated[bool, says("`json` and `yaml` have no other keys.")] = False
    mode: Annotated[Mode | None, says("Its permissions.")] = None
    owner: Annotated[str | None, says("The name of the user who owns it.")] = None
    kept: Annotated[
        tuple[Literal["content", "inode"], ...],
        says(
            "What must be as it was right after the setup: its `content`; its `inode`, which many editors and `sed -i`"
            " change, because they write another file of the same name."
        ),
    ] = ()

    def __post_init__(self) -> None:
        if not self.exists and (self.reads or self.mode or self.owner or self.kept):
            raise ValueError("a file that must not exist can have no text, json, yaml, mode, owner or kept")
        if (self.reads or self.kept) and self.kind != "file":
            raise ValueError(f"a {self.kind} has no text, json, yaml or kept")
        if self.exact and self.json is UNSET and self.yaml is UNSET:
            raise ValueError("only json and yaml are exact; a text is, with equals")

    @property
    def reads(self) -> bool:
        """Whether the check is about what the file contains."""
        return self.text is not None or self.json is not UNSET or self.yaml is not UNSET

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Read what the file is and, where the check is about that, what it contains."""
        shell = TerminalShell(sandbox)
        follow = "" if self.kind == "symlink" else "-L"
        limit = str(MAX_READ + 1 if self.reads else 0)
        path = self._absolute(shell)
        done = shell.run(("/bin/sh", "-c", _READ_FILE, "sh", path, follow, limit), timeout=timeout)
        refuse_ended(done)
        if done.timed_out:  # a pipe, or a link that leads round and round: the learner's doing
            return Mismatch(f"{self.path} read within {timeout:g} s", "it took longer")
        if done.exit_code not in {0, _NO_STAT, _NO_READ}:
            raise CannotLook(f"{self.path} cannot be looked at: exit code {done.exit_code}{said(done)}")
        about, _, content = done.stdout.partition(b"\n")
        if done.exit_code == _NO_STAT:
            return _absent_file(self, about.decode(errors="replace"))
        if not self.exists:
            return Mismatch(f"no {self.path}", f"it is there: {about.decode(errors='replace')}")
        if done.exit_code == _NO_READ:
            return Mismatch(f"{self.path} can be read", content.decode(errors="replace"))
        return (
            _metadata_mismatch(self, about.decode(errors="replace"))
            or self._content_mismatch(content)
            or self._lost(shell, timeout)
        )

    def record(self, sandbox: SandboxShell, timeout: float) -> Mapping[str, str]:
        """Read what it must keep."""
        return {f"{self.path} {what}": value for what, value in self._identity(TerminalShell(sandbox), timeout).items()}

    def with_record(self, record: Mapping[str, str]) -> FileState:
        """Return it with what it must keep."""
        return _WithRecord(**asdict(self), recorded=record) if self.kept else self

    def _identity(self, shell: TerminalShell, timeout: float) -> Mapping[str, str]:
        """Return what there is of what it must keep; raises CannotLook where the file cannot be read."""
        if not self.kept:
            return {}
        done = shell.run(("/bin/sh", "-c", _IDENTIFY, "sh", self._absolute(shell)), timeout=timeout)
        refuse_ended(done)
        if done.timed_out or done.exit_code:
            raise CannotLook(f"{self.path}, which is to be kept, cannot be read{said(done)}")
        inode, content = done.stdout.decode(errors="replace").splitlines()
        found = {"inode": inode, "content": content}
        return {what: found[what] for what in self.kept}

    def _lost(self, shell: TerminalShell, timeout: float) -> Mismatch | None:
        """Compare what it must keep with what is there."""
        del shell, timeout
        if self.kept:
            raise no_record(self.path)
        return None

    def _content_mismatch(self, content: bytes) -> Mismatch | None:
        """Compare what it contains."""
        if len(content) > MAX_READ:
            return Mismatch(f"{self.path}: at most {MAX_READ >> 10} KiB", "a larger file")
        if self.text and (differs := text_mismatch(self.text, content)):
            return differs
        if self.json is not UNSET and (differs := json_mismatch(self.json, content, exact=self.exact)):
            return differs
        return None if self.yaml is UNSET else yaml_mismatch(self.yaml, content, exact=self.exact)

    def _absolute(self, shell: TerminalShell) -> str:
        return self.path if self.path.startswith("/") else f"{shell.home}/{self.path.removeprefix('~/')}"


class Excerpt(FileState, frozen=True, kw_only=True):
    """One that must consist of lines of a text: one of them at least, and nothing else but empty lines."""

    lines: frozenset[str]

    @property
    def reads(self) -> bool:
        """Always."""
        return True

    def _content_mismatch(self, content: bytes) -> Mismatch | None:
        if differs := super()._content_mismatch(content):
            return differs
        found = lines_of(content)
        odd = "nothing" if not found else next((line for line in found if line not in self.lines), None)
        return Mismatch(f"{self.path}: what the program writes", odd) if odd is not None else None


class _WithRecord(FileState, frozen=True, kw_only=True):
    """One that knows what its file was like after the setup."""

    recorded: Mapping[str, str]

    def _lost(self, shell: TerminalShell, timeout: float) -> Mismatch | None:
        for what, found in self._identity(shell, timeout).items():
            if (before := self.recorded.get(f"{self.path} {what}")) is None:
                raise no_record(self.path)
            if found != before:
                kept, changed = _KEPT[what]
                return Mismatch(f"{self.path}: {kept} as after the setup", changed)
        return None


def _absent_file(wanted: FileState, reason: str) -> Mismatch | None:
    absent = any(words in reason for words in _ABSENT)
    if absent and not wanted.exists:
        return None
    expected = f"a {wanted.kind} {wanted.path}" if wanted.exists else f"no {wanted.path}"
    return Mismatch(expected, "it is not there" if absent else reason)


def _metadata_mismatch(wanted: FileState, about: str) -> Mismatch | None:
    kind, _, rest = about.partition("|")
    mode, _, owner = rest.partition("|")
    kind = _KINDS.get(kind, kind)
    if kind != wanted.kind:
        return Mismatch(f"{wanted.path}: a {wanted.kind}", f"a {kind}")
    if wanted.mode and int(wanted.mode, 8) != int(mode, 8):
        return Mismatch(f"{wanted.path}: mode {wanted.mode}", f"mode {mode:0>4}")
    if wanted.owner and wanted.owner != owner:
        return Mismatch(f"{wanted.path}: owner {wanted.owner}", f"owner {owner}")
    return None


def lines_of(content: bytes) -> list[str]:
    """Return the lines of a text that are not empty, without blanks at their ends."""
    return [line.rstrip() for line in content.decode(errors="replace").splitlines() if line.strip()]
