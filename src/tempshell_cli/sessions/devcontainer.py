"""A project with a devcontainer.json, as a session: what of it is honoured, and what is not, by name.

https://containers.dev/implementors/json_reference/ has the keys. The project is a stranger's: nothing of this machine
goes in but its own files, which are copied, and nothing of it runs here.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
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
_LAST_PORT = 65535
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
        run_once=request.run_once or project.run_once,
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
        self._folder = self._text("workspaceFolder") or f"/workspaces/{_plain(root.name)}"

    def project(self) -> Project:
        folder = self._checked_folder()
        image, build = self._filled(self._text("image"), "image"), self._build()
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
        folder = PurePosixPath(self._filled(self._folder, "workspaceFolder"))
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
        if not build["dockerfile"]:
            return None
        self._unsupported += [f"build.{one_line(name)}" for name in build if name not in _BUILD]
        args = build.get("args", {})
        target = build.get("target", "")
        texts = [build["context"], build["dockerfile"], target]
        if not isinstance(args, dict) or not all(isinstance(one, str) for one in [*texts, *args.values()]):
            raise self._document.problem(("build",), "dockerfile, context, target and each of args are texts")
        places = [(self._file.parent / one).resolve() for one in (build["context"], build["dockerfile"])]
        for place, named in zip(places, texts, strict=False):
            if not place.is_relative_to(self._root):
                raise self._document.problem(("build",), f"{named!r} is outside of the project")
        context, dockerfile = places[0], places[1]
        if not context.is_dir() or not dockerfile.is_file():
            raise self._document.problem(("build",), f"there is no {dockerfile if context.is_dir() else context}")
        filled = {name: self._filled(value, f"build.args.{name}") for name, value in args.items()}
        return ImageBuild(context, dockerfile, filled, target)

    def _variables(self) -> Iterator[tuple[str, str]]:
        for part in ("containerEnv", "remoteEnv"):
            for name, value in self._mapping(part).items():
                where = f"{part}.{one_line(name)}"
                if not isinstance(value, str) or "\0" in value or not _IDENTIFIER.fullmatch(name):
                    self._unsupported.append(where)
                elif (filled := self._filled(value, where)) or not value:
                    yield name, filled

    def _filled(self, value: str, where: str) -> str:
        """Return a value with its variables filled in; "" where it has one that no sandbox is given, which is noted."""
        known = {
            "containerWorkspaceFolder": self._folder,
            "containerWorkspaceFolderBasename": PurePosixPath(self._folder).name,
            "localWorkspaceFolderBasename": self._root.name,
        }
        if odd := [name for name in _VARIABLE.findall(value) if name not in known]:
            self._unsupported.append(f"{where} (${{{one_line(odd[0])}}})")
            return ""
        return _VARIABLE.sub(lambda found: known[found[1]], value)

    def _commands(self) -> str:
        lines = []
        for name in _COMMANDS:
            value = self._data.get(name)
            for one in value.values() if isinstance(value, dict) else (value,):
                if isinstance(one, list) and all(isinstance(word, str) for word in one):
                    lines.append(shlex.join(one))
                elif isinstance(one, str):
                    lines.append(one)
                elif one is not None:
                    raise self._document.problem((name,), f"{name} is a text, a list of texts, or an object of these")
        lines = [line for line in lines if line.strip()]
        if any("\0" in line for line in lines):
            raise self._document.problem(("postCreateCommand",), "a command has a NUL character")
        return lines[0] if len(lines) == 1 else " && ".join(f"(\n{line}\n)" for line in lines)

    def _ports(self) -> Iterator[str]:
        value = self._data.get("forwardPorts", [])
        for one in value if isinstance(value, list) else [value]:
            host, _, port = str(one).rpartition(":")
            if port.isascii() and port.isdecimal() and 0 < int(port[:6]) <= _LAST_PORT and host in {"", "localhost"}:
                yield port
            else:
                self._unsupported.append(f"forwardPorts {one_line(str(one))}")

    def _note_user(self) -> None:
        self._unsupported += [name for name in ("containerUser", "remoteUser") if self._text(name)]


def _is_plain(folder: str) -> bool:
    return ":" not in folder and "," not in folder and folder.isprintable()


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name) or "project"
