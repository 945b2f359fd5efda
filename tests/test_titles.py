"""A related link's title ends where the portal ended it, and its teaser comes back in reading order."""

from time import process_time

import pytest
from hypothesis import given

from material import articles_of, dump
from newsarc.article import RelatedLink
from newsarc.normalize.titles import split_title
from strategies import Link, links, steady

PARTS = (
    "Im Hafen brennt wieder Licht.",
    "Die Kosten trägt der Bund.",
    "Das teilte die Stadt mit.",
    "Nach dem Sommer ist Schluss.",
    "Auch Erna Muster kam.",
)
TITLES = (
    "Leuchtturm leuchtet wieder",
    "1. FC Windau holt Torwart aus der 2. Liga",
    "Pokal: Windau muss in der 1. Runde zur SG St. Ansgar",
    "Gedenken am 9. November – Fußballer pflegen Friedhof",
    "Windau verliert (schon wieder) in Öhlstede",
    "Turm bekommt 2 neue Lampen - Kosten: 1000 Euro",
    "Muster zum Aufstieg: «Das war St. Nikolaus und Ostern zusammen»",
    "Vereinsarzt Dr. Ihno Probe warnt vor Kunstrasen",
    "Windau siegt 3:2 - Muster trifft um 14.20 Uhr",
    "Zahl der Möwen steigt auf 22.000",
    "Verein e.V. gewinnt z. B. in Öhlstede den 3. Platz",
    "„Kein Wort mehr“ – Bürgermeisterin Probe schweigt",
    "Dreh im Hafen",
)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
@pytest.mark.parametrize("title", TITLES)
def test_a_rotated_teaser_is_turned_back(title: str, count: int) -> None:
    first, *others = PARTS[:count]
    found = split_title(f"{title}. {' '.join([*others, first])}")
    assert found[:3] == (title, " ".join(PARTS[:count]), "high")


@pytest.mark.parametrize("mark", ["?", "!", "?!", "?.", "!."])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("title", ["Kommt der neue Turm nach Windau", "Freibier", "Was nun"])
def test_a_question_or_a_cry_closes_a_title_of_any_length(title: str, count: int, mark: str) -> None:
    first, *others = PARTS[:count]
    found = split_title(f"{title}{mark} {' '.join([*others, first])}")
    assert found.title == title + mark.removesuffix(".")
    assert found.teaser == " ".join(PARTS[:count])
    if not mark.endswith("."):
        assert found.confidence == "high"


def test_three_dots_stay_with_their_title() -> None:
    assert split_title("Und der Turm leuchtet ... Die Kosten trägt der Bund. Im Hafen brennt Licht.").title == (
        "Und der Turm leuchtet ..."
    )


@pytest.mark.parametrize("text", ["Turm neu. Die Kosten trägt der Bund. Im Hafen brennt Licht.",
                                  "Turm leuchtet in Windau. Im Hafen brennt Licht."])  # fmt: skip
def test_too_short_a_title_or_a_single_sentence_after_a_stop_is_a_guess(text: str) -> None:
    assert split_title(text).confidence == "low"


@pytest.mark.parametrize(
    ("title", "teaser"),
    [
        ("Turm bekommt 2 neue Lampen - Kosten: 1000 Euro", "Im Juli soll alles fertig sein."),
        ("1. FC Windau holt Torwart aus der 2. Liga", "Der Aufsteiger hat sich den Schlussmann Arvid Probe gesichert."),
        ("Muster sagt Auftritt in Bad Quellach ab", "Wegen einer Erkältung hat der Sänger sein Konzert abgesagt."),
        ("Windau dreht Spiel in Öhlstede - 3 Tore bis Minute 90", "Im ersten Test hat der Verein klar gewonnen."),
        ("Wechselt Probe doch noch nach Öhlstede?", "Das hat der Torwart am Freitag offen gelassen."),
        ("Stadion in Windau bekommt einen neuen Rasen", "Nach dem Winter wird der Boden erneuert."),
    ],
)
def test_a_bare_link_with_a_clear_restart_is_sure(title: str, teaser: str) -> None:
    assert split_title(f"{title} {teaser}")[:3] == (title, teaser, "high")


@pytest.mark.parametrize(
    "text",
    [
        "Stadion in Windau bekommt neuen Rasen Arbeiter verlegen von Montag an Rollrasen aus der Marsch.",
        "Windau verliert gegen Öhlstede Torwart Muster hält zwei Elfmeter.",
        "Erna Muster singt im Kurpark Udo Probe spielt Klavier.",
        "Turm", "Turm leuchtet", "Turm leuchtet wieder", "Der Turm", "Im Hafen", "1. FC", "Ja.", "?", "...",
    ],
)  # fmt: skip
def test_a_restart_with_a_noun_or_none_at_all_is_a_guess(text: str) -> None:
    found = split_title(text)
    assert found.confidence == "low"
    assert text.startswith(found.title.rstrip("."))


