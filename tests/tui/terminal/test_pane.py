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
from tests.tui.app_user import LEADER, AppUser
from tests.tui.conftest import OpenApp
from tests.tui.fakes import FakePractice

SHELL = Command(("bash", "--norc", "--noprofile", "-i"), {"PS1": "$ ", "HISTFILE": ""})


@pytest.fixture
def practice() -> FakePractice:
    return FakePractice(shell=SHELL)


def script(text: str) -> Command:
    return Command(("bash", "--norc", "-c", text))


def rows(user: AppUser) -> list[str]:
    return [row.rstrip() for row in user.terminal.text()]


async def until_row(user: AppUser, text: str) -> None:
    await user.until(lambda: text in rows(user))


def painted(user: AppUser, text: str) -> Segment:
    """Return the painted segment that has this text."""
    for y in range(user.terminal.size.height):
        for segment in user.terminal.render_line(y):
            if text in segment.text:
                return segment
    raise AssertionError(f"{text!r} is not painted")


def style_of(user: AppUser, text: str) -> Style:
    style = painted(user, text).style
    assert style is not None
    return style


async def test_bash_takes_keys_and_shows_what_they_do(open_app: OpenApp) -> None:
    async with open_app() as user:
        await until_row(user, "$")
        await user.type("echo hi")
        await user.press("enter")
        await until_row(user, "hi")
        assert user.sees("$ echo hi")


async def test_every_key_is_the_programs(open_app: OpenApp, practice: FakePractice) -> None:
    """Those that Textual would keep for itself: quit, palette, focus, copy."""
    practice.shell = script("stty raw -echo; echo ready; cat -v")
    async with open_app() as user:
        await until_row(user, "ready")
        await user.press("ctrl+q", "ctrl+p", "ctrl+c", "tab", "shift+tab", "escape", "ctrl+backslash", "f1")
        seen = re.compile(r"\^Q\^P\^C +\^\[\[Z\^\[\^\\\^\[OP")
        await user.until(lambda: any(map(seen.search, rows(user))))
        assert user.app.is_running


