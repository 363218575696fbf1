"""A scenario in the format of Killercoda is read as a pack, run as it is, and trusted as little as any other."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.base import Profile
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.core.process import Command
from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.format.pack import Note, Pack
from tempshell_cli.packs.grading.score import score_pack
from tempshell_cli.packs.importers.killercoda.course import scenarios_of
from tempshell_cli.packs.importers.killercoda.pages import read_page
from tempshell_cli.packs.importers.killercoda.scenario import MAX_PAGE, MAX_SCRIPT
from tempshell_cli.packs.reading.tree import MAX_FILES
from tempshell_cli.tui.code_blocks import commands_of
from tempshell_cli.tui.port import TaskView
from tests.support.clusters import configure_for_kind, node_of
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.waiting import eventually
from tests.tui.outer import outer

from .drafts import Draft, refusal_of

STEP = {"title": "Plant it", "text": "plant.md", "verify": "plant-verify.sh"}
INDEX: dict[str, Any] = {
    "title": "A garden",
    "description": "All about flowers",
    "details": {
        "intro": {"text": "intro.md", "background": "dig.sh"},
        "steps": [STEP, {"text": "look.md"}],
        "finish": {"title": "Done", "text": "finish.md"},
    },
    "backend": {"imageid": "ubuntu"},
    "interface": {"layout": "ide"},
}
ESCAPES = "\x1b[31mred\x1b]52;c;aGk=\x07\u202e\x9b5m"

SETUP_ON_NODES = """set -e
kubectl create namespace bed
kubectl label node controlplane node01 ground=loam
ssh node01 mkdir -p /srv/bed
"""
TOOLS = (
    *("bash", "curl", "etcdctl", "git", "jq", "kubectl", "less", "nano", "ping", "python3", "ssh", "sudo", "tmux"),
    *("tree", "unzip", "vi", "vim", "wget"),
)
AS_ROOT = ("--profile", "admin")  # scenarios are for root, and a script has to say so


class Garden(Draft):
    """A scenario on disk, valid until a test makes it otherwise."""

    def say(self, index: object) -> None:
        self.write("index.json", json.dumps(index, indent=1))

    def detail(self, **details: object) -> None:
        """Replace parts of the index's details."""
        self.say({**INDEX, "details": {**INDEX["details"], **details}})

    def on(self, imageid: str) -> None:
        self.say({**INDEX, "backend": {"imageid": imageid}})

    def refusal(self) -> str:
        return refusal_of(self.load)


@pytest.fixture
def garden(tmp_path: Path) -> Garden:
    made = Garden(tmp_path / "My Garden")
    made.say(INDEX)
    made.write("intro.md", "Welcome.\n")
    made.write("dig.sh", "mkdir -p /srv/bed; (sleep 0.3; touch /srv/bed/ready) & wait\n")
    made.write("plant.md", "Plant a `tulip` in `/srv/bed`.\n")
    made.write("plant-verify.sh", "#!/bin/bash\ntest -e /srv/bed/tulip || { echo 'no tulip'; exit 1; }\n")
    made.write("look.md", "# Look at it\n\n`ls /srv/bed`{{exec}}\n")
    made.write("finish.md", "Well done.\n")
    return made


def by_id(pack: Pack) -> dict[str, tuple[str, int]]:
    return {task.id: (task.head.title, sum(check.worth for check in task.head.checks)) for task in pack.tasks}


def test_steps_become_tasks_and_the_rest_pages_to_read(garden: Garden) -> None:
    pack = garden.load()
    assert (pack.id, pack.head.title) == ("my-garden", "A garden")
    assert (pack.head.sandbox.backends, pack.head.sandbox.profile, pack.nodes) == (("docker",), Profile.ADMIN, 1)
    assert by_id(pack) == {
        "intro": ("Introduction", 0),
        "step1": ("Plant it", 1),
        "step2": ("Look at it", 0),
        "finish": ("Done", 0),
    }
    assert pack.task("intro").prompt.startswith("Welcome.\n")
    assert pack.task("step1").prompt == "Plant a `tulip` in `/srv/bed`."
    assert all(task.head.solution is None for task in pack.tasks)


def test_pages_to_read_count_for_nothing_in_the_score(garden: Garden) -> None:
    scored = {task.task: (task.points, task.share) for task in score_pack(garden.load(), {}).tasks}
    assert scored == {"intro": (0, None), "step1": (1, 0.0), "step2": (0, None), "finish": (0, None)}


def test_a_scenario_of_a_title_and_a_machine_is_one_page(garden: Garden) -> None:
    garden.say({"title": "Bare", "description": "Just look around", "backend": {"imageid": "ubuntu"}})
    (task,) = garden.load().tasks
    assert task.prompt.startswith("Just look around\n")


@pytest.mark.parametrize(
    ("imageid", "backend", "nodes", "differs"),
    [
        ("ubuntu", "docker", 1, "Debian"),
        ("ubuntu-4GB", "docker", 1, "Debian"),
        ("kubernetes-kubeadm-1node", "kind", 1, "on the control plane"),
        ("kubernetes-kubeadm-1node-4GB", "kind", 1, "on the control plane"),
        ("kubernetes-kubeadm-2nodes", "kind", 2, "on the control plane"),
        ("kubernetes-k3s-1node", "kind", 1, "nor is it k3s"),
    ],
)
def test_a_machine_is_stood_for_and_what_differs_is_said(
    garden: Garden, imageid: str, backend: str, nodes: int, differs: str
) -> None:
    garden.on(imageid)
    pack = garden.load()
    assert (pack.head.sandbox.backends, pack.nodes) == ((backend,), nodes)
    assert differs in str(pack.notes[0])
    assert differs in pack.tasks[0].prompt


