"""Stories are joined as they come: sections by links, titles by headlines, copies and updates; in whatever order."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from linked import Told, dump, told
from material import NOON, articles_of
from newsarc.archive import Archive
from newsarc.archive.filing import Scanned
from newsarc.article import Article
from newsarc.index import Index
from newsarc.joining import Joiner

A, B, C, D = (told(number) for number in range(4))


def joining(folder: Path, **more: Any) -> Archive:
    """Open or make an archive that joins what comes."""
    archive, _ = Archive.create(folder, originals=False, **more)
    archive.known = Index(archive.root, archive.uuid, is_written=True)
    archive.joiner = Joiner(archive)
    return archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = joining(tmp_path / "a")
    assert isinstance(made.known, Index)
    with closing(made.known):
        yield made


def came(archive: Archive, *dumps: bytes) -> None:
    """Let dumps come in one batch."""
    archive.append([(article, None) for data in dumps for article in articles_of(data)], now=NOON)


def newest(archive: Archive) -> dict[str, Article]:
    """Return the last line of each headline: no story here has two versions."""
    return {article.headline or "": article for article in archive.articles()}


def id_of(story: Told) -> str:
    [article] = articles_of(dump(story))
    return article.id


def test_a_section_is_learned_whichever_comes_first(tmp_path: Path) -> None:
    dumps = [dump(A, [B.filed("Kultur").link]), dump(B), dump(C, [B.filed("Kultur").link])]
    for number, order in enumerate(permutations(dumps)):
        archive = joining(tmp_path / str(number))
        for data in order:
            came(archive, data)
        found = newest(archive)[B.headline]
        assert (found.category, found.category_by) == ("Kultur", "linked")
        assert found.revision == (1 if order[0] is not dumps[1] else 2)
    came(archive, *dumps)
    assert newest(archive)[B.headline] == found


def test_the_majority_says_the_section_and_of_as_many_the_latest(archive: Archive) -> None:
    came(archive, dump(A))
    came(archive, dump(B, [A.filed("Sport").link, C.link]))
    assert newest(archive)[A.headline].category == "Sport"
    came(archive, dump(C, [A.filed("Kultur").link, D.link]))  # as many, and D is newer than C
    assert newest(archive)[A.headline].category == "Kultur"
    came(archive, dump(D, [A.filed("Sport").link]))
    found = newest(archive)[A.headline]
    assert (found.category, found.revision) == ("Sport", 4)


def test_what_a_story_says_of_itself_is_no_voice(archive: Archive) -> None:
    came(archive, dump(A, [A.filed("Kultur").link]))
    assert newest(archive)[A.headline].category_by != "linked"
    [proved] = newest(archive)[A.headline].related
    assert proved.title_confidence == "exact"


def test_a_stated_section_and_a_persons_word_stay(archive: Archive) -> None:
    [stated], [said] = articles_of(dump(A)), articles_of(dump(B))
    stated = stated.model_copy(update={"category": "Medien", "category_by": "stated", "category_text": "Medien"})
    said = said.model_copy(update={"category": "Bildung", "category_by": "user"})
    archive.append([(stated, None), (said, None)], now=NOON)
    came(archive, dump(C, [A.filed("Kultur").link, B.filed("Kultur").link]))
    assert newest(archive)[A.headline].category == "Medien"
    assert newest(archive)[B.headline].category == "Bildung"


def test_a_text_that_clearly_says_another_section_is_believed(archive: Archive) -> None:
    goals = ("Der Fußballtrainer lobt die Torhüterin nach dem Bundesliga-Spiel in Windau sehr. " * 9).strip()
    game = A._replace(body=(goals,))
    came(archive, dump(game))
    came(archive, dump(B, [game.filed("Religion").link]))
    found = newest(archive)[A.headline]
    assert (found.category, found.category_by) == ("Sport", "inferred")
    assert [one.category for one in found.category_candidates] == ["Religion"]
    came(archive, dump(C, [game.filed("Religion").link]))
    assert newest(archive)[A.headline] == found


def test_a_title_is_proved_by_its_story_and_corrected_later(archive: Archive) -> None:
    bare = B._replace(headline="Kreis baut 9 Stege für Boote", lead=("Gäste warten am Ufer auf den Sommer und mehr.",))
    came(archive, dump(A, [bare.link]))
    [before] = newest(archive)[A.headline].related
    assert before.title_confidence == "low"
    came(archive, dump(bare))
    found = newest(archive)[A.headline]
    [link] = found.related
    assert (link.title, link.teaser, link.title_confidence) == (bare.headline, bare.lead[0], "exact")
    assert (link.text, found.revision) == (before.text, 2)


def test_a_surer_title_alone_makes_no_revision(archive: Archive) -> None:
    came(archive, dump(A, [B.link]))
    came(archive, dump(B))
    assert [article.revision for article in archive.articles() if article.headline == A.headline] == [1]
    came(archive, dump(C, [B.link]))
    assert newest(archive)[C.headline].related[0].title_confidence == "exact"


def test_one_batch_makes_one_revision_of_a_story(archive: Archive) -> None:
    bare = [told(number, sentences=1) for number in (10, 11, 12)]
    came(archive, dump(A, [story.link for story in bare]))
    came(archive, *(dump(story, [A.filed("Kultur").link]) for story in bare))
    assert [article.revision for article in archive.articles() if article.headline == A.headline] == [1, 2]
    assert {link.title_confidence for link in newest(archive)[A.headline].related} == {"exact"}


def test_copies_and_updates_are_told_by_their_time_not_by_their_order(tmp_path: Path) -> None:
    longer = A._replace(headline=f"{A.headline} mehr", date="01.06.2025 - 20:00:00", body=(*A.body, *B.body[:2]))
    dumps = [
        dump(A),
        dump(A, headline="Portal: " + A.headline, date="01.06.2025 - 12:00:00"),
        dump(longer),
        dump(A._replace(body=(*A.body, *C.body[:2])), headline=A.headline, date="05.06.2025 - 20:00:00"),
    ]
    first, copy, update, late = (articles_of(data)[0].id for data in dumps)
    for number, order in enumerate(permutations(dumps)):
        archive = joining(tmp_path / str(number))
        for data in order:
            came(archive, data)
        last = {article.id: article for article in archive.articles()}
        assert (last[first].same_as, last[first].update_of) == (None, None)
        assert (last[copy].same_as, last[copy].update_of) == (first, None)
        assert (last[update].same_as, last[update].update_of) == (None, first)
        assert (last[late].same_as, last[late].update_of) == (None, None)  # more than 72 hours later


def test_a_withdrawn_story_is_left_alone(archive: Archive) -> None:
    [article] = articles_of(dump(A))
    gone = article.model_copy(update={"status": "canceled"})
    archive.append([(gone, None)], now=NOON)
    came(archive, dump(B, [A.filed("Kultur").link]), dump(A, headline="Kopie", date="02.06.2025 - 12:00:00"))
    assert newest(archive)[A.headline].revision == 1
    assert newest(archive)["Kopie"].same_as is None


def test_two_stories_of_one_minute_and_title_are_not_guessed_at(archive: Archive) -> None:
    [one], [other] = articles_of(dump(A)), articles_of(dump(A._replace(lead=B.lead, body=B.body)))
    other = other.model_copy(update={"id": "urn:example:2"})
    archive.append([(one, None)], now=NOON)
    came(archive, dump(C, [A.filed("Kultur").link]))
    assert {article.id: article for article in archive.articles()}[one.id].category == "Kultur"
    archive.append([(other, None)], now=NOON)
    last = {article.id: article for article in archive.articles()}
    assert last[one.id].category_by != "linked"
    assert last["urn:example:2"].category_by != "linked"


def test_a_link_to_copies_speaks_of_all_of_them(archive: Archive) -> None:
    [one] = articles_of(dump(A))
    archive.append([(one, None), (one.model_copy(update={"id": "urn:example:2"}), None)], now=NOON)
    came(archive, dump(C, [A.filed("Kultur").link]))
    last = {article.id: article for article in archive.articles()}
    assert [last[name].category for name in (one.id, "urn:example:2")] == ["Kultur", "Kultur"]
    assert last["urn:example:2"].same_as == one.id or last[one.id].same_as == "urn:example:2"


def test_the_same_again_adds_nothing(archive: Archive) -> None:
    dumps = [dump(A, [B.link, C.filed("Kultur").link]), dump(B, [C.link]), dump(C, [A.link]), dump(A, headline="Kopie")]
    for data in dumps:
        came(archive, data)
    before = archive.head()
    came(archive, *dumps)
    for data in dumps:
        came(archive, data)
    assert archive.head() == before


def test_an_index_that_fails_half_way_is_done_without(archive: Archive) -> None:
    said: list[str] = []
    archive.tell = said.append
    archive.stand_in = lambda: Index.aside(archive)
    came(archive, dump(A))
    assert isinstance(archive.known, Index)
    archive.known._connection.execute("DROP TABLE mark")  # noqa: SLF001
    came(archive, dump(B, [A.filed("Kultur").link]))
    assert newest(archive)[A.headline].category == "Kultur"
    assert archive.head().seq == 3
    assert said
    assert not isinstance(archive.known, Scanned)


def test_a_version_that_came_late_is_joined_and_the_newest_stays(archive: Archive) -> None:
    [first] = articles_of(dump(A))
    lines = [first.model_copy(update={"id": "urn:x", "version": number, "version_by": "provider"}) for number in (1, 2)]
    older, newer = (line.model_copy(update={"keywords": (str(line.version),), "origin": None}) for line in lines)
    archive.append([(newer, None)], now=NOON)
    archive.append([(older, None)], now=NOON)
    came(archive, dump(B, [A.filed("Kultur").link]))
    revised = [(article.version, article.revision, article.category) for article in archive.articles()]
    assert revised == [(2, 1, None), (1, 1, None), (1, 1, None), (2, 2, "Kultur")]


def test_a_hundred_dumps_of_one_footer_cost_one_revision_each_at_most(archive: Archive) -> None:
    links = [told(number, sentences=1).link for number in range(20, 26)]
    stories = [told(number) for number in range(100, 200)]
    came(archive, *(dump(story, links) for story in stories))
    came(archive, *(dump(told(number, sentences=1)) for number in range(20, 26)))
    assert archive.head().seq <= 100 + 6 + 100
    assert all(
        link.title == told(20 + place, sentences=1).headline
        for story in stories
        for place, link in enumerate(newest(archive)[story.headline].related)
    )


def test_times_of_the_next_day_are_no_trouble(archive: Archive) -> None:
    [article] = articles_of(dump(A))
    odd = article.model_copy(update={"published": None, "published_text": "gestern", "id": "odd"})
    archive.append([(odd, None)], now=NOON + timedelta(days=1))
    came(archive, dump(B, [A.filed("Kultur").link]))
    assert {one.id: one for one in archive.articles()}["odd"].category_by != "linked"
