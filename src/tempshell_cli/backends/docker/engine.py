"""One Docker engine: what carries our labels there is made, found and removed here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Condition, Problem, Template, Usage
from tempshell_cli.backends.docker import endpoint as endpoints
from tempshell_cli.backends.entry import SECRETS, VARIABLES, variables_script
from tempshell_cli.backends.init import InitState, init_state, move_deadline
from tempshell_cli.core.attempts import attempts
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed, TempshellError
from tempshell_cli.core.interrupts import held_back
from tempshell_cli.core.process import Command, Completed
from tempshell_cli.core.text import strip_controls

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

_CLOCKS_AGREE = timedelta(seconds=5)
_TIMEOUT = 10.0  # seconds for the engine to do what it has accepted
_SILENCE = 60.0  # seconds for something in a container to say a word, or to end
_CHUNK, _HEADER = 65536, 8  # bytes
_NOT_FOUND, _CONFLICT = 404, 409
_ACTIVE_ENDPOINTS = "active endpoints"
_NOT_FROZEN = "unable to freeze"  # runc's words
PAUSED, ENDED = "paused", "exited"
_ALIVE = {"running", PAUSED}
Labels = Mapping[str, str]


class DockerEngine:
    """The engine of a context or host; see ``endpoint.resolve``.

    Use it within ``speaking``, which turns what the SDK raises into our errors.
    """

    def __init__(self, endpoint: str = "") -> None:
        self._unknown: EngineUnavailable | None = None
        try:
            self.endpoint = endpoints.resolve(endpoint)
        except EngineUnavailable as cause:  # raised once it is asked: a list of all engines has others, too
            self.endpoint, self._unknown = endpoints.without_password(endpoint), cause
        self._ahead: timedelta | None = None  # of the engine's clock before ours, as far as they differ at all
        self._reached = ""  # where the client has found the engine

    @cached_property
    def client(self) -> APIClient:
        """The SDK's client; raises EngineUnavailable."""
        if self._unknown:
            raise self._unknown
        made = endpoints.connect(self.endpoint)
        self._reached = endpoints.near(self.endpoint)
        made.hooks["response"].append(self._compare_clocks)
        return made

    def theirs(self, at: datetime) -> datetime:
        """Return a time of this machine's clock by the engine's, which deadlines there are kept by.

        Every answer has it: the two are hours apart where a virtual machine has slept.
        """
        return at + self._difference()

    def ours(self, at: datetime) -> datetime:
        """Return a time of the engine's clock by this machine's."""
        return at - self._difference()

    def _difference(self) -> timedelta:
        if self._ahead is None:
            self.client.ping()
        return self._ahead or timedelta()

    def _compare_clocks(self, answer: Response, **_: object) -> None:
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - 15 ms, and an exec asks the engine nothing

        with suppress(KeyError, TypeError, ValueError):  # no date, or none that can be read
            ahead = parsedate_to_datetime(answer.headers["Date"]) - datetime.now(UTC)
            self._ahead = ahead if abs(ahead) > _CLOCKS_AGREE else timedelta()

    @property
    def host(self) -> str:
        """The URL of the engine."""
        return endpoints.host(self.endpoint)

    def answers(self) -> bool:
        """Return whether the engine answers a request for its version."""
        try:
            return bool(self.client)
        except TempshellError:
            return False

    def problems(self) -> list[Problem]:
        """Return what is missing: the CLI, the engine."""
        problems = []
        if not shutil.which("docker"):
            problems.append(Problem("the docker command is missing", "install Docker's CLI (docker.io, docker-ce-cli)"))
        try:
            self.client.version()
        except TempshellError as cause:
            problems.append(Problem(str(cause), cause.hint))
        return problems

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Turn what the SDK raises into our errors, with the engine's own words."""
        if self._reached and self._reached != endpoints.near(self.endpoint):  # a connection over ssh was lost
            self.__dict__.pop("client", None)
        _ = self.client  # raises what is wrong with the engine itself
        from docker.errors import APIError, DockerException  # noqa: PLC0415 - loaded with the client
        from requests.exceptions import RequestException  # noqa: PLC0415

        try:
            yield
        except APIError as cause:
            said = str(cause.explanation or cause)
            hint = next((hint for words, hint in _HINTS.items() if words in said), _DOCTOR)
            passing = bool(_PASSING.search(said))
            raise ProvisionFailed(f"the Docker engine refused: {said}", hint=hint, passing=passing) from cause
        except (DockerException, RequestException) as cause:
            raise endpoints.unavailable(self.endpoint, cause) from cause

    def create_network(self, name: str, carried: Labels, *, closed: bool = False) -> str:
        """Create a bridge network and return its id; raises ProvisionFailed where the name is taken.

        Nothing leads into or out of a ``closed`` one, not even to the engine's machine: its bridge has no address.
        """
        options = {"com.docker.network.bridge.inhibit_ipv4": "true"} if closed else None
        with held_back():
            created = self.client.create_network(
                name, driver="bridge", options=options, internal=closed, labels=dict(carried), check_duplicate=True
            )
        return str(created["Id"])

    def create_volume(self, name: str, carried: Labels) -> Labels:
        """Make an empty volume; return its labels, which are others where there was one of that name."""
        with held_back():
            return dict(self.client.create_volume(name, labels=dict(carried))["Labels"] or {})

    def create_container(self, options: Mapping[str, Any]) -> str:
        """Make a container and return its id; raises ProvisionFailed where it would get less than asked for.

        Its proxies are among the options: the SDK would add those of the user's configuration with their passwords.
        """
        with held_back():
            created = self.client.create_container(**options, use_config_proxy=False)
        for warning in created.get("Warnings") or ():
            if "swap" not in warning.lower():  # a kernel without swap accounting has no swap to limit
                raise ProvisionFailed(f"the engine would run the container with less than asked for: {warning}")
        return str(created["Id"])

    def refuse_other_runtime(self, container: str, wanted: str) -> None:
        """Raise ProvisionFailed where a container would be run by another runtime than the one that was asked for.

        Podman takes the request and does as it always does.
        """
        if not wanted:
            return
        given = self.client.inspect_container(container)["HostConfig"].get("Runtime")
        if given != wanted:
            raise ProvisionFailed(f"the engine would run the container by {given!r}, not by {wanted!r}", hint=_RUNTIMES)

    def start_sandbox(self, container: str, template: Template) -> None:
        """Start a container, wait until its PID 1 holds the deadline, and leave the learner's variables and secrets.

        Raises ProvisionFailed, with the container's last words, where it ends at once.
        """
        channel = self.client.attach_socket(container, params={"stdout": 1, "stderr": 1, "stream": 1})
        with closing(channel), closing(_socket(channel)) as output:
            with held_back():
                self.client.start(container)
            _await_deadline(output)
        self.write_values(container, template)

    def write_values(self, container: str, template: Template) -> None:
        """Leave the learner's variables and secrets in a running container, where root alone can change them.

        They go through standard input: neither ``ps`` nor ``docker inspect`` shows one. Raises ProvisionFailed.
        """
        files = {f"{SECRETS}/{secret.name}": secret.value.encode() for secret in template.secrets}
        if template.variables:
            files[VARIABLES] = variables_script(template.variables)
        script = 'umask 022 && mkdir -p "${1%/*}" && head -c "$2" >"$1"'
        for path, content in files.items():
            argv = ("/bin/sh", "-c", script, "sh", path, str(len(content)))
            done = self.run_in(container, argv, user="0:0", stdin=content)
            if done.exit_code:
                raise ProvisionFailed(f"{path} cannot be written in the sandbox: {_words(done.stdout)}")

    def connect(self, container: str, network: str) -> None:
        """Connect a container to a network; does no harm to one that is."""
        with _already("already exists"):
            self.client.connect_container_to_network(container, network)

    def reconnect(self, container: str, network: str) -> None:
        """Connect a container to the network of this name, where it still refers to one that had the name before."""
        self.client.disconnect_container_from_network(container, network, force=True)
        self.connect(container, network)

    def start(self, container: str) -> None:
        """Start a container that has ended; does no harm to one that runs."""
        with held_back():
            self.client.start(container)

    def stop(self, container: str) -> None:
        """End a container as its image would have it; does no harm to one that has ended."""
        self.client.stop(container)

    def never_restart(self, container: str) -> None:
        """Take a container's restart policy away."""
        self.client.update_container(container, restart_policy={"Name": "no"})  # type: ignore[arg-type]  # a gap in the SDK's stubs

    def limit(self, containers: Sequence[str], *, cpus: float, memory: int) -> None:
        """Limit what running containers may use, in cores and bytes, with no swap besides; raises ProvisionFailed.

        By the docker command: the SDK's update knows no cores.
        """
        from tempshell_cli.core.runner import SubprocessRunner  # noqa: PLC0415 - an exec needs none of it

        limits = ("--cpus", f"{cpus:g}", "--memory", str(memory), "--memory-swap", str(memory))
        command = Command(("docker", "update", *limits, *containers), endpoints.environment(self.endpoint))
        done = SubprocessRunner().run(command, timeout=_SILENCE)
        if done.exit_code:
            said = _words(done.stderr) or f"no answer within {_SILENCE:.0f} s"
            raise ProvisionFailed(f"the engine cannot limit the nodes: {said}", hint=_LIMITS)

    def usage(self, containers: Sequence[str]) -> Usage | None:
        """Return what running containers use; None where none of them runs."""
        found = []
        for container in containers:
            with gone_is_fine():
                stats = self.client.stats(container, stream=False, one_shot=True)
                if "usage" in stats["memory_stats"]:  # of one that does not run there are no figures
                    found.append(_usage(stats))
        return _sum(found) if found else None

    def pause(self, container: str) -> None:
        """Freeze a container; does no harm to one that is frozen.

        On a busy machine the kernel may not get all processes to stand still, so that takes more than one attempt.
        """
        from docker.errors import APIError  # noqa: PLC0415 - loaded with the client

        refused: APIError | None = None
        for _ in attempts(_TIMEOUT):
            try:
                with _already("already paused"):
                    self.client.pause(container)
            except APIError as cause:
                if _NOT_FROZEN not in str(cause.explanation):
                    raise
                refused = cause
            else:
                return
        if refused:
            raise refused

    def unpause(self, container: str) -> None:
        """Thaw a container; does no harm to one that runs."""
        with _already("not paused"):
            self.client.unpause(container)

    def run_in(
        self, container: str, argv: Sequence[str], *, user: str, stdin: bytes = b"", silence: float = _SILENCE
    ) -> Completed:
        """Run a command in a container; its standard error is part of ``stdout``. It has to know where its input ends.

        Raises EngineUnavailable where it says nothing for ``silence`` seconds, and does not end.
        """
        made = self.client.exec_create(container, list(argv), user=user, stdin=bool(stdin))
        channel = self.client.exec_start(made["Id"], socket=True)
        with closing(channel), closing(_socket(channel)) as stream:
            stream.settimeout(silence)
            with suppress(OSError):  # what is wrong is read
                stream.sendall(stdin)
            said = b"".join(iter(lambda: _receive(stream), b""))
        return Completed(int(self.client.exec_inspect(made["Id"])["ExitCode"]), _streams(said), b"")

    def containers(self, *wanted: str) -> list[dict[str, Any]]:
        """Return the containers, running or not, with all these labels (``NAME`` or ``NAME=VALUE``)."""
        return list(self.client.containers(all=True, filters={"label": list(wanted)}))

    def networks(self, *wanted: str) -> list[dict[str, Any]]:
        """Return the networks with all these labels."""
        return list(self.client.networks(filters={"label": list(wanted)}))

    def volumes(self, *wanted: str) -> list[dict[str, Any]]:
        """Return the volumes with all these labels."""
        return list(self.client.volumes(filters={"label": list(wanted)})["Volumes"] or ())

    def remove_containers(self, found: Callable[[], Iterable[Mapping[str, Any]]]) -> list[str]:
        """Remove what ``found`` returns until that is nothing, and say what it was.

        The engine refuses while it makes a container, or removes it by itself (``--rm``).
        """
        removed: dict[str, None] = {}
        for _ in attempts(_TIMEOUT):
            left = list(found())
            if not left:
                break
            for container in left:
                with gone_is_fine():
                    self.client.remove_container(container["Id"], force=True, v=True)
                removed[f"container {name_of(container)}"] = None
        return list(removed)

    def remove_network(self, name: str) -> str:
        """Remove a network and say so; "" where it stays in use. Its last container may still be on its way out."""
        return f"network {name}" if self._while_used(lambda: self.client.remove_network(name)) else ""

    def is_network_used(self, network: str) -> bool:
        """Return whether a container that runs is on a network."""
        with gone_is_fine():
            return bool(self.client.inspect_network(network).get("Containers"))
        return False

    def why_network_stays(self, name: str) -> str:
        """Name a network that could not be removed, and the containers that somebody else has put on it."""
        with gone_is_fine():
            inside = (self.client.inspect_network(name).get("Containers") or {}).values()
            users = ", ".join(sorted(str(one.get("Name")) for one in inside))
            return f"network {name} (used by {users})" if users else f"network {name}"
        return f"network {name}"

    def remove_volume(self, name: str) -> str:
        """Remove a volume and say so; "" where it stays in use."""
        return f"volume {name}" if self._while_used(lambda: self.client.remove_volume(name)) else ""

    def init_state(self, container: str) -> InitState | None:
        """Return what PID 1 of a running container has last written."""
        with gone_is_fine():  # of three lines the last may be half written, and then the engine returns nothing of it
            return init_state(self.client.logs(container, stdout=True, stderr=False, tail=3))
        return None

    def ended(self, container: str) -> datetime | None:
        """Return when a container ended, by the engine's clock; None for one that runs or never ran, or is gone."""
        with gone_is_fine():
            state = self.client.inspect_container(container)["State"]
            ended = datetime.fromisoformat(state["FinishedAt"])
            return ended if not state["Running"] and ended.year > 1 else None
        return None

    def init_deadline(self, container: str) -> datetime | None:
        """Return the deadline that PID 1 of a running container holds."""
        held = self.init_state(container)
        return datetime.fromtimestamp(held.deadline, UTC) if held else None

    def carried_by(self, container: Mapping[str, Any]) -> Labels:
        """Return the labels of a listed container, with the deadline and the terms that its PID 1 holds by now."""
        carried: Labels = container["Labels"]
        held = self.init_state(container["Id"]) if condition_of(container) is Condition.RUNNING else None
        if held is None:
            return carried
        said = {labels.DEADLINE: datetime.fromtimestamp(held.deadline, UTC).isoformat(), labels.TERMS: held.terms}
        idle_end = {labels.IDLE_END: str(held.idle_end or "")}
        return {**carried, **{name: value for name, value in said.items() if value}, **idle_end}

    def move_deadline(self, container: str, deadline: datetime, terms: str = "") -> None:
        """Send it to PID 1's standard input, and wait until it has taken it; see ``init.move_deadline``."""
        wanted = InitState(int(deadline.timestamp()), terms)
        channel = self.client.attach_socket(container, params={"stdin": 1, "stream": 1})
        with closing(channel), closing(_socket(channel)) as pipe:
            pipe.sendall(move_deadline(wanted.deadline, terms))
        self._until(lambda: _agrees(self.init_state(container), wanted), "moving the deadline")

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        if not any(holds() for _ in attempts(_TIMEOUT)):
            raise EngineUnavailable(f"{what}: no effect within {_TIMEOUT:.0f} s", hint="see `tempshell status`")

    def _while_used(self, remove: Callable[[], object]) -> bool:
        """Remove something that the engine may say is in use by a container that it is just removing.

        Return False where it goes on saying so: then that is not one of ours.
        """
        from docker.errors import APIError  # noqa: PLC0415 - loaded with the client

        for _ in attempts(_TIMEOUT):
            try:
                with gone_is_fine():
                    remove()
            except APIError as cause:
                said = str(cause.explanation)
                if not (_ACTIVE_ENDPOINTS in said or "in use" in said):
                    raise
            else:
                return True
        return False


