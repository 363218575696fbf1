"""Workspaces on a Docker engine: labelled volumes that a container has as its home.

They have neither the label of a session nor a deadline, so that no sweep takes one for something that is over.
A container that was made with one has it: see ``claim``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from tempshell_cli import __version__
from tempshell_cli.backends import labels
from tempshell_cli.backends.base import KeptWorkspace, SandboxRequest
from tempshell_cli.backends.docker.container import container_name, home_of, user_of
from tempshell_cli.backends.docker.engine import DockerEngine, gone_is_fine, of_owner, of_session
from tempshell_cli.backends.workspaces import in_use, is_name
from tempshell_cli.core.attempts import attempts
from tempshell_cli.core.errors import LimitReached, ProvisionFailed
from tempshell_cli.core.text import one_line, strip_controls

if TYPE_CHECKING:
    from docker.types import Mount

_VOLUME, HELPER = "workspace", "workspace-helper"  # components: the second is what gives the files to their user
_MADE, _USING = "created", {"created", "running", "paused", "restarting"}
_WAIT = 10.0  # seconds for another start, which came later and has to give way, to do so
_TIMEOUT = 600  # seconds to give all files to their user; only the first start as another one takes that long
_PLACE = "/workspace"
# The directory itself comes last: whose it is says that all in it is.
_GIVE = f"""
[ "$(stat -c %u:%g {_PLACE})" = "$1" ] && exit
find {_PLACE} -mindepth 1 -exec chown -h "$1" {{}} + && chmod 0700 {_PLACE} && chown "$1" {_PLACE}
"""


def volume_name(owner: str, name: str) -> str:
    """Return the name of the volume: owners may have any name, and several may call a workspace the same."""
    return f"tempshell-workspace-{sha256(owner.encode()).hexdigest()[:8]}-{name}"


def home_mount(request: SandboxRequest) -> Mount | None:
    """Return what mounts the workspace of a sandbox as its home; None where it has none.

    The engine makes a volume that is not there, with its labels, in one step with the container.
    """
    if not request.template.workspace:
        return None
    return _mount(request.owner, request.template.workspace.name, home_of(request.template.profile))


def _mount(owner: str, name: str, place: str) -> Mount:
    from docker.types import Mount  # noqa: PLC0415 - loaded with the client

    carried = {
        labels.WORKSPACE: name,
        labels.OWNER: owner,
        labels.COMPONENT: _VOLUME,
        labels.VERSION: __version__,
    }
    return Mount(place, volume_name(owner, name), type="volume", no_copy=True, labels=carried)


class Helper(NamedTuple):
    """The container that gives files to their user: its name, and its component."""

    name: str
    component: str = HELPER


def take(engine: DockerEngine, request: SandboxRequest, container: str, image: str, helper: Helper) -> None:
    """Have the workspace of a sandbox for its container, which was made and not started, and give it its files.

    Raises LimitReached where another has it, and ProvisionFailed.
    """
    if request.template.workspace:
        claim(engine, request.owner, request.template.workspace.name, container)
        _give(engine, request, image, helper)


def refuse_used(engine: DockerEngine, request: SandboxRequest) -> None:
    """Raise LimitReached where another container has the workspace of a sandbox, before anything is made for it.

    For what takes long to make. Only ``take`` decides.
    """
    if request.template.workspace:
        for one in _containers(engine, request.owner, request.template.workspace.name):
            raise in_use(request.template.workspace.name, _session(one))


def claim(engine: DockerEngine, owner: str, name: str, container: str) -> None:
    """Return when the container may be started: no other one has the workspace. Raises LimitReached.

    Each start makes its container first and looks for others then, so of two at least one sees the other. Who sees
    one that runs gives way, and of two that were only made the one with the higher id: the other waits for that.
    """
    for _ in attempts(_WAIT):
        others = [one for one in _containers(engine, owner, name) if one["Id"] != container]
        if not others:
            return
        ahead = [one for one in others if one["State"] != _MADE or one["Id"] < container]
        if ahead:
            break
    with gone_is_fine():  # at once: one that was made before it may be waiting for that
        engine.client.remove_container(container, force=True, v=True)
    raise in_use(name, _session((ahead or others)[0]))


def _give(engine: DockerEngine, request: SandboxRequest, image: str, helper: Helper) -> None:
    """Give a workspace to the user of a sandbox: it is new, or one of another profile had it before.

    By a container of its own, which has three rights and no network: the sandbox has none of these rights.
    """
    assert request.template.workspace  # noqa: S101 - for mypy
    client = engine.client
    mount = _mount(request.owner, request.template.workspace.name, _PLACE)
    made = engine.create_container(
        {
            "image": image,
            "name": helper.name,
            "user": "0:0",
            "entrypoint": ["/bin/sh", "-c", _GIVE, "sh", user_of(request.template.profile)],
            "command": [],
            "labels": labels.beside(request, helper.component),  # it is there on behalf of the sandbox's container
            "host_config": client.create_host_config(
                mounts=[mount],
                network_mode="none",
                read_only=True,
                cap_drop=["ALL"],
                cap_add=["CHOWN", "DAC_OVERRIDE", "FOWNER"],
                security_opt=["no-new-privileges:true"],
                pids_limit=request.template.pids,
                mem_limit=request.template.memory,
            ),
        }
    )
    try:
        engine.start(made)
        code = client.wait(made, timeout=_TIMEOUT)["StatusCode"]
        if code:
            said = strip_controls(client.logs(made).decode(errors="replace")).strip()
            raise ProvisionFailed(f"the workspace cannot be given to the user of the sandbox: {said}", hint=_PROGRAMS)
    finally:
        with gone_is_fine():
            client.remove_container(made, force=True, v=True)


_PROGRAMS = "the image needs stat, find, chown and chmod"


def helper_of(session: str) -> Helper:
    """Return the helper of a container's session."""
    return Helper(f"{container_name(session)}-workspace")


