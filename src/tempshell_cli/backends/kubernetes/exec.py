"""The ``kubectl exec`` that enters a pod."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tempshell_cli.backends.base import NO_KUBERC, Role
from tempshell_cli.backends.entry import entry_argv
from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.core.process import Command

CONTAINER = "terminal"
GRADER = "grader"
GIVER = "workspace"  # what gives the files of a workspace to their user, before the two start


def exec_command(details: Mapping[str, str], argv: Sequence[str], role: Role, *, tty: bool) -> Command:
    """Return the command that runs ``argv`` in a pod, in its role, and passes its exit code on."""
    container = details["grader"] if role is Role.GRADER else CONTAINER
    options = ("--stdin", *(["--tty"] if tty else []), details["pod"], "--container", container)
    return kubectl_command(details, ("exec", *options, "--", *entry_argv(argv, role)))


def kubectl_command(details: Mapping[str, str], argv: Sequence[str]) -> Command:
    """Return the kubectl of this machine, for a sandbox's cluster and namespace."""
    where = ("--kubeconfig", details["kubeconfig"], "--context", details["context"])
    return Command((kubectl.program(), *where, "--namespace", details["namespace"], *argv), NO_KUBERC)
