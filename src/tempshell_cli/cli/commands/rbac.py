"""``tempshell rbac``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app

app = new_app()


@app.command()
def rbac(
    namespace: Annotated[
        str, typer.Option("--namespace", help="One namespace for all sessions. [default: one for each session]")
    ] = "",
    user: Annotated[str, typer.Option("--user", help="Who is to have it: a user, as the cluster calls them.")] = "",
    group: Annotated[str, typer.Option("--group", help="Or a group.")] = "",
) -> None:
    """Print what lets somebody use tempshell on a cluster, for an administrator: tempshell rbac | kubectl apply -f -.

    Without a user or a group it is for a service account named tempshell, which is made along with it.
    """
    import yaml

    from tempshell_cli.backends.kubernetes.place import endpoint_of
    from tempshell_cli.backends.kubernetes.rights import Subject, manifests
    from tempshell_cli.cli.output import console

    if user and group:
        raise typer.BadParameter("name a user or a group, not both")
    endpoint_of("", namespace)  # refuses what cannot be one
    subject = Subject("User", user) if user else Subject("Group", group) if group else None
    console.say(yaml.safe_dump_all(manifests(namespace, subject), sort_keys=False).rstrip("\n"))
