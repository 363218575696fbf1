"""Whether a check goes by a search or a comparison that a learner can lead anywhere, as far as its words show it."""

from __future__ import annotations

import re
from posixpath import basename

from tempshell_cli.packs.checks.learner_programs import simple_commands
from tempshell_cli.packs.checks.places import TERMINAL
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.checks.shell import SHELLS

_GREPS = {"grep", "egrep", "fgrep"}
_COMPARERS = {"cmp", "diff", "comm"}
_BEFORE = {"if", "while", "until", "then", "do"}
_QUIET = re.compile(r"-[a-zA-Z]*q.*|--quiet|--silent")
_LITERAL = re.compile(r"[\w,:=@%-]+")  # a pattern that matches itself


def misled_search(exec_: Exec) -> str:
    """Return how the learner can mislead a search that the check goes by, "" where no such search is seen."""
    if exec_.in_ != TERMINAL or exec_.as_ == "learner":
        return ""
    if basename(exec_.argv[0]) in SHELLS:
        scripts = [
            exec_.stdin,
            *(after for word, after in zip(exec_.argv, exec_.argv[1:], strict=False) if word == "-c"),
        ]
        return next(filter(None, (_misled(words) for script in scripts for words in simple_commands(script))), "")
    # Its output is compared elsewhere, and with a link it finds something where it is to find nothing.
    goes_by_finding = exec_.expect.stdout is None and 0 in exec_.expect.codes
    return _misled([exec_.argv[0], "-q", *exec_.argv[1:]]) if goes_by_finding else ""


def _misled(words: list[str]) -> str:
    words = [word for word in words if word not in _BEFORE]
    negated = words[:1] == ["!"]
    program, *rest = words[negated:] or [""]
    if basename(program) in _COMPARERS and "-" in rest and any(_is_learners(word) for word in rest):
        return f"a link to /dev/stdin is the same file for `{basename(program)}`"
    if basename(program) not in _GREPS:
        return ""
    if negated:
        return "a `grep` that fails for another reason passes it"
    pattern, *files = [word for word in rest if not word.startswith("-")] or [""]
    if any(map(_QUIET.fullmatch, rest)) and any(map(_is_learners, files)) and _LITERAL.fullmatch(pattern):
        return "in a link to /proc/self/cmdline `grep` finds its own pattern"
    return ""


def _is_learners(word: str) -> bool:
    return not word.startswith(("-", "/", "$"))
