"""Which programs shell scripts run, as far as one finds them without a shell: for what a sandbox may lack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_KEYWORDS = {"if", "then", "else", "elif", "while", "until", "do", "!", "{", "time"}
# What runs another program, which is the next word that is neither an option nor a variable nor a number.
_WRAPPERS = {"sudo", "env", "timeout", "nice", "nohup", "setsid", "exec", "command", "xargs", "watch", "stdbuf"}
_BEFORE_PROGRAM = re.compile(r"[A-Za-z_]\w*\+?=.*|-.*|[0-9.]+[smhd]?")
_PROGRAM = re.compile(r"[a-z][a-z0-9_.+-]{1,40}")
_INSTALLERS = {"apt", "apt-get", "snap", "pip", "pip3", "npm", "gem", "brew", "go", "cargo"}
_ENDS = re.compile(r"[;&|\n()`{}]+|\$\(|<\(")
# None of these is shell, or none of it begins a command. Bounded, for the text is a stranger's.
_HEREDOC = re.compile(r"<<(-?)\s{0,3}(['\"]?)(\w{1,40})\2")
_QUOTED = re.compile(r"'[^']{0,5000}'|\"(?:[^\"\\$`]|\\.|\$(?!\()){0,5000}\"")
_COMMENT = re.compile(r"(?<!\S)#[^\n]*")
_CONTINUED = re.compile(r"\\\n")
_ARRAY = re.compile(r"\w{1,80}\+?=\([^()]{0,5000}\)")
_PATTERN = re.compile(r"^[ \t]{0,40}\(?[^\s()$]{1,200}\)(?=\s)", re.MULTILINE)  # of a case
_FUNCTION = re.compile(r"(?:^|[;\s])(?:function\s{1,5}([\w-]{1,80})|([\w-]{1,80})\s{0,3}\(\s{0,3}\))")


def programs_of(scripts: Iterable[str]) -> tuple[str, ...]:
    """Return the programs and builtins that the scripts begin commands with, but for those they install or define."""
    found: dict[str, None] = {}
    own: set[str] = set()
    for script in scripts:
        plain = _CONTINUED.sub(" ", "\n".join(_without_heredocs(script.splitlines())))
        plain = _ARRAY.sub("", _COMMENT.sub("", _QUOTED.sub(" '' ", plain)))
        own |= {name for groups in _FUNCTION.findall(plain) for name in groups if name}
        for words in map(str.split, _ENDS.split(_PATTERN.sub("", plain))):
            begun = list(_begun(words))
            if len(begun) > 1 and begun[0] in _INSTALLERS and "install" in words:
                own |= {word.partition("=")[0] for word in words}
            found |= dict.fromkeys(word for word in words[: len(words) - len(begun)] if word in _WRAPPERS)
            if begun and _PROGRAM.fullmatch(begun[0]):
                found[begun[0]] = None
    return tuple(name for name in found if name not in own)


def _without_heredocs(lines: list[str]) -> Iterator[str]:
    """Yield the lines outside of here-documents (bash(1), Here Documents); one that never ends goes to the end."""
    end, stripped = "", ""
    for line in lines:
        if end:
            if line.lstrip(stripped) == end:
                end = ""
        else:
            yield line
            if found := _HEREDOC.search(line):
                end, stripped = found[3], "\t" if found[1] else "\0"


def _begun(words: list[str]) -> Iterator[str]:
    """Yield the words of a command from the program on that it runs."""
    inside = False
    for word in words:
        if not inside and (word in _KEYWORDS or word in _WRAPPERS or _BEFORE_PROGRAM.fullmatch(word)):
            continue
        inside = True
        yield word
