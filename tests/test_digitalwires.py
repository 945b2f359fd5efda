"""dpa's JSON: what is private stays private, what is hurt is a fault, and what is simple is read as its tree says."""

import json
from random import Random
from typing import Any

import pytest

from material import SAMPLES, articles_of
from mutilated import hurt, replaced
from newsarc.article import Article
from newsarc.errors import SourceError
from newsarc.formats import digitalwires, sniff
from newsarc.formats.digitalwires.texts import read_links, read_text
from newsarc.markup import blocks, blocks_of, links, links_of, parse_html
from newsarc.normalize.meaning import normalize
from newsarc.source import from_bytes

FOLDER = SAMPLES / "digitalwires"
FULL: dict[str, Any] = json.loads((FOLDER / "full.json").read_text(encoding="utf-8"))


def message(**changes: Any) -> dict[str, Any]:
    return {
        "format": "digitalwires@0.9.1",
        "urn": "urn:newsml:dpa.com:20090101:250312-99-1",
        "headline": "Turm",
        **changes,
    }


def read(*documents: Any) -> list[Article | SourceError]:
    data = "\n".join(json.dumps(document) for document in documents).encode()
    return list(digitalwires.parse(from_bytes(data, "x")))


def one(**changes: Any) -> Article:
    (found,) = read(message(**changes))
    assert isinstance(found, Article)
    return normalize(found)


def test_no_private_note_is_in_any_record() -> None:
    for path in FOLDER.glob("*.json"):
        for article in articles_of(path.read_bytes(), path.name):
            line = article.line().decode()
            assert "55501" not in line
            assert "muster@" not in line
            assert "em/mb" not in line
            assert "chor@" not in line
            assert "dpa em n1" not in line


@pytest.mark.parametrize(
    "note",
    [
        {"role": "dpaednoterole:editorialnote", "ednote": "Geheim", "is_publishable": False},
        {"role": "dpaednoterole:editorialnote", "ednote": "Geheim"},
        {"role": "dpaednoterole:editorialnote", "ednote": "Geheim", "is_publishable": "true"},
        {"role": "dpaednoterole:closingline", "ednote": "Geheim", "is_publishable": True},
        {"role": "dpaednoterole:dpacontacts", "ednote": "Geheim", "is_publishable": True},
        {"role": "dpaednoterole:notepad", "ednote": "* * * *\nGeheim", "is_publishable": True},
        {"role": "dpaednoterole:hint", "ednote": "Geheim: geheim@example.org", "is_publishable": True},
        {"role": None, "ednote": ["Geheim"], "is_publishable": True},
        "Geheim",
    ],
)
def test_a_note_is_private_unless_it_is_surely_public(note: Any) -> None:
    article = one(ednotes=[note])
    if isinstance(note, dict) and isinstance(note["ednote"], list):
        assert article.unparsed == ()
    else:
        assert article.warnings == ("private-notes-omitted",)
    assert b"eheim" not in article.line()


@pytest.mark.parametrize(
    "notepad",
    [
        "# Kontakte\n* * * *\nGeheim",
        {"nonpublic_html": "<p>Geheim</p>"},
        ["Geheim"],
        {"intern": "Geheim"},
        {"public_html": "<p>Foto</p><p>* * * *</p><p>Geheim</p>"},
    ],
)
def test_of_a_notepad_only_the_public_part_is_kept(notepad: Any) -> None:
    article = one(notepad=notepad)
    assert article.warnings == ("private-notes-omitted",)
    assert b"Geheim" not in article.line()


def test_public_notes_are_kept_one_string_each_and_a_correction_is_with_its_signal() -> None:
    notes = [
        {"role": "dpaednoterole:correction", "ednote": "zwölf statt elf", "is_publishable": True},
        {"role": "dpaednoterole:picture", "ednote": "Foto folgt", "is_publishable": True},
    ]
    assert one(signal="sig:correction", ednotes=notes).signals == ("correction", "correction: zwölf statt elf")
    assert one(signal="sig:repeat", ednotes=notes).unparsed == ("Foto folgt",)
    without = one(ednotes=notes)
    assert without.signals == ()
    assert without.unparsed == ("zwölf statt elf", "Foto folgt")


def test_a_story_may_speak_of_what_was_not_to_be_published() -> None:
    html = "<p>Der Brief war nicht zur Veröffentlichung bestimmt.</p><p>* * *</p><p>Nun ist er da.</p>"
    assert [block.text for block in one(article_html=html).body][-1] == "Nun ist er da."


def test_what_looks_like_a_dateline_and_is_none_stays() -> None:
    text = read_text("<p>Ada Muster (45) - sie rudert - gewann.</p>", "", "x")
    assert [block.text for block in text.body] == ["Ada Muster (45) - sie rudert - gewann."]
    other = read_text('<p><span class="dateline">Windau (dpa) - </span>Es schneit.</p>', "Taldern (dpa) - ", "x")
    assert (other.dateline, other.beside) == ("Taldern (dpa) - ", ("Windau (dpa) -",))
    nested = read_text('<p><span class="dateline">Windau <b>(dpa)</b> - </span>Es schneit.</p>', "", "x")
    assert (nested.dateline, nested.body[0].text) == ("Windau (dpa) -", "Es schneit.")


