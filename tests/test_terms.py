"""A search word fits whatever its case, umlauts and ending, and an index of stems finds all that fits."""

import sqlite3
import unicodedata
from itertools import islice, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from material import ROOT
from newsarc import terms
from newsarc.article import Article
from newsarc.errors import QueryError
from newsarc.terms import (
    MOST_WORDS,
    Word,
    holds,
    is_exact,
    match_expression,
    read_words,
    searched,
    spans,
    stem,
    words,
)
from newsarc.wording import fold_word
from strategies import steady

Record = dict[str, Any]

# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""), (" .,-–_ ", ""), ("Turm", "turm"), ("MÜNCHEN München Muenchen", "muenchen muenchen muenchen"),
        ("Straße STRASSE straẞe", "strasse strasse strasse"), ("Café naïve Šárka Åse", "cafe naive sarka ase"),
        ("Łódź Møller Yıldız İstanbul Þór", "lodz moller yildiz istanbul thor"), ("ﬁx", "fix"),
        ("u\u0308ber Cafe\u0301 x\u0308", "ueber cafe x"),
        ("Bundes\u00adtag Kolleg\u200binnen", "bundestag kolleginnen"),
        ("U-Bahn it's 50% 12:30 dpa_infocom a/b", "u bahn it s 50 12 30 dpa infocom a b"),
        ("«Turm»…–(Hafen)", "turm hafen"), ("Οδυσσεύς Москва 東京", "οδυσσευσ москва 東京"),
        ("m² ½ 3.500", "m² ½ 3 500"),
        ("\u0301 \u00ad \u034f", ""), ("😀🏳️‍🌈", ""), ("a\0b\ud800c", "a b c"), ("x" * 300, "x" * 100),
    ],
)  # fmt: skip
def test_words_of_a_text(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


def test_a_folded_word_holds_no_sign_that_an_index_or_a_question_could_misread() -> None:
    for char in filter(str.isalnum, map(chr, range(0x110000))):
        for word in words(unicodedata.normalize("NFC", char)):
            assert all(sign.isalnum() or ord(sign) > 127 for sign in word), ascii(char)
            assert not (set(word) & set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), ascii(char)
            assert words(word) == [word], ascii(char)
            assert unicodedata.is_normalized("NFC", word), ascii(char)


@settings(steady)
@given(st.text("aäoöuüsßeAÄOÖUÜẞxyz\u0308", min_size=1, max_size=12).filter(lambda text: text[0] != "\u0308"))
def test_german_words_fold_as_keywords_do(text: str) -> None:
    bare = "".join(char for char in unicodedata.normalize("NFD", fold_word(text)) if not unicodedata.combining(char))
    assert words(text) == [bare]


@pytest.mark.parametrize(
    "family",
    [
        "München Muenchen MÜNCHENS muenchens", "Haus Häuser Häusern Haeuser Hauses", "Straße Strassen STRASSE",
        "Minister Ministern Ministers", "Lehrerin Lehrerinnen Lehrer", "Handel Handels", "Zeugnis Zeugnisse Zeugnissen",
        "Hafen Häfen Haefen", "Bund Bundes", "neu neue neuen neuer neues",
    ],
)  # fmt: skip
def test_inflections_have_one_stem(family: str) -> None:
    assert len({stem(word) for word in words(family)}) == 1


# What is searched


def test_a_records_own_words_are_searched_and_no_others() -> None:
    record: Record = {
        "headline": "eins", "kicker": "zwei", "subhead": "drei", "lead": "vier", "byline": "fünf", "dateline": "sechs",
        "body": [{"kind": "paragraph", "text": "sieben"}, {"kind": "table", "text": "acht\tneun"}],
        "keywords": ["zehn", "elf"], "media": [{"caption": "zwölf", "credit": "no", "url": "no"}, {"caption": None}],
        "related": [{"title": "no", "teaser": "no", "text": "no"}], "unparsed": ["no"], "warnings": ["no"],
        "credit": "no", "category": "no", "category_text": "no", "rights": "no", "origin": {"name": "no"}, "id": "no",
    }  # fmt: skip
    found = [word for text in searched(record) for word in words(text)]
    numbers = "eins zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf"
    assert sorted(found) == sorted(numbers.split())
    assert terms.terms(record) == {stem(word) for word in found}
    assert searched(record)[0] == "eins"
    known = {"headline", "kicker", "subhead", "lead", "body", "keywords", "byline", "dateline", "media"}
    assert known <= set(Article.model_fields)


def test_a_record_without_a_word_has_no_terms() -> None:
    assert terms.terms({}) == set()
    assert terms.terms({"headline": None, "body": [], "keywords": ["-", "…"], "lead": ""}) == set()


_PIECES = (
    "Turm Türme Turms Häuser Haus HAUS hauses Straße strassen dpa-infocom it's 12:30 50% U-Bahn Bundes\u00adtag x_y "
    "Ministern Minister Bundesminister Café, «Hafen» (Häfen) Hafen. – - \" ' * 😀 \u0301 Łódź neu neuen a/b/c ... "
    "München; Muenchen? 東京 \u202e \u200d"
).split(" ")


def texts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(_PIECES) | st.text(max_size=4), max_size=8).map(" ".join)