# Other commands, or the kernel, were using the same thing at that moment.
_PASSING = re.compile(
    r"pool overlaps|xtables lock|resource busy|resource temporarily unavailable|network \S+ not found|try again",
    re.IGNORECASE,
)
# An engine has some thirty networks to give; each release says in other words that all of them are taken.
_NO_NETWORK_LEFT = "`docker network prune` removes unused networks; or add default-address-pools to daemon.json"
_RUNTIMES = "set the default runtime of that engine, and leave --runtime out"
_HINTS = {
    "address pool": _NO_NETWORK_LEFT,
    "invalid runtime name": "`docker info --format '{{json .Runtimes}}'` lists what --runtime may name",
}
_LIMITS = "give more with --node-memory, or see the engine's log"
_DOCTOR = "`tempshell doctor` shows what the engine lacks"
_NEEDS = "see the image: it needs /bin/sh, and bash 5 or busybox"


def condition_of(container: Mapping[str, Any]) -> Condition:
    """Return what a listed container's state means for its sandbox."""
    return Condition.RUNNING if container["State"] in _ALIVE else Condition.DEAD


def is_connected(container: Mapping[str, Any]) -> bool:
    """Return whether a listed container is on the network that it was made for, where it was made for one."""
    wanted = container["HostConfig"]["NetworkMode"]
    return wanted == "none" or wanted in (container.get("NetworkSettings") or {}).get("Networks", {})


