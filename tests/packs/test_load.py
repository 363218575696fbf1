"""A pack is read whole, and what is wrong with it is said with file, line and what to do."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import NamedTuple

import pytest

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.library.load import load_pack
from tempshell_cli.packs.reading.tree import MAX_BYTES, MAX_FILES

from .drafts import Draft


def refusal(draft: Draft) -> PackProblem:
    with pytest.raises(PackProblem) as refused:
        draft.load()
    return refused.value


def test_a_valid_pack_is_read_with_all_it_names(draft: Draft) -> None:
    pack = draft.load()
    task = pack.task("one")
    assert (pack.id, pack.head.title, pack.head.pass_) == ("draft", "A draft", 66)
    assert task.prompt == "Write the answer to `answer.txt`."
    assert task.assets == {"solution.sh": b"echo 42 >answer.txt\n", "wrong.sh": b"echo 41 >answer.txt\n"}
    assert [check.worth for check in task.head.checks] == [2, 1]


def test_a_pack_says_how_many_nodes_its_cluster_has(draft: Draft) -> None:
    assert draft.load().nodes == 1
    draft.replace("pack.yaml", "license: MIT", "license: MIT\nsandbox: {backends: [kind], nodes: 3}")
    assert draft.load().nodes == 3


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(draft: Draft) -> None:
    text = (draft.root / "tasks/one.md").read_text()
    draft.write("tasks/one.md", "\ufeff" + text.replace("\n", "\r\n"))
    assert draft.load().task("one").prompt == "Write the answer to `answer.txt`."


def test_an_unknown_task_is_answered_with_the_nearest(draft: Draft) -> None:
    with pytest.raises(PackProblem, match="no task 'onne'") as refused:
        draft.load().task("onne")
    assert refused.value.hint == "did you mean `one`?"


class Spoilt(NamedTuple):
    """A piece of a good file, what stands there instead, and the refusal: its line, its words, its hint."""

    old: str
    new: str
    line: int
    words: str
    hint: str = ""


PACK_FAULTS = [
    Spoilt("title: A draft", "titel: A draft", 4, "unknown key `titel`", "did you mean `title`?"),
    Spoilt("version: 1.0.0", "version: 1.30", 3, "version: Expected `str`, got `float`", "put the value in quotes"),
    Spoilt("title: A draft", "title: 22", 4, "title: Expected `str`, got `int`", "put the value in quotes"),
    Spoilt("title: A draft", 'title: " \\e[31m"', 1, "title is empty"),
    Spoilt("title: A draft", "", 1, "there is no key `title`"),
    Spoilt("id: draft", "id: My Draft", 2, "id: `My Draft` is not of the form"),
    Spoilt("id: draft", 'id: "draft\\n"', 2, "is not of the form"),
    Spoilt("format: 1", "format: 2", 1, "format: Invalid enum value 2", "known: 1"),
    Spoilt("license: MIT", "license: MIT\npass: 101", 6, "pass: Expected `int` <= 100"),
    Spoilt("license: MIT", "license: MIT\ntime: 22:22", 6, "time: `22:22` is not of the form"),
    Spoilt("license: MIT", "license: MIT\ntime: 0m", 6, "time: `0m` is not of the form"),
    Spoilt("license: MIT", "license: MIT\ndomains: {a: 50, b: 40}", 6, "the domains add up to 90, not 100"),
    Spoilt("license: MIT", "license: MIT\ndomains: {A: 100}", 6, "domains: a key is not of the form"),
    Spoilt("license: MIT", "license: MIT\ndomains:\n  a: 0100", 7, "domains.a: Expected `int`, got `str`"),
    Spoilt("license: MIT", "license: MIT\nsandbox: {profile: amdin}", 6, "Invalid enum value 'amdin'", "`admin`"),
    Spoilt(
        "license: MIT", "license: MIT\nsandbox: {backends: [kind], images: [practise]}", 6, "'practise'", "`practice`"
    ),
    Spoilt("license: MIT", "license: MIT\nsandbox: {images: [practice]}", 6, "only the nodes of kind", "[kind]"),
    Spoilt("license: MIT", "license: MIT\nsandbox: {nodes: 2}", 6, "only kind clusters", "[kind]"),
    Spoilt(
        "license: MIT", "license: MIT\nsandbox: {backends: [kind], nodes: 10}", 6, "sandbox.nodes: Expected `int` <= 9"
    ),
    Spoilt("license: MIT", "license: MIT\nsandbox: local", 6, "sandbox: Expected a mapping, got `str`"),
    Spoilt("- tasks/one.md", "- tasks/one.md\n- tasks/one.md", 8, "is there twice"),
    Spoilt("- tasks/one.md", "- task/one.md", 7, "the pack has no file `task/one.md`", "did you mean `tasks/one.md`?"),
    Spoilt("- tasks/one.md", "- ./tasks/one.md", 7, "the pack has no file", "did you mean `tasks/one.md`?"),
    Spoilt("- tasks/one.md", "- ../draft/tasks/one.md", 7, "leads out of the pack", "without `..`"),
    Spoilt("- tasks/one.md", "- /etc/passwd", 7, "is not inside the pack"),
    Spoilt("- tasks/one.md", "- ~/one.md", 7, "is not inside the pack"),
    Spoilt("- tasks/one.md", '- "tasks/one.md\\0"', 7, "a path with a NUL character"),
    Spoilt("- tasks/one.md", "- tasks", 7, "the pack has no file `tasks`"),
    Spoilt("tasks:\n- tasks/one.md\n", "tasks: []", 6, "tasks: Expected a list of length >= 1"),
    Spoilt("tasks:\n- tasks/one.md\n", "tasks: tasks/one.md", 6, "tasks: Expected a list, got `str`"),
]


@pytest.mark.parametrize("spoilt", PACK_FAULTS)
def test_a_fault_of_the_manifest_is_named(draft: Draft, spoilt: Spoilt) -> None:
    assert_is_named("pack.yaml", draft, spoilt)


TASK_FAULTS = [
    Spoilt("points: 2", "pionts: 2", 6, "unknown key `pionts`", "did you mean `points`?"),
    Spoilt("points: 2", "points: two", 6, "checks[0].points: Expected `int"),
    Spoilt("points: 2", "points: 0", 6, "checks[0].points: Expected `int` >= 1"),
    Spoilt("points: 2", "gate: yes", 6, "checks[0].gate: Expected `bool`, got `str`", "write true or false"),
    Spoilt("points: 2", "points: 2\n  gate: true", 5, "a gate earns no points"),
    Spoilt("points: 2", "exec: {argv: [true]}", 6, "Expected `str`, got `bool`"),
    Spoilt("points: 2", "exec: {argv: [ls]}", 5, "reach, rollout, any_of, all_of and not; this has exec and file"),
    Spoilt("  file: {path: answer.txt}\n", "", 5, "this has none"),
    Spoilt("points: 2", "any_of: [{file: {path: x}}]", 5, "this has file and any_of"),
    Spoilt("file: {path: answer.txt}", "any_of: [{file: {path: x}}, {}]", 7, "this has none"),
    Spoilt("file: {path: answer.txt}", "not: {exec: {argv: [ls]}}", 5, "`not` takes no exec"),
    Spoilt("points: 2", "control: {argv: [ls]}", 5, "only an exec check has a control"),
    Spoilt("points: 2", "retry: {for: 2s, evry: 1s}", 6, "unknown key `evry`", "did you mean `every`?"),
    Spoilt("points: 2", "retry: {every: 1s}", 6, "there is no key `for`"),
    Spoilt("points: 2", "timeout: 15", 6, "Expected `str`, got `int`", "put the value in quotes"),
    Spoilt("points: 2", "timeout: 99999999999h", 6, "is not of the form"),
    Spoilt("{path: answer.txt}", "{path: answer.txt, mode: 640}", 7, "Expected `str`, got `int`", "in quotes"),
    Spoilt("{path: answer.txt}", "{path: answer.txt, text: {regex: '('}}", 7, "regex does not compile"),
    Spoilt("{path: answer.txt}", "{path: answer.txt, text: {}}", 7, "give one of equals, contains, regex"),
    Spoilt("{path: answer.txt}", "{path: answer.txt, exists: false, mode: '0600'}", 7, "must not exist"),
    Spoilt("{path: answer.txt}", "{path: answer.txt, kind: directory, json: {}}", 7, "a directory has no text"),
    Spoilt("{path: answer.txt}", "{path: answer.txt, kind: dir}", 7, "Invalid enum value 'dir'", "`directory`"),
    Spoilt("{path: answer.txt}", '{path: "a\\0b"}', 7, "is not of the form"),
    *(
        Spoilt("file: {path: answer.txt}", f"object: {{ref: pod/web, where: [{{jsonpath: $.a, {where}}}]}}", 7, words)
        for where, words in (
            ("op: regex, value: '('", "regex does not compile"),
            ("op: regex, value: 1", "`regex` needs a text"),
            ("op: <, value: many", "'many' is not one"),
            ("op: '>=', value: [1]", "compares quantities"),
            ("op: ==", "`==` needs a `value`"),
            ("op: contains", "`contains` needs a `value`"),
            ("op: exists, value: 1", "`value: true` or `value: false`"),
        )
    ),
    Spoilt(
        "argv: [cat, answer.txt]",
        "in: deploy/web, as: learner, argv: [cat]",
        10,
        "`as` is for programs in the terminal",
    ),
    *(
        Spoilt("argv: [cat, answer.txt]", f"in: cluster, argv: [kubectl, {words}]", 10, said)
        for words, said in (
            ("config, view", "may only look"),
            ("apply, -f, '-'", "takes no `-f`"),
            ("get, pods, --kubeconfig, /tmp/x", "takes no `--kubeconfig`"),
            ("get, pods, --kubeconfig=/tmp/x", "takes no `--kubeconfig=/tmp/x`"),
            ("--context, x, get, pods", "takes no `--context`"),
            ("-s, 'https://evil', get, pods", "takes no `-s`"),
            ("-shttps://evil, get, pods", "takes no `-shttps"),
            ("get, pods, -As, 'https://evil'", "takes no `-As`"),
            ("get, pods, -o, jsonpath-file=/etc/passwd", "no output `jsonpath-file=/etc/passwd`"),
            ("get, pods, -ogo-template-file=/etc/passwd", "no output `go-template-file"),
            ("get, --raw, 'https://evil/'", "asks for a path"),
            ("get, --filename, /etc/passwd", "takes no `--filename`"),
            ("get, pods, --cache-dir=/tmp", "takes no `--cache-dir"),
            ("evil-plugin", "may only look"),
            ("auth, reconcile", "may only can-i or whoami"),
            ("exec, pod/x, --, sh", "takes no `--`"),
            ("-n, x", "may only look"),
        )
    ),
    Spoilt(
        "argv: [cat, answer.txt]",
        "argv: [cat]}\n  control: {in: cluster, argv: [kubectl, delete, ns, x]",
        8,
        "may only look",
    ),
    Spoilt("argv: [cat, answer.txt]", "as: root, argv: [cat]", 10, "Invalid enum value 'root'", "grader, learner"),
    Spoilt("argv: [cat, answer.txt]", "argv: []", 10, "argv: Expected a list of length >= 1"),
    Spoilt("argv: [cat, answer.txt]", 'argv: ["a\\0"]', 10, "is not of the form"),
    Spoilt("argv: [cat, answer.txt]", "argv: [-k, cat]", 10, "is not the name of a program"),
    Spoilt("argv: [cat, answer.txt]", "argv: [PATH=., cat]", 10, "is not the name of a program"),
    Spoilt("argv: [cat, answer.txt]", "argv: cat answer.txt", 10, "argv: Expected a list, got `str`"),
    Spoilt("expect: {", "expect: {exit: zero, ", 10, "exit: Invalid enum value 'zero'", "`nonzero`"),
    Spoilt("expect: {", "expect: {exit: [], ", 10, "a list of length >= 1"),
    Spoilt("- id: right", "- id: there", 8, "the check `there` is there twice"),
    Spoilt("needs: [there]", "needs: [right]", 9, "no check `right` before this", "known: there"),
    Spoilt("must_fail: [right]", "must_fail: [wrong]", 15, "no check `wrong`"),
    Spoilt("- text: Think", '- text: "\\e[0m"', 12, "text is empty"),
    Spoilt("solution: solution.sh", "solution: soluton.sh", 13, "no file `soluton.sh`", "did you mean `solution.sh`?"),
    Spoilt("solution: solution.sh", "solution: ../solution.sh", 13, "leads out of the pack"),
    Spoilt("run: wrong.sh", "run: /bin/sh", 15, "is not inside the pack"),
    Spoilt("title: The first", "title: The first\ndomain: net", 4, "the pack has no domain `net`"),
    Spoilt(
        "title: The first", "title: The first\ndifficulty: hard", 4, "Invalid enum value 'hard'", "core, deep, warmup"
    ),
    Spoilt("title: The first", "title: The first\nrequires: {caps: [netpol]}", 4, "'netpol'", "`netpol-enforced`"),
    Spoilt("title: The first", "title: The first\nsetup: {run: gone.sh}", 4, "no file `gone.sh`"),
    Spoilt("title: The first", "title: The first\nsetup: {files: [{file: /a, target: b}]}", 4, "not inside the pack"),
    Spoilt("title: The first", "title: The first\ndocs: ['javascript:alert(1)']", 4, "is not of the form"),
]


@pytest.mark.parametrize("spoilt", TASK_FAULTS)
def test_a_fault_of_a_task_is_named(draft: Draft, spoilt: Spoilt) -> None:
    assert_is_named("tasks/one.md", draft, spoilt)


def assert_is_named(name: str, draft: Draft, spoilt: Spoilt) -> None:
    draft.replace(name, spoilt.old, spoilt.new)
    refused = refusal(draft)
    assert str(refused).startswith(f"{draft.root}/{name}:{spoilt.line}: ")
    assert spoilt.words in str(refused)
    assert spoilt.hint in refused.hint


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pack.yaml", "title: A draft", "title: no"),
        ("tasks/one.md", "{path: answer.txt}", "{path: answer.txt, mode: 0640}"),
    ],
)
def test_what_yaml_1_1_would_have_changed_is_text_where_text_is_wanted(
    draft: Draft, name: str, old: str, new: str
) -> None:
    draft.replace(name, old, new)
    draft.load()


def test_a_task_must_be_in_a_domain_where_the_pack_has_some(draft: Draft) -> None:
    draft.replace("pack.yaml", "license: MIT", "license: MIT\ndomains: {files: 100}")
    assert "the task is in no domain" in str(refusal(draft))
    draft.replace("tasks/one.md", "title: The first", "title: The first\ndomain: files")
    assert draft.load().task("one").head.domain == "files"


def test_a_task_of_gates_alone_is_refused(draft: Draft) -> None:
    draft.replace("tasks/one.md", "points: 2", "gate: true")
    draft.replace("tasks/one.md", "  needs: [there]\n", "  gate: true\n")
    assert "every check is a gate" in str(refusal(draft))


def test_a_task_id_is_there_once(draft: Draft) -> None:
    draft.write("tasks/two.md", (draft.root / "tasks/one.md").read_bytes())
    draft.replace("pack.yaml", "- tasks/one.md", "- tasks/one.md\n- tasks/two.md")
    assert "pack.yaml:8: the task id `one` is there twice" in str(refusal(draft))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Just a prompt\n", "no front matter"),
        ("---\nid: one\n", "no front matter"),
        ("", "no front matter"),
        ("---\n---\nPrompt\n", "Expected a mapping, got nothing"),
    ],
)
def test_a_task_without_front_matter_is_refused(draft: Draft, text: str, words: str) -> None:
    draft.write("tasks/one.md", text)
    assert words in str(refusal(draft))


def test_a_task_without_a_prompt_is_refused(draft: Draft) -> None:
    draft.replace("tasks/one.md", "Write the answer to `answer.txt`.", "\x1b[2J")
    assert "the task has no prompt" in str(refusal(draft))


def test_what_a_screen_shows_is_stripped_of_escapes(draft: Draft) -> None:
    draft.replace("pack.yaml", "A draft", '"A \\e[31mred\\e[0m \\u202edraft\\nof mine"')
    draft.replace("tasks/one.md", "The first", '"The \\e]52;c;aGk=\\afirst"')
    draft.replace("tasks/one.md", "- text: Think", '- text: "Think\\e[2J\\ntwice"')
    draft.replace("tasks/one.md", "points: 2", 'points: 2\n  fail: "N\\x9b31mo"')
    draft.replace("tasks/one.md", "Write the", "Write\x1b]0;x\x07 \u202ethe")
    pack = draft.load()
    task = pack.task("one")
    assert pack.head.title == "A red draft of mine"
    assert task.head.title == "The first"
    assert task.head.hints[0].text == "Think\ntwice"
    assert task.head.checks[0].fail == "No"
    assert task.prompt == "Write the answer to `answer.txt`."


def test_an_error_in_a_hostile_place_shows_no_escape(draft: Draft) -> None:
    draft.replace("pack.yaml", "title: A draft", '"ti\\e[2Jtle": A draft')
    refused = refusal(draft)
    assert "unknown key `title`" in str(refused)
    assert "\x1b" not in f"{refused}{refused.hint}"


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "pack.yaml", "nowhere"])
def test_a_symbolic_link_is_refused_wherever_it_leads(draft: Draft, target: str) -> None:
    (draft.root / "tasks/link.md").symlink_to(target)
    assert "tasks/link.md: a symbolic link" in str(refusal(draft))


def test_a_linked_directory_is_refused(draft: Draft, tmp_path: Path) -> None:
    (draft.root / "more").symlink_to(tmp_path)
    assert "more: a symbolic link" in str(refusal(draft))


def test_a_linked_manifest_is_refused(draft: Draft) -> None:
    (draft.root / "pack.yaml").rename(draft.root / "real.yaml")
    (draft.root / "pack.yaml").symlink_to("real.yaml")
    assert "pack.yaml: a symbolic link" in str(refusal(draft))


def test_a_pipe_is_refused_and_not_waited_for(draft: Draft) -> None:
    os.mkfifo(draft.root / "pipe")
    assert "neither a file nor a directory" in str(refusal(draft))


def test_a_socket_is_refused(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(draft.root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert "neither a file nor a directory" in str(refusal(draft))


@pytest.mark.parametrize("name", [b"a\x1b[2Jb", b"\xff\xfe", "a\u202eb".encode(), b"new\nline"])
def test_a_file_name_that_is_not_plain_text_is_refused(draft: Draft, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(draft.root) + b"/" + name)).touch()
    refused = refusal(draft)
    assert "a file name that is not printable text" in str(refused)
    assert str(refused).encode("ascii", "replace").decode().isprintable()


def test_what_begins_with_a_dot_is_no_part_of_a_pack(draft: Draft) -> None:
    before = draft.load().digest
    draft.write(".git/config", "secret")
    (draft.root / ".link").symlink_to("/etc/passwd")
    assert draft.load().digest == before
    draft.replace("tasks/one.md", "solution: solution.sh", "solution: .git/config")
    assert "the pack has no file `.git/config`" in str(refusal(draft))


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("pack.yaml", 64 * 1024 + 1, "pack.yaml:1: larger than 64 KiB"),
        ("tasks/one.md", 256 * 1024 + 1, "tasks/one.md:1: larger than 256 KiB"),
        ("assets/video", MAX_BYTES + 1, "more than 20 MiB in all"),
    ],
)
def test_a_pack_is_bounded_in_size(draft: Draft, name: str, size: int, words: str) -> None:
    path = draft.write(name, b"")
    os.truncate(path, size)
    assert words in str(refusal(draft))


def test_a_pack_is_bounded_in_files(draft: Draft) -> None:
    for number in range(MAX_FILES):
        draft.write(f"assets/{number}", b"")
    assert f"more than {MAX_FILES} files" in str(refusal(draft))


@pytest.mark.parametrize("name", ["pack.yaml", "tasks/one.md"])
def test_what_is_not_utf_8_is_refused_at_its_line(draft: Draft, name: str) -> None:
    draft.write(name, b"---\na: 1\nb: \xff\n---\n")
    assert f"{name}:3: not UTF-8 text" in str(refusal(draft))


@pytest.mark.parametrize("place", ["nowhere", "pack.yaml", "a\0b", "x" * 5000])
def test_a_directory_that_does_not_exist_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(PackProblem, match="there is no directory"):
        load_pack(tmp_path / place)


def test_a_directory_without_a_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackProblem, match=r"is not a pack: there is no pack\.yaml in it"):
        load_pack(tmp_path)


def test_a_digest_names_the_content_and_not_the_place(draft: Draft, tmp_path: Path) -> None:
    copy = Draft.made_in(tmp_path / "copy")
    assert copy.load().digest == draft.load().digest
    copy.write("extra", "x")
    assert copy.load().digest != draft.load().digest


def test_a_loaded_pack_does_not_change_with_its_directory(draft: Draft) -> None:
    pack = draft.load()
    draft.write("solution.sh", "rm -rf /")
    assert pack.task("one").assets["solution.sh"] == b"echo 42 >answer.txt\n"


def test_a_pointer_of_git_lfs_stands_for_no_file(draft: Draft) -> None:
    """It is what is there where a repository was fetched without its large files."""
    draft.write("solution.sh", f"version https://git-lfs.github.com/spec/v1\noid sha256:{7:064d}\nsize 12345\n")
    with pytest.raises(PackProblem, match="is a pointer of Git LFS"):
        draft.load()


def test_a_script_with_windows_line_ends_is_refused(draft: Draft) -> None:
    draft.write("wrong.sh", "#!/bin/sh\necho 41 >answer.txt\r\n")
    with pytest.raises(PackProblem, match=r"`wrong.sh` has Windows line ends, from line 2 on") as refused:
        draft.load()
    assert refused.value.hint == "save it with LF"


def test_a_file_that_is_copied_may_have_any_line_ends(draft: Draft) -> None:
    draft.write("table.csv", "a,b\r\n")
    draft.replace("tasks/one.md", "checks:", "setup: {files: [{file: table.csv, target: table.csv}]}\nchecks:")
    assert draft.load().tasks[0].assets["table.csv"] == b"a,b\r\n"
