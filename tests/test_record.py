"""Our own records come back as they went out, so that archives can be merged and moved."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from conftest import Run
from material import SAMPLES, dump
from mutilated import hurt
from newsarc.article import Article, from_line
from newsarc.encoding import tidy
from newsarc.errors import SourceError, UnsupportedFormat
from newsarc.formats import record, sniff
from newsarc.source import from_bytes
from newsarc.strictjson import unescaped
from strategies import articles, steady

RECORD = {"schema": "newsarc/1", "id": "urn:windau:1", "headline": "Turm"}


def read(*lines: Any) -> list[Article | SourceError]:
    return list(record.parse(from_bytes("\n".join(json.dumps(line) for line in lines).encode(), "x")))


def plain(article: Article) -> Article:
    return article.model_copy(update={"origin": None, "archived": None})


@steady
@given(articles())
def test_any_record_comes_back_as_it_went_out(article: Article) -> None:
    source = from_bytes(article.line() + b"\n", "x")
    (found,) = record.parse(source)
    assert isinstance(found, Article)
    assert plain(found) == plain(from_line(tidy(unescaped(article.line().decode()))))
    assert found.archived is None
    assert found.origin
    assert (found.origin.name, found.origin.format, found.origin.sha256) == ("x", "newsarc", source.sha256)


def test_a_segment_of_an_archive_and_its_list_are_read_alike(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(dump() + b"\n---\n\n" + dump("Windau feiert", "06.06.2023 - 10:00:00"))
    run("ingest", "dump.txt", "--category", "Umwelt")
    (segment,) = (tmp_path / "archive" / "articles").iterdir()
    (tmp_path / "list.jsonl").write_text(run("list").stdout, encoding="utf-8")
    ways = []
    for source in (segment, tmp_path / "list.jsonl"):
        other = str(tmp_path / source.stem)
        assert "2 new" in run("ingest", source, NEWSARC_ARCHIVE=other).stderr
        ways.append([json.loads(line) for line in run("list", NEWSARC_ARCHIVE=other).stdout.splitlines()])
    assert [part["category_by"] for part in ways[0]] == ["user", "user"]
    for part in (*ways[0], *ways[1]):
        del part["origin"], part["archived"]
    assert ways[0] == ways[1]
    assert "2 unchanged" in run("ingest", tmp_path / "list.jsonl").stderr


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"headline": 5}, "headline"),
        ({"body": "Text"}, "body"),
        ({"body": [{"kind": "song", "text": "la"}]}, "body.0.kind"),
        ({"status": None}, "status"),
        ({"published": "gestern"}, "published"),
        ({"published": "0001-01-01T00:00:00+14:00"}, "published"),
        ({"published": "2025-03-12T14:30:05"}, "published"),
        ({"version": 0}, "version"),
        ({"version": 2**63}, "version"),
        ({"revision": "x"}, "revision"),
        ({"category_confidence": 2}, "category_confidence"),
        ({"keywords": [None]}, "keywords.0"),
        ({"schema": None}, "no schema"),
        ({"schema": 1}, "no schema"),
    ],
)
def test_a_line_that_is_no_record_is_a_fault_and_the_rest_goes_on(wrong: dict[str, Any], why: str) -> None:
    found = read(RECORD, RECORD | wrong, RECORD)
    assert [isinstance(part, Article) for part in found] == [True, False, True]
    assert isinstance(found[1], SourceError)
    assert why in found[1].why
    assert found[1].where == f"x at byte {len(json.dumps(RECORD)) + 1}"


@pytest.mark.parametrize("schema", ["newsarc/2", "newsarc/10", "newsarc/1.1", "newsarc/"])
def test_a_record_of_another_number_is_refused_by_name(schema: str) -> None:
    line = json.dumps(RECORD | {"schema": schema}).encode()
    assert sniff(from_bytes(line, "x")) is record
    (found,) = record.parse(from_bytes(line, "x"))
    assert isinstance(found, UnsupportedFormat)
    assert f"a record of {schema}, and this newsarc reads newsarc/1" in str(found)


def test_lone_surrogates_and_controls_do_no_harm() -> None:
    (found,) = read(RECORD | {"headline": "Turm \ud800\0", "lead": "\udfff"})
    assert isinstance(found, Article)
    assert (found.headline, found.lead) == ("Turm \ufffd", "\ufffd")


def test_hurt_bytes_give_records_or_faults() -> None:
    data = (SAMPLES / "newsarc" / "segment.ndjson").read_bytes()
    for mutant in hurt(data, 5, 300):
        if mutant.strip():
            for found in record.parse(from_bytes(mutant, "x")):
                assert not isinstance(found, Article) or found.line()
