"""The types of a pack's fields: the forms that texts may have, and the struct that refuses what it does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from tempshell_cli.core.text import one_line
from tempshell_cli.core.units import parse_duration

# Python's `$` also matches before a last newline; ECMA's, which a JSON Schema speaks, does not.
END = r"$(?!\n)"


def says(text: str) -> Meta:
    """Return what a key means, as the schema and docs/pack-reference.md tell it. Markdown."""
    return Meta(description=text)


Id = Annotated[str, Meta(title="id", pattern=rf"^[a-z0-9][a-z0-9-]*{END}", max_length=64, examples=["mend-a-service"])]
Duration = Annotated[
    str,
    Meta(
        title="duration",
        pattern=rf"^(?=[^1-9]*[1-9])([0-9]{{1,5}}h)?([0-9]{{1,5}}m)?([0-9]{{1,5}}s)?{END}",
        examples=["90s", "1h30m"],
    ),
]
Mode = Annotated[str, Meta(title="mode", pattern=rf"^[0-7]{{4}}{END}", examples=["0644"])]
PackFile = Annotated[str, Meta(title="path in the pack", examples=["assets/setup.sh"])]
NoNul = Annotated[str, Meta(pattern=r"^[^\x00]*$")]
SandboxPath = Annotated[
    str,
    Meta(
        title="path in the sandbox", pattern=r"^[^\x00]+$", max_length=1024, examples=["notes/todo.txt", "/etc/hosts"]
    ),
]
WebAddress = Annotated[
    str, Meta(title="web address", pattern=rf"^https?://[!-~]+{END}", examples=["http://web.shop/healthz"])
]


def seconds(duration: str) -> float:
    """Return the seconds of a Duration."""
    return parse_duration(duration).total_seconds()


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Data from a pack: an unknown key is an error, and nothing changes after the load."""

    def _clean(self, name: str, strip: Callable[[str], str] = one_line) -> None:
        """Strip a text that a screen will show (see core.text), and refuse one that says nothing."""
        text = strip(getattr(self, name)).strip()
        if not text:
            raise ValueError(f"{name} is empty")
        force_setattr(self, name, text)
