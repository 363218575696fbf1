"""``tempshell rbac``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app

app = new_app()


@app.command()
def rbac(
    namespace: Annotated[
        str,
        typer.Option("--namespace", metavar="NAMESPACE", help="One namespace for all. [default: one for each session]"),
    ] = "",
    user: Annotated[str, typer.Option("--user", metavar="USER", help="Grant them to this user.")] = "",
    group: Annotated[str, typer.Option("--group", metavar="GROUP", help="Grant them to this group.")] = "",
) -> None:
    """Print the rights that a person needs on a cluster.

    As YAML for an administrator to apply. Without a user or a group it is for a service account named tempshell,
    which the YAML creates.

    Examples:
      tempshell rbac | kubectl apply -f -
      tempshell rbac --namespace class-1 --group students | kubectl apply -f -
    """
    import yaml

    from tempshell_cli.backends.kubernetes.rights import Subject, manifests
    from tempshell_cli.backends.kubernetes.target import endpoint_of
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.errors import UsageProblem

    if user and group:
        raise UsageProblem("--user and --group cannot be used together", hint="choose one of them")
    endpoint_of("", namespace)  # refuses what cannot be one
    subject = Subject("User", user) if user else Subject("Group", group) if group else None
    console.say(yaml.safe_dump_all(manifests(namespace, subject), sort_keys=False).rstrip("\n"))
