"""A workspace as the home of a pod, and the container that gives its files to their user."""

from __future__ import annotations

from typing import Any, NamedTuple

from tempshell_cli.backends.base import Profile, Template
from tempshell_cli.backends.kubernetes.exec import GIVER, GRADER
from tempshell_cli.backends.kubernetes.pod import (
    HOME,
    LEARNER,
    MIB,
    ROOT,
    Image,
    Resources,
    home_of,
    requests,
    restrictions,
)

_PLACE = "/workspace"
# The directory itself comes last: whose it is says that all in it is. A volume's own directory may pass its group on.
_GIVE = f"""
cd {_PLACE} && mkdir -p {HOME} || exit
[ "$(stat -c %u:%g {HOME})" = "$1" ] && [ ! -g {HOME} ] && exit
find {HOME} -mindepth 1 -exec chown -h "$1" {{}} + && chmod u=rwx,go=,g-s {HOME} && chown "$1" {HOME}
"""


class Home(NamedTuple):
    """The claim of the workspace that is the home, and whether root gives its files to their user."""

    claim: str
    as_root: bool


def with_home(job: dict[str, Any], template: Template, image: Image, home: Home) -> dict[str, Any]:
    """Return a Job with a workspace as the home of its pod.

    It is a directory of the volume, not the volume itself: what the cluster does to that for ``fsGroup`` (it makes all
    files its group's, and writable to it) is done once, when there are none yet.
    """
    pod = job["spec"]["template"]["spec"]
    place = home_of(template.profile)
    mount = {"name": HOME, "mountPath": place, "subPath": HOME}
    containers = []
    for one in pod["containers"]:
        mounts = [other for other in one["volumeMounts"] if other["mountPath"] != place]
        is_grader = one["name"] == GRADER
        containers.append({**one, "volumeMounts": [*mounts, {**mount, "readOnly": True} if is_grader else mount]})
    pod |= {
        "initContainers": [_giver(template, image, as_root=home.as_root)],
        "containers": containers,
        "volumes": [
            *(one for one in pod["volumes"] if one["name"] != HOME),
            {"name": HOME, "persistentVolumeClaim": {"claimName": home.claim}},
        ],
    }
    pod["securityContext"] |= {"fsGroup": LEARNER, "fsGroupChangePolicy": "OnRootMismatch"}
    return job


def _giver(template: Template, image: Image, *, as_root: bool) -> dict[str, Any]:
    """Return the container that gives the files of a workspace to the sandbox's user, before that starts.

    As root it has three rights; without, it can only make the directory, and fails where the files are another's.
    """
    user = 0 if template.profile is Profile.ADMIN else LEARNER
    root = {
        **ROOT,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": False,
        "capabilities": {"drop": ["ALL"], "add": ["CHOWN", "DAC_OVERRIDE", "FOWNER"]},
    }
    few = Resources(requests(template).cpu, requests(template).memory, 32 * MIB)
    return {
        "name": GIVER,
        "image": image.reference,
        "imagePullPolicy": image.policy,
        "command": ["/bin/sh", "-c", _GIVE, "sh", f"{user}:{user}"],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": root if as_root else restrictions(),
        "resources": {"limits": few.quantities(), "requests": few.quantities()},
        "volumeMounts": [{"name": HOME, "mountPath": _PLACE}],
    }
