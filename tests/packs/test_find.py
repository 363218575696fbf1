"""Packs are found by name, wherever they come from, and by directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.library.find import find_pack, list_packs

from .drafts import Draft

PLUGIN = """
from pathlib import Path
HERE = Path(__file__).parent
def where(): return str(HERE)
def broken(): raise RuntimeError("\\x1b[2Jno idea")
"""


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs a distribution that registers packs: as a package, a path, a function, and two broken ones."""
    site = Draft(tmp_path / "site")
    Draft.made_in(site.root / "draft_plugin").write("__init__.py", PLUGIN)
    site.write("draft_plugin-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: draft-plugin\nVersion: 1\n")
    site.write(
        "draft_plugin-1.dist-info/entry_points.txt",
        "[tempshell.packs]\nas-package = draft_plugin\nas-path = draft_plugin:HERE\n"
        "as-function = draft_plugin:where\nas-error = draft_plugin:broken\nas-nothing = draft_plugin:nothing\n"
        "linux-basics = draft_plugin\n",
    )
    monkeypatch.syspath_prepend(str(site.root))


@pytest.mark.parametrize("name", ["as-package", "as-path", "as-function"])
@pytest.mark.usefixtures("registered")
def test_a_registered_pack_is_found(name: str) -> None:
    assert name in list_packs()
    assert find_pack(name).id == "draft"


@pytest.mark.parametrize("name", ["as-error", "as-nothing"])
@pytest.mark.usefixtures("registered")
def test_a_broken_registration_is_named_and_harms_no_other(name: str) -> None:
    with pytest.raises(PackProblem, match=f"the pack {name} cannot be found") as refused:
        find_pack(name)
    assert "\x1b" not in str(refused.value)
    assert find_pack("as-path").id == "draft"


@pytest.mark.usefixtures("registered")
def test_nobody_takes_the_place_of_a_shipped_pack(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    draft.root.rename(draft.root.parent / "linux-basics")
    monkeypatch.chdir(draft.root.parent)
    assert find_pack("linux-basics").id == "linux-basics"
    assert find_pack("./linux-basics").id == "draft"


def test_every_shipped_pack_loads_and_is_found_by_its_id() -> None:
    assert "linux-basics" in list_packs()
    assert [find_pack(name).id for name in list_packs()] == list_packs()


def test_a_directory_is_found_from_where_one_stands(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_pack(str(draft.root)).id == "draft"
    monkeypatch.chdir(draft.root)
    assert find_pack(".").id == "draft"
    monkeypatch.chdir(draft.root.parent)
    assert find_pack("draft").id == "draft"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(PackProblem, match="no pack 'linux-basic'") as refused:
        find_pack("linux-basic")
    assert refused.value.hint == "did you mean `linux-basics`?"


def test_a_name_like_no_other_is_answered_with_all_that_are_known() -> None:
    with pytest.raises(PackProblem) as refused:
        find_pack("zzz")
    assert "linux-basics" in refused.value.hint
