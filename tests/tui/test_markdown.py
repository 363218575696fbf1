"""What packs write is Markdown: its lines flow, its signs are not shown, and nothing in it reaches the terminal."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from textual.content import Content

from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.tui.markdown import inline

from .conftest import OpenApp
from .fakes import ROWS, TASKS, FakePractice

HINTS = (
    "Use `mkdir\n-p`, **not** [a link](https://example.org).\n\n- one\n- two\n",
    "An open fence:\n\n```bash\necho never closed",
    "The last one.",
)


def output(practice: FakePractice, **output: str) -> None:
    """Have a check answer with this."""
    practice.rows = [msgspec.structs.replace(ROWS[1], **{"message": "", "expected": "", "found": "", **output})]


async def test_a_hint_is_shown_as_markdown(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], hints=HINTS),)
    async with open_app((120, 40)) as user:
        await user.lead("h")
        await user.until_sees("Use mkdir -p, not a link")
        await user.until_sees("(https://example.org).")
        await user.until_sees("• one")


async def test_what_a_hint_leaves_open_ends_with_it(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], hints=HINTS),)
    async with open_app((120, 60)) as user:
        for _ in HINTS:
            await user.lead("h")
        await user.until_sees("The last one.")
        assert user.sees("echo never closed")
        assert user.sees("hint 3 of 3")
        assert not user.sees("**")


async def test_a_new_hint_is_brought_to_sight_from_its_first_line(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], prompt="paragraph\n\n" * 40, hints=("word " * 200, "word " * 200)),)
    async with open_app((80, 24)) as user:
        for number in (1, 2):
            await user.lead("h")
            await user.until(lambda: f"hint {number} of 2" in "".join(user.shown()[2:4]))  # noqa: B023 - awaited here


async def test_the_lines_of_a_prompt_flow(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], prompt="One line\nand the next\none."),)
    async with open_app() as user:
        await user.until_sees("One line and the next one.")


async def test_a_long_line_of_code_is_wrapped(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], prompt=f"```bash\necho {'word ' * 20}the-end\n```\n"),)
    async with open_app() as user:
        await user.until_sees("the-end")


async def test_a_character_reference_lets_no_character_in_that_a_prompt_may_not_have(
    open_app: OpenApp, practice: FakePractice
) -> None:
    sly = "seen &#8238;here&#x9b;31m &#x202e;`&#8238;`"
    practice.pack = (replace(TASKS[0], prompt=sly, hints=(sly,)),)
    output(practice, message=sly, expected="another")
    async with open_app() as user:
        await user.lead("h")
        await user.lead("c")
        await user.until(lambda: "".join(user.shown()).count("seen here") == 3)
        assert "".join(user.shown()).isprintable()


async def test_what_the_pack_says_of_a_failure_is_markdown_and_what_was_found_is_not(
    open_app: OpenApp, practice: FakePractice
) -> None:
    output(practice, message="`app.conf` is\n**not** [it](https://example.org)", expected="`a` **b**", found="*.txt")
    async with open_app((140, 36)) as user:
        await user.lead("c")
        await user.until_sees("app.conf is not it")
        assert user.sees("expected `a` **b**")
        assert user.sees("found    *.txt")


async def test_what_the_pack_hides_is_not_shown_and_its_words_are_markdown(
    open_app: OpenApp, practice: FakePractice
) -> None:
    output(practice, message="`app.conf` is **not** it", found="41")
    async with open_app((140, 36)) as user:
        await user.lead("c")
        await user.until_sees("app.conf is not it")
        assert not user.sees("expected")
        assert user.sees("found    41")


async def test_why_a_check_could_not_run_is_shown_as_it_is(open_app: OpenApp, practice: FakePractice) -> None:
    output(practice, message="no `x` in **y**")
    practice.rows = [msgspec.structs.replace(row, verdict=Verdict.ERROR) for row in practice.rows]
    async with open_app((140, 36)) as user:
        await user.lead("c")
        await user.until_sees("no `x` in **y**")


async def test_what_was_expected_and_found_is_reported_once(open_app: OpenApp, practice: FakePractice) -> None:
    output(practice, message="expected 0700, found 0755", expected="0700", found="0755")
    async with open_app() as user:
        await user.lead("c")
        await user.until_sees("expected 0700")
        assert not user.sees("expected 0700, found 0755")
        assert user.sees("found    0755")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb  \nc", "a b\nc"),
        ("`[bold]x[/]` <b>y</b> &amp; \\*", "[bold]x[/] <b>y</b> & *"),
        ("**a *b* `c`** ~~d~~ ![e](f)", "a b c d e"),
        ("\x1b]0;title\x07plain", "plain"),
        ("", ""),
    ],
)
def test_signs_become_styles(text: str, shown: str) -> None:
    assert str(inline(text)) == shown


def test_styles_stand_where_the_signs_were() -> None:
    bold = Content.styled("a", "bold")
    assert inline("**a**") == bold
    assert inline("\\*\\*a\\*\\*") != bold
