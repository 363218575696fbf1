"""The published schemas are the model's, and say what editors can check."""

from __future__ import annotations

import json

import pytest

from tempshell_cli.packs.checks.criteria import Check, keys_of
from tempshell_cli.packs.format.schema import PARTS, schema_of
from tests.docs.places import ROOT
from tests.support.command_line import Tempshell


@pytest.mark.parametrize("part", PARTS)
def test_the_schema_in_the_documentation_is_the_one_that_is_printed(part: str, tempshell: Tempshell) -> None:
    assert tempshell("pack", "schema", part).stdout == (ROOT / "docs" / "schema" / f"{part}-1.json").read_text("utf-8")


def test_a_misspelt_part_is_refused_with_the_known_ones(tempshell: Tempshell) -> None:
    assert "pack, task" in tempshell("pack", "schema", "taks", code=2).stderr


@pytest.mark.parametrize("part", PARTS)
def test_no_mapping_of_the_format_takes_keys_it_does_not_know(part: str) -> None:
    schema = schema_of(part)
    for name, one in {"": schema, **schema["$defs"]}.items():
        if "properties" in one:
            assert one["additionalProperties"] is False, name


def test_a_check_is_of_exactly_one_kind() -> None:
    kinds = schema_of("task")["$defs"]["Check"]["oneOf"]
    assert [key for one in kinds for key in one["required"]] == keys_of(Check)


def test_patterns_are_ecma_s() -> None:
    """``$`` means the end there; Python's needs a look ahead for that, which would only confuse."""
    assert "(?!" not in json.dumps(schema_of("pack"))
    assert schema_of("pack")["properties"]["id"]["pattern"] == "^[a-z0-9][a-z0-9-]*$"
