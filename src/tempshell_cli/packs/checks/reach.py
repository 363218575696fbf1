"""The check ``reach``: who reaches whom, as the NetworkPolicies of the cluster have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Annotated

import msgspec
from msgspec.structs import replace

from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.connection import Connection, ReachEnd, named_or_numbered
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, Prevented
from tempshell_cli.packs.checks.network.peers import TooManyCases, edges, everybody, supposed_pod
from tempshell_cli.packs.checks.network.rules import End, Ports, Way
from tempshell_cli.packs.checks.network.state import READ_NETWORK, NetworkState, network_state
from tempshell_cli.packs.checks.network.words import in_words, ports_in_words, why_closed, why_open, with_labels
from tempshell_cli.packs.checks.places import cluster_of
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell
from tempshell_cli.packs.checks.workload import refuse_broken_api
from tempshell_cli.packs.reading.fields import Id, says


class Reach(Connection, Kind, frozen=True, kw_only=True):
    """Work out who reaches whom by the cluster's NetworkPolicies, whether its network enforces them or not.

    With ``from`` and ``to``: whether the one reaches the other. With ``allow`` and ``deny``: several such. With one end
    and ``only``: whether anybody else reaches it, or it reaches anybody else, of all pods, namespaces and addresses
    that there are or could be; for this the policies of that end count, whatever the other end's are.
    """

    allowed: Annotated[bool, says("Whether `from` must reach `to`, or must not.")] = True
    ns: Annotated[Id | None, says("The namespace of every end that gives none.")] = None
    allow: Annotated[tuple[Connection, ...], says("All of these must be let through.")] = ()
    deny: Annotated[tuple[Connection, ...], says("None of these may be let through, on none of the ports.")] = ()
    only: Annotated[
        tuple[Connection, ...] | None,
        says(
            "Nothing but these may be let through at the one end that is given: each has the other end, pods by their"
            " labels. `[]` is nothing at all. That they are let through is for `allow` to ask."
        ),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.allow and not self.deny and self.only is None:
            if self.from_ is None or self.to is None:
                raise ValueError("give `from` and `to`, or one of the lists `allow`, `deny` and `only`")
        elif not self.allowed:
            raise ValueError("`allowed` is for one connection; beside other lists there is `deny`")
        for one, _ in self._connections():
            if one.from_ is None or one.to is None:
                raise ValueError("a connection has two ends: give `from` and `to`")
            if one.from_.service is not None:
                raise ValueError("nobody is reached from a Service: give its pods")
        self._refuse_odd_only()

    def _refuse_odd_only(self) -> None:
        given, other = ("to", "from") if self.to else ("from", "to")
        for one in self.only or ():
            far, near = (one.from_, one.to) if self.to else (one.to, one.from_)
            if far is None or near is not None:
                raise ValueError(f"`{given}` is given for all of `only`: give each `{other}`")
            if far.ip is None and not isinstance(far.pods, dict):
                raise ValueError("each of `only` is an `ip`, or `pods` by their labels: a policy cannot select a name")
            self._located(far)
        if self.only is None:
            return
        end = self._located(self.to or self.from_)
        if end is None or (self.to and self.from_) or (end.pods is None and end.new_pod is None):
            raise ValueError("beside `only` there is one end, `from` or `to`, with `pods` or a `new_pod`")

    def _connections(self) -> Iterator[tuple[Connection, bool]]:
        """Yield each connection that is asked about, and whether it must be let through."""
        if not self.allow and not self.deny and self.only is None:
            yield self._whole(self), self.allowed
        yield from ((self._whole(one), True) for one in self.allow)
        yield from ((self._whole(one), False) for one in self.deny)

    def _whole(self, one: Connection) -> Connection:
        """Return a connection with what the check gives for all of them."""
        return Connection(
            from_=self._located(one.from_ or self.from_),
            to=self._located(one.to or self.to),
            port=self.port if one.port is None else one.port,
        )

    def _located(self, end: ReachEnd | None) -> ReachEnd | None:
        if end is None or end.ip is not None or end.ns is not None:
            return end
        if self.ns is None:
            raise ValueError("the namespace of the pods is not given: `ns`")
        return replace(end, ns=self.ns)

    @property
    def needs_cluster(self) -> bool:
        """Always."""
        return True

    @property
    def listing(self) -> tuple[str, ...]:
        """All objects that can matter."""
        return READ_NETWORK

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Read the cluster's objects, and work out what they let through."""
        state = _read(cluster_of(sandbox), timeout)
        try:
            for connection, allowed in self._connections():
                if differs := _connection_mismatch(state, connection, allowed=allowed):
                    return differs
            return None if self.only is None else self._only_mismatch(state, self.only)
        except _Absent as absent:
            return absent.mismatch
        except TooManyCases as cause:
            raise Prevented(
                "the policies name too many labels for every combination of them to be looked at"
            ) from cause

    def _only_mismatch(self, state: NetworkState, only: Sequence[Connection]) -> Mismatch | None:
        way, else_ = (Way.INGRESS if self.to else Way.EGRESS), (" else" if only else "")
        meant = [(one, other) for one in map(self._whole, only) if (other := one.from_ if self.to else one.to)]
        for near in _ends(state, self._located(self.to or self.from_)):
            for far in everybody(state, near, way, [(other.pods, other.ns, other.blocks) for _, other in meant]):
                source, target = (far, near) if self.to else (near, far)
                extra = state.network.open_ports(source, target, (way,))
                for one, other in meant:
                    if other.has(far):
                        extra &= ~one.ports_of(target)
                if extra and not near.is_same(far):
                    nobody = f"nobody{else_} reaches {in_words(near)}"
                    nowhere = f"{in_words(near)} reaches nobody{else_}"
                    found = f"{in_words(source)} reaches {in_words(target)} on {ports_in_words(extra)}"
                    why = why_open(state.network, source, target, extra, (way,))
                    return Mismatch(nobody if self.to else nowhere, f"{found}: {why}")
        return None


