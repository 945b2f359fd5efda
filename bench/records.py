"""Archives of any number of generated records, made quickly: the same for a number and a seed.

Some thousand dumps of `generate` are read by newsarc itself and cut into a stock: sentences, links, one whole record
as the form. A record is put together from the stock and gets words of its own, one a sentence, as a generated dump
has; ids, lines, chain, segments and HEAD are true. Stories are spread over ten years; one in ten comes to the archive
late, at any later time. No originals are kept, and no story has a second version.
"""

import json
import os
import random
import shutil
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from generate import Words, dumps
from newsarc.archive import ROTATE_AT, Archive
from newsarc.archive.chain import EMPTY, Head, head_line, seal, segment_path
from newsarc.article import Article
from newsarc.ingest import Reading, read
from newsarc.source import from_bytes
from newsarc.wording import portal_id
from newsarc.zone import in_german_time

STOCK = 10_000  # dumps that are read
OWN = 1_000_000  # words that records draw their own from
FIRST = datetime(2016, 1, 1, 5, 0, 0, tzinfo=UTC)
SPAN = timedelta(days=3652)
LATE = 0.1  # share of the stories that come late
RECENT = 50  # stories a portal's footer chooses from
LINKS = 6
LABELS = {
    "Politik": 22, "Wirtschaft": 14, "Sport": 14, "Vermischtes": 10, "Unterhaltung": 6, "Kultur": 5, "Justiz": 4,
    "Wissenschaft": 4, "Gesundheit": 3, "Netzwelt": 3, "Umwelt": 2, "Wetter": 2, "Medien": 1, "Bildung": 1,
    "Religion": 1, "Gesellschaft": 1, "Leben": 1, None: 6,
}  # fmt: skip
"""How often a record is of a section; None where it is not sure."""

# What differs from story to story.
_VALUES = (
    "id", "headline", "lead", "category", "category_by", "category_confidence", "published", "published_text",
    "captured_after", "archived",
)  # fmt: skip
_LISTS = ("body", "keywords", "category_candidates", "related")
_OF_ORIGIN = ("name", "sha256")

Cut = tuple[bytes, bytes]
"""A sentence without one of its words: what stands before it, and what stands behind."""


class Stock(NamedTuple):
    """What records are put together from: JSON without its quotes, and forms for `%`."""

    form: bytes
    headlines: Sequence[Cut]
    leads: Sequence[Cut]
    sentences: Sequence[Cut]
    links: Sequence[bytes]
    keywords: Sequence[bytes]
    own: Sequence[str]


def archive_of(count: int, folder: Path, *, seed: int = 1) -> Path:
    """Return the archive of so many records in a folder: the one that is there already, or a new one."""
    if (folder / "HEAD").exists():
        found = Archive(folder).head().seq
        if found != count:
            raise SystemExit(f"{folder} holds {found} records, not {count}")
        return folder
    half_made = folder.with_name(folder.name + ".part")
    shutil.rmtree(half_made, ignore_errors=True)
    _write(Archive.create(half_made, originals=False)[0].root, records(count, seed=seed))
    half_made.rename(folder)
    return folder


def _write(root: str, lines: Iterator[bytes]) -> None:
    """Write records into a new archive: numbered, chained, in segments, with the HEAD behind the last."""
    head = EMPTY
    out = open(segment_path(root, 1), "ab")  # noqa: SIM115 - one segment after the other
    for record in lines:
        if head.length >= ROTATE_AT:
            out.close()
            head = Head(head.segment + 1, 0, head.seq, head.chain)
            out = os.fdopen(os.open(segment_path(root, head.segment), os.O_WRONLY | os.O_CREAT, 0o600), "wb")
        line, chain = seal(record, head.seq + 1, head.chain)
        out.write(line)
        head = Head(head.segment, head.length + len(line), head.seq + 1, chain)
    out.close()
    (Path(root) / "HEAD").write_bytes(head_line(head))


def records(count: int, *, seed: int = 1) -> Iterator[bytes]:
    """Yield so many records in the order in which they come to the archive."""
    stock, dice = _stock(seed), random.Random(seed)
    labels, weights = list(LABELS), list(accumulate(LABELS.values()))
    step = SPAN / count
    arrivals = [n if dice.random() >= LATE else dice.uniform(n, count) for n in range(count)]
    recent: deque[tuple[str, bytes]] = deque(maxlen=RECENT)
    latest = 0
    for number in sorted(range(count), key=arrivals.__getitem__):
        latest = max(latest, number)
        now = in_german_time(FIRST + latest * step)
        recent.append(_link(stock, dice, now))
        links = dice.sample(recent, min(LINKS, len(recent)))
        [label] = dice.choices(labels, cum_weights=weights)
        yield _record(stock, dice, (in_german_time(FIRST + number * step), now), label, links)


