"""Dumps that the samples do not hold: galleries, credits and cut links in odd places, doubtful headlines."""

import pytest

from accounting import unaccounted
from material import articles_of
from newsarc.article import Article

LINK = "Hahn kräht wieder. Er ist gesund. Der Hahn war krank. (Panorama, 07.06.2023 - 09:05) weiterlesen..."


def one(text: str) -> Article:
    [article] = articles_of(text.encode())
    return article


def test_a_gallery_before_the_date_line_is_a_gallery() -> None:
    article = one(
        "Windau, Hafen\n\nWindau erneuert den Turm\n\n  • Der Turm.  - Foto: Erna Kroll/dpa\n\n    Erna Kroll/dpa\n\n"
        "Der Turm.  - Foto: Erna Kroll/dpa\n\n05.06.2023 - 14:20:11\n\nDer Turm bekommt ein neues Licht.\n\n@ dpa.de\n"
    )
    assert (article.headline, article.lead) == ("Windau erneuert den Turm", "Der Turm bekommt ein neues Licht.")
    assert article.keywords == ("Windau", "Hafen")
    assert [(picture.caption, picture.credit) for picture in article.media] == [("Der Turm.", "Erna Kroll/dpa")]
    assert article.unparsed == ()


def test_a_credit_after_the_related_links_is_the_credit() -> None:
    article = one(
        "Windau\n\nDer Turm leuchtet.\n\n05.06.2023 - 14:20:11\n\nTurm leuchtet wieder\n\nText.\n\n"
        f"Weitere Meldungen\n\n{LINK}\n\n@ dpa.de\n"
    )
    assert (article.credit, article.unparsed, article.warnings) == ("dpa", (), ())
    assert len(article.related) == 1


def test_the_last_credit_line_before_the_links_is_the_credit() -> None:
    article = one(
        "Windau\n\nDer Turm leuchtet.\n\n05.06.2023 - 14:20:11\n\nTurm leuchtet wieder\n\n@ windau\n\n"
        f"Mehr Text hier.\n\n@ dpa.de\n\nWeitere Meldungen\n\n{LINK}\n"
    )
    assert article.credit == "dpa"
    assert [block.text for block in article.body] == ["@ windau", "Mehr Text hier."]


def test_a_cut_link_is_not_the_keywords_of_the_next_dump() -> None:
    first, second = articles_of(
        (
            f"Windau\n\nDer Turm leuchtet.\n\n05.06.2023 - 14:20:11\n\nTurm leuchtet wieder\n\nText.\n\n@ dpa.de\n\n"
            f"Weitere Meldungen\n\n{LINK}\n\nSteg wird teurer. Die Stadt za\n\n"
            "Das Bad in Brömsau ist fertig.\n\n06.06.2023 - 10:00:00\n\nBad ist fertig\n\nMehr.\n"
        ).encode()
    )
    assert first.unparsed == ("Steg wird teurer. Die Stadt za",)
    assert first.warnings == ("related-cut",)
    assert (second.keywords, second.lead) == ((), "Das Bad in Brömsau ist fertig.")


@pytest.mark.parametrize(
    ("front", "back", "headline"),
    [
        (
            "Ist so viel Schnee noch normal?",
            "In den Bergen fällt weiter Schnee. (dpa)",
            "Ist so viel Schnee noch normal?",
        ),
        ("In den Bergen fällt weiter Schnee. (dpa)", "Viel Schnee im Süden", "Viel Schnee im Süden"),
        ("Sie rief: ‚Der Turm ist schön.‘", "Turm gefällt", "Turm gefällt"),
    ],
)
def test_a_bracket_or_quote_behind_the_full_stop_hides_nothing(front: str, back: str, headline: str) -> None:
    article = one(f"Schnee\n\n{front}\n\n05.06.2023 - 14:20:11\n\n{back}\n\nText.\n")
    assert article.headline == headline


def test_a_choice_between_two_headlines_is_flagged() -> None:
    article = one("Windau\n\nTurm leuchtet\n\n05.06.2023 - 14:20:11\n\nEin Licht für Windau und den Hafen\n\nText.\n")
    assert (article.headline, article.warnings) == ("Turm leuchtet", ("headline-doubtful",))


def test_a_keyword_may_end_in_an_abbreviation() -> None:
    article = one("Fußball, Windau e.V.\n\nDer Verein feiert.\n\n05.06.2023 - 14:20:11\n\nVerein feiert\n\nText.\n")
    assert article.keywords == ("Fußball", "Windau e.V.")


@pytest.mark.parametrize("commas", [",", ", ,", ",,,"])
def test_commas_alone_are_no_keywords_and_are_kept(commas: str) -> None:
    text = f"{commas}\n\nDer Turm leuchtet.\n\n05.06.2023 - 14:20:11\n\nTurm leuchtet wieder\n\nText.\n"
    article = one(text)
    assert (article.keywords, article.unparsed) == ((), (commas,))
    assert unaccounted(text.encode(), [article]) == ""


@pytest.mark.parametrize("dash", ["-", "–"])
def test_either_dash_parts_the_place_from_a_lead_that_stands_alone(dash: str) -> None:
    text = f"Hafen\n\nBad Windau {dash} Der Turm leuchtet.\n\n05.06.2023 - 14:20:11\n\nWeitere Meldungen\n"
    article = one(text)
    assert (article.dateline, article.lead) == ("Bad Windau", "Der Turm leuchtet.")
    assert unaccounted(text.encode(), [article]) == ""


@pytest.mark.parametrize(
    ("start", "place", "is_same"),
    [("Windau - ", "Windau", True), ("Windau (dpa) - ", None, True), ("Frankfurt/M. - ", "Frankfurt/M.", True),
     ("Windau - (dpa) ", None, False), ("Der Turm: Windau - ", None, False)],
)  # fmt: skip
def test_a_place_may_be_part_of_the_lead_and_yet_not_of_the_id(start: str, place: str | None, is_same: bool) -> None:
    """Two rules, for two ends: what the record parts, and what makes two stories one."""
    dump = "Hafen\n\n{}Der Turm leuchtet.\n\n05.06.2023 - 14:20:11\n\nWeitere Meldungen\n"
    plain, placed = one(dump.format("")), one(dump.format(start))
    assert (placed.dateline, placed.lead) == (place, f"{'' if place else start}Der Turm leuchtet.")
    assert (placed.id == plain.id) == is_same


def test_a_letter_with_too_many_marks_is_cut_and_flagged() -> None:
    mark = "\u0301"
    article = one(f"Hafen\n\nDer Turm leuchtet.\n\n05.06.2023 - 14:20:11\n\nTurm x{mark * 31} leuchtet\n\nText.\n")
    assert (article.headline, article.warnings) == (f"Turm x{mark * 30} leuchtet", ("marks-cut",))
