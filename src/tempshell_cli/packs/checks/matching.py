"""What a check says of a text or of data, whether what was found is like that, and in which words the two differ."""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
import yaml

from tempshell_cli.core.errors import TempshellError
from tempshell_cli.core.process import Command
from tempshell_cli.packs.checks.values.paths import Steps, plain_steps
from tempshell_cli.packs.reading.fields import Strict, says
from tempshell_cli.packs.reading.lenient import read_leniently

# A pattern from a stranger, on a text from a stranger, can take for ever (CWE-1333), and `re` cannot be
# interrupted: so it runs in a process of its own, which can. It answers 10 for found and 11 for not found.
_SEARCH = "import json, re, sys; sys.exit(10 if re.search(*json.load(sys.stdin), re.M) else 11)"
_FOUND, _NOT_FOUND = 10, 11
_SEARCH_SECONDS = 3.0

# Without repetition and alternatives there is one way to match at each place: of so many characters all places are
# tried in 0.05 s with the slowest pattern of 1000, which is sooner than a process starts on a busy machine.
_BRANCHES = re.compile(r"[*+?{|]")
_SHORT = 65536
_LONGEST_PATTERN = 1000


class TextMatch(Strict, frozen=True, kw_only=True):
    """What a text must be like; every key given must hold."""

    equals: Annotated[str | None, says("The whole of it; a newline at the end does not matter.")] = None
    contains: Annotated[str | None, says("A part of it.")] = None
    regex: Annotated[
        str | None,
        says("Python's, searched for, `^` and `$` at each line. One that takes more than three seconds is an error."),
    ] = None

    def __post_init__(self) -> None:
        if self._is_empty():
            raise ValueError(f"give one of {', '.join(name for name in self.__struct_fields__ if name != 'exact')}")
        if self.regex is not None:
            refuse_bad_pattern(self.regex)

    def _is_empty(self) -> bool:
        return self.equals is None and self.contains is None and self.regex is None


class OutputMatch(TextMatch, frozen=True, kw_only=True):
    """What an output must be like; every key given must hold."""

    json: Annotated[Any, says("It parses, and matches in part.")] = msgspec.UNSET
    exact: Annotated[bool, says("`json` has no other keys.")] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.exact and self.json is msgspec.UNSET:
            raise ValueError("only json is exact; a text is, with equals")

    def _is_empty(self) -> bool:
        return super()._is_empty() and self.json is msgspec.UNSET


class Mismatch(NamedTuple):
    """Two texts for a person: what was expected, and what was found."""

    expected: str
    found: str


class CannotLook(TempshellError):
    """A check that could not run, through no fault of the learner's: its verdict is error."""


def no_record(what: str) -> CannotLook:
    """Return what to raise where a check is about what was there after the setup, and that is not on record."""
    return CannotLook(f"what {what} was like after the setup is not on record", hint="reset the task")


class Prevented(TempshellError):
    """A check that could not run because of what the learner did: it counts as failed."""


def output_mismatch(want: OutputMatch, found: bytes) -> Mismatch | None:
    """Compare an output: as text, and as JSON where that is asked for."""
    if want.json is not msgspec.UNSET and (differs := json_mismatch(want.json, found, exact=want.exact)):
        return differs
    return text_mismatch(want, found)


def text_mismatch(want: TextMatch, found: bytes) -> Mismatch | None:
    """Compare a text; bytes that are not UTF-8 count as the replacement character."""
    text = found.decode(errors="replace")
    seen = text or "nothing"
    if want.equals is not None and text.rstrip("\n") != want.equals.rstrip("\n"):
        return Mismatch(want.equals or "nothing", seen)
    if want.contains is not None and want.contains not in text:
        return Mismatch(f"a text that contains {shown(want.contains)}", seen)
    if want.regex is not None and not search(want.regex, text):
        return Mismatch(f"a text that matches /{want.regex}/", seen)
    return None


