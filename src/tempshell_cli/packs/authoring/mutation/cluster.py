"""The objects of a sandbox's cluster that a task is about, as they are at one moment, and changes to them."""

from __future__ import annotations

import json
import re

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.authoring.mutation.fields import Object
from tempshell_cli.packs.authoring.mutation.mutation import Action
from tempshell_cli.packs.authoring.mutation.objects import content_of, read_objects
from tempshell_cli.packs.checks.objects import NO_SUCH_KIND, split_ref
from tempshell_cli.packs.checks.shell import ClusterView
from tempshell_cli.packs.format.pack import Task

_SECONDS = 30.0
_NOT_MADE = {"events", "events.events.k8s.io"}  # by nobody who solves a task
_KINDS = ("api-resources", "--namespaced", "--verbs=list,create,update,delete", "--output", "name")
_READ = ("--output", "json", "--show-managed-fields", "--ignore-not-found")
_NOT_TO_READ = re.compile(rb"\(Forbidden\)|" + re.escape(NO_SUCH_KIND.encode()))
# What API servers say of an object that is not there, and of a field that cannot be changed.
_MADE_AGAIN = re.compile(
    rb"\(NotFound\)|field is immutable|may not (be changed|change|be updated)|cannot be changed|cannot change roleRef"
    rb"|updates to \w+ spec for fields other than"
)


class ClusterObjects:
    """Reads the objects of a task: all in its namespaces and in those of its checks, and each that a check names."""

    def __init__(self, task: Task, cluster: ClusterView) -> None:
        kinds = [kind for check in task.head.checks for kind in check.kind.parts()]
        refs = {ref for kind in kinds if (ref := kind.object_ref)}
        self._cluster = cluster
        self._namespaces = sorted({*task.head.namespaces, *(split_ref(ref)[1] for ref in refs)} - {""})
        self._refs = sorted(ref for ref in refs if not split_ref(ref)[1])

    @property
    def elsewhere(self) -> str:
        """The namespace that an object can be put into by mistake; "" where that is none of the learner's."""
        return "default" if self._cluster.is_learners else ""

    def read(self) -> dict[str, Object]:
        """Return the objects with the record of who has set their fields, by ``ref``; raises EngineUnavailable.

        What may not be read is left out, and so is what there is no kind of yet.
        """
        found: dict[str, Object] = {}
        for ref in self._refs:
            kind, _, name = split_ref(ref)
            found |= self._get(kind, name)
        if self._namespaces:
            kinds = self._kinds()
            for namespace in self._namespaces:
                found |= self._get(kinds, "--namespace", namespace)
        return found

    def _kinds(self) -> str:
        done = self._cluster.kubectl(*_KINDS, timeout=_SECONDS)
        kinds = set(done.stdout.decode(errors="replace").split()) - _NOT_MADE
        if not kinds:
            raise _unreadable(done)
        return ",".join(sorted(kinds))

    def _get(self, *argv: str) -> dict[str, Object]:
        done = self._cluster.kubectl("get", *argv, *_READ, timeout=_SECONDS)
        if done.timed_out or (done.exit_code and not done.stdout and not _NOT_TO_READ.search(done.stderr)):
            raise _unreadable(done)
        try:
            return read_objects(done.stdout)
        except ValueError as cause:
            raise EngineUnavailable(f"the objects of the cluster cannot be read: {cause}") from cause


def change(action: Action, cluster: ClusterView) -> bool:
    """Run an action in the cluster; return whether it could be done and has changed something.

    Raises EngineUnavailable where kubectl could not be run.
    """
    done = cluster.kubectl(*action.argv, stdin=action.stdin, timeout=_SECONDS)
    if done.exit_code and action.otherwise and _MADE_AGAIN.search(done.stderr):
        done = cluster.kubectl(*action.otherwise, stdin=action.stdin, timeout=_SECONDS)
    if done.timed_out or done.exit_code:
        return False
    if action.was is None:
        return True
    try:
        shown = json.loads(done.stdout[done.stdout.index(b"{") :])  # below what kubectl has deleted
        return content_of(shown) != action.was
    except (ValueError, LookupError, TypeError, AttributeError):
        return True  # kubectl has printed no object


def _unreadable(done: Completed) -> EngineUnavailable:
    said = strip_controls(done.stderr.decode(errors="replace")).strip()
    return EngineUnavailable(f"the objects of the cluster cannot be read: {said or 'no answer in time'}")
