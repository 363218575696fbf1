"""What the commands for packs, templates, secrets, workspaces and this machine print as JSON."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from tempshell_cli.core.config import Settings, settings_json
from tempshell_cli.packs.authoring.prove import PackProof
from tempshell_cli.packs.format.template import OwnTemplate

from .json_sessions import Time


class ListedPack(TypedDict):
    """A pack that can be started by name."""

    name: str
    version: str
    tasks: int
    title: str
    source: str


class AddedPack(TypedDict):
    """What is on record of an added pack; `ref` and `commit` are "" where its source has none."""

    name: str
    digest: str
    version: str
    source: str
    ref: str
    commit: str
    added: Time


class PackTask(TypedDict):
    """A task of a pack, in short: `checks`, `hints` and `mutants` are numbers of them."""

    id: str
    title: str
    domain: str | None
    difficulty: str
    time: Annotated[str | None, Meta(description="How long it takes, such as 8m.")]
    points: int
    checks: int
    hints: int
    mutants: int
    kubernetes: str | None
    tools: list[str]
    caps: Annotated[list[str], Meta(description="Capabilities of the sandbox that it needs.")]


class Scenario(TypedDict):
    """A scenario of a course."""

    path: str
    title: str


class Pack(TypedDict):
    """What is in a pack. `added` is null for one that was not added; `scenarios` are those in its directory."""

    id: str
    version: str
    title: str
    license: str
    digest: str
    directory: str
    backends: Annotated[list[str], Meta(description="Empty: any.")]
    kubernetes: str | None
    profile: str
    domains: Annotated[dict[str, int], Meta(description="The weight of each, in percent.")]
    tasks: list[PackTask]
    added: AddedPack | None
    scenarios: NotRequired[list[Scenario]]


class ChangedTasks(TypedDict):
    """Ids of tasks."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class ChangedFile(TypedDict):
    """How many lines of a file are new and gone; null where that is unknown."""

    file: str
    added: int | None
    removed: int | None


# `from` is a word of Python's.
PackUpdate = TypedDict(
    "PackUpdate",
    {"name": str, "from": AddedPack, "to": AddedPack, "tasks": ChangedTasks, "files": list[ChangedFile], "used": bool},
)


class Proof(PackProof, frozen=True, kw_only=True):
    """What is proven of a pack. `holds`: something is proven, and nothing is wrong."""

    holds: bool


class Template(OwnTemplate, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=False):
    """A template; what it leaves open is not there."""

    name: str
    source: Annotated[str, Meta(description="The file or the pack that it is from.")]


class Secret(TypedDict):
    """A secret, without its value."""

    name: str


class Workspace(TypedDict):
    """A workspace; null is what is not known."""

    name: str
    backend: str
    endpoint: str
    bytes: Annotated[int | None, Meta(description="What its files take.")]
    last_used: Time | None
    session: Annotated[str, Meta(description='The session that has it; "" where none has.')]
    size_enforced: bool
    made: Time | None


class Image(TypedDict):
    """A shipped image."""

    name: str
    reference: str
    present: bool


class Problem(TypedDict):
    """What a backend lacks, and what to do."""

    problem: str
    hint: str


class Health(TypedDict):
    """Which backends work here: those without a problem."""

    backends: dict[str, list[Problem]]
    untried: Annotated[dict[str, str], Meta(description="Why no sandbox was started on a backend.")]
    emulator: str
    state: str
    config: str


class Error(TypedDict):
    """What went wrong, in the last line of stderr; `code` is the exit code, `next` what to do."""

    code: int
    error: str
    next: str


def settings_type() -> Any:  # noqa: ANN401 - a type
    """Return the type of the settings: sections of plain values."""

    def kind(name: str, value: object) -> Any:  # noqa: ANN401 - a type
        if isinstance(value, dict) and value:
            return TypedDict(name.title(), {key: kind(key, one) for key, one in value.items()})  # type: ignore[operator]
        known = {bool: bool, int: int, float: float, str: str, dict: dict[str, Any]}
        return known.get(type(value), list[Any])

    settings = kind("settings", settings_json(Settings()))
    settings.__doc__ = "The settings. Durations and sizes are texts, as the config file has them."
    return settings
