"""What is done with results: a task put back, a score, a report, and what CI services read."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path
from shlex import quote
from xml.etree import ElementTree as ET

import pexpect
import pytest

from tempshell_cli import __version__
from tempshell_cli.packs.library.load import load_pack
from tempshell_cli.sessions.starting import start_mark
from tests.support.command_line import Tempshell

pytestmark = pytest.mark.engine("local")

_MANIFEST = """\
format: 1
id: two
version: 1.2.0
title: Two <b>small</b> | tasks
license: MIT
pass: 50
domains: {first: 50, second: 50}
tasks: [one.md, two.md]
"""
_TASK = """\
---
id: NAME
title: Write NAME
domain: DOMAIN
setup: {run: NAME.sh}
checks:
- id: there
  file: {path: NAME.txt}
  fail: Nothing is there.
solution: NAME.sh
---
Write `NAME.txt`.
"""


@pytest.fixture
def pack(tempshell: Tempshell) -> Path:
    """A pack of two tasks, in a session of its own."""
    root = tempshell.directory / "two"
    root.mkdir()
    (root / "pack.yaml").write_text(_MANIFEST)
    for name, domain in (("one", "first"), ("two", "second")):
        (root / f"{name}.md").write_text(_TASK.replace("NAME", name).replace("DOMAIN", domain))
        (root / f"{name}.sh").write_text(f"rm -f {name}.txt\n")
    tempshell.start("./two", "--name", "mine")
    return root


def verdicts(tempshell: Tempshell) -> dict[str, str | None]:
    return {task["id"]: task["verdict"] for task in tempshell("tasks", "--json").json()}


def do(tempshell: Tempshell, *names: str) -> None:
    tempshell("exec", "--", "touch", *(f"{name}.txt" for name in names))


@pytest.mark.usefixtures("pack")
def test_reset_puts_one_task_back_and_leaves_the_other(tempshell: Tempshell) -> None:
    do(tempshell, "one", "two")
    tempshell("check")
    assert tempshell("reset", "one").stdout == "one was reset\n"
    assert verdicts(tempshell) == {"one": None, "two": "pass"}
    tempshell("check", "one", code=6)
    tempshell("check", "two")
    assert verdicts(tempshell) == {"one": "fail", "two": "pass"}


@pytest.mark.usefixtures("pack")
def test_reset_of_a_task_there_is_not_names_the_nearest(tempshell: Tempshell) -> None:
    assert "did you mean `one`" in tempshell("reset", "oen", code=2).stderr


@pytest.mark.usefixtures("pack")
def test_the_score_is_weighted_and_survives_the_session(tempshell: Tempshell) -> None:
    do(tempshell, "one")
    tempshell("check", code=6)
    tempshell("check", "one")
    score = tempshell("score", "--json").json()
    assert (score["percent"], score["pass_mark"], score["passed"]) == (50, 50, True)
    assert score["attempts"] == {"one": 2, "two": 1}
    tempshell("stop", "mine")
    for token in ([], ["mine"]):
        output = tempshell("score", *token).stdout
        assert "50 % (passed, the pass mark is 50 %), 1 of 2 tasks done" in output


def test_the_report_names_the_pack_that_graded_and_tells_when_it_has_changed(pack: Path, tempshell: Tempshell) -> None:
    digest = load_pack(pack).digest
    tempshell("check", code=6)
    report = tempshell("report", "--format", "json").json()
    assert (report["pack"], report["version"], report["digest"]) == ("two", "1.2.0", digest)
    assert (report["tempshell"], report["pack_changed"]) == (__version__, False)
    (pack / "pack.yaml").write_text(_MANIFEST.replace("1.2.0", "1.3.0"))
    report = tempshell("report", "--format", "json").json()
    assert (report["version"], report["digest"], report["pack_changed"]) == ("1.2.0", digest, True)
    assert "the pack has changed" in tempshell("report").stdout


def test_the_report_as_markdown_and_as_html_shows_no_markup_of_the_pack(pack: Path, tempshell: Tempshell) -> None:
    do(tempshell, "one")
    tempshell("check", code=6)
    markdown = tempshell("report").stdout
    assert "# Two \\<b\\>small\\</b\\> \\| tasks: 50 %" in markdown
    assert "| one: Write one | first | pass | 1/1 | once | - | - |" in markdown
    assert load_pack(pack).digest in markdown
    page = tempshell("report", "--format", "html").stdout
    tags = _tags(page)
    assert "b" not in tags
    assert "script" not in tags
    assert {"table", "td", "h1"} <= tags
    assert '<td>50 %</td><td><span class="bar"><i style="width:100%"></i></span> 100 %</td>' in page
    assert '<span class="fail">✗ fail</span> there, 0 of 1 points<pre>Nothing is there.' in page
    assert "expected a file two.txt" in page


@pytest.mark.usefixtures("pack")
def test_a_person_reads_colours_and_markdown_and_a_pipe_gets_neither(tempshell: Tempshell) -> None:
    with tempshell.on_terminal("tasks", "one") as screen:
        screen.expect(pexpect.EOF)
        assert "`" not in str(screen.before)
        assert "one.txt" in str(screen.before)
    for argv, shown in ((("check", "two"), "\x1b[31mFAIL"), (("tasks",), "\x1b[31mfail"), (("list",), "\x1b[32mready")):
        with tempshell.on_terminal(*argv) as screen:
            screen.expect_exact(shown)
            screen.expect(pexpect.EOF)
    assert "Write `one.txt`." in tempshell("tasks", "one").stdout
    assert "\x1b" not in tempshell("check", code=6).stdout + tempshell("list").stdout


@pytest.mark.usefixtures("pack")
def test_stop_asks_a_person_before_it_removes_what_another_process_sets_up(tempshell: Tempshell) -> None:
    (session,) = tempshell("list", "--quiet").stdout.split()
    with start_mark(tempshell.user.paths, session):
        with tempshell.on_terminal("stop") as screen:
            screen.expect("stop it all the same")
            screen.sendline("n")
            screen.expect("mine goes on")
            screen.expect(pexpect.EOF)
        assert tempshell("list", "--quiet").stdout.split() == [session]
        with tempshell.on_terminal("stop") as screen:
            screen.expect("stop it all the same")
            screen.sendline("y")
            screen.expect("left over: nothing")
            screen.expect(pexpect.EOF)
    assert tempshell("list", "--quiet").stdout == ""


def _tags(page: str) -> set[str]:
    found: set[str] = set()

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            del attrs
            found.add(tag)

    Parser().feed(page)
    return found


def test_a_session_without_a_pack_has_no_score_and_an_unknown_one_none_either(tempshell: Tempshell) -> None:
    assert "there is no session" in tempshell("score", code=3).stderr
    tempshell.start("--name", "bare")
    assert "no pack" in tempshell("score", code=2).stderr
    assert "otter" in tempshell("report", "otter", code=3).stderr
    assert "'md', 'json', 'html'" in tempshell("report", "--format", "pdf", code=2).stderr


def test_check_as_json_says_of_what_the_results_are(pack: Path, tempshell: Tempshell) -> None:
    (one,) = tempshell("check", "one", "--json", code=6).json()
    assert (one["title"], one["domain"], one["pack"], one["version"]) == ("Write one", "first", "two", "1.2.0")
    assert one["digest"] == load_pack(pack).digest
    (check,) = one["results"]
    assert (check["verdict"], check["expected"], check["found"]) == ("fail", "a file one.txt", "it is not there")


def test_a_check_that_is_not_to_wait_looks_once(tempshell: Tempshell, pack: Path) -> None:
    task = _TASK.replace("NAME", "one").replace("DOMAIN", "first")
    (pack / "one.md").write_text(task.replace("  fail:", "  retry: {for: 1h}\n  fail:"))  # longer than a test may take
    tempshell.start("./two", "--replace")
    tempshell("check", "--no-wait", code=6)


def test_the_answer_to_find_is_in_no_output(tempshell: Tempshell, pack: Path) -> None:
    """Not in text, JSON or JUnit, nor on record, whether the check has a text of its own or not."""
    task = _TASK.replace("NAME", "one").replace("DOMAIN", "first").replace("title:", "find: true\ntitle:")
    answer = 'file: {path: one.txt, text: {equals: "1729"}}'
    own = f"- id: second\n  {answer}\nsolution:"
    (pack / "one.md").write_text(task.replace("file: {path: one.txt}", answer).replace("solution:", own))
    tempshell.start("./two", "--replace")
    tempshell("exec", "--", "sh", "-c", "echo 1728 >one.txt")
    for form in ("text", "json", "junit"):
        shown = tempshell("check", "one", "--format", form, code=6).stdout
        assert "1729" not in shown
        assert "1728" in shown
    assert [one["expected"] for one in tempshell("check", "one", "--json", code=6).json()[0]["results"]] == ["", ""]
    for record in tempshell.user.paths.state.rglob("tempshell.db*"):
        assert b"1729" not in record.read_bytes()


def test_what_was_expected_is_shown_once_the_task_has_been_passed(tempshell: Tempshell, pack: Path) -> None:
    task = _TASK.replace("NAME", "one").replace("DOMAIN", "first")
    (pack / "one.md").write_text(task.replace("  fail:", "  expected: after_pass\n  fail:"))
    tempshell.start("./two", "--replace")
    assert "a file one.txt" not in tempshell("check", "one", code=6).stdout
    tempshell("exec", "--", "touch", "one.txt")
    tempshell("check", "one")
    tempshell("exec", "--", "rm", "one.txt")
    for _ in range(2):
        assert "expected a file one.txt" in tempshell("check", "one", code=6).stdout


def test_a_check_that_could_not_run_leaves_everything_incomplete(pack: Path, tempshell: Tempshell) -> None:
    """One of two tasks, which is as much as the pass mark asks for; the other could not be looked at."""
    do(tempshell, "one")
    task = pack / "two.md"
    task.write_text(task.read_text().replace("file: {path: two.txt}", "exec: {argv: [gone]}"))
    output = tempshell("check", code=10).stdout
    assert "PASS  one  1/1 points" in output
    assert "INCOMPLETE two  0/1 points\n  error there\n        the sandbox has no gone\n" in output
    assert (
        '<error message="could not run, so the result is incomplete: ' in tempshell("check", "--junit", code=10).stdout
    )
    standing = "50 % (incomplete: two/there could not run; the pass mark is 50 %), 1 of 2 tasks done"
    assert standing in tempshell("score").stdout
    score = tempshell("score", "--json").json()
    assert (score["percent"], score["passed"], score["incomplete"]) == (50, False, ["two/there"])
    markdown = tempshell("report").stdout
    assert standing in markdown.replace("\\", "")
    assert "- Could not run: two/there" in markdown.replace("\\", "")
    assert "| two: Write two | second | incomplete | 0/1 |" in markdown
    page = tempshell("report", "--format", "html").stdout
    assert standing in page
    assert "<td>incomplete</td>" in page
    assert "50 %, incomplete" in tempshell("history").stdout
    assert tempshell("history", "--json").json()["sessions"][0]["incomplete"] == ["two/there"]
    assert [line.split()[:2] for line in tempshell("tasks").stdout.splitlines()][2] == ["two", "incomplete"]
    assert [task["incomplete"] for task in tempshell("tasks", "--json").json()] == [[], ["there"]]
    assert "two incomplete (0/1 points)" in tempshell("status").stdout
    assert "two/there: the sandbox has no gone" in tempshell("log").stdout


def test_a_sandbox_full_of_processes_earns_nothing(pack: Path, tempshell: Tempshell) -> None:
    """The learner cannot keep the checks from running and have them left out; nor those of their own programs."""
    task = pack / "two.md"
    task.write_text(task.read_text().replace("file: {path: two.txt}", "exec: {as: learner, argv: [ls]}"))
    assert [one["verdict"] for one in tempshell("check", "--json", code=6).json()] == ["fail", "pass"]
    # A shell would wait before it tries again.
    loop = quote("while (1) { my $child = fork; if (defined $child and !$child) { sleep 300; exit } }")
    tempshell("exec", "--", "sh", "-c", f"setsid perl -e {loop} >/dev/null 2>&1 </dev/null & sleep 2")
    one, two = tempshell("check", "--json", code=6).json()
    assert (one["results"][0]["found"], two["verdict"]) == ("it is not there", "fail")
    assert "counts as failed: the sandbox has no room for another process" in two["results"][0]["message"]
    score = tempshell("score", "--json").json()
    assert (score["percent"], score["passed"], score["incomplete"]) == (0, False, [])


@pytest.mark.parametrize(
    ("victim", "output"),
    [
        ("$program", "it was ended by signal 9"),
        ("$(parent $(parent $program))", "it was ended from inside the sandbox"),
    ],
    ids=["the program", "what reports its end"],
)
@pytest.mark.parametrize("role", ["grader", "learner"])
def test_a_check_that_the_learner_ends_has_failed(
    victim: str, output: str, role: str, pack: Path, tempshell: Tempshell
) -> None:
    """Where a learner can signal a check, that a failure is expected gains nothing by it.

    Where root has started the sandbox, the grader is another user, whose sleep ends as it should not.
    """
    task = pack / "one.md"
    slow = f"exec: {{as: {role}, argv: [sleep, '7'], expect: {{exit: nonzero}}}}"
    task.write_text(task.read_text().replace("file: {path: one.txt}", slow))
    parent = "parent() { ps -o ppid= -p $1; }"
    killer = f"{parent}; while :; do for program in $(pgrep -x sleep); do kill -KILL {victim}; done; done"
    tempshell("exec", "--", "sh", "-c", f"setsid sh -c {quote(killer)} >/dev/null 2>&1 </dev/null &")
    (result,) = tempshell("check", "one", "--json", code=6).json()
    assert (result["verdict"], result["incomplete"]) == ("fail", [])
    (check,) = result["results"]
    out_of_reach = role == "grader" and os.geteuid() == 0
    assert ("exit code 0" if out_of_reach else output) in check["found"] + check["message"]


@pytest.mark.usefixtures("pack")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), ""),
        (("--profile", "admin"), "The learner was root in the sandbox"),
    ],
)
def test_the_report_says_what_a_learner_could_have_forged(
    options: tuple[str, ...], said: str, tempshell: Tempshell
) -> None:
    tempshell("stop")
    tempshell.start("./two", *options)
    tempshell("check", code=6)
    assert tempshell("report", "--format", "json").json()["forgeable"].startswith(said)
    for output in (tempshell("score").stdout, tempshell("report", "--format", "html").stdout):
        assert said in output
        assert ("forged" in output) is bool(said)


@pytest.mark.usefixtures("pack")
def test_check_as_junit_has_a_case_for_each_check(tempshell: Tempshell) -> None:
    do(tempshell, "one")
    suite = ET.fromstring(tempshell("check", "--junit", code=6).stdout).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("two 1.2.0", "2", "1")
    failure = suite.find("testcase[@classname='two.two']/failure")
    assert failure is not None
    assert failure.text == "Nothing is there.\nexpected a file two.txt, found it is not there"
    assert "cannot be used together" in tempshell("check", "--json", "--junit", code=2).stderr
