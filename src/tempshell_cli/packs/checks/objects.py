"""Live objects of a cluster, and what a check says they must be like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.criteria import ObjectState, Where
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, data_mismatch, found_in, search, shown
from tempshell_cli.packs.checks.quantity import quantity
from tempshell_cli.packs.checks.shell import ClusterView
from tempshell_cli.packs.checks.workload import NOT_FOUND, refuse_broken_api

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
        return _absent(wanted, cluster, done)
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


def _absent(wanted: ObjectState, cluster: ClusterView, done: Completed) -> Mismatch | None:
    said = strip_controls(done.stderr.decode(errors="replace")).strip()
    # First: without the API that has it, a kind is not known either.
    refuse_broken_api(cluster, done.stderr)
    if done.timed_out or not (NOT_FOUND in said or _NO_SUCH_KIND in said):
        raise CannotLook(f"{wanted.ref} cannot be looked at: {said or 'no answer in time'}")
    if not wanted.exists:
        return None
    return Mismatch(f"a {wanted.ref}", "it is not there" if NOT_FOUND in said else said)


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
        return _contains(value, wanted.value)
    if wanted.op == "regex":
        return search(str(wanted.value), str(value))
    numbers = quantity(value), quantity(wanted.value)
    return numbers[0] is not None and numbers[1] is not None and _COMPARE[wanted.op](numbers[0], numbers[1])


def _contains(value: object, wanted: object) -> bool:
    """Tell whether a list has an item, a mapping a key, or a text a part."""
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    return wanted in list(value) if isinstance(value, (list, dict)) else False


def _same(found: object, value: object) -> bool:
    """Tell whether two values are the same, or the same quantity; a number and a text may be."""
    if isinstance(found, bool) or isinstance(value, bool):
        return found is value
    numbers = quantity(found), quantity(value)
    return found == value or (numbers[0] is not None and numbers[0] == numbers[1])
