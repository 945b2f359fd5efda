"""What the goldens of feeds do not show: streams, places in the bytes, broken neighbours, hostile input."""

import json
import random
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from material import NOON, SAMPLES
from newsarc.article import Article
from newsarc.errors import SourceError
from newsarc.formats import feed
from newsarc.ingest import Reading, read
from newsarc.source import Source, from_bytes

WHOLE = sorted(path for path in (SAMPLES / "feed").iterdir() if path.suffix in (".xml", ".json"))
ITEM = (
    "<item><guid>g-{0}</guid><title>Meldung {0}</title><description>Text für {0}.</description>"
    "<pubDate>Mon, 05 Jun 2023 14:20:11 +0200</pubDate></item>\n"
)


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Bote</title>{''.join(items)}</channel></rss>".encode()


def found_in(data: bytes) -> list[Article | SourceError]:
    return list(feed.parse(from_bytes(data, "x.xml")))


def one(item: str) -> Article:
    [article] = read(from_bytes(rss(item), "x.xml"), Reading(now=NOON))
    return article


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_the_place_of_an_item_are_its_bytes(path: Path) -> None:
    data = path.read_bytes()
    end = 0
    for article in feed.parse(from_bytes(data, path.name)):
        assert isinstance(article, Article)
        assert article.origin
        place = article.origin
        assert place.offset >= end
        end = place.offset + place.length
        text = data[place.offset : end].decode(place.encoding)
        assert re.match(r"<(\w+:)?(item|entry)|\{", text)
        assert re.search(r"(item|entry)>$|\}$", text)


def test_broken_items_hide_no_neighbour() -> None:
    broken = (
        "<item><title>kein Ende</item>",
        "<item><title>offen</title>",
        "<item><description><![CDATA[offen</description></item>",
        "<item><title>&nichts;</title></item>",
        "<item></item>",
        f"<item><description>{'&lt;div>' * 300}</description></item>",
    )
    items = [ITEM.format(0)]
    for number, bad in enumerate(broken, 1):
        items += [bad, ITEM.format(number)]
    found = found_in(rss(*items))
    whole = [article.headline for article in found if isinstance(article, Article) and article.id]
    assert whole == [f"Meldung {number}" for number in range(len(broken) + 1)]
    faults = [type(fault).__name__ for fault in found if isinstance(fault, SourceError)]
    assert faults == ["ParseError", "ParseError", "ParseError", "MarkupTooDeep"]
    mended = [article for article in found if isinstance(article, Article) and "markup-repaired" in article.warnings]
    assert [(article.headline, article.lead) for article in mended] == [(None, "offen"), ("&nichts;", None)]


def test_a_feed_is_streamed() -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        yield b"<rss><channel>"
        for number in range(100_000):
            taken = number
            yield ITEM.format(number).encode()

    class Endless(Source):
        __slots__ = ()

        def chunks(self) -> Iterator[bytes]:
            return chunks()

    data = b"<rss><channel>" + ITEM.format(0).encode()
    source = from_bytes(data, "x.xml")
    items = feed.parse(Endless("x.xml", 10**9, source.sha256, data, source.open))
    for number in range(50):
        article = next(items)
        assert isinstance(article, Article)
        assert article.headline == f"Meldung {number}"
    assert taken < 2000


def test_an_item_that_is_too_long_is_refused() -> None:
    source = from_bytes(rss(ITEM.format(1), f"<item><title>{'x' * 200_000}</title></item>"), "x.xml")
    small = Source(source.name, source.size, source.sha256, source.head, source.open, 100_000)
    items = feed.parse(small)
    assert isinstance(next(items), Article)
    with pytest.raises(SourceError, match="100,000"):
        next(items)


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("5 &lt; 7 und 7 &gt; 5", "5 < 7 und 7 > 5"),
        ("&lt;b>Fett&lt;/b> &amp;amp; mager", "Fett & mager"),
        ("<![CDATA[Kicker:  Titel\n«so»]]>", "Kicker: Titel «so»"),
        ("a\u00a0b&#x75;&#x308;c", "a büc"),
        ("&amp;amp;amp;", "&amp;"),
    ],
)
def test_a_title_is_undone_once(title: str, headline: str) -> None:
    assert one(f"<item><title>{title}</title></item>").headline == headline


def test_what_is_said_twice_stands_once() -> None:
    text = "<p>Erster Satz.</p><p>Zweiter Satz.</p>".replace("<", "&lt;")
    content = "xmlns:c='http://purl.org/rss/1.0/modules/content/'"
    article = one(f"<item {content}><description>{text}</description><c:encoded>{text}</c:encoded></item>")
    assert article.lead is None
    assert [block.text for block in article.body] == ["Erster Satz.", "Zweiter Satz."]


def test_elements_of_other_namespaces_are_passed_over() -> None:
    article = one("<item xmlns:i='urn:i'><i:title>Anderer</i:title><title>Dieser</title><i:guid>9</i:guid></item>")
    assert (article.headline, article.warnings) == ("Dieser", ("date-unreadable",))
    assert article.id.startswith("portal:")


def test_addresses_of_people_stay_in_the_original() -> None:
    for path in WHOLE:
        for article in read(from_bytes(path.read_bytes(), path.name), Reading(now=NOON)):
            assert b"5550123" not in article.line()
            assert re.search(rb"\w@example", article.line()) is None


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_every_word_of_an_item_stands_somewhere(path: Path) -> None:
    data = path.read_bytes()
    for article in read(from_bytes(data, path.name), Reading(now=NOON)):
        assert article.origin
        place = article.origin
        text = data[place.offset : place.offset + place.length].decode(place.encoding)
        if path.suffix == ".json":
            text = " ".join(word for word in json.loads(text).values() if isinstance(word, str))
        text = re.sub(r"<(wp:\w+|agt:\w+|email|author)[ >].*?</\1>", " ", text, flags=re.DOTALL)
        text = re.sub(r"<!--.*?-->|<!\[CDATA\[|\]\]>|</?[a-z:_]+[^<>]*>", " ", unescape(unescape(text)))
        assert set(re.findall(r"\b[^\W\d_]{4,}\b", text)) <= set(re.findall(r"\w+", article.line().decode()))


def test_damaged_feeds_give_records_or_faults() -> None:
    dice = random.Random(7)
    tokens = (b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"&", b"<", b"\0", b"\xff", b"<!--", b'"', b"{", b"]", b"<?")
    for _ in range(600):
        data = bytearray(dice.choice(WHOLE).read_bytes())
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(data))
            match dice.randrange(4):
                case 0:
                    data[place] = dice.randrange(256)
                case 1:
                    del data[place : place + dice.randrange(200)]
                case 2:
                    data[place:place] = dice.choice(tokens)
                case _:
                    del data[place:]
            data = data or bytearray(b"x")
        try:
            source = from_bytes(bytes(data), "x")
            for found in feed.parse(source):
                assert isinstance(found, Article | SourceError)
                if isinstance(found, Article):
                    found.line().decode()
        except SourceError:
            pass
