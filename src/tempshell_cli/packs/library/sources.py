"""Where an added pack comes from: a directory, an archive, a git repository or an OCI registry.

Whatever it is, it ends as the contents of plain files in memory. Nothing of it is checked out, unpacked or run.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from tempshell_cli.core.errors import PackProblem, UsageProblem
from tempshell_cli.core.process import Command, Completed
from tempshell_cli.core.runner import Runner
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.library.archive import read_archive, without_top
from tempshell_cli.packs.reading.tree import read_tree

_SECONDS = 300.0  # for a fetch: a large repository on a slow line
_LARGEST = 512 * 1024**2  # bytes of a file that a fetch may write: the whole of a repository at one commit
_WORDS = 600  # characters of a program's last words

# Of the environment, what finds programs, people's keys and the way to the network. Not GIT_*, which could make git
# run anything, nor a configuration: its filters and hooks are for the person's own repositories.
_KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK", "DOCKER_CONFIG", "XDG_RUNTIME_DIR"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
)
_GIT_ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",  # not ext, nor what a redirect could lead to
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",  # it asks nothing: an unknown host key is refused
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C",
}
_GIT = ("git", "-c", "protocol.ext.allow=never", "-c", f"core.hooksPath={os.devnull}", "-c", "gc.auto=0")
# Runs a program that can write no larger file than that; Python, as ever, ignores the signal, so that it is an error.
_BOUND = (
    "import os, resource, sys; most = int(sys.argv[1]); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)); os.execvp(sys.argv[2], sys.argv[2:])"
)
_HINT = "a directory, a .tar, git+https://HOST/REPOSITORY@REF, git+ssh://…, git+file://… or oci://REGISTRY/NAME:TAG"
# What git lets a ref be, less what would make two of it (git-check-ref-format(1), gitrevisions(7)).
_REF = re.compile(r"(?!.*(?:\.\.|//|@\{))[A-Za-z0-9_][A-Za-z0-9_./+@-]{0,199}")
_SCHEMES = ("https", "ssh", "file")
# Registry, repository, tag and digest (https://github.com/opencontainers/distribution-spec).
_OCI = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.:-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)+"
    r"(?::[A-Za-z0-9_][A-Za-z0-9._-]*)?(?:@sha256:[0-9a-f]{64})?"
)
_OCI_DIGEST = re.compile(rb"^Digest: (sha256:[0-9a-f]{64})\s*$", re.MULTILINE)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHA256_NAME = re.compile(r"[0-9a-f]{64}")
_OTHER_HASH = "mismatched algorithms"  # git's words where the remote repository has the other one
_SUBMODULE = re.compile(rb"160000 commit [0-9a-f]+\t([^\0]+)")  # as git ls-tree lists it


class Fetched(NamedTuple):
    """The files of a pack, and what the ref stood for when they were fetched, "" where there is none."""

    files: Mapping[str, bytes]
    commit: str = ""


class Source(Protocol):
    """A place that packs come from."""

    @property
    def address(self) -> str:
        """How to name it again, from any directory."""
        ...

    @property
    def ref(self) -> str:
        """The branch, tag or commit that is asked for, "" where there is none."""
        ...

    def fetch(self, runner: Runner) -> Fetched:
        """Return what is there now; raises PackProblem, UsageProblem or EngineUnavailable."""
        ...


def parse_source(text: str) -> Source:
    """Return the source that a person or the index names; raises UsageProblem. Nothing is fetched."""
    if text.startswith("git+"):
        return _git_source(text)
    if text.startswith("oci://"):
        return _oci_source(text)
    if "://" in text:
        raise UsageProblem(f"packs do not come from {one_line(text)!r}", hint=_HINT)
    path = os.path.abspath(text) if text and "\0" not in text else ""  # noqa: PTH100 - a link keeps its name
    if os.path.isdir(path):  # noqa: PTH112 - pathlib raises for a name that is too long
        return DirectorySource(Path(path))
    if os.path.isfile(path):  # noqa: PTH113 - as above
        return ArchiveSource(Path(path))
    raise UsageProblem(f"there is no {one_line(text)!r}", hint=_HINT)


class DirectorySource(NamedTuple):
    """A directory of this machine."""

    path: Path
    ref: str = ""

    @property
    def address(self) -> str:
        """Its path."""
        return str(self.path)

    def fetch(self, _runner: Runner) -> Fetched:
        """Return what is in it."""
        return Fetched(read_tree(self.path))


class ArchiveSource(NamedTuple):
    """A tar archive of this machine."""

    path: Path
    ref: str = ""

    @property
    def address(self) -> str:
        """Its path."""
        return str(self.path)

    def fetch(self, _runner: Runner) -> Fetched:
        """Return what is in it."""
        return Fetched(without_top(read_archive(self.path)))


class GitSource(NamedTuple):
    """A git repository at a branch, a tag or a whole commit id (its default branch for ""), or a folder in it."""

    address: str
    url: str
    ref: str = ""
    folder: str = ""

    def fetch(self, runner: Runner) -> Fetched:
        """Fetch one commit, alone, into a repository that is thrown away, and read an archive of it."""
        with tempfile.TemporaryDirectory(prefix="tempshell-") as place:
            archive = f"{place}/pack.tar"
            runner = _Trusting(runner, f"{place}/config") if self.url.startswith("file:") else runner
            repository = self._fetch(runner, f"{place}/git")
            parsed = _git(runner, f"--git-dir={repository}", "rev-parse", "--verify", "FETCH_HEAD^{commit}")
            commit = parsed.stdout.decode(errors="replace").strip()
            if not _COMMIT.fullmatch(commit):
                raise PackProblem(f"git names no commit for {self.ref or 'HEAD'!r}: {one_line(commit)!r}")
            tree = f"{commit}:{self.folder}"
            listed = _git(runner, f"--git-dir={repository}", "ls-tree", "-r", "-z", tree).stdout
            if found := _SUBMODULE.search(listed):
                submodule = one_line(found[1].decode(errors="replace"))
                raise PackProblem(f"{submodule!r} is a git submodule, which is not fetched", hint=_RECURSE)
            _git(runner, f"--git-dir={repository}", "archive", "--format=tar", f"--output={archive}", tree)
            return Fetched(read_archive(Path(archive)), commit)

    def _fetch(self, runner: Runner, place: str) -> str:
        """Fetch what is asked for into a new repository of the same hash as the remote one; return where it is."""
        shallow = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules")
        if not _SHA256_NAME.fullmatch(self.ref):
            _git(runner, "init", "--quiet", "--bare", "--template=", place)
            try:
                _git(runner, f"--git-dir={place}", *shallow, "--", self.url, self.ref or "HEAD")
            except PackProblem as cause:
                if _OTHER_HASH not in str(cause):
                    raise
            else:
                return place
        place = f"{place}-sha256"
        _git(runner, "init", "--quiet", "--bare", "--template=", "--object-format=sha256", place)
        _git(runner, f"--git-dir={place}", *shallow, "--", self.url, self.ref or "HEAD")
        return place


class OciSource(NamedTuple):
    """An artifact of an OCI registry, as `oras push` makes one of a directory, of files or of an archive."""

    name: str
    ref: str = ""

    @property
    def address(self) -> str:
        """How to name it again."""
        return f"oci://{self.name}"

    def fetch(self, runner: Runner) -> Fetched:
        """Pull it with oras, which has the logins of `oras login` and of docker."""
        with tempfile.TemporaryDirectory(prefix="tempshell-") as place:
            done = _run(runner, ("oras", "pull", "--output", place, "--", self.name), {})
            pulled = [path for path in Path(place).iterdir() if not path.name.startswith(".")]
            lone = pulled[0] if len(pulled) == 1 else None
            plain = lone is not None and lone.is_file() and not lone.is_symlink()
            files = read_archive(lone) if lone and plain else read_tree(Path(place))
            digest = _OCI_DIGEST.search(done.stdout)
            return Fetched(without_top(files), digest[1].decode() if digest else "")


def _git_source(text: str) -> GitSource:
    try:
        parts = urlsplit(text.removeprefix("git+"))
        fragment = parse_qs(parts.fragment, strict_parsing=True) if parts.fragment else {}
    except ValueError as cause:
        raise UsageProblem(f"{one_line(text)!r} is not an address: {cause}", hint=_HINT) from cause
    _refuse_address(text, parts)
    path, *refs = parts.path.rsplit("@", 1)
    ref = "".join(refs)
    if refs and not _REF.fullmatch(ref):
        raise UsageProblem(f"{one_line(ref)!r} cannot be a branch, a tag or a commit", hint="write it behind the @")
    if fragment.keys() - {"subdirectory"}:
        raise UsageProblem(f"{one_line(parts.fragment)!r} is not understood", hint="write #subdirectory=DIR")
    folder = fragment.get("subdirectory", [""])[-1]
    if folder and any(part in {"", ".", ".."} for part in folder.strip("/").split("/")):
        raise UsageProblem(f"{one_line(folder)!r} is not a folder of a repository", hint="write #subdirectory=DIR")
    url = parts._replace(path=path.replace(" ", "%20"), fragment="").geturl()
    return GitSource(text, url, ref, folder.strip("/"))


def _refuse_address(text: str, parts: SplitResult) -> None:
    """Refuse what git or ssh could take for an option, and what would keep a secret on record."""
    if parts.scheme not in _SCHEMES or not text.isprintable():
        raise UsageProblem(f"packs do not come from {one_line(text)!r}", hint=_HINT)
    if " " in text and parts.scheme != "file":
        raise UsageProblem(f"{one_line(text)!r} has a space in it", hint="write %20 for it")
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        raise UsageProblem("a secret does not belong in an address", hint="use git+ssh://, or put it into ~/.netrc")
    host = parts.hostname or ""
    odd = parts.netloc.startswith("-") or host.startswith("-") or unquote(parts.netloc) != parts.netloc
    if odd or parts.query or not parts.path.strip("/") or bool(host) == (parts.scheme == "file"):
        raise UsageProblem(f"{one_line(text)!r} is not the address of a repository", hint=_HINT)


def _oci_source(text: str) -> OciSource:
    name = text.removeprefix("oci://")
    if not _OCI.fullmatch(name):
        raise UsageProblem(
            f"{one_line(text)!r} is not the address of an artifact", hint="write oci://REGISTRY/NAME:TAG"
        )
    last = name.rpartition("/")[2]
    return OciSource(name, last.partition("@")[2] or last.partition(":")[2])


class _Trusting:
    """Runs git with a configuration that has nothing but the user's own word for which repositories are safe.

    git refuses those of another user of this machine, and says that ``safe.directory`` allows them.
    """

    def __init__(self, runner: Runner, config: str) -> None:
        self._runner = runner
        self._config = config
        own = {name: os.environ[name] for name in (*_KEPT, "XDG_CONFIG_HOME") if name in os.environ}
        asked = Command(("git", "config", "--null", "--get-all", "safe.directory"), own, alone=True)
        for value in runner.run(asked, timeout=_SECONDS).stdout.decode(errors="replace").split("\0")[:-1]:
            runner.run(Command(("git", "config", "--file", config, "--add", "safe.directory", value), own, alone=True))

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        """Run the command; see ``Runner``."""
        env = {**command.env, "GIT_CONFIG_GLOBAL": self._config}
        return self._runner.run(command._replace(env=env), stdin=stdin, timeout=timeout)


def _git(runner: Runner, *words: str) -> Completed:
    return _run(runner, (*_GIT, *words), _GIT_ENV)


def _run(runner: Runner, argv: tuple[str, ...], env: Mapping[str, str]) -> Completed:
    """Run a program that fetches, bounded in time and in what it writes; raises UsageProblem or PackProblem."""
    program = argv[0]
    if not shutil.which(program):
        raise UsageProblem(f"{program} is not installed", hint=f"install {_PROGRAMS[program]}, and try again")
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    bounded = (sys.executable, "-I", "-S", "-c", _BOUND, str(_LARGEST), *argv)
    done = runner.run(Command(bounded, {**kept, **env}, alone=True), timeout=_SECONDS)
    if done.timed_out:
        raise PackProblem(f"{program} took more than {_SECONDS:g} s", hint="try again, or download it by other means")
    if done.exit_code:
        said = one_line(done.stderr.decode(errors="replace"))[-_WORDS:] or f"exit code {done.exit_code}"
        raise PackProblem(f"{program} failed: {said}", hint="check the address and the ref")
    return done


_RECURSE = "add a clone of it instead: `git clone --recurse-submodules`, then `pack add DIRECTORY`"
_PROGRAMS = {"git": "git", "oras": "oras (https://oras.land)"}
