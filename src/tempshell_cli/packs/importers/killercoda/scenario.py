"""Scenarios in the format of Killercoda (formerly Katacoda), read as packs: https://killercoda.com/creators.

A step with a ``verify`` script is a task with one check, which runs it; intro, finish and any other step are pages to
read. See docs/killercoda.md for what is different here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote

from tempshell_cli.backends.base import Profile
from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.checks.shell import EVAL_STDIN
from tempshell_cli.packs.format.model import Hint, PackHead, SandboxRequirements, Setup, SetupFile, TaskHead
from tempshell_cli.packs.format.pack import Note, Pack, Task
from tempshell_cli.packs.format.rules import path_faults
from tempshell_cli.packs.importers.killercoda.assets import setup_files, within
from tempshell_cli.packs.importers.killercoda.index import SCENARIO, Scenario, Stage, image_of, read_index
from tempshell_cli.packs.importers.killercoda.keys import unread
from tempshell_cli.packs.importers.killercoda.pages import NO_PAGE, Page, read_page
from tempshell_cli.packs.importers.programs import programs_of
from tempshell_cli.packs.reading.document import Document, Location
from tempshell_cli.packs.reading.tree import digest, read_text, read_tree

MAX_PAGE = 128 * 1024
# A script is one argument of bash; Linux takes 128 KiB (MAX_ARG_STRLEN in binfmts.h).
MAX_SCRIPT = 96 * 1024
LOGS = "/var/log/killercoda"
_HOST = "host01"
_SCRIPTS = (".sh", ".bash")
_VERIFY_TIMEOUT = "180s"  # scenarios wait for a rollout with `--timeout=120s`
_SETUP_TIMEOUT = "5m"
_TIMEOUT = 120  # seconds for a foreground script, and then for a background one

# As at Killercoda both begin together, for a foreground script often waits for what the other makes. Neither exit code
# keeps the step from being tried. A background script that goes on longer is left to go on, for some are meant to.
_BEGIN = f"""\
mkdir -p {LOGS}
export TERM=xterm
report() {{
    first=$(grep -m 1 -aiE 'error|not found|no such|cannot|could not|unable|denied|refused|failed|fatal' "$3")
    first=${{first:-$(tail -n 1 "$3")}}
    echo "its $1 script $2${{first:+: ${{first:0:200}}}} (log: $3)"
}}
"""
_BACKGROUND = "setsid /bin/bash -c {script} </dev/null >{log} 2>&1 &\nbackground=$!\n"
_FOREGROUND = """\
timeout -k 2 {timeout} /bin/bash -c {script} </dev/null >{log} 2>&1
case $? in
    0) ;;
    124 | 137) report foreground "was stopped after {timeout} s" {log} ;;
    *) report foreground "ended with exit code $?" {log} ;;
esac
"""
_WAIT = """\
for tick in {{1..{ticks}}}; do
    kill -0 "$background" 2>/dev/null || break
    sleep 0.2
done
if kill -0 "$background" 2>/dev/null; then
    report background "is still running after {timeout} s" {log}
else
    wait "$background" || report background "ended with exit code $?" {log}
