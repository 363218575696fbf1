"""What a pack may have our own kubectl do: look at its cluster, and nothing else.

That kubectl runs on the user's machine, with the user's rights. A stranger's option could have it read or write files
there, go to another server, or run a program (a credential plugin of a kubeconfig that it names): so it is told only
words that are known. https://kubernetes.io/docs/reference/kubectl/generated/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# Verbs, and the words that may come behind those that have more than one meaning.
_VERBS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("get", "describe", "logs", "events", "explain", "top", "wait"), frozenset()),
    **dict.fromkeys(("api-resources", "api-versions", "version"), frozenset()),
    "auth": frozenset({"can-i", "whoami"}),
    "rollout": frozenset({"status", "history"}),
}
_WITH_VALUE = frozenset(
    {
        *(
            "namespace",
            "selector",
            "field-selector",
            "output",
            "sort-by",
            "raw",
            "as",
            "as-group",
            "as-uid",
            "container",
        ),
        *("tail", "since", "since-time", "for", "timeout", "subresource", "chunk-size", "label-columns", "api-group"),
        *("verbs", "revision", "limit", "request-timeout", "max-log-requests", "types", "limit-bytes", "api-version"),
        "categories",
    }
)
_ALONE = frozenset(
    {
        *("all-namespaces", "no-headers", "show-labels", "show-kind", "show-managed-fields", "previous", "timestamps"),
        *("ignore-not-found", "list", "quiet", "containers", "namespaced", "recursive", "all-containers", "prefix"),
        *("client", "sum", "show-capacity"),
    }
)
_SHORT_WITH_VALUE, _SHORT_ALONE = "nlocL", "ApqR"
_OUTPUTS = frozenset(
    {*("json", "yaml", "name", "wide", "jsonpath", "jsonpath-as-json", "custom-columns", "go-template")}
)


def refuse_more_than_a_look(argv: Sequence[str]) -> None:
    """Raise ValueError where kubectl, the first word, would do more than to look at its cluster."""
    plain = list(_without_options(argv[1:]))
    verb, then = [*plain, "", ""][:2]
    if verb not in _VERBS:
        raise ValueError(f"in the cluster kubectl may only look: {', '.join(sorted(_VERBS))}; not `{verb}`")
    if _VERBS[verb] and then not in _VERBS[verb]:
        raise ValueError(f"in the cluster `kubectl {verb}` may only {' or '.join(sorted(_VERBS[verb]))}")


def _without_options(words: Sequence[str]) -> Iterator[str]:
    waiting = iter(words)
    for word in waiting:
        if not word.startswith("-"):
            yield word
            continue
        name, value = _option(word)
        if value is None and name in _WITH_VALUE:
            value = next(waiting, "")
        value = value or ""
        if name == "output" and value.partition("=")[0] not in _OUTPUTS:
            raise ValueError(f"in the cluster kubectl has no output `{value}`")
        if name == "raw" and not value.startswith("/"):
            raise ValueError(f"in the cluster kubectl asks for a path, not for `{value}`")


def _option(word: str) -> tuple[str, str | None]:
    """Return an option's long name and its value, None where that would be the next word; raises ValueError."""
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        if name in _WITH_VALUE or (name in _ALONE and value in {"", "true", "false"}):
            return name, value if equals else None
    elif word[1:2] in _SHORT_WITH_VALUE and word[1:]:
        return {"n": "namespace", "l": "selector", "o": "output", "c": "container"}.get(word[1], "label-columns"), (
            word[2:].removeprefix("=") or None
        )
    elif len(word) == 2 and word[1] in _SHORT_ALONE:  # noqa: PLR2004 - a dash and a letter
        return word[1], None
    raise ValueError(f"in the cluster kubectl takes no `{word}`")
