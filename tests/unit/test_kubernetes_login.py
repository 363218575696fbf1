"""Who one is to a cluster: what a kubeconfig's user tells, and what becomes of it where that fails."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.kubernetes.credentials import Credentials
from tempshell_cli.backends.kubernetes.login import log_in
from tempshell_cli.core.errors import EngineUnavailable

API = "client.authentication.k8s.io/v1"


def _credentials(**user: Any) -> Credentials:  # noqa: ANN401 - fields of a kubeconfig's user
    cluster = {"server": "https://x:6443", "certificate-authority-data": "Y2E="}
    config = {
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": "me", "user": user}],
    }
    return Credentials("lab", config)


def _plugin(folder: Path, script: str, **more: object) -> Credentials:
    program = folder / "plugin"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return _credentials(exec={"apiVersion": API, "command": str(program), **more})


def test_a_token_is_shown(tmp_path: Path) -> None:
    assert log_in(_credentials(token="abc"), tmp_path).authorization == "Bearer abc"  # noqa: S106 - no password


def test_a_token_file_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for token in ("one", "two"):
        file.write_text(f"{token}\n")
        assert log_in(_credentials(tokenFile=str(file)), tmp_path).authorization == f"Bearer {token}"
    file.unlink()
    with pytest.raises(EngineUnavailable, match="token"):
        log_in(_credentials(tokenFile=str(file)), tmp_path)


def test_a_certificate_is_taken_from_the_kubeconfig(tmp_path: Path) -> None:
    shown = log_in(_credentials(**{"client-certificate-data": "Y2VydA==", "client-key-data": "a2V5"}), tmp_path)
    assert shown == ("", "cert", "key")


def test_nobody_in_particular_shows_nothing(tmp_path: Path) -> None:
    assert log_in(_credentials(), tmp_path) == ("", "", "")


def test_a_plugin_is_reported_what_it_needs_and_its_token_is_shown(tmp_path: Path) -> None:
    script = (
        f'printf "%s" "$KUBERNETES_EXEC_INFO" > {tmp_path}/told; printf "%s %s" "$1" "$REGION" > {tmp_path}/called; '
        'echo \'{"status": {"token": "of-the-plugin"}}\''
    )
    asked = _plugin(tmp_path, script, args=["get"], env=[{"name": "REGION", "value": "eu"}], provideClusterInfo=True)
    assert log_in(asked, tmp_path).authorization == "Bearer of-the-plugin"
    output = json.loads((tmp_path / "told").read_text())
    assert (output["kind"], output["apiVersion"]) == ("ExecCredential", API)
    assert output["spec"]["cluster"]["server"] == "https://x:6443"
    assert (tmp_path / "called").read_text() == "get eu"


def test_a_plugin_may_give_a_certificate(tmp_path: Path) -> None:
    status = {"status": {"clientCertificateData": "cert", "clientKeyData": "key"}}
    assert log_in(_plugin(tmp_path, f"echo '{json.dumps(status)}'"), tmp_path) == ("", "cert", "key")


@pytest.mark.parametrize(
    ("script", "said"), [("echo log in first >&2; exit 3", "log in first"), ("echo hello", "ExecCredential")]
)
def test_a_plugin_that_fails_is_quoted(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(EngineUnavailable, match=said):
        log_in(_plugin(tmp_path, script), tmp_path)


def test_a_plugin_that_is_missing_comes_with_how_to_install_it(tmp_path: Path) -> None:
    asked = _credentials(exec={"apiVersion": API, "command": "no-such-plugin", "installHint": "get it from x"})
    with pytest.raises(EngineUnavailable, match="no-such-plugin") as failed:
        log_in(asked, tmp_path)
    assert failed.value.hint == "get it from x"


def test_a_password_is_sent_as_basic_authentication(tmp_path: Path) -> None:
    shown = log_in(_credentials(username="me", password="secret"), tmp_path)  # noqa: S106 - as above
    assert shown.authorization == "Basic bWU6c2VjcmV0"


def test_an_auth_provider_is_left_to_the_sdk() -> None:
    """In a process of its own: the SDK is imported for that, and for nothing else."""
    code = (
        "import sys; from pathlib import Path; from tempshell_cli.backends.kubernetes.login import log_in; "
        "from tests.unit.test_kubernetes_login import _credentials, _of_provider; "
        "log_in(_credentials(token='x'), Path('.')); assert 'kubernetes' not in sys.modules; "
        "print(log_in(_of_provider(sys.argv[1]), Path('.')).authorization)"
    )
    token = _id_token(time.time() + 3600)
    done = subprocess.run((sys.executable, "-c", code, token), capture_output=True, text=True, check=False)
    assert done.stdout == f"Bearer {token}\n", done.stderr


def test_where_the_sdk_is_not_installed_an_auth_provider_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)  # as Python marks what cannot be imported
    with pytest.raises(EngineUnavailable, match="'oidc' needs Kubernetes' Python client") as refused:
        log_in(_of_provider("x"), tmp_path)
    assert "pip install kubernetes" in refused.value.hint


def test_an_auth_provider_that_gives_no_token_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="'ldap' gives no token"):
        log_in(_credentials(**{"auth-provider": {"name": "ldap"}}), tmp_path)


def _of_provider(token: str) -> Credentials:
    settings = {"id-token": token, "idp-issuer-url": "https://issuer.invalid"}
    return _credentials(**{"auth-provider": {"name": "oidc", "config": settings}})


def _id_token(expires: float) -> str:
    """Return an unsigned JSON Web Token that is valid until then, in seconds since the epoch (RFC 7519)."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, {"exp": int(expires)})]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "signature"])
