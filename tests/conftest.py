"""A user of their own for every test, engines only for the tests marked for them, and nothing left behind."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from tempshell_cli.core.interrupts import settle
from tests.fakes.clock import FakeClock
from tests.support import engines, pods
from tests.support.command_line import Tempshell
from tests.support.leaks import leftovers, remove_all
from tests.support.recorded import Recorder
from tests.support.user import UNSET, User
from tests.support.waiting import eventually

_MARKS = {"docker": "docker", "kind": "kind", "kubernetes": "kubernetes", "chromium": "browser"}
_ON_DOCKER = {"docker", "kind", "kubernetes"}
_LAST_LINES = 25
_LONGEST_ID = 60
# How many examples a property is tried on: `nox -s long` takes the second. Neither has a deadline: that is the
# machine's. With a profile of our own hypothesis does not look whether the environment is that of a CI service.
# The short one tries the same examples each time, so that a change and not chance makes a test fail.
settings.register_profile("short", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("long", deadline=None, max_examples=5000)
settings.load_profile("short")
_DOCKER_HOST = os.environ.get("DOCKER_HOST", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let ``-m docker``, ``kind``, ``kubernetes`` and ``browser`` choose tests: no option asks for an argument."""
    for item in items:
        item.user_properties.append(("engines", sorted(_engines(item))))
        for name in _engines(item) & _MARKS.keys():
            item.add_marker(_MARKS[name])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option by which a run leaves a record of what it has tested."""
    parser.addoption(
        "--record-tested", action="store_true", help="write tests/docs/tested.json: see tests/docs/matrix.py"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Inherit nothing; and let the terminal, and no worker, hear of a failure at once."""
    _inherit_nothing()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_AtOnce(config))
        if config.getoption("--record-tested"):
            config.pluginmanager.register(Recorder())


def _inherit_nothing() -> None:
    """Start every command from the same state, whoever has started us: `nohup`, a script, a CI service.

    What is ignored is handled from here on, by nothing: we outlive it as before, and commands start with the default.
    """
    settle()
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:  # which every Python ignores
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    os.umask(0o022)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value, and bytes that are no text, after its argument.

    What is made anew for each run (a packed file has the time in it) would name another test in each worker; and the
    environment that every command of a test inherits has the test's name in it.
    """
    no_text = isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable())
    return argname if no_text or (isinstance(val, str | bytes) and len(val) > _LONGEST_ID) else None


class _AtOnce:
    """Shows why a test failed when it fails: the summary never comes where a run is cut short."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal and report.outcome in {"failed", "rerun"}:
            terminal.write_line(f"\n{report.outcome} at {report.when}, {report.duration:.0f} s: {report.nodeid}")
            terminal.write_line("\n".join(report.longreprtext.splitlines()[-_LAST_LINES:]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in _engines(item):
        engines.need(name)


@pytest.fixture(autouse=True)
def user(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """The one who runs the commands. What they leave behind fails the test."""
    docker = bool(_engines(request.node) & _ON_DOCKER)
    one = User(tmp_path / "user", f"test-{uuid.uuid4().hex[:12]}", _DOCKER_HOST if docker else engines.NOWHERE)
    if "kubernetes" in _engines(request.node):
        one = replace(one, kubeconfig=pods.kubeconfig())
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "KUBECONFIG"):
        monkeypatch.setenv(name, one.environment[name])
    if not docker:
        monkeypatch.setenv("DOCKER_HOST", engines.NOWHERE)
    yield one
    if one.paths.state.exists():
        _leave_nothing(one, docker=docker)


@pytest.fixture
def tempshell(user: User, tmp_path: Path) -> Tempshell:
    """The command line of the user, in an empty directory."""
    user.configure()
    directory = tmp_path / "here"
    directory.mkdir()
    return Tempshell(user, directory)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at noon."""
    return FakeClock()


def _engines(item: pytest.Item) -> set[str]:
    return {name for marker in item.iter_markers("engine") for name in marker.args}


def _leave_nothing(user: User, *, docker: bool) -> None:
    """Stop what still runs, as a user would, and see that this leaves nothing."""
    if not leftovers(user, docker=docker):
        return
    stopped = Tempshell(user, user.root).any_code("stop", "--all")
    try:
        eventually(lambda: not leftovers(user, docker=docker), f"`stop --all` ({stopped}) leaves nothing", 5)
    except AssertionError:
        found = leftovers(user, docker=docker)
        remove_all(user, docker=docker)
        pytest.fail(f"left behind: {found}\n`stop --all` said: {stopped}")
