"""What a secret may be, and which keyrings are refused."""

from __future__ import annotations

import sys
from pathlib import Path

import keyring.core
import pytest

from tempshell_cli.backends.base import Secret
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.redact import values_in_parts
from tempshell_cli.sessions.secrets import LONGEST, Secrets, value_of
from tests.support.keyrings import PlaintextKeyring


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"a", "a"), (b"a\n", "a"), (b"a\r\n", "a"), (b" a \n", " a "), (b"a\nb\n", "a\nb\n"), (b"a\nb", "a\nb")],
)
def test_a_single_line_is_without_its_end_and_several_are_as_they_are(content: bytes, value: str) -> None:
    assert value_of("token", content) == value


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff", b"a\0b", b"a" * (LONGEST + 1)])
def test_what_no_variable_can_hold_is_refused(content: bytes) -> None:
    with pytest.raises(UsageProblem, match="token"):
        value_of("token", content)


def test_a_plain_file_that_nobody_has_chosen_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "get_keyring", PlaintextKeyring)
    monkeypatch.setattr(keyring.core, "load_config", lambda: None)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    secrets = Secrets(Paths(state=tmp_path / "state", config=tmp_path / "config"))
    with pytest.raises(EngineUnavailable, match="in a plain file") as refused:
        secrets.set("token", "x")
    assert "--secret-file" in refused.value.hint
    assert secrets.names() == []


def test_without_the_library_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "keyring"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(EngineUnavailable, match="secrets need keyring, which is not installed") as refused:
        Secrets(Paths(state=tmp_path / "state", config=tmp_path / "config")).get("token")
    assert "pip install keyring" in refused.value.hint


def test_all_secrets_of_a_session_have_a_limit(tmp_path: Path) -> None:
    secrets = Secrets(Paths(state=tmp_path / "state", config=tmp_path / "config"))
    with pytest.raises(UsageProblem, match="in all"):
        secrets.filled([Secret(str(number), value="x" * LONGEST) for number in range(9)])


def test_no_message_shows_a_value() -> None:
    assert "hunter2" not in repr([Secret("token", "TOKEN", "hunter2")])


def test_a_line_of_a_value_is_a_part_that_can_be_shown() -> None:
    assert values_in_parts(["one", "two\r\n three \n", ""]) == ["one", "two\r\n three \n", "two", "three"]
