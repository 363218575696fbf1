"""What of a start the user asks for, and what a stranger does: templates, the user's own variables, and consent."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tempshell_cli.backends.base import Backend, Option, Profile
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import reading
from tempshell_cli.core.units import parse_size
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.request import StartRequest

if TYPE_CHECKING:
    from tempshell_cli.packs.format.pack import Pack
    from tempshell_cli.sessions.templates import Found


def with_template(
    sessions: Sessions, request: StartRequest, pack: Pack | None
) -> tuple[StartRequest, StartRequest, Found | None]:
    """Return what the user has named, and what holds with the values of the template that was named or is the pack's.

    What a template of the user's own says is named by the user, what one of a pack says is not.
    """
    if not request.template and (pack is None or not pack.head.templates):
        return request, request, None
    from tempshell_cli.sessions.templates import applied, find_template, template_of_pack  # noqa: PLC0415 - for few

    found = find_template(sessions.paths, request.template) if request.template else None
    if found is None and pack:
        found = template_of_pack(pack)
    if found is None:
        return request, request, None
    whole = applied(request, found)
    if found.is_strange:
        whole = _within_settings(sessions, request, whole, found)
    return (request if found.pack else whole), whole, found


def _within_settings(sessions: Sessions, request: StartRequest, whole: StartRequest, found: Found) -> StartRequest:
    """Return the request without what a stranger's template raises over the user's settings, and report that."""
    defaults = sessions.settings.sandbox
    most = {"cpus": defaults.cpus, "memory": parse_size(defaults.memory), "pids": defaults.pids}
    raised = [name for name, limit in most.items() if (getattr(whole, name) or 0) > (getattr(request, name) or limit)]
    if raised:
        sessions.warn(
            f"the template {found.name} asks for more {' and '.join(raised)} than your settings: they are used"
        )
    return whole._replace(**{name: getattr(request, name) for name in raised})


def with_project(sessions: Sessions, request: StartRequest) -> StartRequest:
    """Return the request with what its project asks for, and report what of that is not honoured."""
    project = request.project
    if not project:
        return request
    from tempshell_cli.sessions.copy import measure  # noqa: PLC0415 - few sessions have one
    from tempshell_cli.sessions.devcontainer import applied  # noqa: PLC0415 - as above
    from tempshell_cli.sessions.unpacking import Bounds  # noqa: PLC0415 - as above

    if request.reuse and not request.name:
        raise UsageProblem("--reuse of a project needs a --name", hint="name the session that is meant")
    with reading(project.root, "see that you may read it"):
        measure(project.root, Bounds(sessions.settings.copy))
    if project.unsupported:
        sessions.warn(f"{project.file} has what is not used here: {', '.join(project.unsupported)}")
    return applied(request, project)


def with_own(
    sessions: Sessions, request: StartRequest, pack: Pack | None, found: Found | None
) -> tuple[StartRequest, Path | None]:
    """Return the request with the user's own variables, and the dotfiles: where no stranger's scripts can read them."""
    settings = sessions.settings
    if not (settings.env or settings.dotfiles) or request.project or (found and found.is_strange):
        return request, None
    if pack:
        from tempshell_cli.packs.library.find import is_shipped  # noqa: PLC0415 - for packs alone

        if not is_shipped(pack):
            return request, None
    from tempshell_cli.sessions.preparing import dotfiles_of  # noqa: PLC0415 - few users have them

    return request._replace(env={**settings.env, **request.env}), dotfiles_of(settings.dotfiles)


def _refuse_nodes(backend: Backend, found: Found) -> None:
    """Raise UsageProblem where the image of a stranger's template would be that of a cluster's nodes."""
    if backend.pack_reach and Option.NODES in backend.options():
        raise UsageProblem(
            f"the template {found.name} names an image, which the nodes of a cluster would run with all rights",
            hint="name it with --image if you trust it, or choose another --backend",
        )


def consented(  # noqa: PLR0913 - what it depends on
    sessions: Sessions,
    named: StartRequest,
    backend: Backend,
    pack: Pack | None,
    found: Found | None,
    *,
    backend_is_named: bool,
) -> str:
    """Ask for what strangers ask for beyond a restricted sandbox; return what the session keeps of its pack's consent.

    ``named`` is what the user has asked for, without a word of a stranger's.
    """
    giver = found.pack if found else None
    if named.project and not named.image:
        from tempshell_cli.sessions.consent import require_build_consent  # noqa: PLC0415 - for few sessions

        require_build_consent(sessions, named.project, named.profile)
    if not (pack or giver):
        return ""
    if found and found.is_strange and found.template.image and not named.image:
        _refuse_nodes(backend, found)
    from tempshell_cli.sessions.consent import require_consent  # noqa: PLC0415 - for packs alone

    ask = partial(require_consent, sessions, backend=backend, profile=named.profile, backend_is_named=backend_is_named)
    wanted = found.template.profile if found else None
    if pack and giver and giver.digest == pack.digest:
        return ask(pack, wanted=wanted)
    if giver:
        ask(giver, wanted=wanted or Profile.RESTRICTED)
    return ask(pack) if pack else ""
