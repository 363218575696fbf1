"""Which versions of Kubernetes are in a range, and which ranges are refused."""

from __future__ import annotations

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.format.versions import in_range, is_empty, version_of
from tempshell_cli.packs.grading.cluster import misfit, server_version

from .drafts import Draft, refusal_of, task_with


@pytest.mark.parametrize(
    ("version", "versions", "fits"),
    [
        ("1.37.2", ">=1.29", True), ("1.28.15", ">=1.29", False), ("1.29.0", ">=1.29", True),
        ("1.35.9", ">=1.29,<1.36", True), ("1.36.0", ">=1.29,<1.36", False), ("1.28.0", ">=1.29,<1.36", False),
        ("1.30.5", "<=1.30", True), ("1.31.0", "<=1.30", False), ("1.30.5", ">1.30", False), ("1.31.0", ">1.30", True),
        ("1.30.5", "=1.30", True), ("1.30.5", "==1.30.5", True), ("1.30.6", "==1.30.5", False),
        ("1.9.0", "<1.10", True), ("1.10.0", ">=1.9", True), ("2.0.0", ">=1.29", True), ("1.37.2", "=1", True),
        ("1.30.0", "<1.30.0", False), ("1.30.0", ">=1.30.0", True), ("1.30", ">=1.30.0", True),
    ],
)  # fmt: skip
def test_a_version_is_compared_as_far_as_each_bound_goes(version: str, versions: str, *, fits: bool) -> None:
    assert in_range(version, versions) is fits


@pytest.mark.parametrize(
    ("reported", "version"),
    [
        ("v1.37.2", "1.37.2"), ("v1.37.2-gke.100", "1.37.2"), ("v1.35.4+k3s1", "1.35.4"),
        ("v1.34.3-eks-a1b2c3d", "1.34.3"), ("v1.36.0-rc.1", "1.36.0"), ("v1.29.6+aba1e8d", "1.29.6"),
        ("v1.20+", "1.20"), ("1.35.8", "1.35.8"), ("", ""), ("unknown", ""),
    ],
)  # fmt: skip
def test_of_a_reported_version_the_numbers_count(reported: str, version: str) -> None:
    assert version_of(reported) == version


@pytest.mark.parametrize("versions", [">=1.30,<1.30", ">1.30,<=1.30", "<1.20,>=1.30", "=1.29,=1.30", ">=1.30,<1.30.0"])
def test_a_range_that_no_version_can_be_in_is_empty(versions: str) -> None:
    assert is_empty(versions)


@pytest.mark.parametrize(
    "versions", [">=1.30,<1.31", ">=1.30,<=1.30", "=1.30,=1.30.2", ">=1.29", "<1.36", "<1.30,<1.40"]
)
def test_a_range_that_a_version_can_be_in_is_not(versions: str) -> None:
    assert not is_empty(versions)


REFUSED = [
    "1.29", "v1.29", ">=v1.29", "~1.29", "~>1.29", "^1.29", "!=1.29", ">= 1.29", ">=1.29, <1.36", ">=1.29 <1.36",
    ">=1.29||<1.20", "1.29.x", ">=1.29,", "", "latest", ">=1.29-rc.1", ">=1.29.1.1", ">=99999999999999999999",
]  # fmt: skip


@pytest.mark.parametrize("versions", REFUSED)
def test_any_other_notation_is_refused_with_line_and_example(draft: Draft, versions: str) -> None:
    draft.replace("pack.yaml", "license: MIT", f'license: MIT\nkubernetes: "{versions}"')
    refused = refusal_of(draft.load)
    assert f"pack.yaml:6: kubernetes: `{versions}` is not of the form " in refused
    assert "write it like `>=1.29`" in refused


def test_a_range_of_a_pack_that_no_version_is_in_is_refused(draft: Draft) -> None:
    draft.replace("pack.yaml", "license: MIT", 'license: MIT\nkubernetes: ">=1.36,<1.30"')
    assert "pack.yaml:6: no version is in `>=1.36,<1.30`" in refusal_of(draft.load)


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        (">=1.36,<1.30", "tasks/one.md:3: no version is in `>=1.36,<1.30`"),
        (">=1.36", "tasks/one.md:3: no version is in `>=1.36` and in `>=1.29,<1.36`, which the pack is for"),
        (">=1.35", ""),
    ],
)
def test_the_ranges_of_a_task_and_its_pack_must_have_a_version_in_common(
    draft: Draft, versions: str, words: str
) -> None:
    draft.replace("pack.yaml", "license: MIT", 'license: MIT\nkubernetes: ">=1.29,<1.36"')
    draft.replace("tasks/one.md", "title:", f'requires: {{kubernetes: "{versions}"}}\ntitle:')
    refused = refusal_of(draft.load)
    assert words in refused if words else not refused


class _Cluster:
    """A cluster that answers every kubectl alike."""

    is_learners = False

    def __init__(self, stdout: bytes, stderr: bytes = b"", code: int = 0) -> None:
        self._done = Completed(code, stdout, stderr)

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del argv, stdin, timeout
        return self._done


def test_the_api_server_is_asked_for_its_version() -> None:
    answer = b'{"major": "1", "minor": "35+", "gitVersion": "v1.35.4-gke.100"}'
    assert server_version(_Cluster(answer)) == "1.35.4"


@pytest.mark.parametrize(
    ("cluster", "why"),
    [
        (_Cluster(b"", b"The connection to the server was refused", 1), "The connection to the server was refused"),
        (_Cluster(b"{}"), "no version in its answer"),
        (_Cluster(b'{"gitVersion": null}'), "no version in its answer"),
        (_Cluster(b'{"gitVersion": "dirty"}'), "no version in its answer"),
        (_Cluster(b"[]"), "no version in its answer"),
    ],
)
def test_a_cluster_that_does_not_report_a_version_is_an_engine_that_does_not_answer(
    cluster: _Cluster, why: str
) -> None:
    with pytest.raises(EngineUnavailable, match=why):
        server_version(cluster)


@pytest.mark.parametrize("front_matter", [{"namespaces": ["web"]}, {"setup": {"manifests": ["web.yaml"]}}])
def test_a_task_whose_setup_uses_a_cluster_needs_one_of_any_version(
    draft: Draft, front_matter: dict[str, object]
) -> None:
    head, task = draft.load().head, task_with({"id": "one", "exec": {"argv": ["true"]}}, **front_matter)
    assert misfit(head, [task], None, "docker") == "the task task needs Kubernetes, and docker has no cluster"
    assert misfit(head, [task], "1.20.2", "kind") == ""
