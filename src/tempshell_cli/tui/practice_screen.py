"""The practice screen: tasks on one side, a terminal on the other, the clock above."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Markdown

from tempshell_cli.core.errors import TempshellError
from tempshell_cli.core.text import one_line, strip_controls, visible
from tempshell_cli.packs.grading.results import CheckResult, Verdict
from tempshell_cli.sessions.lease import Urgency, time_left
from tempshell_cli.terminal.emulated import PLAIN, Emulation
from tempshell_cli.terminal.wire import InsertText, Key, Marker, Type
from tempshell_cli.tui import words
from tempshell_cli.tui.abandon import abandonable
from tempshell_cli.tui.auto_check import AutoCheck
from tempshell_cli.tui.code_blocks import commands_of
from tempshell_cli.tui.command_bar import CommandBar
from tempshell_cli.tui.countdown import Countdown
from tempshell_cli.tui.dialog import problem as problem_text
from tempshell_cli.tui.goodbye import Goodbye
from tempshell_cli.tui.heading import Heading
from tempshell_cli.tui.hyperlinks import from_here, open_page, port_inside
from tempshell_cli.tui.keys import Stroke, leader_key, leader_label, to_key
from tempshell_cli.tui.outcome import Ending, Outcome
from tempshell_cli.tui.palette import Palette
from tempshell_cli.tui.port import Practice, SessionView, TaskState, TaskView
from tempshell_cli.tui.retries import Retries
from tempshell_cli.tui.shortcuts import HELP, offered_shortcuts, shortcut_for
from tempshell_cli.tui.task_pane import TaskPane
from tempshell_cli.tui.terminal.pane import TerminalPane

Result = TypeVar("Result")

_TICK = 1.0
# A timer of Textual's has to have some time, in seconds.
_SHORTEST = 0.001
# From how many columns on there is room for the terminal beside the tasks.
_BESIDE_FROM = 116
# What each of the two panes keeps when the border between them is dragged, in columns and rows.
_LEAST = Size(20, 4)
# The slow calls, each at most once at a time.
_CHECK, _ADVANCE, _RESET, _EXTEND, _STOP, _FORWARD = "check", "advance", "reset", "extend", "stop", "forward"
_CHECK_UNASKED = "check unasked"
# While one of these is under way no task is checked unasked.
_NOT_BESIDE = frozenset({_CHECK, _ADVANCE, _RESET, _STOP})
# How long notices stay, in seconds.
_SEEN: dict[SeverityLevel, float] = {"information": 5, "warning": 10, "error": 20}
# How long a dialog that comes by itself drops what was typed for the terminal, in seconds.
GRACE = 1.0
# How Textual's names of keys end that do nothing by themselves.
_MODIFIER_KEYS = ("_shift", "_control", "_alt", "_super", "_hyper", "_meta", "_lock")


class PracticeScreen(Screen[None]):
    """Everything between the first look at a session and the outcome."""

    AUTO_FOCUS = "TerminalPane"
    # Columns and rows from which a class holds: the terminal alone, then with the tasks, then with the score.
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (80, "-usual")]  # noqa: RUF012 - so declared
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-low"), (32, "-tall")]  # noqa: RUF012 - so declared
    DEFAULT_CSS = """
    PracticeScreen {
        background: $background;
        #panes { height: 1fr; layout: horizontal; }
        TaskPane { width: 36%; min-width: 38; max-width: 68; height: 100%; }
        TerminalPane { width: 1fr; height: 1fr; }
        &.-stacked {
            #panes { layout: vertical; }
            TaskPane { width: 100%; max-width: 100%; height: 36%; }
            TaskPane, TerminalPane { border-left: none; border-right: none; border-bottom: none; }
        }
        &.-stacked.-low TaskPane {
            OptionList { display: none; }
            VerticalScroll { border-top: none; }
        }
        &.-stacked.-low.-listing TaskPane OptionList { display: block; max-height: 100%; }
        &.-zoomed TaskPane, &.-tiny TaskPane, &.-flat TaskPane { display: none; }
        &.-tiny, &.-flat {
            TerminalPane { border: none; }
            CommandBar { display: none; }
            &.-waiting Heading { display: none; }
            &.-waiting CommandBar, &.-searching CommandBar { display: block; }
        }
        /* Notices stand over the task, where there is one beside the terminal, and not over what that shows. */
        &.-beside ToastRack { width: 36%; min-width: 38; max-width: 68; }
        &.-beside Toast { width: 100%; max-width: 100%; }
        &.-zoomed ToastRack { width: 1fr; max-width: 100%; }
        &.-zoomed Toast { width: 60; max-width: 50%; }
        &.-tiny, &.-narrow { #score { display: none; } }
        &.-tiny { #session { display: none; } Countdown { width: 1fr; } }
    }
    """

    class Ran(Message):
        """A call in a worker thread is through; ``then`` goes on from there, in the interface's thread."""

        def __init__(self, call: str, then: Callable[[], None]) -> None:
            super().__init__()
            self.call = call
            self.then = then

    class Warned(Message):
        """The clock has given a warning."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        practice: Practice,
        *,
        leader: str,
        emulation: Emulation = PLAIN,
        split: str = "auto",
        grace: float = GRACE,
    ) -> None:
        """``split``: where the terminal stands, ``right``, ``bottom`` or ``auto``.

        ``grace``: how long a dialog that comes by itself drops what was typed for the terminal, in seconds.

        Raises UsageProblem where ``leader`` cannot be a leader key; TempshellError as the port does.
        """
        super().__init__()
        self._practice = practice
        self._leader = leader_key(leader)
        self._leader_shown = leader_label(leader)
        self._emulation = emulation
        self._split = split
        self._grace = grace
        self._session = practice.session()
        self._tasks = practice.tasks()
        self._offered = offered_shortcuts(
            tasks=bool(self._tasks), exam=self._session.exam, read_only=self._session.read_only
        )
        self._urgency = Urgency.CALM
        self._waiting = False
        self._under_way: frozenset[str] = frozenset()
        self._opened = False
        self._left = False
        self._dead = False
        self._handed_in = False
        self._gradings = Retries()
        self._in_hand = ""
        self._news_said = 0
        self._may_copy: bool | None = None
        self._auto_check = AutoCheck(self._plan_check)
        self._next_check: Timer | None = None
        self._asked_meanwhile = ""  # the task whose check was asked for during one that was not

    def compose(self) -> ComposeResult:
        """Lay out the screen; without tasks there is the terminal alone."""
        yield Heading(self._session)
        with Container(id="panes"):
            if self._tasks:
                yield TaskPane(self._tasks, self._practice.task_in_hand(), self._leader_shown)
            yield TerminalPane(
                self._practice, self._emulation, read_only=self._session.read_only, auto_check=self._auto_check
            )
        yield CommandBar(self._leader_shown, self._offered)

    def on_mount(self) -> None:
        """Show what there is, and start the clock."""
        self._show_tasks()
        self._show_clock()
        # Notices have their place only once the screen stands.
        self.call_after_refresh(self.tick)
        self.set_interval(_TICK, self.tick)
        if self._session.read_only:
            self.call_after_refresh(self._say, words.READ_ONLY, "warning")
        elif self._session.handed_in:
            self.call_after_refresh(self._finish)

    # The clock.

    def tick(self) -> None:
        """See what has become of the session, and say what there is to say about its time."""
        opening, self._opened = not self._opened, True
        self._see(self._practice.session())
        if self._practice.tasks() != self._tasks:
            self._show_tasks()
        left = self._show_clock()
        if self._dead:
            return
        self._report_task()
        before, self._urgency = self._urgency, self._session.warnings.urgency(left)
        if self._is_ending:
            return
        if self._session.ended and self._urgency is not Urgency.OVER:
            self._die()
            return
        if self._urgency > before:
            self._announce(left, opening=opening)
        if self._urgency is Urgency.OVER and (self._session.read_only or not self._session.exam):
            self._leave(Outcome(Ending.EXPIRED))
        elif self._urgency is Urgency.OVER > before:
            self._finish()

    @property
    def _is_ending(self) -> bool:
        """Whether the person has left, handed in, or stops the session."""
        return self._left or self._handed_in or _STOP in self._under_way

    def _show_clock(self) -> timedelta:
        """Show how much time is left, and return it."""
        left = self._session.left(self._practice.now())
        paused, urgency = self._session.frozen is not None, self._session.warnings.urgency(left)
        clock = self.query_one(Countdown)
        if self._dead:
            clock.show(None, paused=paused)
        else:
            clock.show(left, urgency, paused=paused)
        return left

    def _see(self, session: SessionView) -> None:
        """Take the session as it is now; where something has happened to it elsewhere, say what that means."""
        before, self._session = self._session, session
        self.query_one(Heading).show_session(session)
        if before.frozen is None and session.frozen is not None:
            self._say(words.paused(one_line(session.name)), "warning")
        if session.notice and not before.notice:
            self._say(one_line(session.notice), "warning")
        if session.trouble and not before.trouble:
            self._say(words.not_recorded(session.trouble), "warning")
        elif before.trouble and not session.trouble:
            self._say(words.RECORDED)
        if self._is_ending:  # a lost port, say, is what the end is meant to bring about
            return
        for line in session.news[self._news_said :]:
            self._say(strip_controls(line), "warning")
        self._news_said = len(session.news)

    def _die(self) -> None:
        """Show that somebody else has ended the session: nothing is left but to read, and to leave."""
        self._dead = True
        self._offered = offered_shortcuts(tasks=bool(self._tasks), exam=self._session.exam, read_only=True)
        self.query_one(CommandBar).offer(self._offered)
        self.query_one(TerminalPane).end(words.ended(self._session.ended, self._leader_shown))
        self._show_clock()

    def _report_task(self) -> None:
        """Report which task is in hand, where it has changed since a second ago."""
        task = self._task_pane().current if self._tasks else None
        if task is not None and task.id != self._in_hand:
            self._in_hand = task.id
            self._practice.took(task.id)
            self._auto_check.took_task()

    def _announce(self, left: timedelta, *, opening: bool) -> None:
        """Warn of the time. A dialog comes only before somebody who has seen it get late: not over a short exam."""
        extendable = self._session.extendable
        match self._urgency:
            case Urgency.SOON:
                self._say(words.warning(left, self._leader_shown, extendable=extendable), "warning")
            case Urgency.LATE if opening:
                self._say(words.warning(left, self._leader_shown, extendable=extendable), "error")
            case Urgency.LATE:
                asked = words.late_dialog(left, extendable=extendable, grace=self._grace)
                self.app.push_screen(asked, lambda answer: self.action_extend() if answer == words.EXTEND else None)
            case Urgency.LAST:
                self._say(words.last_call(left), "error")
        self.app.bell()
        if self._urgency is not Urgency.OVER:
            self.post_message(self.Warned(f"{self._session.name}: {time_left(left)}"))

    def on_screen_suspend(self) -> None:
        """Something is over it."""
        self.query_one(TerminalPane).settle_cursor()

    def on_screen_resume(self) -> None:
        """It is on top again."""
        self.query_one(TerminalPane).settle_cursor()

    def on_terminal_pane_copy_wanted(self, event: TerminalPane.CopyWanted) -> None:
        """Put it on the clipboard if the person has agreed, who is asked once. Who only watches is not asked."""
        if self._may_copy:
            self._copy(event.text)
        elif self._may_copy is None and self.is_current and not self._session.read_only:
            self._may_copy = False
            asked = words.copy_dialog(event.text, grace=self._grace)
            self.app.push_screen(asked, partial(self._on_copy_answer, event.text))

    def _on_copy_answer(self, text: str, answer: str | None) -> None:
        if answer == words.COPY:
            self._may_copy = True
            self._copy(text)

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self._say(words.copied(text))

    # Keys.

    async def take_key(self, event: events.Key) -> bool:
        """Take the leader and the key after it, wherever the focus is; return False for all other keys.

        Called before a key is handed to a widget, so that of two keys that come at once the second finds done
        what the first asked for.
        """
        if self._waiting:
            # A terminal with the kitty protocol reports Shift by itself too, before the key it is held for.
            if not event.key.endswith(_MODIFIER_KEYS):
                await self._follow_leader(event)
            return True
        if event.key == self._leader:
            self._wait(waiting=True)
            return True
        return False

    def terminal_typed_at(self, event: Stroke) -> TerminalPane | None:
        """Return the terminal where a key is for the program in it, and it has nothing to do before."""
        pane = self.focused
        if self._waiting or event.key == self._leader or event.released or not isinstance(pane, TerminalPane):
            return None
        return None if pane.message_queue_size else pane

    def let_go(self, event: Stroke) -> None:
        """Report to the terminal's program that a key was let go; a dialog may have come up since it was pressed."""
        if isinstance(self.focused, TerminalPane):
            self._send_in_turn(self.focused, event.exact)

    async def _follow_leader(self, event: events.Key) -> None:
        self._wait(waiting=False)
        shortcut = shortcut_for(event.key, self._offered)
        again = to_key(event)
        if shortcut:
            await self.run_action(shortcut.action)
        elif event.key == self._leader and again:
            self._send_in_turn(self.query_one(TerminalPane), again)

    def _send_in_turn(self, pane: TerminalPane, key: Key | Type) -> None:
        """Have the terminal get a key after those that were handed to it before."""
        pane.call_later(pane.send, key)

    def _wait(self, *, waiting: bool) -> None:
        self._waiting = waiting
        self.set_class(waiting, "-waiting")
        self.query_one(CommandBar).wait(waiting=waiting)

    def on_task_pane_left(self) -> None:
        """Go back to the terminal."""
        self.remove_class("-listing")
        self.set_focus(self.query_one(TerminalPane))

    # The shortcuts.

    def action_check(self) -> None:
        """Check the task in hand; where it is being checked already, after that."""
        task = self._task_pane().current
        if task is None:
            return
        if _CHECK_UNASKED in self._under_way:
            self._asked_meanwhile = task.id
            self._show_checking()
        else:
            self._check(task.id)

    def _check(self, task: str) -> None:
        self._in_background(_CHECK, lambda: self._practice.check(task), lambda rows: self._on_checked(task, rows))

    # A check that nobody has asked for. It shows nothing unless the task has passed.

    def _plan_check(self) -> None:
        """Have the task in hand checked when it is due."""
        if self._next_check:
            self._next_check.stop()
        wait = self._auto_check.wait()
        self._next_check = None if wait is None else self.set_timer(max(wait, _SHORTEST), self._check_if_due)

    def _check_if_due(self) -> None:
        task = self._task_pane().current if self._tasks else None
        if task is None or not self._checks_itself(task):
            self._auto_check.drop()
        elif self._auto_check.wait():
            self._plan_check()  # something was shown meanwhile
        elif not self._under_way & _NOT_BESIDE:
            self._auto_check.began()
            self._in_background(
                _CHECK_UNASKED,
                lambda: self._practice.check_unasked(task.id),
                lambda rows: self._on_checked_unasked(task.id, rows),
                lambda _: self._on_checked_unasked(task.id, ()),
            )

    def _checks_itself(self, task: TaskView) -> bool:
        session = self._session
        over = self._dead or self._left or self._handed_in or session.ended
        held = session.read_only or session.exam or session.frozen is not None
        return task.checks_itself and task.state is not TaskState.PASSED and not (over or held)

    def _on_checked_unasked(self, task: str, rows: Sequence[CheckResult]) -> None:
        self._auto_check.ended()
        asked, self._asked_meanwhile = self._asked_meanwhile, ""
        if rows:
            self._on_checked(task, rows)
        if asked and not (rows and asked == task):
            self._check(asked)

    def action_next_task(self) -> None:
        """Take the next task in hand."""
        self._task_pane().step(1)

    def action_previous_task(self) -> None:
        """Take the previous task in hand."""
        self._task_pane().step(-1)

    def action_page_down(self) -> None:
        """Go a page on in the text of the task."""
        self._task_pane().page(1)

    def action_page_up(self) -> None:
        """Go a page back in the text of the task."""
        self._task_pane().page(-1)

    def action_hint(self) -> None:
        """Show one more hint of the task in hand."""
        self.remove_class("-zoomed")
        shown, task = self._task_pane().reveal_hint(), self._task_pane().current
        if shown and task:
            self._practice.hinted(task.id, shown)
        else:
            self._say(words.NO_HINT)

    def action_flag(self) -> None:
        """Flag the task in hand to come back to, or no longer."""
        task = self._task_pane().current
        if task is not None:
            self._practice.flag(task.id)
            self._show_tasks()

    def action_send_code(self) -> None:
        """Put a code block of the task at the prompt; which, is asked where there are several."""
        task = self._task_pane().current
        blocks = commands_of(task, self._task_pane().hints_shown) if task else []
        if not blocks:
            self._say(words.NO_CODE)
        elif len(blocks) == 1:
            self._insert(blocks[0])
        else:
            self.app.push_screen(
                words.code_dialog(blocks), lambda answer: self._insert(blocks[int(answer)]) if answer else None
            )

    def _insert(self, block: str) -> None:
        self.query_one(TerminalPane).send(InsertText(block))
        self.set_focus(self.query_one(TerminalPane))

    def action_solution(self) -> None:
        """Show the solution of a task that is passed, or given up."""
        task = self._task_pane().current
        if task is None or not task.solution:
            self._say(words.NO_SOLUTION)
        elif task.state is TaskState.PASSED:
            self._show_solution(task.id)
        else:
            ask = words.give_up_dialog(one_line(task.title))
            self.app.push_screen(ask, lambda answer: self._show_solution(task.id) if answer == words.GIVE_UP else None)

    def action_reset(self) -> None:
        """Ask, then put the task in hand back to its start."""
        task = self._task_pane().current
        if task is not None:
            self.app.push_screen(words.reset_dialog(one_line(task.title)), partial(self._on_reset_answer, task))

    def _on_reset_answer(self, task: TaskView, answer: str | None) -> None:
        if answer == words.RESET:
            self._say(words.resetting(one_line(task.title)))
            self._in_background(_RESET, lambda: self._practice.reset(task.id), lambda _: self._on_reset(task))

    def _on_reset(self, task: TaskView) -> None:
        self._show_tasks()
        self._say(words.was_reset(one_line(task.title)))

    def _show_solution(self, task: str) -> None:
        self._practice.solution_shown(task)
        self.remove_class("-zoomed")
        self._task_pane().show_solution(task)

    def action_extend(self) -> None:
        """Extend the session."""
        self._in_background(_EXTEND, self._practice.extend, self._on_extended)

    def action_zoom(self) -> None:
        """Give the terminal the whole screen, or take it back."""
        self.toggle_class("-zoomed")
        self.set_focus(self.query_one(TerminalPane))

    def on_resize(self, event: events.Resize) -> None:
        """Put the terminal beside the tasks where there is room, else below."""
        self._arrange(event.size.width)

    def action_split(self) -> None:
        """Put the terminal below the tasks, or beside them; it stays there."""
        self._split = "right" if self.has_class("-stacked") else "bottom"
        self._arrange(self.size.width)

    def _arrange(self, width: int) -> None:
        below = self._split == "bottom" or (self._split == "auto" and width < _BESIDE_FROM)
        if below is not self.has_class("-stacked") and self._tasks:
            # What was dragged to is a place in the other arrangement.
            for rule in ("width", "height", "min_width", "max_width"):
                self._task_pane().styles.clear_rule(rule)
        self.set_class(below, "-stacked")
        self.set_class(bool(self._tasks) and not below, "-beside")

    def on_terminal_pane_dragged(self, event: TerminalPane.Dragged) -> None:
        """Move the border between the two panes, where that is what was taken hold of."""
        if not self._tasks:
            return
        styles, panes = self._task_pane().styles, self.query_one("#panes").region
        if self.has_class("-stacked") and event.start.y == 0:
            styles.height = _between(event.at.y - panes.y, _LEAST.height, panes.height)
        elif not self.has_class("-stacked") and event.start.x == 0:
            columns = _between(event.at.x - panes.x, _LEAST.width, panes.width)
            styles.width = styles.min_width = styles.max_width = columns

    def action_focus_tasks(self) -> None:
        """Go to the tasks."""
        self.remove_class("-zoomed")
        # A low screen has room for the list only while it is used.
        self.add_class("-listing")
        self.set_focus(self._task_pane().listing)

    def action_score(self) -> None:
        """Show how far the tasks are, by domain."""
        self.app.push_screen(words.score_dialog(self._tasks))

    def action_search(self) -> None:
        """Search the terminal."""
        self.set_focus(self.query_one(TerminalPane))
        self.query_one(TerminalPane).search()

    def on_terminal_pane_searched(self, event: TerminalPane.Searched) -> None:
        """Show how the search goes."""
        self.set_class(bool(event.line), "-searching")
        self.query_one(CommandBar).say(event.line)

    def on_terminal_pane_followed(self, event: TerminalPane.Followed) -> None:
        """Show where a link of the terminal leads."""
        self._follow(event.address)

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        """Show where a link of a task leads."""
        self._follow(event.href)

    def _follow(self, address: str) -> None:
        """Show where a link leads, and ask what to do with it."""
        if self.is_current:
            self.app.push_screen(words.link_dialog(address), lambda answer: self._on_link_answer(address, answer))

    def _on_link_answer(self, address: str, answer: str | None) -> None:
        if answer == words.COPY:
            # What was shown, and not what a shell would take for the Enter key.
            self.app.copy_to_clipboard(visible(address))
            self._say(words.copied(visible(address)))
        elif answer == words.OPEN and (port := port_inside(address)):
            self._in_background(
                _FORWARD,
                lambda: self._practice.forward(port),
                lambda local: self._in_browser(from_here(address, local)),
            )
        elif answer == words.OPEN:
            self._in_browser(address)

    def _in_browser(self, address: str) -> None:
        self.run_worker(self._open(address))

    async def _open(self, address: str) -> None:
        """Have a browser show a page; not all of them come back before they are closed."""
        try:
            opened = await abandonable(lambda: open_page(address))
        except Exception as bug:  # noqa: BLE001 - no reason to end the screen
            self._practice.unexpected(bug)
            opened = False
        if not opened:
            self._say(words.NO_BROWSER, "warning")

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen(words.help_dialog(self._leader_shown, self._offered))

    def action_palette(self) -> None:
        """Offer everything by its name."""
        self.app.push_screen(Palette([*self._offered, HELP]), self._on_chosen)

    def _on_chosen(self, action: str | None) -> None:
        if action:
            self.call_later(self.run_action, action)

    def action_detach(self) -> None:
        """Leave the screen; the sandbox stays."""
        self.app.exit(Outcome(Ending.DETACHED))

    def action_stop(self) -> None:
        """Ask, then stop the session; an exam is finished."""
        ask = words.finish_dialog if self._session.exam else words.stop_dialog
        self.app.push_screen(ask(one_line(self._session.name)), self._on_stop_answer)

    # What comes back from the workers.

    def _in_background(
        self,
        name: str,
        call: Callable[[], Result],
        then: Callable[[Result], None],
        otherwise: Callable[[TempshellError], None] | None = None,
    ) -> None:
        """Make a slow call in a thread, where none of this name is under way; ``then`` if it succeeds.

        ``otherwise``, or a notice, if it does not. Leaving the screen waits for what is changed meanwhile. A check
        changes nothing. What is a bug does not end the screen either.
        """
        if name in self._under_way:
            return

        async def work() -> None:
            changes_nothing = name in {_CHECK, _CHECK_UNASKED}
            try:
                result = await (abandonable(call) if changes_nothing else asyncio.to_thread(call))
            except Exception as error:  # noqa: BLE001 - see above
                problem = self._problem(error)
                self.post_message(self.Ran(name, lambda: (otherwise or self._on_problem)(problem)))
            else:
                self.post_message(self.Ran(name, lambda: then(result)))

        self._set_under_way(self._under_way | {name})
        self.run_worker(work())

    def _problem(self, error: Exception) -> TempshellError:
        """Return what there is to say of an error; one that is a bug is put into the log."""
        if isinstance(error, TempshellError):
            return error
        self._practice.unexpected(error)
        return TempshellError(words.bug(error))

    def on_practice_screen_ran(self, event: Ran) -> None:
        """Go on in the interface's own thread."""
        self._set_under_way(self._under_way - {event.call})
        event.then()
        self._plan_check()  # which may have waited for that

    def _set_under_way(self, calls: frozenset[str]) -> None:
        stopped = _STOP in self._under_way - calls
        self._under_way = calls
        self._show_checking()
        if stopped:
            self._come_to_the_front()  # past the dialog that said so, and what has come in front of that

    def _show_checking(self) -> None:
        if self._tasks:
            self._task_pane().show_checking(checking=_CHECK in self._under_way or bool(self._asked_meanwhile))

    def _on_problem(self, problem: TempshellError) -> None:
        self._say(problem_text(problem), "error")

    def _on_checked(self, task: str, rows: Sequence[CheckResult]) -> None:
        self._show_tasks()
        self._task_pane().scroll_to_results(task)
        title = next((known.title for known in self._tasks if known.id == task), task)
        self.query_one(TerminalPane).send(Marker(words.marker(title, rows)))
        passed = bool(rows) and all(row.verdict is Verdict.PASS for row in rows)
        if not self._task_pane().display:
            self._say(self._task_pane().after_pass(task) if passed else words.checked(rows))
        if passed:
            self._in_background(_ADVANCE, lambda: self._practice.advance(task), self._on_advanced)

    def _on_advanced(self, problems: str) -> None:
        if problems:
            self._say(one_line(problems), "warning")

    def _on_extended(self, deadline: datetime) -> None:
        self.tick()
        self._say(words.extended(deadline))

    def _on_stop_answer(self, answer: str | None) -> None:
        if answer == words.STOP:
            self.app.push_screen(words.stopping_dialog())
            self._in_background(
                _STOP, self._practice.stop, lambda receipt: self._leave(Outcome(Ending.STOPPED, receipt))
            )
        elif answer == words.FINISH:
            self._finish()

    def _finish(self) -> None:
        """Hand the exam in, which is the end of its session: the terminal is closed, for good."""
        self._handed_in = True
        self.query_one(TerminalPane).end(words.HANDED_IN)
        self._grade()

    def _grade(self) -> None:
        """Grade the exam; no key gets through meanwhile."""
        self._come_to_the_front()
        self.app.push_screen(words.grading_dialog())
        self._in_background(
            _STOP,
            self._practice.finish,
            lambda finished: self._leave(Outcome(Ending.GRADED, finished.receipt, finished.result)),
            self._on_ungraded,
        )

    def _come_to_the_front(self) -> None:
        while self.app.screen is not self:
            self.app.pop_screen()

    def _on_ungraded(self, problem: TempshellError) -> None:
        """Say why, and grade again after a pause, until the sandbox is gone or the person leaves."""
        pause = self._gradings.pause()
        dialog = words.ungraded_dialog(problem, pause)

        def again() -> None:
            if self.app.screen is dialog:
                dialog.dismiss("")

        self.app.push_screen(dialog, self._on_ungraded_answer)
        self.set_timer(pause, again)

    def _on_ungraded_answer(self, answer: str | None) -> None:
        if answer == words.LEAVE:
            self.app.exit(Outcome(Ending.DETACHED))
        else:
            self._grade()

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a notice in the corner; it is plain text, with any brackets in it."""
        self.notify(text, severity=severity, timeout=_SEEN[severity], markup=False)

    def _leave(self, outcome: Outcome) -> None:
        """Show the last screen, then end with this outcome."""
        self._left = True
        self.query_one(TerminalPane).end(words.OVER)
        goodbye = Goodbye(self._session, self._tasks, outcome.receipt, outcome.result)
        self.app.push_screen(goodbye, lambda _: self.app.exit(outcome))

    def _show_tasks(self) -> None:
        if self._tasks:
            self._tasks = self._practice.tasks()
            self._task_pane().show(self._tasks, words.summary(self._tasks, self._practice.session()))
            self.query_one(Heading).show_score(() if self._session.exam else self._tasks)

    def _task_pane(self) -> TaskPane:
        return self.query_one(TaskPane)


def _between(wanted: int, least: int, whole: int) -> int:
    """Return a size near the one wanted that leaves at least as much to both parts of the whole."""
    return max(least, min(wanted, whole - least))
