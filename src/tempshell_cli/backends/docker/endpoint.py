"""Which Docker engine is meant, for the SDK and for the CLI alike.

What is asked for is resolved once, to an address that is kept: what DOCKER_HOST, DOCKER_CONTEXT or a context say later
makes no difference to a session that is there. An address is a URL; over tcp, how it is secured follows, and with TLS
the directory of the certificates: ``tcp://127.0.0.1:2375#plain``, ``tcp://box:2376#tlsverify=/home/me/.docker``.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tempshell_cli.backends.docker import ssh
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.core.text import strip_controls

if TYPE_CHECKING:
    from docker import APIClient

_START = "start it, choose another with --docker-context, or use --backend local"
_JOIN = "join the docker group (`sudo usermod -aG docker $USER`, then log in again)"
_USE_TLS = "it speaks TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a context with its certificates"
_CERTIFICATES = "check that it runs, and ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH or in the context"
_FORMS = "write it like unix:///run/docker.sock, ssh://me@box or tcp://127.0.0.1:2375"
_DEFAULT, _DEFAULT_SOCKET = "default", "unix:///var/run/docker.sock"
_PLAIN, _TLS, _VERIFIED = "plain", "tls", "tlsverify"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE | re.ASCII)
_CREDENTIALS = re.compile(rf"^({_SCHEME.pattern})?.*@", re.IGNORECASE | re.ASCII | re.DOTALL)
_RESOLVED = re.compile(r"(tcp://.*)#(plain|tlsverify|tls)=?(.*)", re.DOTALL)
_PORT, _TLS_PORT = 2375, 2376  # as in the docker command
_DIALLED = "unix://dialled"  # a name the SDK takes; what carries its requests is mounted
_TIMEOUT = 60  # seconds for one answer; builds and pulls stream and have their own


class _Address(NamedTuple):
    """The URL of an engine, over tcp how it is secured, and with TLS by which directory's certificates."""

    url: str
    mode: str = ""
    certificates: str = ""

    @classmethod
    def parse(cls, endpoint: str) -> _Address:
        """Read what ``str`` has written."""
        found = _RESOLVED.fullmatch(endpoint)
        return cls(*found.groups()) if found else cls(endpoint)

    def __str__(self) -> str:
        mode = f"#{self.mode}" if self.mode else ""
        return f"{self.url}{mode}{'=' if self.certificates else ''}{self.certificates}"

    @property
    def is_secured(self) -> bool:
        return self.mode in {_TLS, _VERIFIED}

    @property
    def scheme(self) -> str:
        return self.url.partition(":")[0]


def resolve(asked: str) -> str:
    """Return the address of what was asked for: a context, a host, or "" for what the docker command would use.

    The order is that command's: DOCKER_HOST, DOCKER_CONTEXT, the current context of its configuration, ``default``; and
    so are the forms of a host. Raises EngineUnavailable for what is none of them.
    """
    if _RESOLVED.fullmatch(asked):
        return str(_host(*_Address.parse(asked)))
    if ":" in asked:  # no context has one in its name
        return str(_host(asked, *_tls_of_environment()))
    set_host = os.environ.get("DOCKER_HOST", "")
    name = asked or (_DEFAULT if set_host else os.environ.get("DOCKER_CONTEXT") or _current_context() or _DEFAULT)
    return str(_host(set_host, *_tls_of_environment()) if name == _DEFAULT else _context(name))


def environment(endpoint: str) -> dict[str, str]:
    """Return what makes docker, and a program that uses it, such as kind, take this address before any other."""
    # An earlier release has kept the names of contexts.
    url, mode, certificates = _Address.parse(endpoint if ":" in endpoint else resolve(endpoint))
    return {
        "DOCKER_HOST": ssh.near(url),
        "DOCKER_CONTEXT": "",
        # Over anything but tcp docker reads these certificates too, and fails without them.
        "DOCKER_TLS": "1" if mode == _TLS else "",
        "DOCKER_TLS_VERIFY": "1" if mode == _VERIFIED else "",
        "DOCKER_CERT_PATH": certificates,
    }


def host(endpoint: str) -> str:
    """Return the URL of an address."""
    return _Address.parse(endpoint).url


def near(endpoint: str) -> str:
    """Return the URL by which an address is reached now: another one while a connection over ssh is kept."""
    return ssh.near(host(endpoint))


