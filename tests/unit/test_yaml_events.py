"""YAML that is loaded as a whole: the user's kubeconfigs and kind configurations."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tempshell_cli.backends.base import Cluster
from tempshell_cli.backends.kind.config import cluster_config
from tempshell_cli.backends.kubernetes import credentials
from tempshell_cli.core import yaml_events
from tempshell_cli.core.errors import UsageProblem

PORTS = {"api": 6443, "http": 80, "https": 443}
# Some releases of PyYAML overflow the C stack on these, some end in a RecursionError, some refuse them.
DEEP = ["[" * 20_000, "a: 1\n" + "b: " + "{a: " * 20_000, "- " * 20_000, "[\n" * 20_000]


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure Python":
        monkeypatch.setattr(yaml_events, "LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML was built without libyaml")


@pytest.mark.parametrize("text", DEEP, ids=["brackets", "braces", "dashes", "lines"])
def test_a_kind_configuration_too_deep_is_refused_at_its_line(text: str) -> None:
    with pytest.raises(UsageProblem, match=r"nested more than 50 levels deep; use fewer\s.*line \d+"):
        cluster_config("lab", PORTS, Cluster(config=text))


@pytest.mark.parametrize("value", ["2026-02-30", "!!bool maybe", "!!int x", "!!timestamp x", "9" * 5000])
def test_a_kind_configuration_with_an_impossible_value_is_refused(value: str) -> None:
    with pytest.raises(UsageProblem, match="cannot read the kind configuration"):
        cluster_config("lab", PORTS, Cluster(config=f"networking: {{x: {value}}}"))


def test_a_kubeconfig_too_deep_is_skipped_like_one_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, deep = tmp_path / "good", tmp_path / "deep"
    good.write_text("contexts: [{name: lab, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: s}}]")
    deep.write_text("contexts: " + DEEP[0])
    monkeypatch.setenv("KUBECONFIG", f"{deep}:{good}")
    assert credentials.contexts() == {"lab": {"server": "s"}}


def test_aliases_and_merges_are_read() -> None:
    assert yaml_events.load("a: &a {b: 1}\nc: {<<: *a}") == {"a": {"b": 1}, "c": {"b": 1}}
