"""Each attempt draws the values of a task's variables, and finds them wherever the task refers to them."""

from __future__ import annotations

import pytest
from msgspec import convert

from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.authoring.prove import State, prove_task
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.nouns import NOUNS
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.format.values import Var, VarName, draw_values, is_value
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.grading.setup import SetupFailed, apply_setup, draw_task, run_solution
from tempshell_cli.packs.library.load import load_pack
from tests.support.command_line import Tempshell

from .drafts import Draft, refusal_of

SEEDS = [str(seed) for seed in range(40)]
TASK_FILE = "tasks/one.md"
TASK = """\
---
id: one
title: Serve on ${{ vars.port }}
vars:
  port: {range: [20000, 32000]}
  city: {pick: [Oslo, Rome]}
  code: {pick: [201, 202]}
  name: {words: 2}
  mark: {from: mark.sh}
setup:
  files: [{file: settings, target: settings}]
  run: setup.sh
checks:
- id: settings
  fail: Not ${{vars.city}}.
  file: {path: "${{ vars.name }}.json", json: {port: ${{ vars.port }}, text: "${{ vars.port }}"}}
- id: code
  http: {url: "http://localhost:${{ vars.port }}/", status: ${{ vars.code }}}
- id: mark
  exec: {argv: [grep, -qx, "${{ vars.mark }}", mark.txt]}
hints: [{text: "It is ${{ vars.city }}."}]
solution: solution.sh
---
Write `${{ vars.name }}.json` for ${{ vars.city }}; `$${{ vars.city }}` and `${{ github.ref }}` stay.
"""


KEPT = """\
---
id: one
title: Write ${{ vars.name }}
vars: {name: {words: 3}, mark: {from: mark.sh}}
setup: {run: setup.sh}
checks:
- id: there
  file: {path: answer, text: {equals: "${{ vars.name }} ${{ vars.mark }}"}}
solution: solution.sh
---
Write `${{ vars.name }}` and what is in `mark` to `answer`.
"""


def variables(**words: object) -> dict[str, Var]:
    return convert(words, dict[VarName, Var])


@pytest.fixture
def draft(draft: Draft) -> Draft:
    draft.write("tasks/one.md", TASK)
    draft.write("settings", "city: ${{ vars.city }}\n")
    draft.write("setup.sh", 'cp settings "$HOME/$VARS_NAME.settings"\n')
    draft.write("mark.sh", 'echo "$VARS_NAME-mark"\n')
    draft.write(
        "solution.sh",
        'printf \'{"port": %s, "text": "%s"}\' "$VARS_PORT" "$VARS_PORT" >"$VARS_NAME.json"\n'
        'echo "$VARS_MARK" >mark.txt\n',
    )
    return draft


def attempt(draft: Draft, seed: str, mark: str = "x") -> Task:
    return draft.load().drawn(seed, {"one/mark": mark}).task("one")


@pytest.mark.parametrize("text", ["a", "Ada Lovelace", "10.0.0.0/8", "12:30", "~/a", "no", "a-b_c", "x@y.z", "50%"])
def test_plain_texts_are_values(text: str) -> None:
    assert is_value(text)


@pytest.mark.parametrize(
    "text", ["", " a", "a ", "a: b", "a:", "a #b", "a\n", "-a", 'a"b', "a,b", "a  b", "é", "a" * 201]
)
def test_what_yaml_or_a_shell_reads_more_into_is_not_a_value(text: str) -> None:
    assert not is_value(text)


def test_the_same_seed_draws_the_same_and_others_draw_others(draft: Draft) -> None:
    drawn = [attempt(draft, seed).values for seed in SEEDS]
    assert drawn == [attempt(draft, seed).values for seed in SEEDS]
    assert {values["city"] for values in drawn} == {"Oslo", "Rome"}
    assert len({values["port"] for values in drawn}) > len(SEEDS) - 3
    assert all(20000 <= int(values["port"]) <= 32000 for values in drawn)
    assert all(set(values["name"].split("-")) <= set(NOUNS) for values in drawn)


