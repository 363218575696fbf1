"""YAML from strangers: read strictly, refused with file and line."""

from __future__ import annotations

import timeit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.core import yaml_events
from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.yaml_events import MAX_DEPTH
from tempshell_cli.packs.reading.document import read_document

from .drafts import refusal_of

# Nine references to nine references, five levels: 9**5 strings out of some two hundred bytes.
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{this}: &{this} [{','.join([f'*{before}'] * 9)}]\n" for before, this in ("ab", "bc", "cd", "de")
)


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML comes with libyaml or without; what is refused is the same."""
    if request.param == "pure Python":
        monkeypatch.setattr(yaml_events, "LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML was built without libyaml")


def read(text: str) -> object:
    return read_document(text, source="pack.yaml").data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("y", "y"),
        ("22:22", "22:22"),
        ("0644", "0644"),
        ("0o644", "0o644"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+1", "+1"),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("2026-03-12", "2026-03-12"),
        ("<<", "<<"),
        ("1.30", 1.3),
        ("1e3", 1000.0),
        ("-7", -7),
        ("0", 0),
        ("9" * 5000, "9" * 5000),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'true'", "true"),
        ('"7"', "7"),
        ("|\n  no\n", "no\n"),
    ],
)
def test_a_scalar_is_what_it_looks_like(text: str, value: object) -> None:
    found = read(f"key: {text}")
    assert found == {"key": value}
    assert isinstance(found, dict)
    assert type(found["key"]) is type(value)


def test_keys_are_text_always() -> None:
    assert read("{80: a, true: b, no: c, ~: d}") == {"80": "a", "true": "b", "no": "c", "~": "d"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key `a` is there twice"),
        ("a: 1\nb: {c: 1, c: 2}\n", 2, "the key `c` is there twice"),
        ("a: &x 1\nb: *x\n", 1, "an anchor, &x"),
        ("a: 1\nb: *x\n", 2, "an alias, *x"),
        ("? &k a\n: 1\n", 1, "an anchor, &k"),
        ("a: !!python/object:os.system {}\n", 1, "a tag"),
        ("a: !!str 1\n", 1, "a tag"),
        ("a: 1\n? [b]\n: 2\n", 2, "a key must be plain text"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
        ('a: "\\q"\n', 1, "not YAML"),
        ('a: "\\ud800"\n', 1, ""),
    ],
)
def test_what_is_refused_is_refused_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(PackProblem) as refused:
        read(text)
    assert str(refused.value).startswith(f"pack.yaml:{line}: ")
    assert words in str(refused.value)


def test_a_bomb_is_refused_in_under_a_millisecond() -> None:
    assert len(BOMB) <= 212

    def defuse() -> None:
        with pytest.raises(PackProblem, match="an anchor"):
            read(BOMB)

    assert min(timeit.repeat(defuse, number=1, repeat=10)) < 0.001


# A release of PyYAML may have a limit of its own, and meets it before any level is reported where it scans ahead: on
# one line. So: on the first line and on a later one, in the flow style and in the block style, few levels too many
# and thousands.
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 20_000])
@pytest.mark.parametrize(
    ("level", "line"),
    [("[", 1), ("{a: ", 1), ("- ", 1), ("[\n", MAX_DEPTH + 1)],
    ids=["brackets", "braces", "dashes", "lines"],
)
@pytest.mark.parametrize("before", ["", "# a comment\n\n"], ids=["first line", "third line"])
def test_nesting_is_refused_past_the_limit(before: str, level: str, line: int, levels: int) -> None:
    with pytest.raises(PackProblem) as refused:
        read(before + level * levels)
    told = f"nested more than {MAX_DEPTH} levels deep; use fewer"
    assert str(refused.value) == f"pack.yaml:{line + before.count(chr(10))}: {told}"


def test_nesting_up_to_the_limit_is_read() -> None:
    value = read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        assert isinstance(value, list)
        value = value[0]
    assert value == []


def test_control_characters_are_not_yaml() -> None:
    with pytest.raises(PackProblem, match="not YAML"):
        read("a: \x1b[2J\n")


def test_an_error_never_carries_what_it_quotes_to_the_terminal() -> None:
    with pytest.raises(PackProblem) as refused:
        read('"\\e]0;x\\ak": 1\n"\\e]0;x\\ak": 2\n')
    assert str(refused.value) == "pack.yaml:2: the key `k` is there twice"


def test_a_problem_points_at_the_line_of_its_value_or_of_what_is_around_it() -> None:
    read_ = read_document("a:\n  b:\n  - c\n  - d\n", source="f", first_line=10)
    assert str(read_.problem(("a", "b", 1), "no")).startswith("f:13: ")
    assert str(read_.problem(("a", "b", 1, "x", 0), "no")).startswith("f:13: ")
    assert str(read_.problem((), "no")).startswith("f:10: ")


@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t\\0x1."))
def test_any_text_is_read_or_refused(text: str) -> None:
    refusal = refusal_of(lambda: read(text))
    assert not refusal or refusal.startswith("pack.yaml:")
