"""Label selectors, by the pods that they select."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_EXPRESSION_KEYS = {"key", "operator", "values"}


class Allowed(NamedTuple):
    """What a label may be: one of ``values``, or with ``exclusion`` any other; and whether it may be absent."""

    values: frozenset[str]
    exclusion: bool
    absent: bool

    def admits(self, value: str | None) -> bool:
        """Return whether the label may have this value; None for an object without it."""
        return self.absent if value is None else (value in self.values) is not self.exclusion

    def and_(self, other: Allowed) -> Allowed:
        """Return what satisfies both."""
        absent = self.absent and other.absent
        if self.exclusion and other.exclusion:
            return Allowed(self.values | other.values, exclusion=True, absent=absent)
        listed, rest = (other, self) if self.exclusion else (self, other)
        return Allowed(frozenset(filter(rest.admits, listed.values)), exclusion=False, absent=absent)


_ANY = Allowed(frozenset(), exclusion=True, absent=True)
_NONE = Allowed(frozenset(), exclusion=False, absent=False)


class Selector(NamedTuple):
    """What a selector comes to: equal for selectors that select the same. One that selects nothing has ``nothing``."""

    labels: frozenset[tuple[str, Allowed]]
    nothing: bool = False

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Return whether it selects an object with these labels."""
        return not self.nothing and all(allowed.admits(labels.get(key)) for key, allowed in self.labels)


def selector(value: object) -> Selector:
    """Return what a selector comes to: ``matchLabels`` and ``matchExpressions``, or the plain map of a Service.

    Raises ValueError where it is not one.
    """
    if not isinstance(value, Mapping):
        raise ValueError("a selector is a mapping")  # noqa: TRY004 - the caller's data, not its types
    is_plain = all(isinstance(one, str) for one in value.values())
    if not is_plain and (odd := value.keys() - {"matchLabels", "matchExpressions"}):
        raise ValueError(f"a selector has matchLabels and matchExpressions, not {min(odd)}")
    labels = value if is_plain else value.get("matchLabels") or {}
    expressions = () if is_plain else value.get("matchExpressions") or ()
    if not isinstance(labels, Mapping) or not isinstance(expressions, (list, tuple)):
        raise ValueError("matchLabels is a mapping, and matchExpressions a list")  # noqa: TRY004 - as above
    wanted: dict[str, Allowed] = {}
    for key, one in (*((key, _equal(text)) for key, text in labels.items()), *map(_expression, expressions)):
        wanted[key] = wanted.get(key, _ANY).and_(one)
    if _NONE in wanted.values():
        return Selector(frozenset(), nothing=True)
    return Selector(frozenset((key, one) for key, one in wanted.items() if one != _ANY))


def _equal(value: object) -> Allowed:
    if not isinstance(value, str):
        raise ValueError(f"a label is a text, and {value!r} is not")  # noqa: TRY004 - as above
    return Allowed(frozenset({value}), exclusion=False, absent=False)


def _expression(given: object) -> tuple[str, Allowed]:
    # https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement
    if not isinstance(given, Mapping) or not isinstance(given.get("key"), str) or given.keys() - _EXPRESSION_KEYS:
        raise ValueError("an expression has key, operator and values")
    values = given.get("values") or []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ValueError("the values of an expression are texts")
    listed = frozenset(values)
    match given.get("operator"):
        case "In" if listed:
            return given["key"], Allowed(listed, exclusion=False, absent=False)
        case "NotIn" if listed:
            return given["key"], Allowed(listed, exclusion=True, absent=True)
        case "Exists" if not listed:
            return given["key"], Allowed(frozenset(), exclusion=True, absent=False)
        case "DoesNotExist" if not listed:
            return given["key"], Allowed(frozenset(), exclusion=False, absent=True)
    raise ValueError("an expression is In or NotIn with values, or Exists or DoesNotExist without")
