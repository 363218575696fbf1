"""A proof finds each way in which a task can be wrong, and leaves nothing behind."""

from __future__ import annotations

import signal
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from tempshell_cli.backends.base import Capability
from tempshell_cli.packs.authoring.prove import (
    State,
    TaskProof,
    other_order,
    prove_task,
    prove_together,
    why_unprovable,
)
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Pack
from tests.support.command_line import Tempshell
from tests.support.leaks import leftovers
from tests.support.user import User
from tests.support.waiting import eventually

from .drafts import Draft, NewSandbox, task_with

TASK = "tasks/one.md"
ON_LOCAL = pytest.mark.engine("local")


def proof_of(draft: Draft, shell: SandboxShell) -> TaskProof:
    return prove_task(draft.load().tasks[0], shell)


@pytest.fixture
def sound(draft: Draft) -> Draft:
    """A pack that can be proven."""
    draft.replace(TASK, "hints:", "setup: {run: setup.sh}\nhints:")
    draft.write("setup.sh", "rm -f answer.txt\n")
    return draft


@pytest.fixture
def two(sound: Draft) -> Draft:
    """A pack of two tasks that can be proven."""
    sound.replace("pack.yaml", "- tasks/one.md", "- tasks/one.md\n- tasks/two.md")
    text = (sound.root / TASK).read_text()
    sound.write("tasks/two.md", text.replace("id: one", "id: two").replace("answer.txt", "other.txt"))
    for name in ("setup.sh", "solution.sh", "wrong.sh"):
        script = (sound.root / name).read_text().replace("answer.txt", "other.txt")
        sound.write(f"two-{name}", script)
        sound.replace("tasks/two.md", name, f"two-{name}")
    return sound


def test_a_sound_task_is_proven_and_says_what_no_mutant_fails(sound: Draft, sandbox_shell: SandboxShell) -> None:
    proof = proof_of(sound, sandbox_shell)
    assert (proof.state, proof.why, proof.unseen) == (State.PROVEN, "", ("there",))
    assert [step.name for step in proof.steps] == [
        "start",
        "solution solution.sh",
        "start, after solution.sh",
        "mutant wrong.sh",
        "start, after wrong.sh",
    ]


WRONG: dict[str, tuple[Callable[[Draft], object], str]] = {
    "free points": (
        lambda draft: draft.write("setup.sh", "touch answer.txt\n"),
        "start: `there` passes before anything is done",
    ),
    "a gate that never holds": (
        lambda draft: draft.replace(TASK, "- id: there\n  points: 2", "- id: there\n  gate: true"),
        "start: the gate `there` is violated before anything is done",
    ),
    "a solution that does not solve": (
        lambda draft: draft.write("solution.sh", "echo 43 >answer.txt\n"),
        "solution solution.sh: `right` fails: expected on stdout: 42, found on stdout: 43",
    ),
    "an empty solution": (
        lambda draft: draft.write("solution.sh", "\n"),
        "solution solution.sh: `right`, `there` fails: expected a file answer.txt, found it is not there",
    ),
    "a solution that ends badly": (
        lambda draft: draft.write("solution.sh", "echo no >&2\nexit 3\n"),
        "solution solution.sh: solution.sh ended with exit code 3:\nno",
    ),
    "an alternative that does not solve": (
        lambda draft: draft.replace(TASK, "mutants:", "alternatives: [wrong.sh]\nmutants:"),
        "alternative wrong.sh: `right` fails: expected on stdout: 42, found on stdout: 41",
    ),
    "a mutant that passes": (
        lambda draft: draft.write("wrong.sh", "echo 42 >answer.txt\n"),
        "mutant wrong.sh: `right` does not catch it",
    ),
    "a mutant that more catches": (
        lambda draft: draft.write("wrong.sh", "\n"),
        "mutant wrong.sh: `there` fails, too: expected a file answer.txt, found it is not there",
    ),
    "a setup that does not put it back": (
        lambda draft: draft.write("setup.sh", "true\n"),
        "start, after solution.sh: `right`, `there` passes before anything is done",
    ),
    "a setup that fails": (
        lambda draft: draft.write("setup.sh", "exit 1\n"),
        "start: the task one cannot be set up: setup.sh ended with exit code 1",
    ),
    "a check that cannot run": (
        lambda draft: draft.replace(TASK, "argv: [cat", "argv: [no-such-program"),
        "solution solution.sh: `right` could not run: the sandbox has no no-such-program",
    ),
    "a check that changes what it looks at": (
        lambda draft: draft.replace(
            TASK, "exec: {argv: [cat, answer.txt]", 'exec: {argv: [bash, -c, "cat answer.txt; echo 43 >answer.txt"]'
        ),
        "solution solution.sh: graded twice, it gives two results",
    ),
}


