"""Packs are added from anywhere, checked before they are kept, and updated under nobody's feet."""

from __future__ import annotations

import json
import re
import shutil
import stat
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

import pytest

from tempshell_cli.cli.service import user_sessions
from tempshell_cli.core.errors import PackProblem, TempshellError
from tempshell_cli.packs.library.changes import FileChange, compare
from tempshell_cli.packs.library.find import find_pack, list_packs, newest, origin
from tempshell_cli.packs.library.index import is_reference, read_index
from tempshell_cli.packs.library.load import load_pack
from tempshell_cli.packs.library.store import PackStore
from tempshell_cli.packs.reading.tree import read_tree
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.start import start
from tests.support.command_line import Tempshell
from tests.support.user import User

from .added import Repository, fetched, kept, nobody, refused, tar_of
from .drafts import Draft

ON_LOCAL = pytest.mark.engine("local")


def test_a_directory_is_added_listed_shown_and_removed(tempshell: Tempshell, draft: Draft) -> None:
    assert "added draft 1.0.0: A draft" in tempshell("pack", "add", str(draft.root)).stdout
    rows = {row["name"]: row for row in tempshell("pack", "ls", "--json").json()}
    assert (rows["draft"]["source"], rows["linux-basics"]["source"]) == (str(draft.root), "shipped")
    assert str(draft.root) in tempshell("pack", "ls").stdout
    shown = tempshell("pack", "show", "draft", "--json").json()
    assert (shown["digest"], shown["added"]["source"]) == (draft.load().digest, str(draft.root))
    assert f"source    {draft.root}" in tempshell("pack", "show", "draft").stdout
    assert tempshell("pack", "show", "linux-basics", "--json").json()["added"] is None
    assert tempshell("pack", "rm", "draft").stdout == "removed draft\n"
    assert kept(tempshell.user) == []
    assert "no pack 'draft'" in tempshell("pack", "show", "draft", code=2).stderr


def test_what_was_added_is_independent_of_where_it_came_from(tempshell: Tempshell, draft: Draft) -> None:
    tempshell.directory = draft.root.parent
    digest = tempshell("pack", "add", "./draft", "--json").json()["digest"]
    shutil.rmtree(draft.root)
    assert tempshell("pack", "show", "draft", "--json").json()["digest"] == digest
    assert f"there is no '{draft.root}'" in refused(tempshell, "update", "draft")


def test_what_is_kept_is_for_its_user_alone(store: PackStore, user: User, draft: Draft) -> None:
    (draft.root / "solution.sh").chmod(0o6777)
    store.add(fetched(store, draft.root), nobody)
    folder = user.paths.state / "packs"
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_hidden_files_are_not_kept(store: PackStore, user: User, draft: Draft) -> None:
    draft.write(".git/config", "[core]\n")
    store.add(fetched(store, draft.root), nobody)
    assert not list((user.paths.state / "packs").rglob(".git"))


def test_a_scenario_has_the_name_it_was_added_by(tempshell: Tempshell) -> None:
    """It has none of its own, and is not called after the directory that it is kept in."""
    scenario = Draft(tempshell.directory / "My scenario.git")
    details = {"steps": [{"title": "Look", "text": "one.md"}]}
    scenario.write("index.json", json.dumps({"title": "T", "details": details, "backend": {"imageid": "ubuntu"}}))
    scenario.write("one.md", "Look around.\n")
    assert tempshell("pack", "add", scenario.root.name, "--json").json()["name"] == "my-scenario"
    tempshell("pack", "add", scenario.root.name, "--name", "other")
    for name in ("my-scenario", "other"):
        assert tempshell("pack", "show", name, "--json").json()["id"] == name


# Names


def test_a_shipped_name_is_not_taken_over_but_another_is_given(tempshell: Tempshell, draft: Draft) -> None:
    draft.replace("pack.yaml", "id: draft", "id: linux-basics")
    said = refused(tempshell, "add", str(draft.root))
    assert "'linux-basics' is the name of a pack that is shipped" in said
    assert "--name" in said
    assert "linux-basics" in refused(tempshell, "add", str(draft.root), "--name", "linux-basics")
    tempshell("pack", "add", str(draft.root), "--name", "mine")
    assert tempshell("pack", "show", "mine", "--json").json()["id"] == "linux-basics"
    assert tempshell("pack", "show", "linux-basics", "--json").json()["title"] == "Linux basics"


