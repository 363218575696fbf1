"""Whatever an environment file, a kubeconfig or a sandbox's directory holds, it fails no command of another session."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tempshell_cli.backends.local.rundir import RunDir
from tempshell_cli.cli.parsing import environment
from tempshell_cli.cli.service import sweep
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.config import load_settings
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.store import open_store
from tests.support.command_line import Tempshell

pytestmark = pytest.mark.engine("local")
_SAME_FOR_ALL = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
short = settings(max_examples=8, deadline=None, suppress_health_check=_SAME_FOR_ALL)
thorough = settings(max_examples=1000, deadline=None, suppress_health_check=_SAME_FOR_ALL)

# No word here is a program, and no address leads off this machine.
_ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just([]) | st.just({})
)
_SERVERS: st.SearchStrategy[Any] = st.sampled_from(
    ["http://127.0.0.1:1", "https://127.0.0.1:1", "http://127.0.0.1:99999", "http://[::1", "127.0.0.1", "", 5, None, {}]
)
_USERS = st.fixed_dictionaries(
    {},
    optional={
        "token": _ODD,
        "tokenFile": st.sampled_from(["/nonexistent", "/", "", 5]),
        "client-certificate-data": _ODD,
        "exec": st.fixed_dictionaries(
            {"command": st.sampled_from(["/nonexistent/plugin", "/", 5, None])}, optional={"args": _ODD, "env": _ODD}
        ),
        "as": _ODD,
        "as-groups": _ODD,
        "as-user-extra": _ODD,
    },
)
_NAMES = st.sampled_from(["one", "two", ""]) | _ODD


def _entries(key: str, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.fixed_dictionaries({}, optional={"name": _NAMES, key: inner | _ODD}), max_size=2) | _ODD


KUBECONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.just("v1"),
        "kind": st.just("Config"),
        "current-context": _NAMES,
        "clusters": _entries("cluster", st.fixed_dictionaries({"server": _SERVERS}, optional={"proxy-url": _SERVERS})),
        "users": _entries("user", _USERS),
        "contexts": _entries("context", st.fixed_dictionaries({}, optional={"cluster": _NAMES, "user": _NAMES})),
    },
).map(lambda config: json.dumps(config).encode()) | st.binary(max_size=60)
LINES = st.lists(st.binary(max_size=20) | st.text(max_size=20).map(lambda text: f"A={text}".encode()), max_size=6)
LABELS = st.dictionaries(
    st.sampled_from(["session", "owner", "deadline", "home", "uid", "memory", "pids", "grader", "name", "env.X"]),
    st.text(max_size=20) | st.sampled_from(["", "nan", "inf", "1e300", "-1", "../..", "9" * 40]),
).map(lambda found: b"".join(f"{name}={value}\0".encode("utf-8", "surrogatepass") for name, value in found.items()))


@pytest.fixture
def sweeps(tempshell: Tempshell) -> Iterator[Callable[[], None]]:
    """Sweeps these engines, as ``reap`` does, beside a session that lives and has to be there afterwards."""
    session = tempshell.start("--backend", "local", "--name", "lab")
    loaded = load_settings(tempshell.user.paths.config_file)

    def run() -> None:
        with open_store(tempshell.user.paths) as opened:
            engines = Engines(names=lambda: ["local", "kubernetes", "minikube"])
            sessions = Sessions(opened.store, loaded, tempshell.user.paths, SystemClock(), engines)
            swept = sweep(sessions, everywhere=True)
            assert "local" not in {backend.name for backend, _ in swept.silent}
            assert [one.session for backend, one in swept.running if backend.name == "local"] == [session]
            found = opened.store.get(session)
            assert found
            assert found.state is State.READY

    yield run
    shutil.rmtree(tempshell.user.paths.state / "local" / "deadbeef", ignore_errors=True)
    assert tempshell("exec", "lab", "--", "echo", "alive").stdout == "alive\n"


def _kubeconfig(sweeps: Callable[[], object], content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        monkeypatch.setenv("KUBECONFIG", file.name)
        sweeps()


def _variables(sweeps: Callable[[], object], lines: list[bytes], tempshell: Tempshell) -> None:
    """Refused with a word, or in the file that a sandbox of such a start has."""
    file = tempshell.directory / "variables"
    file.write_bytes(b"\n".join(lines))
    run = RunDir(str(tempshell.user.paths.private("local", "deadbeef")))
    with suppress(UsageProblem):
        found = environment((), file)
        living = next(path for path in (tempshell.user.paths.state / "local").glob("*/") if path.name != "deadbeef")
        known = RunDir(str(living)).labels()
        assert known
        run.label(
            known.having(**{f"env.{name}": value for name, value in found.items()}, session="deadbeef", deadline=1)
        )
        stored = run.labels()
        assert stored
        assert stored.env == {**known.env, **found}
    sweeps()


def _directory(sweeps: Callable[[], object], content: bytes, tempshell: Tempshell) -> None:
    directory = tempshell.user.paths.private("local", "deadbeef")
    (directory / "labels").write_bytes(content)
    sweeps()


@short
@given(KUBECONFIGS)
def test_any_kubeconfig(sweeps: Callable[[], object], monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    _kubeconfig(sweeps, content, monkeypatch)


@short
@given(LINES)
def test_any_environment_file(sweeps: Callable[[], object], tempshell: Tempshell, lines: list[bytes]) -> None:
    _variables(sweeps, lines, tempshell)


@short
@given(LABELS | st.binary(max_size=60))
def test_any_labels_in_a_directory(sweeps: Callable[[], object], tempshell: Tempshell, content: bytes) -> None:
    _directory(sweeps, content, tempshell)


@pytest.mark.long
@thorough
@given(KUBECONFIGS)
def test_a_thousand_kubeconfigs(sweeps: Callable[[], object], monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    _kubeconfig(sweeps, content, monkeypatch)


@pytest.mark.long
@thorough
@given(LINES)
def test_a_thousand_environment_files(sweeps: Callable[[], object], tempshell: Tempshell, lines: list[bytes]) -> None:
    _variables(sweeps, lines, tempshell)


@pytest.mark.long
@thorough
@given(LABELS | st.binary(max_size=60))
def test_a_thousand_directories(sweeps: Callable[[], object], tempshell: Tempshell, content: bytes) -> None:
    _directory(sweeps, content, tempshell)
