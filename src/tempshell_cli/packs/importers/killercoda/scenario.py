"""Scenarios in the format of Killercoda (formerly Katacoda), read as packs: https://killercoda.com/creators.

A step with a ``verify`` script is a task with one check, which runs it; intro, finish and any other step are pages to
read. See docs/killercoda.md for what is different here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from tempshell_cli.backends.base import Profile
from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.checks.shell import EVAL_STDIN
from tempshell_cli.packs.format.model import Hint, PackHead, SandboxRequirements, Setup, SetupFile, TaskHead
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.format.rules import path_faults
from tempshell_cli.packs.importers.killercoda.assets import setup_files
from tempshell_cli.packs.importers.killercoda.index import Scenario, Stage, image_of, read_index
from tempshell_cli.packs.importers.killercoda.pages import NO_PAGE, read_page
from tempshell_cli.packs.reading.document import Document, Location
from tempshell_cli.packs.reading.tree import digest, read_text, read_tree

MAX_PAGE = 128 * 1024
# A script is one argument of bash; Linux takes 128 KiB (MAX_ARG_STRLEN in binfmts.h).
MAX_SCRIPT = 96 * 1024
LOGS = "/var/log/killercoda"
_HOST = "host01"
_VERIFY_TIMEOUT = "60s"
_SETUP_TIMEOUT = "5m"
_TIMEOUT = 120  # seconds for a foreground script, and then for a background one

# As at Killercoda both begin together, for a foreground script often waits for what the other makes. Neither exit code
# counts. A background script that goes on longer is left to go on, for some are meant to.
_BACKGROUND = "setsid /bin/bash -c {script} </dev/null >{log} 2>&1 &\nbackground=$!\n"
_FOREGROUND = "timeout -k 2 {timeout} /bin/bash -c {script} </dev/null >{log} 2>&1\n"
_WAIT = """\
for tick in {{1..{ticks}}}; do
    kill -0 "$background" 2>/dev/null || break
    sleep 0.2
done
"""
_TICKS_A_SECOND = 5

_UNSEEN = "foreground scripts run unseen: what they set in a shell (cd, export, alias) does not last"
_AT_START = (
    "the scripts of all steps run at the start, in order, those of one again at its `reset`: not when it is reached"
)
_NO_FINISH = "the scripts of the finish are not run"
_NO_LINKS = "links to ports open nothing here: look at them from inside, with curl"
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
    parts = list(_Reader(root, files, document).parts(scenario))
    notes = (image.differs, *_notes(scenario, parts))
    first = parts[0].task
    told = "\n".join(("", "", "---", "", "**Different here:**", "", *(f"- {note}" for note in notes)))
    head = PackHead(
        format=1,
        id=name,
        version="0",
        title=one_line(scenario.title) or name,
        license="not stated",
        tasks=tuple(part.task.id for part in parts),
        sandbox=SandboxRequirements(backends=(image.backend,), profile=Profile.ADMIN),
    )
    tasks = (replace(first, prompt=first.prompt + told), *(part.task for part in parts[1:]))
    return Pack(head, tasks, root, digest(files), nodes=image.nodes, node_shell=image.backend == "kind", notes=notes)


class _Part(NamedTuple):
    """A task, and whether its text has links to ports."""

    task: Task
    links: bool


@dataclass(frozen=True, slots=True)
class _Reader:
    root: Path
    files: Mapping[str, bytes]
    document: Document

    def parts(self, scenario: Scenario) -> Iterator[_Part]:
        """Yield the intro, which is always there to tell what is different, the steps and the finish."""
        details = scenario.details
        at: Location = ("details", "assets", _HOST)
        assets = setup_files(details.assets.get(_HOST, ()), at, self.files, self.document)
        intro = self._part("intro", "Introduction", details.intro or Stage(), ("details", "intro"), assets)
        description = strip_controls(scenario.description).strip()
        if description and not (details.intro and details.intro.text):
            intro = intro._replace(task=replace(intro.task, prompt=description))
        yield intro
        for index, step in enumerate(details.steps):
            yield self._part(f"step{index + 1}", f"Step {index + 1}", step, ("details", "steps", index))
        if details.finish:
            unscripted = Stage(title=details.finish.title, text=details.finish.text)
            yield self._part("finish", "Finish", unscripted, ("details", "finish"))

    def _part(self, name: str, title: str, stage: Stage, at: Location, copied: Sequence[SetupFile] = ()) -> _Part:
        page = read_page(self._text(stage.text, (*at, "text"), MAX_PAGE)) if stage.text else NO_PAGE
        assets = {file.file: self.files[file.file] for file in copied}
        scripts = self._scripts(name, stage, at)
        run = f"the scripts of {name}" if scripts else None
        if run:
            assets[run] = scripts.encode()
        head = TaskHead(
            id=name,
            title=one_line(stage.title) or one_line(page.heading) or title,
            checks=self._checks(stage, at),
            setup=Setup(files=tuple(copied), run=run, timeout=_SETUP_TIMEOUT),
            hints=tuple(Hint(text=hint) for hint in page.hints),
        )
        return _Part(Task(head, page.text or head.title, assets, page.commands), page.links)

    def _checks(self, stage: Stage, at: Location) -> tuple[Check, ...]:
        if not stage.verify:
            return ()
        script = self._text(stage.verify, (*at, "verify"), MAX_SCRIPT)
        run = Exec(argv=("/bin/bash", "-c", EVAL_STDIN), stdin=script)
        return (Check(id="verify", exec=run, timeout=_VERIFY_TIMEOUT),)

    def _scripts(self, name: str, stage: Stage, at: Location) -> str:
        """Return one script that runs those of a stage, "" where it has none."""
        parts = []
        if stage.background:
            script = quote(self._text(stage.background, (*at, "background"), MAX_SCRIPT))
            parts.append(_BACKGROUND.format(script=script, log=f"{LOGS}/{name}-background.log"))
        if stage.foreground:
            script = quote(self._text(stage.foreground, (*at, "foreground"), MAX_SCRIPT))
            log = f"{LOGS}/{name}-foreground.log"
            parts.append(_FOREGROUND.format(script=script, log=log, timeout=_TIMEOUT))
        if stage.background:
            parts.append(_WAIT.format(ticks=_TIMEOUT * _TICKS_A_SECOND))
        return "".join((f"mkdir -p {LOGS}\n", *parts, "true\n")) if parts else ""

    def _text(self, path: str, at: Location, limit: int) -> str:
        name = path.removeprefix("./")
        for fault in path_faults(at, name, self.files):
            raise self.document.problem(fault.at, fault.message, hint=fault.hint)
        return read_text(self.files, self.root, name, limit)


def _notes(scenario: Scenario, parts: Sequence[_Part]) -> Iterator[str]:
    """Yield what of this scenario is different here, beside its machine."""
    details = scenario.details
    stages = [details.intro or Stage(), *details.steps]
    if any(stage.foreground for stage in stages):
        yield _UNSEEN
    if any(stage.foreground or stage.background for stage in details.steps):
        yield _AT_START
    if details.finish and (details.finish.foreground or details.finish.background):
        yield _NO_FINISH
    if any(part.links for part in parts):
        yield _NO_LINKS
    for host in sorted(details.assets.keys() - {_HOST}):
        yield _OTHER_HOSTS.format(one_line(host))
