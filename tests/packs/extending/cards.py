"""Decks of flash cards: each card is a question, and the learner writes the answer to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.file import FileState
from tempshell_cli.packs.checks.matching import TextMatch
from tempshell_cli.packs.format.model import PackHead, TaskHead
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.importers.base import Listed
from tempshell_cli.packs.reading.decode import decode
from tempshell_cli.packs.reading.document import read_document
from tempshell_cli.packs.reading.fields import Id, Strict
from tempshell_cli.packs.reading.tree import digest, has_file, read_text, read_tree

MAX_DECK = 64 * 1024  # bytes


class Card(Strict, frozen=True, kw_only=True):
    """A question, and the answer that is right."""

    id: Id
    question: str
    answer: str


class Deck(Strict, frozen=True, kw_only=True):
    """``cards.yaml``."""

    id: Id
    title: str
    cards: tuple[Card, ...]


class CardsImporter:
    """Reads decks."""

    name = "flash cards"
    main_file = "cards.yaml"

    def recognizes(self, root: Path) -> bool:
        """Return whether there is a ``cards.yaml``."""
        return has_file(root, self.main_file)

    def load(self, root: Path) -> Pack:
        """Read a deck; raises PackProblem, with file and line."""
        files = read_tree(root)
        text = read_text(files, root, self.main_file, MAX_DECK)
        deck = decode(read_document(text, source=str(root / self.main_file)), Deck)
        tasks = tuple(_task(card) for card in deck.cards)
        head = PackHead(
            format=1,
            id=deck.id,
            version="1",
            title=deck.title,
            license="not stated",
            tasks=tuple(task.id for task in tasks),
        )
        return Pack(head, tasks, root, digest(files))

    def packs_in(self, root: Path) -> Sequence[Listed]:
        """Return no packs: decks come one by one."""
        del root
        return ()


def _task(card: Card) -> Task:
    file = f"{card.id}.txt"
    right = Check(id="answer", file=FileState(path=file, text=TextMatch(equals=card.answer)))
    head = TaskHead(id=card.id, title=card.question, checks=(right,))
    return Task(head, f"{card.question}\n\nWrite the answer to `{file}`.", {})
