"""Templates: which word counts, whose it is, and what is said about one that cannot be used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Network, Profile, Secret
from tempshell_cli.core.config import load_settings
from tempshell_cli.core.errors import TempshellError, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.start import Plan, plan_session
from tempshell_cli.sessions.templates import applied, find_template, known_templates, ports_of
from tests.packs.drafts import Draft

from .fake_sessions import FakeSessions

WHOLE = """\
owner = "ann"
[templates.lab]
description = "a lab"
backend = "fake"
image = "debian"
profile = "admin"
cpus = 2
memory = "1g"
pids = 300
network = "none"
secrets = ["token=TOKEN"]
ports = ["8080:80"]
ttl = "30m"
idle = "10m"
run_once = "true"
env = { A = "1", B = "1" }
"""


@pytest.fixture
def config(paths: Paths) -> Path:
    paths.config.mkdir(parents=True)
    paths.config_file.write_text(WHOLE, "utf-8")
    return paths.config_file


@pytest.fixture
def pack(tmp_path: Path) -> Draft:
    """A pack with a template of its own."""
    made = Draft.made_in(tmp_path / "draft")
    made.replace("pack.yaml", "tasks:", "templates:\n  lab: {image: theirs, run_once: make, env: {A: theirs}}\ntasks:")
    return made


def _planned(fake: FakeSessions, file: Path, **asked: object) -> Plan:
    fake.sessions.settings = load_settings(file)
    return plan_session(fake.sessions, StartRequest(**asked))  # type: ignore[arg-type]  # fields of a request


@pytest.mark.usefixtures("config")
def test_a_template_stands_for_every_option_that_is_left_out(paths: Paths) -> None:
    asked = applied(StartRequest(), find_template(paths, "lab"))
    assert asked == StartRequest(
        backend="fake",
        image="debian",
        profile=Profile.ADMIN,
        cpus=2,
        memory=1024**3,
        pids=300,
        network=Network.NONE,
        secrets=(Secret("token", "TOKEN"),),
        ttl=timedelta(minutes=30),
        idle=timedelta(minutes=10),
        run_once="true",
        env={"A": "1", "B": "1"},
    )
    assert ports_of(paths, "lab") == ("8080:80",)
    paths.config_file.write_text('[templates.lab]\nports = ["many"]\n', "utf-8")
    with pytest.raises(UsageProblem, match="many"):
        ports_of(paths, "lab")


def test_an_option_goes_over_the_template_and_that_over_the_settings(fake: FakeSessions, config: Path) -> None:
    text = WHOLE.replace('secrets = ["token=TOKEN"]\n', "") + '[sandbox]\npids = 7\n[env]\nA = "0"\nC = "0"\n'
    config.write_text(text, "utf-8")
    plan = _planned(fake, config, template="lab", image="alpine", env={"B": "2"}, ttl=timedelta(minutes=5))
    assert (plan.template.image, plan.template.pids, plan.template.cpus) == ("alpine", 300, 2)
    assert plan.template.env == {"A": "1", "B": "2", "C": "0"}
    assert (plan.ttl, plan.run_once) == (timedelta(minutes=5), "true")
    assert plan.template.profile is Profile.ADMIN  # which the user's own file has named
    without = _planned(fake, config, backend="fake")
    assert (without.template.pids, without.template.env) == (7, {"A": "0", "C": "0"})


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ('[templates.lab]\nimage = "x"\nimag = "y"', ":3: unknown key `imag`", "`image`"),
        ("[templates]\nlab = { imag = 1 }", ":2: unknown key `imag`", "`image`"),
        ('[templates.lab]\nprofile = "root"', ":2: profile: Invalid enum value 'root'", "restricted"),
        ("[templates.lab]\npids = 0", ":2: pids: ", ""),
        ("[templates.lab]\ncpus = true", ":2: cpus: ", ""),
        ('[templates.lab]\nmemory = "much"', ":2: memory: `much`", ""),
        ('[templates.lab.env]\n"A B" = "1"', ":1: env", ""),
        ('[templates.lab]\nttl = "0m"', ":2: ttl: `0m`", "90s"),
        ('[templates.labb]\nimage = "x"', "there is no template 'lab'", "`labb`"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_by_file_and_line(
    paths: Paths, config: Path, text: str, said: str, hint: str
) -> None:
    config.write_text(text, "utf-8")
    with pytest.raises(UsageProblem) as refused:
        find_template(paths, "lab")
    assert said in str(refused.value)
    assert hint in refused.value.hint
    assert str(config) in str(refused.value) or "there is no" in str(refused.value)


def test_a_template_that_is_no_table_and_a_variable_that_is_none_are_refused_by_every_command(config: Path) -> None:
    for text, said in (
        ("templates = 1", r"templates is a section: \[templates\]"),
        ("[templates]\nlab = 1", r"templates.lab is a section: \[templates.lab\]"),
        ("env = 1", r"env is a section: \[env\]"),
        ("[env]\nA = 1", r"env.A is not a variable"),
        ('[env]\n"A-B" = "1"', r"env.A-B is not a variable"),
        ("dotfiles = 1", "dotfiles takes a text in quotes"),
    ):
        config.write_text(text, "utf-8")
        with pytest.raises(UsageProblem, match=said):
            load_settings(config)


def test_a_pack_has_templates_by_its_name_or_directory(fake: FakeSessions, config: Path, pack: Draft) -> None:
    plan = _planned(fake, config, template=f"{pack.root}/lab", env={"B": "2"})
    assert (plan.template.image, plan.run_once, plan.pack) == ("theirs", "make", None)
    assert plan.template.env == {"A": "theirs", "B": "2"}
    with pytest.raises(UsageProblem, match="the pack draft has no template 'lub'") as refused:
        _planned(fake, config, template=f"{pack.root}/lub")
    assert refused.value.hint == "did you mean `lab`?"


def test_a_pack_may_start_with_one_of_its_templates(fake: FakeSessions, config: Path, pack: Draft) -> None:
    assert _planned(fake, config, pack=str(pack.root)).template.image == ""
    pack.replace("pack.yaml", "tasks:", "sandbox: {template: lab}\ntasks:")
    assert _planned(fake, config, pack=str(pack.root)).template.image == "theirs"
    config.write_text('owner = "ann"\n[templates.own]\nimage = "mine"\n', "utf-8")
    assert _planned(fake, config, pack=str(pack.root), template="own").template.image == "mine"
    pack.replace("pack.yaml", "template: lab", "template: lub")
    with pytest.raises(UsageProblem, match="the pack has no template `lub`"):
        _planned(fake, config, pack=str(pack.root))


@pytest.mark.parametrize("key", ["secrets: [token]", "backend: kind", "ports: ['80']"])
def test_a_pack_reaches_nothing_of_the_users_by_a_template(
    fake: FakeSessions, config: Path, pack: Draft, key: str
) -> None:
    pack.replace("pack.yaml", "image: theirs", key)
    with pytest.raises(UsageProblem, match="unknown key"):
        _planned(fake, config, template=f"{pack.root}/lab")


def test_a_packs_template_gets_no_more_than_restricted_unless_the_user_says_so(
    fake: FakeSessions, config: Path, pack: Draft
) -> None:
    pack.replace("pack.yaml", "image: theirs", "profile: admin")
    of_template = {"template": f"{pack.root}/lab"}
    for asked in (of_template, {"pack": str(pack.root), **of_template}, {"pack": "linux-basics", **of_template}):
        with pytest.raises(UsageProblem, match="the pack draft asks for the admin profile"):
            _planned(fake, config, **asked, backend="fake" if "pack" not in asked else "auto")
    assert _planned(fake, config, **of_template, profile=Profile.ADMIN).template.profile is Profile.ADMIN
    assert _planned(fake, config, **of_template, profile=Profile.RESTRICTED).template.profile is Profile.RESTRICTED
    # A pack that asks for more by itself, but not in this template, of which nothing else is used.
    pack.replace("pack.yaml", "{profile: admin", "{image: theirs")
    pack.replace("pack.yaml", "tasks:", "sandbox: {profile: admin}\ntasks:")
    assert _planned(fake, config, **of_template).template.profile is Profile.RESTRICTED


def test_the_users_own_variables_and_dotfiles_are_for_no_strangers_scripts(
    fake: FakeSessions, config: Path, pack: Draft, tmp_path: Path
) -> None:
    dots = tmp_path / "dots"
    dots.mkdir()
    config.write_text(f'owner = "ann"\ndotfiles = "{dots}"\n[env]\nMINE = "1"\n[templates.own]\n', "utf-8")
    for own in ({}, {"template": "own"}):
        plan = _planned(fake, config, **own)
        assert (plan.template.env, plan.dotfiles) == ({"MINE": "1"}, dots)
    for strange in ({"pack": str(pack.root)}, {"template": f"{pack.root}/lab"}):
        plan = _planned(fake, config, **strange)
        assert ("MINE" in plan.template.env, plan.dotfiles) == (False, None)
    dots.rmdir()
    with pytest.raises(UsageProblem, match=r"dotfiles .* is not a directory"):
        _planned(fake, config)


def test_the_list_has_all_templates_and_says_which_cannot_be_read(paths: Paths, config: Path) -> None:
    config.write_text(WHOLE + "[templates.bad]\nimag = 1\n", "utf-8")
    said: list[str] = []
    found = {one.name: one for one in known_templates(paths, said.append)}
    assert {"lab", "research"} <= set(found)
    assert "bad" not in found
    assert len(said) == 1
    assert "unknown key `imag`" in said[0]
    assert found["lab"].values()["pids"] == 300
    assert "idle" not in found["research"].values()


def test_the_shipped_templates_can_be_used(paths: Paths) -> None:
    found = find_template(paths, "research")
    assert (found.template.cpus, found.template.memory, found.template.pids) == (2, "4g", 500)
    for text in ("templates = [", '[templates."a.b"]\nimage = "x"\n'):
        paths.config.mkdir(parents=True, exist_ok=True)
        paths.config_file.write_text(text, "utf-8")
        if text.endswith("["):
            with pytest.raises(TempshellError, match=r"config.toml:1: not TOML"):
                find_template(paths, "research")
        else:
            assert find_template(paths, "a.b").template.image == "x"
