"""A question for words may take so long from one match to the next; what is done with the matches does not count."""

from pathlib import Path
from time import process_time

import pytest

import newsarc.index.patience
from asked import made, told
from newsarc.archive import Archive
from newsarc.article import Article
from newsarc.errors import QuestionTooCostly
from newsarc.find import count, find
from newsarc.query import Query
from newsarc.terms import read_words

STORIES = 600
COSTLY = Query(words=read_words(" ".join(f"b{letter}*" for letter in "aeiou")))


@pytest.fixture
def stories(tmp_path: Path) -> Archive:
    archive = made(tmp_path / "a", rotate_at=1 << 20)
    told(archive, [Article(id=f"urn:{one}", headline=f"Bad Beule Biber Boje Bug {one}") for one in range(STORIES)])
    assert count(archive, COSTLY) == STORIES
    return archive


def test_one_that_takes_too_long_is_refused_in_one_line(stories: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsarc.index.patience, "SECONDS", 0.0)
    line = "question takes too long (5 words): no answer within 0 seconds."
    with pytest.raises(QuestionTooCostly) as refused:
        list(find(stories, COSTLY))
    assert str(refused.value) == f"{line} Give more letters before each *, or fewer words."
    assert refused.value.exit_code == 2
    with pytest.raises(QuestionTooCostly, match="1 word"):
        count(stories, Query(words=read_words("Biber")))


def test_one_without_words_is_let_run(stories: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsarc.index.patience, "SECONDS", -1.0)
    assert len(list(find(stories, Query()))) == count(stories, Query()) == STORIES


def test_what_is_done_with_each_match_does_not_count(stories: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsarc.index.patience, "SECONDS", 0.2)
    began, found = process_time(), 0
    for _ in find(stories, COSTLY):
        found += 1
        resumed = process_time()
        while process_time() < resumed + 0.002:
            pass
    assert found == STORIES
    assert process_time() - began > 1


def test_after_a_refusal_the_next_question_is_answered(stories: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as hasty:
        hasty.setattr(newsarc.index.patience, "SECONDS", 0.0)
        with pytest.raises(QuestionTooCostly):
            list(find(stories, COSTLY))
    assert len(list(find(stories, COSTLY))) == STORIES
