"""The ``kubectl exec`` that enters a pod."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tempshell_cli.backends.base import NO_KUBERC
from tempshell_cli.backends.kubernetes import kubectl
from tempshell_cli.core.process import Command

CONTAINER = "terminal"
# The runtime tells in ways of its own that there is no such program; a shell says 127 and 126.
_PASS_ON = ("/bin/sh", "-c", 'exec "$@"', "sh")


def exec_command(details: Mapping[str, str], argv: Sequence[str], *, tty: bool) -> Command:
    """Return the command that runs ``argv`` in a pod and passes its exit code on."""
    options = ("--stdin", *(["--tty"] if tty else []), details["pod"], "--container", CONTAINER)
    return kubectl_command(details, ("exec", *options, "--", *_PASS_ON, *argv))


def kubectl_command(details: Mapping[str, str], argv: Sequence[str]) -> Command:
    """Return the kubectl of this machine, for a sandbox's cluster and namespace."""
    where = ("--kubeconfig", details["kubeconfig"], "--context", details["context"])
    return Command((kubectl.program(), *where, "--namespace", details["namespace"], *argv), NO_KUBERC)
