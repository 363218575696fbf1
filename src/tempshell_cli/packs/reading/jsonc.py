"""JSON with comments and trailing commas, as devcontainer.json may have them."""

from __future__ import annotations

import json
import re

from tempshell_cli.packs.reading.document import Document, Location, fault_at

# Possessive, and a comment without an end goes to the end of the text: each character is read a few times at most.
_COMMENT = r"//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_TOKEN = re.compile(rf'"(?:[^"\\\n]|\\.)*+"|{_COMMENT}|,(?=(?:\s|{_COMMENT})*+[\]}}])|[{{}}\[\]]')
_KEY = re.compile(r"\s*+:")


def read_jsonc(text: str, *, source: str) -> Document:
    """Read one document, with the lines of the keys of the whole; raises PackProblem with file and line."""
    plain = _TOKEN.sub(_kept, text)
    try:
        data = json.loads(plain)
        json.dumps(data, ensure_ascii=False).encode()
    except json.JSONDecodeError as cause:
        raise fault_at(source, cause.lineno, f"not JSON: {cause.msg}") from cause
    except UnicodeEncodeError as cause:
        raise fault_at(source, 1, "half a character (a surrogate)") from cause
    except (RecursionError, ValueError) as cause:
        raise fault_at(source, 1, "not JSON that can be read: nested too deeply, or with too long a number") from cause
    return Document(source, data, _lines(plain))


def _kept(found: re.Match[str]) -> str:
    """Return a token of JSON; blanks, and the line ends, in place of a comment or a comma before the end of a list."""
    token = found[0]
    return token if token[0] in '"{}[]' else re.sub(r"[^\n]", " ", token)


def _lines(plain: str) -> dict[Location, int]:
    found: dict[Location, int] = {}
    depth, line, counted = 0, 1, 0
    for token in _TOKEN.finditer(plain):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth == 1 and token[0][0] == '"' and _KEY.match(plain, token.end()):
            line, counted = line + plain.count("\n", counted, token.start()), token.start()
            found[(json.loads(token[0]),)] = line
    return found
