"""What the fast pattern takes for a record is one, and it takes every record that is written."""

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from material import SAMPLES, articles_of
from newsarc.archive.chain import GENESIS, seal
from newsarc.archive.checking.shape import Kept, _object, fitting, read_kept
from newsarc.article import Article, Origin, from_line
from strategies import Dump, articles, dumps, steady


def lined(record: bytes) -> bytes:
    """Make a record the line of an archive."""
    return seal(record, 17, GENESIS)[0]


def is_record(line: bytes) -> bool:
    """Ask the model."""
    try:
        from_line(line)
    except (ValueError, OverflowError):
        return False
    return True


SOURCE = (
    b"Windau\n\nDer Turm.\n\n05.06.2023 - 14:20:11\n\nWindau erneuert \xe2\x80\x9eden Turm\xe2\x80\x9c\n\nEin Satz.\n"
)


def whole() -> bytes:
    """Return a line with a value in every key."""
    [article] = articles_of(SOURCE)
    assert article.origin
    kept = article.origin.model_copy(update={"pack": 1, "pack_offset": 0, "pack_length": 9})
    more: dict[str, Any] = {
        "category_confidence": 0.25, "urgency": 3, "updated": article.published, "embargoed": article.published,
        "category_by": "user", "origin": kept, "archived": article.published,
        "category_candidates": ({"category": "Sport", "confidence": 1.0},),
        "media": ({"caption": 'Der "alte" Turm\\\n'},), "related": ({"text": "Mehr"}, {"text": "\x07"}),
    }  # fmt: skip
    return lined(Article.model_validate(article.model_dump() | more).line())


WHOLE = whole()


# Every record that is written fits.


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.jsonl")), ids=lambda path: path.name)
def test_the_records_of_a_sample_fit(path: Any) -> None:
    for record in path.read_bytes().splitlines():
        assert fitting(lined(record)), record


@settings(steady, max_examples=50)
@given(dumps(), st.sampled_from("ABC"))
def test_the_records_of_generated_dumps_fit(dump: Dump, layout: str) -> None:
    for article in articles_of(dump.text(layout).encode()):
        assert fitting(lined(article.line()))


@settings(steady, max_examples=100)
@given(articles())
def test_any_record_fits_and_says_what_the_model_says(article: Article) -> None:
    line = lined(article.line())
    assert fitting(line)
    assert read_kept(line) == kept_of(line)


def kept_of(line: bytes) -> Kept | None:
    """Read what a line says of its original the long way."""
    origin = from_line(line).origin
    return Kept(*(getattr(origin, name) for name in Kept._fields)) if origin else None


