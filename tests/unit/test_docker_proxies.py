"""Which proxies a sandbox is given: those of Docker's configuration, and never what one logs in to them with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tempshell_cli.backends.base import Network, SandboxRequest, Template
from tempshell_cli.backends.docker import endpoint, proxies
from tempshell_cli.backends.kind.command import Kind
from tempshell_cli.backends.kind.create import Creation
from tempshell_cli.core.errors import UsageProblem

WITH_PASSWORD = "http://user:s3cret@proxy.example.org:3128"  # noqa: S105 - nobody's
ADDRESS = "http://proxy.example.org:3128"
_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "FTP_PROXY")


class Reports:
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def __call__(self, line: str) -> Iterator[None]:
        self.lines.append(line)
        yield


@pytest.fixture
def report() -> Reports:
    return Reports()


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Docker's configuration, which is not there yet; no proxy is in the environment."""
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


def _write(config: Path, **hosts: Any) -> None:  # noqa: ANN401 - JSON
    config.write_text(json.dumps({"proxies": hosts}))


def test_a_container_is_given_the_address_of_a_proxy_without_its_password(config: Path, report: Reports) -> None:
    _write(config, default={"httpProxy": WITH_PASSWORD, "httpsProxy": ADDRESS, "noProxy": "10.0.0.0/8,.corp"})
    wanted = {"HTTP_PROXY": ADDRESS, "HTTPS_PROXY": ADDRESS, "NO_PROXY": "10.0.0.0/8,.corp"}
    assert proxies.for_container("", report) == {**wanted, **{name.lower(): one for name, one in wanted.items()}}
    (said,) = report.lines
    assert "password" in said
    assert "s3cret" not in said


def test_what_has_no_password_is_not_mentioned(config: Path, report: Reports) -> None:
    _write(config, default={"httpProxy": ADDRESS})
    assert proxies.for_container("", report)["http_proxy"] == ADDRESS
    assert report.lines == []


def test_an_engine_may_have_proxies_of_its_own(config: Path, report: Reports) -> None:
    _write(config, default={"httpProxy": ADDRESS}, **{"tcp://box:2376": {"httpProxy": "http://other:1"}})
    assert proxies.for_container("tcp://box:2376", report)["HTTP_PROXY"] == "http://other:1"
    assert proxies.for_container("ssh://box", report)["HTTP_PROXY"] == ADDRESS


@pytest.mark.parametrize("content", ["", "[]", '{"proxies": []}', '{"proxies": {"default": "none"}}', "{", '"x"'])
def test_a_configuration_without_proxies_gives_none(config: Path, report: Reports, content: str) -> None:
    config.write_text(content)
    assert proxies.for_container("", report) == {}
    assert proxies.for_kind("", report) == {}


def test_kind_takes_the_environments_proxy_before_dockers(
    config: Path, report: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both cases: kind itself reads the upper one first."""
    _write(config, default={"httpProxy": ADDRESS, "noProxy": ".corp"})
    monkeypatch.setenv("http_proxy", "http://user:s3cret@mine:8080")
    given = proxies.for_kind("", report)
    assert given["HTTP_PROXY"] == given["http_proxy"] == "http://mine:8080"
    assert given["NO_PROXY"] == ".corp"
    assert len(report.lines) == 1


class _Kind:
    """A kind command that makes nothing."""

    def __init__(self) -> None:
        self.proxies: Mapping[str, str] = {}

    def create(self, _: str, *, proxies: Mapping[str, str], **__: object) -> None:
        self.proxies = proxies


@pytest.mark.parametrize("network", list(Network))
def test_no_cluster_is_given_a_password_a_closed_one_neither(
    config: Path, report: Reports, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, network: Network
) -> None:
    """What kind is not given it takes from its environment, and the docker command from its configuration."""
    _write(config, default={"httpsProxy": WITH_PASSWORD})
    monkeypatch.setenv("HTTP_PROXY", "http://user:s3cret@mine:8080")
    template = Template(image="", network=network)
    request = SandboxRequest("0", "ann", datetime.now(UTC), template)
    kind, engine, pool = _Kind(), Mock(host=""), Mock()
    making = Creation(engine, cast("Kind", kind), tmp_path, report)
    making._create_cluster(request, "", pool)  # noqa: SLF001 - the rest takes an engine
    assert kind.proxies["HTTP_PROXY"] == "http://mine:8080"
    assert kind.proxies["HTTPS_PROXY"] == ADDRESS


@pytest.mark.parametrize("key", ["ftpProxy", "allProxy"])
def test_a_password_that_kind_would_hand_on_is_refused(config: Path, report: Reports, key: str) -> None:
    """The docker command that kind runs adds these by itself."""
    _write(config, default={key: ADDRESS})
    proxies.for_kind("", report)
    _write(config, default={key: WITH_PASSWORD})
    with pytest.raises(UsageProblem, match="password"):
        proxies.for_kind("", report)


def test_beside_a_node_the_names_of_the_cluster_are_reached_directly() -> None:
    node = ["PATH=/bin", f"HTTP_PROXY={ADDRESS}", f"http_proxy={ADDRESS}", "NO_PROXY=172.18.0.0/16,10.96.0.0/16,.svc"]
    given = proxies.of_node(node, "ckad-0-control-plane")
    assert given["http_proxy"] == ADDRESS
    exempt = set(given["NO_PROXY"].split(","))
    assert exempt >= {"172.18.0.0/16", "10.96.0.0/16", ".svc", ".cluster.local", "localhost", "ckad-0-control-plane"}
    assert proxies.of_node(["PATH=/bin", "NO_PROXY="], "ckad-0-control-plane") == {}


_WORDS = some.text(some.characters(codec="ascii", exclude_characters="\0"), max_size=12)


@given(scheme=some.sampled_from(["http://", "HTTPS://", "socks5://"]), user=_WORDS, secret=_WORDS)
def test_however_a_password_is_written_it_is_left_out(scheme: str, user: str, secret: str) -> None:
    assert endpoint.without_password(f"{scheme}{user}:{secret}@host:3128") == f"{scheme}host:3128"


def test_an_address_without_a_scheme_is_one_too() -> None:
    assert endpoint.without_password("user:s3cret@host:3128") == "host:3128"
    assert endpoint.without_password("host:3128") == "host:3128"
