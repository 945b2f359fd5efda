"""The text wire beyond its samples: streams and offsets, broken messages, private notes, hostile input."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from conftest import Run
from material import SAMPLES
from newsarc.article import Article, from_line
from newsarc.errors import ParseError, SourceError, TooLarge
from newsarc.formats import iptc7901
from newsarc.formats.iptc7901.cutting import cut
from newsarc.formats.iptc7901.text import has_contacts
from newsarc.normalize.meaning import normalize
from newsarc.source import Source, from_bytes

FOLDER = SAMPLES / "iptc7901"
WHOLE = sorted(FOLDER.glob("*.txt"))
FULL = (FOLDER / "full.txt").read_bytes()
FIRST = (FOLDER / "minimal.txt").read_bytes()
MANY = (FOLDER / "many.txt").read_bytes()
CONTACTS = re.compile(r"555012\d|55501[3]\d|beispiel@|kroll@|name@|muster@|foto@", re.IGNORECASE)
SECONDS = 8.0
"""What a megabyte may take at most; a quadratic reader takes minutes."""


def found_in(data: bytes, longest: int | None = None) -> list[Article | SourceError]:
    source = from_bytes(data, "wire")
    if longest is not None:
        source = replace(source, longest=longest)
    return list(iptc7901.parse(source))


def one(data: bytes) -> Article:
    [article] = found_in(data)
    assert isinstance(article, Article)
    return article


def message(
    headline: str = "Titel", text: str = "Windau (dpa) - Text.", header: str = "bdt0007 4 vm 24  dpa 0031"
) -> bytes:
    return f"\x01{header}\n\nVerkehr/\n\x02{headline} =\n\n{text}\n\n\x03121430 Mär 25\n\x7f\n\x7f\x04\n".encode()


@dataclass(frozen=True, slots=True)
class InPieces(Source):
    """A source that comes in pieces of a few bytes."""

    step: int = 1

    def chunks(self) -> Iterator[bytes]:
        """Yield all bytes from the start."""
        data = b"".join(Source.chunks(self))
        return (data[start : start + self.step] for start in range(0, len(data), self.step))


def in_pieces(data: bytes, step: int) -> InPieces:
    source = from_bytes(data, "wire")
    return InPieces(source.name, source.size, source.sha256, source.head, source.open, source.longest, step)


@pytest.mark.parametrize("name", ["many.txt", "cut-and-next.txt", "controls-stripped.txt", "utf16.txt"])
@pytest.mark.parametrize("step", [1, 7, 64])
def test_it_does_not_matter_where_the_bytes_are_cut_into_chunks(name: str, step: int) -> None:
    data = (FOLDER / name).read_bytes()
    assert list(iptc7901.parse(in_pieces(data, step))) == found_in(data)


def test_a_long_mail_is_cut_at_each_header() -> None:
    one_of = bytes(byte for byte in FULL if byte not in b"\1\2\3\4\7\x7f")
    data = one_of * 40
    pieces = list(cut(in_pieces(data, 1000)))
    assert [piece.offset for piece in pieces] == list(range(0, len(data), len(one_of)))
    assert all(piece.is_message for piece in pieces)


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_the_pieces_of_a_source_follow_each_other_without_a_gap(path: Path) -> None:
    data, end = path.read_bytes(), 0
    for piece in cut(from_bytes(data, "wire")):
        assert piece.offset == end
        end += piece.length
        if not piece.codec:
            assert data[piece.offset : end] == piece.data
    assert end == len(data)


def test_a_message_is_what_its_offset_and_length_say() -> None:
    for article in found_in(MANY):
        assert isinstance(article, Article)
        assert article.origin
        alone = one(MANY[article.origin.offset : article.origin.offset + article.origin.length])
        assert alone.headline == article.headline
        assert alone.body == article.body


def test_a_broken_message_in_the_middle_costs_only_itself(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "day"
    path.write_bytes((FOLDER / "broken" / "one-of-three.txt").read_bytes())
    done = run("ingest", path)
    assert done.returncode == 1
    assert "2 new" in done.stderr
    listed = run("list", "--fields", "headline", "--output", "csv").stdout
    assert "Eins in Grünstätt" in listed
    assert "Three in Windau" in listed


def test_junk_between_messages_is_a_fault_that_names_its_place() -> None:
    first, fault, second = found_in(FIRST + b"\x7f\n  junk here\r\n" + FIRST)
    assert isinstance(fault, ParseError)
    assert f"at byte {len(FIRST) + 4}" in str(fault)
    assert "9 bytes" in str(fault)
    assert isinstance(first, Article)
    assert isinstance(second, Article)


def test_filling_between_messages_is_no_fault() -> None:
    assert len(found_in(FIRST + b"\r\n\0\0 \x7f\x04\n" + FIRST)) == 2


def test_a_message_that_is_too_long_costs_only_itself() -> None:
    long = message(text="Windau (dpa) - " + "Wort " * 400_000)
    first, fault, second = found_in(FIRST + long + FIRST, longest=1_000_000)
    assert isinstance(fault, TooLarge)
    assert f"at byte {len(FIRST)}" in str(fault)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert second.origin
    assert second.origin.offset == len(FIRST + long)


def test_a_long_message_in_a_mail_costs_only_itself() -> None:
    short, long = (bytes(byte for byte in one_of if byte not in b"\1\2\3\4\7\x7f") for one_of in (
        message(), message(text="Windau (dpa) - " + "Wort\n" * 60_000),
    ))  # fmt: skip
    first, fault, second = iptc7901.parse(replace(in_pieces(short + long + short, 5_000), longest=100_000))
    assert isinstance(fault, TooLarge)
    assert f"at byte {len(short)}" in str(fault)
    assert f"{len(long):,} bytes" in str(fault)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert second.origin
    assert second.origin.offset == len(short + long)


def test_of_utf16_nothing_is_read_behind_a_message_that_is_too_long() -> None:
    data = (FIRST + message(text="Wort " * 10_000) + FIRST).decode().encode("utf-16")
    first, fault = found_in(data, longest=20_000)
    assert isinstance(first, Article)
    assert isinstance(fault, TooLarge)


def test_megabytes_of_filling_are_no_fault_and_take_no_memory() -> None:
    first, second = found_in(FIRST + b"\x7f\n" * 1_500_000 + FIRST)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert second.origin
    assert second.origin.offset == len(FIRST) + 3_000_000


def test_nothing_that_is_a_message_raises() -> None:
    with pytest.raises(ParseError, match="none found"):
        found_in(b"Sehr geehrte Damen und Herren")


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_no_contact_of_an_editor_is_in_a_record(path: Path) -> None:
    for article in found_in(path.read_bytes()):
        assert isinstance(article, Article)
        assert not CONTACTS.search(article.line().decode())
    assert path.with_name(path.name + ".jsonl").exists()
    assert not CONTACTS.search(path.with_name(path.name + ".jsonl").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["full.txt", "correction.txt", "english.txt"])
def test_a_message_cut_anywhere_is_a_record_or_a_fault_and_leaks_nothing(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    for end in range(12, len(data), 3):
        for article in found_in(data[:end]):
            if isinstance(article, Article):
                assert not CONTACTS.search(article.line().decode()), end
                assert from_line(normalize(article).line()).origin
            else:
                assert isinstance(article, ParseError), end


@pytest.mark.parametrize(
    "line",
    [
        "* * * *",
        "****",
        "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt",
        "DIE FOLGENDEN INFORMATIONEN SIND NICHT ZUR VERÖFFENTLICHUNG BESTIMMT",
        "Die folgenden Informationen sind nicht zur\nVeröffentlichung bestimmt",
        "Die folgenden Informationen sind nicht zur Ver\ufffdffentlichung bestimmt",
        "The following information is not for publication",
        "The following information is not intended\nfor publication",
    ],
)
def test_each_line_that_opens_the_private_part_closes_the_record(line: str) -> None:
    pad = "# Notizblock\n\n## Redaktionelle Hinweise\n- * Ein Bild folgt.\n"
    article = one(message(text=f"Windau (dpa) - Text.\n\n{pad}{line}\n## Team\n- Geheim: Haus am Deich"))
    assert "Geheim" not in article.line().decode()
    assert article.unparsed == ("* Ein Bild folgt.",)
    assert article.warnings.count("private-notes-omitted") == 1


def test_the_end_of_a_mail_is_no_text_and_its_contacts_are_private() -> None:
    bare = bytes(byte for byte in message() if byte not in b"\1\2\3\4\7\x7f")
    article = one(bare + b"-- \nGesendet vom Deich\nErika Muster, muster@example.org\n")
    assert (article.published_text, article.unparsed) == ("121430 Mär 25", ("--", "Gesendet vom Deich"))
    assert article.warnings == ("controls-missing", "private-notes-omitted")


def test_what_is_said_of_a_document_in_the_text_is_text() -> None:
    said = "Das Papier ist nicht zur Veröffentlichung bestimmt. Das sagte die Stadt."
    article = one(message(text=f"Windau (dpa) - Streit.\n\n{said}\n\nEnde."))
    assert [block.text for block in article.body] == ["Streit.", said, "Ende."]
    assert article.warnings == ()


@pytest.mark.parametrize(
    ("note", "is_contact"),
    [
        ("030 5550123", True),
        ("030/55 50 123", True),
        ("(030) 5550123", True),
        ("+49 (0)30 5550123", True),
        ("muster@example.org", True),
        ("Tel. 5550123", True),
        ("Der Bericht folgt am 03.05.2025 um 18.00 Uhr", False),
        ("Meldung 0801 von 14.30 Uhr", False),
        ("310 Kilometer, 480 Millionen Euro", False),
        ("100 000 Euro bis 2027", False),
    ],
)
def test_contacts_are_told_from_other_numbers(note: str, is_contact: bool) -> None:
    assert has_contacts(note) is is_contact


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_every_character_of_a_message_stands_somewhere_or_is_grammar(path: Path) -> None:
    data = path.read_bytes()
    for article in found_in(data):
        assert isinstance(article, Article)
        assert article.origin
        raw = data[article.origin.offset : article.origin.offset + article.origin.length]
        text = _public(raw.decode(article.origin.encoding, "replace"))
        left = Counter("".join(text.split()))
        left.subtract(Counter("".join("".join(_placed(article)).split())))
        lost = "".join((left - Counter(_GRAMMAR)).elements())
        assert article.warnings.count("encoding-repaired:cp1252") or lost == "", lost


_GRAMMAR = (
    "/" * 20 + "=()" * 5 + "#" * 20 + "-+*" * 12 + ":" * 8 + ".,' " * 2 + "\x01\x02\x03\x04" + "\x7f" * 3 + "\x07" * 9
)
_WORDS = (
    "Notizblock|dpa-Notizblock|Notebook|Aktualisierung|Berichtigung|Redaktionelle Hinweise"
    "|Internet links|Internet|Orte|Refile|Note to editors|Kontakte"
)
_SAID = (
    r"Eil|Blitz|Zusammenfassung|Vorschau|Sperrfrist|Berichtigung|Aktualisierung|Achtung|REFILE|URGENT"
    r"|VERSIÓN CORREGIDA|EMBARGOED for publication|KILL|ELIMINAR|АННУЛИРОВАНИЕ|حظر"
)


def _public(text: str) -> str:
    """Take off what is private and what the grammar says in words: header, section titles, signals, contacts."""
    text = re.sub(r"\r+\n", "\n", text)
    text = re.sub(r"^\x01?.*\n", "", text, count=1)
    text = re.sub(r"(?s)\* \* \* \*.*?(?=\x03|$)|\n## Kontakte.*?(?=\n##|\x03)", "", text)
    text = "\n".join(line for line in text.split("\n") if not has_contacts(line) or "0800" in line)
    text = re.sub(r"(?m)^dpa [a-z/]+.* (?:n1|a3) \w+$|\[Teich\]\(.*$", "Teich" if "[Teich]" in text else "", text)
    head, equals, rest = text.partition("=")
    head = re.sub(rf"\b(?:{_SAID})\b", "", head)
    rest = re.sub(rf"(?m)^(?:# |## )?(?:{_WORDS})$", "", rest)
    return head + equals + re.sub(r"\((?:dpa|dpa/\w+|KNA|Europa Press)\) ?-?", "", rest, count=1)


def _placed(article: Article) -> Iterator[str]:
    words = (article.headline, article.lead, article.byline, article.dateline, article.genre, article.published_text)
    yield from filter(None, (*words, article.embargoed_text))
    yield from (*article.keywords, *article.unparsed, *article.places)
    yield from (block.text for block in article.body)
    yield from (link.text for link in article.related)
    yield from (media.caption or "" for media in article.media)
    yield from (note.partition(": ")[2] for note in article.signals)
