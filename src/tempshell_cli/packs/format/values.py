"""Values that each attempt draws for itself: what ``vars`` may say, how they are drawn, and where they are put.

A reference, ``${{ vars.port }}``, is replaced in the text of a task's files, before their YAML is read: so a value is
read there as if its author had written it. Scripts are left as they are, and find the values in their environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta, field

from tempshell_cli.packs.format.nouns import NOUNS
from tempshell_cli.packs.reading.fields import END, PackFile, Strict, says

# In the environment of scripts: `port` is VARS_PORT.
ENVIRONMENT = "VARS_"
MOST_OPTIONS = 50  # of a pick: the loader reads the task with each
_LONGEST = 200
# What neither a shell, YAML nor Markdown reads as more than text, within quotes or without.
_VALUE = rf"^(?=[A-Za-z0-9_./~])[A-Za-z0-9_./~@%+=-]+([: ][A-Za-z0-9_./~@%+=-]+)*{END}"
_REFERENCE = re.compile(r"(\$?)\$\{\{ *vars\.([A-Za-z0-9_-]*) *\}\}")
_IN_SCRIPT = re.compile(rf"\$\{{?{ENVIRONMENT}([A-Za-z0-9_]+)")

VarName = Annotated[str, Meta(title="variable", pattern=rf"^[a-z][a-z0-9_]*{END}", max_length=32, examples=["port"])]
Value = Annotated[str, Meta(title="drawn value", pattern=_VALUE, max_length=_LONGEST, examples=["Oslo", "10.0.0.0/8"])]


class Var(Strict, frozen=True, kw_only=True):
    """A value that each attempt draws. Exactly one of ``pick``, ``range``, ``words`` and ``from`` says how."""

    pick: Annotated[
        Annotated[tuple[Value | int, ...], Meta(min_length=2, max_length=MOST_OPTIONS)] | None,
        says("One of these, such as `[Oslo, Rome]`."),
    ] = None
    range: Annotated[
        Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] | None,
        says("A whole number between these two, both included: `[20000, 32000]`. No other `range` of the task has it."),
    ] = None
    words: Annotated[
        Annotated[int, Meta(ge=1, le=3)] | None,
        says("So many English nouns with hyphens between them, such as `maple-harbor`. No other `words` has them."),
    ] = None
    from_: Annotated[
        PackFile | None,
        says("A script that writes it, in one line: run once, in the sandbox, before the setup. Not in `pack.yaml`."),
    ] = field(default=None, name="from")

    def __post_init__(self) -> None:
        given = [name for name in ("pick", "range", "words", "from_") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(name.rstrip("_") for name in given) or "none"
            raise ValueError(f"a variable has one of pick, range, words and from; this has {found}")
        if self.range and self.range[0] >= self.range[1]:
            raise ValueError(f"a range begins with its smaller number; {self.range[0]} is not below {self.range[1]}")


Vars = Mapping[str, Var]
Values = Mapping[str, str]
NO_VARS: Vars = MappingProxyType({})
NO_VALUES: Values = MappingProxyType({})


def draw_values(variables: Vars, seed: str, owner: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """Return the values of an attempt, the same for the same seed and owner: the id of a task, or of its pack.

    What a script writes is left out. A word or number that is ``taken``, or that another variable has, is passed over
    as long as there are others. Drawn by SHA-256, which is the same in every release of Python.
    """
    used = {part for value in taken for part in (value, *value.split("-"))}
    drawn: dict[str, str] = {}
    for name, var in sorted(variables.items(), key=lambda item: _options(item[1])):  # who has few to choose from, first
        chance = _chance(seed, owner, name)
        if var.pick:
            drawn[name] = str(var.pick[chance % len(var.pick)])
        elif var.range:
            drawn[name] = _take(range(var.range[0], var.range[1] + 1), chance, used)
        elif var.words:
            drawn[name] = "-".join(_take(NOUNS, chance >> 32 * word, used) for word in range(var.words))
    return drawn


def choice(count: int, seed: str, owner: str) -> int:
    """Return which of so many variants an attempt at a task has, from 0: the same for the same seed."""
    return _chance(seed, owner, "") % count


def samples(variables: Vars) -> Iterator[dict[str, str]]:
    """Yield draws that between them have every option of a ``pick`` and both ends of a ``range``; of a script, "1"."""
    for index in range(max((len(var.pick or var.range or "1") for var in variables.values()), default=1)):
        sample = draw_values(variables, f"sample {index}", "")
        for name, var in variables.items():
            if options := var.pick or var.range:
                sample[name] = str(options[index % len(options)])
            elif var.from_:
                sample[name] = "1"
        yield {name: sample[name] for name in variables}


def fill(text: str, values: Values) -> str:
    """Return a text with the values in place of the references; one after another ``$`` is left, without that one."""
    return _REFERENCE.sub(lambda found: found[0][1:] if found[1] else values[found[2]], text)


def fill_file(content: bytes, values: Values) -> bytes:
    """Return a file with the values in place of the references; one that is not text in UTF-8 as it is."""
    try:
        return fill(content.decode(), values).encode()
    except UnicodeDecodeError:
        return content


def references(text: str) -> Iterator[tuple[int, str]]:
    """Yield the references of a text: the line, from 0, and the name."""
    for found in _REFERENCE.finditer(text):
        if not found[1]:
            yield text.count("\n", 0, found.start()), found[2]


def script_references(script: str) -> Iterator[tuple[int, str]]:
    """Yield what a script reads of its environment as a value: the line, from 0, and the name of the variable."""
    for found in _IN_SCRIPT.finditer(script):
        yield script.count("\n", 0, found.start()), found[1].lower()


def environment(values: Values) -> dict[str, str]:
    """Return the values as scripts have them: ``VARS_PORT``."""
    return {f"{ENVIRONMENT}{name.upper()}": value for name, value in values.items()}


def is_value(text: str) -> bool:
    """Return whether a text may be a value."""
    return len(text) <= _LONGEST and bool(re.search(_VALUE, text))


def _chance(seed: str, owner: str, name: str) -> int:
    return int.from_bytes(sha256(f"{seed}\0{owner}\0{name}".encode()).digest())


def _options(var: Var) -> int:
    return var.range[1] - var.range[0] if var.range else len(NOUNS)


def _take(options: Sequence[object], chance: int, used: set[str]) -> str:
    """Return the option at a place, or the next one that is not used, if there is one; it is used from now on."""
    tried = (str(options[(chance + step) % len(options)]) for step in range(min(len(options), len(used) + 1)))
    taken = next((one for one in tried if one not in used), str(options[chance % len(options)]))
    used.add(taken)
    return taken
