"""What a proof finds wrong with a pack, as findings in its files."""

from __future__ import annotations

from collections.abc import Iterator

from tempshell_cli.packs.authoring.findings import Finding, Level
from tempshell_cli.packs.authoring.prove import PackProof, State, TaskProof
from tempshell_cli.packs.format.pack import Pack

RULES = {
    "wrong": "A task does not grade the answers of its author as it should",
    "fooled": "A wrong answer that the proof has made passes",
    "refused": "A right answer that the proof has made fails",
    "could-not-run": "A check cannot run on an answer that the proof has made",
    "never-needed": "No wrong answer fails the check, neither its author's nor a made one",
    "unproven": "A task cannot be proven here",
    "error": "The engine failed",
}


def proof_findings(proof: PackProof, pack: Pack) -> Iterator[Finding]:
    """Yield what is not proven of each task, in the file of the task."""
    files = dict(zip((task.id for task in pack.tasks), pack.head.tasks, strict=True))
    sure = Level.ERROR if proof.strict else Level.WARNING

    def finding(task: TaskProof, rule: str, message: str, level: Level = Level.WARNING) -> Finding:
        return Finding(rule=rule, level=level, file=files[task.task], message=message)

    for task in proof.tasks:
        if task.state in {State.WRONG, State.ERROR}:
            yield finding(task, str(task.state), task.why, Level.ERROR)
        elif task.state is State.UNPROVEN:
            yield finding(task, "unproven", task.why)
        for made in task.made:
            if made.problem:
                rule = "could-not-run" if made.is_error else "refused" if made.is_right else "fooled"
                yield finding(task, rule, f"{made.name}: {made.problem}", sure)
        if task.state in {State.PROVEN, State.FOOLED}:
            for check in task.unseen:
                yield finding(task, "never-needed", f"no wrong answer fails the check `{check}`")
