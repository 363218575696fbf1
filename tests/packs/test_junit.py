"""JUnit's XML can be read, whatever is in it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tempshell_cli.packs.grading.junit import Case, junit


def test_the_suite_counts_its_cases_and_each_says_what_came_of_it() -> None:
    cases = [
        Case("pack.one", "good", 1.5),
        Case("pack.one", "bad", 0.5, failure="expected <a> & found\nnothing"),
        Case("pack.two", "broken", error="no engine"),
        Case("pack.three", "left out", skipped="not here"),
    ]
    suite = ET.fromstring(junit("pack 1.0", cases)).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1", "time": "2.000"}
    failure = suite.find("testcase[@name='bad']/failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == ("expected <a> & found", "expected <a> & found\nnothing")


def test_what_xml_has_no_place_for_is_left_out() -> None:
    text = junit("a\x00b", [Case("\x1b[31mred", "\ufffe", failure="\ud800\x08")])
    assert ET.fromstring(text).find("testsuite") is not None  # noqa: S314 - our own
