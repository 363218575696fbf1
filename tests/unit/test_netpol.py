"""How it is tried out whether a network enforces policies, with a cluster that says what a test wants it to say."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tempshell_cli.backends.netpol import Trial, enforces_policies
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command, Completed


class Cluster:
    """A cluster whose pods answer in turn: do they reach each other, are they cut off, do they reach each other."""

    def __init__(self, *answers: str, refuses: str = "") -> None:
        self.answers = list(answers)
        self.refuses = refuses
        self.asked: list[Sequence[str]] = []
        self.made: list[str] = []

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        del timeout
        _, namespace, verb, *rest = command.argv
        assert namespace == "trial"
        self.asked.append((verb, *rest))
        if verb == "create":
            self.made += [one["kind"] for one in json.loads(stdin)["items"]]
        if self.refuses in self.made[-1:]:
            self.refuses = ""
            return Completed(1, b"", b"quota exceeded")
        return Completed(0, self._say(verb), b"")

    def _say(self, verb: str) -> bytes:
        if verb == "exec":
            return self.answers.pop(0).encode()
        return _PODS if verb == "get" else b""


_POD = {"metadata": {"name": "one"}, "status": {"phase": "Running", "podIP": "10.0.0.1"}}
_PODS = json.dumps({"items": [_POD, {**_POD, "status": {"phase": "Running", "podIP": "10.0.0.2"}}]}).encode()
TRIAL = Trial(lambda argv: Command(tuple(argv)), "busybox", "Never", "trial")


@pytest.mark.parametrize("cut_off", ["yes", "no"])
def test_it_is_enforced_where_a_policy_cuts_off_what_was_reached(cut_off: str) -> None:
    cluster = Cluster("yes\n", f"{cut_off}\n", "yes\n")
    assert enforces_policies(TRIAL, cluster) is (cut_off == "yes")
    assert cluster.made == ["Namespace", "Job", "NetworkPolicy"]
    assert all(asked[-1] == "10.0.0.2" for asked in cluster.asked if asked[0] == "exec")
    assert cluster.asked[-1] == ("delete", "--ignore-not-found", "--wait=false", "namespace/trial")


@pytest.mark.parametrize("answers", [("no\n",), ("yes\n", "yes\n", "no\n")])
def test_pods_that_do_not_reach_each_other_without_a_policy_prove_nothing(answers: Sequence[str]) -> None:
    cluster = Cluster(*answers)
    with pytest.raises(EngineUnavailable, match="do not reach each other"):
        enforces_policies(TRIAL, cluster)
    assert cluster.asked[-1][0] == "delete"


@pytest.mark.parametrize("kind", ["Job", "NetworkPolicy"])
def test_what_the_cluster_refuses_is_reported_and_leaves_nothing(kind: str) -> None:
    cluster = Cluster("yes\n", refuses=kind)
    with pytest.raises(EngineUnavailable, match="`kubectl create` failed: quota exceeded"):
        enforces_policies(TRIAL, cluster)
    assert cluster.asked[-1][0] == "delete"


def test_a_given_namespace_stays() -> None:
    cluster = Cluster("yes\n", "yes\n", "yes\n")
    assert enforces_policies(TRIAL._replace(given=True), cluster)
    assert cluster.made == ["Job", "NetworkPolicy"]
    assert [one.partition("/")[0] for one in cluster.asked[-1][3:]] == ["job", "networkpolicy"]
