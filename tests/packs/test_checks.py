"""Each kind of check, on a real sandbox: what passes, what fails, and what cannot be looked at."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tempshell_cli.packs.checks.file import MAX_READ
from tempshell_cli.packs.checks.places import NEEDS_KUBERNETES
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.look import look
from tempshell_cli.packs.grading.results import Outcome, Verdict

from .conftest import DOCKER, LOCAL
from .drafts import probe

PASS, FAIL, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.ERROR
# What the learner has closed to themselves: where root starts a local sandbox the grader reads that too.
READ = (PASS, "") if os.geteuid() == 0 else (FAIL, "Permission denied")
# What the checks below look at.
SCENE = r"""
umask 022
echo 'Hello, world' >hello.txt
printf '{"name": "web", "ports": [80, 443], "on": true, "more": 1}' >web.json
printf 'name: web\nports: [80, 443]\non: true\nmode: 0644\n' >web.yaml
printf 'a: &x 1\nb: *x\n' >alias.yaml
chmod 0640 hello.txt
: >empty
mkdir -m 1777 folder
ln -s hello.txt link
ln -s nowhere dangling
ln -s loop loop
mkfifo pipe
head -c 70000 /dev/zero | tr '\0' x >large.txt
printf 'secret' >unreadable; chmod 000 unreadable
mkdir closed; touch closed/inside; chmod 000 closed
echo 'exit 127' >exits-127
printf '\033]0;title\007\377\n' >rude.txt
"""


@pytest.fixture
def scene(sandbox_shell: SandboxShell) -> SandboxShell:
    done = sandbox_shell.run(("bash", "-c", SCENE), timeout=20)
    assert done.exit_code == 0, done.stderr
    return sandbox_shell


def looked(shell: SandboxShell, **words: Any) -> Outcome:  # noqa: ANN401 - the words of the format
    return look(probe(**words), shell)


def test_files(scene: SandboxShell) -> None:
    """One table, one sandbox: a file check never changes what it looks at."""
    table: list[tuple[dict[str, Any], Verdict, str]] = [
        ({"path": "hello.txt"}, PASS, ""),
        ({"path": "~/hello.txt"}, PASS, ""),
        ({"path": "/home/learner/hello.txt"}, PASS, ""),
        ({"path": "hello.txt", "mode": "0640"}, PASS, ""),
        ({"path": "hello.txt", "mode": "0644"}, FAIL, "mode 0640"),
        ({"path": "hello.txt", "exists": False}, FAIL, "it is there"),
        ({"path": "hello.txt", "kind": "directory"}, FAIL, "a file"),
        ({"path": "hello.txt", "owner": "root"}, FAIL, "owner "),
        ({"path": "hello.txt", "text": {"equals": "Hello, world"}}, PASS, ""),
        ({"path": "hello.txt", "text": {"equals": "Hello"}}, FAIL, "Hello, world"),
        ({"path": "hello.txt", "text": {"contains": "world", "regex": "^Hello"}}, PASS, ""),
        ({"path": "hello.txt", "json": {}}, FAIL, "Hello, world"),
        ({"path": "empty"}, PASS, ""),
        ({"path": "empty", "text": {"equals": ""}}, PASS, ""),
        ({"path": "empty", "text": {"contains": "x"}}, FAIL, "nothing"),
        ({"path": "absent"}, FAIL, "it is not there"),
        ({"path": "absent", "text": {"equals": ""}}, FAIL, "it is not there"),
        ({"path": "absent", "exists": False}, PASS, ""),
        ({"path": "absent/below", "exists": False}, PASS, ""),
        ({"path": "hello.txt/below"}, FAIL, "it is not there"),
        ({"path": "folder", "kind": "directory", "mode": "1777"}, PASS, ""),
        ({"path": "folder"}, FAIL, "a directory"),
        ({"path": "folder", "text": {"equals": ""}}, FAIL, "a directory"),
        ({"path": "link", "text": {"contains": "Hello"}}, PASS, ""),
        ({"path": "link", "kind": "symlink"}, PASS, ""),
        ({"path": "dangling"}, FAIL, "it is not there"),
        ({"path": "dangling", "kind": "symlink"}, PASS, ""),
        ({"path": "loop"}, FAIL, "Too many levels"),
        ({"path": "pipe", "text": {"equals": ""}}, FAIL, "a fifo"),
        ({"path": "/dev/zero", "text": {"equals": ""}}, FAIL, "a character special file"),
        ({"path": "large.txt", "text": {"contains": "x"}}, FAIL, "a larger file"),
        ({"path": "large.txt"}, PASS, ""),
        ({"path": "unreadable", "mode": "0000"}, PASS, ""),
        ({"path": "unreadable", "text": {"contains": "s"}}, *READ),
        ({"path": "closed/inside"}, *READ),
        ({"path": "closed/inside", "exists": False}, FAIL, "it is there" if READ[0] is PASS else "Permission denied"),
        ({"path": "-n; touch /tmp/x"}, FAIL, "it is not there"),
        ({"path": "rude.txt", "text": {"equals": "polite"}}, FAIL, "\ufffd"),
        ({"path": "web.json", "json": {"name": "web", "ports": [80, 443]}}, PASS, ""),
        ({"path": "web.json", "json": {"ports": [443, 80]}}, FAIL, "ports[0]: 80"),
        ({"path": "web.json", "json": {"ports": [80]}}, FAIL, "ports: [80, 443]"),
        ({"path": "web.json", "json": {"on": 1}}, FAIL, "on: true"),
        ({"path": "web.json", "json": {"size": 1}}, FAIL, "no such key"),
        ({"path": "web.yaml", "yaml": {"name": "web", "on": True, "mode": "0644"}}, PASS, ""),
        ({"path": "web.yaml", "yaml": {"ports": [80, 8443]}}, FAIL, "ports[1]: 443"),
        ({"path": "alias.yaml", "yaml": {"a": 1, "b": 1}}, PASS, ""),
    ]
    for words, verdict, found in table:
        outcome = looked(scene, file=words)
        assert (outcome.verdict, found in outcome.found) == (verdict, True), (words, outcome)
        assert "\x1b" not in outcome.found


def test_a_file_that_is_just_not_too_large_is_read_whole(sandbox_shell: SandboxShell) -> None:
    sandbox_shell.run(("bash", "-c", f"head -c {MAX_READ - 3} /dev/zero | tr '\\0' x >f; printf end >>f"), timeout=10)
    assert looked(sandbox_shell, file={"path": "f", "text": {"regex": "xend$"}}).verdict is PASS


def test_programs(scene: SandboxShell) -> None:
    table: list[tuple[dict[str, Any], Verdict, str]] = [
        ({"argv": ["true"]}, PASS, ""),
        ({"argv": ["false"]}, FAIL, "exit code 1"),
        ({"argv": ["false"], "expect": {"exit": 1}}, PASS, ""),
        ({"argv": ["false"], "expect": {"exit": [0, 1]}}, PASS, ""),
        ({"argv": ["false"], "expect": {"exit": "nonzero"}}, PASS, ""),
        ({"argv": ["true"], "expect": {"exit": "nonzero"}}, FAIL, "exit code 0"),
        ({"argv": ["pwd"], "expect": {"stdout": {"equals": "/home/learner"}}}, PASS, ""),
        ({"argv": ["cat"], "stdin": "in\n", "expect": {"stdout": {"equals": "in\n\n"}}}, PASS, ""),
        ({"argv": ["cat", "web.json"], "expect": {"stdout": {"json": {"name": "web"}}}}, PASS, ""),
        ({"argv": ["cat", "web.json"], "expect": {"stdout": {"json": None}}}, FAIL, "on stdout: "),
        ({"argv": ["cat", "absent"], "expect": {"exit": 1, "stderr": {"contains": "absent"}}}, PASS, ""),
        ({"argv": ["cat", "absent"], "expect": {"exit": 1, "stderr": {"equals": ""}}}, FAIL, "on stderr: cat:"),
        ({"argv": ["cat", "absent"]}, FAIL, "exit code 1; it said: cat: absent"),
        ({"argv": ["echo", "$HOME `id` *"], "expect": {"stdout": {"equals": "$HOME `id` *"}}}, PASS, ""),
        # A file that is made of what the program writes, and not by hand.
        ({"argv": ["cat", "hello.txt"], "expect": {"source_of": "hello.txt"}}, PASS, ""),
        ({"argv": ["cat", "hello.txt", "web.yaml"], "expect": {"source_of": "~/hello.txt"}}, PASS, ""),
        ({"argv": ["cat", "hello.txt"], "expect": {"source_of": "web.yaml"}}, FAIL, "name: web"),
        ({"argv": ["echo", "Hello"], "expect": {"source_of": "hello.txt"}}, FAIL, "Hello, world"),
        ({"argv": ["true"], "expect": {"source_of": "empty"}}, FAIL, "nothing"),
        ({"argv": ["true"], "expect": {"source_of": "absent"}}, FAIL, "it is not there"),
        ({"argv": ["echo", "x"], "expect": {"source_of": "large.txt"}}, FAIL, "a larger file"),
        # The learner's own program that does not run is a wrong answer.
        ({"argv": ["./absent"]}, FAIL, "no such file, or not executable"),
        ({"argv": ["/home/learner/absent"]}, FAIL, "no such file, or not executable"),
        ({"argv": ["./hello.txt"]}, FAIL, "no such file, or not executable"),
        ({"argv": ["bash", "absent.sh"]}, FAIL, "exit code 127"),
        ({"argv": ["bash", "exits-127"]}, FAIL, "exit code 127"),
        ({"argv": ["bash", "exits-127"], "expect": {"exit": 127}}, PASS, ""),
        ({"argv": ["bash", "exits-127"], "expect": {"exit": "nonzero"}}, PASS, ""),
    ]
    for words, verdict, found in table:
        outcome = looked(scene, exec=words)
        assert (outcome.verdict, found in outcome.found) == (verdict, True), (words, outcome)


@pytest.mark.parametrize("expect", [{"exit": 0}, {"exit": "nonzero"}])
def test_a_program_the_sandbox_lacks_is_an_error_even_where_failing_is_asked_for(
    sandbox_shell: SandboxShell, expect: dict[str, Any]
) -> None:
    """Else a missing nc would prove that a port is closed."""
    outcome = looked(sandbox_shell, exec={"argv": ["no-such-program"], "expect": expect})
    assert (outcome.verdict, outcome.cause) == (ERROR, "the sandbox has no no-such-program")


def test_a_check_may_ask_for_127_itself(sandbox_shell: SandboxShell) -> None:
    outcome = looked(sandbox_shell, exec={"argv": ["no-such-program"], "expect": {"exit": [127]}})
    assert outcome.verdict is PASS


def test_a_program_that_does_not_end_is_a_wrong_answer(sandbox_shell: SandboxShell) -> None:
    outcome = looked(sandbox_shell, exec={"argv": ["bash", "-c", "echo waiting; sleep 60"]}, timeout="1s")
    assert (outcome.verdict, outcome.expected) == (FAIL, "an end within 1 s")
    assert outcome.found == "still running; it said: waiting"


def test_the_learners_environment_has_no_say(sandbox_shell: SandboxShell) -> None:
    """A false ``id`` first in the learner's PATH, and a start file for bash, change nothing."""
    trap = "mkdir bin; printf '#!/bin/sh\\necho no\\n' >bin/id; chmod +x bin/id; echo 'PATH=$HOME/bin; exit 0' >.bashrc"
    sandbox_shell.run(("bash", "-c", f"{trap}; cp .bashrc .bash_profile; cp .bashrc .profile"), timeout=10)
    check = {"argv": ["bash", "-c", "id -u"], "expect": {"stdout": {"regex": "^[0-9]+$"}}}
    assert looked(sandbox_shell, exec=check).verdict is PASS


