"""What counts as the same, and how a difference is put into words."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest

from tempshell_cli.packs.checks.matching import (
    CannotLook,
    TextMatch,
    data_mismatch,
    json_mismatch,
    text_mismatch,
    yaml_mismatch,
)


def text(found: bytes, **want: str) -> bool:
    return text_mismatch(msgspec.convert(want, TextMatch), found) is None


@pytest.mark.parametrize(
    ("found", "want"),
    [
        (b"a\n", {"equals": "a"}),
        (b"a", {"equals": "a\n"}),
        (b"a\nb\n\n", {"equals": "a\nb"}),
        (b"", {"equals": ""}),
        (b"one\ntwo\n", {"regex": "^two$"}),
        (b"one\ntwo\n", {"regex": r"one\ntwo"}),
        (b"one", {"regex": "(?i)ONE"}),
        ("größer".encode(), {"regex": "größer", "contains": "ö"}),
        (b"\xff", {"contains": "\ufffd"}),
    ],
)
def test_texts_that_match(found: bytes, want: dict[str, str]) -> None:
    assert text(found, **want)


@pytest.mark.parametrize(
    ("found", "want"),
    [
        (b" a", {"equals": "a"}),
        (b"a ", {"equals": "a"}),
        (b"a\r\n", {"equals": "a"}),
        (b"a\n\nb", {"equals": "a\nb"}),
        (b"", {"contains": "a"}),
        (b"a", {"regex": "^b"}),
        (b"ab", {"contains": "a", "regex": "^b"}),
    ],
)
def test_texts_that_do_not(found: bytes, want: dict[str, str]) -> None:
    assert not text(found, **want)


def test_a_pattern_that_takes_for_ever_is_an_error_in_time() -> None:
    """Catastrophic backtracking (CWE-1333) stops neither the program nor its screen."""
    start = time.monotonic()
    with pytest.raises(CannotLook, match="took more than 3 s"):
        text(b"a" * 60 + b"!", regex="^(a+)+$")
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("pattern", "found"),
    [(r"^b\.[c-e]$", True), (r"^b\.[c-e]{1}$", True), ("^c", False), ("^(c|x)", False)],
)
@pytest.mark.parametrize("more", ["", "\n" * 70_000], ids=["short", "long"])
def test_a_pattern_finds_the_same_wherever_it_is_searched_for(pattern: str, found: bool, more: str) -> None:  # noqa: FBT001 - a column of the table
    assert text(f"a\nb.d\n{more}".encode(), regex=pattern) is found


@pytest.mark.parametrize(
    ("want", "found"),
    [
        ({}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ([1, {"a": 1}], [1, {"a": 1, "b": 2}]),
        (1, 1.0),
        (None, None),
        ({"a": None}, {"a": None}),
        ("1", "1"),
    ],
)
def test_data_that_matches(want: Any, found: Any) -> None:  # noqa: ANN401 - any data
    assert data_mismatch(want, found) is None


@pytest.mark.parametrize(
    ("want", "found", "expected", "shown"),
    [
        ({"a": 1}, {}, "a: 1", "no such key"),
        ({"a": None}, {}, "a: null", "no such key"),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[0].b: 1", "a[0].b: 2"),
        ([1], [1, 2], "[1]", "[1, 2]"),
        ([], {}, "[]", "{}"),
        (1, True, "1", "true"),
        (False, 0, "false", "0"),
        ("1", 1, '"1"', "1"),
        ({"a": {}}, {"a": None}, "a: {}", "a: null"),
    ],
)
def test_data_that_does_not(want: Any, found: Any, expected: str, shown: str) -> None:  # noqa: ANN401 - any data
    assert data_mismatch(want, found) == (expected, shown)


@pytest.mark.parametrize("hostile", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": 1} 2'])
def test_what_is_not_json_is_a_difference_and_no_crash(hostile: bytes) -> None:
    differs = json_mismatch({}, hostile)
    assert differs is not None
    assert differs.expected == "JSON"


LAUGHS = b"a: &a [x]\n" + b"".join(b"%c: &%c [%s]\n" % (k, k, b",".join([b"*%c" % (k - 1)] * 9)) for k in b"bcdefgh")


@pytest.mark.parametrize(
    "hostile",
    [b"{", b"\xff", b"[" * 60_000, b"a: *x", b"a: &x [*x]", b"? [1]\n: 2", LAUGHS, b"--- a\n--- {"],
)
def test_what_is_not_yaml_is_a_difference_and_no_crash(hostile: bytes) -> None:
    differs = yaml_mismatch({}, hostile)
    assert differs is not None
    assert differs.expected == "YAML"


@pytest.mark.parametrize(
    "learners",
    [
        b"a: 1\nb: {c: [x]}",
        b"---\na: 1\nb: {c: [x]}\n---\n",
        b"kind: Other\n---\na: 1\nb: {c: [x]}\n",
        b"one: &one {c: [x]}\na: 1\nb: *one",
        b"base: &base {a: 1, b: none}\n<<: *base\nb: {c: [x]}",
        b"<<: [{a: 1}, {a: 2}]\nb: {c: [x]}",
        b"a: 2\na: 1\nb: {c: [x]}",
        b'a: !!int "1"\nb: !learners {c: [!!str x]}',
        b"\xef\xbb\xbfa: 1\nb: {c: [x]}",
        b"%YAML 1.2\n---\na: 1\nb:\n  c: [x]\n...\n",
    ],
)
def test_a_learner_s_yaml_is_read_as_other_programs_read_it(learners: bytes) -> None:
    assert yaml_mismatch({"a": 1, "b": {"c": ["x"]}}, learners) is None


def test_scalars_mean_the_same_in_a_learner_s_yaml_and_in_a_pack() -> None:
    scalars = b"{a: no, b: 22:22, c: 0644, d: 2026-01-01, e: 1.5, f: true, g: '1', h: !!str 1, i: ~, j: 1_000}"
    want = {"a": "no", "b": "22:22", "c": "0644", "d": "2026-01-01", "e": 1.5, "f": True, "g": "1", "h": "1", "i": None}
    assert yaml_mismatch({**want, "j": "1_000"}, scalars) is None


@pytest.mark.parametrize(
    ("found", "differs"),
    [
        ({"a": 1, "b": [{"c": 2}]}, None),
        ({"a": 1, "b": [{"c": 2}], "d": 3}, ("no key d", "d: 3")),
        ({"a": 1, "b": [{"c": 2, "e": 3}]}, ("no key b[0].e", "b[0].e: 3")),
        ({"a": 1}, ('b: [{"c": 2}]', "no such key")),
    ],
)
def test_what_is_exact_has_no_other_keys(found: object, differs: tuple[str, str] | None) -> None:
    want = {"a": 1, "b": [{"c": 2}]}
    text = json.dumps(found).encode()
    assert json_mismatch(want, text, exact=True) == yaml_mismatch(want, text, exact=True) == differs
