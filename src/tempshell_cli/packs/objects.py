"""Live objects of a cluster, and what a check says they must be like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.criteria import ObjectState, Where
from tempshell_cli.packs.matching import CannotLook, Mismatch, data_mismatch, found_in, search, shown
from tempshell_cli.packs.shell import ClusterView

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]+))?")
_BINARY = {prefix + "i": Decimal(1024) ** power for power, prefix in enumerate("KMGTPE", 1)}
_DECIMAL = {
    "n": "1e-9",
    "u": "1e-6",
    "m": "1e-3",
    "k": "1e3",
    "M": "1e6",
    "G": "1e9",
    "T": "1e12",
    "P": "1e15",
    "E": "1e18",
}
_UNITS = {**_BINARY, **{unit: Decimal(value) for unit, value in _DECIMAL.items()}}
_NO_SUCH_KIND = "the server doesn't have a resource type"
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda found, value: found < value,
    "<=": lambda found, value: found <= value,
    ">": lambda found, value: found > value,
    ">=": lambda found, value: found >= value,
}


def object_mismatch(wanted: ObjectState, cluster: ClusterView, timeout: float) -> Mismatch | None:
    """Look at the object once; raises CannotLook where the cluster does not say."""
    done = cluster.kubectl(*get_object(wanted.ref), timeout=timeout)
    if done.timed_out or done.exit_code:
        return _absent(wanted, done)
    if not wanted.exists:
        return Mismatch(f"no {wanted.ref}", "it is there")
    try:
        found = msgspec.json.decode(done.stdout)
    except msgspec.DecodeError as cause:
        raise CannotLook(f"{wanted.ref} is larger than can be looked at") from cause
    if differs := data_mismatch(wanted.match, found, same=_same):
        return Mismatch(f"{wanted.ref}: {differs.expected}", differs.found)
    return next((differs for one in wanted.where if (differs := _where_mismatch(one, found, wanted.ref))), None)


def get_object(ref: str) -> tuple[str, ...]:
    """Return the arguments for kubectl that read an object."""
    kind, namespace, name = split_ref(ref)
    where = ("--namespace", namespace) if namespace else ()
    return ("get", kind, name, *where, "--output", "json")


def split_ref(ref: str) -> tuple[str, str, str]:
    """Return kind, namespace ("" where there is none) and name of ``kind/namespace/name`` or ``kind/name``."""
    kind, *namespace, name = ref.split("/")
    return kind, namespace[0] if namespace else "", name


def _absent(wanted: ObjectState, done: Completed) -> Mismatch | None:
    said = strip_controls(done.stderr.decode(errors="replace")).strip()
    if done.timed_out or not ("(NotFound)" in said or _NO_SUCH_KIND in said):
        raise CannotLook(f"{wanted.ref} cannot be looked at: {said or 'no answer in time'}")
    if not wanted.exists:
        return None
    return Mismatch(f"a {wanted.ref}", "it is not there" if "(NotFound)" in said else said)


def _where_mismatch(wanted: Where, found: object, ref: str) -> Mismatch | None:
    values = found_in(found, wanted.jsonpath)
    at = f"{ref}: {wanted.jsonpath}"
    if wanted.op == "exists":
        asked = wanted.value is not False
        return None if bool(values) is asked else Mismatch(f"{at} {'there' if asked else 'absent'}", shown(values))
    if not values:
        return Mismatch(f"{at} {wanted.op} {shown(wanted.value)}", "no such value")
    wrong = next((value for value in values if not _holds(value, wanted)), None)
    return None if wrong is None else Mismatch(f"{at} {wanted.op} {shown(wanted.value)}", shown(wrong))


def _holds(value: object, wanted: Where) -> bool:
    if wanted.op == "==":
        return _same(value, wanted.value)
    if wanted.op == "!=":
        return not _same(value, wanted.value)
    if wanted.op == "contains":
        return wanted.value in value if isinstance(value, (str, list, dict)) else False
    if wanted.op == "regex":
        return search(str(wanted.value), str(value))
    numbers = quantity(value), quantity(wanted.value)
    return numbers[0] is not None and numbers[1] is not None and _COMPARE[wanted.op](numbers[0], numbers[1])


def _same(found: object, value: object) -> bool:
    """Tell whether two values are the same, or the same quantity; a number and a text may be."""
    if isinstance(found, bool) or isinstance(value, bool):
        return found is value
    numbers = quantity(found), quantity(value)
    return found == value or (numbers[0] is not None and numbers[0] == numbers[1])


def quantity(value: object) -> Decimal | None:
    """Return what a quantity is worth (``100m`` is 0.1, ``1Ki`` is 1024); None for anything else."""
    written = _QUANTITY.fullmatch(str(value)) if isinstance(value, (str, int, float)) else None
    if written is None or isinstance(value, bool):
        return None
    number, unit, exponent = written.groups()
    return Decimal(number) * (_UNITS[unit] if unit else Decimal(10) ** min(int(exponent or 0), 99))
