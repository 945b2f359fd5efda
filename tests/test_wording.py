"""One story has one id however it was printed, and a new version begins where the source changed a word."""

import json
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from material import NOON, SAMPLES, articles_of, dump
from newsarc.article import Article, Block, Candidate, Media, Origin, RelatedLink
from newsarc.normalize.meaning import normalize
from newsarc.wording import (
    SAID_BY_SOURCE,
    SAID_OF_RELATED,
    fold_title,
    fold_word,
    portal_id,
    source_digest,
    without_dateline,
)
from strategies import Dump, articles, dumps, steady, words


@pytest.mark.parametrize(
    "printing",
    [
        "«Große Fahrt» – der Sommer in Öhlstede", '"Große Fahrt" - der Sommer in Öhlstede',
        "„Große Fahrt“ — der Sommer in Öhlstede", "»Große Fahrt« ‒ der Sommer in Öhlstede",
        "‚Große Fahrt‘ − der Sommer in Öhlstede", "›Große Fahrt‹ ‐ der Sommer in Öhlstede",
        "”Große Fahrt” ‑ der Sommer in Öhlstede", "'Große Fahrt' ― der Sommer in Öhlstede",
        "Grosse Fahrt - der Sommer in Öhlstede", "GROSSE FAHRT - DER SOMMER IN ÖHLSTEDE",
        "  Große\u00a0Fahrt \t-  der\nSommer in O\u0308hlstede. ", "Große Fahrt - der Sommer in Öhlstede.",
        "Große Fahrt\u202f- der Sommer in Öhlstede...", "Große Fahrt - der Sommer in Öhlstede .",
    ],
)  # fmt: skip
def test_printings_of_one_title_fold_together(printing: str) -> None:
    assert fold_title(printing) == "grosse fahrt - der sommer in öhlstede"


@pytest.mark.parametrize(
    "other",
    ["Große Fahrt der Sommer", "Große Fahrt - der Winter", "Grose Fahrt - der Sommer", "Große Fahrt - der Sommer?",
     "Große Fahrt - der Sommer!", "Große Fahrt: der Sommer", "Große Fahrten - der Sommer", "Größe Fahrt - der Sommer"],
)  # fmt: skip
def test_other_titles_stay_other_titles(other: str) -> None:
    assert fold_title(other) != fold_title("Große Fahrt - der Sommer")


@pytest.mark.parametrize(
    ("one", "other"),
    [("München", "Muenchen"), ("MÜNCHEN", "münchen"), ("Straße", "STRASSE"), ("Straße", "strasse"), ("Öl", "oel"),
     ("Ka\u0308se", "Käse"), (" Häfen\u00a0und  Deiche ", "haefen und deiche"), ("ẞ", "ss")],
)  # fmt: skip
def test_words_fold_whatever_their_case_and_umlauts(one: str, other: str) -> None:
    assert fold_word(one) == fold_word(other)


def test_folding_keeps_different_words_apart() -> None:
    assert len({fold_word(word) for word in ("Maße", "Mase", "Möwe", "Mowe", "Moewen", "")}) == 6


@steady
@given(words())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_word(fold_word(text)) == fold_word(text)
    assert fold_title(fold_title(text)) == fold_title(text)


@pytest.mark.parametrize(
    ("lead", "rest"),
    [
        ("Windau (dpa) - Der Turm ist neu.", "Der Turm ist neu."), ("Windau - Der Turm.", "Der Turm."),
        ("Windau – Der Turm.", "Der Turm."), ("Windau (dpa/bb) - Der Turm.", "Der Turm."),
        ("WINDAU (dpa-AFX) - Der Turm.", "Der Turm."), ("Bad Windau - Der Turm.", "Der Turm."),
        ("Windau/Öhlstede (dpa) - Der Turm.", "Der Turm."), ("Windau-Süd - Der Turm.", "Der Turm."),
        ("Der Turm ist neu.", "Der Turm ist neu."), ("der Turm - er ist neu.", "der Turm - er ist neu."),
        ("Der Turm von Windau - er ist neu.", "Der Turm von Windau - er ist neu."), ("Windau -", "Windau -"), ("", ""),
    ],
)  # fmt: skip
def test_the_place_is_taken_off_a_lead(lead: str, rest: str) -> None:
    assert without_dateline(lead) == rest


def test_a_lead_of_slashes_costs_little() -> None:
    begun = process_time()
    without_dateline("A/" * 110)
    assert process_time() - begun < 0.05


@pytest.mark.parametrize(
    "lead", ["A " * 50_000, "A-" * 50_000, "A" * 100_000, "A (" * 30_000, "A - " * 3, "(" * 50_000]
)
def test_hostile_leads_cost_little(lead: str) -> None:
    begun = process_time()
    without_dateline(lead)
    assert process_time() - begun < 0.05


