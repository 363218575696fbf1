"""What is recorded of a session, and what can be done with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import Tempshell
from tests.support.waiting import eventually

CANARY = "canary-4711-xyz"
ENDING = "recorded; `tempshell recordings play"


def _recorded(tempshell: Tempshell) -> Path:
    """Record a short visit; return the file."""
    tempshell.start("--name", "otter", "--env", f"API_TOKEN={CANARY}")
    with tempshell.on_terminal("attach", "--plain", "--record", "otter", columns=100) as child:
        child.sendline("stty -echo; printf 'hi %s\\n' there")
        child.expect("hi there")
        child.sendline("echo $API_TOKEN $(echo $API_TOKEN | base64); echo shown twice | tr a-z A-Z")
        child.expect("SHOWN TWICE")
        child.sendline("exit")
        child.expect_exact(ENDING)
        child.wait()
    (file,) = (tempshell.user.paths.state / "recordings").glob("*.cast")
    return file


@pytest.mark.engine("local")
def test_a_visit_is_recorded_for_nobody_else_and_without_its_secrets(tempshell: Tempshell) -> None:
    file = _recorded(tempshell)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    text = file.read_text("utf-8")
    assert "SHOWN TWICE" in text
    assert CANARY not in text
    assert "[redacted] [redacted]" in text
    for format_ in ("cast", "txt", "svg"):
        assert CANARY not in tempshell("recordings", "export", "--format", format_).stdout


@pytest.mark.engine("local")
def test_a_recording_is_listed_played_exported_and_removed(tempshell: Tempshell, tmp_path: Path) -> None:
    file = _recorded(tempshell)
    (listed,) = tempshell("recordings", "ls", "--json").json()
    assert listed["name"] == file.stem
    assert listed["session"] == "otter"
    assert file.stem in tempshell("recordings", "ls").stdout
    assert "SHOWN TWICE" in tempshell("recordings", "play", "--speed", "100").stdout
    assert tempshell("recordings", "export", "otter").stdout == file.read_text("utf-8")
    assert "SHOWN TWICE" in tempshell("recordings", "export", "--format", "txt").stdout
    picture = tmp_path / "picture.svg"
    tempshell("recordings", "export", "--format", "svg", "-o", str(picture))
    assert picture.read_text("utf-8").startswith("<svg")
    assert "no file" not in tempshell("recordings", "export", "-o", str(picture), code=2).stderr
    assert tempshell("recordings", "rm", file.stem).stdout == f"removed {file.stem}\n"
    assert not file.exists()


@pytest.mark.engine("local")
@pytest.mark.parametrize("ending", ["exit", "tmux detach"])
def test_the_text_has_all_that_went_by_in_tmux(tempshell: Tempshell, ending: str) -> None:
    """Of what goes by fast it draws a part; and it is gone with its shell, and with a program on the other screen."""
    tempshell.start("--name", "otter", "--env", f"API_TOKEN={CANARY}")
    folder = tempshell.user.paths.state / "recordings"
    with tempshell.on_terminal("attach", "--plain", "--record", "otter", columns=100) as child:
        child.expect_exact("d leaves")
        eventually(lambda: [*folder.glob("*.panes")], "tmux is followed")
        child.sendline("stty -echo; printf '\\e[?1049hthe other screen\\e[?1049l'; seq 1001 7000; echo $API_TOKEN")
        child.expect("7000")
        child.sendline("seq -f 'then %g' 50; echo all; sleep 1; " + ending)
        child.expect("all")
        child.expect_exact(ENDING)
        child.wait()
    lines = tempshell("recordings", "export", "--format", "txt").stdout.splitlines()
    assert [line for line in lines if line.isdigit()] == [str(number) for number in range(1001, 7001)]
    assert [line for line in lines if line.startswith("then")] == [f"then {number}" for number in range(1, 51)]
    assert "the other screen" in lines
    assert CANARY not in "".join(lines)
    assert {file.suffix: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {".cast": 0o600, ".panes": 0o600}
    assert not any(CANARY in file.read_text() for file in folder.iterdir())
    tempshell("recordings", "rm", "otter")
    assert list(folder.iterdir()) == []


@pytest.mark.engine("local")
def test_every_visit_is_recorded_where_the_settings_say_so(tempshell: Tempshell) -> None:
    with tempshell.user.paths.config_file.open("a") as file:
        file.write("\n[recording]\nenabled = true\n")
    tempshell.start("--name", "otter")
    with tempshell.on_terminal("attach", "--plain", "otter", columns=100) as child:
        child.sendline("exit")
        child.expect_exact(ENDING)
        child.wait()
    (listed,) = tempshell("recordings", "ls", "--json").json()
    assert listed["session"] == "otter"


def test_without_recordings_it_says_how_to_make_one(tempshell: Tempshell) -> None:
    for words in (("play",), ("export",), ("rm", "x")):
        assert "start --record" in tempshell("recordings", *words, code=2).stderr
    assert tempshell("recordings", "ls", "--json").json() == []


def test_a_recording_that_cannot_be_read_does_not_hide_the_others(tempshell: Tempshell) -> None:
    folder = tempshell.user.paths.state / "recordings"
    folder.mkdir(parents=True)
    (folder / "bad.cast").write_text("no")
    header = {"version": 3, "term": {"cols": 80, "rows": 24}}
    (folder / "good.cast").write_text(json.dumps(header) + '\n[1, "m", "green \\u001b[2J"]\n')
    listed = tempshell("recordings", "ls")
    assert "good" in listed.stdout
    assert "cannot read bad.cast" in listed.stderr
    assert "cannot read bad.cast" in tempshell("recordings", "play", "bad", code=2).stderr
    assert "'gif' is not one of 'cast'" in tempshell("recordings", "export", "good", "--format", "gif", code=2).stderr
    assert "--format svg" in tempshell("recordings", "export", "good", "--at", "1", code=2).stderr
    assert "there is no recording" in tempshell("recordings", "rm", "nothing", code=2).stderr
