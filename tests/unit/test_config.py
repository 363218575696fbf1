"""Settings: sensible without a file, strict with one."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.core.config import NO_LIMITS, Settings, load_settings, names_of_settings, settings_json, variable_of
from tempshell_cli.core.config_file import set_in_file
from tempshell_cli.core.errors import UsageProblem


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_the_designs_numbers_hold(file: Path) -> None:
    settings = load_settings(file)
    assert (settings.lease.length, settings.lease.extension) == (timedelta(minutes=60), timedelta(minutes=30))
    assert settings.lease.maximum == timedelta(minutes=90)
    limits = settings.limits
    assert (limits.per_owner, limits.per_engine, limits.starts_per_hour, limits.extensions) == (1, 8, 3, 1)
    assert (settings.sandbox.memory, settings.sandbox.cpus, settings.sandbox.pids) == ("512m", 0.5, 100)


def test_a_file_changes_what_it_names_and_nothing_else(file: Path) -> None:
    file.write_text("owner = 'ann'\n[limits]\nper_owner = 4\n[sandbox]\ncpus = 2\n")
    settings = load_settings(file)
    assert (settings.owner, settings.limits.per_owner, settings.sandbox.cpus) == ("ann", 4, 2)
    assert settings.limits.per_engine == Settings().limits.per_engine


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("owner = ", "Invalid value"),
        ("\0", "config.toml"),
        ("limits = 3", "limits"),
        ("[limits]\nper_owner = 'many'", "per_owner"),
        ("[limits]\nper_owner = true", "per_owner"),
        ("[limits]\nper_owner = 1.5", "per_owner"),
        ("[limits]\nper_owner = -1", "per_owner"),
        ("[limits]\nper_ownr = 2", "per_ownr"),
        ("[lease]\nttl = '1 fortnight'", "fortnight"),
        ("[lease]\nexam_grading = 'brief'", "brief"),
        ("[lease]\nsecond_warning = '11m'", "lease.first_warning is shorter than lease.second_warning"),
        ("[lease]\nlast_warning = '6m'", "lease.second_warning is shorter than lease.last_warning"),
        ("[engines]\nsweep = 'often'", "often"),
        ("[sandbox]\nmemory = 'lots'", "lots"),
        ("ownr = 'x'", "ownr"),
        ("owner = " + "[" * 5000, "nested too deeply"),
        ("[screen]\nsplit = 'left'", "auto, right, bottom"),
        ("[screen]\nmotion = 'slow'", "full, none"),
        ("[recording]\nenabled = 1", "true or false"),
        ("[recording]\nenabled = 'yes'", "true or false"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_is_wrong(file: Path, text: str, output: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageProblem, match=r"config\.toml") as refused:
        load_settings(file)
    assert output in str(refused.value)
    assert refused.value.hint


def test_a_misspelt_setting_gets_a_suggestion(file: Path) -> None:
    file.write_text("[limits]\nper_ownr = 2")
    with pytest.raises(UsageProblem) as refused:
        load_settings(file)
    assert "per_owner" in refused.value.hint


def test_a_file_in_another_encoding_is_refused(file: Path) -> None:
    file.write_bytes(b"owner = '\xff'")
    with pytest.raises(UsageProblem, match=r"config\.toml"):
        load_settings(file)


def test_every_setting_survives_being_written_and_read(file: Path) -> None:
    shown = settings_json(Settings())
    lines = [f"{name} = {json.dumps(value)}" for name, value in shown.items() if not isinstance(value, dict)]
    for name, section in shown.items():
        if isinstance(section, dict):
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in section.items())]
    file.write_text("\n".join(lines))
    assert tomllib.loads(file.read_text())
    assert load_settings(file) == Settings()


@pytest.mark.parametrize(("value", "lifted"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_ci_lifts_the_owners_limits_and_not_the_engines(
    monkeypatch: pytest.MonkeyPatch, value: str, *, lifted: bool
) -> None:
    monkeypatch.setenv(NO_LIMITS, value)
    limits = Settings().limits_in_force()
    assert (limits.per_owner > 100, limits.starts_per_hour > 100) == (lifted, lifted)
    assert limits.per_engine == Settings().limits.per_engine


def _typed(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()


def _values(settings: Settings) -> dict[str, object]:
    return {
        f"{name}.{key}" if isinstance(value, dict) else name: one
        for name, value in settings_json(settings).items()
        for key, one in (value.items() if isinstance(value, dict) else [("", value)])
    }


_OTHERS = {str: "x", int: 7, float: 1.25, bool: True, tuple: ("a=b", "c=d")}
# Those that are not any text.
_SOME = {
    **{f"lease.{name}": "7m" for name in ("ttl", "extend", "longest", "hold", "exam_setup", "exam_grading")},
    "lease.first_warning": "9m",
    "lease.second_warning": "7m",
    "lease.last_warning": "2m",
    "engines.timeout": "3s",
    "engines.sweep": "7s",
    "history.keep": "7h",
    "history.keep_graded": "8h",
    "sandbox.memory": "1g",
    "sandbox.node_memory": "3g",
    "sandbox.workspace_size": "3g",
    "copy.size": "1g",
    **{f"ports.{name}": "2000-2999" for name in ("api", "http", "https")},
    "lease.idle": "pause",
    "screen.split": "right",
    "screen.motion": "none",
    "screen.notify": "off",
}


def test_every_setting_can_be_set_in_the_environment_and_in_the_file(file: Path) -> None:
    wanted = {name: _SOME.get(name, _OTHERS[type(value)]) for name, value in _values(Settings()).items()}
    assert list(wanted) == names_of_settings()
    environment = {variable_of(name): _typed(value) for name, value in wanted.items()}
    assert _values(load_settings(file, environment)) == wanted
    for name, value in wanted.items():
        set_in_file(file, name, _typed(value))
    assert _values(load_settings(file, {})) == wanted


def test_the_environment_goes_over_the_file_and_other_variables_are_none_of_ours(file: Path) -> None:
    file.write_text("[lease]\nttl = '20m'\nextend = '3m'\n")
    others = {"TEMPSHELL_DEBUG": "1", "TEMPSHELL_REQUIRE_ENGINES": "local", "LEASE_TTL": "1m"}
    settings = load_settings(file, {"TEMPSHELL_LEASE_TTL": "45m", **others})
    assert (settings.lease.ttl, settings.lease.extend) == ("45m", "3m")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TEMPSHELL_LEASE_TLL", "1m", "there is no setting lease.tll"),
        ("TEMPSHELL_LEASE_TTL", "soon", "'soon' is not a duration"),
        ("TEMPSHELL_LIMITS_PER_OWNER", "two", "limits.per_owner takes a whole number, not 'two'"),
        ("TEMPSHELL_RECORDING_ENABLED", "maybe", "recording.enabled takes true or false"),
        ("TEMPSHELL_LEASE_LAST_WARNING", "20m", "lease.second_warning is shorter"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(file: Path, variable: str, value: str, said: str) -> None:
    with pytest.raises(UsageProblem, match=f"^{variable}: .*{said}"):
        load_settings(file, {variable: value})


def test_a_setting_is_changed_and_the_rest_of_the_file_stays(file: Path) -> None:
    file.write_text("# mine\nleader = 'f12'  # on a French keyboard\n\n[lease] # times\nttl = '20m'\n")
    set_in_file(file, "lease.extend", "5m")
    set_in_file(file, "leader", "ctrl+g")
    text = file.read_text()
    assert [part in text for part in ("# mine", "# on a French keyboard", "[lease] # times", "ttl = '20m'")] == [
        True
    ] * 4
    assert load_settings(file, {}).leader == "ctrl+g"


@pytest.mark.parametrize(
    ("before", "name", "value", "said"),
    [
        ("", "leaders", "ctrl+g", "there is no setting leaders"),
        ("", "lease", "1m", "there is no setting lease"),
        ("", "lease.ttl", "long", "'long' is not a duration"),
        ("leader = ", "leader", "f12", "config.toml: "),
        ("lease = 3", "lease.ttl", "1m", "lease is a section"),
        ("[lease]\ntll = '1m'", "lease.ttl", "1m", "there is no setting lease.tll"),
    ],
)
def test_a_change_that_cannot_be_made_leaves_the_file_as_it_was(
    file: Path, before: str, name: str, value: str, said: str
) -> None:
    file.write_text(before)
    with pytest.raises(UsageProblem, match=said):
        set_in_file(file, name, value)
    assert file.read_text() == before