@pytest.mark.parametrize(
    "words",
    [
        {"object": {"ref": "deployment/web/api"}},
        {"exec": {"argv": ["true"], "in": "deploy/api", "ns": "web"}},
        {"http": {"url": "http://api/", "in": "deploy/api"}},
    ],
)
def test_what_needs_a_cluster_is_an_error_that_says_so(sandbox_shell: SandboxShell, words: dict[str, Any]) -> None:
    outcome = looked(sandbox_shell, **words)
    assert (outcome.verdict, outcome.cause) == (ERROR, NEEDS_KUBERNETES)


# Perl's base is on every Debian. Says yes to / and no to everything else.
SERVER = r"""
my $door = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:8080") or die;
while (my $guest = $door->accept) {
  my $status = <$guest> =~ m{^GET / } ? "200 OK" : "404 Not Found";
  while (<$guest>) { last if /^\r?$/ }
  print $guest "HTTP/1.0 $status\r\n\r\n{\"ready\": true}\nbye";
  close $guest;
}
"""


def test_a_web_address_is_asked_from_inside(sandbox_shell: SandboxShell) -> None:
    tools = sandbox_shell.run(("bash", "-c", "command -v perl curl"), timeout=10)
    if len(tools.stdout.split()) != 2:
        pytest.skip("no perl or no curl in this sandbox")
    # A proxy in the learner's ~/.curlrc has no say.
    start = 'echo "proxy = 127.0.0.1:9" >.curlrc; setsid perl -MIO::Socket::INET -e "$1" >server.log 2>&1 &'
    sandbox_shell.run(("bash", "-c", start, "bash", SERVER), timeout=10)
    url = "http://127.0.0.1:8080/"
    up = Grader(sandbox_shell).watch(probe(http={"url": url}, retry={"for": "10s"}))
    assert up.verdict is PASS, up
    table: list[tuple[dict[str, Any], Verdict, str]] = [
        ({"url": url, "body": {"contains": "ready", "regex": "bye$"}}, PASS, ""),
        ({"url": url, "body": {"equals": "bye"}}, FAIL, "ready"),
        ({"url": url, "status": 404}, FAIL, "status 200"),
        ({"url": f"{url}absent", "status": 404}, PASS, ""),
        ({"url": f"{url}[1-3]", "status": 404}, PASS, ""),
    ]
    for words, verdict, found in table:
        outcome = looked(sandbox_shell, http=words)
        assert (outcome.verdict, found in outcome.found) == (verdict, True), (words, outcome)


