"""NewsML-G2 and NITF: many items a source, broken ones between, hostile bytes, and what never reaches a record."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from material import SAMPLES, articles_of
from newsarc.article import Article
from newsarc.errors import BinarySource, NewsarcError, ParseError, SourceError, TooLarge, UnsupportedFormat
from newsarc.formats import BINARIES, RELATIVES, named, newsmlg2, nitf, sniff
from newsarc.normalize.meaning import normalize
from newsarc.source import Place, Source, from_bytes
from newsarc.source import read as read_source

WHOLE = [path for name in ("newsmlg2", "nitf") for path in sorted((SAMPLES / name).glob("*.xml"))]
BROKEN = [path for name in ("newsmlg2", "nitf") for path in sorted((SAMPLES / name / "broken").glob("*.xml"))]
CONTACT = re.compile(
    r"5550\d\d\d|5550-\d|@example|geheim|Erika Muster, [+0]|zweiten Stock|mayor|Rückruf|weiß mehr|yyzz|dpa em"
)

ITEM = (
    '<newsItem guid="urn:x:{n}" version="{n}"><itemMeta><versionCreated>2025-07-12T09:15:00+02:00</versionCreated>'
    "</itemMeta><contentMeta><headline>Meldung {n} aus Grünstätt</headline></contentMeta></newsItem>"
)


def message(*items: str) -> bytes:
    inner = "\n".join(items)
    return f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{inner}</itemSet></newsMessage>'.encode()


def found_in(data: bytes, name: str) -> list[Article | SourceError]:
    found: list[Article | SourceError] = []
    try:
        found.extend(normalize(one) if isinstance(one, Article) else one for one in named(name).parse(from_bytes(data)))
    except SourceError as error:
        found.append(error)
    return found


@pytest.mark.parametrize("path", [*WHOLE, *BROKEN], ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_no_private_word_reaches_a_record(path: Path) -> None:
    """Names in private parts are made to be found: no record, warning or message may hold one."""
    for one in found_in(path.read_bytes(), path.relative_to(SAMPLES).parts[0]):
        said = one.line().decode() if isinstance(one, Article) else str(one)
        assert not CONTACT.search(said), CONTACT.search(said)


def test_a_private_part_in_the_text_itself_is_left_out_and_a_quotation_of_its_words_is_not() -> None:
    text = (
        "<p>Das Papier war nicht zur Veröffentlichung bestimmt.</p><p>* * *</p><p>Sagte er.</p><p>* * * *</p>"
        "<p>Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt:</p><p>geheim</p>"
    )
    item = ITEM.format(n=1).replace("</newsItem>", f"<contentSet><inlineXML>{text}</inlineXML></contentSet></newsItem>")
    document = f"<nitf><body><body.content>{text}</body.content></body></nitf>"
    for data in (message(item), document.encode()):
        (article,) = articles_of(data)
        assert [block.text for block in article.body] == [
            "Das Papier war nicht zur Veröffentlichung bestimmt.",
            "* * *",
            "Sagte er.",
        ]
        assert "private-notes-omitted" in article.warnings


def test_the_samples_hold_what_must_not_be_found() -> None:
    held = [path for path in WHOLE if CONTACT.search(path.read_bytes().decode("utf-8", "replace"))]
    assert len(held) >= 5
    for path in held:
        records = [one for one in found_in(path.read_bytes(), path.parts[-2]) if isinstance(one, Article)]
        assert any("private-notes-omitted" in one.warnings for one in records), path.name


def test_each_item_is_found_at_its_bytes() -> None:
    data = message(*(ITEM.format(n=number) for number in range(1, 40)))
    articles = articles_of(data)
    assert [article.version for article in articles] == list(range(1, 40))
    for article in articles:
        assert article.origin
        cut = data[article.origin.offset : article.origin.offset + article.origin.length]
        assert cut == ITEM.format(n=article.version).encode()


def test_a_broken_item_hides_no_other_and_is_named_with_its_place() -> None:
    data = message(ITEM.format(n=1), ITEM.format(n=2).replace("</headline>", "</b>"), ITEM.format(n=3))
    first, broken, last = found_in(data, "newsmlg2")
    assert isinstance(first, Article)
    assert isinstance(broken, ParseError)
    assert broken.where == f"bytes at byte {data.index(b'<newsItem', 200)}"
    assert isinstance(last, Article)
    assert (first.version, last.version) == (1, 3)


def test_an_item_that_is_no_news_between_two_is_named() -> None:
    data = message(ITEM.format(n=1), '<planningItem guid="p"/>', ITEM.format(n=3))
    first, planned, last = found_in(data, "newsmlg2")
    assert isinstance(planned, UnsupportedFormat)
    assert "planning" in planned.why
    assert isinstance(first, Article)
    assert isinstance(last, Article)


def test_one_item_may_be_so_long_and_no_longer() -> None:
    data = message(ITEM.format(n=1), ITEM.format(n=2).replace("Meldung", "Wort " * 50_000))
    source = from_bytes(data)
    short = Source(source.name, source.size, source.sha256, source.head, source.open, longest=100_000)
    found = newsmlg2.parse(short)
    assert isinstance(next(found), Article)
    with pytest.raises(TooLarge):
        raise next(found)  # type: ignore[misc]
    (long,) = articles_of(data)[1:]
    assert len(long.headline or "") > 200_000


def test_a_long_message_is_read_item_by_item(tmp_path: Path) -> None:
    """The first item is there before the last is looked at: the source is cut off behind it."""
    path = tmp_path / "long.xml"
    filler = "<p>" + "Der Teich ist voll. " * 400 + "</p>"
    item = ITEM.replace("</newsItem>", f"<contentSet><inlineXML>{filler}</inlineXML></contentSet></newsItem>")
    path.write_bytes(message(*(item.format(n=number) for number in range(1, 2_400))))
    assert path.stat().st_size > 16 << 20
    source = read_source(Place("long.xml", str(path), named=True))
    found = newsmlg2.parse(source)
    first = next(found)
    assert isinstance(first, Article)
    assert sum(isinstance(one, Article) for one in found) == 2_398


def _cuts(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    for end in range(0, len(data), max(1, len(data) // 40)):
        yield data[:end]


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_a_message_cut_anywhere_gives_records_or_a_reason(path: Path) -> None:
    for data in _cuts(path):
        if data.strip(b"\xef\xbb\xbf\xff\xfe\0 \n"):
            assert found_in(data, path.parts[-2])


def test_mutants_give_records_or_a_reason() -> None:
    dice = Random(4)
    pool = [(path.read_bytes(), path.parts[-2]) for path in WHOLE]
    tokens = [
        b"<", b">", b"</p>", b"<p>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&", b"&#0;", b"&#xD800;", b"&#x110000;",
        b"&lt;", b"<?x ", b"?>", b'"', b"'", b"<newsItem>", b"</newsItem>", b"<nitf>", b"</nitf>", b"\0", b"\xff",
        b"\xed\xa0\x80", "\u0338".encode(), b"<!DOCTYPE a [", b' class="main"', b' class="nonpublic"', b"<header>",
        b"<br/>", b"<table>", b"<media>", b' rank="x"', b"9" * 5000, b" " * 20_000, b"<b>" * 300, b'xml:lang="',
    ]  # fmt: skip
    kinds = {Article: 0, SourceError: 0}
    for _ in range(700):
        data, name = dice.choice(pool)
        for _ in range(dice.randint(1, 4)):
            place, end = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
            end = min(end, place + 40)
            data = data[:place] + dice.choice((b"", data[place:end] * 2, dice.choice(tokens))) + data[end:]
        for one in found_in(data, name) if data.strip() else ():
            kinds[Article if isinstance(one, Article) else SourceError] += 1
    assert min(kinds.values()) > 100


def test_every_word_of_a_sample_stands_somewhere_or_is_passed_over_by_name() -> None:
    """Words that no record holds must stand in elements a reader does not see, or be private."""
    for path in WHOLE:
        if path.name in ("private-notes.xml", "nulls.xml", "numbers-of-signs.xml") or "declar" in path.name:
            continue
        articles = [one for one in found_in(path.read_bytes(), path.parts[-2]) if isinstance(one, Article)]
        said = "\n".join(article.line().decode() for article in articles).replace("\\n", " ").lower()
        lost = [word for word in _seen_words(path) if word.lower() not in said]
        assert lost == [], (path.name, lost)


_UNSEEN = frozenset(
    "head header sent transmitid altid creator contributor provider catalogref firstcreated contentcreated"
    " copyrightholder generator ed-msg series story.date sameas broader docdata country".split()
)
_LEFT_OUT = (
    "Autorin:",
    "dpa em",
    "Nur für die Redaktion",
    "Kontakte",
    "All rights",
    "Fremde",
    "Rückfragen:",
    "Notizblock",
)
_PASSED_OVER = (  # other languages, names of codes, a printed date in a dateline, the same text again
    "Ducks get a pond", "unbekannt", "Naturschutz", "Fußball", "July", "Die Bänke werden", "dpa-Basis",
    "Neustadt (dpa/lni) - Der",
)  # fmt: skip


def _seen_words(path: Path) -> Iterator[str]:
    data = re.sub(rb"&(?![#\w]+;)", b"&amp;", path.read_bytes()).replace(b'encoding="UTF-8"', b"")
    root = etree.fromstring(data, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    for element in root.iter(etree.Element):
        if any(etree.QName(one).localname.lower() in _UNSEEN for one in (element, *element.iterancestors())):
            continue
        whole = " ".join("".join(element.itertext()).split())
        if any(mark in whole for mark in (*_LEFT_OUT, *_PASSED_OVER)) and len(whole) < 200:
            continue
        for text in (element.text, *(child.tail for child in element)):
            yield from re.findall(r"[^\W\d_]{4,}", text or "")


@pytest.mark.parametrize("path", sorted((SAMPLES / "relatives" / "broken").glob("*.*")), ids=lambda path: path.name)
def test_a_relative_is_told_by_name(path: Path) -> None:
    if path.suffix == ".error":
        return
    with pytest.raises((UnsupportedFormat, BinarySource)) as caught:
        sniff(from_bytes(path.read_bytes(), path.name))
    told = RELATIVES if isinstance(caught.value, UnsupportedFormat) else BINARIES
    assert caught.value.why.removeprefix("it is ") in {name for name, _ in told}


@pytest.mark.parametrize(
    "data", [b'{"@context": "https://example.org"}', b"<newsml/>", b"II is a number", b"%PD", b"\xff\xd8"]
)
def test_what_only_looks_like_a_relative_is_none(data: bytes) -> None:
    with pytest.raises(NewsarcError) as caught:
        sniff(from_bytes(data))
    assert not isinstance(caught.value, UnsupportedFormat)


def test_roots_are_claimed_whatever_stands_before_them() -> None:
    before = b'\xef\xbb\xbf<?xml version="1.0"?>\n<?pi a?><!-- <nitf> -->\n'
    assert newsmlg2.sniff(before + b'<a:newsItem xmlns:a="b">')
    assert newsmlg2.sniff(before + b"<NewsMessage>")
    assert not newsmlg2.sniff(before + b"<NewsML>")
    assert nitf.sniff(before + b"<!DOCTYPE nitf SYSTEM 'x'><nitf>")
    assert not nitf.sniff(before + b"<p>nitf</p>")
    assert not nitf.sniff(b"nitf")
