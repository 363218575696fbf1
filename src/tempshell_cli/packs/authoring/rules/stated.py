"""Rules on what the text of a task states, compared with what its checks look at, as far as words can be compared.

Both raise false alarms: a text explains, too, and some values follow from what it says. So their findings are notes.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from markdown_it import MarkdownIt

from tempshell_cli.core.text import listed, one_line
from tempshell_cli.packs.authoring.findings import Finding
from tempshell_cli.packs.authoring.mutation.files import SPEAKS_OF_MODES
from tempshell_cli.packs.authoring.mutation.mutation import Wording
from tempshell_cli.packs.authoring.rules.draft import Draft, note, note_at
from tempshell_cli.packs.checks.combined import Combined
from tempshell_cli.packs.checks.conditions import Where
from tempshell_cli.packs.checks.connection import Connection
from tempshell_cli.packs.checks.criteria import Check, Expected, keys_of
from tempshell_cli.packs.checks.file import FileState
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import TextMatch
from tempshell_cli.packs.checks.objects import ObjectState, split_ref
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.checks.reach import Reach
from tempshell_cli.packs.checks.web import Http
from tempshell_cli.packs.format.task_file import TaskSource
from tempshell_cli.packs.format.values import fill

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_BETWEEN_WORDS = re.compile(r"[\s=,:;/\"'`(){}\[\]|&<>$%\\]+")
_IMAGE = re.compile(r"[\w.-]+(?:/[\w.-]+)+:[\w.-]+")
_NO_WORDS = {"", ".", "..", "~"}
_NUMBER = re.compile(r"([0-9]+)[A-Za-z]{0,2}")  # with a unit: `50m`
_NUMBER_IN_PROSE = re.compile(r"(?<![\w./:@=-])[0-9]+(?:[.:][0-9]+)*(?:[A-Za-z]{1,2}\b)?(?![\w/-])")
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# A digit is many things in a script (`2>`, `sleep 1`), and a value behind these.
_LOOSE_DIGIT = re.compile(r"(?<![\w.:=-])(?<![:=][ \"'])(?<!exit )[0-9](?![\w.-])")
# By habit a setup removes what a solution has made, which is then not there.
_REMOVAL = re.compile(r"\b(?:rm|rmdir|delete|pkill|kill|userdel|groupdel)\b[^;&|\n]*")
_COMPARED_IN_PATH = re.compile(r"==\s*[\"']([^\"']*)[\"']")
# Annotations of controllers and of kubectl.
_WRITTEN_BY_CLUSTER = re.compile(r"\b(deployment|cronjob)\.kubernetes\.io/")
# Defaults of the API, what every cluster has, all addresses, and a headless Service: nobody has to say these.
_UNSAID = {"ClusterIP", "Opaque", "RollingUpdate", "TCP", "default", "kube-system", "0.0.0.0/0", "::/0", "None"}
_IN_OTHER_WORDS = {"cron", "duration"}  # "on Sundays at 04:00", "an hour"
_MOST_READ = 64 * 1024  # characters of a file; a larger one is data, and everything is in it
_HOMES = "/home"  # of learners, whatever their names


def stated_but_unchecked(draft: Draft) -> Iterator[Finding]:
    """A learner can leave out what the text asks for where no check looks for it."""
    hint = "write a check if the task asks for it"
    for task in draft.tasks:
        known = _Words(f"{_in_checks(draft, task)}\n{_in_setup(draft, task)}")
        for stated, line in _statements(task).items():
            if missing := known.missing(stated):
                what = "it" if missing == [stated] else _quoted(missing)
                what = f"the text states `{one_line(stated)}`, and neither a check nor the setup has {what}"
                yield note("stated-but-unchecked", task.name, line, what, hint)


def checked_but_unstated(draft: Draft) -> Iterator[Finding]:
    """A learner who does what the text says fails where a check asks for more."""
    hint = "state it, or accept all that the text allows; if the task is to find it, write `find: true`"
    for task in draft.tasks:
        text = f"{task.head.title}\n{task.prompt}"
        numbers = [str(number) for number, word in enumerate(_NUMBERS) if re.search(rf"(?i)\b{word}\b", text)]
        known = _Words("\n".join((text, *numbers, _in_setup(draft, task))))
        for index, check in enumerate(task.head.checks):
            if check.gate or task.head.expected_of(check) is not Expected.SHOWN:
                continue
            unstated = _unstated(check.kind, known, speaks_of_modes=Wording(text).says(SPEAKS_OF_MODES))
            if unstated:
                what = f"the check `{check.id}` expects {_quoted(unstated)}, which the text does not state"
                yield note_at(task, "checked-but-unstated", ("checks", index), what, hint)


class _Words:
    """The words, names and numbers of a text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def missing(self, said: str) -> list[str]:
        """Return what of it is missing here: all of it, or some of its words."""
        name = said.strip().removeprefix("~/").removeprefix("./").rstrip("/")
        if not name or self._has(name):
            return []
        parts = [name] if _IMAGE.fullmatch(name) else _BETWEEN_WORDS.split(name)
        words = [word for word in parts if not (word.startswith("-") or word in _NO_WORDS)]
        missing = [word for word in words if not word.endswith(("...", "…")) and not self._has(word)]
        return [said] if missing and missing == words else list(dict.fromkeys(missing))

    def _has(self, name: str) -> bool:
        """Return whether the text has it, in any case, between characters that cannot belong to it."""
        if number := _NUMBER.fullmatch(name):  # in any unit, and with zeros in front of it
            pattern = rf"(?<![\w.-])0*{number[1].lstrip('0') or '0'}(?![0-9]|\.[0-9])"
        else:
            before = r"(?<![\w-])" if name[0].isalnum() else ""
            after = r"(?![\w-])" if name[-1].isalnum() else ""
            pattern = f"{before}{re.escape(name)}{after}"
        return re.search(pattern, self._text, re.IGNORECASE) is not None


