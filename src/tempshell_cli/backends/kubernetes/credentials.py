"""Kubeconfigs: the user's own, which is read and never written, and the private copies that sessions keep.

A copy is minified to one context and flattened, so that neither a change of the current context nor the loss of
~/.kube/config loses a session. It also says which cluster it led to.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths

FOLDER = "kubeconfig"
_IN_CLUSTER = "in-cluster"
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_EXTENSION = "io.tempshell/cluster"
_SESSION = re.compile(r"[a-z0-9]{1,40}", re.ASCII)  # becomes a file's name, and comes from labels


class Credentials(NamedTuple):
    """The way to one cluster: a kubeconfig of one context. ``identity`` is the cluster's, "" while nobody has asked."""

    context: str
    config: Mapping[str, Any]
    identity: str = ""

    @property
    def cluster(self) -> Mapping[str, Any]:
        """What the kubeconfig says of the cluster: server, certificate authority, proxy."""
        return dict(self.config["clusters"][0]["cluster"])

    @property
    def user(self) -> Mapping[str, Any]:
        """What it says of the user; nothing where there is none."""
        users = self.config.get("users") or [{"user": {}}]
        return dict(users[0]["user"] or {})

    def leads_where(self, other: Credentials) -> bool:
        """Tell whether both name the same server, known by the same authority."""
        keys = ("server", "certificate-authority-data")
        return [self.cluster.get(key) for key in keys] == [other.cluster.get(key) for key in keys]


def kubeconfig_files() -> list[Path]:
    """Return the user's kubeconfigs that are there, as kubectl looks for them."""
    named = [Path(one) for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    return [file for file in named or [Path.home() / ".kube" / "config"] if file.is_file()]


def contexts() -> dict[str, Mapping[str, Any]]:
    """Return the contexts of the user's kubeconfigs, each with its cluster; a file nobody can read has none."""
    read = [_parsed(file) for file in kubeconfig_files()]
    clusters = {one["name"]: one.get("cluster") or {} for config in reversed(read) for one in _list(config, "clusters")}
    return {
        one["name"]: clusters.get((one.get("context") or {}).get("cluster"), {})
        for config in reversed(read)
        for one in _list(config, "contexts")
    }


def current_context() -> str:
    """Return the current context of the user's kubeconfigs, "" where there is none."""
    named = (str(_parsed(file).get("current-context") or "") for file in kubeconfig_files())
    return next((name for name in named if name), "")


def read(context: str, other: Path | None = None) -> Credentials:
    """Return the user's way to a context, as kubectl reads it; raises EngineUnavailable.

    ``other`` is a kubeconfig beside the user's: the one that was written last goes first.
    """
    files = kubeconfig_files()
    if other and other.is_file():
        newer = all(other.stat().st_mtime > file.stat().st_mtime for file in files)
        files = [other, *files] if newer else [*files, other]
    if not files and (inside := _of_this_pod()) and context in {"", inside.context}:
        return inside
    if not files:
        raise EngineUnavailable("there is no kubeconfig", hint="put one at ~/.kube/config, or set KUBECONFIG")
    asked = ("--raw", "--flatten", "--minify", "--output", "json", *(("--context", context) if context else ()))
    shown = kubectl.output("config", "view", *asked, env={"KUBECONFIG": os.pathsep.join(map(str, files))})
    config = json.loads(shown)
    return Credentials(config["current-context"], config)


def _of_this_pod() -> Credentials | None:
    """Return the way to the cluster that this machine is a pod of, by its service account; None where it is none.

    As kubectl has it without a kubeconfig: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
    """
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    token, authority = _SERVICE_ACCOUNT / "token", _SERVICE_ACCOUNT / "ca.crt"
    if not host or not token.is_file() or not authority.is_file():
        return None
    cluster = {
        "server": f"https://{f'[{host}]' if ':' in host else host}:{port}",
        "certificate-authority-data": base64.b64encode(authority.read_bytes()).decode(),
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": _IN_CLUSTER,
        "contexts": [{"name": _IN_CLUSTER, "context": {"cluster": _IN_CLUSTER, "user": _IN_CLUSTER}}],
        "clusters": [{"name": _IN_CLUSTER, "cluster": cluster}],
        "users": [{"name": _IN_CLUSTER, "user": {"tokenFile": str(token)}}],
    }
    return Credentials(_IN_CLUSTER, config)


class Kept:
    """The private copies, one a session, in the user's state directory."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    @property
    def folder(self) -> Path:
        """Where the copies lie; it need not be there yet."""
        return self._paths.state / FOLDER

    def path(self, session: str) -> Path:
        """Return where a session's copy lies."""
        return self.folder / f"{session}.json"

    def of(self, session: str) -> Credentials | None:
        """Return a session's copy, if it has one."""
        return _load(self.path(session)) if _SESSION.fullmatch(session) else None

    def all(self) -> Iterator[tuple[str, Credentials]]:
        """Yield every copy, by session."""
        for file in sorted(self.folder.glob("*.json")):
            if found := _load(file):
                yield file.stem, found

    def put(self, session: str, credentials: Credentials) -> None:
        """Keep a copy, readable by its owner alone, whole or not at all."""
        folder = self._paths.private(FOLDER)
        told = {"name": _EXTENSION, "extension": {"identity": credentials.identity}}
        content = json.dumps({**credentials.config, "extensions": [told]})
        if self.path(session).exists() and self.path(session).read_text("utf-8") == content:
            return
        from tempfile import mkstemp  # noqa: PLC0415 - an exec keeps nothing

        fd, name = mkstemp(dir=folder)  # 0600
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        Path(name).replace(self.path(session))

    def drop(self, session: str) -> None:
        """Forget a session's copy."""
        if _SESSION.fullmatch(session):
            self.path(session).unlink(missing_ok=True)

    def scratch(self) -> Path:
        """Return a private directory for what has to be a file for a moment."""
        return self._paths.private(FOLDER)


def _load(file: Path) -> Credentials | None:
    try:
        config = json.loads(file.read_text("utf-8"))
        identity = next((one["extension"]["identity"] for one in config.get("extensions", ())), "")
        return Credentials(config["current-context"], config, identity)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _parsed(file: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - an exec needs none of it

    from tempshell_cli.core import yaml_events  # noqa: PLC0415 - as above

    try:
        found = yaml_events.load(file.read_bytes())
    except (OSError, yaml.YAMLError):
        return {}  # kubectl, which reads it next, says what is wrong
    return found if isinstance(found, dict) else {}


def _list(config: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    return [one for one in config.get(key) or () if isinstance(one, dict) and "name" in one]
