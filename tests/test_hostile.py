"""Hostile and damaged input costs little, loses nothing in silence, and never ends in a traceback."""

import re
import unicodedata
from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from material import SAMPLES, articles_of, dump
from newsarc.article import Article, from_line
from newsarc.errors import SourceError, TooLarge
from newsarc.formats.portal import grammar
from strategies import Dump, dumps, steady

GENEROUS = 10.0  # seconds of CPU; the aim is 2, on a quiet machine
SENTINEL = "Schlusswort4711"
MORE = b"\nWeitere Meldungen\n\n"
LAST_LINK = (
    f"Turm leuchtet wieder. Ende ist {SENTINEL}. Im Hafen. (Politik, 07.06.2023 - 09:05) weiterlesen...\n".encode()
)
LAST_DUMP = b"\n" + dump("Das Ende", lead=f"Der Turm sagt {SENTINEL}.")


def body(blocks: str) -> bytes:
    """Put blocks into the body of a dump."""
    return dump().replace(b"@ dpa.de", f"{blocks}\n\n{SENTINEL}.\n\n@ dpa.de".encode())


def links(text: str) -> bytes:
    """Put links behind a dump."""
    return dump() + MORE + text.encode() + LAST_LINK


def link(inside: str) -> bytes:
    """Write a dump with one link that holds something long in its words, one that holds it in its tail, and one cut."""
    return links(
        f"Turm leuchtet{inside}wieder. Licht an. Im Hafen. {TAIL}"
        f"Turm leuchtet wieder. Licht an. Im Hafen. (Politik,{inside}07.06.2023 - 09:05) weiterlesen...\n\n"
        f"Turm leuchtet wieder. Licht an. ({inside}\n\n"
    )


TAIL = "(Sport, 07.06.2023 - 09:05) weiterlesen...\n\n"
ROTATED = f"Turm {{}} leuchtet wieder. Die Kosten trägt der Bund. Im Hafen brennt Licht. {TAIL}"
BARE = f"Turm {{}} bekommt neue Lampen Im Juli soll der Hafenmeister fertig sein. {TAIL}"
MANY = 100_000

