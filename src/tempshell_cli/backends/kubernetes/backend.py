"""The Kubernetes backend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from tempshell_cli.backends.base import (
    Access,
    Backend,
    Capability,
    Condition,
    EngineChoice,
    Expired,
    KeptWorkspace,
    Option,
    Problem,
    Receipt,
    Report,
    Role,
    Sandbox,
    SandboxRequest,
    Template,
    Terms,
)
from tempshell_cli.backends.kubernetes import credentials as kubeconfigs
from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.backends.kubernetes.credentials import KubeconfigStore
from tempshell_cli.backends.kubernetes.exec import exec_command, kubectl_command
from tempshell_cli.backends.kubernetes.target import ClusterTarget, endpoint_of
from tempshell_cli.core.errors import EngineUnavailable, TempshellError
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command

if TYPE_CHECKING:
    from tempshell_cli.backends.kubernetes.api import Api
    from tempshell_cli.backends.kubernetes.cluster import Clusters
    from tempshell_cli.backends.kubernetes.images import Loader
    from tempshell_cli.core.config import Settings


class KubernetesBackend(Backend):
    """Pods on the cluster of a context: see ``place`` for what an endpoint is. "" is the current context."""

    name: ClassVar[str] = "kubernetes"
    pack_reach: ClassVar[str] = "acting with your rights in every namespace of the cluster of your context"
    is_shared: ClassVar[bool] = True
    admin_reach: ClassVar[str] = "root in a pod, as far as the Pod Security of the cluster allows"
    # By them programs in a pod find the API server: kubernetes.io/docs/tasks/run-application/access-api-from-pod
    engine_variables: ClassVar[Sequence[str]] = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
    other_version: ClassVar[str] = "choose a cluster of such a version with `--context`"

    def __init__(self, endpoint: str = "", *, paths: Paths | None = None) -> None:
        asked = ClusterTarget.parse(endpoint)
        self.target = asked._replace(context=asked.context or self.usual_context())
        self.endpoint = str(self.target)
        self.kubeconfigs = KubeconfigStore(paths or Paths.of_user())

    @cached_property
    def clusters(self) -> Clusters:
        """The clusters that the place leads to."""
        from tempshell_cli.backends.kubernetes.cluster import Clusters  # noqa: PLC0415 - an exec asks no cluster

        return Clusters(self.kubeconfigs, self.target.context, self.own_kubeconfig())

    def usual_context(self) -> str:
        """Return the context that is meant where none is named, "" where there is none."""
        return kubeconfigs.current_context()

    def own_kubeconfig(self) -> Path | None:
        """Return a kubeconfig that the backend itself has written, next to the user's."""
        return None

    @classmethod
    def options(cls) -> frozenset[Option]:
        """Return what a pod can honour."""
        of_pods = {
            Option.IMAGE,
            Option.CPUS,
            Option.NO_NETWORK,
            Option.OWN_NETWORK,
            Option.CLUSTER_ACCESS,
            Option.SECRET,
            Option.WORKSPACE,
        }
        of_nodes = {Option.NODE_SELECTOR, Option.TOLERATION, Option.RUNTIME_CLASS, Option.PRIORITY_CLASS}
        return frozenset({Option.CONTEXT, Option.NAMESPACE, Option.PULL_SECRET, *of_pods, *of_nodes})

    @classmethod
    def endpoint_of(cls, choice: EngineChoice) -> str:
        """Return the context and the namespace as one; raises UsageProblem for what cannot be a namespace."""
        return endpoint_of(choice.context, choice.namespace)

    def default_image(self, settings: Settings) -> str:
        """Return the image of the settings."""
        return settings.sandbox.image

    def refuses(self, template: Template) -> Sequence[Problem]:
        """Return what a pod cannot use, or its learner could read or remove: pull secrets, a workspace."""
        from tempshell_cli.backends.kubernetes.placement import unusable_secrets  # noqa: PLC0415 - an exec needs none

        found = list(unusable_secrets(template.placement, self.target.namespace, template.access))
        if template.workspace and template.access is Access.EDIT:
            found.append(Problem("who may edit its namespace could remove the workspace", "use --cluster-access view"))
        return found

    def answers(self) -> bool:
        """Return whether the cluster answers a request for its version."""
        try:
            return kubectl.is_here() and bool(self.clusters.current().get("/version"))
        except TempshellError:
            return False

    def doctor(self) -> Sequence[Problem]:
        """Return what is missing: kubectl, a kubeconfig, the context, an answer, rights."""
        from tempshell_cli.backends.kubernetes.diagnosis import problems  # noqa: PLC0415 - for doctor alone

        return problems(self.clusters, self.target)

    def capabilities(self) -> frozenset[Capability]:
        """Images, a network that reaches out, root in a pod of one's own, and what the cluster has beyond that."""
        from tempshell_cli.backends.kubernetes.diagnosis import extras  # noqa: PLC0415 - asked for by packs alone

        usual = {Capability.IMAGES, Capability.OUTBOUND, Capability.ADMIN}
        return frozenset(usual | extras(self.clusters.current()))

    def kubernetes_version(self, template: Template) -> str:
        """Return the version that the API server of the context reports."""
        del template
        return str((self.clusters.current().get("/version") or {}).get("gitVersion", ""))

    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        """Make the session's namespace and Job, and wait until its pod runs."""
        from tempshell_cli.backends.kubernetes import inventory  # noqa: PLC0415 - an exec needs none of it
        from tempshell_cli.backends.kubernetes.images import on_nodes  # noqa: PLC0415
        from tempshell_cli.backends.kubernetes.metadata import Origin  # noqa: PLC0415
        from tempshell_cli.backends.kubernetes.session import SessionObjects  # noqa: PLC0415
        from tempshell_cli.backends.kubernetes.workspaces import claim_of  # noqa: PLC0415

        api = self.clusters.current()
        kubeconfig = self.clusters.keep(request.session, api)
        request = request._replace(deadline=request.deadline + api.ahead)
        image = on_nodes(api, request.template, report, self.loader())
        namespace = self.target.namespace
        if namespace:
            inventory.refuse_shared_namespace(
                api, inventory.Wanted(self.name, request.owner, namespace), request.template.access
            )
        origin = Origin(request, self.name)
        with report("starting the pod"):
            claim = claim_of(api, origin, namespace)
            objects = SessionObjects(api, request.session, claim.namespace if claim else namespace)
            with claim.undone() if claim else nullcontext():
                objects.make(origin, image, claim)
                job, pod = objects.wait(request.deadline, claim)
        found = inventory.Found(request.session, objects.namespace, job, job, pod)
        return inventory.sandbox(found, api, self.name, kubeconfig)

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        """Return the sandboxes that have a namespace, a Job or a pod."""
        from tempshell_cli.backends.kubernetes import inventory  # noqa: PLC0415 - as above

        found: dict[tuple[str, str], Sandbox] = {}
        for api in self.clusters.every():
            try:
                seen = inventory.look(api, inventory.Wanted(self.name, owner, self.target.namespace))
            except EngineUnavailable:
                if api is self.clusters.current():
                    raise
                found |= {(one.place, one.session): one for one in self._unseen(api)}
                continue
            for one in seen:
                file = self.kubeconfigs.path(one.session)
                found.setdefault((one.namespace, one.session), inventory.sandbox(one, api, self.name, str(file)))
        return list(found.values())

    def _unseen(self, api: Api) -> Iterator[Sandbox]:
        """Yield what is on record of a cluster that a context led to before, and that does not answer any more."""
        forever = datetime.max.replace(tzinfo=UTC)
        why = f"its cluster does not answer, and context {api.credentials.context} leads to another now"
        for session in self.clusters.sessions_of(api):
            yield Sandbox(self.name, session, "", forever, condition=Condition.UNKNOWN, lost=(why,))

    def shell(
        self,
        sandbox: Sandbox,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str | None = None,
        role: Role = Role.LEARNER,
    ) -> Command:
        """Return a ``kubectl exec``, which has no other user than the pod's."""
        del user
        return exec_command({**sandbox.details, "kubeconfig": self._kubeconfig(sandbox)}, argv, role, tty=tty)

    def kubectl(self, sandbox: Sandbox, argv: Sequence[str]) -> Command:
        """Return a kubectl of this machine, with the session's private kubeconfig, in the session's namespace."""
        return kubectl_command({**sandbox.details, "kubeconfig": self._kubeconfig(sandbox)}, argv)

    def enforces_policies(self, sandbox: Sandbox) -> bool:
        """Try out whether the cluster's network does, with the image of the session's own pod; see ``netpol``."""
        from tempshell_cli.backends.kubernetes.trial import trial  # noqa: PLC0415 - for few packs
        from tempshell_cli.backends.netpol import enforces_policies  # noqa: PLC0415

        return enforces_policies(trial(self.clusters.of(sandbox), sandbox, partial(self.kubectl, sandbox)))

    def set_deadline(self, sandbox: Sandbox, deadline: datetime, terms: Terms | None = None) -> None:
        """Move the Job's deadline."""
        from tempshell_cli.backends.kubernetes.session import SessionObjects  # noqa: PLC0415 - as above

        api = self.clusters.of(sandbox)
        objects = SessionObjects(api, sandbox.session, sandbox.details["namespace"])
        objects.move_deadline(deadline + api.ahead, terms)

    def destroy(self, sandbox: Sandbox) -> Receipt:
        """Remove the session's Job, pod and namespace, and look until nothing of it runs."""
        from tempshell_cli.backends.kubernetes import inventory  # noqa: PLC0415 - as above
        from tempshell_cli.backends.kubernetes.session import SessionObjects  # noqa: PLC0415 - as above
        from tempshell_cli.backends.kubernetes.trial import remove_trial  # noqa: PLC0415 - as above

        session = sandbox.session
        api = self.clusters.of(sandbox)
        self.clusters.check(session, api)
        place = sandbox.place or self.target.namespace
        place = place or inventory.namespace_of_workspace(api, self.name, sandbox.owner, session)
        objects = SessionObjects(api, session, place)
        removed, left = objects.remove(sandbox.owner)
        if objects.own:
            remove_trial(api, session)
        if not left:
            self.kubeconfigs.drop(session)
        return Receipt(session, removed, left)

    def expired(self, grace: timedelta) -> Sequence[Expired]:
        """Return the namespaces and Jobs that are over, in the cluster that the context leads to now."""
        from tempshell_cli.backends.kubernetes import expired  # noqa: PLC0415 - as above

        return expired.look(self.clusters.current(), self.name, self.target.namespace, grace)

    def remove_expired(self, one: Expired) -> Receipt:
        """Delete a namespace or a Job, as it was found."""
        from tempshell_cli.backends.kubernetes import expired  # noqa: PLC0415 - as above

        return expired.remove(self.clusters.current(), one)

    def workspaces(self, owner: str) -> Sequence[KeptWorkspace]:
        """Return the workspaces of an owner in the namespace, without one those that have a namespace each."""
        from tempshell_cli.backends.kubernetes.workspaces import workspaces  # noqa: PLC0415 - as above

        return workspaces(self.clusters.current(), owner, self.name, self.target.namespace)

    def remove_workspace(self, owner: str, name: str) -> None:
        """Remove the claim, or the namespace with it, and wait until it is gone."""
        from tempshell_cli.backends.kubernetes.metadata import Keeping  # noqa: PLC0415 - as above
        from tempshell_cli.backends.kubernetes.workspaces import remove  # noqa: PLC0415 - as above

        remove(self.clusters.current(), Keeping(owner, self.name, name), self.target.namespace)

    def forget(self, session: str) -> None:
        """Drop the private way to a session's cluster."""
        self.kubeconfigs.drop(session)

    def loader(self) -> Loader | None:
        """Return how the nodes are given images, None where the cluster itself shows whether it is kind's."""
        return None

    def _kubeconfig(self, sandbox: Sandbox) -> str:
        """Return the session's private kubeconfig, brought up to the user's; raises as ``Clusters.file`` does."""
        kept = self.kubeconfigs.of(sandbox.session)
        if kept and kept.is_current() and not kept.moved:  # as a rule: what else it takes is not even loaded
            return str(self.kubeconfigs.path(sandbox.session))
        return self.clusters.file(sandbox)
