"""An admission webhook that denies, on this machine, where a kind cluster's API server can ask it."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .pods import kubectl

NO = "no shells on Fridays"


class Guard:
    """Where the webhook is to be asked, and by whose certificate it is known."""

    def __init__(self, url: str, certificate: bytes) -> None:
        self._client = {"url": url, "caBundle": base64.b64encode(certificate).decode()}

    @contextmanager
    def over(self, namespace: str, resource: str, *, group: str = "") -> Iterator[None]:
        """Have the making of such objects in the namespace denied, as long as the block lasts."""
        kubectl("label", "namespace", namespace, f"guarded={namespace}")
        kubectl("create", "-f", "-", stdin=json.dumps(self._configuration(namespace, resource, group)))
        try:
            yield
        finally:
            kubectl("delete", "validatingwebhookconfiguration", namespace)

    def _configuration(self, namespace: str, resource: str, group: str) -> object:
        rule = {"apiGroups": [group], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": [resource]}
        webhook = {
            "name": "guard.tempshell.test",
            "clientConfig": self._client,
            "namespaceSelector": {"matchLabels": {"guarded": namespace}},
            "rules": [rule],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "timeoutSeconds": 5,
        }
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": namespace},
            "webhooks": [webhook],
        }


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        review["response"] = {"uid": review["request"]["uid"], "allowed": False, "status": {"message": NO}}
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
    told = subprocess.run(shown, capture_output=True, text=True, check=False).stdout.split()
    addresses = [one for one in told if "." in one]
    if not addresses:
        pytest.skip("no kind network here whose nodes could ask a webhook")
    return addresses[0]
