"""Packs come out of git repositories and registries, and nothing of these has a say on this machine."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tempshell_cli.core.errors import PackProblem, UsageProblem
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.library.sources import parse_source
from tests.support.command_line import Tempshell
from tests.support.registry import Registry, running_registry

from .added import Answering, Repository, refused, tar_of
from .drafts import Draft


@pytest.mark.parametrize(
    "source",
    [
        *("https://example.org/x.tar.gz", "http://example.org/x", "git+http://example.org/x", "git+ext::sh -c id"),
        *("git+ext://sh -c id", "git+-u", "git+https://-oProxyCommand=x/y", "git+ssh://-oProxyCommand=id/x"),
        *("git+ssh://git@-oProxyCommand=id/x", "git+ssh://%2DoProxyCommand=id/x", "git+file://host/x", "git+https:///x"),
        *("git+https://example.org/x@-u", "git+https://example.org/x@--upload-pack=id", "git+https://example.org/x@a:b"),
        *("git+https://example.org/x@+a", "git+https://example.org/x@a..b", "git+https://example.org/", "git+"),
        *("git+https://example.org/x?a=b", "git+https://example.org/x#subdirectory=../..", "git+https://[x/y"),
        *("git+https://example.org/x#subdirectory=/../x", "git+https://example.org/x#egg=x", "git+https://example.org/x#x"),
        *("git+https://me:secret@example.org/x", "git+https://token@example.org/x", "git+ssh://me:secret@example.org/x"),
        *("oci://", "oci://-x/y:z", "oci://host", "oci://host/x:-y", "oci://host/../x", "oci://host/x y", ""),
        *("git+https://example.org/\x1b]0;x\x07", "\x1b[31m", "oci://host/x:\n1", "git+https://example.org/x@a\n"),
        *("/no/such", "x" * 9999, "a\0b"),
    ],
)  # fmt: skip
def test_an_address_that_could_be_something_else_is_refused_before_anything_runs(source: str) -> None:
    with pytest.raises(UsageProblem) as problem:
        parse_source(source)
    assert problem.value.hint
    assert not {"\x1b", "\x07"} & set(str(problem.value))
    assert "secret" not in str(problem.value).replace("a secret does not", "")


def test_a_branch_a_tag_and_a_commit_are_fetched(tempshell: Tempshell, repository: Repository, scratch: Path) -> None:
    first = repository("rev-parse", "HEAD")
    repository("tag", "--annotate", "--message=x", "v1.0")
    Draft(repository.root).replace("pack.yaml", "version: 1.0.0", "version: 1.1.0")
    repository("checkout", "--quiet", "-b", "topic/new")
    second = repository.commit()
    repository("checkout", "--quiet", "main")
    Draft(repository.root).write("README", "one commit more, so that the first is no branch's last\n")
    third = repository.commit()
    wanted = {"@v1.0": first, "@topic/new": second, f"@{first}": first, "@main": third, "": third}
    for number, (ref, commit) in enumerate(wanted.items()):
        entry = tempshell("pack", "add", f"{repository.url}{ref}", "--name", f"n{number}", "--json").json()
        assert (entry["commit"], entry["ref"], entry["source"]) == (commit, ref[1:], f"{repository.url}{ref}")
        assert entry["version"] == ("1.1.0" if commit == second else "1.0.0")
    assert f"commit {second}" in tempshell("pack", "show", "n1").stdout
    assert list(scratch.iterdir()) == []


def test_a_folder_of_a_repository_is_a_pack(tempshell: Tempshell, tmp_path: Path) -> None:
    inner = Draft.made_in(tmp_path / "all" / "packs" / "inner")
    (tmp_path / "all" / "link").symlink_to("/etc/passwd")  # beside the pack, not in it
    repository = Repository(tmp_path / "all")
    address = f"{repository.url}@main#subdirectory=packs/inner"
    assert tempshell("pack", "add", address, "--json").json()["digest"] == inner.load().digest
    said = refused(tempshell, "add", f"{repository.url}@main#subdirectory=packs/other", "--name", "x")
    assert "packs/other" in said


def test_a_repository_with_the_other_hash_is_fetched(tempshell: Tempshell, tmp_path: Path, scratch: Path) -> None:
    """Its object names are SHA-256: by its branch, and by a commit."""
    inner = Draft.made_in(tmp_path / "inner")
    repository = Repository(tmp_path / "inner", "--object-format=sha256")
    commit = repository("rev-parse", "HEAD")
    assert len(commit) == 64
    for name, ref in (("a", ""), ("b", f"@{commit}")):
        entry = tempshell("pack", "add", f"{repository.url}{ref}", "--name", name, "--json").json()
        assert (entry["commit"], entry["digest"]) == (commit, inner.load().digest)
    assert "nope" in refused(tempshell, "add", f"{repository.url}@nope", "--name", "c")
    assert list(scratch.iterdir()) == []


def test_a_path_with_a_space_is_fetched_as_it_is_written(tempshell: Tempshell, tmp_path: Path) -> None:
    inner = Draft.made_in(tmp_path / "my packs" / "inner")
    repository = Repository(inner.root)
    for name, url in (("a", repository.url), ("b", repository.url.replace(" ", "%20"))):
        entry = tempshell("pack", "add", url, "--name", name, "--json").json()
        assert (entry["source"], entry["digest"]) == (url, inner.load().digest)
    assert "%20" in refused(tempshell, "add", "git+https://example.org/my packs")


def test_a_submodule_is_refused_by_its_path(tempshell: Tempshell, tmp_path: Path) -> None:
    """Git archives an empty directory for it."""
    other = Repository(Draft.made_in(tmp_path / "other").root)
    inner = Draft.made_in(tmp_path / "all" / "inner")
    repository = Repository(tmp_path / "all")
    repository("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "inner/assets/part")
    repository.commit()
    said = refused(tempshell, "add", f"{repository.url}#subdirectory=inner")
    assert "'assets/part' is a git submodule" in said
    assert "--recurse-submodules" in said
    tempshell("pack", "lint", str(inner.root))  # it is there
    repository("submodule", "deinit", "--all", "--force")
    said = tempshell("pack", "lint", str(inner.root), code=2).stdout
    assert "`assets/part` is a git submodule that is not there" in said


@pytest.mark.parametrize("ref", ["@nope", f"@{'0' * 40}"])
def test_a_ref_that_is_not_there_is_told_in_the_words_of_git(
    tempshell: Tempshell, repository: Repository, ref: str, scratch: Path
) -> None:
    said = refused(tempshell, "add", f"{repository.url}{ref}")
    assert "git failed: fatal:" in said
    assert ref[1:] in said
    assert list(scratch.iterdir()) == []


def test_a_repository_that_is_not_there_is_told(tempshell: Tempshell, tmp_path: Path) -> None:
    assert f"{tmp_path}/nothing" in refused(tempshell, "add", f"git+file://{tmp_path}/nothing@main")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to another user")
def test_a_repository_of_another_user_is_fetched_where_the_users_git_says_that_it_is_safe(
    tempshell: Tempshell, draft: Draft, tmp_path: Path
) -> None:
    url = Repository(draft.root).url
    for path in (draft.root, *draft.root.rglob("*")):
        os.chown(path, 45001, 45001)
    assert "safe.directory" in refused(tempshell, "add", url)
    (tmp_path / ".gitconfig").write_text("[safe]\n\tdirectory = *\n")
    tempshell("pack", "add", url, env={"HOME": str(tmp_path)})


def test_a_link_in_a_repository_is_refused(tempshell: Tempshell, draft: Draft) -> None:
    (draft.root / "assets").symlink_to("/etc")
    assert "'assets' is a link" in refused(tempshell, "add", Repository(draft.root).url)


def test_nothing_of_a_repository_or_of_gits_settings_is_run(tempshell: Tempshell, draft: Draft, home: Path) -> None:
    """Filters, hooks and the like would be: by a configuration, or by variables that git reads."""
    marker = home / "was-run"
    evil = f"touch {shlex.quote(str(marker))}; cat"
    draft.write(".gitattributes", "* filter=evil diff=evil\n")
    repository = Repository(draft.root)
    hooks = Draft(home / "hooks")
    for hook in ("post-checkout", "reference-transaction", "post-merge", "post-index-change"):
        hooks.write(hook, f"#!/bin/sh\n{evil}\n").chmod(0o755)
        shutil.copy2(hooks.root / hook, repository.root / ".git" / "hooks" / hook)
    (home / ".gitconfig").write_text(
        f'[filter "evil"]\n\tsmudge = "{evil}"\n\trequired = true\n[core]\n\thooksPath = {hooks.root}\n'
        f'\tfsmonitor = "{evil}"\n[tar "tar"]\n\tcommand = "{evil}"\n'
    )
    variables = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(hooks.root),
        "GIT_TEMPLATE_DIR": str(hooks.root),
        "GIT_DIR": str(home),
        "GIT_EXTERNAL_DIFF": evil,
    }
    subprocess.run(("git", "-C", str(repository.root), "status"), env={**os.environ, "HOME": str(home)}, check=False)
    marker.unlink(missing_ok=True)
    entry = tempshell("pack", "add", repository.url, "--json", env={"HOME": str(home), **variables}).json()
    assert entry["digest"] == draft.load().digest
    assert not marker.exists()


def test_the_command_line_of_git_leaves_no_word_to_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "evil")
    monkeypatch.setenv("SECRET_TOKEN", "hidden")
    runner = Answering(Completed(0, b"not a commit", b""))
    with pytest.raises(PackProblem, match="names no commit"):
        parse_source("git+ssh://git@example.org/a/b.git@v1").fetch(runner)
    fetch = runner.asked[1]
    assert fetch.argv[-3:] == ("--", "ssh://git@example.org/a/b.git", "v1")
    assert {"--depth=1", "--no-tags", "--no-recurse-submodules", "protocol.ext.allow=never"} <= set(fetch.argv)
    for command in runner.asked:
        environment = command.environment()
        assert "SECRET_TOKEN" not in environment
        assert environment["GIT_TERMINAL_PROMPT"] == "0"
        assert environment["GIT_LFS_SKIP_SMUDGE"] == "1"
        assert environment["GIT_SSH_COMMAND"] == "ssh -o BatchMode=yes"


def test_a_fetch_that_takes_too_long_is_given_up() -> None:
    runner = Answering(Completed(-9, b"", b"", timed_out=True))
    with pytest.raises(PackProblem, match="git took more than 300 s"):
        parse_source("git+https://example.org/x@v1").fetch(runner)


@pytest.mark.parametrize(("program", "source"), [("git", "git+https://example.org/x@v1"), ("oras", "oci://host/x:1")])
def test_a_program_that_is_missing_is_named(tempshell: Tempshell, home: Path, program: str, source: str) -> None:
    said = refused(tempshell, "add", source, env={"PATH": str(home)})
    assert f"{program} is not installed" in said
    assert f"install {program}" in said


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry of this module's own."""
    with running_registry(tmp_path_factory.mktemp("registry") / "running") as running:
        yield running


