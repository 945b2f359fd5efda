"""What it costs to join stories up: links that resolve, copies and updates, at few and at many articles.

The dumps are those of `generate`, but of one stream: each names six stories published around the moment it was copied
at, half of them before their own dumps come; one in twenty never comes. 3 % are copies of a recent story under another
headline and time, 3 % are updates of one.
"""

import shutil
import sqlite3
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from generate import Words
from measuring import (
    FEW,
    NEWSARC,
    Cost,
    Row,
    Word,
    absent,
    answer,
    at_least,
    at_most,
    cost,
    knows,
    milliseconds,
    row,
    sample,
    size_of,
)

FIRST = 10_000
"""Articles that many are compared with."""
COPIES = UPDATES = 0.03
MISSING = 0.05
_START = datetime(2016, 1, 1, 6, 0, 0)  # noqa: DTZ001 - a wall clock, as a portal prints it
_STEP = timedelta(seconds=157)
_AROUND = 25  # stories before and after one, which its footer chooses from
_RECENT = 600  # stories that are copied and updated: those of the last day
_LINKS = 6
_SECTIONS = "Politik Wirtschaft Sport Unterhaltung Wissenschaft Panorama Kultur Schlaglichter".split()
_FILED_OTHERWISE = 0.1
_MB = 1e6
_RATE = at_least(1000, " a CPU second")
# Tables and their indexes that an index has without links and sketches; the rest is theirs.
_OTHERS = frozenset(
    """state article article_by_id article_by_tail article_by_time article_by_category article_hidden older older_by_id
    keyword alternate text
    text_data text_idx text_config text_content text_docsize sqlite_schema sqlite_stat1""".split()
)
_DATABASE = "newsarc.db"


class Story(NamedTuple):
    """A story of the stream."""

    moment: datetime
    headline: str
    lead: tuple[str, ...]
    body: tuple[str, ...]
    section: str
    is_missing: bool
    """Links name it, and no dump of it comes."""


def stream(count: int, seed: int = 1) -> Iterator[str]:
    """Yield so many dumps of layout A and B in turn; lazy, some hundred stories in memory."""
    words = Words(seed)
    around: deque[Story] = deque(maxlen=2 * _AROUND + 1)
    coming = _stories(words)
    around.extend(islice(coming, _AROUND))
    made = 0
    while made < count:
        around.append(next(coming))
        story = around[-_AROUND - 1]
        if not story.is_missing:
            others = [one for one in words.dice.sample(around, _LINKS + 1) if one is not story][:_LINKS]
            yield _dump(words, story, others, is_a=bool(made % 2))
            made += 1


def _stories(words: Words) -> Iterator[Story]:
    """Invent stories without an end, each some minutes after the one before."""
    recent: deque[Story] = deque(maxlen=_RECENT)
    moment = _START
    while True:
        moment += _STEP
        chance = words.dice.random()
        if recent and chance < COPIES + UPDATES:
            before = words.dice.choice(recent)
            story = (_copy if chance < COPIES else _update)(words, before, moment)
        else:
            story = _new(words, moment)
            recent.append(story)
        yield story


def _new(words: Words, moment: datetime) -> Story:
    dice = words.dice
    lead = tuple(words.sentence(8, 18) + "." for _ in range(dice.choice((1, 2, 2, 3))))
    body = tuple(words.paragraph() for _ in range(4))
    section = dice.choice(_SECTIONS)
    return Story(moment, words.sentence(5, 9), lead, body, section, dice.random() < MISSING)


def _copy(words: Words, story: Story, moment: datetime) -> Story:
    """Publish a story again under another headline; one word of it is another."""
    place = words.dice.randrange(len(story.body))
    before, _, behind = story.body[place].partition(" ")
    body = (*story.body[:place], f"{before} {words.compound()} {behind}", *story.body[place + 1 :])
    return story._replace(moment=moment, headline=f"Zusammenfassung: {story.headline}", body=body, is_missing=False)


def _update(words: Words, story: Story, moment: datetime) -> Story:
    """Carry a story on: two paragraphs more, and a word more in the headline."""
    body = (story.body[0], words.paragraph(), *story.body[1:], words.paragraph())
    headline = f"{story.headline} {words.compound()}"
    return story._replace(moment=moment, headline=headline, body=body, is_missing=False)


def _dump(words: Words, story: Story, others: list[Story], *, is_a: bool) -> str:
    lead = " ".join(story.lead)
    first, second = (lead, story.headline) if is_a else (story.headline, lead)
    links = [_link(words, other) for other in others]
    date = f"{story.moment:%d.%m.%Y - %H:%M:%S}"
    blocks = ["Windau, Hafen", first, date, second, *story.body, "@ dpa.de", "Weitere Meldungen", *links]
    return "\n\n".join(blocks) + "\n"


def _link(words: Words, story: Story) -> str:
    """Name a story as a portal's footer does: the teaser's first sentence comes last."""
    first, *rest = story.lead
    text = " ".join([story.headline + ("." if rest else ""), *rest, first])
    section = words.dice.choice(_SECTIONS) if words.dice.random() < _FILED_OTHERWISE else story.section
    return f"{text} ({section}, {story.moment:%d.%m.%Y - %H:%M}) weiterlesen..."