fi
"""
_TICKS_A_SECOND = 5
# Where scripts look for the address of a port: `sed 's/PORT/80/g' /etc/killercoda/host`.
_ADDRESS = """\
address=$(hostname --ip-address 2>/dev/null) || address=localhost
{ mkdir -p /etc/killercoda && echo "http://${address%% *}:PORT" >/etc/killercoda/host; } 2>/dev/null
"""

# What a container without systemd and without rights of the kernel's cannot do, or lacks.
_OF_MACHINES = frozenset(
    {
        *("docker", "docker-compose", "dockerd", "systemctl", "systemd-run", "journalctl", "timedatectl"),
        *("mount", "umount", "losetup", "swapon", "fdisk", "parted", "mkfs", "mkfs.ext4", "mkfs.xfs", "modprobe"),
        *("pvcreate", "vgcreate", "lvcreate", "iptables", "sysctl", "unshare", "nsenter"),
    }
)
_UNSEEN = "foreground scripts run unseen: what they set in a shell (cd, export, alias) does not last"
_NO_LINKS = "links to ports of other hosts than the first are words here: there is one sandbox"
_OTHERS_BELOW = "{} more scenarios are in directories below this one: `tempshell pack show` lists them"
_OTHER_HOSTS = "there is no {}: its assets are left out"


def load_scenario(root: Path) -> Pack:
    """Read a scenario from its directory, all of it, once.

    Raises PackProblem for what is malformed, hostile or cannot be had here, with file and line; nothing of the scenario
    is run.
    """
    files = read_tree(root)
    document, scenario = read_index(files, root)
    image = image_of(document, scenario)
    name = re.sub("[^a-z0-9]+", "-", root.resolve().name.lower()).strip("-")[:64] or "scenario"
    reader = _Reader(root, files, document)
    tasks = list(reader.tasks(scenario))
    if below := [name for name in files if name.endswith(f"/{SCENARIO}") and b'"imageid"' in files[name]]:
        reader.note(_OTHERS_BELOW.format(len(below)), ())
    programs = programs_of([*reader.scripts, *(command for task in tasks for command in task.commands or ())])
    of_machines = [program for program in programs if program in _OF_MACHINES] if image.machine else []
    differs = image.machine.format(", ".join(of_machines)) if of_machines else image.differs
    at_image = Note(differs, reader.index, document.line(("backend", "imageid")))
    notes = (at_image, *reader.notes, *unread(document, Scenario, reader.index))
    differences = dict.fromkeys(f"- {note.text}" for note in notes)
    different = "\n".join(("", "", "---", "", "**Different here:**", "", *differences))
    head = PackHead(
        format=1,
        id=name,
        version="0",
        title=one_line(scenario.title) or name,
        license="not stated",
        tasks=tuple(task.id for task in tasks),
        sandbox=SandboxRequirements(
            backends=(image.backend,), profile=Profile.MACHINE if of_machines else Profile.ADMIN
        ),
    )
    tasks[0] = replace(tasks[0], prompt=tasks[0].prompt + different)
    return Pack(
        head,
        tuple(tasks),
        root,
        digest(files),
        nodes=image.nodes,
        node_shell=image.backend == "kind",
        notes=notes,
        in_order=True,
        programs=programs,
    )


@dataclass(slots=True)
class _Reader:
    """Reads the stages of a scenario, notes what of them is different here, and keeps the scripts that run."""

    root: Path
    files: Mapping[str, bytes]
    document: Document
    notes: list[Note] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    @property
    def index(self) -> str:
        """The name of the index."""
        return Path(self.document.source).name

    def note(self, text: str, at: Location) -> None:
        """Note a difference, which a place in the index asks for; the same one is noted once."""
        if all(note.text != text for note in self.notes):
            self.notes.append(Note(text, self.index, self.document.line(at)))

    def tasks(self, scenario: Scenario) -> Iterator[Task]:
        """Yield the intro, which is always there to say what is different, the steps and the finish."""
        details = scenario.details
        at: Location = ("details", "assets")
        assets, missing = setup_files(details.assets.get(_HOST, ()), (*at, _HOST), self.files, self.document)
        for fault in missing:
            self.note(fault.message, fault.at)
        for host in sorted(details.assets.keys() - {_HOST}):
            self.note(_OTHER_HOSTS.format(one_line(host)), (*at, host))
        intro = self._task("intro", "Introduction", details.intro or Stage(), ("details", "intro"), assets)
        description = strip_controls(scenario.description).strip()
        if description and not (details.intro and details.intro.text):
            intro = replace(intro, prompt=description)
        facts = {"Difficulty": scenario.difficulty, "Time": str(scenario.time)}
        shown = ", ".join(f"{name}: {one_line(text)}" for name, text in facts.items() if text)
        yield replace(intro, prompt=f"{intro.prompt}\n\n{shown}") if shown else intro
        for index, step in enumerate(details.steps):
            at = ("details", "steps", index)
            yield self._task(f"step{index + 1}", f"Step {index + 1}", step, at)
        if details.finish:
            yield self._task("finish", "Finish", details.finish, ("details", "finish"))

    def _task(self, name: str, title: str, stage: Stage, at: Location, copied: Sequence[SetupFile] = ()) -> Task:
        page = read_page(self._text(stage.text, (*at, "text"), MAX_PAGE)) if stage.text else NO_PAGE
        if page.links:
            self.note(_NO_LINKS, (*at, "text"))
        helps, solution = self._help(stage, at, page)
        hints = [hint for hint in helps if hint.as_hint]
        assets = {file.file: self.files[file.file] for file in copied}
        run, solved = f"the scripts of {name}", f"the solution of {name}"
        if scripts := self._scripts(name, stage, at):
            assets[run] = scripts.encode()
        checks = self._checks(stage, at)
        if checks and solution:
            assets[solved] = solution.encode()
        head = TaskHead(
            id=name,
            title=one_line(stage.title) or one_line(page.heading) or title,
            checks=checks,
            setup=Setup(files=tuple(copied), run=run if scripts else None, timeout=_SETUP_TIMEOUT),
            hints=tuple(Hint(text=hint.as_hint) for hint in hints),
            solution=solved if solved in assets else None,
        )
        credit = f"\n\nCredits: {strip_controls(stage.credits).strip()}" if stage.credits else ""
        return Task(
            head,
            (page.text or head.title) + credit,
            assets,
            page.commands,
            reports_setup=True,
            hint_commands=tuple(hint.commands or () for hint in hints),
        )

    def _help(self, stage: Stage, at: Location, page: Page) -> tuple[Sequence[Page], str]:
        """Return the hints of a stage, and the script that solves it, "" where it has none that could be run."""
        if not stage.answer:
            return page.folds, page.solution
        text = self._text(stage.answer, (*at, "answer"), MAX_SCRIPT)
        if stage.answer.endswith(_SCRIPTS):
            shown = strip_controls(text).strip()
            fence = "`" * (1 + max(2, *map(len, ["", *re.findall("`+", shown)])))
            return (*page.folds, Page(f"{fence}bash\n{shown}\n{fence}")), text
        answer = read_page(text)
        return (*page.folds, answer, *answer.folds), answer.script or answer.solution

    def _checks(self, stage: Stage, at: Location) -> tuple[Check, ...]:
        if not stage.verify:
            return ()
        script = self._text(stage.verify, (*at, "verify"), MAX_SCRIPT)
        self.scripts.append(script)
        run = Exec(argv=("/bin/bash", "-c", EVAL_STDIN), stdin=script)
        return (Check(id="verify", exec=run, timeout=_VERIFY_TIMEOUT),)

    def _scripts(self, name: str, stage: Stage, at: Location) -> str:
        """Return one script that runs those of a stage, "" where it has none."""
        background = self._script(stage, at, "background", "courseData")
        foreground = self._script(stage, at, "foreground", "code")
        self.scripts += [background, foreground]
        parts = []
        if background:
            log = f"{LOGS}/{name}-background.log"
            parts.append(_BACKGROUND.format(script=quote(background), log=log))
        if foreground:
            self.note(_UNSEEN, (*at, "foreground" if stage.foreground else "code"))
            shown = f"{LOGS}/{name}-foreground.log"
            parts.append(_FOREGROUND.format(script=quote(foreground), log=shown, timeout=_TIMEOUT))
        if background:
            parts.append(_WAIT.format(ticks=_TIMEOUT * _TICKS_A_SECOND, timeout=_TIMEOUT, log=log))
        parts = [_ADDRESS, *parts] if name == "intro" else parts
        return "".join((_BEGIN, *parts, "true\n")) if parts else ""

    def _script(self, stage: Stage, at: Location, key: str, old: str) -> str:
        """Return a script of a stage, which may go by its old name."""
        new_path, old_path = getattr(stage, key), getattr(stage, old)
        if new_path and old_path and new_path != old_path:
            self.note(f"`{old}` has no effect beside `{key}`", (*at, old))
        if not (path := new_path or old_path):
            return ""
        return self._text(path, (*at, key if new_path else old), MAX_SCRIPT)

    def _text(self, path: str, at: Location, limit: int) -> str:
        name = within(path)
        for fault in path_faults(at, name, self.files):
            raise self.document.problem(fault.at, fault.message, hint=fault.hint)
        return read_text(self.files, self.root, name, limit)
