"""`logs` shows what setups have printed, and neither a secret nor anything of an exam."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packs.drafts import Draft
from tests.support.command_line import Tempshell
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("local")

_SECRET = "a-secret-value-of-the-session"  # noqa: S105 - of this test


@pytest.fixture
def pack(tmp_path: Path) -> str:
    """A pack whose setup prints."""
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "checks:\n", "setup: {run: setup.sh}\nchecks:\n")
    draft.write("setup.sh", 'echo "made a file"\ncat /run/secrets/token 2>/dev/null\necho "a warning" >&2\n')
    return str(draft.root)


def test_what_a_setup_has_printed_is_shown_also_when_the_session_has_ended(
    tempshell: Tempshell, pack: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(_SECRET, "utf-8")
    session = tempshell.start(pack, "--secret-file", f"token={tmp_path / 'token'}", "--name", "lab")
    expected = "made a file\n[redacted]a warning\n"
    assert tempshell("logs", "--task", "one").stdout == expected
    assert tempshell("logs", "lab").stdout == "".join(f"one | {line}\n" for line in expected.splitlines())
    assert tempshell("logs", "--task", "two").stdout == ""
    (found,) = tempshell("logs", "--json").json()
    assert (found["task"], found["text"]) == ("one", expected.strip())
    assert "setup output" not in tempshell("events", "--json").stdout
    tempshell("reset", "one")
    assert len(tempshell("logs", "--json").json()) == 2
    with tempshell.running("logs", "-f", "lab") as followed:
        assert followed.stdout
        assert followed.stdout.readline() == b"one | made a file\n"
        tempshell("stop")
        followed.wait(20)
    assert tempshell("logs", session, "--task", "one").stdout == expected * 2
    assert not any(_SECRET.encode() in file.read_bytes() for file in tempshell.user.paths.state.glob("tempshell.*"))


def test_nothing_of_an_exam_is_shown_before_it_has_ended(tempshell: Tempshell, pack: str) -> None:
    setup = Path(pack, "setup.sh")
    setup.write_text(setup.read_text() + "sleep 3\n")
    with tempshell.running("exam", pack, "--detach", "--quiet", "--backend", "local") as starting:
        eventually(lambda: any(one["state"] == "creating" for one in tempshell("list", "--json").json()), "it begins")
        assert "being started" in tempshell("logs", "-f", code=2).stderr
        assert starting.stdout
        session = starting.stdout.read().decode().strip()
    assert "the logs of an exam" in tempshell("logs", code=2).stderr
    tempshell("stop", session)
    assert "made a file" in tempshell("logs", session).stdout


def test_who_has_no_session_is_told_so(tempshell: Tempshell) -> None:
    assert "there is no session" in tempshell("logs", code=3).stderr
    assert "no session 'lab'" in tempshell("logs", "lab", code=3).stderr
