"""What inspect tells is what the reading did: every line of every dump has its place, and the record agrees."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from material import NOON, SAMPLES, articles_of, dump
from newsarc.dumps.tracing import Trace
from newsarc.errors import SourceError
from newsarc.formats import FORMATS, portal
from newsarc.ingest import Reading
from newsarc.inspecting import KEYS, Inspected, inspect
from newsarc.source import find, from_bytes

DUMPS = sorted(path for path in (SAMPLES / "portal").glob("*.txt"))
EVERY = sorted(
    path
    for known in FORMATS
    for path in (SAMPLES / known.NAME.replace("record", "newsarc")).glob("*.*")
    if path.suffix not in (".jsonl", ".error")
)


def told(path: Path, how: Reading | None = None) -> list[Inspected]:
    return list(inspect(find([str(path)]), how or Reading(now=NOON)))


def reports(path: Path) -> list[dict[str, Any]]:
    return [one.report for one in told(path) if one.report]


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.name)
def test_a_traced_reading_reads_the_same_and_places_every_line_of_a_dump(path: Path) -> None:
    source = from_bytes(path.read_bytes(), path.name)
    pairs = list(portal.traced(source))
    assert [article for article, _ in pairs] == list(portal.parse(source))
    for article, trace in pairs:
        notes = trace.notes
        assert [note.rule for note in notes if not note.rule] == []  # nothing is left without a word
        assert all(before.last == after.first for before, after in pairwise(notes))
        by_field: dict[str, list[str]] = {}
        for note in notes:
            by_field.setdefault(note.field, []).append(note.text)
        assert by_field.get("headline", [None]) == [article.headline]
        assert by_field["published_text"] == [article.published_text]
        assert sorted(by_field.get("unparsed", [])) == sorted(article.unparsed)
        for number, block in enumerate(article.body):
            assert [text.removeprefix("•").strip() for text in by_field[f"body[{number}]"]] == [block.text]
        for number, link in enumerate(article.related):
            assert by_field[f"related[{number}]"] == [link.text]
        assert f"body[{len(article.body)}]" not in by_field
        assert f"related[{len(article.related)}]" not in by_field
        assert (trace.layout_name is None) or (article.headline is None) == (trace.layout_name == "C")


@pytest.mark.parametrize("path", EVERY, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_report_of_every_sample_has_all_keys_and_agrees_with_the_record(path: Path) -> None:
    try:
        articles = articles_of(path.read_bytes(), str(path)) if path.suffix != ".gz" else []
    except SourceError:
        articles = []
    found = [report for report in reports(path) if report["story"]]
    assert all(tuple(report) == KEYS for report in found)
    for report, article in zip(found, articles, strict=bool(articles)):
        assert (report["id"], report["category"]) == (article.id, article.category)
        assert report["unparsed"] == list(article.unparsed)
        assert [one["code"] for one in report["warnings"]] == list(article.warnings)
        assert [link["title"] for link in report["related"]] == [link.title for link in article.related]
        said = {block["field"] for block in report["blocks"]}
        assert not article.headline or "headline" in said
        json.dumps(report)


def test_a_block_names_the_line_of_the_source_it_begins_in(tmp_path: Path) -> None:
    path = tmp_path / "two.txt"
    path.write_bytes(b"\n\n" + dump() + b"\n---\n\n" + dump("Brand in Windau", "06.06.2023 - 10:00:00"))
    lines = path.read_text(encoding="utf-8").splitlines()
    first, second = reports(path)
    assert second["line"] > first["line"]
    for report in (first, second):
        for block in report["blocks"]:
            if block["lines"]:
                begin, end = block["lines"]
                assert [line for line in lines[begin - 1 : end] if line] == block["source"].split("\n")
    assert [block["rule"] for block in first["blocks"] if block["field"] is None] == ["a rule between two dumps"]


def test_what_is_repaired_is_shown_as_it_came_and_as_it_was_read() -> None:
    [report] = reports(SAMPLES / "portal" / "damaged-cp852.txt")
    assert report["repairs"] == ["cp852"]
    headline = next(block for block in report["blocks"] if block["field"] == "headline")
    assert headline["source"].startswith("K├╝ste")
    assert headline["text"].startswith("Küste")
    [date] = report["dates"]
    assert (date["text"], date["moment"]) == ("03.09.2025 – 15:08:54", "2025-09-03T15:08:54+02:00")
    assert date["form"] == "05.06.2023 - 14:20:11"


def test_an_inferred_category_names_the_words_that_decided() -> None:
    report = reports(SAMPLES / "portal" / "three-dumps-with-rules.txt")[0]
    assert (report["category"], report["category_by"]) == ("Sport", "inferred")
    assert {word["category"] for word in report["category_words"]} == {"Sport"}
    assert "Handballerinnen" in [word["word"] for word in report["category_words"]]


def test_where_a_title_ends_is_told_with_its_rule() -> None:
    links = reports(SAMPLES / "portal" / "damaged-cp852.txt")[0]["related"]
    assert [link["title_confidence"] for link in links] == ["low", "high", "high"]
    assert links[0]["title_rule"] == "a sentence begins again at 'Auf'"
    assert links[1]["title_rule"] == "its first sentence; the last one begins the teaser"


@pytest.mark.parametrize("name", ["iptc7901/private-without-notepad.txt", "nitf/full.xml", "digitalwires/full.json"])
def test_what_is_not_for_publication_is_told_by_its_length_alone(name: str) -> None:
    path = SAMPLES / name
    found = reports(path)
    private = [block for report in found for block in report["blocks"] if block["rule"] == "not for publication"]
    assert private
    assert all(block["source"].startswith("[left out, ") for block in private)
    assert "030 555" not in json.dumps(found)


def test_a_text_is_found_in_its_line_whatever_escapes_and_blanks_are_between(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '{"uri": "urn:x:1",\n "versioncreated": "2024-05-03T10:00:00+02:00",\n "type": "text",\n'
        ' "headline": "T\\u00fcrme \\"neu\\"\\n gestrichen"}',
        encoding="utf-8",
    )
    [report] = reports(path)
    headline = next(block for block in report["blocks"] if block["field"] == "headline")
    assert (headline["lines"], headline["rule"], report["exact"]) == ([4, 4], "found word for word", False)


def test_a_listener_that_is_told_again_keeps_the_last_word() -> None:
    [(_, trace)] = portal.traced(from_bytes((SAMPLES / "portal" / "layout-c-with-dateline.txt").read_bytes(), "c"))
    assert isinstance(trace, Trace)
    [lead] = [note for note in trace.notes if note.field == "lead"]
    assert "dateline" in lead.rule
