"""The check ``object``: a live object of the cluster, and what it must be like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, field

from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import (
    CannotLook,
    Mismatch,
    data_mismatch,
    found_in,
    refuse_bad_pattern,
    search,
    shown,
)
from tempshell_cli.packs.checks.places import cluster_of
from tempshell_cli.packs.checks.quantity import quantity
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell
from tempshell_cli.packs.checks.workload import NOT_FOUND, refuse_broken_api
from tempshell_cli.packs.reading.fields import END, Strict, says

_NO_SUCH_KIND = "the server doesn't have a resource type"
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda found, value: found < value,
    "<=": lambda found, value: found <= value,
    ">": lambda found, value: found > value,
    ">=": lambda found, value: found >= value,
}
Reference = Annotated[
    str,
    Meta(
        title="reference",
        pattern=rf"^[a-z][a-z0-9.]*(/[a-z0-9][a-z0-9.-]*){{1,2}}{END}",
        examples=["deployment/shop/web", "node/worker"],
    ),
]


class Where(Strict, frozen=True, kw_only=True):
    """A condition on values of a live object: each that the path finds must satisfy it, and there must be one."""

    jsonpath: Annotated[
        str,
        says("RFC 9535's, or kubectl's (`{.spec.replicas}`), without patterns in filters."),
    ]
    op: Annotated[
        Literal["==", "!=", "<", "<=", ">", ">=", "contains", "regex", "exists"],
        says("How the value is compared. `exists` asks whether there is one; with `value: false`, that there is none."),
    ] = "=="
    value: Annotated[Any, says("What it is compared with: a quantity for `<` and its like, a pattern for `regex`.")] = (
        UNSET
    )

    def __post_init__(self) -> None:
        if self.op == "exists":
            if not (self.value is UNSET or isinstance(self.value, bool)):
                raise ValueError("`exists` takes `value: true` or `value: false`")
        elif self.value is UNSET:
            raise ValueError(f"`{self.op}` needs a `value`")
        elif self.op == "regex":
            if not isinstance(self.value, str):
                raise ValueError("`regex` needs a text as its `value`")
            refuse_bad_pattern(self.value)
        elif self.op in _COMPARE and quantity(self.value) is None:
            raise ValueError(f"`{self.op}` compares quantities, and {self.value!r} is not one")


class ObjectState(Kind, frozen=True, kw_only=True):
    """Look at an object of the session's cluster, with a kubectl and credentials that are not the learner's.

    An object that is not there is a wrong answer; a cluster that does not say is an error.
    """

    ref: Annotated[Reference, says("Which: `kind/namespace/name`, or `kind/name` where there is no namespace.")]
    exists: Annotated[bool, says("Whether it must be there, or must not.")] = True
    match: Annotated[
        dict[str, Any],
        says("Compared in part, and quantities as quantities: `0.1` is `100m`."),
    ] = field(default_factory=dict)
    where: Annotated[tuple[Where, ...], says("Conditions on single values.")] = ()

    def __post_init__(self) -> None:
        if not self.exists and (self.match or self.where):
            raise ValueError("an object that must not exist can have no match and no where")

    @property
    def needs_cluster(self) -> bool:
        """Always."""
        return True

    @property
    def object_ref(self) -> str:
        """The object itself."""
        return self.ref

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Read the object, and compare it."""
        cluster = cluster_of(sandbox)
        done = cluster.kubectl(*get_object(self.ref), timeout=timeout)
        if done.timed_out or done.exit_code:
            return _absent(self, cluster, done)
        if not self.exists:
            return Mismatch(f"no {self.ref}", "it is there")
        try:
            found = msgspec.json.decode(done.stdout)
        except msgspec.DecodeError as cause:
            raise CannotLook(f"{self.ref} is larger than can be looked at") from cause
        if differs := data_mismatch(self.match, found, same=_same):
            return Mismatch(f"{self.ref}: {differs.expected}", differs.found)
        return next((differs for one in self.where if (differs := _where_mismatch(one, found, self.ref))), None)


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
