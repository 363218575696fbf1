"""The container of a session: every control of a sandbox, in one spec."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from tempshell_cli.backends.base import Profile, Role, SandboxRequest, Template
from tempshell_cli.backends.docker.machine import VOLUMES
from tempshell_cli.backends.entry import SECRETS, VARIABLES
from tempshell_cli.backends.init import init_argv
from tempshell_cli.backends.labels import labels
from tempshell_cli.core.process import NOTHING

if TYPE_CHECKING:
    from docker import APIClient
    from docker.types import Mount

# PID 1 belongs to a user of its own: a person inside can neither trace it nor write to its standard input, and nor can
# what a check runs by mistake. Engines before 25 (API 1.44) give no exec more capabilities than the container's first
# process has, so there it is root, for the grader: https://github.com/moby/moby/issues/45491
_INIT_USER, _KEEPS_CAPABILITIES = "10000:10000", "1.44"
LEARNER = "10001:10001"
ROOT = "0:0"
_LEARNER_HOME, _ROOT_HOME = "/home/learner", "/root"
_OPEN_FILES = 4096
_TMPFS = {
    "/tmp": "rw,noexec,nosuid,nodev,size=100m,mode=1777",  # noqa: S108 - a path inside the container
    "/var/tmp": "rw,noexec,nosuid,nodev,size=16m,mode=1777",  # noqa: S108
    "/run": "rw,noexec,nosuid,nodev,size=16m,mode=0755",
    # Scripts a learner writes at home have to run.
    _LEARNER_HOME: "rw,exec,nosuid,nodev,size=256m,mode=0700,uid=10001,gid=10001",
}


_FOLDER = "rw,exec,nosuid,nodev,size={size},mode=0755,uid={owner}"


def container_name(session: str) -> str:
    """Return the name of a session's container and network."""
    return f"tempshell-{session}"


def home_of(profile: Profile) -> str:
    """Return the home directory inside."""
    return _ROOT_HOME if profile.is_root else _LEARNER_HOME


def user_of(profile: Profile) -> str:
    """Return ``uid:gid`` of the person inside."""
    return ROOT if profile.is_root else LEARNER


def user_in(role: Role, learner: str) -> str:
    """Return ``uid:gid`` of who runs a program in its role; ``learner`` is the person's."""
    return ROOT if role is Role.GRADER else learner


class ContainerSpec(NamedTuple):
    """A container's name, the network it is on (``none``: no other than loopback), and what is mounted in it.

    ``volumes`` maps a volume's name to the path where it is, read-only; ``home`` is what is mounted as the home, if
    anything. ``proxies`` are variables; see that module.
    """

    name: str
    network: str
    component: str = "terminal"
    volumes: Mapping[str, str] = NOTHING
    proxies: Mapping[str, str] = NOTHING
    home: Mount | None = None


def create_options(client: APIClient, request: SandboxRequest, image: str, spec: ContainerSpec) -> dict[str, Any]:
    """Return the keyword arguments of ``create_container``."""
    from docker.utils import version_gte  # noqa: PLC0415 - loaded with the client

    profile = request.template.profile
    return {
        "image": image,
        "name": spec.name,
        "hostname": request.name or spec.name,
        "user": _INIT_USER if version_gte(client.api_version, _KEEPS_CAPABILITIES) else ROOT,
        "entrypoint": init_argv(
            request.deadline.timestamp(),
            idle=request.template.idle.total_seconds(),
            notice=request.template.notice.total_seconds(),
        ),
        "command": [],
        # How the deadline is moved: see init.sh. Detached, or the SDK asks for one that closes after its first user.
        "stdin_open": True,
        "detach": True,
        "environment": {**spec.proxies, "HOME": home_of(profile), "LANG": "C.UTF-8"},
        "working_dir": "/",
        "stop_signal": "SIGKILL",  # PID 1 holds nothing that would need a farewell
        "labels": labels(request, spec.component),
        "volumes": list(VOLUMES) if profile is Profile.MACHINE else None,
        "host_config": client.create_host_config(**_host_options(request.template, spec)),
    }


def _host_options(template: Template, spec: ContainerSpec) -> dict[str, Any]:
    options: dict[str, Any] = {
        "auto_remove": True,
        "runtime": template.runtime or None,
        "network_mode": spec.network,
        "mem_limit": template.memory,
        "memswap_limit": template.memory,  # the same: no swap
        "nano_cpus": int(template.cpus * 1e9),
        "pids_limit": template.pids,
        "ulimits": [{"Name": "nofile", "Soft": _OPEN_FILES, "Hard": _OPEN_FILES}],
        "log_config": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "1"}},
        "ipc_mode": "private",
        # Never on the engine's disk. With a read-only root it is in the tmpfs on /run.
        "tmpfs": dict.fromkeys(
            (str(PurePosixPath(VARIABLES).parent), *([SECRETS] if template.secrets else [])),
            "rw,noexec,nosuid,nodev,size=1m,mode=0755",
        ),
        "mounts": [spec.home] if spec.home else None,
        "binds": {name: {"bind": path, "mode": "ro"} for name, path in spec.volumes.items()} or None,
    }
    options["tmpfs"] |= _folder(template)
    if template.profile is Profile.MACHINE:
        return options | {"privileged": True}
    return options if template.profile.is_root else options | _restrictions(template, spec)


def _folder(template: Template) -> dict[str, str]:
    """Return where the learner begins, where that is not the home, as a tmpfs of the learner's."""
    owner = user_of(template.profile).replace(":", ",gid=")
    return {template.folder: _FOLDER.format(size=template.memory, owner=owner)} if template.folder else {}


def _restrictions(template: Template, spec: ContainerSpec) -> dict[str, Any]:
    kept = {place: how for place, how in _TMPFS.items() if place != _LEARNER_HOME or not spec.home}
    return {
        "read_only": True,
        "tmpfs": kept | _folder(template),
        "cap_drop": ["ALL"],
        # For the grader, who is root and has to read what the learner keeps from others. The learner cannot gain it: no
        # new privileges. Not DAC_READ_SEARCH: with that, Docker's seccomp profile allows open_by_handle_at, which opens
        # files outside the container.
        "cap_add": ["DAC_OVERRIDE"],
        "security_opt": ["no-new-privileges:true"],
    }
