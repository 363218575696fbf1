"""The screen that the README shows is the one there is."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .places import ROOT
from .screenshot import IMAGE

_TEXT = re.compile(r"<text [^>]*>([^<]*)</text>")


@pytest.mark.engine("local")
def test_the_screenshot_shows_what_the_screen_shows_now(tmp_path: Path) -> None:
    """The words are compared; colours and places are the SVG writer's. `python -m tests.docs.screenshot` renews it."""
    now = tmp_path / "screen.svg"
    subprocess.run((sys.executable, "-m", "tests.docs.screenshot", now), cwd=ROOT, check=True)
    assert _words(now) == _words(IMAGE)


def _words(image: Path) -> list[str]:
    return "".join(html.unescape(text) for text in _TEXT.findall(image.read_text("utf-8"))).split()
