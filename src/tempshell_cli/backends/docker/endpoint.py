"""Which Docker engine is meant, for the SDK and for the CLI alike."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.core.text import strip_controls

if TYPE_CHECKING:
    from docker import APIClient

_START = "start it, choose another with --docker-context, or use --backend local"
_JOIN = "join the docker group (`sudo usermod -aG docker $USER`, then log in again)"
_USE_TLS = "it speaks TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a context with its certificates"
_CERTIFICATES = "check that it runs, and ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH or in the context"
DEFAULT = "default"
_DIALLED = "unix://dialled"  # a name the SDK takes; what carries its requests is mounted
_TIMEOUT = 60  # seconds for one answer; builds and pulls stream and have their own
_SOCKETS = {"", "unix", "npipe"}


class _Address(NamedTuple):
    """The URL of an engine, "" for the SDK's default socket, and whether the docker command speaks TLS with it."""

    url: str
    secured: bool = False

    @property
    def scheme(self) -> str:
        return urlsplit(self.url).scheme


def resolve(endpoint: str) -> str:
    """Return a context name or a host URL for what was asked for; "" means what the docker CLI would use.

    The order is the CLI's: DOCKER_HOST, DOCKER_CONTEXT, the current context of its config file, ``default``.
    """
    if endpoint:
        return endpoint
    return os.environ.get("DOCKER_HOST") or os.environ.get("DOCKER_CONTEXT") or _current_context() or DEFAULT


def environment(endpoint: str) -> dict[str, str]:
    """Return what makes docker, and a program that uses it, such as kind, take this endpoint whatever else is set.

    Without it, docker's context ``default`` is the engine that DOCKER_HOST names.
    """
    host, context = (endpoint, "") if _is_host(endpoint) else ("", endpoint)
    named = {"DOCKER_HOST": host, "DOCKER_CONTEXT": context}
    # Contexts have their own; for a socket, or over ssh, docker reads these certificates too, and fails without them.
    return named if host.startswith("tcp://") else {**named, "DOCKER_TLS": "", "DOCKER_TLS_VERIFY": ""}


def host(endpoint: str) -> str:
    """Return the URL of an endpoint; "" is the SDK's default socket."""
    return _address(endpoint).url


def connect(endpoint: str) -> APIClient:
    """Return an SDK client for an endpoint; raises EngineUnavailable with the engine's words.

    What is not a socket of this machine is reached through the docker command: it has the user's ssh configuration
    and certificates, and says the same about them in all that tempshell does.
    """
    from docker import APIClient  # noqa: PLC0415 - 50 ms, and an exec needs none of it
    from docker.errors import DockerException  # noqa: PLC0415

    address = _address(endpoint)
    _refuse_open_network(address)
    if address.scheme not in _SOCKETS:
        return _connect_by_command(endpoint)
    try:
        return APIClient(base_url=address.url or None, version="auto", timeout=_TIMEOUT)
    except DockerException as cause:
        raise unavailable(endpoint, cause) from cause


def _connect_by_command(endpoint: str) -> APIClient:
    from docker import APIClient  # noqa: PLC0415 - as above

    from tempshell_cli.backends.docker.dial import DialAdapter  # noqa: PLC0415

    client = APIClient(base_url=_DIALLED, version=_api_version(endpoint), timeout=_TIMEOUT)
    dial = Command(("docker", "system", "dial-stdio"), environment(endpoint))
    client.mount("http+docker://", DialAdapter(dial, _TIMEOUT))
    return client


def _api_version(endpoint: str) -> str:
    """Ask by the docker command, which says in plain words what is wrong with a host, a key or a certificate."""
    from tempshell_cli.core.runner import SubprocessRunner  # noqa: PLC0415 - only for other hosts

    asked = Command(("docker", "version", "--format", "{{.Server.APIVersion}}"), environment(endpoint))
    done = SubprocessRunner().run(asked, timeout=_TIMEOUT)
    if done.exit_code:
        said = strip_controls(done.stderr.decode(errors="replace")).strip() or f"no answer within {_TIMEOUT} s"
        raise unavailable(endpoint, RuntimeError(said))
    return done.stdout.decode().strip()


def unavailable(endpoint: str, cause: Exception) -> EngineUnavailable:
    """Say that an engine does not answer."""
    said = str(cause).removeprefix("Error while fetching server API version: ")
    if system := re.search(r"\w+Error\(\d+, '([^']+)'\)", said):  # deep in what the SDK has wrapped
        said = system[1]
    if "HTTPS server" in said:
        hint = _USE_TLS
    elif _speaks_tls(endpoint):
        hint = _CERTIFICATES
    else:
        hint = _JOIN if "denied" in said else _START
    return EngineUnavailable(f"the Docker engine ({endpoint}) does not answer: {said}", hint=hint)


def _speaks_tls(endpoint: str) -> bool:
    try:
        return _address(endpoint).secured
    except EngineUnavailable:
        return False


def _address(endpoint: str) -> _Address:
    """Return where an endpoint is; raises EngineUnavailable for a context that cannot be read."""
    if endpoint == DEFAULT:
        return _Address("")
    if _is_host(endpoint):
        asks_for_tls = bool(os.environ.get("DOCKER_TLS_VERIFY") or os.environ.get("DOCKER_TLS"))
        return _Address(endpoint, secured=asks_for_tls and endpoint.startswith("tcp://"))
    return _context(endpoint)


def _context(name: str) -> _Address:
    """Read a context from where the docker command keeps it.

    Not by the SDK, which finds no context where there is no ``config.json``.
    """
    from hashlib import sha256  # noqa: PLC0415 - 5 ms, and most engines need no context

    known_as = sha256(name.encode()).hexdigest()
    contexts = config_directory() / "contexts"
    try:
        docker = json.loads((contexts / "meta" / known_as / "meta.json").read_bytes())["Endpoints"]["docker"]
        own = any((contexts / "tls" / known_as / "docker").glob("*.pem"))
        return _Address(str(docker["Host"]), secured=own or bool(docker.get("SkipTLSVerify")))
    except FileNotFoundError as cause:
        raise EngineUnavailable(
            f"there is no Docker context {name!r}", hint="`docker context ls` lists them"
        ) from cause
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as cause:
        raise EngineUnavailable(
            f"the Docker context {name!r} cannot be read: {cause}", hint=f"see `docker context inspect {name}`"
        ) from cause


def _refuse_open_network(address: _Address) -> None:
    """Refuse an engine whose socket, which is root on its machine, is open to a network."""
    parts = urlsplit(address.url)
    if parts.scheme not in {"tcp", "http"} or address.secured or _is_loopback(parts.hostname or ""):
        return
    raise EngineUnavailable(f"{address.url} is an unencrypted engine beyond this machine", hint="use ssh:// or TLS")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_host(endpoint: str) -> bool:
    return "://" in endpoint


def _current_context() -> str:
    try:
        return str(json.loads((config_directory() / "config.json").read_bytes()).get("currentContext") or "")
    except (OSError, ValueError, AttributeError):
        return ""


def config_directory() -> Path:
    """Return the directory of the docker command's own configuration."""
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
