"""Which of the user's proxies a sandbox is given: their addresses, never the user name and password in them.

A learner reads the environment of a container, and the administrator of a kind cluster that of its nodes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tempshell_cli.backends.base import Report
from tempshell_cli.backends.docker import endpoint as endpoints
from tempshell_cli.core.errors import UsageProblem

# As the docker command reads them: https://docs.docker.com/engine/cli/proxy/
_KEYS = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
    "noProxy": "NO_PROXY",
}
_OF_KIND = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_DEFAULT_HOST = "unix:///var/run/docker.sock"


def for_container(host: str, report: Report) -> dict[str, str]:
    """Return the variables that `docker run` would set in a container on that engine, without passwords.

    ``host`` is the URL of the engine, "" for the default socket.
    """
    return _both_cases(_without_passwords(_configured(host), report))


def for_kind(host: str, report: Report) -> dict[str, str]:
    """Return what the kind command is run with: the environment's proxies, else those of Docker's configuration.

    kind gives them to its nodes, and exempts the cluster's own names and networks. Raises UsageProblem for what the
    docker command, which kind runs, would give a node with its password.
    """
    configured = _configured(host)
    for name in configured.keys() - set(_OF_KIND):
        if endpoints.without_password(configured[name]) != configured[name]:
            raise UsageProblem(
                f"{name} in Docker's config.json has a password, which the nodes of the cluster would be given",
                hint="take it out, or name another configuration with DOCKER_CONFIG",
            )
    wanted = {name: os.environ.get(name) or os.environ.get(name.lower()) or configured.get(name) for name in _OF_KIND}
    return _both_cases(_without_passwords({name: value for name, value in wanted.items() if value}, report))


def of_node(environment: list[str], *direct: str) -> dict[str, str]:
    """Return the proxies of a node's environment (``NAME=VALUE``), for a container on its network.

    ``direct`` are the hosts that are reached without one, beyond those that kind has named.
    """
    variables = dict(pair.partition("=")[::2] for pair in environment)
    found = {name: variables[name] for name in _KEYS.values() if variables.get(name)}
    if not found:
        return {}
    exempt = [*found.get("NO_PROXY", "").split(","), "localhost", "127.0.0.1", "::1", ".cluster.local", *direct]
    return _both_cases({**found, "NO_PROXY": ",".join(dict.fromkeys(filter(None, exempt)))})


def _configured(host: str) -> dict[str, str]:
    """Return the proxies that Docker's config.json has for an engine, or for all; none where it cannot be read."""
    with suppress(OSError, ValueError, AttributeError, TypeError):
        known = json.loads((endpoints.config_directory() / "config.json").read_bytes()).get("proxies") or {}
        chosen: Mapping[str, Any] = known.get(host or _DEFAULT_HOST) or known.get("default") or {}
        return {name: str(chosen[key]) for key, name in _KEYS.items() if chosen.get(key)}
    return {}


def _without_passwords(proxies: Mapping[str, str], report: Report) -> dict[str, str]:
    bare = {name: endpoints.without_password(value) for name, value in proxies.items()}
    if bare != proxies:
        with report("leaving out the password of the proxy: the sandbox is given its address alone"):
            pass
    return bare


def _both_cases(proxies: Mapping[str, str]) -> dict[str, str]:
    return {**proxies, **{name.lower(): value for name, value in proxies.items()}}
