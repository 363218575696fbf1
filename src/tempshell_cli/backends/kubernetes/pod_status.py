"""Why a pod does not come up: in the cluster's words, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tempshell_cli.backends.kubernetes.exec import CONTAINER, GIVER, GRADER
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.text import one_line

Object = Mapping[str, Any]
# Reasons for which a container waits, and will until somebody changes something.
NEEDS_A_SHELL = "see the image: it needs /bin/sh, and bash 5 or busybox"
_IMAGE = "see the image's name, --pull-secret, and that the nodes can pull it (or load it, on kind and minikube)"
_STUCK = {
    "ErrImagePull": _IMAGE,
    "ImagePullBackOff": _IMAGE,
    "InvalidImageName": "write it like registry/name:tag",
    "ErrImageNeverPull": "the nodes lack the image, and may not pull it: load it, or name one of a registry",
    "ImageInspectError": _IMAGE,
    "RegistryUnavailable": _IMAGE,
    "CrashLoopBackOff": NEEDS_A_SHELL,
    "RunContainerError": NEEDS_A_SHELL,
    "CreateContainerError": "see the image, and what the cluster adds to pods",
    "CreateContainerConfigError": "see the image: it must run as uid 10001",
}
_FILES = (
    "the volume has to be writable for the user of the sandbox (fsGroup); without --namespace root gives it away. "
    "The image needs stat, find, chown and chmod"
)
_UNBOUND = "unbound immediate PersistentVolumeClaims"  # the scheduler's words
_UNSCHEDULABLE = "ask for less (--cpus, --memory) or other nodes (--node-selector, --toleration), or make room"
REFUSALS = (
    ("RuntimeClass", "`kubectl get runtimeclasses` lists what --runtime-class may name"),
    ("PriorityClass", "`kubectl get priorityclasses` lists what --priority-class may name"),
    ("exceeded quota", "the namespace's quota is used up: ask for less, or take another --namespace"),
    ("must specify", "the namespace's quota wants limits that the pod does not have: take another --namespace"),
    ("admission webhook", "a policy of this cluster refuses the pod; its administrator knows what it wants"),
    ("violates PodSecurity", "the namespace's Pod Security level is stricter than the profile"),
    ("PodSecurityPolicy", "the cluster's PodSecurityPolicies allow no such pod; its administrator can"),
    ("maximum", "the namespace's LimitRange allows less: give --cpus and --memory within it"),
    ("minimum", "the namespace's LimitRange wants more: give --cpus and --memory within it"),
)
# An autoscaler that is making room says so; then the pod is only waiting.
_SCALING = {"TriggeredScaleUp", "Nominated"}


class PodFailure(NamedTuple):
    """What stands in the way; ``permanent`` where waiting does not help."""

    what: str
    hint: str
    permanent: bool = True

    def error(self) -> ProvisionFailed:
        """Return it as what the start fails with."""
        return ProvisionFailed(self.what, hint=self.hint)


def is_up(pod: Object) -> bool:
    """Return whether the terminal runs."""
    return "running" in _state(pod, CONTAINER) and "deletionTimestamp" not in pod["metadata"]


def is_complete(pod: Object) -> bool:
    """Return whether the terminal runs, and with it the grader where the pod has one."""
    return is_up(pod) and all("running" in _state(pod, container["name"]) for container in _ours(pod))


def runs(pod: Object) -> bool:
    """Return whether any container of a pod runs still."""
    status = pod.get("status") or {}
    return any("running" in (one.get("state") or {}) for one in status.get("containerStatuses", ()))


def disruption(pod: Object) -> str:
    """Return who is taking a pod away, to follow what happens to it; "" where the cluster does not say.

    https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
    """
    conditions = (pod.get("status") or {}).get("conditions", ())
    target = next((one for one in conditions if one["type"] == "DisruptionTarget" and one["status"] == "True"), None)
    return f" ({one_line(str(target.get('reason')))}: {one_line(str(target.get('message')))})" if target else ""


def has_silent_node(pod: Object) -> bool:
    """Return whether the cluster gave up a pod's readiness though its containers were ready: no word of its node."""
    found = {one["type"]: one["status"] for one in (pod.get("status") or {}).get("conditions", ())}
    return found.get("Ready") == "False" and found.get("ContainersReady") == "True"


