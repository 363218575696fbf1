"""requirements.txt holds what pyproject.toml asks for, and nothing else. `nox -s lock` writes it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .places import ROOT

RENEW = "run `nox -s lock` and commit requirements.txt"
# A release and the environments it is for, its hashes, and below them who asks for it.
_ENTRY = re.compile(r"^([^\s#].*?)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)\n((?: +#.*\n)+)", re.MULTILINE)
# How it names pyproject.toml, its groups, and the build system, which the session `lock` writes to a file.
_BY_PYPROJECT = re.compile(r"\(pyproject\.toml(?::\w+)?\)$|build-system\.in$", re.MULTILINE)


class Locked(NamedTuple):
    requirement: Requirement
    is_direct: bool


def test_it_holds_what_pyproject_asks_for_and_nothing_else() -> None:
    assert list(_differences(_project(), _lock())) == [], RENEW


def _ask(*requirements: str) -> Callable[[dict[str, Any]], None]:
    return lambda project: _hook(project)["dependencies"].extend(requirements)


def _drop(project: dict[str, Any]) -> None:
    hook = _hook(project)
    hook["dependencies"] = [one for one in hook["dependencies"] if "pyyaml" not in one]


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (_ask("left-pad>=1"), "left-pad>=1 is not locked"),
        (_ask("attrs>=20"), "attrs>=20 is not locked"),  # there, but only because something else needs it
        (_ask("pyyaml>=99"), "pyyaml>=99 is locked at "),
        (_drop, "pyyaml is locked, and nothing asks for it"),
        (lambda project: project["dependency-groups"]["lint"].append("flake8"), "flake8 is not locked"),
        (lambda project: project["build-system"]["requires"].append("hatch-vcs"), "hatch-vcs is not locked"),
    ],
)
def test_a_change_of_pyproject_without_a_new_lock_is_noticed(
    change: Callable[[dict[str, Any]], None], difference: str
) -> None:
    project = _project()
    change(project)
    (found,) = _differences(project, _lock())
    assert found.startswith(difference)


def test_every_line_of_it_is_a_release_a_hash_or_a_comment() -> None:
    """No address of an index above all: everyone installs from the one that they have set up."""
    rest = re.sub(r"^ *#.*\n", "", _ENTRY.sub("", _lock()), flags=re.MULTILINE)
    assert rest == ""
    assert "://" not in _lock()


def _differences(project: Mapping[str, Any], lock: str) -> Iterator[str]:
    locked = list(_entries(lock))
    wanted = list(_wanted(project))
    for one in wanted:
        found = [entry for entry, is_direct in locked if is_direct and _name(entry) == _name(one)]
        if not found:
            yield f"{one} is not locked"
        for entry in found:
            version = str(entry.specifier).removeprefix("==")
            if version not in one.specifier:
                yield f"{one} is locked at {version}"
    names = {_name(one) for one in wanted}
    for entry, is_direct in locked:
        if is_direct and _name(entry) not in names:
            yield f"{_name(entry)} is locked, and nothing asks for it"


def _entries(lock: str) -> Iterator[Locked]:
    for requirement, _, asked_by in _ENTRY.findall(lock):
        yield Locked(Requirement(requirement), bool(_BY_PYPROJECT.search(asked_by)))


def _hook(project: Mapping[str, Any]) -> dict[str, Any]:
    """What hatch_build.py reads the dependencies from."""
    hook: dict[str, Any] = project["tool"]["hatch"]["metadata"]["hooks"]["custom"]
    return hook


def _wanted(project: Mapping[str, Any]) -> Iterator[Requirement]:
    groups = project["dependency-groups"].values()
    hook = _hook(project)
    own = [*hook["dependencies"], *hook["native"], *project["build-system"]["requires"]]
    # An included group is there itself.
    yield from map(Requirement, [*own, *(one for group in groups for one in group if isinstance(one, str))])


def _name(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _lock() -> str:
    return (ROOT / "requirements.txt").read_text("utf-8")
