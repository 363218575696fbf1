"""docs/configuration.md has every setting, with the default it has."""

from __future__ import annotations

import json
import re

from tempshell_cli.core.config import Settings, settings_json

from .markdown import rows
from .places import ROOT


def test_every_setting_is_described_with_its_default() -> None:
    assert _described() == _settings()


def _described() -> dict[str, str]:
    """Read the tables; each but the first stands below the name of its section."""
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    whole = text.partition("## All settings")[2].partition("\n## ")[0]
    top, *parts = re.split(r"```toml\n\[(\w+)\]\n```", whole)
    sections = [("", top), *((f"{name}.", body) for name, body in zip(parts[::2], parts[1::2], strict=True))]
    return {
        prefix + cells[0].strip("`"): cells[1].strip("`")
        for prefix, body in sections
        for cells in rows(body)
        if cells[0] != "setting"
    }


def _settings() -> dict[str, str]:
    defaults: dict[str, str] = {}
    for name, value in settings_json(Settings()).items():
        inner = {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
        defaults |= {key: json.dumps(one) for key, one in inner.items()}
    return defaults
