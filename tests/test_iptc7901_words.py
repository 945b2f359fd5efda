"""What the words of the text wire mean: headline block, ids, days, embargoes, cancels; and what hostile words cost."""

import random
from itertools import product
from time import process_time

import pytest

from material import NOON, SAMPLES
from newsarc.article import Article, from_line
from newsarc.errors import ParseError, SourceError
from newsarc.formats import FORMATS, iptc7901
from newsarc.formats.iptc7901.frame import german_day
from newsarc.normalize.dates import read_date
from newsarc.normalize.meaning import normalize
from newsarc.source import from_bytes

MUTANTS = 400
SECONDS = 8.0
"""What a megabyte may take at most on a busy machine; a quadratic reader takes minutes."""


def message(
    headline: str = "Titel",
    text: str = "Windau (dpa) - Text.",
    header: str = "bdt0007 4 vm 24  dpa 0031",
    time: str = "121430 Mär 25",
) -> bytes:
    return f"\x01{header}\n\nVerkehr/\n\x02{headline} =\n\n{text}\n\n\x03{time}\n\x7f\n\x7f\x04\n".encode()


def one(data: bytes) -> Article:
    [article] = iptc7901.parse(from_bytes(data, "wire"))
    assert isinstance(article, Article)
    return normalize(article, now=NOON)


@pytest.mark.parametrize(
    ("block", "headline", "genre", "signals", "unparsed"),
    [
        ("(Eil \a\a\a)\nTitel", "Titel", None, ("urgent",), ()),
        ("PILNE:\nTytul", "Tytul", None, ("urgent",), ()),
        ("D'URGENCE: Titre", "Titre", None, ("urgent",), ()),
        ("Update: Titel", "Titel", None, ("update",), ()),
        ("Update: Titel\nBy A. Name", "Titel", None, ("update",), ()),
        ("Correction: para 2\nTitel", "Titel", None, ("correction", "correction: para 2"), ()),
        ("RPT RPT\nTitel", "Titel", None, ("repeat",), ()),
        ("Updates machen Ärger", "Updates machen Ärger", None, (), ()),
        ("(Wiederholung)\nTitel", "Titel", None, ("repeat",), ()),
        ("(Wiederholung - gestern verstümmelt)\nTitel", "Titel", None, ("repeat", "repeat: gestern verstümmelt"), ()),
        ("(Fragen und Antworten)\nTitel", "Titel", "Fragen und Antworten", (), ()),
        ("(Feature)\nTitel", "Titel", "Feature", (), ()),
        ("(Achtung - Termin)\nTitel", "Titel", "Achtung", (), ("Termin",)),
        ("(Reportage)\n(Porträt)\nTitel", "Titel", "Reportage", (), ("Porträt",)),
        ("(mit Bild und Grafik)\nTitel", "Titel", None, (), ("mit Bild und Grafik",)),
        ("(Zum EU-Embargo gegen Süßland)\nTitel", "Titel", None, (), ("Zum EU-Embargo gegen Süßland",)),
        ("2ND LEAD\nTitel", "Titel", "2ND LEAD", ("update",), ()),
        ("(nie geschlossen\nTitel", "Titel", None, (), ("nie geschlossen",)),
        ("()\nTitel", "Titel", None, (), ()),
    ],
)
def test_a_headline_block_is_read_line_by_line(
    block: str, headline: str, genre: str | None, signals: tuple[str, ...], unparsed: tuple[str, ...]
) -> None:
    article = one(message(block))
    assert (article.headline, article.genre) == (headline, genre)
    assert (article.signals, article.unparsed) == (signals, unparsed)
    assert (article.status, article.embargo_open) == ("usable", False)


@pytest.mark.parametrize(
    ("block", "byline"),
    [
        ("Titel\nVon Erika Muster", "Von Erika Muster"),
        ("Titel\nVon Erika Muster und Max von der Heide,\ndpa", "Von Erika Muster und Max von der Heide, dpa"),
        ("Titel\nVon unserem Korrespondenten Max Muster, dpa", "Von unserem Korrespondenten Max Muster, dpa"),
        ("Von Erika Muster", None),
        ("Kommissionschefin\nVon der Leyde reist nach Taldern", None),
    ],
)
def test_a_byline_is_told_from_a_headline_that_goes_on(block: str, byline: str | None) -> None:
    article = one(message(block))
    assert article.byline == byline
    assert f"{article.headline} {byline or ''}".strip() == " ".join(block.split())


