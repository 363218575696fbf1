"""Where on which cluster: a context of the kubeconfig and, if one was given, a namespace; and both as one text.

Contexts may have any character in them (EKS makes them of ARNs, with ``:`` and ``/``), namespaces only letters, digits
and dashes. So the text is the context, then ``#`` and the namespace; the last ``#`` counts.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tempshell_cli.core.errors import UsageProblem

_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)  # RFC 1123

_OWN = re.compile(r"tempshell-[0-9a-f]{8}", re.ASCII)


class ClusterTarget(NamedTuple):
    """A context, "" for the current one, and a namespace, "" where each session gets one of its own."""

    context: str = ""
    namespace: str = ""

    @classmethod
    def parse(cls, endpoint: str) -> ClusterTarget:
        """Return what a backend's ``endpoint`` names."""
        context, mark, namespace = endpoint.rpartition("#")
        return cls(context, namespace) if mark else cls(endpoint)

    def __str__(self) -> str:
        return f"{self.context}#{self.namespace}" if self.namespace or "#" in self.context else self.context


def is_a_sessions_own(namespace: str) -> bool:
    """Return whether a namespace is called as one that a session has to itself."""
    return bool(_OWN.fullmatch(namespace))


def endpoint_of(context: str, namespace: str) -> str:
    """Return the endpoint for what was typed; raises UsageProblem for what cannot be a namespace."""
    if is_a_sessions_own(namespace):
        raise UsageProblem(f"namespace {namespace} is named like that of a session", hint="name another")
    if namespace and not _NAMESPACE.fullmatch(namespace):
        raise UsageProblem(
            f"{namespace!r} cannot be a namespace", hint="lowercase letters, digits and hyphens, 63 at most"
        )
    return str(ClusterTarget(context, namespace))
