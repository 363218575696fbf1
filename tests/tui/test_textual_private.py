"""Private names of Textual are in one module, and are there in the release that is installed."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget

from tempshell_cli import tui
from tempshell_cli.tui import textual_private

FOLDER = Path(tui.__file__).parent
OTHERS = [one for one in sorted(FOLDER.rglob("*.py")) if one != Path(textual_private.__file__)]
# Those of a NamedTuple are public, whatever they look like.
_PRIVATE = re.compile(r"_(?!asdict$|replace$|fields$)[a-z]\w*")
_METHOD = re.compile(r"\bdef (_[a-z]\w*)")
_OF_SELF = re.compile(r"\bself\.(_[a-z]\w*)")


def of_textual(kind: type) -> set[str]:
    """Return the private names that a class has from Textual, those of its instances too."""
    names = set()
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] == "textual":
            names |= {name for name in vars(base) if _PRIVATE.fullmatch(name)}
            names |= set(_OF_SELF.findall(inspect.getsource(base)))
    return names


def private_names(file: Path) -> Iterator[str]:
    """Yield what a module takes of another's private names: by an import, or of an object that is not its own."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("textual._"):
            yield node.module
        elif isinstance(node, ast.Attribute) and _PRIVATE.fullmatch(node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if not own:
                yield node.attr


def classes_of(file: Path) -> Iterator[type]:
    module = import_module(".".join(("tempshell_cli.tui", *file.relative_to(FOLDER).with_suffix("").parts)))
    yield from (one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__)


@pytest.mark.parametrize("file", OTHERS, ids=[str(one.relative_to(FOLDER)) for one in OTHERS])
def test_no_other_module_uses_one(file: Path) -> None:
    assert list(private_names(file)) == []
    if file.name == "__init__.py":
        return
    for kind in classes_of(file):
        source = inspect.getsource(kind)
        # A method or an attribute of ours with the name of one of Textual's takes its place, unseen.
        assert {*_OF_SELF.findall(source), *_METHOD.findall(source)} & of_textual(kind) == set(), kind


def test_each_is_there() -> None:
    used = set(private_names(Path(textual_private.__file__))) | {"_exit_renderables", "_handle_exception"}
    used |= {"_file", "_loop", "_app"}
    there = {name for kind in (App, LinuxDriver, Screen, Widget) for name in of_textual(kind)}
    names = {name for name in used if not name.startswith("textual.")}
    assert len(names) > 10
    assert names <= there
