"""Categories that the text contradicts are found, with the words that say so; a person's word can be undone."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from faulty import faults
from material import NOON, ROOT, SAMPLES, dump
from newsarc.archive import Archive
from newsarc.article import Article, Block, Candidate
from newsarc.audit import Correction, accept, audit, undo
from newsarc.errors import ArticleNotFound, ArticleWithdrawn, NewsarcError, NothingToCorrect
from newsarc.find import articles
from newsarc.normalize.categories import CONTRADICTED_BELOW, FULL_TEXT_FROM, TAKEN_FROM, evidence, shares, words_of
from newsarc.normalize.meaning import normalize
from newsarc.normalize.sections import LABELS
from newsarc.query import Query
from older import again, keep, whats

SWIMMING = (
    "Ilva Kranz hat bei der Meisterschaft in Grünstätt den Rekord über 200 Meter verbessert. Die Schwimmerin vom "
    "Verein Windauer Möwen schlug im Finale nach 1:58,4 Minuten an. Ihr Trainer sprach von einem «verrückten "
    "Rennen». Die Mannschaft gewann zudem die Staffel und holte drei Medaillen. «Ich wollte nur ins Finale», sagte "
    "die Siegerin im Stadion vor 2000 Fans. Am Sonntag startet sie beim Wettkampf in Kranwerder; die Saison endet "
    "mit dem Pokal."
)
CHURCH = " Der Pfarrer und der Bischof beteten in der Kirche, die Gemeinde feierte Gottesdienst und Taufe."
MOMENT = datetime(2023, 6, 5, 14, tzinfo=timezone(timedelta(hours=2)))
CATEGORY = ("category", "category_by", "category_confidence", "category_candidates")


def story(name: str = "urn:a", text: str = SWIMMING, said: str | None = "Politik", **fields: Any) -> Article:
    """Make an article under a section, as its source states it; fields are put on top of what it means."""
    made = Article(id=name, headline="Rekord in Windau", body=(Block(text=text),), category_text=said)
    read = normalize(made.model_copy(update={"published": MOMENT}))
    return read.model_copy(update=fields)


def linked(name: str = "urn:a", label: str = "Politik", **fields: Any) -> Article:
    return story(name, said=None, category=label, category_by="linked", category_confidence=None, **fields)


def told(archive: Archive, *several: Article) -> None:
    archive.append([(one, None) for one in several], now=NOON)


def newest(archive: Archive, name: str = "urn:a") -> Article:
    [found] = [one for one in articles(archive, Query()) if one.id == name]
    return found


def of(article: Article) -> tuple[Any, ...]:
    """Return what an article says of its category."""
    return tuple(getattr(article, name) for name in CATEGORY)


def corrected(archive: Archive, *names: str, **how: Any) -> list[Correction | NewsarcError]:
    return list(accept(archive, names or ("urn:a",), clock=lambda: NOON, **how))


def undone(archive: Archive, *names: str, **how: Any) -> list[Correction | NewsarcError]:
    return list(undo(archive, names or ("urn:a",), clock=lambda: NOON, **how))


def what(found: list[Correction | NewsarcError]) -> list[str]:
    return [one.what for one in found]


# What is found.


@pytest.mark.parametrize("article", [story(), linked()], ids=["stated", "linked"])
def test_a_swimming_record_under_politics_is_found_with_its_words(article: Article, archive: Archive) -> None:
    told(archive, article)
    [doubt] = audit(archive, Query())
    assert (doubt.category, doubt.category_by, doubt.suggestion) == ("Politik", article.category_by, "Sport")
    assert doubt.confidence == int(max(shares(words_of(article))[0]) * 1000) / 1000
    assert (doubt.id, doubt.headline, doubt.published) == ("urn:a", "Rekord in Windau", "2023-06-05T14:00:00+02:00")
    assert doubt.archived == "2026-01-15T12:00:00+01:00"
    said = [(one["word"], one["weight"]) for one in doubt.evidence]
    assert len(said) == 5
    assert said[0][0] == "Finale"
    assert all(word in words_of(article) for word, _ in said)
    assert [weight for _, weight in said] == sorted((weight for _, weight in said), reverse=True)
    assert 0.3 < sum(weight for _, weight in said) <= 1


UNDOUBTED = {
    "inferred": story(said=None),
    "by a person": story(category="Politik", category_by="user"),
    "right": story(said="Sport"),
    "short": story(text=" ".join(SWIMMING.split()[: FULL_TEXT_FROM - 4])),  # the headline has three words
    "a little": story(text=SWIMMING + CHURCH, said="Kirche"),
    "unsure": story(text="Der Minister sprach mit der Aktiengesellschaft über das Stadion und den Film. " * 8),
    "canceled": story(status="canceled"),
    "withheld": story(status="withheld"),
}


@pytest.mark.parametrize("why", UNDOUBTED)
def test_what_is_not_clearly_contradicted_is_not_found(why: str, archive: Archive) -> None:
    told(archive, UNDOUBTED[why])
    assert list(audit(archive, Query())) == []
    told(archive, story("urn:b"))
    assert [doubt.id for doubt in audit(archive, Query())] == ["urn:b"]


def test_the_text_is_asked_today_and_not_what_was_suggested(archive: Archive) -> None:
    told(archive, story(category_candidates=()))
    told(archive, story("urn:b", said="Sport", category_candidates=(Candidate(category="Kultur", confidence=0.9),)))
    assert [(doubt.id, doubt.suggestion) for doubt in audit(archive, Query())] == [("urn:a", "Sport")]


def test_all_that_the_rule_says_is_found_and_nothing_else(archive: Archive) -> None:
    rows = [json.loads(line) for line in (ROOT / "bench" / "sections.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = []
    for number, row in enumerate(rows):
        label = LABELS[number % len(LABELS)]
        one = story(f"urn:{number}", "\n\n".join(row["body"]), label, headline=row["headline"], lead=row["lead"])
        told(archive, one)
        found, length = shares(words_of(one))
        if length >= FULL_TEXT_FROM and max(found) >= TAKEN_FROM and found[LABELS.index(label)] < CONTRADICTED_BELOW:
            expected.append((one.id, label, LABELS[found.index(max(found))]))
    assert len(expected) > 40
    found_too = [(doubt.id, doubt.category, doubt.suggestion) for doubt in audit(archive, Query(order="oldest"))]
    assert found_too == expected
    assert len(list(audit(archive, Query(limit=7)))) == 7
    some = audit(archive, Query(categories=("Politik", "Sport")))
    assert {doubt.category for doubt in some} == {"Politik", "Sport"}


def test_what_is_embargoed_is_found_only_by_who_asks_for_it(archive: Archive) -> None:
    told(archive, story(embargoed=NOON + timedelta(days=1)))
    assert list(audit(archive, Query(now=NOON))) == []
    assert len(list(audit(archive, Query(now=NOON, shows_embargoed=True)))) == 1


def test_a_label_that_is_none_of_ours_breaks_nothing(archive: Archive) -> None:
    told(archive, linked(label="Quark"))
    assert [(doubt.category, doubt.suggestion) for doubt in audit(archive, Query())] == [("Quark", "Sport")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []), ("und der die", []), ("Koalition Landtag", []), ("«Torwart», rief er. torwart TORWART", ["Torwart"]),
        ("Im Fußball-Stadion", ["Fußball-Stadion"]), ("FUSSBALL fußball", ["FUSSBALL"]),
        ("\x1b[2JTrainer", ["2JTrainer"]),
    ],
)  # fmt: skip
def test_evidence_is_as_first_printed(text: str, words: list[str]) -> None:
    assert [word for word, _ in evidence(text, "Sport")] == words
    assert sum(weight for _, weight in evidence(text, "Sport", 99)) == pytest.approx(1 if words else 0, abs=0.01)


# A person's word.


def test_a_correction_is_a_new_revision_and_the_second_one_adds_nothing(archive: Archive) -> None:
    told(archive, story())
    assert corrected(archive) == [
        Correction("corrected", "urn:a", 1, 2, "Rekord in Windau", "Sport", "user", "Politik", "stated")
    ]
    first, second = archive.articles()
    assert of(second) == ("Sport", "user", None, ())
    same = {**dict.fromkeys(CATEGORY), "revision": 0, "archived": None}
    assert first.model_copy(update=same) == second.model_copy(update=same)
    assert (of(first)[:2], second.category_text, newest(archive)) == (("Politik", "stated"), "Politik", second)
    before = archive.head()
    assert what(corrected(archive)) == what(corrected(archive, label="Sport")) == ["unchanged"]
    told(archive, story())
    assert archive.head() == before
    assert list(audit(archive, Query())) == []


def test_another_word_than_the_suggestion_is_given_with_as(archive: Archive) -> None:
    told(archive, story(), story("urn:b", said=None), story("urn:c", said="Sport"))
    assert what(corrected(archive, "urn:a", "urn:b", "urn:c", label="Kultur")) == ["corrected"] * 3
    assert what(corrected(archive, "urn:b", label="Sport")) == ["corrected"]
    assert [of(newest(archive, name))[:2] for name in ("urn:a", "urn:b")] == [("Kultur", "user"), ("Sport", "user")]


@pytest.mark.parametrize("why", ["inferred", "by a person", "right", "short", "a little", "unsure"])
def test_what_has_nothing_to_correct_is_refused(why: str, archive: Archive) -> None:
    told(archive, UNDOUBTED[why])
    before = archive.head()
    [refused] = corrected(archive)
    assert isinstance(refused, NothingToCorrect)
    assert "--as" in str(refused)
    assert archive.head() == before


def test_who_is_not_there_or_withdrawn_does_not_stop_the_others(archive: Archive) -> None:
    told(archive, story(), story("urn:b", status="canceled"))
    missing, withdrawn, done = corrected(archive, "urn:x", "urn:b", "urn:a")
    assert isinstance(missing, ArticleNotFound)
    assert isinstance(withdrawn, ArticleWithdrawn)
    assert isinstance(done, Correction)


def test_a_dry_run_says_the_same_and_writes_nothing(archive: Archive) -> None:
    told(archive, story())
    before = archive.head()
    said = corrected(archive, dry_run=True)
    assert archive.head() == before
    assert corrected(archive) == said
    taken = undone(archive, dry_run=True)
    assert archive.head().seq == before.seq + 1
    assert undone(archive) == taken


def test_many_are_written_in_batches(archive: Archive) -> None:
    names = [f"urn:{number}" for number in range(230)]
    told(archive, *map(story, names))
    work = accept(archive, names, clock=lambda: NOON)
    assert next(work) == Correction(
        "corrected", "urn:0", 1, 2, "Rekord in Windau", "Sport", "user", "Politik", "stated"
    )
    assert archive.head().seq == 330
    work.close()
    assert what(corrected(archive, *names)) == ["unchanged"] * 100 + ["corrected"] * 130
    assert archive.head().seq == 460
    assert faults(Path(archive.root)) == []


def test_where_another_run_was_quicker_its_word_stands(archive: Archive) -> None:
    told(archive, story())
    calls: list[list[Correction | NewsarcError]] = []

    def clock() -> datetime:
        calls.append(corrected(Archive(archive.root), label="Kultur")) if len(calls) == 1 else calls.append([])
        return NOON

    assert what(list(accept(archive, ["urn:a"], clock=clock))) == ["overtaken"]
    assert what(calls[1]) == ["corrected"]
    assert of(newest(archive))[:2] == ("Kultur", "user")


# Taking it back.

BEFORE = {
    "stated": story(),
    "linked": linked(),
    "inferred": story(said=None),
    "none": story(text="Nichts.", said=None),
    "old": story(said=None, category="Wetter", category_by="inferred", category_confidence=0.7),
}


@pytest.mark.parametrize("kind", BEFORE)
def test_what_was_there_before_comes_back_however_often_a_person_spoke(kind: str, archive: Archive) -> None:
    told(archive, BEFORE[kind])
    for label in ("Kultur", "Religion"):
        corrected(archive, label=label)
    [done] = undone(archive)
    assert isinstance(done, Correction)
    assert (done.revision, done.was, done.was_by) == (4, "Religion", "user")
    assert of(newest(archive)) == of(BEFORE[kind])
    before = archive.head()
    assert isinstance(undone(archive)[0], NothingToCorrect)
    told(archive, BEFORE[kind])
    assert archive.head() == before
    assert faults(Path(archive.root)) == []


@pytest.mark.parametrize("said", [None, "Politik"])
def test_a_word_given_at_ingest_gives_way_to_what_the_story_says_itself(said: str | None, archive: Archive) -> None:
    told(archive, story(said=said, category="Kultur", category_by="user", category_confidence=None))
    undone(archive)
    assert of(newest(archive)) == of(story(said=said))


def version(number: int, said: str | None = None, **fields: Any) -> Article:
    return story(said=said, text=f"{SWIMMING} Fassung {number}.", **fields)


def test_later_versions_keep_a_persons_word_until_it_is_taken_back(archive: Archive) -> None:
    told(archive, version(1, "Politik"))
    corrected(archive)
    told(archive, version(2, "Politik"))
    assert (newest(archive).version, *of(newest(archive))[:2]) == (2, "Sport", "user")
    undone(archive)
    assert of(newest(archive)) == of(version(2, "Politik"))
    told(archive, version(3, "Wirtschaft"))
    assert (newest(archive).version, *of(newest(archive))[:2]) == (3, "Wirtschaft", "stated")
    corrected(archive, label="Kultur")
    told(archive, version(4))
    assert (newest(archive).version, *of(newest(archive))[:2]) == (4, "Kultur", "user")


CAME = {
    "its own source states one": (version(2, "Wirtschaft"), ("Wirtschaft", "stated")),
    "its text says it": (version(2), ("Sport", "inferred")),
}


@pytest.mark.parametrize("why", CAME)
def test_a_version_that_came_in_with_a_persons_word_speaks_for_itself(why: str, archive: Archive) -> None:
    came, expected = CAME[why]
    told(archive, version(1, "Politik"))
    corrected(archive, label="Religion")
    told(archive, came)
    undone(archive)
    assert of(newest(archive))[:2] == expected


def test_what_links_said_of_a_story_holds_for_its_next_version(archive: Archive) -> None:
    short = "Der Turm von Windau steht."
    told(archive, linked().model_copy(update={"body": (Block(text=short),)}))
    corrected(archive, label="Religion")
    told(archive, story(text=f"{short} Noch immer.", said=None))
    undone(archive)
    assert (newest(archive).version, *of(newest(archive))) == (2, "Politik", "linked", None, ())
    told(archive, version(3))
    corrected(archive, label="Religion")
    told(archive, version(4))
    undone(archive)
    assert of(newest(archive))[:2] == ("Sport", "inferred"), "the last that was said without a person was inferred"


def test_an_older_version_read_again_does_not_bring_the_word_back(archive: Archive) -> None:
    told(archive, version(1, "Politik"))
    corrected(archive)
    first = newest(archive)
    told(archive, version(2, "Politik"))
    undone(archive)
    reread = first.model_copy(update={"revision": 3, "credit": "dpa", "archived": None})
    assert [one.what for one in archive.revise([reread.line()], now=NOON)] == ["revision"]
    told(archive, version(3, "Politik"))
    assert of(newest(archive))[:2] == ("Politik", "stated")


def test_an_older_version_read_again_does_not_take_the_word_away(archive: Archive) -> None:
    told(archive, version(1, "Politik"))
    first = newest(archive)
    told(archive, version(2, "Politik"))
    corrected(archive)
    reread = first.model_copy(update={"revision": 2, "credit": "dpa", "archived": None})
    assert [one.what for one in archive.revise([reread.line()], now=NOON)] == ["revision"]
    told(archive, version(3, "Politik"))
    assert of(newest(archive))[:2] == ("Sport", "user")


SOURCES: dict[str, Callable[[], bytes]] = {
    "feed": (SAMPLES / "feed" / "wrong-sections.xml").read_bytes,
    "dump": dump,
}


@pytest.mark.parametrize("name", SOURCES)
def test_reading_again_keeps_a_correction_and_its_undoing(name: str, archive: Archive) -> None:
    stories = keep(archive, SOURCES[name](), {}, name=name)
    names = [one.id for one in stories]
    assert set(what(corrected(archive, *names, label="Religion"))) == {"corrected"}
    before = archive.head()
    assert set(whats(again(archive))) == {"same"}
    assert set(what(undone(archive, *names))) == {"corrected"}
    assert set(whats(again(archive))) == {"same"}
    assert archive.head().seq == before.seq + len(names)
    assert [of(newest(archive, one.id)) for one in stories] == [of(one) for one in stories]