MINUTE = datetime(2025, 2, 15, 20, 2, tzinfo=UTC)


def test_an_id_is_the_minute_and_the_folded_headline() -> None:
    name = portal_id(MINUTE, None, "Windau erneuert den Turm")
    assert name.startswith("portal:")
    assert len(name.removeprefix("portal:")) == 16
    assert portal_id(MINUTE + timedelta(seconds=59), "anything", "«WINDAU» erneuert den  Turm.") == name
    assert portal_id(MINUTE.astimezone(NOON.tzinfo), None, "Windau erneuert den Turm") == name
    assert portal_id(MINUTE + timedelta(minutes=1), None, "Windau erneuert den Turm") != name
    assert portal_id(MINUTE, None, "Windau erneuert den Deich") != name


def test_the_printed_date_stands_in_where_none_can_be_read() -> None:
    name = portal_id(None, "31.02.2025 - 10:00:00", "Turm")
    assert portal_id(None, " 31.02.2025\u00a0-  10:00:00", "Turm") == name
    assert portal_id(None, "31.02.2025 - 10:00:01", "Turm") != name
    assert portal_id(None, None, "Turm") == portal_id(None, "", "Turm") != name


def test_an_id_never_raises() -> None:
    assert portal_id(None, "\ud800", "\ud800").startswith("portal:")


def test_damaged_and_decomposed_samples_have_the_ids_of_the_whole_ones() -> None:
    for names in (("full", "layout-b-of-full", "damaged-iso8859-16"), ("bom", "decomposed")):
        found = {articles_of((SAMPLES / "portal" / f"{name}.txt").read_bytes())[0].id for name in names}
        assert len(found) == 1, names


@steady
@given(dumps())
def test_layouts_a_and_b_of_one_story_have_one_id(story: Dump) -> None:
    (a,), (b,) = articles_of(story.text("A").encode()), articles_of(story.text("B").encode())
    assert a.id == b.id
    assert a.id == portal_id(a.published, a.published_text, story.headline)


@steady
@given(dumps(), st.sampled_from(["cp1252", "iso8859-16", "mac-roman", "cp852"]))
def test_a_damaged_dump_has_the_id_of_the_whole_one(story: Dump, charset: str) -> None:
    text = story.text("A")
    damaged = "".join(bytes([byte]).decode(charset, "ignore") or chr(byte) for byte in text.encode())
    assume(damaged != text)
    (whole,), (mended,) = articles_of(text.encode()), articles_of(damaged.encode())
    assert mended.id == whole.id
    assert mended.warnings == (f"encoding-repaired:{charset}",)


@steady
@given(dumps(), dumps())
def test_a_link_names_the_id_of_its_target(target: Dump, carrier: Dump) -> None:
    printed = (
        f"{target.headline}. Die Möwen kreisen. Im Hafen brennt Licht. (Politik, {target.date[:-3]}) weiterlesen..."
    )
    (aim,) = articles_of(target.text("A").encode())
    text = carrier._replace(links=()).text("A") + f"\nWeitere Meldungen\n\n{printed}\n"
    (link,) = articles_of(text.encode())[0].related
    assert link.title == target.headline
    assert portal_id(link.published, link.published_text, link.title) == aim.id


def test_a_story_without_headline_is_known_by_its_lead_without_the_place() -> None:
    body = "05.06.2023 - 14:20:11\n\nDie Arbeiten dauern an. Das teilte die Stadt mit.\n"
    (plain,) = articles_of(f"Der Turm ist neu.\n\n{body}".encode())
    (placed,) = articles_of(f"Windau - Der Turm ist neu.\n\n{body}".encode())
    assert plain.headline is None
    assert plain.id == placed.id


