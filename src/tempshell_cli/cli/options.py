"""Options and arguments that several commands take, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer

from tempshell_cli.cli.complete import (
    backend_names,
    pack_names,
    secret_names,
    session_names,
    template_names,
    theme_names,
    workspace_names,
)

# Headings of the help.
SANDBOX, KIND, PODS, SCREEN = "Sandbox options", "kind options", "Kubernetes options", "Screen options"

Session = Annotated[
    str,
    typer.Argument(
        help="A session: its id, its name, or the start of one. [default: the only one]", autocompletion=session_names
    ),
]
PastSession = Annotated[
    str,
    typer.Argument(
        help="A session, which may have ended. [default: the only one, or the last]", autocompletion=session_names
    ),
]
OfSession = Annotated[
    str,
    typer.Option(
        "--session",
        "-s",
        metavar="SESSION",
        help="A session, by id or name. [default: the only one]",
        autocompletion=session_names,
    ),
]
Pack = Annotated[
    str, typer.Argument(help="A pack, by name or directory. Without one: a plain shell.", autocompletion=pack_names)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ReceiptsAsJson = Annotated[bool, typer.Option("--json", help="Print the receipts as JSON.")]
NoReceipts = Annotated[bool, typer.Option("--quiet", "-q", help="Print no receipts.")]
AsJunit = Annotated[bool, typer.Option("--junit", help="Print JUnit XML, for CI services.")]
FORMAT = typer.Option("--format", "-o", help="The output format.")
Listing = Annotated[Literal["table", "name", "json"], FORMAT]

Name = Annotated[str, typer.Option("--name", metavar="NAME", help="A name for the session. [default: generated]")]
Replace = Annotated[bool, typer.Option("--replace", help="Stop your other sessions first.")]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Print the id and exit.")]
Plain = Annotated[
    bool, typer.Option("--plain", help="Attach the bare terminal, without the tasks.", rich_help_panel=SCREEN)
]


def _known_theme(name: str) -> str:
    """Return the name of a theme; raises UsageProblem for one that is none, before anything is started."""
    if name:
        from tempshell_cli.tui.theme import theme_named

        theme_named(name)
    return name


def _known_backend(name: str) -> str:
    """Return the name of a backend; raises UsageProblem for one that is none."""
    if name and name != "auto":
        from tempshell_cli.backends.registry import refuse_unknown

        refuse_unknown(name)
    return name


Theme = Annotated[
    str,
    typer.Option(
        "--theme",
        metavar="THEME",
        help="Colours: dark, light, auto, or a theme of Textual. [default: as configured]",
        callback=_known_theme,
        autocompletion=theme_names,
        rich_help_panel=SCREEN,
    ),
]

# What a sandbox is made of. The help of --backend also names the backends that there are.
Backend = Annotated[
    str,
    typer.Option(
        "--backend",
        "-b",
        metavar="NAME",
        help="Where the sandbox runs.",
        callback=_known_backend,
        autocompletion=backend_names,
    ),
]
DockerContext = Annotated[
    str,
    typer.Option(
        "--docker-context",
        "--docker-host",
        metavar="CONTEXT",
        help="A Docker context, or a host such as ssh://me@box.",
        rich_help_panel=SANDBOX,
    ),
]
Ttl = Annotated[
    str,
    typer.Option("--ttl", metavar="DURATION", help="How long it lasts, such as 45m or 1h30m. [default: 60m]"),
]
Image = Annotated[
    str,
    typer.Option(
        "--image",
        metavar="IMAGE",
        help="The container image; for kind, the node image. [default: tempshell/shell]",
        rich_help_panel=SANDBOX,
    ),
]
Runtime = Annotated[
    str,
    typer.Option(
        "--runtime",
        metavar="NAME",
        help="What runs the container, such as runsc, gVisor's. [default: the engine's]",
        rich_help_panel=SANDBOX,
    ),
]
Profile = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="restricted|admin|machine",
        help="Your rights inside: admin is root, machine root with systemd and Docker. [default: restricted]",
        rich_help_panel=SANDBOX,
    ),
]
Env = Annotated[
    list[str] | None,
    typer.Option(
        "--env", "-e", metavar="NAME=VALUE", help="Set an environment variable. Repeatable.", rich_help_panel=SANDBOX
    ),
]
EnvFile = Annotated[
    Path | None,
    typer.Option("--env-file", metavar="FILE", help="Read environment variables from a file.", rich_help_panel=SANDBOX),
]
SecretNames = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME[=VARIABLE]",
        help="Put a secret into /run/secrets/NAME, and a variable. Repeatable.",
        autocompletion=secret_names,
        rich_help_panel=SANDBOX,
    ),
]
SecretFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--secret-file",
        metavar="NAME=FILE",
        help="Read a secret from a file, not from the keyring. Repeatable.",
        rich_help_panel=SANDBOX,
    ),
]
Cpus = Annotated[
    float | None,
    typer.Option("--cpus", metavar="NUMBER", min=0.01, help="CPU cores. [default: 0.5]", rich_help_panel=SANDBOX),
]
Memory = Annotated[
    str,
    typer.Option(
        "--memory",
        "-m",
        metavar="SIZE",
        help="Memory, such as 512m or 2g. [default: 512m]",
        rich_help_panel=SANDBOX,
    ),
]
Network = Annotated[
    str,
    typer.Option(
        "--network", metavar="default|none", help="The network inside: none turns it off.", rich_help_panel=SANDBOX
    ),
]
NodeCpus = Annotated[
    float | None,
    typer.Option(
        "--node-cpus", metavar="NUMBER", min=0.01, help="CPU cores of each node. [default: 1.5]", rich_help_panel=KIND
    ),
]
NodeMemory = Annotated[
    str,
    typer.Option(
        "--node-memory",
        metavar="SIZE",
        help="Memory of each node, such as 3g. [default: 2g]",
        rich_help_panel=KIND,
    ),
]
Nodes = Annotated[
    int | None,
    typer.Option(
        "--nodes",
        metavar="NUMBER",
        min=1,
        max=9,
        help="Nodes of the cluster, 1 to 9: a control plane, and workers.",
        rich_help_panel=KIND,
    ),
]
KindConfig = Annotated[
    Path | None,
    typer.Option("--kind-config", metavar="FILE", help="A kind configuration to build on.", rich_help_panel=KIND),
]
Load = Annotated[
    list[str] | None,
    typer.Option(
        "--load",
        metavar="IMAGE",
        help="Load an image of the engine into the nodes. Repeatable.",
        rich_help_panel=KIND,
    ),
]
KubeContext = Annotated[
    str,
    typer.Option(
        "--context",
        metavar="CONTEXT",
        help="A context of the kubeconfig, or minikube's profile.",
        rich_help_panel=PODS,
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        "--namespace", metavar="NAMESPACE", help="An existing namespace. [default: a new one]", rich_help_panel=PODS
    ),
]
ClusterAccess = Annotated[
    str,
    typer.Option(
        "--cluster-access",
        metavar="none|view|edit",
        help="What kubectl in the pod may do in its namespace.",
        rich_help_panel=PODS,
    ),
]


class SandboxOptions(NamedTuple):
    """What a sandbox is made of, and where: what every command that starts one takes."""

    template: Annotated[
        str,
        typer.Option(
            "--template",
            metavar="NAME",
            help="Take what is not given here from a template.",
            autocompletion=template_names,
        ),
    ] = ""
    backend: Backend = ""
    docker_context: DockerContext = ""
    image: Image = ""
    runtime: Runtime = ""
    profile: Profile = ""
    env: Env = None
    env_file: EnvFile = None
    secret: SecretNames = None
    secret_file: SecretFiles = None
    cpus: Cpus = None
    memory: Memory = ""
    pids_limit: Annotated[
        int | None,
        typer.Option(
            "--pids-limit",
            metavar="NUMBER",
            min=1,
            help="Processes and threads. [default: 100]",
            rich_help_panel=SANDBOX,
        ),
    ] = None
    idle: Annotated[
        str,
        typer.Option(
            "--idle",
            metavar="DURATION",
            help="End it when nothing has happened in it for so long, such as 30m.",
            rich_help_panel=SANDBOX,
        ),
    ] = ""
    workspace: Annotated[
        str,
        typer.Option(
            "--workspace",
            metavar="NAME",
            help="A home that outlives the session, made if there is none of that name.",
            autocompletion=workspace_names,
            rich_help_panel=SANDBOX,
        ),
    ] = ""
    workspace_size: Annotated[
        str,
        typer.Option(
            "--workspace-size",
            metavar="SIZE",
            help="What a new workspace may hold, where the engine can limit it. [default: 10g]",
            rich_help_panel=SANDBOX,
        ),
    ] = ""
    network: Network = ""
    nodes: Nodes = None
    node_cpus: NodeCpus = None
    node_memory: NodeMemory = ""
    kind_config: KindConfig = None
    load: Load = None
    kube_context: KubeContext = ""
    namespace: Namespace = ""
    cluster_access: ClusterAccess = ""
    pull_secret: Annotated[
        list[str] | None,
        typer.Option(
            "--pull-secret",
            metavar="[NAMESPACE/]NAME",
            help="A secret to pull the image with. Repeatable.",
            rich_help_panel=PODS,
        ),
    ] = None
    node_selector: Annotated[
        list[str] | None,
        typer.Option(
            "--node-selector",
            metavar="KEY=VALUE",
            help="A label that the pod's node must have. Repeatable.",
            rich_help_panel=PODS,
        ),
    ] = None
    toleration: Annotated[
        list[str] | None,
        typer.Option(
            "--toleration",
            metavar="KEY[=VALUE][:EFFECT]",
            help="A taint that the pod tolerates. Repeatable.",
            rich_help_panel=PODS,
        ),
    ] = None
    runtime_class: Annotated[
        str,
        typer.Option("--runtime-class", metavar="NAME", help="The runtime class of the pod.", rich_help_panel=PODS),
    ] = ""
    priority_class: Annotated[
        str,
        typer.Option("--priority-class", metavar="NAME", help="The priority class of the pod.", rich_help_panel=PODS),
    ] = ""


Publish = Annotated[
    list[str] | None,
    typer.Option(
        "--port",
        "-p",
        metavar="[[ADDRESS:]LOCAL:]PORT",
        help="Forward a port of this machine to one inside while the screen is open. Repeatable.",
        rich_help_panel=SCREEN,
    ),
]
Tty = Annotated[bool, typer.Option("--tty", "-t", help="Give the command a terminal.")]
Interactive = Annotated[bool, typer.Option("--interactive", "-i", help="Pass stdin to the command. Always on.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Record = Annotated[
    bool,
    typer.Option(
        "--record", help="Record what the terminal shows: see `tempshell recordings`.", rich_help_panel=SCREEN
    ),
]
