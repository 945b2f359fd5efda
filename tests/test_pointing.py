"""Which story a link names, and where its title ends by the story it names."""

from typing import Any

import pytest

from newsarc.kinship import marks_of, marks_of_link, named_by
from newsarc.kinship.pointing import Fit, Proof, fit_of, proof_of

AT = "2025-06-05T14:20:11+02:00"
MINUTE = "2025-06-05T14:20:00+02:00"


def story(**said: Any) -> dict[str, Any]:
    return {
        "id": "portal:0", "version": 1, "revision": 1, "version_by": "archive", "status": "usable", "kind": "article",
        "headline": "Windau baut 2 Türme - Kosten: 900 Euro", "lead": "In Windau entsteht ein Turm. Er wird hoch.",
        "body": [], "published": AT, "published_precision": "second", "related": [], "alternate_ids": [], **said,
    }  # fmt: skip


def link(words: str, title: str, teaser: str | None, confidence: str = "high", **said: Any) -> dict[str, Any]:
    return {
        "text": f"{words} (Sport, 05.06.2025 - 14:20) weiterlesen...", "title": title, "teaser": teaser,
        "title_confidence": confidence, "category": "Sport", "published": MINUTE, "url": None, **said,
    }  # fmt: skip


BARE = link(
    "Windau baut 2 Türme - Kosten: 900 Euro In Windau entsteht ein Turm.",
    "Windau baut 2 Türme - Kosten: 900 Euro In Windau", "entsteht ein Turm.", "low",
)  # fmt: skip
ROTATED = link(
    "«Windau» baut 2 Türme – Kosten: 900 Euro. Er wird hoch. In Windau entsteht ein Turm.",
    "«Windau» baut 2 Türme – Kosten: 900 Euro", "In Windau entsteht ein Turm. Er wird hoch.",
)  # fmt: skip


@pytest.mark.parametrize("one", [BARE, ROTATED], ids=["bare", "rotated"])
def test_minute_and_headline_name_a_story(one: dict[str, Any]) -> None:
    assert fit_of(one, story()) == Fit(3, len("windau baut 2 türme - kosten: 900 euro"))
    assert {named_by(mark) for mark in marks_of_link(one)} & set(marks_of(story()).story)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"headline": None}, 2),  # the first sentence of the lead, at the same minute
        ({"headline": "Ein ganz anderer Titel der Agentur"}, 2),
        ({"headline": "Windau baut 2 Türme für 900 Euro", "published": "2025-06-05T09:05:00+02:00"}, 1),
        ({"headline": "Ein ganz anderer Titel", "published": "2025-06-05T09:05:00+02:00"}, 0),
        ({"headline": "Windau baut 2 Türme für 900 Euro", "published": "2025-06-04T14:20:00+02:00"}, 0),
        ({"lead": "Sonst etwas. Ganz anderes."}, 3),
        ({"headline": "Windau baut 2", "lead": "Sonst etwas."}, 3),
        ({"headline": "Windau baut 2 Tür", "lead": "Sonst etwas."}, 0),  # in the middle of a word
        ({"published": None}, 0),
        ({"published_precision": "day", "published": "2025-06-05T00:00:00+02:00"}, 1),
        ({"published_precision": "day", "published": "2025-06-06T00:00:00+02:00"}, 0),
    ],
)
def test_what_else_names_a_story(said: dict[str, Any], rule: int) -> None:
    fit = fit_of(ROTATED, story(**said))
    assert (fit.rule if fit else 0) == rule


def test_a_longer_headline_fits_better() -> None:
    short, long = fit_of(BARE, story(headline="Windau baut 2 Türme")), fit_of(BARE, story())
    assert short is not None
    assert long is not None
    assert long > short


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org/a/7/", "http://example.org/a/7"),
        ("https://example.org/a/7#teil", "https://example.org/a/7"),
        ("HTTPS://Example.org/a?x=1", "https://example.org/a?x=1"),
    ],
)
def test_an_address_names_a_story(url: str, name: str) -> None:
    one = link("Turm", "Turm", None, url=url, published=None)
    assert fit_of(one, story(id=name)) == Fit(4)
    assert fit_of(one, story(alternate_ids=[name])) == Fit(4)
    assert {named_by(mark) for mark in marks_of_link(one)} & set(marks_of(story(id=name)).story)
    assert fit_of(one, story(id="https://example.org/a/8")) is None


def test_what_is_no_address_names_nothing() -> None:
    assert (
        fit_of(link("T", "T", None, url="mailto:a@example.org", published=None), story(id="mailto:a@example.org"))
        is None
    )
    assert fit_of(link("T", "T", None, published=None), story()) is None


def test_a_story_shows_where_the_title_of_a_link_ends() -> None:
    title = "Windau baut 2 Türme - Kosten: 900 Euro"
    assert proof_of(BARE, story()) == Proof(title, "In Windau entsteht ein Turm.")
    assert proof_of(ROTATED, story()) == Proof("«Windau» baut 2 Türme – Kosten: 900 Euro", ROTATED["teaser"])


def test_a_lead_alone_shows_it_too() -> None:
    assert proof_of(BARE, story(headline=None, lead="In Windau entsteht ein Turm.")) == Proof(
        "Windau baut 2 Türme - Kosten: 900 Euro", "In Windau entsteht ein Turm."
    )
    assert proof_of(ROTATED, story(headline=None)) == Proof(
        "«Windau» baut 2 Türme – Kosten: 900 Euro", "In Windau entsteht ein Turm. Er wird hoch."
    )
    assert proof_of(BARE, story(headline=None, lead="Etwas ganz anderes.")) is None


def test_a_question_in_a_title_is_no_end_of_it() -> None:
    wrong = link(
        "Fällt der Preis? Klare Worte aus Windau. Er wird hoch. In Windau entsteht ein Turm.",
        "Fällt der Preis?", "In Windau entsteht ein Turm. Klare Worte aus Windau. Er wird hoch.",
    )  # fmt: skip
    assert proof_of(wrong, story(headline="Fällt der Preis? Klare Worte aus Windau")) == Proof(
        "Fällt der Preis? Klare Worte aus Windau", "In Windau entsteht ein Turm. Er wird hoch."
    )


def test_a_title_with_a_mark_of_its_own_keeps_it() -> None:
    asked = link(
        "Was nun? Er wird hoch. In Windau entsteht ein Turm.", "Was nun?", "In Windau entsteht ein Turm. Er wird hoch."
    )
    assert proof_of(asked, story(headline="Was nun?")) == Proof(
        "Was nun?", "In Windau entsteht ein Turm. Er wird hoch."
    )
    stopped = link("Was nun?. Er wird hoch. In Windau entsteht ein Turm.", "Was nun?.", None, "low")
    stopped["teaser"] = "In Windau entsteht ein Turm. Er wird hoch."
    found = proof_of(stopped, story(headline="Was nun?"))
    assert found is not None
    assert found.teaser == "In Windau entsteht ein Turm. Er wird hoch."
