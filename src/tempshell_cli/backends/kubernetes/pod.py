"""The pod of a session and the Job that owns it: every control of a sandbox, in one place."""

from __future__ import annotations

from typing import Any, NamedTuple

from tempshell_cli.backends.base import Access, Profile, SandboxRequest, Template
from tempshell_cli.backends.init import init_argv
from tempshell_cli.backends.kubernetes.exec import CONTAINER
from tempshell_cli.backends.kubernetes.marks import Mark, object_name

LEARNER = 10001
_ROOT = {"runAsUser": 0, "runAsGroup": 0}
_LEARNER_HOME, _ROOT_HOME = "/home/learner", "/root"
# What holds the deadline is the Job's activeDeadlineSeconds: PID 1 has the learner's uid, so its word would be theirs.
_NEVER = 2.0**40
_GRACE = 1  # seconds between TERM, which PID 1 ignores, and KILL; the kubelet makes two of it
_TTL = 60  # seconds that a finished Job stays, and with it what it owns
_MIB = 1024**2
_REQUESTED_CPU, _REQUESTED_MEMORY = 0.1, 256 * _MIB
_DISK, _REQUESTED_DISK = 1024 * _MIB, 32 * _MIB
# In memory, so that a full one says so: a full one on the node's disk would have the pod evicted.
_WRITABLE = {"home": (_LEARNER_HOME, 256), "tmp": ("/tmp", 100), "var-tmp": ("/var/tmp", 16), "run": ("/run", 16)}  # noqa: S108 - paths inside


class Image(NamedTuple):
    """An image, and whether the nodes have it (``Never``) or pull it (``IfNotPresent``)."""

    reference: str
    policy: str = "IfNotPresent"


def home_of(profile: Profile) -> str:
    """Return the home directory inside."""
    return _ROOT_HOME if profile is Profile.ADMIN else _LEARNER_HOME


def job(mark: Mark, namespace: str, image: Image, seconds: int) -> dict[str, Any]:
    """Return the Job of a session, held back until ``parallelism`` is one; it ends after that many seconds."""
    name = object_name(mark.request.session)
    metadata = mark.metadata(name, "terminal", namespace)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {
            "parallelism": 0,
            "completions": 1,
            "backoffLimit": 0,
            "activeDeadlineSeconds": seconds,
            "ttlSecondsAfterFinished": _TTL,
            "template": {
                "metadata": {
                    "labels": metadata["labels"],
                    "annotations": {
                        **metadata["annotations"],
                        "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
                    },
                },
                "spec": _pod(mark.request, name, image),
            },
        },
    }


def limits(template: Template) -> dict[str, str]:
    """Return the most that the container gets."""
    return {
        "cpu": f"{max(1, round(template.cpus * 1000))}m",
        "memory": quantity(template.memory),
        "ephemeral-storage": quantity(_DISK),
    }


def quantity(size: int) -> str:
    """Write bytes as Kubernetes writes them, in the largest unit that divides them."""
    for exponent, unit in ((3, "Gi"), (2, "Mi"), (1, "Ki")):
        if size % 1024**exponent == 0:
            return f"{size // 1024**exponent}{unit}"
    return str(size)


def requests(template: Template) -> dict[str, str]:
    """Return what is set aside for the container."""
    return {
        "cpu": f"{max(1, round(min(template.cpus, _REQUESTED_CPU) * 1000))}m",
        "memory": quantity(min(template.memory, _REQUESTED_MEMORY)),
        "ephemeral-storage": quantity(_REQUESTED_DISK),
    }


def _pod(request: SandboxRequest, name: str, image: Image) -> dict[str, Any]:
    admin = request.template.profile is Profile.ADMIN
    volumes = {} if admin else _WRITABLE
    return {
        "restartPolicy": "Never",
        "hostname": (request.name or name).lower().strip("-"),
        "serviceAccountName": name,
        "automountServiceAccountToken": request.template.access is not Access.NONE,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _GRACE,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, **(_ROOT if admin else _learner())},
        "containers": [_container(request, name, image, admin=admin)],
        "volumes": [
            {"name": volume, "emptyDir": {"medium": "Memory", "sizeLimit": f"{size}Mi"}}
            for volume, (_, size) in volumes.items()
        ],
    }


def _container(request: SandboxRequest, name: str, image: Image, *, admin: bool) -> dict[str, Any]:
    template = request.template
    defaults = {"HOME": home_of(template.profile), "LANG": "C.UTF-8"}
    return {
        "name": CONTAINER,
        "image": image.reference,
        "imagePullPolicy": image.policy,
        "command": init_argv(_NEVER),
        "stdin": True,  # PID 1 waits by reading; from nothing it would return at once
        "workingDir": home_of(template.profile),
        "env": [{"name": key, "value": value} for key, value in defaults.items() if key not in template.env],
        "envFrom": [{"secretRef": {"name": name}}] if template.env else [],
        "resources": {"limits": limits(template), "requests": requests(template)},
        "securityContext": {} if admin else _restrictions(),
        "volumeMounts": []
        if admin
        else [{"name": volume, "mountPath": path} for volume, (path, _) in _WRITABLE.items()],
    }


def _learner() -> dict[str, Any]:
    return {"runAsNonRoot": True, "runAsUser": LEARNER, "runAsGroup": LEARNER, "fsGroup": LEARNER}


def _restrictions() -> dict[str, Any]:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    }
