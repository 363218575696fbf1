"""Variables for a sandbox, read as ``docker run`` reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tempshell_cli.cli.parsing import environment
from tempshell_cli.core.errors import UsageProblem


def test_options_lie_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("# comment\n\n  # another\nA=from file\nB=1\nEMPTY=\nURL=http://x/?a=b\n")
    found = environment(["A=from option", "C=2"], file)
    assert found == {"A": "from option", "B": "1", "EMPTY": "", "URL": "http://x/?a=b", "C": "2"}


@pytest.mark.parametrize("pair", ["NOVALUE", "=x", "1A=x", "A-B=x", "A B=x", ""])
def test_what_is_no_variable_is_refused(pair: str) -> None:
    with pytest.raises(UsageProblem, match="NAME=VALUE"):
        environment([pair], None)


def test_the_value_of_a_variable_is_not_in_the_error(tmp_path: Path) -> None:
    """It may be a secret."""
    file = tmp_path / "env"
    file.write_text("A-B=hunter2\n")
    with pytest.raises(UsageProblem) as refused:
        environment([], file)
    assert "hunter2" not in str(refused.value) + refused.value.hint


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "vars"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageProblem, match="vars"):
        environment([], file)
