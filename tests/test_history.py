"""The life of a story as it is told: its lines in order, whose change each is, what two of them differ in."""

import json
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from asked import made, told
from lives import AT, CANCEL, NOW, READERS, URN, in_format, story
from material import NOON
from newsarc.archive import Archive
from newsarc.article import Article, Block, Candidate, Media, RelatedLink
from newsarc.errors import (
    AmbiguousId,
    AmbiguousVersion,
    ArchiveDamaged,
    ArticleEmbargoed,
    ArticleNotFound,
    ArticleWithdrawn,
    ArticleWithheld,
    UnknownVersion,
)
from newsarc.find import find
from newsarc.query import Query, in_order, select
from newsarc.versions import DIFF_FIELDS, HISTORY_FIELDS, compare, history


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Make an archive of small segments, so that the lines of a story lie in several."""
    return made(tmp_path / "a", rotate_at=1_000)


def lines(archive: Archive, query: Query | None = None, name: str = URN) -> list[tuple[Any, ...]]:
    return [(line["name"], line["against"], line["newest"]) for line in history(archive, name, query)]


def differing(archive: Archive, *wanted: str, query: Query | None = None) -> list[tuple[Any, ...]]:
    return [(one["field"], one["by"], one["old"], one["new"]) for one in compare(archive, URN, wanted, query)]


def read_again(archive: Archive, **said: Any) -> None:
    """Append a new reading of the last line."""
    [*_, last] = archive.articles()
    again = last.model_copy(update={"revision": last.revision + 1, **said})
    assert [one.what for one in archive.revise([again.line()], now=NOON)] == ["revision"]


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_versions_are_told_newest_first_in_whatever_order_they_came(order: tuple[int, ...], archive: Archive) -> None:
    for number in order:
        told(archive, [story(number, f"Fassung {number}.")])
    assert lines(archive) == [("3.1", "2.1", True), ("2.1", "1.1", False), ("1.1", None, False)]


def test_the_newest_is_the_one_that_lists_give(archive: Archive) -> None:
    told(archive, [story(7), story(None, "", status="canceled", headline=None, published=AT + timedelta(days=1))])
    told(archive, [story(None, "Von Hand.", published=AT - timedelta(days=1))])
    [newest] = find(archive, Query())
    found = list(history(archive, URN))
    assert [line["newest"] for line in found] == [True, False, False]
    assert f'"version":{found[0]["version"]},"version_by":"{found[0]["version_by"]}"'.encode() in newest
    assert found[0]["status"] == "canceled"


@pytest.mark.parametrize("seed", range(60))
def test_the_last_in_order_is_the_newest(seed: int) -> None:
    roll = Random(seed)
    stored = []
    for seq in range(roll.randrange(1, 9)):
        said = CANCEL if roll.random() < 0.3 else {}
        at = AT + timedelta(seconds=roll.randrange(6))
        version = roll.choice([None, 1, 2, 3])
        one = story(version, **{"published": at, "revision": roll.randrange(1, 3), **said})
        one = one if version else one.model_copy(update={"version": roll.randrange(1, 4)})
        stored.append((seq, one.line()[:-1] + b',"seq":%d}' % seq))
    order = in_order(stored)
    assert order[-1:] == select(stored, Query())
    assert len(order) == len(
        {(line["version_by"], line["version"]) for line in (json.loads(line) for _, line in stored)}
    )


def test_every_line_has_every_key(archive: Archive) -> None:
    told(archive, [story(1), story(2, status="withheld")])
    for query in (None, READERS):
        assert {tuple(line) for line in history(archive, URN, query)} == {HISTORY_FIELDS}
    assert {tuple(one) for one in compare(archive, URN)} == {DIFF_FIELDS}


def test_a_reading_is_told_apart_from_what_the_source_changed(archive: Archive) -> None:
    said = {"category": "Kultur", "category_by": "inferred", "category_confidence": 0.7}
    told(archive, [in_format("nitf", story(1, "Elf Enten.", **said))])
    told(archive, [in_format("nitf", story(2, "Zwölf Enten.", **said, keywords=("Teich",)), published_text="später")])
    read_again(archive, headline="Ententeich", category="Umwelt")
    read_again(archive, category="Sport", category_by="user", category_confidence=None)
    third, second, first, oldest = history(archive, URN)
    assert [(line["name"], line["against"]) for line in (third, second, first)] == [
        ("2.3", "2.2"), ("2.2", "2.1"), ("2.1", "1.1"),
    ]  # fmt: skip
    assert first["source_changed"] == ["body", "keywords", "published", "published_text"]
    assert (first["reading_changed"], first["user_changed"]) == ([], [])
    assert (second["source_changed"], second["reading_changed"]) == ([], ["headline", "category"])
    assert (third["user_changed"], third["reading_changed"]) == (["category", "category_by"], [])
    assert not any(oldest[f"{who}_changed"] for who in ("source", "reading", "user"))
    assert (third["category"], third["category_by"], oldest["category"]) == ("Sport", "user", "Kultur")
    assert (oldest["origin"], oldest["format"], oldest["archived"]) == ("nitf.x", "nitf", "2026-01-15T12:00:00+01:00")


def test_another_text_under_the_same_number_is_the_sources_change(archive: Archive) -> None:
    told(archive, [in_format("nitf", story(2, "Elf Enten.")), in_format("nitf", story(2, "Zwölf Enten."))])
    told(archive, [story(3, "Drei."), story(3, "Vier.")])
    found = {line["name"]: line for line in history(archive, URN)}
    assert found["2.2"]["source_changed"] == found["3.2"]["source_changed"] == ["body"]
    assert found["2.2"]["reading_changed"] == ["warnings"]
    told(archive, [in_format("nitf", story(4)), in_format("nitf", story(4, "Fünf Enten."))])
    read_again(archive, body=(Block(text="Sechs Enten."),))
    assert differing(archive, "4.2", "4.3") == [("body", "reading", "Fünf Enten.", "Sechs Enten.")]


def test_a_section_that_is_stated_is_the_sources(archive: Archive) -> None:
    said = {"category": "Kultur", "category_by": "stated", "category_text": "Feuilleton"}
    told(archive, [story(1, **said), story(2, **{**said, "category": "Umwelt", "category_text": "Natur"})])
    told(archive, [story(3, category="Sport", category_by="inferred")])
    found = {line["name"]: line for line in history(archive, URN)}
    assert found["2.1"]["source_changed"] == ["category", "category_text", "published", "published_text"]
    assert "category" in found["3.1"]["source_changed"], "it is stated no more"


def test_links_are_the_sources_where_it_printed_others(archive: Archive) -> None:
    link = RelatedLink(text="Windau baut. Bis Mai.", title="Windau baut.")
    told(archive, [in_format("portal", story(related=(link,)))])
    read_again(archive, related=(link.model_copy(update={"title": "Windau baut", "title_confidence": "exact"}),))
    assert differing(archive) == [("related", "reading", "Windau baut.", "Windau baut")]
    read_again(archive, related=(link.model_copy(update={"title": "Windau baut", "title_confidence": "high"}),))
    [(_, who, old, new)] = differing(archive)
    assert (who, '"title_confidence": "exact"' in old, '"title_confidence": "high"' in new) == ("reading", True, True)
    told(archive, [in_format("portal", story(related=(link, RelatedLink(text="Neues.")), published=NOW))])
    assert ("related", "source", None, "Neues.") in differing(archive, "1.1", "2")


def test_corrections_come_with_their_note_and_withdrawals_with_the_reason(archive: Archive) -> None:
    told(archive, [story(1, signals=("update",), unparsed=("Rest",))])
    told(archive, [story(2, "Neu.", signals=("correction", "correction: falsche  Zahl\n der Enten"))])
    told(archive, [story(3, **CANCEL, unparsed=("Der Teich ist keiner.",))])
    notes = [(line["signals"], line["note"]) for line in history(archive, URN)]
    assert notes == [
        ([], "Der Teich ist keiner."),
        (["correction", "correction: falsche  Zahl\n der Enten"], "falsche Zahl der Enten"),
        (["update"], None),
    ]


# What may not be shown.

HELD_BACK = "Geheim"
HIDDEN = [
    ([story(1, HELD_BACK, headline=HELD_BACK), story(2, **CANCEL, unparsed=("falsch",))], ArticleWithdrawn, "canceled"),
    ([story(1, HELD_BACK), story(2, HELD_BACK, status="withheld", headline=HELD_BACK)], ArticleWithheld, "withheld"),
    ([story(1, HELD_BACK), story(2, HELD_BACK, embargoed=NOW + timedelta(1), keywords=(HELD_BACK,))], ArticleEmbargoed,
     "embargoed"),
    ([story(1, HELD_BACK), story(2, HELD_BACK, embargo_open=True, signals=(HELD_BACK,))], ArticleEmbargoed,
     "embargoed"),
]  # fmt: skip


@pytest.mark.parametrize(("stories", "error", "word"), HIDDEN, ids=[word for *_, word in HIDDEN])
def test_of_what_is_kept_back_only_the_frame_is_told(
    stories: list[Article], error: type[Exception], word: str, archive: Archive
) -> None:
    told(archive, [in_format(HELD_BACK, one, category=HELD_BACK) for one in stories])
    said: list[str] = []
    found = list(history(archive, URN, READERS, tell=said.append))
    assert HELD_BACK not in repr(found)
    assert [line["kept_back"] for line in found] == [word, word]
    assert [(line["version"], line["status"], line["published"][:10]) for line in found] == [
        (2, stories[1].status, "2025-03-12"), (1, "usable", "2025-03-12"),
    ]  # fmt: skip
    assert len(said) == 1
    assert "Show it with" in said[0]
    for wanted in ([], ["1"], ["1", "2"], ["1", "1"]):
        with pytest.raises(error):
            list(compare(archive, URN, wanted, READERS))
    asked = Query(now=NOW, shows_embargoed=word == "embargoed", shows_canceled=word != "embargoed")
    assert HELD_BACK in repr(list(history(archive, URN, asked)))
    assert list(compare(archive, URN, (), asked))


def test_a_version_that_was_withheld_once_stays_so_by_itself(archive: Archive) -> None:
    told(
        archive, [story(1, HELD_BACK, status="withheld", headline=HELD_BACK), story(2, "Frei."), story(3, "Frei, ja.")]
    )
    found = list(history(archive, URN, READERS))
    assert [line["kept_back"] for line in found] == [None, None, "withheld"]
    assert HELD_BACK not in repr(found)
    assert "body" in [one["field"] for one in compare(archive, URN, (), READERS)]
    with pytest.raises(ArticleWithheld):
        list(compare(archive, URN, ["1"], READERS))


# Two versions.


def test_without_names_the_newest_version_is_compared_with_the_one_before(archive: Archive) -> None:
    told(archive, [story(1, "Nummer eins."), story(2, "Nummer zwei."), story(3, "Nummer drei.")])
    read_again(archive, lead="Kurz.")
    assert ("body", "source", "Nummer zwei.", "Nummer drei.") in differing(archive)
    assert ("lead", "reading", None, "Kurz.") in differing(archive), "its source did not say it at first"
    assert ("body", "source", "Nummer eins.", "Nummer drei.") in differing(archive, "1")
    assert ("body", "source", "Nummer drei.", "Nummer eins.") in differing(archive, "3", "1")
    assert differing(archive, "3.1", "3") == [("lead", "reading", None, "Kurz.")]
    names = {(one["old_version"], one["new_version"]) for one in compare(archive, URN)}
    assert names == {("2.1", "3.2")}


def test_of_one_version_its_readings_are_compared(archive: Archive) -> None:
    told(archive, [in_format("nitf", story(1))])
    said: list[str] = []
    assert list(compare(archive, URN, tell=said.append)) == []
    assert said == [f"there is one version of {URN}, and one reading of it: nothing to compare"]
    read_again(archive, dateline="Windau")
    read_again(archive, byline="Öztürk")
    assert differing(archive) == [("byline", "reading", None, "Öztürk")]
    assert list(compare(archive, URN, ["1.2", "1.2"], tell=said.append)) == []
    assert said[1:] == [f"1.2 and 1.2 of {URN} say the same"]


def test_blocks_are_compared_one_by_one(archive: Archive) -> None:
    old = (Block(text="Der Teich ist offen."), Block(text="Elf Enten sind da."), Block(text="Ende."))
    new = (
        Block(text="Neu ist ein Steg."),
        old[0],
        Block(text="Zwölf Enten sind da."),
        Block(kind="heading", text="Ende."),
    )
    told(archive, [story(1, body=old), story(2, body=new)])
    found = [
        (one["old_block"], one["new_block"], [piece["text"] for piece in one["pieces"]])
        for one in compare(archive, URN)
        if one["field"] == "body"
    ]
    assert found == [
        (None, 1, ["Neu ist ein Steg."]),
        (2, 3, ["Elf", "Zwölf", " Enten sind da."]),
        (3, 4, ["[heading] ", "Ende."]),
    ]


def test_pictures_and_candidates_are_told_as_a_person_reads_them(archive: Archive) -> None:
    picture = Media(caption="Der Teich", credit="Erna Öztürk")
    two = (Candidate(category="Sport", confidence=0.4), Candidate(category="Kultur", confidence=0.3))
    told(archive, [in_format("nitf", story(1, media=(picture,), category_candidates=two))])
    read_again(archive, category_candidates=(Candidate(category="Sport", confidence=0.5), two[1]))
    assert differing(archive) == [], "a shift of confidences is no change"
    read_again(archive, media=(picture.model_copy(update={"caption": "Der alte Teich"}),), category_candidates=two[:1])
    assert differing(archive) == [
        ("category_candidates", "reading", "Sport, Kultur", "Sport"),
        ("media", "reading", "[image] Der Teich · Erna Öztürk", "[image] Der alte Teich · Erna Öztürk"),
    ]


def test_two_counts_are_told_apart(archive: Archive) -> None:
    told(archive, [in_format("digitalwires", story(2, "Gezählt."))])
    told(archive, [in_format("nitf", story(None, "Eins.", published=AT)), in_format("nitf", story(None, "Später."))])
    told(archive, [story(3, "Drei.", version_by="provider")])
    names = [line["name"] for line in history(archive, URN)]
    clash = [name for name in names if name[0] in "pa"]
    assert clash, names
    number = clash[0][1:].partition(".")[0]
    with pytest.raises(AmbiguousVersion, match=f"write p{number} or a{number}"):
        list(compare(archive, URN, [number]))
    told_of = {one["old_version"] for one in compare(archive, URN, [f"a{number}"])}
    assert told_of == {f"a{number}.1"}


@pytest.mark.parametrize(
    "word", ["7", "1.2", "a1", "", "x", "1.", ".1", "-1", "1.1.1", "p", "1.0", "²", "9" * 30, "\x1b"]
)
def test_a_version_that_is_not_there_is_refused_with_those_that_are(word: str, archive: Archive) -> None:
    told(archive, [story(1), story(2)])
    with pytest.raises(UnknownVersion, match=r"it has 1\.1, 2\.1\. Write 2"):
        list(compare(archive, URN, [word]))


# What does not fit.


def test_ids_are_named_as_show_takes_them(archive: Archive) -> None:
    told(archive, [story(1), story(1, id="urn:other")])
    assert lines(archive, name="250312-99") == [("1.1", None, True)]
    for run in (history, compare):
        with pytest.raises(AmbiguousId):
            list(run(archive, "urn:"))
        with pytest.raises(ArticleNotFound):
            list(run(archive, "urn:x"))


@pytest.fixture
def damaged(archive: Archive) -> Archive:
    """Make an archive whose first line does not fit its chain."""
    told(archive, [story(number, f"Fassung {number}.") for number in range(1, 4)])
    path = Path(archive.root, "articles", "000001.jsonl")
    path.write_bytes(path.read_bytes().replace(b"Fassung 1.", b"Fassung 9.", 1))
    return archive


def test_every_line_is_checked(damaged: Archive) -> None:
    for run in (history, compare):
        with pytest.raises(ArchiveDamaged, match="do not fit its chain"):
            list(run(damaged, URN))
