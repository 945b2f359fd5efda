"""newsarc links, duplicates and list --unique at the command line: every output, every refusal."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conftest import Run
from linked import Told, dump, told
from material import articles_of

A, B, C, D = (told(number) for number in range(4))
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def id_of(story: Told) -> str:
    return articles_of(dump(story))[0].id


@pytest.fixture
def web(run: Run, tmp_path: Path) -> Run:
    """Archive A that names B, D and itself, B that names A, and a copy of B; D never comes."""
    copy = dump(B, headline="Portal meldet: Sommer", date="20.06.2025 - 08:00:00")
    for number, data in enumerate((dump(A, [B.link, D.link, A.link]), dump(B, [A.filed("Kultur").link]), copy)):
        (tmp_path / f"{number}.txt").write_bytes(data)
        assert run("ingest", f"{number}.txt").returncode == 0
    return run


def rows(run: Run, *words: str) -> list[dict[str, Any]]:
    done = run(*words)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_link_of_a_story_is_an_edge(web: Run) -> None:
    found = rows(web, "links", id_of(A))
    assert [(edge["direction"], edge["id"], edge["archived"], edge["linked_category"]) for edge in found] == [
        ("out", id_of(B), True, "Sport"), ("out", None, False, "Sport"), ("out", id_of(A), True, "Sport"),
        ("in", id_of(B), True, "Kultur"), ("in", id_of(A), True, "Sport"),
    ]  # fmt: skip
    assert {edge["of"] for edge in found} == {id_of(A)}
    assert list(found[0]) == [
        "direction", "id", "title", "published", "category", "archived", "linked_category", "candidates", "of",
    ]  # fmt: skip
    assert found[1]["title"] == D.headline


def test_ids_come_from_a_pipe_or_are_beginnings(web: Run) -> None:
    short = id_of(B).removeprefix("portal:")[:6]
    assert rows(web, "links", short) == rows(web, "links", id_of(B))
    piped = web("links", "-", stdin=f"{id_of(A)}\n{id_of(B)}\n".encode())
    assert len(piped.stdout.splitlines()) == 7


def test_a_graph_holds_every_story_once(web: Run) -> None:
    ids = f"{id_of(A)}\n{id_of(B)}\n".encode()
    graph = ET.fromstring(web("links", "-", "--output", "graphml", stdin=ids).stdout)  # noqa: S314 - our own
    nodes = {node.get("id"): node for node in graph.iter(f"{GRAPHML}node")}
    assert {name for name in nodes if name and name.startswith("portal:")} == {id_of(A), id_of(B)}
    assert len(nodes) == 3
    edges = {(edge.get("source"), edge.get("target")) for edge in graph.iter(f"{GRAPHML}edge")}
    assert edges >= {(id_of(A), id_of(B)), (id_of(B), id_of(A)), (id_of(A), id_of(A))}
    assert len(edges) == 4
    drawn = web("links", "-", "--output", "dot", stdin=ids).stdout
    assert drawn.startswith("digraph newsarc {\n")
    assert drawn.endswith("}\n")
    assert len(re.findall(r'^  "[^"]+" -> "[^"]+"', drawn, re.MULTILINE)) == 4
    assert "style=dashed" in drawn


def test_a_headline_is_text_in_every_graph(run: Run, tmp_path: Path) -> None:
    evil = A._replace(headline='Tor "]; x -> y [label="' + "</data><node id='1'/> & \x1b[31m\u202e\x9b mehr")
    (tmp_path / "a.txt").write_bytes(dump(evil, [B._replace(headline='B "<&> \\" Titel und mehr Wörter').link]))
    run("ingest", "a.txt")
    [name] = run("list", "--output", "ids").stdout.split()
    graph = ET.fromstring(run("links", name, "--output", "graphml").stdout)  # noqa: S314 - our own
    assert len(list(graph.iter(f"{GRAPHML}node"))) == 2
    assert "\u202e" in next(data.text or "" for data in graph.iter(f"{GRAPHML}data"))
    assert not re.search("[\x1b\x9b\u202e]", run("links", name, "--output", "graphml").stdout)
    drawn = run("links", name, "--output", "dot").stdout
    assert len(drawn.splitlines()) == 6
    assert "\x1b" not in drawn
    assert not re.search(r'(?<!\\)"\]; x', drawn)


def test_tables_say_why_there_is_no_id(web: Run) -> None:
    shown = web("links", id_of(A), "--output", "table").stdout
    assert "not archived" in shown
    [_, *lines] = csv.reader(io.StringIO(web("links", id_of(A), "--output", "csv").stdout))
    assert len(lines) == 5


def test_what_is_missing_is_named(web: Run) -> None:
    [one] = rows(web, "links", "--missing")
    assert one == {
        "title": D.headline, "category": "Sport", "published": "2025-06-04T00:21:00+02:00", "named": 1,
        "named_by": id_of(A),
    }  # fmt: skip
    assert rows(web, "links", "--missing", "--category", "kultur") == []
    assert rows(web, "links", "--missing", "--until", "2025-06-03") == []
    assert len(rows(web, "links", "--missing", "--since", "2025-06-04", "--limit", "1")) == 1


def test_copies_are_listed_and_one_stands_for_them(web: Run) -> None:
    [pair] = rows(web, "duplicates")
    assert (pair["relation"], pair["of"], pair["similarity"] > 0.8) == ("same_as", id_of(B), True)
    assert rows(web, "duplicates", "--relation", "update_of") == []
    assert [row["id"] for row in rows(web, "list", "--unique")] == [id_of(B), id_of(A)]
    assert web("list", "--unique", "--count").stdout == "2\n"
    assert [row["id"] for row in rows(web, "list", "--unique", "--since", "2025-06-20")] == [pair["id"]]
    assert [row["id"] for row in rows(web, "list", "--unique", "--limit", "1", "--order", "oldest")] == [id_of(A)]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("links",), 2, "it takes ids, or --missing"),
        (("links", "--missing", "x"), 2, "it takes ids, or --missing"),
        (("links", "portal:ffff"), 3, "no such article (portal:ffff)"),
        (("links", "x", "--output", "graphm"), 2, "did you mean graphml?"),
        (("duplicates", "--relation", "same"), 2, "did you mean same_as?"),
        (("duplicates", "--output", "ids"), 2, "no such output form"),
    ],
)
def test_what_is_refused(web: Run, words: tuple[str, ...], code: int, said: str) -> None:
    done = web(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_archive_and_an_empty_one(run: Run, tmp_path: Path) -> None:
    for words in (("links", "--missing"), ("duplicates",), ("list", "--unique"), ("links", "x")):
        assert run(*words).returncode == 3
    (tmp_path / "a.txt").write_text("kein Artikel", encoding="utf-8")
    run("ingest", "a.txt")
    for words in (("links", "--missing"), ("duplicates",), ("list", "--unique")):
        assert rows(run, *words) == []


def test_a_story_that_may_not_be_shown_points_nowhere(run: Run, tmp_path: Path) -> None:
    lines = []
    for story, status in ((A, "canceled"), (B, "usable"), (C, "withheld")):
        [article] = articles_of(dump(story, [B.filed("Kultur").link]))
        lines.append(article.model_copy(update={"status": status}).line().decode())
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    run("ingest", "a.jsonl")
    done = run("links", id_of(A))
    assert (done.returncode, done.stdout) == (3, "")
    assert [edge["id"] for edge in rows(run, "links", id_of(B)) if edge["direction"] == "in"] == [id_of(B)]
    shown = [edge["id"] for edge in rows(run, "links", id_of(B), "--all") if edge["direction"] == "in"]
    assert sorted(shown) == sorted(map(id_of, (A, B, C)))


def test_copies_of_what_was_erased_are_still_one_story(web: Run, tmp_path: Path) -> None:
    """Their earlier one is gone, and so is what they have in common with it."""
    (tmp_path / "3.txt").write_bytes(dump(B, headline="Später gemeldet", date="21.06.2025 - 08:00:00"))
    assert web("ingest", "3.txt").returncode == 0
    copies = [row["id"] for row in rows(web, "duplicates")]
    assert len(copies) == 2
    assert web("erase", id_of(B), "--reason", "Urteil", "--yes").returncode == 0
    assert [(row["id"], row["of"], row["similarity"]) for row in rows(web, "duplicates")] == [
        (name, id_of(B), None) for name in copies
    ]
    assert [row["id"] for row in rows(web, "list", "--unique")] == [copies[-1], id_of(A)]
    assert web("duplicates", "--output", "table").returncode == 0


def test_links_without_a_title_are_several(run: Run, tmp_path: Path) -> None:
    [article] = articles_of(dump(A, [B.link]))
    [link] = article.related
    bare = {"title": None, "teaser": None, "published": None, "published_text": None}
    urls = ("https://a.example/1", "https://a.example/2")
    related = tuple(link.model_copy(update={**bare, "text": f"mehr {url[-1]}", "url": url}) for url in urls)
    (tmp_path / "a.jsonl").write_bytes(article.model_copy(update={"related": related}).line())
    run("ingest", "a.jsonl")
    assert [edge["title"] for edge in rows(run, "links", article.id)] == ["mehr 1", "mehr 2"]
    graph = ET.fromstring(run("links", article.id, "--output", "graphml").stdout)  # noqa: S314 - our own
    assert {node.get("id") for node in graph.iter(f"{GRAPHML}node")} == {article.id, "mehr 1", "mehr 2"}


def test_an_index_that_is_gone_changes_no_answer(web: Run, tmp_path: Path) -> None:
    asked = [("links", id_of(A)), ("links", "--missing"), ("duplicates",), ("list", "--unique")]
    before = [web(*words).stdout for words in asked]
    [database] = (tmp_path / "archive" / "index").glob("newsarc.db")
    database.unlink()
    assert [web(*words).stdout for words in asked] == before
    database.write_bytes(b"x" * 10_000)
    assert [web(*words).stdout for words in asked] == before
