"""Settings: the defaults, ``config.toml`` over them, and over both the variables of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import reason
from tempshell_cli.core.nearest import did_you_mean
from tempshell_cli.core.paths import refuse_strangers_file
from tempshell_cli.core.process import NOTHING
from tempshell_cli.core.units import parse_duration, parse_size

# Set by CI scripts: the per-owner limits are off, the engine's cap stays.
NO_LIMITS = "TEMPSHELL_NO_LIMITS"
_UNLIMITED = 1_000_000


class Limits(NamedTuple):
    """How many sessions there may be. An engine with 32 GB holds eight clusters with their terminals."""

    per_owner: int = 1
    per_engine: int = 8
    starts_per_hour: int = 3
    extensions: int = 1


class Lease(NamedTuple):
    """How long a session lasts. Durations as people type them: ``60m``.

    ``hold`` is how long a paused session is kept; what is left of its lease is not touched by it. The warnings say how
    much time is left when they come. The sandbox of an exam lasts longer than that, by ``exam_setup`` and
    ``exam_grading``.
    """

    ttl: str = "60m"
    extend: str = "30m"
    longest: str = "90m"
    hold: str = "24h"
    first_warning: str = "10m"
    second_warning: str = "5m"
    last_warning: str = "1m"
    exam_setup: str = "3m"
    exam_grading: str = "2m"
    idle: str = "end"

    @property
    def length(self) -> timedelta:
        """What a session gets at its start."""
        return parse_duration(self.ttl)

    @property
    def extension(self) -> timedelta:
        """What one ``extend`` adds."""
        return parse_duration(self.extend)

    @property
    def maximum(self) -> timedelta:
        """What a session can get in all, extensions included."""
        return parse_duration(self.longest)

    @property
    def longest_pause(self) -> timedelta:
        """How long a paused session is kept."""
        return parse_duration(self.hold)


class EngineSettings(NamedTuple):
    """How long a command waits for engines that it asks on the side, to remove what is over; how often screens ask."""

    timeout: str = "10s"
    sweep: str = "30s"

    @property
    def answer_in(self) -> timedelta:
        """What an engine has for its answer."""
        return parse_duration(self.timeout)

    @property
    def sweep_every(self) -> timedelta:
        """The time between two sweeps while a screen is open."""
        return parse_duration(self.sweep)


class Ports(NamedTuple):
    """The ranges that a cluster's ports on this machine come from, both ends included."""

    api: str = "30000-39999"
    http: str = "40000-44999"
    https: str = "45000-49999"

    def range_of(self, kind: str) -> range:
        """Return the numbers of a kind; raises UsageProblem for a range that is none."""
        text = str(getattr(self, kind))
        first, dash, last = text.partition("-")
        if not (dash and first.isdecimal() and last.isdecimal() and _FIRST <= int(first) <= int(last) <= _LAST):
            raise UsageProblem(f"ports.{kind} {text!r} is not a range of ports", hint="write it like 30000-39999")
        return range(int(first), int(last) + 1)


_FIRST, _LAST = 1024, 65535


class SandboxSettings(NamedTuple):
    """What a sandbox gets unless its template or an option says otherwise; the ``node_`` ones are a kind node's."""

    backend: str = "auto"
    image: str = "tempshell/shell"
    runtime: str = ""  # the engine's choice where it is empty
    node_image: str = ""  # kind's own choice where it is empty
    node_cpus: float = 1.5
    node_memory: str = "2g"
    cpus: float = 0.5
    memory: str = "512m"
    pids: int = 100
    workspace_size: str = "10g"


class KubernetesSettings(NamedTuple):
    """Where pods run and how their images are pulled, each written as the option of that name takes it."""

    pull_secrets: tuple[str, ...] = ()
    node_selector: tuple[str, ...] = ()
    tolerations: tuple[str, ...] = ()
    runtime_class: str = ""
    priority_class: str = ""


class ScreenSettings(NamedTuple):
    """How the practice screen looks. ``split`` is where the terminal stands, seen from the tasks."""

    split: str = "auto"
    theme: str = "auto"
    motion: str = "full"
    notify: str = "auto"


_CHOICES = {
    "lease.idle": ("end", "pause"),
    "screen.split": ("auto", "right", "bottom"),
    "screen.motion": ("full", "none"),
    "screen.notify": ("auto", "osc9", "osc777", "off"),
}


class PracticeSettings(NamedTuple):
    """How tasks are practised.

    ``auto_check``: the screen checks the current task by itself, after a command. ``commands``: what is typed in the
    screen's terminal is kept for ``history commands``.
    """

    auto_check: bool = True
    commands: bool = True


class Recording(NamedTuple):
    """Whether each visit to a session is recorded, asked for or not."""

    enabled: bool = False


class Copy(NamedTuple):
    """What ``cp`` copies at most, either way: bytes in all, and files, directories and links."""

    size: str = "4g"
    entries: int = 100_000


