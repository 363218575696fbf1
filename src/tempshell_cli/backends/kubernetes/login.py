"""Who one is to a cluster, as a kubeconfig's user says: a certificate, a token, or a program that knows."""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tempshell_cli.backends.kubernetes.credentials import Credentials
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.text import strip_controls

_HINT = "see that `kubectl get pods` works in that context"
_SDK_HINT = "`pip install kubernetes` beside tempshell, or log in with a credential plugin (`exec`) such as kubelogin"
_EXEC = "client.authentication.k8s.io/exec"  # the name of a cluster's extension for its plugin
_LATEST = 120.0  # seconds; a plugin may send its person to a browser


class Identity(NamedTuple):
    """What one shows: the value of the ``Authorization`` header, or certificate and key (PEM)."""

    authorization: str = ""
    certificate: str = ""
    key: str = ""


def log_in(credentials: Credentials, scratch: Path) -> Identity:
    """Return who one is now; raises EngineUnavailable with what a credential plugin complains of.

    What only the SDK knows (OIDC) is left to it, where it is installed: it is larger than all the rest of tempshell,
    and importing it takes as long as all the rest of a start.
    """
    user = credentials.user
    shown = Identity(certificate=_decoded(user, "client-certificate"), key=_decoded(user, "client-key"))
    if token := _content(user.get("tokenFile")) or user.get("token"):  # in this order, as client-go: files are renewed
        return shown._replace(authorization=f"Bearer {token}")
    if "exec" in user:
        return _ask_plugin(user["exec"], credentials)
    if "auth-provider" in user:
        return shown._replace(authorization=_by_sdk(credentials, scratch))
    if user.get("username"):  # https://datatracker.ietf.org/doc/html/rfc7617#section-2
        word = f"{user['username']}:{user.get('password') or ''}".encode()
        return shown._replace(authorization=f"Basic {base64.b64encode(word).decode('ascii')}")
    return shown


def tls_context(cluster: Mapping[str, Any], identity: Identity, scratch: Path) -> ssl.SSLContext:
    """Return what the connection is secured by; raises EngineUnavailable for what is not a certificate."""
    try:
        authority = _decoded(cluster, "certificate-authority")
        context = ssl.create_default_context(cadata=authority or None)
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)  # clusters' own authorities are simple ones
        if cluster.get("insecure-skip-tls-verify"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if identity.certificate:
            _show(context, identity, scratch)
    except (ssl.SSLError, ValueError, OSError) as cause:
        raise EngineUnavailable(f"the kubeconfig cannot be used: {cause}", hint=_HINT) from cause
    return context


def _show(context: ssl.SSLContext, identity: Identity, scratch: Path) -> None:
    """Load certificate and key. The ssl module takes files alone: one in memory, or for a moment a private one."""
    content = f"{identity.certificate}\n{identity.key}\n".encode("ascii")
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("identity"), "wb") as file:
            file.write(content)
            file.flush()
            context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
        return
    with tempfile.NamedTemporaryFile(dir=scratch) as file:  # 0600
        file.write(content)
        file.flush()
        context.load_cert_chain(file.name)


def _ask_plugin(plugin: Mapping[str, Any], credentials: Credentials) -> Identity:
    """Run a credential plugin, as kubectl does (KEP 541)."""
    interactive = sys.stdin.isatty() and sys.stderr.isatty() and plugin.get("interactiveMode") != "Never"
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = _for_plugin(credentials.cluster)
    asked = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    own = {str(one.get("name")): str(one.get("value") or "") for one in plugin.get("env") or ()}
    try:
        done = subprocess.run(
            [str(plugin.get("command") or ""), *(plugin.get("args") or ())],
            env={**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(asked)},
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if interactive else subprocess.PIPE,
            timeout=_LATEST,
            check=False,
        )
        if done.returncode:
            said = strip_controls((done.stderr or b"").decode(errors="replace")).strip()
            raise _plugin_failed(said or f"exit code {done.returncode}", plugin)
        status = json.loads(done.stdout)["status"]
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise _plugin_failed(str(cause), plugin) from cause
    except (ValueError, KeyError, TypeError) as cause:
        raise _plugin_failed("it prints no ExecCredential", plugin) from cause
    token = status.get("token")
    return Identity(
        f"Bearer {token}" if token else "",
        str(status.get("clientCertificateData") or ""),
        str(status.get("clientKeyData") or ""),
    )


def _for_plugin(cluster: Mapping[str, Any]) -> dict[str, Any]:
    config = {key: value for key, value in cluster.items() if key != "extensions"}
    own = [one["extension"] for one in cluster.get("extensions") or () if one.get("name") == _EXEC]
    return {**config, "config": own[0]} if own else config


def _plugin_failed(said: str, plugin: Mapping[str, Any]) -> EngineUnavailable:
    hint = str(plugin.get("installHint") or "").strip() or _HINT
    return EngineUnavailable(f"the credential plugin failed: {plugin.get('command')}: {said}", hint=hint)


def _by_sdk(credentials: Credentials, scratch: Path) -> str:
    name = credentials.user["auth-provider"].get("name")
    try:
        from kubernetes.client import Configuration  # noqa: PLC0415 - 0.35 s, and few kubeconfigs need it
        from kubernetes.config import ConfigException, load_kube_config_from_dict  # noqa: PLC0415
    except ImportError as cause:
        raise EngineUnavailable(
            f"the kubeconfig's auth provider {name!r} needs Kubernetes' Python client: {cause}", hint=_SDK_HINT
        ) from cause

    found = Configuration()
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        try:
            load_kube_config_from_dict(  # type: ignore[no-untyped-call]  # a gap in the SDK's types
                dict(credentials.config), client_configuration=found, persist_config=False, temp_file_path=place
            )
        except (ConfigException, OSError, ValueError) as cause:
            raise EngineUnavailable(f"the kubeconfig cannot be used: {cause}", hint=_HINT) from cause
    # The name of the header before release 37, that of the OpenAPI document since.
    tokens = [found.get_api_key_with_prefix(name) for name in ("BearerToken", "authorization")]
    if not any(tokens):
        raise EngineUnavailable(f"the kubeconfig's auth provider {name!r} gives no token", hint=_HINT)
    return str(tokens[0] or tokens[1])


def _decoded(cluster: Mapping[str, Any], name: str) -> str:
    """Return PEM data of a flattened kubeconfig, "" where there is none."""
    return base64.b64decode(cluster.get(f"{name}-data") or "").decode("ascii")


def _content(file: str | None) -> str:
    """Return the token in a file, which may have been renewed since."""
    if not file:
        return ""
    try:
        return Path(file).read_text("utf-8").strip()
    except OSError as cause:
        raise EngineUnavailable(f"the kubeconfig names {file}: {cause.strerror}", hint=_HINT) from cause
