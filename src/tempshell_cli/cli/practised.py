"""What can be practised, and what was: read behind the home screen, since it imports and reads much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.library.find import find_pack, list_packs
from tempshell_cli.sessions.drill import attempts, cards, still_there
from tempshell_cli.sessions.history import Past, past_practice
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.tui.home.port import DrillEntry, PackEntry, PastEntry


class Practised:
    """The packs, each read once, and the past of a user."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._find = cache(find_pack)

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield fields of a HomeView as they are found out: the past, the drills, the packs."""
        past = past_practice(self._sessions, find=self._find)
        yield {"past": [_entry(one) for one in reversed(past)]}
        now = self._sessions.clock.now()
        due: dict[str, list[str]] = {}
        for card in still_there(cards(attempts(self._sessions, past)), self._find):
            if card.due <= now:
                due.setdefault(card.pack, []).append(card.task)
        yield {"drills": [DrillEntry(pack, tasks) for pack, tasks in due.items()]}
        yield {"packs": [self._pack(name, past) for name in list_packs()]}

    def _pack(self, name: str, past: Sequence[Past]) -> PackEntry:
        try:
            pack = self._find(name)
        except PackProblem as problem:
            return PackEntry(name, problem=str(problem))
        reports = [one.report for one in past if one.name == name and one.report]
        passed = {task.task for report in reports for task in report.score.tasks if task.verdict == "pass"}
        return PackEntry(
            name,
            pack.head.title,
            len(pack.tasks),
            len(passed & {task.id for task in pack.tasks}),
            pack.head.sandbox.backends,
            list(pack.head.domains),
        )


def _entry(one: Past) -> PastEntry:
    score = one.report.score if one.report else None
    result = one.problem
    if one.report and score:
        kind = (", exam" if one.report.exam else "") + (", incomplete" if score.incomplete else "")
        result = f"{score.percent:g} %{kind}"
    return PastEntry(
        id=one.session.id,
        name=one.session.name,
        pack=one.pack,
        started=one.session.created,
        result=result,
        done=score.done if score else 0,
        tasks=len(score.counted) if score else 0,
        spent=one.spent,
    )