def of_pod(pod: Object) -> PodFailure | None:
    """Return what a pod's own status says."""
    status = pod.get("status") or {}
    for one in status.get("initContainerStatuses", ()):
        given = (one.get("state") or {}).get("terminated") or {}
        if one["name"] == GIVER and given.get("exitCode"):
            said = one_line(str(given.get("message") or f"exit code {given['exitCode']}"))
            return PodFailure(f"the workspace cannot be given to the user of the sandbox: {said}", _FILES)
    # The one of two containers that has ended is not the end of the pod.
    ended = any("terminated" in _state(pod, container["name"]) for container in _ours(pod))
    if ended or status.get("phase") in {"Failed", "Succeeded"}:
        return PodFailure(f"the sandbox ended as soon as it had started: {end_of(pod)}", NEEDS_A_SHELL)
    for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        waiting = (container.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason", "")
        if reason in _STUCK:
            said = one_line(str(waiting.get("message") or ""))
            return PodFailure(f"{reason}: {container['image']}: {said}", _STUCK[reason])
    for condition in status.get("conditions", ()):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            said = one_line(str(condition.get("message") or ""))
            return PodFailure(f"{condition.get('reason', 'Unschedulable')}: {said}", _UNSCHEDULABLE, permanent=False)
    return None


def wants_volume(failure: PodFailure) -> bool:
    """Return whether the scheduler is waiting for the volume of a claim, which may come by itself."""
    return not failure.permanent and _UNBOUND in failure.what


def of_job(job: Object | None) -> PodFailure | None:
    """Return what ended a Job before it had a pod that ran."""
    if job is None:
        return PodFailure("the Job was deleted by somebody else", "start again")
    for condition in (job.get("status") or {}).get("conditions", ()):
        if condition["type"] == "Failed" and condition["status"] == "True":
            return PodFailure(
                one_line(f"{condition.get('reason')}: {condition.get('message')}"), "give it a longer --ttl"
            )
    return None


def of_events(events: Iterable[Object]) -> PodFailure | None:
    """Return why no pod could be made, as the Job's events say."""
    refused = [event for event in _in_order(events) if event.get("reason") == "FailedCreate"]
    if not refused:
        return None
    said = one_line(str(refused[-1].get("message") or ""))
    hint = next((hint for sign, hint in REFUSALS if sign in said), "`kubectl describe job` in the namespace says more")
    return PodFailure(f"the cluster refused the pod: {said}", hint)


def end_of(pod: Object) -> str:
    """Return how a pod's containers have ended, in the cluster's words."""
    status = pod["status"]
    ends = [end for one in _ours(pod) if (end := _state(pod, one["name"]).get("terminated"))]
    ended = ends[0] if ends else {}
    message = ended.get("message") or status.get("message") or f"exit code {ended.get('exitCode', 'unknown')}"
    reason = ended.get("reason") or status.get("reason") or status["phase"]
    return one_line(f"{reason}: {message}")


def makes_room(events: Iterable[Object]) -> bool:
    """Return whether an autoscaler has said that it is adding a node."""
    return any(event.get("reason") in _SCALING for event in events)


def warnings(events: Iterable[Object]) -> Sequence[str]:
    """Return what the events warn of, the last three of it."""
    found = [event for event in _in_order(events) if event.get("type") == "Warning"]
    return [one_line(f"{event.get('reason')}: {event.get('message')}") for event in found][-3:]


def _in_order(events: Iterable[Object]) -> list[Object]:
    return sorted(events, key=lambda one: str(one.get("lastTimestamp") or one.get("eventTime") or ""))


def _ours(pod: Object) -> list[Object]:
    """Return the pod's containers, but for those that others have put there."""
    return [one for one in (pod.get("spec") or {}).get("containers", ()) if one["name"] in {CONTAINER, GRADER}]


def _state(pod: Object, container: str) -> Mapping[str, Any]:
    statuses = (pod.get("status") or {}).get("containerStatuses", ())
    return next((one.get("state") or {} for one in statuses if one["name"] == container), {})
