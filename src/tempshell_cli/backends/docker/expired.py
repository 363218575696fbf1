"""What is over on a Docker engine, whosever it is: each object by its own deadline, and removed by its own identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Condition, Expired, Receipt
from tempshell_cli.backends.docker.engine import DockerEngine, condition_of, gone_is_fine, name_of, of_session


class Dated(NamedTuple):
    """An object that carries a session's label, and until when it is meant to be, by the engine's clock; None: no word.

    ``kind`` is ``container``, ``network`` or ``volume``; ``key`` is its id, or where it has none what distinguishes it.
    """

    kind: str
    name: str
    key: str
    session: str
    deadline: datetime | None


def dated(engine: DockerEngine, is_ours: Callable[[str], bool]) -> Iterator[Dated]:
    """Yield what carries a session's label and a component that is the asking backend's."""
    for one in engine.containers(of_session(None)):
        if is_ours(one["Labels"].get(labels.COMPONENT, "")):
            session = labels.session_of(one["Labels"])
            yield Dated("container", name_of(one), one["Id"], session, _deadline(engine, one))
    for kind, found, key in (
        ("network", engine.networks(of_session(None)), _network_key),
        ("volume", engine.volumes(of_session(None)), _volume_key),
    ):
        for one in found:
            if is_ours(one["Labels"].get(labels.COMPONENT, "")):
                deadline = labels.own_deadline(one["Labels"])
                yield Dated(kind, one["Name"], key(one), labels.session_of(one["Labels"]), deadline)


def over(engine: DockerEngine, found: Iterable[Dated], grace: timedelta) -> list[Expired]:
    """Return those that are past their deadline by more than ``grace``.

    Labels cannot be changed: where a session was extended, its network's deadline has passed while its container's has
    not. So an object is spared as long as another of its session lasts.
    """
    found = list(found)
    now = engine.theirs(datetime.now(UTC))
    lasting = {one.session for one in found if one.deadline is None or one.deadline + grace > now}
    return [
        Expired(one.session, f"{one.kind} {one.name}", {"kind": one.kind, "name": one.name, "key": one.key})
        for one in found
        if one.session and one.session not in lasting
    ]


def remove(engine: DockerEngine, one: Expired) -> Receipt:
    """Remove that object, and no other of its name; what is in use is left over, with who uses it."""
    kind, name, key = (one.identity[part] for part in ("kind", "name", "key"))
    if kind == "container":
        with gone_is_fine():
            engine.client.remove_container(key, force=True, v=True)
        return Receipt(one.session, [one.what])
    if kind == "network":
        if engine.is_network_used(key) or not engine.remove_network(key):
            return Receipt(one.session, leftover=[engine.why_network_stays(name)])
        return Receipt(one.session, [one.what])
    if key not in {_volume_key(volume) for volume in engine.volumes(of_session(one.session))}:
        return Receipt(one.session)  # another has its name by now
    if not engine.remove_volume(name):
        return Receipt(one.session, leftover=[f"{one.what} (in use)"])
    return Receipt(one.session, [one.what])


def _deadline(engine: DockerEngine, container: Mapping[str, Any]) -> datetime | None:
    """Return the later of what a container's labels and its PID 1 say: that is where it is moved.

    One that runs and whose PID 1 says nothing is not known to be over.
    """
    from docker.errors import APIError  # noqa: PLC0415 - loaded with the client

    own = labels.own_deadline(container["Labels"])
    try:
        held = engine.init_deadline(container["Id"]) if own else None
    except APIError:  # its log cannot be read
        return None
    if own is None or (held is None and condition_of(container) is Condition.RUNNING):
        return None
    return max(own, held or own)


def _network_key(network: Mapping[str, Any]) -> str:
    return str(network["Id"])


def _volume_key(volume: Mapping[str, Any]) -> str:
    return f"{volume['Name']} {volume.get('CreatedAt', '')}"
