"""What a template says: a pack's in YAML, one's own in TOML. Both have the same keys, but one's own has more."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field
from msgspec.structs import force_setattr

from tempshell_cli.backends.base import Network, Profile
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.reading.fields import END, Duration, NoNul, Strict, says

Variable = Annotated[str, Meta(title="variable", pattern=rf"^[A-Za-z_][A-Za-z0-9_]*{END}", examples=["EDITOR"])]
Size = Annotated[str, Meta(title="size", pattern=rf"^[0-9]{{0,11}}[1-9][0-9]{{0,11}}[bkmg]?{END}", examples=["2g"])]
Cores = Annotated[float, Meta(gt=0, le=1024)]
Pids = Annotated[int, Meta(ge=1, le=4_000_000)]
ImageName = Annotated[str, Meta(title="image", pattern=rf"^[!-~]+{END}", max_length=512, examples=["python:3.13"])]
SecretName = Annotated[str, Meta(title="secret", pattern=rf"^[!-~]+{END}", examples=["api-token=API_TOKEN"])]
Forward = Annotated[str, Meta(title="port", pattern=rf"^[!-~]+{END}", examples=["8080:80"])]


class SandboxTemplate(Strict, frozen=True, kw_only=True):
    """What a session gets that is started with the template, where nothing else is asked for by an option."""

    description: Annotated[str, says("What it is for, in a line.")] = ""
    image: Annotated[ImageName | None, says("The image of the container, as `--image`.")] = None
    profile: Annotated[Profile | None, says("The rights inside, as `--profile`.")] = None
    cpus: Annotated[Cores | None, says("Processor cores, as `--cpus`.")] = None
    memory: Annotated[Size | None, says("As `--memory`.")] = None
    pids: Annotated[Pids | None, says("Processes and threads, as `--pids-limit`.")] = None
    network: Annotated[Network | None, says("As `--network`.")] = None
    env: Annotated[dict[Variable, NoNul], says("Variables, as `--env`.")] = field(default_factory=dict)
    ttl: Annotated[Duration | None, says("How long it lasts, as `--ttl`.")] = None
    idle: Annotated[Duration | None, says("As `--idle`.")] = None
    run_once: Annotated[
        NoNul,
        says(
            "A command for the shell, run as you once the sandbox is there, before tasks are set up. `tempshell logs`"
            " prints what it has printed."
        ),
    ] = ""

    def __post_init__(self) -> None:
        force_setattr(self, "description", one_line(self.description))


class OwnTemplate(SandboxTemplate, frozen=True, kw_only=True):
    """A template of one's own, or a shipped one. Only these reach what is the user's."""

    backend: Annotated[str, says("Where it runs, as `--backend`.")] = ""
    secrets: Annotated[tuple[SecretName, ...], says("Secrets, each as `--secret` takes it.")] = ()
    workspace: Annotated[str, says("The home inside, kept between sessions, as `--workspace`.")] = ""
    ports: Annotated[
        tuple[Forward, ...], says("Ports that are forwarded while the screen is open, each as `--port` takes it.")
    ] = ()
