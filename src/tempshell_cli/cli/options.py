"""Options and arguments that several commands take, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from tempshell_cli.cli.complete import backend_names, pack_names, session_names, theme_names
from tempshell_cli.core.config import KubernetesSettings

Session = Annotated[
    str, typer.Argument(help="Id, name or a prefix; the only session by default.", autocompletion=session_names)
]
OfSession = Annotated[
    str,
    typer.Option(
        "--session", "-s", help="Id, name or a prefix; the only session by default.", autocompletion=session_names
    ),
]
Pack = Annotated[
    str, typer.Argument(help="A pack by name or directory; none for just a shell.", autocompletion=pack_names)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Name = Annotated[str, typer.Option("--name", help="What to call the session.")]
Replace = Annotated[bool, typer.Option("--replace", help="Stop the sessions you have first.")]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Print the id and leave.")]
Plain = Annotated[bool, typer.Option("--plain", help="Attach the bare terminal, without tasks beside it.")]


def _known_theme(name: str) -> str:
    """Return the name of a theme; raises UsageProblem for one that is none, before anything is started."""
    if name:
        from tempshell_cli.tui.theme import theme_named

        theme_named(name)
    return name


Theme = Annotated[
    str,
    typer.Option(
        "--theme",
        help="The screen's colours: dark, light, auto, or a theme of Textual's. [default: as configured]",
        callback=_known_theme,
        autocompletion=theme_names,
    ),
]

# What a sandbox is made of.
Backend = Annotated[
    str,
    typer.Option(
        "--backend", "-b", help="auto, local, docker, kind, kubernetes or minikube.", autocompletion=backend_names
    ),
]
DockerContext = Annotated[
    str,
    typer.Option("--docker-context", "--docker-host", help="A Docker context, or a host such as ssh://me@box."),
]
Ttl = Annotated[str, typer.Option("--ttl", help="How long it lasts, such as 45m or 1h30m. [default: 60m]")]
Image = Annotated[
    str, typer.Option("--image", help="The container's image, or kind's node image. [default: tempshell/shell]")
]
Profile = Annotated[str, typer.Option("--profile", help="restricted, or admin: root inside the sandbox.")]
Env = Annotated[list[str] | None, typer.Option("--env", "-e", metavar="NAME=VALUE", help="Set a variable inside.")]
EnvFile = Annotated[Path | None, typer.Option("--env-file", help="Read variables from a file.")]
Cpus = Annotated[float | None, typer.Option("--cpus", min=0.01, help="Processor cores. [default: 0.5]")]
Memory = Annotated[str, typer.Option("--memory", "-m", help="Memory, such as 512m or 2g. [default: 512m]")]
Network = Annotated[str, typer.Option("--network", help="default (one of its own), or none.")]
NodeCpus = Annotated[
    float | None,
    typer.Option("--node-cpus", min=0.01, help="Processor cores of each node of a kind cluster. [default: 1.5]"),
]
NodeMemory = Annotated[
    str, typer.Option("--node-memory", help="Memory of each node of a kind cluster, such as 3g. [default: 2g]")
]
Nodes = Annotated[int, typer.Option("--nodes", min=1, max=9, help="Nodes of a kind cluster: one, and workers.")]
KindConfig = Annotated[Path | None, typer.Option("--kind-config", help="A kind configuration to build on.")]
Load = Annotated[
    list[str] | None, typer.Option("--load", metavar="IMAGE", help="Load an image of the engine into the cluster.")
]
KubeContext = Annotated[
    str, typer.Option("--context", help="A context of the kubeconfig, or minikube's profile. Implies kubernetes.")
]
Namespace = Annotated[
    str, typer.Option("--namespace", help="A namespace that is there. [default: one of the session's own]")
]
ClusterAccess = Annotated[
    str, typer.Option("--cluster-access", help="What kubectl in a pod may do there: none, view or edit.")
]


class PodOptions(NamedTuple):
    """Where a pod runs, and how its image is pulled: what clusters of companies ask for."""

    pull_secret: Annotated[
        list[str] | None,
        typer.Option("--pull-secret", metavar="[NAMESPACE/]NAME", help="A secret that pods pull their image with."),
    ] = None
    node_selector: Annotated[
        list[str] | None, typer.Option("--node-selector", metavar="KEY=VALUE", help="A label of the nodes for pods.")
    ] = None
    toleration: Annotated[
        list[str] | None,
        typer.Option("--toleration", metavar="KEY[=VALUE][:EFFECT]", help="A taint that pods tolerate."),
    ] = None
    runtime_class: Annotated[str, typer.Option("--runtime-class", help="The runtime class of pods.")] = ""
    priority_class: Annotated[str, typer.Option("--priority-class", help="The priority class of pods.")] = ""

    def as_settings(self) -> KubernetesSettings:
        """Return them as the settings that they go over."""
        return KubernetesSettings(
            tuple(self.pull_secret or ()),
            tuple(self.node_selector or ()),
            tuple(self.toleration or ()),
            self.runtime_class,
            self.priority_class,
        )


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Record = Annotated[bool, typer.Option("--record", help="Record what the terminal shows; see `tempshell recordings`.")]
