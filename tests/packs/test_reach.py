"""The check ``reach``: NetworkPolicies judged by what they let through, and not by how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
import yaml

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, Prevented
from tempshell_cli.packs.checks.network.state import READ_NETWORK
from tempshell_cli.packs.checks.reach import Reach
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict

from .drafts import task_with
from .networks import Listing, namespace, pod, policy, service

HTTP = {"name": "http", "containerPort": 8080}
METRICS = {"name": "metrics", "containerPort": 9090}
PODS = [
    namespace("shop", team="shop"),
    namespace("partner", team="web"),
    namespace("kube-system"),
    pod("shop", "web", {"role": "web"}, "10.244.0.2"),
    pod("shop", "db", {"role": "db"}, "10.244.0.3", [HTTP, METRICS]),
    pod("shop", "cron", {"role": "cron"}, "10.244.0.4"),
    pod("partner", "web", {"role": "web"}, "10.244.0.5"),
    pod("kube-system", "coredns", {"k8s-app": "kube-dns"}, "10.244.0.6",
        [{"name": "dns", "containerPort": 53, "protocol": "UDP"}, {"name": "dns-tcp", "containerPort": 53}]),
    service("shop", "db", "{selector: {role: db}, ports: [{name: web, port: 80, targetPort: http}, {port: 9090}]}"),
    service("shop", "elsewhere", "{type: ExternalName, externalName: example.com}"),
]  # fmt: skip
DENY = policy("shop", "default-deny", "{podSelector: {}, policyTypes: [Ingress, Egress]}")


def _differs(asked: str, *policies: Mapping[str, Any], also: Sequence[Mapping[str, Any]] = ()) -> Mismatch | None:
    check = msgspec.convert(yaml.safe_load(asked), Reach)
    return check.look(Listing([*PODS, *also, *policies]), 5)


# What the task `only-from-web` wants, as its author writes it.
ONLY_FROM_WEB = """
ns: shop
to: {pods: db}
allow: [{from: {pods: web}, port: 8080}]
only: [{from: {pods: {role: web}}, port: 8080}]
"""


DB = "podSelector: {matchLabels: {role: db}}"
WEB = "podSelector: {matchLabels: {role: web}}"
PORT = "ports: [{port: 8080}]"
DB_TOO = "podSelector: {matchExpressions: [{key: role, operator: In, values: [db]}]}"
WEB_TOO = "podSelector: {matchExpressions: [{key: role, operator: In, values: [web]}]}"
EITHER = "podSelector: {matchExpressions: [{key: role, operator: In, values: [web, x]}]}"
ANY_ROLE = "podSelector: {matchExpressions: [{key: role, operator: Exists}]}"
NO_CRON = "podSelector: {matchExpressions: [{key: role, operator: NotIn, values: [cron, db]}]}"
OWN = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}"
BLOCK = "ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.0/25]}"
BY_GUARD = "TCP 8080: policy `db-guard` lets it in"
OPEN = "no policy selects `db` in `shop` for ingress"


@pytest.mark.parametrize(
    "spec",
    [
        f"{{{DB}, ingress: [{{from: [{{{WEB}}}], {PORT}}}]}}",
        # expressions select the same pods as labels
        f"{{{DB_TOO}, ingress: [{{from: [{{{WEB_TOO}}}], {PORT}}}]}}",
        # the policy's own namespace, by name
        f"{{{DB}, ingress: [{{from: [{{{OWN}, {WEB}}}], {PORT}}}]}}",
        f"{{{DB}, ingress: [{{from: [{{{WEB}}}], ports: [{{port: http, protocol: TCP}}]}}]}}",
        f"{{{DB}, ingress: [{{from: [{{{WEB}}}], ports: [{{port: 8080, endPort: 8080}}]}}]}}",
        # what goes out is as free as before
        f"{{{DB}, policyTypes: [Ingress, Egress], egress: [{{}}], ingress: [{{from: [{{{WEB}}}], {PORT}}}]}}",
        # more pods are closed than asked
        f"{{podSelector: {{}}, ingress: [{{from: [{{{WEB}}}], {PORT}}}]}}",
        # two rules for one
        f"{{{DB}, ingress: [{{from: [{{{WEB}}}], {PORT}}}, {{from: [{{{WEB}}}], ports: [{{port: http}}]}}]}}",
    ],
)
def test_a_right_answer_passes_however_it_is_written(spec: str) -> None:
    assert _differs(ONLY_FROM_WEB, policy("shop", "db-guard", spec)) is None


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (f"{{podSelector: {{matchLabels: {{role: db, zone: eu}}}}, ingress: [{{from: [{{{WEB}}}], {PORT}}}]}}",
         f"`web` in `shop` reaches `db` in `shop` on every port but TCP 8080: {OPEN}"),
        (f"{{{DB}, ingress: [{{from: [{{podSelector: {{matchLabels: {{role: web, tier: x}}}}}}], {PORT}}}]}}",
         "it does not: policy `db-guard` selects `db` in `shop` for ingress, and no rule lets this in"),
        (f"{{{DB}, ingress: [{{from: [{{{WEB}}}], ports: [{{port: 80}}]}}]}}",
         "it does not: policy `db-guard` selects `db` in `shop` for ingress, and no rule lets this in"),
        (f"{{{DB}, ingress: [{{{PORT}}}]}}",
         f"`cron` in `shop` reaches `db` in `shop` on {BY_GUARD}"),
        (f"{{{DB}, ingress: [{{from: [{{{WEB}}}]}}, {{{PORT}}}]}}",
         "`web` in `shop` reaches `db` in `shop` on every port but TCP 8080: policy `db-guard` lets it in"),
        (f"{{{DB}, ingress: [{{from: [{{namespaceSelector: {{}}, {WEB}}}], {PORT}}}]}}",
         f"`web` in `partner` reaches `db` in `shop` on {BY_GUARD}"),
        # nobody who is there is let in besides, but somebody who could be
        (f"{{{DB}, ingress: [{{from: [{{{EITHER}}}], {PORT}}}]}}",
         f"a pod with `role=x` in `shop` reaches `db` in `shop` on {BY_GUARD}"),
        (f"{{{DB}, ingress: [{{from: [{{{ANY_ROLE}}}], {PORT}}}]}}",
         f"`cron` in `shop` reaches `db` in `shop` on {BY_GUARD}"),
        (f"{{{DB}, ingress: [{{from: [{{{NO_CRON}}}], {PORT}}}]}}",
         f"a pod without labels in `shop` reaches `db` in `shop` on {BY_GUARD}"),
        (f"{{{DB}, ingress: [{{from: [{{{NO_CRON.replace('}]}', '}, {key: role, operator: Exists}]}')}}}], {PORT}}}]}}",
         f"a pod with `role=any-other` in `shop` reaches `db` in `shop` on {BY_GUARD}"),
        (f"{{{DB}, ingress: [{{from: [{{{WEB}}}, {{namespaceSelector: {{matchLabels: {{team: x}}}}}}], {PORT}}}]}}",
         f"a pod without labels in another namespace with `team=x` reaches `db` in `shop` on {BY_GUARD}"),
        (f"{{{DB}, ingress: [{{from: [{{{WEB}}}, {{{BLOCK}}}], {PORT}}}]}}",
         f"203.0.113.128 reaches `db` in `shop` on {BY_GUARD}"),
        (f"{{{DB}, ingress: [{{from: [{{{WEB}}}], ports: [{{port: 8080, endPort: 8081}}]}}]}}",
         "`web` in `shop` reaches `db` in `shop` on TCP 8081: policy `db-guard` lets it in"),
        (f"{{{DB}, ingress: [{{from: [{{{WEB}}}], ports: [{{port: 8080}}, {{protocol: SCTP}}]}}]}}",
         "`web` in `shop` reaches `db` in `shop` on every SCTP port: policy `db-guard` lets it in"),
        (f"{{{WEB}, ingress: [{{from: [{{{DB}}}], {PORT}}}]}}",
         f"`web` in `shop` reaches `db` in `shop` on every port but TCP 8080: {OPEN}"),
        (f"{{{DB}, policyTypes: [Egress], egress: [{{}}]}}",
         f"`web` in `shop` reaches `db` in `shop` on every port but TCP 8080: {OPEN}"),
    ],
)  # fmt: skip
def test_a_near_miss_fails_and_says_what_is_let_through(spec: str, found: str) -> None:
    differs = _differs(ONLY_FROM_WEB, policy("shop", "db-guard", spec))
    assert differs
    assert differs.found == found


ALLOW_DNS = """
ns: shop
from: {pods: {}}
port: [53/UDP, 53/TCP]
allow: [{to: {pods: {k8s-app: kube-dns}, ns: kube-system}}]
only: [{to: {pods: {k8s-app: kube-dns}, ns: {}}}]
"""
NOBODY_IN = "{ns: shop, to: {new_pod: {}}, only: []}"


DNS = "podSelector: {matchLabels: {k8s-app: kube-dns}}"
SYSTEM = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}"
PORTS = "ports: [{port: 53, protocol: UDP}, {port: 53}]"


@pytest.mark.parametrize(
    ("rule", "right"),
    [
        (f"to: [{{namespaceSelector: {{}}, {DNS}}}], {PORTS}", True),
        (f"to: [{{namespaceSelector: {{}}, {DNS}}}], ports: [{{port: dns, protocol: UDP}}, {{port: dns-tcp}}]", True),
        (f"to: [{{{SYSTEM}, {DNS}}}], {PORTS}", True),
        (f"to: [{{{DNS}}}], {PORTS}", False),
        (f"to: [{{namespaceSelector: {{}}}}], {PORTS}", False),
        (f"to: [{{namespaceSelector: {{}}, {DNS}}}], ports: [{{port: 53, protocol: UDP}}]", False),
        (f"to: [{{namespaceSelector: {{}}, {DNS}}}], ports: [{{port: dns, protocol: UDP}}, {{port: dns}}]", False),
        (f"to: [{{namespaceSelector: {{}}, {DNS}}}], {PORTS[:-1]}, {{port: 53, protocol: SCTP}}]", False),
        (PORTS, False),
    ],
)
def test_names_and_nothing_else(rule: str, right: bool) -> None:  # noqa: FBT001 - a column of the table
    dns = policy("shop", "allow-dns", f"{{podSelector: {{}}, policyTypes: [Egress], egress: [{{{rule}}}]}}")
    assert (_differs(ALLOW_DNS, DENY, dns) is None) is right
    assert _differs(NOBODY_IN, DENY, dns) is None


def test_a_rule_that_opens_the_other_direction_is_found() -> None:
    spec = "{podSelector: {}, policyTypes: [Egress, Ingress], ingress: [{}]}"
    differs = _differs(NOBODY_IN, DENY, policy("shop", "allow-dns", spec))
    assert differs == (
        "nobody reaches a pod without labels in `shop`",
        "`web` in `shop` reaches a pod without labels in `shop` on every port: policy `allow-dns` lets it in",
    )


@pytest.mark.parametrize(
    ("blocks", "right"),
    [
        ("[{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]", True),
        ("[{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}, {ipBlock: {cidr: '::/0'}}]", True),
        ("[{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1, except: [169.254.169.254/32]}}]", True),
        ("[{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32, 8.8.8.8/32]}}]", False),
        ("[{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}]", False),
        ("[{ipBlock: {cidr: 0.0.0.0/0}}]", False),
        ("[{ipBlock: {cidr: 169.254.169.254/32}}]", False),
        ("[]", False),  # an empty list is everything
    ],
)
def test_every_address_but_one(blocks: str, right: bool) -> None:  # noqa: FBT001 - a column of the table
    everywhere = "{ip: 0.0.0.0/0, except: [169.254.169.254/32]}"
    asked = f"{{ns: shop, from: {{new_pod: {{}}}}, allow: [{{to: {everywhere}}}], only: [{{to: {everywhere}}}]}}"
    rule = policy("shop", "no-metadata", f"{{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: {blocks}}}]}}")
    assert (_differs(asked, rule) is None) is right


NONE = "there is none"


@pytest.mark.parametrize(
    ("asked", "expected", "found"),
    [
        ("{from: {pods: web}, to: {pods: db}, port: 8080}", "`web` in `shop` reaches `db` in `shop` on TCP 8080",
         "it does not: policy `default-deny` selects `web` in `shop` for egress, and no rule lets this out"),
        ("{from: {pods: web, ns: partner}, to: {pods: {role: db}}, port: 8080, allowed: false}", "", ""),
        ("{from: {pods: cron, ns: kube-system}, to: {pods: db}}", "a pod `cron` in `kube-system`", NONE),
        ("{from: {pods: {role: api, tier: x}}, to: {pods: db}}", "a pod with `role=api`, `tier=x` in `shop`", NONE),
        ("{from: {pods: {}, ns: nowhere}, to: {pods: db}}", "a namespace `nowhere`", "it is not there"),
        ("{from: {pods: {}, ns: {team: none}}, to: {pods: db}}", "a pod in a namespace with `team=none`", NONE),
        ("{from: {pods: web}, to: {service: dbase}}", "a Service `dbase` in `shop`", "it is not there"),
        ("{from: {pods: web}, to: {service: elsewhere}}", "a pod behind the Service `elsewhere` in `shop`", NONE),
        ("{from: {pods: web}, to: {pods: db}, port: grpc}", "`db` in `shop` has the port grpc", "it has no such port"),
        ("{from: {pods: web}, to: {service: db}, port: 81}", "`db` in `shop` has the port 81", "it has no such port"),
    ],
)  # fmt: skip
def test_what_a_connection_lacks_is_said(asked: str, expected: str, found: str) -> None:
    whole = f"{{ns: shop, {asked.removeprefix('{')}"
    assert _differs(whole, DENY) == ((expected, found) if expected else None)


def test_a_service_is_its_pods_by_the_ports_it_leads_to() -> None:
    opened = policy("shop", "db", f"{{{DB}, ingress: [{{{PORT}}}]}}")
    asked = "{ns: shop, from: {pods: web}, to: {service: db}, port: %s, allowed: %s}"
    for port, reached in (("web", "true"), ("80", "true"), ("9090", "false"), ("[80, 9090]", "false")):
        differs = _differs(asked % (port, reached), opened)
        assert (differs is None) is (port != "[80, 9090]"), port


def test_a_pod_is_never_kept_from_itself() -> None:
    assert _differs("{ns: shop, from: {pods: db}, to: {pods: db}}", DENY) is None


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_reaches_nobody(phase: str) -> None:
    ended = pod("shop", "ended", {"role": "old"}, "10.244.0.9")
    ended["status"]["phase"] = phase
    differs = _differs("{ns: shop, from: {pods: {role: old}}, to: {pods: db}}", also=[ended])
    assert differs
    assert differs.found == "there is none"


def test_a_pod_with_the_network_of_its_node_is_nothing_to_be_judged() -> None:
    router = pod("shop", "router", {"role": "router"}, "172.18.0.2", hostNetwork=True)
    with pytest.raises(CannotLook, match="network of its node"):
        _differs("{ns: shop, from: {pods: router}, to: {pods: db}}", also=[router])
    assert _differs("{ns: shop, from: {pods: {}}, to: {pods: db}}", also=[router]) is None


def test_policies_that_cannot_all_be_looked_at_count_as_failed() -> None:
    labels = ", ".join(f"l{number}: x" for number in range(12))
    many = f"{{podSelector: {{}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{{labels}}}}}}}]}}]}}"
    with pytest.raises(Prevented):
        _differs("{ns: shop, to: {pods: db}, only: []}", policy("shop", "many", many))


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("{from: {pods: a}, ns: x}", "give `from` and `to`"),
        ("{from: {pods: a}, to: {pods: b}}", "namespace of the pods is not given"),
        ("{ns: x, from: {}, to: {pods: b}}", "this has none"),
        ("{ns: x, from: {pods: a, ip: 1.2.3.4}, to: {pods: b}}", "this has pods and ip"),
        ("{ns: x, from: {ip: 1.2.3.4/8}, to: {pods: b}}", "host bits"),
        ("{ns: x, from: {ip: 10.0.0.0/8, except: [11.0.0.0/16]}, to: {pods: b}}", "not in 10.0.0.0/8"),
        ("{ns: x, from: {ip: 10.0.0.0/8, except: ['fe80::/64']}, to: {pods: b}}", "not in 10.0.0.0/8"),
        ("{ns: x, from: {pods: a, except: [11.0.0.0/16]}, to: {pods: b}}", "out of an `ip`"),
        ("{ns: x, from: {service: a}, to: {pods: b}}", "nobody is reached from a Service"),
        ("{ns: x, from: {pods: a}, to: {service: b, ns: {}}}", "by its name"),
        ("{ns: x, from: {pods: a}, to: {pods: b}, port: 0}", "from 1 to 65535"),
        ("{ns: x, from: {pods: a}, to: {pods: b}, port: 90-80}", "from 1 to 65535"),
        ("{ns: x, from: {pods: a}, to: {pods: b}, port: 80/ICMP}", "matching regex"),
        ("{ns: x, from: {pods: a}, to: {pods: b}, allowed: false, deny: [{}]}", "there is `deny`"),
        ("{ns: x, to: {pods: b}, allow: [{}]}", "two ends"),
        ("{ns: x, only: []}", "one end"),
        ("{ns: x, from: {pods: a}, to: {pods: b}, only: []}", "one end"),
        ("{ns: x, to: {ip: 1.2.3.4}, only: []}", "one end"),
        ("{ns: x, to: {pods: a}, only: [{to: {pods: {}}}]}", "give each `from`"),
        ("{ns: x, to: {pods: a}, only: [{from: {pods: b}}]}", "cannot select a name"),
        ("{ns: x, to: {pods: a}, only: [{from: {new_pod: {}}}]}", "cannot select a name"),
        ("{ns: x, to: {pods: {tier: 1}}, only: []}", "Expected"),
    ],
)
def test_what_cannot_work_is_refused_at_load(asked: str, error: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=error):
        msgspec.convert(yaml.safe_load(asked), Reach)


def test_a_cluster_that_does_not_say_is_nobodys_wrong_answer() -> None:
    check = msgspec.convert(yaml.safe_load("{ns: shop, from: {pods: a}, to: {pods: b}}"), Reach)
    for answer in (Completed(1, b"", b"Unable to connect"), Completed(0, b'{"items": [{"kind": "Po', b"")):
        with pytest.raises(CannotLook):
            check.look(_Says(answer), 5)
    gone = Completed(1, b"", b"Error from server (ServiceUnavailable)")
    with pytest.raises(Prevented):
        check.look(_Says(gone), 5)


class _Says(Listing):
    """A cluster with one answer."""

    def __init__(self, answer: Completed) -> None:
        super().__init__(())
        self.answers = [answer]

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del argv, stdin, timeout
        return self.answers[0]


def test_many_checks_share_a_look() -> None:
    asked: list[tuple[str, ...]] = []

    class Counting(Listing):
        def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
            asked.append(argv)
            return super().kubectl(*argv, stdin=stdin, timeout=timeout)

    reach = {"ns": "shop", "from": {"pods": "web"}, "to": {"pods": "db"}, "port": 8080}
    checks = [{"id": f"c{n}", "reach": {**reach, "allowed": n < 2}} for n in range(3)]
    tasks = [task_with(*checks) for _ in range(2)]
    results = Grader(Counting(PODS)).grade_all(tasks)
    assert asked == [READ_NETWORK]
    assert [check.verdict for check in results[1].results] == [Verdict.PASS, Verdict.PASS, Verdict.FAIL]
