"""Secrets: kept by a real keyring, and seen nowhere; what one that is missing, locked or stuck leaves to do."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command_line import Tempshell
from tests.support.keyrings import NOWHERE, gnome_keyring

ROOT = Path(__file__).parents[2]
CANARY = "canary-0815-abc"
KEY = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7\n-----END KEY-----\n"
FILE_HINT = "--secret-file NAME=FILE"


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment that leads to a keyring."""
    with gnome_keyring(tmp_path_factory.mktemp("keyring")) as made:
        yield made.environment


@pytest.mark.engine("programs")
@pytest.mark.engine("local")
def test_a_secret_of_the_keyring_reaches_a_session_and_nothing_else(
    tempshell: Tempshell, keyring: Mapping[str, str]
) -> None:
    assert tempshell("secret", "set", "token", stdin=f"{CANARY}\n".encode(), env=keyring).stdout == "set token\n"
    tempshell("secret", "set", "key", stdin=KEY.encode(), env=keyring)
    assert tempshell("secret", "ls", "-o", "name").stdout == "key\ntoken\n"
    options = ("-b", "local", "--name", "otter", "--secret", "token=API", "--secret", "key")
    tempshell("start", "--detach", *options, env=keyring)
    assert tempshell("exec", "otter", "--", "cat", "/run/secrets/token", "/run/secrets/key").stdout == CANARY + KEY
    assert tempshell("exec", "otter", "--", "sh", "-c", 'echo "$API"').stdout == f"{CANARY}\n"
    with tempshell.on_terminal("attach", "--plain", "--record", "otter", columns=100) as child:
        child.sendline("stty -echo; echo $API; sed -n 2p /run/secrets/key; echo shown twice | tr a-z A-Z")
        child.expect("SHOWN TWICE")
        child.sendline("exit")
        child.expect_exact("recorded; `tempshell recordings play")
        child.wait()
    (recording,) = (tempshell.user.paths.state / "recordings").glob("*.cast")
    assert recording.read_text("utf-8").count("[redacted]") >= 2
    for command in ("list", "status", "events"):
        assert CANARY not in tempshell(command, "--json").stdout
    assert _holding(tempshell.user.root, CANARY, KEY.splitlines()[1]) == []
    assert tempshell("secret", "rm", "token", "key", env=keyring).stdout == "removed token\nremoved key\n"
    assert tempshell("secret", "ls", "--json").json() == []
    gone = tempshell("start", "-b", "local", "--secret", "token", code=2, env=keyring)
    assert "there is no secret 'token'" in gone.stderr
    tempshell("secret", "rm", "token", code=2, env=keyring)


@pytest.mark.engine("programs")
def test_a_locked_and_a_stuck_keyring_are_answered_with_what_to_do(tempshell: Tempshell, tmp_path: Path) -> None:
    with gnome_keyring(tmp_path) as made:
        tempshell("secret", "set", "token", stdin=b"old", env=made.environment)
        with _stopped(made.daemon.pid):
            stuck = tempshell("secret", "set", "token", stdin=CANARY.encode(), code=4, env=made.environment)
    assert "the keyring does not answer: it may be locked" in stuck.stderr
    assert FILE_HINT in stuck.stderr
    with gnome_keyring(tmp_path, locked=True) as made:
        locked = tempshell("start", "--secret", "token", code=4, env=made.environment)
        assert "the keyring refuses" in locked.stderr
        assert FILE_HINT in locked.stderr
        tempshell("secret", "set", "other", stdin=CANARY.encode(), code=4, env=made.environment)
    assert tempshell("secret", "ls", "-o", "name").stdout == "token\n"


def test_without_a_keyring_there_is_a_way_and_no_plain_file(tempshell: Tempshell) -> None:
    refused = tempshell("secret", "set", "token", stdin=CANARY.encode(), code=4, env=NOWHERE)
    assert "this machine has no keyring" in refused.stderr
    assert FILE_HINT in refused.stderr
    assert "PYTHON_KEYRING_BACKEND" in refused.stderr
    assert tempshell("secret", "ls", "-o", "name").stdout == ""
    assert _holding(tempshell.user.root, CANARY) == []


@pytest.mark.parametrize(("backend", "said"), [("Hanging", "does not answer"), ("PlaintextKeyring", "does not keep")])
def test_a_keyring_of_ones_choice_that_hangs_or_drops_what_it_gets_is_reported(
    tempshell: Tempshell, backend: str, said: str
) -> None:
    chosen = {"PYTHON_KEYRING_BACKEND": f"tests.support.keyrings.{backend}", "PYTHONPATH": str(ROOT)}
    refused = tempshell("secret", "set", "token", stdin=CANARY.encode(), code=4, env=chosen)
    assert said in refused.stderr
    assert tempshell("secret", "ls", "-o", "name").stdout == ""


@pytest.mark.engine("local")
def test_a_secret_of_a_file_needs_no_keyring(tempshell: Tempshell, tmp_path: Path) -> None:
    file = tmp_path / "token.txt"
    file.write_text(f"{CANARY}\n", "utf-8")
    options = ("--secret-file", f"token={file}", "--secret", "token=API")
    script = 'echo "$API"; cat /run/secrets/token; ls /run/secrets'
    done = tempshell("run", "-q", "-b", "local", *options, "--", "sh", "-c", script, env=NOWHERE)
    assert done.stdout == f"{CANARY}\n{CANARY}token\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--secret", "../x"], "cannot be the name of a secret"),
        (["--secret", "-x"], "cannot be the name of a secret"),
        (["--secret", "a=1x"], "cannot be a variable"),
        (["--secret", "a="], "cannot be a variable"),
        (["--secret-file", "a"], "names no file"),
        (["--secret-file", "a=/nowhere"], "cannot read /nowhere"),
        (["--secret-file", "a=/dev/null"], "the secret a is empty"),
        (["--secret-file", "a=/dev/zero"], "has more than 65536 bytes"),
        (["--secret-file", "a=/"], "cannot read /"),
    ],
)
def test_what_cannot_be_a_secret_is_named(tempshell: Tempshell, options: list[str], said: str) -> None:
    assert said in tempshell("start", "-b", "local", *options, code=2, env=NOWHERE).stderr


def _holding(root: Path, *values: str) -> list[Path]:
    """Return the files that have one of the values in them."""
    files = [file for file in root.rglob("*") if file.is_file() and not file.is_symlink()]
    assert files
    return [file for file in files if any(value.encode() in file.read_bytes() for value in values)]


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
