"""The answers that a proof makes itself: what they are, that each is undone, and what they find in weak checks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast
from xml.etree import ElementTree as ET

import pytest

from tempshell_cli.packs.authoring.mutation.archives import wrong_archives
from tempshell_cli.packs.authoring.mutation.files import file_mutations
from tempshell_cli.packs.authoring.mutation.mutation import Mutation, Wording
from tempshell_cli.packs.authoring.mutation.programs import Run, wrong_programs
from tempshell_cli.packs.authoring.mutation.snapshots import FileKind, FileSnapshot
from tempshell_cli.packs.authoring.mutation.trial import MadeAnswer, Trials
from tempshell_cli.packs.authoring.mutation.values import wrong_data
from tempshell_cli.packs.authoring.prove import State, TaskProof, prove_task
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.grading.grader import Grader
from tests.support.command_line import Tempshell

from .drafts import Draft, NewSandbox

TASK = "tasks/one.md"
HOME = "/home/learner"


def text_file(content: str, mode: int = 0o644) -> FileSnapshot:
    return FileSnapshot(FileKind.FILE, mode, 1000, content.encode())


def made_of(
    before: dict[str, FileSnapshot],
    after: dict[str, FileSnapshot],
    text: str,
    runs: Sequence[Run] = (),
    gates: str = "",
) -> list[Mutation]:
    def below(files: dict[str, FileSnapshot]) -> dict[str, FileSnapshot]:
        return {HOME: FileSnapshot(FileKind.DIRECTORY, 0o755, 1000), **{f"{HOME}/{p}": f for p, f in files.items()}}

    return list(file_mutations(below(before), below(after), HOME, Wording(text, gates), {f"{HOME}/run.sh": runs}))


def names(made: Sequence[Mutation], *, is_right: bool = False) -> list[str]:
    return [one.name for one in made if one.is_right is is_right]


def test_a_new_file_of_one_number() -> None:
    made = made_of({}, {"answer.txt": text_file("42\n")}, "Write the answer to `answer.txt`.")
    assert names(made) == [
        "`answer.txt` is missing",
        "`answer.txt` is called `answer2.txt`",
        "`answer.txt` is empty",
        "`answer.txt`, line 1, is there twice",
        "`answer.txt`, line 1, has something before it",
        "`answer.txt`, line 1, has something behind it",
        "`answer.txt`, line 1: `42` is `43`",
        "`answer.txt` has a line too many",
    ]
    assert names(made, is_right=True) == ["`answer.txt` has no newline at its end"]


def test_a_changed_file_is_as_it_was_in_whole_and_in_each_place() -> None:
    before = {"shop.ini": text_file("port = 80\nhost = a\nlevel = info\n", 0o640)}
    after = {"shop.ini": text_file("port = 90\nhost = a\nlevel = debug\n", 0o640)}
    made = names(made_of(before, after, "In `~/shop.ini`, the permissions stay."))
    assert made == [
        "`shop.ini` is as it was",
        "`shop.ini` is empty",
        "`shop.ini` has the mode 0644",
        "`shop.ini`, line 1, is as it was",
        "`shop.ini`, line 3, is as it was",
        "`shop.ini`, line 1, is missing",
        "`shop.ini`, line 1, has something before it",
        "`shop.ini`, line 1, has something behind it",
        "`shop.ini`, line 1: `90` is `91`",
        "`shop.ini`, line 3, is missing",
        "`shop.ini`, line 3, has something before it",
        "`shop.ini`, line 3: `debug` is `debugx`",
    ]


def test_what_the_text_does_not_name_is_left_alone() -> None:
    assert made_of({}, {"scratch.txt": text_file("42\n")}, "Write the answer to `answer.txt`.") == []
    inside = {"out": FileSnapshot(FileKind.DIRECTORY, 0o755, 1000), "out/part": text_file("1\n")}
    assert names(made_of({}, inside, "Make the folder `out`.")) == ["`out` is missing", "`out` is called `out2`"]


def test_a_removed_file_is_still_there() -> None:
    assert names(made_of({"old.txt": text_file("1\n")}, {}, "Remove old.txt.")) == ["`old.txt` is still there"]


def test_what_a_gate_names_is_broken_although_the_solution_leaves_it_alone() -> None:
    log, link = text_file("a\nb\nc\n"), FileSnapshot(FileKind.LINK, 0o777, 0, b"log")
    kept = {"in/log": log, "in/latest": link, "other": log}
    assert names(made_of(kept, kept, "`in/log`, `other`", gates="sha256sum in/log\nreadlink in/latest")) == [
        "`in/latest` is missing",
        "`in/log` is missing",
        "`in/log` is empty",
        "`in/log`, line 1, which was there, is missing",
        "`in/log`, line 3, which was there, is missing",
        "`in/log` has a line more than it should",
    ]
    changed = {"in/log": text_file("a\nb\nnew\n")}
    made = names(made_of({"in/log": log}, changed, "", gates="grep a in/log"))
    assert [name for name in made if "which was there" in name] == [
        "`in/log`, line 1, which was there, is missing",
        "`in/log`, line 2, which was there, is missing",
    ]
    assert "`in/log` is missing" not in made


PROGRAM = b"""\
#!/bin/bash
[ $# -gt 0 ] || { echo usage >&2; exit 2; }
read -r line
for arg in "$@"; do printf '%s %s\\n' "${GREETING:-hi}" "$arg $line"; done
"""
CALLS = [
    Run("usage", b"", 2, (), "", b"usage\n"),
    Run("greets", b"hi a b 1\nhi c 1\n", 0, ("a b", "c"), "1\n", b"", {"GREETING": "hi"}),
]
WRONG = {
    "does nothing": (0, "", ""),
    "prints what `greets` expects, whatever it is given": (0, "hi a b 1\nhi c 1\n", ""),
    "does not see its arguments": (2, "", "usage\n"),
    "sees just its first argument": (0, "hey x y 1\n", ""),
    "splits its arguments at blanks": (0, "hey x 1\nhey y 1\nhey z 1\n", ""),
    "reads nothing": (0, "hey x y \nhey z \n", ""),
    "does not see `GREETING`": (0, "hi x y 1\nhi z 1\n", ""),
    "does not see its caller's `PATH`": (0, "hey x y 1\nhey z 1\n", ""),
    "writes nothing to stdout": (0, "", ""),
    "writes a line too many": (0, "hey x y 1\nhey z 1\nmore\n", ""),
    "has something before each line": (0, "xhey x y 1\nxhey z 1\n", ""),
    "has something behind each line": (0, "hey x y 1x\nhey z 1x\n", ""),
    "writes just its first line": (0, "hey x y 1\n", ""),
    "has another number in each line": (0, "hey x y 11\nhey z 11\n", ""),
    "exits with 1 instead of 0": (1, "hey x y 1\nhey z 1\n", ""),
}
WRONG_USAGE = {
    "writes nothing to stderr": (2, "", ""),
    "writes to stdout what belongs to stderr": (2, "usage\n", ""),
    "writes another text to stderr": (2, "", "so it is\n"),
    "always exits with 0": (0, "", "usage\n"),
    "exits with 3 instead of 2": (3, "", "usage\n"),
}


def test_a_program_is_a_little_wrong(tmp_path: Path) -> None:
    """Each is run, where it is wrong: with arguments and input, or with none; its output is there when it ends."""
    wording = Wording("On stderr it writes its usage, and exits with 2. `PATH`")
    made = dict(wrong_programs("run.sh", PROGRAM, CALLS, wording))
    assert made.keys() == {*WRONG, *WRONG_USAGE}
    script = tmp_path / "run.sh"
    for what, content in made.items():
        script.write_bytes(content)
        argv = ["bash", str(script), *(("x y", "z") if what in WRONG else ())]
        environ = {"PATH": os.environ["PATH"], "GREETING": "hey"}
        out, err = tmp_path / "out", tmp_path / "err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            done = subprocess.run(
                argv, input=b"1\n", env=environ, stdout=stdout, stderr=stderr, check=False, timeout=20
            )
        expected = (WRONG | WRONG_USAGE)[what]
        assert (what, (done.returncode, out.read_text(), err.read_text())) == (what, expected)


def test_a_program_is_wrong_just_where_that_makes_a_difference() -> None:
    """Nobody has passed arguments or input, expects an error, or is concerned with a PATH."""
    made = [what for what, _ in wrong_programs("run.sh", PROGRAM, [Run("runs", b"hi\n", 0)], Wording(""))]
    assert made == [
        "does nothing",
        "writes nothing to stdout",
        "writes a line too many",
        "has something before each line",
        "has something behind each line",
    ]
    for other in (b"#!/usr/bin/env python3\n", b"\x7fELF\0"):
        assert [what for what, _ in wrong_programs("run", other, CALLS, Wording(""))] == [*WRONG][:2]


def test_modes_links_and_owners() -> None:
    assert "`key` has the mode 0644" in names(made_of({}, {"key": text_file("k", 0o600)}, "`key`"))
    was, now = FileSnapshot(FileKind.LINK, 0o777, 0, b"v1"), FileSnapshot(FileKind.LINK, 0o777, 0, b"v2")
    assert names(made_of({"current": was}, {"current": now}, "`current`")) == [
        "`current` leads where it led",
        "`current` leads to `v2x`",
        "`current` is a copy, not a link",
    ]
    mine = text_file("1\n")
    assert names(made_of({"data": mine}, {"data": mine._replace(uid=0)}, "`data`")) == [
        "`data` is empty",
        "`data` belongs to whom it belonged",
    ]


def test_a_link_leads_to_another_of_its_kind() -> None:
    files = {"v1/VERSION": text_file("1"), "v2/VERSION": text_file("2"), "v3/VERSION": text_file("3")}
    link = FileSnapshot(FileKind.LINK, 0o777, 0, b"v3/VERSION")
    made = made_of(files, {**files, "current": link}, "`current` is a relative link")
    assert {"`current` leads to `v1/VERSION`", "`current` leads to an absolute path"} <= {*names(made)}
    to_none = made_of(files, {**files, "current": link._replace(content=b"v9")}, "`current` is a link")
    assert not [name for name in names(to_none) if "v1" in name or "absolute" in name]


def _tar(mode: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in (("site/a", b"1\n"), ("site/b", b"2\n")):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("site/a", b"1\n")
        archive.writestr("site/b", b"2\n")
    return packed.getvalue()


def _files_in(archive: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
            return {name: zipped.read(name) for name in zipped.namelist()}
    except zipfile.BadZipFile:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            return {one.name: cast("IO[bytes]", tar.extractfile(one)).read() for one in tar}


@pytest.mark.parametrize(
    "archive", [*map(_tar, ("w", "w:gz", "w:bz2", "w:xz")), _zip()], ids=["tar", "gz", "bz2", "xz", "zip"]
)
def test_an_archive_lacks_a_file_has_another_one_or_other_content(archive: bytes) -> None:
    made = {name: _files_in(changed) for name, changed in wrong_archives(archive)}
    assert made == {
        " lacks `site/a`": {"site/b": b"2\n"},
        " lacks `site/b`": {"site/a": b"1\n"},
        " has other content in `site/a`": {"site/a": b"1\nmore\n", "site/b": b"2\n"},
        " has other content in `site/b`": {"site/a": b"1\n", "site/b": b"2\nmore\n"},
        " also has `site/b.more`": {"site/a": b"1\n", "site/b": b"2\n", "site/b.more": b"2\n"},
    }
    packed = {changed[:2] for _, changed in wrong_archives(archive)}
    assert packed == {archive[:2]}


@pytest.mark.parametrize(
    "content",
    [b"", b"text\n", b"\x1f\x8bbroken", b"PK\x03\x04", _tar("w:gz")[:60]],
    ids=["empty", "text", "gz", "zip", "cut-short"],
)
def test_what_is_not_an_archive_is_left_alone(content: bytes) -> None:
    assert not list(wrong_archives(content))


def test_a_program_prints_constants() -> None:
    program = text_file("#!/bin/bash\nwc -l <$1\n", 0o755)
    made = made_of({}, {"run.sh": program}, "Write `run.sh`.", [Run("counts", b"it's 3\n", 0, ["a"])])
    (constant,) = [one for one in made if "prints" in one.name]
    assert constant.name == "`run.sh` prints what `counts` expects, whatever it is given"
    assert b"printf %s 'it'\"'\"'s 3\n'" in constant.apply[0].stdin


def test_lines_in_another_order_are_wrong_right_or_left_out_as_the_text_has_it() -> None:
    for text, wrong, right in (("in order", 1, 0), ("in any order", 0, 1), ("", 0, 0)):
        made = made_of({}, {"list": text_file("a\nb\n")}, f"`list`: the names {text}")
        for is_right, count in ((False, wrong), (True, right)):
            assert sum("another order" in name for name in names(made, is_right=is_right)) == count


def test_data_loses_changes_and_gains() -> None:
    faults = dict(wrong_data({"id": 7, "tags": ["a1", True]}))
    assert faults == {
        "without id": {"tags": ["a1", True]},
        "id is 8": {"id": 8, "tags": ["a1", True]},
        "without tags": {"id": 7},
        "without tags[0]": {"id": 7, "tags": [True]},
        "tags[0] is `a2`": {"id": 7, "tags": ["a2", True]},
        "without tags[1]": {"id": 7, "tags": ["a1"]},
        "tags[1] is false": {"id": 7, "tags": ["a1", False]},
        "tags has its last item twice": {"id": 7, "tags": ["a1", True, True]},
    }
    assert "it also has `idx`" in dict(wrong_data({"id": 7}))


SOLUTION = """\
umask 022
mkdir -p out
echo 42 >answer.txt
printf '%s\\n' b c >"out/my list"
printf '#!/bin/sh\\necho 3 $1\\n' >run.sh && chmod 700 run.sh
echo '{"id": 7, "tags": ["a"]}' >data.json
ln -sfn answer.txt link
sed -i s/80/90/ shop.ini && chmod 600 shop.ini
rm -f old.txt
"""
SETUP = """\
rm -rf out answer.txt run.sh data.json link
printf 'port = 80\\nhost = a\\n' >shop.ini && chmod 644 shop.ini
echo old >old.txt
"""
TEXT = "`answer.txt`, `out/my list` in `out`, `run.sh`, `data.json`, `link`, `shop.ini`, and no `old.txt`."


@pytest.fixture
def many(draft: Draft) -> Draft:
    """A task whose solution does everything that one can do with files."""
    draft.replace(TASK, "hints:", "setup: {run: setup.sh}\nhints:")
    draft.replace(TASK, "Write the answer to `answer.txt`.", TEXT)
    draft.write("setup.sh", SETUP)
    draft.write("solution.sh", SOLUTION)
    return draft


def test_every_made_answer_changes_the_sandbox_and_is_undone(many: Draft, sandbox_shell: SandboxShell) -> None:
    trials = Trials(many.load().tasks[0], Grader(sandbox_shell), None, "1")
    sandbox_shell.run(("/bin/sh",), stdin=SETUP.encode(), timeout=20)
    trials.look_before()
    sandbox_shell.run(("/bin/sh",), stdin=SOLUTION.encode(), timeout=20)
    look = "ls -lR --time-style=+ . && head -c 999 answer.txt out/* run.sh data.json shop.ini old.txt 2>&1; true"

    def state() -> bytes:
        return sandbox_shell.run(("/bin/sh", "-c", look), timeout=20).stdout

    solved, made = state(), trials.mutations()
    assert len(made) > 40
    for one in made:
        for (action,), is_solved in ((one.apply, False), (one.undo, True)):
            done = sandbox_shell.run(action.argv, stdin=action.stdin, timeout=20)
            assert (one.name, done.exit_code, done.stderr) == (one.name, 0, b"")
            assert (one.name, state() == solved) == (one.name, is_solved)


def proof_of(draft: Draft, shell: SandboxShell, mutants: int | None = None, seed: str = "1") -> TaskProof:
    return prove_task(draft.load().tasks[0], shell, seed=seed, mutants=mutants)


@pytest.fixture
def sound(draft: Draft) -> Draft:
    """A pack whose checks stand up to every made answer."""
    draft.replace(TASK, "hints:", "setup: {run: setup.sh}\nhints:")
    draft.write("setup.sh", "rm -f answer*.txt\n")
    return draft


def problems(proof: TaskProof) -> dict[str, str]:
    return {one.name: one.problem for one in proof.made if one.problem}


def test_good_checks_are_not_fooled_and_each_has_been_needed(sound: Draft, sandbox_shell: SandboxShell) -> None:
    proof = proof_of(sound, sandbox_shell)
    assert (proof.state, proof.why, proof.unseen, len(proof.made)) == (State.PROVEN, "", (), 9)
    assert "made answers" in [step.name for step in proof.steps]


def test_a_weak_check_is_fooled(sound: Draft, sandbox_shell: SandboxShell) -> None:
    sound.replace(TASK, 'equals: "42"', 'contains: "42"')
    proof = proof_of(sound, sandbox_shell)
    assert proof.state is State.FOOLED
    assert problems(proof) == {
        "`answer.txt`, line 1, is there twice": "it passes, and it is wrong",
        "`answer.txt`, line 1, has something before it": "it passes, and it is wrong",
        "`answer.txt`, line 1, has something behind it": "it passes, and it is wrong",
        "`answer.txt` has a line too many": "it passes, and it is wrong",
    }


def test_a_narrow_check_refuses_a_right_answer(sound: Draft, sandbox_shell: SandboxShell) -> None:
    sound.replace(
        TASK,
        'exec: {argv: [cat, answer.txt], expect: {stdout: {equals: "42"}}}',
        "exec: {argv: [sh, -c, 'test $(wc -c <answer.txt) = 3']}",
    )
    (problem,) = [one for one in proof_of(sound, sandbox_shell).made if one.is_right]
    assert problem.problem.startswith("`right` refuses it, and it is right: expected exit code 0")


def test_a_check_that_nothing_needs_is_named(sound: Draft, sandbox_shell: SandboxShell) -> None:
    sound.replace(TASK, "- id: right", "- id: again\n  gate: true\n  exec: {argv: ['true']}\n- id: right")
    assert proof_of(sound, sandbox_shell).unseen == ("again",)


def test_an_answer_that_the_author_accepts_is_not_made(sound: Draft, sandbox_shell: SandboxShell) -> None:
    sound.replace(TASK, 'equals: "42"', 'contains: "42"')
    sound.replace(TASK, "title:", 'accepts: ["`answer.txt`, line *, has *", "* twice", "* a line too many"]\ntitle:')
    proof = proof_of(sound, sandbox_shell)
    assert (proof.state, len(proof.made)) == (State.PROVEN, 5)


def test_a_check_that_breaks_on_a_wrong_answer_is_found(sound: Draft, sandbox_shell: SandboxShell) -> None:
    sound.replace(
        TASK, "argv: [cat, answer.txt], expect", "argv: [sh, -c, 'cat answer.txt; test -s answer.txt'], expect"
    )
    sound.replace(TASK, "- id: right", "- id: right\n  control: {argv: [grep, -q, '42', answer.txt]}")
    sound.replace(TASK, 'equals: "42"', "regex: '4[23]'")
    proof = proof_of(sound, sandbox_shell)
    assert proof.state is State.FOOLED
    assert problems(proof)["`answer.txt`, line 1: `42` is `43`"].startswith("`right` could not run: the control failed")


def test_the_seed_chooses_some(sound: Draft, new_sandbox: NewSandbox) -> None:
    shell = new_sandbox()

    def chosen(seed: str) -> list[str]:
        return [one.name for one in proof_of(sound, shell, 2, seed).made]

    assert chosen("1") == chosen("1")
    assert len({tuple(chosen(seed)) for seed in "123"}) > 1
    assert proof_of(sound, shell, 0).made == ()


@pytest.mark.engine("local")
def test_the_command_counts_and_prints_what_fools_a_task(sound: Draft, tempshell: Tempshell) -> None:
    sound.replace(TASK, 'equals: "42"', 'contains: "42"')
    prove = ("pack", "prove", str(sound.root), "--mutants", "all")
    table = tempshell(*prove).stdout
    assert "fooled" in table
    assert "5/9" in table
    assert "1 fooled" in table
    assert tempshell(*prove, "--strict", "--json", code=6).json()["holds"] is False
    proof = tempshell(*prove, "--json").json()
    assert (proof["holds"], proof["tasks"][0]["state"]) == (True, "fooled")
    assert (
        MadeAnswer(**{**proof["tasks"][0]["made"][0], "failed": ("there", "right")}).name == "`answer.txt` is missing"
    )
    sarif = tempshell(*prove, "--format", "sarif").json()["runs"][0]
    assert sarif["tool"]["driver"]["name"] == "tempshell pack prove"
    assert [(one["ruleId"], one["level"]) for one in sarif["results"]] == [("fooled", "warning")] * 4
    assert sarif["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith(TASK)
    suite = ET.fromstring(tempshell(*prove, "--strict", "--junit", code=6).stdout)[0]  # noqa: S314
    failed = suite.find("testcase[@name='made answer: `answer.txt` has a line too many']/failure")
    assert failed is not None
    assert json.loads(tempshell(*prove, "--mutants", "0", "--json").stdout)["tasks"][0]["made"] == []


@pytest.mark.parametrize("number", ["-1", "some", "1e3", "9999999"])
def test_a_number_of_mutants_that_is_none(number: str, sound: Draft, tempshell: Tempshell) -> None:
    output = tempshell("pack", "prove", str(sound.root), f"--mutants={number}", code=2).stderr
    assert f"--mutants '{number}' is not a number" in output
