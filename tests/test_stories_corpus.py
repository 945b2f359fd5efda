"""The corpus joined up: links, sections, copies and updates are found, the same whatever the order of ingest."""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from conftest import Figure, Run
from corpus import corpus, sources
from joined import Answers, answers, final, lines, newest, said, taken_in
from newsarc.article import Article, from_line
from truth import Truth, contradiction, elected

ORDERS = 50
TRUTH = Truth(corpus())
Edge = dict[str, Any]


class Joined:
    """The corpus in an archive, by way of the command line, and what it says of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "archive"

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """The newest record of each id."""
        return {record["id"]: record for record in said(self.root, "list", "--all")}

    @cached_property
    def published(self) -> dict[str, datetime]:
        """When each id was published."""
        return {name: moment(record["published"]) for name, record in self.records.items()}

    @cached_property
    def edges(self) -> dict[str, list[Edge]]:
        """What each id points to, and what points to it."""
        return {name: said(self.root, "links", name) for name in self.records}

    @cached_property
    def duplicates(self) -> list[Edge]:
        """Copies and updates."""
        return said(self.root, "duplicates")

    @cached_property
    def unique(self) -> list[str]:
        """One id of each story."""
        return [record["id"] for record in said(self.root, "list", "--all", "--unique")]


def moment(text: str) -> datetime:
    """Read a time of a record."""
    return datetime.fromisoformat(text).astimezone(UTC)


def written(folder: Path) -> Path:
    """Write the corpus as files."""
    folder.mkdir()
    for name, data in sources(corpus()):
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    """Take the corpus into a real archive, once."""
    folder = tmp_path_factory.mktemp("stories")
    done = ingested(folder / "archive", written(folder / "dumps"))
    assert (done.returncode, done.stdout) == (0, "")
    yield Joined(folder)
    shutil.rmtree(folder)


def ingested(root: Path, dumps: Path) -> "subprocess.CompletedProcess[str]":
    """Run a real `newsarc ingest`."""
    words = [sys.executable, "-m", "newsarc", "ingest", "--archive", str(root), str(dumps)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


@cache
def as_read() -> dict[str, Article]:
    """Return the articles as they are read, before an archive joins them: the copy that counts, of each id."""
    return {name: from_line(line) for name, line in newest(lines()).items()}


# Links.


def test_links_name_the_right_articles(joined: Joined, figure: Figure) -> None:
    named, right = 0, 0
    for name, edges in joined.edges.items():
        may: dict[datetime, set[str]] = defaultdict(set)
        for page in TRUTH.corpus.pages:
            for link in page.links if page.id == name else ():
                may[link.target.minute] |= TRUTH.targets(link)
        found = [edge for edge in edges if edge["direction"] == "out" and edge["id"]]
        named += len(found)
        right += sum(edge["id"] in may[moment(edge["published"])] for edge in found)
    figure("links", "precision", right / named)
    assert named > 500
    assert right == named


def test_links_find_their_articles(joined: Joined, figure: Figure) -> None:
    there, found = 0, 0
    for name, page in TRUTH.newest.items():
        out = {(moment(edge["published"]), edge["id"]) for edge in joined.edges[name] if edge["direction"] == "out"}
        for link in page.links:
            targets = TRUTH.targets(link)
            there += bool(targets)
            found += any((link.target.minute, target) in out for target in targets)
    figure("links", "recall", found / there)
    assert there > 500
    assert found / there >= 0.98


def test_a_link_to_nothing_archived_says_so(joined: Joined) -> None:
    for name, page in TRUTH.newest.items():
        open_ends = {moment(edge["published"]) for edge in joined.edges[name] if edge["archived"] is False}
        assert {link.target.minute for link in page.links if not TRUTH.targets(link)} <= open_ends
        assert all(edge["direction"] == "out" for edge in joined.edges[name] if not edge["archived"])


def test_links_are_the_same_from_both_ends(joined: Joined) -> None:
    """What points to a story includes what older copies of a page say."""
    ways = {
        way: {(name, edge["id"]) for name, edges in joined.edges.items() for edge in edges if edge["direction"] == way}
        for way in ("out", "in")
    }
    out = {pair for pair in ways["out"] if pair[1]}
    back = {(other, name) for name, other in ways["in"]}
    ever = {(page.id, target) for page in TRUTH.corpus.pages for link in page.links for target in TRUTH.targets(link)}
    assert len(out) > 500
    assert out <= back <= ever


def test_every_edge_has_its_keys(joined: Joined) -> None:
    keys = {"direction", "id", "title", "published", "category", "archived"}
    for edges in joined.edges.values():
        assert all(keys <= edge.keys() for edge in edges)


def test_titles_and_teasers_are_exact_once_the_article_is_there(joined: Joined, figure: Figure) -> None:
    exact, there = 0, 0
    for name, page in TRUTH.newest.items():
        links = joined.records[name]["related"]
        for link, found in zip(page.links, links, strict=True):
            is_right = (found["title"], found["teaser"]) == (link.target.headline, link.target.told)
            if TRUTH.targets(link):
                there += 1
                exact += is_right
            if found["title_confidence"] == "exact" or not link.is_bare:
                assert is_right
    figure("links", "exact titles", exact / there)
    assert exact / there >= 0.98


def test_the_shopping_list_names_what_is_not_there(joined: Joined) -> None:
    found = {moment(one["published"]): one for one in said(joined.root, "links", "--missing")}
    assert {one.minute for one in TRUTH.missing} == found.keys()
    for one in TRUTH.missing:
        there = found[one.minute]
        assert (there["category"], there["named"]) == (one.category, one.named)
        assert there["title"] == one.title or one.is_bare


# Sections.


def test_sections_are_those_the_links_give(joined: Joined) -> None:
    wrong = {
        name: (found, expected)
        for name, article in as_read().items()
        if (expected := TRUTH.category(article))
        and (found := (joined.records[name]["category"], joined.records[name]["category_by"])) != expected
    }
    assert wrong == {}


def test_a_section_that_the_text_contradicts_is_listed(joined: Joined) -> None:
    seen = 0
    for name, article in as_read().items():
        text = TRUTH.ids[name]
        linked = elected(TRUTH.sayings.get(text, []))
        if linked and (TRUTH.category(article) or ("", ""))[1] == "inferred" and contradiction(article, linked):
            seen += 1
            assert linked in [one["category"] for one in joined.records[name]["category_candidates"]]
    assert seen > 15


# Copies and updates.


def test_copies_are_found_and_nothing_else_is_called_one(joined: Joined, figure: Figure) -> None:
    found = [(one["id"], one["of"]) for one in joined.duplicates if one["relation"] == "same_as"]
    right = [pair for pair in found if TRUTH.is_copy(*pair) and joined.published[pair[1]] <= joined.published[pair[0]]]
    known = {name for name, _ in right}
    groups = [group for group in TRUTH.copies().values() if len(group) > 1]
    recall = sum(min(len(known & group), len(group) - 1) for group in groups) / sum(len(group) - 1 for group in groups)
    figure("copies", "precision", len(right) / len(found))
    figure("copies", "recall", recall)
    assert set(found) == set(right)
    assert recall >= 0.95


def test_updates_are_found(joined: Joined, figure: Figure) -> None:
    found = [(one["id"], one["of"]) for one in joined.duplicates if one["relation"] == "update_of"]
    right = [pair for pair in found if TRUTH.is_update(*pair, joined.published)]
    recall = len({name for name, _ in right} & TRUTH.updates()) / len(TRUTH.updates())
    figure("updates", "precision", len(right) / len(found))
    figure("updates", "recall", recall)
    assert recall >= 0.90
    assert len(right) / len(found) >= 0.95


def test_no_two_stories_are_made_one(joined: Joined) -> None:
    for one in joined.duplicates:
        assert TRUTH.ids[one["id"]].family == TRUTH.ids[one["of"]].family


def test_the_list_says_what_the_records_say(joined: Joined) -> None:
    told = {(one["relation"], one["id"], one["of"]) for one in joined.duplicates}
    kept = {
        (relation, name, record[relation])
        for name, record in joined.records.items()
        for relation in ("same_as", "update_of")
        if record[relation]
    }
    assert told == kept
    assert all(0 < one["similarity"] <= 1 for one in joined.duplicates)


def test_copies_and_updates_point_back_and_never_in_a_circle(joined: Joined) -> None:
    for name in joined.records:
        seen = {name}
        while before := joined.records[name]["same_as"] or joined.records[name]["update_of"]:
            assert before not in seen
            assert joined.published[before] <= joined.published[name]
            seen.add(before)
            name = before  # noqa: PLW2901 - one step back


def test_nothing_is_merged_or_lost(joined: Joined) -> None:
    assert joined.records.keys() == TRUTH.ids.keys()
    for name, article in as_read().items():
        assert joined.records[name]["headline"] == article.headline
        assert [block["text"] for block in joined.records[name]["body"]] == [block.text for block in article.body]


def test_one_of_each_story_is_listed(joined: Joined, figure: Figure) -> None:
    shown = defaultdict(set)
    for name in joined.unique:
        shown[TRUTH.ids[name].family].add(name)
    assert shown.keys() == {text.family for text in TRUTH.ids.values()}
    expected = TRUTH.unique(joined.published)
    right = sum(len(names) == 1 and names <= expected[family] for family, names in shown.items())
    figure("stories", "listed once, by the right id", right / len(expected))
    assert right / len(expected) >= 0.97
    assert len(set(joined.unique)) == len(joined.unique)


# Whatever the order.


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Return what is said in the end of the corpus, taken in at once."""
    return answers(taken_in(tmp_path_factory.mktemp("settled") / "archive"))


