"""A Docker engine in memory, as far as clients look at it and remove things. Names are unique."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from docker.errors import APIError
from requests import Response

_NOT_FOUND, _FORBIDDEN, _CONFLICT = 404, 403, 409


class MemoryDocker:
    """Has containers, networks and volumes. ``removed`` names what was removed, as ``container NAME``."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.removed: list[str] = []
        self._numbers = count(1)

    def put(self, kind: str, name: str, labels: Mapping[str, str], **more: Any) -> str:  # noqa: ANN401 - as the engine has it
        """Have something, unless its name is taken; return ``kind name``."""
        what = f"{kind} {name}"
        number = next(self._numbers)
        if what not in self.things:
            host = more.pop("HostConfig", {"NetworkMode": "none"})
            self.things[what] = {
                "Id": f"id-{number}",
                "Name": name,
                "Names": [f"/{name}"],
                "Labels": dict(labels),
                "CreatedAt": str(number),
                "State": "running",
                "log": b"",
                "Containers": {},
                "HostConfig": host,
                "NetworkSettings": {"Networks": {host["NetworkMode"]: {}}},
                **more,
            }
        return what

    # The SDK's own methods

    def containers(self, *, all: bool, filters: Mapping[str, list[str]]) -> list[dict[str, Any]]:  # noqa: A002
        assert all
        return self._with("container", filters["label"])

    def networks(self, *, filters: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        return self._with("network", filters["label"])

    def volumes(self, *, filters: Mapping[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
        return {"Volumes": self._with("volume", filters["label"])}

    def logs(self, container: str, **_: object) -> bytes:
        return bytes(self._get("container", container)["log"])

    def inspect_network(self, network: str) -> dict[str, Any]:
        return self._get("network", network)

    def inspect_container(self, container: str) -> dict[str, Any]:
        found = self._get("container", container)
        running = found["State"] != "exited"
        return {"State": {"Running": running, "FinishedAt": found.get("FinishedAt", "0001-01-01T00:00:00Z")}}

    def remove_container(self, container: str, **_: object) -> None:
        self._remove("container", self._get("container", container))

    def remove_network(self, network: str) -> None:
        found = self._get("network", network)
        if found["Containers"]:
            raise _refused(_FORBIDDEN, "has active endpoints")
        self._remove("network", found)

    def remove_volume(self, volume: str) -> None:
        found = self._get("volume", volume)
        if found.get("used"):
            raise _refused(_CONFLICT, "volume is in use")
        self._remove("volume", found)

    def _with(self, kind: str, wanted: list[str]) -> list[dict[str, Any]]:
        pairs = [word.partition("=") for word in wanted]
        return [
            dict(thing)
            for what, thing in self.things.items()
            if what.startswith(f"{kind} ")
            and all(
                key in thing["Labels"] and (not equals or thing["Labels"][key] == value) for key, equals, value in pairs
            )
        ]

    def _get(self, kind: str, name: str) -> dict[str, Any]:
        for what, thing in self.things.items():
            if what == f"{kind} {name}" or (what.startswith(f"{kind} ") and thing["Id"] == name):
                return thing
        raise _refused(_NOT_FOUND, f"no such {kind}")

    def _remove(self, kind: str, thing: Mapping[str, Any]) -> None:
        what = f"{kind} {thing['Name']}"
        self.removed.append(what)
        del self.things[what]
        for other in self.things.values():  # a container takes its endpoint along, and its volumes are free
            other["Containers"] = {key: one for key, one in other["Containers"].items() if one["Name"] != thing["Name"]}
            if other.get("used") == thing["Name"]:
                other["used"] = ""


def _refused(status: int, said: str) -> APIError:
    answer = Response()
    answer.status_code = status
    return APIError(said, response=answer, explanation=said)
