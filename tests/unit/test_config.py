"""Settings: sensible without a file, strict with one."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.core.config import NO_LIMITS, Settings, load_settings, settings_json
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
