"""Every program that a task of a shipped pack names is in the images that its learners work in."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import nullcontext

import pytest
from markdown_it import MarkdownIt

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.images import ensure_image
from tempshell_cli.backends.kind.terminal import ensure_terminal_image
from tempshell_cli.core.paths import shipped
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.library.load import load_pack
from tests.support.engines import NODE_IMAGE

_MARKDOWN = MarkdownIt("commonmark").enable("table")
# What a text could name that no machine of ours needs to have; the other commands are those of this machine.
_COMMANDS = {"docker", "helm", "k9s", "kubectl", "kustomize", "podman", "buildah", "yq"}
_ALSO_KEYS = {"open", "patch"}  # programs of this machine that these tasks do not mean
_ENDS_A_COMMAND = re.compile(r"[|;&]+|\n")
_IS_THERE = 'for name; do command -v -- "$name" >/dev/null || echo "$name"; done'
_PAGES = {"bash", "curl", "find", "git", "grep", "ls", "man", "mount", "ps", "ss", "tar", "vim"}
_HAS_PAGE = 'for name; do [ -s "$(man --where "$name" 2>/dev/null)" ] || echo "$name"; done'


def commands(text: str) -> list[list[str]]:
    """Return the words of each command in the code of a text; a word alone may as well be the name of something."""
    found: list[list[str]] = []
    for block in _MARKDOWN.parse(text):
        for token in (block, *(block.children or ())):
            if token.type in {"code_inline", "code_block", "fence"}:
                found += [words for line in _ENDS_A_COMMAND.split(token.content) if (words := line.split())]
    return found


def named_by(pack: Pack) -> tuple[set[str], set[str]]:
    """Return the programs that texts, hints and ``requires.tools`` of the tasks name, and the pages for ``man``."""
    texts = [text for task in pack.tasks for text in (task.prompt, *(hint.text for hint in task.head.hints))]
    code = [words for text in texts for words in commands(text)]
    programs = {words[0] for words in code if words[0] in _COMMANDS or shutil.which(words[0])}
    required = {tool for task in pack.tasks for tool in task.head.requires.tools}
    return (programs - _ALSO_KEYS) | required, {words[-1] for words in code if words[0] == "man" and len(words) > 1}


def test_commands_are_found_in_all_kinds_of_code() -> None:
    text = "Use `tail -F x | tr a b` or `man find`.\n\n    ls -l\n\n```sh\nwc -l\ncat y\n```\n"
    assert [words[0] for words in commands(text)] == ["tail", "tr", "man", "ls", "wc", "cat"]


def missing(image: str, script: str, words: set[str]) -> list[str]:
    argv = ("docker", "run", "--rm", "--network", "none", "--entrypoint", "bash", image, "-c", script, "bash")
    done = subprocess.run((*argv, *sorted(words)), capture_output=True, text=True, check=True)
    return done.stdout.split()


def of_backend(backend: str) -> list[Pack]:
    packs = [load_pack(path.parent) for path in sorted(shipped("task_packs").glob("*/pack.yaml"))]
    return [pack for pack in packs if backend in pack.head.sandbox.backends]


@pytest.mark.engine("docker")
def test_the_image_of_containers_has_what_tasks_name() -> None:
    image = ensure_image(DockerEngine().client, "tempshell/shell", lambda _: nullcontext())
    assert missing(image, _HAS_PAGE, _PAGES) == []
    for pack in of_backend("docker"):
        programs, pages = named_by(pack)
        assert programs
        assert (missing(image, _IS_THERE, programs), missing(image, _HAS_PAGE, pages)) == ([], [])


@pytest.mark.engine("kind")
def test_the_image_of_terminals_has_what_tasks_name() -> None:
    image = ensure_terminal_image(DockerEngine(), NODE_IMAGE, lambda _: nullcontext())
    for pack in of_backend("kind"):
        programs, pages = named_by(pack)
        assert programs
        assert (missing(image, _IS_THERE, programs), missing(image, _HAS_PAGE, pages)) == ([], [])