@pytest.mark.parametrize(
    ("imageid", "where", "profile"),
    [
        ("ubuntu", "dig.sh", Profile.MACHINE),
        ("ubuntu", "plant-verify.sh", Profile.MACHINE),
        ("ubuntu", "look.md", Profile.MACHINE),
        ("ubuntu", "intro.md", Profile.ADMIN),  # no command that is to be typed
        ("kubernetes-kubeadm-1node", "dig.sh", Profile.ADMIN),
    ],
)
def test_a_scenario_that_uses_what_takes_a_machine_asks_for_one(
    garden: Garden, imageid: str, where: str, profile: Profile
) -> None:
    garden.on(imageid)
    garden.write(where, "Start `docker ps`{{exec}}\n" if where.endswith(".md") else "set -e\nsudo docker ps | wc -l\n")
    if where == "intro.md":
        garden.write(where, "Later, `docker ps` works.\n")
    pack = garden.load()
    assert pack.head.sandbox.profile is profile
    assert ("it uses docker, and so it asks for the machine profile" in str(pack.notes[0])) == (
        profile is Profile.MACHINE
    )


@pytest.mark.parametrize("imageid", ["windows", "", "my-ubuntu", "kubernetes"])
def test_an_unknown_machine_is_refused_with_those_that_work(garden: Garden, imageid: str) -> None:
    garden.on(imageid)
    told = garden.refusal()
    assert f"nothing here stands for the machine `{imageid}`" in told
    assert "these work: ubuntu*, kubernetes-kubeadm-1node*" in told
    line = (garden.root / "index.json").read_text().split("imageid")[0].count("\n") + 1
    assert f"index.json:{line}: " in told


@pytest.mark.parametrize(
    ("details", "note"),
    [
        ({"intro": {"text": "intro.md", "foreground": "dig.sh"}}, "foreground scripts run unseen"),
        ({"intro": {"text": "intro.md", "code": "dig.sh"}}, "foreground scripts run unseen"),
        ({"assets": {"host02": [{"file": "x", "target": "/"}]}}, "there is no host02"),
        ({"steps": [{"text": "ports.md"}]}, "links to ports of other hosts"),
    ],
)
def test_what_cannot_work_is_noted(garden: Garden, details: dict[str, object], note: str) -> None:
    garden.write("ports.md", "See [it]({{TRAFFIC_HOST2_80}}).")
    garden.detail(**details)
    (noted,) = (one for one in map(Note.of, garden.load().notes) if note in one.text)
    assert noted.file == "index.json"
    assert noted.line > 1


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"A garden",', '"A garden"', 3, "not JSON: Expecting ',' delimiter"),
        ('"A garden"', '["A garden"]', 2, "title: Expected `str`"),
        ('"description"', '"title"', 3, "the key `title` is there twice"),
        ('"imageid"', '"image"', 1, "backend: there is no key `imageid`"),
        ('"look.md"', '"lok.md"', 16, "the pack has no file `lok.md`\ndid you mean `look.md`?"),
        ('"A garden"', '"\\ud800"', 2, ""),  # in the words of either of YAML's two readers
        ('"A garden"', "NaN", 1, "not JSON that can be read: NaN is not a value"),
        ('"A garden"', "9" * 5000, 1, "not JSON that can be read"),
        ('"A garden"', "[" * 200 + "]" * 200, 2, "nested more than 50 levels deep"),
    ],
)
def test_an_index_that_is_wrong_is_refused_with_its_line(
    garden: Garden, old: str, new: str, line: int, words: str
) -> None:
    garden.replace("index.json", old, new)
    told = garden.refusal()
    assert words in told
    if line > 1:
        assert f"index.json:{line}: " in told


def test_a_deep_index_is_refused(garden: Garden) -> None:
    garden.write("index.json", "[" * 30_000)
    assert "not JSON" in garden.refusal()


def test_tabs_and_escaped_characters_are_as_good_as_any(garden: Garden) -> None:
    title = "\\ud83c\\udf37 and \\\\ud83c\\/\\t\\u00fc"
    garden.write("index.json", json.dumps(INDEX, indent="\t").replace("A garden", title))
    assert garden.load().head.title == "🌷 and \\ud83c/ ü"


PATHS = ["../intro.md", "/etc/passwd", "steps/../../intro.md", "~/intro.md", "in\0tro.md", "gone.md", ".", "..", " "]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", ["text", "verify", "background", "foreground"])
def test_no_path_leads_out_of_the_scenario(garden: Garden, key: str, path: str) -> None:
    garden.write("../intro.md", "outside")
    garden.detail(steps=[{**STEP, key: path}])
    assert "index.json:" in garden.refusal()


@pytest.mark.parametrize("path", ["../intro.md", "a/../../intro.md", "in\0tro.md", ".."])
def test_an_asset_from_elsewhere_is_refused(garden: Garden, path: str) -> None:
    garden.write("assets/seed.txt", "seed")
    garden.detail(assets={"host01": [{"file": path, "target": "/root"}]})
    assert "index.json:" in garden.refusal()


