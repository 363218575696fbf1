"""Where pods run and how their images are pulled: what options and settings say, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.base import Access, EngineChoice, Placement, SandboxRequest, Template
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.backends.kubernetes.metadata import Origin
from tempshell_cli.backends.kubernetes.pod import Image, job
from tempshell_cli.backends.placement import placement
from tempshell_cli.core.config import KubernetesSettings, load_settings
from tempshell_cli.core.errors import UsageProblem


def _spec(asked: Placement) -> dict[str, Any]:
    request = SandboxRequest("0a1b2c3d", "ann", datetime(2030, 1, 1, tzinfo=UTC), Template("i", placement=asked))
    spec: dict[str, Any] = job(Origin(request, "kubernetes"), "n", Image("i"), 60)["spec"]["template"]["spec"]
    return spec


def test_everything_that_was_asked_for_is_in_the_spec() -> None:
    spec = _spec(
        placement(
            pull_secrets=("regcred", "shared/other"),
            node_selector=("pool=practice", "example.org/disk="),
            tolerations=("dedicated=practice:NoSchedule", "gpu", "spot:NoExecute", "empty="),
            runtime_class="gvisor",
            priority_class="low.priority",
        )
    )
    assert spec["imagePullSecrets"] == [{"name": "regcred"}, {"name": "tempshell-0a1b2c3d-pull-1"}]
    assert spec["nodeSelector"] == {"pool": "practice", "example.org/disk": ""}
    assert spec["tolerations"] == [
        {"key": "dedicated", "operator": "Equal", "value": "practice", "effect": "NoSchedule"},
        {"key": "gpu", "operator": "Exists"},
        {"key": "spot", "operator": "Exists", "effect": "NoExecute"},
        {"key": "empty", "operator": "Equal", "value": ""},
    ]
    assert (spec["runtimeClassName"], spec["priorityClassName"]) == ("gvisor", "low.priority")


def test_what_nobody_asked_for_is_the_clusters_own_choice() -> None:
    keys = {"imagePullSecrets", "nodeSelector", "tolerations", "runtimeClassName", "priorityClassName"}
    assert keys.isdisjoint(_spec(Placement()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pull_secrets", ["Upper"]),
        ("pull_secrets", ["a/b/c"]),
        ("pull_secrets", ["/a"]),
        ("pull_secrets", [""]),
        ("node_selector", ["pool"]),
        ("node_selector", ["=x"]),
        ("node_selector", ["a=b c"]),
        ("tolerations", [""]),
        ("tolerations", ["a=b:Never"]),
        ("tolerations", ["a:"]),
        ("tolerations", ["a b"]),
        ("runtime_class", "gVisor"),
        ("priority_class", "a/b"),
        ("priority_class", "a\n"),
    ],
)
def test_what_the_api_would_not_take_is_refused(field: str, value: Any) -> None:  # noqa: ANN401 - as options are
    with pytest.raises(UsageProblem) as raised:
        placement(**{field: value})
    assert raised.value.hint


@pytest.mark.parametrize(
    ("secret", "namespace", "access", "said"),
    [
        ("regcred", "", Access.NONE, "no secret 'regcred'"),
        ("shared/regcred", "class-a", Access.NONE, "class-a"),
        ("shared/regcred", "", Access.EDIT, "could read"),
    ],
)
def test_a_secret_that_cannot_be_used_or_would_be_read_is_refused(
    secret: str, namespace: str, access: Access, said: str
) -> None:
    backend = KubernetesBackend(KubernetesBackend.endpoint_of(EngineChoice("", "lab", namespace)))
    template = Template("i", access=access, placement=Placement(pull_secrets=(secret,)))
    (refused,) = backend.refuses(template)
    assert said in refused.what
    assert refused.hint


def test_the_settings_are_lists_of_what_the_options_take(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[kubernetes]\npull_secrets = ["shared/regcred"]\ntolerations = []\nruntime_class = "gvisor"\n')
    assert load_settings(file).kubernetes == KubernetesSettings(("shared/regcred",), (), (), "gvisor")
    for wrong in ('"x"', "[1]", "{a = 1}"):
        file.write_text(f"[kubernetes]\nnode_selector = {wrong}\n")
        with pytest.raises(UsageProblem, match=r"kubernetes\.node_selector takes a list of texts"):
            load_settings(file)