async def test_the_leader_twice_sends_it(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("stty raw -echo; echo ready; cat -v")
    async with open_app() as user:
        await until_row(user, "ready")
        await user.press(LEADER, LEADER, "x")
        await user.until(lambda: any("^]x" in row for row in rows(user)))


async def test_vim_edits_a_file(open_app: OpenApp, practice: FakePractice, tmp_path: Path) -> None:
    file = tmp_path / "note"
    practice.shell = Command(("vim", "-u", "NONE", "-N", str(file)))
    async with open_app() as user:
        await user.until(lambda: "~" in rows(user))
        assert user.terminal.status.alternate
        await user.press("i")
        await user.type("first word")
        await user.press("enter", "l", "a", "s", "t", "escape", "up", "x")
        await user.press("colon", "w", "q", "enter")
        await user.until(lambda: user.terminal.attachment is None)
    assert file.read_text() == "firt word\nlast\n"


async def test_less_pages_by_key_and_wheel(open_app: OpenApp, practice: FakePractice, tmp_path: Path) -> None:
    file = tmp_path / "numbers"
    file.write_text("".join(f"line {number}\n" for number in range(300)))
    practice.shell = Command(("less", str(file)))
    async with open_app() as user:
        await user.until(lambda: rows(user)[0] == "line 0")
        height = user.terminal.size.height
        await user.press("space")
        await user.until(lambda: rows(user)[0] == f"line {height - 1}")
        await wheel(user, events.MouseScrollDown)
        await user.until(lambda: rows(user)[0] == f"line {height + 2}")
        await user.press("q")
        await user.until(lambda: user.terminal.attachment is None)


async def test_a_resize_reaches_the_program(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done")
    async with open_app() as user:
        await until_row(user, "ready")
        await user.lead("z")
        size = user.terminal.size
        await until_row(user, f"{size.height} {size.width}")


async def test_a_paste_arrives_as_one(open_app: OpenApp) -> None:
    async with open_app() as user:
        await until_row(user, "$")
        user.app.post_message(events.Paste("echo one\necho two"))
        # Bracketed: bash shows both lines and waits for the Enter key.
        await user.until(lambda: "$ echo one" in rows(user) and "echo two" in rows(user))
        await user.press("enter")
        await until_row(user, "one")
        await until_row(user, "two")


async def test_the_history_scrolls_by_wheel_and_key(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("seq 500; cat")
    async with open_app() as user:
        await until_row(user, "500")
        await wheel(user, events.MouseScrollUp)
        await user.until(lambda: user.terminal.status.scrolled == 3)
        assert user.sees("3 lines back")
        await user.press("shift+pageup")
        await user.until(lambda: user.terminal.status.scrolled == 2 + user.terminal.size.height)
        await user.press("shift+pagedown")
        await user.until(lambda: user.terminal.status.scrolled == 3)
        await user.press("x")
        await user.until(lambda: user.terminal.status.scrolled == 0)
        assert not user.sees("lines back")


async def test_the_mouse_is_the_programs_where_it_asked(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[?1000h\\e[?1006h'; stty raw -echo; echo ready; cat -v")
    async with open_app() as user:
        await user.until(lambda: user.terminal.status.mouse)
        await user.pilot.click(user.terminal, offset=(1 + 4, 1 + 2))
        await user.until(lambda: any("^[[<0;5;3M^[[<0;5;3m" in row for row in rows(user)))


async def test_a_drag_selects_and_copies(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("printf 'first line\\n漢字 line\\nthird'; stty -echo; cat")
    async with open_app() as user:
        await user.until(lambda: "third" in rows(user))
        await drag(user, Offset(6, 0), Offset(3, 1))
        assert user.app.clipboard == "line\n漢字"
        assert user.toasts() == ["Copied 2 lines."]
        assert style_of(user, "漢字").reverse
        assert not style_of(user, "first ").reverse
        await drag(user, Offset(4, 2), Offset(0, 2))
        assert user.app.clipboard == "third"
        assert not style_of(user, "漢字").reverse
        await drag(user, Offset(1, 1), Offset(1, 1))
        assert user.app.clipboard == "third"
        assert not style_of(user, "third").reverse


async def test_a_selection_goes_when_what_it_marks_does(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("echo marked; stty -echo; read line; printf '\\e[Hchanged'; cat")
    async with open_app() as user:
        await user.until(lambda: "marked" in rows(user))
        await drag(user, Offset(0, 0), Offset(5, 0))
        assert style_of(user, "marked").reverse
        await user.press("enter")
        await user.until(lambda: "changed" in rows(user))
        assert not style_of(user, "changed").reverse


async def test_with_shift_a_drag_selects_where_the_program_has_the_mouse(
    open_app: OpenApp, practice: FakePractice
) -> None:
    practice.shell = script("printf '\\e[?1000h\\e[?1006hword'; stty raw -echo; cat -v")
    async with open_app() as user:
        await user.until(lambda: user.terminal.status.mouse)
        await drag(user, Offset(0, 0), Offset(3, 0), shift=True)
        assert user.app.clipboard == "word"


async def test_the_program_learns_of_the_focus(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[?1004h'; stty raw -echo; echo ready; cat -v")
    async with open_app() as user:
        await until_row(user, "ready")
        await user.lead("t")
        await user.press("escape")
        await user.until(lambda: any("^[[O^[[I" in row for row in rows(user)))


async def test_the_shell_that_ended_is_opened_again_by_enter(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await until_row(user, "$")
        await user.type("exit")
        await user.press("enter")
        await user.until_sees("The shell has ended · Enter opens a new one")
        await user.press("x")
        assert user.terminal.attachment is None
        await user.press("enter")
        await user.until(lambda: user.terminal.attachment is not None)
        await until_row(user, "$")
        assert practice.attached == 2
        assert not user.sees("The shell has ended")


async def test_a_connection_that_ended_is_made_again(open_app: OpenApp, practice: FakePractice) -> None:
    """With code 0 the shell has ended; with any other it may live on behind a connection that dropped."""
    practice.shell = script("echo 'broken pipe'; exit 3")
    async with open_app() as user:
        await user.until_sees("The connection ended with code 3 · again in 1 s · Enter: now")
        assert user.sees("broken pipe")
        await user.until_sees("again in 2 s")
        practice.shell = SHELL
        await until_row(user, "$")
        assert practice.attached == 3
        assert user.terminal.notice == ""


async def test_enter_does_not_wait(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("exit 1")
    async with open_app() as user:
        await user.until_sees("again in 4 s")
        practice.shell = SHELL
        await user.press("enter")
        await until_row(user, "$")
        assert practice.attached == 4


async def test_an_engine_that_does_not_answer_is_asked_again(open_app: OpenApp, practice: FakePractice) -> None:
    practice.problem = EngineUnavailable("docker does not answer", hint="start it")
    async with open_app() as user:
        await user.until_sees("docker does not answer · again in 2 s")
        practice.problem = None
        await until_row(user, "$")


async def test_a_session_that_is_gone_is_not_asked_for_again(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("exit 137")
    async with open_app() as user:
        await user.until_sees("ended with code 137")
        practice.problem = NoSuchSession("the session has ended: died", hint="leave this screen")
        await user.until_sees("the session has ended: died · leave this screen")
        assert not user.sees("again in")


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


async def test_a_worker_that_dies_is_replaced_and_the_shell_does_not_notice(open_app: OpenApp) -> None:
    async with open_app() as user:
        await until_row(user, "$")
        await user.type("word=kept")
        await user.press("enter")
        assert user.terminal.attachment
        os.kill(user.terminal.attachment.worker_pid, signal.SIGKILL)
        await user.until(lambda: any("restarted" in toast for toast in user.toasts()))
        await user.type("echo $word")
        await user.press("enter")
        await until_row(user, "kept")


async def test_a_worker_that_dies_takes_nothing_from_the_screen(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[44mpainted\\e[0m\\n'; stty -echo; read line; cat")
    async with open_app() as user:
        await user.until(lambda: "painted" in rows(user))
        worker = user.terminal.attachment
        assert worker
        pid = worker.worker_pid
        os.kill(pid, signal.SIGKILL)
        await user.until(lambda: worker.worker_pid != pid)
        # A resize has every row reported again, by the new worker.
        await user.lead("z")
        await user.lead("z")
        assert "painted" in rows(user)


async def test_workers_that_die_one_after_the_other_are_reported_of_once(open_app: OpenApp) -> None:
    async with open_app() as user:
        worker = user.terminal.attachment
        assert worker
        for _ in range(3):
            pid = worker.worker_pid
            os.kill(pid, signal.SIGKILL)
            await user.until(lambda pid=pid: worker.worker_pid != pid)  # type: ignore[misc]  # bound to this round
        assert sum("restarted" in toast for toast in user.toasts()) == 1


async def test_nothing_is_left_when_the_screen_closes(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("trap '' HUP; echo pid $$; while :; do sleep 0.1; done")
    async with open_app() as user:
        await user.until(lambda: rows(user)[0].startswith("pid "))
        pid = int(rows(user)[0].split()[1])
        assert user.terminal.attachment
        worker = user.terminal.attachment.worker_pid
        await user.lead("d")
    assert not alive(pid)
    assert not alive(worker)


# Painting.


async def test_colors_and_attributes_are_painted(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script(
        "printf '\\e[31mnamed\\e[0m \\e[38;5;200mindexed\\e[0m \\e[38;2;1;2;3mtrue\\e[0m plain\\n';"
        "printf '\\e[1mbold\\e[0m \\e[2mdim\\e[0m \\e[3mitalic\\e[0m ';"
        "printf '\\e[4munder\\e[0m \\e[7mback\\e[0m \\e[9mstruck\\e[0m\\n';"
        "cat"
    )
    async with open_app(look=ScreenSettings(theme="dark")) as user:
        await user.until(lambda: any("struck" in row for row in rows(user)))
        colors = {text: style_of(user, text).color for text in ("named", "indexed", "true", "plain")}
        assert {text: color.get_truecolor().hex for text, color in colors.items() if color} == {
            "named": "#ff6b73",
            "indexed": "#ff00d7",
            "true": "#010203",
            "plain": DARK.foreground,
        }
        assert style_of(user, "bold").bold
        assert style_of(user, "dim").dim
        assert style_of(user, "italic").italic
        assert style_of(user, "under").underline
        assert style_of(user, "back").reverse
        assert style_of(user, "struck").strike


async def test_a_program_learns_what_ground_it_stands_on(open_app: OpenApp, practice: FakePractice) -> None:
    """Vim and many others ask, and choose their colours by it."""
    practice.shell = script("stty raw -echo; printf '\\e]11;?\\a'; cat -v")
    async with open_app(look=ScreenSettings(theme="light")) as user:
        await user.until(lambda: any("rgb:fbfb/fcfc/fdfd" in row for row in rows(user)))


async def test_a_theme_brings_its_own_colors(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[31mnamed\\e[0m plain\\n'; cat")
    async with open_app(look=ScreenSettings(theme="dark")) as user:
        await user.until(lambda: "named plain" in rows(user))
        user.app.theme = LIGHT.name
        await user.pilot.pause()
        color, ground = style_of(user, "plain").color, style_of(user, "plain").bgcolor
        assert color
        assert ground
        assert (color.get_truecolor().hex, ground.get_truecolor().hex) == (LIGHT.foreground, LIGHT.background)
        named = style_of(user, "named").color
        assert named
        assert named.get_truecolor().hex == "#c0293f"


@pytest.mark.parametrize(("before", "under"), [("漢", "字"), ("ab", "c")])
async def test_the_cursor_is_drawn_on_what_it_stands_on(
    open_app: OpenApp, practice: FakePractice, before: str, under: str
) -> None:
    practice.shell = script(f"printf '{before}{under}\\b'; [ {under} = c ] || printf '\\b'; read -rs line")
    async with open_app() as user:
        await user.until(lambda: rows(user)[0] == before + under)
        await user.until(lambda: user.terminal.status.cursor.column == 2)
        assert painted(user, under).text == under
        assert style_of(user, under).reverse
        await user.lead("t")
        assert not style_of(user, under).reverse
        assert style_of(user, under).underline


async def test_a_hidden_cursor_is_not_drawn(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e[?25lx'; cat")
    async with open_app() as user:
        await user.until(lambda: rows(user)[0] == "x")
        assert not any(segment.style and segment.style.reverse for segment in user.terminal.render_line(0))


async def test_the_title_of_a_program_is_text(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = script("printf '\\e]2;[bold]my[/] title\\a'; cat")
    async with open_app() as user:
        await user.until_sees("[bold]my[/] title")


async def test_a_bell_rings_outside(open_app: OpenApp, practice: FakePractice, monkeypatch: pytest.MonkeyPatch) -> None:
    practice.shell = script("printf '\\a\\a\\a'; echo rang; cat")
    rung: list[bool] = []
    monkeypatch.setattr(PracticeApp, "bell", lambda _: rung.append(True))
    async with open_app() as user:
        await until_row(user, "rang")
        await user.until(lambda: len(rung) == 1)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def wheel(user: AppUser, kind: type[events.MouseEvent]) -> None:
    at = user.terminal.content_region.offset + Offset(1, 1)
    user.app.post_message(
        kind(None, at.x, at.y, 0, 0, 0, shift=False, meta=False, ctrl=False, screen_x=at.x, screen_y=at.y)
    )
    await user.pilot.pause()


async def drag(user: AppUser, start: Offset, end: Offset, *, shift: bool = False) -> None:
    for kind, at in ((events.MouseDown, start), (events.MouseMove, end), (events.MouseUp, end)):
        x, y = user.terminal.content_region.offset + at
        user.app.post_message(kind(None, x, y, 0, 0, 1, shift=shift, meta=False, ctrl=False, screen_x=x, screen_y=y))
    await user.pilot.pause()
    await user.pilot.pause()