@pytest.mark.parametrize(("spoil", "why"), WRONG.values(), ids=WRONG)
def test_a_wrong_task_is_told_with_the_step_and_the_reason(
    spoil: Callable[[Draft], object], why: str, sound: Draft, sandbox_shell: SandboxShell
) -> None:
    spoil(sound)
    proof = proof_of(sound, sandbox_shell)
    assert (proof.state, proof.why) == (State.WRONG, why)


def test_a_task_whose_program_is_missing_is_unproven_not_wrong(sound: Draft, sandbox_shell: SandboxShell) -> None:
    sound.replace(TASK, "title:", "requires: {tools: [no-such-program]}\ntitle:")
    proof = proof_of(sound, sandbox_shell)
    assert (proof.state, proof.why) == (State.UNPROVEN, "the sandbox has no no-such-program")


NO_POLICIES = {Capability.NETPOL_ENFORCED: "which this sandbox lacks"}
LACKS = "it needs netpol-enforced, which this sandbox lacks"


def test_without_a_capability_its_checks_are_left_out_and_named(sound: Draft, sandbox_shell: SandboxShell) -> None:
    """Its mutant goes with the check that catches it; what is left is proven as always."""
    sound.replace(TASK, "- id: right", "- id: right\n  caps: [netpol-enforced]")
    proof = prove_task(sound.load().tasks[0], sandbox_shell, NO_POLICIES)
    assert (proof.state, proof.why) == (State.PROVEN, f"but for `right`: {LACKS}")
    assert (proof.left_out, proof.unseen) == (("right",), ("there",))
    assert [step.name for step in proof.steps] == ["start", "solution solution.sh", "start, after solution.sh"]
    sound.write("solution.sh", "\n")
    wrong = prove_task(sound.load().tasks[0], sandbox_shell, NO_POLICIES)
    assert (wrong.state, wrong.left_out) == (State.WRONG, ("right",))


@pytest.mark.parametrize(
    ("word", "more"),
    [
        ("title:", "requires: {caps: [netpol-enforced]}\ntitle:"),
        ("- id: there", "- id: there\n  caps: [netpol-enforced]"),
    ],
)
def test_a_task_that_is_nothing_without_a_capability_is_unproven(
    word: str, more: str, sound: Draft, sandbox_shell: SandboxShell
) -> None:
    """All of its checks need it, or one that does."""
    sound.replace(TASK, word, more)
    proof = prove_task(sound.load().tasks[0], sandbox_shell, NO_POLICIES)
    assert (proof.state, proof.why, proof.steps) == (State.UNPROVEN, LACKS, ())


@pytest.mark.parametrize(
    ("check", "requires", "why"),
    [
        ({"exec": {"argv": ["true"]}}, {"caps": ["outbound"]}, "the backend lacks outbound"),
        ({"object": {"ref": "pod/web"}}, {}, "this needs a Kubernetes session"),
        ({"exec": {"argv": ["true"], "in": "deploy/web"}}, {}, "this needs a Kubernetes session"),
        ({"exec": {"argv": ["true"]}}, {}, ""),
    ],
)
def test_what_the_backend_lacks_is_known_before_anything_is_tried(
    check: dict[str, object], requires: dict[str, object], why: str
) -> None:
    task = task_with({"id": "one", **check}, requires=requires)
    assert why_unprovable(task, frozenset(), has_cluster=False) == why


