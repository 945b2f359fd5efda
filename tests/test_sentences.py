"""A German sentence ends where a reader would say so, and nothing is lost in cutting."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarc.sentences import ends_like_sentence, split_sentences
from strategies import paragraphs, sentences, steady


@pytest.mark.parametrize(
    "text",
    [
        # one letter, with a blank, a no-break space or none
        "Der Dichter J. D. Muster kam.", "Es gibt z. B. Tee.", "Es gibt z.B. Tee.", "Dabei sind u. a. Möwen.",
        "Dabei sind u.a. Möwen.", "Sie kommt, d. h. Windau wartet.", "Es gibt z.\u00a0B. Tee.",
        "Es gibt z.\u202fB. Tee.",
        "Der Bau (z. B. Türme) wächst.", "Bischof A. Muster betet.", "«J. Muster» stand dort.",
        "(J. Muster) stand dort.",
        # abbreviations
        "Dr. Muster kam.", "Prof. Dr. Muster kam.", "Die SG St. Ansgar siegt.", "Nr. 5 lebt.",
        "Er kam bzw. Erna kam.", "Es sind ca. 20 Boote.", "Es kostet 3 Mio. Euro.", "Es kostet 3 Mrd. Euro.",
        "Siehe vgl. Seite 3.", "Erna Probe, geb. Muster, kam.", "Udo Muster jr. Kam er?",
        "Tel. 0123 klingelt.", "Laut Abs. 3 gilt das.", "Bd. 2 erscheint.", "Die sog. Möwen flogen.",
        "Mit allg. Freude ging es los.", "Dipl. Ing. Muster kam.", "Dr. med. Muster kam.", "Dr. phil. Muster kam.",
        "Das int. Fest beginnt.", "Der TSV e.V. gewann.", "Die ggf. Nötigen kamen.",
        "Es gibt evtl. Regen.", "Alle inkl. Erna kamen.", "Ab min. Zwölf Jahren.", "Mr. Muster und Mrs. Probe kamen.",
        # months and days
        "Am 9. Nov. Abend war es.", "Am 1. Sept. Morgen kam er.", "Mo. Abend ist Markt.", "Sa. Abend ist Tanz.",
        "Bis Jan. Ende dauert es.", "Seit Feb. Anfang ist zu.", "Im Mrz. Regen.", "Am 3. Dez. Abend.",
        # a number before what it counts, or before a small letter
        "Der 1. FC Windau siegt.", "Am 9. November ist Ruhe.", "Am 9. Jänner ist Ruhe.", "In der 2. Liga gilt das.",
        "In der 2. Bundesliga gilt das.", "Auf dem 3. Platz steht Windau.", "In der 1. Runde fiel er.",
        "Am 34. Spieltag ist Schluss.", "Am 2. Tag regnet es.", "Im 19. Jahrhundert stand er.", "Zum 3. Mal siegt er.",
        "In der 90. Minute traf er.", "Zum 80. Geburtstag kam er.", "Die 4. Klasse singt.", "Die 7. Etappe ist lang.",
        "Im 2. Weltkrieg fiel er.", "Am 1. Advent leuchtet er.", "Im 5. Stock brennt es.", "Der 1. SC, der 1. VfL.",
        "Der 3. große Turm fällt.", "Am 9. November, dem Tag, kam er.",
        # a Roman numeral before a small letter
        "König Friedrich II. gar nicht.", "Papst Benno XVI. betete.",
        # a small letter, a comma, a semicolon or a dash follows: never an end, whatever the mark
        "«Wir kommen!», rief er.", "«Kommt ihr?» fragte sie.", "Er kam ... und ging.", "Er kam… und ging.",
        "Usw. und so fort.", "Der Turm (neu!) – endlich.", "Ein «Ach!» – mehr nicht.", "Der Fall (Ja?); das Ende.",
        # marks that no blank follows
        "Es endete 3:2.", "Um 14.20 Uhr kam er.", "22.000 Liter flossen.", "www.windau.example steht offen.",
        "Was?!", "Nein!!!", "", "Turm", "Turm leuchtet wieder",
    ],
)  # fmt: skip
def test_this_is_one_sentence(text: str) -> None:
    assert split_sentences(text) == ([text] if text else [])


@pytest.mark.parametrize(
    "text",
    [
        "Es endete 3:2.| Danach war Schluss.", "Der Turm leuchtet.| Das freut alle.", "Kommt er?| Ja.",
        "Er kommt!| Ja.",
        "Er ging …| Nun ist Ruhe.", "Er ging ...| Nun ist Ruhe.", "Was?!| Wirklich.", "Nein!!!| Doch.",
        "Turm.»| Danach.", "Turm.«| Danach.",
        'Turm."| Danach.', "Turm.“| Danach.", "Turm.”| Danach.", "Turm.’| Danach.",
        "Turm.)| Danach.", "Turm.]| Danach.", "Turm.›| Danach.", "Turm!?»| Danach.", "Er rief «Nein!»| Danach kam er.",
        "Turm.| «Ja», rief er.", "Turm.| „Ja“, rief er.", "Turm.| (Er ist neu.)| Danach.", "Turm.| 20 Leute kamen.",
        "Turm.\u00a0|Danach.", "Turm.\n|Danach.", "Turm.   |Danach.", "Turm.| Hafen.| Deich.",
        # words that only look like abbreviations
        "Er kam nach Do.| Danach ging er.", "Das ist so.| So kam es.", "Das ist die Art.| Danach.",
        "Er traf max.| Danach.",
        "Es lief rund.| Danach.", "Der Turm ist hoch.| Danach.",
        # may close a sentence: a capital follows
        "Es gab Bier usw.| Danach ging er.", "Es gab Bier etc.| Danach ging er.",
        # numbers
        "Es kamen 20.| Danach war Schluss.", "Er ist 30.| Erna ist 20.", "Es war 1998.| November kam.",
        "Es kamen 100.| Tag für Tag.", "Am 9. November war Ruhe.| Am 10. November nicht.",
        "König Friedrich II.| Danach kam er.",
    ],
)  # fmt: skip
def test_a_sentence_ends_here(text: str) -> None:
    assert split_sentences(text.replace("|", "")) == [part.strip() for part in text.split("|")]


@pytest.mark.parametrize(
    "text", ["Es gab Bier usw. und Wein.", "Es gab Bier etc. 20 Leute kamen.", "Der TSV e. V. siegt."]
)
def test_what_may_close_a_sentence_does_not_always(text: str) -> None:
    assert split_sentences(text) == [text]


def test_many_blanks_after_a_number_are_blanks() -> None:
    assert split_sentences("Am 9." + " " * 80 + "November kam er.") == ["Am 9." + " " * 80 + "November kam er."]


@pytest.mark.parametrize(
    ("block", "mark"),
    [
        ("Der Turm leuchtet.", "."), ("Leuchtet der Turm?", "?"), ("Er leuchtet!", "!"), ("Er leuchtet …", "."),
        ("Er leuchtet...", "."), ("«Er leuchtet.»", "."), ("Er sagte: „Er leuchtet!“", "!"), ("(Er leuchtet?)", "?"),
        ('"Er leuchtet."', "."), ("Er leuchtet.” ", "."), ("Er leuchtet.’", "."), ("Er leuchtet. »", "."),
        ("»Er leuchtet.«", "."), ("Er leuchtet.\u00a0", "."), ("Er leuchtet.]", "."), ("›Er leuchtet.‹", "."),
        ("Nordturm leuchtet", ""), ("Nordturm leuchtet:", ""), ("Nordturm (neu)", ""), ("«Nordturm»", ""), ("", ""),
        (" ", ""), ("»«", ""), ("14.20 Uhr", ""), ("Der 1. FC", ""),
    ],
)  # fmt: skip
def test_a_block_ends_like_a_sentence_or_not(block: str, mark: str) -> None:
    assert ends_like_sentence(block) == mark


@steady
@given(st.one_of(paragraphs(), st.text(), st.text(alphabet=" \t\n\u00a0.?!…»«)(“,;–aA9ßII"), st.text("Dr 1.9FCzB")))
def test_nothing_is_lost_in_cutting(text: str) -> None:
    parts = split_sentences(text)
    assert " ".join(" ".join(parts).split()) == " ".join(text.split())
    assert all(part == part.strip() for part in parts)


@steady
@given(st.lists(sentences(), min_size=1, max_size=6))
def test_sentences_that_were_joined_come_apart(parts: list[str]) -> None:
    assert split_sentences(" ".join(parts)) == parts
    assert split_sentences("\n ".join(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        " " * 20_000, "." * 9_999, "." * 20_000, "(" * 20_000, ")" * 20_000, "." + "»" * 9_000, ". " * 4_999,
        "A. " * 3_333,
        "9. " * 3_333, ".\u00a0" * 4_999, "a" * 9_998 + ". B", "Dr." + " " * 9_000 + "A", "!" * 5_000 + " " * 4_999,
        "…" * 9_999,
    ],
    ids=lambda text: f"{text[:4]!r} {len(text)}",
)  # fmt: skip
def test_a_hostile_text_costs_little(text: str) -> None:
    begun = process_time()
    parts = split_sentences(text)
    assert process_time() - begun < 0.1
    assert "".join("".join(parts).split()) == "".join(text.split())