def test_a_line_that_is_older_than_a_key_fits() -> None:
    fields = json.loads(WHOLE)
    for name in list(fields)[1:-2]:
        older = {key: value for key, value in fields.items() if key != name}
        line = json.dumps(older, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        assert fitting(line), name
        assert is_record(line)


def test_an_id_of_any_length_takes_a_time_that_grows_with_the_line() -> None:
    """A pattern that went back would not end."""
    for text in ('"' * 100_000, "\\" * 100_000, "ü\\u0001" * 50_000, "{" * 100_000):
        line = lined(Article(id=text, lead=text).line())
        assert fitting(line)
        assert not fitting(line[:-80] + line[-79:])


# What fits is a record.

MOMENTS = """
    2024-02-29T00:00:00+01:00 2025-02-29T00:00:00+01:00 1900-02-29T00:00:00+01:00 2000-02-29T00:00:00+01:00
    2025-02-30T00:00:00+01:00 2025-04-31T00:00:00+02:00 2025-04-30T23:59:59+02:00 2025-13-01T00:00:00+01:00
    2025-00-10T00:00:00+01:00 2025-01-00T00:00:00+01:00 2025-01-32T00:00:00+01:00 2025-01-31T24:00:00+01:00
    2025-01-31T23:60:00+01:00 2025-01-31T23:59:60+01:00 2025-01-31T23:59:59Z 0000-01-01T00:00:00+01:00
    0001-01-01T00:00:00+01:00 9999-12-31T23:59:59+01:00 2999-12-31T23:59:59+00:00 1000-01-01T00:00:00+03:00
    2025-01-31T23:59:59+1:00 2100-02-29T00:00:00+01:00 2096-02-29T00:00:00+01:00 2025-01-31T23:59:59 2025-01-31
""".split()


def test_only_times_the_calendar_has_fit() -> None:
    time = re.search(rb'"published":"([^"]+)"', WHOLE)
    assert time
    fit = 0
    for moment in MOMENTS:
        line = WHOLE.replace(b'"published":"' + time[1], b'"published":"' + moment.encode())
        fit += fitting(line) is not None
        assert is_record(line) or not fitting(line), moment
    assert fit == 5


NUMBERS = """
    0 1 -1 -0 00 01 1.0 1.5 0.25 .5 1. 1e5 1e-5 2e-400 1.0000001 0.99999999999999999999 9e-1 1e400 NaN true null "1"
""".split()
KEYS = (
    "version",
    "revision",
    "urgency",
    "category_confidence",
    "confidence",
    "offset",
    "length",
    "pack",
    "embargo_open",
)


@pytest.mark.parametrize("key", KEYS)
def test_only_numbers_of_their_kind_fit(key: str) -> None:
    fit = 0
    for number in NUMBERS:
        line = re.sub(rb'"%b":[^,}]+' % key.encode(), b'"%b":%b' % (key.encode(), number.encode()), WHOLE)
        assert line != WHOLE or number.encode() in WHOLE
        fit += fitting(line) is not None
        assert is_record(line) or not fitting(line), number
        assert not fitting(line) or read_kept(line) == kept_of(line)
    assert fit


TEXTS = [
    rb"\ud800", rb"\uDc00\ud800", rb"\uD7ff", rb"\uE000", rb"\x", rb"\u12", rb"\u00e4", rb"\u0000", rb"\/", rb"\'",
    rb"\\\"", rb"\\\\\\\"", b"\x00", b"\x1f", b"\t", b"\r", b"\x7f", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf",
    b"\xf4\x90\x80\x80", b"\xf0\x9f\x98\x80", b"~", b"\\", b'"', b'","lead":"', b'"}', "\u2028\x85".encode(),
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_only_texts_of_json_fit(text: bytes) -> None:
    for place in (
        b'"headline":"',
        b'"kind":"',
        b'"lead":"',
        b'"paragraph","text":"',
        b'"caption":"',
        b'"sha256":"',
        b'{"schema":',
    ):
        line = WHOLE.replace(place, place + text, 1)
        assert line != WHOLE
        assert not fitting(line) or read_kept(line) == kept_of(line), place


PIECES = [
    b'"', b"\\", b",", b":", b"{", b"}", b"[", b"]", b"null", b"true", b"0", b"-1", b"\\u0041", b"\xc3", b"\n", b" ",
    b"e", b'"paragraph"', b'"usable"', b'"x"', b'"id":"a",', b',"seq":1', b'{"text":"a"}', b",null", b"1.0", b"7",
]  # fmt: skip


def mutated(line: bytes, start: int, length: int, piece: bytes) -> bytes:
    """Put other bytes in a place of a line."""
    at = start % len(line)
    return line[:at] + piece + line[at + length :]


@settings(steady, max_examples=50)
@given(articles(), st.integers(0, 1 << 20))
def test_whatever_fits_is_a_record(article: Article, seed: int) -> None:
    whole, roll = lined(article.line()), random.Random(seed)
    for _ in range(100):
        line = whole
        for _ in range(roll.randint(1, 3)):
            line = mutated(line, roll.randrange(1 << 20), roll.randrange(9), roll.choice([*PIECES, roll.randbytes(2)]))
        if fitting(line):
            assert read_kept(line) == kept_of(line)


def test_whatever_fits_is_a_record_piece_by_piece() -> None:
    """Every place of a line, every piece: most are found out, what is not is a record all the same."""
    fit = tried = 0
    for at in range(0, len(WHOLE), 3):
        for piece in PIECES:
            line = mutated(WHOLE, at, tried % 4, piece)
            tried += 1
            if fitting(line):
                fit += 1
                assert is_record(line), line
    assert tried > 10_000
    assert 0.02 < fit / tried < 0.5


def test_a_record_without_an_original_says_so() -> None:
    assert read_kept(lined(Article(id="urn:a").line())) is None
    origin = Origin(name="x", format="portal", encoding="utf-8", sha256="0" * 64, offset=1, length=2)
    assert read_kept(lined(Article(id="urn:a", origin=origin).line())) == ("0" * 64, 1, 2, None, None, None)
    with pytest.raises(ValueError, match="schema"):
        read_kept(b'{"schema":"other/1"}\n')


def test_a_type_that_has_no_pattern_is_an_error_when_it_is_made() -> None:
    """A new kind of field must be thought of here; it would make every line a slow one."""

    class Strange(BaseModel):
        count: complex

    with pytest.raises(TypeError, match="complex"):
        _object(Strange)
