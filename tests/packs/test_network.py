"""What NetworkPolicies let through: the rules of the API reference, one by one, and what holds for all policies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from random import Random
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.packs.checks.network.peers import edges, everybody
from tempshell_cli.packs.checks.network.rules import (
    EVERY,
    EVERY_PORT,
    LAST_PORT,
    PROTOCOLS,
    End,
    Network,
    Policy,
    Way,
    port_range,
    port_ranges,
)
from tempshell_cli.packs.checks.network.state import NetworkState, network_state
from tests.support.policies import World, draw_policy

from .networks import namespace, pod

SPACES = {"front": {"team": "front", "zone": "dmz"}, "back": {"team": "back"}, "plain": {}}
HTTP = [{"name": "http", "containerPort": 80}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]
ADMIN = [{"name": "http", "containerPort": 8080}, {"name": "admin", "containerPort": 81}]
OBJECTS = [
    *(namespace(name, **labels) for name, labels in SPACES.items()),
    *(pod(space, "web", {"app": "web", "tier": "x"}, f"10.244.0.{n}", HTTP) for n, space in enumerate(SPACES, 2)),
    *(pod(space, "db", {"app": "db"}, f"10.244.0.{n}", ADMIN) for n, space in enumerate(SPACES, 6)),
]
WORLD = World(
    {name: {"kubernetes.io/metadata.name": name, **labels} for name, labels in SPACES.items()},
    [{"app": "web", "tier": "x"}, {"app": "db"}],
    ["10.244.0.2", "10.244.0.7", "203.0.113.9"],
    [53, 80, 81, 8080],
    ["http", "admin", "dns"],
)


def _state(policies: Sequence[Any] = ()) -> NetworkState:
    return network_state(json.dumps({"items": [*OBJECTS, *policies]}).encode())


PODS = {(one.namespace, one.name): one for one in _state().pods}
WEB, DB, FAR = PODS["front", "web"], PODS["front", "db"], PODS["back", "db"]
OUTSIDE = End("", addresses=(ip_address("203.0.113.9"),))


def _open(spec: str, source: End, target: End) -> list[str]:
    data = {"metadata": {"name": "p", "namespace": "front"}, "spec": yaml.safe_load(spec)}
    ports = Network([msgspec.convert(data, Policy)]).open_ports(source, target)
    return [f"{protocol} {first}-{last}" for protocol, first, last in port_ranges(ports)]


ALL = [f"{protocol} 1-{LAST_PORT}" for protocol in PROTOCOLS]


@pytest.mark.parametrize(
    ("spec", "source", "target", "open_"),
    [
        # policyTypes: without it ingress, and egress where there are rules for it
        ("{podSelector: {}}", WEB, DB, []),
        ("{podSelector: {}}", WEB, FAR, ALL),
        ("{podSelector: {}, egress: [{}]}", WEB, FAR, ALL),
        ("{podSelector: {}, egress: [{to: [{podSelector: {}}]}]}", WEB, FAR, []),
        ("{podSelector: {}, policyTypes: [Egress]}", FAR, DB, ALL),
        ("{podSelector: {}, policyTypes: [Egress], ingress: []}", WEB, FAR, []),
        ("{podSelector: {}, policyTypes: [Ingress], egress: []}", WEB, FAR, ALL),
        # empty or missing: all peers, all ports
        ("{podSelector: {}, ingress: [{}]}", OUTSIDE, DB, ALL),
        ("{podSelector: {}, ingress: [{from: [], ports: []}]}", FAR, DB, ALL),
        ("{podSelector: {}, ingress: []}", FAR, DB, []),
        # whom a policy selects, and that others stay open
        ("{podSelector: {matchLabels: {app: web}}}", FAR, DB, ALL),
        ("{podSelector: {matchLabels: {app: db}}}", FAR, DB, []),
        ("{podSelector: {}}", DB, DB, ALL),
        # peers: pods of the policy's namespace, of others, both at once, addresses
        ("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}", WEB, DB, ALL),
        ("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}", FAR, DB, []),
        ("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}", OUTSIDE, DB, []),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}", FAR, DB, ALL),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}", OUTSIDE, DB, []),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: back}}}]}]}", WEB, DB, []),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]}",
         FAR, DB, []),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}, {podSelector: {matchLabels: {app: web}}}]}]}",
         FAR, DB, ALL),
        ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}", OUTSIDE, DB, ALL),
        ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.8/31]}}]}]}",
         OUTSIDE, DB, []),
        ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/30}}]}]}", WEB, DB, ALL),
        ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: '::/0'}}]}]}", WEB, DB, []),
        # ports: TCP unless said otherwise, all of a protocol, a range, a name that is the target's
        ("{podSelector: {}, ingress: [{ports: [{port: 80}]}]}", FAR, DB, ["TCP 80-80"]),
        ("{podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}", FAR, DB, ["UDP 1-65535"]),
        ("{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90, protocol: SCTP}]}]}", FAR, DB, ["SCTP 80-90"]),
        ("{podSelector: {}, ingress: [{ports: [{port: http}]}]}", FAR, DB, ["TCP 8080-8080"]),
        ("{podSelector: {}, ingress: [{ports: [{port: http, protocol: UDP}]}]}", FAR, DB, []),
        ("{podSelector: {}, ingress: [{ports: [{port: dns, protocol: UDP}]}]}", FAR, WEB, ["UDP 53-53"]),
        ("{podSelector: {}, ingress: [{ports: [{port: grpc}]}]}", FAR, DB, []),
        ("{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}", WEB, FAR, ["TCP 8080-8080"]),
        ("{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}", WEB, OUTSIDE, []),
        # rules add to each other, and so do what is in one of them
        ("{podSelector: {}, ingress: [{ports: [{port: 1}, {port: 2}]}, {ports: [{port: 4}]}]}",
         WEB, DB, ["TCP 1-2", "TCP 4-4"]),
    ],
)  # fmt: skip
def test_the_rules_of_the_reference(spec: str, source: End, target: End, open_: list[str]) -> None:
    assert _open(spec, source, target) == open_


@pytest.mark.parametrize(
    ("expression", "selected"),
    [
        ("{key: tier, operator: In, values: [x, y]}", ["web"]),
        ("{key: tier, operator: NotIn, values: [y]}", ["db", "web"]),  # also without the label
        ("{key: tier, operator: NotIn, values: [x]}", ["db"]),
        ("{key: tier, operator: Exists}", ["web"]),
        ("{key: tier, operator: DoesNotExist}", ["db"]),
    ],
)
def test_expressions(expression: str, selected: list[str]) -> None:
    spec = f"{{podSelector: {{matchExpressions: [{expression}]}}}}"
    assert sorted(one.name for one in (WEB, DB) if not _open(spec, OUTSIDE, one)) == selected


DRAWN = st.randoms(use_true_random=False).map(
    lambda chance: [draw_policy(chance, WORLD, f"p{number}", chance.choice(list(SPACES))) for number in range(3)]
)
ENDS = st.sampled_from([*PODS.values(), OUTSIDE])


def _network(policies: Sequence[Any]) -> Network:
    return _state(policies).network


@given(DRAWN, ENDS, ENDS)
def test_without_policies_all_is_open_and_with_them_both_ends_count(policies: list[Any], one: End, other: End) -> None:
    assert Network([]).open_ports(one, other) == EVERY_PORT
    network = _network(policies)
    ends = network.open_ports(one, other, [Way.EGRESS]), network.open_ports(one, other, [Way.INGRESS])
    assert network.open_ports(one, other) == ends[0] & ends[1]
    assert network.open_ports(one, one) == EVERY_PORT or not one.name


@given(DRAWN, ENDS, ENDS)
def test_the_order_of_policies_and_rules_does_not_matter(policies: list[Any], one: End, other: End) -> None:
    turned = [
        {**each, "spec": {**each["spec"], **{way: each["spec"][way][::-1] for way in WAYS if way in each["spec"]}}}
        for each in policies[::-1]
    ]
    assert _network(policies).open_ports(one, other) == _network(turned).open_ports(one, other)


WAYS = ("ingress", "egress")


@given(DRAWN, ENDS, ENDS, st.randoms(use_true_random=False))
def test_a_rule_more_closes_nothing(policies: list[Any], one: End, other: End, chance: Random) -> None:
    before = _network(policies).open_ports(one, other)
    index, way = chance.randrange(len(policies)), chance.choice(WAYS)
    grown = json.loads(json.dumps(policies))
    spec = grown[index]["spec"]
    # With policyTypes given: else a first rule for egress is what makes the policy one for egress.
    spec.setdefault("policyTypes", ["Ingress", *(["Egress"] if spec.get("egress") else [])])
    spec[way] = [*spec.get(way, []), chance.choice(({}, {"ports": [{"port": 80}]}))]
    assert before & ~_network(grown).open_ports(one, other) == 0


@given(DRAWN, ENDS, ENDS)
def test_labels_and_expressions_are_two_spellings(policies: list[Any], one: End, other: End) -> None:
    def respelt(value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, list):
            return [respelt(item) for item in value]
        if not isinstance(value, dict):
            return value
        whole = {key: respelt(item) for key, item in value.items() if key != "matchLabels"}
        asked = [
            {"key": key, "operator": "In", "values": [label]} for key, label in value.get("matchLabels", {}).items()
        ]
        return {**whole, "matchExpressions": [*whole.get("matchExpressions", []), *asked]} if asked else whole

    assert _network(policies).open_ports(one, other) == _network(respelt(policies)).open_ports(one, other)


LABELS = st.dictionaries(st.sampled_from(["app", "tier", "odd"]), st.sampled_from(["web", "db", "x", "odd"]))
OF_SPACES = st.dictionaries(st.sampled_from(["team", "zone"]), st.sampled_from(["front", "back", "dmz", "odd"]))
FREE = (ip_address("10.244.0.5"),)  # the first address that no pod has
STRANGERS = st.one_of(
    LABELS.map(lambda labels: End("", "front", labels, WORLD.namespaces["front"], FREE)),
    st.builds(
        lambda labels, space: End("", "odd", labels, {"kubernetes.io/metadata.name": "odd", **space}, FREE),
        LABELS,
        OF_SPACES,
    ),
    st.ip_addresses(v=4).map(lambda address: End("", addresses=(address,))),
    st.sampled_from(WORLD.addresses).map(lambda address: End("", addresses=(ip_address(address),))),
)


@given(DRAWN, st.sampled_from([WEB, DB]), st.sampled_from(list(Way)), STRANGERS)
def test_every_stranger_is_treated_as_one_of_everybody(policies: list[Any], near: End, way: Way, stranger: End) -> None:
    """No pod, with any labels in any namespace, and no address is treated in a way that none of the cases is."""
    state = _state(policies)

    def treated(far: End) -> int:
        source, target = (near, far) if way is Way.EGRESS else (far, near)
        return state.network.open_ports(source, target, (way,))

    cases = (replace(case, named_ports={}) for case in everybody(state, near, way, []))  # as the stranger: without any
    assert treated(stranger) in {treated(case) for case in cases}


@given(st.lists(st.tuples(st.sampled_from(PROTOCOLS), st.integers(1, LAST_PORT), st.integers(0, 50)), max_size=5))
def test_ports_are_listed_as_unbroken_ranges(ranges: list[tuple[str, int, int]]) -> None:
    ports, listed = 0, set()
    for protocol, first, more in ranges:
        last = min(first + more, LAST_PORT)
        ports |= port_range(protocol, first, last)
        listed |= {(protocol, one) for one in range(first, last + 1)}
    found = list(port_ranges(ports))
    assert {(protocol, one) for protocol, first, last in found for one in range(first, last + 1)} == listed
    assert sum(last - first + 1 for _, first, last in found) == len(listed)
    assert list(port_ranges(EVERY_PORT)) == [(protocol, 1, LAST_PORT) for protocol in EVERY]


@given(
    st.lists(st.ip_addresses(v=4, network="10.0.0.0/8"), min_size=1, max_size=3),
    st.ip_addresses(v=4, network="10.0.0.0/8"),
)
def test_every_address_shares_its_blocks_with_an_edge(tops: list[Any], address: Any) -> None:  # noqa: ANN401 - drawn
    blocks = [ip_network(f"{top}/{size}", strict=False) for top in tops for size in (9, 20, 32)]
    inside = {block for block in blocks if address in block}
    assert inside in [{block for block in blocks if edge in block} for edge in edges(blocks)]
