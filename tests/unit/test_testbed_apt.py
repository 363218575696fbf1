"""Packages of another suite: the testbed installs them only where this machine's own packages stay as they are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.testbed import apt

pytestmark = pytest.mark.skipif(not shutil.which("apt-get"), reason="apt's plans can only be read on Debian")

NEWER = "libc6 (>= 99)"


def _package(folder: Path, *fields: str, name: str = "testbed-example") -> Path:
    """Build an empty package with these fields."""
    control = folder / name / "DEBIAN" / "control"
    control.parent.mkdir(parents=True)
    head = (f"Package: {name}", "Version: 99", f"Architecture: {_output('dpkg', '--print-architecture')}")
    control.write_text("\n".join((*head, "Maintainer: nobody", "Description: empty", *fields, "")), encoding="utf-8")
    _output("dpkg-deb", "--build", str(control.parents[1]), str(folder / f"{name}.deb"))
    return folder / f"{name}.deb"


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def test_a_package_that_changes_nothing_else_can_be_installed(tmp_path: Path) -> None:
    assert apt.refusal([_package(tmp_path, "Depends: libc6 (>= 2.0)")]) == ""


def test_a_package_for_a_newer_c_library_is_refused_in_the_words_of_apt(tmp_path: Path) -> None:
    assert f"testbed-example : Depends: {NEWER}" in apt.refusal([_package(tmp_path, f"Depends: {NEWER}")])


def test_a_package_that_brings_its_c_library_is_refused(tmp_path: Path) -> None:
    library = _package(tmp_path, "Multi-Arch: same", name="libc6")
    assert "libc6" in apt.refusal([_package(tmp_path, f"Depends: {NEWER}"), library])


def test_a_package_that_removes_another_is_refused(tmp_path: Path) -> None:
    installed = _output("dpkg-query", "--show", "--showformat", "${Priority} ${Package}\n").splitlines()
    victim = next(line.split()[1] for line in installed if line.startswith("optional "))
    assert apt.refusal([_package(tmp_path, f"Conflicts: {victim}")])
