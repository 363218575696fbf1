"""Kubeconfigs: the user's own, which is read and never written, and the private copies that sessions keep.

A copy is minified to one context and flattened, so that neither a change of the current context nor the loss of
~/.kube/config loses a session. It also says which cluster it led to.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths

FOLDER = "kubeconfig"
_IN_CLUSTER = "in-cluster"
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_EXTENSION = "io.tempshell/cluster"
_LOOK = "correct it until `kubectl config view --minify` shows the context"
_NO_TEXT = re.compile(r"cannot unmarshal (?:number|bool) into Go struct field \w+\.([\w.-]+) of type string")
_SESSION = re.compile(r"[a-z0-9]{1,40}", re.ASCII)  # becomes a file's name, and comes from labels


class Credentials(NamedTuple):
    """The way to one cluster: a kubeconfig of one context.

    ``identity`` is the cluster's, "" while nobody has asked. ``sources`` are the files that it was read from, each with
    when it was changed last (ns). ``moved`` says of a copy that its context leads to another cluster by now.
    """

    context: str
    config: Mapping[str, Any]
    identity: str = ""
    sources: Mapping[str, int] = MappingProxyType({})
    moved: bool = False

    def is_current(self) -> bool:
        """Return whether the user's kubeconfigs, and the files that they name, are as they were."""
        known = {str(file) for file in kubeconfig_files()} <= self.sources.keys()
        return known and all(_changed(file) == changed for file, changed in self.sources.items())

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
        """Return whether both name the same server, known by the same authority."""
        keys = ("server", "certificate-authority-data")
        return [self.cluster.get(key) for key in keys] == [other.cluster.get(key) for key in keys]


