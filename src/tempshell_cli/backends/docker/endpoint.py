"""Which Docker engine is meant, for the SDK and for the CLI alike."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.core.text import strip_controls

if TYPE_CHECKING:
    from docker import APIClient
    from docker.tls import TLSConfig

_START = "start it, choose another with --docker-context, or use --backend local"
DEFAULT = "default"
_DIALLED = "unix://dialled"  # a name the SDK takes; what carries its requests is mounted
_TIMEOUT = 60  # seconds for one answer; builds and pulls stream and have their own


def resolve(endpoint: str) -> str:
    """Return a context name or a host URL for what was asked for; "" means what the docker CLI would use.

    The order is the CLI's: DOCKER_HOST, DOCKER_CONTEXT, the current context of its config file, ``default``.
    """
    if endpoint:
        return endpoint
    return os.environ.get("DOCKER_HOST") or os.environ.get("DOCKER_CONTEXT") or _current_context() or DEFAULT


def cli(endpoint: str) -> tuple[str, ...]:
    """Return the docker command for an endpoint."""
    return ("docker", "--host", endpoint) if _is_host(endpoint) else ("docker", "--context", endpoint)


def host(endpoint: str) -> str:
    """Return the URL of an endpoint; "" is the SDK's default socket."""
    return _address(endpoint)[0]


def environment(endpoint: str) -> dict[str, str]:
    """Return what makes a program that uses the docker command, such as kind, use this endpoint."""
    host, context = (endpoint, "") if _is_host(endpoint) else ("", endpoint)
    return {"DOCKER_HOST": host, "DOCKER_CONTEXT": context}


def connect(endpoint: str) -> APIClient:
    """Return an SDK client for an endpoint; raises EngineUnavailable with the engine's words."""
    from docker import APIClient  # noqa: PLC0415 - 50 ms, and an exec needs none of it
    from docker.errors import DockerException  # noqa: PLC0415

    host, tls = _address(endpoint)
    _refuse_open_network(host, secured=bool(tls))
    if host.startswith("ssh://"):
        return _connect_over_ssh(endpoint)
    try:
        return APIClient(base_url=host or None, tls=tls or False, version="auto", timeout=_TIMEOUT)
    except DockerException as cause:
        raise unavailable(endpoint, cause) from cause


def _connect_over_ssh(endpoint: str) -> APIClient:
    from docker import APIClient  # noqa: PLC0415 - as above

    from tempshell_cli.backends.docker.dial import DialAdapter  # noqa: PLC0415

    client = APIClient(base_url=_DIALLED, version=_api_version(endpoint), timeout=_TIMEOUT)
    client.mount("http+docker://", DialAdapter(cli(endpoint), _TIMEOUT))
    return client


def _api_version(endpoint: str) -> str:
    """Ask by the CLI, which says in plain words what is wrong with a host or a key."""
    asked = Command((*cli(endpoint), "version", "--format", "{{.Server.APIVersion}}"))
    from tempshell_cli.core.runner import SubprocessRunner  # noqa: PLC0415 - only over ssh

    told = SubprocessRunner().run(asked, timeout=_TIMEOUT)
    if told.exit_code:
        raise unavailable(endpoint, RuntimeError(strip_controls(told.stderr.decode(errors="replace")).strip()))
    return told.stdout.decode().strip()


def unavailable(endpoint: str, cause: Exception) -> EngineUnavailable:
    """Say that an engine does not answer."""
    said = str(cause).removeprefix("Error while fetching server API version: ")
    if system := re.search(r"\w+Error\(\d+, '([^']+)'\)", said):  # deep in what the SDK has wrapped
        said = system[1]
    hint = "join the docker group (`sudo usermod -aG docker $USER`, then log in again)" if "denied" in said else _START
    return EngineUnavailable(f"the Docker engine ({endpoint}) does not answer: {said}", hint=hint)


def _address(endpoint: str) -> tuple[str, TLSConfig | None]:
    """Return the URL of an endpoint ("" is the SDK's default socket) and its certificates, if it has any."""
    if endpoint == DEFAULT:
        return "", None
    if _is_host(endpoint):
        from docker.utils import kwargs_from_env  # noqa: PLC0415 - as above

        return endpoint, kwargs_from_env({**os.environ, "DOCKER_HOST": endpoint}).get("tls")
    from docker.context import ContextAPI  # noqa: PLC0415 - as above

    context = ContextAPI.get_context(endpoint)
    if context is None:
        raise EngineUnavailable(f"there is no Docker context {endpoint!r}", hint="`docker context ls` lists them")
    return str(context.Host), context.TLSConfig


def _refuse_open_network(host: str, *, secured: bool) -> None:
    """Refuse an engine whose socket, which is root on its machine, is open to a network."""
    parts = urlsplit(host)
    if parts.scheme not in {"tcp", "http"} or secured or _is_loopback(parts.hostname or ""):
        return
    raise EngineUnavailable(f"{host} is an unencrypted engine beyond this machine", hint="use ssh:// or TLS")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_host(endpoint: str) -> bool:
    return "://" in endpoint


def _current_context() -> str:
    directory = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        return str(json.loads((directory / "config.json").read_bytes()).get("currentContext") or "")
    except (OSError, ValueError, AttributeError):
        return ""
