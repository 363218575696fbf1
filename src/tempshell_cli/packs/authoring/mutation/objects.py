"""Made answers of tasks that end in objects of a cluster: from the objects before the solution and after it.

No input, no output.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tempshell_cli.packs.authoring.mutation.excess import NOBODY, pod_spec_path, too_much
from tempshell_cli.packs.authoring.mutation.fields import (
    Object,
    asked_for,
    at,
    is_controllers,
    with_value,
    wrong_fields,
)
from tempshell_cli.packs.authoring.mutation.mutation import Action, Mutation, Wording
from tempshell_cli.packs.authoring.mutation.spellings import other_spellings

Objects = Mapping[str, Object]  # by kind, namespace and name, as a check's ``ref`` has them

# What an API server adds to an object, and what a controller counts.
_SERVERS = {
    *("creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields"),
    *("resourceVersion", "selfLink", "uid"),
}
_REVISION = "deployment.kubernetes.io/revision"
_BY_EFFECT = {"ClusterRole", "ClusterRoleBinding", "NetworkPolicy", "Role", "RoleBinding"}  # whatever their names are
_RUN_ONCE = {"Job", "Pod"}  # can hardly be changed, and start over when they are made again
# To delete one of these deletes more than itself, or takes its content along.
_STAY = {"CustomResourceDefinition", "Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim"}
_JOBS_LABELS = ("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name")
_ROLLED_OUT = {"DaemonSet", "Deployment", "StatefulSet"}
_SETTLING = "20s"


def read_objects(output: bytes) -> dict[str, Object]:
    """Return the objects that ``kubectl get --output json`` has printed; raises ValueError where they are none."""
    try:
        found = json.loads(output) if output.strip() else {"items": []}
        return {ref_of(one): one for one in found.get("items", [found])}
    except (KeyError, TypeError, AttributeError) as cause:
        raise ValueError(f"these are no objects: {cause}") from cause


def ref_of(found: Object) -> str:
    """Return how a check's ``ref`` names an object: ``deployment/shop/web``, ``node/worker``."""
    metadata = found["metadata"]
    return "/".join(part for part in (found["kind"].lower(), metadata.get("namespace"), metadata["name"]) if part)


def content_of(found: Object) -> dict[str, Any]:
    """Return what is equal for objects that somebody has written alike."""
    body = _unborn(found)
    annotations = {key: one for key, one in body["metadata"].get("annotations", {}).items() if key != _REVISION}
    return {**body, "metadata": {**body["metadata"], "annotations": annotations}}


class _Solved(NamedTuple):
    """An object that the solution has left behind, and what it was before; None where it was not there."""

    ref: str
    new: Object
    old: Object | None

    @property
    def is_new(self) -> bool:
        """Whether the solution has made it. What was there before is never made again: its history would be gone."""
        return self.old is None or at(self.old, ("metadata", "uid")) != at(self.new, ("metadata", "uid"))

    @property
    def may_go(self) -> bool:
        """Whether it can be deleted, and made again."""
        return self.is_new and self.new["kind"] not in _STAY

    def put(self, changed: Object) -> Action:
        """Return what puts another object in its place."""
        if self.is_new and self.new["kind"] in _RUN_ONCE:
            return _make(changed)
        return _put(changed, otherwise=self.may_go)


def object_mutations(
    before: Objects, after: Objects, wording: Wording, elsewhere: str = "", kept: Collection[str] = ()
) -> Iterator[Mutation]:
    """Yield the made answers for each object that the solution has made, changed or deleted, and the text names.

    ``elsewhere`` is a namespace that an object can be put into by mistake, "" for none. ``kept`` are the ``ref`` of
    what gates look at, which is to stay as it is.
    """
    for ref in sorted({*before, *after}):
        old, new = before.get(ref), after.get(ref)
        found = new or old
        assert found  # noqa: S101 - it is in one of them
        is_named, is_kept = wording.names(found["metadata"]["name"]), any(_is_same(ref, one) for one in kept)
        if is_controllers(found) or not (is_named or is_kept or found["kind"] in _BY_EFFECT):
            continue
        if new is None:
            if found["kind"] not in _STAY:
                yield Mutation(f"{ref} is still there", (_make(found),), (_delete(found),))
        elif old is None or is_kept or content_of(old) != content_of(new):
            solved = _Solved(ref, new, old)
            yield from _distinct(new, _of_object(solved, wording, after.values(), is_kept=is_kept))
            if solved.may_go:
                yield Mutation(f"{ref} is missing", (_delete(new),), (_make(new),))
                if is_named:
                    yield from _of_place(ref, new, elsewhere)


def _distinct(new: Object, mutations: Iterator[Mutation]) -> Iterator[Mutation]:
    """Yield each change once; none that changes nothing."""
    seen = {_bytes(_body(new)), _bytes(_unborn(new))}
    for mutation in mutations:
        content = b"".join(action.stdin for action in mutation.apply)
        if content not in seen:
            seen.add(content)
            yield mutation


def _is_same(ref: str, looked_at: str) -> bool:
    """Return whether a check's ``ref`` names an object, whose kind it may write in the plural, or with a group."""
    kind, *place = ref.split("/")
    word, *wanted = looked_at.split("/")
    return place == wanted and word.partition(".")[0] in {kind, f"{kind}s", f"{kind}es", f"{kind[:-1]}ies"}


