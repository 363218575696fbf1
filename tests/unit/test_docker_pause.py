"""On a busy machine an engine may not get a container to stand still at the first attempt."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from docker.errors import APIError

from tempshell_cli.backends.docker import engine as docker_engine
from tempshell_cli.backends.docker.engine import DockerEngine

_BUSY = "cannot pause: OCI runtime pause failed: unable to freeze"


def _engine(monkeypatch: pytest.MonkeyPatch, *answers: str) -> tuple[DockerEngine, Mock]:
    """Return an engine that answers each `pause` with an error, or with "" that it has done so."""
    errors = [APIError("409", explanation=answer) if answer else None for answer in answers]
    client = Mock(pause=Mock(side_effect=errors))
    monkeypatch.setattr(docker_engine, "attempts", lambda _: range(3))  # without waiting
    made = DockerEngine("unix:///nowhere")
    made.client = client
    return made, client


@pytest.mark.parametrize("answers", [("",), (_BUSY, ""), (_BUSY, _BUSY, ""), ("container x is already paused",)])
def test_a_container_is_frozen_at_some_attempt(monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...]) -> None:
    engine, client = _engine(monkeypatch, *answers)
    engine.pause("x")
    assert client.pause.call_count == len(answers)


@pytest.mark.parametrize("answers", [(_BUSY, _BUSY, _BUSY), ("no such container",)])
def test_an_engine_that_goes_on_refusing_is_an_error(monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...]) -> None:
    engine, client = _engine(monkeypatch, *answers)
    with pytest.raises(APIError):
        engine.pause("x")
    assert client.pause.call_count == len(answers)
