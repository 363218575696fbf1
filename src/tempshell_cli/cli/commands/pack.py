"""``tempshell pack``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tempshell_cli.cli.added_packs import added_packs, update_pack
from tempshell_cli.cli.bundle import bundled
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import added_pack_names, pack_names
from tempshell_cli.cli.options import FORMAT, AsJson, Listing, Quiet, SandboxOptions

app = new_app("Find, add, write and prove packs of practice tasks.")
Name = Annotated[str, typer.Argument(help="A pack, by name or directory.", autocompletion=pack_names)]


@app.command("ls")
def ls(form: Listing = "table") -> None:
    """List the packs that you can start by name."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.errors import PackProblem
    from tempshell_cli.packs.library.find import find_pack, list_packs, origin

    rows = []
    for name in list_packs():
        try:
            pack = find_pack(name)
            shown = {"version": pack.head.version, "tasks": len(pack.tasks), "title": pack.head.title}
            rows.append({"name": name, **shown, "source": origin(name)})
        except PackProblem as cause:
            console.complain(f"{name}: {cause}", cause.hint, cause.exit_code)
    if form == "json":
        console.say_json(rows)
        return
    if form == "name":
        for row in rows:
            console.say(str(row["name"]))
        return
    columns = ("name", "version", "tasks", "source", "title")
    console.table([column.upper() for column in columns], [[str(row[column]) for column in columns] for row in rows])


@app.command()
def show(pack: Name, as_json: AsJson = False) -> None:
    """Show what is in a pack: version, digest, domains and tasks."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.courses import say_course, scenarios_below
    from tempshell_cli.cli.output.packs import added_json, describe, pack_json
    from tempshell_cli.packs.library.find import added_as, find_pack, find_root
    from tempshell_cli.packs.library.load import is_pack

    root = find_root(pack)
    below = scenarios_below(root)
    if below and not is_pack(root):
        console.say_json(below) if as_json else say_course(below)
        return
    found = find_pack(pack)
    added = added_as(found)
    if as_json:
        shown = {**pack_json(found), "added": added_json(added) if added else None}
        console.say_json({**shown, "scenarios": below} if below else shown)
        return
    describe(found, added)
    if below:
        console.say("")
        say_course(below)


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="A directory, a tar archive, git+https://…@REF or oci://…")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="A name for it here. [default: the pack's id]")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Fetch a pack, validate it, and keep it to start by name.

    Examples:
      tempshell pack add ./my-pack
      tempshell pack add git+https://example.com/packs.git@v2#subdirectory=nginx
      tempshell pack add oci://registry.example.com/packs/nginx:2
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.packs import added_json
    from tempshell_cli.core.clock import SystemClock
    from tempshell_cli.core.text import one_line
    from tempshell_cli.packs.library.sources import parse_source

    store, in_use = added_packs()
    place = parse_source(source)
    with console.progress(f"fetching {one_line(place.address)}"):
        candidate = store.fetch(place, name, SystemClock().now())
    store.add(candidate, in_use)
    entry = candidate.entry
    if as_json:
        console.say_json(added_json(entry))
        return
    console.say(f"added {entry.name} {entry.version}: {candidate.pack.head.title}")
    console.note(f"tempshell: `tempshell start {entry.name}` starts it")


@app.command()
def rm(
    pack: Annotated[list[str], typer.Argument(help="One or more added packs.", autocompletion=added_pack_names)],
) -> None:
    """Remove added packs.

    A running session keeps the pack that it was started with.
    """
    from tempshell_cli.cli.output import console

    store, in_use = added_packs()
    for entry in [store.entry(one) for one in dict.fromkeys(pack)]:
        store.remove(entry.name, in_use)
        console.say(f"removed {entry.name}")
        for kept in sorted(one for one in in_use() if one.startswith(f"{entry.name}@")):
            console.note(f"tempshell: {kept} is kept for the session that is running with it")


@app.command()
def update(
    pack: Annotated[
        list[str] | None, typer.Argument(help="Added packs. [default: all]", autocompletion=added_pack_names)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Use them without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch added packs again, show the changes, and use them."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.errors import TempshellError
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.packs.library.index import read_index

    store, in_use = added_packs()
    updates, failed = [], []
    for name in dict.fromkeys(pack or read_index(Paths.of_user())):
        try:
            updates.append(update_pack(store, name, in_use, yes=yes, ask=not as_json))
        except TempshellError as problem:  # the others are looked at all the same
            failed.append(problem)
    if as_json:
        console.say_json(updates)
    for other in failed[1:]:
        console.complain(str(other), other.hint, other.exit_code)
    if failed:
        raise failed[0]


@app.command()
def new(
    directory: Annotated[Path, typer.Argument(help="A new directory. Its name becomes the id of the pack.")],
) -> None:
    """Write a small working pack to begin with."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.packs.authoring.skeleton import new_pack

    for file in new_pack(directory):
        console.say(str(file))
    where = directory if directory.is_absolute() else f"./{directory}"  # with a slash it is never the name of a pack
    console.note(f"tempshell: `tempshell pack prove {where}` proves it, `tempshell start {where}` starts it")


