"""``tempshell run``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.argv import WithArgv, inner_argv
from tempshell_cli.cli.bundle import bundled
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import (
    Backend,
    ClusterAccess,
    Cpus,
    DockerContext,
    Env,
    EnvFile,
    Image,
    Interactive,
    KindConfig,
    KubeContext,
    Load,
    Memory,
    Namespace,
    Network,
    NodeCpus,
    NodeMemory,
    Nodes,
    Pack,
    PodOptions,
    Profile,
    Quiet,
    Ttl,
    Tty,
)

if TYPE_CHECKING:
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session


app = new_app()


@app.command(cls=WithArgv)
@bundled
def run(
    context: typer.Context,
    pack: Pack = "",
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
    node_cpus: NodeCpus = None,
    node_memory: NodeMemory = "",
    kind_config: KindConfig = None,
    load: Load = None,
    kube_context: KubeContext = "",
    namespace: Namespace = "",
    cluster_access: ClusterAccess = "none",
    pods: PodOptions = PodOptions(),  # noqa: B008 - immutable
    tty: Tty = False,
    interactive: Interactive = False,
    remove: Annotated[bool, typer.Option("--rm", help="Remove the sandbox afterwards. Always on.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run one command in a new sandbox, then remove the sandbox.

    The sandbox does not see your files: send them by stdin. The exit code is the command's.

    Examples:
      tempshell run -- uname -a
      tar -c . | tempshell run -- sh -c 'tar -x && make test'
      tempshell run --image python:3.13 -- python -V
    """
    del interactive, remove  # both are always so
    from tempshell_cli.cli.launch import Options, launch, parse_access, parse_network, parse_profile
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions

    options = Options(
        pack=pack,
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
        node_cpus=node_cpus,
        node_memory=node_memory,
        kind_config=kind_config,
        load=load or (),
        context=kube_context,
        namespace=namespace,
        access=parse_access(cluster_access),
        placement=pods.as_settings(),
    )
    with user_sessions() as sessions:
        session = launch(sessions, options, console.silence if quiet else console.progress)
        try:
            code = _run(sessions, session, inner_argv(context), tty=tty)
        finally:
            sessions.stop(session)
    raise typer.Exit(code)


def _run(sessions: Sessions, session: Session, argv: list[str], *, tty: bool) -> int:
    """Run the command on our own standard streams, and return its exit code (128 + N where a signal ended it).

    Raises SessionExpired where the deadline has ended it.
    """
    from tempshell_cli.core.errors import ExitCode
    from tempshell_cli.core.foreground import run_client
    from tempshell_cli.sessions.lookup import refuse_ended

    tty = tty and sys.stdin.isatty()
    code = run_client(sessions.engines.of(session).shell(session.sandbox, argv, tty=tty), tty=tty)
    if code not in {0, ExitCode.EXPIRED}:  # the local backend has said so itself
        refuse_ended(sessions.store, session, sessions.clock.now())
    return code
