"""docs/screen.svg, from the real practice screen: ``python -m tests.docs.screenshot`` renders it again.

Somebody half-way through linux-basics, on a local sandbox; only the clock is stopped.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from textual.app import App

from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.cli.output.console import silence
from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.cli.service import user_sessions
from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.packs.grading.setup import run_solution
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.start import start
from tempshell_cli.terminal.wire import Key
from tempshell_cli.tui.app import PracticeApp
from tempshell_cli.tui.outcome import Outcome
from tempshell_cli.tui.terminal.pane import TerminalPane

from .places import ROOT

IMAGE = ROOT / "docs" / "screen.svg"
_SIZE = (120, 40)
_LEFT = timedelta(minutes=47, seconds=12)
_TIMEOUT = 60.0  # seconds
_TASK = "restore-a-file"
# What is typed, and what shows that it has been done. The last step of the task is still to do.
_TYPED = (
    ("cd restore/backups", "~/restore/backups$"),
    ("sha256sum --check SHA256SUMS", "did NOT match"),
    ("cd ..", "~/restore$"),
    ("tar -xzf backups/monday.tar.gz site/app.conf", "app.conf\n"),
    ("cat site/app.conf", "log = on"),
    ("tar -czf site.tar.gz site", "site.tar.gz site\n"),
    ("ls -1 site", "index.html\n"),
)
_LAST_RESULT = "gate"  # of the check in the last line
_LEADER = "ctrl+right_square_bracket"


class _AtOneMoment(LivePractice):
    """A session whose clock stands."""

    def now(self) -> datetime:
        return self.session().deadline - _LEFT


def render() -> str:
    """Return the SVG; starts a session and stops it."""
    with user_sessions() as sessions:
        session = start(sessions, StartRequest(pack="linux-basics", backend="local", name="practice"), silence)
        try:
            _solve_all_before(_TASK, sessions, session)
            screen = PracticeApp(_AtOneMoment(sessions, session), look=ScreenSettings(theme="dark"))
            return asyncio.run(_picture(screen))
        finally:
            sessions.stop(session)


def _solve_all_before(last: str, sessions: Sessions, session: Session) -> None:
    """Solve and check every task up to that one."""
    practice = Practice(sessions, session)
    for task in practice.pack.tasks:
        if task.id == last:
            return
        run_solution(task, SandboxExec(sessions.engines.of(session), session.sandbox))
        practice.check_all([task])
    raise LookupError(last)


async def _picture(app: App[Outcome]) -> str:
    async with app.run_test(size=_SIZE) as pilot:
        terminal = app.screen.query_one(TerminalPane)
        await _until(lambda: "$" in "".join(terminal.text()))
        # It opens at the first task that is not solved.
        for line, shown in _TYPED:
            for character in line:  # not by the pilot: it waits for the screen after each
                terminal.send(Key(character, character))
            await pilot.press("enter")
            await _until(lambda: _has_done(terminal, shown))  # noqa: B023 - awaited here
        await pilot.press(_LEADER, "c")
        await _until(lambda: "fail" in (image := app.export_screenshot()) and _LAST_RESULT in image)
        return app.export_screenshot(title="tempshell start linux-basics") + "\n"


def _has_done(terminal: TerminalPane, shown: str) -> bool:
    """Return whether that is shown, and the prompt is back: what is typed ahead of it would be echoed twice."""
    text = "\n".join(terminal.text())
    return shown in text and text.rstrip().endswith("$")


async def _until(happened: Callable[[], bool]) -> None:
    late = time.monotonic() + _TIMEOUT
    while not happened():
        if time.monotonic() > late:
            raise TimeoutError
        await asyncio.sleep(0.05)  # the pause of a poll with a deadline


def main() -> None:
    """Write the image, or with an argument another file, as a user of their own."""
    with tempfile.TemporaryDirectory() as home:
        Path(home, "tempshell").mkdir()
        Path(home, "tempshell", "config.toml").write_text(f'owner = "screenshot-{os.getpid()}"\n', "utf-8")
        os.environ |= {"XDG_STATE_HOME": f"{home}/state", "XDG_CONFIG_HOME": home, "TEMPSHELL_NO_LIMITS": "1"}
        image = render()
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGE
    target.write_text(image, "utf-8")


if __name__ == "__main__":
    main()
