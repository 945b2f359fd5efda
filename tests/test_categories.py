"""A section is read by any of its words, inferred only when sure, and never decided against who knows better."""

import json
import re
import unicodedata
from importlib.resources import files
from itertools import product
from typing import Any, Literal

import pytest

from material import ROOT
from newsarc.article import Article, Block, Candidate, RelatedLink
from newsarc.normalize.categories import CONTRADICTED_BELOW, FULL_TEXT_FROM, TAKEN_FROM, from_link, from_text, shares
from newsarc.normalize.meaning import normalize
from newsarc.normalize.sections import LABELS, SECTIONS, Section, canonical, forms, words

WORDS = [(section.label, word) for section in SECTIONS for word in (section.label, *section.aliases)]
LEXICON = (files("newsarc.normalize") / "lexicon.txt").read_text(encoding="utf-8")
SPORT = (
    "Der Torwart hielt im Elfmeterschießen zwei Schüsse. Der Trainer lobte die Mannschaft, der Stürmer traf zweimal. "
    "Nach dem Abpfiff feierten die Fans im Stadion den Einzug ins Pokalfinale. Die Bundesliga pausiert nun, der "
    "nächste Spieltag folgt im März. Der Kapitän fehlt verletzt, der Verein sucht einen Mittelfeldspieler. Im "
    "Halbfinale hatte der Klub schon in der ersten Halbzeit drei Tore geschossen und das Auswärtsspiel klar gewonnen. "
    "Die Tabellenführung gab die Elf nicht mehr ab."
)


def story(*body: str, headline: str | None = None, lead: str | None = None, **fields: Any) -> Article:
    """Normalize an article of these blocks."""
    blocks = tuple(Block(text=text) for text in body)
    return normalize(Article(headline=headline, lead=lead, body=blocks, **fields))


@pytest.mark.parametrize(("label", "word"), WORDS)
def test_a_word_is_read_whatever_its_case_and_umlauts(label: str, word: str) -> None:
    spelled = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    bare = spelled.translate(str.maketrans("äöü", "aou"))
    for printed in (word, word.lower(), word.upper(), f"  {word}\u00a0", unicodedata.normalize("NFD", word), spelled,
                    spelled.upper(), bare):  # fmt: skip
        assert canonical(printed) == label, printed


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("Märkte", "Wirtschaft"), ("Maerkte", "Wirtschaft"), ("Markte", "Wirtschaft"), ("FUSSBALL", "Sport"),
        ("fußball", "Sport"), ("Fusball", None), ("Buecher", "Kultur"), ("bucher", "Kultur"), ("Formel  1", "Sport"),
        ("Kunst und Kultur", "Kultur"), ("Kunst/Kultur", "Kultur"), ("kunst&kultur", "Kultur"),
        ("Kunst / Kultur", "Kultur"), ("Medien und TV", "Medien"), ("Essen und Trinken", "Leben"),
        ("aus aller welt", "Vermischtes"), ("Umwelt/Klima", "Umwelt"), ("Gesundheit & Medizin", "Gesundheit"),
    ],
)  # fmt: skip
def test_words_are_folded_as_promised(word: str, label: str | None) -> None:
    assert canonical(word) == label


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("pl", "Politik"), ("wi", "Wirtschaft"), ("sp", "Sport"), ("ku", "Kultur"), ("vm", "Vermischtes"),
        ("PL", "Politik"), ("i", "Politik"), ("f", "Wirtschaft"), ("s", "Sport"), ("e", "Kultur"), ("c", "Kultur"),
        ("u", "Vermischtes"), ("x", "Vermischtes"), ("X", "Vermischtes"), ("rs", None), ("dm", None), ("zz", None),
    ],
)  # fmt: skip
def test_a_desk_code_is_one_label(code: str, label: str | None) -> None:
    assert canonical(code) == label


@pytest.mark.parametrize("section", SECTIONS, ids=LABELS)
def test_a_topic_code_is_read_bare_and_with_its_scheme(section: Section) -> None:
    for code in (section.topic, *section.also):
        assert re.fullmatch(r"\d{8}", code)
        for printed in (code, f"medtop:{code}", f"MEDTOP:{code}"):
            assert canonical(printed) == section.label


def test_each_of_the_seventeen_top_codes_has_a_row() -> None:
    assert len(LABELS) == len(set(LABELS)) == 17
    assert all(canonical(f"{number:02}000000") for number in range(1, 18))