def records() -> st.SearchStrategy[Record]:
    blocks = st.lists(texts().map(lambda text: {"text": text}), max_size=3)
    return st.fixed_dictionaries({"headline": st.none() | texts(), "lead": texts(), "body": blocks})


@settings(steady, max_examples=300)
@given(records())
def test_terms_are_the_stems_of_all_words(record: Record) -> None:
    expected = {stem(word) for text in searched(record) for word in words(text)}
    assert terms.terms(record) == expected
    assert terms.terms(record) == expected  # from memory


def test_the_memory_of_words_is_bounded() -> None:
    for number in range(0, 130_000, 1000):
        lead = " ".join(f"wort{n}e" for n in range(number, number + 1000))
        assert stem(f"wort{number}e") in terms.terms({"lead": lead})
        assert len(terms._known) <= terms._MOST_KNOWN + 1000  # noqa: SLF001 - nothing else shows it
    terms.terms({"lead": "w" * 1_000_000 + " " + "wo-" * 1000})
    assert max(map(len, terms._known)) <= 100  # noqa: SLF001


# Questions


def shown(wanted: tuple[Word, ...]) -> str:
    """Write a question in one way: words bare, phrases in quotes, beginnings with a star."""
    forms = {"word": "{}", "phrase": '"{}"', "prefix": "{}*"}
    return " ".join("-" * word.is_excluded + forms[word.kind].format(" ".join(word.words)) for word in wanted)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Turm", "turm"), ("  Turm\tHÄUSER\n", "turm haeuser"), ("Turm turm TURM", "turm"),
        ("Turm -Brand", "turm -brand"),
        ('"Neues Licht" Hafen', '"neues licht" hafen'), ("„Neues Licht“", '"neues licht"'), ("“Licht”", '"licht"'),
        ("«Neues Licht» »am Turm«", '"neues licht" "am turm"'), ('Turm -"neues Licht"', 'turm -"neues licht"'),
        ("minister*", "minister*"), ("Bundes* -landes*", "bundes* -landes*"), ("Möwe*,", "moewe*"),
        ("(Turm*)", "turm*"),
        ("dpa-infocom", '"dpa infocom"'), ("12:30", '"12 30"'), ("it's", '"it s"'), ("50%", "50"),
        ("U-Bahn", '"u bahn"'),
        ("dpa-inf*", "dpa inf*"), ("turm -dpa-inf*", "turm -dpa inf*"), ("snake_case", '"snake case"'),
        ("a OR b", "a or b"), ("NOT a AND b", "not a and b"), ("NEAR(a b)", '"near a" b'),
        ("headline:x", '"headline x"'),
        ("^x + y", "x y"), ("(", None), ("tu*rm", '"tu rm"'), ("*turm", "turm"), ('"turm* licht"', '"turm licht"'),
        ('"Turm am Hafen', '"turm am hafen"'), ('"', None), ("*", None), ("-", None), ("- turm", "turm"), ('""', None),
        ("Turm --Brand", "turm -brand"), ('12"-Rohr', '12 "rohr"'), ('"Turm"-Brand', '"turm" brand'), ("–", None),
        ("Turm\u00a0Hafen", "turm hafen"), ("Cafe\u0301", "cafe"), ("", None), ("   ", None), ("😀", None),
        ("\u202eTurm", "turm"), ("שלום עולם", "שלום עולם"), ("x" * 100_000, "x" * 100), ("-Brand", None),
        ('-Brand -"x y"', None), ("a*", None), ("turm ö*", "turm oe*"), ("turm -x*", None),
        ("Turm\0", None), ("\ud800", None),
        (" ".join(map(str, range(64))), " ".join(map(str, range(64)))), (" ".join(map(str, range(65))), None),
        ("1-" * 65, None), ('"' + "x " * 65, None), ("NULL; DROP TABLE text; --", "null drop table text"),
    ],
)  # fmt: skip
def test_a_question_is_words_phrases_beginnings_and_exclusions_and_all_else_is_text(
    question: str, expected: str | None
) -> None:
    if expected is not None:
        assert shown(read_words(question)) == expected
        return
    with pytest.raises(QueryError) as caught:
        read_words(question)
    assert caught.value.exit_code == 2
    assert str(caught.value).endswith(".")


