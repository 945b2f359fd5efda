"""Every sample is claimed by one format, read as its golden says, and accounted for to the last character.

A golden lies beside its sample: `x.txt.jsonl` holds the records, `x.txt.error` the exact message of a broken one. `make
bless` renews them; without it nothing is ever written.
"""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from accounting import dash_behind
from material import NOON, SAMPLES
from newsarc import formats
from newsarc.article import WARNINGS, Article, from_line
from newsarc.dumps.grammar import LITERALS, RULE
from newsarc.encoding import detect, repair
from newsarc.errors import SourceError
from newsarc.ingest import Reading, read
from newsarc.source import Place, Source
from newsarc.source import read as read_source

_GOLDENS = (".jsonl", ".error")
ALL = sorted(
    path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix not in _GOLDENS and path.name != "README.md"
)
WHOLE = [path for path in ALL if "broken" not in path.parts]
DUMPS = [path for path in WHOLE if path.relative_to(SAMPLES).parts[0] == "portal"]
BROKEN = [path for path in ALL if "broken" in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(SAMPLES).as_posix()


def source_of(path: Path) -> Source:
    return read_source(Place(name_of(path), str(path), named=True))


def read_sample(path: Path) -> list[Article]:
    """Read a sample at NOON; `origin.reader` is left out, so that a new version changes no golden."""
    found = []
    for article in read(source_of(path), Reading(now=NOON)):
        assert article.origin
        found.append(article.model_copy(update={"origin": article.origin.model_copy(update={"reader": None})}))
    return found


def test_there_are_enough_samples() -> None:
    assert len(WHOLE) >= 25
    assert len(BROKEN) >= 6


def test_no_golden_without_its_sample_and_no_sample_unlisted() -> None:
    listed = set(re.findall(r"^\| `([^`]+)` \|", (SAMPLES / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {path.name for path in ALL}
    for golden in SAMPLES.rglob("*"):
        if golden.suffix in _GOLDENS:
            assert golden.with_suffix("").is_file(), golden


@pytest.mark.parametrize("path", WHOLE, ids=name_of)
def test_a_sample_reads_as_its_golden(path: Path, bless: bool) -> None:
    golden = path.with_name(path.name + ".jsonl")
    articles = read_sample(path)
    if bless:
        golden.write_bytes(b"".join(article.line() + b"\n" for article in articles))
    wanted = [from_line(line) for line in golden.read_bytes().splitlines()]
    assert articles == wanted
    assert b"".join(article.line() + b"\n" for article in articles) == golden.read_bytes()


@pytest.mark.parametrize("path", WHOLE, ids=name_of)
def test_a_sample_is_claimed_by_exactly_one_format(path: Path) -> None:
    head = source_of(path).head
    assert [known.NAME for known in formats.FORMATS if known.sniff(head)] == [path.relative_to(SAMPLES).parts[0]]


@pytest.mark.parametrize("path", BROKEN, ids=name_of)
def test_a_broken_sample_says_what_is_wrong(path: Path, bless: bool) -> None:
    golden = path.with_name(path.name + ".error")
    with pytest.raises(SourceError) as caught:
        read_sample(path)
    said = f"{caught.value.exit_code} {caught.value.code}: {caught.value}\n"
    if bless:
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")
    assert said.count("\n") == 1


@pytest.mark.parametrize("path", DUMPS, ids=name_of)
def test_every_character_of_a_dump_stands_somewhere(path: Path) -> None:
    source = source_of(path)
    data = b"".join(source.chunks())
    articles = read_sample(path)
    end = 0
    for article in articles:
        assert article.origin
        assert article.origin.offset == end, "the ranges of a source's stories follow each other without a gap"
        end += article.origin.length
        text = _as_read(data[article.origin.offset : end], detect([data]))
        left = characters(text)
        left.subtract(_placed(article))
        left.subtract(_literals(article, text))
        assert {char: count for char, count in left.items() if count} == {}
    assert end == len(data)


def test_every_warning_of_the_samples_is_explained() -> None:
    found = {code.partition(":")[0] for path in WHOLE for article in read_sample(path) for code in article.warnings}
    assert found <= set(WARNINGS)
    assert len(found) >= 6


def _as_read(data: bytes, codec: str) -> str:
    """Decode and repair the bytes of one story."""
    text = data.decode(codec if codec != "utf-8-sig" else "utf-8", "replace").replace("\ufeff", "")
    return "\n".join(unicodedata.normalize("NFC", repair(text)[0]).splitlines())


def characters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def _placed(article: Article) -> Counter[str]:
    """Count what stands in the verbatim fields."""
    words = [article.headline, article.lead, article.dateline, article.credit, article.published_text]
    words += [*article.keywords, *article.unparsed, *(block.text for block in article.body)]
    words += [link.text for link in article.related]
    words += [word for media in article.media for word in (media.caption, media.credit)]
    return characters("".join(word for word in words if word))


def _literals(article: Article, text: str) -> Counter[str]:
    """Count the words of the grammar that this story must have, and the repetitions of its gallery."""
    left_out = LITERALS["keywords"][0] * (_commas(article, text))
    if article.credit:
        left_out += "".join(LITERALS["credit"]) if re.search(r"(?m)^\s*@.*\.de\s*$", text) else LITERALS["credit"][0]
    if re.search(r"(?m)^\s*Weitere\s+Meldungen\s*$", text) and "Weitere Meldungen" not in _loose_blocks(article):
        left_out += LITERALS["related"][0]
    for media in article.media:
        left_out += "".join(LITERALS["media"]) + (media.credit or "")  # and the indented credit
        left_out += f"{media.caption}- Foto:{media.credit}"  # and the captions run together
    left_out += LITERALS["list"][0] * sum(block.kind == "list" for block in article.body)
    left_out += dash_behind(article.dateline, text) if article.dateline else ""
    rules = [line.strip() for line in text.splitlines() if line.strip() and RULE.fullmatch(line.strip())]
    left_out += "".join(rule for rule in rules if rule not in _loose_blocks(article))
    return characters(left_out)


def _loose_blocks(article: Article) -> list[str]:
    return [*article.unparsed, *(block.text for block in article.body)]


def _commas(article: Article, text: str) -> int:
    """Count the commas between keywords: one less than keywords, on the line they stand on."""
    line = next((line for line in text.splitlines() if article.keywords and article.keywords[0] in line), "")
    return line.count(",") if article.keywords else 0
