"""A registry on loopback, behind TLS, and the oras that pushes to it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.registry import find

from .certificates import Authority
from .ports import free_port, listens
from .waiting import eventually

_DIGEST = re.compile(r"^Digest: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Registry:
    """One that runs. ``environment`` is that of a user who has oras and trusts it."""

    host: str
    environment: Mapping[str, str]

    def push(self, name: str, *words: str, folder: Path) -> str:
        """Push files or directories of a folder as an artifact (``NAME:TAG``); return its digest."""
        argv = (str(find("oras")), "push", f"{self.host}/{name}", *words)
        env = {**os.environ, **self.environment}
        pushed = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=True)
        return str(_DIGEST.findall(pushed.stdout)[0])


@contextmanager
def running_registry(place: Path) -> Iterator[Registry]:
    """Run a registry whose data and certificates are in a folder."""
    place.mkdir()
    authority, port = Authority(place / "authority"), free_port()
    own = authority.server("IP:127.0.0.1")
    tls = f"{{certificate: {own}/cert.pem, key: {own}/key.pem}}"
    settings = place / "config.yml"
    settings.write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {place}/data}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}', tls: {tls}}}\n"
    )
    path = f"{Path(str(find('oras'))).parent}:{os.environ['PATH']}"
    with (
        (place / "log").open("wb") as log,
        subprocess.Popen((str(find("docker-registry")), "serve", settings), stdout=log, stderr=log) as server,
    ):
        try:
            eventually(lambda: listens(port), "the registry listens", 10)
            environment = {"PATH": path, "SSL_CERT_FILE": str(authority.certificate), "DOCKER_CONFIG": str(place)}
            yield Registry(f"127.0.0.1:{port}", environment)
        finally:
            server.terminate()
