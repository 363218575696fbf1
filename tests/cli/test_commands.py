"""Every command does what its help says, on a real engine, and its JSON has the shape that scripts rely on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pexpect
import pytest

from tempshell_cli.core.config import load_settings, settings_json
from tempshell_cli.core.process import Command
from tempshell_cli.packs.format.values import environment
from tempshell_cli.packs.library.find import find_pack
from tests.packs.drafts import Draft
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.leaks import leftovers
from tests.support.waiting import eventually
from tests.tui.outer import Outer, outer

pytestmark = pytest.mark.engine("local")

PACK = "linux-basics"
SESSION_WORDS = {
    *("id", "name", "owner", "backend", "endpoint", "state", "reason", "pack"),
    *("created", "deadline", "remaining", "exam_ends", "extensions", "setup", "workspace"),
}


def _allow_several(tempshell: Tempshell) -> None:
    tempshell.user.configure(limits={"per_owner": 5})


def _solve(tempshell: Tempshell, session: str, task: str) -> None:
    """Pipe the pack's own solution in, as a person would, with the values of this session."""
    drawn = find_pack(PACK).drawn(session).task(task)
    values = "".join(f"export {name}='{value}'\n" for name, value in environment(drawn.values).items())
    tempshell("exec", session, "--", "bash", "-s", stdin=(values + drawn.solution).encode())


# start


def test_start_detached_prints_the_id_alone_and_its_progress_on_stderr(tempshell: Tempshell) -> None:
    done = tempshell("start", "--detach", PACK)
    assert done.stdout.strip().isalnum()
    assert len(done.stdout.splitlines()) == 1
    assert "starting the sandbox" in done.stderr
    assert "setting up tidy-permissions" in done.stderr


def test_start_without_a_terminal_prints_the_id_and_how_to_get_in(tempshell: Tempshell) -> None:
    done = tempshell("start", "--name", "here")
    assert done.stdout.strip().isalnum()
    assert "tempshell attach here" in done.stderr


def test_start_as_json_prints_one_object_and_its_progress_on_stderr(tempshell: Tempshell) -> None:
    done = tempshell("start", "--json", PACK, "--name", "mine", "--ttl", "45m")
    session = done.json()
    assert set(session) == {*SESSION_WORDS, "setup_problems"}
    assert (session["name"], session["backend"], session["pack"]) == ("mine", "local", PACK)
    assert (session["state"], session["extensions"], session["owner"]) == ("ready", 0, tempshell.user.owner)
    lasts = datetime.fromisoformat(session["deadline"]) - datetime.fromisoformat(session["created"])
    assert lasts.total_seconds() >= 45 * 60 - 1  # it counts from when the tasks were set up
    assert 44 * 60 < session["remaining"] <= 45 * 60
    assert "starting the sandbox" in done.stderr


def test_a_quiet_start_says_nothing_but_the_id(tempshell: Tempshell) -> None:
    assert tempshell("start", "--quiet", "--detach").stderr == ""


def test_the_name_of_a_session_is_its_host_name(tempshell: Tempshell) -> None:
    tempshell.start("--name", "my-box")
    assert tempshell("exec", "my-box", "--", "uname", "-n").stdout.strip() == "my-box"


def test_a_name_is_taken_as_long_as_its_session_lives(tempshell: Tempshell) -> None:
    _allow_several(tempshell)
    tempshell.start("--name", "one")
    assert "one" in tempshell("start", "--detach", "--name", "one", code=5).stderr
    tempshell("stop", "one")
    tempshell.start("--name", "one")


def test_replace_stops_what_there_is_first(tempshell: Tempshell) -> None:
    first = tempshell.start("--name", "lab")
    second = tempshell.start("--name", "lab", "--replace")
    assert tempshell("list", "--quiet").stdout.split() == [second]
    (past,) = [one for one in tempshell("list", "--all", "--json").json() if one["id"] == first]
    assert past["state"] == "ended"


def test_a_session_that_vanished_says_so_and_how_to_have_it_again(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "lab")
    shutil.rmtree(tempshell.user.paths.state / "local" / session)
    tempshell("list")
    assert "start --replace --name lab" in tempshell("exec", "lab", "--", "true", code=3).stderr


def test_what_a_session_is_not_is_said(tempshell: Tempshell) -> None:
    tempshell.start("--name", "lab")
    assert "lab is not paused" in tempshell("resume", code=2).stderr
    assert "lab is not a cluster" in tempshell("kubeconfig", code=2).stderr