def test_a_registered_name_is_not_taken_over(
    store: PackStore, draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Draft(tmp_path / "site")
    site.write("other-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    site.write("other-1.dist-info/entry_points.txt", "[tempshell.packs]\ndraft = other\n")
    monkeypatch.syspath_prepend(str(site.root))
    with pytest.raises(PackProblem, match="'draft' is the name of a pack that is installed"):
        store.add(fetched(store, draft.root), nobody)
    assert origin("draft") == "installed"


def test_a_name_is_given_once(tempshell: Tempshell, draft: Draft) -> None:
    tempshell("pack", "add", str(draft.root))
    said = refused(tempshell, "add", str(draft.root))
    assert f"a pack 'draft' was added already, from {draft.root}" in said
    assert "tempshell pack update draft" in said


@pytest.mark.parametrize("name", ["../x", "a@b", "Draft", "-x", "a/b", "x" * 65, "\x1b[31m"])
def test_a_name_that_cannot_be_one_is_refused(tempshell: Tempshell, draft: Draft, name: str) -> None:
    assert "cannot be a pack's name" in refused(tempshell, "add", str(draft.root), f"--name={name}")


def test_an_added_name_comes_before_a_directory_and_completes(
    tempshell: Tempshell, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    tempshell("pack", "add", str(draft.root))
    Draft.made_in(tempshell.directory / "draft").replace("pack.yaml", "A draft", "An impostor")
    assert tempshell("pack", "show", "draft", "--json").json()["title"] == "A draft"
    for words in ("tempshell start ", "tempshell pack rm ", "tempshell pack update "):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split())))
        monkeypatch.setenv("_TEMPSHELL_COMPLETE", "complete_bash")
        assert "draft" in tempshell().stdout.split()


def test_a_removal_of_what_was_not_added_is_answered_with_the_nearest(tempshell: Tempshell, draft: Draft) -> None:
    assert "no pack 'linux-basics' was added" in refused(tempshell, "rm", "linux-basics")
    tempshell("pack", "add", str(draft.root))
    assert "did you mean `draft`?" in refused(tempshell, "rm", "draf")


# What is refused


@pytest.mark.parametrize("form", ["directory", "archive", "git"])
def test_a_pack_that_is_not_valid_is_refused_with_file_and_line_and_leaves_nothing(
    tempshell: Tempshell, draft: Draft, scratch: Path, form: str
) -> None:
    draft.replace("tasks/one.md", "title: The first", "tilte: The first")
    source = {
        "directory": lambda: str(draft.root),
        "archive": lambda: str(tar_of(draft, tempshell.directory / "bad.tar")),
        "git": lambda: f"git+file://{Repository(draft.root).root}",
    }[form]()
    said = refused(tempshell, "add", source)
    assert f"{source}/tasks/one.md:" in said
    assert re.search(r"one\.md:\d+: .*tilte", said)
    assert "title" in said
    assert list(scratch.iterdir()) == []
    assert not (tempshell.user.paths.state / "packs" / "index.json").exists()


def test_a_directory_that_is_no_pack_is_named(tempshell: Tempshell) -> None:
    (tempshell.directory / "empty").mkdir()
    assert f"'{tempshell.directory / 'empty'}' is not a pack" in refused(tempshell, "add", "empty")


def test_a_directory_with_a_link_in_it_is_refused(tempshell: Tempshell, draft: Draft) -> None:
    (draft.root / "tasks" / "passwd").symlink_to("/etc/passwd")
    assert "a symbolic link" in refused(tempshell, "add", str(draft.root))


# update


@pytest.fixture
def added(tempshell: Tempshell, draft: Draft) -> Draft:
    """A pack that was added and has changed since: a task more, a script longer, a new version."""
    tempshell("pack", "add", str(draft.root))
    draft.replace("pack.yaml", "version: 1.0.0", "version: 1.1.0")
    draft.replace("pack.yaml", "- tasks/one.md", "- tasks/one.md\n- tasks/two.md")
    draft.write("tasks/two.md", (draft.root / "tasks/one.md").read_text().replace("id: one", "id: two"))
    draft.write("solution.sh", "# right\necho 42 >answer.txt\n")
    return draft


def version_in_use(tempshell: Tempshell) -> str:
    return str(tempshell("pack", "show", "draft", "--json").json()["version"])


def test_an_update_shows_what_is_new_and_uses_it_on_request(tempshell: Tempshell, added: Draft) -> None:
    told = tempshell("pack", "update", "draft", "--yes").stdout
    assert "draft 1.0.0 -> 1.1.0" in told
    assert "tasks added: two" in told
    assert "tasks changed: one" in told
    assert re.search(r"\+1 -0 +solution\.sh", told)
    assert re.search(r"\+2 -1 +pack\.yaml", told)
    assert "wrong.sh" not in told
    shown = tempshell("pack", "show", "draft", "--json").json()
    assert (shown["version"], shown["digest"]) == ("1.1.0", added.load().digest)
    assert len(kept(tempshell.user)) == 1  # the old content is gone
    assert "draft 1.1.0: nothing is new" in tempshell("pack", "update").stdout


