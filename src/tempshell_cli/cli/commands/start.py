"""``tempshell start``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.bundle import bundled
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import (
    Backend,
    ClusterAccess,
    Cpus,
    Detach,
    DockerContext,
    Env,
    EnvFile,
    Image,
    KindConfig,
    KubeContext,
    Load,
    Memory,
    Name,
    Namespace,
    Network,
    NodeCpus,
    NodeMemory,
    Nodes,
    Pack,
    Plain,
    PodOptions,
    Profile,
    Quiet,
    Record,
    Replace,
    Theme,
    Ttl,
)

app = new_app()


@app.command()
@bundled
def start(
    pack: Pack = "",
    name: Name = "",
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
    keep_on_failure: Annotated[
        bool, typer.Option("--keep-on-failure", help="Keep the sandbox of a failed start to inspect it.")
    ] = False,
    replace: Replace = False,
    detach: Detach = False,
    plain: Plain = False,
    record: Record = False,
    theme: Theme = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the session as JSON and exit.")] = False,
    quiet: Quiet = False,
) -> None:
    """Start a session and open its practice screen.

    Examples:
      tempshell start                       A plain shell
      tempshell start linux-basics          The tasks of a pack
      tempshell start ckad-core --backend kind
      tempshell start --image debian --ttl 90m --name lab
      tempshell start --detach              For a script: print the id and exit
    """
    from tempshell_cli.cli.launch import Options, launch, parse_access, parse_network, parse_profile
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.screen import Visit, show_started
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
        node_cpus=node_cpus,
        node_memory=node_memory,
        kind_config=kind_config,
        load=load or (),
        context=kube_context,
        namespace=namespace,
        access=parse_access(cluster_access),
        placement=pods.as_settings(),
        keep_on_failure=keep_on_failure,
        replace=replace,
    )
    with user_sessions() as sessions:
        session = launch(sessions, options, console.silence if quiet else console.progress)
        show_started(sessions, session, Visit(detach, plain, record, as_json, theme))