@pytest.mark.parametrize("code", ["99000000", "medtop:99000000", "20001065", "1500000", "medtop:", "11000000 12000000"])
def test_a_topic_code_of_no_row_is_not_guessed(code: str) -> None:
    assert canonical(code) is None


def test_no_two_words_of_different_labels_fold_together() -> None:
    seen: dict[str, str] = {}
    for label, word in WORDS:
        for form in forms(word):
            assert seen.setdefault(form, label) == label, word
    codes = {code: section.label for section in SECTIONS for code in (section.topic, *section.also)}
    assert len(codes) == sum(1 + len(section.also) for section in SECTIONS)
    assert not seen.keys() & codes.keys()
    assert all(words()[form] == label for form, label in seen.items())  # no desk code took a word's place


@pytest.mark.parametrize(
    "word",
    [
        "Schlaglichter", "Regional", "Lokales", "Nachrichten", "Top-Themen", "Service", "Anzeige", "Windau", "",
        " ", "/", "&", "Politik, Sport", "Politikk", "Poli", "\x00", "Sport" * 10_000,
    ],
)  # fmt: skip
def test_an_unknown_word_is_no_section(word: str) -> None:
    assert canonical(word) is None


def test_an_unknown_printed_word_stays_and_gives_no_section() -> None:
    read = story(category_text="Schlaglichter")
    assert (read.category_text, read.category, read.category_by) == ("Schlaglichter", None, None)


def expected(
    prior: str | None, stated: str | None, said: str | None, *, telling: bool
) -> tuple[str | None, str | None]:
    """Say who decides: a person, the source, another dump's link, the text; `said` is for sources that state none."""
    if prior == "user":
        return "Religion", "user"
    if stated == "Wirtschaft":
        return "Wirtschaft", "stated"
    if said and stated is None:
        return said, "user"
    if prior == "linked":
        return "Religion", "linked"
    return ("Sport", "inferred") if telling else (None, None)


COMBINATIONS = list(
    product([None, "user", "linked", "inferred"], [None, "Wirtschaft"], [None, "Kultur"], [True, False])
)


@pytest.mark.parametrize(("prior", "stated", "said", "telling"), COMBINATIONS)
def test_user_precedes_stated_precedes_linked_precedes_inferred(
    prior: Literal["user", "linked", "inferred"] | None, stated: str | None, said: str | None, telling: bool
) -> None:
    article = Article(
        category_text=stated,
        category="Religion" if prior else None,
        category_by=prior,
        body=(Block(text=SPORT),) if telling else (),
    )
    read = normalize(article, category=said)
    assert (read.category, read.category_by) == expected(prior, stated, said, telling=telling)
    if read.category_by != "inferred":
        assert read.category_confidence is None


def test_the_threshold_is_sixty_hundredths_and_nothing_is_rounded_up_to_it() -> None:
    assert TAKEN_FROM == 0.60
    taken = not_taken = 0
    for count in range(1, 60):
        text = "Torwart " * count + "Koalition Finanzminister Steuerpolitik Opposition"
        found, length = shares(text)
        read = story(text)
        best = max(found)
        assert length == count + 4
        if best >= 0.60:
            taken += 1
            assert (read.category, read.category_by) == (LABELS[found.index(best)], "inferred")
            assert read.category_confidence is not None
            assert 0.60 <= read.category_confidence <= best
            assert read.category_candidates == ()
        else:
            not_taken += 1
            assert (read.category, read.category_by, read.category_confidence) == (None, None, None)
            ranked = sorted(zip(found, LABELS, strict=True), reverse=True)[:2]
            assert [one.category for one in read.category_candidates] == [label for _, label in ranked]
            assert all(one.confidence < 0.60 for one in read.category_candidates)
    assert taken
    assert not_taken


@pytest.mark.parametrize("text", ["", " ", "und der die das", "zzz qqq", "12 34 56", "\x00\ufffd", "– … »«"])
def test_a_text_that_says_nothing_has_no_section_and_no_candidates(text: str) -> None:
    read = story(text, headline=text)
    assert (read.category, read.category_by, read.category_confidence) == (None, None, None)
    assert read.category_candidates == ()


def test_a_stated_section_is_kept_and_a_clear_contradiction_is_suggested() -> None:
    read = story(SPORT, category_text="Religion")
    assert (read.category, read.category_by, read.category_confidence) == ("Religion", "stated", None)
    assert [one.category for one in read.category_candidates] == ["Sport"]
    assert read.category_candidates[0].confidence > TAKEN_FROM


