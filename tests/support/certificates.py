"""Certificates of a certificate authority of a test's own, made by openssl."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_DAYS = 1


class Authority:
    """A certificate authority, and the folders it issues: ``ca.pem``, ``cert.pem`` and ``key.pem``, as docker has them.

    ``ca.pem`` is the authority that the owner of the folder trusts.
    """

    def __init__(self, place: Path, name: str = "tests") -> None:
        self._place = place
        self.certificate, self._key = place / "ca.pem", place / "ca-key.pem"
        place.mkdir()
        usage = "keyUsage=critical,keyCertSign,cRLSign"  # without which Python 3.13 trusts no authority
        names = ("-subj", f"/CN={name}", "-addext", usage, "-days", str(_DAYS))
        _openssl("req", "-x509", *_KEY, *names, "-keyout", self._key, "-out", self.certificate)

    def server(self, address: str) -> Path:
        """Issue the folder of a server at an address (``IP:127.0.0.1``, ``DNS:name``)."""
        return self._issue(address.replace(":", "-"), f"subjectAltName={address}", "extendedKeyUsage=serverAuth")

    def client(self, name: str = "client", *, trusts: Authority | None = None, days: int = _DAYS) -> Path:
        """Issue the folder of a client that trusts this authority, or another; a negative ``days`` is in the past."""
        folder = self._issue(name, "extendedKeyUsage=clientAuth", days=days)
        if trusts:
            shutil.copy(trusts.certificate, folder / "ca.pem")
        return folder

    def _issue(self, name: str, *extensions: str, days: int = _DAYS) -> Path:
        folder = self._place / name
        folder.mkdir()
        asked = [word for extension in extensions for word in ("-addext", extension)]
        request = folder / "request.pem"
        _openssl("req", *_KEY, "-subj", f"/CN={name}", *asked, "-keyout", folder / "key.pem", "-out", request)
        signed_by = ("-CA", self.certificate, "-CAkey", self._key, "-days", str(days), "-copy_extensions", "copyall")
        _openssl("x509", "-req", "-in", request, *signed_by, "-out", folder / "cert.pem")
        shutil.copy(self.certificate, folder / "ca.pem")
        return folder


def _openssl(*words: str | Path) -> None:
    subprocess.run(("openssl", *words), capture_output=True, check=True)
