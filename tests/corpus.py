"""An invented corpus: 120 stories of some weeks, with their copies and updates, and the dumps that name them.

What a story is, when it came and what it became stands in tables of numbers; the words come from `phrases`. Pages of
a portal are taken at some later moment each, and name six stories that were new then; some of these never come.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from typing import NamedTuple

from phrases import NOUNS, Voice, edited, keywords, paragraph, sentence, title
from texts import Layout, Link, Medium, Page, Text

STORIES = 120
MISSING = 24
FIRST = datetime(2025, 3, 10, 5, 0, 0, tzinfo=UTC)
SPACE = timedelta(hours=7)  # between two stories, more or less
VERSIONS_WITHIN = timedelta(hours=72)
LINKS = 6
_RECENT = 14  # stories a footer chooses from

# Which of the stories are what.
FLASHES = range(7, STORIES, 20)  # one sentence
WITHOUT_HEADLINE = range(9, STORIES, 15)  # only ever copied in layout C
ALSO_IN_C = range(10, STORIES, 12)
SIBLINGS = range(5, STORIES, 12)  # close with the background of the story before
FOLLOWING = (44, 55, 66, 78, 90, 102, 111, 117)  # carry on a story of twelve days ago
_FOLLOWED = 40  # so many stories ago
TOO_LATE = (15, 37, 79)  # longer versions after more than three days: stories of their own
SAME_MINUTE = (21, 61, 96)  # as the story before
COPIED = range(2, STORIES, 6)
WIRED = (1, 13, 31, 46, 58, 73, 85, 97, 118)
UPDATED = (*sorted({*range(0, STORIES, 6)}.difference(WITHOUT_HEADLINE)), 11, 23, 35, 59, 71)
UPDATED_TWICE = UPDATED[::4]
UPDATES_COPIED = UPDATED[1::5]

# How a portal prints a section: one of these words.
PRINTED = {
    "Politik": ("Politik", "Inland"), "Wirtschaft": ("Wirtschaft", "Unternehmen"), "Sport": ("Sport",),
    "Kultur": ("Kultur", "Feuilleton"), "Wissenschaft": ("Wissenschaft", "Wissen"), "Gesundheit": ("Gesundheit",),
    "Justiz": ("Justiz", "Polizei"), "Netzwelt": ("Netzwelt", "Digital"), "Vermischtes": ("Vermischtes", "Panorama"),
    "Unterhaltung": ("Unterhaltung", "Boulevard"),
}  # fmt: skip
UNKNOWN = "Schlaglichter"
_PREFIXES = ("", "(AKTUALISIERT: mehr Einzelheiten) ", "KORREKTUR: ", "Zusammenfassung: ")
_CREDITS = ("dpa", "dts", "afp")


class Corpus(NamedTuple):
    """All of it."""

    texts: tuple[Text, ...]
    missing: tuple[Text, ...]
    """Stories that links name and no page shows."""
    pages: tuple[Page, ...]
    """In the order in which they were taken."""


@cache
def corpus(seed: int = 36) -> Corpus:
    """Invent all of it; the same for a seed."""
    dice = random.Random(seed)
    stories = list(_stories(dice))
    texts = [*stories, *_copies(dice, stories)]
    for number in UPDATED:
        texts += _updates(dice, stories[number])
    texts += [_too_late(dice, stories[number]) for number in TOO_LATE]
    missing = tuple(_missing(dice))
    texts.sort(key=lambda text: text.published)
    return Corpus(tuple(texts), missing, tuple(sorted(_pages(dice, texts, missing), key=lambda page: page.captured)))


def _stories(dice: random.Random) -> Iterator[Text]:
    before: list[Text] = []
    for number in range(STORIES):
        moment = FIRST + number * SPACE + timedelta(seconds=dice.randrange(6 * 3600))
        if number in SAME_MINUTE:
            moment = before[-1].published.replace(second=(before[-1].published.second + 17) % 60)
        text = _told(number, moment, dice)
        if number in SIBLINGS:
            text = text._replace(body=(*text.body, *before[-1].body[-1 - number // 12 % 2 :]))
        if number in FOLLOWING:
            text = _following(text, before[number - _FOLLOWED], dice)
        before.append(text)
        yield text


def _told(number: int, moment: datetime, dice: random.Random) -> Text:
    """Tell a story of its own."""
    section, other = dice.sample(sorted(NOUNS), 2)
    voice = Voice(dice, section, *dice.choice(((0.5, None), (0.35, None), (0.1, None), (0.3, other))))
    lead = tuple(sentence(voice) for _ in range(1 if number in FLASHES else dice.choice((1, 2, 2, 3))))
    body = () if number in FLASHES else tuple(paragraph(voice) for _ in range(dice.randint(4, 7)))
    while body and len(" ".join((*lead, *body)).split()) < 110:
        body = (*body, paragraph(voice))
    return Text(
        number, 0, title(voice), lead, body, moment, section, _filed(section, dice), keywords(voice),
        layouts=_layouts(number), place=dice.choice(("", "", f"{voice.place()} (dpa)", voice.place())),
    )  # fmt: skip


def _layouts(number: int) -> tuple[Layout, ...]:
    if number in WITHOUT_HEADLINE:
        return ("C",)
    return ("A", "B", "C") if number in ALSO_IN_C else ("A",) if number in FLASHES else ("A", "B")


def _filed(section: str, dice: random.Random) -> tuple[str, ...]:
    """Choose under which sections a portal files a story: the right one, always the same wrong one, or now this."""
    wrong = dice.choice([printed for label, printed in PRINTED.items() if label != section])
    return dice.choice((
        PRINTED[section][:1], PRINTED[section], PRINTED[section],
        wrong[:1], wrong,
        (*PRINTED[section], *wrong), (*PRINTED[section], wrong[0], wrong[0], UNKNOWN),
    ))  # fmt: skip


def _following(text: Text, first: Text, dice: random.Random) -> Text:
    """Carry on an older story: much of its text again, under a headline like it."""
    kept = dice.sample(first.body, max(2, len(first.body) // 2))
    return text._replace(headline=edited(first.headline, dice, 0.3), body=(*text.body, *kept))


def _missing(dice: random.Random) -> Iterator[Text]:
    span = SPACE * STORIES
    for number in range(MISSING):
        yield _told(STORIES + number, FIRST + span * (number + 0.6) / MISSING, dice)


def _copies(dice: random.Random, stories: list[Text]) -> Iterator[Text]:
    for number in COPIED:
        yield _copy(stories[number], dice)
    for number in WIRED:
        text = stories[number]
        later = text.published - timedelta(minutes=dice.choice((0, 4, 9, 31)), seconds=dice.randrange(30))
        medium: Medium = "agencytext" if number % 4 == 1 else "wire"
        yield text._replace(medium=medium, published=later, place="", credit="dpa")


def _copy(text: Text, dice: random.Random) -> Text:
    """Publish a text again, later, under another line, with other quotes or small edits."""
    words = [*text.lead, *text.body]
    if dice.randrange(3):
        share = dice.choice((0, 0.01, 0.015))
        words = [edited(part, dice, share) for part in words]
    else:
        words = [part.replace("ß", "ss") for part in words]
    if dice.randrange(2):
        words = [part.replace("„", "«").replace("“", "»") for part in words]
    prefix = dice.choice(_PREFIXES)
    later = text.published + timedelta(minutes=dice.choice((7, 45, 600, 3000, 9000)), seconds=dice.randrange(60))
    return text._replace(
        headline=prefix + text.headline, lead=tuple(words[: len(text.lead)]), body=tuple(words[len(text.lead) :]),
        published=later, place=dice.choice(("", "Ulmhafen (dpa/kül)", text.place)), credit=dice.choice(_CREDITS),
        filed=_filed(text.section, dice), layouts=("A", "B"),
    )  # fmt: skip


def _updates(dice: random.Random, text: Text) -> Iterator[Text]:
    """Carry on a story within three days: longer, some of it in other words; some are updated again, or copied."""
    first = _updated(dice, text)
    yield first
    if text.family in UPDATED_TWICE:
        yield _updated(dice, first)
    if text.family in UPDATES_COPIED:
        yield _copy(first, dice)


def _updated(dice: random.Random, text: Text) -> Text:
    voice = Voice(dice, text.section, 0.3)
    body = [edited(part, dice, 0.01) for part in text.body]
    wanted = text.words_of_text * dice.uniform(1.25, 1.55)
    while len(" ".join((*text.lead, *body)).split()) < wanted:
        body.insert(dice.randint(0, len(body)), paragraph(voice, 1, 2))
    later = text.published + timedelta(minutes=dice.randrange(40, 60 * 60), seconds=dice.randrange(60))
    headline = edited(text.headline, dice, 0.2)
    return text._replace(
        rank=text.rank + 1, headline=headline if headline != text.headline else f"{headline} - neue Einzelheiten",
        body=tuple(body), published=later, filed=_filed(text.section, dice), layouts=("A", "B"),
    )  # fmt: skip


def _too_late(dice: random.Random, text: Text) -> Text:
    """Tell a story again, longer, when too much time has passed to call it an update."""
    later = text.published + VERSIONS_WITHIN + timedelta(hours=dice.randrange(3, 30))
    family = STORIES + MISSING + text.family
    return _updated(dice, text)._replace(family=family, rank=0, published=later)


def _pages(dice: random.Random, texts: list[Text], missing: tuple[Text, ...]) -> Iterator[Page]:
    """Take dumps of each text, none with a newest link that another dump of its id has."""
    shown = [text for text in texts if text.medium == "portal"]
    named = sorted((*shown, *missing), key=lambda text: text.published)
    for text in shown:
        taken: set[tuple[str, datetime]] = set()
        of_many = [one for one in text.layouts if one != "C"]
        layouts: list[Layout] = ["C"] * (1 if of_many else 2) if "C" in text.layouts else []
        layouts += dice.choices(of_many, k=dice.choice((1, 2, 2, 3))) if of_many else []
        for layout in layouts:
            captured = max(text.published, named[2 * LINKS].published)
            captured += timedelta(minutes=dice.choice((5, 60, 500, 2000, 9000, 20_000)))
            page = _page(dice, text, layout, captured, named)
            if (page.id, page.captured_after) not in taken:
                taken.add((page.id, page.captured_after))
                yield page


def _page(dice: random.Random, text: Text, layout: Layout, captured: datetime, named: list[Text]) -> Page:
    new = [one for one in named if one.published <= captured and one.family != text.family][-_RECENT:]
    targets = dice.sample(new, LINKS)
    return Page(text, layout, captured, tuple(Link(one, dice.choice(one.filed)) for one in targets))


def sources(whole: Corpus) -> Iterator[tuple[str, bytes]]:
    """Yield the corpus as files, each with its name; every tenth is of three pages, one after the other."""
    pages, number = list(whole.pages), 0
    while pages:
        many = 3 if number % 10 == 9 else 1
        yield f"{number:03}.txt", "\n\n".join(page.render() for page in pages[:many]).encode()
        pages, number = pages[many:], number + 1
    for text in whole.texts:
        if text.medium != "portal":
            yield _message(text)


def _message(text: Text) -> tuple[str, bytes]:
    """Write a text as its agency sent it."""
    if text.medium == "agencytext":
        first, *rest = text.body
        number = f"© dpa-infocom, {text.urn}/1"
        blocks = (text.headline, text.told, f"Windau (dpa) - {first}", *rest, number)
        return f"agency-{text.family}.txt", "\n\n".join(blocks).encode() + b"\n"
    paragraphs = "".join(f"<p>{escape(part, quote=False)}</p>" for part in text.body)
    said = {
        "format": "digitalwires@0.9.1", "urn": text.urn, "version": 1, "version_created": text.published.isoformat(),
        "headline": text.headline, "teaser": text.told, "dateline": "Windau (dpa) - ", "creditline": "dpa",
        "categories": [{"type": "dnltype:desk", "name": text.section, "qcode": f"dpacat:{text.desk}"}],
        "article_html": f'<section class="main">{paragraphs}</section>',
    }  # fmt: skip
    return f"wire-{text.family}.json", json.dumps(said, ensure_ascii=False).encode()
