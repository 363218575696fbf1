"""Text from strangers (packs, sandboxes, engines), made safe to show on a terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

# ECMA-48 5.4 and 8.3: CSI, the string controls (OSC, DCS, SOS, PM, APC) and two-byte escapes, in their 7-bit
# and 8-bit forms. An unfinished string control swallows the rest, as a terminal would.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x1b\\|\x07|\x9c|\Z)"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_KEPT_CONTROLS = frozenset("\n\t")
# Of the format characters (category Cf), which reorder what is read (CVE-2021-42574), hide in it or carry text
# that nobody sees, those stay that writing needs: the joiners of scripts and emoji, and the signs that stand
# before Arabic, Syriac and Kaithi numbers (Prepended_Concatenation_Mark, UAX 44).
_KEPT_FORMATS = frozenset(
    "\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_REMOVED = frozenset({"Cc", "Cf", "Cs"})
# Unicode's own line and paragraph separators end a line for some programs and not for others.
_SEPARATORS = str.maketrans("\u2028\u2029", "\n\n")


def strip_controls(text: str) -> str:
    """Return the text without escapes, control characters (newline and tab stay) and invisible ones."""
    plain = _ESCAPES.sub("", text).translate(_SEPARATORS)
    return "".join(character for character in plain if _is_harmless(character))


def one_line(text: str) -> str:
    """Return the text stripped of controls and folded to one line, for titles, names and table cells."""
    return " ".join(strip_controls(text).split())


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return the first of the names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def visible(text: str) -> str:
    """Return the text on one line, with Python's escape in place of each character that is not seen or moves others."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def escape_json_controls(document: str) -> str:
    """Return the document as JSON that means the same, with an escape for each character ``strip_controls`` removes.

    JSON's own rules escape C0 alone: DEL and C1, which holds the 8-bit CSI and OSC, would reach a terminal.
    """
    return "".join(one if _is_harmless(one) else json.dumps(one)[1:-1] for one in document)


def _is_harmless(character: str) -> bool:
    if character in _KEPT_CONTROLS or character in _KEPT_FORMATS:
        return True
    return unicodedata.category(character) not in _REMOVED