@pytest.mark.parametrize("path", ["gone.md", "/etc/passwd", "~/intro.md", ".", " ", "seed.txt/", "folder", "none/*"])
def test_an_asset_that_is_missing_is_left_out_and_noted(garden: Garden, path: str) -> None:
    """Killercoda's own course of scenarios on Docker lists one that is not there."""
    garden.write("assets/seed.txt", "seed")
    garden.write("assets/folder/seed.txt", "seed")
    assets = [{"file": path, "target": "/root"}, {"file": "seed.txt", "target": "/root"}]
    garden.detail(assets={"host01": assets})
    pack = garden.load()
    assert [file.target for file in pack.tasks[0].head.setup.files] == ["/root/seed.txt"]
    (noted,) = (one for one in map(Note.of, pack.notes) if "is not in the scenario: it is not copied" in one.text)
    lines = (garden.root / "index.json").read_text().splitlines()
    assert '"file"' in lines[noted.line - 1]
    assert noted in [Note(one.message, one.file, one.line) for one in lint(garden.root)]


@pytest.mark.parametrize("path", ["../*", "/etc/*", "**/../*", "*/../../*.md", "[!a]/../*"])
def test_no_pattern_reaches_out_of_the_assets(garden: Garden, path: str) -> None:
    garden.write("assets/seed.txt", "seed")
    garden.detail(assets={"host01": [{"file": path, "target": "/root"}]})
    assert not garden.load().tasks[0].head.setup.files


@pytest.mark.parametrize("name", ["linked.md", "assets/linked", "index.json"])
def test_links_are_refused(garden: Garden, name: str) -> None:
    (garden.root / "assets").mkdir()
    (garden.root / name).unlink(missing_ok=True)
    other = garden.write("../elsewhere.json", json.dumps(INDEX))
    (garden.root / name).symlink_to(other)
    assert "a symbolic link" in garden.refusal()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("plant.md", b"x" * (MAX_PAGE + 1), "plant.md:1: larger than 128 KiB"),
        ("plant-verify.sh", b"x" * (MAX_SCRIPT + 1), "plant-verify.sh:1: larger than 96 KiB"),
        ("dig.sh", b"x" * (MAX_SCRIPT + 1), "dig.sh:1: larger than 96 KiB"),
        ("index.json", b" " * 70_000, "index.json:1: larger than 64 KiB"),
        ("assets/giant", b"x" * (21 << 20), "more than 20 MiB in all"),
        ("plant.md", b"one\n\xff", "plant.md:2: not UTF-8 text"),
        ("index.json", b'{\n"title": "\xff"}', "index.json:2: not UTF-8 text"),
    ],
)
def test_what_is_too_large_or_no_text_is_refused(garden: Garden, name: str, content: bytes, words: str) -> None:
    garden.write(name, content)
    assert words in garden.refusal()


def test_steps_and_copies_are_counted(garden: Garden) -> None:
    garden.detail(steps=[STEP] * 101)
    assert "details.steps" in garden.refusal()
    for number in range(60):
        garden.write(f"assets/{number}", "")
    garden.detail(assets={"host01": [{"file": "*", "target": f"/{place}"} for place in range(40)]})
    assert f"more than {MAX_FILES} files to copy" in garden.refusal()


def test_text_is_stripped_of_what_a_terminal_would_obey(garden: Garden) -> None:
    hostile = f"# {ESCAPES}\n`{ESCAPES}`{{{{exec}}}}\n<details>\n<summary>{ESCAPES}</summary>{ESCAPES} x</details>\n"
    garden.write("plant.md", hostile)
    garden.say(
        {
            **INDEX,
            "title": ESCAPES + "T",
            "description": ESCAPES,
            "details": {
                "steps": [{"text": "plant.md"}, {"title": ESCAPES}],
                "assets": {f"host02{ESCAPES}": []},
            },
        }
    )
    pack = garden.load()
    texts = [pack.head.title, *map(str, pack.notes)]
    for task in pack.tasks:
        texts += [task.head.title, task.prompt, *(task.commands or ()), *(hint.text for hint in task.head.hints)]
    assert len(texts) > 10
    assert not [text for text in texts if set(text) & set("\x1b\x07\x9b\u202e")]


