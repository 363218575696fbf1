"""``tempshell`` alone, on a terminal: the home screen, and the commands that are chosen there."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tempshell_cli.backends.base import CanPause, Receipt
from tempshell_cli.cli import service
from tempshell_cli.cli.output import console
from tempshell_cli.cli.output.sessions import trouble
from tempshell_cli.core.errors import ExitCode, TempshellError
from tempshell_cli.core.repeating import repeating
from tempshell_cli.sessions.exam import exam_of
from tempshell_cli.sessions.lease import warnings_of
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.setups import setups_of
from tempshell_cli.sessions.starting import is_starting
from tempshell_cli.sessions.store import StoreUnavailable
from tempshell_cli.sessions.usage import Meter, Rate
from tempshell_cli.terminal.leader import spelled_out
from tempshell_cli.tui.home.app import HomeApp, Place
from tempshell_cli.tui.home.port import HomeView, RecordingEntry, SessionEntry

if TYPE_CHECKING:
    from tempshell_cli.cli.practised import Practised

# Seconds between two looks at the sessions, at packs and the past, and at what sessions use; and how long the last look
# of each may take when the screen is left: an engine may hang.
_LOOK, _READ, _MEASURE, _LAST = 0.5, 3.0, 2.0, 2.0
# What ends by itself, and leaves something to read.
_TO_READ = {"exam", "report", "pack", "doctor", "drill"}


def home() -> None:
    """Show the home screen, run what is chosen there, and come back, until the person leaves."""
    gc.enable()  # off since the start of the program: see __main__
    place = Place()
    while True:
        with service.user_sessions() as sessions:
            live = LiveHome(sessions)
            leader = spelled_out(sessions.settings.leader)
            app = HomeApp(live, sessions.settings.screen, leader=leader, place=place)
            with live.following():
                argv = app.run_to_the_end()
        place = app.place
        if argv is None or not _run(argv):
            return


def _run(argv: Sequence[str]) -> bool:
    """Run a command of ours, as if it had been typed; return whether to come back to the home screen."""
    console.note(f"$ tempshell {' '.join(argv)}")
    # -P: a directory that happens to be the current one has no say in what is imported.
    program = (sys.executable, "-P", "-m", "tempshell_cli", *argv)
    with _deaf_to_the_keyboard():
        code = subprocess.run(program, check=False).returncode
    if code == 0 and argv[0] not in _TO_READ:
        return True
    console.note("\ntempshell: Enter goes back to the home screen, Ctrl+C leaves")
    try:
        return bool(sys.stdin.readline())
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)


@contextmanager
def _deaf_to_the_keyboard() -> Iterator[None]:
    """Leave what the terminal sends to the command in the foreground; unlike what is ignored, this is not inherited."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class LiveHome:
    """Answers the home screen from memory; ``following`` keeps that memory fresh."""

    def __init__(self, sessions: Sessions) -> None:
        """Read which sessions the store has: what takes longer comes later. Raises TempshellError."""
        self._sessions = sessions
        self._heard: list[str] = []
        sessions.warn = self._heard.append  # nothing may be printed while the screen stands
        sessions.ask = lambda _: None
        self._practised: Practised | None = None
        self._changing = threading.Lock()
        self._troubles: dict[str, Sequence[str]] = {}  # by who found them
        self._usage: Mapping[str, Rate] = {}
        self._meter = Meter(sessions.engines)
        self._revision = (-1, -1)
        self._view = HomeView(warnings=warnings_of(sessions.settings.lease), new_here=not sessions.store.history())
        self._look()

    # What the screen asks for.

    def now(self) -> datetime:
        """Return the time."""
        return self._sessions.clock.now()

    def view(self) -> HomeView:
        """Return everything as it was a moment ago."""
        return self._view

    def refresh(self) -> None:
        """Read everything again, and ask the engines what they have."""
        self._practised = None
        self._revision = (-1, -1)
        self._sweep()
        self._read()
        self._look()

    def extend(self, session: str) -> datetime:
        """Extend a session."""
        extended = self._sessions.extend(self._whole(session))
        self._look()
        return extended.deadline

    def pause(self, session: str) -> None:
        """Pause a session, or let a paused one go on."""
        found = self._sessions.select(session)
        if found.frozen is None:
            self._sessions.pause(self._whole(session))
        else:
            self._sessions.resume(found)
        self._look()

    def stop(self, session: str) -> Receipt:
        """Stop a session."""
        receipt = self._sessions.stop(self._sessions.select(session, expired_too=True))
        self._look()
        return receipt

    def unexpected(self, error: Exception) -> None:
        """Put an error that is a bug into the log."""
        self._sessions.log_bug(error, "")

    # What goes on behind it.

    @contextmanager
    def following(self) -> Iterator[None]:
        """Look at the store, the packs and the engines in the background, as long as the block lasts."""
        sweep_every = self._sessions.settings.engines.sweep_every.total_seconds()
        with ExitStack() as stack:
            for step, every in (
                (self._look, _LOOK),
                (self._read, _READ),
                (self._measure, _MEASURE),
                (lambda: self._sweep_in_turn(sweep_every), sweep_every),
            ):
                stack.enter_context(
                    repeating(step, every=every, unexpected=self.unexpected, timeout=_LAST, at_once=True)
                )
            yield

    def _look(self) -> None:
        """Read which sessions there are; a store that cannot be read leaves what was known."""
        try:
            sessions = [self._entry(one) for one in self._sessions.store.live()]
        except StoreUnavailable as problem:
            self._report("store", [f"{problem}\n{problem.hint}"])
        else:
            self._report("store", ())
            self._change(sessions=sessions, new_here=self._view.new_here and not sessions)

    def _entry(self, session: Session) -> SessionEntry:
        exam, use = exam_of(self._sessions.store, session.id), self._usage.get(session.id)
        limit = self._sessions.settings.limits.extensions
        return SessionEntry(
            id=session.id,
            name=session.name,
            backend=session.backend,
            endpoint=session.endpoint,
            pack=session.pack,
            state=str(session.state),
            deadline=exam.ends if exam else session.deadline,
            frozen=session.frozen,
            exam=bool(exam),
            extendable=not exam and session.extensions < limit and session.state is State.READY,
            pausable=not exam and issubclass(self._sessions.engines.find(session.backend), CanPause),
            held=is_starting(self._sessions.paths, session.id),
            memory=use.usage.memory if use else None,
            cpu=use.cpu if use else None,
            trouble=trouble(session),
            setup=setups_of(self._sessions.store.events(session.id)).words if session.pack else "",
        )

    def _read(self) -> None:
        """Read the packs, and what was practised, where that has changed."""
        from tempshell_cli.cli.practised import Practised
        from tempshell_cli.sessions.recordings import Recordings

        self._change(recordings=[_recording(file) for file in reversed(Recordings(self._sessions.paths).files())])
        revision = self._sessions.store.revision()
        if revision != self._revision:
            self._revision = revision
            self._practised = self._practised or Practised(self._sessions)
            for found in self._practised.read():
                self._change(**found)

    def _measure(self) -> None:
        """Measure what each session uses; an engine that hangs holds up nothing else."""
        self._usage = self._meter.measure(self._sessions.store.live())

    def _sweep_in_turn(self, every: float) -> None:
        if self._sessions.claim_sweep(every * 0.9):  # the one before was not on the second
            self._sweep()

    def _sweep(self) -> None:
        """Have the engines say what there is, and keep why one does not until it does."""
        self._heard.clear()
        try:
            swept = service.sweep(self._sessions)
        except TempshellError as problem:
            self._report("sweep", [f"{problem}\n{problem.hint}"])
            return
        if self._heard or not swept.silent:
            self._report("sweep", list(self._heard))

    def _report(self, who: str, troubles: Sequence[str]) -> None:
        self._troubles = {**self._troubles, who: troubles}
        self._change(problems=[one for found in self._troubles.values() for one in found])

    def _change(self, **changed: Any) -> None:  # noqa: ANN401 - fields of a HomeView
        with self._changing:
            self._view = replace(self._view, **changed)

    def _whole(self, session: str) -> Session:
        return self._sessions.restored(self._sessions.select(session), console.silence)


def _recording(file: Path) -> RecordingEntry:
    found = file.stat()
    return RecordingEntry(file.stem, datetime.fromtimestamp(found.st_mtime, UTC), found.st_size)