def network_id(container: Mapping[str, Any], network: str) -> str:
    """Return the id of the network of this name that a listed container refers to, or "": it may be gone."""
    networks = (container.get("NetworkSettings") or {}).get("Networks", {})
    return str(networks.get(network, {}).get("NetworkID", ""))


def is_paused(container: Mapping[str, Any]) -> bool:
    """Return whether a listed container is frozen."""
    return bool(container["State"] == PAUSED)


def name_of(container: Mapping[str, Any]) -> str:
    """Return the name of a listed container; one that is being removed may have none."""
    names: Sequence[str] = container.get("Names") or (container["Id"],)
    return names[0].lstrip("/")


def of_session(session: str | None) -> str:
    """Return the label filter for a session's things, or with None for every session's."""
    return labels.SESSION if session is None else f"{labels.SESSION}={session}"


def of_owner(owner: str | None) -> list[str]:
    """Return the label filters for an owner's things; none for everybody's."""
    return [] if owner is None else [f"{labels.OWNER}={owner}"]


def _usage(stats: Mapping[str, Any]) -> Usage:
    """Read the engine's figures as ``docker stats`` does: without files that the kernel could drop at once."""
    memory = stats["memory_stats"]
    files = memory["stats"].get("inactive_file", memory["stats"].get("total_inactive_file", 0))
    spent = stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
    return Usage(max(0, memory["usage"] - files), spent, memory.get("limit"), stats["pids_stats"].get("current"))