def test_list_shows_other_owners_where_that_is_asked_for(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "lab")
    tempshell.user.paths.config_file.write_text(f'owner = "not-{tempshell.user.owner}"\n')
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()
    assert tempshell("list", "--quiet").stdout == ""
    assert tempshell("list", "--all-owners", "--quiet").stdout.split() == [session]
    assert tempshell.user.owner in tempshell("list", "--all-owners").stdout
    tempshell.user.configure()


def test_variables_come_from_options_and_over_those_of_a_file(tempshell: Tempshell) -> None:
    (tempshell.directory / "vars").write_text("# a comment\n\nFROM_FILE=a b=c\nBOTH=file\n")
    tempshell.start("--env-file", "vars", "-e", "BOTH=option", "--env", "EMPTY=")
    output = tempshell("exec", "", "--", "env").stdout.splitlines()
    assert {"FROM_FILE=a b=c", "BOTH=option", "EMPTY="} <= set(output)


def test_the_admin_profile_is_root_inside(tempshell: Tempshell) -> None:
    assert tempshell("run", "--quiet", "--profile", "admin", "--", "id", "-u").stdout == "0\n"


def test_the_restricted_profile_is_an_ordinary_user(tempshell: Tempshell) -> None:
    assert tempshell("run", "--quiet", "--", "id", "-u").stdout == "1000\n"


def test_no_network_means_no_interface_but_the_loopback(tempshell: Tempshell) -> None:
    script = "tail -n +3 /proc/net/dev | cut -d: -f1"
    assert tempshell("run", "--quiet", "--network", "none", "--", "sh", "-c", script).stdout.strip() == "lo"


def test_memory_is_limited_as_asked(tempshell: Tempshell) -> None:
    hungry = ("head -c 256M /dev/zero | tail -c 200M | wc -c",)  # tail keeps what it is asked for in memory
    greedy = ("run", "--quiet", "--memory")
    assert tempshell(*greedy, "1g", "--", "sh", "-c", *hungry).stdout == f"{200 * 1024**2}\n"
    assert tempshell.any_code(*greedy, "64m", "--", "sh", "-c", *hungry).stdout == "0\n"


@pytest.mark.engine("docker")
def test_a_container_has_the_processors_and_the_memory_asked_for(tempshell: Tempshell) -> None:
    session = tempshell.start("--backend", "docker", "--cpus", "0.25", "--memory", "96m")
    form = "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}"
    asked = ("docker", "inspect", "--format", form, f"tempshell-{session}")
    output = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert output.split() == [str(250_000_000), str(96 * 1024**2)]


# list and status


def test_list_shows_the_live_sessions_as_a_table(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "mine", PACK)
    headings, row = tempshell("list").stdout.splitlines()
    assert headings.split() == ["ID", "NAME", "BACKEND", "PACK", "STATE", "LEFT"]
    assert row.split()[:5] == [session, "mine", "local", PACK, "ready"]


def test_list_as_json_has_the_words_of_start(tempshell: Tempshell) -> None:
    assert tempshell("list", "--json").json() == []
    started = tempshell("start", "--json").json()
    (listed,) = tempshell("list", "--json").json()
    assert {**listed, "remaining": 0, "setup_problems": []} == {**started, "remaining": 0}


def test_list_quietly_prints_ids_alone(tempshell: Tempshell) -> None:
    _allow_several(tempshell)
    ids = [tempshell.start(), tempshell.start()]
    assert tempshell("list", "--quiet").stdout.split() == ids


def test_list_all_shows_ended_sessions_too(tempshell: Tempshell) -> None:
    session = tempshell.start()
    tempshell("stop")
    assert tempshell("list", "--json").json() == []
    (ended,) = tempshell("list", "--all", "--json").json()
    assert (ended["id"], ended["state"]) == (session, "ended")
    assert session in tempshell("list", "--all").stdout


def test_status_tells_of_one_session(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "mine", PACK)
    output = tempshell("status", "mine").stdout
    assert session in output
    assert "ready" in output
    tempshell("check", "tidy-permissions", code=6)
    status = tempshell("status", "--json", session[:5]).json()
    assert set(status) == {*SESSION_WORDS, "tasks"}
    assert status["tasks"] == {"tidy-permissions": {"verdict": "fail", "earned": 0, "points": 7, "incomplete": []}}
    assert "tidy-permissions fail" in tempshell("status").stdout


# exec and run