def _of_object(solved: _Solved, wording: Wording, among: Iterable[Object], *, is_kept: bool) -> Iterator[Mutation]:
    """Yield what can be wrong, or written otherwise, in an object that stays where it is."""
    ref, new, old = solved
    asked = asked_for(None if is_kept else old, new, wording)
    undo, settle = (solved.put(new),), _settle(new)

    def with_object(changed: Object, what: str, *, is_right: bool = False) -> Mutation:
        name = f"{ref} {what}" if what.startswith(("is ", "without ")) else f"{ref}: {what}"
        return Mutation(name, (solved.put(changed)._replace(was=content_of(new)),), undo, is_right, settle)

    if old and len(asked) != 1:  # of one, it is as at the start, anyway
        yield with_object(old, "is as it was")
    for what, changed in (*wrong_fields(old, new, asked), *too_much(new, wording)):
        yield with_object(changed, what)
    for what, changed in other_spellings(new, asked, among):
        yield with_object(changed, what, is_right=True)
    if (where := pod_spec_path(new)) and not is_kept:
        nowhere = with_value(new, (*where, "nodeSelector"), NOBODY)
        apply = (_delete(new), _make(nowhere)) if solved.may_go else (solved.put(nowhere),)
        yield Mutation(f"{ref} runs nowhere", apply, undo, settle=settle)
    if forge := _forge(solved):
        yield Mutation(f"{ref} has its status written by hand", forge, undo, settle=settle)


def _of_place(ref: str, new: Object, elsewhere: str) -> Iterator[Mutation]:
    """Yield an object that has another name, or is in another namespace."""
    metadata = new["metadata"]
    name = f"{metadata['name']}2"
    places = [(f"{ref} is called `{name}`", with_value(new, ("metadata", "name"), name))]
    if elsewhere not in {"", metadata.get("namespace", elsewhere)}:
        moved = with_value(new, ("metadata", "namespace"), elsewhere)
        places.append((f"{ref} is in the namespace `{elsewhere}`", moved))
    for what, placed in places:
        yield Mutation(what, (_delete(new), _make(placed)), (_delete(placed), _make(new)), settle=_settle(placed))


def _forge(solved: _Solved) -> tuple[Action, ...]:
    """Return what makes an object be as at the start, or not run, with the status of the solved one; () for neither."""
    _, new, old = solved
    status = new.get("status")
    if old and not solved.is_new and status and status != old.get("status"):
        start = _put(old)
    elif solved.is_new and status and new["kind"] == "Job":
        start = _make(with_value(new, ("spec", "suspend"), new=True))
    else:
        return ()
    argv = ("replace", "--subresource=status", *_where(new), "-f", "-")
    return start, Action(argv, _bytes({**_body(new), "status": status}), in_cluster=True)


def _put(found: Object, *, otherwise: bool = False) -> Action:
    """Return what changes an object in place; with ``otherwise`` it is made again where it cannot be changed."""
    argv = ("replace", *_where(found), "--output", "json", "-f", "-")
    return Action(argv, _bytes(_body(found)), in_cluster=True, otherwise=_make(found).argv if otherwise else ())


def _make(found: Object) -> Action:
    """Return what makes an object, in the place of one of its name where there is one."""
    argv = ("replace", "--force", "--grace-period=1", *_where(found), "--output", "json", "-f", "-")
    return Action(argv, _bytes(_unborn(found)), in_cluster=True)


def _delete(found: Object) -> Action:
    argv = ("delete", "--ignore-not-found", "--now", "--timeout=20s", *_where(found), "-f", "-")
    return Action(argv, _bytes(_body(found)), in_cluster=True)


def _settle(found: Object) -> tuple[Action, ...]:
    """Return what waits until controllers have done what the object asks of them."""
    if found["kind"] in _ROLLED_OUT:
        argv: tuple[str, ...] = ("rollout", "status", f"--timeout={_SETTLING}")
    elif found["kind"] == "Job":
        argv = ("wait", "--for=condition=Complete", f"--timeout={_SETTLING}")
    else:
        return ()
    return (Action((*argv, *_where(found), "-f", "-"), _bytes(_body(found)), in_cluster=True),)


def _where(found: Object) -> tuple[str, ...]:
    namespace = found["metadata"].get("namespace")
    return ("--namespace", namespace) if namespace else ()


def _body(found: Object) -> dict[str, Any]:
    """Return an object as somebody has written it."""
    metadata = {key: one for key, one in found["metadata"].items() if key not in _SERVERS}
    return {**{key: one for key, one in found.items() if key != "status"}, "metadata": metadata}


def _unborn(found: Object) -> dict[str, Any]:
    """Return an object as one can make it: without what its first life has added to it."""
    body = _body(found)
    if found["kind"] == "Pod":
        body["spec"] = {key: one for key, one in body["spec"].items() if key != "nodeName"}
    if found["kind"] == "Job" and not body["spec"].get("manualSelector"):
        body["spec"] = {key: one for key, one in body["spec"].items() if key != "selector"}
        for path in (("metadata", "labels"), ("spec", "template", "metadata", "labels")):
            if isinstance(labels := at(body, path), Mapping):
                body = with_value(body, path, {key: one for key, one in labels.items() if key not in _JOBS_LABELS})
    return body


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True).encode()
