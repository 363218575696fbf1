"""An image comes from a registry, or is on the nodes already, or is loaded into those of kind; else one is told."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from tempshell_cli.backends.base import Access, Template
from tempshell_cli.backends.docker.images import Image as Shipped
from tempshell_cli.backends.docker.images import shipped_image
from tempshell_cli.backends.kubernetes.images import on_nodes
from tempshell_cli.core.errors import ProvisionFailed

SHIPPED = shipped_image("shell")


class FakeApi:
    def __init__(self, *nodes: dict[str, Any], context: str = "cloud") -> None:
        self._nodes = list(nodes)
        self.credentials = type("Way", (), {"context": context})

    def items(self, _: str) -> list[dict[str, Any]]:
        return self._nodes


class Loads:
    """A loader that remembers."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def reference(self, shipped: Shipped, _report: object, *, kubectl: bool) -> str:
        return "with-kubectl:1" if kubectl else shipped.reference

    def load(self, reference: str, _report: object) -> None:
        self.loaded.append(reference)


def _node(*images: str, provider: str = "", tainted: bool = False) -> dict[str, Any]:
    taints = [{"key": "control-plane", "effect": "NoSchedule"}] if tainted else []
    spec = {"providerID": provider, "taints": taints}
    return {"spec": spec, "status": {"images": [{"names": [f"docker.io/{name}"]} for name in images]}}


def _chosen(api: Any, image: str = SHIPPED.name, loader: Any = None, **more: Any) -> tuple[str, str]:  # noqa: ANN401 - stand-ins
    chosen = on_nodes(api, Template(image, **more), lambda _: nullcontext(), loader)
    return chosen.reference, chosen.policy


def test_another_ones_image_is_pulled_where_it_is_missing() -> None:
    assert _chosen(FakeApi(), "ghcr.io/team/shell:1") == ("ghcr.io/team/shell:1", "IfNotPresent")


def test_a_shipped_image_that_all_nodes_have_is_taken_from_there() -> None:
    api = FakeApi(_node(SHIPPED.reference), _node(tainted=True))
    assert _chosen(api) == (SHIPPED.reference, "Never")


def test_a_shipped_image_that_a_node_lacks_is_loaded() -> None:
    loader = Loads()
    assert _chosen(FakeApi(_node(SHIPPED.reference), _node()), loader=loader) == (SHIPPED.reference, "Never")
    assert loader.loaded == [SHIPPED.reference]


def test_who_wants_kubectl_gets_the_image_that_has_it() -> None:
    loader = Loads()
    assert _chosen(FakeApi(_node(SHIPPED.reference)), loader=loader, access=Access.VIEW) == ("with-kubectl:1", "Never")
    assert loader.loaded == ["with-kubectl:1"]


@pytest.mark.parametrize("access", Access)
def test_a_shipped_image_that_cannot_get_there_is_reported_with_what_to_do(access: Access) -> None:
    with pytest.raises(ProvisionFailed, match="pulls its images") as refused:
        _chosen(FakeApi(_node(), context="kindergarten"), access=access)
    assert "--image" in refused.value.hint
