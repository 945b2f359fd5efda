"""What properties are tried on: articles, dumps with what was put into them, stored lines and queries, all invented."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from newsarc.article import Article, Block, Candidate, Media, Origin, RelatedLink
from newsarc.normalize.sections import LABELS
from newsarc.query import Query
from newsarc.terms import read_words

steady = settings(deadline=None, derandomize=True, database=None)
"""How properties run: the same examples every time, whatever else the machine is doing."""

_NOUNS = (
    "Turm Hafen Brücke Deich Kreis Fähre Mühle Straße Kapitän Schülerin Gemeinde Möwe Bürgermeisterin Lokführer "
    "Süßwitz Windau Öhlstede Grünstätt Ärztin Übung"
).split()
_VERBS = "bekommt erneuert sperrt feiert prüft öffnet lässt stärkt sucht verliert".split()
_SMALL = "wieder neue für mit am im nach und über den später große fünf 20 - –".split()
_OPENINGS = "Die Der Das Im Nach Auch Seit Wegen Für Bei".split()


def titles() -> st.SearchStrategy[str]:
    """A headline or a link's title: three to nine words, no sentence end, no capital that opens a sentence."""
    middle = st.lists(st.sampled_from([*_SMALL, *_NOUNS]), max_size=6)
    return st.builds(
        lambda noun, verb, words, last: " ".join([noun, verb, *words, last]),
        st.sampled_from(_NOUNS),
        st.sampled_from(_VERBS),
        middle,
        st.sampled_from(_NOUNS),
    )


def sentences() -> st.SearchStrategy[str]:
    """One sentence of a lead, a body or a teaser; it opens with a word that no title has in its middle."""
    return st.builds(
        lambda opening, noun, verb, words, last, mark: " ".join([opening, noun, verb, *words, last]) + mark,
        st.sampled_from(_OPENINGS),
        st.sampled_from(_NOUNS),
        st.sampled_from(_VERBS),
        st.lists(st.sampled_from([word for word in _SMALL if word.isalpha()]), max_size=5),
        st.sampled_from(_NOUNS),
        st.sampled_from([".", ".", ".", "!", "?"]),
    )


def paragraphs() -> st.SearchStrategy[str]:
    """One block of text that ends in a full stop, as a lead does."""
    return st.lists(sentences(), min_size=1, max_size=4).map(lambda parts: " ".join(parts)[:-1] + ".")


class Link(NamedTuple):
    """A related link as it was put into a dump."""

    title: str
    teaser: tuple[str, ...]
    """Its sentences in reading order."""
    category: str
    published: str

    @property
    def words(self) -> str:
        """Title and teaser as the portal prints them: the first sentence stands last, a single one has no stop."""
        first, *others = self.teaser
        return f"{self.title}. {' '.join([*others, first])}" if others else f"{self.title} {first}"

    @property
    def text(self) -> str:
        """All of it, as printed."""
        return f"{self.words} ({self.category}, {self.published}) weiterlesen..."


class Dump(NamedTuple):
    """A story as it was put into a dump."""

    headline: str
    lead: str
    date: str
    keywords: tuple[str, ...]
    body: tuple[str, ...]
    credit: bool
    links: tuple[Link, ...]

    def text(self, layout: str) -> str:
        """Print it in layout A, B or C (which has no headline)."""
        x, y = {"A": (self.lead, self.headline), "B": (self.headline, self.lead), "C": (self.lead, "")}[layout]
        blocks = [", ".join(self.keywords), x, self.date, y, *self.body, "@ dpa.de" if self.credit else ""]
        blocks += ["Weitere Meldungen", *(link.text for link in self.links)] if self.links else []
        return "\n\n".join(block for block in blocks if block) + "\n"


