"""Where pods may run, and with which secrets their images are pulled: in a pod's spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tempshell_cli.backends.base import Access, Placement, Problem, Toleration

_PLACED = ("nodeSelector", "tolerations", "runtimeClassName", "priorityClassName")


def unusable_secrets(asked: Placement, namespace: str, access: Access) -> list[Problem]:
    """Return which pull secrets a pod cannot use, or its learner could read, and what to do about it.

    ``namespace`` is the pod's, "" where it is of the session's own.
    """
    found = []
    for secret in asked.pull_secrets:
        if namespace and "/" in secret:
            what = (
                f"the pull secret {secret} is copied only into a namespace of the session's own, not into {namespace}"
            )
            found.append(Problem(what, f"name one that {namespace} has, or leave --namespace out"))
        elif not namespace and "/" not in secret:
            what = f"a session's own namespace has no secret {secret!r}"
            found.append(Problem(what, "write NAMESPACE/NAME, and it is copied from there; or use --namespace"))
        elif not namespace and access is Access.EDIT:
            what = f"with --cluster-access edit the learner could read the pull secret {secret}"
            found.append(Problem(what, "use --cluster-access view, or a --namespace that has the secret"))
    return found


def copied_name(name: str, number: int) -> str:
    """Return what the copy of a pull secret is called: the session's name for its parts, and which one it is."""
    return f"{name}-pull-{number}"


def pod_fields(placement: Placement, name: str) -> dict[str, Any]:
    """Return the fields of a pod's spec; ``name`` is the session's name for its parts."""
    secrets = [
        {"name": copied_name(name, number) if "/" in secret else secret}
        for number, secret in enumerate(placement.pull_secrets)
    ]
    fields = {
        "imagePullSecrets": secrets,
        "nodeSelector": dict(placement.node_selector),
        "tolerations": [_tolerated(one) for one in placement.tolerations],
        "runtimeClassName": placement.runtime_class,
        "priorityClassName": placement.priority_class,
    }
    return {key: value for key, value in fields.items() if value}


def placed_alike(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with which another pod runs where that of a spec does."""
    return {key: spec[key] for key in _PLACED if spec.get(key)}


def _tolerated(one: Toleration) -> dict[str, str]:
    how = {"operator": "Exists"} if one.value is None else {"operator": "Equal", "value": one.value}
    return {"key": one.key, **how, **({"effect": one.effect} if one.effect else {})}
