"""An exam from its draw to its review, and what comes after: history and drills."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Tempshell
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("local")

_MANIFEST = """\
format: 1
id: four
version: 1.0.0
title: Four
license: MIT
time: 40m
pass: 50
domains: {left: 50, right: 50}
tasks: [a.md, b.md, c.md, d.md]
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
solution: solve-NAME.sh
---
Write `NAME.txt`.
"""
ALL = {"a", "b", "c", "d"}


@pytest.fixture
def pack(tempshell: Tempshell) -> Path:
    """A pack of four tasks in two domains."""
    root = tempshell.directory / "four"
    root.mkdir()
    (root / "pack.yaml").write_text(_MANIFEST)
    for name, domain in (("a", "left"), ("b", "left"), ("c", "right"), ("d", "right")):
        (root / f"{name}.md").write_text(_TASK.replace("NAME", name).replace("DOMAIN", domain))
        (root / f"{name}.sh").write_text(f"rm -f {name}.txt; touch {name}.set-up\n")
        (root / f"solve-{name}.sh").write_text(f"touch {name}.txt\n")
    return root


def begin(tempshell: Tempshell, *options: str) -> list[str]:
    """Begin an exam and return its tasks."""
    tempshell("exam", "./four", "--detach", "--quiet", *options)
    return [task["id"] for task in tempshell("tasks", "--json").json()]


def do(tempshell: Tempshell, *names: str) -> None:
    tempshell("exec", "--", "touch", *(f"{name}.txt" for name in names))


@pytest.mark.usefixtures("pack")
def test_an_exam_has_the_tasks_that_its_seed_draws_and_only_these_are_set_up(tempshell: Tempshell) -> None:
    drawn = begin(tempshell, "--tasks", "2", "--seed", "7")
    assert len(set(drawn) & {"a", "b"}) == len(set(drawn) & {"c", "d"}) == 1
    assert set(tempshell("exec", "--", "ls").stdout.split()) == {f"{task}.set-up" for task in drawn}
    other = (ALL - set(drawn)).pop()
    assert "no task" in tempshell("tasks", other, code=2).stderr
    tempshell("stop")
    assert begin(tempshell, "--tasks", "2", "--seed", "7") == drawn


@pytest.mark.usefixtures("pack")
def test_while_it_runs_nothing_tells_checks_or_gives_time(tempshell: Tempshell) -> None:
    assert "4 tasks in 40m, seed 7" in tempshell("exam", "./four", "--detach", "--seed", "7").stderr
    for command in ("check", "extend", "pause"):
        output = tempshell(command, code=2).stderr
        assert "an exam" in output
        assert "exam --finish" in output
    assert "not graded: the exam is under way" in tempshell("score").stdout
    assert "not graded: the exam is under way" in tempshell("exam", "--review", code=2).stderr


@pytest.mark.usefixtures("pack")
def test_the_time_that_is_left_is_the_exams_and_not_that_of_its_sandbox(tempshell: Tempshell) -> None:
    """There is time to grade it after its end."""
    started = tempshell("exam", "./four", "--json", "--quiet", "--time", "20m").json()
    assert started["deadline"] > started["exam_ends"] > started["created"]
    (listed,) = tempshell("list", "--json").json()
    assert listed["exam_ends"] == tempshell("status", "--json").json()["exam_ends"] == started["exam_ends"]
    assert listed["remaining"] > 20 * 60
    shown = dict(line.split(":", 1) for line in tempshell("status").stdout.splitlines())
    assert shown["remaining"].strip().startswith("19m")
    assert tempshell("list").stdout.split()[-1].startswith("19m")
    tempshell("stop")
    assert [one["exam_ends"] for one in tempshell("list", "--all", "--json").json()] == [None]


@pytest.mark.usefixtures("pack")
def test_it_is_graded_once_at_its_end_and_then_reviewed(tempshell: Tempshell) -> None:
    begin(tempshell, "--seed", "7", "--name", "mine")
    do(tempshell, "a", "c", "d")
    output = tempshell("exam", "--finish").stdout
    assert "75 % (passed, the pass mark is 50 %), 3 of 4 tasks done" in output
    assert "left over: nothing" in output
    assert tempshell("list", "--quiet").stdout == ""
    assert "was graded at" in tempshell("exam", "--finish", "mine", code=2).stderr
    review = tempshell("exam", "--review").stdout
    assert "PASS  a  1/1 points" in review
    assert "FAIL  b  0/1 points\n  fail  there\n        Nothing is there.\n" in review
    assert "        expected a file b.txt\n        found    it is not there\n" in review
    assert "  solution\n        touch b.txt\n" in review
    found = tempshell("exam", "--review", "mine", "--json").json()
    assert (found["exam"]["seed"], found["percent"], found["passed"]) == (7, 75, True)
    assert {one["task"]: one["solution"] for one in found["results"]} == {one: f"touch {one}.txt\n" for one in ALL}
    assert "- Exam: 4 tasks in 40m, seed 7, graded at " in tempshell("report").stdout


@pytest.mark.usefixtures("pack")
def test_one_that_is_not_passed_ends_with_6(tempshell: Tempshell) -> None:
    begin(tempshell)
    do(tempshell, "a")
    found = tempshell("exam", "--finish", "--json", code=6).json()
    assert (found["percent"], found["passed"]) == (25, False)


def test_one_of_which_checks_could_not_run_is_incomplete_and_waits_for_them(pack: Path, tempshell: Tempshell) -> None:
    begin(tempshell, "--name", "mine")
    do(tempshell, "a", "b", "c")
    task = pack / "d.md"
    whole = task.read_text()
    task.write_text(whole.replace("file: {path: d.txt}", "exec: {argv: [gone]}"))
    output = tempshell("exam", "--finish", code=10)
    assert "75 % (incomplete: d/there could not run; the pass mark is 50 %), 3 of 4 tasks done" in output.stdout
    assert "mine is incomplete: d/there could not run: the sandbox has no gone" in output.stderr
    assert "`tempshell exam --finish mine` tries again until " in output.stderr
    assert ", incomplete, last graded at " in tempshell("report").stdout
    with tempshell.on_terminal("attach", "mine", "--plain") as terminal:
        terminal.expect("was handed in")
    assert "is incomplete" in tempshell("exam", "--review", code=2).stderr
    task.write_text(whole)
    do(tempshell, "d")
    assert "100 % (passed, the pass mark is 50 %), 4 of 4 tasks done" in tempshell("exam", "--finish").stdout
    assert tempshell("list", "--quiet").stdout == ""


@pytest.mark.usefixtures("pack")
def test_one_whose_sandbox_is_gone_is_not_graded_and_says_so(tempshell: Tempshell) -> None:
    begin(tempshell, "--name", "left")
    do(tempshell, *ALL)
    tempshell("stop")
    for command in (("score",), ("report",), ("exam", "--review", "--json")):
        output = tempshell.any_code(*command)
        assert "its sandbox was gone before it was handed in (stopped)" in output.stdout + output.stderr
    assert "was gone before" in tempshell("exam", "--finish", "left", code=7).stderr
    assert tempshell("history", "--json").json() == {"sessions": [], "domains": []}


@pytest.mark.usefixtures("pack")
def test_it_takes_the_time_asked_for_else_the_packs_but_no_longer_than_a_session_may(
    pack: Path, tempshell: Tempshell
) -> None:
    begin(tempshell, "--time", "10m")
    exam = tempshell("report", "--format", "json").json()["exam"]
    assert exam["began"][:10] <= exam["ends"][:10]
    assert "4 tasks in 10m" in tempshell("report").stdout
    tempshell("stop")
    (pack / "pack.yaml").write_text(_MANIFEST.replace("40m", "100h"))
    output = tempshell("exam", "./four", "--detach").stderr
    assert "meant to take 100h, but a session may last\n  1h30m" in output
    assert "4 tasks in 1h30m" in output
    tempshell("stop")
    assert "longer than a session may last" in tempshell("exam", "./four", "--time", "2h", code=8).stderr


def test_what_cannot_be_an_exam_is_refused(tempshell: Tempshell, pack: Path) -> None:
    assert "which pack" in tempshell("exam", code=2).stderr
    assert "cannot be used together" in tempshell("exam", "--finish", "--review", code=2).stderr
    assert "4 tasks to draw, not 5" in tempshell("exam", "./four", "--tasks", "5", code=2).stderr
    assert "there is no exam" in tempshell("exam", "--finish", code=3).stderr
    tempshell.start(str(pack))
    assert "there is no exam" in tempshell("exam", "--finish", code=3).stderr
    assert "there is no exam 'otter'" in tempshell("exam", "--review", "otter", code=3).stderr
    assert "there is no exam 'otter'" in tempshell("exam", "--finish", "-s", "otter", code=3).stderr
    assert "cannot be used together" in tempshell("exam", "--finish", "one", "-s", "other", code=2).stderr
    assert "name a new exam with --name" in tempshell("exam", "./four", "-s", "mine", code=2).stderr


@pytest.mark.usefixtures("pack")
def test_the_screen_of_an_exam_grades_it_at_its_end(tempshell: Tempshell) -> None:
    with tempshell.on_terminal("exam", "./four", "--quiet", "--name", "seen", columns=120, rows=36) as screen:
        screen.expect("flag")
        do(tempshell, *ALL)
        screen.send("\x1dn")
        screen.send("\x1dq")
        screen.expect("End the exam")
        screen.send("y")
        screen.expect("100 %")
        screen.send("\r")
        screen.expect("the pass mark is 50 %")
        screen.expect("left over: nothing")
    kinds = [event["event"] for event in tempshell("log", "seen", "--json").json()]
    assert kinds.count("graded") == 1
    assert "task" in kinds
    assert set(tempshell("report", "--format", "json").json()["spent"]) <= ALL


@pytest.mark.usefixtures("pack")
def test_the_deadline_grades_it_with_the_screen_open(tempshell: Tempshell) -> None:
    options = ("--quiet", "--tasks", "1", "--time", "5s", "--name", "late")
    with tempshell.on_terminal("exam", "./four", *options, columns=120, rows=36) as screen:
        screen.expect("0 % \\(not passed")
        screen.send("\r")
        screen.expect("left over: nothing")
    assert "- Exam: 1 task in 5s, seed " in tempshell("report", "late").stdout


@pytest.mark.usefixtures("pack")
def test_history_tells_sessions_and_domains_and_a_drill_repeats_what_went_wrong(tempshell: Tempshell) -> None:
    assert "nothing to repeat" in tempshell("drill").stdout
    assert "nothing was practised yet" in tempshell("history").stdout
    begin(tempshell, "--name", "first")
    do(tempshell, "a", "c", "d")
    tempshell("exam", "--finish")
    (card,) = tempshell("drill", "--list", "--json").json()
    assert (card["task"], card["box"], card["is_due"]) == ("b", 1, True)
    tempshell("drill", "--detach", "--quiet", "--name", "second")
    assert [task["id"] for task in tempshell("tasks", "--json").json()] == ["b"]
    do(tempshell, "b")
    tempshell("check")
    tempshell("stop")
    assert "nothing is due before" in tempshell("drill").stdout
    (card,) = tempshell("drill", "./four", "--list", "--json").json()
    assert (card["box"], card["is_due"]) == (2, False)
    output = tempshell("history", "--pack", "four", env={"PYTHONIOENCODING": "utf-8"}).stdout
    assert "first" in output
    assert "75 % exam" in output
    assert [line.split()[2:] for line in output.splitlines() if " left " in line] == [["2", "100", "%", "▅█"]]
    plain = tempshell("history", env={"PYTHONIOENCODING": "ascii"}).stdout
    assert [line.split()[-1] for line in plain.splitlines() if " left " in line] == ["=#"]
    assert "\x1b" not in output
    second = tempshell("history", "--json").json()["sessions"][1]
    assert (second["name"], second["percent"], second["attempts"]) == ("second", 100, {"b": 1})


def test_what_is_due_of_several_packs_is_asked_for(tempshell: Tempshell, pack: Path) -> None:
    other = tempshell.directory / "other"
    other.mkdir()
    for file in pack.iterdir():
        (other / file.name).write_text(file.read_text().replace("id: four", "id: other"))
    for one in (pack, other):
        tempshell.start(str(one))
        tempshell("check", "a", code=6)
        tempshell("stop")
    output = tempshell("drill", "--detach", code=2).stderr
    assert "tasks of several packs are due" in output
    assert str(other) in output
    tempshell("drill", "./other", "--detach")
    assert "other" in tempshell("list").stdout


@pytest.mark.usefixtures("pack")
def test_the_text_of_a_task_takes_it_in_hand(tempshell: Tempshell) -> None:
    tempshell.start("./four")
    tempshell("tasks", "a")
    eventually(lambda: tempshell("score", "--json").json()["spent"].get("a", 0) >= 1, "a second was spent on it", 10)


@pytest.mark.usefixtures("pack")
def test_who_reads_only_the_beginning_of_a_result_leaves_no_sandbox(tempshell: Tempshell) -> None:
    begin(tempshell)
    tempshell.started_by("sh", "-c", '"$@" | head -c 1', "sh")("exam", "--finish")
    assert tempshell("list", "--json").json() == []
