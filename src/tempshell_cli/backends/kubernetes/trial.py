"""Where on a cluster its network is tried out, and with which image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.backends.kubernetes.api import Api
from tempshell_cli.backends.kubernetes.exec import CONTAINER
from tempshell_cli.backends.kubernetes.helpers import CORE
from tempshell_cli.backends.kubernetes.metadata import object_name
from tempshell_cli.backends.kubernetes.placement import placed_alike
from tempshell_cli.backends.kubernetes.target import is_a_sessions_own
from tempshell_cli.backends.netpol import Trial
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command


def trial(api: Api, sandbox: Sandbox, kubectl: Callable[[Sequence[str]], Command]) -> Trial:
    """Return a trial next to a session: in its namespace where that was given, else in one more of its own.

    A session's own namespace has room for its one pod alone. Raises EngineUnavailable where the pod is gone.
    """
    home = sandbox.details["namespace"]
    pod = api.get(f"{CORE}/namespaces/{home}/pods/{sandbox.details['pod']}")
    if pod is None:
        raise EngineUnavailable("the session's pod is gone", hint="see `tempshell status`")
    container = next(one for one in pod["spec"]["containers"] if one["name"] == CONTAINER)  # the cluster may add others
    given = not is_a_sessions_own(home)
    namespace = home if given else _namespace(sandbox.session)
    image, policy = container["image"], container["imagePullPolicy"]
    return Trial(kubectl, image, policy, namespace, given=given, placement=placed_alike(pod["spec"]))


def remove_trial(api: Api, session: str) -> None:
    """Remove what a trial has left that was killed."""
    api.delete(f"{CORE}/namespaces/{_namespace(session)}")


def _namespace(session: str) -> str:
    return f"{object_name(session)}-trial"
