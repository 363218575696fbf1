"""What engines carry for us, and what PID 1 is sent."""

from __future__ import annotations

import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import SandboxRequest, Template, Terms
from tempshell_cli.backends.init import InitState, init_argv, init_state, move_deadline

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_labels_tell_whose_what_and_until_when() -> None:
    request = SandboxRequest("s1", "ann", _NOON, Template(image="any"), name="lab", pack="linux-basics")
    made = labels.labels(request, "terminal")
    assert {name.rpartition("/")[0] for name in made} == {"io.tempshell"}
    assert (made[labels.SESSION], made[labels.OWNER], made[labels.COMPONENT]) == ("s1", "ann", "terminal")
    assert (made[labels.NAME], made[labels.PACK], made[labels.PROFILE]) == ("lab", "linux-basics", "restricted")
    assert labels.deadline_of(made) == _NOON


@pytest.mark.parametrize("found", [{}, {labels.DEADLINE: ""}, {labels.DEADLINE: "soon"}])
def test_a_deadline_that_nobody_can_read_has_passed(found: dict[str, str]) -> None:
    assert labels.deadline_of(found) < _NOON


@given(
    st.builds(
        Terms,
        lease=st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
        extensions=st.integers(0, 100),
        tasks=st.lists(st.text()).map(tuple),
        exam=st.text(),
        values=st.dictionaries(st.text(), st.text()),
    )
)
def test_terms_read_back_as_they_were_written_in_one_plain_line(terms: Terms) -> None:
    text = labels.terms_text(terms)
    assert labels.terms_of(text) == terms
    assert text.isascii()
    assert text.isprintable()


@given(st.text() | st.sampled_from(["[]", "null", '{"lease":-1,"extensions":true}', '{"lease":1e999}', "[" * 10**5]))
def test_terms_that_nobody_has_written_grant_nothing(text: str) -> None:
    assert labels.terms_of(text) == Terms()


def test_terms_are_read_as_far_as_they_make_sense() -> None:
    text = '{"lease":1' + "0" * 30 + ',"extensions":"2","tasks":["a",1],"exam":{},"values":{"a/b":"c","d":1},"more":1}'
    assert labels.terms_of(text) == Terms(lease=timedelta(seconds=10**9), tasks=("a",), values={"a/b": "c"})


def test_what_pid_1_told_last_counts() -> None:
    assert init_state(b'deadline 10 {"a":1}\ndeadline 25\n') == InitState(25)
    assert init_state(b'deadline 10\ndeadline 25 {"exam":"1 2 3"}\n') == InitState(25, '{"exam":"1 2 3"}')
    assert init_state(b"deadline soon\ndeadline\n") is None
    assert init_state(b"") is None


@pytest.mark.parametrize("shell", ["bash", "busybox"])
def test_pid_1_ends_at_its_deadline_and_follows_a_move(shell: str, tmp_path: Path) -> None:
    """In bash, and in the ash of busybox where there is no bash."""
    _let_path_have_only(shell, tmp_path)
    began = time.time()
    with subprocess.Popen(
        init_argv(began + 60), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PATH": str(tmp_path)}
    ) as process:
        assert process.stdin
        assert process.stdout
        assert init_state(process.stdout.readline()) == InitState(int(began + 60))
        for noise in (
            b"\n",
            b"deadline\n",
            b"deadline soon\n",
            b"deadline -1\n",
            b"deadline 1 2\n",
            b"x" * 5000 + b"\n",
        ):
            process.stdin.write(noise)
        terms = '{"lease":3600,"tasks":["a"]}'
        process.stdin.write(move_deadline(began + 2, terms))
        process.stdin.flush()
        assert init_state(process.stdout.readline()) == InitState(int(began + 2), terms)
        assert process.wait(10) == 0
    assert began + 1 <= time.time() < began + 6


def _let_path_have_only(shell: str, directory: Path) -> None:
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"no {shell} here")
    (directory / ("bash" if shell == "bash" else "sh")).symlink_to(found)


@pytest.mark.parametrize(("left", "read"), [(None, None), (timedelta(minutes=7), timedelta(minutes=7))])
def test_terms_have_room_for_what_a_paused_session_has_left(left: timedelta | None, read: timedelta | None) -> None:
    terms = Terms(timedelta(hours=1), 1, ("a-task",))
    line = labels.terms_text(terms, left)
    assert (labels.terms_of(line), labels.left_of(line)) == (terms, read)


@pytest.mark.parametrize("line", ["", "{}", '{"left":-3}', '{"left":"x"}', "[1]", "nonsense"])
def test_what_no_pause_has_written_is_none(line: str) -> None:
    assert labels.left_of(line) is None