class _Absent(Exception):
    """What is asked about is not there, which is a wrong answer."""

    def __init__(self, expected: str, found: str = "it is not there") -> None:
        super().__init__(expected)
        self.mismatch = Mismatch(expected, found)


def _read(cluster: ClusterView, timeout: float) -> NetworkState:
    done = cluster.kubectl(*READ_NETWORK, timeout=timeout)
    if done.exit_code or done.timed_out:
        refuse_broken_api(cluster, done.stderr)
        said = strip_controls(done.stderr.decode(errors="replace")).strip()
        raise CannotLook(f"the cluster's pods and NetworkPolicies cannot be read: {said or 'no answer in time'}")
    try:
        return network_state(done.stdout)
    except msgspec.DecodeError as cause:
        raise CannotLook("the cluster has more objects than can be looked at") from cause


def _connection_mismatch(state: NetworkState, asked: Connection, *, allowed: bool) -> Mismatch | None:
    for source, target in product(_ends(state, asked.from_), _ends(state, asked.to)):
        meant = _ports(state, asked, target)
        open_ = state.network.open_ports(source, target)
        wrong = meant & ~open_ if allowed else meant & open_
        if wrong and not source.is_same(target):
            reaches = "reaches" if allowed else "does not reach"
            expected = f"{in_words(source)} {reaches} {in_words(target)} on {ports_in_words(wrong)}"
            if allowed:
                return Mismatch(expected, f"it does not: {why_closed(state.network, source, target, wrong)}")
            return Mismatch(expected, f"it does: {why_open(state.network, source, target, wrong)}")
    return None


def _ports(state: NetworkState, asked: Connection, target: End) -> Ports:
    """Return the ports of a target that are asked about; raises _Absent where it has none of that name."""
    if asked.to and asked.to.service is not None:
        ports = state.services[str(asked.to.ns), asked.to.service].spec.ports
        meant = 0
        for one in ports:
            if not asked.ports or any(one.is_(*named_or_numbered(port)) for port in asked.ports):
                meant |= one.at(target)
    else:
        meant = asked.ports_of(target)
    if not meant:
        raise _Absent(f"{in_words(target)} has the port {' or '.join(map(str, asked.ports))}", "it has no such port")
    return meant


def _ends(state: NetworkState, asked: ReachEnd | None) -> list[End]:
    """Return all that an end means; raises _Absent where that is nothing."""
    if asked is None:
        return []
    if asked.ip is not None:
        every = (*asked.blocks, *(block for policy in state.network.policies for block in policy.blocks()))
        return [end for one in edges(every) if asked.has(end := End("", addresses=(one,)))]
    if isinstance(asked.ns, str) and asked.ns not in state.namespaces:
        raise _Absent(f"a namespace `{asked.ns}`")
    if asked.new_pod is not None:
        return [supposed_pod(state, asked.new_pod, asked.ns or {})]
    there = [pod for pod in state.pods if asked.has_namespace(pod)]
    if asked.service is not None:
        service = state.services.get((str(asked.ns), asked.service))
        if service is None:
            raise _Absent(f"a Service `{asked.service}` in `{asked.ns}`")
        pods, what = [pod for pod in there if service.leads_to(pod)], f"a pod behind the Service `{asked.service}`"
    elif isinstance(asked.pods, str):
        if any(pod.name == asked.pods and asked.has_namespace(pod) for pod in state.on_host):
            raise CannotLook(f"`{asked.pods}` has the network of its node, and no policy applies to that")
        pods, what = [pod for pod in there if pod.name == asked.pods], f"a pod `{asked.pods}`"
    else:
        pods, what = [pod for pod in there if asked.has(pod)], f"a pod{with_labels(asked.pods or {})}"
    if not pods:
        space = f" `{asked.ns}`" if isinstance(asked.ns, str) else f" a namespace{with_labels(asked.ns or {})}"
        raise _Absent(f"{what} in{space}", "there is none")
    return pods