def _record(
    stock: Stock,
    dice: random.Random,
    times: tuple[datetime, datetime],
    label: str | None,
    links: Sequence[tuple[str, bytes]],
) -> bytes:
    """Fill the form for one story; it was published at the first of its times and archived at the second."""
    moment, now = times
    headline, lead = (_sentences(cuts, stock, dice, 1) for cuts in (stock.headlines, stock.leads))
    paragraphs = [_sentences(stock.sentences, stock, dice, dice.randint(2, 6)) for _ in range(4)]
    name = portal_id(moment, None, headline.decode())
    newest = max(stamp for stamp, _ in links)
    return stock.form % {
        b"id": b'"%b"' % name.encode(),
        b"headline": b'"%b"' % headline,
        b"lead": b'"%b"' % lead,
        b"body": b",".join(b'{"kind":"paragraph","text":"%b"}' % text for text in paragraphs),
        b"keywords": dice.choice(stock.keywords),
        **_section(label, dice),
        b"published": b'"%b"' % moment.isoformat().encode(),
        b"published_text": f'"{moment:%d.%m.%Y - %H:%M:%S}"'.encode(),
        b"related": b",".join(link for _, link in links),
        b"captured_after": b'"%b"' % newest.encode(),
        b"name": b'"%b.txt"' % name[-16:].encode(),
        b"sha256": b'"%b"' % sha256(headline + lead).hexdigest().encode(),
        b"archived": b'"%b"' % now.isoformat().encode(),
    }


def _section(label: str | None, dice: random.Random) -> dict[bytes, bytes]:
    """Say the section of a story as inference does: sure of it, or with the best two."""
    if label:
        share = str(dice.randint(600, 999) / 1000).encode()
        known = (b'"%b"' % label.encode(), b'"inferred"', share, b"")
    else:
        two = b'{"category":"Vermischtes","confidence":0.177},{"category":"Politik","confidence":0.112}'
        known = (b"null", b"null", b"null", two)
    names = (b"category", b"category_by", b"category_confidence", b"category_candidates")
    return dict(zip(names, known, strict=True))


def _sentences(cuts: Sequence[Cut], stock: Stock, dice: random.Random, count: int) -> bytes:
    """Put sentences together, each with a word of its own."""
    words = dice.choices(stock.own, k=count)
    pairs = zip(dice.choices(cuts, k=count), words, strict=True)
    return b" ".join(before + word.encode() + behind for (before, behind), word in pairs)


def _link(stock: Stock, dice: random.Random, moment: datetime) -> tuple[str, bytes]:
    """Make a related link of this moment; returns its time, for comparing, and its JSON."""
    stamp = moment.replace(second=0).isoformat()
    word, printed = dice.choice(stock.own).encode(), f"{moment:%d.%m.%Y - %H:%M}".encode()
    return stamp, dice.choice(stock.links) % {
        b"word": word,
        b"published": b'"%b"' % stamp.encode(),
        b"printed": printed,
    }


def _stock(seed: int) -> Stock:
    """Read generated dumps and cut them up."""
    words = Words(seed)
    cut = partial(_cut, dice=random.Random(seed), common=frozenset(words.words))
    articles = [
        article
        for text in dumps(STOCK, seed, footers=False)
        for article in read(from_bytes(text.encode(), "x.txt"), Reading())
    ]
    bodies = [block.text for article in articles for block in article.body]
    return Stock(
        form=_form(articles[0]),
        headlines=[cut(article.headline or "") for article in articles],
        leads=[cut(article.lead or "") for article in articles],
        sentences=[cut(part + ".") for text in bodies for part in text.removesuffix(".").split(". ")],
        links=[_link_form(link, cut) for article in articles for link in json.loads(article.line())["related"]],
        keywords=[_inner(list(article.keywords))[1:-1] for article in articles],
        own=[words.compound() for _ in range(OWN)],
    )


def _inner(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _cut(sentence: str, dice: random.Random, common: frozenset[str]) -> Cut:
    """Take the word out that is the sentence's own, any where it is the first: its place is free for another."""
    parts = sentence.split(" ")
    own = [place for place, word in enumerate(parts) if place and word.removesuffix(".") not in common]
    place = own[0] if own else dice.randrange(1, len(parts))
    dot = "." if parts[place].endswith(".") else ""
    before, behind = " ".join(parts[:place]) + " ", " ".join(["", *parts[place + 1 :]])
    return _inner(before)[1:-1], _inner(dot + behind)[1:-1]


def _form(article: Article) -> bytes:
    """Make a form of a record: every key in its order, what differs from story to story left open."""
    record = json.loads(article.line())
    record |= {name: f"<{name}>" for name in _VALUES}
    record |= {name: [f"<{name}>"] for name in _LISTS}
    record["origin"] |= {name: f"<{name}>" for name in _OF_ORIGIN}
    return _opened(record, (*_VALUES, *_LISTS, *_OF_ORIGIN))


def _link_form(link: dict[str, Any], cut: Callable[[str], Cut]) -> bytes:
    """Make a form of a related link: a word of its own in the title, and its time, left open."""
    before, behind = cut(link["title"])
    title = f"{before.decode()}<word>{behind.decode()}"
    text = link["text"].replace(link["title"], title, 1).replace(link["published_text"], "<printed>")
    form = _opened({**link, "title": title, "text": text, "published": "<published>", "published_text": "<printed>"},
                   ("published",))  # fmt: skip
    return form.replace(b"<word>", b"%(word)b").replace(b"<printed>", b"%(printed)b")


def _opened(record: dict[str, Any], holes: Sequence[str]) -> bytes:
    """Write a record as a form for `%`, with the named marks, in their quotes, as holes."""
    form = _inner(record).replace(b"%", b"%%")
    for name in holes:
        form = form.replace(b'"<%b>"' % name.encode(), b"%%(%b)b" % name.encode())
    return form


if __name__ == "__main__":
    archive_of(int(sys.argv[1]), Path(sys.argv[2]))
