"""``tempshell start``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import (
    Backend,
    ClusterAccess,
    Cpus,
    DockerContext,
    Env,
    EnvFile,
    Image,
    KindConfig,
    KubeContext,
    Load,
    Memory,
    Namespace,
    Network,
    Nodes,
    Pack,
    Profile,
    Quiet,
    Record,
    Ttl,
)

if TYPE_CHECKING:
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session

app = new_app()


@app.command()
def start(
    pack: Pack = "",
    name: Annotated[str, typer.Option("--name", help="What to call the session.")] = "",
    backend: Backend = "",
    docker_context: DockerContext = "",
    ttl: Ttl = "",
    image: Image = "",
    profile: Profile = "",
    env: Env = None,
    env_file: EnvFile = None,
    cpus: Cpus = None,
    memory: Memory = "",
    network: Network = "default",
    nodes: Nodes = 1,
    kind_config: KindConfig = None,
    load: Load = None,
    kube_context: KubeContext = "",
    namespace: Namespace = "",
    cluster_access: ClusterAccess = "none",
    keep_on_failure: Annotated[
        bool, typer.Option("--keep-on-failure", help="Leave a failed sandbox for a look.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Stop the sessions you have first.")] = False,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Print the id and leave.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Attach the bare terminal, without tasks beside it.")] = False,
    record: Record = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and leave.")] = False,
    quiet: Quiet = False,
) -> None:
    """Start a session and open its practice screen."""
    from tempshell_cli.cli import console
    from tempshell_cli.cli.launch import Options, launch, parse_access, parse_network, parse_profile
    from tempshell_cli.cli.service import user_sessions

    options = Options(
        pack=pack,
        name=name,
        backend=backend,
        docker_context=docker_context,
        ttl=ttl,
        image=image,
        profile=parse_profile(profile),
        env=env or (),
        env_file=env_file,
        cpus=cpus,
        memory=memory,
        network=parse_network(network),
        nodes=nodes,
        kind_config=kind_config,
        load=load or (),
        context=kube_context,
        namespace=namespace,
        access=parse_access(cluster_access),
        keep_on_failure=keep_on_failure,
    )
    with user_sessions() as sessions:
        if replace:
            sessions.stop_own()
        session = launch(sessions, options, console.silence if quiet else console.progress)
        _open(sessions, session, detach=detach, plain=plain, record=record, as_json=as_json)


def _open(sessions: Sessions, session: Session, *, detach: bool, plain: bool, record: bool, as_json: bool) -> None:
    from tempshell_cli.cli import console
    from tempshell_cli.cli.render import session_json
    from tempshell_cli.cli.screen import open_screen

    if as_json:
        console.say_json(session_json(session, sessions.clock.now()))
    elif detach or not console.is_interactive():
        console.say(session.id)
        if not detach:
            console.note(f"tempshell: this is no terminal; `tempshell attach {session.name}` opens it")
    else:
        open_screen(sessions, session, plain=plain, record=record)
