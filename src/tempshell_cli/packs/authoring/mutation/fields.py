"""The fields of an object of a cluster that a solution has set, and the wrong values that each of them could have."""

from __future__ import annotations

import base64
import json
import re
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tempshell_cli.packs.authoring.mutation.field_values import FILLED_IN, OTHER_WORDS
from tempshell_cli.packs.authoring.mutation.mutation import Wording
from tempshell_cli.packs.authoring.mutation.values import Path, dotted, shown, wrong_texts

Object = Mapping[str, Any]

MISSING = object()
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_CLIENT_SIDE_APPLY = "kubectl-client-side-apply"
# Managers of fields that are the cluster's own programs, which set what no solution has chosen.
_CONTROLLERS = re.compile(r"kube-.*|kubelet|k[03]s|.*(controller|operator|provisioner|scheduler).*")
# What a cluster assigns or copies, and what a solution has to choose: asked for only where the text has the value.
_ASSIGNED = {"clusterIP", "clusterIPs", "ipFamilies", "nodeName", "nodePort", "serviceAccount", "volumeName"}
_OPEN = _ASSIGNED | {"image", "restartPolicy"}
_REFERENCES = {"imagePullSecrets", "secrets", "subjects"}  # lists in which a name is that of another object
_AS_GOOD_AS_NONE = {"apiGroup", "apiGroups", "nonResourceURLs", "resources", "verbs"}  # where a wrong word is
# How a text names a part of an object, which is often called like the object.
_PART = r"\b(container|port|sidecar|volume)s?\b(\W+(called|is|named|the))*\W+{}\b"
_PERCENT = re.compile(r"\d{1,9}%")
_SHARES = {"maxSurge", "maxUnavailable"}
_USERS = {"fsGroup", "runAsGroup", "runAsUser"}