def test_with_a_cluster_a_live_object_can_be_looked_at() -> None:
    task = task_with({"id": "one", "object": {"ref": "pod/web"}}, namespaces=["web"])
    assert why_unprovable(task, frozenset(), has_cluster=False)
    assert why_unprovable(task, frozenset(), has_cluster=True) == ""


def test_the_other_order_is_another_and_repeats_with_its_seed(two: Draft) -> None:
    tasks = two.load().tasks
    for seed in range(5):
        assert other_order(tasks, seed) == list(tasks[::-1])
    assert other_order(tasks[:1], 1) == list(tasks[:1])


def test_tasks_that_go_well_together(two: Draft, new_sandbox: NewSandbox) -> None:
    assert _together(two.load(), new_sandbox()) == {"one": "", "two": ""}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("two-setup.sh", "`right`, `there` passes before anything is done"),
        ("two-solution.sh", "`right` fails: expected on stdout: 42, found on stdout: 99"),
    ],
)
def test_a_task_that_spoils_another_is_found(script: str, why: str, two: Draft, new_sandbox: NewSandbox) -> None:
    answer = "42" if "setup" in script else "99"
    two.write(script, f"{(two.root / script).read_text()}\necho {answer} >answer.txt\n")
    assert _together(two.load(), new_sandbox())["one"] == why


def test_a_setup_that_spoils_what_was_solved_before_it_is_found(two: Draft, new_sandbox: NewSandbox) -> None:
    """Behind the screen a task is set up while others are solved, and a learner resets one at any time."""
    two.write("two-setup.sh", f"{(two.root / 'two-setup.sh').read_text()}\nrm -f answer.txt\n")
    found = _together(two.load(), new_sandbox())
    assert found["one"].startswith("`right`, `there` fails")
    assert found["two"] == ""


def test_a_setup_that_needs_that_of_another_task_is_found(two: Draft, new_sandbox: NewSandbox) -> None:
    two.write("setup.sh", f"{(two.root / 'setup.sh').read_text()}\ntouch begun\n")
    two.write("two-setup.sh", f"{(two.root / 'two-setup.sh').read_text()}\ntest -e begun\n")
    proofs = [prove_task(task, new_sandbox()) for task in two.load().tasks]
    assert [proof.state for proof in proofs] == [State.PROVEN, State.WRONG]
    assert "two-setup.sh ended with exit code 1" in proofs[1].why


def test_what_is_left_out_of_a_task_is_left_out_of_all_together(two: Draft, new_sandbox: NewSandbox) -> None:
    two.replace(TASK, "- id: right", "- id: right\n  caps: [netpol-enforced]")
    two.write("two-solution.sh", f"{(two.root / 'two-solution.sh').read_text()}\necho 99 >answer.txt\n")
    tasks = two.load().tasks
    assert prove_together(tasks, new_sandbox())["one"].problem
    steps = prove_together(tasks, new_sandbox(), NO_POLICIES)
    assert [step.problem for step in steps.values()] == ["", ""]


@ON_LOCAL
def test_the_command_names_what_it_leaves_out(two: Draft, tempshell: Tempshell) -> None:
    two.replace(TASK, "- id: right", "- id: right\n  caps: [netpol-enforced]")
    proof = tempshell("pack", "prove", str(two.root), "--mutants", "0", "--format", "json").json()
    assert proof["holds"] is True
    assert [(task["state"], task["left_out"]) for task in proof["tasks"]] == [("proven", ["right"]), ("proven", [])]
    table = tempshell("pack", "prove", str(two.root), "--mutants", "0").stdout
    assert f"but for `right`: {LACKS}; no mutant fails there" in table
    suite = ET.fromstring(tempshell("pack", "prove", str(two.root), "--format", "junit").stdout)[0]  # noqa: S314
    assert suite.find("testcase[@name='check right']/skipped") is not None


@ON_LOCAL
def test_a_start_says_which_checks_cannot_run_and_goes_on(two: Draft, tempshell: Tempshell) -> None:
    two.replace(TASK, "- id: right", "- id: right\n  caps: [netpol-enforced]")
    told = tempshell("start", "--detach", str(two.root)).stderr
    assert "1 of the checks cannot run: they need netpol-enforced, which this sandbox lacks" in told
    checked = tempshell("check", "one", "--json", code=10).json()
    assert [one["verdict"] for one in checked[0]["results"]] == ["fail", "error"]
    assert (checked[0]["incomplete"], checked[0]["total"]) == (["right"], 3)


