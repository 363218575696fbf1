"""Getting an image to the nodes of a cluster. Clusters pull from registries; kind and minikube can be given one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from tempshell_cli.backends.base import Access, Report, Template
from tempshell_cli.backends.docker.images import Image as Shipped
from tempshell_cli.backends.docker.images import resolve_image
from tempshell_cli.backends.kubernetes.api import Api, Object, Refused
from tempshell_cli.backends.kubernetes.helpers import CORE
from tempshell_cli.backends.kubernetes.pod import Image
from tempshell_cli.core.errors import ProvisionFailed

_KIND = "kind"


class Loader(Protocol):
    """A way to give the nodes an image of the local Docker engine."""

    def reference(self, shipped: Shipped, report: Report, *, kubectl: bool) -> str:
        """Return what the engine calls a shipped image, built now if need be; with kubectl in it if wanted."""
        ...

    def load(self, reference: str, report: Report) -> None:
        """Put it on every node; raises ProvisionFailed."""
        ...


def on_nodes(api: Api, template: Template, report: Report, loader: Loader | None = None) -> Image:
    """Return the image for a pod: one of a registry, or a shipped one that the nodes have or are given now."""
    asked = resolve_image(template.image)
    if isinstance(asked, str):
        return Image(asked)
    try:
        nodes = api.items(f"{CORE}/nodes")
    except Refused:  # we may not see them
        nodes = []
    wants_kubectl = template.access is not Access.NONE
    if not wants_kubectl and _have(nodes, asked.reference):  # loaded before, or an engine that the nodes share
        return Image(asked.reference, "Never")
    loader = loader or _kind_loader(api, nodes)
    if loader is None:
        raise _in_no_registry(asked, kubectl=wants_kubectl)
    reference = loader.reference(asked, report, kubectl=wants_kubectl)
    if not _have(nodes, reference):
        loader.load(reference, report)
    return Image(reference, "Never")


class KindLoader:
    """Loads into the nodes of a kind cluster."""

    def __init__(self, cluster: str, node: str) -> None:
        self._cluster = cluster
        self._node = node

    def reference(self, shipped: Shipped, report: Report, *, kubectl: bool) -> str:
        """Return the image as the engine has it, with the kubectl of the cluster's own node image if wanted."""
        from tempshell_cli.backends.docker.engine import DockerEngine  # noqa: PLC0415 - for kind clusters alone
        from tempshell_cli.backends.docker.images import ensure_image  # noqa: PLC0415
        from tempshell_cli.backends.kind.terminal import ensure_terminal_image  # noqa: PLC0415

        engine = DockerEngine()
        with engine.translated_errors():
            if not kubectl:
                return ensure_image(engine.client, shipped, report)
            node = engine.client.inspect_container(self._node)
            return ensure_terminal_image(engine, str(node["Config"]["Image"]), report)

    def load(self, reference: str, report: Report) -> None:
        """Have kind load it; raises ProvisionFailed with kind's words."""
        from tempshell_cli.backends.docker.endpoint import resolve  # noqa: PLC0415 - as above
        from tempshell_cli.backends.kind.command import Kind  # noqa: PLC0415

        with report(f"loading image {reference} into {self._cluster}"):
            Kind(resolve("")).load(self._cluster, reference)


def _kind_loader(api: Api, nodes: Sequence[Object]) -> KindLoader | None:
    """Return the loader of a kind cluster: its nodes say so, or where they are not to be seen its context does."""
    for node in nodes:
        scheme, _, rest = str((node.get("spec") or {}).get("providerID", "")).partition("://")
        if scheme == _KIND:
            _, cluster, name = rest.split("/", 2)
            return KindLoader(cluster, name)
    kind, _, cluster = api.credentials.context.partition("-")
    return KindLoader(cluster, f"{cluster}-control-plane") if kind == _KIND and cluster and not nodes else None


def _in_no_registry(shipped: Shipped, *, kubectl: bool) -> ProvisionFailed:
    if kubectl:
        return ProvisionFailed(
            f"this cluster pulls its images, and none that is shipped for it has kubectl in it: {shipped.name}",
            hint="name one of a registry that has, with --image",
        )
    return ProvisionFailed(
        f"this cluster pulls its images, and {shipped.name} is not in a registry",
        hint=f"push it to one (`docker push`, after `tempshell image build {shipped.name}`) and name it with --image",
    )


def _have(nodes: Sequence[Object], reference: str) -> bool:
    """Return whether all nodes that pods may go to have reported the image."""
    usable = [
        node
        for node in nodes
        if all(taint["effect"] != "NoSchedule" for taint in (node.get("spec") or {}).get("taints", ()))
    ]
    return bool(usable) and all(reference in _reported(node) for node in usable)


def _reported(node: Object) -> Iterable[str]:
    images: list[Any] = (node.get("status") or {}).get("images") or []
    for image in images:
        for name in image.get("names") or ():
            yield name
            yield str(name).removeprefix("docker.io/").removeprefix("library/")