@pytest.mark.parametrize(
    ("markdown", "shown", "commands"),
    [
        ("`ls -l`{{exec}}", "`ls -l`", ("ls -l",)),
        ("Type `ls`{{execute}} or `pwd`{{ copy }}.", "Type `ls` or `pwd`.", ("ls", "pwd")),
        ("`a`{{execute T1}} `b`{{exec interrupt}}", "`a` `b`", ("a", "b")),
        ("`no`{{}} and `file.txt`{{open}}", "`no` and `file.txt`", None),
        ("```bash\nls\npwd\n```{{exec}}", "```bash\nls\npwd\n```", ("ls\npwd",)),
        ("~~~\nls\n~~~ {{copy}} ", "~~~\nls\n~~~", ("ls",)),
        ("- so:\n    ```\n    ls\n    ```{{exec}}", "- so:\n    ```\n    ls\n    ```", ("ls",)),
        ("```\noutput\n```\n\n```\nls\n```{{exec}}", "```\noutput\n```\n\n```\nls\n```", ("ls",)),
        ("```\nplain\n```", "```\nplain\n```", None),
        ("````\n```\n````{{exec}}", "````\n```\n````", ("```",)),
        ("``a `b` c``{{exec}}", "``a `b` c``", ("a `b` c",)),
        ("```\n`x`{{exec}}\n{{name}}\n```", "```\n`x`{{exec}}\n{{name}}\n```", None),
        ("{{name}} `{{exec}}`", "{{name}} `{{exec}}`", None),
        ("[SEE]({{TRAFFIC_HOST1_80}}/a)", "[SEE](http://localhost:80/a)", None),
        ("At {{TRAFFIC_HOST2_8080}}", "At port 8080 of host02", None),
        ("[PORTS]({{TRAFFIC_SELECTOR}})", "PORTS (a port of the sandbox)", None),
        ("`curl {{TRAFFIC_HOST1_80}}`{{exec}}", "`curl http://localhost:80`", ("curl http://localhost:80",)),
        ("`curl [[HOST_IP]]`{{execute}}", "`curl 127.0.0.1`", ("curl 127.0.0.1",)),
        (
            "See https://[[HOST_SUBDOMAIN]]-80-[[KATACODA_HOST]].environments.katacoda.com/a",
            "See [port 80 of host01](http://localhost:80)/a",
            None,
        ),
        ("1. Do:\n2. ```\n   echo one\n   ```{{exec}}", "1. Do:\n2. ```\n   echo one\n   ```", ("echo one",)),
        ("- ~~~bash\n  ls\n    pwd\n~~~{{copy}}", "- ~~~bash\n  ls\n    pwd\n  ~~~", ("ls\n  pwd",)),
        ("```{{execute}}\nls\n```", "```\nls\n```", ("ls",)),
        ("```\nls\n```{{exec}} and on, `pwd`{{exec}}", "```\nls\n```\nand on, `pwd`", ("ls", "pwd")),
        ("```\ncat <<EOF\nEOF```{{execute}}\nnow", "```\ncat <<EOF\nEOF\n```\nnow", ("cat <<EOF\nEOF",)),
        ("`a`{{execute no-newline}} `^C`{{execute ctrl-seq}}", "`a` `^C`", ("a",)),
        ("a<br>b<BR/>\n<img src='x/y.png'>\n<b>c</b>", "a  \nb\n(image y.png)\n**c**", None),
        ('<img alt="A map" src="m.png"> ![Two](./t.png "t")', "(image A map: m.png) (image Two: t.png)", None),
        ('<a href="https://x.org/a">see</a> <kbd>Tab</kbd>', "[see](https://x.org/a) `Tab`", None),
        ("<ul>\n<li>one</li>\n<li>`two`</li>\n</ul>", "- one\n- `two`", None),
        ("kubectl get <name> `<b>`", "kubectl get <name> `<b>`", None),
        ("<pre>\na &lt;b&gt;\n</pre> then", "```\na <b>\n```\n\nthen", None),
        ('<pre class="file" data-filename="a.js" data-target="replace">x\n</pre>', "`a.js`:\n\n```\nx\n```", None),
        (
            "<table>\n <tr><th>A</th><th>B|C</th></tr>\n <tr>\n  <td><b>1</b></td>\n </tr>\n</table>",
            "| A | B\\|C |\n| --- | --- |\n| **1** |  |",
            None,
        ),
        ("```\n<br>\n```", "```\n<br>\n```", None),
    ],
)
def test_marks_are_read_and_taken_out(markdown: str, shown: str, commands: tuple[str, ...] | None) -> None:
    page = read_page(markdown)
    assert (page.text, page.commands) == (shown, commands)


@pytest.mark.parametrize(
    ("markdown", "shown", "hints"),
    [
        (
            "<details>\n<summary>A <b>tip</b></summary>\n\n  ```\n  ls\n  ```{{exec}}\n</details>",
            "",
            ("A **tip**\n\n```\nls\n```",),
        ),
        ("Do it\n<details><summary>Tip</summary>\n\n`ls`{{exec}}\n</details>\nnow", "Do it\n\nnow", ("Tip\n\n`ls`",)),
        ("<DETAILS open>\nonly this\n</DETAILS>", "", ("only this",)),
        ("<details>a<details>b</details>c</details>d", "d", ("abc",)),
        ("Do <details>never closed", "Do", ("never closed",)),
        ("<details>1</details>x<details><summary>2</summary>3", "x", ("1", "2\n\n3")),
        ("</details>stray", "stray", ()),
        ("<details>1</details>x<details>2</details>", "x", ("1", "2")),
    ],
)
def test_what_is_folded_away_is_a_hint(markdown: str, shown: str, hints: tuple[str, ...]) -> None:
    page = read_page(markdown)
    assert (page.text, page.hints, page.commands) == (shown, hints, None)