def _statements(task: TaskSource) -> dict[str, int]:
    """Return what is code in the text, and the numbers in it, each with its first line in the file.

    Left out are blocks of code, which show how something looks; tools that it only speaks of (`tail -F`), or that the
    task needs; and numbers where the task is to find something out, which say what to look for.
    """
    found: dict[str, int] = {}
    text = fill(task.file.text, task.values) if task.values else task.file.text
    for block in _MARKDOWN.parse(text):
        line = task.file.text_line + (block.map[0] if block.map else 0)
        for token in block.children or ():
            if token.type == "code_inline":
                program, *arguments = token.content.split() or [""]
                is_tool = bool(arguments) and all(argument.startswith("-") for argument in arguments)
                if not is_tool and program not in task.head.requires.tools:
                    found.setdefault(token.content, line)
            elif token.type == "text" and not task.head.find:
                for number in _NUMBER_IN_PROSE.findall(token.content):
                    found.setdefault(number, line)
            line += token.type in {"softbreak", "hardbreak"}
    return found


def _in_checks(draft: Draft, task: TaskSource) -> str:
    """Return all that the checks look at and expect, and the files of the pack that they read."""
    data = cast("dict[str, Any]", task.document.data)
    looks = {*keys_of(Check), "control"}
    words = [*_words([{key: check[key] for key in looks & check.keys()} for check in data["checks"]])]
    files = [draft.text(file) for check in task.head.checks for kind in check.kind.parts() for file in kind.files]
    # Patterns: `a\.conf`, and `[l]isten`, which does not find itself in a list of processes.
    plain = re.sub(r"\[(\w)\]", r"\1", "\n".join(words).replace("\\", ""))
    return "\n".join([plain, *words, *files, *filter(None, map(_decoded, words))])


def _in_setup(draft: Draft, task: TaskSource) -> str:
    """Return what the setup says, and its files, namespaces and values: what is there already."""
    data = cast("dict[str, Any]", task.document.data)
    files = [draft.text(file)[:_MOST_READ] for at, file in task.head.assets() if at[0] in {"setup", "vars"}]
    text = _REMOVAL.sub("", "\n".join([*_words(data.get("setup")), *files]).replace("\\n", "\n"))
    return "\n".join([_LOOSE_DIGIT.sub("", text), *task.head.namespaces, *task.values.values()])


