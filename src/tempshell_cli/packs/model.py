"""The typed model of the pack format, version 1: ``pack.yaml``, and the front matter of a task.

The one source of the format: the loader, the grader and the published schema all read it from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, field

from tempshell_cli.backends.base import Capability, Profile, WorkloadImage
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.criteria import (
    END,
    Check,
    Duration,
    Id,
    Mode,
    Probe,
    SandboxPath,
    Strict,
    WebAddress,
)

Version = Annotated[str, Meta(pattern=rf"^[0-9]+(\.[0-9]+)*([.+-][0-9A-Za-z.+-]+)?{END}")]
KubernetesRange = Annotated[str, Meta(pattern=rf"^([<>=]=?[0-9]+(\.[0-9]+)*)(,[<>=]=?[0-9]+(\.[0-9]+)*)*{END}")]
Locale = Annotated[str, Meta(pattern=rf"^[a-z]{{2,3}}(-[A-Z][A-Za-z]+)?{END}")]
Tool = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9][A-Za-z0-9+._-]*{END}")]
Percent = Annotated[int, Meta(ge=0, le=100)]
# Where a value stands in its document: the keys and indices that lead to it.
Location = tuple[str | int, ...]


class SandboxWish(Strict, frozen=True, kw_only=True):
    """What a pack needs a session to be. No ``backends`` means any; ``template`` names a sandbox recipe.

    ``images`` are shipped ones, which the nodes of a kind cluster are given.
    """

    backends: tuple[Id, ...] = ()
    images: tuple[WorkloadImage, ...] = ()
    template: Id = "shell"
    profile: Profile = Profile.RESTRICTED


class PackHead(Strict, frozen=True, kw_only=True):
    """``pack.yaml``. ``pass`` and the shares of ``domains`` are percent; ``time`` is an exam's length."""

    format: Literal[1]
    id: Id
    version: Version
    title: str
    license: str
    tasks: Annotated[tuple[str, ...], Meta(min_length=1)]
    locales: Annotated[tuple[Locale, ...], Meta(min_length=1)] = ("en",)
    kubernetes: KubernetesRange | None = None
    time: Duration | None = None
    pass_: Percent = field(default=66, name="pass")
    domains: dict[Id, Percent] = field(default_factory=dict)
    sandbox: SandboxWish = SandboxWish()

    def __post_init__(self) -> None:
        self._clean("title")
        self._clean("license")


class Difficulty(StrEnum):
    """How far a task goes."""

    WARMUP = "warmup"
    CORE = "core"
    DEEP = "deep"


class Requires(Strict, frozen=True, kw_only=True):
    """What a task cannot be done without: capabilities of the engine, a Kubernetes version, programs."""

    caps: tuple[Capability, ...] = ()
    kubernetes: KubernetesRange | None = None
    tools: tuple[Tool, ...] = ()


class SetupFile(Strict, frozen=True, kw_only=True):
    """A file of the pack that the sandbox gets before ``run``; ``target`` is absolute or counts from home."""

    file: str
    target: SandboxPath
    mode: Mode = "0644"


class Setup(Strict, frozen=True, kw_only=True):
    """How a sandbox is brought to the start of a task: files, then manifests, then ``run``, until ``ready``."""

    files: tuple[SetupFile, ...] = ()
    manifests: tuple[str, ...] = ()
    run: str | None = None
    ready: tuple[Probe, ...] = ()
    timeout: Duration = "60s"


class Hint(Strict, frozen=True, kw_only=True):
    """A step of help. ``cost`` is in percent of the task."""

    text: str
    cost: Percent = 0

    def __post_init__(self) -> None:
        self._clean("text", strip_controls)


class Mutant(Strict, frozen=True, kw_only=True):
    """A wrong answer, and the checks that must catch it: these fail, and no others."""

    run: str
    must_fail: Annotated[tuple[Id, ...], Meta(min_length=1)]


class TaskHead(Strict, frozen=True, kw_only=True):
    """What a task is, beside its text, in whatever format it was written.

    One without checks is a page to read: it has no points. One without a solution cannot be proven.
    """

    id: Id
    title: str
    checks: tuple[Check, ...] = ()
    solution: str | None = None
    domain: Id | None = None
    difficulty: Difficulty = Difficulty.CORE
    time: Duration | None = None
    requires: Requires = Requires()
    namespaces: tuple[Id, ...] = ()
    setup: Setup = Setup()
    hints: tuple[Hint, ...] = ()
    alternatives: tuple[str, ...] = ()
    mutants: tuple[Mutant, ...] = ()
    docs: tuple[WebAddress, ...] = ()

    def __post_init__(self) -> None:
        self._clean("title")

    def assets(self) -> Iterator[tuple[Location, str]]:
        """Yield every file of the pack that the task names, and where it names it."""
        for index, copied in enumerate(self.setup.files):
            yield ("setup", "files", index, "file"), copied.file
        for index, manifest in enumerate(self.setup.manifests):
            yield ("setup", "manifests", index), manifest
        if self.setup.run is not None:
            yield ("setup", "run"), self.setup.run
        if self.solution is not None:
            yield ("solution",), self.solution
        for index, alternative in enumerate(self.alternatives):
            yield ("alternatives", index), alternative
        for index, mutant in enumerate(self.mutants):
            yield ("mutants", index, "run"), mutant.run


class TaskFrontMatter(TaskHead, frozen=True, kw_only=True):
    """The front matter of a task. Its asset paths count from the pack's directory."""

    checks: Annotated[tuple[Check, ...], Meta(min_length=1)]
    solution: str