def test_a_web_address_nobody_answers_at_is_a_wrong_answer(sandbox_shell: SandboxShell) -> None:
    outcome = looked(sandbox_shell, http={"url": "http://127.0.0.1:9/"})
    assert outcome.verdict is FAIL
    assert outcome.expected == "an answer from http://127.0.0.1:9/"


ON_EACH_ENGINE = pytest.mark.parametrize("new_sandbox", [LOCAL, DOCKER], indirect=True)


# Takes each place for a process that becomes free; a shell would wait before it tries again.
FLOOD = "while (1) { my $child = fork; if (defined $child and !$child) { sleep 300; exit } }"


@ON_EACH_ENGINE
def test_in_a_sandbox_full_of_processes_nothing_passes_and_nothing_is_an_error(sandbox_shell: SandboxShell) -> None:
    sandbox_shell.run(("bash", "-c", f"touch there; setsid perl -e '{FLOOD}' >/dev/null 2>&1 & sleep 2"), timeout=20)
    by_learner = looked(sandbox_shell, exec={"as": "learner", "argv": ["ls"]})
    assert by_learner.verdict is FAIL
    assert "counts as failed: the sandbox has no room for another process" in by_learner.cause
    for words in (
        {"exec": {"argv": ["false"]}},
        {"file": {"path": "absent"}},
        {"file": {"path": "there", "kind": "symlink"}},
    ):
        assert looked(sandbox_shell, **words).verdict is FAIL