def connect(endpoint: str) -> APIClient:
    """Return an SDK client for an address; raises EngineUnavailable with the engine's words.

    What is not a socket of this machine is reached through the docker command: it has the user's ssh configuration
    and certificates, and says the same about them in all that tempshell does.
    """
    from docker import APIClient  # noqa: PLC0415 - 50 ms, and an exec needs none of it
    from docker.errors import DockerException  # noqa: PLC0415

    address = _Address.parse(endpoint)
    _refuse_open_network(address)
    if address.scheme == "ssh":
        ssh.keep(address.url)
    url = ssh.near(address.url)
    if not url.startswith("unix://"):
        return _connect_by_command(endpoint)
    try:
        return APIClient(base_url=url, version="auto", timeout=_TIMEOUT)
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
    elif _Address.parse(endpoint).is_secured:
        hint = _CERTIFICATES
    else:
        hint = _JOIN if "denied" in said else _START
    return EngineUnavailable(f"the Docker engine ({host(endpoint)}) does not answer: {said}", hint=hint)


def without_password(url: str) -> str:
    """Return a URL without what stands before its last ``@``: user and password, however badly they are quoted."""
    return _CREDENTIALS.sub(r"\1", url)


def _host(asked: str, mode: str, certificates: str = "") -> _Address:
    """Return the address of a host, over tcp with that mode; raises EngineUnavailable.

    The forms are those of the docker command (github.com/docker/cli, opts/hosts.go): without a scheme it is tcp, and
    what is missing is that of the default.
    """
    text = asked.strip() or _DEFAULT_SOCKET
    has_scheme = _SCHEME.match(text)
    scheme, rest = (has_scheme[1], text[has_scheme.end() :]) if has_scheme else ("tcp", text)
    shown = without_password(text)
    user, at, _ = rest.rpartition("@")
    # By hand: for a URL's own rules a password ends with its first slash, and is a part of the path from there.
    is_path = scheme == "unix" and rest.startswith("/")
    if not is_path and (":" in user or (at and scheme == "tcp")):
        raise EngineUnavailable(
            f"the Docker host {shown} must not have a password in it", hint="use a key with ssh, or TLS with tcp"
        )
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        raise EngineUnavailable(f"the Docker host {shown} cannot be read", hint=_FORMS) from None
    if scheme == "npipe":
        raise EngineUnavailable(f"{shown} is a pipe of Windows: tempshell runs where Docker has a socket", hint=_FORMS)
    if scheme == "unix":
        return _Address(text if rest else _DEFAULT_SOCKET)
    if scheme == "ssh" and name:
        return _Address(text)
    if scheme != "tcp":
        raise EngineUnavailable(f"{shown} is not a Docker host", hint=_FORMS)
    name = f"[{name}]" if ":" in name else name
    address = _Address("", mode, os.path.abspath(certificates) if mode != _PLAIN else "")  # noqa: PTH100 - a link may move
    standard = _TLS_PORT if address.is_secured else _PORT
    return address._replace(url=f"tcp://{name or '127.0.0.1'}:{port or standard}{parts.path}")


def _tls_of_environment() -> tuple[str, str]:
    """Return the mode for a host over tcp that the environment asks for, and the certificates."""
    verified, certificates = os.environ.get("DOCKER_TLS_VERIFY"), os.environ.get("DOCKER_CERT_PATH")
    mode = _VERIFIED if verified else _TLS if os.environ.get("DOCKER_TLS") else _PLAIN
    return mode, certificates or str(config_directory())


def _context(name: str) -> _Address:
    """Read a context from where the docker command keeps it.

    Not by the SDK, which finds no context where there is no ``config.json``.
    """
    from hashlib import sha256  # noqa: PLC0415 - 5 ms, and most engines need no context

    known_as = sha256(name.encode()).hexdigest()
    contexts = config_directory() / "contexts"
    try:
        docker = json.loads((contexts / "meta" / known_as / "meta.json").read_bytes())["Endpoints"]["docker"]
        certificates = contexts / "tls" / known_as / "docker"
        verified = _VERIFIED if any(certificates.glob("*.pem")) else _PLAIN
        return _host(str(docker["Host"]), _TLS if docker.get("SkipTLSVerify") else verified, str(certificates))
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
    if address.scheme != "tcp" or address.is_secured or _is_loopback(urlsplit(address.url).hostname or ""):
        return
    raise EngineUnavailable(f"{address.url} is an unencrypted engine beyond this machine", hint="use ssh:// or TLS")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _current_context() -> str:
    try:
        return str(json.loads((config_directory() / "config.json").read_bytes()).get("currentContext") or "")
    except (OSError, ValueError, AttributeError):
        return ""


def config_directory() -> Path:
    """Return the directory of the docker command's own configuration."""
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
