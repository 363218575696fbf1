"""Templates as a user has them, on real engines."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.support.command_line import Tempshell

LAB = """
dotfiles = {dots}
[env]
EDITOR = "nano"
[templates.lab]
description = "a lab"
pids = 64
ports = ["8080"]
env = {{ NAME = "ann" }}
run_once = {command}
"""


def _configure(tempshell: Tempshell, command: str) -> None:
    """Have dotfiles, and a template that runs a command."""
    dots = tempshell.directory / "dots"
    (dots / ".git").mkdir(parents=True)
    (dots / ".config").mkdir()
    (dots / ".git" / "HEAD").write_text("ref")
    (dots / ".config" / "tool").write_text("on\n")
    (dots / ".inputrc").write_text("set bell-style none")
    (dots / ".inputrc").chmod(0o440)
    file = tempshell.user.paths.config_file
    words = {"dots": json.dumps(str(dots)), "command": json.dumps(command)}
    owner, _, rest = file.read_text("utf-8").partition("\n")
    file.write_text(f"{owner}\n{LAB.format(**words)}\n{rest}", "utf-8")


@pytest.mark.parametrize("engine", [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")])
def test_the_command_runs_once_as_the_learner_and_dotfiles_are_at_home(tempshell: Tempshell, engine: str) -> None:
    _configure(tempshell, "echo to $NAME with $EDITOR in $PWD; cat .inputrc; touch done")
    started = tempshell("start", "--detach", "--template", "lab", "-b", engine, "--name", "one")
    assert "no port is forwarded, for there is no screen: 8080" in started.stderr
    home = tempshell("exec", "one", "--", "sh", "-c", "echo $HOME").stdout.strip()
    assert tempshell("logs", "--task", "run_once").stdout == f"to ann with nano in {home}\nset bell-style none\n"
    assert tempshell(
        "exec", "one", "--", "sh", "-c", "ls -A; cat .config/tool; stat -c %a . .inputrc"
    ).stdout.split() == [
        *(".config", ".inputrc", "done"),
        *("on", "700", "440"),
    ]


@pytest.mark.engine("local")
@pytest.mark.parametrize(
    "argv", [("start", "--detach"), ("exam", "--detach", "linux-basics", "--tasks", "1"), ("run",)], ids=" ".join
)
def test_a_port_of_a_template_that_leads_nowhere_is_named(tempshell: Tempshell, argv: tuple[str, ...]) -> None:
    _configure(tempshell, "true")
    command = ("--", "true") if argv == ("run",) else ()
    started = tempshell(*argv, "--template", "lab", "-b", "local", *command)
    assert "no port is forwarded, for there is no screen: 8080" in started.stderr
    tempshell("stop", "--all")


@pytest.mark.engine("local")
def test_the_home_of_a_template_is_kept_and_no_proof_has_it(tempshell: Tempshell) -> None:
    _configure(tempshell, "echo once more >>visits")
    file = tempshell.user.paths.config_file
    file.write_text(file.read_text("utf-8").replace('ports = ["8080"]', 'workspace = "lab"'), "utf-8")
    for _ in range(2):
        tempshell("run", "--template", "lab", "--", "true")
    assert tempshell("run", "--template", "lab", "--", "cat", "visits").stdout.count("once more") == 3
    assert "a proof cannot have" in tempshell("pack", "prove", "linux-basics", "--template", "lab", code=2).stderr


@pytest.mark.engine("local")
def test_a_command_that_fails_is_shown_with_its_last_words_and_the_session_goes_on(tempshell: Tempshell) -> None:
    _configure(tempshell, "seq 20; echo no such thing >&2; exit 3")
    started = tempshell("start", "--detach", "--template", "lab", "--name", "one")
    assert "run_once ended with exit code 3:" in started.stderr
    assert "no such thing" in started.stderr
    assert "\n1\n" not in started.stderr
    assert tempshell("logs", "--json").json()[0]["text"].splitlines()[0] == "1"
    tempshell("stop", "one")
    assert tempshell("run", "-q", "--template", "lab", "--", "sh", "-c", "echo $NAME").stdout == "ann\n"


def test_templates_are_listed_and_shown_as_the_config_file_takes_them(tempshell: Tempshell) -> None:
    _configure(tempshell, "echo \u00e9")
    assert {"lab", "research"} <= set(tempshell("template", "ls", "-o", "name").stdout.split())
    listed = {one["name"]: one for one in tempshell("template", "ls", "-o", "json").json()}
    shown = tempshell("template", "show", "lab").stdout
    found = tomllib.loads(shown)["templates"]["lab"]
    assert tempshell("template", "show", "lab", "-o", "json").json() == {**listed["lab"], **found}
    assert found == {
        "description": "a lab",
        "pids": 64,
        "ports": ["8080"],
        "env": {"NAME": "ann"},
        "run_once": "echo \u00e9",
    }
    assert tomllib.loads(tempshell("config", "show").stdout)["templates"]["lab"] == found
    assert "did you mean `lab`?" in tempshell("start", "--template", "lba", code=2).stderr


@pytest.mark.long  # a gigabyte of packages
@pytest.mark.engine("docker")
def test_the_notebook_of_the_research_template_runs_within_its_limits(tempshell: Tempshell) -> None:
    tempshell("image", "build", "research")
    tempshell("start", "--detach", "--template", "research", "--name", "one")
    convert = "jupyter nbconvert --to notebook --execute cmb-spectrum.ipynb --output run.ipynb"
    tempshell("exec", "one", "--", "sh", "-c", convert)
    cells = json.loads(tempshell("exec", "one", "--", "cat", "run.ipynb").stdout)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert any("first peak at l = 220" in "".join(output.get("text", ())) for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)
    packages = "numpy scipy pandas matplotlib plotly astropy healpy camb jupyterlab streamlit"
    tempshell("exec", "one", "--", "python", "-c", f"import {packages.replace(' ', ', ')}")
    limits = tempshell("exec", "one", "--", "sh", "-c", "echo $OMP_NUM_THREADS; command -v streamlit").stdout
    assert limits.split() == ["2", "/opt/research/bin/streamlit"]
