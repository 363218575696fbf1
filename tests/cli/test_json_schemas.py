"""All that ``--json`` prints is as its published JSON Schema says: nothing is missing, and nothing is undocumented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.docs.command_tree import leaves, long_options
from tests.docs.json_schemas import DOCUMENTS, FOLDER, file_of, text_of
from tests.packs.drafts import Draft
from tests.packs.test_killercoda import course
from tests.support.command_line import Tempshell
from tests.support.keyrings import gnome_keyring
from tests.support.leaks import local_leftovers
from tests.support.waiting import eventually

_NEED_MORE = {"history commands", "image ls", "secret ls"}  # than a sandbox on this machine: each has a test of its own
WITH_JSON = {name for name, command in leaves() if "--json" in long_options(command)}


class Validator:
    """Runs commands and holds what they print against its schema; ``seen`` are those that it has run."""

    def __init__(self, tempshell: Tempshell) -> None:
        self._tempshell = tempshell
        self.seen: set[str] = set()

    def __call__(self, words: str, *options: str, code: int = 0, env: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Run a command to its end; return the document, which must not be an empty one."""
        argv = [word for word in words.split() if word.islower()]
        found = self._tempshell(*argv, "--json", *options, code=code, env=env).json()
        assert found, words
        self._hold(words, found)
        return found

    def first_line(self, words: str, *options: str) -> None:
        """Run a command that goes on, and look at the first line that it prints."""
        with self._tempshell.running(*words.split(), "--json", *options) as process:
            assert process.stdout
            self._hold(words, json.loads(process.stdout.readline()))

    def error(self, *argv: str, code: int) -> None:
        """Run a command that fails."""
        self._hold("error", json.loads(self._tempshell(*argv, code=code).stderr.splitlines()[-1]))

    def _hold(self, words: str, found: Any) -> None:  # noqa: ANN401 - JSON
        self.seen.add(words)
        known = msgspec.convert(found, DOCUMENTS[words], strict=True)
        # What the schema does not know has been dropped.
        assert json.loads(msgspec.json.encode(known)) == found, words


@pytest.fixture
def validate(tempshell: Tempshell) -> Validator:
    """What runs commands and validates their output."""
    return Validator(tempshell)


def test_every_command_with_json_has_a_schema_and_every_schema_a_command() -> None:
    assert {words for words in DOCUMENTS if words.replace(" COURSE", "").partition(" --")[0] in WITH_JSON} == (
        DOCUMENTS.keys() - {"error"}
    )
    assert DOCUMENTS.keys() >= WITH_JSON
    assert {file_of(words) for words in DOCUMENTS} == set(FOLDER.glob("*"))


@pytest.mark.parametrize("words", DOCUMENTS)
def test_the_schema_in_the_documentation_is_up_to_date_and_allows_more_keys(words: str) -> None:
    assert file_of(words).read_text("utf-8") == text_of(words)
    assert '"additionalProperties": false' not in text_of(words)


@pytest.mark.engine("local")
def test_what_the_commands_print_is_as_the_schemas_say(
    tempshell: Tempshell, validate: Validator, tmp_path: Path
) -> None:
    tempshell.user.configure(limits={"per_owner": 5}, sandbox={"backend": "local"})
    draft = Draft.made_in(tempshell.directory / "draft")
    draft.in_domains("files: 100")
    draft.replace("tasks/one.md", "title: The first", "title: The first\nsetup: {run: setup.sh}")
    draft.write("setup.sh", "echo set up; rm -f answer.txt\n")
    _session(tempshell, validate)
    _practice(tempshell, validate)
    _exam(validate)
    _packs(tempshell, validate)
    course(tmp_path / "course", "one", "two")
    validate("pack show COURSE", str(tmp_path / "course"))
    validate("config show")
    validate("doctor")
    validate("template ls")
    validate("template show", "research")
    validate.error("status", "nowhere", "--json", code=3)
    assert validate.seen == DOCUMENTS.keys() - _NEED_MORE


def _session(tempshell: Tempshell, validate: Validator) -> None:
    validate("start", "--name", "otter", "--workspace", "desk")
    with tempshell.on_terminal("attach", "--plain", "--record", "otter", columns=100) as child:
        child.sendline("exit")
        child.expect_exact("recorded; `tempshell recordings play")
        child.wait()
    validate("recordings ls")
    for words in ("list", "stats", "status", "why", "extend", "pause", "resume", "restart", "events"):
        validate(words)
    for words in ("list --watch", "stats --watch", "events --follow"):
        validate.first_line(words)
    validate("workspace ls")
    validate("stop")
    ended = tempshell.start("--ttl", "3s", "--name", "short")
    tempshell("wait", ended)
    validate("why", ended)
    tempshell.start("--ttl", "2s")
    eventually(lambda: not local_leftovers(tempshell.user), "the sandbox has ended by itself")
    validate("reap")


def _practice(tempshell: Tempshell, validate: Validator) -> None:
    validate("start", "./draft", "--name", "mink")
    validate("check", code=6)
    for words in ("list", "status", "tasks", "score", "report", "history", "logs", "drill --list"):
        validate(words)
    validate.first_line("logs --follow")
    tempshell("stop")
    validate("drill")
    tempshell("stop")


def _exam(validate: Validator) -> None:
    validate("exam", "./draft", "--name", "stoat")
    validate("list")
    validate("exam --finish", code=6)
    validate("exam --review")


def _packs(tempshell: Tempshell, validate: Validator) -> None:
    validate("pack ls")
    validate("pack show", "./draft")
    validate("pack add", "./draft", "--name", "mine")
    validate("pack show", "mine")
    (tempshell.directory / "draft" / "more.txt").write_text("more\n")
    validate("pack update")
    validate("pack prove", "./draft")
    (tempshell.directory / "draft" / "wrong.sh").unlink()
    validate("pack lint", "./draft", code=2)


@pytest.mark.engine("docker")
def test_a_list_of_images_is_as_its_schema_says(validate: Validator) -> None:
    validate("image ls")


@pytest.mark.engine("programs")
def test_a_list_of_secrets_is_as_its_schema_says(tempshell: Tempshell, validate: Validator, tmp_path: Path) -> None:
    with gnome_keyring(tmp_path) as keyring:
        tempshell("secret", "set", "token", stdin=b"canary\n", env=keyring.environment)
        validate("secret ls", env=keyring.environment)
        tempshell("secret", "rm", "token", env=keyring.environment)
