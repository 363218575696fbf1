"""The operators of conditions: which values they take, whether they hold, and how they are said."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from msgspec import UNSET

from tempshell_cli.packs.checks.matching import refuse_bad_pattern, search, shown
from tempshell_cli.packs.checks.values.meaning import ORDERED, As, Context, is_alike, read
from tempshell_cli.packs.checks.values.quantity import quantity
from tempshell_cli.packs.checks.values.selector import Selector


class Comparison(NamedTuple):
    """How two values are compared: as what, and where the one stands that was found."""

    as_: As | None
    context: Context

    def same(self, value: object, other: object) -> bool:
        """Return whether both mean the same."""
        if self.as_ is None:
            return is_alike(value, other, self.context.found.at)
        return bool(self.read(value) == self.read(other))

    def among(self, value: object, others: Iterable[object]) -> bool:
        """Return whether one of the others means the same."""
        return any(self.same(value, other) for other in others)

    def read(self, value: object) -> Any:  # noqa: ANN401 - what can be compared, whatever it is
        """Return what is compared, None for what is not a quantity where nothing is said; raises ValueError."""
        return read(value, self.as_, self.context) if self.as_ else quantity(value)


class Operator(NamedTuple):
    """``refuse`` raises ValueError for a value, compared so, with which it could never hold."""

    verb: str
    refuse: Callable[[object, As | None], None]
    holds: Callable[[Any, Any, Comparison], bool]


def _refuse_unreadable(value: object, as_: As | None) -> None:
    if isinstance(value, float) and as_ in {"text", "version"}:
        raise ValueError(f"needs {value} in quotes: YAML takes 1.10 for the number 1.1")
    try:
        read(value, as_)
    except ValueError as cause:
        raise ValueError(f"cannot compare {shown(value)} `as: {as_}`: {cause}") from cause


def _refuse_unordered(value: object, as_: As | None) -> None:
    if as_ not in {None, *ORDERED}:
        raise ValueError(f"cannot compare `as: {as_}`, which has no order")
    if as_ is None and quantity(value) is None:
        raise ValueError(f"compares quantities, and {value!r} is not one")
    _refuse_unreadable(value, as_)


def _refuse_no_list(value: object, as_: As | None) -> None:
    if not isinstance(value, list):
        raise ValueError("needs a list as its `value`")  # noqa: TRY004 - the pack's data, not our types
    for one in value:
        _refuse_unreadable(one, as_)


def _refuse_no_labels(value: object, as_: As | None) -> None:
    if as_ != "selector" or not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError("needs `as: selector`, and labels as its `value`")


def _refuse_no_pattern(value: object, as_: As | None) -> None:
    if not isinstance(value, str) or as_ not in {None, "text"}:
        raise ValueError("needs a text as its `value`, and takes no `as` but text")
    refuse_bad_pattern(value)


def _refuse_no_truth(value: object, as_: As | None) -> None:
    if as_ or not (value is UNSET or isinstance(value, bool)):
        raise ValueError("takes `value: true` or `value: false`, and no `as`")


def _contains(value: object, wanted: object, comparison: Comparison) -> bool:
    """Return whether a list has an item, a mapping a key, or a text a part."""
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    return isinstance(value, (list, dict)) and comparison.among(wanted, value)


def _is_set(value: object, wanted: list[object], comparison: Comparison) -> bool:
    return (
        isinstance(value, list)
        and all(comparison.among(one, wanted) for one in value)
        and all(comparison.among(one, value) for one in wanted)
    )


def _is_only(value: object, wanted: list[object], comparison: Comparison) -> bool:
    return all(comparison.among(one, wanted) for one in (value if isinstance(value, (list, dict)) else [value]))


def _selects(value: object, wanted: Mapping[str, str], comparison: Comparison) -> bool:
    return cast("Selector", comparison.read(value)).selects(wanted)


def _in_order(verb: str, holds: Callable[[Any, Any], bool]) -> Operator:
    def compared(value: object, wanted: object, comparison: Comparison) -> bool:
        numbers = comparison.read(value), comparison.read(wanted)
        return None not in numbers and holds(*numbers)

    return Operator(verb, _refuse_unordered, compared)


EXISTS = "exists"
OPERATORS: Mapping[str, Operator] = {
    "==": Operator("is", _refuse_unreadable, lambda value, wanted, by: by.same(value, wanted)),
    "!=": Operator("is not", _refuse_unreadable, lambda value, wanted, by: not by.same(value, wanted)),
    "<": _in_order("is less than", operator.lt),
    "<=": _in_order("is at most", operator.le),
    ">": _in_order("is more than", operator.gt),
    ">=": _in_order("is at least", operator.ge),
    "contains": Operator("contains", _refuse_unreadable, _contains),
    "regex": Operator("matches the pattern", _refuse_no_pattern, lambda value, wanted, _: search(wanted, str(value))),
    EXISTS: Operator("is set", _refuse_no_truth, lambda *_: True),
    "set": Operator("has just these items, in any order:", _refuse_no_list, _is_set),
    "only": Operator("has nothing besides", _refuse_no_list, _is_only),
    "selects": Operator("selects what has the labels", _refuse_no_labels, _selects),
}
