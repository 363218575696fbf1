"""What a task's checks may say: the typed model of ``checks``, ``control``, ``retry`` and ``ready``.

Every model here is valid once it exists: what a struct alone can tell wrong, its ``__post_init__`` refuses.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, field
from msgspec.structs import force_setattr

from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.core.units import parse_duration

# Python's `$` also matches before a last newline; ECMA's, which a JSON Schema speaks, does not.
END = r"$(?!\n)"
TERMINAL = "terminal"
_LONGEST_PATTERN = 1000

Id = Annotated[str, Meta(pattern=rf"^[a-z0-9][a-z0-9-]*{END}", max_length=64)]
Duration = Annotated[str, Meta(pattern=rf"^(?=[^1-9]*[1-9])([0-9]{{1,5}}h)?([0-9]{{1,5}}m)?([0-9]{{1,5}}s)?{END}")]
Mode = Annotated[str, Meta(pattern=rf"^[0-7]{{4}}{END}")]
NoNul = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
SandboxPath = Annotated[str, Meta(pattern=r"^[^\x00]+$", max_length=1024)]
Place = Annotated[str, Meta(pattern=rf"^([a-z]+/)?[a-z0-9][a-z0-9.-]*{END}")]
WebAddress = Annotated[str, Meta(pattern=rf"^https?://[!-~]+{END}")]


def seconds(duration: str) -> float:
    """Return the seconds of a Duration."""
    return parse_duration(duration).total_seconds()


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Data from a pack: an unknown key is an error, and nothing changes after the load."""

    def _clean(self, name: str, strip: Callable[[str], str] = one_line) -> None:
        """Strip a text that a screen will show (see core.text), and refuse one that says nothing."""
        text = strip(getattr(self, name)).strip()
        if not text:
            raise ValueError(f"{name} is empty")
        force_setattr(self, name, text)


class TextMatch(Strict, frozen=True, kw_only=True):
    """What a text must be like; every key given must hold.

    ``equals`` forgives a newline at the end. ``regex`` is Python's, searched for, ``^`` and ``$`` at each line.
    """

    equals: str | None = None
    contains: str | None = None
    regex: str | None = None

    def __post_init__(self) -> None:
        if self._is_empty():
            raise ValueError(f"give one of {', '.join(self.__struct_fields__)}")
        if self.regex is not None:
            _refuse_bad_pattern(self.regex)

    def _is_empty(self) -> bool:
        return self.equals is None and self.contains is None and self.regex is None


class OutputMatch(TextMatch, frozen=True, kw_only=True):
    """What an output must be like. ``json``: it parses, and matches partially (see ``matching``)."""

    json: Any = UNSET

    def _is_empty(self) -> bool:
        return super()._is_empty() and self.json is UNSET


class Expect(Strict, frozen=True, kw_only=True):
    """How a program must end, and what it must write."""

    exit: int | Literal["nonzero"] | Annotated[tuple[int, ...], Meta(min_length=1)] = 0
    stdout: OutputMatch | None = None
    stderr: OutputMatch | None = None


class Exec(Strict, frozen=True, kw_only=True):
    """Run a program: in the learner's sandbox (``in: terminal``), or in a workload (``deploy/web``)."""

    argv: Annotated[tuple[NoNul, ...], Meta(min_length=1)]
    stdin: str = ""
    in_: Place = field(default=TERMINAL, name="in")
    ns: Id | None = None
    expect: Expect = Expect()

    def __post_init__(self) -> None:
        _refuse_odd_program(self.argv)


class Control(Strict, frozen=True, kw_only=True):
    """The same program where it must succeed, so that a negative check proves something.

    What is not given is taken from the check's ``exec``, but for ``expect``: that defaults to exit code 0.
    """

    argv: Annotated[tuple[NoNul, ...], Meta(min_length=1)] | None = None
    stdin: str | None = None
    in_: Place | None = field(default=None, name="in")
    ns: Id | None = None
    expect: Expect = Expect()

    def __post_init__(self) -> None:
        if self.argv:
            _refuse_odd_program(self.argv)

    def over(self, exec_: Exec) -> Exec:
        """Return what to run: this control, laid over the program it is the control of."""
        return Exec(
            argv=self.argv or exec_.argv,
            stdin=exec_.stdin if self.stdin is None else self.stdin,
            in_=self.in_ or exec_.in_,
            ns=self.ns or exec_.ns,
            expect=self.expect,
        )


