"""Which Docker engine is meant: what the docker command would take."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tempshell_cli.backends.docker import endpoint, images
from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.paths import shipped


@pytest.fixture(autouse=True)
def docker_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty Docker configuration, and no variable that names an engine."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


SOCKET = "unix:///var/run/docker.sock"


def test_without_a_word_it_is_the_default_socket() -> None:
    assert endpoint.resolve("") == SOCKET


def test_what_is_asked_for_wins_over_host_context_and_config(
    monkeypatch: pytest.MonkeyPatch, docker_config: Path
) -> None:
    """In the docker command's order."""
    for name in ("from-file", "from-context", "asked"):
        _store_context(docker_config, name, Host=f"ssh://{name}")
    (docker_config / "config.json").write_text(json.dumps({"currentContext": "from-file"}))
    assert endpoint.resolve("") == "ssh://from-file"
    monkeypatch.setenv("DOCKER_CONTEXT", "from-context")
    assert endpoint.resolve("") == "ssh://from-context"
    monkeypatch.setenv("DOCKER_HOST", "ssh://from-host")
    assert endpoint.resolve("") == "ssh://from-host"
    assert endpoint.resolve("default") == "ssh://from-host"
    assert endpoint.resolve("asked") == "ssh://asked"
    assert endpoint.resolve("ssh://asked") == "ssh://asked"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"currentContext": null}', "\xff"])
def test_a_docker_config_that_cannot_be_read_names_nothing(docker_config: Path, content: str) -> None:
    (docker_config / "config.json").write_text(content, "latin-1")
    assert endpoint.resolve("") == SOCKET


HOSTS = {
    "unix:///run/user/1000/docker.sock": "unix:///run/user/1000/docker.sock",
    "unix://": SOCKET,
    "unix:///tmp/a#b.sock": "unix:///tmp/a#b.sock",
    "ssh://me@box:2222/run/docker.sock": "ssh://me@box:2222/run/docker.sock",
    "tcp://127.0.0.1:2375": "tcp://127.0.0.1:2375#plain",
    "127.0.0.1:2375": "tcp://127.0.0.1:2375#plain",
    "box:1234": "tcp://box:1234#plain",
    " tcp://box:1234\n": "tcp://box:1234#plain",
    "tcp://": "tcp://127.0.0.1:2375#plain",
    "tcp://box": "tcp://box:2375#plain",
    "tcp://:7777": "tcp://127.0.0.1:7777#plain",
    "tcp://[::1]": "tcp://[::1]:2375#plain",
    "tcp://box:2375/prefix": "tcp://box:2375/prefix#plain",
}


@pytest.mark.parametrize("form", HOSTS)
def test_a_host_is_read_as_the_docker_command_reads_it(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    assert endpoint.resolve(form) == HOSTS[form]
    monkeypatch.setenv("DOCKER_HOST", form)
    assert endpoint.resolve("") == HOSTS[form]


def test_a_variable_names_a_host_where_an_option_names_a_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "box")
    assert endpoint.resolve("") == "tcp://box:2375#plain"
    with pytest.raises(EngineUnavailable, match="no Docker context 'box'"):
        endpoint.resolve("box")


@pytest.mark.parametrize("secured", ["tls", "tlsverify"])
def test_an_address_keeps_how_it_is_secured_whatever_the_environment_says_later(
    monkeypatch: pytest.MonkeyPatch, secured: str
) -> None:
    monkeypatch.setenv("DOCKER_TLS" if secured == "tls" else "DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", "/certificates")
    address = endpoint.resolve("tcp://box")
    assert address == f"tcp://box:2376#{secured}=/certificates"
    for name in ("DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_TLS" if secured == "tlsverify" else "DOCKER_TLS_VERIFY", "1")
    assert endpoint.resolve(address) == address
    assert endpoint.resolve("tcp://127.0.0.1:1#plain") == "tcp://127.0.0.1:1#plain"
    assert endpoint.host(address) == "tcp://box:2376"


