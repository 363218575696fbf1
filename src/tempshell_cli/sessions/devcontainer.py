"""A project with a devcontainer.json, as a session: what of it is honoured, and what is not, by name.

https://containers.dev/implementors/json_reference/ has the keys. The project is a stranger's: nothing of this machine
goes in but its own files, which are copied, and nothing of it runs here.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from tempshell_cli.backends.base import ImageBuild
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import reading
from tempshell_cli.core.process import NOTHING
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.library.load import is_pack
from tempshell_cli.packs.reading.document import Document
from tempshell_cli.packs.reading.jsonc import read_jsonc
from tempshell_cli.sessions.request import StartRequest

_LARGEST = 256 * 1024  # bytes
_FOLDER = ".devcontainer"
_NAME = "devcontainer.json"
# Run one after the other: a sandbox is created and started once.
_COMMANDS = ("onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand")
_READ = {
    *("name", "$schema", "image", "build", "dockerFile", "context", "containerEnv", "remoteEnv", "forwardPorts"),
    *("workspaceFolder", "remoteUser", "containerUser", *_COMMANDS),
}
_BUILD = {"dockerfile", "context", "args", "target"}
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Where a file system of its own would hide what a sandbox consists of.
_NOT_IN = {
    *("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"),
}
_LAST_PORT, _DIGITS = 65535, 5
_IMAGE = re.compile(r"[!-~]+")
# Variables of devcontainer.json that no sandbox is given, in a command.
_OURS = re.compile(r"local|container(?:Env:|Workspace)|devcontainerId")
_USES = 'write "image" or "build" in it'


class Project(NamedTuple):
    """A project, as its devcontainer.json asks for it.

    ``folder`` is where its files are inside; ``unsupported`` are the keys that are not honoured, with why where that is
    not plain. ``ports`` are those of the sandbox.
    """

    root: Path
    file: Path
    folder: str
    image: str = ""
    build: ImageBuild | None = None
    env: Mapping[str, str] = NOTHING
    run_once: str = ""
    ports: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()


def applied(request: StartRequest, project: Project) -> StartRequest:
    """Return the request with what the project asks for where nothing else does. Variables are added up."""
    return request._replace(
        env={**project.env, **request.env},
        run_once=_in_turn([project.run_once, request.run_once]),
    )


def find_project(pack: str) -> Path | None:
    """Return the directory that was given in place of a pack, where it has a devcontainer.json and is not a pack."""
    root = Path(pack)
    if ("/" not in pack and pack not in {".", ".."}) or not root.is_dir() or not _candidates(root) or is_pack(root):
        return None
    return root


def read_project(root: Path) -> Project:
    """Read the devcontainer.json of a project; raises UsageProblem, with file and line where there is one."""
    root = root.resolve()
    found = _candidates(root)
    if len(found) > 1:
        names = ", ".join(str(one.relative_to(root)) for one in found)
        raise UsageProblem(f"the project has several: {one_line(names)}", hint="keep one, as .devcontainer.json")
    file = found[0]
    with reading(file, "see that you may read it"), file.open("rb") as opened:
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise UsageProblem(f"{file} is larger than {_LARGEST >> 10} KiB", hint="make it smaller")
    document = read_jsonc(content.decode("utf-8-sig", "replace"), source=str(file))
    if not isinstance(document.data, dict):
        raise document.problem((), "a devcontainer.json is an object")
    return _Reader(root, file, document, document.data).project()


def _candidates(root: Path) -> list[Path]:
    """Return where the specification looks, the first that is there; of several configurations each."""
    for file in (root / _FOLDER / _NAME, root / f".{_NAME}"):
        if file.is_file():
            return [file]
    try:
        return sorted(file for file in (root / _FOLDER).glob(f"*/{_NAME}") if file.is_file())
    except OSError:
        return []


class _Reader:
    """Reads the keys of one file; what it cannot honour is noted as it goes."""

    def __init__(self, root: Path, file: Path, document: Document, data: Mapping[str, Any]) -> None:
        self._root = root
        self._file = file
        self._document = document
        self._data = data
        self._unsupported = [one_line(name) for name in data if name not in _READ]
        self._folder = f"/workspaces/{_plain(root.name)}"
        self._folder = self._filled(self._text("workspaceFolder"), "workspaceFolder") or self._folder

    def project(self) -> Project:
        folder = self._checked_folder()
        image, build = self._filled(self._text("image"), "image"), self._build()
        if image and not _IMAGE.fullmatch(image):
            raise self._document.problem(("image",), f"image {one_line(image)!r} is not the name of an image")
        if image and build:
            self._unsupported.append("image (there is a build)")
        if not image and not build:
            extra = ": dockerComposeFile cannot be used" if "dockerComposeFile" in self._data else ""
            raise self._document.problem(("dockerComposeFile",), f"it names no image and no build{extra}", hint=_USES)
        self._note_user()
        return Project(
            self._root,
            self._file,
            folder,
            image="" if build else image,
            build=build,
            env=dict(self._variables()),
            run_once=self._commands(),
            ports=tuple(self._ports()),
            unsupported=tuple(self._unsupported),
        )

    def _text(self, name: str) -> str:
        value = self._data.get(name, "")
        if not isinstance(value, str) or "\0" in value:
            raise self._document.problem((name,), f"{name} is a text")
        return value

    def _mapping(self, name: str) -> Mapping[str, Any]:
        value = self._data.get(name, {})
        if not isinstance(value, dict):
            raise self._document.problem((name,), f"{name} is an object")
        return value

    def _checked_folder(self) -> str:
        folder = PurePosixPath(self._folder)
        parts = folder.parts
        if len(parts) < 2 or parts[0] != "/" or ".." in parts or parts[1] in _NOT_IN or not _is_plain(str(folder)):  # noqa: PLR2004
            raise self._document.problem(
                ("workspaceFolder",), f"workspaceFolder {str(folder)!r} cannot be used", hint="such as /workspaces/app"
            )
        return str(folder)

    def _build(self) -> ImageBuild | None:
        build = dict(self._mapping("build"))
        build.setdefault("dockerfile", self._text("dockerFile") or None)
        build.setdefault("context", self._text("context") or ".")
        self._unsupported += [f"build.{one_line(name)}" for name in build if name not in _BUILD]
        if not build["dockerfile"]:
            self._unsupported += [f"build.{name}" for name in ("args", "target") if build.get(name)]
            return None
        args = build.get("args", {})
        target = build.get("target", "")
        texts = [build["context"], build["dockerfile"], target]
        if not isinstance(args, dict) or not all(isinstance(one, str) for one in [*texts, *args.values()]):
            raise self._document.problem(("build",), "dockerfile, context, target and each of args are texts")
        places = [self._resolved(one) for one in (build["context"], build["dockerfile"])]
        for place, named in zip(places, texts, strict=False):
            if not place.is_relative_to(self._root):
                raise self._document.problem(("build",), f"{named!r} is outside of the project")
        context, dockerfile = places[0], places[1]
        if not context.is_dir() or not dockerfile.is_file():
            raise self._document.problem(("build",), f"there is no {dockerfile if context.is_dir() else context}")
        self._refuse_ignore_file(context)
        filled = {name: self._filled(value, f"build.args.{one_line(name)}") for name, value in args.items()}
        given = {name: value for name, value in filled.items() if value or not args[name]}  # else its own default
        return ImageBuild(context, dockerfile, given, target)

    def _resolved(self, place: str) -> Path:
        try:
            return (self._file.parent / place).resolve()
        except (OSError, RuntimeError, ValueError) as cause:  # a loop of links, a NUL
            raise self._document.problem(("build",), f"{one_line(place)!r} cannot be used: {cause}") from cause

    def _refuse_ignore_file(self, context: Path) -> None:
        """Raise where what the builder reads as the .dockerignore is not a text of the project's own.

        Docker's SDK follows a link, and may put what it has read into the context: any file of this machine.
        """
        file = context / ".dockerignore"
        if not os.path.lexists(file):
            return
        try:
            if stat.S_ISREG(file.lstat().st_mode) and file.stat().st_size <= _LARGEST:
                file.read_text("utf-8")
                return
        except (OSError, UnicodeDecodeError):
            pass
        raise self._document.problem(("build",), f"{file} is not a plain file of text, of {_LARGEST >> 10} KiB at most")

    def _variables(self) -> Iterator[tuple[str, str]]:
        for part in ("containerEnv", "remoteEnv"):
            for name, value in self._mapping(part).items():
                where = f"{part}.{one_line(name)}"
                if not isinstance(value, str) or "\0" in value or not _IDENTIFIER.fullmatch(name):
                    self._unsupported.append(where)
                elif (filled := self._filled(value, where)) or not value:
                    yield name, filled

    def _filled(self, value: str, where: str, *, in_shell: bool = False) -> str:
        """Return a value with its variables filled in; "" where it has one that no sandbox is given, which is noted.

        A command ``in_shell`` has variables of the shell's, too: they stay.
        """
        known = {
            "containerWorkspaceFolder": self._folder,
            "containerWorkspaceFolderBasename": PurePosixPath(self._folder).name,
            "localWorkspaceFolderBasename": self._root.name,
        }
        if in_shell:
            known |= {name: f"${{{name}}}" for name in _VARIABLE.findall(value) if not _OURS.match(name)}
        if odd := [name for name in _VARIABLE.findall(value) if name not in known]:
            self._unsupported.append(f"{where} (${{{one_line(odd[0])}}})")
            return ""
        return _VARIABLE.sub(lambda found: known[found[1]], value)

    def _commands(self) -> str:
        lines = []
        for name in _COMMANDS:
            value = self._data.get(name)
            lines += [self._command(name, one) for one in (value.values() if isinstance(value, dict) else (value,))]
        if any("\0" in line for line in lines):
            raise self._document.problem(("postCreateCommand",), "a command has a NUL character")
        return _in_turn(lines)

    def _command(self, name: str, one: object) -> str:
        """Return a command for the shell; "" where there is none, or where it has a variable that is not given."""
        if isinstance(one, str):
            return self._filled(one, name, in_shell=True)
        if one is None:
            return ""
        if not isinstance(one, list) or not all(isinstance(word, str) for word in one):
            raise self._document.problem((name,), f"{name} is a text, a list of texts, or an object of these")
        filled = [self._filled(word, name) for word in one]
        return shlex.join(filled) if all(made or not word for made, word in zip(filled, one, strict=True)) else ""

    def _ports(self) -> Iterator[str]:
        value = self._data.get("forwardPorts", [])
        for one in value if isinstance(value, list) else [value]:
            host, _, port = str(one).rpartition(":")
            is_number = port.isascii() and port.isdecimal() and len(port) <= _DIGITS
            if is_number and 0 < int(port) <= _LAST_PORT and host in {"", "localhost"}:
                yield port
            else:
                self._unsupported.append(f"forwardPorts {one_line(str(one))}")

    def _note_user(self) -> None:
        self._unsupported += [name for name in ("containerUser", "remoteUser") if self._text(name)]


def _in_turn(commands: Sequence[str]) -> str:
    """Return commands as one, of which each runs where those before it have not failed."""
    some = [one for one in commands if one.strip()]
    return some[0] if len(some) == 1 else " && ".join(f"(\n{one}\n)" for one in some)


def _is_plain(folder: str) -> bool:
    return ":" not in folder and "," not in folder and folder.isprintable()


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name) or "project"
