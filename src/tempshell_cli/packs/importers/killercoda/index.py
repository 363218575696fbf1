"""``index.json`` or ``index.yaml`` of a scenario in the format of Killercoda, https://killercoda.com/creators.

The keys of Katacoda, which Killercoda reads too, are among those of the models here. Every other key is reported by
``keys.unread``: the format is another's, and grows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, NamedTuple, Never

from msgspec import Meta, Struct, field

from tempshell_cli.packs.format.native import MAX_MANIFEST, is_native
from tempshell_cli.packs.reading.decode import decode
from tempshell_cli.packs.reading.document import Document, fault_at, read_document
from tempshell_cli.packs.reading.fields import SandboxPath
from tempshell_cli.packs.reading.tree import has_file, read_text

SCENARIO = "index.json"
_INDEXES = (SCENARIO, "index.yaml", "index.yml")
_MOST_STEPS = 100
# Half characters that JSON writes one after the other (RFC 8259, 7) are one character to YAML.
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")


class Stage(Struct, frozen=True, kw_only=True):
    """The intro, a step or the finish: its title, and files of the scenario; "" stands for none.

    ``code`` and ``courseData`` are Katacoda's names of ``foreground`` and ``background``.
    """

    title: str = ""
    text: str = ""
    credits: str = ""
    foreground: str = ""
    background: str = ""
    code: str = ""
    courseData: str = ""  # noqa: N815 - the format's name
    verify: str = ""
    answer: str = ""


class Asset(Struct, frozen=True, kw_only=True):
    """Files below ``assets/``, by name or pattern, that go into the directory ``target`` of the sandbox."""

    file: Annotated[str, Meta(min_length=1, max_length=1024)]
    target: SandboxPath
    chmod: str | int = ""


class Details(Struct, frozen=True, kw_only=True):
    """What there is to read, to do and to copy."""

    intro: Stage | None = None
    steps: Annotated[tuple[Stage, ...], Meta(max_length=_MOST_STEPS)] = ()
    finish: Stage | None = None
    assets: dict[str, tuple[Asset, ...]] = field(default_factory=dict)


class Machine(Struct, frozen=True, kw_only=True):
    """What the scenario runs on at Killercoda, by name."""

    imageid: str


class Scenario(Struct, frozen=True, kw_only=True):
    """``index.json``."""

    backend: Machine
    title: str = ""
    description: str = ""
    difficulty: str = ""
    time: str | int = ""
    details: Details = Details()


class Image(NamedTuple):
    """What stands here for a machine of Killercoda's, and how it differs.

    ``machine`` is how it differs for a scenario that uses what only a machine has, "" where it makes no difference.
    """

    backend: str
    nodes: int
    differs: str
    machine: str = ""


_DEBIAN = "this runs as root in a Debian container, not on an Ubuntu machine: it has no systemd and no Docker inside"
_MACHINE = (
    "this runs as root on Debian, not Ubuntu; it uses {}, and so it asks for the machine profile: a privileged"
    " container with systemd and Docker"
)
_ON_NODE = (
    "the shell is root's on the control plane of a kind cluster, on Debian; who is root there can be it on the engine's"
    " machine, too"
)
_IMAGES = {
    "ubuntu*": Image("docker", 1, _DEBIAN, _MACHINE),
    "kubernetes-kubeadm-1node*": Image("kind", 1, _ON_NODE),
    "kubernetes-kubeadm-2nodes*": Image("kind", 2, _ON_NODE),
    "kubernetes-k3s-1node*": Image("kind", 1, f"{_ON_NODE}; nor is it k3s"),
}


def is_scenario(root: Path) -> bool:
    """Return whether a directory is a scenario; what has a manifest of ours is a pack of ours."""
    return bool(index_of(root)) and not is_native(root)


def names_machine(index: Path) -> bool:
    """Return whether an index, as far as it can be read, has the one key that every scenario has."""
    return "imageid" in _beginning(index)


def index_of(root: Path) -> str:
    """Return the name of the index that a directory has, "" where it has none.

    Other programs have an ``index.yaml``, too (a Helm repository): it is a scenario's where it names a machine.
    """
    for name in _INDEXES:
        if has_file(root, name) and (name == SCENARIO or names_machine(root / name)):
            return name
    return ""


def read_index(files: Mapping[str, bytes], root: Path) -> tuple[Document, Scenario]:
    """Read the index of a scenario; raises PackProblem, with file and line."""
    name = next((name for name in _INDEXES if name in files), SCENARIO)
    text, source = read_text(files, root, name, MAX_MANIFEST), str(root / name)
    document = read_json(text, source=source) if name == SCENARIO else read_document(text, source=source)
    return document, decode(document, Scenario)


def read_json(text: str, *, source: str) -> Document:
    """Read JSON as strictly as YAML is read, and where in its file each value stands; raises PackProblem."""
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as cause:
        raise fault_at(source, cause.lineno, f"not JSON: {cause.msg}") from cause
    except (RecursionError, ValueError) as cause:  # also a number of thousands of digits
        raise fault_at(source, 1, f"not JSON that can be read: {cause}") from cause
    # What is JSON is YAML, but for tabs between its parts, which it has nowhere else, and for half characters.
    return read_document(_PAIR.sub(_one_character, text.replace("\t", " ")), source=source)


def image_of(document: Document, scenario: Scenario) -> Image:
    """Return what stands for the scenario's machine; raises PackProblem, with those that are known."""
    for pattern, image in _IMAGES.items():
        if fnmatchcase(scenario.backend.imageid, pattern):
            return image
    raise document.problem(
        ("backend", "imageid"),
        f"nothing here stands for the machine `{scenario.backend.imageid}`",
        hint=f"these work: {', '.join(_IMAGES)}",
    )


def _beginning(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_MANIFEST).decode(errors="replace")
    except OSError:
        return ""


def _refuse_constant(word: str) -> Never:
    """Refuse what Python alone writes into JSON: ``NaN`` and ``Infinity``."""
    raise ValueError(f"{word} is not a value")


def _one_character(pair: re.Match[str]) -> str:
    return pair[1] + str(json.loads(f'"{pair[2]}"'))
