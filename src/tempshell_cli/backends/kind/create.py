"""Making a session's cluster and its terminal. Only a start needs this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Network, Report, SandboxRequest, WorkloadImage
from tempshell_cli.backends.docker.engine import DockerEngine, name_of
from tempshell_cli.backends.docker.images import ensure_workload_image
from tempshell_cli.backends.docker.proxies import for_kind
from tempshell_cli.backends.docker.workspaces import refuse_used
from tempshell_cli.backends.kind.closed import route_services
from tempshell_cli.backends.kind.command import Kind
from tempshell_cli.backends.kind.config import cluster_config, node_names
from tempshell_cli.backends.kind.inventory import Inventory
from tempshell_cli.backends.kind.names import ADMIN, NETWORK, cluster_name, control_plane_name
from tempshell_cli.backends.kind.node_shell import ensure_node_image, introduce, prepare_shell
from tempshell_cli.backends.kind.preflight import check_images, check_room
from tempshell_cli.backends.kind.record import create_record, record_labels
from tempshell_cli.backends.kind.terminal import ensure_terminal_image, start_terminal
from tempshell_cli.backends.kind.timer import arm
from tempshell_cli.core.errors import ProvisionFailed

_NODES_READY = (
    *ADMIN,
    *("wait", "node", "--all", "--for", "condition=Ready", "--timeout", "120s"),
)
_NODES_TIMEOUT = 130.0  # seconds
_BOOTING = "Writing configuration"  # kind's first step after it has made the nodes


class Creation:
    """Makes clusters on an engine, whose errors the caller translates. ``kubeconfig`` is the file that kind writes."""

    def __init__(self, engine: DockerEngine, kind: Kind, kubeconfig: Path, report: Report) -> None:
        self._engine = engine
        self._kind = kind
        self._kubeconfig = kubeconfig
        self._report = report
        self._inventory = Inventory(engine)

    def make(self, request: SandboxRequest) -> Mapping[str, str]:
        """Make the record, the network, the cluster and its terminal, in this order; return the record's labels."""
        engine, name, wanted = self._engine, cluster_name(request.session), request.template.cluster
        info = engine.client.info()
        check_room(info, wanted.nodes)
        check_images(engine.client, wanted.images)
        refuse_used(engine, request)  # else that would come to light when the cluster is made
        request = request._replace(deadline=engine.theirs(request.deadline))
        config = cluster_config(name, request.ports, wanted, cgroup_v1=info.get("CgroupVersion") == "1")
        carried = record_labels(request, node_names(config))
        create_record(engine, carried, request.session)
        engine.create_network(name, labels.of_part(carried, NETWORK), closed=labels.is_closed(carried))
        if wanted.node_shell:
            own = request.template.image or self._kind.default_image(self._kubeconfig, self._report)
            layered = ensure_node_image(engine, own, self._report)
            request = request._replace(template=request.template._replace(image=layered))
        with ThreadPoolExecutor(1) as pool:
            image = self._create_cluster(request, config, pool)
            nodes = self._inventory.nodes(request.session)
            # Once it runs: to boot it takes all it can get. More cores than there are would be refused.
            engine.limit([name_of(node) for node in nodes], cpus=min(wanted.cpus, info["NCPU"]), memory=wanted.memory)
            arm(engine, [node["Id"] for node in nodes], request.deadline)
            if labels.is_closed(carried):
                route_services(engine, nodes)
            with self._report("building the terminal's image"):
                terminal = image.result()
        with self._report("starting the terminal"):
            start_terminal(engine, request, terminal, self._kind.kubeconfig(name, internal=True))
        if wanted.node_shell:
            introduce(engine, nodes, name)
            prepare_shell(engine, control_plane_name(request.session), request.template)
        return carried

    def _create_cluster(self, request: SandboxRequest, config: str, pool: ThreadPoolExecutor) -> Future[str]:
        """Make the cluster, and the terminal's image in the ``pool`` once there is a node to take kubectl from."""
        session, name, wanted = request.session, cluster_name(request.session), request.template.cluster
        image: list[Future[str]] = []

        def begun(step: str) -> None:
            if step.startswith(_BOOTING):
                image.append(pool.submit(self._terminal_image, session))

        self._kind.create(
            name,
            config=config,
            image=request.template.image,
            kubeconfig=self._kubeconfig,
            closed=request.template.network is Network.NONE,
            proxies=for_kind(self._engine.host, self._report),  # of a closed one, too: left out, kind finds its own
            report=self._report,
            begun=begun,
        )
        if wanted.nodes > 1:
            with self._report("waiting for the workers"):  # kind waits for the control plane alone
                plane = control_plane_name(session)
                done = self._engine.run_in(plane, _NODES_READY, user="0", silence=_NODES_TIMEOUT)
                if done.exit_code:
                    said = done.stdout.decode(errors="replace").strip()
                    raise ProvisionFailed(f"not all nodes are ready: {said}")
        for one in wanted.images:
            with self._report(f"loading image {one}"):
                self._kind.load(name, one)
        for asked in wanted.shipped:
            load_shipped(self._engine, self._kind, session, asked, self._report)
        return image[0] if image else pool.submit(self._terminal_image, session)

    def _terminal_image(self, session: str) -> str:
        node = self._inventory.nodes(session)[0]
        return ensure_terminal_image(self._engine, node["Image"], lambda _: nullcontext())


def load_shipped(engine: DockerEngine, kind: Kind, session: str, asked: WorkloadImage, report: Report) -> Sequence[str]:
    """Give the nodes a shipped image, unless they have it; return its references."""
    tags = ensure_workload_image(engine.client, asked, report)
    with report(f"loading image {' and '.join(tags)}"):
        kind.load(cluster_name(session), *tags)
    return tags
