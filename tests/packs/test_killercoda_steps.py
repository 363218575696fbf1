"""Steps of a scenario begin when they are reached and count after those before; problems of their setup are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.grading.score import score_pack
from tests.packs.test_killercoda import AS_ROOT, Garden
from tests.packs.test_score import Graded
from tests.support.command_line import Tempshell

UBUNTU = {"backend": {"imageid": "ubuntu"}}


@pytest.fixture
def scenario(tmp_path: Path) -> Garden:
    """Two steps: the second begins by removing what the first one asks for."""
    made = Garden(tmp_path / "two-steps")
    made.write("one.md", "Make it.\n<details><summary>Solution</summary>\n\n`touch /root/a`{{exec}}\n</details>\n")
    made.write("has-a.sh", "test -e /root/a\n")
    made.write("remove-a.sh", "rm /root/a; touch /root/began\n")
    made.write("two.md", "Read it.\n")
    made.write("answer.sh", "touch /root/b; false\n")
    made.write("has-b.sh", "test -e /root/b\n")
    made.say({**UBUNTU, "details": {"steps": steps()}})
    return made


def steps() -> list[dict[str, Any]]:
    return [
        {"text": "one.md", "verify": "has-a.sh"},
        {"title": "A page"},
        {"text": "two.md", "verify": "has-b.sh", "background": "remove-a.sh", "answer": "answer.sh"},
    ]


def shares(pack: Pack, **verdicts: str) -> dict[str, float | None]:
    graded = {task: Graded(verdict, float(verdict == "pass"), 1) for task, verdict in verdicts.items()}
    return {one.task: one.share for one in score_pack(pack, graded).tasks}


def test_a_step_counts_only_after_those_before_it(scenario: Garden) -> None:
    pack = scenario.load()
    assert shares(pack, step3="pass") == {"intro": None, "step1": 0.0, "step2": None, "step3": 0.0}
    assert shares(pack, step1="fail", step3="pass")["step3"] == 0
    assert shares(pack, step1="pass", step3="pass") == {"intro": None, "step1": 1.0, "step2": None, "step3": 1.0}
    (score,) = (one for one in score_pack(pack, {"step3": Graded("pass", 1, 1)}).tasks if one.task == "step3")
    assert score.blocked_by == "step1"


def test_pages_to_read_are_not_counted_among_the_tasks(scenario: Garden) -> None:
    passed = {task: Graded("pass", float(task == "step1"), float(task == "step1")) for task in ("intro", "step1")}
    score = score_pack(scenario.load(), passed)
    assert (score.done, len(score.counted)) == (1, 2)


def test_a_step_is_reached_when_those_before_it_that_are_checked_have_passed(scenario: Garden) -> None:
    pack = scenario.load()
    assert [task.id for task in pack.reached(())] == ["intro", "step1"]
    assert [task.id for task in pack.reached({"step1"})] == ["intro", "step1", "step2", "step3"]


@pytest.mark.engine("docker")
def test_the_scripts_of_a_step_run_when_it_is_reached(scenario: Garden, tempshell: Tempshell) -> None:
    tempshell("start", str(scenario.root), *AS_ROOT, "--detach", "--quiet")
    first = {row["task"]: row for row in tempshell("check", "--json", code=6).json()}
    assert first["step1"]["verdict"] == first["step3"]["verdict"] == "fail"
    assert "the step `step1` has not passed yet" in first["step3"]["results"][0]["message"]
    assert "step3 is not reached: step1 has not passed yet" in tempshell("reset", "step3", code=2).stderr
    tempshell("exec", "--", "sh", "-c", "test ! -e /root/began; touch /root/a")

    tempshell("check", "step1")
    tempshell("exec", "--", "sh", "-c", "test -e /root/began; test ! -e /root/a; touch /root/b")
    tempshell("check")  # the first step stays passed, though what it asks for is gone
    assert tempshell("score", "--json").json()["percent"] == 100


@pytest.mark.engine("docker")
def test_all_steps_can_be_set_up_at_the_start(scenario: Garden, tempshell: Tempshell) -> None:
    started = tempshell("start", str(scenario.root), *AS_ROOT, "--all-steps", "--json").json()
    tempshell("exec", "--", "test", "-e", "/root/began")
    assert started["setup_problems"] == []


@pytest.mark.engine("docker")
def test_a_setup_that_fails_is_shown_at_the_start_in_json_and_beside_a_failed_check(
    scenario: Garden, tempshell: Tempshell
) -> None:
    scenario.write("broken.sh", "echo begun\nset -e\nnosuchprogram\necho never\n")
    scenario.write("fine.sh", "echo an error that is none\n")
    intro = {"background": "broken.sh", "foreground": "fine.sh"}
    scenario.say({**UBUNTU, "details": {"intro": intro, "steps": steps()}})
    problem = (
        "its background script ended with exit code 127: /bin/bash: line 3: nosuchprogram: command not found"
        " (log: /var/log/killercoda/intro-background.log)"
    )
    started = tempshell("start", str(scenario.root), *AS_ROOT, "--json")
    assert started.json()["setup_problems"] == [f"intro: {problem}"]
    assert f"the setup of intro: {problem}" in started.stderr
    rows = {row["id"]: row["setup_problems"] for row in tempshell("tasks", "--json").json()}
    assert rows == {"intro": [problem], "step1": [], "step2": [], "step3": []}
    assert f"the setup of intro: {problem}" in tempshell("check", "step1", code=6).stdout


@pytest.mark.engine("docker")
def test_steps_are_proven_one_after_the_other(scenario: Garden, tempshell: Tempshell) -> None:
    proof = tempshell("pack", "prove", str(scenario.root), *AS_ROOT, "--quiet", "--format", "json").json()
    states = {task["task"]: task["state"] for task in proof["tasks"]}
    assert states == {"intro": "unproven", "step1": "proven", "step2": "unproven", "step3": "proven"}
