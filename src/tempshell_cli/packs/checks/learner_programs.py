"""Whether a command starts a program of the learner's, as far as its words show it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile
from posixpath import basename

from tempshell_cli.packs.checks.shell import SHELLS

_PYTHONS = {"python", "python3"}
_INTERPRETERS = {*SHELLS, *_PYTHONS, "perl", "ruby", "node", "php"}
_CODE = {"-c", "-m", "-e", "-r"}  # the options of one or the other that have its code in the next word
_WRAPPERS = {"env", "timeout", "nice", "setsid", "exec", "command", "time", "stdbuf", "nohup", "sudo", "xargs"}
_KEYWORDS = {"if", "then", "else", "elif", "while", "until", "do", "!", "{"}
_ENDS = re.compile(r"[;&|\n()`]+|\$\(|<\(")
# What a shell, env or timeout take before the name of a program.
_BEFORE_PROGRAM = re.compile(r"[A-Za-z_]\w*=.*|-.*|[0-9.]+[smhd]?")


def started_program(words: Sequence[str], stdin: str = "") -> str:
    """Return the words by which a command, which reads ``stdin``, starts a program of the learner's, else ""."""
    words = list(_without_wrappers(words))
    if not words:
        return ""
    name, rest = basename(words[0]), words[1:]
    if is_theirs(words[0]):
        return words[0]
    if name in {".", "source", "make"} or (name == "git" and "-C" in rest):
        return " ".join(words[:3])
    if name in {"awk", "gawk", "mawk"}:
        return " ".join(words[:3]) if "-f" in rest else ""
    return _by_interpreter(name, rest, stdin) if name in _INTERPRETERS else ""


def _by_interpreter(name: str, rest: Sequence[str], stdin: str) -> str:
    """Return what an interpreter starts: a file of the learner's, or what the code says that it is given."""
    if name in _PYTHONS and "-I" not in rest:
        return f"{name} without -I"  # it imports from the directory that it begins in, the learner's home
    for place, word in enumerate(rest):
        if word in _CODE and not (name in SHELLS and word != "-c"):
            return _in_script(rest[place + 1]) if name in SHELLS and place + 1 < len(rest) else ""
        if not word.startswith("-"):
            return "" if word.startswith("/") and not is_theirs(word) else f"{name} {word}"
    return _in_script(stdin) if name in SHELLS else ""


def _in_script(script: str) -> str:
    """Return the first start of a learner's program among the simple commands of a shell script."""
    found = (started_program(list(dropwhile(_KEYWORDS.__contains__, words))) for words in simple_commands(script))
    return next(filter(None, found), "")


def simple_commands(script: str) -> Iterator[list[str]]:
    """Yield the words of each simple command of a shell script, as far as one finds them without its grammar."""
    lines = (line for line in script.splitlines() if not line.lstrip().startswith("#"))
    for command in _ENDS.split("\n".join(lines)):
        yield [word for word in (quoted.strip("\"'") for quoted in command.split()) if word]


def _without_wrappers(words: Sequence[str]) -> Iterator[str]:
    wrapped = bool(words) and "=" in words[0]
    inside = False
    for word in words:
        if not inside and (basename(word) in _WRAPPERS or (wrapped and _BEFORE_PROGRAM.fullmatch(word))):
            wrapped = True
            continue
        inside = True
        yield word


def is_theirs(program: str) -> bool:
    """Return whether a program is named by a relative path, or by one below a home directory."""
    return program.startswith(("~/", "$HOME/", "/home/")) or ("/" in program and not program.startswith("/"))