@pytest.mark.usefixtures("added")
def test_an_update_that_nobody_can_be_asked_about_changes_nothing(tempshell: Tempshell) -> None:
    said = refused(tempshell, "update")
    assert "--yes" in said
    assert version_in_use(tempshell) == "1.0.0"


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(("answer", "version"), [("y", "1.1.0"), ("n", "1.0.0"), ("", "1.0.0")])
def test_an_update_asks_on_a_terminal(tempshell: Tempshell, answer: str, version: str) -> None:
    with tempshell.on_terminal("pack", "update") as child:
        child.expect_exact("draft 1.0.0 -> 1.1.0")
        child.expect_exact("Use it? [y/N]")
        child.sendline(answer)
        child.wait()
    assert version_in_use(tempshell) == version


@pytest.mark.usefixtures("added")
def test_an_update_says_the_same_as_json_and_uses_it_only_on_request(tempshell: Tempshell) -> None:
    (told,) = tempshell("pack", "update", "--json").json()
    assert (told["from"]["version"], told["to"]["version"], told["used"]) == ("1.0.0", "1.1.0", False)
    assert told["tasks"] == {"added": ["two"], "removed": [], "changed": ["one"]}
    assert {"file": "solution.sh", "added": 1, "removed": 0} in told["files"]
    assert version_in_use(tempshell) == "1.0.0"
    (told,) = tempshell("pack", "update", "--json", "--yes").json()
    assert told["used"]
    assert version_in_use(tempshell) == "1.1.0"


def test_an_update_to_what_is_not_valid_keeps_the_old_and_looks_at_the_others(
    tempshell: Tempshell, added: Draft, tmp_path: Path
) -> None:
    other = Draft.made_in(tmp_path / "other")
    tempshell("pack", "add", str(other.root), "--name", "other")
    other.replace("pack.yaml", "version: 1.0.0", "version: 2.0.0")
    added.write("pack.yaml", "format: 9\n")
    done = tempshell("pack", "update", "--yes", code=2)
    assert f"{added.root}/pack.yaml:" in done.stderr
    assert "other 1.0.0 -> 2.0.0" in done.stdout
    assert version_in_use(tempshell) == "1.0.0"


def test_a_moved_branch_is_fetched_again(tempshell: Tempshell, repository: Repository) -> None:
    tempshell("pack", "add", f"{repository.url}@main")
    Draft(repository.root).replace("pack.yaml", "version: 1.0.0", "version: 1.0.1")
    commit = repository.commit()
    tempshell("pack", "update", "--yes")
    shown = tempshell("pack", "show", "draft", "--json").json()
    assert (shown["version"], shown["added"]["commit"]) == ("1.0.1", commit)


def test_files_that_are_no_text_or_too_long_are_not_counted(draft: Draft) -> None:
    old = draft.load()
    before = {**read_tree(draft.root), "gone.sh": b"1\n2\n"}
    draft.write("image.png", b"\0\1")
    draft.write("long.txt", "x\n" * 3000)
    changes = compare(old, load_pack(draft.root), before, read_tree(draft.root))
    assert changes.files == (
        FileChange("gone.sh", 0, 2),
        FileChange("image.png", None, None),
        FileChange("long.txt", None, None),
    )
    assert (changes.added, changes.removed, changes.changed) == ((), (), ())


# Sessions


@ON_LOCAL
def test_a_session_keeps_the_pack_it_was_started_with(tempshell: Tempshell, draft: Draft) -> None:
    first = tempshell("pack", "add", str(draft.root), "--json").json()["digest"]
    session = tempshell.start("draft")
    started = tempshell("status", session, "--json").json()
    assert re.fullmatch(r"draft@[0-9a-f]{12}", started["pack"])
    assert re.fullmatch(r"draft-[0-9a-f]{4}", started["name"])
    draft.replace("tasks/one.md", 'equals: "42"', 'equals: "43"')
    tempshell("pack", "update", "--yes")
    tempshell("exec", session, "--", "sh", "-c", "echo 42 >answer.txt")
    tempshell("check", "--session", session)
    report = tempshell("report", session, "--format", "json").json()
    assert (report["digest"], report["pack_changed"]) == (first, False)
    assert len(kept(tempshell.user)) == 2
    assert "is kept for the session" in tempshell("pack", "rm", "draft").stderr
    assert kept(tempshell.user) == [started["pack"]]
    tempshell("check", "--session", session)
    tempshell("stop", session)
    tempshell("pack", "add", str(draft.root))
    assert started["pack"] not in kept(tempshell.user)
    assert tempshell("report", session, "--format", "json").json()["pack_changed"]