def test_a_stated_section_that_the_text_speaks_for_gets_no_suggestion() -> None:
    assert story(SPORT, category_text="Sport").category_candidates == ()
    mixed = f"{SPORT} Der Pfarrer und der Bischof beteten in der Kirche, die Gemeinde feierte Gottesdienst und Taufe."
    assert shares(mixed)[0][LABELS.index("Religion")] >= CONTRADICTED_BELOW
    assert story(mixed, category_text="Religion").category_candidates == ()


def test_a_short_text_contradicts_nothing() -> None:
    assert FULL_TEXT_FROM == 60
    telling = SPORT.split()
    short, full = " ".join(telling[:59]), " ".join(telling[:60])
    assert story(short, category_text="Religion").category_candidates == ()
    assert [one.category for one in story(full, category_text="Religion").category_candidates] == ["Sport"]


def test_an_unsure_text_contradicts_nothing() -> None:
    unsure = "Der Minister sprach mit der Aktiengesellschaft über das Stadion und den Film. " * 8
    assert max(shares(unsure)[0]) < TAKEN_FROM
    assert story(unsure, category_text="Religion").category_candidates == ()


def fields(
    label: str | None, by: str | None, confidence: float | None = None, *candidates: Candidate
) -> dict[str, Any]:
    """Write the fields of a category."""
    return {
        "category": label,
        "category_by": by,
        "category_confidence": confidence,
        "category_candidates": candidates,
    }


def test_a_link_gives_a_category_unless_the_full_text_contradicts_it() -> None:
    full, short = story(SPORT), story("Der Torwart traf mit der Mannschaft im Stadion.")
    assert full.category == "Sport"
    assert from_link(full, "Sport") == fields("Sport", "linked")
    assert from_link(short, "Religion") == fields("Religion", "linked")
    listed = Candidate(category="Religion", confidence=0.0)
    assert from_link(full, "Religion") == fields("Sport", "inferred", full.category_confidence, listed)
    assert from_link(story(), "Religion") == fields("Religion", "linked")


def test_a_link_that_the_text_speaks_for_a_little_is_believed() -> None:
    little = story(f"{SPORT} Die Kirche betete, der Pfarrer taufte, der Bischof predigte im Gottesdienst.")
    share = shares(little.body[0].text)[0][LABELS.index("Religion")]
    assert share >= CONTRADICTED_BELOW
    assert from_link(little, "Religion") == fields("Religion", "linked")


@pytest.mark.parametrize("label", LABELS)
def test_a_link_says_nothing_against_a_person_or_the_source(label: str) -> None:
    said = Article(category="Religion", category_by="user", body=(Block(text=SPORT),))
    assert from_link(said, label) == {}
    assert from_link(story(SPORT, category_text="Kultur"), label) == {}
    assert from_link(Article(category_text="Kultur"), label) == {}
    assert from_link(Article(category="Kultur", category_by="stated", category_text="älter als heute"), label) == {}


@pytest.mark.parametrize("by", ["user", "linked", "stated", "inferred", None])
def test_what_an_article_says_of_itself_does_not_depend_on_others(by: Any) -> None:
    said = {"category": "Kultur" if by else None, "category_by": by, "category_confidence": None}
    for article in (story(SPORT), story(SPORT, category_text="Religion"), story("Nichts.")):
        assert article.model_copy(update=from_text(article.model_copy(update=said))) == article


STORIES = (
    ("Vermischtes", """Ein Lastwagen kippte bei einem Unfall auf der Autobahn um. Die Feuerwehr barg den Fahrer, die
     Vollsperrung dauerte bis zum Abend. Bei dem Zusammenstoß gab es zwei Leichtverletzte."""),
    ("Vermischtes", """Ein Baum stürzte auf die Bahnstrecke bei Windau. Die Strecke blieb gesperrt, Reisende saßen im
     Zug fest. Die Feuerwehr zersägte den Stamm, ein Autofahrer wurde bei einem Unfall leicht verletzt."""),
    ("Wetter", """Sturmböen und Gewitter ziehen über den Norden. Der Wetterdienst warnt vor Glätte und Regen, die
     Temperaturen fallen auf zwei Grad. Am Wochenende bleibt es bewölkt mit Schauern."""),
    ("Justiz", """Das Landgericht verurteilte den Angeklagten wegen Betrugs zu drei Jahren Haft. Die
     Staatsanwaltschaft hatte mehr gefordert, der Verteidiger kündigte Revision an."""),
    ("Politik", """Der Landtag von Taldern hat das Gesetz beschlossen. Die Koalition stimmte dafür, die Opposition
     dagegen. Der Ministerpräsident sprach von einem Kompromiss der Fraktionen."""),
    ("Gesundheit", """Die Klinik in Windau nimmt keine Patienten mehr auf. Ärzte und Pflegekräfte klagen über die
     Grippewelle, Impfstoff ist knapp. Das Krankenhaus verschiebt Operationen."""),
    ("Umwelt", """Im Hafen von Windau sterben die Fische. Naturschützer und die Umweltbehörde messen Schadstoffe im
     Wasser. Das Hochwasser hatte Abwasser in das Naturschutzgebiet gespült."""),
)  # fmt: skip