def test_values_are_those_of_every_release_and_python() -> None:
    """A session that was started by an older tempshell is graded by a newer one."""
    found = draw_values(variables(a={"range": [1, 10**9]}, b={"words": 2}, c={"pick": ["x", "y", "z"]}), "seed", "task")
    assert found == {"a": "23667927", "b": "temple-jasmine", "c": "z"}


def test_a_value_stands_wherever_the_task_refers_to_it(draft: Draft) -> None:
    task = attempt(draft, "1", mark="found")
    port, city, name = (task.values[one] for one in ("port", "city", "name"))
    settings, code, mark = task.head.checks
    assert task.head.title == f"Serve on {port}"
    assert task.prompt == f"Write `{name}.json` for {city}; `${{{{ vars.city }}}}` and `${{{{ github.ref }}}}` stay."
    assert task.head.hints[0].text == f"It is {city}."
    assert settings.fail == f"Not {city}."
    assert task.assets["settings"] == f"city: {city}\n".encode()
    assert settings.file
    assert (settings.file.path, settings.file.json) == (f"{name}.json", {"port": int(port), "text": port})
    assert code.http
    assert (code.http.url, code.http.status) == (f"http://localhost:{port}/", int(task.values["code"]))
    assert mark.exec
    assert mark.exec.argv[2] == "found"


def test_the_solution_is_shown_with_the_values_that_it_reads(draft: Draft) -> None:
    task = attempt(draft, "1")
    assert task.solution.startswith(f"VARS_PORT={task.values['port']}\nVARS_NAME={task.values['name']}\nVARS_MARK=x\n")
    assert "VARS_CITY" not in task.solution


def test_a_translation_has_the_same_values(draft: Draft) -> None:
    draft.replace("pack.yaml", "tasks:", "locales: [en, de]\ntasks:")
    draft.write("tasks/one.de.md", "---\ntitle: Auf ${{ vars.port }}\n---\nFür ${{ vars.city }}.\n")
    english = draft.load().drawn("1").task("one")
    german = load_pack(draft.root, ["de"]).drawn("1").task("one")
    assert german.values == english.values
    assert german.head.title == f"Auf {german.values['port']}"
    assert german.prompt == f"Für {german.values['city']}."
    draft.replace("tasks/one.de.md", "vars.city", "vars.town")
    assert "one.de.md:4: there is no variable `town`" in refusal_of(draft.load)


def test_variables_of_the_pack_are_the_same_in_all_of_its_tasks(draft: Draft) -> None:
    draft.replace("pack.yaml", "tasks:\n- tasks/one.md", "vars: {team: {words: 1}}\ntasks:\n- tasks/one.md\n- two.md")
    two = TASK.replace("id: one", "id: two").replace("Serve on", "For ${{ vars.team }} on")
    draft.write("two.md", two)
    for seed in SEEDS:
        one, other = draft.load().drawn(seed).tasks
        assert one.values["team"] == other.values["team"]
        assert other.head.title == f"For {one.values['team']} on {other.values['port']}"
        assert one.values["team"] not in one.values["name"].split("-")


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_words_or_numbers_of_a_task_are_the_same_while_there_are_others(seed: str) -> None:
    ranges = {name: {"range": [1, 3]} for name in "abc"}
    found = draw_values(variables(**ranges, one={"words": 3}, two={"words": 3}), seed, "t")
    nouns = [noun for name in ("one", "two") for noun in found[name].split("-")]
    assert len(set(nouns)) == len(nouns) == 6
    assert {found[name] for name in "abc"} == {"1", "2", "3"}


def test_where_there_are_too_few_numbers_one_is_drawn_twice() -> None:
    found = draw_values(variables(**{name: {"range": [1, 2]} for name in "abc"}), "1", "t")
    assert sorted(found) == ["a", "b", "c"]
    assert set(found.values()) == {"1", "2"}


