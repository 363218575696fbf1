"""Consent to what a pack asks for beyond a restricted sandbox: given by name, or once for each content of the pack."""

from __future__ import annotations

from typing import NamedTuple

from tempshell_cli.backends.base import Backend, Profile
from tempshell_cli.core.paths import Paths
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.library.find import is_shipped

_FOLDER = "consent"


class Demand(NamedTuple):
    """What a pack would get by its own word alone, what that can do, and the option that grants it."""

    what: str
    reach: str
    option: str
    key: str


def demand_of(pack: Pack, backend: Backend, *, profile: Profile | None, backend_is_named: bool) -> Demand | None:
    """Return what nobody but the pack asks for; None where it is restricted, or the user has named it.

    ``profile`` is the one that was named. A session with a cluster is more than restricted by itself: what a pack asks
    for there is done by its administrator, on kind's privileged nodes, or by the user. Where a pack alone leads to one,
    only a shipped one may do so unasked.
    """
    asks_admin = pack.head.sandbox.profile is Profile.ADMIN
    if profile is None and asks_admin:
        what, option, reach = "the admin profile", "--profile admin", backend.admin_reach
    elif backend.pack_reach and not (backend_is_named or profile is Profile.ADMIN or is_shipped(pack)):
        what, option, reach = f"a {backend.name} cluster", f"--backend {backend.name}", backend.pack_reach
    else:
        return None
    return Demand(what, reach, option, f"{pack.digest}-{backend.name}-{option.split()[-1]}")


def is_granted(paths: Paths, demand: Demand) -> bool:
    """Tell whether the user has said yes before to this content of the pack, on this backend."""
    return (paths.state / _FOLDER / demand.key).is_file()


def grant(paths: Paths, demand: Demand) -> None:
    """Remember a yes; raises UsageProblem where the state directory cannot be used."""
    (paths.private(_FOLDER) / demand.key).touch(mode=0o600)