@pytest.mark.parametrize(
    ("block", "is_canceled"),
    [
        ("KILL KILL KILL\nTitel", True),
        ("KILL KILL KILL: Titel", True),
        ("(KILL KILL KILL)\nTitel", True),
        ("*** ELIMINAR ***\nTitel", True),
        ("(Achtung) Titel wurde zurückgezogen", True),
        ("(ACHTUNG) Titel bitte nicht mehr verwenden", True),
        ("(Achtung) dpa zieht die Meldung\nzurück", True),
        ("(Achtung)\nTitel zurückgezogen", False),
        ("(Achtung - zurückgezogen)\nTitel", False),
        ("(Achtung) Neuer Termin", False),
        ("Kill Bill gestrichen", False),
        ("Angebot zurückgezogen", False),
    ],
)
def test_only_the_words_for_it_cancel(block: str, is_canceled: bool) -> None:
    article = one(message(block))
    assert (article.status == "canceled") is is_canceled
    assert ("cancel-unlinked" in article.warnings) is is_canceled


def test_a_cancel_without_any_text_is_a_record() -> None:
    article = one(b"\x01eca0011 2 x 30  dpa 0045 br 0044\n\n\x02KILL KILL KILL =\n\x03121345 GMT Mar 25\n\x04")
    assert (article.id, article.status, article.headline) == ("iptc7901:20250312:0044", "canceled", None)
    assert article.warnings == ("headline-missing",)


def test_a_cancel_that_names_two_numbers_withdraws_neither_by_guess() -> None:
    article = one(message("(Achtung) zurückgezogen", "Die Meldungen dpa 0801 und dpa 0802 nicht verwenden."))
    assert (article.id, article.warnings) == ("iptc7901:20250312:0031", ("cancel-unlinked", "zone-assumed"))


@pytest.mark.parametrize(
    ("note", "text", "moment", "is_open"),
    [
        ("Sperrfrist 13. März 18.00 Uhr", "13. März 18.00 Uhr", "2025-03-13T18:00:00+01:00", False),
        ("Sperrfrist: 13.03.2025 - 18:00 Uhr", "13.03.2025 - 18:00 Uhr", "2025-03-13T18:00:00+01:00", False),
        ("SPERRFRIST Donnerstag, 13. März, 18.00 Uhr", "13. März, 18.00 Uhr", "2025-03-13T18:00:00+01:00", False),
        ("Sperrfrist 11. März 18.00 Uhr", "11. März 18.00 Uhr", "2025-03-11T18:00:00+01:00", False),
        ("Sperrfrist 10. März 18.00 Uhr", "10. März 18.00 Uhr", "2026-03-10T18:00:00+01:00", False),
        ("Sperrfrist 31. Februar 18.00 Uhr", "31. Februar 18.00 Uhr", None, True),
        ("Sperrfrist bis zum Ende der Rede", None, None, True),
        ("Sperrfrist entfällt", None, None, False),
    ],
)
def test_an_embargo_is_read_or_open(note: str, text: str | None, moment: str | None, is_open: bool) -> None:
    article = one(message(f"({note})\nTitel"))
    assert (article.embargoed_text, article.embargo_open) == (text, is_open)
    assert (article.embargoed.isoformat() if article.embargoed else None) == moment


def test_the_day_of_an_id_is_the_day_of_publication() -> None:
    months = "Jan Feb Mär Mrz Mar Apr Mai May Jun Jul Aug Sep Okt Oct Nov Dez Dec Foo".split()
    for clock, zone, month, year in product(
        ("010000", "312359", "302330"), ("", "GMT ", "MESZ ", "EST "), months, (25, 85)
    ):
        line = f"{clock} {zone}{month} {year}"
        moment = read_date(line).moment
        assert german_day(line) == (f"{moment:%Y%m%d}" if moment else None), line