def kubeconfig_files() -> list[Path]:
    """Return the user's kubeconfigs that are there, as kubectl looks for them."""
    named = [Path(one) for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    return [file for file in named or [Path.home() / ".kube" / "config"] if file.is_file()]


def contexts() -> dict[str, Mapping[str, Any]]:
    """Return the contexts of the user's kubeconfigs, each with its cluster; what cannot be read is left out."""
    read = [_parsed(file) for file in kubeconfig_files()]
    clusters = {one["name"]: _map(one, "cluster") for config in reversed(read) for one in _list(config, "clusters")}
    return {
        one["name"]: clusters.get(str(_map(one, "context").get("cluster")), {})
        for config in reversed(read)
        for one in _list(config, "contexts")
    }


def current_context() -> str:
    """Return the current context of the user's kubeconfigs, "" where there is none."""
    named = (_parsed(file).get("current-context") for file in kubeconfig_files())
    return next((name for name in named if name and isinstance(name, str)), "")


def refuse_unreadable() -> None:
    """Raise EngineUnavailable, with kubectl's words, where kubectl refuses the user's kubeconfigs."""
    _view(kubeconfig_files())


def read(context: str, other: Path | None = None) -> Credentials:
    """Return the user's way to a context, as kubectl reads it; raises EngineUnavailable.

    ``other`` is a kubeconfig next to the user's: the one that was written last goes first.
    """
    files = kubeconfig_files()
    if other and other.is_file():
        newer = all(other.stat().st_mtime > file.stat().st_mtime for file in files)
        files = [other, *files] if newer else [*files, other]
    if not files and (inside := _of_this_pod()) and context in {"", inside.context}:
        return inside
    if not files:
        raise EngineUnavailable("there is no kubeconfig", hint="put one at ~/.kube/config, or set KUBECONFIG")
    sources = _sources(files)  # before they are read: what changes meanwhile is seen the next time
    config = json.loads(_view(files, "--raw", "--flatten", "--minify", *(("--context", context) if context else ())))
    name = config["current-context"]
    if not _list(config, "clusters") or not _map(config["clusters"][0], "cluster").get("server"):
        raise EngineUnavailable(f"context {name} of the kubeconfig names no cluster with a server", hint=_LOOK)
    return Credentials(name, config, sources=sources)


def sources() -> Mapping[str, int]:
    """Return what ``Credentials.sources`` has of the user's kubeconfigs as they are now."""
    return _sources(kubeconfig_files())


def _sources(files: Sequence[Path]) -> dict[str, int]:
    """Return the kubeconfigs, and the certificates and keys that they name, with when each was changed last."""
    named = [
        file.parent / part[key]
        for file in files
        for config in (_parsed(file),)
        for part in (
            *(_map(one, "cluster") for one in _list(config, "clusters")),
            *(_map(one, "user") for one in _list(config, "users")),
        )
        for key in ("certificate-authority", "client-certificate", "client-key")
        if isinstance(part.get(key), str)
    ]
    return {str(file): _changed(str(file)) for file in (*files, *named)}


def _changed(file: str) -> int:
    try:
        return Path(file).stat().st_mtime_ns
    except OSError:
        return 0


def _view(files: Sequence[Path], *options: str) -> bytes:
    """Return what `kubectl config view` makes of the files, as JSON."""
    named = {"KUBECONFIG": os.pathsep.join(map(str, files))}
    try:
        return kubectl.output("config", "view", *options, "--output", "json", env=named)
    except EngineUnavailable as cause:
        raise EngineUnavailable(str(cause), hint=_quotes_missing(str(cause), files) or _LOOK) from cause


def _quotes_missing(said: str, files: Sequence[Path]) -> str:
    """Return which value kubectl's words are about, where it takes a number or a truth value for a text."""
    found = _NO_TEXT.search(said)
    if not found:
        return ""
    path = found[1].split(".")
    values = [one for file in files for one in _values(_parsed(file), path) if not isinstance(one, str)]
    shown = [f'"{str(one).lower()}"' for one in values if path[0] != "users"]  # what users have is secret
    return f"put the value of {found[1]} in quotes{': ' if shown else ''}{', '.join(shown)}"


def _values(config: object, path: Sequence[str]) -> Iterator[object]:
    """Yield what is at a path of keys; of a list, in each of its items."""
    if isinstance(config, list):
        for one in config:
            yield from _values(one, path)
    elif not path:
        yield config
    elif isinstance(config, dict) and path[0] in config:
        yield from _values(config[path[0]], path[1:])


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


class KubeconfigStore:
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
        own = {"identity": credentials.identity, "sources": dict(credentials.sources), "moved": credentials.moved}
        extension = {"name": _EXTENSION, "extension": own}
        content = json.dumps({**credentials.config, "extensions": [extension]})
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
        own: dict[str, Any] = next(
            (one["extension"] for one in config.get("extensions", ()) if one["name"] == _EXTENSION), {}
        )
        sources = {str(file): int(changed) for file, changed in (own.get("sources") or {}).items()}
        moved = bool(own.get("moved"))
        return Credentials(config["current-context"], config, own.get("identity", ""), sources, moved)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _parsed(file: Path) -> Mapping[str, Any]:
    return _parsed_as_of(file, _changed(str(file)))


@cache
def _parsed_as_of(file: Path, changed: int) -> Mapping[str, Any]:
    """Read a file as it was changed last: a large one takes long, and is asked about again and again."""
    del changed
    import yaml  # noqa: PLC0415 - an exec needs none of it

    from tempshell_cli.core import yaml_events  # noqa: PLC0415 - as above

    try:
        found = yaml_events.load(file.read_bytes())
    except (OSError, yaml.YAMLError):
        return {}  # kubectl, which reads it next, says what is wrong
    return found if isinstance(found, dict) else {}


def _list(config: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the entries of a list that have a name; kubectl, which reads it next, says what is wrong with others."""
    entries = config.get(key)
    named = entries if isinstance(entries, list) else []
    return [one for one in named if isinstance(one, dict) and isinstance(one.get("name"), str)]


def _map(entry: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = entry.get(key)
    return found if isinstance(found, dict) else {}
