"""A pod that does not come up is reported in the cluster's words, and only where waiting does not help."""

from __future__ import annotations

from typing import Any

import pytest

from tempshell_cli.backends.kubernetes import pod_status


def _pod(**status: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a status
    containers = [{"name": name} for name in ("mesh", "terminal", "grader")]
    return {"metadata": {"name": "pod"}, "spec": {"containers": containers}, "status": status}


def _waiting(reason: str, message: str = "because") -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    return _pod(containerStatuses=[{"name": "terminal", "image": "one:1", "state": state}])


@pytest.mark.parametrize(
    "reason",
    [
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    ],
)
def test_a_reason_to_wait_for_ever_is_reported_with_image_and_message(reason: str) -> None:
    found = pod_status.of_pod(_waiting(reason, "no such\nhost\x1b[31m"))
    assert found
    assert found.permanent
    assert found.what == f"{reason}: one:1: no such host"
    assert found.hint


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing"])
def test_a_pod_that_is_being_made_is_waited_for(reason: str) -> None:
    assert pod_status.of_pod(_waiting(reason)) is None


def test_a_container_of_somebody_elses_that_is_stuck_is_reported_too() -> None:
    state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}
    found = pod_status.of_pod(_pod(initContainerStatuses=[{"name": "mesh", "image": "mesh:1", "state": state}]))
    assert found
    assert "mesh:1" in found.what


def test_no_room_may_pass_by_itself() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}
    found = pod_status.of_pod(_pod(phase="Pending", conditions=[condition]))
    assert found
    assert (found.what, found.permanent) == ("Unschedulable: 0/1 nodes", False)


def test_an_autoscaler_at_work_is_seen() -> None:
    assert pod_status.makes_room([{"reason": "FailedScheduling"}, {"reason": "TriggeredScaleUp"}])
    assert not pod_status.makes_room([{"reason": "FailedScheduling"}])


@pytest.mark.parametrize("phase", ["Failed", "Running"])
def test_a_pod_that_has_ended_tells_how(phase: str) -> None:
    """A pod of which one container has ended goes on."""
    state = {"terminated": {"reason": "StartError", "exitCode": 128, "message": "exec: /bin/sh: no such file"}}
    beside = {"name": "grader", "state": {"running": {}}}
    found = pod_status.of_pod(_pod(phase=phase, containerStatuses=[beside, {"name": "terminal", "state": state}]))
    assert found
    assert "StartError: exec: /bin/sh: no such file" in found.what


def test_a_pod_is_up_with_its_terminal_and_complete_with_all_that_is_ours() -> None:
    running: dict[str, Any] = {"name": "terminal", "state": {"running": {}}}
    waiting = {"name": "grader", "state": {"waiting": {"reason": "ContainerCreating"}}}
    pod = _pod(phase="Pending", containerStatuses=[waiting, running])
    assert (pod_status.is_up(pod), pod_status.is_complete(pod), pod_status.of_pod(pod)) == (True, False, None)
    assert pod_status.is_complete(_pod(containerStatuses=[{**waiting, "state": {"running": {}}}, running]))


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ('pods "x" is forbidden: exceeded quota: q, requested: pods=1', "quota is used up"),
        ('admission webhook "guard" denied the request: no', "policy of this cluster"),
        ('pods "x" is forbidden: violates PodSecurity "restricted:latest"', "Pod Security"),
        ("maximum memory usage per Container is 16Mi, but limit is 512Mi", "LimitRange"),
        ("something new", "describe job"),
    ],
)
def test_the_last_refusal_of_the_job_controller_is_reported(said: str, hint: str) -> None:
    events: list[dict[str, Any]] = [
        {"reason": "FailedCreate", "message": said, "lastTimestamp": "2026-01-01T00:00:02Z"},
        {"reason": "FailedCreate", "message": "an older one", "lastTimestamp": "2026-01-01T00:00:01Z"},
        {"reason": "SuccessfulCreate", "message": "made", "lastTimestamp": None},
    ]
    found = pod_status.of_events(events)
    assert found
    assert said in found.what
    assert hint in found.hint


def test_a_job_that_is_gone_or_over_is_reported() -> None:
    assert pod_status.of_job(None)
    over = {"status": {"conditions": [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}]}}
    assert "DeadlineExceeded" in str(pod_status.of_job(over))
    assert pod_status.of_job({"status": {}}) is None
