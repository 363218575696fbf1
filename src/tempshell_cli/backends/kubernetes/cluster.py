"""The clusters that a backend's place leads to, each with its identity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.backends.kubernetes import credentials as kubeconfigs
from tempshell_cli.backends.kubernetes.api import Api, Refused
from tempshell_cli.backends.kubernetes.credentials import Credentials, KubeconfigStore
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession, TempshellError

_SYSTEM = "/api/v1/namespaces/kube-system"


class Clusters:
    """What the context leads to now, and what it led to when sessions were made that still are."""

    def __init__(self, kubeconfigs: KubeconfigStore, context: str, kubeconfig: Path | None = None) -> None:
        self._kubeconfigs = kubeconfigs
        self._context = context
        self._kubeconfig = kubeconfig  # next to the user's
        self._current: Api | None = None
        self._is_lost = False  # the user's kubeconfig leads nowhere, and the current cluster is that of a copy
        self._others: dict[str, Api] = {}

    def current(self) -> Api:
        """Return the cluster of the context, by the user's kubeconfig, or by a kept copy where that has lost it.

        The kubeconfig is read again once it has changed: a screen stays open for longer than a token is good for.
        """
        if self._current is None or not self._current.credentials.is_current():
            self._current = Api(self._credentials(), self._kubeconfigs.scratch())
        return self._current

    def forget(self) -> None:
        """Read the kubeconfig again the next time: the cluster was started meanwhile."""
        self._current = None

    def every(self) -> Iterator[Api]:
        """Yield the cluster of the context, and those where it led before, as far as sessions are there."""
        current = self.current()
        yield current
        seen = [current.credentials]
        for _, credentials in self._copies():
            if not any(credentials.leads_where(other) for other in seen):
                seen.append(credentials)
                yield self._api(credentials)

    def sessions_of(self, api: Api) -> list[str]:
        """Return the sessions whose kept copies lead to that cluster."""
        return [session for session, kept in self._copies() if kept.leads_where(api.credentials)]

    def of(self, sandbox: Sandbox) -> Api:
        """Return the cluster that a sandbox is on, by the copy that its session keeps.

        Raises EngineUnavailable where the context has left that cluster, and it does not answer.
        """
        kept = self.way(sandbox.session)
        if kept is None or (self._current and self._current.credentials.leads_where(kept)):
            return self.current()
        self._refuse_gone(sandbox, kept, EngineUnavailable)
        return self._api(kept)

    def way(self, session: str) -> Credentials | None:
        """Return the copy that a session keeps, None where it was lost.

        It is brought up to the user's kubeconfig where that has changed since: tokens are renewed, and a cluster of the
        same identity may have another address.
        """
        kept = self._kubeconfigs.of(session)
        if kept is None or kept.is_current():
            return kept
        try:
            api = self.current()
            now = api.credentials
            if self._is_lost:
                fresh = kept._replace(sources=now.sources)
            elif now.leads_where(kept) or (kept.identity and kept.identity == identity(api)):
                fresh = now._replace(identity=kept.identity)
            else:
                fresh = kept._replace(sources=now.sources, moved=True)
        except EngineUnavailable:  # where it leads now is unknown
            return kept
        self._kubeconfigs.put(session, fresh)
        return fresh

    def keep(self, session: str, api: Api) -> str:
        """Keep a private copy of the way to a session's cluster; return the file."""
        known = api.credentials
        self._kubeconfigs.put(session, known._replace(identity=known.identity or identity(api)))
        return str(self._kubeconfigs.path(session))

    def file(self, sandbox: Sandbox) -> str:
        """Return the kubeconfig to enter a sandbox with; one that was lost is made again from the user's.

        Raises NoSuchSession where the session was on a cluster that its context has left, and that does not answer.
        """
        kept = self.way(sandbox.session)
        if kept is None:
            return self.keep(sandbox.session, self.current())
        self._refuse_gone(sandbox, kept, NoSuchSession)
        return str(self._kubeconfigs.path(sandbox.session))

    def _refuse_gone(self, sandbox: Sandbox, kept: Credentials, error: type[TempshellError]) -> None:
        """Raise that error where the context leads to another cluster now, and the one of the copy does not answer."""
        if not kept.moved:
            return
        try:
            self._api(kept).get("/version")
        except Refused:  # which is an answer
            return
        except EngineUnavailable as cause:
            name = sandbox.name or sandbox.session
            raise error(
                f"{name} is gone: context {kept.context} leads to another cluster now, "
                f"and the one that it was on ({kept.cluster.get('server')}) does not answer",
                hint=f"`tempshell stop --forget {name}` takes it off the record",
            ) from cause

    def check(self, session: str, api: Api) -> None:
        """Be sure that the cluster is the one that the session was made on; raises EngineUnavailable.

        A name, an address and even a certificate can come to mean another cluster, and nothing of that is ours.
        """
        kept = self._kubeconfigs.of(session)
        if kept and kept.identity and kept.identity != identity(api):
            raise EngineUnavailable(
                f"context {kept.context} leads to another cluster than the one session {session} was made on",
                hint="nothing was touched; see `kubectl config get-contexts`",
            )

    def _credentials(self) -> Credentials:
        self._is_lost = False
        try:
            return kubeconfigs.read(self._context, self._kubeconfig)
        except EngineUnavailable:
            for _, credentials in self._kubeconfigs.all():
                if self._context in {credentials.context, ""}:
                    self._is_lost = True
                    return credentials._replace(sources=kubeconfigs.sources())
            raise

    def _copies(self) -> Iterator[tuple[str, Credentials]]:
        for session, credentials in self._kubeconfigs.all():
            if self._context in {credentials.context, ""}:
                yield session, self.way(session) or credentials

    def _api(self, credentials: Credentials) -> Api:
        server = str(credentials.cluster.get("server"))
        known = self._others.get(server)
        if known is None or known.credentials.config != credentials.config:
            self._others[server] = Api(credentials, self._kubeconfigs.scratch())
        return self._others[server]


def identity(api: Api) -> str:
    """Return what distinguishes a cluster from every other: the UID of kube-system, else its authority and address."""
    try:
        system = api.get(_SYSTEM)
    except Refused:
        system = None
    if system:
        return str(system["metadata"]["uid"])
    cluster = api.credentials.cluster
    return f"{cluster.get('server')} {cluster.get('certificate-authority-data', '')}"