TURM: Record = {
    "headline": "Windau erneuert den Türmer-Pfad", "lead": "Neues Licht für die Häuser am Hafen.",
    "body": [{"text": "Die Straßen in München, 12:30 Uhr."}, {"text": "Bundesminister Müller kam mit dpa-infocom."}],
    "keywords": ["Leuchtturm", "Neues"], "related": [{"title": "Brand in der Werft"}],
}  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "haus", "HAEUSER", "häuser hafen", "muenchen", "MÜNCHENS", "strasse", "Straße", "bundesministers", "neu",
        '"neues Licht"', '"NEUES  LICHT"', "„Häuser am Hafen“", "12:30", "dpa-infocom", "dpa-inf*", "dpa infocom",
        "bundes*", "bundesmin*", "Mue*", "Mü*", "Häu*", "strassen*", "tuermer*", "Windau -Brand",
        'hafen -"neuer Hafen"', "hafen -werft*", '"Leuchtturm"', '"Türmer Pfad"', "lich* hafe*", "uhr 12",
    ],
)  # fmt: skip
def test_it_fits(question: str) -> None:
    assert holds(read_words(question), TURM)


@pytest.mark.parametrize(
    "question",
    [
        "brand", "hafen brand", '"Licht neues"', '"Neue Licht"', '"Haus"', '"Leuchtturm Neues"', '"Pfad Neues"',
        "infocom-dpa", "12:31", "hau*", "hafens*", "hafen -häuser", 'hafen -"neues licht"', "hafen -bund*",
        "hafen -dpa-inf*",
        "dpa-info", '"neues licht" -turm*  -leucht*',
    ],
)  # fmt: skip
def test_it_does_not_fit(question: str) -> None:
    assert not holds(read_words(question), TURM)


# The index