@pytest.mark.parametrize("seed", range(ORDERS))
def test_the_answers_do_not_depend_on_the_order(seed: int, settled: Answers, tmp_path: Path) -> None:
    found = answers(taken_in(tmp_path / "archive", seed))
    assert found.keys() == settled.keys()
    different = {name: _differing(settled[name], found[name]) for name in found if found[name] != settled[name]}
    assert different == {}


def _differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: (one[name], other.get(name)) for name in one if one[name] != other.get(name)}


def test_the_command_line_gives_the_same(joined: Joined, settled: Answers) -> None:
    found = {name: final(record) for name, record in joined.records.items()}
    assert {name: _differing(settled[name], found[name]) for name in found if found[name] != settled[name]} == {}


def test_revisions_are_few(joined: Joined) -> None:
    """One article gets one revision at most from each batch: the corpus is one."""
    assert all(record["revision"] <= 2 for record in joined.records.values())


# Again, and without an index.


def archived(root: Path) -> dict[str, bytes]:
    """Read what must not change by ingesting again."""
    return {
        path.name: path.read_bytes() for path in [*root.glob("articles/*"), *root.glob("originals/*"), root / "HEAD"]
    }


def test_ingesting_everything_again_adds_nothing(joined: Joined) -> None:
    before = archived(joined.root)
    done = ingested(joined.root, joined.folder / "dumps")
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1].startswith("0 new, ")
    assert archived(joined.root) == before


def test_without_an_index_every_answer_is_the_same(joined: Joined) -> None:
    asked = (joined.records, joined.edges, joined.duplicates, joined.unique)
    before = archived(joined.root)
    again = Joined(joined.folder)
    shutil.rmtree(joined.root / "index")
    assert (again.records, again.edges, again.duplicates, again.unique) == asked
    assert archived(joined.root) == before


def test_a_real_process_says_the_same(joined: Joined, run: Run) -> None:
    name = max(joined.edges, key=lambda one: len(joined.edges[one]))
    done = run("links", "--archive", joined.root, name)
    assert [json.loads(line) for line in done.stdout.splitlines()] == joined.edges[name]
    done = run("duplicates", "--archive", joined.root)
    assert [json.loads(line) for line in done.stdout.splitlines()] == joined.duplicates