def test_exec_keeps_the_streams_apart_and_passes_the_exit_code_on(tempshell: Tempshell) -> None:
    session = tempshell.start()
    done = tempshell("exec", session, "--", "sh", "-c", "echo out; echo err >&2; exit 7", code=7)
    assert (done.stdout, done.stderr) == ("out\n", "err\n")


def test_a_megabyte_of_any_bytes_passes_through_exec(tempshell: Tempshell) -> None:
    session = tempshell.start()
    blob = os.urandom(1024**2)
    command = (*PROGRAM, "exec", session, "--", "cat")
    environment = tempshell.user.environment
    done = subprocess.run(command, input=blob, capture_output=True, env=environment, timeout=60, check=True)
    assert done.stdout == blob


def test_exec_needs_no_name_where_there_is_one_session(tempshell: Tempshell) -> None:
    tempshell.start()
    tempshell("exec", "--", "true")
    tempshell("exec", "--", "false", code=1)


def test_exec_passes_words_on_to_the_letter(tempshell: Tempshell) -> None:
    session = tempshell.start()
    words = ["--help", "two words", "", "--", "-x", "$HOME"]
    assert tempshell("exec", session, "--", "printf", r"%s\n", *words).stdout.splitlines() == words


def test_exec_without_a_command_says_where_to_put_it(tempshell: Tempshell) -> None:
    session = tempshell.start()
    for argv in (("exec", session), ("exec", session, "--"), ("exec", session, "ls"), ("exec", session, "ls", "-l")):
        assert "put the command after --" in tempshell(*argv, code=2).stderr


def test_exec_gives_a_terminal_where_asked(tempshell: Tempshell) -> None:
    session = tempshell.start()
    with tempshell.on_terminal("exec", "-t", session, "--", "tty") as child:
        child.expect(r"/dev/pts/\d+")
    assert "not a tty" in tempshell("exec", session, "--", "tty", code=1).stdout


def test_run_passes_the_commands_output_and_exit_code_on_and_leaves_nothing(tempshell: Tempshell) -> None:
    done = tempshell("run", "--quiet", "--", "sh", "-c", "cat; echo err >&2; exit 9", code=9, stdin=b"given\n")
    assert (done.stdout, done.stderr) == ("given\n", "err\n")
    assert tempshell("list", "--json").json() == []
    assert leftovers(tempshell.user, docker=False) == []


def test_run_gives_the_command_the_files_of_a_pack(tempshell: Tempshell) -> None:
    assert "docs" in tempshell("run", "--quiet", PACK, "--", "ls", "vault").stdout


def test_run_tells_of_a_signal_as_a_shell_does(tempshell: Tempshell) -> None:
    tempshell("run", "--quiet", "--", "sh", "-c", "kill -9 $$", code=137)


def test_run_without_a_command_starts_nothing(tempshell: Tempshell) -> None:
    assert "--" in tempshell("run", code=2).stderr
    assert tempshell("list", "--all", "--json").json() == []


@pytest.mark.engine("docker")
def test_run_in_a_container_leaves_nothing(tempshell: Tempshell) -> None:
    done = tempshell("run", "--quiet", "--backend", "docker", "--", "sh", "-c", "[ $(id -u) != 0 ] && exit 3", code=3)
    assert done.stdout == ""
    assert leftovers(tempshell.user, docker=True) == []


# extend and stop


def test_a_session_can_be_extended_once(tempshell: Tempshell) -> None:
    before = tempshell("start", "--json").json()
    after = tempshell("extend", "--json").json()
    gained = datetime.fromisoformat(after["deadline"]) - datetime.fromisoformat(before["deadline"])
    assert (gained.total_seconds(), after["extensions"]) == (30 * 60, 1)
    refused = tempshell("extend", code=8)
    assert "already extended" in refused.stderr
    assert tempshell("status", "--json").json()["deadline"] == after["deadline"]


def test_extend_tells_what_is_left(tempshell: Tempshell) -> None:
    tempshell.start("--name", "mine")
    assert re.fullmatch(r"mine: 1h(30m|29m\d+s) left\n", tempshell("extend").stdout)


def test_stop_prints_the_receipt_and_that_nothing_is_left(tempshell: Tempshell) -> None:
    tempshell.start("--name", "mine")
    first, *removed, last = tempshell("stop", "mine").stdout.splitlines()
    assert first == "mine: stopped"
    assert removed
    assert all(line.startswith("  removed ") for line in removed)
    assert last == "  left over: nothing"
    assert leftovers(tempshell.user, docker=False) == []


