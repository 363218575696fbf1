"""Templates: named sets of options, from the config file, shipped ones, and those of packs as ``PACK/NAME``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tempshell_cli.core.errors import TempshellError, UsageProblem
from tempshell_cli.core.files import reading
from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.paths import Paths, refuse_strangers_file, shipped
from tempshell_cli.core.text import one_line
from tempshell_cli.core.units import parse_duration, parse_size
from tempshell_cli.packs.format.native import MANIFEST, is_native, read_manifest
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.format.template import OwnTemplate, SandboxTemplate
from tempshell_cli.packs.library.find import find_pack, find_root, is_shipped, list_packs
from tempshell_cli.packs.reading.decode import decode
from tempshell_cli.packs.reading.toml import read_toml
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.secrets import parse_secret

_SHIPPED = "templates"
_NO_TEMPLATE = "shell"  # what a pack names that has none of its own in mind
_LIST = "`tempshell template ls` lists them"


class Found(NamedTuple):
    """A template by its name, and where it is from: a file, or the pack that has it."""

    name: str
    source: str
    template: SandboxTemplate
    pack: Pack | None = None

    @property
    def is_strange(self) -> bool:
        """Whether it is a stranger's word."""
        return self.pack is not None and not is_shipped(self.pack)

    def values(self) -> dict[str, Any]:
        """Return what it says, without what it leaves open."""
        said = {name: getattr(self.template, name) for name in self.template.__struct_fields__}
        return {name: list(one) if isinstance(one, tuple) else one for name, one in said.items() if one not in _OPEN}


_OPEN: tuple[object, ...] = (None, "", (), {})


def find_template(paths: Paths, name: str) -> Found:
    """Return the template of that name; one of the config file comes before a shipped one.

    Raises UsageProblem, and PackProblem with file and line for one that cannot be used.
    """
    pack, slash, own = name.rpartition("/")
    if slash:
        return _of_pack(find_pack(pack), own, name)
    config = _config_text(paths)
    if name in _tables(paths, config):
        return _read(config, name, paths.config_file, ("templates", name))
    file = shipped(_SHIPPED) / f"{name}.toml"
    if name in _shipped_names():
        return _read(file.read_text("utf-8"), name, file, ())
    known = {*_tables(paths, config), *_shipped_names()}
    raise UsageProblem(f"there is no template {one_line(name)!r}", hint=nearest(name, known))


def template_of_pack(pack: Pack) -> Found | None:
    """Return the template that a pack has for its own sessions."""
    name = pack.head.sandbox.template
    return None if name == _NO_TEMPLATE and name not in pack.head.templates else _of_pack(pack, name, name)


def known_templates(paths: Paths, warn: Any) -> Iterator[Found]:  # noqa: ANN401 - a function
    """Yield every template; those that cannot be read are reported to ``warn`` and left out."""
    own = _tables(paths, _config_text(paths))
    for name in sorted({*own, *_shipped_names()}):
        try:
            yield find_template(paths, name)
        except TempshellError as cause:
            warn(str(cause))
    for pack in list_packs():
        try:
            names = _names_in(find_root(pack))
            yield from (find_template(paths, f"{pack}/{name}") for name in names)
        except TempshellError as cause:
            warn(str(cause))


def applied(request: StartRequest, found: Found) -> StartRequest:
    """Return the request with the template's values where it leaves them open. Variables and secrets are added up."""
    said = found.template
    secrets = {one.name: one for one in map(parse_secret, getattr(said, "secrets", ()))}
    secrets |= {one.name: one for one in request.secrets}
    values: dict[str, Any] = {
        "backend": getattr(said, "backend", ""),
        "image": said.image,
        "profile": said.profile,
        "network": said.network,
        "cpus": said.cpus,
        "memory": parse_size(said.memory) if said.memory else None,
        "pids": said.pids,
        "ttl": parse_duration(said.ttl) if said.ttl else None,
        "idle": parse_duration(said.idle) if said.idle else None,
        "run_once": said.run_once,
        "workspace": getattr(said, "workspace", ""),
    }
    open_ones = {name: one for name, one in values.items() if one and getattr(request, name) in _OPEN}
    return request._replace(**open_ones, env={**said.env, **request.env}, secrets=tuple(secrets.values()))


def ports_of(paths: Paths, name: str) -> tuple[str, ...]:
    """Return the ports of the template of that name, as ``--port`` takes them; raises UsageProblem for what is none."""
    from tempshell_cli.sessions.forwarding.ports import parse_forward  # noqa: PLC0415 - few templates have ports

    ports: tuple[str, ...] = getattr(find_template(paths, name).template, "ports", ())
    for one in ports:
        parse_forward(one)
    return ports


def _of_pack(pack: Pack, own: str, name: str) -> Found:
    if own not in pack.head.templates:
        hint = nearest(own, pack.head.templates) or _LIST
        raise UsageProblem(f"the pack {one_line(pack.id)} has no template {one_line(own)!r}", hint=hint)
    return Found(name, f"the pack {one_line(pack.id)}", pack.head.templates[own], pack)


def _names_in(root: Path) -> list[str]:
    """Return the names of a pack's templates; reads its manifest alone."""
    if not is_native(root):
        return []
    with reading(root / MANIFEST, "see that you may read it"):
        content = (root / MANIFEST).read_bytes()
    return sorted(read_manifest({MANIFEST: content}, root)[1].templates)


def _read(text: str, name: str, file: Path, within: tuple[str, ...]) -> Found:
    return Found(name, str(file), decode(read_toml(text, source=str(file), within=within), OwnTemplate))


def _shipped_names() -> set[str]:
    return {file.stem for file in shipped(_SHIPPED).glob("*.toml")}


def _config_text(paths: Paths) -> str:
    file = paths.config_file
    if not file.exists():
        return ""
    refuse_strangers_file(file)
    with reading(file, "see that you may read it"):
        return file.read_text("utf-8")


def _tables(paths: Paths, text: str) -> Mapping[str, Any]:
    tables = read_toml(text, source=str(paths.config_file)).data
    assert isinstance(tables, dict)  # noqa: S101 - a TOML document is a table
    found = tables.get("templates", {})
    return found if isinstance(found, dict) else {}
