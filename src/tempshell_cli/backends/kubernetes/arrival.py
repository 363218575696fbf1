"""Waiting until a session's pod runs, or it is clear that it will not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

from tempshell_cli.backends.kubernetes import pod_status
from tempshell_cli.backends.kubernetes.api import Object
from tempshell_cli.backends.kubernetes.metadata import name_of
from tempshell_cli.backends.kubernetes.pod_status import PodFailure
from tempshell_cli.backends.kubernetes.workspaces import WorkspaceClaim
from tempshell_cli.core.errors import ProvisionFailed

_TIMEOUT = 300.0  # seconds for a pod to come up: images are pulled, nodes are added
_UNDECIDED = 4.0  # seconds in which what is not permanent may pass by itself
_EVENTS = 0.5  # seconds between two looks at the events


class Objects(Protocol):  # SessionObjects has them; it imports this module
    """What is asked of a session's objects meanwhile."""

    @property
    def name(self) -> str:
        """The name of the Job."""
        ...

    def follow_pods(self, timeout: float) -> Iterator[list[Object]]:
        """Yield the pods of the Job whenever something changes, for ``timeout`` seconds."""
        ...

    def holds(self, pod: Object) -> bool:
        """Return whether the pod's first process holds the sandbox."""
        ...

    def job(self) -> Object | None:
        """Return the Job."""
        ...

    def events(self, name: str) -> list[Object]:
        """Return the events about an object."""
        ...


class Arrival:
    """The wait for a pod, and for the volume of its workspace."""

    def __init__(self, objects: Objects, claim: WorkspaceClaim | None) -> None:
        self._objects = objects
        self._claim = claim
        self._begun = time.monotonic()
        self._events_due = self._begun + _EVENTS

    def wait(self) -> Object:
        """Return the pod once it runs; raises ProvisionFailed once it is clear that none will."""
        pod: Object | None = None
        for pods in self._objects.follow_pods(_TIMEOUT):
            pod = next(iter(pods), None)
            if pod and pod_status.is_complete(pod) and self._objects.holds(pod):
                return pod
            found = None
            if pod:
                found = pod_status.of_pod(pod)
                if self._waits_for_volume(found):
                    found = self._claim.failure() if self._claim and self._events_are_due() else None
            elif self._events_are_due():  # the Job has ended, or the cluster refuses it a pod
                found = pod_status.of_job(self._objects.job())
                found = found or pod_status.of_events(self._objects.events(self._objects.name))
            if found and (found.permanent or self._stays(pod)):
                raise found.error()
        warnings = pod_status.warnings(self._objects.events(name_of(pod) if pod else self._objects.name))
        said = "; ".join(warnings) or "the cluster gives no reason"
        raise ProvisionFailed(f"no pod within {_TIMEOUT:.0f} s: {said}", hint="see `kubectl get events`")

    def _waits_for_volume(self, found: PodFailure | None) -> bool:
        """Return whether a pod has nothing in its way but a claim that has no volume yet."""
        is_open = found is None or pod_status.wants_volume(found)
        return is_open and self._claim is not None and self._claim.is_pending()

    def _events_are_due(self) -> bool:
        now = time.monotonic()
        due = now > self._events_due
        self._events_due = now + _EVENTS if due else self._events_due
        return due

    def _stays(self, pod: Object | None) -> bool:
        """Return whether what does not last by itself has lasted, and nobody is at work on it."""
        if pod is None or time.monotonic() - self._begun < _UNDECIDED:
            return False
        return not pod_status.makes_room(self._objects.events(name_of(pod)))
