"""The notes of lint: what they find in right and in wrong tasks, and that they are shown on request alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tempshell_cli.packs.authoring.findings import Finding, Level
from tempshell_cli.packs.authoring.lint import RULES, lint
from tests.support.command_line import Tempshell

from .drafts import Draft

TASK = "tasks/one.md"
CHECKED = "checked-but-unstated"
STATED = "stated-but-unchecked"
SETUP = """\
kubectl apply -f - 2>/dev/null <<'END'
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 3, template: {spec: {containers: [{name: web, image: "shop/web:1.4"}]}}}
END
kubectl -n shop delete secret left-over; rm -f left.txt
printf 'name = shop\\nport = 8080\\n' >shop.ini; sleep 1
"""


def write(draft: Draft, text: str, check: dict[str, Any], **front_matter: Any) -> None:  # noqa: ANN401 - YAML
    """Give the draft a task of this text and this check, and a setup that makes a few things."""
    words = {
        "id": "one",
        "title": "The first",
        "setup": {"run": "setup.sh"},
        "checks": [{"id": "it", **check}],
        "solution": "solution.sh",
        **front_matter,
    }
    draft.write("setup.sh", SETUP)
    front = "".join(f"{key}: {json.dumps(word)}\n" for key, word in words.items())
    draft.write(TASK, f"---\n{front}---\n{text}\n")


def notes(draft: Draft, rule: str) -> list[Finding]:
    """Return what a rule finds in a draft that can be loaded: notes."""
    draft.load()
    found = [one for one in lint(draft.root, notes=True) if one.rule == rule]
    assert all(one.level is Level.NOTE and one.file == TASK for one in found)
    assert rule in RULES
    return found


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({"argv": ["./answer.sh", "1"]}, "the exit code of `./answer.sh`"),
        ({"argv": ["./answer.sh"], "expect": {"exit": "nonzero"}}, "the exit code of `./answer.sh`"),
        ({"argv": ["bash", "answer.sh"], "as": "learner"}, "the exit code of `bash`"),
        ({"argv": ["bash", "answer.sh"], "as": "learner", "expect": {"stdout": {"equals": "1"}}}, "what `bash` prints"),
        ({"argv": ["~/answer.sh"]}, "the exit code of `~/answer.sh`"),
        ({"argv": ["./answer.sh"], "expect": {"stdout": {"equals": "1"}}}, ""),
        ({"argv": ["test", "-x", "answer.sh"]}, ""),
        ({"argv": ["./answer.sh"], "as": "grader"}, ""),
        ({"argv": ["./answer.sh"], "in": "deploy/web", "ns": "shop"}, ""),
    ],
)
def test_a_verdict_that_the_learner_can_forge_is_noted(check: dict[str, Any], said: str, draft: Draft) -> None:
    write(draft, "Write it.", {"any_of": [{"exec": check}, {"file": {"path": "answer.txt"}}]})
    found = [one.message for one in notes(draft, "forgeable-verdict")]
    assert found == (
        [f"the learner can forge the verdict of the check `it`: it goes by {said}, which runs as the learner"]
        if said
        else []
    )


def test_a_task_without_an_alternative_is_noted(draft: Draft) -> None:
    assert [one.line for one in notes(draft, "no-alternative")] == [13]
    draft.write("other.sh", "printf 42 >answer.txt\n")
    draft.replace(TASK, "solution: solution.sh", "solution: solution.sh\nalternatives: [other.sh]")
    assert notes(draft, "no-alternative") == []


def an_object(ref: str = "deployment/shop/web", **words: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return {"object": {"ref": ref, **words}}


def a_file(path: str = "out.txt", **words: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return {"file": {"path": path, **words}}


def a_program(*argv: str, **words: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return {"exec": {"argv": argv, **words}}


UNCHECKED = {
    "a name": ("Make a Secret `log-in`.", an_object("secret/shop/log"), "`log-in`", "it"),
    "an image": ("Run `shop/web:2.0`.", an_object(), "`shop/web:2.0`", "it"),
    "a command": ('Run `sh -c "echo ok"`.', a_file("sh"), '`sh -c "echo ok"`', "`echo`, `ok`"),
    "a path": ("Write `~/out/all.txt`.", a_file("out/all"), "`~/out/all.txt`", "`all.txt`"),
    "a hidden file": ("Write `~/.profile`.", a_file("profile.txt"), "`~/.profile`", "it"),
    "a label": ("It has `tier=front`.", an_object(match={"tier": "back"}), "`tier=front`", "`front`"),
    "what the setup removes": ("Write `left.txt`.", a_file("right.txt"), "`left.txt`", "it"),
    "a number": ("Wait for 25 seconds.", an_object(), "`25`", "it"),
    "a number with a unit": ("Take 50m of it.", an_object(match={"cpu": "5m"}), "`50m`", "it"),
    "a time": ("Run it at 04:30.", an_object(match={"schedule": "0 4 * * *"}), "`04:30`", "`30`"),
    "a number that only the noise of a script has": ("Run 1 pod.", an_object(), "`1`", "it"),
    "a number in a table": ("| all |\n|---|\n| 25 s |", an_object(), "`25`", "it"),
}


@pytest.mark.parametrize(("text", "check", "stated", "missing"), UNCHECKED.values(), ids=UNCHECKED)
def test_what_no_check_looks_for_is_noted(
    text: str, check: dict[str, Any], stated: str, missing: str, draft: Draft
) -> None:
    write(draft, text, check)
    message = f"the text states {stated}, and neither a check nor the setup has {missing}"
    assert [one.message for one in notes(draft, STATED)] == [message]


LOOKED_FOR = {
    "in a check": (
        "Write `~/out/all.txt` with `Oslo`, mode 600.",
        a_file("out/all.txt", mode="0600", text={"equals": "Oslo"}),
    ),
    "in parts": ("Write `~/out/all.txt` in `~/out/`.", a_program("bash", "-c", "cd out && cat all.txt")),
    "in a label": ("It has `tier=front`.", an_object(match={"labels": {"tier": "front"}})),
    "in base64": ("The password is `turn-left`.", an_object(match={"data": {"password": "dHVybi1sZWZ0"}})),
    "in a pattern": (
        "Listen as `ports/listener` on `site.sock`.",
        a_program("pgrep", "-f", "[p]orts/listener|site\\.sock"),
    ),
    "with a unit": ("Wait for 25 seconds.", an_object(match={"timeout": "25s"})),
    "as a schedule": ("Run it at 04:30.", an_object(match={"schedule": "30 4 * * *"})),
    "in a control": ("`yes` works.", a_program("no", expect={"exit": "nonzero"}) | {"control": {"argv": ["yes"]}}),
    "in the setup": ("The 3 pods of `web` run `shop/web:1.4`; `name` is in `shop.ini`.", a_file()),
    "a tool": ("Try `wc -l`, `grep -c x`, or `jq .total`.", a_file()),
    "a block": ("Such as\n\n    99 all.txt\n\nor\n\n```\n98 some.txt\n```", a_file()),
    "the number of a step": ("7. Write.\n8. Read.", a_file()),
    "a name with a number": ("Use apps/v7 of 2026-11-30 (`out.txt`:7).", a_file()),
    "a placeholder": ("Call it as `web FILE...`.", a_file()),
    "an option": ("Try `-v` and `..`.", a_file()),
}


@pytest.mark.parametrize(("text", "check"), LOOKED_FOR.values(), ids=LOOKED_FOR)
def test_what_a_check_looks_for_or_is_there_already_is_not_noted(
    text: str, check: dict[str, Any], draft: Draft
) -> None:
    write(draft, text, check, requires={"tools": ["jq", "grep"]})
    assert notes(draft, STATED) == []


def test_a_statement_is_noted_once_where_it_begins(draft: Draft) -> None:
    write(draft, "Some\nlines.\n\nThen\ngo to `nowhere`, to `nowhere`.\n\nTo `nowhere`.", a_file())
    assert [one.line for one in notes(draft, STATED)] == [12]


def test_numbers_of_a_task_that_asks_to_find_something_say_what_to_look_for(draft: Draft) -> None:
    write(draft, "Which have a status from 500 to 599? Write them to `them.txt`.", a_file("them.txt"), find=True)
    assert notes(draft, STATED) == []


def test_the_oracle_of_a_check_looks_for_what_is_in_it(draft: Draft) -> None:
    draft.write("oracle.sh", "echo salute\n")
    cases = {"program": ["./hail.sh"], "oracle": "oracle.sh", "generate": {"argv": [{"words": True}]}}
    write(draft, "`hail.sh` says `salute`.", {"cases": cases})
    assert notes(draft, STATED) == []


def test_a_drawn_value_is_known(draft: Draft) -> None:
    check = a_file("x", text={"contains": "${{ vars.city }}"})
    write(draft, "Write `${{ vars.city }}`, `y`.", check, vars={"city": {"pick": ["Oslo", "Rome"]}})
    assert ["`y`" in one.message and "Oslo" not in one.message for one in notes(draft, STATED)] == [True]
    assert ["`x`" in one.message and "Oslo" not in one.message for one in notes(draft, CHECKED)] == [True]


UNSTATED = {
    "a name": (an_object("secret/shop/log-in"), "`log-in`"),
    "a namespace": (an_object("secret/other/web"), "`other`"),
    "a value": (an_object(match={"spec": {"type": "NodePort", "nodePort": 30990}}), "`NodePort`, `30990`"),
    "a condition": (an_object(where=[{"jsonpath": "$.spec.replicas", "op": ">=", "value": 7}]), "`7`"),
    "a name in a path": (an_object(where=[{"jsonpath": "$.c[?@.name=='side'].image", "op": "exists"}]), "`side`"),
    "an image": (an_object(match={"image": "shop/web:2"}), "`shop/web:2`"),
    "a name that the setup removes": (an_object("secret/shop/left-over"), "`left-over`"),
    "a path": (a_file("out/all.txt"), "`out/all.txt`"),
    "a mode": (a_file(mode="0750"), "`0750`"),
    "an owner": (a_file(owner="backup"), "`backup`"),
    "a text": (a_file(text={"equals": "shop\nopen now"}), "`open now`"),
    "JSON": (a_file(json={"city": "Oslo", "status": "paid"}), "`Oslo`, `paid`"),
    "a file in a pod": (
        a_program("cat", "/etc/web/CITY", **{"in": "app=web", "ns": "shop", "expect": {"stdout": {"equals": "Oslo"}}}),
        "`/etc/web/CITY`, `Oslo`",
    ),
    "an exit code": (a_program("./out.txt", expect={"exit": 7}), "`7`"),
    "an address": ({"http": {"url": "http://127.0.0.1:9090/health"}}, "`http://127.0.0.1:9090/health`"),
    "a port": (
        {"reach": {"ns": "shop", "from": {"pods": {"app": "web"}}, "to": {"new_pod": {"app": "db"}}, "port": "53/UDP"}},
        "`db`, `53`",
    ),
    "all of them": ({"all_of": [a_file("a.txt"), a_file("b.txt")]}, "`a.txt`, `b.txt`"),
    "any of them": ({"any_of": [a_file("a.txt", owner="backup"), a_file("b.txt")]}, "`b.txt`"),
}


@pytest.mark.parametrize(("check", "values"), UNSTATED.values(), ids=UNSTATED)
def test_what_only_a_check_says_is_noted(check: dict[str, Any], values: str, draft: Draft) -> None:
    write(draft, "Let `web` in `shop` be open, and write to `out.txt`.", check)
    (found,) = notes(draft, CHECKED)
    assert found.message == f"the check `it` expects {values}, which the text does not state"
    assert found.line == 5


SAID = {
    "in the text": ("Make `log-in` a Secret of two keys.", an_object("secret/shop/log-in", match={"keys": 2})),
    "in the title": ("Make it.", an_object("secret/shop/first")),
    "in parts": ("Write all keys as files to `/etc/web`: `CITY`.", a_file("/etc/web/CITY")),
    "by the setup": ("Keep it.", an_object(match={"spec": {"replicas": 3, "image": "shop/web:1.4", "port": 8080}})),
    "in plain words": ("Its `password` is `turn-left`.", an_object(match={"data": {"password": "dHVybi1sZWZ0"}})),
    "as a mode is said": ("Write `out.txt`, executable for you alone.", a_file(mode="0700")),
    "as a schedule is said": (
        "Run on Sundays at noon.",
        an_object(where=[{"jsonpath": "$.spec.schedule", "as": "cron", "value": "0 12 * * 0"}]),
    ),
    "one way": ("Write `a.txt`.", {"any_of": [a_file("a.txt"), a_file("b.txt")]}),
    "when it is found": ("Find it; write it to `out.txt`.", a_file(text={"equals": "42"}) | {"expected": "hidden"}),
    "after a pass": ("Find it; write it to `out.txt`.", a_file(text={"equals": "42"}) | {"expected": "after_pass"}),
    "by the cluster": (
        "Run it.",
        an_object(match={"status": {"readyReplicas": 7}}, where=[{"jsonpath": "$.status.x", "value": 7}]),
    ),
    "by a controller": (
        "Go on.",
        an_object(where=[{"jsonpath": "$.metadata.annotations['deployment.kubernetes.io/revision']", "value": 7}]),
    ),
    "by nobody": (
        "Make it.",
        an_object(match={"apiVersion": "apps/v1", "spec": {"type": "ClusterIP", "immutable": True}}),
    ),
    "by everybody": (
        "Let `web` out.",
        {"reach": {"ns": "shop", "from": {"pods": "web"}, "to": {"ip": "0.0.0.0/0"}, "port": "1-79"}},
    ),
    "by not saying it": (
        "Let `web` out to port 80.",
        {
            "reach": {
                "ns": "shop",
                "from": {"pods": "web"},
                "to": {"pods": {"app": "web"}},
                "port": 81,
                "allowed": False,
            }
        },
    ),
    "by a program": (
        "Write `out.txt`, which counts.",
        a_program("bash", "out.txt", "3", expect={"stdout": {"equals": "6"}}),
    ),
    "in a pattern": ("Write `out.txt`.", a_file(text={"regex": "^7$"})),
}


@pytest.mark.parametrize(("text", "check"), SAID.values(), ids=SAID)
def test_what_the_text_says_or_need_not_say_is_not_noted(text: str, check: dict[str, Any], draft: Draft) -> None:
    write(draft, text, check)
    assert notes(draft, CHECKED) == []


def test_a_gate_may_keep_what_the_text_does_not_name(draft: Draft) -> None:
    kept = {"id": "kept", **a_file("rest.txt")}
    write(draft, "Write `out.txt`.", a_file(), checks=[{"id": "it", **a_file()}, kept])
    assert [one.line for one in notes(draft, CHECKED)] == [5]
    write(draft, "Write `out.txt`.", a_file(), checks=[{"id": "it", **a_file()}, {**kept, "gate": True}])
    assert notes(draft, CHECKED) == []


def test_a_task_that_asks_to_find_something_may_expect_it(draft: Draft) -> None:
    write(draft, "Write it to `out.txt`.", a_file(text={"equals": "42"}), find=True)
    assert notes(draft, CHECKED) == []


def test_notes_are_shown_on_request_and_are_not_problems(draft: Draft, tempshell: Tempshell) -> None:
    draft.replace(TASK, "must_fail: [right]", "must_fail: [right, there]")
    hidden = tempshell("pack", "lint", str(draft.root))
    assert hidden.stdout == ""
    assert "no problems found\ntempshell: notes not shown: 2; `--notes` shows them" in hidden.stderr
    shown = tempshell("pack", "lint", str(draft.root), "--notes")
    assert f"{TASK}:8: note: the check `right` expects `42`, which the text does not state [{CHECKED}]" in shown.stdout
    assert shown.stderr == "tempshell: no problems found\n"


def test_notes_as_json_and_as_sarif(draft: Draft, tempshell: Tempshell) -> None:
    draft.replace(TASK, "must_fail: [right]", "must_fail: [right, there]")
    command = ("pack", "lint", str(draft.root), "--format")
    assert tempshell(*command, "json").json() == []
    found = tempshell(*command, "json", "--notes").json()
    assert [(one["rule"], one["level"]) for one in found] == [(CHECKED, "note"), ("no-alternative", "note")]
    (run,) = tempshell(*command, "sarif").json()["runs"]
    assert run["results"] == []
    (run,) = tempshell(*command, "sarif", "--notes").json()["runs"]
    assert {result["level"] for result in run["results"]} == {"note"}


def test_a_warning_is_shown_beside_hidden_notes(draft: Draft, tempshell: Tempshell) -> None:
    draft.write("stray.txt", "")
    linted = tempshell("pack", "lint", str(draft.root))
    assert "[stray-file]" in linted.stdout
    assert "note:" not in linted.stdout
    assert "no problems" not in linted.stderr
