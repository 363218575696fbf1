"""What the store forgets: past sessions that are too old or too many, and that neither history nor drill needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice

from tempshell_cli.core.config import History
from tempshell_cli.core.units import parse_duration
from tempshell_cli.sessions.store import Store

# A task leaves the last of drill's five boxes after as many good sessions: what was before them changes nothing.
OUTCOMES = 5
_AT_ONCE = 200  # sessions: some 10 ms of a start


def prune(store: Store, keep: History, now: datetime, most: int = _AT_ONCE) -> int:
    """Forget past sessions beyond the settings, ``most`` at once; return how many that were.

    A session in which something was graded is kept, regardless of the settings, as long as a task of it has fewer than
    OUTCOMES newer outcomes: ``drill`` goes by these.
    """
    with store.transaction():
        plain = store.past(now, graded=False, since=now - parse_duration(keep.keep), most=keep.most)
        gone = list(islice(plain, most))
        graded = store.past(now, graded=True, since=now - parse_duration(keep.keep_graded), most=keep.most_graded)
        if old := list(graded):
            needed = _needed(store.outcomes())
            gone += [one for one in old if one not in needed][: most - len(gone)]
        store.forget(gone)
    return len(gone)


def _needed(outcomes: Iterable[tuple[str, str, str]]) -> Collection[str]:
    """Return the sessions of the newest outcomes of each task; an added pack's name stands before an ``@``."""
    seen: Counter[tuple[str, str]] = Counter()
    needed = set()
    for pack, task, session in outcomes:
        card = (pack.partition("@")[0], task)
        seen[card] += 1
        if seen[card] <= OUTCOMES:
            needed.add(session)
    return needed
