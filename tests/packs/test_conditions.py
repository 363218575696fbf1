"""Conditions: what means the same counts as the same, and what comes near it does not."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tempshell_cli.packs.checks.conditions import Where, where_mismatch
from tempshell_cli.packs.checks.matching import Mismatch
from tempshell_cli.packs.checks.values.cron import schedule

DEPLOYMENT: dict[str, Any] = {
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"app": "web", "version": "1.10"}},
    "spec": {
        "replicas": 3,
        "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "nginx:1.29",
                        "ports": [{"name": "http", "containerPort": 8080}],
                        "readinessProbe": {"httpGet": {"port": "http", "path": "/"}},
                        "volumeMounts": [{"mountPath": "/var/log/web/"}, {"mountPath": "/data"}],
                        "resources": {"limits": {"cpu": "100m"}},
                    },
                    {
                        "name": "log",
                        "image": "docker.io/library/busybox",
                        "ports": [{"name": "http", "containerPort": 9090}],
                        "readinessProbe": {"httpGet": {"port": 9090, "path": "/"}},
                        "volumeMounts": [{"mountPath": "/var/log"}],
                    },
                ]
            }
        },
    },
}
CONTAINERS = "$.spec.template.spec.containers"


def differs(found: object, **words: Any) -> Mismatch | None:  # noqa: ANN401 - the words of the format
    return where_mismatch(msgspec.convert(words, Where), found)


def is_the_same(as_: str, wanted: object, found: object) -> bool:
    return differs({"a": found}, jsonpath="$.a", value=wanted, **{"as": as_}) is None


# What each comes to, and other spellings of it; then what comes near it.
SAME: list[tuple[str, Any, list[Any]]] = [
    (
        "cron",
        "30 2 * * *",
        ["30 02 * * *", "30 2 * * 0-6", "30 2 1-31 * *", "30 2 * 1-12 *", "30 2 * * 0-7", "30 2 ? * ?"],
    ),
    ("cron", "0 4 * * 0", ["0 4 * * SUN", "0 4 * * 7", "00 04 * * 0", "0 4 * * sun", "0 4 ? * Sun", "0 4 * jan-dec 7"]),
    ("cron", "@daily", ["0 0 * * *", "@midnight", "00 00 */1 * *"]),
    ("cron", "*/15 * * * *", ["0,15,30,45 * * * *", "0-59/15 * * * *", "0/15 0-23 * * *"]),
    ("cron", "0 9 * * mon-fri", ["0 9 * * 1-5", "0 9 * * 1,2,3,4,5", "0 9 * * MON,tue,3-5"]),
    ("cron", "0 9 * * 1/1", ["0 9 * * 1-6"]),
    ("cron", "0 9 * * fri-7", ["0 9 * * 5,6,0"]),
    ("cron", "@every 1h30m", ["@every 90m"]),
    ("quantity", "100m", ["0.1", 0.1, ".1"]),
    ("quantity", "1Gi", ["1024Mi", 1073741824]),
    ("duration", "90s", ["1m30s", 90, "1.5m", "90000ms"]),
    (
        "image",
        "nginx:1.29",
        ["docker.io/nginx:1.29", "docker.io/library/nginx:1.29", "index.docker.io/library/nginx:1.29"],
    ),
    ("image", "nginx", ["nginx:latest", "library/nginx"]),
    ("image", "tempshell/practice:2", ["docker.io/tempshell/practice:2"]),
    ("image", "localhost:5000/app@sha256:ab12", ["localhost:5000/app:1@sha256:AB12"]),
    ("path", "/var/log/ledger", ["/var/log/ledger/", "/var//log/./ledger"]),
    ("path", "/", ["//", "/."]),
    ("port", 8080, ["8080"]),
    ("version", "v1.10", ["1.10"]),
    ("text", "1", [1, "1"]),
    ("text", "true", [True]),
    (
        "selector",
        {"matchLabels": {"app": "web"}},
        [
            {"app": "web"},
            {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
            {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "app", "operator": "Exists"}]},
            {
                "matchExpressions": [
                    {"key": "app", "operator": "In", "values": ["web", "api"]},
                    {"key": "app", "operator": "NotIn", "values": ["api"]},
                ]
            },
        ],
    ),
    ("selector", {}, [{"matchLabels": {}}, {"matchExpressions": []}]),
]
NEAR: list[tuple[str, Any, list[Any]]] = [
    (
        "cron",
        "30 2 * * *",
        ["30 14 * * *", "30 2 * * 1-5", "30 2 */2 * *", "2 30 * * *", "30 2 * * * *", "", 230, "*/30 2 * * *"],
    ),
    ("cron", "0 4 * * 0", ["0 4 * * 1", "0 4 0 * 0", "0 4 1 * 0", "0 16 * * 0", "@weekly", "@every 168h"]),
    ("quantity", "100m", ["100", "0.01", "100M", "many", None, [100]]),
    ("duration", "90s", ["90m", "90", "1m30", "", True]),
    (
        "image",
        "nginx:1.29",
        ["nginx:1.29.1", "nginx", "quay.io/nginx:1.29", "team/nginx:1.29", "nginx:1.29@sha256:ab12", "no image"],
    ),
    ("path", "/var/log/ledger", ["/var/log", "var/log/ledger", "/var/log/ledger/x", "/var/log/x/../ledger", 1]),
    ("port", 8080, [80, "http", 0, 70000, True, "8080/tcp"]),
    ("version", "1.1", ["1.10", "1.1.0", "1.1-rc.1", "latest", 1.1]),
    ("text", "0.1", ["100m", ".1", [0.1]]),
    (
        "selector",
        {"matchLabels": {"app": "web"}},
        [
            {},
            {"app": "web", "tier": "x"},
            {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
            {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]},
            {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]},
            {"matchExpressions": [{"key": "app", "operator": "In"}]},
            {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]},
            ["app=web"],
        ],
    ),
]


@pytest.mark.parametrize(
    ("as_", "wanted", "found"), [(as_, wanted, one) for as_, wanted, found in SAME for one in [wanted, *found]]
)
def test_every_spelling_of_the_same_is_the_same(as_: str, wanted: object, found: object) -> None:
    assert is_the_same(as_, wanted, found)
    assert is_the_same(as_, found, wanted)


@pytest.mark.parametrize(
    ("as_", "wanted", "found"), [(as_, wanted, one) for as_, wanted, found in NEAR for one in found]
)
def test_what_comes_near_is_not_the_same(as_: str, wanted: object, found: object) -> None:
    assert not is_the_same(as_, wanted, found)


def _fires(text: str, month: int, day: int, weekday: int) -> bool:
    """Say whether it fires on a day, straight from the words of crontab(5), for fields of numbers, stars and commas."""
    _, _, days, months, weekdays = text.split()

    def holds(field: str, value: int) -> bool:
        return field == "*" or str(value) in field.split(",")

    one, other = holds(days, day), holds(weekdays, weekday)
    return holds(months, month) and ((one and other) if "*" in {days, weekdays} else (one or other))


def test_schedules_that_are_the_same_fire_on_the_same_days_and_others_do_not() -> None:
    chance = random.Random(16)  # noqa: S311 - cases, not secrets

    def field(low: int, high: int) -> str:
        return chance.choice(["*", ",".join(str(chance.randint(low, high)) for _ in range(chance.randint(1, 3)))])

    month_days = [(month, day) for month in range(1, 13) for day in range(1, 32) if (month, day) not in _NO_DAYS]
    for _ in range(300):
        one, other = (f"0 0 {field(1, 31)} {field(1, 12)} {field(0, 6)}" for _ in range(2))
        days = [(*date, weekday) for date in month_days for weekday in range(7)]
        alike = all(_fires(one, *day) == _fires(other, *day) for day in days)
        assert (schedule(one) == schedule(other)) is alike, (one, other)


_NO_DAYS = {(2, 30), (2, 31), (4, 31), (6, 31), (9, 31), (11, 31)}


HOLDS: list[tuple[dict[str, Any], bool]] = [
    # Whole objects: percentages come to numbers as the Deployment's controller has them.
    ({"jsonpath": "$..maxUnavailable", "as": "percentage", "of": "$.spec.replicas", "value": 0}, True),
    ({"jsonpath": "$..maxUnavailable", "as": "percentage", "of": "$.spec.replicas", "value": 1}, False),
    ({"jsonpath": "$..maxSurge", "as": "percentage", "of": "$.spec.replicas", "value": 1}, True),
    ({"jsonpath": "$..maxSurge", "as": "percentage", "of": "$.spec.replicas", "value": "34%"}, False),
    ({"jsonpath": "$..maxSurge", "as": "percentage", "of": "$.spec.nothing", "value": 1}, False),
    # A port by its name is that of the container in which it is named.
    ({"jsonpath": f"{CONTAINERS}[0]..httpGet.port", "as": "port", "value": 8080}, True),
    ({"jsonpath": f"{CONTAINERS}[0]..httpGet.port", "as": "port", "value": 9090}, False),
    ({"jsonpath": f"{CONTAINERS}[*]..httpGet.port", "as": "port", "value": "http"}, True),
    ({"jsonpath": f"{CONTAINERS}[*]..httpGet.port", "as": "port", "op": ">", "value": 8000}, True),
    # A selector, by what it selects.
    ({"jsonpath": "$.spec.selector", "as": "selector", "value": {"app": "web"}}, True),
    ({"jsonpath": "$.spec.selector", "as": "selector", "op": "selects", "value": {"app": "web", "tier": "x"}}, True),
    ({"jsonpath": "$.spec.selector", "as": "selector", "op": "selects", "value": {"tier": "x"}}, False),
    # How many of the values.
    ({"jsonpath": f"{CONTAINERS}[*].image", "as": "image", "value": "nginx:1.29"}, False),
    ({"jsonpath": f"{CONTAINERS}[*].image", "as": "image", "value": "busybox", "each": "some"}, True),
    ({"jsonpath": f"{CONTAINERS}[*].image", "as": "image", "value": "busybox", "each": "none"}, False),
    ({"jsonpath": f"{CONTAINERS}[*].image", "as": "image", "value": "nginx", "each": "none"}, True),
    ({"jsonpath": "$.spec.nothing", "value": 1, "each": "none"}, True),
    ({"jsonpath": "$.spec.nothing", "value": 1, "each": "some"}, False),
    # Lists and mappings in which there is nothing else.
    ({"jsonpath": f"{CONTAINERS}[*].name", "op": "only", "value": ["web", "log", "other"]}, True),
    ({"jsonpath": f"{CONTAINERS}[*].name", "op": "only", "value": ["web"]}, False),
    ({"jsonpath": "$.metadata.labels", "op": "only", "value": ["app", "version"]}, True),
    ({"jsonpath": "$.metadata.labels", "op": "only", "value": ["app"]}, False),
    ({"jsonpath": "$..values", "op": "set", "value": ["web"]}, True),
    ({"jsonpath": "$..values", "op": "set", "value": ["web", "api"]}, False),
    ({"jsonpath": "$..values", "op": "set", "value": []}, False),
    ({"jsonpath": "$.metadata.name", "op": "set", "value": ["web"]}, False),
    # Texts are texts, but for quantities of Kubernetes and where the pack says a number.
    ({"jsonpath": "$.metadata.labels.version", "value": "1.1"}, False),
    ({"jsonpath": "$.metadata.labels.version", "value": "1.10"}, True),
    ({"jsonpath": "$..limits.cpu", "value": "0.1"}, True),
    ({"jsonpath": "$..limits.cpu", "as": "text", "value": "0.1"}, False),
    # Conditions together, and at each of the values that a path finds.
    ({"any_of": [{"jsonpath": "$.spec.replicas", "value": 2}, {"jsonpath": "$.spec.replicas", "value": 3}]}, True),
    ({"any_of": [{"jsonpath": "$.spec.replicas", "value": 2}, {"jsonpath": "$.spec.replicas", "value": 4}]}, False),
    ({"all_of": [{"jsonpath": "$.spec.replicas", "value": 3}, {"jsonpath": "$.kind", "value": "Deployment"}]}, True),
    ({"all_of": [{"jsonpath": "$.spec.replicas", "value": 3}, {"jsonpath": "$.kind", "value": "Job"}]}, False),
    ({"not": {"jsonpath": "$.spec.replicas", "value": 2}}, True),
    ({"not": {"not": {"jsonpath": "$.spec.replicas", "value": 2}}}, False),
]


@pytest.mark.parametrize(("words", "holds"), HOLDS)
def test_a_condition_holds_by_what_it_means(words: dict[str, Any], holds: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (differs(DEPLOYMENT, **words) is None) is holds


@pytest.mark.parametrize(("path", "holds"), [("/data", True), ("/var/log/web", True), ("/var/log", False)])
def test_conditions_that_belong_together_hold_of_one_and_the_same_value(path: str, holds: bool) -> None:  # noqa: FBT001 - a column of the table
    """``log`` mounts /var/log, but it is not the container with this image."""
    together = [
        {"jsonpath": "$.image", "as": "image", "value": "nginx:1.29"},
        {"jsonpath": "$.volumeMounts[*].mountPath", "as": "path", "value": path, "each": "some"},
    ]
    assert (differs(DEPLOYMENT, jsonpath=f"{CONTAINERS}[*]", each="some", all_of=together) is None) is holds
    assert (differs(DEPLOYMENT, jsonpath=f"{CONTAINERS}[*]", each="none", all_of=together) is None) is not holds


@pytest.mark.parametrize(
    ("kind", "field", "comes_to"),
    [("Deployment", "maxUnavailable", 0), ("Deployment", "maxSurge", 1), ("PodDisruptionBudget", "maxUnavailable", 1)],
)
def test_a_percentage_is_rounded_as_the_controller_of_its_kind_does(kind: str, field: str, comes_to: int) -> None:
    found = {"kind": kind, "spec": {"replicas": 3, field: "25%"}}
    words = {"as": "percentage", "of": "$.spec.replicas"}
    assert differs(found, jsonpath=f"$.spec.{field}", value=comes_to, **words) is None


@pytest.mark.parametrize(
    ("words", "expected", "found"),
    [
        (
            {"jsonpath": "{.spec.schedule}", "as": "cron", "value": "0 4 * * 0"},
            'spec.schedule is the same schedule as "0 4 * * 0"',
            'spec.schedule: "0 4 * * 1"',
        ),
        (
            {"jsonpath": "$.spec['schedule']", "op": "!=", "value": "0 4 * * 1"},
            'spec.schedule is not "0 4 * * 1"',
            'spec.schedule: "0 4 * * 1"',
        ),
        (
            {"jsonpath": "$.items[?(@.name=='a')].n", "op": ">=", "value": 3},
            "items[name=a].n is at least 3",
            "items[0].n: 2",
        ),
        (
            {"jsonpath": "$.items[*].n", "value": 3, "each": "some"},
            "some items[*].n is 3",
            "items[0].n: 2; items[1].n: 1",
        ),
        (
            {"jsonpath": "$.items[*].n", "op": "<", "value": 2, "each": "none"},
            "no items[*].n is less than 2",
            "items[1].n: 1",
        ),
        ({"jsonpath": "$.nothing", "value": 3}, "nothing is 3", "nothing is not set"),
        ({"jsonpath": "$.items", "op": "exists", "value": False}, "items is not set", 'items: [{"name": "a", "n": 2}'),
        (
            {"jsonpath": "$.spec.schedule", "as": "port", "value": 80},
            "spec.schedule is the same port as 80",
            'spec.schedule: "0 4 * * 1": a port is a number, or a name',
        ),
        (
            {"any_of": [{"jsonpath": "$.a", "value": 1}, {"not": {"jsonpath": "$.spec.schedule", "op": "exists"}}]},
            "a is 1; or not: spec.schedule is set",
            "a is not set; it is so",
        ),
    ],
)
def test_what_was_expected_and_found_is_said_in_plain_words(words: dict[str, Any], expected: str, found: str) -> None:
    shown = differs(
        {"spec": {"schedule": "0 4 * * 1"}, "items": [{"name": "a", "n": 2}, {"name": "b", "n": 1}]}, **words
    )
    assert shown is not None
    assert shown.expected == expected
    assert shown.found.startswith(found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "a condition has a jsonpath"),
        ({"jsonpath": "$[", "value": 1}, r"the path '\$\[' cannot be read"),
        ({"jsonpath": "$..[?search(@, '(a+)+$')]", "value": 1}, "cannot be read"),
        ({"jsonpath": "$.a[?match(@.b, 'x')]", "value": 1}, "cannot be read"),
        ({"jsonpath": "$.a", "as": "cron", "value": "61 * * * *"}, "'61' is not a minute"),
        ({"jsonpath": "$.a", "as": "cron", "value": "0 0 * *"}, "five fields"),
        ({"jsonpath": "$.a", "as": "cron", "value": "5-1 * * * *"}, "is not a range for the minute"),
        ({"jsonpath": "$.a", "as": "cron", "value": "*/0 * * * *"}, "is not a range"),
        ({"jsonpath": "$.a", "as": "cron", "op": "<", "value": "@daily"}, "has no order"),
        ({"jsonpath": "$.a", "as": "quantity", "value": "many"}, "a quantity is written like"),
        ({"jsonpath": "$.a", "as": "version", "value": 1.1}, "needs 1.1 in quotes"),
        ({"jsonpath": "$.a", "as": "text", "value": 1.1}, "needs 1.1 in quotes"),
        ({"jsonpath": "$.a", "as": "port", "value": "Web"}, "a port is a number, or a name"),
        ({"jsonpath": "$.a", "as": "port", "value": 0}, "from 1 to 65535"),
        ({"jsonpath": "$.a", "as": "image", "value": "a b"}, "an image is written like"),
        ({"jsonpath": "$.a", "as": "selector", "value": {"matchLabel": {}}}, "not matchLabel"),
        ({"jsonpath": "$.a", "as": "percentage", "value": "5%"}, "needs `of`"),
        ({"jsonpath": "$.a", "as": "percentage", "value": "5 %", "of": "$.b"}, "a percentage is written like"),
        ({"jsonpath": "$.a", "as": "percentage", "value": 5, "of": "$["}, "cannot be read"),
        ({"jsonpath": "$.a", "value": 5, "of": "$.b"}, "nothing else takes it"),
        ({"jsonpath": "$.a", "op": "set", "value": "x"}, "`set` needs a list"),
        ({"jsonpath": "$.a", "op": "only", "as": "port", "value": ["WEB"]}, 'cannot compare "WEB" `as: port`'),
        ({"jsonpath": "$.a", "op": "selects", "value": {"a": "b"}}, "needs `as: selector`"),
        ({"jsonpath": "$.a", "op": "regex", "as": "path", "value": "x"}, "takes no `as` but text"),
        ({"jsonpath": "$.a", "op": "exists", "each": "some"}, "`exists` takes no `each`"),
        ({"jsonpath": "$.a", "value": 1, "not": {"jsonpath": "$.b", "value": 1}}, "`not` takes no op, value"),
        ({"any_of": []}, "length >= 1"),
        ({"any_of": [{"jsonpath": "$.b"}]}, r"needs a `value` - at `\$.any_of\[0\]`"),
        ({"not": {"jsonpath": "$.b", "value": 1}, "any_of": [{"jsonpath": "$.b", "value": 1}]}, "give one of"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused_when_it_is_read(words: dict[str, Any], said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert(words, Where)