def test_the_receipt_as_json_names_the_session_and_what_was_removed(tempshell: Tempshell) -> None:
    session = tempshell.start()
    (receipt,) = tempshell("stop", "--json").json()
    assert (receipt["session"], receipt["leftover"]) == (session, [])
    assert receipt["removed"]


def test_stop_all_stops_all_and_is_content_with_none(tempshell: Tempshell) -> None:
    _allow_several(tempshell)
    ids = {tempshell.start(), tempshell.start()}
    assert {receipt["session"] for receipt in tempshell("stop", "--all", "--json").json()} == ids
    assert tempshell("stop", "--all", "--json").json() == []
    assert "left over: nothing" in tempshell("stop", "--all").stdout
    assert tempshell("stop", "--all", "--quiet").stdout == ""
    tempshell.start()
    assert tempshell("rm", "-q").stdout == ""
    assert tempshell("ls", "-q").stdout == ""


def test_one_session_and_all_of_them_cannot_be_stopped_at_once(tempshell: Tempshell) -> None:
    tempshell("stop", "--all", "mine", code=2)


def test_what_has_ended_is_stopped_no_second_time(tempshell: Tempshell) -> None:
    session = tempshell.start()
    tempshell("stop", session)
    tempshell("stop", session, code=3)


# tasks and check


def test_tasks_lists_the_packs_tasks_in_its_order(tempshell: Tempshell) -> None:
    tempshell.start(PACK)
    tasks = tempshell("tasks", "--json").json()
    assert [task["id"] for task in tasks] == [task.id for task in find_pack(PACK).tasks]
    first = {"id": "tidy-permissions", "title": "Tidy up the permissions", "points": 7}
    assert tasks[0] == {**first, "verdict": None, "incomplete": [], "setup_problems": [], "waiting": False}
    headings, *rows = tempshell("tasks").stdout.splitlines()
    assert headings.split() == ["TASK", "STATE", "POINTS", "TITLE"]
    assert len(rows) == len(tasks)


def test_tasks_prints_the_text_of_one(tempshell: Tempshell) -> None:
    tempshell.start(PACK)
    assert tempshell("tasks", "tidy-permissions").stdout.startswith("A colleague copied")


def test_a_session_without_a_pack_has_no_tasks(tempshell: Tempshell) -> None:
    tempshell.start()
    for command in ("tasks", "check"):
        assert "no pack" in tempshell(command, code=2).stderr


def test_a_check_fails_until_the_work_is_done(tempshell: Tempshell) -> None:
    session = tempshell.start(PACK)
    failed = tempshell("check", "tidy-permissions", code=6).stdout
    assert failed.startswith("FAIL  tidy-permissions  0/7 points")
    assert "Somebody other than you" in failed
    _solve(tempshell, session, "tidy-permissions")
    assert tempshell("check", "tidy-permissions").stdout.startswith("PASS  tidy-permissions  7/7 points")
    states = {task["id"]: task["verdict"] for task in tempshell("tasks", "--json").json()}
    assert states["tidy-permissions"] == "pass"
    assert states["line-counter"] is None


def test_all_tasks_pass_with_their_shipped_solutions(tempshell: Tempshell) -> None:
    session = tempshell.start(PACK)
    tempshell("check", "--json", code=6)
    for task in find_pack(PACK).tasks:
        _solve(tempshell, session, task.id)
    results = tempshell("check", "--json").json()
    assert {result["verdict"] for result in results} == {"pass"}
    assert {result["task"] for result in results} == {task.id for task in find_pack(PACK).tasks}


# log and reap


def test_log_tells_the_life_of_a_session_in_order(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "mine", PACK)
    tempshell("check", "tidy-permissions", code=6)
    tempshell("extend")
    tempshell("stop")
    events = tempshell("log", "mine", "--json").json()
    setups = ["to set up", *["set up"] * len(find_pack(PACK).tasks)]
    kinds = ["creating", *setups, "started", "checked", "found", "extended", "stopping", "ended"]
    assert [event["event"] for event in events] == kinds
    assert json.loads(events[kinds.index("found")]["detail"])["task"] == "tidy-permissions"
    assert {event["session"] for event in events} == {session}
    times = [datetime.fromisoformat(event["time"]) for event in events]
    assert times == sorted(times)
    headings, *rows = tempshell("log", session).stdout.splitlines()
    assert headings.split() == ["TIME", "SESSION", "EVENT", "DETAIL"]
    assert [re.split(" {2,}", row)[2] for row in rows] == [kind for kind in kinds if kind != "found"]  # a page of JSON


