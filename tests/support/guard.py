"""An admission webhook that denies or adds, on this machine, where a kind cluster's API server can ask it."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from .pods import kubectl

NO = "no shells on Fridays"


class Guard:
    """Where the webhook is to be asked, and by whose certificate it is known."""

    def __init__(self, url: str, certificate: bytes) -> None:
        self._url = url
        self._authority = base64.b64encode(certificate).decode()

    @contextmanager
    def over(self, namespace: str, resource: str, *, group: str = "") -> Iterator[None]:
        """Have the making of such objects in the namespace denied, as long as the block lasts."""
        kubectl("label", "namespace", namespace, f"guarded={namespace}")
        selected = {"namespaceSelector": {"matchLabels": {"guarded": namespace}}}
        with self._asked("Validating", namespace, "", {"resources": [resource], "apiGroups": [group]}, selected):
            yield

    @contextmanager
    def adding(self, container: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[None]:
        """Have a container added to every pod with these labels, as a service mesh does, as long as the block lasts."""
        name = f"adding-{uuid.uuid4().hex[:8]}"
        patch = [{"op": "add", "path": "/spec/containers/0", "value": container}]
        path = base64.urlsafe_b64encode(json.dumps(patch).encode()).decode()
        pods = {"resources": ["pods"], "apiGroups": [""]}
        with self._asked("Mutating", name, path, pods, {"objectSelector": {"matchLabels": dict(labels)}}):
            yield

    @contextmanager
    def _asked(
        self, kind: str, name: str, path: str, what: Mapping[str, Any], selected: Mapping[str, Any]
    ) -> Iterator[None]:
        kubectl("create", "-f", "-", stdin=json.dumps(self._configuration(kind, name, path, what, selected)))
        try:
            yield
        finally:
            kubectl("delete", f"{kind.lower()}webhookconfiguration", name)

    def _configuration(
        self, kind: str, name: str, path: str, what: Mapping[str, Any], selected: Mapping[str, Any]
    ) -> object:
        webhook = {
            "name": "guard.tempshell.test",
            "clientConfig": {"url": self._url + path, "caBundle": self._authority},
            **selected,
            "rules": [{"apiVersions": ["v1"], "operations": ["CREATE"], **what}],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "timeoutSeconds": 5,
        }
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": f"{kind}WebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [webhook],
        }


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = {"uid": review["request"]["uid"]}
        if patch := urlsplit(self.path).path.strip("/"):  # the server adds a query
            decoded = base64.urlsafe_b64decode(patch)
            added = {"patchType": "JSONPatch", "patch": base64.b64encode(decoded).decode()}
            review["response"] = {**asked, "allowed": True, **added}
        else:
            review["response"] = {**asked, "allowed": False, "status": {"message": NO}}
        said = json.dumps(review).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def guarding(folder: Path) -> Iterator[Guard]:
    """Answer for the block; skips the test where kind's network is not to be found."""
    address = _gateway()
    key, certificate = folder / "guard.key", folder / "guard.crt"
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=guard")
    out = ("-keyout", str(key), "-out", str(certificate), "-addext", f"subjectAltName=IP:{address}")
    subprocess.run((*made, *out), check=True, capture_output=True)
    server = ThreadingHTTPServer((address, 0), _Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Guard(f"https://{address}:{server.server_port}/", certificate.read_bytes())
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _gateway() -> str:
    """Return this machine's address on the network of kind's nodes."""
    shown = ("docker", "network", "inspect", "kind", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{end}}")
    output = subprocess.run(shown, capture_output=True, text=True, check=False).stdout.split()
    addresses = [one for one in output if "." in one]
    if not addresses:
        pytest.skip("no kind network here whose nodes could ask a webhook")
    return addresses[0]