@ON_LOCAL
def test_a_session_of_an_added_pack_is_found_again_when_the_store_is_lost(tempshell: Tempshell, draft: Draft) -> None:
    tempshell("pack", "add", str(draft.root))
    session = tempshell.start("draft")
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()
    assert [task["id"] for task in tempshell("tasks", "--session", session, "--json").json()] == ["one"]


@ON_LOCAL
def test_a_session_whose_pack_goes_while_it_is_made_is_not_started(
    tempshell: Tempshell, store: PackStore, draft: Draft
) -> None:
    """It could never be graded. An update can come between the reading of a pack and the session's record."""
    store.add(fetched(store, draft.root), nobody)

    def remove_at_first(_step: str) -> AbstractContextManager[None]:
        if "draft" in read_index(tempshell.user.paths):
            store.remove("draft", nobody)
        return nullcontext()

    with user_sessions() as sessions:
        with pytest.raises(PackProblem, match="was removed while the session was made"):
            start(sessions, StartRequest(pack="draft", backend="local"), remove_at_first)
        assert sessions.store.live() == []


def test_a_reference_finds_its_content_and_no_other(store: PackStore, user: User, draft: Draft) -> None:
    candidate = fetched(store, draft.root)
    store.add(candidate, nobody)
    reference = candidate.entry.reference
    assert is_reference(reference)
    assert find_pack(reference).digest == candidate.entry.digest
    assert newest(reference) == reference
    store.remove("draft", nobody)
    assert newest(reference) == "draft"
    with pytest.raises(PackProblem, match=f"no pack '{reference}'"):
        find_pack(reference)
    assert kept(user) == []


# What lies on the disk


def test_what_a_killed_run_has_left_is_removed_by_the_next_and_the_users_own_is_not(
    store: PackStore, user: User, draft: Draft
) -> None:
    folder = user.paths.private("packs")
    for name in (".new-x@000000000000", ".old-x@000000000000", "x@000000000000", "notes"):
        Draft(folder / name).write("x/pack.yaml", "half")
    candidate = fetched(store, draft.root)
    store.add(candidate, nobody)
    assert kept(user) == [candidate.entry.reference, "notes"]


def test_a_content_that_was_changed_is_neither_used_nor_overwritten(store: PackStore, draft: Draft) -> None:
    candidate = fetched(store, draft.root)
    store.add(candidate, nobody)
    store.add(fetched(store, draft.root, "other"), nobody)
    (find_pack("draft").root / "solution.sh").write_text("echo 43 >answer.txt\n")
    with pytest.raises(PackProblem, match="has been changed"):
        store.replace(candidate, nobody)
    assert {"draft", "other"} < set(list_packs())


@pytest.mark.parametrize("junk", ["{", "[]", '{"format": 1, "packs": [{}]}', '{"format": 2, "packs": []}', "\xff\0"])
def test_an_index_that_cannot_be_read_is_named_and_stays_as_it_is(
    tempshell: Tempshell, draft: Draft, junk: str
) -> None:
    file = tempshell.user.paths.private("packs") / "index.json"
    file.write_text(junk, "latin-1")
    for argv in (("pack", "add", str(draft.root)), ("pack", "ls"), ("start", "--detach", "draft")):
        said = tempshell(*argv, code=2).stderr
        assert str(file) in said or "newer tempshell" in said
    assert file.read_text("latin-1") == junk
    for other in ("linux-basics", str(draft.root)):  # these need no index
        assert tempshell("pack", "show", other, "--json").json()["added"] is None


def test_an_index_cannot_lead_out_of_the_packs(user: User) -> None:
    fields = dict.fromkeys(("version", "source", "ref", "commit", "added"), "")
    entry = {"name": "../../x", "digest": "sha256:" + "0" * 64, **fields}
    (user.paths.private("packs") / "index.json").write_text(json.dumps({"format": 1, "packs": [entry]}))
    assert read_index(user.paths) == {}


def test_packs_that_are_added_at_once_are_all_there(tempshell: Tempshell, draft: Draft) -> None:
    names = [f"n{number}" for number in range(4)]
    with ExitStack() as alive:
        argvs = [("pack", "add", str(draft.root), "--name", name) for name in names]
        running = [alive.enter_context(tempshell.running(*argv)) for argv in argvs]
        assert [process.wait(60) for process in running] == [0] * 4
    assert set(names) < {row["name"] for row in tempshell("pack", "ls", "--json").json()}


def test_a_packs_folder_that_is_a_link_is_refused(store: PackStore, user: User, draft: Draft, home: Path) -> None:
    user.paths.private()
    (user.paths.state / "packs").symlink_to(home)
    with pytest.raises(TempshellError, match="is not a directory of its own"):
        store.add(fetched(store, draft.root), nobody)
    assert list(home.iterdir()) == []
