"""A pack gets more than a restricted sandbox only where the user says so, before anything of it runs."""

from __future__ import annotations

from pathlib import Path

import pexpect
import pytest

from tempshell_cli.backends.base import Profile
from tempshell_cli.backends.docker.backend import DockerBackend
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.packs.library.find import find_pack
from tempshell_cli.packs.library.load import load_pack
from tempshell_cli.sessions.consent import Demand, demand_of
from tests.packs.drafts import Draft
from tests.support.command_line import Tempshell

pytestmark = pytest.mark.engine("local")

ID = "draft"
QUESTION = r"Allow it\? \[y/N\] "


@pytest.fixture
def pack(tempshell: Tempshell) -> Draft:
    """A pack that asks for the admin profile."""
    made = Draft.made_in(tempshell.directory / "pack")
    made.replace("pack.yaml", "tasks:", "sandbox: {profile: admin}\ntasks:")
    return made


@pytest.mark.usefixtures("pack")
@pytest.mark.parametrize(
    "command",
    [
        ("start", "--detach", "./pack"),
        ("run", "./pack", "--", "true"),
        ("exam", "--detach", "./pack"),
        ("pack", "prove", "./pack"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_script_has_to_name_what_the_pack_asks_for(tempshell: Tempshell, command: tuple[str, ...]) -> None:
    refused = tempshell(*command, code=2)
    assert f"the pack {ID} asks for the admin profile" in refused.stderr
    assert "only the kernel stands between it and your files" in refused.stderr
    assert "--profile admin allows it" in refused.stderr
    assert tempshell("list", "--all", "--json").json() == []


@pytest.mark.usefixtures("pack")
def test_a_named_profile_is_consent_and_is_kept_to(tempshell: Tempshell) -> None:
    assert tempshell("run", "-q", "--profile", "admin", "./pack", "--", "id", "-u").stdout == "0\n"
    assert tempshell("run", "-q", "--profile", "restricted", "./pack", "--", "id", "-u").stdout == "1000\n"
    assert "asks for" not in tempshell.any_code("pack", "prove", "-q", "--profile", "restricted", "./pack").stderr


def test_a_person_is_asked_once_for_each_content_of_the_pack(tempshell: Tempshell, pack: Draft) -> None:
    assert _answer(tempshell, "n") == 2
    assert _answer(tempshell, "") == 2
    assert _answer(tempshell, "y") == 0
    tempshell("run", "-q", "./pack", "--", "true")  # remembered, for scripts too
    pack.write("wrong.sh", "echo 40 >answer.txt\n")
    tempshell("run", "-q", "./pack", "--", "true", code=2)


def test_what_is_allowed_is_what_was_read_before_the_question(tempshell: Tempshell, pack: Draft) -> None:
    tempshell.user.configure(limits={"per_owner": 2})
    with tempshell.on_terminal("start", "--detach", "-q", "./pack") as child:
        child.expect(QUESTION)
        pack.write("setup.sh", "touch changed\n")
        pack.replace("tasks/one.md", "checks:", "setup: {run: setup.sh}\nchecks:")
        child.sendline("y")
        child.expect(pexpect.EOF)
        assert child.wait() == 0
    tempshell("exec", "--", "test", "!", "-e", "changed")
    for command in (("check",), ("reset", "one")):
        refused = tempshell(*command, code=2)
        assert f"the pack {ID} has changed since you allowed what it asks for" in refused.stderr
    tempshell("exec", "--", "test", "!", "-e", "changed")
    assert _answer(tempshell, "y") == 0  # for the content that it has now
    tempshell("check", code=6)


def test_two_starts_at_once_each_ask_for_themselves(tempshell: Tempshell, pack: Draft) -> None:
    command = ("run", "-q", "./pack", "--", "id", "-u")
    with tempshell.on_terminal(*command) as one:
        one.expect(QUESTION)
        pack.write("wrong.sh", "echo 40 >answer.txt\n")
        with tempshell.on_terminal(*command) as other:
            other.expect(QUESTION)
            other.sendline("y")
            other.expect(pexpect.EOF)
            assert other.wait() == 0
        one.sendline("n")  # that is about another content
        one.expect(pexpect.EOF)
        assert one.wait() == 2
    tempshell("run", "-q", "./pack", "--", "true")


def test_a_named_profile_allows_what_the_pack_becomes(tempshell: Tempshell, pack: Draft) -> None:
    tempshell("start", "--detach", "-q", "--profile", "admin", "./pack")
    pack.write("wrong.sh", "echo 40 >answer.txt\n")
    tempshell("check", code=6)


@pytest.mark.usefixtures("pack")
def test_a_refused_start_stops_no_session_that_it_was_to_replace(tempshell: Tempshell) -> None:
    session = tempshell.start()
    tempshell("start", "--detach", "--replace", "./pack", code=2)
    tempshell("exec", session, "--", "true")


def test_a_pack_that_leads_to_kind_by_itself_has_to_be_allowed(tmp_path: Path) -> None:
    draft = Draft.made_in(tmp_path / "pack")
    pack, kind = load_pack(draft.root), KindBackend()

    def demand(profile: Profile | None = None, *, named: bool = False) -> Demand | None:
        return demand_of(pack, kind, profile=profile, backend_is_named=named)

    asked = demand()
    assert asked
    assert asked.option == "--backend kind"
    assert "root on the machine of the engine" in asked.reach
    assert demand(Profile.RESTRICTED)  # that is about the terminal beside the cluster
    assert demand(named=True) is None
    assert demand(Profile.ADMIN) is None
    assert demand_of(find_pack("ckad-core"), kind, profile=None, backend_is_named=False) is None
    cluster = demand_of(pack, KubernetesBackend("lab"), profile=None, backend_is_named=False)
    assert cluster
    assert (cluster.option, "with your rights" in cluster.reach) == ("--backend kubernetes", True)


def test_a_pack_that_asks_for_a_machine_is_asked_about_as_one(tmp_path: Path) -> None:
    """Who has named less has allowed less, and gets less: there is nothing to ask."""
    draft = Draft.made_in(tmp_path / "pack")
    draft.replace("pack.yaml", "tasks:", "sandbox: {profile: machine}\ntasks:")
    pack, docker = load_pack(draft.root), DockerBackend("unix:///nowhere")
    asked = demand_of(pack, docker, profile=None, backend_is_named=True)
    assert asked
    assert (asked.what, asked.option) == ("the machine profile", "--profile machine")
    assert "privileged container: it can become root on the machine of the engine" in asked.reach
    for profile in Profile:
        assert demand_of(pack, docker, profile=profile, backend_is_named=True) is None


@pytest.mark.usefixtures("pack")
def test_only_docker_has_machines(tempshell: Tempshell) -> None:
    refused = tempshell("start", "--detach", "--backend", "local", "--profile", "machine", code=2).stderr
    assert "--profile machine cannot be used with local" in refused
    assert "use it with docker" in refused


def _answer(tempshell: Tempshell, word: str) -> int:
    """Run a command in the pack on a terminal, answer the question, and return the exit code."""
    with tempshell.on_terminal("run", "-q", "./pack", "--", "id", "-u") as child:
        child.expect(QUESTION)
        child.sendline(word)
        child.expect(pexpect.EOF)
        return int(child.wait())
