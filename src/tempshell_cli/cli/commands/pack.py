"""``tempshell pack``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import backend_names, pack_names
from tempshell_cli.cli.options import AsJson, Quiet

if TYPE_CHECKING:
    from tempshell_cli.packs.load import Pack

app = new_app("Packs of practice tasks: look at them, write them, prove them.")
Name = Annotated[str, typer.Argument(help="A pack by name or directory.", autocompletion=pack_names)]
Wanted = Annotated[
    str, typer.Argument(metavar="[DIR|NAME]", help="A pack by directory or name.", autocompletion=pack_names)
]


@app.command("ls")
def ls(as_json: AsJson = False) -> None:
    """List the packs that can be started by name."""
    from tempshell_cli.cli import console
    from tempshell_cli.core.errors import PackProblem
    from tempshell_cli.packs.find import find_pack, list_packs

    rows = []
    for name in list_packs():
        try:
            rows.append({"name": name, **_summary(find_pack(name))})
        except PackProblem as cause:
            console.complain(f"{name}: {cause}", cause.hint)
    if as_json:
        console.say_json(rows)
        return
    cells = [(str(row["name"]), str(row["version"]), str(row["tasks"]), str(row["title"])) for row in rows]
    console.table(("NAME", "VERSION", "TASKS", "TITLE"), cells)


@app.command()
def show(pack: Name, as_json: AsJson = False) -> None:
    """Say what is in a pack: its version, its digest, its domains and its tasks."""
    from tempshell_cli.cli import console
    from tempshell_cli.cli.pack_text import describe, pack_json
    from tempshell_cli.packs.find import find_pack

    found = find_pack(pack)
    if as_json:
        console.say_json(pack_json(found))
    else:
        describe(found)


@app.command()
def new(directory: Annotated[Path, typer.Argument(help="Where; its name becomes the pack's id.")]) -> None:
    """Write a small pack to begin with, whole and proven."""
    from tempshell_cli.cli import console
    from tempshell_cli.packs.skeleton import new_pack

    for file in new_pack(directory):
        console.say(str(file))
    console.note(f"tempshell: `tempshell pack prove {directory}` proves it")


@app.command()
def schema(
    part: Annotated[
        str, typer.Argument(metavar="[pack|task]", help="Of what: pack.yaml, or a task's front matter.")
    ] = "pack",
) -> None:
    """Print the JSON Schema of the format."""
    from tempshell_cli.cli import console
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.packs.schema import PARTS, schema_of

    if part not in PARTS:
        raise UsageProblem(f"there is no schema {part!r}", hint=f"one of {', '.join(PARTS)}")
    console.say_json(schema_of(part))


@app.command()
def lint(
    pack: Wanted = ".",
    form: Annotated[str, typer.Option("--format", help="How to say it: text, json or sarif.")] = "text",
) -> None:
    """Look for mistakes in a pack without running it: exit code 2 when there are errors."""
    from tempshell_cli.cli.pack_text import say_findings
    from tempshell_cli.core.errors import ExitCode
    from tempshell_cli.packs.find import find_root
    from tempshell_cli.packs.findings import Level
    from tempshell_cli.packs.lint import lint as findings_of
    from tempshell_cli.packs.shellcheck import found_shellcheck

    _one_of(form, ("text", "json", "sarif"))
    root = find_root(pack)
    findings = findings_of(root, found_shellcheck())
    say_findings(findings, str(root), form)
    if any(one.level is Level.ERROR for one in findings):
        raise typer.Exit(int(ExitCode.USAGE))


@app.command()
def prove(
    pack: Wanted = ".",
    task: Annotated[
        list[str] | None, typer.Option("--task", help="Only this task. May be given several times.")
    ] = None,
    backend: Annotated[
        str, typer.Option("--backend", "-b", help="On which backend. [default: auto]", autocompletion=backend_names)
    ] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=8, help="Sandboxes at once.")] = 1,
    seed: Annotated[int | None, typer.Option("--seed", help="Repeat the order of an earlier run.")] = None,
    form: Annotated[str, typer.Option("--format", help="How to say it: table, json or junit.")] = "table",
    quiet: Quiet = False,
) -> None:
    """Prove that nothing in a pack is free, right answers pass and wrong ones are caught: else exit code 6."""
    from tempshell_cli.cli import console
    from tempshell_cli.cli.pack_text import proof_line, say_proof
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import ExitCode
    from tempshell_cli.packs.find import find_pack
    from tempshell_cli.sessions.proving import Prover, choose, new_seed

    _one_of(form, ("table", "json", "junit"))
    found = find_pack(pack)
    wanted = [found.task(one) for one in dict.fromkeys(task or ())] or found.tasks
    with user_sessions() as sessions:
        prover = Prover(sessions, found, choose(sessions, found, backend), jobs=jobs)
        told = None if quiet else lambda proof: console.note(proof_line(proof))
        proof = prover.prove(wanted, new_seed() if seed is None else seed, told)
    say_proof(proof, form)
    if not proof.holds:
        raise typer.Exit(int(ExitCode.CHECK_FAILED))


def _one_of(form: str, known: tuple[str, ...]) -> None:
    from tempshell_cli.core.errors import UsageProblem

    if form not in known:
        raise UsageProblem(f"--format {form!r} is unknown", hint=f"one of {', '.join(known)}")


def _summary(pack: Pack) -> dict[str, object]:
    return {"version": pack.head.version, "tasks": len(pack.tasks), "title": pack.head.title}
