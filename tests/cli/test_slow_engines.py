"""An engine that takes connections and never answers keeps no other session waiting, and is reported once."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tempshell_cli.backends.kubernetes.credentials import Credentials, KubeconfigStore
from tempshell_cli.core.errors import ExitCode
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import open_store
from tests.support.command_line import Outcome, Tempshell

LEFT_OUT = "does not answer within 4 s"


@pytest.fixture(params=["docker", "kubernetes"])
def slow(request: pytest.FixtureRequest, tempshell: Tempshell) -> Iterator[Tempshell]:
    """Somebody who has a session on an engine that never answers, by the name ``far``."""
    tempshell.user.configure(engines={"timeout": "4s"}, limits={"per_owner": 9})
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as local, socket.socket() as net:
        local.bind(f"{folder}/engine.sock")  # a short path: unix(7) allows 107 bytes
        net.bind(("127.0.0.1", 0))
        for listener in (local, net):
            listener.listen()  # the kernel takes connections; nobody reads them
        endpoint = f"unix://{folder}/engine.sock" if request.param == "docker" else "far"
        server = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{net.getsockname()[1]}"}}
        context = {"name": "far", "context": {"cluster": "c", "user": "u"}}
        config = {"clusters": [server], "contexts": [context], "current-context": "far", "users": []}
        if request.param == "kubernetes":
            KubeconfigStore(tempshell.user.paths).put("farfarfa", Credentials("far", config, "known"))
        now = datetime.now(UTC)
        session = Session(
            "farfarfa", "far", tempshell.user.owner, request.param, endpoint, State.READY, now, now + timedelta(hours=1)
        )
        with open_store(tempshell.user.paths) as opened:
            opened.store.save(session)
        yield tempshell
        with open_store(tempshell.user.paths) as opened:  # a stop that cannot be carried out stays on record
            opened.store.save(session._replace(state=State.ENDED))
        KubeconfigStore(tempshell.user.paths).drop("farfarfa")


@pytest.mark.engine("local")
def test_an_engine_that_never_answers_is_left_out(slow: Tempshell) -> None:
    near = slow("start", "--quiet", "--detach", "--backend", "local", "--name", "near")
    _assert_reported_once(near)
    listed = slow("list", "--quiet")
    assert sorted(listed.stdout.split()) == sorted([near.stdout.strip(), "farfarfa"])
    _assert_reported_once(listed)
    for name in ("near", "far"):
        _assert_reported_once(slow("status", name))
    assert slow("exec", "near", "--", "echo", "in").stdout == "in\n"
    stopped = slow("stop", "--all", code=ExitCode.ENGINE)
    assert "near: stopped" in stopped.stdout
    assert "are not stopped" in stopped.stderr
    _assert_reported_once(stopped)
    assert slow("list", "--quiet").stdout.split() == ["farfarfa"]
    assert LEFT_OUT in slow("log").stdout


@pytest.mark.engine("local")
def test_a_session_on_an_engine_that_never_answers_can_be_given_up(slow: Tempshell) -> None:
    output = slow("stop", "--all", "--forget")
    assert "far: forgotten" in output.stderr
    assert slow("list", "--quiet").stdout == ""
    assert not list((slow.user.paths.state / "kubeconfig").glob("farfarfa*"))


def _assert_reported_once(output: Outcome) -> None:
    assert output.stderr.count(f"{LEFT_OUT}; its sessions stay on record") == 1, output.stderr
