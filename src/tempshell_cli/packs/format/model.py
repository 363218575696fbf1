"""The typed model of the pack format, version 1: ``pack.yaml``, and the front matter of a task.

The one source of the format: the loader, the grader and the published schema all read it from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, field
from msgspec.structs import force_setattr

from tempshell_cli.backends.base import Capability, Profile, WorkloadImage
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.criteria import Check, Expected, Probe
from tempshell_cli.packs.format.template import SandboxTemplate
from tempshell_cli.packs.format.values import Var, VarName
from tempshell_cli.packs.reading.document import Location
from tempshell_cli.packs.reading.fields import (
    END,
    Duration,
    Id,
    Mode,
    NoNul,
    PackFile,
    SandboxPath,
    Strict,
    WebAddress,
    says,
)

Version = Annotated[
    str, Meta(title="version", pattern=rf"^[0-9]+(\.[0-9]+)*([.+-][0-9A-Za-z.+-]+)?{END}", examples=["1.2.0"])
]
_BOUND = r"[<>=]=?[0-9]{1,4}(\.[0-9]{1,4}){0,2}"
KubernetesRange = Annotated[
    str,
    Meta(
        title="range of versions",
        pattern=rf"^{_BOUND}(,{_BOUND})*{END}",
        examples=[">=1.29", ">=1.29,<1.36"],
    ),
]
_VERSIONS = (
    "The versions of Kubernetes that it is for, as bounds that all must hold. On another cluster, or without one, the"
    " start fails."
)
Locale = Annotated[
    str, Meta(title="locale", pattern=rf"^[a-z]{{2,3}}(-[A-Z][A-Za-z]+)?{END}", examples=["en", "pt-BR"])
]
Tool = Annotated[str, Meta(title="program", pattern=rf"^[A-Za-z0-9][A-Za-z0-9+._-]*{END}", examples=["jq"])]
MOST_VARS = 32
Percent = Annotated[int, Meta(ge=0, le=100)]


class SandboxRequirements(Strict, frozen=True, kw_only=True):
    """What a pack needs a session to be."""

    backends: Annotated[tuple[Id, ...], says("Those it runs on, such as `[local, docker]`; none means any.")] = ()
    images: Annotated[
        tuple[WorkloadImage, ...],
        says(
            "Shipped images that the nodes of a kind cluster get at the start, for"
            " the tasks' pods. `backends` is then `[kind]`."
        ),
    ] = ()
    nodes: Annotated[
        int,
        Meta(ge=1, le=9),
        says(
            "How many nodes the cluster of a session has at least: a control plane, and workers. With more than one,"
            " `backends` is `[kind]`."
        ),
    ] = 1
    template: Annotated[Id, says("One of the pack's `templates`, for its sessions; `shell` is none.")] = "shell"
    profile: Annotated[
        Profile,
        says("With `admin` the learner is root inside, with `machine` of a container with systemd and Docker, too."),
    ] = Profile.RESTRICTED


class PackHead(Strict, frozen=True, kw_only=True):
    """The pack itself: what it is, and which tasks it has."""

    format: Annotated[Literal[1], says("The version of this format.")]
    id: Annotated[Id, says("Stable: learners' results are kept by it.")]
    version: Annotated[Version, says("In quotes where YAML would take it for a number.")]
    title: Annotated[str, says("What learners read.")]
    license: Annotated[str, says("How others may use it, best as an SPDX id.")]
    tasks: Annotated[tuple[PackFile, ...], Meta(min_length=1), says("The task files, in order.")]
    locales: Annotated[
        tuple[Locale, ...],
        Meta(min_length=1),
        says("The languages of its texts: first that of the task files, then those they are translated into."),
    ] = ("en",)
    kubernetes: Annotated[KubernetesRange | None, says(_VERSIONS)] = None
    time: Annotated[Duration | None, says("How long an exam takes; by default as long as a session.")] = None
    pass_: Annotated[Percent, says("The pass mark, in percent.")] = field(default=66, name="pass")
    domains: Annotated[
        dict[Id, Percent],
        says("Shares of the whole in percent, which add up to 100: `{files: 40, text: 60}`. Each task is then in one."),
    ] = field(default_factory=dict)
    sandbox: Annotated[SandboxRequirements, says("What the sandbox must be.")] = SandboxRequirements()
    templates: Annotated[
        dict[Id, SandboxTemplate],
        Meta(max_length=32),
        says("Named sandboxes: `start --template PACK/NAME` starts one, and `sandbox` can name one of them."),
    ] = field(default_factory=dict)
    vars: Annotated[
        dict[VarName, Var], Meta(max_length=MOST_VARS), says("Values that each attempt draws, for all of its tasks.")
    ] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._clean("title")
        self._clean("license")


class Difficulty(StrEnum):
    """How much a task asks for."""

    WARMUP = "warmup"
    CORE = "core"
    DEEP = "deep"


class Requires(Strict, frozen=True, kw_only=True):
    """What a task cannot be done without."""

    caps: Annotated[
        tuple[Capability, ...],
        says(
            "What the engine must give, such as `outbound`, a network that reaches out. The backend `auto` is the first"
            " that has all of them."
        ),
    ] = ()
    kubernetes: Annotated[KubernetesRange | None, says(_VERSIONS)] = None
    tools: Annotated[tuple[Tool, ...], says("Without one of these the start fails.")] = ()


class SetupFile(Strict, frozen=True, kw_only=True):
    """A file of the pack that is copied into the sandbox."""

    file: Annotated[PackFile, says("Which.")]
    target: Annotated[SandboxPath, says("Where to: absolute, or from home.")]
    mode: Annotated[Mode, says("Its permissions there.")] = "0644"


class Setup(Strict, frozen=True, kw_only=True):
    """How the sandbox is brought to the start of the task, in this order."""

    files: Annotated[tuple[SetupFile, ...], says("Files that the sandbox gets.")] = ()
    manifests: Annotated[
        tuple[PackFile, ...], says("Files that are applied to the cluster, after the task's `namespaces` were made.")
    ] = ()
    run: Annotated[
        PackFile | None,
        says(
            "A script, run from home by bash where there is one. What it leaves in the background must have"
            " redirected its output."
        ),
    ] = None
    ready: Annotated[tuple[Probe, ...], says("What must pass before the task is ready.")] = ()
    timeout: Annotated[Duration, says("For `run`, and for each manifest.")] = "60s"


class Hint(Strict, frozen=True, kw_only=True):
    """A step of help."""

    text: Annotated[str, says("Markdown.")]
    cost: Annotated[Percent, says("What it takes off, in percent of the task.")] = 0

    def __post_init__(self) -> None:
        self._clean("text", strip_controls)


class Mutant(Strict, frozen=True, kw_only=True):
    """A wrong answer, and the checks that must catch it."""

    run: Annotated[PackFile, says("The script that answers wrong.")]
    must_fail: Annotated[tuple[Id, ...], Meta(min_length=1), says("These checks fail, and no others.")]


class TaskHead(Strict, frozen=True, kw_only=True):
    """What a task is, beside its text, in whatever format it was written.

    One without checks is a page to read: it has no points. One without a solution cannot be proven.
    """

    id: Annotated[Id, says("Stable, and never used again for another task.")]
    title: Annotated[str, says("What learners read.")]
    checks: tuple[Check, ...] = ()
    solution: str | None = None
    domain: Annotated[Id | None, says("One of the pack's `domains`, where it has some.")] = None
    difficulty: Annotated[Difficulty, says("How much it asks for.")] = Difficulty.CORE
    time: Annotated[
        Duration | None,
        says("How long it should take: who needs longer repeats it."),
    ] = None
    requires: Annotated[Requires, says("What it cannot be done without.")] = Requires()
    namespaces: Annotated[
        tuple[Id, ...], says("Namespaces of the cluster that the setup makes. An exam names them above the prompt.")
    ] = ()
    setup: Annotated[Setup, says("How the sandbox is brought to its start.")] = Setup()
    find: Annotated[
        bool,
        says("It asks to find something out: what its checks expect is hidden, where they do not say otherwise."),
    ] = False
    hints: Annotated[tuple[Hint, ...], says("Markdown, shown one at a time.")] = ()
    alternatives: Annotated[tuple[PackFile, ...], says("Other scripts that solve it.")] = ()
    mutants: Annotated[tuple[Mutant, ...], says("Wrong answers. They prove that a check catches what it is for.")] = ()
    accepts: Annotated[
        tuple[NoNul, ...],
        says(
            "Answers that a proof makes and should not, by name, because they are right where it takes them for wrong,"
            " or wrong where it takes them for right. `*` stands for any text."
        ),
    ] = ()
    docs: Annotated[tuple[WebAddress, ...], says("Addresses to read on.")] = ()
    vars: Annotated[
        dict[VarName, Var],
        Meta(max_length=MOST_VARS),
        says("Values that each attempt draws, beside those of the pack: `${{ vars.port }}` stands for one."),
    ] = field(default_factory=dict)
    variants: Annotated[
        tuple[PackFile, ...],
        says("Other task files with the same `id`. Each attempt has this one or one of them."),
    ] = ()

    def __post_init__(self) -> None:
        self._clean("title")

    @property
    def looks_into_cluster(self) -> bool:
        """Whether a check, or what the setup waits for, looks into a cluster."""
        return any(probe.kind.needs_cluster for probe in (*self.checks, *self.setup.ready))

    def caps_of(self, check: Check) -> tuple[Capability, ...]:
        """Return the capabilities without which a check cannot be looked at: the task's and its own."""
        return (*self.requires.caps, *check.caps)

    def expected_of(self, check: Check) -> Expected:
        """Return when a learner sees what a check expected."""
        return check.expected or (Expected.HIDDEN if self.find else Expected.SHOWN)

    def unseen(self) -> tuple[str, ...]:
        """Return the checks that no mutant fails: nothing shows that they catch a wrong answer."""
        seen = {check for mutant in self.mutants for check in mutant.must_fail}
        return tuple(check.id for check in self.checks if check.id not in seen)

    def assets(self) -> Iterator[tuple[Location, str]]:
        """Yield every file of the pack that the task names, and where it names it."""
        for index, copied in enumerate(self.setup.files):
            yield ("setup", "files", index, "file"), copied.file
        for index, manifest in enumerate(self.setup.manifests):
            yield ("setup", "manifests", index), manifest
        if self.setup.run is not None:
            yield ("setup", "run"), self.setup.run
        for name, script in self.sources():
            yield ("vars", name, "from"), script
        for index, check in enumerate(self.checks):
            yield from ((("checks", index), file) for kind in check.kind.parts() for file in kind.files)
        if self.solution is not None:
            yield ("solution",), self.solution
        for index, alternative in enumerate(self.alternatives):
            yield ("alternatives", index), alternative
        for index, mutant in enumerate(self.mutants):
            yield ("mutants", index, "run"), mutant.run

    def sources(self) -> Iterator[tuple[str, str]]:
        """Yield the variables whose values scripts write, each with its script."""
        for name, var in self.vars.items():
            if var.from_ is not None:
                yield name, var.from_