FULL = Article(
    headline="Turm", lead="Er ist neu.", body=(Block(text="Eins."), Block(text="Zwei.")), keywords=("Windau", "Turm"),
    published_text="05.06.2023 - 14:20:11", related=(RelatedLink(title="Hafen Es", text="Hafen Es (P, 1)"),),
    media=(Media(caption="Der Turm", credit="Erna"),), origin=Origin(
        name="a", format="portal", encoding="utf-8", sha256="0" * 64, offset=0, length=1),
)  # fmt: skip
CHANGES: dict[str, Any] = {
    "status": "withheld", "kind": "table", "headline": "Deich", "kicker": "Windau", "subhead": "Neu",
    "lead": "Er ist alt.",
    "byline": "Von Erna Muster", "dateline": "Windau", "body": (Block(text="Eins."), Block(text="Drei.")),
    "keywords": ("Turm", "Windau"), "category_text": "Sport", "genre": "Bericht", "signals": ("update",), "urgency": 4,
    "language": "de", "credit": "dpa", "rights": "frei", "places": ("Windau",),
    "published_text": "05.06.2023 - 14:20:12", "embargo_open": True, "unparsed": ("Anzeige",),
    "media": (Media(caption="Der Turm", credit="Udo"),), "related": (),
    "subjects": ("medtop:15000000",), "updated_text": "2023-06-05T14:20:11Z", "embargoed_text": "12. Juni 18.00 Uhr",
}  # fmt: skip
OURS: dict[str, Any] = {
    "schema_": "newsarc/1", "id": "portal:0", "version": 2, "version_by": "provider", "revision": 2,
    "category": "Sport", "category_by": "inferred", "category_confidence": 0.7,
    "category_candidates": (Candidate(category="Sport", confidence=0.5),), "published": NOON,
    "updated": NOON, "embargoed": NOON, "services": ("bdt",), "alternate_ids": ("iptc7901:20230605:0801",),
    "published_precision": "second", "captured_after": NOON, "same_as": "portal:1", "update_of": "portal:2",
    "warnings": ("date-unreadable",), "archived": NOON,
    "origin": Origin(name="b", format="portal", encoding="cp1252", sha256="1" * 64, offset=9, length=9, reader="x"),
}  # fmt: skip


def digest(article: Article) -> str:
    """Digest an article as the archive stores it."""
    return source_digest(json.loads(article.line()))


def test_every_field_is_either_the_sources_word_or_ours() -> None:
    assert set(CHANGES) == {*SAID_BY_SOURCE, "related"}
    assert not CHANGES.keys() & OURS.keys()
    assert set(Article.model_fields) == CHANGES.keys() | OURS.keys()
    ours_of_related = {"title", "title_confidence", "teaser", "category", "published"}
    assert set(RelatedLink.model_fields) == {*SAID_OF_RELATED} | ours_of_related


@pytest.mark.parametrize("field", CHANGES)
def test_a_word_changed_by_the_source_changes_the_digest(field: str) -> None:
    assert digest(FULL.model_copy(update={field: CHANGES[field]})) != digest(FULL)


@pytest.mark.parametrize("field", OURS)
def test_our_reading_does_not_change_the_digest(field: str) -> None:
    changed = FULL.model_copy(update={field: OURS[field]})
    assert field == "schema_" or changed != FULL
    assert digest(changed) == digest(FULL)


@pytest.mark.parametrize(
    ("field", "value"), [("text", "Hafen"), ("category_text", "Sport"), ("published_text", "1.1.2025"), ("url", "x")]
)
def test_a_link_changed_by_the_source_changes_the_digest(field: str, value: str) -> None:
    link = FULL.related[0].model_copy(update={field: value})
    assert digest(FULL.model_copy(update={"related": (link,)})) != digest(FULL)


def test_our_reading_of_a_link_does_not_change_the_digest() -> None:
    changes = {"title": "H", "title_confidence": "exact", "teaser": "Es", "category": "Sport", "published": NOON}
    link = FULL.related[0].model_copy(update=changes)
    assert digest(FULL.model_copy(update={"related": (link,)})) == digest(FULL)


def test_words_that_move_between_fields_or_blocks_change_the_digest() -> None:
    base = Article(headline="a", lead="b")
    assert len({digest(Article(headline="b", lead="a")), digest(Article(kicker="a", lead="b")), digest(base)}) == 3
    assert digest(Article(keywords=("a b",))) != digest(Article(keywords=("a", "b")))
    assert digest(Article(body=(Block(text="a"),))) != digest(Article(body=(Block(text="a", kind="heading"),)))


def test_white_space_does_not_change_the_digest() -> None:
    assert (
        digest(Article(lead="Der Turm")) == digest(Article(lead="Der  Turm")) == digest(Article(lead="Der\u00a0Turm"))
    )


@pytest.mark.parametrize("blank", ["\t", "\n", "\u202f", "\u2009"])
def test_other_white_space_does_not_change_the_digest(blank: str) -> None:
    assert digest(Article(lead="Der Turm")) == digest(Article(lead=f"Der{blank}Turm"))


@settings(steady, max_examples=60)
@given(articles())
def test_normalizing_does_not_change_what_the_source_said(article: Article) -> None:
    tidied = normalize(article, now=NOON)
    folded = {"headline": tidied.headline, "kicker": tidied.kicker, "keywords": tidied.keywords}  # blanks only
    assert digest(tidied) == digest(article.model_copy(update=folded))


def test_the_digest_does_not_depend_on_the_layout_but_on_the_footer() -> None:
    (a,) = articles_of(dump())
    (b,) = articles_of(
        dump() + b"\nWeitere Meldungen\n\nTurm leuchtet. Ja. Nein. (Sport, 07.06.2023 - 09:05) weiterlesen...\n"
    )
    assert digest(a) != digest(b)
    assert digest(a) == digest(articles_of(dump(), "other.txt")[0])
