"""The pod of a session and the Job that owns it: every control of a sandbox, in one place."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, NamedTuple

from tempshell_cli.backends.base import Access, Profile, SandboxRequest, Secret, Template
from tempshell_cli.backends.entry import SECRETS, VARIABLES
from tempshell_cli.backends.init import init_argv
from tempshell_cli.backends.kubernetes.exec import CONTAINER, GRADER
from tempshell_cli.backends.kubernetes.metadata import Origin, object_name
from tempshell_cli.backends.kubernetes.placement import pod_fields

LEARNER = 10001
ROOT = {"runAsUser": 0, "runAsGroup": 0}
_LEARNER_HOME, _ROOT_HOME = "/home/learner", "/root"
# What holds the deadline is the Job's activeDeadlineSeconds: PID 1 has the learner's uid, so its word would be theirs.
_NEVER = 2.0**40
_GRACE = 1  # seconds between TERM, which PID 1 ignores, and KILL; the kubelet makes two of it
_TTL = 60  # seconds that a finished Job stays, and with it what it owns
MIB = 1024**2
_DISK = 1024 * MIB
# In memory, so that a full one says so: a full one on the node's disk would have the pod evicted.
HOME, _TMP, _GRADERS_TMP = "home", "var-tmp", "graders-tmp"
_WRITABLE = {HOME: (_LEARNER_HOME, 256), "tmp": ("/tmp", 100), _TMP: ("/var/tmp", 16), "run": ("/run", 16)}  # noqa: S108 - paths inside

# Names of volumes, and where the cluster puts the token of a pod's account.
_VARIABLES, _SECRETS, _NO_TOKEN = "variables", "secrets", "no-token"
_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path


class Image(NamedTuple):
    """An image, and whether the nodes have it (``Never``) or pull it (``IfNotPresent``)."""

    reference: str
    policy: str = "IfNotPresent"


def home_of(profile: Profile) -> str:
    """Return the home directory inside."""
    return _ROOT_HOME if profile is Profile.ADMIN else _LEARNER_HOME


def grader_of(profile: Profile) -> str:
    """Return the container of the grader.

    Root's home is not a volume that another container could share, so with ``admin`` that is the terminal.
    """
    return CONTAINER if profile is Profile.ADMIN else GRADER


def job(origin: Origin, namespace: str, image: Image, seconds: int) -> dict[str, Any]:
    """Return the Job of a session, held back until ``parallelism`` is one; it ends after that many seconds."""
    name = object_name(origin.request.session)
    metadata = origin.metadata(name, "terminal", namespace)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {
            "parallelism": 0,
            "completions": 1,
            "backoffLimit": 0,
            # A pod that is evicted or preempted has a session in it: another one does not replace it. From 1.29 on; an
            # older cluster may begin one, and drops it. https://kubernetes.io/docs/concepts/workloads/controllers/job/
            "podReplacementPolicy": "Failed",
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
                "spec": _pod(origin.request, name, image),
            },
        },
    }


class Resources(NamedTuple):
    """Of a container: thousandths of a processor, and bytes of memory and disk."""

    cpu: int
    memory: int
    disk: int

    def quantities(self) -> dict[str, str]:
        """Return them as Kubernetes writes them."""
        return {"cpu": f"{self.cpu}m", "memory": quantity(self.memory), "ephemeral-storage": quantity(self.disk)}


def limits(template: Template) -> Resources:
    """Return the most that the terminal gets."""
    return Resources(max(1, round(template.cpus * 1000)), template.memory, _DISK)


def requests(template: Template) -> Resources:
    """Return what is set aside for the terminal."""
    most = limits(template)
    return Resources(min(most.cpu, 100), min(most.memory, 256 * MIB), 32 * MIB)


def grader_limits(template: Template) -> Resources:
    """Return the most that the grader gets besides the terminal; nothing where it has no container of its own."""
    if grader_of(template.profile) == CONTAINER:
        return Resources(0, 0, 0)
    most = limits(template)
    return Resources(most.cpu, min(most.memory, 256 * MIB), 32 * MIB)


def quantity(size: int) -> str:
    """Write bytes as Kubernetes writes them, in the largest unit that divides them."""
    for exponent, unit in ((3, "Gi"), (2, "Mi"), (1, "Ki")):
        if size % 1024**exponent == 0:
            return f"{size // 1024**exponent}{unit}"
    return str(size)


def _pod(request: SandboxRequest, name: str, image: Image) -> dict[str, Any]:
    template = request.template
    admin = template.profile is Profile.ADMIN
    volumes = {} if admin else {**_WRITABLE, _GRADERS_TMP: _WRITABLE[_TMP]}
    containers = [_terminal(template, image)] if admin else [_terminal(template, image), _grader(template, image)]
    return {
        "restartPolicy": "Never",
        "hostname": (request.name or name).lower().strip("-"),
        "serviceAccountName": name,
        "automountServiceAccountToken": template.access is not Access.NONE,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _GRACE,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, **(ROOT if admin else _LEARNER)},
        **pod_fields(template.placement, name),
        "containers": containers,
        "volumes": [
            *(
                {"name": volume, "emptyDir": {"medium": "Memory", "sizeLimit": f"{size}Mi"}}
                for volume, (_, size) in volumes.items()
            ),
            *_values(template, name),
            *([{"name": _NO_TOKEN, "emptyDir": {"sizeLimit": "1Mi"}}] if template.access is not Access.NONE else []),
        ],
    }


def secret_key(secret: Secret) -> str:
    """Return the key that a secret has in the object for the session's values."""
    return f"secret.{secret.name}"


