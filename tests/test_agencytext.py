"""Plain agency text: what its samples do not show; any bytes give records that account for every word, or an error."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from material import NOON, SAMPLES, articles_of
from newsarc.article import Article
from newsarc.encoding import decoder_of, mend
from newsarc.errors import ParseError, SourceError, TooLarge
from newsarc.formats import agencytext
from newsarc.ingest import Reading, read
from newsarc.source import Source, from_bytes

FOLDER = SAMPLES / "agencytext"
PATHS = sorted(FOLDER.glob("*.txt"))
FORCED = Reading(format="agencytext", now=NOON)
LITERALS = {"von", "am", "aktualisiert", "veröffentlicht", "foto", "bild", "quelle", "dpa", "•", "©", "infocom"}
TOKENS = [
    b"\n", b"\n\n", b"\r", b" ", b"(dpa) - ", b"\n\nWindau (dpa) - ",
    "\n\nWindau (dts Nachrichtenagentur) – ".encode(), b"\n\xc2\xa9 dpa-infocom, dpa:230605-99-000123/2\n",
    b"dpa:230605-99-000123", b"\n---\n", b"\n***\n", b"./kml/DP/ab\n", b"\n05.06.2023, 14:20 Uhr\n",
    b"\n05/06/2023\n", b"\n0\n", b"\nVon dpa\n", b"Foto: ", b"\n# Notizblock\n", b"\n* * * *\n", b"\nAnzeige\n",
    b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\x1b[2J", b"\x85", "\u2028".encode(), "Ã¤".encode(), b"?", b"!",
    b"\nAktualisiert am 31.02.2025, 25:99 Uhr\n", b"date 2025-13-99 ", b"\nKontakt: 030 5550199\n",
    "\u0301".encode() * 40,
]  # fmt: skip


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+|•", text.casefold()))


def placed(article: Article) -> Counter[str]:
    """Count the words that stand in the verbatim fields."""
    fields = [article.headline, article.kicker, article.lead, article.byline, article.dateline, article.credit]
    fields += [article.rights, article.published_text, article.updated_text, article.id.removeprefix("portal:")]
    fields += [*article.services, *article.unparsed, *(block.text for block in article.body)]
    fields += [word for media in article.media for word in (media.caption, media.credit)]
    fields += [str(article.version)] if article.version_by == "provider" else []
    return words("\n".join(text for text in fields if text))


def lost(data: bytes, articles: list[Article]) -> set[str]:
    """Say which words of a source stand nowhere in its records; ranges must follow each other to the last byte."""
    end, missing = 0, set[str]()
    for article in articles:
        assert article.origin
        assert article.origin.offset == end
        end += article.origin.length
        text = decoder_of(article.origin.encoding).decode(data[article.origin.offset : end], final=True)
        lines = [line.strip() for line in text.replace("\ufeff", " ").splitlines()]
        if "private-notes-omitted" not in article.warnings:
            missing |= set(words(mend("\n".join(lines))[0])) - set(placed(article)) - LITERALS
    assert end == len(data)
    return missing


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_word_of_a_sample_stands_somewhere(path: Path) -> None:
    data = path.read_bytes()
    assert lost(data, articles_of(data)) == set()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_sample_cut_anywhere_loses_nothing(path: Path) -> None:
    data = path.read_bytes()
    for length in range(1, len(data), 13):
        try:
            articles = articles_of(data[:length], how=FORCED)
        except SourceError:
            continue
        assert lost(data[:length], articles) <= {"\ufffd"}, length


def test_mutants_give_records_without_a_loss_or_an_error() -> None:
    read_at_all = 0
    for number in range(400):
        data = mutant(number)
        try:
            articles = list(read(from_bytes(data, "mutant"), FORCED))
        except SourceError:
            continue
        read_at_all += 1
        missing = {word for word in lost(data, articles) if "\ufffd" not in word}
        assert missing == set(), f"mutant({number})"
    assert read_at_all > 300


def mutant(number: int) -> bytes:
    dice = Random(number)
    data = dice.choice(PATHS).read_bytes()
    for _ in range(dice.randint(1, 6)):
        place = dice.randint(0, len(data))
        end = min(len(data), place + dice.randint(0, 80))
        change = dice.randrange(4)
        if change == 0:
            data = data[:place] + data[end:]
        elif change == 1:
            data = data[:end] + data[place:]
        else:
            data = data[:place] + dice.choice(TOKENS) + data[place:]
    return data or b"Windau (dpa) - x"


def test_what_is_private_never_reaches_a_record() -> None:
    data = (FOLDER / "private-notes.txt").read_bytes()
    printed = b"\n".join(article.line() for article in articles_of(data)).decode()
    for secret in ("5550123", "5550124", "muster@", "windau@", "Erika", "yyzz"):
        assert secret in data.decode()
        assert secret not in printed
    assert printed.count("private-notes-omitted") == 2


@pytest.mark.parametrize(
    "note",
    [
        "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt\n\nAda Muster, 030 5550199",
        "# Notizblock\n\n* * * *\n\nAda Muster\n030 5550199",
        "# Notebook\n\nCall +49 30 5550199",
        "Ansprechpartnerin: Ada Muster, Tel. 030 5550199",
        "dpa abc/de yyzz n1 550199",
    ],
)
@pytest.mark.parametrize("after", ["", "\n\nSüßwitz (dpa) - Es regnet.", "\n\nRegen\n\nSüßwitz (dpa) - Es regnet."])
def test_private_notes_are_left_out_wherever_they_stand(note: str, after: str) -> None:
    for text in (f"Kopf\n\nWindau (dpa) - Es schneit.\n\n{note}{after}\n", f"{note}\n\nWindau (dpa) - Es schneit.\n"):
        articles = articles_of(text.encode())
        printed = b"".join(article.line() for article in articles).decode()
        assert "550199" not in printed
        assert "private-notes-omitted" in printed
        assert "Es schneit." in printed


def test_stories_of_a_long_source_are_read_one_by_one() -> None:
    story = "Meldung Nummer {}\n\nWindau (dpa) - Im Hafen von Windau liegt Schiff {}, „so schön“ – wie nie.\n\n"
    data = "".join(story.format(number, number) for number in range(30_000)).encode()
    source = from_bytes(data)
    chunks = 0

    def counted() -> list[bytes]:
        nonlocal chunks
        chunks += 1
        return [data[start : start + 4099] for start in range(0, len(data), 4099)]

    class Pieces(Source):
        __slots__ = ()

        def chunks(self) -> object:  # type: ignore[override]
            return iter(counted())

    pieces = Pieces(source.name, source.size, source.sha256, source.head, source.open)
    articles = list(agencytext.parse(pieces))
    assert len(articles) == 30_000
    end = 0
    for number, article in enumerate(articles):
        assert isinstance(article, Article)
        assert article.origin
        assert article.headline == f"Meldung Nummer {number}"
        assert article.origin.offset == end
        end += article.origin.length
        assert data[article.origin.offset : end].startswith(b"Meldung")
    assert end == len(data)


def test_a_story_beyond_the_limit_is_refused_and_those_before_it_are_read() -> None:
    data = b"Eins\n\nWindau (dpa) - Kurz.\n\nZwei\n\nWindau (dpa) - Lang.\n\n" + b"Und noch ein Satz.\n" * 100_000
    found: list[str | None] = []
    source = replace(from_bytes(data), longest=1_000_000)
    with pytest.raises(TooLarge, match="the story at byte 28 has more than"):
        found.extend(article.headline for article in read(source))
    assert found == ["Eins"]


@pytest.mark.parametrize(
    "text",
    [
        "Windau (SPD) - Sie sprach.",
        "Das sagte Windau (dpa) - so hieß es.",
        "Ein Satz am Ende. (dpa)",
        "dpa:230605-99-000123/2 stand da.",
        "<p>Windau (dpa) - Der Turm.</p>",
        '{"text": "\nWindau (dpa) - Der Turm."}',
        "Windau\n\n05.06.2023 - 14:20:11\n\nWindau (dpa) - Der Turm ist neu.",
        "bdt0142 3 vm 98 dpa 0817\n\nTeich/\nTeich offen =\n\nNeustadt (dpa) - Der Teich ist offen.",
    ],
)
def test_what_is_of_another_format_is_not_claimed(text: str) -> None:
    assert not agencytext.sniff(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Windau (dpa) - Der Turm.",
        "WINDAU (dpa-AFX) – Der Turm.",
        "St. Windau/Süßwitz (AFP/dpa) — Der Turm.",
        "Titel\r\rWindau (dts Nachrichtenagentur)–Der Turm.",
        "Der Turm ist neu. © dpa-infocom, dpa:230605-99-000123/2",
    ],
)
def test_what_is_agency_text_is_claimed(text: str) -> None:
    assert agencytext.sniff(text.encode())


def test_by_force_a_text_without_any_sign_is_an_error() -> None:
    with pytest.raises(ParseError, match="dateline such as"):
        articles_of(b"Der Turm ist neu.", how=FORCED)


def test_copies_of_one_code_line_are_versions_of_one_story() -> None:
    first, second = (
        articles_of(f"Turm\n\nWindau (dpa) - Er ist neu.\n\n© dpa-infocom, dpa:230605-99-000123/{n}\n".encode())[0]
        for n in (1, 2)
    )
    assert first.id == second.id == "dpa:230605-99-000123"
    assert (first.version, second.version, second.version_by) == (1, 2, "provider")
    assert first.alternate_ids == ("urn:newsml:dpa.com:20090101:230605-99-000123",)
