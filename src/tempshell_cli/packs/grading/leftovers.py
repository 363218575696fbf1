"""What a learner has done to the files of a task that would keep it from being set up again."""

from __future__ import annotations

import re

from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task

_SECONDS = 60.0
# $1 is the home. Directories that the task uses are made accessible; what stands in the place of one is removed. The
# other arguments are directories, -- and those in which the setup or a check names something.
_UNLOCK = """
[ -w "$1" ] && [ -x "$1" ] || chmod u+rwx "$1"
shift
for top; do
  [ "$top" = -- ] && is_folder=1 && continue
  if [ -d "$top" ] && [ ! -L "$top" ]; then
    find "$top" -type d ! -perm -700 -exec chmod u+rwx {} \\;
  elif [ "$is_folder" ] && [ ! -d "$top" ]; then
    rm -f -- "$top"
  fi
done
"""
# A word that is a path from the home, and such a path in a script: its first part, and whether there is more of it.
_IN_HOME = re.compile(r"(?:~/|\./)?([\w-][\w.-]*)(/\S+)?")
_IN_HOME_OF_SCRIPT = re.compile(r"(?:~|\$HOME|\$\{HOME\})/([\w-][\w.-]*)(/\w)?")


def unlock_files(task: Task, shell: SandboxShell) -> None:
    """Make the directories of a task accessible to its setup: those that its setup and its checks name in the home.

    Raises EngineUnavailable. What the learner cannot change stays as it is.
    """
    kinds = [kind for check in task.head.checks for kind in check.kind.parts()]
    words = [word for kind in kinds for word in (*getattr(kind, "argv", ()), *getattr(kind, "program", ()))]
    paths = [*(file.target for file in task.head.setup.files), *(getattr(kind, "path", "") for kind in kinds)]
    script = task.assets[task.head.setup.run].decode(errors="replace") if task.head.setup.run else ""
    sure = {match.groups() for match in map(_IN_HOME.fullmatch, paths) if match}
    sure |= {match.groups() for match in _IN_HOME_OF_SCRIPT.finditer(script)}
    likely = {match.groups() for match in map(_IN_HOME.fullmatch, words) if match}
    tops = sorted({f"{shell.home}/{name}" for name, _ in sure | likely})
    folders = sorted({f"{shell.home}/{name}" for name, rest in sure if rest})
    if tops:
        shell.run(("/bin/sh", "-c", _UNLOCK, "sh", shell.home, *tops, "--", *folders), timeout=_SECONDS)