@app.command()
def schema(
    part: Annotated[
        str,
        typer.Argument(
            metavar="pack|task|translation",
            help="Which part: pack.yaml, or the front matter of a task or a translation.",
        ),
    ] = "pack",
) -> None:
    """Print the JSON Schema of the pack format."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.packs.format.schema import PARTS, schema_of

    if part not in PARTS:
        raise UsageProblem(f"there is no schema {part!r}", hint=f"one of {', '.join(PARTS)}")
    console.say_json(schema_of(part))


@app.command()
def lint(
    pack: Name = ".",
    notes: Annotated[
        bool, typer.Option("--notes", help="Show notes, too: what may be worth a second look, and is not a problem.")
    ] = False,
    form: Annotated[Literal["text", "json", "sarif"], FORMAT] = "text",
) -> None:
    """Find mistakes in a pack without running it.

    Exits with 2 when there are errors.
    """
    from tempshell_cli.cli.output.packs import say_findings
    from tempshell_cli.core.errors import ExitCode
    from tempshell_cli.packs.authoring.findings import Level
    from tempshell_cli.packs.authoring.lint import lint as findings_of
    from tempshell_cli.packs.authoring.shellcheck import found_shellcheck
    from tempshell_cli.packs.library.find import find_root

    root = find_root(pack)
    findings = findings_of(root, found_shellcheck(), notes=True)
    say_findings(findings, str(root), form, notes=notes)
    if any(one.level is Level.ERROR for one in findings):
        raise typer.Exit(int(ExitCode.USAGE))


@app.command()
@bundled
def prove(
    pack: Name = ".",
    task: Annotated[
        list[str] | None, typer.Option("--task", metavar="TASK", help="Only this task. Repeatable.")
    ] = None,
    sandbox: SandboxOptions = SandboxOptions(),  # noqa: B008 - immutable
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", metavar="NUMBER", min=1, max=8, help="Sandboxes at once, 1 to 8.")
    ] = 1,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="NUMBER", help="Repeat the order, values and mutants of an earlier run."),
    ] = None,
    draws: Annotated[
        int,
        typer.Option(
            "--draws", metavar="NUMBER", min=1, max=20, help="Prove a task that draws values this often, 1 to 20."
        ),
    ] = 3,
    mutants: Annotated[
        str,
        typer.Option("--mutants", metavar="NUMBER|all", help="Wrong answers to make for each task, by its solution."),
    ] = "1",
    strict: Annotated[bool, typer.Option("--strict", help="Fail where a made answer fools a task, too.")] = False,
    form: Annotated[Literal["table", "json", "junit", "sarif"], FORMAT] = "table",
    quiet: Quiet = False,
) -> None:
    """Prove in sandboxes that a pack grades correctly.

    No check passes before its task is solved, right answers pass, and wrong ones fail. Exits with 6 otherwise.

    Examples:
      tempshell pack prove
      tempshell pack prove ./my-pack --task web-server --backend docker
      tempshell pack prove linux-basics --mutants all --strict
      tempshell pack prove linux-basics --format junit > proof.xml
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.packs import proof_line, say_proof
    from tempshell_cli.cli.parsing import how_many, sandbox_request
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import ExitCode, UsageProblem
    from tempshell_cli.core.process import NOTHING
    from tempshell_cli.packs.grading.draw import new_seed
    from tempshell_cli.sessions.proving import Prover
    from tempshell_cli.sessions.start import plan_session

    made = how_many(mutants, "--mutants")
    with user_sessions() as sessions:
        # What holds for the author alone proves nothing.
        sessions.settings = sessions.settings._replace(env=NOTHING, dotfiles="")
        plan = plan_session(sessions, sandbox_request(sandbox)._replace(pack=pack))
        if plan.template.workspace:
            raise UsageProblem("a proof cannot have a workspace: answers could be in it", hint="leave it out")
        assert plan.pack  # noqa: S101 - for mypy
        wanted = [plan.pack.task(one) for one in dict.fromkeys(task or ())] or plan.pack.tasks
        on_proof = None if quiet else lambda proof: console.note(proof_line(proof))
        prover = Prover(sessions, plan, jobs=jobs, draws=draws, mutants=made)
        proof = prover.prove(wanted, new_seed() if seed is None else seed, on_proof, strict=strict)
    say_proof(proof, form, plan.pack)
    if not proof.holds:
        raise typer.Exit(int(ExitCode.CHECK_FAILED))