in_registry = pytest.mark.engine("registry")


@in_registry
@pytest.mark.parametrize("form", ["files", "directory", "archive"])
def test_an_artifact_is_pulled_by_oras(tempshell: Tempshell, registry: Registry, draft: Draft, form: str) -> None:
    if form == "archive":
        tar_of(draft, draft.root.parent / "draft.tar")
        digest = registry.push(f"packs/{form}:1.0", "draft.tar", folder=draft.root.parent)
    elif form == "directory":
        digest = registry.push(f"packs/{form}:1.0", draft.root.name, folder=draft.root.parent)
    else:
        files = [str(path.relative_to(draft.root)) for path in draft.root.rglob("*") if path.is_file()]
        digest = registry.push(f"packs/{form}:1.0", *files, folder=draft.root)
    source = f"oci://{registry.host}/packs/{form}:1.0"
    entry = tempshell("pack", "add", source, "--json", env=registry.environment).json()
    assert (entry["commit"], entry["ref"], entry["source"]) == (digest, "1.0", source)
    assert entry["digest"] == draft.load().digest


@in_registry
def test_an_artifact_is_pulled_by_its_digest(tempshell: Tempshell, registry: Registry, draft: Draft) -> None:
    digest = registry.push("packs/pinned:1.0", draft.root.name, folder=draft.root.parent)
    Draft(draft.root).replace("pack.yaml", "version: 1.0.0", "version: 2.0.0")
    registry.push("packs/pinned:1.0", draft.root.name, folder=draft.root.parent)
    source = f"oci://{registry.host}/packs/pinned@{digest}"
    entry = tempshell("pack", "add", source, "--json", env=registry.environment).json()
    assert (entry["commit"], entry["version"]) == (digest, "1.0.0")