def _sum(found: Sequence[Usage]) -> Usage:
    """Return what several containers use together; of what is not known of one, nothing is known of all."""
    limits, processes = [one.memory_limit for one in found], [one.processes for one in found]
    return Usage(
        sum(one.memory for one in found),
        sum(one.processor for one in found),
        None if None in limits else sum(limit or 0 for limit in limits),
        None if None in processes else sum(number or 0 for number in processes),
    )


@contextmanager
def gone_is_fine() -> Iterator[None]:
    """Let pass that something is gone already, or on its way out: ``--rm`` and other people's commands race us."""
    from docker.errors import APIError  # noqa: PLC0415 - loaded with the client

    try:
        yield
    except APIError as cause:
        leaving = cause.status_code == _CONFLICT and "remov" in str(cause.explanation)
        if cause.status_code != _NOT_FOUND and not leaving:
            raise


@contextmanager
def _already(state: str) -> Iterator[None]:
    """Let pass that a container is in that state already."""
    from docker.errors import APIError  # noqa: PLC0415 - loaded with the client

    try:
        yield
    except APIError as cause:
        if state not in str(cause.explanation):
            raise


def _agrees(held: InitState | None, wanted: InitState) -> bool:
    """Return whether PID 1 holds what is wanted of it; without terms, those that it has stay."""
    return held is not None and held.deadline == wanted.deadline and wanted.terms in {"", held.terms}


