"""The text of options as what it means: enumerations, durations, bytes, variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from tempshell_cli.backends.base import Access, EngineChoice, Network, Placement, Profile, Secret
from tempshell_cli.cli.options import SandboxOptions
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import reading
from tempshell_cli.core.text import one_line
from tempshell_cli.core.units import parse_duration, parse_size
from tempshell_cli.sessions.request import StartRequest

_Choice = TypeVar("_Choice", bound=StrEnum)
_MOST_DIGITS = 6
_PLAIN_TEXT = "write it in UTF-8, without NUL characters"


def sandbox_request(typed: SandboxOptions) -> StartRequest:
    """Return what the options ask for; raises UsageProblem for what cannot be read."""
    return StartRequest(
        template=typed.template,
        backend=typed.backend,
        engine=EngineChoice(typed.docker_context, typed.kube_context, typed.namespace),
        image=typed.image,
        runtime=typed.runtime,
        profile=_one_of(Profile, typed.profile, "--profile") if typed.profile else None,
        network=_one_of(Network, typed.network, "--network") if typed.network else None,
        env=environment(typed.env or (), typed.env_file),
        secrets=_secrets(typed.secret or (), typed.secret_file or ()),
        cpus=typed.cpus,
        memory=parse_size(typed.memory) if typed.memory else None,
        pids=typed.pids_limit,
        idle=duration(typed.idle),
        workspace=typed.workspace,
        workspace_size=parse_size(typed.workspace_size) if typed.workspace_size else None,
        nodes=typed.nodes,
        node_cpus=typed.node_cpus,
        node_memory=parse_size(typed.node_memory) if typed.node_memory else None,
        kind_config=_text(typed.kind_config) if typed.kind_config else None,
        load=tuple(typed.load or ()),
        access=_one_of(Access, typed.cluster_access, "--cluster-access") if typed.cluster_access else Access.NONE,
        placement=_placement(typed),
    )


def pack_or_project(pack: str) -> dict[str, Any]:
    """Return the field of a request that a directory or a name is: a pack, or a project with a devcontainer.json."""
    if "/" in pack or pack in {".", ".."}:
        from tempshell_cli.sessions.devcontainer import find_project, read_project

        if root := find_project(pack):
            return {"project": read_project(root)}
    return {"pack": pack}


def ports_offered(request: StartRequest) -> tuple[str, ...]:
    """Return the ports that the template and the project of a request have, as ``--port`` takes them."""
    found = request.project.ports if request.project else ()
    if request.template:
        from tempshell_cli.core.paths import Paths
        from tempshell_cli.sessions.templates import ports_of

        found = (*found, *ports_of(Paths.of_user(), request.template))
    return tuple(dict.fromkeys(found))


def duration(text: str) -> timedelta | None:
    """Return a duration, None for ""; raises UsageProblem."""
    return parse_duration(text) if text else None


def how_many(text: str, option: str) -> int | None:
    """Return a number, None for "all"; raises UsageProblem."""
    if text == "all":
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise UsageProblem(f"{option} {one_line(text)!r} is not a number", hint=f"write {option} 3, or {option} all")
    return int(text)


def environment(pairs: Sequence[str], file: Path | None) -> Mapping[str, str]:
    """Return the variables of ``--env-file``, and those of ``--env`` over them, read as `docker run` reads them."""
    lines = []
    if file:
        with reading(file, "it is a file of NAME=VALUE lines"):
            lines = [line.removesuffix("\r") for line in file.read_text("utf-8-sig").split("\n")]
        lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    found = {}
    for pair in [*lines, *pairs]:
        name, equals, value = pair.partition("=")
        if not _is_text(pair):
            raise UsageProblem(f"the value of {name!r} has a character that no variable can have", hint=_PLAIN_TEXT)
        if not equals or not (name.isascii() and name.isidentifier()):
            raise UsageProblem(f"{pair.split('=')[0]!r} is not NAME=VALUE", hint="write --env NAME=VALUE")
        found[name] = value
    return found


def _secrets(asked: Sequence[str], files: Sequence[str]) -> tuple[Secret, ...]:
    """Return the secrets of ``--secret``, and those of ``--secret-file`` with their values."""
    if not asked and not files:
        return ()
    from tempshell_cli.sessions.secrets import LONGEST, checked_name, parse_secret, value_of

    found: dict[str, Secret] = {}
    for one in files:
        name, equals, file = one.partition("=")
        if not (equals and file):
            raise UsageProblem(f"--secret-file {one_line(one)!r} names no file", hint="write --secret-file NAME=FILE")
        with reading(Path(file), "it is a file with the secret"), Path(file).open("rb") as opened:
            content = opened.read(LONGEST + 1)
        found[name] = Secret(checked_name(name), value=value_of(name, content))
    for one in asked:
        secret = parse_secret(one)
        found[secret.name] = found.get(secret.name, secret)._replace(variable=secret.variable)
    return tuple(found.values())


def _placement(typed: SandboxOptions) -> Placement:
    asked: dict[str, Any] = {
        "pull_secrets": tuple(typed.pull_secret or ()),
        "node_selector": tuple(typed.node_selector or ()),
        "tolerations": tuple(typed.toleration or ()),
        "runtime_class": typed.runtime_class,
        "priority_class": typed.priority_class,
    }
    if not any(asked.values()):
        return Placement()
    from tempshell_cli.backends.placement import placement

    return placement(**asked)


def _is_text(pair: str) -> bool:
    try:
        pair.encode()
    except UnicodeEncodeError:  # bytes that are not UTF-8
        return False
    return "\0" not in pair


def _text(file: Path) -> str:
    with reading(file, "it is a kind configuration, in YAML"):
        return file.read_text("utf-8")


def _one_of(kind: type[_Choice], text: str, option: str) -> _Choice:
    try:
        return kind(text)
    except ValueError:
        raise UsageProblem(f"{option} {text!r} is unknown", hint=f"one of {', '.join(kind)}") from None
