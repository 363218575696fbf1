"""Where pods may run, and with which secrets their images are pulled: from text, and in a pod's spec."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tempshell_cli.backends.base import Access, Placement, Toleration
from tempshell_cli.core.errors import UsageProblem

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and …/labels/#syntax-and-character-set
_DNS_NAME = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"
_NAME = re.compile(_DNS_NAME, re.ASCII)
_KEY = re.compile(rf"({_DNS_NAME}/)?[A-Za-z0-9]([-\w.]{{0,61}}[A-Za-z0-9])?", re.ASCII)
_VALUE = re.compile(r"([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?", re.ASCII)
_SECRET = re.compile(rf"([a-z0-9]([-a-z0-9]{{0,61}}[a-z0-9])?/)?{_DNS_NAME}", re.ASCII)
_PLACED = ("nodeSelector", "tolerations", "runtimeClassName", "priorityClassName")


def placement(
    *,
    pull_secrets: Sequence[str] = (),
    node_selector: Sequence[str] = (),
    tolerations: Sequence[str] = (),
    runtime_class: str = "",
    priority_class: str = "",
) -> Placement:
    """Return what options or settings say; raises UsageProblem for what the API would not take."""
    for name, what in ((runtime_class, "a runtime class"), (priority_class, "a priority class")):
        if name and not _NAME.fullmatch(name):
            raise UsageProblem(f"{name!r} cannot be the name of {what}", hint=_NAMES)
    for secret in pull_secrets:
        if not _SECRET.fullmatch(secret):
            raise UsageProblem(f"{secret!r} cannot be a pull secret", hint="write it NAME, or NAMESPACE/NAME")
    return Placement(
        tuple(pull_secrets),
        dict(map(_label, node_selector)),
        tuple(map(_toleration, tolerations)),
        runtime_class,
        priority_class,
    )


def refuse_unreadable_secrets(asked: Placement, namespace: str, access: Access) -> None:
    """Raise UsageProblem for a pull secret that a pod cannot use, or that its learner could read.

    ``namespace`` is the pod's, "" where it is of the session's own.
    """
    for secret in asked.pull_secrets:
        if namespace and "/" in secret:
            raise UsageProblem(
                f"the pull secret {secret} is copied only into a namespace of the session's own, not into {namespace}",
                hint=f"name one that {namespace} has, or leave --namespace out",
            )
        if not namespace and "/" not in secret:
            raise UsageProblem(
                f"a session's own namespace has no secret {secret!r}",
                hint="write NAMESPACE/NAME, and it is copied from there; or use --namespace",
            )
        if not namespace and access is Access.EDIT:
            raise UsageProblem(
                f"with --cluster-access edit the learner could read the pull secret {secret}",
                hint="use --cluster-access view, or a --namespace that has the secret",
            )


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


_NAMES = "lowercase letters, digits, hyphens and dots"


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (equals and _KEY.fullmatch(key) and _VALUE.fullmatch(value)):
        raise UsageProblem(f"{text!r} is not a label of nodes", hint="write it KEY=VALUE, such as pool=practice")
    return key, value


def _toleration(text: str) -> Toleration:
    """Return what tolerates a taint, written as `kubectl taint` writes those."""
    rest, colon, effect = text.partition(":")
    key, equals, value = rest.partition("=")
    if not (_KEY.fullmatch(key) and _VALUE.fullmatch(value)) or (colon and effect not in _EFFECTS):
        raise UsageProblem(
            f"{text!r} is not a toleration",
            hint=f"write it KEY, KEY=VALUE or KEY=VALUE:EFFECT; effects are {', '.join(_EFFECTS)}",
        )
    return Toleration(key, value if equals else None, effect)


def _tolerated(one: Toleration) -> dict[str, str]:
    how = {"operator": "Exists"} if one.value is None else {"operator": "Equal", "value": one.value}
    return {"key": one.key, **how, **({"effect": one.effect} if one.effect else {})}