def files(folder: Path, count: int) -> tuple[Path, Path, Path]:
    """Return the files of a stream: its first dumps, all of them, and as many behind them as in the first."""
    few = min(count, FIRST)
    all_of_it = folder / f"stream-{count}.txt"
    parts = folder / f"stream-{few}-first.txt", folder / f"stream-{count}-behind.txt"
    if not parts[1].exists():
        dumps = stream(count + few)
        _write(parts[0], islice(dumps, few))
        shutil.copyfile(parts[0], all_of_it)
        _write(all_of_it, islice(dumps, count - few), mode="a")
        _write(parts[1], dumps)
    return parts[0], all_of_it, parts[1]


def _write(path: Path, dumps: Iterator[str], mode: str = "w") -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(text + "\n" for text in dumps)


def joining(folder: Path, count: int) -> Iterator[Row]:
    """Measure dumps of one stream on their way into archives of few and of many, and what is asked of the many."""
    if not knows("links"):
        yield absent("stories", "this newsarc joins none")
        return
    folder.mkdir(parents=True, exist_ok=True)
    first, whole, behind = files(folder, count)
    few, archive = min(count, FIRST), folder / "joined"
    spent = [_ingested(folder / "few", first) for _ in range(FEW)]
    base = sample([one.cpu / few for one in spent])
    many = _ingested(archive, whole)
    yield row(f"`ingest`, {few:,} articles", sample([few / one.cpu for one in spent]), _RATE, more=_memory(spent[0]))
    yield row(f"`ingest`, {count:,} articles", count / many.cpu, _RATE, more=_memory(many))
    what = f"CPU an article, all of {count:,} / all of {few:,}"
    yield row(what, many.cpu / count / base.middle, at_most(1.5, "x"), "x")
    yield row(f"memory, {count:,} / {few:,}", many.megabytes / spent[0].megabytes, at_most(1.5, "x"), "x")
    yield from _size(archive)
    last = cost(NEWSARC, "ingest", "--archive", archive, behind)
    what = f"CPU an article, {few:,} more behind {count:,} / {few:,} into a new archive"
    yield row(what, last.cpu / few / base.middle, at_most(1.5, "x"), "x", more=_memory(last))
    again = cost(NEWSARC, "ingest", "--archive", archive, behind)
    yield row(f"the same {few:,} again / as new", again.cpu / last.cpu, None, "x")
    yield from _asking(archive)


def _memory(spent: Cost) -> str:
    return f"{spent.cpu:,.1f} s of CPU, {spent.wall:,.1f} s on the clock, {spent.megabytes:,.0f} MB of memory"


def _ingested(archive: Path, source: Path) -> Cost:
    """Take a file into an archive that is not there yet."""
    shutil.rmtree(archive, ignore_errors=True)
    return cost(NEWSARC, "ingest", "--archive", archive, source)


def _size(archive: Path) -> Iterator[Row]:
    """Weigh what links and sketches add to the index: tables and files that it would not have without them."""
    data, index = size_of(archive / "articles"), archive / "index"
    own = sum(path.stat().st_size for path in index.iterdir() if not path.name.startswith(_DATABASE))
    with closing(sqlite3.connect(f"file:{index / _DATABASE}?mode=ro", uri=True)) as connection:
        try:
            sizes = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        except sqlite3.OperationalError as error:
            yield absent("links and sketches in the index / data", f"this SQLite does not tell: {error}")
            return
    added = {name: size for name, size in sizes.items() if name not in _OTHERS}
    own += sum(added.values())
    parts = ", ".join(f"{name} {size / _MB:,.1f}" for name, size in sorted(added.items()))
    more = f"{own / _MB:,.1f} of {data / _MB:,.1f} MB; in MB {parts}"
    yield row("links and sketches in the index / data", own / data * 100, at_most(15, " %"), " %", more)
    more = f"{sum(sizes.values()) / _MB:,.1f} MB"
    yield row("the whole index / data", size_of(index) / data * 100, None, " %", more)


def _asking(archive: Path) -> Iterator[Row]:
    """Ask for the links of a story, for what is not there, for copies, and for one of each story."""
    ids = answer(NEWSARC, "list", "--archive", archive, "--limit", "100", "--output", "ids").split()
    questions: tuple[tuple[Word, ...], ...] = (
        ("list", "--limit", "20"), ("list", "--unique", "--limit", "20"), ("links", ids[-1].decode()),
        ("links", "--missing"), ("duplicates",),
    )  # fmt: skip
    for command, *rest in questions:
        ask = partial(cost, NEWSARC, command, "--archive", archive, *rest)
        spent = [ask() for _ in range(FEW + 1)][1:]
        words = " ".join(
            map(str, ("links", "ID") if command == "links" and rest[0] != "--missing" else (command, *rest))
        )
        found = sample([one.cpu for one in spent])
        yield row(
            f"`{words}`", found.middle * 1000, None, " ms", f"{milliseconds(found.low)} to {milliseconds(found.high)}"
        )


if __name__ == "__main__":
    sys.stdout.writelines(text + "\n" for text in stream(int(sys.argv[1])))
