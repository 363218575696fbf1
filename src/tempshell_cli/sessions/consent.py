"""Consent to what a pack asks for beyond a restricted sandbox: given by name, or once for each content of the pack."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tempshell_cli.backends.base import Backend, Profile
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import reading
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.library.find import is_shipped
from tempshell_cli.sessions.events import Kind, words_of
from tempshell_cli.sessions.lifecycle import Sessions

if TYPE_CHECKING:
    from tempshell_cli.sessions.devcontainer import Project

_FOLDER = "consent"
_WITHOUT = {
    "--profile admin": "--profile restricted starts it without; what needs root will fail",
    "--profile machine": "--profile admin starts it in a plain container; what needs systemd or Docker will fail",
}


class Demand(NamedTuple):
    """What a pack would get by its own word alone, what that can do, and the option that grants it."""

    what: str
    reach: str
    option: str
    key: str


def require_consent(  # noqa: PLR0913 - what it depends on
    sessions: Sessions,
    pack: Pack,
    backend: Backend,
    *,
    profile: Profile | None,
    backend_is_named: bool,
    wanted: Profile | None = None,
) -> str:
    """Ask whether the pack may have what it asks for by itself; raises UsageProblem where nobody says so.

    ``profile`` is the one that was named, None where none was; ``wanted`` is that of the pack's template. Returns what
    the session is to keep of the answer, for ``refuse_changed``; "" where nothing had to be allowed.
    """
    demand = demand_of(pack, backend, profile=profile, backend_is_named=backend_is_named, wanted=wanted)
    if not demand:
        return ""
    if _is_granted(sessions.paths, demand.key):
        return demand.key
    name = one_line(pack.id)
    answer = sessions.ask(
        f"the pack {name} asks for {demand.what}.\n  On {backend.name} it would be {demand.reach}.\nAllow it?"
    )
    if answer is None:
        raise UsageProblem(
            f"the pack {name} asks for {demand.what}", hint=f"it would be {demand.reach}; {demand.option} allows it"
        )
    if not answer:
        hint = _WITHOUT.get(demand.option, "choose another with --backend")
        raise UsageProblem(f"{name} was not started", hint=hint)
    (sessions.paths.private(_FOLDER) / demand.key).touch(mode=0o600)
    return demand.key


def require_build_consent(sessions: Sessions, project: Project, profile: Profile | None) -> None:
    """Ask whether the Dockerfile of a project may be built: its steps run as root, and reach out.

    Asked once for each content of it and of the devcontainer.json; who has named a profile with root has answered.
    Raises UsageProblem where nobody says so.
    """
    if not project.build or (profile and profile.is_root):
        return
    digest = sha256(str(project.root).encode())
    for file in (project.file, project.build.dockerfile):
        with reading(file, "see that you may read it"):
            digest.update(sha256(file.read_bytes()).digest())
    key = f"sha256:{digest.hexdigest()}-docker-build"
    if _is_granted(sessions.paths, key):
        return
    what = f"{one_line(str(project.root))} builds an image"
    answer = sessions.ask(f"{what}.\n  Its steps run as root in containers of the engine, with a network.\nAllow it?")
    if answer is None:
        hint = "its steps run as root in containers of the engine; --profile admin allows it, and --image does without"
        raise UsageProblem(what, hint=hint)
    if not answer:
        raise UsageProblem("the project was not started", hint="--image names an image to start it in")
    (sessions.paths.private(_FOLDER) / key).touch(mode=0o600)


def refuse_changed(sessions: Sessions, session: str, pack: Pack) -> None:
    """Raise UsageProblem where the user has allowed this session's pack something, and it has another content now.

    A directory can change at any time, and a sandbox that is there is not restricted again.
    """
    for key in words_of(sessions.store.events(session), Kind.CONSENTED):
        _, *rest = key.split("-")
        if not _is_granted(sessions.paths, "-".join((pack.digest, *rest))):
            raise UsageProblem(
                f"the pack {one_line(pack.id)} has changed since you allowed what it asks for",
                hint="stop this session and start the pack again, which asks again",
            )


def demand_of(
    pack: Pack,
    backend: Backend,
    *,
    profile: Profile | None,
    backend_is_named: bool,
    wanted: Profile | None = None,
) -> Demand | None:
    """Return what nobody but the pack asks for; None where it is restricted, or the user has named it.

    ``profile`` is the one that was named, ``wanted`` that of a template of the pack. A session with a cluster is more
    than restricted by itself: what a pack asks for there is done by its administrator, on kind's privileged nodes, or
    by the user. Where a pack alone leads to one, only a shipped one may do so unasked.
    """
    wanted = wanted or pack.head.sandbox.profile
    if profile is None and wanted.is_root:
        what, option = f"the {wanted} profile", f"--profile {wanted}"
        reach = backend.machine_reach if wanted is Profile.MACHINE else backend.admin_reach
    elif backend.pack_reach and not (backend_is_named or (profile and profile.is_root) or is_shipped(pack)):
        what, option, reach = f"a {backend.name} cluster", f"--backend {backend.name}", backend.pack_reach
    else:
        return None
    return Demand(what, reach, option, f"{pack.digest}-{backend.name}-{option.split()[-1]}")


def _is_granted(paths: Paths, key: str) -> bool:
    """Return whether the user has said yes before to this content of the pack, on this backend."""
    return (paths.state / _FOLDER / key).is_file()