def helpers(engine: DockerEngine, session: str, owner: str) -> list[dict[str, Any]]:
    """Return the containers that a start which was cut short has left of ``take``."""
    found = engine.containers(of_session(session), f"{labels.COMPONENT}={HELPER}", *of_owner(owner))
    name = helper_of(session).name
    return [one for one in found if not one.get("Names") or f"/{name}" in one["Names"]]


def workspaces(engine: DockerEngine, owner: str) -> list[KeptWorkspace]:
    """Return the workspaces of an owner, those of kind's terminals among them."""
    found = {}
    for volume in engine.volumes(labels.WORKSPACE, f"{labels.OWNER}={owner}"):
        name = volume["Labels"][labels.WORKSPACE]
        if is_name(name) and volume["Name"] == volume_name(owner, name):
            found[name] = KeptWorkspace(name, owner, made=_made(volume))
    users = {one["Labels"][labels.WORKSPACE]: labels.session_of(one["Labels"]) for one in _containers(engine, owner)}
    return [one._replace(session=users.get(name, "")) for name, one in sorted(found.items())]


def remove(engine: DockerEngine, owner: str, name: str) -> None:
    """Remove a workspace, which the engine refuses while a container has it; raises LimitReached then."""
    for user in _containers(engine, owner, name):
        raise in_use(name, _session(user))
    if name in {one.name for one in workspaces(engine, owner)} and not engine.remove_volume(volume_name(owner, name)):
        raise LimitReached(
            f"the workspace {name} is in use by a container", hint="`docker ps --all` shows it; stop it first"
        )


def _containers(engine: DockerEngine, owner: str, name: str | None = None) -> Sequence[dict[str, Any]]:
    """Return the containers that have a workspace of an owner, or are about to."""
    wanted = labels.WORKSPACE if name is None else f"{labels.WORKSPACE}={name}"
    return [one for one in engine.containers(wanted, f"{labels.OWNER}={owner}") if one["State"] in _USING]


def _session(container: Mapping[str, Any]) -> str:
    carried = container["Labels"]
    return one_line(f"{carried.get(labels.NAME, '')} ({labels.session_of(carried)})".strip())


def _made(volume: Mapping[str, Any]) -> datetime | None:
    with suppress(KeyError, TypeError, ValueError):
        return datetime.fromisoformat(volume["CreatedAt"]).astimezone(UTC)
    return None