@pytest.mark.parametrize(("label", "text"), STORIES)
def test_plain_stories_are_told(label: str, text: str) -> None:
    read = story(text)
    assert (read.category, read.category_by) == (label, "inferred")


def test_links_to_other_stories_say_nothing_about_this_one() -> None:
    links = tuple(
        RelatedLink(title=SPORT, text=SPORT, teaser=SPORT, category="Sport", category_text="Sport") for _ in range(20)
    )
    alone, linked = story("Die Arbeiten dauern an.", headline="Turm"), story("Die Arbeiten dauern an.", related=links)
    assert linked.category is None
    assert linked.category_candidates == alone.category_candidates


def test_the_lead_weighs_more_than_the_end() -> None:
    sport, filler, politics = "Torwart Trainer Stürmer", "und der die das " * 20, "Koalition Landtag Opposition"
    first, last = shares(f"{sport} {filler} {politics}")[0], shares(f"{politics} {filler} {sport}")[0]
    assert first[LABELS.index("Sport")] > last[LABELS.index("Sport")]


def test_shares_do_not_depend_on_what_was_read_before() -> None:
    before = shares(f"{SPORT} neuwort")
    shares(" ".join(f"wort{number}" for number in range(210_000)))
    assert shares(f"{SPORT} neuwort") == before
    assert shares(f"neuwort {SPORT}")[1] == before[1]


def test_shares_are_shares() -> None:
    found, length = shares(SPORT)
    assert len(found) == len(LABELS)
    assert all(0 <= share < 1 for share in found)
    assert sum(found) < 1  # the damping keeps a rest
    assert length == len(SPORT.split())


def patterns() -> dict[str, list[tuple[str, str]]]:
    """Read the lexicon by hand: label -> (pattern, weight) in the order of the file."""
    table: dict[str, list[tuple[str, str]]] = {}
    for line in LEXICON.splitlines():
        if line.startswith("["):
            label = line[1:-1]
            table[label] = []
        elif line and not line.startswith("#"):
            pattern, _, weight = line.partition("^")
            table[label].append((pattern, weight))
    return table


def test_the_lexicon_knows_every_label_well() -> None:
    table = patterns()
    assert tuple(table) == LABELS
    assert all(len(rows) >= 50 for rows in table.values())
    assert 1_400 <= sum(map(len, table.values())) <= 1_900


@pytest.mark.parametrize("label", LABELS)
def test_the_lexicon_is_well_formed(label: str) -> None:
    rows = patterns()[label]
    names = [pattern for pattern, _ in rows]
    lines = [f"{pattern}^{weight}" for pattern, weight in rows]
    assert lines == sorted(lines)
    assert len(names) == len(set(names))
    for pattern, weight in rows:
        assert weight in ("1", "2", "3"), pattern
        assert re.fullmatch(r"(?:\*-?)?[^\W_]+(?:[-.&][^\W_]+)*(?:-?\*)?", pattern), pattern
        assert len(pattern.strip("*")) >= (3 if "*" in pattern else 2), pattern
        assert pattern == unicodedata.normalize("NFC", pattern.lower())


def test_the_lexicon_is_versioned_and_lf_only() -> None:
    assert re.search(r"^# version \d+$", LEXICON, re.MULTILINE)
    assert "\r" not in LEXICON
    assert LEXICON.endswith("\n")


def test_invented_stories_are_answered_often_and_rightly() -> None:
    rows = [json.loads(line) for line in (ROOT / "bench" / "sections.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 136
    assert {row["category"] for row in rows} == set(LABELS)
    read = [story(*row["body"], headline=row["headline"], lead=row["lead"]) for row in rows]
    right = sum(article.category == row["category"] for article, row in zip(read, rows, strict=True))
    answered = sum(article.category is not None for article in read)
    assert answered >= 0.5 * len(rows)
    assert right >= 0.9 * answered
