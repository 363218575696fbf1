"""The terminal pane, with real programs on a real PTY."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession
from tempshell_cli.core.process import Command
from tempshell_cli.tui.app import PracticeApp
from tempshell_cli.tui.retries import Retries
from tempshell_cli.tui.theme import DARK, LIGHT
from tests.tui.conftest import Play
from tests.tui.fakes import FakePractice
from tests.tui.stage import LEADER, Stage

SHELL = Command(("bash", "--norc", "--noprofile", "-i"), {"PS1": "$ ", "HISTFILE": ""})


@pytest.fixture
def practice() -> FakePractice:
    return FakePractice(shell=SHELL)


def script(text: str) -> Command:
    return Command(("bash", "--norc", "-c", text))


def rows(stage: Stage) -> list[str]:
    return [row.rstrip() for row in stage.terminal.text()]


async def until_row(stage: Stage, text: str) -> None:
    await stage.until(lambda: text in rows(stage))


def painted(stage: Stage, text: str) -> Segment:
    """Return the painted segment that has this text."""
    for y in range(stage.terminal.size.height):
        for segment in stage.terminal.render_line(y):
            if text in segment.text:
                return segment
    raise AssertionError(f"{text!r} is not painted")


def style_of(stage: Stage, text: str) -> Style:
    style = painted(stage, text).style
    assert style is not None
    return style


async def test_bash_takes_keys_and_shows_what_they_do(play: Play) -> None:
    async with play() as stage:
        await until_row(stage, "$")
        await stage.type("echo hi")
        await stage.press("enter")
        await until_row(stage, "hi")
        assert stage.sees("$ echo hi")


async def test_every_key_is_the_programs(play: Play, practice: FakePractice) -> None:
    """Those that Textual would keep for itself: quit, palette, focus, copy."""
    practice.shell = script("stty raw -echo; echo ready; cat -v")
    async with play() as stage:
        await until_row(stage, "ready")
        await stage.press("ctrl+q", "ctrl+p", "ctrl+c", "tab", "shift+tab", "escape", "ctrl+backslash", "f1")
        seen = re.compile(r"\^Q\^P\^C +\^\[\[Z\^\[\^\\\^\[OP")
        await stage.until(lambda: any(map(seen.search, rows(stage))))
        assert stage.app.is_running


async def test_the_leader_twice_sends_it(play: Play, practice: FakePractice) -> None:
    practice.shell = script("stty raw -echo; echo ready; cat -v")
    async with play() as stage:
        await until_row(stage, "ready")
        await stage.press(LEADER, LEADER, "x")
        await stage.until(lambda: any("^]x" in row for row in rows(stage)))


async def test_vim_edits_a_file(play: Play, practice: FakePractice, tmp_path: Path) -> None:
    file = tmp_path / "note"
    practice.shell = Command(("vim", "-u", "NONE", "-N", str(file)))
    async with play() as stage:
        await stage.until(lambda: "~" in rows(stage))
        assert stage.terminal.status.alternate
        await stage.press("i")
        await stage.type("first word")
        await stage.press("enter", "l", "a", "s", "t", "escape", "up", "x")
        await stage.press("colon", "w", "q", "enter")
        await stage.until(lambda: stage.terminal.attachment is None)
    assert file.read_text() == "firt word\nlast\n"


async def test_less_pages_by_key_and_wheel(play: Play, practice: FakePractice, tmp_path: Path) -> None:
    file = tmp_path / "numbers"
    file.write_text("".join(f"line {number}\n" for number in range(300)))
    practice.shell = Command(("less", str(file)))
    async with play() as stage:
        await stage.until(lambda: rows(stage)[0] == "line 0")
        height = stage.terminal.size.height
        await stage.press("space")
        await stage.until(lambda: rows(stage)[0] == f"line {height - 1}")
        await wheel(stage, events.MouseScrollDown)
        await stage.until(lambda: rows(stage)[0] == f"line {height + 2}")
        await stage.press("q")
        await stage.until(lambda: stage.terminal.attachment is None)


async def test_a_resize_reaches_the_program(play: Play, practice: FakePractice) -> None:
    practice.shell = script("trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done")
    async with play() as stage:
        await until_row(stage, "ready")
        await stage.lead("z")
        size = stage.terminal.size
        await until_row(stage, f"{size.height} {size.width}")


async def test_a_paste_arrives_as_one(play: Play) -> None:
    async with play() as stage:
        await until_row(stage, "$")
        stage.app.post_message(events.Paste("echo one\necho two"))
        # Bracketed: bash shows both lines and waits for the Enter key.
        await stage.until(lambda: "$ echo one" in rows(stage) and "echo two" in rows(stage))
        await stage.press("enter")
        await until_row(stage, "one")
        await until_row(stage, "two")


async def test_the_history_scrolls_by_wheel_and_key(play: Play, practice: FakePractice) -> None:
    practice.shell = script("seq 500; cat")
    async with play() as stage:
        await until_row(stage, "500")
        await wheel(stage, events.MouseScrollUp)
        await stage.until(lambda: stage.terminal.status.scrolled == 3)
        assert stage.sees("3 lines back")
        await stage.press("shift+pageup")
        await stage.until(lambda: stage.terminal.status.scrolled == 2 + stage.terminal.size.height)
        await stage.press("shift+pagedown")
        await stage.until(lambda: stage.terminal.status.scrolled == 3)
        await stage.press("x")
        await stage.until(lambda: stage.terminal.status.scrolled == 0)
        assert not stage.sees("lines back")


async def test_the_mouse_is_the_programs_where_it_asked(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[?1000h\\e[?1006h'; stty raw -echo; echo ready; cat -v")
    async with play() as stage:
        await stage.until(lambda: stage.terminal.status.mouse)
        await stage.pilot.click(stage.terminal, offset=(1 + 4, 1 + 2))
        await stage.until(lambda: any("^[[<0;5;3M^[[<0;5;3m" in row for row in rows(stage)))


async def test_a_drag_selects_and_copies(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf 'first line\\n漢字 line\\nthird'; stty -echo; cat")
    async with play() as stage:
        await stage.until(lambda: "third" in rows(stage))
        await drag(stage, Offset(6, 0), Offset(3, 1))
        assert stage.app.clipboard == "line\n漢字"
        assert stage.toasts() == ["Copied 2 lines."]
        assert style_of(stage, "漢字").reverse
        assert not style_of(stage, "first ").reverse
        await drag(stage, Offset(4, 2), Offset(0, 2))
        assert stage.app.clipboard == "third"
        assert not style_of(stage, "漢字").reverse
        await drag(stage, Offset(1, 1), Offset(1, 1))
        assert stage.app.clipboard == "third"
        assert not style_of(stage, "third").reverse


async def test_a_selection_goes_when_what_it_marks_does(play: Play, practice: FakePractice) -> None:
    practice.shell = script("echo marked; stty -echo; read line; printf '\\e[Hchanged'; cat")
    async with play() as stage:
        await stage.until(lambda: "marked" in rows(stage))
        await drag(stage, Offset(0, 0), Offset(5, 0))
        assert style_of(stage, "marked").reverse
        await stage.press("enter")
        await stage.until(lambda: "changed" in rows(stage))
        assert not style_of(stage, "changed").reverse


async def test_with_shift_a_drag_selects_where_the_program_has_the_mouse(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[?1000h\\e[?1006hword'; stty raw -echo; cat -v")
    async with play() as stage:
        await stage.until(lambda: stage.terminal.status.mouse)
        await drag(stage, Offset(0, 0), Offset(3, 0), shift=True)
        assert stage.app.clipboard == "word"


async def test_the_program_learns_of_the_focus(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[?1004h'; stty raw -echo; echo ready; cat -v")
    async with play() as stage:
        await until_row(stage, "ready")
        await stage.lead("t")
        await stage.press("escape")
        await stage.until(lambda: any("^[[O^[[I" in row for row in rows(stage)))


async def test_the_shell_that_ended_is_opened_again_by_enter(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await until_row(stage, "$")
        await stage.type("exit")
        await stage.press("enter")
        await stage.until_sees("The shell has ended · Enter opens a new one")
        await stage.press("x")
        assert stage.terminal.attachment is None
        await stage.press("enter")
        await stage.until(lambda: stage.terminal.attachment is not None)
        await until_row(stage, "$")
        assert practice.attached == 2
        assert not stage.sees("The shell has ended")


async def test_a_connection_that_ended_is_made_again(play: Play, practice: FakePractice) -> None:
    """With code 0 the shell has ended; with any other it may live on behind a connection that dropped."""
    practice.shell = script("echo 'broken pipe'; exit 3")
    async with play() as stage:
        await stage.until_sees("The connection ended with code 3 · again in 1 s · Enter: now")
        assert stage.sees("broken pipe")
        await stage.until_sees("again in 2 s")
        practice.shell = SHELL
        await until_row(stage, "$")
        assert practice.attached == 3
        assert stage.terminal.notice == ""


async def test_enter_does_not_wait(play: Play, practice: FakePractice) -> None:
    practice.shell = script("exit 1")
    async with play() as stage:
        await stage.until_sees("again in 4 s")
        practice.shell = SHELL
        await stage.press("enter")
        await until_row(stage, "$")
        assert practice.attached == 4


async def test_an_engine_that_does_not_answer_is_asked_again(play: Play, practice: FakePractice) -> None:
    practice.problem = EngineUnavailable("docker does not answer", hint="start it")
    async with play() as stage:
        await stage.until_sees("docker does not answer · again in 2 s")
        practice.problem = None
        await until_row(stage, "$")


async def test_a_session_that_is_gone_is_not_asked_for_again(play: Play, practice: FakePractice) -> None:
    practice.shell = script("exit 137")
    async with play() as stage:
        await stage.until_sees("ended with code 137")
        practice.problem = NoSuchSession("the session has ended: died", hint="leave this screen")
        await stage.until_sees("the session has ended: died · leave this screen")
        assert not stage.sees("again in")


def test_pauses_grow_until_something_has_worked() -> None:
    retries = Retries(now := Ticks())
    assert [retries.pause() for _ in range(7)] == [1, 2, 4, 8, 15, 30, 30]
    retries.began()
    now.time += 5
    assert retries.pause() == 30
    retries.began()
    now.time += 60
    assert retries.pause() == 1
    now.time += 60
    assert retries.pause() == 2


class Ticks:
    time = 0.0

    def __call__(self) -> float:
        return self.time


async def test_a_worker_that_dies_is_replaced_and_the_shell_does_not_notice(play: Play) -> None:
    async with play() as stage:
        await until_row(stage, "$")
        await stage.type("word=kept")
        await stage.press("enter")
        assert stage.terminal.attachment
        os.kill(stage.terminal.attachment.worker_pid, signal.SIGKILL)
        await stage.until(lambda: any("restarted" in toast for toast in stage.toasts()))
        await stage.type("echo $word")
        await stage.press("enter")
        await until_row(stage, "kept")


async def test_a_worker_that_dies_takes_nothing_from_the_screen(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[44mpainted\\e[0m\\n'; stty -echo; read line; cat")
    async with play() as stage:
        await stage.until(lambda: "painted" in rows(stage))
        worker = stage.terminal.attachment
        assert worker
        pid = worker.worker_pid
        os.kill(pid, signal.SIGKILL)
        await stage.until(lambda: worker.worker_pid != pid)
        # A resize has every row reported again, by the new worker.
        await stage.lead("z")
        await stage.lead("z")
        assert "painted" in rows(stage)


async def test_workers_that_die_one_after_the_other_are_reported_of_once(play: Play) -> None:
    async with play() as stage:
        worker = stage.terminal.attachment
        assert worker
        for _ in range(3):
            pid = worker.worker_pid
            os.kill(pid, signal.SIGKILL)
            await stage.until(lambda pid=pid: worker.worker_pid != pid)  # type: ignore[misc]  # bound to this round
        assert sum("restarted" in toast for toast in stage.toasts()) == 1


async def test_nothing_is_left_when_the_screen_closes(play: Play, practice: FakePractice) -> None:
    practice.shell = script("trap '' HUP; echo pid $$; while :; do sleep 0.1; done")
    async with play() as stage:
        await stage.until(lambda: rows(stage)[0].startswith("pid "))
        pid = int(rows(stage)[0].split()[1])
        assert stage.terminal.attachment
        worker = stage.terminal.attachment.worker_pid
        await stage.lead("d")
    assert not alive(pid)
    assert not alive(worker)


# Painting.


async def test_colors_and_attributes_are_painted(play: Play, practice: FakePractice) -> None:
    practice.shell = script(
        "printf '\\e[31mnamed\\e[0m \\e[38;5;200mindexed\\e[0m \\e[38;2;1;2;3mtrue\\e[0m plain\\n';"
        "printf '\\e[1mbold\\e[0m \\e[2mdim\\e[0m \\e[3mitalic\\e[0m ';"
        "printf '\\e[4munder\\e[0m \\e[7mback\\e[0m \\e[9mstruck\\e[0m\\n';"
        "cat"
    )
    async with play(look=ScreenSettings(theme="dark")) as stage:
        await stage.until(lambda: any("struck" in row for row in rows(stage)))
        colors = {text: style_of(stage, text).color for text in ("named", "indexed", "true", "plain")}
        assert {text: color.get_truecolor().hex for text, color in colors.items() if color} == {
            "named": "#ff6b73",
            "indexed": "#ff00d7",
            "true": "#010203",
            "plain": DARK.foreground,
        }
        assert style_of(stage, "bold").bold
        assert style_of(stage, "dim").dim
        assert style_of(stage, "italic").italic
        assert style_of(stage, "under").underline
        assert style_of(stage, "back").reverse
        assert style_of(stage, "struck").strike


async def test_a_program_learns_what_ground_it_stands_on(play: Play, practice: FakePractice) -> None:
    """Vim and many others ask, and choose their colours by it."""
    practice.shell = script("stty raw -echo; printf '\\e]11;?\\a'; cat -v")
    async with play(look=ScreenSettings(theme="light")) as stage:
        await stage.until(lambda: any("rgb:fbfb/fcfc/fdfd" in row for row in rows(stage)))


async def test_a_theme_brings_its_own_colors(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[31mnamed\\e[0m plain\\n'; cat")
    async with play(look=ScreenSettings(theme="dark")) as stage:
        await stage.until(lambda: "named plain" in rows(stage))
        stage.app.theme = LIGHT.name
        await stage.pilot.pause()
        color, ground = style_of(stage, "plain").color, style_of(stage, "plain").bgcolor
        assert color
        assert ground
        assert (color.get_truecolor().hex, ground.get_truecolor().hex) == (LIGHT.foreground, LIGHT.background)
        named = style_of(stage, "named").color
        assert named
        assert named.get_truecolor().hex == "#c0293f"


@pytest.mark.parametrize(("before", "under"), [("漢", "字"), ("ab", "c")])
async def test_the_cursor_is_drawn_on_what_it_stands_on(
    play: Play, practice: FakePractice, before: str, under: str
) -> None:
    practice.shell = script(f"printf '{before}{under}\\b'; [ {under} = c ] || printf '\\b'; read -rs line")
    async with play() as stage:
        await stage.until(lambda: rows(stage)[0] == before + under)
        await stage.until(lambda: stage.terminal.status.cursor.column == 2)
        assert painted(stage, under).text == under
        assert style_of(stage, under).reverse
        await stage.lead("t")
        assert not style_of(stage, under).reverse
        assert style_of(stage, under).underline


async def test_a_hidden_cursor_is_not_drawn(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[?25lx'; cat")
    async with play() as stage:
        await stage.until(lambda: rows(stage)[0] == "x")
        assert not any(segment.style and segment.style.reverse for segment in stage.terminal.render_line(0))


async def test_the_title_of_a_program_is_text(play: Play, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e]2;[bold]my[/] title\\a'; cat")
    async with play() as stage:
        await stage.until_sees("[bold]my[/] title")


async def test_a_bell_rings_outside(play: Play, practice: FakePractice, monkeypatch: pytest.MonkeyPatch) -> None:
    practice.shell = script("printf '\\a\\a\\a'; echo rang; cat")
    rung: list[bool] = []
    monkeypatch.setattr(PracticeApp, "bell", lambda _: rung.append(True))
    async with play() as stage:
        await until_row(stage, "rang")
        await stage.until(lambda: len(rung) == 1)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def wheel(stage: Stage, kind: type[events.MouseEvent]) -> None:
    at = stage.terminal.content_region.offset + Offset(1, 1)
    stage.app.post_message(
        kind(None, at.x, at.y, 0, 0, 0, shift=False, meta=False, ctrl=False, screen_x=at.x, screen_y=at.y)
    )
    await stage.pilot.pause()


async def drag(stage: Stage, start: Offset, end: Offset, *, shift: bool = False) -> None:
    for kind, at in ((events.MouseDown, start), (events.MouseMove, end), (events.MouseUp, end)):
        x, y = stage.terminal.content_region.offset + at
        stage.app.post_message(kind(None, x, y, 0, 0, 1, shift=shift, meta=False, ctrl=False, screen_x=x, screen_y=y))
    await stage.pilot.pause()
    await stage.pilot.pause()
