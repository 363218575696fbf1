"""A project with a devcontainer.json, started as a user does, on a real engine."""

from __future__ import annotations

import json
import subprocess

import pytest

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.kept_images import kept_images
from tests.support.command_line import Tempshell

BUILT = "tempshell/shell"


def _project(tempshell: Tempshell, **keys: object) -> None:
    root = tempshell.directory / "app"
    (root / ".devcontainer").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("ref\n")
    (root / "main.py").write_text("print('works')\n")
    text = json.dumps({"image": BUILT, **keys}, indent=1)
    (root / ".devcontainer" / "devcontainer.json").write_text(f"// ours\n{text[:-2]},\n}}\n", "utf-8")


@pytest.mark.engine("docker")
def test_a_project_is_inside_with_its_variables_and_what_was_made_of_it(tempshell: Tempshell) -> None:
    _project(
        tempshell,
        containerEnv={"NAME": "ann"},
        postCreateCommand="python3 main.py; echo $NAME in $PWD; touch made",
        forwardPorts=[8000],
        features={"x": {}},
        runArgs=["--privileged"],
    )
    started = tempshell("start", "--detach", "./app", "--name", "one")
    assert "not used here: features, runArgs" in started.stderr
    assert "no port is forwarded, for there is no screen: 8000" in started.stderr
    assert tempshell("logs", "--task", "run_once").stdout == "works\nann in /workspaces/app\n"
    inside = tempshell("exec", "one", "--", "sh", "-c", "pwd; id -u; ls -A; touch more; cat .git/HEAD").stdout
    assert inside.split() == ["/workspaces/app", "10001", ".devcontainer", ".git", "made", "main.py", "ref"]
    assert sorted(file.name for file in (tempshell.directory / "app").iterdir()) == [".devcontainer", ".git", "main.py"]
    tempshell("cp", "one:made", "made")
    tempshell("stop", "one")
    assert tempshell("run", "-q", "./app", "--", "python3", "main.py").stdout == "works\n"
    assert tempshell("start", "-d", "-q", "./app").stderr.count("app") >= 1
    assert tempshell("list", "--json").json()[0]["name"].startswith("app-")


@pytest.mark.engine("docker")
def test_an_image_is_built_with_its_arguments_and_target_once_that_is_allowed(tempshell: Tempshell) -> None:
    _project(tempshell, build={"dockerfile": "Dockerfile", "context": "..", "args": {"WHO": "ann"}, "target": "wanted"})
    dockerfile = tempshell.directory / "app" / ".devcontainer" / "Dockerfile"
    shell = tempshell("image", "build").stdout.strip()
    dockerfile.write_text(
        f"FROM {shell} AS wanted\nARG WHO\nUSER 0\nCOPY main.py /opt/\nRUN echo $WHO >/opt/who\n"
        "FROM wanted\nRUN echo other >/opt/who\n"
    )
    refused = tempshell("start", "--detach", "./app", code=2)
    assert "builds an image" in refused.stderr
    assert tempshell("list", "--all", "--json").json() == []
    with tempshell.on_terminal("start", "--detach", "./app") as child:
        child.expect(r"Allow it\? \[y/N\] ")
        child.sendline("y")
        child.expect("building the image", timeout=60)
        child.expect_exact("starting the container", timeout=120)
        child.wait()
    assert tempshell("exec", "--", "sh", "-c", "cat /opt/who; id -u; ls /opt").stdout.split() == [
        *("ann", "10001", "main.py", "who")
    ]
    (session,) = tempshell("list", "--quiet").stdout.split()
    inspect = ("docker", "inspect", "--format", "{{.Config.Image}}", f"tempshell-{session}")
    image = subprocess.run(inspect, capture_output=True, text=True, check=True).stdout.strip()
    tempshell("stop", "--all")
    assert image.startswith("tempshell-project:")
    assert any(one.tag == image and one.is_superseded for one in kept_images(DockerEngine("").client))
    assert "tempshell-project" not in tempshell("image", "ls").stdout
    subprocess.run(("docker", "rmi", "--force", image), capture_output=True, check=True)
    dockerfile.write_text("FROM nowhere.invalid/none\nRUN false\n")
    failed = tempshell("start", "--detach", "./app", "--profile", "admin", code=5)
    assert "building" in failed.stderr


def test_another_backend_is_refused_by_name_and_a_broken_file_by_its_line(tempshell: Tempshell) -> None:
    _project(tempshell)
    refused = tempshell("start", "--detach", "./app", "--backend", "local", code=2)
    assert "a devcontainer.json cannot be used with local" in refused.stderr
    assert "use it with docker" in refused.stderr
    (tempshell.directory / "app" / ".devcontainer" / "devcontainer.json").write_text('{"image":\n x}')
    assert "devcontainer.json:2: not JSON" in tempshell("start", "-d", "./app", code=2).stderr


@pytest.mark.engine("docker")
def test_a_project_is_told_no_password_and_is_no_shell_to_be_used_again(tempshell: Tempshell) -> None:
    _project(tempshell, build={"dockerfile": "Dockerfile"})
    config = tempshell.directory / "docker"
    config.mkdir()
    proxy = {"httpProxy": "http://ann:s3cret@127.0.0.1:9"}
    (config / "config.json").write_text(json.dumps({"proxies": {"default": proxy}}))
    shell = tempshell("image", "build").stdout.strip()
    dockerfile = tempshell.directory / "app" / ".devcontainer" / "Dockerfile"
    dockerfile.write_text(f'FROM {shell}\nUSER 0\nRUN echo "$HTTP_PROXY" >/opt/proxy\n')
    there = {"DOCKER_CONFIG": str(config), "TEMPSHELL_NO_LIMITS": "1"}
    begin = ("start", "-q", "-d", "./app", "--profile", "admin", "--name", "one")
    project = tempshell(*begin, env=there).stdout.strip()
    assert tempshell("exec", "one", "--", "cat", "/opt/proxy").stdout == "http://127.0.0.1:9\n"
    inspect = ("docker", "inspect", "--format", "{{.Config.Image}}", f"tempshell-{project}")
    image = subprocess.run(inspect, capture_output=True, text=True, check=True).stdout.strip()
    again = tempshell("start", "-q", "-d", "--reuse", "-b", "docker", env={"TEMPSHELL_NO_LIMITS": "1"}).stdout.strip()
    assert again != project
    tempshell("stop", "--all")
    subprocess.run(("docker", "rmi", "--force", image), capture_output=True, check=True)


@pytest.mark.engine("docker")
def test_a_project_keeps_nothing_in_a_workspace_and_says_so(tempshell: Tempshell) -> None:
    _project(tempshell)
    assert "a workspace would not keep it" in tempshell("start", "-d", "./app", "--workspace", "a", code=2).stderr
