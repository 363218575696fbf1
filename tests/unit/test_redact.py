"""Secrets are taken out of a recorded stream, however it is cut into pieces."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.core.redact import MARK, OUTPUT, Piece, Redactor, secret_values

SECRET = "s3cr3t-canary"  # noqa: S105 - of a test


def redacted(*texts: str, known: tuple[str, ...] = (SECRET,)) -> str:
    """Return the text that comes out where these come in one after the other."""
    return "".join(piece.text for piece in pieces(*texts, known=known))


def pieces(*texts: str, known: tuple[str, ...] = (SECRET,)) -> list[Piece]:
    redactor = Redactor(known)
    out = [one for at, text in enumerate(texts) for one in redactor.feed(Piece(at, OUTPUT, text))]
    return out + redactor.rest()


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        f"\x1b[31m{SECRET[:4]}\x1b[0m\x1b[K{SECRET[4:]}",
        f"{SECRET[:6]}\r\n{SECRET[6:]}",
    ],
)
def test_a_known_value_is_found_as_it_is_encoded_coloured_and_wrapped(shown: str) -> None:
    text = redacted(f"before {shown} after\n")
    assert text.startswith("before ")
    assert text.endswith(f"{MARK} after\n")
    assert "canary" not in text


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", MARK),
        ("AKIAIOSFODNN7EXAMPLE", MARK),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_", MARK),
        ("export DB_PASSWORD=hunter22", f"export DB_PASSWORD={MARK}"),
        ('"client_secret": "abcd1234"', f'"client_secret": "{MARK}"'),
        ("Authorization: Bearer abcdefgh12345", f"Authorization: Bearer {MARK}"),
        ("https://me:hunter2@host/x", f"https://me:{MARK}@host/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\r\nAAAA\r\n-----END RSA PRIVATE KEY-----", MARK),
    ],
)
def test_what_looks_like_a_secret_is_one(shown: str, left: str) -> None:
    assert redacted(f"$ {shown} \n") == f"$ {left} \n"


@pytest.mark.parametrize(
    "text", ["Password: \r\n", "  secretName: my-tls\n", "kind: Secret\n", "12:30:01 token bucket\n", "a@b.example\n"]
)
def test_what_only_speaks_of_secrets_stays(text: str) -> None:
    assert redacted(text) == text


@given(st.lists(st.integers(0, 400), max_size=8))
def test_nothing_is_lost_or_shown_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    whole = "".join(f"line {number} {SECRET if number % 3 == 0 else 'plain'}\r\n" for number in range(20))
    places = [0, *sorted(cuts), len(whole)]
    parts = [whole[start:end] for start, end in pairwise(places)]
    assert redacted(*parts) == whole.replace(SECRET, MARK)


def test_what_is_typed_letter_by_letter_keeps_its_times() -> None:
    out = pieces(*"echo ", *SECRET, "\r\n")
    assert "".join(piece.text for piece in out) == f"echo {MARK}\r\n"
    assert [piece.at for piece in out] == [0, 1, 2, 3, 4, 5, 5 + len(SECRET)]


def test_a_long_line_is_not_held_back_for_ever() -> None:
    redactor = Redactor([SECRET])
    shown = [one for number in range(400) for one in redactor.feed(Piece(number, OUTPUT, "x" * 99 + SECRET))]
    text = "".join(piece.text for piece in shown)
    assert len(text) > 10_000
    assert "canary" not in text


def test_other_pieces_keep_their_places() -> None:
    redactor = Redactor()
    out = [
        one
        for piece in (Piece(1, OUTPUT, "a\n"), Piece(2, "m", "mark"), Piece(3, OUTPUT, "b\nc\nd\n"))
        for one in redactor.feed(piece)
    ]
    assert [one.kind for one in (*out, *redactor.rest())] == [OUTPUT, "m", OUTPUT, OUTPUT]


def test_a_variable_is_secret_by_its_name() -> None:
    environment = {"API_TOKEN": "abcdef", "db_password": "hunter22", "EDITOR": "vim", "PASSWORD": "x", "TOKENS": "many"}
    environment |= {"PWD": "/home/ann", "OLDPWD": "/home"}
    assert secret_values(environment) == ["abcdef", "hunter22"]
