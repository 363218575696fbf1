"""What a task's checks may say: the typed model of ``checks``, ``retry`` and ``ready``.

Every model here is valid once it exists: what a struct alone can tell wrong, its ``__post_init__`` refuses.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, get_args

from msgspec import Meta, field
from msgspec.structs import fields

from tempshell_cli.backends.base import Capability
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.cases import Cases
from tempshell_cli.packs.checks.combined import Combined, Group
from tempshell_cli.packs.checks.file import FileState
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.objects import ObjectState
from tempshell_cli.packs.checks.program import Control, Exec
from tempshell_cli.packs.checks.reach import Reach
from tempshell_cli.packs.checks.rollout import Rollout
from tempshell_cli.packs.checks.web import Http
from tempshell_cli.packs.reading.fields import Duration, Id, Strict, says


class Retry(Strict, frozen=True, kw_only=True):
    """Look again until it passes."""

    for_: Annotated[Duration, says("For how long.")] = field(name="for")
    every: Annotated[Duration, says("How often.")] = "1s"
    stable_for: Annotated[Duration | None, says("How long it must hold without a break.")] = None


_Looks = Annotated[tuple["Look", ...], Meta(min_length=1)]


class Look(Strict, frozen=True, kw_only=True):
    """A look at the sandbox. Exactly one key says at what."""

    exec: Annotated[Exec | None, says("A program, and how it ends.")] = None
    object: Annotated[ObjectState | None, says("An object of the cluster.")] = None
    file: Annotated[FileState | None, says("A file.")] = None
    http: Annotated[Http | None, says("A web address.")] = None
    cases: Annotated[Cases | None, says("A program of the learner's, tried with many inputs.")] = None
    reach: Annotated[Reach | None, says("Who reaches whom in the cluster.")] = None
    rollout: Annotated[Rollout | None, says("How a Deployment has come to its pods since the setup.")] = None
    any_of: Annotated[_Looks | None, says("One of these must be right.")] = None
    all_of: Annotated[_Looks | None, says("All of these must be right.")] = None
    not_: Annotated[Look | None, says("This must be wrong.")] = field(default=None, name="not")

    def __post_init__(self) -> None:
        given = [*self._given(), *self._groups()]
        if len(given) != 1:
            *first, last = keys_of(type(self))
            found = " and ".join(given) or "none"
            raise ValueError(f"a check is one of {', '.join(first)} and {last}; this has {found}")
        if self.not_ and any(isinstance(kind, (Cases, Exec, Http, Reach, Rollout)) for kind in self.not_.kind.parts()):
            raise ValueError(
                "`not` takes no exec, http, cases, reach and rollout, which fail for many reasons: they say what they"
                " expect"
            )

    @property
    def kind(self) -> Kind:
        """What it looks at, and how."""
        for op, looks in self._groups().items():
            return Combined(op=op, kinds=tuple(look.kind for look in looks))
        (given,) = self._given().values()
        return given

    def _groups(self) -> dict[Group, tuple[Look, ...]]:
        groups: dict[Group, tuple[Look, ...] | None] = {
            "any_of": self.any_of,
            "all_of": self.all_of,
            "not": None if self.not_ is None else (self.not_,),
        }
        return {op: looks for op, looks in groups.items() if looks is not None}

    def _given(self) -> dict[str, Kind]:
        words = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: word for name, word in words.items() if isinstance(word, Kind)}


class Probe(Look, frozen=True, kw_only=True):
    """One look at the sandbox. Exactly one of its kinds, or of `any_of`, `all_of` and `not`, says at what."""

    retry: Annotated[Retry | None, says("Look more than once.")] = None
    timeout: Annotated[Duration, says("For one look.")] = "15s"


class Expected(StrEnum):
    """When a learner sees what a check expected."""

    SHOWN = "shown"
    AFTER_PASS = "after_pass"  # noqa: S105 - no password
    HIDDEN = "hidden"


class Check(Probe, frozen=True, kw_only=True):
    """One criterion of a task. Exactly one of its kinds, or of `any_of`, `all_of` and `not`, says what it looks at."""

    id: Annotated[Id, says("Unique in the task.")]
    caps: Annotated[
        tuple[Capability, ...], says("What the engine must give. Where it lacks one, the check is an error.")
    ] = ()
    points: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None, says("What it earns: 1 where nothing is said, and 0 for a gate.")
    ] = None
    needs: Annotated[
        tuple[Id, ...], says("Earlier checks; where one of them fails, this one does, and is not looked at.")
    ] = ()
    gate: Annotated[
        bool, says("It earns nothing, and voids the task when it is violated: for what must not be broken.")
    ] = False
    fail: Annotated[
        str | None, says("What the learner is shown: a line of Markdown. What was expected and found is shown too.")
    ] = None
    expected: Annotated[
        Expected | None,
        says(
            "Whether a fail shows what was expected: `shown`; `after_pass`, once the task has been passed or its exam"
            " is over; or `hidden`. By default `shown`, and `hidden` in a task with `find`."
        ),
    ] = None
    control: Annotated[
        Control | None, says("For an `exec` that expects something *not* to work: the same where it must work.")
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gate and self.points is not None:
            raise ValueError("a gate earns no points: leave one of the two out")
        if self.control and self.exec is None:
            raise ValueError("only an exec check has a control")
        if self.control and self.exec:
            self.control.over(self.exec)  # raises now what is wrong with it
        if self.fail is not None:
            self._clean("fail", strip_controls)

    @property
    def worth(self) -> int:
        """The points it earns when it passes: 1 unless the pack says otherwise, 0 for a gate."""
        return 0 if self.gate else self.points or 1


def keys_of(look: type[Look]) -> list[str]:
    """Return the keys of which a check has exactly one: its kinds, and what puts several together."""
    return [*kinds_in(look), *get_args(Group)]


def kinds_in(probe: type[Look]) -> dict[str, type[Kind]]:
    """Return the kinds of check that a model of probes has, by key: each is a field of it."""
    kinds = {field.encode_name: _kind_of(field.type) for field in fields(probe)}
    return {key: kind for key, kind in kinds.items() if kind}


def _kind_of(hint: Any) -> type[Kind] | None:  # noqa: ANN401 - a type hint
    if isinstance(hint, type):
        return hint if issubclass(hint, Kind) else None
    return next((kind for part in get_args(hint) if (kind := _kind_of(part))), None)
