"""docs/pack-reference.md is the model's, and leaves no key unexplained."""

from __future__ import annotations

import pytest

from tempshell_cli.packs.format.schema import PARTS, schema_of

from .pack_reference import REFERENCE, reference


def test_the_reference_is_the_one_that_is_made_now() -> None:
    """`python -m tests.docs.pack_reference` renews it."""
    assert REFERENCE.read_text("utf-8") == reference()


@pytest.mark.parametrize("part", PARTS)
def test_every_key_of_the_format_is_explained(part: str) -> None:
    schema = schema_of(part)
    for name, one in {"": schema, **schema["$defs"]}.items():
        for key, value in one.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key}"
            assert f"| `{key}` |" in reference()
