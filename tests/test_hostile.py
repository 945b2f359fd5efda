"""Any bytes are records or refused, whatever they are; any record is kept and given back as it was."""

import json
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounting import unaccounted
from asked import made, told
from conftest import Run
from hostile import body, links
from material import articles_of, dump
from mutants import TOKENS
from newsarc.article import Article, from_line
from newsarc.errors import SourceError
from strategies import Dump, articles, dumps, steady


def check_read_or_refused(data: bytes) -> None:
    """Read bytes: there are sound records that leave no character out, or there is a SourceError."""
    try:
        articles = articles_of(data)
    except SourceError:
        return
    assert articles
    if data[-3:].isascii():  # else a letter may be cut there
        assert unaccounted(data, articles) == ""
    for article in articles:
        line = article.line()
        assert b"\n" not in line
        assert b"\\u0000" not in line
        assert from_line(line) == article


@settings(steady, max_examples=300)
@given(st.binary(max_size=400) | st.lists(st.sampled_from(TOKENS) | st.binary(max_size=8), max_size=30).map(b"".join))
@example(b"\xff\xfe\x00")
@example(b"\xff\xfe\x00\xd8")
@example(b"1.1.2020 - 1:11:11")
@example(b"\xef\xbb\xbf" + dump().replace(b"Die Arbeiten", b"\xff" * 300) + b"\n" + dump("Anderer Turm"))
@example(body("\0\n\nDie Arbeit ruht."))
@example(body("x\n\n\ufeff\0\ufeff\n\nDie Arbeit ruht."))
@example(links(f"Turm leuchtet am 9.{' ' * 80}November. Ja. (Sport, 07.06.2023 - 09:05) weiterlesen...\n\n"))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    check_read_or_refused(data)


@settings(steady, max_examples=200)
@given(dumps(), st.sampled_from("ABC"), st.data())
def test_a_dump_cut_anywhere_is_read_or_refused(story: Dump, layout: str, data: st.DataObject) -> None:
    whole = story.text(layout).encode()
    check_read_or_refused(whole[: data.draw(st.integers(0, len(whole)))])


EXAMPLES = 1_000
EXAMPLES_IN_FULL = 10_000
COUNTED = ("version", "revision", "archived")
"""What the archive says itself."""


def test_any_record_is_kept_exported_and_kept_again_as_it_was(run: Run, tmp_path: Path, full: bool) -> None:
    wanted: list[Article] = []

    @settings(steady, max_examples=EXAMPLES_IN_FULL if full else EXAMPLES)
    @given(articles(), st.text())
    def collect(article: Article, text: str) -> None:
        wanted.append(article.model_copy(update={"id": f"{text}:{len(wanted)}"}))

    collect()
    assert len(wanted) >= EXAMPLES
    exported = exported_of(wanted, tmp_path / "archive", run)
    again = exported_of([from_line(line) for line in exported], tmp_path / "again", run)
    for lines in (exported, again):
        found = {record["id"]: record for record in map(told_of, lines)}
        assert found == {article.id: told_of(article.line()) for article in wanted}


def exported_of(records: list[Article], root: Path, run: Run) -> list[str]:
    """Archive records, and export them by the command."""
    told(made(root, rotate_at=1 << 20), records)
    done = run("list", "--all", "--output", "jsonl", "--archive", root)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


def told_of(line: str | bytes) -> dict[str, Any]:
    """Return what a line says of the article, without what the archive says of it."""
    record: dict[str, Any] = json.loads(line)
    assert len(record) == len(Article.model_fields)
    return {name: value for name, value in record.items() if name not in COUNTED}
