"""Hostile documents: read to their last word or refused by the expected name, in a second and 500 MB.

Source: docs/hostile-input.md
"""

from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from accounting import unaccounted
from asked import disagreements, made
from conftest import Figure
from faulty import dice, entries_of
from hostile import FAMILIES, SENTINEL
from hostile_costs import ABOUT, PAGE, costs_of, outcomes, unlike
from material import NOON, articles_of
from mutants import mutant
from newsarc.article import from_line
from newsarc.errors import SourceError
from newsarc.find import count
from newsarc.query import Query
from newsarc.terms import read_words
from strategies import BEGINNINGS, question

SECONDS = 1.0
MANY_SECONDS = 60.0
"""Of a source of many stories, up to 400,000."""
SLOW = 5.0
"""A machine under load may need so many times the seconds; a quadratic reader needs far more."""
MEGABYTES = 500
MUTANTS = 5_000
MUTANTS_IN_FULL = 100_000
ACCOUNTED = 3  # of every so manieth each character is looked for
KEPT_OF_THEM = 25  # every so manieth goes into an archive


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux")
@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_read_to_the_last_word_or_refused_by_name(family: str, full: bool, figure: Figure) -> None:
    costs = costs_of(family, full=full)
    assert [cost.name for cost in costs] == list(FAMILIES[family])
    assert unlike(family, costs) == []
    for cost in costs:
        seconds = MANY_SECONDS if FAMILIES[family][cost.name].is_many else SECONDS
        assert cost.seconds < SLOW * seconds, cost
        assert cost.megabytes < MEGABYTES, cost
    figure("hostile", f"{family}, seconds of CPU at most:", round(max(cost.seconds for cost in costs), 2))
    figure("hostile", f"{family}, megabytes at most:", max(cost.megabytes for cost in costs))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_says_what_comes_of_a_family(family: str) -> None:
    row = f"| {family} | {ABOUT[family]} | {outcomes(family)} |"
    assert any(line.startswith(row) for line in PAGE.read_text(encoding="utf-8").splitlines()), row


def test_mutants_of_all_samples_are_records_or_refused(full: bool) -> None:
    refused, longest, slowest = 0, 0.0, -1
    number_of_them = MUTANTS_IN_FULL if full else MUTANTS
    for number in range(number_of_them):
        data = mutant(number)
        begun = process_time()
        try:
            articles = articles_of(data)
        except SourceError:
            refused += 1
            continue
        finally:
            longest, slowest = max((longest, slowest), (process_time() - begun, number))
        if articles[-1].origin and articles[-1].origin.format == "portal":
            assert SENTINEL in articles[-1].line().decode(), number
            if full or number % ACCOUNTED == 0:
                assert unaccounted(data, articles) == "", number
        assert all(from_line(article.line()) == article for article in articles), number
    assert longest < SLOW * SECONDS, slowest
    assert number_of_them / 20 < refused < number_of_them * 0.9  # the mutator still makes both


def test_mutants_in_an_archive_are_found_as_by_reading_every_line(full: bool, tmp_path: Path) -> None:
    """Together with their originals, each byte of which comes back."""
    archive, pick = made(tmp_path / "a", rotate_at=1 << 20), dice(4711).choice
    numbers = range(0, MUTANTS_IN_FULL if full else MUTANTS, KEPT_OF_THEM)
    for number in numbers:
        with suppress(SourceError):
            archive.append(entries_of(mutant(number), f"{number}.txt"), now=NOON)
    assert archive.head().seq > len(numbers) / 2
    assert list(archive.check()) == []
    questions = [Query(words=read_words(SENTINEL)), *(question(pick) for _ in range(60))]
    assert disagreements(archive, questions, BEGINNINGS) == []
    assert count(archive, questions[0]) > 5  # where it stands in the text
