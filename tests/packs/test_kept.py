"""Checks that compare with how the sandbox was right after the setup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import CheckResult, Verdict
from tempshell_cli.packs.grading.setup import SetupFailed, apply_setup
from tests.support.command_line import Tempshell

from .drafts import Draft, task_with


def _file(*kept: str) -> Task:
    return task_with({"id": "kept", "file": {"path": "notes.txt", "kept": kept}})


@pytest.mark.parametrize(
    ("line", "same_content", "same_inode"),
    [
        ("true", True, True),
        ("touch notes.txt && chmod 0600 notes.txt", True, True),
        ("echo more >>notes.txt", False, True),
        ("cp notes.txt new && mv new notes.txt", True, False),
        ("rm notes.txt && echo first >notes.txt", True, False),
        ("sed -i s/first/second/ notes.txt", False, False),
        ("rm notes.txt", False, False),
        ("rm notes.txt && mkdir notes.txt", False, False),
        ("mv notes.txt old.txt && ln -s old.txt notes.txt", True, True),
    ],
)
def test_a_file_is_kept(line: str, same_content: bool, same_inode: bool, sandbox_shell: SandboxShell) -> None:  # noqa: FBT001 - pytest passes them
    sandbox_shell.run(("bash", "-c", "echo first >notes.txt"), timeout=10)
    tasks = [_file("content"), _file("inode")]
    graders = [Grader(sandbox_shell) for _ in tasks]
    for task, grader in zip(tasks, graders, strict=True):
        apply_setup(task, grader)
    assert sandbox_shell.run(("bash", "-c", line), timeout=10).exit_code == 0
    verdicts = [grader.grade(task).verdict for task, grader in zip(tasks, graders, strict=True)]
    assert verdicts == [Verdict.PASS if same else Verdict.FAIL for same in (same_content, same_inode)]


def test_each_setup_records_anew(sandbox_shell: SandboxShell) -> None:
    task, grader = _file("content", "inode"), Grader(sandbox_shell)
    sandbox_shell.run(("bash", "-c", "echo first >notes.txt"), timeout=10)
    apply_setup(task, grader)
    sandbox_shell.run(("bash", "-c", "rm notes.txt; echo second >notes.txt"), timeout=10)
    apply_setup(task, grader)
    assert grader.grade(task).verdict is Verdict.PASS


def test_without_a_record_nothing_is_judged(sandbox_shell: SandboxShell) -> None:
    sandbox_shell.run(("bash", "-c", "echo first >notes.txt"), timeout=10)
    (result,) = Grader(sandbox_shell).grade(_file("content")).results
    assert (result.verdict, "not on record" in result.message) == (Verdict.ERROR, True)


def test_what_is_not_there_after_the_setup_cannot_be_kept(sandbox_shell: SandboxShell) -> None:
    with pytest.raises(SetupFailed, match=r"notes\.txt, which is to be kept, cannot be read"):
        apply_setup(_file("content"), Grader(sandbox_shell))


@pytest.mark.engine("local")
def test_a_session_keeps_the_record_and_a_reset_makes_another(tempshell: Tempshell, draft: Draft) -> None:
    draft.write("setup.sh", "rm -f notes.txt; echo first >notes.txt\n")
    draft.replace("tasks/one.md", "solution:", "setup: {run: setup.sh}\nsolution:")
    draft.replace("tasks/one.md", "file: {path: answer.txt}", "file: {path: notes.txt, kept: [inode]}")
    tempshell.start(str(draft.root))

    def verdict() -> str:
        (task,) = tempshell("check", "--json", code=6).json()
        return str(next(one["verdict"] for one in task["results"] if one["check"] == "there"))

    assert verdict() == "pass"
    tempshell("exec", "--", "sed", "-i", "s/first/second/", "notes.txt")
    assert verdict() == "fail"
    tempshell("reset", "one")
    assert verdict() == "pass"
    assert "inode" not in tempshell("events").stdout


@dataclass
class Cluster:
    """A cluster of some objects, of which each question is answered with those of the kinds that it names."""

    items: list[dict[str, Any]] = field(default_factory=list)
    is_learners: bool = True
    home: str = "/"

    @property
    def cluster(self) -> Cluster:
        return self

    @property
    def grader(self) -> Cluster:
        return self

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        raise AssertionError((argv, stdin, timeout))

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del stdin, timeout
        one = next((one for one in self.items if "," not in argv[1] and one["metadata"]["name"] == argv[2]), None)
        found = {"items": self.items} if "," in argv[1] else one
        return Completed(0, json.dumps(found).encode(), b"") if found else Completed(1, b"", b"(NotFound)")


def _graded(task: Task, before: Cluster, after: Cluster) -> CheckResult:
    grader = Grader(before)
    apply_setup(task, grader)
    (result,) = Grader(after, records=grader.records).grade(task).results
    return result


def _service(uid: str = "1", **spec: object) -> Cluster:
    return Cluster([{"kind": "Service", "metadata": {"name": "web", "uid": uid}, "spec": spec}])


def test_an_object_is_kept() -> None:
    task = task_with({"id": "kept", "object": {"ref": "service/shop/web", "kept": ["$.metadata.uid", "$.spec.ports"]}})
    start = _service(ports=[80], type="ClusterIP")
    assert _graded(task, start, _service(ports=[80], type="NodePort")).verdict is Verdict.PASS
    assert _graded(task, start, _service(ports=[81])).found == "[[81]]"
    anew = _graded(task, start, _service("2", ports=[80]))
    assert (anew.expected, anew.found) == ("the service/shop/web that the setup has made", "another one of this name")
    assert _graded(task, start, Cluster()).found == "it is not there"


def test_what_a_combined_check_keeps_is_recorded_too() -> None:
    kept = {"object": {"ref": "service/shop/web", "kept": ["$.metadata.uid"]}}
    task = task_with(
        {"id": "kept", "all_of": [kept, {"not": {"object": {"ref": "service/shop/web", "exists": False}}}]}
    )
    assert _graded(task, _service(), _service()).verdict is Verdict.PASS
    assert _graded(task, _service(), _service("2")).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "check",
    [
        {"object": {"ref": "service/shop/web", "exists": False, "kept": ["$.spec"]}},
        {"object": {"ref": "service/shop/web", "kept": ["$.[["]}},
        {"file": {"path": "a", "exists": False, "kept": ["content"]}},
        {"file": {"path": "a", "kind": "directory", "kept": ["inode"]}},
        {"file": {"path": "a", "kept": ["mtime"]}},
        {"rollout": {"ref": "statefulset/shop/web"}},
        {"rollout": {"ref": "deployment/web"}},
        {"not": {"rollout": {"ref": "deployment/shop/web"}}},
    ],
)
def test_what_could_never_be_kept_is_refused(check: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"kept|kind|rollout|path"):
        task_with({"id": "kept", **check})


Step = tuple[str, int, int, int]  # a ReplicaSet, from how many pods, to how many, in which second


def _deployment(
    sets: dict[str, int], *steps: Step, uid: str = "d", ready: Sequence[tuple[str, int]] = (), form: str = "from"
) -> Cluster:
    """Return a Deployment with ReplicaSets, the steps that it has taken, and pods, each with when it became ready."""
    forms = {"from": "from {0} to {1}", "to": "to {1} from {0}", "old": "to {1}"}
    items: list[dict[str, Any]] = [{"kind": "Deployment", "metadata": {"name": "web", "uid": uid}}]
    for name, replicas in sets.items():
        owners = [{"uid": uid}]
        meta = {"name": name, "uid": f"uid-{name}", "ownerReferences": owners}
        items.append({"kind": "ReplicaSet", "metadata": meta, "spec": {"replicas": replicas}})
    for number, (name, before, after, second) in enumerate(steps):
        way = "up" if after > before else "down"
        items.append(
            {
                "kind": "Event",
                "metadata": {"name": f"event-{number}", "resourceVersion": str(100 + number)},
                "involvedObject": {"uid": uid},
                "reason": "ScalingReplicaSet",
                "message": f"Scaled {way} replica set {name} {forms[form].format(before, after)}",
                "lastTimestamp": f"2026-11-30T12:00:{second:02}Z",
                "count": 1,
            }
        )
    for number, (name, second) in enumerate(ready):
        condition = {"type": "Ready", "status": "True", "lastTransitionTime": f"2026-11-30T12:00:{second:02}Z"}
        meta = {"name": f"pod-{number}", "ownerReferences": [{"uid": f"uid-{name}"}]}
        items.append({"kind": "Pod", "metadata": meta, "status": {"conditions": [condition]}})
        about = {"involvedObject": {"uid": f"uid-{name}"}, "reason": "SuccessfulCreate"}
        items.append({"kind": "Event", "metadata": {"name": f"created-{number}"}, **about})
    return Cluster(items)


SETUP: Step = ("old", 0, 3, 0)
ROLLED: tuple[Step, ...] = (
    *(("new", 0, 1, 10), ("old", 3, 2, 12), ("new", 1, 2, 12)),
    *(("old", 2, 1, 14), ("new", 2, 3, 14), ("old", 1, 0, 16)),
)
IN_TIME = [("new", 11), ("new", 14), ("new", 16)]
LATE = [("new", 11), ("new", 15), ("new", 16)]
AFTER = {"old": 0, "new": 3}
START = _deployment({"old": 3}, SETUP)
ROLLOUT = task_with({"id": "kept", "rollout": {"ref": "deployment/shop/web", "least": 3, "most": 4}})


@pytest.mark.parametrize("form", ["from", "to", "old"])
@pytest.mark.parametrize(
    ("sets", "steps", "ready", "verdict", "found"),
    [
        ({"old": 3}, (), (), Verdict.PASS, ""),
        (AFTER, ROLLED, IN_TIME, Verdict.PASS, ""),
        (AFTER, ROLLED, LATE, Verdict.FAIL, "2 at 2026-11-30T12:00:14Z"),
        (AFTER, (("old", 3, 0, 10), ("new", 0, 3, 11)), (), Verdict.FAIL, "0 at 2026-11-30T12:00:10Z"),
        (AFTER, (("new", 0, 3, 10), ("old", 3, 0, 12)), (), Verdict.FAIL, "6 at 2026-11-30T12:00:10Z"),
        ({"old": 2}, (("old", 3, 2, 10),), (), Verdict.FAIL, "2 at 2026-11-30T12:00:10Z"),
        (AFTER, (), (), Verdict.ERROR, ""),
        (AFTER, ROLLED[:-1], IN_TIME, Verdict.ERROR, ""),
    ],
)
def test_a_rollout_is_judged_by_its_steps(  # noqa: PLR0913, PLR0917 - a case, and the form of its events
    sets: dict[str, int],
    steps: Sequence[Step],
    ready: Sequence[tuple[str, int]],
    verdict: Verdict,
    found: str,
    form: str,
) -> None:
    result = _graded(ROLLOUT, START, _deployment(sets, SETUP, *steps, ready=ready, form=form))
    assert (result.verdict, result.found) == (verdict, found)


@pytest.mark.parametrize("form", ["from", "to"])
def test_a_step_that_does_not_begin_where_the_one_before_has_ended_is_a_gap(form: str) -> None:
    after = _deployment(AFTER, SETUP, *ROLLED[2:], ready=IN_TIME, form=form)
    assert _graded(ROLLOUT, START, after).verdict is Verdict.ERROR


def test_a_rollout_is_about_the_deployment_of_the_setup() -> None:
    assert _graded(ROLLOUT, START, _deployment({"old": 3}, SETUP, uid="e")).found == "another one of this name"
    assert _graded(ROLLOUT, START, Cluster()).found == "it is not there"


def test_pods_that_came_in_the_place_of_others_prove_nothing() -> None:
    """A pod of the new version that was deleted later is replaced by one that became ready later."""
    after = _deployment(AFTER, SETUP, *ROLLED, ready=LATE)
    after.items.append(
        {
            "kind": "Event",
            "metadata": {"name": "created-again"},
            "involvedObject": {"uid": "uid-new"},
            "reason": "SuccessfulCreate",
        }
    )
    assert _graded(ROLLOUT, START, after).verdict is Verdict.PASS


def test_an_event_that_stands_for_several_is_a_gap() -> None:
    after = _deployment({"old": 3}, SETUP, ("old", 3, 4, 9), ("old", 4, 3, 10))
    after.items[-1]["count"] = 2
    result = _graded(ROLLOUT, START, after)
    assert (result.verdict, "has gaps" in result.message) == (Verdict.ERROR, True)
