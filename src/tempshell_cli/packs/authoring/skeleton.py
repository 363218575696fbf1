"""A pack to begin with: small, whole, and proven as it stands."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import writing
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.native import MANIFEST
from tempshell_cli.packs.reading.fields import END

_LONGEST_ID = 64
_ID = re.compile(rf"[a-z0-9][a-z0-9-]*{END}")
_MANIFEST = """\
format: 1
id: {id}
version: 0.1.0
title: {title}
license: CC-BY-SA-4.0
sandbox: {{backends: [local, docker]}}
tasks:
- tasks/greeting.md
"""
_TASK = """\
---
id: greeting
title: Greet the world
difficulty: warmup
time: 5m
requires: {tools: [cat, chmod]}
setup: {run: assets/greeting/setup.sh}
checks:
- id: script
  file: {path: hello.sh, mode: "0755"}
  fail: "`hello.sh` should be there, and be executable for everybody."
- id: says
  points: 2
  needs: [script]
  exec: {argv: [./hello.sh], expect: {stdout: {equals: Hello}}}
  fail: Run as `./hello.sh` it should write `Hello`.
- id: draft-kept
  gate: true
  file: {path: draft.txt, text: {equals: Hullo}}
  fail: The draft was changed or removed. Put the task back to its start.
hints:
- text: A script is a text file whose first line names its interpreter, such as `#!/bin/sh`.
- text: "`chmod u=rwx,go=rx FILE` is one way to the mode."
solution: assets/greeting/solution.sh
mutants:
- {run: assets/greeting/wrong-mode.sh, must_fail: [script, says]}
- {run: assets/greeting/wrong-word.sh, must_fail: [says]}
- {run: assets/greeting/wrong-moved.sh, must_fail: [draft-kept]}
docs:
- https://man7.org/linux/man-pages/man1/chmod.1.html
---
In your home directory is a file `draft.txt`. Write a script `hello.sh` beside it that says `Hello`, and make it
executable for **everybody**. Leave the draft as it is.
"""
_SCRIPTS = {
    "setup": "set -eu\nrm -f ~/hello.sh\necho Hullo >~/draft.txt\n",
    "solution": "set -eu\nprintf '#!/bin/sh\\necho Hello\\n' >~/hello.sh\nchmod 0755 ~/hello.sh\n",
    "wrong-mode": "# Nobody else may run it.\n"
    "set -eu\nprintf '#!/bin/sh\\necho Hello\\n' >~/hello.sh\nchmod 0744 ~/hello.sh\n",
    "wrong-word": "# Says what the draft says.\n"
    "set -eu\nprintf '#!/bin/sh\\ncat ~/draft.txt\\n' >~/hello.sh\nchmod 0755 ~/hello.sh\n",
    "wrong-moved": "# Makes the script of the draft, and the draft is gone.\n"
    "set -eu\ncd ~\nmv draft.txt hello.sh\nprintf '#!/bin/sh\\necho Hello\\n' >hello.sh\nchmod 0755 hello.sh\n",
}


def new_pack(directory: Path) -> list[Path]:
    """Write a pack into a directory that is not there yet, or empty, and return its files.

    The directory's name becomes the pack's id. Raises UsageProblem where it cannot be one, or something is in the way.
    """
    pack_id = Path(os.path.realpath(directory)).name
    if not _ID.match(pack_id) or len(pack_id) > _LONGEST_ID:
        raise UsageProblem(
            f"{one_line(pack_id)!r} cannot be a pack's id",
            hint="name the directory in lowercase letters, digits and hyphens",
        )
    with writing(directory, "name another directory"):
        if directory.exists() and any(directory.iterdir()):
            raise UsageProblem(
                f"{one_line(str(directory))} is not empty", hint="name a directory that does not exist yet"
            )
        directory.mkdir(parents=True, exist_ok=True)
        try:
            files = {directory / name: text for name, text in _files(pack_id).items()}
            for file, text in files.items():
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
            return list(files)
        except OSError:
            for left in directory.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            raise


def _files(pack_id: str) -> dict[str, str]:
    title = pack_id.replace("-", " ").capitalize()
    return {
        # In quotes where YAML would take an id or a title for a number.
        MANIFEST: _MANIFEST.format(id=_quoted(pack_id), title=_quoted(title)),
        "tasks/greeting.md": _TASK,
        **{f"assets/greeting/{name}.sh": text for name, text in _SCRIPTS.items()},
    }


def _quoted(text: str) -> str:
    plain = text[0].isalpha() and text.lower() not in {"true", "false", "null"}
    return text if plain else f'"{text}"'
