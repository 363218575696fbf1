"""What the pack commands say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tempshell_cli import __version__
from tempshell_cli.cli.output import console
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.authoring.findings import Finding, Level, as_sarif, as_text
from tempshell_cli.packs.authoring.mutation.trial import MadeAnswer
from tempshell_cli.packs.authoring.prove import PackProof, State, Step, TaskProof
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.grading.capabilities import wanted_by
from tempshell_cli.packs.grading.junit import Case, junit
from tempshell_cli.packs.library.changes import Changes
from tempshell_cli.packs.library.index import AddedPack


def pack_json(pack: Pack) -> dict[str, Any]:
    """Return a pack as JSON has it: its head, its digest, and a summary of each task."""
    head = pack.head
    return {
        "id": pack.id,
        "version": head.version,
        "title": head.title,
        "license": head.license,
        "digest": pack.digest,
        "directory": str(pack.root),
        "backends": list(head.sandbox.backends),
        "kubernetes": head.kubernetes,
        "profile": str(head.sandbox.profile),
        "domains": dict(head.domains),
        "tasks": [_task_json(task) for task in pack.tasks],
    }


def describe(pack: Pack, added: AddedPack | None) -> None:
    """Print what is in a pack, and where an added one comes from."""
    head = pack.head
    console.say(f"{head.title} ({pack.id} {head.version}, {head.license})")
    console.say(f"digest    {pack.digest}")
    if added:
        commit = f", commit {added.commit}" if added.commit else ""
        console.say(f"source    {one_line(added.source)}{commit}, {added.added}")
    versions = f", Kubernetes {head.kubernetes}" if head.kubernetes else ""
    backends = ", ".join(head.sandbox.backends) or "any backend"
    console.say(f"runs on   {backends}{versions}, profile {head.sandbox.profile}")
    counts = Counter(task.head.domain for task in pack.tasks)
    for domain, share in head.domains.items():
        console.say(f"domain    {domain}: {share} %, {counts[domain]} of {len(pack.tasks)} tasks")
    console.say("")
    rows = [_cells(_task_json(task)) for task in pack.tasks]
    console.table(("TASK", "DOMAIN", "LEVEL", "TIME", "POINTS", "NEEDS", "TITLE"), rows)


def added_json(entry: AddedPack) -> dict[str, str]:
    """Return an added pack as JSON has it."""
    return entry._asdict()


def changes_json(old: AddedPack, new: AddedPack, changes: Changes, *, used: bool) -> dict[str, Any]:
    """Return as JSON what an update brings, and whether it is used."""
    return {
        "name": new.name,
        "from": added_json(old),
        "to": added_json(new),
        "tasks": {"added": changes.added, "removed": changes.removed, "changed": changes.changed},
        "files": [one._asdict() for one in changes.files],
        "used": used,
    }


def say_changes(old: AddedPack, new: AddedPack, changes: Changes) -> None:
    """Print what an update brings: the version, the tasks, and how many lines of which files."""
    console.say(f"{new.name} {old.version} -> {new.version}")
    for what, tasks in (("added", changes.added), ("removed", changes.removed), ("changed", changes.changed)):
        if tasks:
            console.say(f"tasks {what}: {', '.join(tasks)}")
    for one in changes.files:
        lines = "changed" if one.added is None else f"+{one.added} -{one.removed}"
        console.say(f"  {lines:>12}  {one_line(one.file)}")


def say_findings(findings: Sequence[Finding], root: str, form: str, *, notes: bool) -> None:
    """Print what lint has found; of the notes, without ``notes``, only how many there are."""
    shown = [one for one in findings if notes or one.level is not Level.NOTE]
    if form == "json":
        import msgspec

        console.say_json(msgspec.to_builtins(shown))
    elif form == "sarif":
        from tempshell_cli.packs.authoring.lint import RULES

        console.say_json(as_sarif(shown, root, "tempshell pack lint", __version__, RULES))
    else:
        if shown:
            console.say(as_text(shown, root))
        if all(one.level is Level.NOTE for one in findings):
            console.note("tempshell: no problems found")
        if hidden := len(findings) - len(shown):
            console.note(f"tempshell: notes not shown: {hidden}; `--notes` shows them")


def proof_line(proof: TaskProof) -> str:
    """Return what to say of a task while the others are still being proven."""
    why = f": {proof.why}" if proof.why else ""
    return f"{proof.state} {proof.task} {proof.seconds:.1f}s{why}"


def say_proof(proof: PackProof, form: str, pack: Pack) -> None:
    """Print what is proven of a pack."""
    if form == "json":
        import msgspec

        console.say_json({**msgspec.to_builtins(proof), "holds": proof.holds})
    elif form == "junit":
        cases = [_cases_of(one, f"{proof.pack}.{one.task}", strict=proof.strict) for one in proof.tasks]
        console.say(junit(_proven_on(proof), [case for of_task in cases for case in of_task]))
    elif form == "sarif":
        from tempshell_cli.packs.authoring.proof_findings import RULES as OF_PROOFS
        from tempshell_cli.packs.authoring.proof_findings import proof_findings

        findings = list(proof_findings(proof, pack))
        console.say_json(as_sarif(findings, str(pack.root), "tempshell pack prove", __version__, OF_PROOFS))
    else:
        rows = [
            (one.task, str(one.state), _share(one.steps), _share(one.made), f"{one.seconds:.1f}s", _why(one))
            for one in proof.tasks
        ]
        console.table(("TASK", "STATE", "STEPS", "MADE", "TIME", "WHY"), rows)
        states = Counter(str(one.state) for one in proof.tasks)
        said = ", ".join(f"{count} {state}" for state, count in states.items())
        console.say(f"\n{_proven_on(proof)}: {said}")
        console.say(f"{proof.digest}, in the order of --seed {proof.seed}: {', '.join(proof.order) or 'none'}")


def _proven_on(proof: PackProof) -> str:
    versions = f", Kubernetes {proof.kubernetes}" if proof.kubernetes else ""
    return f"{proof.pack} {proof.version} on {proof.backend}{versions}"


def _share(parts: Sequence[Step | MadeAnswer]) -> str:
    """Return how many of the parts of a proof have no problem."""
    return f"{sum(not one.problem for one in parts)}/{len(parts)}" if parts else "-"


def _why(proof: TaskProof) -> str:
    """Return what is not proven of a task, and why; of one that holds, also the checks that no mutant fails."""
    sound = {State.PROVEN, State.FOOLED}
    unseen = [f"no mutant fails {', '.join(proof.unseen)}"] if proof.unseen and proof.state in sound else []
    return "; ".join([*([proof.why] if proof.why else []), *unseen]) or "-"


def _cases_of(proof: TaskProof, group: str, *, strict: bool) -> list[Case]:
    """Return a case for each step of a task; one for a task that got to none."""
    if proof.state is State.UNPROVEN:
        return [Case(group, "proof", skipped=proof.why)]
    if not proof.steps:
        return [Case(group, "proof", error=proof.why)]
    cases = [
        Case(group, f"check {check}", skipped="this engine lacks a capability that it needs")
        for check in proof.left_out
    ]
    for step in proof.steps:
        failure, error = ("", step.problem) if step.error else (step.problem, "")
        cases.append(Case(group, step.name, step.seconds, failure=failure, error=error))
    for made in proof.made:  # what does not fail the proof is no failure of a case either
        failure, skipped = (made.problem, "") if strict else ("", made.problem)
        cases.append(Case(group, f"made answer: {made.name}", failure=failure, skipped=skipped))
    return cases


def _task_json(task: Task) -> dict[str, Any]:
    head = task.head
    return {
        "id": task.id,
        "title": head.title,
        "domain": head.domain,
        "difficulty": str(head.difficulty),
        "time": head.time,
        "points": sum(check.worth for check in head.checks),
        "checks": len(head.checks),
        "hints": len(head.hints),
        "mutants": len(head.mutants),
        "kubernetes": head.requires.kubernetes,
        "tools": list(head.requires.tools),
        "caps": [str(cap) for cap in wanted_by([task])],
    }


def _cells(task: dict[str, Any]) -> tuple[str, ...]:
    versions = [f"Kubernetes {task['kubernetes']}"] if task["kubernetes"] else []
    needs = ", ".join([*versions, *task["caps"], *task["tools"]])
    plain = (task["domain"] or "-", task["difficulty"], task["time"] or "-", str(task["points"]), needs or "-")
    return (task["id"], *plain, task["title"])