LEASE = """
import fcntl, os, signal, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
fcntl.fcntl(os.open("work/list", os.O_RDWR), fcntl.F_SETLEASE, fcntl.F_WRLCK)
open("locked", "w").close()
time.sleep(300)
"""


@ON_EACH_ENGINE
def test_a_file_locked_by_a_lease_hides_nothing_and_is_named(sandbox_shell: SandboxShell) -> None:
    hold = "mkdir work; echo forbidden >work/list; cat >hold.py; setsid python3 hold.py >/dev/null 2>&1 &"
    wait = "until [ -e locked ]; do sleep 0.1; done"
    sandbox_shell.run(("bash", "-c", f"{hold} {wait}"), stdin=LEASE.encode(), timeout=20)
    for script in ("! grep -rq forbidden work", "grep -rq forbidden work; true"):
        outcome = looked(sandbox_shell, exec={"argv": ["bash", "-c", script]})
        assert outcome.verdict is FAIL
        assert "a lease in the sandbox locks a file: grep: work/list: Resource temporarily" in outcome.cause


@ON_EACH_ENGINE
def test_no_settings_of_the_learners_change_what_a_check_finds(sandbox_shell: SandboxShell) -> None:
    sandbox_shell.run(("bash", "-c", "echo 'def _equal(a; b): true;' >.jq; echo '{}' >answer.json"), timeout=10)
    query = 'jq -e ".answer == 42" answer.json'
    assert looked(sandbox_shell, exec={"as": "learner", "argv": ["sh", "-c", query]}).verdict is PASS
    for words in (
        {"argv": ["jq", "-e", ".answer == 42", "answer.json"]},
        {"argv": ["sh", "-c", query]},
        {"argv": ["bash", "-eu"], "stdin": f"#!/bin/bash\n[ $HOME != /nowhere ] && {query} | cat >/dev/null\n{query}"},
    ):
        assert looked(sandbox_shell, exec=words).verdict is FAIL


@pytest.mark.parametrize("new_sandbox", [DOCKER], indirect=True)
def test_a_learner_cannot_fill_the_place_of_the_graders_temporary_files(sandbox_shell: SandboxShell) -> None:
    fill = "for place in /tmp /var/tmp /run /dev/shm; do cat /dev/zero >$place/full; done 2>/dev/null; :"
    sandbox_shell.run(("bash", "-c", fill), timeout=60)
    kept = {"argv": ["bash", "-e"], "stdin": 'head -c 1000000 /dev/zero >"$TMPDIR/kept"; stat -c %s "$TMPDIR/kept"'}
    assert looked(sandbox_shell, exec={**kept, "expect": {"stdout": {"equals": "1000000"}}}).verdict is PASS


