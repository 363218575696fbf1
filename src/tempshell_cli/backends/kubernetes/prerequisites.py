"""What a session's objects need from the cluster before they can be made: secrets to pull images with, and the API."""

from __future__ import annotations

from typing import Any

from tempshell_cli.backends.base import Access
from tempshell_cli.backends.kubernetes.api import Api, Object, Refused
from tempshell_cli.backends.kubernetes.helpers import CORE, ApiServer
from tempshell_cli.backends.kubernetes.metadata import Origin
from tempshell_cli.core.errors import ProvisionFailed

_PULL_SECRETS = {"kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"}  # types


def api_server(api: Api, origin: Origin) -> ApiServer:
    """Return where pods find the API, for the network rules of one that may use it."""
    if origin.request.template.access is Access.NONE:
        return ApiServer()
    try:
        found = api.get(f"{CORE}/namespaces/default/endpoints/kubernetes") or {}
    except Refused:
        return ApiServer()
    subsets: list[Any] = found.get("subsets") or []
    addresses = [one["ip"] for subset in subsets for one in subset.get("addresses") or ()]
    ports = [one["port"] for subset in subsets for one in subset.get("ports") or ()]
    return ApiServer(addresses, ports) if addresses and ports else ApiServer()


def pull_secrets(api: Api, origin: Origin) -> dict[int, Object]:
    """Return the secrets to copy, by their place in the request; raises ProvisionFailed for one of another type."""
    found: dict[int, Object] = {}
    for number, named in enumerate(origin.request.template.placement.pull_secrets):
        namespace, slash, name = named.partition("/")
        if not slash:
            continue
        secret = api.get(f"{CORE}/namespaces/{namespace}/secrets/{name}")
        if secret is None:
            raise ProvisionFailed(f"there is no secret {named}", hint=f"`kubectl get secrets -n {namespace}`")
        if secret.get("type") not in _PULL_SECRETS:
            raise ProvisionFailed(
                f"the secret {named} is of the type {secret.get('type')}, and images are pulled with none of that",
                hint="`kubectl create secret docker-registry` makes one for a registry",
            )
        found[number] = secret
    return found
