"""One session's objects in a cluster: making them, waiting for the pod, moving the deadline, removing them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Terms
from tempshell_cli.backends.init import FIRST_WORD
from tempshell_cli.backends.kubernetes import helpers, pod_status
from tempshell_cli.backends.kubernetes.api import CONFLICT, FORBIDDEN, NOT_FOUND, Api, Object, Refused
from tempshell_cli.backends.kubernetes.arrival import Arrival
from tempshell_cli.backends.kubernetes.exec import CONTAINER
from tempshell_cli.backends.kubernetes.helpers import BATCH, CORE, Part
from tempshell_cli.backends.kubernetes.metadata import (
    POD,
    Origin,
    is_owned,
    is_stuck,
    is_terminating,
    name_of,
    object_name,
    parsed_time,
    selector,
    session_of,
)
from tempshell_cli.backends.kubernetes.pod import Image, job
from tempshell_cli.backends.kubernetes.prerequisites import api_server, pull_secrets
from tempshell_cli.backends.kubernetes.workspaces import WorkspaceClaim
from tempshell_cli.core.attempts import attempts
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.text import one_line

_UNDECIDED = 4.0  # seconds in which what is not permanent may pass by itself
_GONE = 30.0  # seconds for what was deleted to be gone
# Too many requests, for longer than they are asked again; an API server that starts, or whose etcd elects a leader.
_PASSING = {429, 500, 503, 504}


class SessionObjects:
    """What a session has in a namespace, "" being its own. ``own`` says whether it is."""

    def __init__(self, api: Api, session: str, namespace: str = "") -> None:
        self._api = api
        self._session = session
        self._name = object_name(session)
        self.namespace = namespace or self._name
        self.own = self.namespace == self._name

    def make(self, origin: Origin, image: Image, claim: WorkspaceClaim | None = None) -> None:
        """Make the Job, what it owns, and let it go. Raises LimitReached where another has the workspace."""
        with told_as_failure():
            secrets = pull_secrets(self._api, origin)
            if self.own:
                self._api.create(f"{CORE}/namespaces", helpers.namespace(origin))
            elif claim:
                claim.make_namespace()
            left = origin.request.deadline - datetime.now(UTC) - self._api.ahead
            seconds = max(1, math.ceil(left.total_seconds()) + 1)
            asked = job(origin, self.namespace, image, seconds)
            made = self._api.create(self._jobs, claim.mounted(asked, image) if claim else asked)
            if claim:
                claim.take(made)
            for part in helpers.parts(origin, made, api_server(self._api, origin), own=self.own):
                self._api.create(part.collection(self.namespace), part.body)
            for number, secret in secrets.items():
                part = helpers.pull_secret(origin, made, number, secret)
                self._api.create(part.collection(self.namespace), part.body)
            self._await_quota()
            self._api.patch(self._job_path, {"spec": {"parallelism": 1}})

    def wait(self, deadline: datetime, claim: WorkspaceClaim | None = None) -> tuple[Object, Object]:
        """Wait for the pod and return the Job and it; raises ProvisionFailed once it is clear that none will come."""
        with told_as_failure():
            pod = Arrival(self, claim).wait()
            self._api.patch(self._job_path, {"metadata": {"annotations": {POD: pod["metadata"]["uid"]}}})
            return self._end_job_at(deadline, {}), pod

    def job(self) -> Object | None:
        """Return the Job, None where there is none."""
        return self._api.get(self._job_path)

    def follow_pods(self, timeout: float) -> Iterator[list[Object]]:
        """Yield the pods of the Job, as a rule one, whenever something about them changes; see ``Api.follow``."""
        wanted = selector(session=self._session, component="terminal")
        return self._api.follow(f"{CORE}/namespaces/{self.namespace}/pods", timeout, labelSelector=wanted)

    def holds(self, pod: Object) -> bool:
        """Return whether the pod's first process has said that it holds the sandbox; waits for what it says first.

        That its containers run is not enough: an image whose shell does something else runs, too, for a moment. Where
        nobody may read logs it has to be. Raises ProvisionFailed where it says something else.
        """
        try:
            said = self._api.first_line(f"{self._pod_path(pod)}/log", container=CONTAINER)
        except Refused as cause:
            return cause.status == FORBIDDEN
        if said and not said.startswith(FIRST_WORD):
            raise ProvisionFailed(
                f"the sandbox did not start: {one_line(said.decode(errors='replace'))}", hint=pod_status.NEEDS_A_SHELL
            )
        return bool(said)

    def events(self, name: str) -> list[Object]:
        """Return the events about an object of that name."""
        return self._api.items(
            f"{CORE}/namespaces/{self.namespace}/events", fieldSelector=f"involvedObject.name={name}"
        )

    @property
    def name(self) -> str:
        """The name of the Job."""
        return self._name

    def move_deadline(self, deadline: datetime, terms: Terms | None = None) -> None:
        """Have the Job end at the deadline, a time of the cluster's clock, and keep the terms.

        What a namespace of the session's own says counts, so it comes last: until then nothing is promised.
        """
        annotations = {labels.DEADLINE: deadline.isoformat(timespec="seconds")}
        if terms:
            annotations[labels.TERMS] = labels.terms_text(terms)
        self._end_job_at(deadline, annotations)
        if self.own:
            self._api.patch(f"{CORE}/namespaces/{self.namespace}", {"metadata": {"annotations": annotations}})

    def _end_job_at(self, deadline: datetime, annotations: Mapping[str, str]) -> Object:
        """Give the Job what is left until the deadline, in whole seconds from when the cluster has started it."""
        found = self.job()
        if found is None:
            raise Refused(NOT_FOUND, f"job {self._name!r} not found")
        started = (found.get("status") or {}).get("startTime")
        since = parsed_time(started) if started else datetime.now(UTC) + self._api.ahead
        seconds = max(1, math.ceil((deadline - since).total_seconds()))
        change = {"metadata": {"annotations": annotations}, "spec": {"activeDeadlineSeconds": seconds}}
        return self._api.patch(self._job_path, change)

    def remove(self, owner: str) -> tuple[list[str], list[str]]:
        """Remove all of it that is the owner's; return what is gone, and what is not.

        Each object is looked at before, and deleted as exactly that one (its UID is a precondition): names and labels
        can be anybody's. What a Job of the owner's owns goes by name, since to read it takes more rights.
        """
        removed = []
        space = self._namespace() if self.own else None
        if space and is_owned(space, self._session, owner) and not is_terminating(space) and self._delete_this(space):
            removed.append(f"namespace {self.namespace}")
        job = self.job()
        ours = bool(job) and is_owned(job or {}, self._session, owner)
        if job and ours and self._delete_this(job, propagationPolicy="Background"):
            removed.append(f"job {self.namespace}/{self._name}")
        pods, left = self._end_pods(owner)  # before the network rules go
        removed += self._remove_helpers() if ours and not self.own else []
        return removed + [f"pod {self.namespace}/{pod}" for pod in pods if pod not in left], [
            f"pod {self.namespace}/{pod}" for pod in left
        ] + self._stuck()

    def _remove_helpers(self) -> list[str]:
        """Remove what the Job owned; the cluster would, too, some time later. Deleted twice, for proof: no list."""
        names = {plural: [self._name] for _, plural in helpers.KINDS}
        names["networkpolicies"] = [f"{self._name}-{suffix}" for suffix in helpers.POLICIES]
        removed = []
        for group, plural in helpers.KINDS:
            for name in names[plural]:
                path = f"{Part(group, plural, {}).collection(self.namespace)}/{name}"
                if self._deleted(path) and not self._api.delete(path):
                    removed.append(f"{plural.removesuffix('s').replace('policie', 'policy')} {self.namespace}/{name}")
        return removed

    def _deleted(self, path: str) -> bool:
        try:
            return self._api.delete(path)
        except Refused as cause:  # what we may not delete we may not make either
            if cause.status != FORBIDDEN:
                raise
            return False

    def _delete_this(self, thing: Object, **options: Any) -> bool:  # noqa: ANN401 - fields of DeleteOptions
        """Delete an object as it was found, and no other that has its name by now; return whether it was there."""
        path = self._pod_path(thing)
        if "namespace" not in thing["metadata"]:
            path = f"{CORE}/namespaces/{self.namespace}"
        elif name_of(thing) == self._name:
            path = self._job_path
        return self._api.delete(path, preconditions={"uid": thing["metadata"]["uid"]}, **options)

    def _end_pods(self, owner: str) -> tuple[list[str], list[str]]:
        """Delete the owner's pods, and wait until none is left; return the names of all, and of those that stay.

        The kubelet says at once that a container has ended, but takes ten seconds more to let go of the object.
        """
        seen: dict[str, None] = {}
        left: list[str] = []
        for pods in self.follow_pods(_GONE):
            ours = [pod for pod in pods if is_owned(pod, self._session, owner)]
            left = [name_of(pod) for pod in ours]
            if not left:
                break
            for pod in ours:
                if name_of(pod) not in seen:
                    self._delete_this(pod)
                elif is_terminating(pod) and not pod_status.runs(pod):
                    self._delete_this(pod, gracePeriodSeconds=0)
            seen |= dict.fromkeys(left)
        return list(seen), left

    def _stuck(self) -> list[str]:
        """Name a namespace of our own that the cluster is unable to finish."""
        found = self._namespace() if self.own else None
        if (
            not found
            or session_of(found) != self._session
            or (is_terminating(found) and not is_stuck(found, self._api.ahead))
        ):
            return []
        conditions = (found.get("status") or {}).get("conditions", ())
        said = "; ".join(str(one.get("message", "")) for one in conditions if one.get("status") == "True")
        return [f"namespace {self.namespace}{f' ({said})' if said else ''}"]

    def _namespace(self) -> Object | None:
        return self._api.get(f"{CORE}/namespaces/{self.namespace}")

    def _await_quota(self) -> None:
        """Wait until the cluster has counted the quota of a namespace of our own.

        Until then it refuses the pod, and the Job's next try comes ten seconds later.
        """
        quota = f"{CORE}/namespaces/{self.namespace}/resourcequotas/{self._name}"
        for _ in attempts(_UNDECIDED if self.own else 0):
            found = self._api.get(quota) if self.own else None
            if ((found or {}).get("status") or {}).get("hard"):
                return

    def _pod_path(self, pod: Object) -> str:
        return f"{CORE}/namespaces/{self.namespace}/pods/{name_of(pod)}"

    @property
    def _jobs(self) -> str:
        return f"{BATCH}/namespaces/{self.namespace}/jobs"

    @property
    def _job_path(self) -> str:
        return f"{self._jobs}/{self._name}"


@contextmanager
def told_as_failure() -> Iterator[None]:
    """Make a refusal the reason why the start failed: the cluster is there, and said no."""
    try:
        yield
    except Refused as cause:
        if cause.status == NOT_FOUND:
            raise ProvisionFailed(str(cause), hint="see that the namespace exists") from cause
        if cause.status == CONFLICT:
            hint = "start again: each start has names of its own"
            raise ProvisionFailed(str(cause), hint=hint, passing=True) from cause
        hint = next((hint for sign, hint in pod_status.REFUSALS if sign in str(cause)), cause.hint)
        raise ProvisionFailed(str(cause), hint=hint, passing=cause.status in _PASSING) from cause
