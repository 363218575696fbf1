"""The home screen: one list of everything there is, and below it what can be done with what is marked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tempshell_cli import __version__
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.tui.command_bar import CommandBar
from tempshell_cli.tui.dialog import problem as problem_text
from tempshell_cli.tui.home import words
from tempshell_cli.tui.home.keys import shortcuts_for
from tempshell_cli.tui.home.port import Home, HomeView, PackEntry, SessionEntry
from tempshell_cli.tui.home.rows import SHELL, Kind, Part, Row, details_text, parts_of
from tempshell_cli.tui.palette import Palette
from tempshell_cli.tui.shortcuts import HELP, shortcut_for
from tempshell_cli.tui.theme import MUTED

Result = TypeVar("Result")

_TICK = 0.5  # seconds
# The row that is marked where nobody has been here before.
_BEGIN_WITH = f"{Kind.PACK.name}:linux-basics"
# How long notices stay, in seconds.
_SEEN: dict[SeverityLevel, float] = {"information": 5, "warning": 10, "error": 20}
# What each kind of thing is opened by, before its own name.
_OPENED_BY = {
    Kind.SESSION: ("attach",),
    Kind.PACK: ("start",),
    Kind.DRILL: ("drill",),
    Kind.PAST: ("report",),
    Kind.RECORDING: ("recordings", "play"),
}


class HomeScreen(Screen[None]):
    """Everything there is. What is chosen is reported as the command that does it, as one would type it."""

    AUTO_FOCUS = "OptionList"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide")]  # noqa: RUF012 - so declared
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-tall")]  # noqa: RUF012 - so declared
    BINDINGS: ClassVar = [
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
        Binding("g", "move('first')", show=False),
        Binding("G", "move('last')", show=False),
        Binding("escape", "clear", show=False),
    ]
    DEFAULT_CSS = """
    HomeScreen {
        background: $background;
        layers: base front;
        #title { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
        #welcome { height: auto; padding: 1 2; background: $primary 10%; display: none; }
        &.-new #welcome { display: block; }
        &.-low #welcome { padding: 0 2; }
        #panes { height: 1fr; layout: vertical; }
        OptionList, OptionList:focus {
            height: 1fr; width: 1fr; border: none; padding: 0 1; background: $background;
            text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
            & > .option-list--option { color: $foreground; }
            & > .option-list--option-disabled { color: $foreground; }
            & > .option-list--option-highlighted { background: $primary 28%; color: $foreground; }
        }
        #details {
            height: 7; width: 100%; padding: 0 2; border-top: solid $foreground 25%; background: $background;
            scrollbar-size-vertical: 1;
        }
        &.-wide {
            #panes { layout: horizontal; }
            #details { width: 36%; height: 100%; border-top: none; border-left: solid $foreground 25%; padding: 1 2; }
        }
        &.-low #details { display: none; }
        &.-low.-wide #details { display: block; }
        #filter, #filter:focus {
            display: none; height: 1; border: none; padding: 0 1; background: $panel; background-tint: $foreground 0%;
        }
        &.-filtering { #filter { display: block; } CommandBar { display: none; } }
    }
    """

    class Chosen(Message):
        """The screen is to make room for a command, or, with None, to be left."""

        def __init__(self, argv: Sequence[str] | None) -> None:
            super().__init__()
            self.argv = argv

    def __init__(self, home: Home, *, leader: str, marked: str = "", wanted: str = "") -> None:
        """``leader`` as it is shown. ``marked`` is the id of the row to begin with, ``wanted`` what to filter by."""
        super().__init__()
        self._home = home
        self._leader = leader
        self._view: HomeView = home.view()
        self._rows: dict[str, Row] = {}
        self._shown: list[tuple[str, Content]] = []
        self._marked = marked or (_BEGIN_WITH if self._view.new_here else "")
        self._wanted = wanted
        self._busy: dict[str, str] = {}  # what is under way, by session

    @property
    def place(self) -> tuple[str, str]:
        """Which row is marked, and what is filtered by: to come back to."""
        return self._marked, self._wanted

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Static(id="title")
        yield Static(words.welcome(self._leader), id="welcome")
        with Container(id="panes"):
            yield OptionList(markup=False)
            with VerticalScroll(id="details", can_focus=False):
                yield Static()
        yield CommandBar("", shortcuts_for(None))
        entry = Input(self._wanted, placeholder="search", id="filter")
        entry.cursor_blink = self.app.animation_level != "none"
        yield entry

    def on_mount(self) -> None:
        """Show what there is, and follow it."""
        self.tick()
        self.set_interval(_TICK, self.tick)

    # What there is.

    def tick(self) -> None:
        """Show everything as it is now."""
        self._view = self._home.view()
        self.set_class(self._view.new_here, "-new")
        parts = parts_of(self._view, self._home.now(), self._wanted)
        self._rows = {row.id: row for part in parts for row in part.rows}
        self._show_title()
        self._show_list(parts)
        self._show_marked()

    def _show_title(self) -> None:
        doing = list(self._busy.values())
        running = len(self._view.sessions or ())
        counted = f"{running} session{'s' if running != 1 else ''}"
        header = [
            Content.styled(f"tempshell {__version__}", "bold $primary"),
            Content.styled(counted, MUTED),
            *([Content.styled(f"filter: {self._wanted}", "bold $text-warning")] if self._wanted else []),
            *(Content.styled(one, "bold $text-warning") for one in doing),
        ]
        self.query_one("#title", Static).update(Content("  ").join(header))

    def _show_list(self, parts: list[Part]) -> None:
        lines = list(_lines(parts)) or [("", Content.styled(words.NOTHING_FITS, MUTED))]
        listing = self.query_one(OptionList)
        if [name for name, _ in lines] == [name for name, _ in self._shown]:
            for at, (line, before) in enumerate(zip(lines, self._shown, strict=True)):
                if line != before:
                    listing.replace_option_prompt_at_index(at, line[1])
        else:
            before_it = listing.highlighted or 0
            listing.set_options(Option(line, id=name or None, disabled=name not in self._rows) for name, line in lines)
            names = [name for name, _ in lines]
            if self._marked in self._rows:
                listing.highlighted = names.index(self._marked)
            else:  # the one nearest to where it was, or the first
                places = [place for place, name in enumerate(names) if name in self._rows]
                listing.highlighted = min(places, key=lambda place: abs(place - before_it)) if places else None
        self._shown = lines

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what can be done with what is marked now."""
        self._marked = event.option_id or ""
        self._show_marked()

    def _show_marked(self) -> None:
        row = self._row
        self.query_one("#details Static", Static).update(details_text(row) if row else "")
        self.query_one(CommandBar).offer(shortcuts_for(row))

    @property
    def _row(self) -> Row | None:
        return self._rows.get(self._marked)

    # Keys.

    async def take_key(self, key: str) -> bool:
        """Do what a key, by Textual's name, stands for here; return False for all other keys."""
        if isinstance(self.focused, Input):
            return False
        shortcut = shortcut_for(key, shortcuts_for(self._row))
        if shortcut is not None:
            await self.run_action(shortcut.action)
        return shortcut is not None

    async def action_move(self, action: str) -> None:
        """Move the mark."""
        await self.query_one(OptionList).run_action(action)

    def action_next_part(self) -> None:
        """Go to the first thing below the next heading."""
        self._go_to_part(1)

    def action_previous_part(self) -> None:
        """Go to the first thing below the heading before."""
        self._go_to_part(-1)

    def _go_to_part(self, step: int) -> None:
        firsts: dict[Kind, str] = {}
        for row in self._rows.values():
            firsts.setdefault(row.kind, row.id)
        kinds = list(firsts)
        if kinds:
            at = kinds.index(self._row.kind) if self._row else -step
            wanted = firsts[kinds[(at + step) % len(kinds)]]
            self.query_one(OptionList).highlighted = [name for name, _ in self._shown].index(wanted)

    def action_filter(self) -> None:
        """Type what to filter by."""
        self.add_class("-filtering")
        entry = self.query_one("#filter", Input)
        entry.value = self._wanted
        entry.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show only what has these words in it."""
        if self.has_class("-filtering"):
            self._wanted = event.value
            self.tick()

    def on_input_submitted(self) -> None:
        """Keep the filter, and go back to the list."""
        self._leave_filter()

    def _leave_filter(self) -> None:
        self.remove_class("-filtering")
        self.query_one(OptionList).focus()

    def action_clear(self) -> None:
        """Show everything again."""
        self._wanted = ""
        self._leave_filter()
        self.tick()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen(words.help_dialog(self._leader, shortcuts_for(self._row)))

    def action_palette(self) -> None:
        """Offer everything by its name."""
        self.app.push_screen(Palette([*shortcuts_for(self._row), HELP]), self._on_chosen)

    def _on_chosen(self, action: str | None) -> None:
        if action:
            self.call_later(self.run_action, action)

    # What leads elsewhere.

    def on_option_list_option_selected(self) -> None:
        """Open what was clicked."""
        self.action_open()

    def action_open(self) -> None:
        """Open what is marked: attach to it, start it, show it."""
        row = self._row
        if row is None:
            return
        if row.kind is Kind.PROBLEM:
            self._leave("doctor")
        else:
            key = row.id.partition(":")[2]
            self._leave(*_OPENED_BY[row.kind], *([key] if key else []))

    def action_watch(self) -> None:
        """Watch a session without typing in it."""
        if session := self._session():
            self._leave("attach", "--read-only", session.id)

    def action_new_shell(self) -> None:
        """Start a shell without tasks."""
        self._leave("start")

    def action_exam(self) -> None:
        """Ask, then take an exam of a pack."""
        if pack := self._pack():
            self.app.push_screen(words.exam_dialog(pack.name), lambda answer: self._on_exam_answer(pack, answer))

    def _on_exam_answer(self, pack: PackEntry, answer: str | None) -> None:
        if answer == words.EXAM:
            self._leave("exam", pack.name)

    def action_tasks(self) -> None:
        """List the tasks of a pack."""
        if pack := self._pack():
            self._leave("pack", "show", pack.name)

    def action_quit(self) -> None:
        """Leave; sessions go on."""
        self._leave()

    def _leave(self, *argv: str) -> None:
        self.post_message(self.Chosen(argv or None))

    def _session(self) -> SessionEntry | None:
        return self._row.entry if self._row and isinstance(self._row.entry, SessionEntry) else None

    def _pack(self) -> PackEntry | None:
        entry = self._row.entry if self._row else None
        return entry if isinstance(entry, PackEntry) and entry is not SHELL else None

    # What is done from here.

    def action_refresh(self) -> None:
        """Ask the engines again what they have."""
        self._in_background("", "looking …", self._home.refresh, lambda _: self.tick())

    def action_extend(self) -> None:
        """Extend a session."""
        if session := self._session():
            self._in_background(
                session.id,
                words.busy(session.name, "extending"),
                lambda: self._home.extend(session.id),
                lambda deadline: self._say(words.extended(session.name, deadline)),
            )

    def action_pause(self) -> None:
        """Freeze a session, or let a paused one go on."""
        if session := self._session():
            doing = words.busy(session.name, "pausing" if session.frozen is None else "resuming")
            self._in_background(session.id, doing, lambda: self._home.pause(session.id), lambda _: self.tick())

    def action_stop(self) -> None:
        """Ask, then stop a session."""
        if session := self._session():
            self.app.push_screen(words.stop_dialog(session), lambda answer: self._on_stop_answer(session, answer))

    def _on_stop_answer(self, session: SessionEntry, answer: str | None) -> None:
        if answer == words.STOP:
            self._in_background(
                session.id,
                words.busy(session.name, "stopping"),
                lambda: self._home.stop(session.id),
                lambda receipt: self._say(words.receipt_text(session.name, receipt)),
            )

    def _in_background(self, key: str, doing: str, call: Callable[[], Result], then: Callable[[Result], None]) -> None:
        """Make a slow call in a thread, one at a time for each session; ``then`` if it succeeds, else say why not."""
        if key in self._busy:
            return

        async def work() -> None:
            try:
                result = await asyncio.to_thread(call)
            except TempshellError as problem:
                self._say(problem_text(problem), "error")
            except Exception as bug:  # noqa: BLE001 - no reason to end the screen
                self._home.unexpected(bug)
                self._say(words.bug(bug), "error")
            else:
                then(result)
            finally:
                del self._busy[key]
                self.tick()

        self._busy[key] = doing
        self.tick()
        self.run_worker(work())

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        self.notify(text, severity=severity, timeout=_SEEN[severity], markup=False)


def _lines(parts: list[Part]) -> Iterator[tuple[str, Content]]:
    """Yield the lines of the list; what cannot be marked has no id."""
    for number, part in enumerate(parts):
        if number:
            yield "", Content("")
        counted = f" ({len(part.rows)})" if part.kind is not Kind.PACK and part.rows else ""
        yield "", Content.styled(f"{part.kind}{counted}", "bold $primary")
        for row in part.rows:
            yield row.id, Content("  ") + row.line
        if not part.rows:
            yield "", Content.styled(f"  {part.note}", MUTED)
