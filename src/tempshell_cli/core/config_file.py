"""Writing ``config.toml``: one setting at a time, and everything else in it as it was."""

from __future__ import annotations

import os
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from tempshell_cli.core.config import checked, settings_from, value_of
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import reading, writing
from tempshell_cli.core.paths import refuse_strangers_file

_HINT = "check that you may read and write it"


def set_in_file(file: Path, name: str, text: str) -> None:
    """Set a setting, by a name such as ``lease.ttl``; comments and order stay. The file is made where there is none.

    Raises UsageProblem where the name or the value cannot be used, or the file cannot be read or written; then it is as
    it was.
    """
    value = value_of(name, text)
    document = tomlkit.document()
    if file.exists():
        refuse_strangers_file(file)
        with reading(file, _HINT):
            before = file.read_text("utf-8")
        try:
            document = tomlkit.parse(before)
        except TOMLKitError as cause:
            raise UsageProblem(f"{file}: {cause}", hint="fix the file, or move it away") from cause
    section, _, key = name.rpartition(".")
    if section and section not in document:
        document.add(section, tomlkit.table())
    place = document[section] if section else document
    if not hasattr(place, "unwrap") or not isinstance(place.unwrap(), dict):
        raise UsageProblem(f"{file}: {section} is a section: [{section}]", hint="fix the file, or move it away")
    place[key] = value
    checked(settings_from(document.unwrap()))
    with writing(file, _HINT):
        file.parent.mkdir(parents=True, exist_ok=True)
        target = file.resolve()  # of a link, as a directory of dotfiles has them
        made = target.with_name(f"{target.name}.{os.getpid()}")
        made.write_text(tomlkit.dumps(document), "utf-8")
        made.replace(target)