REFUSED = {
    "unknown in the front matter": (
        *(TASK_FILE, "Not ${{vars.city}}", "Not ${{vars.town}}"),
        "one.md:15: there is no variable `town`",
    ),
    "unknown in the prompt": (TASK_FILE, "for ${{ vars.city }}", "for ${{ vars.cty }}", "did you mean `city`?"),
    "unknown in a file": (
        *("settings", "vars.city", "vars.town"),
        "one.md:11: `settings`, line 1: there is no variable `town`",
    ),
    "unknown in a script": (
        *("setup.sh", "$VARS_NAME", "${VARS_NAM}"),
        "one.md:12: `setup.sh`, line 1: there is no variable `nam`",
    ),
    "a reference in a script": (
        *("solution.sh", "$VARS_MARK", "${{ vars.mark }}"),
        "scripts have `mark` in their environment\nwrite `$VARS_MARK`",
    ),
    "a value that does not fit": (
        *(TASK_FILE, "pick: [201, 202]", "pick: [201, many]"),
        "one.md:18: checks[1].http.status: Expected `int`, got `str`, where `port` is 32000, `code` is many",
    ),
    "none of the ways": (
        *(TASK_FILE, "{words: 2}", "{}"),
        "one.md:8: vars.name: a variable has one of pick, range, words and from; this has none",
    ),
    "two of the ways": (TASK_FILE, "{words: 2}", "{words: 2, pick: [a, b]}", "one.md:8: vars.name: a variable"),
    "a range the wrong way round": (TASK_FILE, "[20000, 32000]", "[32000, 20000]", "32000 is not below 20000"),
    "a value that would be code": (TASK_FILE, "[Oslo, Rome]", "[Oslo, $(id)]", "vars.city.pick[1]: `$(id)` is not"),
    "one option": (TASK_FILE, "[Oslo, Rome]", "[Oslo]", "one.md:6: vars.city.pick: Expected a list of length >= 2"),
    "a misspelt way": (TASK_FILE, "{words: 2}", "{word: 2}", "unknown key `word`\ndid you mean `words`?"),
    "a name for no environment": (TASK_FILE, "  city: {", "  my-city: {", "a key is not of the form"),
    "a variable of a variable": (
        *(TASK_FILE, "pick: [Oslo, Rome]", 'pick: [Oslo, "${{ vars.port }}"]'),
        "one.md:4: a variable refers to a variable",
    ),
    "a drawn id": (TASK_FILE, "id: one", "id: a-${{ vars.port }}", "one.md:2: the id of a task is the same in every"),
    "a lost script": (TASK_FILE, "from: mark.sh", "from: marc.sh", "one.md:9: the pack has no file `marc.sh`"),
}


