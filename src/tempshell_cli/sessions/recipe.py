"""How the sandbox of a session was made, kept on record so that it can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from tempshell_cli.backends.base import Network, Profile, Secret, Template, Workspace
from tempshell_cli.sessions.events import Recipe

if TYPE_CHECKING:
    from tempshell_cli.sessions.start import Plan


def recipe_of(plan: Plan) -> Recipe | None:
    """Return what a plan's sandbox is made of, with the names of variables and secrets and none of their values.

    None where it cannot be made again: the files of a project are those of its start.
    """
    template = plan.template
    if plan.project or template.cluster.config or template.build:
        return None
    return Recipe(
        {
            "image": template.image,
            "profile": str(template.profile),
            "network": str(template.network),
            "cpus": template.cpus,
            "memory": template.memory,
            "pids": template.pids,
            "runtime": template.runtime,
            "idle": template.idle.total_seconds(),
            "notice": template.notice.total_seconds(),
            "workspace": list(template.workspace) if template.workspace else [],
            "variables": list(template.env),
            "secrets": [[one.name, one.variable] for one in template.secrets],
            "dotfiles": str(plan.dotfiles or ""),
            "run_once": plan.run_once,
        }
    )


def template_of(recipe: Recipe, variables: Mapping[str, str], secrets: Mapping[str, str]) -> Template:
    """Return the template of a recipe, with the values that its variables and secrets have in the running sandbox.

    Raises KeyError and ValueError for a recipe that makes no sense, KeyError for a value that is not there, and
    ValueError for a secret that root inside has made something else than text.
    """
    said = recipe.said
    return Template(
        image=str(said["image"]),
        profile=Profile(said["profile"]),
        network=Network(said["network"]),
        cpus=float(said["cpus"]),
        memory=int(said["memory"]),
        pids=int(said["pids"]),
        env={name: variables[name] for name in said["variables"]},
        secrets=[Secret(name, variable, _text(name, secrets[name])) for name, variable in said["secrets"]],
        runtime=str(said["runtime"]),
        idle=timedelta(seconds=said["idle"]),
        notice=timedelta(seconds=said["notice"]),
        workspace=Workspace(*said["workspace"]) if said["workspace"] else None,
    )


def _text(name: str, value: str) -> str:
    if any("\udc80" <= char <= "\udcff" for char in value):  # a byte that is not UTF-8, by surrogateescape
        raise ValueError(f"{name} is not text any more")
    return value