def test_the_log_file_has_one_json_object_a_line(tempshell: Tempshell) -> None:
    session = tempshell.start()
    tempshell("stop")
    lines = [json.loads(line) for line in tempshell.user.paths.log.read_text("utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["creating", "started", "stopping", "ended"]
    assert {line["session"] for line in lines} == {session}
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)


def test_reap_removes_what_has_died_and_leaves_what_lives(tempshell: Tempshell) -> None:
    _allow_several(tempshell)
    dead, alive = tempshell.start(), tempshell.start()
    assert tempshell("reap", "--json").json() == []
    (process,) = [
        found for found in leftovers(tempshell.user, docker=False) if f"local/{dead}" in found and "process" in found
    ][:1]
    os.kill(int(process.split()[1].rstrip(":")), 9)
    states = {dead: "lost", alive: "ready"}
    eventually(lambda: {one["id"]: one["state"] for one in tempshell("list", "--json").json()} == states, "it is lost")
    assert "left over: nothing" in tempshell("reap").stdout
    assert tempshell("list", "--quiet").stdout.split() == [alive]
    tempshell("exec", alive, "--", "true")


# doctor, config, completion, image


def test_doctor_names_every_backend_and_where_things_lie(tempshell: Tempshell) -> None:
    output = tempshell("doctor").stdout
    assert "local: ready" in output
    assert "docker: not usable" in output
    found = tempshell("doctor", "--json").json()
    assert found["backends"]["local"] == []
    assert {"problem", "hint"} == set(found["backends"]["docker"][0])
    assert found["state"] == str(tempshell.user.paths.state)
    assert found["config"] == str(tempshell.user.paths.config_file)


@pytest.mark.engine("docker")
def test_doctor_finds_nothing_missing_where_both_engines_answer(tempshell: Tempshell) -> None:
    found = tempshell("doctor", "--json").json()["backends"]
    assert (found["local"], found["docker"]) == ([], [])


def test_doctor_names_the_emulator_and_why_it_is_not_the_fast_one(tempshell: Tempshell, tmp_path: Path) -> None:
    assert "\nterminal emulator: ghostty\n" in tempshell.any_code("doctor").stdout
    (tmp_path / "pyghostty.py").write_text("raise ImportError('no wheel for this machine')\n", "utf-8")
    without = {"PYTHONPATH": str(tmp_path)}
    assert tempshell.any_code("doctor", "--json", env=without).json()["emulator"] == "bittty"
    said = tempshell.any_code("doctor", env=without).stdout
    assert "bittty, which is slow: ghostty cannot be loaded: no wheel for this machine" in said


def test_config_path_is_where_the_settings_are_read(tempshell: Tempshell) -> None:
    assert tempshell("config", "path").stdout.strip() == str(tempshell.user.paths.config_file)


def test_config_show_is_a_config_file_that_means_the_same(tempshell: Tempshell, tmp_path: Path) -> None:
    tempshell.user.configure(lease={"ttl": "7m"}, sandbox={"cpus": 2, "memory": "1g"})
    in_force = load_settings(tempshell.user.paths.config_file)
    shown = tempshell("config", "show").stdout
    copy = tmp_path / "copy.toml"
    copy.write_text(shown, "utf-8")
    assert load_settings(copy) == in_force
    assert tomllib.loads(shown)["lease"]["ttl"] == "7m"
    assert tempshell("config", "show", "--json").json() == json.loads(json.dumps(settings_json(in_force)))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(tempshell: Tempshell, shell: str) -> None:
    assert "_TEMPSHELL_COMPLETE" in tempshell("completion", shell).stdout


def test_completion_offers_commands_and_live_sessions(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "mine")
    asked = {"_TEMPSHELL_COMPLETE": "complete_bash", "COMP_WORDS": "tempshell stop ", "COMP_CWORD": "2"}
    assert set(tempshell.any_code(env=asked).stdout.split()) >= {"mine", session}
    asked = {"_TEMPSHELL_COMPLETE": "complete_bash", "COMP_WORDS": "tempshell st", "COMP_CWORD": "1"}
    assert set(tempshell.any_code(env=asked).stdout.split()) == {"start", "stats", "status", "stop"}


@pytest.mark.engine("docker")
def test_image_ls_tells_which_shipped_images_the_engine_has(tempshell: Tempshell) -> None:
    headings, *rows = tempshell("image", "ls").stdout.splitlines()
    assert headings.split() == ["NAME", "REFERENCE", "PRESENT"]
    for row, image in zip(rows, tempshell("image", "ls", "--json").json(), strict=True):
        name, reference, present = row.split()
        assert image == {"name": name, "reference": reference, "present": present == "yes"}
    assert [row.split()[0] for row in rows] == ["tempshell/research", "tempshell/shell"]


# attach and the practice screen


def test_attach_without_a_terminal_says_what_needs_none(tempshell: Tempshell) -> None:
    tempshell.start("--name", "mine")
    refused = tempshell("attach", code=2)
    assert "needs a terminal" in refused.stderr
    assert "tempshell exec mine --" in refused.stderr


def _typed(child: pexpect.spawn[str]) -> None:
    """Type a command whose output is not in what was typed, and see that output."""
    child.expect(r"[$#] ")
    child.sendline("echo one$((1 + 1))three")
    child.expect_exact("one2three")


def test_the_bare_terminal_runs_what_is_typed_and_ends_with_its_shell(tempshell: Tempshell) -> None:
    session = tempshell.start()
    with tempshell.on_terminal("attach", "--plain", session) as child:
        _typed(child)
        child.sendline("exit")
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0
    assert tempshell("status", "--json").json()["state"] == "ready"


def test_whoever_comes_back_finds_the_same_screen(tempshell: Tempshell) -> None:
    session = tempshell.start()
    if tempshell.any_code("exec", session, "--", "sh", "-c", "command -v tmux").code:
        pytest.skip("there is no tmux inside the local sandbox: the host has none")
    with tempshell.on_terminal("attach", "--plain", session) as child:
        _typed(child)
    with tempshell.on_terminal("attach", "--plain", session) as child:
        child.expect_exact("one2three")


def _seen(tempshell: Tempshell, *argv: str, see: Callable[[Outer], None]) -> str:
    """Run a command on a terminal, have it looked at, and return what is on the terminal at its end."""
    with outer(Command((*PROGRAM, *argv), tempshell.user.environment)) as terminal:
        see(terminal)
        assert terminal.exit_code() == 0
        return terminal.text()


def test_start_on_a_terminal_opens_the_practice_screen_and_detaching_leaves_the_session(tempshell: Tempshell) -> None:
    def see(terminal: Outer) -> None:
        terminal.until_sees("Tidy up the permissions")
        terminal.until_sees("59:")
        terminal.until_sees("left")
        terminal.until_sees("$ ")
        terminal.send(b"echo one$((1 + 1))three\r")
        terminal.until_sees("one2three")
        terminal.send(b"\x1dd")

    output = _seen(tempshell, "start", PACK, "--name", "mine", see=see)
    assert "tempshell attach mine" in output
    assert "tempshell stop" in output
    assert tempshell("status", "--json").json()["state"] == "ready"


def test_leaving_while_a_check_runs_is_immediate_and_keeps_no_score(tempshell: Tempshell, tmp_path: Path) -> None:
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "file: {path: answer.txt}", "timeout: 60s\n  exec: {argv: [sleep, '50']}")

    def see(terminal: Outer) -> None:
        terminal.until_sees("$ ")
        terminal.send(b"\x1dc")
        terminal.until_sees("checking")
        terminal.send(b"\x1dd")
        terminal.until_sees("goes on")

    output = _seen(tempshell, "start", str(draft.root), see=see)
    assert "Traceback" not in output
    assert tempshell("status", "--json").json()["tasks"] == {}


def test_attach_opens_the_practice_screen_again(tempshell: Tempshell) -> None:
    tempshell.start(PACK)

    def see(terminal: Outer) -> None:
        terminal.until_sees("Tidy up the permissions")
        terminal.until_sees("59:")
        terminal.send(b"\x1dd")

    _seen(tempshell, "attach", see=see)


def test_a_terminal_of_twenty_columns_is_enough_to_work_in(tempshell: Tempshell) -> None:
    tempshell.start(PACK, "--name", "mine")
    with tempshell.on_terminal("attach", columns=20) as child:
        child.expect(r"[$#][^p]")  # the prompt, and not "CSI ? 2026 $ p"
        child.sendline("touch narrow")
        made = ("exec", "mine", "--", "test", "-e", "narrow")
        eventually(lambda: tempshell.any_code(*made).code == 0, "what is typed on a narrow screen is run")
        child.send("\x1dd")
        child.expect_exact("goes on")
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0


def test_a_dumb_terminal_gets_the_bare_shell(tempshell: Tempshell) -> None:
    with tempshell.on_terminal("start", PACK, env={"TERM": "dumb"}) as child:
        _typed(child)
        child.sendline("exit")
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0
