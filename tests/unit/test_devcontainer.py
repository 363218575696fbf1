"""A devcontainer.json: what of it is honoured, what is named as not used, and what is refused with its line."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Profile
from tempshell_cli.core.config import Copy, Settings
from tempshell_cli.core.errors import LimitReached, UsageProblem
from tempshell_cli.packs.reading.jsonc import read_jsonc
from tempshell_cli.sessions.devcontainer import Project, applied, find_project, read_project
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.start import plan_session
from tests.packs.drafts import Draft

from .fake_sessions import FakeSessions


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "my app"
    made.mkdir()
    return made


def _read(root: Path, **keys: object) -> Project:
    (root / ".devcontainer.json").write_text(json.dumps({"image": "debian", **keys}, indent=1), "utf-8")
    return read_project(root)


def test_comments_and_trailing_commas_are_read_and_texts_stay_as_they_are() -> None:
    text = '{ // "a": 1,\n"a": "x // y, }", /* \n "b": 2 */ "c": [1, 2, /* last */ ],\n "d": {"c": "\\"/*"},\n}\n'
    document = read_jsonc(text, source="f")
    assert document.data == {"a": "x // y, }", "c": [1, 2], "d": {"c": '"/*'}}
    assert [document.line((key,)) for key in ("a", "c", "d")] == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1\n "b": 2}', "f:2: not JSON"),
        ("", "f:1: not JSON"),
        ('{"a": "\\ud800"}', "f:1: half a character"),
        ("[" * 100_000, "f:1: not JSON that can be read"),
        ('{"a": /* never ends', "f:1: not JSON"),
        ('{"a": ' + "9" * 5000 + "}", "f:1: not JSON that can be read"),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        read_jsonc(text, source="f")


def test_all_that_is_honoured_is_in_the_request(root: Path) -> None:
    project = _read(
        root,
        containerEnv={"A": "1", "B": "${containerWorkspaceFolder}/x", "E": ""},
        remoteEnv={"A": "2", "C": "${localWorkspaceFolderBasename}"},
        onCreateCommand="echo 1",
        postCreateCommand={"one": ["echo", "a b"], "two": "echo 2 # end"},
        forwardPorts=[8000, "localhost:3000"],
        workspaceFolder="/srv/app",
    )
    assert project.unsupported == ()
    assert (project.folder, project.image) == ("/srv/app", "debian")
    assert project.env == {"A": "2", "B": "/srv/app/x", "C": "my app", "E": ""}
    assert project.ports == ("8000", "3000")
    assert project.run_once == "(\necho 1\n) && (\necho 'a b'\n) && (\necho 2 # end\n)"
    assert _read(root).folder == "/workspaces/my-app"


def test_what_is_not_honoured_is_named(root: Path) -> None:
    named = ("features", "mounts", "runArgs", "privileged", "capAdd", "customizations", "initializeCommand", "imgae")
    (root / "Dockerfile").touch()
    project = _read(
        root,
        **dict.fromkeys(named, "x"),
        remoteUser="vscode",
        containerEnv={"HOST": "${localEnv:HOME}", "A-B": "1", "N": None},
        forwardPorts=["db:5432", 0],
        build={"dockerfile": "Dockerfile", "options": []},
    )
    assert project.env == {}
    assert set(project.unsupported) == {
        *named,
        *("remoteUser", "containerEnv.HOST (${localEnv:HOME})", "containerEnv.A-B", "containerEnv.N"),
        *("forwardPorts db:5432", "forwardPorts 0", "build.options", "image (there is a build)"),
    }


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"image": ""}, "names no image and no build"),
        ({"image": "", "dockerComposeFile": "a.yml"}, ":3: .*dockerComposeFile cannot be used"),
        ({"image": 1}, ":2: image is a text"),
        ({"image": "${localEnv:IMAGE}"}, "names no image and no build"),
        ({"containerEnv": []}, ":3: containerEnv is an object"),
        ({"postCreateCommand": 1}, ":3: postCreateCommand is"),
        ({"build": {"dockerfile": "none"}}, ":3: there is no"),
        ({"build": {"dockerfile": "../outside"}}, "'../outside' is outside of the project"),
        ({"build": {"dockerfile": "/etc/passwd"}}, "is outside of the project"),
        ({"build": {"dockerfile": "Dockerfile", "args": {"A": 1}}}, "each of args are texts"),
        *(
            ({"workspaceFolder": one}, "cannot be used")
            for one in ("/", "/etc", "/run/x", "app", "/srv/../etc", "/a:b", "/a\nb")
        ),
    ],
)
def test_what_cannot_be_used_is_refused(root: Path, keys: dict[str, object], said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        _read(root, **keys)


def test_a_link_out_of_the_project_is_no_dockerfile(root: Path) -> None:
    (root / "Dockerfile").symlink_to("/etc/passwd")
    with pytest.raises(UsageProblem, match="is outside of the project"):
        _read(root, build={"dockerfile": "Dockerfile"})


def test_it_is_found_where_the_specification_says_and_a_pack_stays_a_pack(root: Path, tmp_path: Path) -> None:
    assert find_project(str(root)) is None
    for folder in ("a", "b"):
        (root / ".devcontainer" / folder).mkdir(parents=True)
        (root / ".devcontainer" / folder / "devcontainer.json").write_text('{"image": "x"}')
    with pytest.raises(UsageProblem, match=r"several: .devcontainer/a/devcontainer.json, .devcontainer/b"):
        read_project(root)
    (root / ".devcontainer.json").write_text('{"image": "second"}')
    assert read_project(root).image == "second"
    (root / ".devcontainer" / "devcontainer.json").write_text('{"image": "first"}')
    assert read_project(root).image == "first"
    assert find_project(str(root)) == root
    draft = Draft.made_in(tmp_path / "draft")
    draft.write(".devcontainer.json", '{"image": "x"}')
    assert find_project(str(draft.root)) is None
    (root / ".devcontainer" / "devcontainer.json").write_bytes(b" " * 300_000)
    with pytest.raises(UsageProblem, match="larger than 256 KiB"):
        read_project(root)


def test_a_project_gets_no_more_than_restricted_and_nothing_of_the_users(
    fake: FakeSessions, root: Path, tmp_path: Path
) -> None:
    fake.sessions.settings = Settings(owner="ann", env={"MINE": "1"}, dotfiles=str(tmp_path))
    asked = StartRequest(project=_read(root, privileged=True, containerEnv={"A": "1", "B": "1"}), env={"B": "2"})
    plan = plan_session(fake.sessions, asked)
    assert plan.template.profile is Profile.RESTRICTED
    assert (plan.template.env, plan.dotfiles) == ({"A": "1", "B": "2"}, None)
    assert (plan.template.image, plan.template.folder) == ("debian", "/workspaces/my-app")
    assert plan_session(fake.sessions, asked._replace(image="mine")).template.image == "mine"
    fake.sessions.settings = Settings(owner="ann", copy=Copy(size="1k"))
    (root / "large").write_bytes(b"x" * 2000)
    with pytest.raises(LimitReached, match="more than 1k"):
        plan_session(fake.sessions, asked)
    with pytest.raises(UsageProblem, match="--reuse of a project needs a --name"):
        plan_session(fake.sessions, asked._replace(reuse=True))


def test_a_build_has_to_be_allowed_once_for_each_content(fake: FakeSessions, root: Path) -> None:
    (root / "Dockerfile").write_text("FROM debian")
    asked = StartRequest(project=_read(root, build={"dockerfile": "Dockerfile"}))
    with pytest.raises(UsageProblem, match="builds an image") as refused:
        plan_session(fake.sessions, asked)
    assert "--profile admin allows it" in refused.value.hint
    assert plan_session(fake.sessions, asked._replace(profile=Profile.ADMIN)).template.build
    assert plan_session(fake.sessions, asked._replace(image="mine")).template.build is None
    questions: list[str] = []

    def ask(question: str) -> bool:
        questions.append(question)
        return True

    fake.sessions.ask = ask
    for _ in range(2):
        assert plan_session(fake.sessions, asked).template.build
    assert len(questions) == 1
    (root / "Dockerfile").write_text("FROM other")
    plan_session(fake.sessions, asked)
    assert len(questions) == 2


@pytest.mark.parametrize(
    "text", ['{"a": 1, ' + "/" * 5000 + '\n"b": 2}', '{"a": 1' + ", // /" * 20_000 + "}", "/*" * 100_000]
)
def test_a_comment_of_any_length_is_read_at_once(text: str) -> None:
    """Each of these took minutes or for ever where the search went back over what it had read."""
    with suppress(UsageProblem):
        read_jsonc(text, source="f")


def test_the_lines_of_many_keys_are_counted_in_one_go() -> None:
    text = "{" + ",".join(f'"k{number}":\n{number}' for number in range(50_000)) + "}"
    assert read_jsonc(text, source="f").line(("k49999",)) == 50_000


def test_what_the_builder_reads_of_the_context_is_a_text_of_the_projects_own(root: Path, tmp_path: Path) -> None:
    (root / "Dockerfile").touch()
    ignore = root / ".dockerignore"
    secret = tmp_path / "secret"
    secret.write_text("key", "utf-8")
    for make in (
        lambda: ignore.symlink_to(secret),
        lambda: ignore.symlink_to("Dockerfile"),
        lambda: ignore.write_bytes(b"\xff"),
        ignore.mkdir,
        lambda: os.mkfifo(ignore),
    ):
        make()
        with pytest.raises(UsageProblem, match="dockerignore is not a plain file of text"):
            _read(root, build={"dockerfile": "Dockerfile"})
        ignore.rmdir() if ignore.is_dir() else ignore.unlink()
    ignore.write_text("*.log\n", "utf-8")
    assert _read(root, build={"dockerfile": "Dockerfile"}).build


def test_a_place_that_cannot_be_followed_is_refused_with_its_line(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    for place in ("loop", "a\0b"):
        with pytest.raises(UsageProblem, match=r"devcontainer\.json:"):
            _read(root, build={"dockerfile": place})


def test_variables_are_filled_in_where_the_specification_has_them(root: Path) -> None:
    (root / "Dockerfile").touch()
    project = _read(
        root,
        workspaceFolder="/work/${localWorkspaceFolderBasename}",
        containerEnv={"AT": "${containerWorkspaceFolder}/x"},
        build={"dockerfile": "Dockerfile", "args": {"A": "${localEnv:A}", "B": "b", "C": ""}},
        onCreateCommand="rm -rf ${localEnv:HOME}/x",
        postCreateCommand=["ls", "${containerWorkspaceFolder}"],
        postStartCommand="echo ${HOME} ${containerWorkspaceFolderBasename}",
    )
    assert (project.folder, project.env) == ("/work/my app", {"AT": "/work/my app/x"})
    assert project.build
    assert project.build.args == {"B": "b", "C": ""}
    assert project.run_once == "(\nls '/work/my app'\n) && (\necho ${HOME} my app\n)"
    assert {"build.args.A (${localEnv:A})", "onCreateCommand (${localEnv:HOME})"} <= set(project.unsupported)


def test_a_template_adds_its_command_to_those_of_the_project(root: Path) -> None:
    request = applied(StartRequest(run_once="theirs"), _read(root, postCreateCommand="ours"))
    assert request.run_once == "(\nours\n) && (\ntheirs\n)"


@pytest.mark.parametrize("image", ["a b", "a\x1b[31m"])
def test_an_image_that_cannot_be_one_is_refused(root: Path, image: str) -> None:
    with pytest.raises(UsageProblem, match="not the name of an image"):
        _read(root, image=image)
