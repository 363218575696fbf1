"""JUnit's XML, as CI services read it (the schema of Jenkins' xUnit plugin)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tempshell_cli.core.text import strip_controls

# What XML 1.0 (2.2) has no place for, beyond what strip_controls removes.
_NO_XML = re.compile("[\ufffe\uffff]")


class Case(NamedTuple):
    """One thing that was tried; at most one of the last three says what came of it."""

    group: str
    name: str
    seconds: float = 0.0
    failure: str = ""
    error: str = ""
    skipped: str = ""


def junit(suite: str, cases: Sequence[Case]) -> str:
    """Return one test suite as an XML document."""
    root = ET.Element("testsuites")
    counts = {
        "tests": len(cases),
        "failures": sum(bool(case.failure) for case in cases),
        "errors": sum(bool(case.error) for case in cases),
        "skipped": sum(bool(case.skipped) for case in cases),
    }
    attributes = {name: str(count) for name, count in counts.items()}
    took = f"{sum(case.seconds for case in cases):.3f}"
    element = ET.SubElement(root, "testsuite", {"name": _plain(suite), **attributes, "time": took})
    for case in cases:
        _add(element, case)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def _add(suite: ET.Element, case: Case) -> None:
    about = {"classname": _plain(case.group), "name": _plain(case.name), "time": f"{case.seconds:.3f}"}
    element = ET.SubElement(suite, "testcase", about)
    for kind in ("failure", "error", "skipped"):
        if text := _plain(getattr(case, kind)):
            problem = ET.SubElement(element, kind, {"message": text.partition("\n")[0]})
            problem.text = text


def _plain(text: str) -> str:
    return _NO_XML.sub("", strip_controls(text))
