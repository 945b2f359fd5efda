"""The formats together: who claims what, a pile of everything, and what each says it fills."""

import json
import re
import shutil
from pathlib import Path
from random import Random

import pytest

from conftest import Run
from material import SAMPLES
from newsarc.article import Article
from newsarc.errors import SourceError
from newsarc.formats import FORMATS, Format
from newsarc.source import Place, Source
from newsarc.source import read as read_source

SAMPLED = [known for known in FORMATS if (SAMPLES / known.NAME).is_dir()]
_GOLDENS = (".jsonl", ".error")

# A time counts by its name where it is printed; what says how a record came to be does not count.
_PRINTED = {"published_text": "published", "updated_text": "updated", "embargoed_text": "embargoed"}
_BESIDE = {
    "schema", "version_by", "revision", "published_precision", "captured_after", "warnings", "origin", "archived",
}  # fmt: skip
_EMPTY = {name: field.default for name, field in Article.model_fields.items()}


def samples_of(name: str) -> list[Path]:
    """Return the samples of a format that can be read."""
    found = (SAMPLES / name).rglob("*")
    return sorted(
        path for path in found if path.is_file() and path.suffix not in _GOLDENS and "broken" not in path.parts
    )


def source_of(path: Path) -> Source:
    return read_source(Place(path.name, str(path), named=True))


def filled(known: Format) -> set[str]:
    """Say which fields of the record a format fills, in all of its samples together.

    That is the fields that differ from their defaults in what it yields, before `normalize` gives it its meaning.
    """
    found: set[str] = set()
    for path in samples_of(known.NAME):
        for article in known.parse(source_of(path)):
            if isinstance(article, Article):
                found |= {name for name, empty in _EMPTY.items() if getattr(article, name) != empty}
    return {_PRINTED.get(name, Article.model_fields[name].alias or name) for name in found}


def test_a_format_that_is_no_stub_has_samples_and_says_what_it_is() -> None:
    for known in FORMATS:
        if known.SIGN:
            assert known in SAMPLED, known.NAME
            assert known.ABOUT.endswith(".")
            assert known.FIELDS
    assert len({known.NAME for known in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("known", SAMPLED, ids=lambda known: known.NAME)
def test_samples_are_claimed_by_their_format_alone(known: Format) -> None:
    for path in samples_of(known.NAME):
        head = source_of(path).head
        assert [other.NAME for other in FORMATS if other.sniff(head)] == [known.NAME], path


@pytest.mark.parametrize("known", SAMPLED, ids=lambda known: known.NAME)
def test_broken_samples_are_claimed_by_one_format_or_none(known: Format) -> None:
    for path in sorted((SAMPLES / known.NAME / "broken").iterdir()):
        if path.suffix in _GOLDENS:
            continue
        try:
            head = source_of(path).head
        except SourceError:  # nothing in it, or it cannot be unpacked
            continue
        assert len([other.NAME for other in FORMATS if other.sniff(head)]) <= 1, path


@pytest.mark.parametrize("known", SAMPLED, ids=lambda known: known.NAME)
def test_a_format_fills_the_fields_that_it_says(known: Format) -> None:
    """`FIELDS` is what the format fills in its samples, all of it and nothing else, in the record's order.

    Our own format takes over whatever a record says; samples of that cannot have everything.
    """
    said = {_PRINTED.get(name, name) for name in known.FIELDS} - _BESIDE
    really = filled(known) - _BESIDE
    assert really - said == set(), "filled, but not said"
    assert known.NAME == "newsarc" or said - really == set(), "said, but filled in no sample"
    order = [field.alias or name for name, field in Article.model_fields.items()]
    assert list(known.FIELDS) == sorted(known.FIELDS, key=order.index)


def test_a_shuffled_pile_of_all_samples_without_their_endings_is_read(run: Run, tmp_path: Path) -> None:
    paths = [(known.NAME, path) for known in SAMPLED for path in samples_of(known.NAME)]
    Random(4).shuffle(paths)
    pile = tmp_path / "pile"
    pile.mkdir()
    wanted = {}
    for number, (name, path) in enumerate(paths):
        shutil.copyfile(path, pile / f"m{number:04}")
        wanted[f"pile/m{number:04}"] = name
    done = run("ingest", "pile")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert re.search(
        r"^\d+ new, (?:.*, )?\d+ unchanged(?:, \d+ of the archive learned from them)?$", done.stderr, re.MULTILINE
    ), done.stderr
    assert "error" not in done.stderr
    lines = [
        json.loads(line)
        for segment in sorted((tmp_path / "archive" / "articles").iterdir())
        for line in segment.read_bytes().splitlines()
    ]
    read_as = {record["origin"]["name"]: record["origin"]["format"] for record in lines}
    assert read_as.items() <= wanted.items()
    assert set(read_as.values()) == {known.NAME for known in SAMPLED}
    again = run("ingest", "pile")
    assert re.search(r"^0 new, \d+ unchanged$", again.stderr, re.MULTILINE), again.stderr
