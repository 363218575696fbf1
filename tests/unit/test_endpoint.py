"""Which Docker engine is meant: what the docker command would take."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tempshell_cli.backends.docker import endpoint, images
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.paths import shipped


@pytest.fixture(autouse=True)
def docker_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty Docker configuration, and no variable that names an engine."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


def test_without_a_word_it_is_the_default_one() -> None:
    assert endpoint.resolve("") == "default"


def test_what_is_asked_for_wins_over_host_context_and_config(
    monkeypatch: pytest.MonkeyPatch, docker_config: Path
) -> None:
    """In the docker command's order."""
    (docker_config / "config.json").write_text(json.dumps({"currentContext": "from-file"}))
    assert endpoint.resolve("") == "from-file"
    monkeypatch.setenv("DOCKER_CONTEXT", "from-context")
    assert endpoint.resolve("") == "from-context"
    monkeypatch.setenv("DOCKER_HOST", "ssh://from-host")
    assert endpoint.resolve("") == "ssh://from-host"
    assert endpoint.resolve("asked") == "asked"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"currentContext": null}', "\xff"])
def test_a_docker_config_that_cannot_be_read_names_nothing(docker_config: Path, content: str) -> None:
    (docker_config / "config.json").write_text(content, "latin-1")
    assert endpoint.resolve("") == "default"


def _store_context(config: Path, name: str, **endpoint: object) -> Path:
    """Store a context as the docker command does; return the directory of its certificates."""
    known_as = hashlib.sha256(name.encode()).hexdigest()
    meta = config / "contexts" / "meta" / known_as / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Endpoints": {"docker": endpoint}}))
    return config / "contexts" / "tls" / known_as / "docker"


NO_TLS = {"DOCKER_TLS": "", "DOCKER_TLS_VERIFY": ""}


@pytest.mark.parametrize(
    ("asked", "variables"),
    [
        ("ssh://box", {"DOCKER_HOST": "ssh://box", "DOCKER_CONTEXT": "", **NO_TLS}),
        ("work", {"DOCKER_HOST": "", "DOCKER_CONTEXT": "work", **NO_TLS}),
        ("default", {"DOCKER_HOST": "", "DOCKER_CONTEXT": "default", **NO_TLS}),
        ("tcp://box:2376", {"DOCKER_HOST": "tcp://box:2376", "DOCKER_CONTEXT": ""}),
    ],
)
def test_the_command_takes_an_endpoint_whatever_else_the_environment_says(
    asked: str, variables: dict[str, str]
) -> None:
    assert endpoint.environment(asked) == variables


def test_a_context_is_found_without_a_config_file(docker_config: Path) -> None:
    _store_context(docker_config, "work", Host="unix:///run/work.sock")
    assert endpoint.host("work") == "unix:///run/work.sock"


def test_a_context_beyond_this_machine_needs_certificates(docker_config: Path) -> None:
    certificates = _store_context(docker_config, "work", Host="tcp://192.0.2.1:2376", SkipTLSVerify=False)
    with pytest.raises(EngineUnavailable, match="unencrypted"):
        endpoint.connect("work")
    certificates.mkdir(parents=True)
    (certificates / "ca.pem").touch()
    assert endpoint.host("work") == "tcp://192.0.2.1:2376"


def test_certificates_alone_do_not_encrypt(monkeypatch: pytest.MonkeyPatch, docker_config: Path) -> None:
    """As in the docker command, which speaks TLS only where DOCKER_TLS_VERIFY or DOCKER_TLS says so."""
    monkeypatch.setenv("DOCKER_CERT_PATH", str(docker_config))
    with pytest.raises(EngineUnavailable, match="unencrypted"):
        endpoint.connect("tcp://192.0.2.1:2376")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"Endpoints": {"docker": {}}}', '{"Endpoints": {"docker": 1}}'])
def test_a_context_that_cannot_be_read_is_named(docker_config: Path, content: str) -> None:
    meta = docker_config / "contexts" / "meta" / hashlib.sha256(b"work").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(content)
    with pytest.raises(EngineUnavailable, match="'work' cannot be read"):
        endpoint.connect("work")


@pytest.mark.parametrize("host", ["tcp://192.0.2.1:2375", "http://engine.example:2375", "tcp://[2001:db8::1]:2375"])
def test_a_socket_open_to_a_network_is_refused(host: str) -> None:
    with pytest.raises(EngineUnavailable, match="unencrypted"):
        endpoint.connect(host)


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1"])
def test_one_on_this_machine_is_asked(host: str) -> None:
    with pytest.raises(EngineUnavailable, match="does not answer"):
        endpoint.connect(host)


def test_a_context_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineUnavailable, match="'nowhere'"):
        endpoint.connect("nowhere")


def test_a_shipped_image_is_named_after_its_content() -> None:
    image = images.shipped_image("shell")
    assert images.shipped_image("tempshell/shell") == image
    assert images.resolve_image("tempshell/shell") == image
    name, _, digest = image.reference.partition(":")
    assert (name, len(digest)) == ("tempshell/shell", 12)
    assert image.context == shipped("images") / "shell"


def test_another_image_is_taken_by_its_name() -> None:
    assert images.resolve_image("debian:12") == "debian:12"


def test_an_image_that_is_not_shipped_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageProblem, match="'none'") as refused:
        images.shipped_image("none")
    assert "tempshell/shell" in refused.value.hint
