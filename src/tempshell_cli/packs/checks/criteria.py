"""What a task's checks may say: the typed model of ``checks``, ``control``, ``retry`` and ``ready``.

Every model here is valid once it exists: what a struct alone can tell wrong, its ``__post_init__`` refuses.
"""

from __future__ import annotations

import re
import warnings
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, field

from tempshell_cli.backends.base import Capability
from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.packs.checks.kubectl_words import refuse_more_than_a_look
from tempshell_cli.packs.checks.quantity import quantity
from tempshell_cli.packs.reading.fields import (
    END,
    Duration,
    Id,
    Mode,
    NoNul,
    SandboxPath,
    Strict,
    WebAddress,
    says,
)

TERMINAL, CLUSTER = "terminal", "cluster"
KUBECTL = "kubectl"
_LONGEST_PATTERN = 1000
_ORDERINGS = ("<", "<=", ">", ">=")


_LABEL = r"[A-Za-z0-9][A-Za-z0-9._/-]*=[A-Za-z0-9._-]+"
Place = Annotated[
    str,
    Meta(
        title="place",
        pattern=rf"^(([a-z]+/)?[a-z0-9][a-z0-9.-]*|{_LABEL}){END}",
        examples=["terminal", "cluster", "deploy/web", "pod/web", "app=web"],
    ),
]
Reference = Annotated[
    str,
    Meta(
        title="reference",
        pattern=rf"^[a-z][a-z0-9.]*(/[a-z0-9][a-z0-9.-]*){{1,2}}{END}",
        examples=["deployment/shop/web", "node/worker"],
    ),
]


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
            raise ValueError(f"give one of {', '.join(self.__struct_fields__)}")
        if self.regex is not None:
            _refuse_bad_pattern(self.regex)

    def _is_empty(self) -> bool:
        return self.equals is None and self.contains is None and self.regex is None


class OutputMatch(TextMatch, frozen=True, kw_only=True):
    """What an output must be like; every key given must hold."""

    json: Annotated[Any, says("It parses, and matches in part.")] = UNSET

    def _is_empty(self) -> bool:
        return super()._is_empty() and self.json is UNSET


class Expect(Strict, frozen=True, kw_only=True):
    """How a program must end, and what it must write."""

    exit: Annotated[
        int | Literal["nonzero"] | Annotated[tuple[int, ...], Meta(min_length=1)],
        says("The exit code: a number, several of which one must be it, or `nonzero`."),
    ] = 0
    stdout: Annotated[OutputMatch | None, says("What it writes.")] = None
    stderr: Annotated[OutputMatch | None, says("What it complains of.")] = None


class Exec(Strict, frozen=True, kw_only=True):
    """Run a program: by absolute path and with a clean environment, or, in a workload, with the container's own.

    A program that is missing is an error, not a wrong answer, unless it is the learner's own. A workload that is not
    there is a wrong answer, one that cannot be entered an error.
    """

    argv: Annotated[
        tuple[NoNul, ...],
        Meta(min_length=1),
        says("The program and its arguments. No shell reads them; write `[bash, -c, …]` for one."),
    ]
    stdin: Annotated[str, says("What it reads.")] = ""
    in_: Annotated[
        Place,
        says(
            "Where: the learner's sandbox (`terminal`); a workload, such as `pod/web`, `deploy/web`, or `app=web` for "
            "the newest pod with that label; or, for a `kubectl` that only looks, outside of both with the grader's "
            "own rights (`cluster`)."
        ),
    ] = field(default=TERMINAL, name="in")
    as_: Annotated[
        Literal["grader", "learner"] | None,
        says(
            "As whom, in the terminal: the grader, who reads every file and whom the learner cannot interfere with, or "
            "the learner, for what runs a program of theirs. By default as the learner where the program itself is "
            "theirs, by a relative path or one below their home, else as the grader."
        ),
    ] = field(default=None, name="as")
    ns: Annotated[Id | None, says("The workload's namespace, or kubectl's.")] = None
    expect: Annotated[Expect, says("How it must end; by default with exit code 0.")] = Expect()

    def __post_init__(self) -> None:
        _refuse_odd_program(self.argv)
        if self.in_ == CLUSTER:
            if self.argv[0] != KUBECTL:
                raise ValueError(f"in the cluster itself only {KUBECTL} runs")
            refuse_more_than_a_look(self.argv)
        if self.as_ and self.in_ != TERMINAL:
            raise ValueError("`as` is for programs in the terminal")

    def is_learners(self, home: str) -> bool:
        """Whether the program itself is one of the learner's, whose home is the directory given."""
        program = self.argv[0]
        return "/" in program and (not program.startswith("/") or program.startswith(f"{home}/"))

    def runs_as_learner(self, home: str) -> bool:
        """Whether it runs as the learner, and not as the grader."""
        return self.as_ == "learner" if self.as_ else self.is_learners(home)


