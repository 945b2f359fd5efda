"""The way of a source into the archive: long sources in little memory, batches, one outcome for each source."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from faulty import Stepping
from material import NOON, articles_of, dump
from newsarc.archive import Archive
from newsarc.archive.filing import Filed
from newsarc.errors import ParseError, SourceError, TooLarge, UnknownWord
from newsarc.ingest import Outcome, Reading, Summary, ingest, read
from newsarc.source import IN_MEMORY, Place, find, from_bytes
from newsarc.source import read as read_source


def ticking(step: timedelta = timedelta(0)) -> Iterator[datetime]:
    now = NOON
    while True:
        yield now
        now += step


def run(archive: Archive | None, *paths: Path, step: timedelta = timedelta(0)) -> list[Outcome]:
    ticks = ticking(step)
    return list(ingest(find(map(str, paths)), archive, clock=lambda: next(ticks), how=Reading(now=NOON)))


def many(count: int, first: int = 0, padding: int = 0) -> bytes:
    """Write several dumps one after another, without rules between them; `padding` makes their bodies longer."""
    body = b"Die Arbeiten dauern" + b" und dauern" * padding
    stories = (dump(f"Turm Nummer {number} von Windau") for number in range(first, first + count))
    return b"\n".join(story.replace(b"Die Arbeiten dauern", body) for story in stories)


def test_a_source_longer_than_memory_holds_is_cut_into_the_same_stories(tmp_path: Path, archive: Archive) -> None:
    text = many(5_000, padding=300)
    assert len(text) > IN_MEMORY
    (tmp_path / "day.txt").write_bytes(text)
    source = read_source(Place("day.txt", str(tmp_path / "day.txt"), named=True))
    end = 0
    for number, article in enumerate(read(source, Reading(now=NOON))):
        assert article.headline == f"Turm Nummer {number} von Windau"
        assert article.origin
        assert article.origin.offset == end
        end += article.origin.length
    assert (number + 1, end) == (5_000, len(text))
    [outcome] = run(archive, tmp_path / "day.txt")
    assert (outcome.new, outcome.error) == (5_000, None)
    last = list(archive.articles())[-1]
    assert archive.original(last) == text[last.origin.offset :] if last.origin else False
    assert len(os.listdir(Path(archive.root) / "originals")) == 1
    [again] = run(archive, tmp_path / "day.txt")
    assert (again.new, again.unchanged) == (0, 5_000)


@pytest.mark.parametrize("codec", ["cp1252", "utf-16", "utf-8-sig"])
def test_byte_ranges_hold_in_every_encoding_across_windows(codec: str) -> None:
    text = many(1_500, padding=150).decode().replace("Windau", "Möwensöll").replace("\n", "\r\n")
    data = text.encode(codec)
    assert len(data) > 2 << 20
    end = 0
    for article in articles_of(data):
        assert article.origin
        assert article.origin.offset == end
        end += article.origin.length
        piece = data[article.origin.offset : end].decode("utf-16-le" if codec == "utf-16" else codec)
        assert piece.lstrip("\ufeff").startswith("Möwensöll, Hafen")
        assert str(article.headline) in piece
    assert end == len(data)


def test_memory_stays_flat_in_the_number_of_stories(tmp_path: Path) -> None:
    """20,000 stories of one file parse in hardly more memory than 200."""
    peaks = []
    for count in (200, 20_000):
        (tmp_path / "day.txt").write_bytes(many(count))
        code = (
            "import resource, sys; sys.argv = ['newsarc', 'parse', 'day.txt']\nfrom newsarc.cli import main\n"
            "try:\n    main()\nfinally:\n"
            "    sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.count("\n") == count
        peaks.append(int(done.stderr) * (1 if sys.platform == "darwin" else 1024))
    assert peaks[1] - peaks[0] < 40 << 20


def test_a_story_longer_than_the_limit_is_refused_and_those_before_it_are_kept(
    tmp_path: Path, archive: Archive
) -> None:
    (tmp_path / "day.txt").write_bytes(many(3) + b"\n" + b"Noch ein Absatz ohne Ende.\n\n" * 700_000)
    [outcome] = run(archive, tmp_path / "day.txt")
    assert isinstance(outcome.error, TooLarge)
    assert len(os.listdir(Path(archive.root) / "quarantine")) == 2


def test_a_bare_date_line_in_the_middle_costs_only_itself(tmp_path: Path, archive: Archive) -> None:
    data = many(1) + b"\n---\n\n06.06.2023 - 10:00:00\n\n---\n\n" + many(1, 7)
    (tmp_path / "day.txt").write_bytes(data)
    [outcome] = run(archive, tmp_path / "day.txt")
    assert isinstance(outcome.error, ParseError)
    assert outcome.new == 2
    assert [article.headline for article in archive.articles()] == [
        "Turm Nummer 0 von Windau",
        "Turm Nummer 7 von Windau",
    ]


def test_batches_end_by_count_and_by_time(tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_bytes(many(1_100))
    disk = Stepping()
    archive, _ = Archive.create(tmp_path / "archive", disk=disk)
    made = disk.steps.count("replace")
    [outcome] = run(archive, tmp_path / "day.txt")
    assert outcome.new == archive.head().seq == 1_100
    assert disk.steps.count("replace") - made == 3, "two batches of 500 and the rest"
    for number in range(5):
        (tmp_path / f"{number}.txt").write_bytes(dump(f"Kleiner Turm {number}"))
    slow = ticking(timedelta(seconds=0.6))
    heads = [
        archive.head().seq
        for _ in ingest(
            find([str(tmp_path / f"{number}.txt") for number in range(5)]), archive, clock=lambda: next(slow)
        )
    ]
    assert heads == [1101, 1102, 1103, 1104, 1105], "a batch older than a second is committed"


def test_an_outcome_is_handed_out_only_when_its_articles_are_durable(tmp_path: Path, archive: Archive) -> None:
    for number in range(1_030):
        (tmp_path / f"{number:04}.txt").write_bytes(dump(f"Turm {number}"))
    (tmp_path / "archive").rename(tmp_path.parent / f"{tmp_path.name}-archive")
    kept = Archive(tmp_path.parent / f"{tmp_path.name}-archive")
    ticks = ticking()
    handed = 0
    for outcome in ingest(find([str(tmp_path)]), kept, clock=lambda: next(ticks), how=Reading(now=NOON)):
        handed += outcome.new
        assert kept.head().seq >= handed
    assert handed == 1_030
    assert archive.root != kept.root


def test_the_same_story_twice_in_a_batch_is_filed_once(tmp_path: Path, archive: Archive) -> None:
    (tmp_path / "a.txt").write_bytes(dump())
    (tmp_path / "b.txt").write_bytes(dump())
    (tmp_path / "c.txt").write_bytes(dump(lead="Der Turm von Windau bekommt im Herbst ein neues Licht."))
    outcomes = run(archive, *(tmp_path / name for name in ("a.txt", "b.txt", "c.txt")))
    assert [(one.new, one.versions, one.unchanged) for one in outcomes] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]


def test_a_format_by_force() -> None:
    source = from_bytes(b"Ein Text ohne Datum.")
    with pytest.raises(ParseError, match="a date line"):
        list(read(source, Reading(format="portal")))
    with pytest.raises(UnknownWord):
        read(source, Reading(format="portl"))


def test_the_summary_counts_and_keeps_the_worst_code() -> None:
    summary = Summary()
    summary.add(Outcome("a", new=2, versions=2, revisions=1))
    summary.add(Outcome("b", error=SourceError("b", "broken"), unchanged=1))
    refused = Outcome("e")
    refused.add(Filed("erased", "portal:0", 0, 0))
    summary.add(refused)
    summary.add(Outcome("c", skipped="binary"))
    summary.skip("d", "hidden")
    assert summary.sentence() == (
        "2 new, 2 new versions, 1 new reading, 1 unchanged, 1 refused (erased), 1 in quarantine; "
        "skipped 1 binary, 1 hidden"
    )
    assert json.loads(summary.line())["erased"] == 1
    assert summary.exit_code == 1