def at(value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the part of a value that a path leads to; ``MISSING`` where it leads to none."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return MISSING
    return value


def with_value(value: Any, path: Path, new: object) -> Any:  # noqa: ANN401 - JSON
    """Return a copy in which the part at the path is ``new``; what is missing on the way is made, as mappings."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [*value[:step], with_value(value[step], rest, new), *value[step + 1 :]]
    inner = value if isinstance(value, Mapping) else {}
    return {**inner, step: with_value(inner.get(step), rest, new)}


def without(value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return a copy that lacks the part at the path, which is there."""
    step, rest = path[0], path[1:]
    if rest:
        return with_value(value, (step,), without(value[step], rest))
    if isinstance(step, int):
        return [*value[:step], *value[step + 1 :]]
    return {key: one for key, one in value.items() if key != step}


def leaves(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the paths to all scalars, and to what is empty."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def counterpart(old: Any, new: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return what ``old`` has for the part of ``new`` at a path; ``MISSING`` for nothing.

    Items of lists are found by what names them, and by their place where nothing does.
    """
    for step in path:
        if not isinstance(step, int):
            old = old.get(step, MISSING) if isinstance(old, Mapping) else MISSING
        elif not isinstance(old, list):
            return MISSING
        elif (name := _identity(new[step])) is None:
            old = old[step] if step < len(old) else MISSING
        else:
            old = next((one for one in old if _identity(one) == name), MISSING)
        if old is MISSING:
            return MISSING
        new = new[step]
    return old


def _identity(item: object) -> object:
    """Return what names an item of a list: a scalar names itself. None for an item without a name."""
    if not isinstance(item, Mapping):
        return item
    keys = ("name", "mountPath", "containerPort", "port", "key", "path")
    return next(((key, item[key]) for key in keys if key in item), None)


def is_controllers(found: Object) -> bool:
    """Return whether nobody but the cluster's own programs has written an object, as far as that is recorded."""
    managers = [entry.get("manager", "") for entry in found["metadata"].get("managedFields") or ()]
    return bool(managers) and all(map(_CONTROLLERS.fullmatch, managers))


def asked_for(old: Object | None, new: Object, wording: Wording) -> list[Path]:
    """Return the paths to what the solution has set and the text does not leave open: no status, no default."""
    exact, loose = _set_fields(new)
    found = []
    for path in leaves(new):
        value = at(new, path)
        was = MISSING if old is None else counterpart(old, new, path)
        is_set = path in exact or (path in loose and not (was is MISSING and _is_filled_in(path, new, wording)))
        if is_set and was != value and not _is_free(path, value, wording):
            found.append(path)
    return found


def _set_fields(new: Object) -> tuple[set[Path], set[Path]]:
    """Return the leaves that somebody has surely written, and those that the API server may have filled in.

    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management says what ``managedFields`` are.
    """
    exact: set[Path] = set()
    loose: set[Path] = set()
    metadata = new["metadata"]
    try:
        applied = json.loads((metadata.get("annotations") or {})[LAST_APPLIED])
    except (KeyError, ValueError):
        applied = MISSING
    for entry in metadata.get("managedFields") or ():
        manager = entry.get("manager", "")
        if entry.get("subresource") == "status" or _CONTROLLERS.fullmatch(manager):
            continue
        paths = {path for path in _owned(entry.get("fieldsV1") or {}, new, ()) if _is_content(path)}
        if entry.get("operation") == "Apply":
            exact |= paths
        elif manager == _CLIENT_SIDE_APPLY and applied is not MISSING:
            exact |= {path for path in paths if counterpart(applied, new, path) is not MISSING}
        else:
            loose |= paths
    return exact, loose


def _owned(fields: Mapping[str, Any], value: Any, path: Path) -> Iterator[Path]:  # noqa: ANN401 - JSON
    """Yield the leaves of the value that ``fieldsV1`` lists; what it lists as a whole, with all that is in it."""
    inner = {key: one for key, one in fields.items() if key != "."}
    if not inner and path:
        yield from leaves(value, path)
    for key, below in inner.items():
        for step in _steps(key, value):
            yield from _owned(below, value[step], (*path, step))


def _steps(key: str, value: object) -> Iterator[str | int]:
    """Yield the step that a key of ``fieldsV1`` stands for, where the value still has it."""
    kind, _, name = key.partition(":")
    if kind == "f" and isinstance(value, Mapping) and name in value:
        yield name
    elif isinstance(value, list) and kind in {"k", "v", "i"}:
        wanted = json.loads(name)
        for index, item in enumerate(value):
            keys = isinstance(item, Mapping) and kind == "k" and wanted.items() <= item.items()
            if keys or (kind == "v" and item == wanted) or (kind == "i" and index == wanted):
                yield index
                return


def _is_content(path: Path) -> bool:
    """Return whether a field is the author's: also templates have metadata with more than labels and annotations."""
    inner = path[path.index("metadata") + 1 :][:1] if "metadata" in path else ("labels",)
    is_metadata = inner in {("labels",), ("annotations",)} and path[-1] != LAST_APPLIED
    return is_metadata and path[0] not in {"apiVersion", "kind", "status"}


def _is_filled_in(path: Path, new: Object, wording: Wording) -> bool:
    """Return whether it is a default that the text does not speak of, or a copy of another field."""
    value = at(new, path)
    copied = {"targetPort": (*path[:-1], "port"), "requests": (*path[:-2], "limits", path[-1])}
    if any(key in path[-2:] and at(new, source) == value for key, source in copied.items()):
        return True
    if value not in FILLED_IN.get(str(path[-1]), ()):
        return False
    return not (isinstance(value, str) and value and wording.names(value))


def _is_free(path: Path, value: object, wording: Wording) -> bool:
    """Return whether the choice of a value is left to the learner."""
    last, parents = path[-1], path[:-1]
    if parents[-1:] == ("labels",):
        return not (wording.names(str(last)) and wording.names(str(value)))
    if parents[-1:] == ("annotations",):
        return not (wording.names(str(last)) or wording.names(str(value)))
    if last == "name" and isinstance(parents[-1], int) and parents[-2] not in _REFERENCES:
        is_part = wording.says(_PART.format(re.escape(str(value))))
        return not (is_part or (parents[-2] == "env" and wording.names(str(value))))
    if {"command", "args"} & set(parents):
        return not all(map(wording.names, re.findall(r"[\w./~-]*\w", str(value))))
    return not _OPEN.isdisjoint(path) and not wording.names(str(value))


def wrong_fields(old: Object | None, new: Object, asked: Sequence[Path]) -> Iterator[tuple[str, Object]]:
    """Yield the faults of single fields, and the object with each: as at the start, left out, another value."""
    for path in asked:
        value = at(new, path)
        was = MISSING if old is None else counterpart(old, new, path)
        meant = comes_to(new, path, value)
        if was is not MISSING and not isinstance(was, Mapping | list) and comes_to(new, path, was) != meant:
            words = "" if _is_secret(new, path) else f" {shown(was)},"
            yield f"{dotted(path)} is{words} as at the start", with_value(new, path, was)
        for name, wrong in _wrong_values(path, value, new):
            if wrong != was and comes_to(new, path, wrong) != meant:
                yield f"{dotted(path)}{name}", with_value(new, path, wrong)
    for node in _removable(old, new, asked):
        yield f"without {dotted(node)}", without(new, node)


def comes_to(new: Object, path: Path, value: object) -> object:
    """Return the number of pods that a share of a Deployment's comes to; any other value as it is.

    A surge is rounded up, what may be unavailable is rounded down:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable.
    """
    replicas = at(new, ("spec", "replicas"))
    if path[-1] not in _SHARES or not isinstance(replicas, int) or not _PERCENT.fullmatch(str(value)):
        return value
    share = int(str(value).removesuffix("%")) * replicas
    return -(-share // 100) if path[-1] == "maxSurge" else share // 100


def _removable(old: Object | None, new: Object, asked: Sequence[Path]) -> list[Path]:
    """Return what is asked for, and the larger parts that it alone is the reason for."""
    found: dict[Path, None] = {}
    for path in asked:
        for length in range(2, len(path) + 1):
            node = path[:length]
            if node == path:
                is_needed = path[-1] == "name" and isinstance(path[-2], int)
                is_default = path[-1] in _SHARES and comes_to(new, path, "25%") == comes_to(new, path, at(new, path))
                if not (is_needed or is_default):
                    found[node] = None
            elif old is None or counterpart(old, new, node) is MISSING:
                part = at(new, node)
                if isinstance(node[-1], int) or len(part) > 1:
                    found[node] = None
    return list(found)


def _wrong_values(path: Path, value: object, new: Object) -> Iterator[tuple[str, object]]:
    """Yield other values, with in words that it is so."""
    if isinstance(value, bool):
        yield f" is {shown(not value)}", not value
    elif isinstance(value, int):
        wrong = 0 if path[-1] in _USERS and value else value + 1
        yield f" is {wrong}", wrong
    elif isinstance(value, str) and _AS_GOOD_AS_NONE.isdisjoint(path[-2:]):
        if other := OTHER_WORDS.get(value):
            yield f" is `{other}`", other
        elif _PERCENT.fullmatch(value):
            wrong_share = "50%" if value == "100%" else "100%"
            yield f" is {wrong_share}", wrong_share
        elif _is_secret(new, path):
            yield from _wrong_secrets(value)
        else:
            for part, wrong_part, text in wrong_texts(value):
                yield (f": `{part}` is `{wrong_part}`" if "\n" in text else f" is `{text}`"), text


def _is_secret(new: Object, path: Path) -> bool:
    return new["kind"] == "Secret" and path[0] == "data"


def _wrong_secrets(value: str) -> Iterator[tuple[str, str]]:
    """Yield other contents of a key of a Secret, which is base64; the names do not have them."""
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (NotBase64, UnicodeDecodeError):
        return
    for _, _, wrong in wrong_texts(text):
        yield " has another value", base64.b64encode(wrong.encode()).decode()
        return