def indexed(stored: list[Record]) -> sqlite3.Connection:
    """Make a full-text table as the index does: no text, no positions, stems separated by blanks."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE text USING fts5(words, content='', detail=none, tokenize='ascii')")
    rows = [(number, " ".join(terms.terms(record))) for number, record in enumerate(stored)]
    connection.executemany("INSERT INTO text(rowid, words) VALUES (?, ?)", rows)
    return connection


def found_by_index(connection: sqlite3.Connection, wanted: tuple[Word, ...]) -> set[int]:
    rows = connection.execute("SELECT rowid FROM text WHERE text MATCH ?", [match_expression(wanted)])
    return {number for (number,) in rows}


def questions() -> st.SearchStrategy[str]:
    def demand(kind: str, minus: str, pieces: list[str], length: int) -> str:
        if kind == '"':
            return f'{minus}"{" ".join(pieces)}"'
        word = "".join(words(pieces[0]))
        return f"{minus}{word[:length]}*" if kind == "*" else f"{minus}{pieces[0]}"

    pieces = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=3)
    demands = st.builds(demand, st.sampled_from(["", "", '"', "*"]), st.sampled_from(["", "", "-"]), pieces,
                        st.integers(2, 9))  # fmt: skip
    return st.lists(demands | st.text(max_size=5), min_size=1, max_size=4).map(" ".join)


@settings(steady, max_examples=300)
@given(st.lists(records(), min_size=1, max_size=5), questions())
def test_an_index_of_stems_finds_all_that_fits_and_where_it_is_exact_nothing_else(
    stored: list[Record], question: str
) -> None:
    try:
        wanted = read_words(question)
    except QueryError:
        return
    fitting = {number for number, record in enumerate(stored) if holds(wanted, record)}
    found = found_by_index(indexed(stored), wanted)
    assert found == fitting if is_exact(wanted) else found >= fitting


_ENDINGS = (
    "e en er es em ern erin erinnen in innen s st est t et te ten end ung ungen ig ige igen ik isch ische lich lichen "
    "lichkeit lichkeiten heit heiten keit keiten igkeit igkeiten nis nisse nissen ns els eln igend erlich"
).split()


def lexicon() -> list[str]:
    """List the words and parts of words that speak for a section."""
    lines = (ROOT / "src" / "newsarc" / "normalize" / "lexicon.txt").read_text(encoding="utf-8").splitlines()
    patterns = [line.split("^")[0].strip("*") for line in lines if "^" in line and not line.startswith("#")]
    return sorted({word for pattern in patterns for word in words(pattern)})


def is_among(stem_found: str, beginning: str) -> bool:
    """Tell whether what is asked of an index for a beginning finds a stem."""
    asked = [token.strip('"()') for token in match_expression((Word("prefix", (beginning,)),)).split(" OR ")]
    return any(stem_found.startswith(token[:-2]) if token.endswith("*") else stem_found == token for token in asked)


def test_every_beginning_of_a_word_finds_its_stem_whatever_was_cut_off() -> None:
    known = lexicon()
    assert len(known) > 1000
    for number, word in enumerate(known):
        other = known[number * 7 % len(known)]
        for whole in (word, word + _ENDINGS[number % len(_ENDINGS)], word + other + _ENDINGS[-1 - number % 30]):
            cut = stem(whole)
            for length in range(2, len(whole) + 1):
                assert is_among(cut, whole[:length]), (whole, whole[:length], cut)


def test_two_endings_are_cut_off_as_well() -> None:
    for one, other in product(_ENDINGS, _ENDINGS):
        whole = f"landtag{one}{other}"
        for length in range(len("landtag"), len(whole) + 1):
            assert is_among(stem(whole), whole[:length]), (whole, whole[:length])


@settings(steady, max_examples=300)
@given(
    st.text("aeiouyqsbdnrtlkghmxé1", min_size=2, max_size=9),
    st.lists(st.sampled_from(_ENDINGS), max_size=3),
)
def test_every_beginning_of_anything_like_a_word_finds_its_stem(start: str, endings: list[str]) -> None:
    for word in islice(words(start + "".join(endings)), 1):
        for length in range(2, len(word) + 1):
            assert is_among(stem(word), word[:length])


def test_the_longest_questions_are_no_burden_to_the_index() -> None:
    numbers = range(MOST_WORDS)
    index = indexed([{"lead": " ".join(f"wort{number}ungen" for number in numbers)}, {"lead": "wort0ungen"}])
    for form in ("wort{}ung", "wort{}u*", '"wort{}ungen"'):
        assert found_by_index(index, read_words(" ".join(map(form.format, numbers)))) == {0}
    excluded = " ".join(f"-wort{number}" for number in numbers[1:])
    assert found_by_index(index, read_words(f"wort0ung {excluded}")) == {0, 1}
    excluded = " ".join(f"-wort{number}ung" for number in numbers[1:])
    assert found_by_index(index, read_words(f"wort0ung {excluded}")) == {1}


def test_what_must_occur_is_said_and_what_only_reading_finds_out_is_not() -> None:
    assert match_expression(read_words("Häuser -Brand")) == '("haus") NOT ("brand")'
    assert match_expression(read_words('"neues Licht" -"alter Turm" -x1*')) == '("neu" AND "licht")'
    assert match_expression(read_words("Ministern*")) == '(("ministern"* OR "mini" OR "minist" OR "minister"))'
    assert match_expression((Word("word", ("turm",), is_excluded=True),)) == ""
    assert match_expression(()) == ""
    assert is_exact(read_words("turm -brand"))
    assert not is_exact((Word("word", ("turm",), is_excluded=True),))
    assert not is_exact(read_words('turm -"am hafen"'))


# Where it stands


@settings(steady, max_examples=200)
@given(records(), questions())
def test_spans_are_the_words_that_were_asked_for(record: Record, question: str) -> None:
    try:
        wanted = read_words(question)
    except QueryError:
        return
    found = [(text, span) for text in searched(record) for span in spans(wanted, text)]
    for text, span in found:
        here = words(text[span.start : span.end])
        asked = wanted[span.number]
        assert not asked.is_excluded
        assert holds([asked], {"lead": text[span.start : span.end]})
        assert len(here) == len(asked.words)
    standing = {span.number for _, span in found}
    for number, word in enumerate(wanted):
        if not word.is_excluded:
            assert (number in standing) == holds([word], record)


def test_a_span_is_of_the_text_as_it_is() -> None:
    text = "Im Ha\u0308fen_amt, «neues\n Licht»: Bundes\u00adtag"
    found = spans(read_words('hafen "neues licht" bundestag -amt'), text)
    assert [text[span.start : span.end] for span in found] == ["Ha\u0308fen", "neues\n Licht", "Bundes\u00adtag"]
    assert [span.number for span in found] == [0, 1, 2]
