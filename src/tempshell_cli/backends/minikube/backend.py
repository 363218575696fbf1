"""The minikube backend: Kubernetes, with a profile for a context."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from tempshell_cli.backends.base import KeptWorkspace, Problem, Report, Sandbox, SandboxRequest, Template
from tempshell_cli.backends.kubernetes import credentials as kubeconfigs
from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.backends.minikube import profile as minikube
from tempshell_cli.backends.minikube.profile import MinikubeProfile
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed

if TYPE_CHECKING:
    from tempshell_cli.backends.docker.images import Image as Shipped
    from tempshell_cli.backends.kubernetes.images import Loader

_PROVIDER = "minikube.sigs.k8s.io"  # as minikube marks the clusters it writes into a kubeconfig


class MinikubeBackend(KubernetesBackend):
    """Pods on a minikube cluster. The context is the profile: minikube gives both the same name."""

    name: ClassVar[str] = "minikube"
    other_version: ClassVar[str] = "choose a profile of such a version with `--context`"

    def usual_context(self) -> str:
        """Return the current context where that is a minikube one, else minikube's own default."""
        current = kubeconfigs.current_context()
        return current if current and _is_minikubes(current) else minikube.NAME

    def doctor(self) -> Sequence[Problem]:
        """Return what is missing; a profile that does not run is started when it is used."""
        found = [] if minikube.is_here() else [Problem("the minikube command is missing", minikube.INSTALL)]
        if not kubectl.is_here():
            found.append(Problem("the kubectl command is missing", kubectl.INSTALL))
        return found if found or not self._is_known() else super().doctor()

    def answers(self) -> bool:
        """Return whether the profile's cluster answers a request for its version."""
        return self._is_known() and super().answers()

    def kubernetes_version(self, template: Template) -> str:
        """Return the version that the profile's cluster reports, "" for a profile that was never started."""
        return super().kubernetes_version(template) if self._is_known() else ""

    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        """Start the profile where it does not run, then as on any cluster."""
        minikube.require()
        self._start(report)
        return super().provision(request, report)

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        """Return the sandboxes there; a profile that does not run, and that no kubeconfig knows, has none.

        Raises EngineUnavailable where the kubeconfig is gone and the profile may run: so may what is there.
        """
        return super().find(owner) if self._has_something() else []

    def workspaces(self, owner: str) -> Sequence[KeptWorkspace]:
        """Return the workspaces there; as ``find``."""
        return super().workspaces(owner) if self._has_something() else []

    def own_kubeconfig(self) -> Path:
        """Return where minikube writes the kubeconfig of a profile that was started here."""
        return self.kubeconfigs.folder / f"minikube-{self.target.context}.yaml"

    def loader(self) -> Loader:
        """Return the way images go: by `minikube image load`."""
        return _Loader(self._profile())

    def _start(self, report: Report) -> None:
        profile = self._profile()
        if not profile.runs():
            self.kubeconfigs.scratch()  # the folder that minikube is to write to
            profile.start(report)
            self.clusters.forget()
        elif not self._is_known():
            raise self._unknown()

    def _has_something(self) -> bool:
        if self._is_known():
            return True
        minikube.require()
        if self._profile().may_run():
            raise self._unknown()
        return False

    def _unknown(self) -> EngineUnavailable:
        name = self.target.context
        return EngineUnavailable(
            f"minikube's profile {name} runs, and no kubeconfig knows it",
            hint=f"`minikube --profile {name} update-context` writes it into yours",
        )

    def _is_known(self) -> bool:
        """Return whether there is a way to the cluster, in the user's kubeconfig or in a private one."""
        kept = any(one.context == self.target.context for _, one in self.kubeconfigs.all())
        return kept or self.own_kubeconfig().is_file() or self.target.context in kubeconfigs.contexts()

    def _profile(self) -> MinikubeProfile:
        return MinikubeProfile(self.target.context, self.own_kubeconfig())


class _Loader:
    """Builds on the local engine, and loads into the profile's nodes."""

    def __init__(self, profile: MinikubeProfile) -> None:
        self._profile = profile

    def reference(self, shipped: Shipped, report: Report, *, kubectl: bool) -> str:
        from tempshell_cli.backends.docker.engine import DockerEngine  # noqa: PLC0415 - an exec needs none of it
        from tempshell_cli.backends.docker.images import ensure_image  # noqa: PLC0415

        if kubectl:
            raise ProvisionFailed("the shipped image has no kubectl", hint="name one that has it, with --image")
        engine = DockerEngine()
        with engine.translated_errors():
            return ensure_image(engine.client, shipped, report)

    def load(self, reference: str, report: Report) -> None:
        with report(f"loading image {reference} into {self._profile.name}"):
            self._profile.load(reference)


def _is_minikubes(context: str) -> bool:
    extensions = kubeconfigs.contexts().get(context, {}).get("extensions")
    return any(
        isinstance(one, dict) and isinstance(own := one.get("extension"), dict) and own.get("provider") == _PROVIDER
        for one in (extensions if isinstance(extensions, list) else ())
    )