@in_registry
def test_an_artifact_that_is_not_there_is_told_in_the_words_of_oras(tempshell: Tempshell, registry: Registry) -> None:
    said = refused(tempshell, "add", f"oci://{registry.host}/other:2", env=registry.environment)
    assert f"oras failed: Error response from registry: {registry.host}/other:2: not found" in said


@in_registry
def test_a_registry_that_nobody_vouches_for_is_refused(tempshell: Tempshell, registry: Registry) -> None:
    said = refused(tempshell, "add", f"oci://{registry.host}/other:2", env={"PATH": registry.environment["PATH"]})
    assert "certificate signed by unknown authority" in said


@in_registry
@pytest.mark.parametrize("name", ["lone", "pack.yaml"])
def test_an_artifact_that_is_a_link_is_refused(
    tempshell: Tempshell, registry: Registry, tmp_path: Path, name: str
) -> None:
    """Only links that lead out of the directory are refused by oras itself."""
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    (artifact / name).symlink_to("elsewhere")
    registry.push(f"packs/link-{name}:1", ".", folder=artifact)
    said = refused(tempshell, "add", f"oci://{registry.host}/packs/link-{name}:1", env=registry.environment)
    assert "a symbolic link" in said


@in_registry
def test_an_artifact_writes_nowhere_else(
    tempshell: Tempshell, registry: Registry, tmp_path: Path, scratch: Path
) -> None:
    """Neither by the name of a file nor by a link in a directory."""
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    (artifact / "file").write_text("evil")
    (artifact / "names.json").write_text('{"file": {"org.opencontainers.image.title": "../../evil"}}')
    registry.push("packs/evil:name", "--annotation-file", "names.json", "file", folder=artifact)
    (artifact / "out").symlink_to(tmp_path)
    registry.push("packs/evil:link", ".", folder=artifact)
    for tag, words in {"name": "path traversal disallowed", "link": "is outside of"}.items():
        said = refused(tempshell, "add", f"oci://{registry.host}/packs/evil:{tag}", env=registry.environment)
        assert words in said
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_oras_gets_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("SECRET_TOKEN", "hidden")
    Draft(tmp_path).write("oras", "").chmod(0o755)
    runner = Answering(Completed(1, b"", b"Error: no"))
    with pytest.raises(PackProblem, match="oras failed: Error: no"):
        parse_source("oci://registry.example/packs/draft:1.0").fetch(runner)
    (pull,) = runner.asked
    assert pull.argv[-2:] == ("--", "registry.example/packs/draft:1.0")
    assert "SECRET_TOKEN" not in pull.environment()
