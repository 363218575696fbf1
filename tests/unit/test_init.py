"""The first process of a sandbox, on its own."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tempshell_cli.backends.init import InitState, init_argv, init_state, move_deadline

FAR, TIMEOUT = 3600, 20


def test_it_ends_when_nobody_watches_over_it_any_more() -> None:
    """A supervisor killed while the sandbox starts cannot take it along: the end of the input does."""
    done = subprocess.run(
        init_argv(time.time() + FAR, watched=True),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert init_state(done.stdout)


@pytest.mark.parametrize("ahead", [1, 2])
def test_it_ends_at_the_deadline_and_not_before(ahead: int) -> None:
    deadline = int(time.time()) + ahead
    with subprocess.Popen(init_argv(deadline), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as init:
        init.wait(TIMEOUT)
    assert time.time() >= deadline


def test_it_takes_a_new_deadline_from_its_input() -> None:
    soon = int(time.time()) + 1
    with subprocess.Popen(init_argv(time.time() + FAR), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as init:
        assert init.stdin
        assert init.stdout
        init.stdin.write(move_deadline(soon))
        init.stdin.flush()
        init.wait(TIMEOUT)
        assert init_state(init.stdout.read()) == InitState(soon)


def test_it_keeps_the_terms_that_came_with_a_deadline_until_others_come() -> None:
    far = int(time.time()) + FAR
    with subprocess.Popen(init_argv(far), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as init:
        assert init.stdin
        assert init.stdout
        assert init_state(init.stdout.readline()) == InitState(far)
        for moved, terms, held in (
            (far + 1, '{"exam":"7 60 120"}', '{"exam":"7 60 120"}'),
            (far + 2, "", '{"exam":"7 60 120"}'),
            (far + 3, '{"lease":5400,"tasks":["a","b\\\\t"]}', '{"lease":5400,"tasks":["a","b\\\\t"]}'),
        ):
            init.stdin.write(move_deadline(moved, terms))
            init.stdin.flush()
            said = [init.stdout.readline() for _ in range(2)]  # it is sent twice
            assert init_state(b"".join(said)) == InitState(moved, held)
        init.kill()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (init_argv(time.time() - 1), "deadline has passed"),
        (["dash", "-c", init_argv(FAR)[3], "init", str(int(time.time()) + FAR)], "neither bash 5 nor"),
    ],
)
def test_it_says_nothing_of_a_deadline_that_it_does_not_hold(argv: list[str], said: str) -> None:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    assert (done.returncode, init_state(done.stdout)) == (1, None)
    assert said in done.stderr.decode()


def test_it_gives_notice_where_nothing_happens_and_takes_it_back_where_something_does() -> None:
    """In a PID namespace of its own, where nothing runs beside it."""
    argv = (
        "unshare",
        "--pid",
        "--fork",
        "--mount-proc",
        "--kill-child",
        *init_argv(time.time() + FAR, idle=6, notice=400),
    )
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as init:
        assert init.stdin
        assert init.stdout
        first = init.stdout.readline()
        notice = init.stdout.readline()
        state = init_state(first + notice)
        assert state
        assert 380 < state.idle_end - time.time() < 401
        init.stdin.write(move_deadline(state.deadline + 1))  # what the engine sends counts, too
        init.stdin.flush()
        back = init_state(first + notice + init.stdout.readline())
        assert back == InitState(state.deadline + 1)
        init.kill()


@pytest.mark.parametrize("name", [") *\\n", "x\\n", ") S 1 (\\n", "$(touch own)"])
def test_the_name_of_a_process_is_no_program(name: str, tmp_path: Path) -> None:
    """Whoever is inside names processes, and files: neither is run, nor ends the first process."""
    for number in range(1, 12):
        (tmp_path / f"{number:02}").touch()
    (tmp_path / "a[$(touch own)]").touch()
    beside = f"(printf '{name}' >/proc/$BASHPID/comm; sleep 60 >&- 2>&-; :) & exec \"$@\""
    inside = ("bash", "-c", beside, "bash", *init_argv(time.time() + FAR, idle=600))
    argv = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", *inside)
    with subprocess.Popen(argv, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as init:
        assert init.stdout
        assert init_state(init.stdout.readline())
        time.sleep(8)  # it looks every five seconds
        assert init.poll() is None
        assert not (tmp_path / "own").exists()
        init.kill()


@pytest.mark.parametrize(
    ("said", "ends"),
    [(b"", 0), (b"idle 20\n", 20), (b"idle 20\nidle 30\n", 30), (b"idle 20\ndeadline 12\n", 0), (b"idle x\n", 0)],
)
def test_a_notice_is_what_was_said_after_the_last_deadline(said: bytes, ends: int) -> None:
    state = init_state(b"idle 5\ndeadline 10\n" + said)
    assert state
    assert state.idle_end == ends
