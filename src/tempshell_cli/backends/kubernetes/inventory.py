"""What a cluster has of ours, as sandboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Access, Condition, Sandbox
from tempshell_cli.backends.kubernetes import pod_status
from tempshell_cli.backends.kubernetes.api import FORBIDDEN, Api, Object, Refused
from tempshell_cli.backends.kubernetes.helpers import BATCH, CORE
from tempshell_cli.backends.kubernetes.metadata import (
    POD,
    Keeping,
    access_of,
    annotations_of,
    by_session,
    is_stuck,
    is_terminating,
    name_of,
    namespace_of,
    object_name,
    profile_of,
    selector,
    session_of,
    workspace_of,
)
from tempshell_cli.backends.kubernetes.pod import grader_of, home_of
from tempshell_cli.backends.kubernetes.target import is_a_sessions_own
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed
from tempshell_cli.core.text import one_line

_ENDED = {"Complete", "Failed"}
_STALE = {"Failed", "Succeeded", "Unknown"}


class Wanted(NamedTuple):
    """Whose sandboxes, of which backend, in which namespace ("": all)."""

    backend: str
    owner: str | None = None
    namespace: str = ""


class Found(NamedTuple):
    """The objects of one session. ``source`` is the object whose annotations count."""

    session: str
    namespace: str
    source: Mapping[str, Any]
    job: Object | None
    pod: Object | None


def look(api: Api, wanted: Wanted) -> list[Found]:
    """Return what there is, each session once; raises EngineUnavailable.

    A session's own namespace speaks for it, not the objects in it: those a person with ``edit`` can write to.
    """
    within = f"/namespaces/{wanted.namespace}" if wanted.namespace else ""
    query = {"labelSelector": selector(owner=wanted.owner, backend=wanted.backend)}
    try:
        namespaces = [] if within else api.items(f"{CORE}/namespaces", **query)
        # One that the cluster is just finishing has nothing in it.
        namespaces = [one for one in namespaces if not is_terminating(one) or is_stuck(one, api.ahead)]
        jobs = api.items(f"{BATCH}{within}/jobs", **query)
        pods = api.items(f"{CORE}{within}/pods", **query)
    except Refused as cause:
        if cause.status == FORBIDDEN and not within:
            raise EngineUnavailable(str(cause), hint=_NAMED) from cause
        raise
    return [*_in_own_namespaces(namespaces, jobs, pods), *_in_given_ones(jobs, pods)]


def namespace_of_workspace(api: Api, backend: str, owner: str, session: str) -> str:
    """Return the namespace of a workspace that a session without a record of its place is in; "" for none.

    In it alone: a Job with these labels can be made by anybody in a namespace of theirs.
    """
    every = Keeping(owner, backend, "")
    query = f"{every.selector()},{selector(session=session)}"
    try:
        jobs = api.items(f"{BATCH}/jobs", labelSelector=query)
    except Refused as cause:
        if cause.status != FORBIDDEN:  # who may not look in all namespaces could not make one either
            raise
        return ""
    named = ((namespace_of(one), every._replace(name=workspace_of(one).get("workspace", ""))) for one in jobs)
    return next((space for space, wanted in named if space == wanted.object_name), "")


def refuse_shared_namespace(api: Api, wanted: Wanted, access: Access) -> None:
    """Raise ProvisionFailed where one of two owners in a namespace could look into the other's session.

    With ``view`` a pod's environment can be read, with ``edit`` the pod be entered.
    """
    for one in look(api, Wanted("", namespace=wanted.namespace)):
        annotations = annotations_of(one.source)
        theirs = annotations.get(labels.OWNER) != wanted.owner
        if theirs and (access is not Access.NONE or access_of(annotations) is not Access.NONE):
            whose = "your" if access is not Access.NONE else "another"
            raise ProvisionFailed(
                f"{whose} session could look into others of namespace {wanted.namespace}: it has access to the cluster",
                hint="leave --namespace out, so that the session gets one of its own",
            )


def sandbox(found: Found, api: Api, backend: str, kubeconfig: str) -> Sandbox:
    """Return what the objects of a session say."""
    annotations = annotations_of(found.source)
    profile = profile_of(annotations)
    condition, lost = _condition(found)
    return Sandbox(
        backend=backend,
        session=found.session,
        owner=annotations.get(labels.OWNER, ""),
        deadline=labels.deadline_of(annotations, api.ahead),
        details={
            "kubeconfig": kubeconfig,
            "context": api.credentials.context,
            "namespace": found.namespace,
            "pod": name_of(found.pod) if found.pod else "",
            "grader": grader_of(profile),
            **workspace_of(found.job or found.pod or {"metadata": {}}),
        },
        name=annotations.get(labels.NAME, ""),
        pack=annotations.get(labels.PACK, ""),
        condition=condition,
        home=home_of(profile),
        lost=(lost,) if lost else (),
        terms=labels.terms_of(str(annotations.get(labels.TERMS, ""))),
        is_torn=found.job is not None
        and labels.deadline_of(annotations_of(found.job)) != labels.deadline_of(annotations),
    )


_NAMED = "name one you may use with --namespace; `tempshell rbac` prints what else an administrator has to grant"


def _in_own_namespaces(namespaces: Sequence[Object], jobs: Sequence[Object], pods: Sequence[Object]) -> list[Found]:
    found = []
    for session, source in by_session(namespaces).items():
        home = name_of(source)
        own_jobs = [one for one in jobs if namespace_of(one) == home and session_of(one) == session]
        found.append(Found(session, home, source, _first(own_jobs, object_name(session)), _of_job(pods, home, session)))
    return found


def _in_given_ones(jobs: Sequence[Object], pods: Sequence[Object]) -> list[Found]:
    """Return the sessions of Jobs in namespaces that are not a session's own; pods without a Job are found, too.

    Each namespace by itself: who may write in one speaks for nothing in another.
    """
    given = [one for one in (*pods, *jobs) if not is_a_sessions_own(namespace_of(one))]
    found = []
    for home in dict.fromkeys(map(namespace_of, given)):
        here = [one for one in jobs if namespace_of(one) == home]
        for session, source in by_session(one for one in given if namespace_of(one) == home).items():
            job = _first(here, object_name(session))
            found.append(Found(session, home, job or source, job, _of_job(pods, home, session)))
    return found


def _first(things: Sequence[Object], name: str) -> Object | None:
    return next((one for one in things if name_of(one) == name), None)


def _of_job(pods: Sequence[Object], namespace: str, session: str) -> Object | None:
    """Return the pod that the Job of a session has made: nobody else's pod carries both marks."""
    return next(
        (
            one
            for one in pods
            if namespace_of(one) == namespace
            and session_of(one) == session
            and any(owner["name"] == object_name(session) for owner in one["metadata"].get("ownerReferences", ()))
        ),
        None,
    )