class History(NamedTuple):
    """How long past sessions stay on record, and how many of them.

    ``keep_graded`` and ``most_graded`` are for those in which something was graded. A deadline, an hour in which starts
    are counted, and what ``drill`` goes by keep a session longer.
    """

    keep: str = "720h"
    most: int = 1000
    keep_graded: str = "17520h"
    most_graded: int = 1000


class Settings(NamedTuple):
    """All settings. The file has the same names: ``[limits] per_owner = 2``.

    ``env`` and ``dotfiles``, a directory, are for sandboxes that no stranger has a say in. ``templates`` are as they
    are written; ``sessions.templates`` reads them.
    """

    owner: str = ""
    leader: str = "ctrl+]"  # the one key of the practice screen that is tempshell's
    dotfiles: str = ""
    limits: Limits = Limits()
    lease: Lease = Lease()
    engines: EngineSettings = EngineSettings()
    sandbox: SandboxSettings = SandboxSettings()
    kubernetes: KubernetesSettings = KubernetesSettings()
    ports: Ports = Ports()
    screen: ScreenSettings = ScreenSettings()
    practice: PracticeSettings = PracticeSettings()
    recording: Recording = Recording()
    copy: Copy = Copy()
    history: History = History()
    env: Mapping[str, str] = NOTHING
    templates: Mapping[str, Any] = NOTHING

    def limits_in_force(self) -> Limits:
        """Return the limits, without the per-owner ones where ``TEMPSHELL_NO_LIMITS`` is set."""
        if os.environ.get(NO_LIMITS, "") in {"", "0"}:
            return self.limits
        return self.limits._replace(per_owner=_UNLIMITED, starts_per_hour=_UNLIMITED)


_Section = TypeVar(
    "_Section",
    Limits,
    Lease,
    EngineSettings,
    SandboxSettings,
    KubernetesSettings,
    Ports,
    ScreenSettings,
    PracticeSettings,
    Recording,
    Copy,
    History,
    Settings,
)


