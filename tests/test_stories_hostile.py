"""Webs that no portal spins: twins of one minute, links to oneself, circles, thousands of links, ids nobody has."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import pytest
from click.testing import CliRunner

from conftest import Run
from joined import said
from newsarc.cli import cli
from newsarc.zone import in_german_time
from phrases import Voice, paragraph, title
from texts import Layout, Link, Page, Text

AT = datetime(2025, 3, 12, 13, 30, 5, tzinfo=UTC)
MANY = 10_000
EDGE = {"direction", "id", "title", "published", "category", "archived"}


def told(number: int, headline: str, *, later: int = 0, section: str = "Sport", plain: bool = True) -> Text:
    """Invent a text of its own; a plain one says nothing about any section."""
    voice = Voice(random.Random(number), section, 0.0 if plain else 0.6)
    lead = (f"Im Kreis Windau geht es um Fall {number}.", f"Das ist seit dem {number % 28 + 1}. Mai bekannt.")
    body = tuple(paragraph(voice) for _ in range(5))
    return Text(number, 0, headline, lead, body, AT + timedelta(minutes=later), section, (), ("Windau", "Hafen"))


def page(text: Text, *links: tuple[Text, str], layout: Layout = "A") -> bytes:
    """Write a dump of it that names others, each under a section."""
    made = tuple(Link(target, printed) for target, printed in links)
    return Page(text, layout, AT, made).render().encode()


def wire(text: Text, headline: str) -> bytes:
    """Write a text as a message that states no section."""
    fields = {
        "uri": f"urn:x-demo:{text.family}", "headline": headline, "versioncreated": text.published.isoformat(),
        "body_text": "\n\n".join((text.told, *text.body)),
    }  # fmt: skip
    return json.dumps(fields, ensure_ascii=False).encode()


def taken(folder: Path, **sources: bytes) -> Path:
    """Take sources in, one batch each, in the order given; returns the archive."""
    for name, data in sources.items():
        path = folder / f"{name}.{'json' if data.startswith(b'{') else 'txt'}"
        path.write_bytes(data)
        assert " 0 unchanged" in took_in(folder / "archive", path)
    return folder / "archive"


def took_in(root: Path, path: Path) -> str:
    """Run `newsarc ingest` in this process; returns its last word."""
    done = CliRunner().invoke(cli, ["ingest", "--jobs", "0", "--archive", str(root), str(path)], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.stderr.splitlines()[-1]


def spent() -> float:
    """Count seconds of CPU, of this process and of those that ended."""
    return sum(sum(getrusage(who)[:2]) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))


def records(root: Path) -> dict[str, dict[str, Any]]:
    """Read the newest record of each id."""
    return {record["id"]: record for record in said(root, "list", "--all")}


def lines_of(root: Path) -> int:
    """Count the lines of an archive."""
    return sum(path.read_bytes().count(b"\n") for path in root.glob("articles/*.jsonl"))


ONE = told(1, "Windau erneuert den alten Turm")
TWO = told(2, "Brömsau baut ein neues Bad", later=7)
THREE = told(3, "Öhlstede sperrt die alte Brücke", later=11)


# Two articles of one minute and title.


@pytest.mark.parametrize(
    "order", [("portal", "wire", "naming"), ("naming", "wire", "portal"), ("wire", "naming", "portal")]
)
def test_a_link_that_two_articles_fit_names_none_of_them(order: tuple[str, ...], tmp_path: Path) -> None:
    sources = {"portal": page(ONE), "wire": wire(told(4, ""), ONE.headline), "naming": page(TWO, (ONE, "Politik"))}
    root = taken(tmp_path, **{name: sources[name] for name in order})
    [edge] = [one for one in said(root, "links", TWO.id) if one["direction"] == "out"]
    assert edge["id"] is None
    assert sorted(edge["candidates"]) == sorted([ONE.id, "urn:x-demo:4"])
    assert edge["title"] == ONE.headline
    found = records(root)
    assert {found[name]["category_by"] for name in (ONE.id, "urn:x-demo:4")}.isdisjoint({"linked"})
    assert [one for name in (ONE.id, "urn:x-demo:4") for one in said(root, "links", name)] == []
    assert found[ONE.id]["same_as"] is found["urn:x-demo:4"]["same_as"] is None


def test_two_articles_of_one_text_do_not_make_a_link_doubtful(tmp_path: Path) -> None:
    root = taken(tmp_path, a=page(ONE), b=wire(ONE, ONE.headline), c=page(TWO, (ONE, "Politik")))
    [edge] = [one for one in said(root, "links", TWO.id) if one["direction"] == "out"]
    assert edge["archived"] is True
    assert edge["id"] in (ONE.id, "urn:x-demo:1")


# Links to oneself, and circles.


def test_a_link_to_itself_gives_no_section(tmp_path: Path) -> None:
    root = taken(tmp_path, a=page(ONE, (ONE, "Politik"), (ONE, "Politik")))
    [record] = records(root).values()
    assert (record["category"], record["category_by"], record["revision"]) == (None, None, 1)
    edges = said(root, "links", ONE.id)
    assert {edge["id"] for edge in edges} <= {ONE.id}
    assert all(edge.keys() >= EDGE for edge in edges)
    assert said(root, "links", "--missing") == []


@pytest.mark.parametrize("order", ["abc", "bca", "cab", "cba"])
def test_in_a_circle_each_gets_the_section_the_other_says(order: str, tmp_path: Path) -> None:
    circle = {
        "a": page(ONE, (TWO, "Politik"), (ONE, "Wetter")),
        "b": page(TWO, (THREE, "Kultur")),
        "c": page(THREE, (ONE, "Sport"), (TWO, "Politik")),
    }
    root = taken(tmp_path, **{name: circle[name] for name in order})
    found = records(root)
    assert {name: found[text.id]["category"] for name, text in (("a", ONE), ("b", TWO), ("c", THREE))} == {
        "a": "Sport", "b": "Politik", "c": "Kultur",
    }  # fmt: skip
    assert {record["category_by"] for record in found.values()} == {"linked"}
    others = {
        text.id: {(edge["direction"], edge["id"]) for edge in said(root, "links", text.id) if edge["id"] != text.id}
        for text in (ONE, TWO, THREE)
    }
    assert others == {
        ONE.id: {("out", TWO.id), ("in", THREE.id)},
        TWO.id: {("out", THREE.id), ("in", ONE.id), ("in", THREE.id)},
        THREE.id: {("out", ONE.id), ("out", TWO.id), ("in", TWO.id)},
    }
    before = lines_of(root)
    for name in order:
        assert took_in(root, tmp_path / f"{name}.txt").startswith("0 new, 1 unchanged")
    assert lines_of(root) == before


# Very many.


def test_ten_thousand_links_in_one_dump(tmp_path: Path) -> None:
    targets = [told(0, f"Fall {number} wird geprüft", later=number % 1400) for number in range(MANY)]
    begun = spent()
    root = taken(tmp_path, a=page(TWO, *((target, "Politik") for target in targets)), b=page(ONE, (TWO, "Sport")))
    out = [edge for edge in said(root, "links", TWO.id) if edge["direction"] == "out"]
    assert {edge["title"] for edge in out} == {target.headline for target in targets}
    assert not any(edge["archived"] for edge in out)
    missing = said(root, "links", "--missing")
    assert len(missing) == MANY
    assert {one["named"] for one in missing} == {1}
    assert spent() - begun < 10


def test_one_story_named_ten_thousand_times_by_one_dump_has_one_vote(tmp_path: Path) -> None:
    root = taken(
        tmp_path,
        a=page(TWO, *[(ONE, "Politik")] * MANY), b=page(THREE, (ONE, "Sport")),
        c=page(told(9, "Nordau zählt die Boote", later=20), (ONE, "Sport")),
        d=page(ONE),
    )  # fmt: skip
    assert (records(root)[ONE.id]["category"], records(root)[ONE.id]["category_by"]) == ("Sport", "linked")


def test_a_thousand_dumps_that_name_one_story(tmp_path: Path) -> None:
    many = 1000
    pages = [
        page(told(100 + number, f"Fall {number} wird geprüft", later=number), (ONE, "Politik"))
        for number in range(many)
    ]
    root = taken(tmp_path, a=b"\n\n".join(pages), b=page(ONE))
    assert records(root)[ONE.id]["category"] == "Politik"
    assert sum(edge["direction"] == "in" for edge in said(root, "links", ONE.id)) == many
    assert records(root)[ONE.id]["revision"] <= 2


# Ids that nobody has.


@pytest.mark.parametrize("name", ["portal:0000000000000000", "nosuch", "..", "%", "urn:x\x1b[31m"])
def test_links_of_an_id_that_does_not_exist_are_not_found(name: str, run: Run, tmp_path: Path) -> None:
    taken(tmp_path, a=page(ONE, (TWO, "Politik")))
    done = run("links", name)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("newsarc: error: ")
    assert "\x1b" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_an_archive_there_is_nothing_to_ask(run: Run) -> None:
    for words in (["links", "portal:00"], ["links", "--missing"], ["duplicates"]):
        assert run(*words).returncode == 3


def test_an_archive_without_links_or_copies_answers_with_nothing(tmp_path: Path) -> None:
    root = taken(tmp_path, a=page(ONE))
    assert said(root, "links", ONE.id) == said(root, "links", "--missing") == said(root, "duplicates") == []


# Titles and texts that mean no good.


def test_what_links_say_never_reaches_a_terminal_raw(run: Run, tmp_path: Path) -> None:
    bad = told(5, "Turm \x1b[31mrot\u202e wird teuer", later=3)
    taken(tmp_path, a=page(ONE, (bad, "Politik")))
    for words in (["links", ONE.id], ["links", "--missing"]):
        done = run(*words, "--output", "table")
        assert done.returncode == 0
        assert "wird teuer" in done.stdout
        assert not {"\x1b", "\u202e"} & set(done.stdout)


def test_short_texts_of_one_form_are_no_copies(tmp_path: Path) -> None:
    texts = [
        told(number, title(Voice(random.Random(number), "Sport", 0)), later=number * 30)._replace(body=())
        for number in range(40, 60)
    ]
    root = taken(tmp_path, a=b"\n\n".join(page(text) for text in texts))
    assert said(root, "duplicates") == []


def test_a_text_of_one_word_again_and_again_ends(tmp_path: Path) -> None:
    long = ONE._replace(body=(" ".join(["Turm"] * 50_000) + ".",))
    begun = spent()
    root = taken(
        tmp_path,
        a=page(long),
        b=page(long._replace(headline="Windau erneuert ihn wieder", published=AT + timedelta(hours=1))),
    )
    assert spent() - begun < 5
    assert len(records(root)) == 2


def test_copies_point_to_the_first_whichever_comes_first(tmp_path: Path) -> None:
    later = ONE._replace(headline="Zusammenfassung: " + ONE.headline, published=AT + timedelta(hours=9))
    last = ONE._replace(headline="KORREKTUR: " + ONE.headline, published=AT + timedelta(hours=30))
    root = taken(tmp_path, a=page(last), b=page(later), c=page(ONE))
    found = records(root)
    assert found[ONE.id]["same_as"] is None
    assert found[later.id]["same_as"] == ONE.id
    assert found[last.id]["same_as"] in (ONE.id, later.id)
    assert [one["id"] for one in said(root, "list", "--unique")] == [ONE.id]
    assert in_german_time(AT).isoformat() == found[ONE.id]["published"]