@pytest.mark.parametrize(("file", "old", "new", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused_by_file_and_line(
    file: str, old: str, new: str, expected: str, draft: Draft
) -> None:
    draft.replace(file, old, new)
    assert expected in refusal_of(draft.load)
    assert [one.rule for one in lint(draft.root) if one.level == "error"] == ["format"]


def test_a_variable_is_the_packs_or_the_tasks(draft: Draft) -> None:
    draft.replace("pack.yaml", "tasks:", "vars: {city: {pick: [a, b]}}\ntasks:")
    assert "one.md:6: the pack has a variable `city`, too" in refusal_of(draft.load)
    draft.replace("pack.yaml", "city: {pick: [a, b]}", "team: {from: mark.sh}")
    assert "pack.yaml:6: only a task's variables are written by a script" in refusal_of(draft.load)


def test_without_variables_a_reference_is_text(draft: Draft) -> None:
    kept = "---\nid: one\ntitle: T\nchecks:\n- {id: a, file: {path: a}}\nsolution: solution.sh\n---\n$${{ vars.x }}\n"
    draft.write("tasks/one.md", kept)
    assert draft.load().drawn("1").task("one").prompt == "$${{ vars.x }}"
    assert draft.load().task("one").values == {}


def test_lint_names_what_nothing_reads_and_what_the_text_does_not_state(draft: Draft) -> None:
    draft.replace("tasks/one.md", "  name:", "  spare: {words: 1}\n  name:")
    draft.replace("tasks/one.md", "Serve on ${{ vars.port }}", "Serve")
    draft.replace("pack.yaml", "tasks:", "vars: {team: {words: 1}}\ntasks:")
    found = [(one.rule, one.file, one.line) for one in lint(draft.root) if "variable" in one.rule]
    assert found == [
        ("unused-variable", "pack.yaml", 6),
        ("unused-variable", "tasks/one.md", 8),
        ("unstated-variable", "tasks/one.md", 17),
        ("unstated-variable", "tasks/one.md", 19),  # port
        ("unstated-variable", "tasks/one.md", 19),  # code
    ]


@pytest.mark.parametrize(("find", "warned"), [("find: true\n", 0), ("", 1)])
def test_what_the_setup_shows_need_not_be_stated_where_the_task_is_to_find_it(
    find: str, warned: int, draft: Draft
) -> None:
    draft.replace("tasks/one.md", "for ${{ vars.city }};", "for it;")
    draft.replace("tasks/one.md", "setup:\n", f"{find}setup:\n")
    found = [one.line for one in lint(draft.root) if one.rule == "unstated-variable" and "`city`" in one.message]
    assert len(found) == warned


@pytest.mark.engine("local")
def test_scripts_find_the_values_in_their_environment(draft: Draft, sandbox_shell: SandboxShell) -> None:
    task, written = draw_task(draft.load().task("one"), "1", sandbox_shell)
    name = task.values["name"]
    assert written == {"one/mark": f"{name}-mark"}
    assert task.values["mark"] == f"{name}-mark"
    grader = Grader(sandbox_shell)
    apply_setup(task, grader)
    city = sandbox_shell.run(("cat", f"{name}.settings"), timeout=10).stdout.decode()
    assert city == f"city: {task.values['city']}\n"
    run_solution(task, sandbox_shell)
    found = {one.check: one.verdict for one in grader.grade(task).results}
    assert found == {"settings": Verdict.PASS, "code": Verdict.FAIL, "mark": Verdict.PASS}


@pytest.mark.engine("local")
def test_a_proof_draws_and_names_the_values_where_a_step_does_not_hold(
    draft: Draft, sandbox_shell: SandboxShell
) -> None:
    draft.write(TASK_FILE, KEPT)
    draft.write("setup.sh", "rm -f answer\n")
    draft.write("mark.sh", "echo secret\n")
    draft.write("solution.sh", 'echo "$VARS_NAME $VARS_MARK" >answer\n')
    assert prove_task(draft.load().task("one"), sandbox_shell, seed="1").state is State.PROVEN
    draft.write("solution.sh", "echo maple secret >answer\n")
    proof = prove_task(draft.load().task("one"), sandbox_shell, seed="1")
    assert proof.state is State.WRONG
    assert "(drawn: mark secret, name " in proof.why
    draft.write("mark.sh", "exit 3\n")
    proof = prove_task(draft.load().task("one"), sandbox_shell)
    assert (proof.state, proof.why) == (State.WRONG, "the task one cannot be set up: mark.sh ended with exit code 3")


@pytest.mark.engine("local")
def test_a_pack_is_proven_with_several_draws(draft: Draft, tempshell: Tempshell) -> None:
    draft.write(TASK_FILE, KEPT.replace("vars: {", "vars: {city: {pick: [Oslo, Rome]}, "))
    draft.write("setup.sh", "rm -f answer\n")
    draft.write("mark.sh", "echo secret\n")
    draft.write("solution.sh", '[ "$VARS_CITY" = Oslo ] && echo "$VARS_NAME $VARS_MARK" >answer\n')
    cities = [draft.load().drawn(seed).task("one").values["city"] for seed in ("3", "3/2")]
    assert cities == ["Oslo", "Rome"]
    argv = ("pack", "prove", str(draft.root), "--quiet", "--json", "--seed", "3")
    (one,) = tempshell(*argv, "--draws", "1").json()["tasks"]
    assert one["state"] == "proven"
    (three,) = tempshell(*argv, code=6).json()["tasks"]
    assert three["state"] == "wrong"
    assert "city Rome" in three["why"]
    assert [step["name"] for step in one["steps"]] == [step["name"] for step in three["steps"]][: len(one["steps"])]
    assert "draw 2: start" in [step["name"] for step in three["steps"]]


@pytest.mark.engine("local")
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo a; echo b", "mark.sh wrote what cannot be a value: 'a b'"),
        ("true", "mark.sh wrote what cannot be a value: ''"),
        ("echo '$(id)'", "cannot be a value"),
        ("echo no >&2; exit 3", "mark.sh ended with exit code 3:\nno"),
    ],
)
def test_a_script_writes_one_value_or_the_task_cannot_be_set_up(
    script: str, expected: str, draft: Draft, sandbox_shell: SandboxShell
) -> None:
    draft.write("mark.sh", script)
    with pytest.raises(SetupFailed) as failed:
        draw_task(draft.load().task("one"), "1", sandbox_shell)
    assert expected in str(failed.value)