def _words(value: object) -> Iterator[str]:
    """Yield the keys and values in a part of a YAML document, and both together as a label is written: `app=web`."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield f"{key}={inner}"
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    elif value is not None:
        yield str(value)


def _unstated(kind: Kind, known: _Words, *, speaks_of_modes: bool) -> list[str]:
    """Return what a check expects and the text does not state; of ``any_of``, of the one that it states most of."""
    if isinstance(kind, Combined):
        found = [_unstated(one, known, speaks_of_modes=speaks_of_modes) for one in kind.kinds]
        return min(found, key=len) if kind.op == "any_of" else [one for each in found for one in each]
    values = [*_values(kind)]
    if isinstance(kind, FileState) and kind.mode and not speaks_of_modes:
        values.append(kind.mode)
    unstated = (one for one in values if known.missing(one) and known.missing(_decoded(one) or one))
    return [one for one in dict.fromkeys(unstated) if one not in _UNSAID]


def _values(kind: Kind) -> Iterator[str]:
    """Yield what a learner must meet: names, paths, numbers and texts, and not what follows from them."""
    match kind:
        case ObjectState():
            _, *names = split_ref(kind.ref)
            yield from names
            yield from _leaves({key: part for key, part in kind.match.items() if key != "status"})
            for where in kind.where:
                yield from _of_condition(where)
        case FileState():
            yield kind.path
            yield kind.owner or ""
            yield from _of_text(kind.text)
            for data in (kind.json, kind.yaml):
                yield from _leaves(data)
        case Http():
            yield kind.url
        case Exec():
            yield from _of_program(kind)
        case Reach():
            for one in (kind, *kind.allow, *(kind.only or ())):
                yield from _of_connection(one, ports=kind.allowed)


def _of_program(exec_: Exec) -> Iterator[str]:
    yield exec_.path
    if exec_.runs_as_learner(_HOMES):
        yield from (str(code) for code in exec_.expect.codes if code)
    elif exec_.argv[0] == "cat" and len(exec_.argv) == 2:  # noqa: PLR2004 - a program and its file
        yield exec_.argv[1]
        yield from _of_text(exec_.expect.stdout)


def _of_text(text: TextMatch | None) -> Iterator[str]:
    if text:
        yield from (text.equals or "").splitlines()
        yield text.contains or ""


def _of_condition(where: Where) -> Iterator[str]:
    if any("status" in path or _WRITTEN_BY_CLUSTER.search(path) for path in where.paths()):
        return
    yield from _COMPARED_IN_PATH.findall(where.jsonpath or "")
    if where.op not in {"exists", "regex"} and where.as_ not in _IN_OTHER_WORDS:
        yield from _leaves(where.value)
    for one in where.all_of or ():
        yield from _of_condition(one)


def _of_connection(one: Connection, *, ports: bool) -> Iterator[str]:
    for end in filter(None, (one.from_, one.to)):
        for pods in (end.pods, end.new_pod, end.service):
            yield from _leaves(pods)
        yield from _leaves(end.ns)
        yield end.ip or ""
    yield from (str(port).partition("/")[0] for port in one.ports if ports and not re.search(r"[0-9]-", str(port)))


def _leaves(value: object) -> Iterator[str]:
    """Yield the texts and numbers in a value that a learner has a choice of."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in {"apiVersion", "kind"} and not _WRITTEN_BY_CLUSTER.search(key):
                yield from _leaves(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _decoded(value: str) -> str:
    """Return what a text says in base64, as the values of a Secret are written, "" where it says nothing so."""
    try:
        text = b64decode(value, validate=True).decode("ascii")
    except ValueError:
        return ""
    return text if text.isprintable() else ""


def _quoted(words: Sequence[str]) -> str:
    return listed([f"`{one_line(word)}`" for word in words])
