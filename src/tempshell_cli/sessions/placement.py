"""Where a session's pod is to run: what was asked for, over the settings."""

from __future__ import annotations

from tempshell_cli.backends.base import Access, Placement
from tempshell_cli.core.config import KubernetesSettings

# The backends whose sandboxes are pods.
ON_PODS = ("kubernetes", "minikube")


def placement_for(
    backend: str, settings: KubernetesSettings, asked: KubernetesSettings, *, namespace: str = "", access: Access
) -> Placement:
    """Return it for a backend; raises UsageProblem for what the API would not take, or a learner could read.

    ``namespace`` is a given one, "" for one of the session's own. Each field that was asked for goes over the setting.
    """
    if backend not in ON_PODS:
        return Placement()
    from tempshell_cli.backends.kubernetes.placement import (  # noqa: PLC0415 - for pods alone
        placement,
        refuse_unreadable_secrets,
    )

    given = {name: value for name, value in asked._asdict().items() if value}
    found = placement(**{**settings._asdict(), **given})
    refuse_unreadable_secrets(found, namespace, access)
    return found
