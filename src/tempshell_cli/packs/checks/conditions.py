"""Conditions on the values of an object: what they may say, whether they hold, and in which words they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, field

from tempshell_cli.packs.checks.matching import Mismatch, shown
from tempshell_cli.packs.checks.operators import EXISTS, OPERATORS, Comparison
from tempshell_cli.packs.checks.values.meaning import As, Context
from tempshell_cli.packs.checks.values.paths import Found, plain_path, plain_steps, refuse_bad_path
from tempshell_cli.packs.reading.fields import Strict, says

_NOUNS = {"cron": "schedule"}
_MOST_SHOWN = 5  # values that a mismatch shows


class Where(Strict, frozen=True, kw_only=True):
    """A condition on values of an object: an `op` on what the path finds, or one of `any_of`, `all_of` and `not`."""

    jsonpath: Annotated[
        str | None,
        says(
            "RFC 9535's, or kubectl's (`{.spec.replicas}`), without patterns in filters. With `any_of`, `all_of` and"
            " `not` it may be left out; if it is there, their own paths begin at each value that it finds."
        ),
    ] = None
    op: Annotated[
        Literal["==", "!=", "<", "<=", ">", ">=", "contains", "regex", "exists", "set", "only", "selects"],
        says(
            "How the value is compared. `exists` asks whether there is one; with `value: false`, that there is none."
            " `set`: a list with the same items, in any order. `only`: a list without other items, a mapping without"
            " other keys, or one of these values. `selects`: a selector that selects an object with these labels."
        ),
    ] = "=="
    value: Annotated[Any, says("What it is compared with: a quantity for `<` and its like, a pattern for `regex`.")] = (
        UNSET
    )
    as_: Annotated[
        As | None,
        says("What the value is, so that all spellings of it are equal: see [conditions](packs.md#conditions)."),
    ] = field(default=None, name="as")
    of: Annotated[str | None, says("Of `as: percentage`: the path to the count, from the whole object.")] = None
    each: Annotated[
        Literal["every", "some", "none"],
        says("How many of the values must satisfy it. `every` and `some` need one at least; `none` does not."),
    ] = "every"
    any_of: Annotated[Annotated[tuple[Where, ...], Meta(min_length=1)] | None, says("One of these must hold.")] = None
    all_of: Annotated[Annotated[tuple[Where, ...], Meta(min_length=1)] | None, says("All of these must hold.")] = None
    not_: Annotated[Where | None, says("This must not hold.")] = field(default=None, name="not")

    def __post_init__(self) -> None:
        groups = [name for name in ("any_of", "all_of", "not_") if getattr(self, name) is not None]
        if self.jsonpath is not None:
            refuse_bad_path(self.jsonpath)
        if len(groups) > 1:
            raise ValueError("give one of any_of, all_of and not")
        if groups:
            if self.value is not UNSET or self.as_ or self.of or self.op != "==":
                raise ValueError(f"`{groups[0].strip('_')}` takes no op, value, as or of: its conditions have them")
        elif self.jsonpath is None:
            raise ValueError("a condition has a jsonpath, or one of any_of, all_of and not")
        else:
            self._refuse_bad_value()

    def paths(self) -> Iterator[str]:
        """Yield its own path, and those of the conditions in it."""
        if self.jsonpath:
            yield self.jsonpath
        for one in (*(self.any_of or ()), *(self.all_of or ()), *((self.not_,) if self.not_ else ())):
            yield from one.paths()

    def _refuse_bad_value(self) -> None:
        """Raise ValueError where nothing could ever be compared so."""
        if (self.as_ == "percentage") is not (self.of is not None):
            raise ValueError("`as: percentage` needs `of`, the path to the count, and nothing else takes it")
        if self.of is not None:
            refuse_bad_path(self.of)
        if self.op == EXISTS and self.each != "every":
            raise ValueError("`exists` takes no `each`")
        if self.value is UNSET and self.op != EXISTS:
            raise ValueError(f"`{self.op}` needs a `value`")
        try:
            OPERATORS[self.op].refuse(self.value, self.as_)
        except ValueError as cause:
            raise ValueError(f"`{self.op}` {cause}") from cause


def where_mismatch(wanted: Where, root: object, base: Found | None = None) -> Mismatch | None:
    """Compare what the condition says with an object, or with a value of it, ``base``, at which its path begins."""
    base = base or Found(root)
    found = [base] if wanted.jsonpath is None else base.find(wanted.jsonpath)
    if wanted.op == EXISTS:
        asked = wanted.value is not False
        return None if bool(found) is asked else Mismatch(expected(wanted), _listed(found) or _unset(wanted))
    reasons = [_why_not(wanted, one, root) for one in found]
    holding = [one for one, why in zip(found, reasons, strict=True) if not why]
    match wanted.each:
        case "none":
            why = _listed(holding)
        case "some":
            why = "" if holding else "; ".join(reasons[:_MOST_SHOWN]) or _unset(wanted)
        case "every":
            why = next((why for why in reasons if why), "") if found else _unset(wanted)
    return Mismatch(expected(wanted), why) if why else None


def expected(wanted: Where) -> str:
    """Return in words what a condition asks for."""
    path = plain_path(wanted.jsonpath) if wanted.jsonpath else ""
    which = {"every": "", "some": "some ", "none": "no "}[wanted.each] + path
    if wanted.not_ is not None:
        said = f"not: {expected(wanted.not_)}"
    elif wanted.any_of or wanted.all_of:
        joined = {True: "; or ", False: "; and "}[wanted.any_of is not None]
        said = joined.join(expected(one) for one in wanted.any_of or wanted.all_of or ())
    elif wanted.op == EXISTS:
        return f"{which} is not set" if wanted.value is False else f"{which} is set"
    else:
        noun = _NOUNS.get(wanted.as_ or "", wanted.as_)
        verb = f"is the same {noun} as" if wanted.op == "==" and noun else OPERATORS[wanted.op].verb
        if wanted.op == "regex":
            return f"{which} {verb} /{wanted.value}/"
        return f"{which} {verb} {shown(wanted.value)}" + (f" of {plain_path(wanted.of)}" if wanted.of else "")
    return f"{which}: ({said})" if path else said


def _unset(wanted: Where) -> str:
    return f"{plain_path(wanted.jsonpath or '')} is not set"


def _listed(found: Sequence[Found]) -> str:
    """Return values that were found, each with its place."""
    return "; ".join(f"{plain_steps(one.at)}: {shown(one.value)}" for one in found[:_MOST_SHOWN])


def _why_not(wanted: Where, found: Found, root: object) -> str:
    """Return in words what keeps the condition from holding for one value, "" where it does."""
    if wanted.any_of or wanted.all_of:
        inner = [where_mismatch(one, root, found) for one in wanted.any_of or wanted.all_of or ()]
        failed = [one.found for one in inner if one]
        if wanted.any_of and len(failed) < len(inner):
            return ""
        return "; ".join(failed[:_MOST_SHOWN] if wanted.any_of else failed[:1])
    if wanted.not_ is not None:
        where = f"at {plain_steps(found.at)} " if found.at else ""
        return "" if where_mismatch(wanted.not_, root, found) else f"{where}it is so"
    try:
        holds = OPERATORS[wanted.op].holds(
            found.value, wanted.value, Comparison(wanted.as_, Context(root, found, wanted.of))
        )
    except ValueError as cause:  # the value is not what the condition says that it is
        return f"{_listed([found])}: {cause}"
    return "" if holds else _listed([found])
