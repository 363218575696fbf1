"""docs/extending.md shows the code that is tested."""

from __future__ import annotations

import re

from .places import ROOT

DOCUMENT = (ROOT / "docs" / "extending.md").read_text("utf-8")
_SHOWN = re.compile(r"^`(tests/[^`]+)`\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_code_it_shows_is_tested() -> None:
    shown = dict(_SHOWN.findall(DOCUMENT))
    examples = (ROOT / "tests" / "packs" / "extending").glob("[!_]*.py")
    assert shown == {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in examples}