def json_mismatch(want: object, found: bytes, *, exact: bool = False) -> Mismatch | None:
    """Parse JSON, and compare what it says."""
    try:
        value = msgspec.json.decode(found)
    except (msgspec.DecodeError, ValueError, RecursionError) as cause:
        return Mismatch("JSON", f"{cause}: {found.decode(errors='replace') or 'nothing'}")
    return data_mismatch(want, value, Rules(exact=exact))


def yaml_mismatch(want: object, found: bytes, *, exact: bool = False) -> Mismatch | None:
    """Parse YAML, as kubectl reads it, and compare what it says: of several documents, one must be the one."""
    try:
        documents = read_leniently(found.decode()) or [None]
    except (yaml.YAMLError, UnicodeDecodeError) as cause:
        return Mismatch("YAML", " ".join(str(cause).split()))
    mismatches = [data_mismatch(want, document, Rules(exact=exact)) for document in documents]
    return None if None in mismatches else mismatches[0]


def _equal(found: object, want: object, at: Steps) -> bool:
    """Compare two values. True == 1 in Python, and in nobody's file."""
    del at
    return found == want and isinstance(want, bool) == isinstance(found, bool)


def _as_it_is(want: Sequence[object], found: Sequence[object], at: Steps) -> Sequence[object]:
    del want, at
    return found


class Rules(NamedTuple):
    """How data is compared.

    ``same``: whether a value that was found, at its place, is the one that was wanted. ``arranged`` returns a list
    that was found in the order of the wanted one, where its order has no meaning. ``exact`` allows no other keys.
    """

    same: Callable[[object, object, Steps], bool] = _equal
    arranged: Callable[[Sequence[object], Sequence[object], Steps], Sequence[object]] = _as_it_is
    exact: bool = False


_PARTIAL = Rules()


def data_mismatch(want: object, found: object, rules: Rules = _PARTIAL, at: Steps = ()) -> Mismatch | None:
    """Compare data: a mapping may have more keys than asked for, and a list is compared item by item."""
    differing: Iterable[Mismatch | None]
    if isinstance(want, dict) and isinstance(found, dict):
        if rules.exact and (more := found.keys() - want.keys()):
            place = (*at, min(more))
            return Mismatch(f"no key {plain_steps(place)}", _at(place, found[min(more)]))
        differing = (
            data_mismatch(value, found[key], rules, (*at, key))
            if key in found
            else Mismatch(_at((*at, key), value), "no such key")
            for key, value in want.items()
        )
        return next(filter(None, differing), None)
    if isinstance(want, list) and isinstance(found, list) and len(want) == len(found):
        pairs = zip(want, rules.arranged(want, found, at), strict=True)
        differing = (data_mismatch(*pair, rules, (*at, place)) for place, pair in enumerate(pairs))
        return next(filter(None, differing), None)
    return None if rules.same(found, want, at) else Mismatch(_at(at, want), _at(at, found))


def shown(value: object) -> str:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False)


def _at(at: Steps, value: object) -> str:
    return f"{plain_steps(at)}: {shown(value)}" if at else shown(value)


def search(pattern: str, text: str) -> bool:
    """Return whether the pattern is found, ``^`` and ``$`` at each line; raises CannotLook if that takes too long."""
    if len(text) <= _SHORT and not _BRANCHES.search(pattern):
        return re.search(pattern, text, re.MULTILINE) is not None
    from tempshell_cli.core.runner import SubprocessRunner  # noqa: PLC0415 - a command that only reads a pack needs no processes

    command = Command((sys.executable, "-I", "-S", "-c", _SEARCH))
    done = SubprocessRunner().run(command, stdin=json.dumps([pattern, text]).encode(), timeout=_SEARCH_SECONDS)
    if done.exit_code not in {_FOUND, _NOT_FOUND}:
        why = f"took more than {_SEARCH_SECONDS:g} s" if done.timed_out else "could not be searched for"
        raise CannotLook(f"the pattern /{pattern}/ {why}", hint="report it to the pack's author")
    return done.exit_code == _FOUND


def refuse_bad_pattern(pattern: str) -> None:
    """Raise ValueError for a pattern that is too long or does not compile."""
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"regex is longer than {_LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as cause:
        raise ValueError(f"regex does not compile: {cause}") from cause