def load_settings(file: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; a missing file means the defaults. Variables such as TEMPSHELL_LEASE_TTL go over the file.

    Raises UsageProblem that names the file or the variable, and the key, where a value cannot be used.
    """
    environment = os.environ if environment is None else environment
    settings = Settings()
    if file.exists():
        refuse_strangers_file(file)
        try:
            settings = checked(settings_from(_read(file)))
        except UsageProblem as cause:
            raise UsageProblem(f"{file}: {cause}", hint=cause.hint or _LIST) from cause
    meant = {variable: _meant_by(variable) for variable in environment}
    for variable, name in meant.items():
        if name:
            try:
                settings = with_setting(settings, name, environment[variable])
            except UsageProblem as cause:
                raise UsageProblem(f"{variable}: {cause}", hint=cause.hint or _LIST) from cause
    if any(meant.values()):
        try:
            settings = checked(settings)
        except UsageProblem as cause:
            names = ", ".join(variable for variable, name in meant.items() if name)
            raise UsageProblem(f"{names}: {cause}", hint=cause.hint or _LIST) from cause
    return settings


def names_of_settings() -> list[str]:
    """Return the names of all settings, as ``leader`` and ``lease.ttl``."""
    found = settings_json(Settings()).items()
    return [
        f"{name}.{key}" if key else name
        for name, value in found
        for key in (value if isinstance(value, dict) else ("",))
    ]


def variable_of(name: str) -> str:
    """Return the environment's variable for a setting: ``TEMPSHELL_LEASE_TTL`` for ``lease.ttl``."""
    return f"TEMPSHELL_{name.replace('.', '_').upper()}"


def _meant_by(variable: str) -> str:
    """Return the setting that a variable is for, or seems to be meant for; "" for other variables."""
    if not variable.startswith("TEMPSHELL_"):
        return ""
    known = {variable_of(name): name for name in names_of_settings()}
    section, _, key = variable.removeprefix("TEMPSHELL_").lower().partition("_")
    return known.get(variable) or (f"{section}.{key}" if key and section in _SECTIONS else "")


def with_setting(settings: Settings, name: str, text: str) -> Settings:
    """Return the settings with one of them as somebody types it; see ``value_of``. Raises UsageProblem."""
    section, _, key = name.rpartition(".")
    value = value_of(name, text)
    return _over(settings, {section: {key: value}} if section else {key: value}, "")


def value_of(name: str, text: str) -> str | float | list[str]:
    """Read the value of a setting from a text: lists are separated by commas, and switches are true or false.

    Raises UsageProblem for a name that nothing has, or a text that is not a value of its kind.
    """
    if name not in names_of_settings():
        raise UsageProblem(f"there is no setting {name}", hint=did_you_mean(name, names_of_settings()) or _LIST)
    section, _, key = name.rpartition(".")
    default = getattr(getattr(Settings(), section) if section else Settings(), key)
    try:
        if isinstance(default, bool):
            return _SWITCHES[text.strip().lower()]
        if isinstance(default, int | float):
            return type(default)(text)
    except (KeyError, ValueError) as cause:
        raise UsageProblem(f"{name} takes {_KINDS[type(default)]}, not {text!r}") from cause
    return [one.strip() for one in text.split(",") if one.strip()] if isinstance(default, tuple) else text


def settings_json(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain values, sections as dictionaries."""

    def plain(value: Any) -> Any:  # noqa: ANN401 - a setting
        if hasattr(value, "_asdict"):
            return value._asdict()
        return dict(value) if isinstance(value, Mapping) else value

    return {name: plain(value) for name, value in settings._asdict().items()}


_LIST = "`tempshell config show` lists every setting"


def _read(file: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - 2 ms, and most people have no file

    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise UsageProblem(reason(cause), hint="fix the file, or move it away") from cause
    except RecursionError as cause:
        raise UsageProblem("nested too deeply", hint="fix the file, or move it away") from cause


def settings_from(found: Mapping[str, Any]) -> Settings:
    """Return the defaults with what a file has over them; raises UsageProblem for a strange name or type."""
    return _over(Settings(), found, "")


def checked(settings: Settings) -> Settings:
    """Return the settings with every duration and size read once, so that a wrong one is reported now."""
    lengths = [value for name, value in settings.lease._asdict().items() if f"lease.{name}" not in _CHOICES]
    for duration in (*lengths, *settings.engines, settings.history.keep, settings.history.keep_graded):
        parse_duration(duration)
    _refuse_disorder(settings.lease)
    parse_size(settings.sandbox.memory)
    parse_size(settings.sandbox.node_memory)
    parse_size(settings.sandbox.workspace_size)
    parse_size(settings.copy.size)
    for variable, text in settings.env.items():
        _refuse_variable(variable, text)
    for kind in settings.ports._fields:
        settings.ports.range_of(kind)
    for name, known in _CHOICES.items():
        section, _, key = name.partition(".")
        if getattr(getattr(settings, section), key) not in known:
            raise UsageProblem(f"{name} is one of {', '.join(known)}")
    return settings


def _refuse_variable(name: str, value: object) -> None:
    if not (name.isascii() and name.isidentifier() and isinstance(value, str) and "\0" not in value):
        raise UsageProblem(f"env.{name} is not a variable", hint='write it like EDITOR = "vim", with a text in quotes')


def _refuse_disorder(lease: Lease) -> None:
    """Raise UsageProblem where a warning would come after the next one."""
    for name, next_name in (("first_warning", "second_warning"), ("second_warning", "last_warning")):
        if parse_duration(getattr(lease, name)) < parse_duration(getattr(lease, next_name)):
            raise UsageProblem(
                f"lease.{name} is shorter than lease.{next_name}", hint="each warning comes before the next one"
            )


def _over(defaults: _Section, found: Mapping[str, Any], where: str) -> _Section:
    """Return the defaults with what was found over them; raises UsageProblem for a strange name or type."""
    changed: dict[str, Any] = {}
    for name, value in found.items():
        if name not in defaults._fields:
            hint = did_you_mean(where + name, [where + known for known in defaults._fields])
            raise UsageProblem(f"there is no setting {where + name}", hint=hint)
        default, full_name = getattr(defaults, name), where + name
        if not hasattr(default, "_fields"):
            changed[name] = _scalar(default, value, full_name)
        elif isinstance(value, dict):
            changed[name] = _over(default, value, f"{full_name}.")
        else:
            raise UsageProblem(f"{full_name} is a section: [{full_name}]")
    return defaults._replace(**changed)


def _scalar(default: object, value: object, name: str) -> object:
    """Return a value of its default's type; a whole number is a number too, and true is none."""
    if isinstance(default, Mapping):
        return _table(value, name)
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UsageProblem(f"{name} takes a list of texts in quotes, not {value!r}")
        return tuple(value)
    wanted = (int, float) if isinstance(default, float) else type(default)
    if not isinstance(value, wanted) or isinstance(value, bool) is not isinstance(default, bool):
        raise UsageProblem(f"{name} takes {_KINDS[type(default)]}, not {value!r}")
    if isinstance(value, int | float) and value < 0:
        raise UsageProblem(f"{name} cannot be negative")
    return value


def _table(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageProblem(f"{name} is a section: [{name}]")
    if name == "templates" and (odd := [one for one, inner in value.items() if not isinstance(inner, dict)]):
        raise UsageProblem(f"templates.{odd[0]} is a section: [templates.{odd[0]}]")
    return value


_SECTIONS = {name for name, value in settings_json(Settings()).items() if value and isinstance(value, dict)}
_SWITCHES = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
_KINDS = {str: "a text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
