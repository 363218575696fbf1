"""What is written down of a tmux that is followed in its control mode."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tempshell_cli.cli.output.recordings import exported
from tempshell_cli.sessions.panes import _write_down

# As tmux 3.3 says it.
_BEGIN = b"""\
%begin 1764460800 263 0
%end 1764460800 263 0
%session-changed $0 main
%begin 1764460801 268 1
20x4
%end 1764460801 268 1
%output %0 before\\015\\012
%begin 1764460801 269 1
\x1b[32mbefore\x1b[39m

%end 1764460801 269 1
"""


def written(tmp_path: Path, protocol: bytes, *secrets: str) -> str:
    """Return the text of a recording with such panes."""
    cast = tmp_path / "one.cast"
    cast.write_text('{"version": 3, "term": {"cols": 20, "rows": 4}}\n[1, "o", "drawn"]\n')
    _write_down(io.BytesIO(protocol), tmp_path / "one.panes", secrets)
    return exported(cast, "txt", None)


def test_what_was_there_comes_first_and_once(tmp_path: Path) -> None:
    output = (
        rb"%output %0 a\134b \303\251\015\012" + b"\n" + rb"%output %0 \346\274" + b"\n" + rb"%output %0 \242!" + b"\n"
    )
    assert written(tmp_path, _BEGIN + output) == "before\na\\b é\n漢!\n"


def test_panes_are_distinguished(tmp_path: Path) -> None:
    output = b"".join(
        b"%%output %%%d %s\\015\\012\n" % (pane, text) for pane, text in ((0, b"a"), (1, b"x"), (0, b"b"))
    )
    assert written(tmp_path, _BEGIN + output) == "before\na\nb\nx\n"


def test_a_new_size_is_followed(tmp_path: Path) -> None:
    output = b"%layout-change @0 b25d,40x4,0,0,0 b25d,40x4,0,0,0 *\n%output %0 " + b"y" * 30 + b"\n"
    assert written(tmp_path, _BEGIN + output) == "before\n" + "y" * 30 + "\n"


def test_secrets_are_left_out(tmp_path: Path) -> None:
    assert written(tmp_path, _BEGIN + b"%output %0 it is can\n%output %0 ary-4711\n", "canary-4711") == (
        "before\nit is [redacted]\n"
    )


@pytest.mark.parametrize(
    "protocol", [b"", b"%error\n", b"%begin 1 2 1\nno size\n%end 1 2 1\n%begin 1 3 1\n%end 1 3 1\n"]
)
def test_without_a_tmux_that_speaks_it_there_is_what_was_drawn(tmp_path: Path, protocol: bytes) -> None:
    assert written(tmp_path, protocol) == "drawn\n"