class Where(Strict, frozen=True, kw_only=True):
    """A condition on one value of a live object."""

    jsonpath: str
    op: Literal["==", "!=", "<", "<=", ">", ">=", "contains", "regex", "exists"] = "=="
    value: Any = None


class ObjectState(Strict, frozen=True, kw_only=True):
    """What a live Kubernetes object must be like. ``ref`` is ``kind/namespace/name`` or ``kind/name``.

    ``match`` is compared partially, quantities as quantities: ``0.1`` is ``100m``. Of the values that a ``jsonpath``
    finds, each must satisfy its condition, and there must be one.
    """

    ref: Annotated[str, Meta(pattern=rf"^[a-z][a-z0-9.]*(/[a-z0-9][a-z0-9.-]*){{1,2}}{END}")]
    exists: bool = True
    match: dict[str, Any] = field(default_factory=dict)
    where: tuple[Where, ...] = ()

    def __post_init__(self) -> None:
        if not self.exists and (self.match or self.where):
            raise ValueError("an object that must not exist can have no match and no where")


class FileState(Strict, frozen=True, kw_only=True):
    """What a file in the sandbox must be like. ``path`` is absolute, or counts from the learner's home.

    Links are followed, unless ``kind`` asks for one. ``json`` and ``yaml``: it parses, and matches partially.
    """

    path: SandboxPath
    exists: bool = True
    kind: Literal["file", "directory", "symlink"] = "file"
    text: TextMatch | None = None
    json: Any = UNSET
    yaml: Any = UNSET
    mode: Mode | None = None
    owner: str | None = None

    def __post_init__(self) -> None:
        if not self.exists and (self.reads or self.mode or self.owner):
            raise ValueError("a file that must not exist can have no text, json, yaml, mode or owner")
        if self.reads and self.kind != "file":
            raise ValueError(f"a {self.kind} has no text, json or yaml")

    @property
    def reads(self) -> bool:
        """Whether the check is about what the file contains."""
        return self.text is not None or self.json is not UNSET or self.yaml is not UNSET


class Http(Strict, frozen=True, kw_only=True):
    """What a web address must answer to a GET, asked from the learner's sandbox or from a workload."""

    url: WebAddress
    in_: Place = field(default=TERMINAL, name="in")
    ns: Id | None = None
    status: int = 200
    body: OutputMatch | None = None


class Retry(Strict, frozen=True, kw_only=True):
    """Look again: for how long, how often, and how long it must hold without a break."""

    for_: Duration = field(name="for")
    every: Duration = "1s"
    stable_for: Duration | None = None


class Probe(Strict, frozen=True, kw_only=True):
    """One look at the sandbox, of exactly one kind."""

    exec: Exec | None = None
    object: ObjectState | None = None
    file: FileState | None = None
    http: Http | None = None
    retry: Retry | None = None
    timeout: Duration = "15s"

    def __post_init__(self) -> None:
        given = [kind for kind in ("exec", "object", "file", "http") if getattr(self, kind) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a check is one of exec, object, file and http; this has {found}")


class Check(Probe, frozen=True, kw_only=True):
    """One criterion of a task. A ``gate`` earns nothing; it voids the task when it is violated."""

    id: Id
    points: Annotated[int, Meta(ge=1, le=1000)] | None = None
    needs: tuple[Id, ...] = ()
    gate: bool = False
    fail: str | None = None
    control: Control | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gate and self.points is not None:
            raise ValueError("a gate earns no points: leave one of the two out")
        if self.control and self.exec is None:
            raise ValueError("only an exec check has a control")
        if self.fail is not None:
            self._clean("fail", strip_controls)

    @property
    def worth(self) -> int:
        """The points it earns when it passes: 1 unless the pack says otherwise, 0 for a gate."""
        return 0 if self.gate else self.points or 1


def _refuse_odd_program(argv: tuple[str, ...]) -> None:
    """Refuse what ``env`` and ``timeout``, which stand before it, would take for a word of their own."""
    if not argv[0] or argv[0].startswith("-") or "=" in argv[0]:
        raise ValueError(f"{one_line(argv[0])!r} is not the name of a program")


def _refuse_bad_pattern(pattern: str) -> None:
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"regex is longer than {_LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as cause:
        raise ValueError(f"regex does not compile: {cause}") from cause