def _condition(found: Found) -> tuple[Condition, str]:
    """Return RUNNING where the terminal runs and goes on, else what has become of it; all else is a stale part."""
    name = object_name(found.session)
    if not found.job:
        return Condition.DEAD, f"job {name} is gone, and with it the pod"
    if is_terminating(found.source) or is_terminating(found.job):
        return Condition.DEAD, f"namespace or job {name} is being deleted"
    ended = _end_of(found.job)
    if not found.pod:
        said = f" ({ended})" if ended else ""
        return Condition.DEAD, f"the pod of job {name} is gone, with all that was in it{said}"
    if ended:
        return Condition.DEAD, f"job {name} has ended: {ended}"
    return _condition_of_pod(found.pod, annotations_of(found.job).get(POD, ""))


def _condition_of_pod(pod: Object, made_with: str) -> tuple[Condition, str]:
    """Return the condition of a Job's pod; only the one with the UID that the session was ``made_with`` is the session.

    A Job begins another where its pod is evicted, preempted or deleted.
    """
    name, status = name_of(pod), pod.get("status") or {}
    if made_with and pod["metadata"]["uid"] != made_with:
        return Condition.DEAD, f"pod {name} has taken the place of the session's, which is gone with all that was in it"
    if is_terminating(pod):
        return Condition.DEAD, f"pod {name} is being deleted{pod_status.disruption(pod)}"
    if status.get("phase") in _STALE or status.get("reason") == "NodeLost" or not pod_status.is_up(pod):
        return Condition.DEAD, f"pod {name} does not run any more: {pod_status.end_of(pod)}"
    if pod_status.has_silent_node(pod):
        return Condition.UNKNOWN, f"node {pod['spec'].get('nodeName', '')} of its pod does not answer"
    return Condition.RUNNING, ""


def _end_of(job: Object) -> str:
    """Return why a Job has ended, in the cluster's words; "" for one that has not."""
    conditions = (job.get("status") or {}).get("conditions") or ()
    ends = (one for one in conditions if one["type"] in _ENDED and one["status"] == "True")
    return next((one_line(f"{one.get('reason') or one['type']}: {one.get('message', '')}") for one in ends), "")