@pytest.mark.parametrize("sign", ["-", "–", ":", "&", "/", ",", "„", "«", "("])
def test_a_capital_after_a_dash_a_colon_or_an_opening_sign_is_no_restart(sign: str) -> None:
    text = f"Windau feiert neuen Turm {sign} Das wird ein langes Fest mit Musik."
    assert split_title(text).title != f"Windau feiert neuen Turm {sign}"


def test_a_title_of_more_than_17_words_is_not_closed_by_its_stop() -> None:
    words = " ".join(["Turm", *["leuchtet"] * 16])
    assert split_title(f"{words}. Die Kosten trägt der Bund. Im Hafen brennt Licht.").title == words
    longer = f"{words} wieder. Die Kosten trägt der Bund. Im Hafen brennt Licht."
    assert split_title(longer).confidence == "low"


@steady
@given(links())
def test_a_link_printed_by_the_rule_of_the_portal_comes_apart(link: Link) -> None:
    found = split_title(link.words)
    if len(link.teaser) > 1:
        assert found[:3] == (link.title, " ".join(link.teaser), "high")
    else:
        whole = f"{found.title} {found.teaser}" if found.teaser else found.title
        assert whole.rstrip(".") == link.words.rstrip(".")


@pytest.mark.parametrize(
    "text",
    [
        " " * 20_000, "(" * 20_000, ")" * 20_000, "." * 10_000, "." * 20_000, "A" * 20_000, "t" * 20_000,
        "Die " * 5_000,
        "Turm leuchtet" + " " * 20_000 + "wieder. Im Hafen.", "Turm leuchtet" + "(" * 20_000 + "wieder. Im Hafen.",
        "Turm leuchtet" + "." * 10_000, "Turm. " * 1_600, "Der Die Das " * 800, "9. " * 3_000, "?" * 9_000 + " Ja.",
        "Turm leuchtet " + "wiedert" * 1_400, "«" * 9_999, "Turm\u00a0" * 2_000,
    ],
    ids=lambda text: f"{text[:14]!r} {len(text)}",
)  # fmt: skip
def test_a_hostile_text_costs_under_50_milliseconds(text: str) -> None:
    begun = process_time()
    found = split_title(text)
    assert process_time() - begun < 0.05
    assert found.confidence in ("high", "low")


def printed(*lines: str) -> tuple[RelatedLink, ...]:
    """Read a dump whose footer holds these links."""
    (article,) = articles_of(dump() + b"\nWeitere Meldungen\n\n" + "\n\n".join(lines).encode())
    return article.related


def test_a_link_keeps_its_text_and_gains_title_teaser_section_and_time() -> None:
    words = "Turm leuchtet wieder. Die Kosten trägt der Bund. Im Hafen brennt Licht."
    text = f"{words} (Fußball, 09.10.2025 – 19:18 Uhr) weiterlesen…"
    (link,) = printed(text)
    assert link.text == text
    assert (link.title, link.title_confidence) == ("Turm leuchtet wieder", "high")
    assert link.teaser == "Im Hafen brennt Licht. Die Kosten trägt der Bund."
    assert (link.category, link.category_text) == ("Sport", "Fußball")
    assert link.published is not None
    assert link.published.isoformat() == "2025-10-09T19:18:00+02:00"


def test_brackets_inside_a_teaser_are_not_its_tail() -> None:
    (link,) = printed(
        "Pech im Hafen von Windau. Erna Probe (17) brach sich den Daumen (links). Der Verein (2006, 01.01.2006 - "
        "10:00) hatte Pech. (Sport, 07.06.2023 - 09:05) weiterlesen..."
    )
    assert (link.title, link.category) == ("Pech im Hafen von Windau", "Sport")
    assert link.teaser == (
        "Der Verein (2006, 01.01.2006 - 10:00) hatte Pech. Erna Probe (17) brach sich den Daumen (links)."
    )


def test_a_hyphen_after_a_question_goes_on_with_the_title() -> None:
    words = "Ist die Krise vorbei? - Fachleute warnen vor Hoffnung. Die Lage bleibt schwer. Die Zahlen steigen wieder."
    assert split_title(words).title == "Ist die Krise vorbei? - Fachleute warnen vor Hoffnung"