@pytest.mark.parametrize(
    ("header", "id_", "others", "version"),
    [
        ("bdt0007 4 vm 24  dpa 0031", "iptc7901:20250312:0031", (), 1),
        ("NSB007 4 VM 24  ccccb LNI 0031", "iptc7901:20250312:0031", (), 1),
        ("bdt0007 4 vm 24 dpa-tmn 0031 br 0012", "iptc7901:20250312:0012", ("iptc7901:20250312:0031",), 1),
        ("bdt0007 4 vm 24 dpa 0000 br 0012", "iptc7901:20250312:0012", (), 1),
        ("bdt0007 4 vm 24 dpa 0031 zu 0012", "iptc7901:20250312:0031", (), 1),
        ("kna0007 4 vm 24 KNA 250311-89-00012#3", "iptc7901:20250311:250311-89-00012", (), 3),
    ],
)
def test_ids_come_from_the_header(header: str, id_: str, others: tuple[str, ...], version: int) -> None:
    article = one(message(header=header))
    assert (article.id, article.alternate_ids, article.version) == (id_, others, version)
    assert article.credit == ("KNA" if "KNA" in header and not article.dateline else "dpa")


def test_nobody_else_claims_a_message_without_controls() -> None:
    bare = bytes(byte for byte in message() if byte not in b"\1\2\3\4\7\x7f")
    assert [known.NAME for known in FORMATS if known.sniff(bare)] == ["iptc7901"]
    assert not iptc7901.sniff(bare.replace(b"=", b""))
    assert not iptc7901.sniff(message().replace(b"\x02", b""))
    assert not iptc7901.sniff(b"bdt0007 4 vm")


def test_mutants_are_records_or_faults() -> None:
    roots = [path.read_bytes() for path in sorted((SAMPLES / "iptc7901").glob("*.txt"))]
    dice, records, faults = random.Random(7901), 0, 0
    for _ in range(MUTANTS):
        data = bytearray(dice.choice(roots))
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(data))
            what = dice.randrange(4)
            if what == 0:
                data[place] = dice.randrange(256)
            elif what == 1:
                del data[place : place + dice.randint(1, 40)]
            elif what == 2:
                data[place:place] = dice.choice(
                    [b"\x01", b"\x02", b"\x03", b"\x04", b"(", b"=", b"# ", b"\n\n", b"\xff", b"* * *"]
                )
            else:
                data[place:place] = data[place : place + dice.randint(1, 200)]
            if not data:
                data = bytearray(b"\x01")
        try:
            found = list(iptc7901.parse(from_bytes(bytes(data), "wire")))
        except SourceError:
            faults += 1
            continue
        for article in found:
            if isinstance(article, Article):
                records += 1
                assert from_line(normalize(article).line()).line() == normalize(article).line()
            else:
                faults += 1
    assert records > MUTANTS / 2
    assert faults > MUTANTS / 40


TOKENS = (
    " ", "(", ")", "a", "A.", "0 ", "+1", "- \n", "* ", "[", "](", "[a](", "|", "  a", "=", "Von ", "Sperrfrist ",
    "1. ", "a@", "## a\n", "# Notizblock\n", "(a) - ", "KILL ", "\n", "\n\na", "* * *\n", "zieht ", "urn:", "https://",
    "\x02", "\x03", "\r", "\u0308", "ffentlichung ", "030 ", "nicht ",
)  # fmt: skip


@pytest.mark.parametrize("token", TOKENS, ids=repr)
def test_a_token_repeated_costs_no_more_than_its_length(token: str) -> None:
    many = token * (200_000 // len(token))
    pad = f"# Notizblock\n\n## Internet\n- {many}\n## Orte\n- {many}\n## Berichtigung\n- {many}"
    begun = process_time()
    for data in (
        message(many),
        message(f"({many}"),
        message(f"Titel\nVon {many}"),
        message(text=many),
        message(text=pad),
    ):
        for article in iptc7901.parse(from_bytes(data, "wire")):
            assert isinstance(article, (Article, ParseError))
    assert process_time() - begun < SECONDS