def _await_deadline(output: Any) -> None:  # noqa: ANN401 - a socket, or what the SDK has for one
    """Wait for the first line of PID 1, which says that it holds the deadline: see init.sh."""
    output.settimeout(_SILENCE)
    said = b""
    while init_state(_streams(said)) is None:
        chunk = _receive(output)
        if not chunk:
            words = _words(_streams(said)) or "it said nothing"
            raise ProvisionFailed(f"the container ended at once: {words}", hint=_NEEDS)
        said += chunk


def _receive(stream: Any) -> bytes:  # noqa: ANN401 - a socket, or what the SDK has for one
    """Return the next bytes of a container's output, none at its end; raises EngineUnavailable."""
    try:
        return bytes(stream.recv(_CHUNK))
    except OSError as cause:  # its time limit among others
        raise EngineUnavailable(f"the sandbox says nothing: {cause}", hint=_DOCTOR) from cause


def _words(said: bytes) -> str:
    """Return what was said, for a message."""
    return strip_controls(said.decode(errors="replace")).strip()


def _streams(raw: bytes) -> bytes:
    """Return what a container has written, of both its streams: each chunk comes with a header of eight bytes.

    https://docs.docker.com/reference/api/engine/ (attach to a container)
    """
    found = b""
    while len(raw) > _HEADER:
        end = _HEADER + int.from_bytes(raw[4:_HEADER], "big")
        found, raw = found + raw[_HEADER:end], raw[end:]
    return found


def _socket(channel: Any) -> Any:  # noqa: ANN401 - a socket, or the SDK's wrapping of one
    return getattr(channel, "_sock", channel)