class Control(Strict, frozen=True, kw_only=True):
    """The same program where it must succeed. If that fails, too, the check is an error, and not a pass.

    What is not given is taken from the check's ``exec``, but for ``expect``. It runs as the same user.
    """

    argv: Annotated[
        Annotated[tuple[NoNul, ...], Meta(min_length=1)] | None, says("Another program, or other arguments.")
    ] = None
    stdin: Annotated[str | None, says("What it reads.")] = None
    in_: Annotated[Place | None, says("Where.")] = field(default=None, name="in")
    ns: Annotated[Id | None, says("The workload's namespace.")] = None
    expect: Annotated[Expect, says("How it must end; by default with exit code 0.")] = Expect()

    def __post_init__(self) -> None:
        if self.argv:
            _refuse_odd_program(self.argv)

    def over(self, exec_: Exec) -> Exec:
        """Return what to run: this control, laid over the program it is the control of."""
        place = self.in_ or exec_.in_
        return Exec(
            argv=self.argv or exec_.argv,
            stdin=exec_.stdin if self.stdin is None else self.stdin,
            in_=place,
            as_=exec_.as_ if place == TERMINAL else None,
            ns=self.ns or exec_.ns,
            expect=self.expect,
        )


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
            _refuse_bad_pattern(self.value)
        elif self.op in _ORDERINGS and quantity(self.value) is None:
            raise ValueError(f"`{self.op}` compares quantities, and {self.value!r} is not one")


class ObjectState(Strict, frozen=True, kw_only=True):
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


class FileState(Strict, frozen=True, kw_only=True):
    """Look at a file in the sandbox. At most 64 KiB of it are read."""

    path: Annotated[SandboxPath, says("Absolute, or from the learner's home.")]
    exists: Annotated[bool, says("Whether it must be there, or must not.")] = True
    kind: Annotated[
        Literal["file", "directory", "symlink"], says("What it is. Links are followed, unless this asks for one.")
    ] = "file"
    text: Annotated[TextMatch | None, says("What is in it, as text.")] = None
    json: Annotated[Any, says("It parses, and matches in part.")] = UNSET
    yaml: Annotated[Any, says("It parses, and matches in part.")] = UNSET
    mode: Annotated[Mode | None, says("Its permissions.")] = None
    owner: Annotated[str | None, says("The name of the user who owns it.")] = None

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
    """Ask a web address, with a GET by curl."""

    url: Annotated[WebAddress, says("What is asked for.")]
    in_: Annotated[Place, says("From where: the learner's sandbox (`terminal`), or a workload.")] = field(
        default=TERMINAL, name="in"
    )
    ns: Annotated[Id | None, says("The workload's namespace.")] = None
    status: Annotated[int, says("The status it must answer with.")] = 200
    body: Annotated[OutputMatch | None, says("What it must answer.")] = None

    def __post_init__(self) -> None:
        if self.in_ == CLUSTER:
            raise ValueError("an address is asked for from the terminal, or from a workload")


class Retry(Strict, frozen=True, kw_only=True):
    """Look again until it passes."""

    for_: Annotated[Duration, says("For how long.")] = field(name="for")
    every: Annotated[Duration, says("How often.")] = "1s"
    stable_for: Annotated[Duration | None, says("How long it must hold without a break.")] = None


class Probe(Strict, frozen=True, kw_only=True):
    """One look at the sandbox. Exactly one of ``exec``, ``object``, ``file`` and ``http`` says at what."""

    exec: Annotated[Exec | None, says("A program, and how it ends.")] = None
    object: Annotated[ObjectState | None, says("An object of the cluster.")] = None
    file: Annotated[FileState | None, says("A file.")] = None
    http: Annotated[Http | None, says("A web address.")] = None
    retry: Annotated[Retry | None, says("Look more than once.")] = None
    timeout: Annotated[Duration, says("For one look.")] = "15s"

    def __post_init__(self) -> None:
        given = [kind for kind in ("exec", "object", "file", "http") if getattr(self, kind) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a check is one of exec, object, file and http; this has {found}")

    @property
    def pods(self) -> tuple[str, str] | None:
        """The label and the namespace of the pods of which it enters the newest; None where it enters none by these."""
        runs = self.exec or self.http
        return (runs.in_, runs.ns) if runs and runs.ns and "=" in runs.in_ else None


class Check(Probe, frozen=True, kw_only=True):
    """One criterion of a task. Exactly one of ``exec``, ``object``, ``file`` and ``http`` says what it looks at."""

    id: Annotated[Id, says("No other check of the task has it.")]
    caps: Annotated[
        tuple[Capability, ...], says("What the engine must give. Where it lacks one, the check is an error.")
    ] = ()
    points: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None, says("What it earns: 1 where nothing is said, and 0 for a gate.")
    ] = None
    needs: Annotated[tuple[Id, ...], says("Earlier checks; where one of them fails, this one does.")] = ()
    gate: Annotated[
        bool, says("It earns nothing, and voids the task when it is violated: for what must not be broken.")
    ] = False
    fail: Annotated[
        str | None, says("What to tell the learner: a line of Markdown. What was expected and found is shown too.")
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
            self.control.over(self.exec)  # what is wrong with it is told now
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