def _values(template: Template, name: str) -> list[dict[str, Any]]:
    """Return the volumes with the learner's variables and secrets, which are keys of one object."""
    variables = PurePosixPath(VARIABLES).name
    keys = {
        _VARIABLES: {variables: variables} if template.variables else {},
        _SECRETS: {secret_key(secret): secret.name for secret in template.secrets},
    }
    return [
        {
            "name": volume,
            "secret": {
                "secretName": name,
                "defaultMode": 0o444,
                "items": [{"key": key, "path": path} for key, path in items.items()],
            },
        }
        for volume, items in keys.items()
        if items
    ]


def _terminal(template: Template, image: Image) -> dict[str, Any]:
    """Return the container of the person, and of setups."""
    folder = str(PurePosixPath(VARIABLES).parent)
    own = [{"name": _VARIABLES, "mountPath": folder, "readOnly": True}] if template.variables else []
    # File by file: a cluster puts tokens into other directories there, for which it makes room.
    own += [
        {"name": _SECRETS, "mountPath": f"{SECRETS}/{secret.name}", "subPath": secret.name, "readOnly": True}
        for secret in template.secrets
    ]
    return _container(CONTAINER, template, image) | {
        "resources": {"limits": limits(template).quantities(), "requests": requests(template).quantities()},
        "volumeMounts": [*_mounts(template.profile), *own],
    }


def _grader(template: Template, image: Image) -> dict[str, Any]:
    """Return the container that checks run in: next to the terminal, with processes that the learner cannot see.

    It has the learner's uid, for it has to read the learner's files, and can write none of them; its TMPDIR is its own.
    A container that mounts something where the token of the pod's account would be gets none.
    """
    most = grader_limits(template)
    least = Resources(min(most.cpu, 20), min(most.memory, 32 * MIB), most.disk)
    mounts = [{**mount, "readOnly": True} for mount in _mounts(template.profile) if mount["name"] != _TMP]
    mounts.append({"name": _GRADERS_TMP, "mountPath": _WRITABLE[_TMP][0]})
    if template.access is not Access.NONE:
        mounts.append({"name": _NO_TOKEN, "mountPath": _TOKEN, "readOnly": True})
    return _container(GRADER, template, image) | {
        "resources": {"limits": most.quantities(), "requests": least.quantities()},
        "volumeMounts": mounts,
    }


def _container(name: str, template: Template, image: Image) -> dict[str, Any]:
    home = home_of(template.profile)
    return {
        "name": name,
        "image": image.reference,
        "imagePullPolicy": image.policy,
        "command": init_argv(_NEVER),
        "terminationMessagePolicy": "FallbackToLogsOnError",  # where PID 1 cannot hold the sandbox, it says why
        "stdin": True,  # PID 1 waits by reading; from nothing it would return at once
        "workingDir": home,
        "env": [{"name": "HOME", "value": home}, {"name": "LANG", "value": "C.UTF-8"}],
        "securityContext": {} if template.profile is Profile.ADMIN else restrictions(),
    }


def _mounts(profile: Profile) -> list[dict[str, Any]]:
    """Return the mounts of what the learner may write to."""
    writable = {} if profile is Profile.ADMIN else _WRITABLE
    return [{"name": volume, "mountPath": path} for volume, (path, _) in writable.items()]


_LEARNER = {"runAsNonRoot": True, "runAsUser": LEARNER, "runAsGroup": LEARNER, "fsGroup": LEARNER}


def restrictions() -> dict[str, Any]:
    """Return the security context of a container that is not root's."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    }
