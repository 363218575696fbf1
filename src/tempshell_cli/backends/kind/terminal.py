"""The terminal container of a cluster: its image, its kubeconfig, its start."""

from __future__ import annotations

import io
import tarfile

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Report, SandboxRequest
from tempshell_cli.backends.docker import workspaces
from tempshell_cli.backends.docker.container import LEARNER, ContainerSpec, create_options, home_of, user_of
from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.images import Image, built, ensure_image, has_image
from tempshell_cli.backends.docker.proxies import of_node
from tempshell_cli.backends.kind.names import (
    TERMINAL,
    WORKSPACE_HELPER,
    cluster_name,
    control_plane_name,
    filler_name,
    helper_name,
    kubeconfig_name,
    terminal_name,
)
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.paths import shipped

HELM_IMAGE = "alpine/helm:3.22.0"
_OF_NODE_IMAGE = "io.tempshell.terminal-image"  # the label of our own node images: see images/node
_KUBECONFIG, _FILLER = "cluster-kubeconfig", "cluster-filler"
_MOUNTED = "/etc/tempshell/kube"
# A copy of one's own, because people change its current namespace all day; the mounted one is there to return to.
# A workspace may bring a kubeconfig along: that of an earlier cluster is of no use, and nothing else is lost. A pipe of
# that name is not read: it would never end.
_OWN_COPY = f"""
copy="$1/.kube/config" theirs="name: kind-{cluster_name("")}" keep=
if [ -f "$copy" ]; then
  grep -q "$theirs" "$copy" && ! grep "name: " "$copy" | grep -q -v "$theirs" || keep=--backup=numbered
elif [ -e "$copy" ]; then
  mv --backup=numbered --no-target-directory "$copy" "$copy.other" || exit
fi
install $keep -D --no-target-directory -m 0600 {_MOUNTED}/config "$copy"
"""


def ensure_terminal_image(engine: DockerEngine, node_image: str, report: Report) -> str:
    """Return the terminal image with the kubectl of that very node image, built if the engine has none.

    It has helm, unless the engine can neither build on helm's image nor has done so before.
    """
    inspected = engine.client.inspect_image(node_image)  # type: ignore[no-untyped-call]  # a gap in the SDK's stubs
    known = (inspected["Config"].get("Labels") or {}).get(_OF_NODE_IMAGE, "")
    if known and has_image(engine.client, known):
        return str(known)
    shell = ensure_image(engine.client, "tempshell/shell", report)

    def terminal(helm: str) -> Image:
        args = {"SHELL_IMAGE": shell, "NODE_IMAGE": node_image, "HELM_IMAGE": helm}
        return built("tempshell/terminal", shipped("images") / "terminal", args, also=str(inspected["Id"]))

    image = terminal(HELM_IMAGE)
    if not has_image(engine.client, image.reference):
        try:
            ensure_image(engine.client, HELM_IMAGE, report)
        except ProvisionFailed:  # no registry answers: tasks that need helm say so
            image = terminal(shell)
    return ensure_image(engine.client, image, report)


def start_terminal(engine: DockerEngine, request: SandboxRequest, image: str, kubeconfig: str) -> None:
    """Start the container on the cluster's network, with the internal kubeconfig mounted read-only.

    Raises LimitReached where another session has its workspace.
    """
    session = request.session
    _fill_kubeconfig(engine, request, image, kubeconfig)
    volumes = {kubeconfig_name(session): _MOUNTED}
    node = engine.client.inspect_container(control_plane_name(session))
    proxies = of_node(node["Config"]["Env"] or [], control_plane_name(session))
    home = workspaces.home_mount(request)
    spec = ContainerSpec(terminal_name(session), cluster_name(session), TERMINAL, volumes, proxies, home)
    container = engine.create_container(create_options(engine.client, request, image, spec))
    helper = workspaces.Helper(helper_name(session), WORKSPACE_HELPER)
    workspaces.take(engine, request, container, image, helper)
    engine.start_sandbox(container, request.template)
    profile = request.template.profile
    done = engine.run_in(container, ("/bin/sh", "-c", _OWN_COPY, "sh", home_of(profile)), user=user_of(profile))
    if done.exit_code:
        raise ProvisionFailed(f"the kubeconfig cannot be put in place: {done.stdout.decode(errors='replace')}")


def _fill_kubeconfig(engine: DockerEngine, request: SandboxRequest, image: str, content: str) -> None:
    """Write the kubeconfig into a volume, through a container that is never started: no secret is in any argv."""
    volume = kubeconfig_name(request.session)
    engine.create_volume(volume, labels.labels(request, _KUBECONFIG))
    host = engine.client.create_host_config(binds={volume: {"bind": _MOUNTED, "mode": "rw"}}, network_mode="none")
    filler = engine.create_container(
        {
            "image": image,
            "name": filler_name(request.session),
            "command": ["true"],
            "labels": labels.beside(request, _FILLER),
            "host_config": host,
        }
    )
    engine.client.put_archive(filler, _MOUNTED, _archive("config", content.encode()))
    engine.client.remove_container(filler, force=True)


def _archive(name: str, content: bytes) -> bytes:
    """Return a tar with one file that the learner alone may read."""
    uid, gid = (int(number) for number in LEARNER.split(":"))
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.uid, member.gid = len(content), 0o400, uid, gid
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()
