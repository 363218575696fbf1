"""Where pods may run, and with which secrets their images are pulled: read from text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tempshell_cli.backends.base import Placement, Toleration
from tempshell_cli.core.errors import UsageProblem

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and …/labels/#syntax-and-character-set
_DNS_NAME = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"
_NAME = re.compile(_DNS_NAME, re.ASCII)
_KEY = re.compile(rf"({_DNS_NAME}/)?[A-Za-z0-9]([-\w.]{{0,61}}[A-Za-z0-9])?", re.ASCII)
_VALUE = re.compile(r"([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?", re.ASCII)
_SECRET = re.compile(rf"([a-z0-9]([-a-z0-9]{{0,61}}[a-z0-9])?/)?{_DNS_NAME}", re.ASCII)


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