def test_certificates_are_those_beside_the_configuration_unless_named(
    monkeypatch: pytest.MonkeyPatch, docker_config: Path
) -> None:
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    assert endpoint.resolve("tcp://box:1") == f"tcp://box:1#tlsverify={docker_config}"
    assert endpoint.resolve("ssh://box") == "ssh://box"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("npipe:////./pipe/docker_engine", "a pipe of Windows"),
        ("fd://", "not a Docker host"),
        ("http://box:2375", "not a Docker host"),
        ("ssh://", "not a Docker host"),
        ("tcp://box:port", "cannot be read"),
        ("tcp://[::1", "cannot be read"),
        ("box:99999", "cannot be read"),
        ("ssh://me:s3cret@box", "a password"),
        ("tcp://me:s3cret@box:2375", "a password"),
        ("me:s3cret@box:2375", "a password"),
        ("tcp://me:s3cret@box#tls=/x", "a password"),
        ("odd://me:s3cret@box", "a password"),
        ("tcp://me:s3cret@box:port", "a password"),
        ("ssh://me:1/s3cret@box", "a password"),
        ("ssh://me:s3cret://@box", "a password"),
        ("me:s3cret://@box", "a password"),
        ("SSH://me:1#s3cret?@box", "a password"),
        ("ssh://me:s3cret\n@box", "a password"),
        ("npipe://me:s3cret@box/pipe", "a password"),
        ("unix://me:s3cret@box", "a password"),
    ],
)
def test_what_is_no_host_is_refused_by_name_and_no_password_is_seen(form: str, why: str) -> None:
    with pytest.raises(EngineUnavailable, match=why) as refused:
        endpoint.resolve(form)
    assert "s3cret" not in f"{refused.value} {refused.value.hint}"
    engine = DockerEngine(form)
    assert "s3cret" not in engine.endpoint
    with pytest.raises(EngineUnavailable, match=why):
        _ = engine.client


def _store_context(config: Path, name: str, **endpoint: object) -> Path:
    """Store a context as the docker command does; return the directory of its certificates."""
    known_as = hashlib.sha256(name.encode()).hexdigest()
    meta = config / "contexts" / "meta" / known_as / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Endpoints": {"docker": endpoint}}))
    return config / "contexts" / "tls" / known_as / "docker"


@pytest.mark.parametrize(
    ("address", "host", "secured"),
    [
        ("ssh://box", "ssh://box", ("", "", "")),
        (SOCKET, SOCKET, ("", "", "")),
        ("default", SOCKET, ("", "", "")),
        ("tcp://127.0.0.1:2375#plain", "tcp://127.0.0.1:2375", ("", "", "")),
        ("tcp://box:2376#tls=/c", "tcp://box:2376", ("1", "", "/c")),
        ("tcp://box:2376#tlsverify=/c=d#e", "tcp://box:2376", ("", "1", "/c=d#e")),
    ],
)
def test_the_command_takes_an_address_whatever_else_the_environment_says(
    address: str, host: str, secured: tuple[str, str, str]
) -> None:
    names = ("DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
    assert endpoint.environment(address) == {
        "DOCKER_HOST": host, "DOCKER_CONTEXT": "", **dict(zip(names, secured, strict=True)),
    }  # fmt: skip


def test_a_context_is_found_without_a_config_file(docker_config: Path) -> None:
    _store_context(docker_config, "work", Host="unix:///run/work.sock")
    assert endpoint.resolve("work") == "unix:///run/work.sock"


def test_a_context_beyond_this_machine_needs_certificates(docker_config: Path) -> None:
    certificates = _store_context(docker_config, "work", Host="tcp://192.0.2.1:2376", SkipTLSVerify=False)
    with pytest.raises(EngineUnavailable, match="unencrypted"):
        endpoint.connect(endpoint.resolve("work"))
    certificates.mkdir(parents=True)
    (certificates / "ca.pem").touch()
    assert endpoint.resolve("work") == f"tcp://192.0.2.1:2376#tlsverify={certificates}"


def test_a_context_may_pass_over_verification(docker_config: Path) -> None:
    certificates = _store_context(docker_config, "work", Host="tcp://192.0.2.1", SkipTLSVerify=True)
    assert endpoint.resolve("work") == f"tcp://192.0.2.1:2376#tls={certificates}"


def test_certificates_alone_do_not_encrypt(monkeypatch: pytest.MonkeyPatch, docker_config: Path) -> None:
    """As in the docker command, which speaks TLS only where DOCKER_TLS_VERIFY or DOCKER_TLS says so."""
    monkeypatch.setenv("DOCKER_CERT_PATH", str(docker_config))
    with pytest.raises(EngineUnavailable, match="unencrypted"):
        endpoint.connect(endpoint.resolve("tcp://192.0.2.1:2376"))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"Endpoints": {"docker": {}}}', '{"Endpoints": {"docker": 1}}'])
def test_a_context_that_cannot_be_read_is_named(docker_config: Path, content: str) -> None:
    meta = docker_config / "contexts" / "meta" / hashlib.sha256(b"work").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(content)
    with pytest.raises(EngineUnavailable, match="'work' cannot be read"):
        endpoint.resolve("work")


@pytest.mark.parametrize("host", ["tcp://192.0.2.1:2375", "tcp://engine.example:2375", "tcp://[2001:db8::1]:2375"])
def test_a_socket_open_to_a_network_is_refused(host: str) -> None:
    with pytest.raises(EngineUnavailable, match="unencrypted"):
        endpoint.connect(host)


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1"])
def test_one_on_this_machine_is_asked(host: str) -> None:
    with pytest.raises(EngineUnavailable, match="does not answer"):
        endpoint.connect(host)


def test_a_context_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineUnavailable, match="'nowhere'"):
        endpoint.resolve("nowhere")


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