CLOSED = "umask 077; mkdir -p closed; echo 42 >closed/secret; chmod 000 closed/secret"


@pytest.mark.parametrize("new_sandbox", [DOCKER], indirect=True)
def test_the_grader_reads_every_file(sandbox_shell: SandboxShell) -> None:
    sandbox_shell.run(("bash", "-c", CLOSED), timeout=10)
    assert (
        looked(sandbox_shell, file={"path": "closed/secret", "mode": "0000", "text": {"equals": "42"}}).verdict is PASS
    )
    assert looked(sandbox_shell, exec={"argv": ["grep", "42", "closed/secret"]}).verdict is PASS
    assert looked(sandbox_shell, exec={"as": "learner", "argv": ["grep", "42", "closed/secret"]}).verdict is FAIL


SCRIPT_AHEAD = "head -n 1 answer.txt >/dev/null\nfalse"


@ON_EACH_ENGINE
@pytest.mark.parametrize(
    ("link", "exec_"),
    [
        ("ln -s /proc/self/cmdline answer.txt", {"argv": ["grep", "-q", "42", "answer.txt"]}),
        (
            "ln -s /proc self; ln -s self/self a; ln -s a/cmdline answer.txt",
            {"argv": ["grep", "-q", "42", "answer.txt"]},
        ),
        ("ln -s /dev/stdin answer.txt", {"argv": ["bash", "-c", "echo 42 | cmp - answer.txt"]}),
        ("ln -s /dev/fd/63 answer.txt", {"argv": ["bash", "-c", "cmp <(echo 42) answer.txt"]}),
        ("ln -s /proc/self/fd/0 answer.txt", {"argv": ["sort", "-c", "answer.txt"], "stdin": "42"}),
        ("ln -s /proc/thread-self answer", {"argv": ["grep", "-q", "42", "answer/cmdline"]}),
    ],
)
def test_a_link_to_what_is_the_checks_own_fails_every_check(
    link: str, exec_: dict[str, Any], sandbox_shell: SandboxShell
) -> None:
    sandbox_shell.run(("bash", "-c", link), timeout=10)
    for words in ({"exec": exec_}, {"file": {"path": "absent", "exists": False}}):
        outcome = looked(sandbox_shell, **words)
        assert outcome.verdict is FAIL
        assert "a link leads to /proc/" in outcome.cause


def test_a_link_to_anything_else_is_followed(sandbox_shell: SandboxShell) -> None:
    sandbox_shell.run(("bash", "-c", "echo 42 >answer; ln -s answer answer.txt; ln -s /proc/mounts mounts"), timeout=10)
    assert looked(sandbox_shell, file={"path": "answer.txt", "text": {"equals": "42"}}).verdict is PASS
    assert looked(sandbox_shell, exec={"argv": ["grep", "-q", " /proc ", "mounts"]}).verdict is PASS


@pytest.mark.parametrize(
    ("argv", "stdin"),
    [
        (["bash"], "set -e\n{}"),
        (["bash", "-e"], "{}"),
        (["bash", "-euo", "pipefail"], "{}"),
        (["sh", "-e", "-s", "one"], "{}"),
        (["bash", "-ec", "{}"], ""),
        (["bash", "-o", "errexit", "-c", "{}", "name", "one"], ""),
    ],
)
def test_the_rest_of_a_script_cannot_be_read_away(argv: list[str], stdin: str, sandbox_shell: SandboxShell) -> None:
    """Neither by what it runs nor in its command line."""
    script = "cat\ngrep -q '[s]ecret word' /proc/$$/cmdline && exit 0\n: secret word\nexit 3"
    argv, stdin = [word.format(script) for word in argv], stdin.format(script)
    for role in ("learner", "grader"):
        exec_ = {"as": role, "argv": argv, "stdin": stdin, "expect": {"exit": 3, "stdout": {"equals": ""}}}
        assert looked(sandbox_shell, exec=exec_).verdict is PASS


def test_a_script_has_its_words_and_its_input(sandbox_shell: SandboxShell) -> None:
    said = "expect", {"stdout": {"equals": "name one two"}}
    for argv, stdin in (
        (["bash", "-c", "echo $0 $1 $2", "name", "one", "two"], ""),
        (["bash", "-c", "echo $0 $(cat)", "name"], "one two"),
        (["bash", "-s", "one", "two"], "echo name $1 $2"),
    ):
        assert looked(sandbox_shell, exec=dict([("argv", argv), ("stdin", stdin), said])).verdict is PASS
