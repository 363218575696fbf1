"""The rules of grading, one by one, with a shell that says what a test wants it to say."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tempshell_cli.backends.base import Capability
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.shell import ClusterView
from tempshell_cli.packs.grading.grader import LOOKS_AT_ONCE, Grader
from tempshell_cli.packs.grading.results import CheckResult, TaskResult, Verdict, as_shown, completed

from .drafts import probe, task_with

PASSES, FAILS = Completed(0, b"", b""), Completed(1, b"", b"")
DOWN = EngineUnavailable("the engine does not answer")


@dataclass
class Scripted:
    """Answers each program with the next of its answers, and with the last for ever."""

    answers: dict[str, list[Completed | Exception]]
    home: str = "/home/learner"
    cluster: ClusterView | None = None
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def grader(self) -> Scripted:
        return self

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        del stdin, timeout
        with self.lock:
            self.asked.append(argv[0])
            queue = self.answers.get(argv[0], [DOWN])
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Time:
    """A clock that only sleeping moves."""

    now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def shell(**answers: Completed | Exception | Iterable[Completed | Exception]) -> Scripted:
    return Scripted({name: [a] if isinstance(a, Completed | Exception) else list(a) for name, a in answers.items()})


def runs(name: str, **words: Any) -> dict[str, Any]:  # noqa: ANN401 - the words of the format
    """Return a check that runs the program of the same name."""
    return {"id": name, "exec": {"argv": [name]}, **words}


def by_id(result: TaskResult) -> dict[str, CheckResult]:
    return {check.check: check for check in result.results}


def verdicts(result: TaskResult) -> dict[str, str]:
    return {check.check: str(check.verdict) for check in result.results}


def test_points_add_up_to_the_share() -> None:
    task = task_with(runs("a", points=3), runs("b"), runs("c", points=4))
    result = Grader(shell(a=PASSES, b=PASSES, c=FAILS)).grade(task)
    assert (result.verdict, result.earned, result.total, result.share) == (Verdict.FAIL, 4, 8, 0.5)


def test_all_passed_is_a_pass() -> None:
    result = Grader(shell(a=PASSES)).grade(task_with(runs("a")))
    assert (result.task, result.verdict, result.share) == ("task", Verdict.PASS, 1.0)
    assert by_id(result)["a"].message == ""


def test_results_come_in_the_order_of_the_checks() -> None:
    names = [f"check-{number}" for number in range(20)]
    result = Grader(shell(**dict.fromkeys(names, PASSES))).grade(task_with(*map(runs, names)))
    assert [check.check for check in result.results] == names


def test_checks_are_looked_at_side_by_side() -> None:
    together = threading.Barrier(3, timeout=10)

    class Meeting(Scripted):
        def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
            together.wait()
            return super().run(argv, stdin=stdin, timeout=timeout)

    answers: dict[str, list[Completed | Exception]] = {name: [PASSES] for name in "abc"}
    assert Grader(Meeting(answers)).grade(task_with(*map(runs, "abc"))).verdict is Verdict.PASS


def test_tasks_wait_for_what_may_come_at_the_same_time() -> None:
    tasks = [task_with(runs("a", retry={"for": "10s"}), id=f"t{one}") for one in range(4 * LOOKS_AT_ONCE)]
    together, time = threading.Barrier(len(tasks), timeout=30), Time()

    def wait(seconds: float) -> None:
        together.wait()  # fails unless all tasks are here
        time.sleep(10 * seconds)

    results = Grader(shell(a=FAILS), time.clock, wait).grade_all(tasks)
    assert [(one.task, one.verdict) for one in results] == [(task.id, Verdict.FAIL) for task in tasks]


def test_an_engine_that_stumbles_is_asked_once_more() -> None:
    sandbox = shell(a=[DOWN, PASSES])
    assert Grader(sandbox).grade(task_with(runs("a"))).verdict is Verdict.PASS
    assert sandbox.asked == ["a", "true", "a"]


def test_a_check_that_could_not_run_earns_nothing_and_is_named() -> None:
    task = task_with(runs("a", points=3), runs("b", points=1))
    result = Grader(shell(a=DOWN, b=PASSES)).grade(task)
    assert (result.verdict, result.earned, result.total, result.share) == (Verdict.ERROR, 1, 4, 0.25)
    assert result.incomplete == ("a",)
    assert by_id(result)["a"].message == "the engine does not answer"


def test_a_wrong_answer_outweighs_an_error_in_the_verdict() -> None:
    result = Grader(shell(a=DOWN, b=FAILS)).grade(task_with(runs("a"), runs("b")))
    assert (result.verdict, result.share, result.incomplete) == (Verdict.FAIL, 0.0, ("a",))


def test_where_nothing_could_run_nothing_is_earned() -> None:
    result = Grader(shell(a=DOWN)).grade(task_with(runs("a")))
    assert (result.verdict, result.total, result.share) == (Verdict.ERROR, 1, 0.0)


# What the learner keeps from running fails, whatever the check expects.
NONZERO = {"exec": {"argv": ["a"], "expect": {"exit": "nonzero"}}}
FULL = [
    Completed(2, b"", b"sh: 1: Cannot fork\n"),
    Completed(125, b"", b"timeout: fork system call failed: Resource temporarily unavailable\n"),
    Completed(254, b"", b"bash: fork: retry: Resource temporarily unavailable\nbash: fork: no\n"),
    Completed(2, b"", b"sh: can't fork: Resource temporarily unavailable\n"),
    EngineUnavailable(
        "the sandbox could not be entered: OCI runtime exec failed: fork: Resource temporarily unavailable"
    ),
    EngineUnavailable("the sandbox could not be entered: cannot run the command: Resource temporarily unavailable"),
    EngineUnavailable("exec failed: unable to start container process: read init-p: connection reset by peer"),
]


@pytest.mark.parametrize("answer", FULL, ids=lambda answer: str(answer)[:60])
def test_a_sandbox_that_is_full_of_processes_fails_the_check(answer: Completed | Exception) -> None:
    for check in (runs("a"), {"id": "a", **NONZERO}):
        result = Grader(shell(a=answer, true=answer)).grade(task_with(check))
        assert (result.verdict, result.earned, result.total, result.incomplete) == (Verdict.FAIL, 0, 1, ())
        assert "counts as failed: the sandbox has no room for another process" in by_id(result)["a"].message


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            b"find: cannot fork: Resource temporarily unavailable",
            "the sandbox has no room for another process: find",
        ),
        (b"grep: work/list: Resource temporarily unavailable", "a lease in the sandbox locks a file: grep: work/list"),
        (
            b"dd: failed to open 'a': Resource temporarily unavailable",
            "a lease in the sandbox locks a file: dd: failed",
        ),
        (b"BlockingIOError: [Errno 11] Resource temporarily unavailable: 'a'", "a lease in the sandbox locks a file"),
        (b"sort: write failed: No space left on device", "a disk of the sandbox is full: sort: write failed"),
        (b"grep: work/list: Permission denied", "the learner has closed a file; it said: grep: work/list"),
        ("find: \u2018./a\u2019: Permission denied".encode(), "the learner has closed a file; it said: find"),
        (b"cat: /home/learner/a: Permission denied", "the learner has closed a file; it said: cat: /home"),
    ],
    ids=str,
)
def test_a_part_of_a_check_that_could_not_be_done_is_not_an_answer(said: bytes, cause: str) -> None:
    """`[ -z "$(find …)" ]` holds where nothing could be found."""
    hindered = Completed(0, b"", said + b"\n")
    result = Grader(shell(a=hindered)).grade(task_with(runs("a")))
    assert (result.verdict, result.incomplete) == (Verdict.FAIL, ())
    assert f"counts as failed: {cause}" in by_id(result)["a"].message


def test_what_is_said_of_other_files_is_no_hindrance() -> None:
    said = "find: \u2018/proc/1/fd\u2019: Permission denied\nls: cannot open directory '/root': Permission denied\n"
    result = Grader(shell(a=Completed(0, b"", said.encode()))).grade(task_with(runs("a")))
    assert result.verdict is Verdict.PASS


def test_a_long_line_of_the_learners_is_read_in_a_moment() -> None:
    """A pattern that tries each place of it to its end would take minutes, in which no signal is heard."""
    for line in (b"a" * 2**20, b": " * 2**19, b"resource temporarily unavailable" * 2**15):
        assert Grader(shell(a=Completed(1, b"", line))).grade(task_with(runs("a"))).verdict is Verdict.FAIL


def test_a_check_that_was_ended_from_inside_fails_where_the_sandbox_still_answers() -> None:
    """Twice, for an engine can stumble."""
    sandbox = shell(a=DOWN, true=PASSES)
    result = Grader(sandbox).grade(task_with(runs("a", fail="Not yet.")))
    assert (result.verdict, sandbox.asked) == (Verdict.FAIL, ["a", "true", "a", "true"])
    assert by_id(result)["a"].message.endswith("it was ended from inside the sandbox before it could report anything")
    stumbled = Grader(shell(a=[DOWN, PASSES], true=PASSES)).grade(task_with(runs("a")))
    assert stumbled.verdict is Verdict.PASS


def ended_by(signal: int, **exec_: Any) -> CheckResult:  # noqa: ANN401 - the words of the format
    ended = Completed(128 + signal, b"", b"", timed_out=signal == 9)
    check = {"id": "a", "exec": {"argv": ["a"], "expect": {"exit": "nonzero"}, **exec_}}
    return by_id(Grader(shell(a=ended)).grade(task_with(check)))["a"]


def test_a_program_that_a_signal_ended_fails_even_where_a_failure_is_expected() -> None:
    """Else a learner who can end a check would pass what asks for a failure."""
    assert ended_by(9).found == "it was ended by signal 9"
    assert ended_by(9, **{"as": "learner"}).verdict is Verdict.FAIL
    assert ended_by(9, expect={"exit": 137}).verdict is Verdict.FAIL
    assert ended_by(15).found == "it was ended by signal 15"
    assert ended_by(15, expect={"exit": 143}).verdict is Verdict.PASS
    assert ended_by(15, **{"as": "learner"}).verdict is Verdict.PASS


@pytest.mark.parametrize(("as_", "verdict"), [("grader", Verdict.FAIL), ("learner", Verdict.PASS)])
def test_that_a_file_is_closed_to_the_grader_proves_nothing(as_: str, verdict: Verdict) -> None:
    """In a pod the grader has no right to read what the learner has closed to all."""
    closed = Completed(2, b"", b"grep: work/list: Permission denied")
    check = {"id": "clean", "exec": {"as": as_, "argv": ["grep"], "expect": {"exit": "nonzero"}}}
    assert Grader(shell(grep=closed)).grade(task_with(check)).verdict is verdict


def test_a_control_that_the_learner_ends_fails_the_check() -> None:
    sandbox = shell(probe=FAILS, other=Completed(2, b"", b"sh: 1: Cannot fork"))
    result = Grader(sandbox).grade(task_with(denied(argv=["other"])))
    assert (result.verdict, result.incomplete) == (Verdict.FAIL, ())


class Surprised(Scripted):
    """Its answers surprise whoever reads them."""

    surprise: Exception = ValueError()

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        if argv[0] == "a":
            raise self.surprise
        return super().run(argv, stdin=stdin, timeout=timeout)


@pytest.mark.parametrize(
    "surprise", [ValueError("not enough values"), re.error("bad"), OverflowError(), RecursionError(), MemoryError()]
)
def test_what_cannot_be_judged_is_an_error_of_that_check_alone(surprise: Exception) -> None:
    sandbox = Surprised({"b": [PASSES]})
    sandbox.surprise = surprise
    result = Grader(sandbox).grade(task_with(runs("a"), runs("b")))
    assert verdicts(result) == {"a": "error", "b": "pass"}
    assert type(surprise).__name__ in by_id(result)["a"].message


@dataclass
class Roles(Scripted):
    """Notes which programs run as the grader."""

    graded: list[str] = field(default_factory=list)

    @property
    def grader(self) -> Scripted:
        return Scripted(self.answers, asked=self.graded)


@pytest.mark.parametrize(
    ("words", "as_learner"),
    [
        ({"argv": ["a"]}, False),
        ({"argv": ["a"], "as": "learner"}, True),
        ({"argv": ["./a"]}, True),
        ({"argv": ["bin/a"]}, True),
        ({"argv": ["/home/learner/a"]}, True),
        ({"argv": ["/usr/bin/a"]}, False),
        ({"argv": ["./a"], "as": "grader"}, False),
    ],
)
def test_a_program_runs_as_the_grader_unless_it_is_the_learners(words: dict[str, Any], as_learner: bool) -> None:  # noqa: FBT001 - a column of the table
    answers: dict[str, list[Completed | Exception]] = {words["argv"][0]: [PASSES]}
    sandbox = Roles(answers)
    check = {"id": "a", "exec": {**words, "expect": {"exit": [0]}}, "control": {}}
    assert Grader(sandbox).grade(task_with(check)).verdict is Verdict.PASS
    assert (sandbox.asked, sandbox.graded) == ([words["argv"][0]] * 2, [])[:: 1 if as_learner else -1]


@pytest.mark.parametrize("check", [{"file": {"path": "x"}}, {"http": {"url": "http://127.0.0.1/"}}])
def test_files_and_addresses_are_looked_at_as_the_grader(check: dict[str, Any]) -> None:
    sandbox = Roles({"/bin/sh": [FAILS], "curl": [FAILS]})
    Grader(sandbox).grade(task_with({"id": "a", **check}))
    assert (sandbox.asked, bool(sandbox.graded)) == ([], True)


@pytest.mark.parametrize("check", [{"file": {"path": "x"}}, {"http": {"url": "http://127.0.0.1/"}}])
@pytest.mark.parametrize("code", [137, 143])
def test_a_look_that_a_signal_ended_counts_as_failed(check: dict[str, Any], code: int) -> None:
    ended = Completed(code, b"", b"")
    result = Grader(shell(**{"/bin/sh": ended, "curl": ended})).grade(task_with({"id": "a", **check}))
    assert (result.verdict, result.incomplete) == (Verdict.FAIL, ())
    assert f"ended by signal {code - 128}" in by_id(result)["a"].message


def test_what_needs_a_failed_check_fails_without_a_look() -> None:
    sandbox = shell(a=FAILS, b=PASSES, c=PASSES)
    result = Grader(sandbox).grade(task_with(runs("a"), runs("b", needs=["a"]), runs("c", needs=["b"])))
    assert verdicts(result) == {"a": "fail", "b": "fail", "c": "fail"}
    assert by_id(result)["b"].message == "not looked at: needs `a`"
    assert (by_id(result)["b"].expected, by_id(result)["b"].found) == ("", "")
    assert sandbox.asked == ["a"]


def test_what_needs_an_error_is_an_error() -> None:
    result = Grader(shell(a=DOWN)).grade(task_with(runs("a"), runs("b", needs=["a"])))
    assert verdicts(result) == {"a": "error", "b": "error"}
    assert "needs `a`" in by_id(result)["b"].message


@pytest.mark.parametrize(
    ("find", "expected", "passed", "is_shown"),
    [
        (False, None, False, True),
        (False, "shown", False, True),
        (False, "hidden", True, False),
        (False, "after_pass", False, False),
        (False, "after_pass", True, True),
        (True, None, True, False),
        (True, "shown", False, True),
        (True, "after_pass", True, True),
    ],
)
@pytest.mark.parametrize("fail", [None, "It is the wrong number."])
def test_what_was_expected_is_shown_as_the_pack_says(
    *,
    find: bool,
    expected: str | None,
    passed: bool,
    is_shown: bool,
    fail: str | None,
) -> None:
    words = {"exec": {"argv": ["a"], "expect": {"stdout": {"equals": "42"}}}, "expected": expected, "fail": fail}
    task = task_with({"id": "a", **words}, find=find)
    graded = Grader(shell(a=Completed(0, b"41", b""))).grade(task)
    (check,) = as_shown(graded, task.head, passed=passed).results
    assert ("42" in check.expected, "42" in check.message) == (is_shown, is_shown and not fail)
    assert check.found == ("on stdout: 41" if is_shown else "")
    assert check.message == fail or ("41" in check.message) is is_shown


@pytest.mark.parametrize("argv", [["cat", "disk/list"], ["./list.sh"], ["bash", "-c", "find disk"]])
@pytest.mark.parametrize(
    "ends", [Completed(1, b"the answer", b""), Completed(1, b"", b"the answer"), Completed(137, b"the answer", b"")]
)
@pytest.mark.parametrize("gate", [True, False])
def test_what_a_program_of_the_pack_prints_is_no_way_to_the_answer(
    argv: list[str], ends: Completed, *, gate: bool
) -> None:
    task = task_with({"id": "a", "gate": gate, "exec": {"argv": argv}}, {"id": "b", "exec": {"argv": ["b"]}}, find=True)
    graded = Grader(shell(**{argv[0]: ends, "b": PASSES})).grade(task)
    (check, _) = as_shown(graded, task.head, passed=False).results
    is_learners = argv[0].startswith(".")
    assert ("the answer" in str(check)) is is_learners


def test_what_a_control_has_found_is_no_way_to_the_answer() -> None:
    words = {"argv": ["a"], "expect": {"exit": "nonzero"}}
    control = {"argv": ["b"], "expect": {"stdout": {"equals": "the answer"}}}
    task = task_with({"id": "a", "exec": words, "control": control}, find=True)
    graded = Grader(shell(a=FAILS, b=Completed(0, b"another", b""))).grade(task)
    (check,) = as_shown(graded, task.head, passed=False).results
    assert (check.verdict, check.message) == (Verdict.ERROR, "the control failed")


def test_a_file_of_the_learners_is_shown_to_them() -> None:
    task = task_with({"id": "a", "file": {"path": "a", "text": {"equals": "42"}}}, find=True)
    graded = Grader(shell(**{"/bin/sh": Completed(0, b"regular file|644|kim\n41", b"")})).grade(task)
    (check,) = as_shown(graded, task.head, passed=False).results
    assert (check.expected, check.found) == ("", "41")


def test_a_long_chain_of_needs_does_not_lock_up() -> None:
    names = [f"check-{number}" for number in range(30)]
    checks = [runs(name, needs=names[:place]) for place, name in enumerate(names)]
    result = Grader(shell(**dict.fromkeys(names, PASSES))).grade(task_with(*checks))
    assert result.share == 1.0


def test_a_gate_that_holds_earns_nothing() -> None:
    result = Grader(shell(a=FAILS, g=PASSES)).grade(task_with(runs("a"), runs("g", gate=True)))
    assert (result.void, result.earned, result.total, result.share) == (False, 0, 1, 0.0)


def test_a_violated_gate_voids_the_task() -> None:
    result = Grader(shell(a=PASSES, g=FAILS)).grade(task_with(runs("a"), runs("g", gate=True)))
    assert (result.void, result.earned, result.share, result.verdict) == (True, 0, 0.0, Verdict.FAIL)


def test_a_gate_that_could_not_run_keeps_all_points_back_and_leaves_the_task_incomplete() -> None:
    """Else a learner who has violated it would gain by keeping it from running."""
    result = Grader(shell(a=PASSES, g=DOWN)).grade(task_with(runs("a"), runs("g", gate=True)))
    assert (result.void, result.earned, result.share, result.verdict) == (False, 0, 0.0, Verdict.ERROR)
    assert result.incomplete == ("g",)


def test_a_gate_that_runs_later_gives_the_points_back() -> None:
    task = task_with(runs("a"), runs("g", gate=True))
    earlier, later = (Grader(shell(a=PASSES, g=answer)).grade(task) for answer in (DOWN, PASSES))
    assert completed(earlier, later).earned == 1


def denied(**control: Any) -> dict[str, Any]:  # noqa: ANN401 - the words of the format
    return {"id": "deny", "exec": {"argv": ["probe"], "expect": {"exit": "nonzero"}}, "control": control}


def test_a_negative_check_passes_where_its_control_does() -> None:
    result = Grader(shell(probe=FAILS, other=PASSES)).grade(task_with(denied(argv=["other"])))
    assert result.verdict is Verdict.PASS


def test_a_control_that_fails_makes_the_check_an_error() -> None:
    result = Grader(shell(probe=FAILS)).grade(task_with(denied(expect={"exit": 0})))
    assert verdicts(result) == {"deny": "error"}
    assert by_id(result)["deny"].message == "the control failed: expected exit code 0, found exit code 1"


def test_a_control_is_not_asked_where_the_check_fails_anyway() -> None:
    sandbox = shell(probe=PASSES, other=FAILS)
    result = Grader(sandbox).grade(task_with(denied(argv=["other"])))
    assert verdicts(result) == {"deny": "fail"}
    assert sandbox.asked == ["probe"]


def watched(*answers: Completed | Exception, **retry: str) -> tuple[Verdict, float, int]:
    """Return the verdict, the seconds slept and the number of looks."""
    time, sandbox = Time(), shell(a=answers)
    outcome = Grader(sandbox, time.clock, time.sleep).watch(probe(exec={"argv": ["a"]}, retry=retry))
    return outcome.verdict, time.now, len(sandbox.asked)


def test_a_retry_ends_with_the_first_pass() -> None:
    assert watched(FAILS, FAILS, PASSES, **{"for": "10s", "every": "2s"}) == (Verdict.PASS, 4.0, 3)


def test_a_retry_gives_up_in_time() -> None:
    assert watched(FAILS, **{"for": "10s", "every": "2s"}) == (Verdict.FAIL, 10.0, 6)


def test_a_retry_looks_every_second_unless_told() -> None:
    assert watched(FAILS, **{"for": "3s"}) == (Verdict.FAIL, 3.0, 4)


def test_what_must_be_stable_must_pass_without_a_break() -> None:
    retry = {"for": "10s", "stable_for": "3s"}
    assert watched(PASSES, PASSES, FAILS, PASSES, **retry) == (Verdict.PASS, 6.0, 7)


def test_what_flaps_is_never_stable() -> None:
    flapping = [PASSES, FAILS] * 50
    assert watched(*flapping, **{"for": "10s", "stable_for": "3s"}) == (Verdict.FAIL, 11.0, 12)


def test_what_passes_late_may_still_prove_stable() -> None:
    late = [FAILS, FAILS, FAILS, PASSES]
    assert watched(*late, **{"for": "3s", "stable_for": "5s"}) == (Verdict.PASS, 8.0, 9)


def test_a_retry_does_not_go_on_asking_an_engine_that_is_gone() -> None:
    looks = ["a", "a", "true", "a", "true"]
    assert watched(FAILS, DOWN, **{"for": "60s"}) == (Verdict.ERROR, 1.0, len(looks))


def test_who_is_not_patient_looks_once_at_what_fails_and_as_long_as_any_at_what_passes() -> None:
    retry = {"for": "10s", "stable_for": "3s"}
    for answers, expected in (
        ([FAILS, PASSES], (Verdict.FAIL, 0.0)),
        ([PASSES], (Verdict.PASS, 3.0)),
        ([PASSES, FAILS, PASSES], (Verdict.FAIL, 1.0)),
    ):
        time = Time()
        grader = Grader(shell(a=answers), time.clock, time.sleep, patient=False)
        outcome = grader.watch(probe(exec={"argv": ["a"]}, retry=retry))
        assert (outcome.verdict, time.now) == expected


def test_one_check_can_be_looked_at_alone() -> None:
    sandbox = shell(a=[PASSES], b=[FAILS])
    task = task_with(runs("a"), runs("b"))
    grader = Grader(sandbox)
    assert [grader.fails(task, check) for check in ("a", "b", "")] == [False, True, False]
    assert sandbox.asked == ["a", "b"]


def test_a_fail_says_the_packs_words_and_what_was_found() -> None:
    result = Grader(shell(a=Completed(3, b"", b"no\x1b[2J"))).grade(task_with(runs("a", fail="Not yet.")))
    assert by_id(result)["a"].message == "Not yet."
    assert by_id(result)["a"].expected == "exit code 0"
    assert by_id(result)["a"].found == "exit code 3; it said: no"


def test_a_fail_without_words_of_its_own_says_both() -> None:
    result = Grader(shell(a=FAILS)).grade(task_with(runs("a")))
    assert by_id(result)["a"].message == "expected exit code 0, found exit code 1"


def test_what_is_shown_is_bounded() -> None:
    shout = Completed(0, b"x" * 10_000_000, b"")
    check = {"id": "a", "exec": {"argv": ["a"], "expect": {"stdout": {"equals": "y" * 10_000}}}}
    found = by_id(Grader(shell(a=shout)).grade(task_with(check)))["a"]
    assert max(len(found.expected), len(found.found)) < 2100


NO_POLICIES = {Capability.NETPOL_ENFORCED: "which this sandbox lacks"}


def test_what_needs_a_capability_that_is_lacking_is_an_error_and_not_looked_at() -> None:
    sandbox = shell(a=PASSES, b=FAILS, c=FAILS)
    task = task_with(runs("a"), runs("b", caps=["netpol-enforced"]), runs("c", needs=["b"]))
    result = Grader(sandbox, lacking=NO_POLICIES).grade(task)
    assert verdicts(result) == {"a": "pass", "b": "error", "c": "error"}
    assert by_id(result)["b"].message == "it needs netpol-enforced, which this sandbox lacks"
    assert (sandbox.asked, result.earned, result.total, result.incomplete) == (["a"], 1, 3, ("b", "c"))


def test_what_a_task_requires_all_of_its_checks_need() -> None:
    task = task_with(runs("a"), requires={"caps": ["netpol-enforced"]})
    assert Grader(shell(a=PASSES), lacking=NO_POLICIES).grade(task).verdict is Verdict.ERROR
    assert Grader(shell(a=PASSES)).grade(task).verdict is Verdict.PASS