# Each is read whole: the sentinel, its last word, must come out.
READABLE: dict[str, Callable[[], bytes]] = {
    "related links": lambda: links("".join(map(ROTATED.format, range(MANY)))),
    "bare related links": lambda: links("".join(map(BARE.format, range(MANY // 5)))),
    "paragraphs": lambda: body("\n\n".join(f"Die Arbeit {number} ruht." for number in range(MANY))),
    "headings": lambda: body("\n\n".join(f"Teil {number}" for number in range(MANY // 5))),
    "words of one paragraph": lambda: body(" ".join(f"wort{number}-haus" for number in range(MANY // 5))),
    "keywords": lambda: dump(lead=f"Das ist {SENTINEL}.").replace(b"Hafen", b", ".join(b"%d" % n for n in range(MANY))),
    "date lines in sentences": lambda: body("Am 05.06.2023 - 14:20:11 war es so.\n\n" * (MANY // 5)),
    "date lines in a list": lambda: body("• 05.06.2023 - 14:20:11\n" * (MANY // 5)),
    "dumps": lambda: b"\n".join(dump(f"Turm {number}") for number in range(500)) + LAST_DUMP,
    "dumps without footers": lambda: (dump().split(b"@")[0] * 500) + LAST_DUMP,
    "blanks": lambda: link(" " * 10**6),
    "dots": lambda: link("." * 10**6),
    "opening brackets": lambda: link("(" * 10**6),
    "closing brackets": lambda: link(")" * 10**6),
    "pairs of brackets": lambda: link("()" * 500_000),
    "commas": lambda: link(", " * 500_000),
    "slashes": lambda: link("A/" * 500_000),
    "marker lines": lambda: dump() + MORE * 50_000 + LAST_LINK,
    "marker lines without blank lines": lambda: dump() + b"\nWeitere Meldungen" * 50_000 + b"\n" + LAST_LINK,
    "credit lines": lambda: dump() + b"\n@ dpa.de\n" * 50_000 + MORE + LAST_LINK,
    "gallery": lambda: body("• Turm - Foto: Erna Muster\n\nErna Muster\n\n" * 10_000),
    "blank lines": lambda: dump() + b"\n" * 10**6 + MORE + LAST_LINK,
    "carriage returns": lambda: dump().replace(b"\n", b"\r") + b"\r" * 10**6 + MORE.replace(b"\n", b"\r") + LAST_LINK,
    "one line of 5 MB": lambda: body("wort " * 10**6),
    "one word of 5 MB": lambda: body("w" * 5_000_000),
    "one word of many parts": lambda: body("wo-" * 10**6),
    "cut links": lambda: dump() + MORE + b"Turm leuchtet. (Sport\n\n" * MANY + LAST_LINK,
    "a lead of a million signs": lambda: dump(lead="A." * 500_000 + f" {SENTINEL}."),
    "a headline of a million letters": lambda: dump(headline="Turm " * 200_000 + SENTINEL),
}


def said(articles: list[Article]) -> str:
    """Join what records hold, and check on the way that each is a sound line."""
    found = []
    for article in articles:
        line = article.line()
        assert b"\n" not in line
        assert b"\\u0000" not in line
        assert from_line(line) == article
        found.append(line.decode())
    return "\n".join(found)


@pytest.mark.parametrize("name", READABLE)
def test_a_hostile_dump_is_read_to_its_last_word_in_time(name: str) -> None:
    data = READABLE[name]()
    begun = process_time()
    articles = articles_of(data)
    assert process_time() - begun < GENEROUS
    assert SENTINEL in said(articles)


REFUSED: dict[str, Callable[[], bytes]] = {
    "date lines": lambda: dump() + b"\n05.06.2023 - 14:20:11\n" * MANY,
    "date lines alone": lambda: b"05.06.2023 - 14:20:11\n" * (MANY // 5),
    "a million loose dates": lambda: b"05.06.2023 - 14:20\n\n" * 50_000,
    "keywords of more than a megabyte": lambda: dump().replace(b"Hafen", b", ".join([b"Hafen"] * 200_000)),
    "brackets alone": lambda: b"(" * 10**6,
    "blanks and a word": lambda: b" " * 10**6 + b"x" + b" " * 10**6,
    "at signs": lambda: b"@\n" * 500_000 + b"x",
    "at signs and blanks": lambda: (b"@" + b" " * 1000 + b"\n") * 1_000 + b"x",
    "dates that never end": lambda: (b"05.06.2023" + b" " * 1000 + b"\n") * 1_000,
    "nul": lambda: b"\0" * 10**6,
    "one story of 35 million letters": lambda: dump() + b"Turm " * 7_000_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_time(name: str) -> None:
    data = REFUSED[name]()
    begun = process_time()
    with pytest.raises(SourceError):
        articles_of(data)
    assert process_time() - begun < GENEROUS


def test_a_story_of_a_little_more_than_sixteen_million_letters_is_too_large() -> None:
    with pytest.raises(TooLarge):
        articles_of(dump() + b"Turm " * 3_500_000)


@pytest.mark.parametrize("data", [dump() + b"---\n\n" * 30_000, b"---\n\n" * 30_000 + dump()], ids=["behind", "before"])
def test_rule_lines_cost_little(data: bytes) -> None:
    begun = process_time()
    articles_of(data)
    assert process_time() - begun < 1.5


NASTY = {
    "nul": "\0", "c1": "\x80\x9b\x9f", "escape": "\x1b[31m", "osc 8": "\x1b]8;;http://windau.example\x07x\x1b]8;;\x07",
    "bell": "\a", "carriage return": "\r", "backspace": "\b\b\b", "delete": "\x7f", "vertical": "\v\f",
    "separators": "\x1c\x1d\x1e\x1f", "next line": "\u0085", "line separator": "\u2028\u2029",
    "overrides": "\u202a\u202b\u202c\u202d\u202e", "isolates": "\u2066\u2067\u2068\u2069",
    "marks": "\u200e\u200f\u061c",
    "tags": "\U000e0001\U000e0041\U000e007f", "zero width": "\u200b\u200c\u200d\u2060", "byte order": "\ufeff\ufffe",
    "annotation": "\ufff9\ufffa\ufffb", "replacement": "\ufffd", "private": "\ue000\U000f0000", "unassigned": "\u0378",
    "combining": "\u0301\u0316" * 100_000, "jamo": "\u1100\u1161\u11a8" * 100_000, "hangul": "가" * 100_000,
    "emoji": "👩\u200d🚒" * 1000, "ligatures": "ﷺ" * 10_000, "long s": "ſ" * 10_000, "eszett": "ẞß" * 10_000,
    "dotted i": "İ" * 10_000, "quotes": "«»" * 10_000, "damage": "Ã" * 10_000, "digits": "٣" * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_nasty_characters_in_any_place_lose_no_word(name: str) -> None:
    nasty = NASTY[name]
    keyword = f"Arm {nasty[:1000]}x"
    story = dump(headline=f"Turm {nasty} Kopf", lead=f"Der Turm {nasty} Bauch.").decode().replace("Hafen", keyword)
    words = f"Turm {nasty} Fuss. Licht an. Im Hafen. (Sport {nasty}, 07.06.2023 - 09:05) weiterlesen...\n\n"
    data, source = story.encode() + MORE + words.encode() + LAST_LINK, f"a{nasty[:9]}.txt".replace("\0", "")
    begun = process_time()
    articles = articles_of(data, name=source)
    assert process_time() - begun < GENEROUS
    text = said(articles)
    for word in ("Kopf", "Bauch", "Arm", "Fuss", SENTINEL):
        assert word in text
    for article in articles:
        for one in (article.headline, article.lead, *article.keywords, *(block.text for block in article.body)):
            assert one is None or unicodedata.is_normalized("NFC", one)


SAMPLE_BYTES = [path.read_bytes() for path in sorted((SAMPLES / "portal").rglob("*.txt"))]
TOKENS = [
    b"\n", b"\n\n", b"\r", b" ", b".", b"(", b")", b",", b"@ dpa.de", b"\nWeitere Meldungen\n", b"weiterlesen...",
    b"---\n", b"05.06.2023 - 14:20:11\n", b"\n\n31.12.9999 - 23:59:59\n\n", b"05.06.2023 - 14:20 Uhr", b"\0",
    "• - Foto: ".encode(), b"\xff", b"\xef\xbb\xbf", b"\xc3", b"\xe2\x80", "Ã¤".encode(), "\u2028".encode(),
    "\u0301".encode(), b"\x85", b"1. ",
]  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """Samples with pieces cut out, doubled, spliced in from others, flipped, and with tokens of the grammar put in."""
    data = draw(st.sampled_from(SAMPLE_BYTES))
    for _ in range(draw(st.integers(1, 6))):
        place, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        other = draw(st.sampled_from(SAMPLE_BYTES))
        piece = draw(
            st.one_of(
                st.sampled_from([b"", data[place:end] * 2, other[: len(other) // 2], data[place:end][::-1]]),
                st.sampled_from(TOKENS),
                st.binary(max_size=4),
            )
        )
        data = data[:place] + piece + data[end if draw(st.booleans()) else place :]
    return data


def check_read_or_refused(data: bytes) -> None:
    """Read bytes: there are sound records, their ranges inside the source, or there is a SourceError."""
    try:
        articles = articles_of(data)
    except SourceError:
        return
    assert articles
    said(articles)
    place = 0
    for article in articles:
        assert article.origin
        assert article.origin.offset == place
        place += article.origin.length
    assert place == len(data)


def begins_with_a_mark(data: bytes) -> bool:
    """Tell whether bytes claim to be UTF-8 by their first three, whatever the rest is."""
    return data.startswith(b"\xef\xbb\xbf")


@settings(steady, max_examples=300)
@given(st.binary(max_size=400) | st.lists(st.sampled_from(TOKENS) | st.binary(max_size=8), max_size=30).map(b"".join))
@example(b"\xff\xfe\x00")
@example(b"\xff\xfe\x00\xd8")
@example(b"1.1.2020 - 1:11:11")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    if not begins_with_a_mark(data):
        check_read_or_refused(data)


@settings(steady, max_examples=400)
@given(mutants())
def test_damaged_samples_are_read_or_refused(data: bytes) -> None:
    if not begins_with_a_mark(data):
        check_read_or_refused(data)


@settings(steady, max_examples=200)
@given(dumps(), st.sampled_from("ABC"), st.data())
def test_a_dump_cut_anywhere_check_read_or_refused(story: Dump, layout: str, data: st.DataObject) -> None:
    whole = story.text(layout).encode()
    check_read_or_refused(whole[: data.draw(st.integers(0, len(whole)))])


def test_a_mark_before_bytes_that_are_no_utf8_lies() -> None:
    damaged = dump().replace(b"Die Arbeiten", b"\xff" * 300)
    check_read_or_refused(b"\xef\xbb\xbf" + damaged + b"\n" + dump("Anderer Turm"))


@pytest.mark.parametrize("line", ["\0", "\0\0", "x\n\n\ufeff\0\ufeff"])
def test_a_line_of_what_is_taken_away_is_no_block(line: str) -> None:
    check_read_or_refused(body(f"{line}\n\nDie Arbeit ruht."))


def test_blanks_after_an_ordinal_in_a_link_are_read() -> None:
    check_read_or_refused(
        links(f"Turm leuchtet am 9.{' ' * 80}November. Ja. (Sport, 07.06.2023 - 09:05) weiterlesen...\n\n")
    )


PATTERNS = {name: value for name, value in vars(grammar).items() if isinstance(value, re.Pattern)}
BEGINNINGS = ("", "(", "(Sport,", "05.06.2023", "05.06.2023 - 14:20", "@", "@ ", "A", "-", "\n", "weiterlesen")
UNITS = (
    "A",
    " ",
    "(",
    ".",
    "@",
    "-",
    "- ",
    "A ",
    "A-",
    "A/",
    ", ",
    "1",
    "\n",
    "x",
    "ö",
    "(A, ",
    "@ x\n",
    "\n\n05.06.2023 ",
)


def cost(pattern: re.Pattern[str], text: str) -> float:
    """Measure what a pattern costs; those that are looked for in a text say so with a caret."""
    begun = process_time()
    pattern.match(text)
    pattern.fullmatch(text)
    if pattern.pattern.startswith("^"):
        pattern.search(text)
    return process_time() - begun


def test_there_are_patterns() -> None:
    assert len(PATTERNS) >= 9


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_of_the_grammar_is_linear(name: str) -> None:
    for beginning in BEGINNINGS:
        for unit in UNITS:
            texts = [beginning + unit * size for size in (10_000, 20_000, 40_000)]
            if sum(cost(PATTERNS[name], text) for text in texts) > 0.02:  # else it is cheap, whatever it grows like
                small, middle, large = (min(cost(PATTERNS[name], text) for _ in range(3)) for text in texts)
                assert middle < 4 * small + 0.005, (beginning, unit, small, middle, large)
                assert large < 4 * middle + 0.005, (beginning, unit, small, middle, large)
