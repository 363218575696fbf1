"""Tasks in other languages: which one is shown, and how its texts take the place of the task's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from tempshell_cli.packs.format.model import TaskHead, Translation


def translation_of(task: str, locale: str) -> str:
    """Return where the translation of a task's file lies: ``tasks/x.de.md`` beside ``tasks/x.md``."""
    return f"{task.removesuffix('.md')}.{locale}.md"


def translations_in(files: Collection[str], task: str, locales: Sequence[str]) -> dict[str, str]:
    """Return the translations of a task's file that a pack has, by locale."""
    expected = {locale: translation_of(task, locale) for locale in locales[1:]}
    return {locale: name for locale, name in expected.items() if name in files}


def wanted_languages(environment: Mapping[str, str]) -> list[str]:
    """Return the languages that a person wants, the first the most, written as a pack's locales are.

    As gettext reads the environment (its manual, 2.3): the first of LC_ALL, LC_MESSAGES and LANG that is set, and,
    unless that is the locale C, LANGUAGE before it.
    """
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "C")
    if _plain(locale) in {"C", "POSIX"}:
        return []
    return [_plain(one) for one in (*environment.get("LANGUAGE", "").split(":"), locale) if one]


def chosen(locales: Sequence[str], languages: Sequence[str]) -> str:
    """Return the locale of a pack to show: the first that is wanted, else the pack's first. ``de-AT`` may be ``de``."""
    for language in languages:
        for locale in (language, language.partition("-")[0]):
            if locale in locales:
                return locale
    return locales[0]


def translated(head: TaskHead, texts: Translation) -> TaskHead:
    """Return the task with its texts in another language; what is not translated stays as it is."""
    hints = head.hints
    if texts.hints:
        hints = tuple(replace(hint, text=text) for hint, text in zip(head.hints, texts.hints, strict=True))
    checks = tuple(replace(check, fail=texts.fail.get(check.id, check.fail)) for check in head.checks)
    return replace(head, title=texts.title or head.title, hints=hints, checks=checks)


def _plain(locale: str) -> str:
    """Return ``de_DE.UTF-8@euro`` as ``de-DE``."""
    return locale.partition(".")[0].partition("@")[0].replace("_", "-")