def _together(pack: Pack, shell: SandboxShell) -> dict[str, str]:
    return {task: step.problem for task, step in prove_together(pack.tasks, shell).items()}


@ON_LOCAL
def test_the_command_prints_a_table_the_seed_and_the_order(two: Draft, tempshell: Tempshell, user: User) -> None:
    told = tempshell("pack", "prove", str(two.root), "--backend", "local", "--jobs", "2", "--seed", "7")
    assert "one    proven   7/7" in told.stdout
    assert "draft 1.0.0 on local: 2 proven" in told.stdout
    assert "--seed 7: two, one" in told.stdout
    assert leftovers(user, docker=False) == []


@ON_LOCAL
def test_a_proof_takes_nothing_from_the_limits_of_a_person(two: Draft, tempshell: Tempshell) -> None:
    tempshell.start("--name", "mine")
    tempshell("pack", "prove", str(two.root))
    tempshell("stop", "mine")
    tempshell.start("--name", "next")


@ON_LOCAL
def test_a_wrong_task_ends_the_command_with_6_and_leaves_nothing(two: Draft, tempshell: Tempshell, user: User) -> None:
    two.write("wrong.sh", "echo 42 >answer.txt\n")
    proof = tempshell("pack", "prove", str(two.root), "--format", "json", code=6).json()
    assert proof["holds"] is False
    assert {task["task"]: task["state"] for task in proof["tasks"]} == {"one": "wrong", "two": "proven"}
    assert proof["digest"] == two.load().digest
    assert leftovers(user, docker=False) == []


@ON_LOCAL
def test_junit_has_a_case_for_each_step(two: Draft, tempshell: Tempshell) -> None:
    two.write("wrong.sh", "echo 42 >answer.txt\n")
    two.replace("tasks/two.md", "title:", "requires: {caps: [node-shell]}\ntitle:")
    command = ("pack", "prove", str(two.root), "--format", "junit", "--mutants", "0")
    root = ET.fromstring(tempshell(*command, code=6).stdout)  # noqa: S314
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "1", "1")
    failed = suite.find("testcase[@name='mutant wrong.sh']/failure")
    assert failed is not None
    assert failed.get("message") == "`right` does not catch it"


@ON_LOCAL
def test_a_pack_of_which_nothing_can_be_proven_here_is_not_proven(sound: Draft, tempshell: Tempshell) -> None:
    sound.replace(TASK, "title:", "requires: {caps: [node-shell]}\ntitle:")
    told = tempshell("pack", "prove", str(sound.root), code=6).stdout
    assert "unproven" in told
    assert "the backend lacks node-shell" in told


@ON_LOCAL
def test_one_task_can_be_chosen(two: Draft, tempshell: Tempshell) -> None:
    proof = tempshell("pack", "prove", str(two.root), "--task", "two", "--format", "json").json()
    assert [task["task"] for task in proof["tasks"]] == ["two"]
    assert "did you mean `two`" in tempshell("pack", "prove", str(two.root), "--task", "tow", code=2).stderr


@ON_LOCAL
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_proof_leaves_nothing(
    number: signal.Signals, two: Draft, tempshell: Tempshell, user: User
) -> None:
    two.write("solution.sh", "touch started\nsleep 50\n")
    with tempshell.running("pack", "prove", str(two.root), "--jobs", "2") as process:
        eventually(lambda: leftovers(user, docker=False), "a sandbox runs", 20)
        process.send_signal(number)
        process.communicate(timeout=30)
        assert process.returncode == 128 + number
    eventually(lambda: leftovers(user, docker=False) == [], "nothing is left", 5)
    assert tempshell("list", "--json").json() == []


@ON_LOCAL
def test_the_new_pack_is_proven(tempshell: Tempshell) -> None:
    tempshell("pack", "new", "mine")
    assert "no mutant" not in tempshell("pack", "prove", "mine").stdout