@pytest.mark.engine("local")
def test_an_attempt_keeps_its_values(tempshell: Tempshell, draft: Draft) -> None:
    """Through a reset and a lost store; an exam of the same seed draws the same, another session others."""
    draft.write("tasks/one.md", KEPT)
    draft.write("mark.sh", "tr -dc a-z </dev/urandom | head -c 12\n")
    draft.write("setup.sh", 'rm -f answer; echo "$VARS_MARK" >mark\n')
    draft.write("solution.sh", 'echo "$VARS_NAME $VARS_MARK" >answer\n')
    pack = str(draft.root)

    def text() -> str:
        return tempshell("tasks", "one").stdout

    tempshell.start(pack)
    first, mark = text(), tempshell("exec", "--", "cat", "mark").stdout
    assert tempshell("tasks", "--json").json()[0]["title"] == f"Write {first.split('`')[1]}"
    tempshell("reset", "one")
    assert (text(), tempshell("exec", "--", "cat", "mark").stdout) == (first, mark)
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()
    assert text() == first
    tempshell("check", code=6)
    tempshell("exec", "--", "sh", "-c", f'echo "{first.split("`")[1]} $(cat mark)" >answer')
    tempshell("check")
    tempshell("stop")
    assert f"Write {first.split('`')[1]}" in tempshell("report").stdout

    texts = []
    for seed in ("7", "7", "8"):
        tempshell("exam", pack, "--detach", "--quiet", "--seed", seed)
        texts.append(text())
        tempshell("stop")
    assert texts[0] == texts[1]
    assert len({first, *texts}) == 3


@pytest.mark.engine("local")
def test_a_variable_that_the_session_began_without_is_not_guessed(tempshell: Tempshell, draft: Draft) -> None:
    draft.replace("tasks/one.md", "  mark: {from: mark.sh}\n", "")
    draft.replace("tasks/one.md", '"${{ vars.mark }}"', "mark")
    solution = (draft.root / "solution.sh").read_text()
    draft.write("solution.sh", solution.replace("$VARS_MARK", "mark"))
    tempshell.start(str(draft.root))
    draft.write("tasks/one.md", TASK)
    draft.write("solution.sh", solution)
    assert "the value of the variable mark of the task one is not on record" in tempshell("check", code=2).stderr