def test_links_without_an_address_are_not_lost() -> None:
    related, beside = read_links('<ul><li><a href="https://example.org/a">A</a></li><li><a>B</a></li></ul>', "x")
    assert [link.title for link in related] == ["A"]
    assert beside == ("B",)


def test_a_cancel_without_text_is_a_record_and_one_without_id_says_so() -> None:
    assert one(headline=None, pubstatus="canceled", version=9).version == 9
    (nameless,) = read(message(urn=None, pubstatus="canceled"))
    assert isinstance(nameless, Article)
    assert (nameless.status, nameless.warnings) == ("canceled", ("cancel-unlinked",))


@pytest.mark.parametrize(
    ("value", "text", "is_open"),
    [(None, None, False), (False, None, False), ("", None, True), (True, None, True), ({}, None, True),
     ("2025-03-12T18:00:00+01:00", "2025-03-12T18:00:00+01:00", False), ("morgen", "morgen", True)],
)  # fmt: skip
def test_an_embargo_that_cannot_be_read_is_open(value: Any, text: str | None, is_open: bool) -> None:
    article = one(embargoed=value)
    assert (article.embargoed_text, article.embargo_open) == (text, is_open)


def test_a_broken_message_costs_only_itself_and_offsets_are_exact() -> None:
    lines = [json.dumps(message(version=number), ensure_ascii=False).encode() for number in range(1, 60)]
    lines[30] = lines[30][:-5]
    data = b"\n".join(lines)
    start = len(b"\n".join(lines[:30])) + 1
    found = list(digitalwires.parse(from_bytes(data, "x")))
    faults = [part for part in found if isinstance(part, SourceError)]
    assert [fault.where for fault in faults] == [f"x at byte {start}"]
    assert [part.version for part in found if isinstance(part, Article)] == [n for n in range(1, 60) if n != 31]
    for part in found:
        if isinstance(part, Article) and part.origin:
            piece = data[part.origin.offset : part.origin.offset + part.origin.length]
            assert json.loads(piece)["version"] == part.version


def test_every_value_may_be_anything() -> None:
    count = 0
    for document in replaced(FULL | {"categories": FULL["categories"][:4]}):
        (found,) = read(document)
        if isinstance(found, Article):
            line = normalize(found).line()
            assert b"5550123" not in line
            count += 1
    assert count > 1000


def test_hurt_bytes_give_records_or_faults() -> None:
    data = (FOLDER / "queue.json").read_bytes()
    for mutant in hurt(data, 7, 400):
        if mutant.strip():
            for found in digitalwires.parse(from_bytes(mutant, "x")):
                assert not isinstance(found, Article) or normalize(found).line()


@pytest.mark.parametrize(
    "text", ["x" * 300_000, "a@" * 100_000, "0 1" * 100_000, "+(" * 100_000, "<p" * 100_000, "<a-" * 99_999]
)
def test_no_long_text_takes_long(text: str) -> None:
    note = {"role": "a:hint", "ednote": text, "is_publishable": True}
    (found,) = read(message(article_html=text, linkbox_html=text, ednotes=[note], dateline=text, notepad=text))
    assert found


def test_each_format_of_json_claims_its_own() -> None:
    assert (
        sniff(from_bytes(b'{"a": {"urn": 1}, "urn": "x", "version_created": null, "article_html": "')).NAME
        == "digitalwires"
    )
    assert sniff(from_bytes(b'[{"uri": "x", "headline": ""}]')).NAME == "ninjs"
    assert sniff(from_bytes(b'\n {"schema": "newsarc/7"}')).NAME == "newsarc"


_PARTS = (
    "<p>", "</p>", '<p class="x">', "<h2>", "</h2>", '<section class="main">', "</section>", "<div>", "</div>", "<ul>",
    "</ul>", "<li>", "</li>", '<a href="https://example.org/?a=1&b=2">', "</a>", "<b>", "</b>", "<br>", "<br/>", "Wort",
    "ä „x“ –", " ", "\n", "&amp;", "&lt;b&gt;", "a > b", "\u00a0", '"', "\u2028", "]]>", "</a >", "\t", "&auml;",
    '<a href="">', "<a>",
    '<a class="b" href=" https://example.org/b ">', '<a href="https://example.org/c" title="d">Programm\nhier</a>',
)  # fmt: skip


def test_simple_markup_is_read_as_its_tree_says() -> None:
    dice = Random(11)
    for _ in range(1500):
        inner = [dice.choice(_PARTS[13:]) for _ in range(dice.randrange(6))]
        parts = ["<section>", "<p>", *inner, "</p>", "<ul>", "<li>", *inner[:2], "</li>", "</ul>", "</section>"]
        if dice.random() < 0.5:
            parts[dice.randrange(len(parts))] = dice.choice(_PARTS)
        html = "".join(parts)
        assert blocks_of(html, "x") == blocks(parse_html(html, "x")), html
        assert links_of(html, "x") == links(parse_html(html, "x")), html
