"""JSONPaths of checks: the values that one finds, and where each of them is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jsonpath import JSONPathMatch

_CACHED = 512
# What of a path is written otherwise for a person: ['a'] is .a, and [?(@.name=='web')] is [name=web].
_MEMBER = re.compile(r"\[['\"]([\w-]+)['\"]\]")
_FILTER = re.compile(r"\[\?\(?\s*@\.([\w.-]+)\s*==\s*['\"]([^'\"]*)['\"]\s*\)?\]")
Steps = tuple[str | int, ...]


class Found(NamedTuple):
    """A value of a document, and the keys and indices that lead to it."""

    value: object
    at: Steps = ()

    def find(self, path: str) -> list[Found]:
        """Return what a path finds below this value, in RFC 9535's form or kubectl's (``{.spec.replicas}``).

        Raises ValueError where the path cannot be read.
        """
        if not isinstance(self.value, (dict, list)):  # which the library would parse
            return [self] if path.strip() in {"$", "{}"} else []
        return [Found(match.obj, (*self.at, *match.parts)) for match in _matches(path, self.value)]


def _matches(path: str, data: object) -> Sequence[JSONPathMatch]:
    import jsonpath  # noqa: PLC0415 - only for checks that use it

    try:
        return list(_compiled(path).finditer(data))  # type: ignore[attr-defined]
    except jsonpath.JSONPathError as cause:
        said = str(cause).splitlines()[0]
        raise ValueError(f"the path {path!r} cannot be read: {said}") from cause


@lru_cache(_CACHED)
def _compiled(path: str) -> object:
    import jsonpath  # noqa: PLC0415 - only for checks that use it

    engine = jsonpath.JSONPathEnvironment(strict=True)
    for name in ("match", "search"):  # patterns that could take for ever, in our own process
        engine.function_extensions.pop(name, None)
    plain = path.strip().removeprefix("{").removesuffix("}")
    return engine.compile(plain if plain.startswith("$") else f"${plain}")


def refuse_bad_path(path: str) -> None:
    """Raise ValueError for a path that cannot be read."""
    _matches(path, {})


def plain_path(path: str) -> str:
    """Return a path as ``kubectl explain`` writes one, as far as it has such a form: ``spec.containers[name=web]``."""
    plain = path.strip().removeprefix("{").removesuffix("}").removeprefix("$")
    return _MEMBER.sub(r".\1", _FILTER.sub(r"[\1=\2]", plain)).removeprefix(".") or "it"


def plain_steps(steps: Steps) -> str:
    """Return where a value is, in the same form: ``spec.containers[0]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".") or "it"