def _moments() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(1950, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def links() -> st.SearchStrategy[Link]:
    """Related links of one to five sentences, the bare ones among them."""
    return st.builds(
        Link,
        titles(),
        st.lists(sentences(), min_size=1, max_size=5).map(tuple),
        st.sampled_from(["Politik", "Sport", "Kunst & Kultur", "Schlaglichter", "Panorama"]),
        _moments().map(lambda moment: f"{moment:%d.%m.%Y - %H:%M}"),
    )


def dumps() -> st.SearchStrategy[Dump]:
    """Dumps of the portal family whose parts are known; print one with `.text("A")`."""
    return st.builds(
        Dump,
        titles(),
        paragraphs(),
        _moments().map(lambda moment: f"{moment:%d.%m.%Y - %H:%M:%S}"),
        st.lists(st.sampled_from(_NOUNS), max_size=3).map(tuple),
        st.lists(paragraphs(), min_size=1, max_size=4).map(tuple),
        st.booleans(),
        st.lists(links(), max_size=3).map(tuple),
    )


def _maybe(some: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | some


def _times() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(1949, 1, 1), datetime(2100, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def words() -> st.SearchStrategy[str]:
    """Any text a field may hold: German, foreign, blanks and controls, never a lone surrogate."""
    return st.one_of(titles(), paragraphs(), st.text(max_size=20))


def dates() -> st.SearchStrategy[str]:
    """Date texts as printed, right and wrong ones."""
    printed = ["%d.%m.%Y - %H:%M:%S", "%d.%m.%Y, %H:%M Uhr", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y", "%H:%M"]
    return st.one_of(
        st.builds(datetime.strftime, _moments(), st.sampled_from(printed)),
        st.sampled_from(["31.02.2025 - 10:00:00", "30.03.2025 - 02:30:00", "26.10.2025 - 02:30:00", "gestern"]),
    )


def related_links() -> st.SearchStrategy[RelatedLink]:
    """Related links as a format yields them, and as `normalize` leaves them."""
    raw = links().map(
        lambda link: RelatedLink(
            title=link.words, text=link.text, category_text=link.category, published_text=link.published
        )
    )
    anything = st.builds(
        RelatedLink,
        title=_maybe(words()),
        title_confidence=st.sampled_from([None, "exact", "high", "low"]),
        teaser=_maybe(words()),
        text=words(),
        category=_maybe(st.sampled_from(LABELS)),
        category_text=_maybe(words()),
        published=_maybe(_times()),
        published_text=_maybe(dates()),
        url=_maybe(words()),
    )
    return raw | anything


def articles() -> st.SearchStrategy[Article]:
    """Any record a format, `normalize` or an archive line could hold: every field, every value of its type."""
    texts = st.lists(words(), max_size=3).map(tuple)
    candidates = st.builds(Candidate, category=st.sampled_from(LABELS), confidence=st.floats(0, 1))
    blocks = st.builds(Block, kind=st.sampled_from(["paragraph", "heading", "list", "table", "quote"]), text=words())
    media = st.builds(Media, caption=_maybe(words()), credit=_maybe(words()), url=_maybe(words()))
    origin = st.builds(
        Origin, name=words(), format=st.just("portal"), encoding=st.just("utf-8"), sha256=st.just("0" * 64),
        offset=st.integers(0, 99), length=st.integers(0, 99), reader=_maybe(words()),
    )  # fmt: skip
    return st.builds(
        Article,
        id=st.sampled_from(["", "portal:0123456789abcdef", "urn:windau:1"]),
        version=st.integers(1, 5),
        version_by=st.sampled_from(["provider", "archive"]),
        revision=st.integers(1, 5),
        status=st.sampled_from(["usable", "withheld", "canceled"]),
        kind=st.sampled_from(["article", "advisory", "schedule", "table", "digest", "service", "media"]),
        **{name: _maybe(words()) for name in _TEXTS},
        **dict.fromkeys(("keywords", "subjects", "signals", "services", "places", "unparsed", "warnings"), texts),
        **dict.fromkeys(("published", "updated", "embargoed", "captured_after", "archived"), _maybe(_times())),
        body=st.lists(blocks, max_size=3).map(tuple),
        category=_maybe(st.sampled_from(LABELS)),
        category_by=st.sampled_from([None, "user", "stated", "linked", "inferred"]),
        category_text=_maybe(st.sampled_from([*LABELS, "Fußball", "Schlaglichter"])),
        category_confidence=_maybe(st.floats(0, 1)),
        category_candidates=st.lists(candidates, max_size=2).map(tuple),
        urgency=_maybe(st.integers(1, 8)),
        published_text=_maybe(dates()),
        published_precision=st.sampled_from([None, "second", "minute", "day"]),
        embargo_open=st.booleans(),
        related=st.lists(related_links(), max_size=3).map(tuple),
        media=st.lists(media, max_size=2).map(tuple),
        origin=_maybe(origin),
    )


_TEXTS = (
    "headline", "kicker", "subhead", "lead", "byline", "dateline", "genre", "language", "credit", "rights",
    "same_as", "update_of",
)  # fmt: skip

_MINUTES = (
    None, "2025-02-15T21:02:00+01:00", "2025-02-15T21:02:02+01:00", "2025-02-15T21:02:03+01:00",
    "2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00",
    "2025-10-26T02:45:00+02:00", "1949-01-01T00:00:00+01:00", "2025-07-01T00:00:00+02:00",
)  # fmt: skip
_KEYWORDS = ("Häfen", "HAEFEN", "Straße", "Turm")
_CREDITS = ("dpa", "Möwenfunk")


def _records() -> st.SearchStrategy[dict[str, Any]]:
    time = st.sampled_from(_MINUTES)
    by = st.sampled_from([("provider", 1), ("provider", 2), ("archive", 3), ("archive", 4), ("archive", 5)])
    return st.builds(
        lambda by, **fields: {"version_by": by[0], "version": by[1], **fields},
        by,
        id=st.sampled_from(["urn:a", "urn:b", "urn:c", "urn:d"]),
        revision=st.integers(1, 3),
        status=st.sampled_from(["usable", "usable", "canceled", "withheld"]),
        kind=st.sampled_from(["article", "table", "advisory"]),
        embargoed=time,
        embargo_open=st.booleans(),
        keywords=st.lists(st.sampled_from(_KEYWORDS), max_size=2),
        category=st.sampled_from([None, "Sport", "Politik"]),
        credit=st.sampled_from([None, *_CREDITS]),
        published=time,
        updated=time,
        captured_after=time,
        origin=st.sampled_from([None, {"format": "portal"}, {"format": "nitf"}]),
    )


def stored_lines() -> st.SearchStrategy[list[dict[str, Any]]]:
    """What an archive may hold, few ids in many versions and revisions, `seq` counted in the order of arrival."""

    def numbered(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**record, "seq": seq} for seq, record in enumerate(records, 1)]

    return st.lists(_records(), max_size=16).map(numbered)


def queries() -> st.SearchStrategy[Query]:
    """Questions that often have an answer among `stored_lines`."""

    def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
        return st.just(()) | st.lists(st.sampled_from(values), min_size=1, max_size=2).map(tuple)

    moment = _maybe(st.sampled_from([datetime.fromisoformat(minute) for minute in _MINUTES if minute]))
    return st.builds(
        Query,
        categories=some("Sport", "Politik"),
        kinds=some("article", "table", "advisory"),
        statuses=some("usable", "canceled", "withheld"),
        now=moment,
        shows_embargoed=st.booleans(),
        shows_canceled=st.booleans(),
        keywords=some("haefen", "STRASSE", "Turm"),
        credits=some("DPA", "Moewenfunk"),
        formats=some("portal", "nitf"),
        since=moment,
        until=moment,
        order=st.sampled_from(["newest", "oldest"]),
        limit=_maybe(st.integers(0, 5)),
    )


# What an index must find: stories that collide, and questions about them. `pick` decides: dice, or hypothesis.

Pick = Callable[[Sequence[Any]], Any]
IDS = (
    "b", "B", "urn:b", "urn:bc", "x:b", "x:by", "urn:x:b", "portal:0123456789abcdef", "portal:0123456789abcdee",
    "portal:01", "ümlaut", 'urn:„ü"\\', 'q"uote\'', "urn:\x01\x1b[0m", "ein:\u2028z", "100%", "urn:\U0010ffffz",
    "urn:Größe", *(f"urn:windau:{number:03}" for number in range(40)),
)  # fmt: skip
BEGINNINGS = (
    "", "b", "B", "u", "urn:", "urn:b", "urn:bc", "x", "x:b", "01", "0123456789abcde", "0123456789abcdef", "portal:01",
    "ü", "urn:„", '„ü"', 'q"uote\'', "urn:\x01", "\x1b", "ein:\u2028", "100%", "%", "_", "*", "'", "urn:\U0010ffff",
    "\U0010ffff", "gr", "Gr", "urn:windau:00", "urn:windau:007", "007", "nowhere", "\x00", "b\x00", "\udcff", "u\ud800",
)  # fmt: skip
_CLOCK = (*(moment for moment in _MINUTES if moment), "2025-08-01T00:00:00+02:00", "1970-01-01T01:00:00+01:00")
_INDEXED = tuple(map(datetime.fromisoformat, _CLOCK))
_SAID = (
    None, "Windau erneuert den Turm", "Häuser am Hafen", "Die Straße nach München", "Turm-Bau: Ärger im Haus",
    "Minister bei den Ministern", "„Möwen“ – und Meer",
)  # fmt: skip
_ASKED = (
    "turm", "HÄUSER", "haus -turm", "Strasse muenchen", "minist*", "turm -hafen", '"am Hafen"', "turm-bau",
    '"den Turm"', 'haus -"am Hafen"', "ha* am", "nirgends", "Möwe* „und Meer“", "moewen NOT OR ( : ^ *",
)  # fmt: skip


def story(pick: Pick) -> Article:
    """Invent an article that may be of an id, a version, a time and words of another one."""
    version_by, version = pick([("archive", 1), ("archive", 1), *(("provider", number) for number in (1, 2, 3, 7))])
    origin = Origin(
        name="x.txt", format=pick(["portal", "nitf"]), encoding="utf-8", sha256=pick("0123") * 64, offset=0,
        length=pick(range(9)),
    )  # fmt: skip
    return Article(
        id=pick(IDS), version_by=version_by, version=version, revision=pick([1, 1, 1, 2]),
        status=pick(["usable", "usable", "canceled", "withheld"]),
        kind=pick(["article", "article", "table", "advisory", "service"]), headline=pick(_SAID),
        embargoed=pick([None, None, None, *_INDEXED]), embargo_open=pick([False, False, False, True]),
        body=(Block(text=pick(_SAID) or "."),),
        keywords=tuple(pick(["", "a  b", *_KEYWORDS]) for _ in pick(["", "1", "12"])),
        category=pick([None, "Sport", "Politik", "Kultur"]), category_by=pick([None, "stated", "user", "user"]),
        credit=pick([None, "", "DPA", *_CREDITS]), published=pick([None, *_INDEXED]),
        updated=pick([None, None, *_INDEXED]), captured_after=pick([None, None, *_INDEXED]),
        origin=pick([None, origin, origin, origin]),
    )  # fmt: skip


def question(pick: Pick) -> Query:
    """Ask something that stories may answer: spans across months and the end of summer time, words, any limit."""

    def some(*values: str) -> tuple[str, ...]:
        return tuple(pick(values) for _ in pick(["", "", "", "1", "12"]))

    ends = [None, None, *(moment + timedelta(seconds=second) for moment in _INDEXED for second in (-1, 0, 0.5, 1))]
    return Query(
        categories=some("Sport", "Politik", "Kultur", "Gibt es nicht"),
        kinds=some("article", "table", "advisory"),
        statuses=some("usable", "canceled", "withheld"),
        now=pick([None, *ends[2:]]),
        shows_embargoed=pick([False, True]),
        shows_canceled=pick([False, True]),
        keywords=some("haefen", "STRASSE", "Turm", "", "A B", "nirgends"),
        credits=some("dpa", "Moewenfunk", ""),
        formats=some("portal", "nitf"),
        since=pick(ends),
        until=pick(ends),
        words=pick([(), (), (), *map(read_words, _ASKED)]),
        order=pick(["newest", "newest", "oldest"]),
        limit=pick([None, None, 0, 1, 3, 10]),
        behind=pick(
            [None, None, *((end.timestamp() if end else float("-inf"), seq) for end in ends for seq in (0, 5))]
        ),
    )


@st.composite
def batches(draw: st.DrawFn) -> list[list[Article]]:
    """Batches of such stories, as they are appended."""

    def pick(values: Sequence[Any]) -> Any:
        return draw(st.sampled_from(values))

    return [[story(pick) for _ in range(draw(st.integers(0, 8)))] for _ in range(draw(st.integers(1, 4)))]


@st.composite
def questions(draw: st.DrawFn) -> list[Query]:
    """A few questions about them."""
    return [question(lambda values: draw(st.sampled_from(values))) for _ in range(draw(st.integers(1, 8)))]
