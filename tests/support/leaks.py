"""What a test has left behind: on disk, in the kernel, on the Docker engine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tempshell_cli.backends.kind.names import KIND_CLUSTER, cluster_name
from tempshell_cli.backends.labels import OWNER, SESSION
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.sessions.store import open_store

from . import pods
from .user import User


def leftovers(user: User, *, docker: bool) -> list[str]:
    """Name everything that still exists of the user's sandboxes."""
    on_engine = [*docker_leftovers(OWNER, user.owner), *_nodes(user), *_kubeconfigs(user)] if docker else []
    in_cluster = pods.leftovers(user.owner) if user.kubeconfig else []
    return [*local_leftovers(user), *on_engine, *in_cluster]


def local_leftovers(user: User) -> list[str]:
    """Name the directories, marks, processes and control groups of the user's local sandboxes."""
    state = user.paths.state
    kept = [str(path) for folder in ("local", "starting") for path in sorted((state / folder).glob("*"))]
    return [*kept, *processes_about(str(state)), *_groups_and_staged(user)]


def docker_leftovers(label: str, value: str) -> list[str]:
    """Name the engine's objects that carry a label with that value."""
    wanted = ("--filter", f"label={label}={value}")
    asked = {
        "container": ("docker", "ps", "--all", "--format", "{{.Names}}", *wanted),
        "network": ("docker", "network", "ls", "--format", "{{.Name}}", *wanted),
        "volume": ("docker", "volume", "ls", "--format", "{{.Name}}", *wanted),
    }
    return [f"{kind} {name}" for kind, argv in asked.items() for name in _output(*argv).split()]


def _nodes(user: User) -> list[str]:
    """Name the nodes of the user's clusters; kind gives them no label of ours."""
    clusters = {cluster_name(session): session for session in _sessions(user)}
    if not clusters:
        return []
    listed = _output("docker", "ps", "--all", "--format", f'{{{{.Names}}}} {{{{.Label "{KIND_CLUSTER}"}}}}')
    pairs = [line.split() for line in listed.splitlines()]
    return [f"container {pair[0]}" for pair in pairs if pair[-1] in clusters and len(pair) > 1]


def _kubeconfigs(user: User) -> list[str]:
    return [str(path) for path in sorted((user.paths.state / "kubeconfig").glob("*"))]


def processes_about(word: str) -> list[str]:
    """Name the living processes that have the word in their command line."""
    return [f"process {pid}: {line}" for pid, line in _command_lines() if word in line]


def remove_all(user: User, *, docker: bool) -> None:
    """Remove by force what a failed test has left, so that it spoils no other."""
    for process in processes_about(str(user.paths.state)):
        subprocess.run(("kill", "-KILL", process.split()[1].rstrip(":")), check=False)
    if user.kubeconfig:
        pods.remove_all(user.owner)
    if docker:
        for what in [*_nodes(user), *docker_leftovers(OWNER, user.owner)]:
            kind, name = what.split()
            subprocess.run(("docker", kind, "rm", "--force", name), capture_output=True, check=False)


def docker_session(session: str) -> list[str]:
    """Name what the engine has of one session."""
    return docker_leftovers(SESSION, session)


def _groups_and_staged(user: User) -> Iterator[str]:
    for session in _sessions(user):
        for place in ("", "*/"):  # no deeper: others' groups come and go there
            yield from map(str, Path("/sys/fs/cgroup").glob(f"{place}tempshell-{session}"))
        yield from map(str, Path("/run").glob(f"tempshell-{session}*"))


def _sessions(user: User) -> list[str]:
    if not user.paths.store.is_file():
        return []
    try:
        with open_store(user.paths) as opened:
            return [session.id for session in opened.store.history()]
    except TempshellError:  # a store that the test has spoilt
        return []


def _command_lines() -> Iterator[tuple[str, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue
        yield folder.name, b" ".join(words).decode(errors="replace")


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout
