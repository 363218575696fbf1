"""Rules on what a pack consists of: its files, domains, hints, images, answers and translations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tempshell_cli.core.text import one_line
from tempshell_cli.packs.authoring.findings import Finding
from tempshell_cli.packs.authoring.rules.draft import Draft, error, error_at, note_at, warning, warning_at
from tempshell_cli.packs.format.native import MANIFEST
from tempshell_cli.packs.format.translations import translation_of

_TOLERANCE = 2  # percent, either way
_ALL_PERCENT = 100
_ALWAYS_FINE = re.compile(r"(README|LICEN[CS]E|NOTICE|CHANGELOG|AUTHORS)[^/]*")
_YAML_FILES = (".yaml", ".yml")
_LATEST = re.compile(r"(?<![\w./-])[a-z0-9][\w.-]*(?:/[\w.-]+|:[0-9]+/[\w.-]+)*:latest\b")
_IMAGE_KEY = re.compile(r"""^\s*-?\s*image:\s*["']?([^\s"'#{]+)""")  # not a template's `{{ … }}`


def stray_files(draft: Draft) -> Iterator[Finding]:
    """What is in the pack by accident: a backup, a script that its author forgot."""
    named = {MANIFEST, *draft.head.tasks, *(task.name for task in draft.tasks), *_translations(draft)}
    named |= {asset for task in draft.tasks for _, asset in task.head.assets()}
    for name in sorted(draft.files.keys() - named):
        if not _ALWAYS_FINE.fullmatch(name):
            hint = "remove it, or name it where it is needed"
            yield warning("stray-file", name, 1, f"nothing in the pack names `{name}`", hint)


def domain_shares(draft: Draft) -> Iterator[Finding]:
    """A domain's weight is that of its tasks together: with a few tasks too many, each is worth less."""
    counts = Counter(task.head.domain for task in draft.tasks if task.name in draft.head.tasks)
    for domain, share in draft.head.domains.items():
        line = draft.manifest.line(("domains", domain))
        found = _ALL_PERCENT * counts[domain] / max(1, len(draft.tasks))
        if not counts[domain] and share:
            yield error("domain-shares", MANIFEST, line, f"no task is in the domain `{domain}`")
        elif abs(found - share) > _TOLERANCE:
            what = f"`{domain}` has {found:.1f} % of the tasks, and should have {share} % (give or take {_TOLERANCE})"
            yield error("domain-shares", MANIFEST, line, what, "add or move a task, or change the share")


def hint_costs(draft: Draft) -> Iterator[Finding]:
    """All hints together must leave something to earn, or a pupil who needs help can earn nothing."""
    for task in draft.tasks:
        cost = sum(hint.cost for hint in task.head.hints)
        if cost > _ALL_PERCENT:
            yield error_at(task, "hint-costs", ("hints",), f"the hints cost {cost} % of the task in all")


def latest_images(draft: Draft) -> Iterator[Finding]:
    """``latest``, said or left out: what the pack was proven with is not what the next learner gets.

    Prose may speak of it, and a wrong answer may use it.
    """
    wrong = {mutant.run for task in draft.tasks for mutant in task.head.mutants}
    for name in draft.files.keys() - wrong:
        for number, line in _lines(draft, name):
            for image in _loose_images(name, line):
                hint = "give the image a version, or a digest"
                yield error("latest-image", name, number, f"`{one_line(image)}` has no version of its own", hint)


def missing_mutants(draft: Draft) -> Iterator[Finding]:
    """A check that nothing wrong was ever held against may catch nothing."""
    hint = "write a wrong answer that it must catch"
    for task in draft.tasks:
        if not task.head.mutants:
            yield warning_at(task, "no-mutant", (), f"the task `{task.head.id}` has no mutant", hint)
            continue
        for index, check in enumerate(task.head.checks):
            if check.id in task.head.unseen():
                yield warning_at(task, "no-mutant", ("checks", index), f"no mutant fails the check `{check.id}`", hint)


def missing_alternatives(draft: Draft) -> Iterator[Finding]:
    """One right answer shows that a check can pass, and not that it passes other right answers."""
    hint = "write another right answer, spelled or made in another way"
    for task in draft.tasks:
        if not task.head.alternatives:
            yield note_at(task, "no-alternative", ("solution",), f"the task `{task.head.id}` has no alternative", hint)


def translations(draft: Draft) -> Iterator[Finding]:
    """Every task has its text in every locale of the pack."""
    for name in _translations(draft):
        if name not in draft.files:
            line = draft.manifest.line(("locales",))
            hint = f"write `{name}`, or take the locale out of `locales`"
            yield error("translation", MANIFEST, line, f"the translation `{name}` is missing", hint)


def _translations(draft: Draft) -> list[str]:
    """Return where the translations of the tasks are, or should be."""
    return [translation_of(task.name, locale) for locale in draft.head.locales[1:] for task in draft.tasks]


def _lines(draft: Draft, name: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a file that some program will read; of a task those before its prompt."""
    if _ALWAYS_FINE.fullmatch(name):
        return
    lines = draft.files[name].decode(errors="replace").splitlines()
    is_task = any(name == task.name for task in draft.tasks)
    for number, line in enumerate(lines, 1):
        if is_task and number > 1 and line.rstrip() == "---":
            return
        yield number, line


def _loose_images(name: str, line: str) -> Iterator[str]:
    if ":latest" in line:
        yield from _LATEST.findall(line)
    elif name.endswith(_YAML_FILES) and (found := _IMAGE_KEY.match(line)):
        image = found[1]
        if ":" not in image.rpartition("/")[2] and "@" not in image:
            yield image