@pytest.mark.parametrize(
    "piece",
    [
        "a```",
        "<table>",
        "<pre></pre>",
        "<a href=x>",
        "- ",
        "![a](",
        "<!--",
        "[[HOST_SUBDOMAIN]]-",
        "` ",
        "`",
        "[",
        "<br ",
        "<details>",
        "[a]({{TRAFFIC_X",
        "```\n",
        "`a`{{ ",
        "<",
        " \t",
        "{{TRAFFIC_",
    ],
)
def test_no_page_takes_for_ever_to_read(piece: str) -> None:
    """Without an end of these the run would not end: what is tried at each place of a text is bounded."""
    assert read_page(piece * (MAX_PAGE // len(piece))).hints == ()


def test_the_screen_offers_what_is_marked_else_every_block() -> None:
    blocks = "```\none\n```\n\n```\ntwo\n```"
    assert commands_of(TaskView("id", "Title", blocks, 1)) == ["one", "two"]
    assert commands_of(TaskView("id", "Title", blocks, 1, commands=("two", "\x1b[0m"))) == ["two"]


def test_the_commands_of_a_fold_are_offered_once_it_is_shown(garden: Garden) -> None:
    folds = ["`ls`{{exec}} or `pwd`{{copy}}, not `rm`", "\n```\nid\n```\n"]
    garden.write("plant.md", "Do it.\n" + "".join(f"<details><summary>Tip</summary>{fold}</details>" for fold in folds))
    task = garden.load().task("step1")
    hints = [hint.text for hint in task.head.hints]
    shown = TaskView(
        "id", "Title", task.prompt, 1, hints=hints, commands=task.commands, hint_commands=task.hint_commands
    )
    assert [commands_of(shown, number) for number in range(3)] == [[], ["ls", "pwd"], ["ls", "pwd", "id"]]


@pytest.mark.parametrize(
    ("asset", "copied"),
    [
        ({"file": "a.txt", "target": "/root"}, [("a.txt", "/root/a.txt", "0644")]),
        ({"file": "./a.txt", "target": "~/"}, [("a.txt", "~/a.txt", "0644")]),
        ({"file": "app/run.sh", "target": "/", "chmod": "+x"}, [("app/run.sh", "/run.sh", "0755")]),
        ({"file": "app/run.sh", "target": "/o", "chmod": "u+x"}, [("app/run.sh", "/o/run.sh", "0744")]),
        ({"file": "a.txt", "target": "/o", "chmod": "+w"}, [("a.txt", "/o/a.txt", "0644")]),
        ({"file": "a.txt", "target": "/o", "chmod": "a+rwx"}, [("a.txt", "/o/a.txt", "0777")]),
        ({"file": "a.txt", "target": "/o", "chmod": "600"}, [("a.txt", "/o/a.txt", "0600")]),
        ({"file": "*", "target": "/o"}, [("a.txt", "/o/a.txt", "0644")]),
        ({"file": "app/*", "target": "/o"}, [("app/run.sh", "/o/run.sh", "0644")]),
        ({"file": "a*/*.sh", "target": "/o"}, [("app/run.sh", "/o/app/run.sh", "0644")]),
        (
            {"file": "app/**/*.*", "target": "/o"},
            [("app/deep/down/b.json", "/o/deep/down/b.json", "0644"), ("app/run.sh", "/o/run.sh", "0644")],
        ),
        ({"file": "**/*.json", "target": "/o"}, [("app/deep/down/b.json", "/o/app/deep/down/b.json", "0644")]),
        ({"file": "none/*", "target": "/o"}, []),
    ],
)
def test_assets_are_copied_where_they_belong(
    garden: Garden, asset: dict[str, str], copied: list[tuple[str, str, str]]
) -> None:
    for name in ("a.txt", "app/run.sh", "app/deep/down/b.json"):
        garden.write(f"assets/{name}", name)
    garden.detail(assets={"host01": [asset]})
    task = garden.load().tasks[0]
    found = task.head.setup.files
    assert [(file.file.removeprefix("assets/"), file.target, file.mode) for file in found] == copied
    assert [task.assets[file.file].decode() for file in found] == [name for name, _, _ in copied]


@pytest.mark.parametrize("chmod", ["x", "+q", "99", "+x; id", "07777"])
def test_a_mode_that_is_none_is_refused(garden: Garden, chmod: str) -> None:
    garden.write("assets/a.txt", "a")
    garden.detail(assets={"host01": [{"file": "a.txt", "target": "/root", "chmod": chmod}]})
    assert f"the mode `{chmod}` is not understood\nwrite it like +x or 0755" in garden.refusal()


@pytest.mark.parametrize("target", ["", "/a\0b", "/" + "a" * 1024])
def test_a_target_that_is_no_path_is_refused(garden: Garden, target: str) -> None:
    garden.write("assets/a.txt", "a")
    garden.detail(assets={"host01": [{"file": "a.txt", "target": target}]})
    assert "target: " in garden.refusal()


def test_a_manifest_of_ours_comes_before_an_index_of_theirs(draft: Draft) -> None:
    draft.write("index.json", "no JSON")
    assert draft.load().id == "draft"


def course(root: Path, *scenarios: str) -> None:
    for name in scenarios:
        Garden(root / name).say({**INDEX, "title": f"On {name}"})


def test_a_course_lists_its_scenarios_in_its_order(tmp_path: Path) -> None:
    course(tmp_path, "b", "a", "part/c", "hidden")
    assert [one.path for one in scenarios_of(tmp_path)] == ["a", "b", "hidden", "part/c"]
    items = [{"path": "part"}, {"path": "b", "title": "Other"}, {"path": "./a/"}, {"path": "a"}, {"path": "gone"}]
    (tmp_path / "structure.json").write_text(json.dumps({"items": items, "title": "A course"}))
    assert scenarios_of(tmp_path) == [("part/c", "On part/c"), ("b", "Other"), ("a", "On a")]


@pytest.mark.parametrize("path", ["../out", "/etc", "..", ".", "", "a\0", "link", "link/out", "a" * 300])
def test_a_course_lists_nothing_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    course(tmp_path, "course/a", "out", "out/out")
    (tmp_path / "course" / "link").symlink_to(tmp_path / "out")
    (tmp_path / "course" / "structure.json").write_text(json.dumps({"items": [{"path": path}, {"path": "a"}]}))
    monkeypatch.chdir(tmp_path / "course")
    for root in (tmp_path / "course", Path(), Path("..") / "course", Path("../out/../course")):
        assert [one.path for one in scenarios_of(root)] == ["a"]
    (tmp_path / "course" / "structure.json").unlink()
    assert [one.path for one in scenarios_of(tmp_path / "course")] == ["a"]


def test_a_course_tells_how_to_start_one_of_its_scenarios(tempshell: Tempshell) -> None:
    course(tempshell.directory / "course", "one", "two 2")
    refused = tempshell("start", "./course", code=2).stderr
    assert "'course' is a course: start one of its scenarios" in refused
    assert "`tempshell start course/one` On one" in refused
    assert "`tempshell start 'course/two 2'` On two 2" in refused
    assert "course/one" in tempshell("pack", "show", "./course").stdout
    shown = tempshell("pack", "show", "./course", "--json").json()
    assert shown[1] == {"path": "course/two 2", "title": "On two 2"}


def test_a_course_may_have_any_number_of_scenarios(tmp_path: Path) -> None:
    names = [f"s{number:03}" for number in range(250)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.json").write_text('{"title": "One", "backend": {"imageid": "ubuntu"}}')
    assert [one.path for one in scenarios_of(tmp_path)] == names


@pytest.mark.parametrize("stray", ['{"name": "a website"}', "[]", "no JSON"])
def test_an_index_of_something_else_does_not_hide_a_course(tempshell: Tempshell, stray: str) -> None:
    course(tempshell.directory / "course", "one", "two")
    (tempshell.directory / "course" / "index.json").write_text(stray)
    assert "is a course" in tempshell("start", "./course", code=2).stderr
    assert [one["title"] for one in tempshell("pack", "show", "./course", "--json").json()] == ["On one", "On two"]


def test_a_scenario_at_the_root_of_a_course_does_not_hide_the_others(tempshell: Tempshell) -> None:
    root = tempshell.directory / "course"
    course(root, ".", "one", "two")
    for name in ("intro.md", "dig.sh", "plant.md", "plant-verify.sh", "look.md", "finish.md"):
        (root / name).write_text("true\n")
    shown = tempshell("pack", "show", "./course").stdout
    assert "On ." in shown
    assert "course/two" in shown
    assert len(tempshell("pack", "show", "./course", "--json").json()["scenarios"]) == 2
    noted = [one.message for one in lint(root) if one.file == "index.json"]
    assert "2 more scenarios are in directories below this one: `tempshell pack show` lists them" in noted


def test_lint_looks_at_each_scenario_of_a_course(tempshell: Tempshell) -> None:
    root = tempshell.directory / "course"
    course(root, "good", "part/bad")
    for name in ("intro.md", "dig.sh", "plant.md", "plant-verify.sh", "look.md", "finish.md"):
        (root / "good" / name).write_text("true\n")
    found = tempshell("pack", "lint", "./course", code=2).stdout
    assert "course/good/index.json:" in found
    assert "part/bad/index.json:6: error: the pack has no file `intro.md`" in found
    assert "pack.yaml" not in found
    (root / "structure.json").write_text('{\n"items": 1}')
    assert "course/structure.json:2: error: items:" in tempshell("pack", "lint", "./course", code=2).stdout


def test_a_structure_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    course(tmp_path, "one")
    (tmp_path / "secret").write_text("root:x:0:0")
    (tmp_path / "structure.json").symlink_to(tmp_path / "secret")
    assert "structure.json" in (told := refusal_of(lambda: scenarios_of(tmp_path)))
    assert "root:" not in told


def test_a_broken_structure_is_refused_with_its_line(tempshell: Tempshell) -> None:
    course(tempshell.directory / "course", "one")
    (tempshell.directory / "course" / "structure.json").write_text('{\n"items": [{"file": "one"}]}')
    assert "structure.json:2: items[0]: there is no key `path`" in tempshell("start", "./course", code=2).stderr


def test_lint_says_what_differs_and_what_is_unproven(garden: Garden) -> None:
    found = lint(garden.root)
    assert [(one.rule, one.level) for one in found] == [("no-solution", "warning"), *[("scenario", "warning")] * 2]
    line = (garden.root / "index.json").read_text().split('"interface"')[0].count("\n") + 1
    assert ("`interface` (layout) has no effect here", line) in [(one.message, one.line) for one in found]
    garden.on("windows")
    (refused,) = lint(garden.root)
    assert (refused.rule, refused.level, refused.file, refused.line > 1) == ("format", "error", "index.json", True)


@pytest.mark.engine("docker")
def test_prove_says_that_there_is_nothing_to_prove_with(garden: Garden, tempshell: Tempshell) -> None:
    proof = tempshell("pack", "prove", str(garden.root), *AS_ROOT, "--quiet", "--format", "json", code=6).json()
    why = {task["task"]: (task["state"], task["why"]) for task in proof["tasks"]}
    assert why["intro"] == ("unproven", "it is a page to read")
    assert why["step1"] == ("unproven", "it has no solution to prove its checks with")


def test_a_scenario_starts_on_nothing_that_does_not_suit_it(garden: Garden, tempshell: Tempshell) -> None:
    refused = tempshell("start", str(garden.root), "--backend", "local", "--detach", code=2)
    assert "does not run on local" in refused.stderr
    assert "not on an Ubuntu machine" in refused.stderr


@pytest.mark.engine("docker")
def test_a_scenario_is_worked_through(garden: Garden, tempshell: Tempshell) -> None:
    """Its scripts run as root, both at once; its check fails, passes after the work, and its start comes back."""
    garden.write("assets/spade", "dig")
    garden.write("wait.sh", "until [ -e /srv/bed/ready ]; do sleep 0.1; done; echo ready; exit 3\n")
    garden.write("weed.sh", "rm -f /srv/bed/tulip; echo weeded >&2\nif false; then systemctl restart sun; fi\n")
    garden.detail(
        intro={"text": "intro.md", "background": "dig.sh", "foreground": "wait.sh"},
        steps=[{**STEP, "background": "weed.sh"}, {"text": "look.md"}],
        assets={"host01": [{"file": "spade", "target": "~/tools", "chmod": "+x"}]},
    )
    started = tempshell("start", str(garden.root), *AS_ROOT, "--detach")
    assert "it uses systemctl, and so it asks for the machine profile" in started.stderr
    assert "commands that the sandbox does not have, unless the pack brings them itself: systemctl\n" in started.stderr
    address = tempshell("exec", "--", "sh", "-c", "hostname --ip-address").stdout.strip()
    assert tempshell("exec", "--", "cat", "/etc/killercoda/host").stdout == f"http://{address}:PORT\n"
    looked = tempshell("exec", "--", "sh", "-c", "id -u; cat /var/log/killercoda/*; stat -c %a /root/tools/spade")
    assert looked.stdout.split() == ["0", "ready", "weeded", "755"]

    rows = {row["id"]: row["points"] for row in tempshell("tasks", "--json").json()}
    assert rows == {"intro": 0, "step1": 1, "step2": 0, "finish": 0}
    assert "Different here" in tempshell("tasks", "intro").stdout
    failed = tempshell("check", "--json", code=6).json()
    assert {task["task"]: task["verdict"] for task in failed} == {
        "intro": "pass",
        "step1": "fail",
        "step2": "pass",
        "finish": "pass",
    }
    assert "no tulip" in failed[1]["results"][0]["message"]

    tempshell("exec", "--", "touch", "/srv/bed/tulip")
    tempshell("check")
    assert tempshell("score", "--json").json()["percent"] == 100

    tempshell("reset", "step1")
    tempshell("check", "step1", code=6)
    assert "A garden" in tempshell("report").stdout


@pytest.mark.engine("docker")
@pytest.mark.long  # a minute for an image that nothing else needs
def test_a_scenario_that_uses_docker_gets_it_once_it_is_allowed(garden: Garden, tempshell: Tempshell) -> None:
    garden.write("dig.sh", "mkdir -p /srv/bed; systemctl is-active docker >/srv/docker; docker volume create soil\n")
    garden.write("plant-verify.sh", "docker volume inspect soil && test -e /srv/bed/tulip\n")
    refused = tempshell("start", str(garden.root), "--detach", code=2).stderr
    assert "it would be root in a privileged container" in refused
    assert "--profile machine allows it" in refused
    started = tempshell("start", str(garden.root), "--profile", "machine", "--detach").stderr
    assert "does not have" not in started
    assert tempshell("exec", "--", "cat", "/srv/docker").stdout == "active\n"
    tempshell("check", "step1", code=6)
    tempshell("exec", "--", "touch", "/srv/bed/tulip")
    tempshell("check", "step1")


@pytest.mark.engine("docker")
def test_the_screen_shows_the_pages_and_types_what_is_marked(garden: Garden, tempshell: Tempshell) -> None:
    garden.write("plant.md", "Look: `cat notes`\n\n```\nan output\n```\n\n`echo one$((1 + 1))three`{{exec}}\n")
    tempshell.start(str(garden.root), *AS_ROOT)
    with outer(Command((*PROGRAM, "attach"), tempshell.user.environment)) as terminal:
        terminal.until_sees("Welcome.")
        terminal.until_sees("Different here:")
        terminal.until_sees("# ")
        terminal.send(b"\x1dc")
        terminal.until_sees("✓ 1 Introduction")
        terminal.send(b"\x1dn")
        terminal.until_sees("Look: cat notes")
        terminal.send(b"\x1ds")
        terminal.send(b"\r")
        terminal.until_sees("one2three")
        terminal.send(b"\x1dc")
        terminal.until_sees("it said: no")
        terminal.send(b"\x1da")
        terminal.until_sees("no solution")
        terminal.send(b"\x1dd")
        assert terminal.exit_code() == 0


@pytest.mark.engine("docker")
def test_a_background_script_goes_on_and_an_error_in_it_is_on_record(garden: Garden, tempshell: Tempshell) -> None:
    garden.write(
        "dig.sh", "echo begun; nosuchprogram; (while :; do date >/srv/time; sleep 0.2; done) & disown; exit 1\n"
    )
    tempshell("start", str(garden.root), *AS_ROOT, "--quiet", "--detach")
    log = tempshell("exec", "--", "cat", "/var/log/killercoda/intro-background.log").stdout
    assert "begun" in log
    assert "nosuchprogram: command not found" in log
    tempshell("exec", "--", "sh", "-c", "rm -f /srv/time; until [ -e /srv/time ]; do sleep 0.1; done")


@pytest.mark.engine("kind")
def test_a_scenario_for_a_cluster_of_two_nodes(garden: Garden, tempshell: Tempshell) -> None:
    """The shell is root's on the control plane, and administers the cluster; so do the scenario's own scripts.

    The nodes have the names that scenarios know them by, and root of one is root on the other.
    """
    configure_for_kind(tempshell.user)
    garden.on("kubernetes-kubeadm-2nodes")
    garden.write("dig.sh", f"{SETUP_ON_NODES}systemctl is-active kubelet\n")
    garden.write(
        "plant-verify.sh",
        "set -e\ntest -e /etc/kubernetes/manifests/etcd.yaml\nssh node01 sudo test -e /srv/bed/tulip\n"
        "kubectl get configmap tulip\n",
    )
    assert (
        "on the control plane"
        in tempshell("start", str(garden.root), "--detach", "--profile", "admin", "-e", "SEEDS=many").stderr
    )
    assert tempshell("exec", "--", "sh", "-c", "echo $SEEDS").stdout == "many\n"
    assert tempshell("exec", "--", "cat", "/var/log/killercoda/intro-background.log").stdout.split()[-1] == "active"
    looked = "id -u; hostname; pwd; ssh node01 hostname; ssh -n node01 ssh controlplane hostname"
    assert tempshell("exec", "--", "sh", "-c", looked).stdout.split() == [
        *("0", "controlplane", "/root", "node01", "controlplane"),
    ]
    nodes = "custom-columns=NAME:.metadata.name,TAINTS:.spec.taints"
    listed = tempshell("exec", "--", "kubectl", "get", "nodes", "--no-headers", "--output", nodes).stdout
    assert listed.split() == ["controlplane", "<none>", "node01", "<none>"]
    classes = tempshell("exec", "--", "kubectl", "get", "storageclass", "--no-headers").stdout
    assert classes.startswith("local-path (default)")
    assert len(classes.splitlines()) == 1
    missing = f'for name in {" ".join(TOOLS)}; do command -v "$name" >/dev/null || echo "$name"; done'
    assert not tempshell("exec", "--", "sh", "-c", missing).stdout.split()
    tempshell("check", "step1", code=6)

    # What a learner does to their own kubectl does not reach the grader's; the store does not know where the shell is.
    tempshell("exec", "--", "kubectl", "config", "set-context", "--current", "--namespace", "bed")
    tempshell("exec", "--", "kubectl", "create", "configmap", "tulip")
    tempshell("exec", "--", "ssh", "node01", "touch", "/srv/bed/tulip")
    tempshell("check", "step1")
    (sandbox,) = KindBackend().find(tempshell.user.owner)
    graders = SandboxExec(KindBackend(), sandbox).cluster
    assert graders
    assert b"tulip" not in graders.kubectl("get", "configmaps", timeout=30).stdout
    tempshell.user.paths.store.unlink()
    assert tempshell("exec", "--", "hostname").stdout == "controlplane\n"

    with outer(Command((*PROGRAM, "attach", "--plain"), tempshell.user.environment)) as terminal:
        terminal.until_sees("root@controlplane")
        terminal.send(b"k get nodes\r")
        terminal.until_sees("node01")
    assert tempshell("extend", "--json").json()["remaining"] > 3600
    tempshell("pause")
    tempshell("resume")
    assert tempshell("exec", "--", "kubectl", "get", "configmap", "tulip", "--output", "name").stdout


@pytest.mark.engine("kind")
@pytest.mark.long  # two minutes; that a cluster comes back is tested without names and ssh, too
def test_nodes_know_each_other_again_after_a_restart(garden: Garden, tempshell: Tempshell) -> None:
    """As after one of the engine's machine; the worker whose container is gone is gone from the cluster, too."""
    configure_for_kind(tempshell.user)
    garden.on("kubernetes-kubeadm-2nodes")
    session = tempshell.start(str(garden.root), *AS_ROOT)
    nodes = [node_of(session), f"ckad-{session}-worker"]

    def docker(*argv: str) -> None:
        subprocess.run(("docker", *argv), check=True, capture_output=True)

    docker("kill", *nodes)
    for name in nodes[::-1]:  # so that each gets the address of the other
        docker("start", name)
        docker("kill", name)
    hop = "ssh node01 hostname && ssh -n node01 ssh controlplane hostname"
    assert tempshell("exec", "--", "sh", "-c", hop).stdout.split() == ["node01", "controlplane"]
    docker("rm", "--force", "--volumes", nodes[1])
    tempshell("exec", "--", "true")
    eventually(
        lambda: tempshell("exec", "--", "kubectl", "get", "nodes", "--output", "name").stdout == "node/controlplane\n",
        "the worker is forgotten",
    )
