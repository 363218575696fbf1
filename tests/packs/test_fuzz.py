"""Whatever a pack is made of, it is loaded or refused: nothing but PackProblem ever comes out."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.packs.library.find import find_pack

from .drafts import MANIFEST, TASK, Draft, refusal_of

WORDS = sorted({word.strip("{}[],:-") for word in f"{MANIFEST} {TASK}".split()} | {"regex", "retry", "for", "json"})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(WORDS)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner), max_leaves=20
)


def load(manifest: bytes, task: bytes) -> None:
    """Load a pack made of these; a refusal is one line and a hint, and carries nothing to the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Draft.made_in(Path(folder))
        draft.write("pack.yaml", manifest)
        draft.write("tasks/one.md", task)
        refusal = refusal_of(draft.load)
    assert refusal.count("\n") <= 1
    assert "\x1b" not in refusal


@given(st.binary(), st.binary())
def test_any_bytes(manifest: bytes, task: bytes) -> None:
    load(manifest, task)
    load(MANIFEST.encode(), task)


@given(st.data())
def test_a_good_pack_with_a_piece_replaced(data: st.DataObject) -> None:
    """Cut a piece out of a good file and put anything in its place."""
    text = data.draw(st.sampled_from([MANIFEST, TASK]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    piece = data.draw(st.text(max_size=20) | st.sampled_from(WORDS))
    spoilt = f"{text[:start]}{piece}{text[end:]}".encode()
    load(*((spoilt, TASK.encode()) if text == MANIFEST else (MANIFEST.encode(), spoilt)))


@given(DATA, DATA)
def test_any_data_in_the_place_of_the_schemas(manifest: object, task: object) -> None:
    """JSON is YAML, nearly: so any data at all reaches the typed model."""
    load(json.dumps(manifest).encode(), TASK.encode())
    load(MANIFEST.encode(), f"---\n{json.dumps(task)}\n---\nPrompt\n".encode())


@given(st.text())
def test_any_name_is_found_or_refused(name: str) -> None:
    assert "\x1b" not in refusal_of(lambda: find_pack(name))
