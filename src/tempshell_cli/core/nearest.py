"""What a person has meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 80  # characters; difflib takes seconds for a word of thousands
_LIKENESS = 0.65  # of 1; at difflib's 0.6 "junit" is like "quiet"
_MOST_WORDS = 20


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the question after the known word that is spelt most like this one, or begins with it; "" for none."""
    import difflib  # noqa: PLC0415 - only for a misspelt word

    words = {it.lstrip("-"): it for it in sorted(known)}  # the dashes of options would make all of them alike
    bare = word.lstrip("-")[:_LONGEST]
    close = difflib.get_close_matches(bare, words, 3, _LIKENESS)
    close.sort(key=lambda it: sorted(it) != sorted(bare))  # of those as near, letters that were swapped
    close = close or [it for it in words if bare and it.startswith(bare)]
    return f"did you mean `{words[close[0]]}`?" if close else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint, "did you mean `x`?", or the known words where none is near; "" where there are none."""
    words = sorted(known)
    more = ", …" if len(words) > _MOST_WORDS else ""
    return did_you_mean(word, words) or (f"known: {', '.join(words[:_MOST_WORDS])}{more}" if words else "")