def is_filled(at: Location) -> bool:
    """Return whether the file that a task names there gets values in place of references; a script does not."""
    return at[:2] in {("setup", "files"), ("setup", "manifests")}


class TaskFrontMatter(TaskHead, frozen=True, kw_only=True):
    """A task: this YAML between two lines of ``---``, then the prompt in Markdown."""

    checks: Annotated[
        tuple[Check, ...], Meta(min_length=1), says("What is looked at, at least one check that is not a gate.")
    ]
    solution: Annotated[PackFile, says("A script that solves it: a proof runs it.")]


class Translation(Strict, frozen=True, kw_only=True):
    """A task in another language: this YAML between two lines of ``---``, then the prompt in Markdown.

    It has texts and nothing else. What is left out is shown as the task itself says it.
    """

    title: Annotated[str | None, says("What learners read.")] = None
    hints: Annotated[tuple[str, ...], says("The texts of the hints: all of them, in their order, or none.")] = ()
    fail: Annotated[dict[Id, str], says("What the learner is shown, by the id of the check.")] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        if self.title is not None:
            self._clean("title")
        force_setattr(self, "hints", tuple(strip_controls(text).strip() for text in self.hints))
        force_setattr(self, "fail", {check: strip_controls(text).strip() for check, text in self.fail.items()})
