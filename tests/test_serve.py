"""The reading room says what the archive holds, keeps back what list keeps back, and lets nobody do anything else."""

import http.client
import json
import re
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from lxml.html import fromstring

from conftest import Run
from material import NOON
from newsarc.archive import Archive
from newsarc.article import Article, Block, Media, RelatedLink
from newsarc.cli.options import label_of, span_of
from newsarc.errors import PortUnusable, QueryError
from newsarc.normalize.sections import LABELS
from newsarc.serve.asking import Meanings
from newsarc.serve.counting import Counting
from newsarc.serve.listening import listen
from newsarc.serve.routing import application
from reading_room import Client, made, served, stories

MEANINGS = Meanings(LABELS, label_of, span_of)
HOST = "localhost:8765"
HOSTILE = "</title><script>alert(1)</script>\" onload='x' \u202edlrow\x1b[31m &amp; {{ 7 * 7 }}"


def client(archive: Archive, prefix: str = "", said: list[str] | None = None) -> Client:
    tell = said.append if said is not None else pytest.fail
    app = application(archive, MEANINGS, {HOST}, prefix=prefix, now=lambda: NOON, tell=tell)
    return Client(app, HOST)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return made(tmp_path_factory.mktemp("room") / "archive")


@pytest.fixture(scope="module")
def room(kept: Archive) -> Client:
    return client(kept)


def told(archive: Archive, *articles: Article) -> Client:
    archive.append([(article, None) for article in articles], now=NOON)
    return client(archive)


def headlines(html: str) -> list[str]:
    found = re.findall(r"<h[23][^>]*><a href=\"/article/[^>]*>(.*?)</a></h", html)
    return [unescape(re.sub("<[^>]+>", "", headline)) for headline in found]


# What stands on the pages.


def test_the_front_page_shows_the_newest_day_by_section(room: Client) -> None:
    html = room.get("/").text
    today = [story for story in stories() if story.published and story.published.date() == NOON.date()]
    assert "Thursday, 15 January 2026" in html
    assert set(headlines(html)) <= {(f"{one.kicker} " if one.kicker else "") + str(one.headline) for one in today}
    assert len(headlines(html)) > 8
    assert re.search(rf'Thursday, 15 January 2026</a> <span class="sum">{len(today)}</span>', html)
    assert re.search(r'lang="de" href="/section/Politik">Politik</a> <span class="sum">\d+</span>', html)


@pytest.mark.parametrize("path", ["/search", "/section/Sport", "/search?q=Menschen", "/search?keyword=Haushalt"])
def test_pages_that_follow_each_other_are_the_whole_list(room: Client, path: str) -> None:
    ids = [json.loads(line)["id"] for line in room.get(path.replace("?", ".jsonl?") if "?" in path else f"{path}.jsonl")
           .text.splitlines()]  # fmt: skip
    found, next_page = list[str](), path
    while next_page:
        html = room.get(next_page).text
        found += [unescape(name) for name in re.findall(r'<h2[^>]*><a href="/article/([^"]+)"', html)]
        link = re.search(r'rel="next" href="([^"]+)"', html)
        next_page = unescape(link[1]) if link else ""
    assert found == ids
    assert len(ids) == len(set(ids)) > 3


def test_the_lines_of_a_list_are_what_list_prints(run: Run, tmp_path: Path) -> None:
    archive = made(tmp_path / "archive")
    printed = run("list", "--category", "Politik", "--since", "2025").stdout
    with served(Path(archive.root)) as url:
        place = urlsplit(url)
        with closing(http.client.HTTPConnection(place.hostname or "", place.port or 0, timeout=10)) as connection:
            connection.request("GET", "/search.jsonl?category=politik&since=2025")
            answer = connection.getresponse()
            assert answer.headers["content-type"].startswith("application/x-ndjson")
            assert answer.read().decode() == printed
    assert printed.count("\n") > 10


def test_a_day_links_to_its_neighbours_and_counts_its_sections(room: Client) -> None:
    html = room.get("/day/2026-01-14").text
    assert 'rel="prev" href="/day/2026-01-13"' in html
    assert 'rel="next" href="/day/2026-01-15"' in html
    counts = [int(number) for number in re.findall(r'[a-z] <span class="sum">(\d+)</span>', html)]
    lines = room.get("/day/2026-01-14.jsonl").text.splitlines()
    assert sum(counts) == sum(json.loads(line)["category"] is not None for line in lines) > 20
    assert all(json.loads(line)["published"].startswith("2026-01-14") for line in lines)


def test_a_search_marks_its_words(room: Client) -> None:
    html = room.get("/search?q=Regierungskoalition").text
    assert "<mark>Regierungskoalition</mark>" in html
    assert 'value="Regierungskoalition"' in html


def test_a_beginning_of_a_word_and_words_far_apart_in_time_are_found(archive: Archive) -> None:
    days = [0, 20, 40, 200, 800, 2000, 9000]
    found = told(archive, *(
        Article(id=f"x:{day}", headline=f"Leuchtturm {day}", keywords=("Turm",), published=NOON - timedelta(days=day))
        for day in days
    ), *(
        Article(id=f"y:{day}", headline="Anderes", published=NOON - timedelta(days=day)) for day in range(1, 300, 3)
    ), Article(id="x:timeless", headline="Leuchtturm ohne Zeit", keywords=("Turm",)))  # fmt: skip
    right = [*(f"Leuchtturm {day}" for day in days), "Leuchtturm ohne Zeit"]
    for question in ("q=Leuchtturm", "q=leucht*", "keyword=turm", "q=leucht*&keyword=turm"):
        assert headlines(found.get(f"/search?{question}").text) == right
    assert headlines(found.get("/search?q=leucht*&since=2023&until=2025").text) == right[1:5]


def test_an_article_shows_all_that_was_said(room: Client) -> None:
    newest = stories()[0]
    html = room.get(f"/article/{newest.id}").text
    for text in (newest.headline, newest.lead, "Zweite Fassung: mit Stimmen vom Abend", "Von Ilse Harms"):
        assert str(text) in unescape(html)
    assert '<article class="text" lang="de">' in html
    assert "<h2>Wie es weitergeht</h2>" in html
    assert "<ul><li>Am Dienstag tagt der Ausschuss.</li><li>Am Freitag stimmt der Rat ab.</li></ul>" in html
    assert "<blockquote><p>„Wir sind vorbereitet.“</p></blockquote>" in html
    assert 'href="https://agentur.example/meldung/7" rel="noopener noreferrer nofollow"' in html
    assert re.search(r'<h2 id="related">.*?<a href="/article/portal:[0-9a-f]{16}">', html, re.DOTALL)
    assert '<h2 id="naming">Named by</h2>' in room.get(f"/article/{stories()[2].id}").text
    assert "<img" not in html


def test_an_older_version_is_shown_as_such(room: Client) -> None:
    newest = stories()[0]
    html = room.get(f"/article/{newest.id}").text
    lines = re.findall(rf'href="(/article/{newest.id}\?line=\d+)"', html)
    assert len(lines) == 2
    older = room.get(lines[1]).text
    assert "Zweite Fassung" not in older
    assert "This is an older line of the story" in older
    assert [json.loads(line)["version"] for line in room.get(f"/record/{newest.id}").text.splitlines()] == [2, 1]


def test_the_charts_count_every_story_with_a_time(room: Client) -> None:
    counts = [json.loads(line) for line in room.get("/charts.jsonl").text.splitlines()]
    assert sum(row["count"] for row in counts) == len(stories())
    assert {"month", "category", "count"} == set(counts[0])
    assert f"{len(stories())} stories" in room.get("/charts").text


def test_the_original_is_shown_as_text_without_what_is_private(run: Run, tmp_path: Path) -> None:
    source = Path(__file__).parent.parent / "samples" / "agencytext" / "private-notes.txt"
    run("ingest", source)
    archive = Archive(tmp_path / "archive")
    opened = client(archive)
    records = [json.loads(line) for line in opened.get("/search.jsonl").text.splitlines()]
    private = [one for one in records if "private-notes-omitted" in one["warnings"]]
    assert private
    html = unescape(opened.get(f"/original/{quote(private[0]['id'])}").text)
    plain = opened.get(f"/original/{quote(private[0]['id'])}?as=text")
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.headers["content-disposition"].startswith("attachment")
    assert "[left out, " in html
    assert "[left out, " in plain.text
    assert "<script" not in html


def test_no_page_waits_for_many_stories_to_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsarc.serve.counting.MANY", 10)
    archive = made(tmp_path / "archive")
    counting = Counting(archive)
    before = counting.months(NOON).total
    archive.append([(Article(id="x:neu", headline="Neu", published=NOON), None)], now=NOON)
    assert counting.months(NOON).total == before
    until = time.monotonic() + 20
    while counting.months(NOON).total == before and time.monotonic() < until:
        pass
    assert counting.months(NOON).total == before + 1


# What is kept back.


def test_what_list_keeps_back_is_kept_back(archive: Archive) -> None:
    end = datetime(2026, 2, 1, tzinfo=UTC)
    opened = told(
        archive,
        Article(id="x:open", headline="Offenes", published=NOON),
        Article(id="x:early", headline="Geheimes", published=NOON, embargoed=end),
        Article(id="x:gone", headline="Zurückgezogenes", published=NOON, status="canceled"),
        Article(id="x:held", headline="Vorenthaltenes", published=NOON, status="withheld"),
        Article(id="x:desk", headline="Terminliches", published=NOON, kind="schedule"),
    )
    for path in ("/", "/search", "/search?q=geheimes", "/search.jsonl", "/charts.jsonl", "/day/2026-01-15", "/charts"):
        text = opened.get(path).text
        assert not re.search("Geheimes<|Zurückgezogenes|Vorenthaltenes|Terminliches", text), path
    assert opened.get("/search.jsonl").text.count("\n") == 1
    for name, said in (("early", "embargoed"), ("gone", "withdrawn"), ("held", "withheld")):
        for kind in ("article", "original", "record"):
            answer = opened.get(f"/{kind}/x:{name}")
            assert answer.status in (404, 410)
            assert said in answer.text
            assert not re.search("Geheimes|Zurückgezogenes|Vorenthaltenes", answer.text)


def test_an_older_line_that_may_not_be_shown_is_in_no_list_of_versions(archive: Archive) -> None:
    end = datetime(2027, 2, 1, tzinfo=UTC)
    told(
        archive, Article(id="x:1", version=1, version_by="provider", headline="Zu früh", published=NOON, embargoed=end)
    )
    opened = told(archive, Article(id="x:1", version=2, version_by="provider", headline="Jetzt", published=NOON))
    html = opened.get("/article/x:1").text
    assert "Jetzt" in html
    assert "Zu früh" not in html + opened.get("/record/x:1").text
    assert opened.get("/article/x:1?line=1").status == 410


# What is hostile, wrong or not there.


def test_hostile_texts_are_inert(archive: Archive) -> None:
    article = Article(
        id=f"x:{HOSTILE}", headline=HOSTILE, kicker=HOSTILE, subhead=HOSTILE, lead=HOSTILE, byline=HOSTILE,
        dateline=HOSTILE, credit=HOSTILE, rights=HOSTILE, genre=HOSTILE, language='de" onload="x', published=NOON,
        keywords=(HOSTILE,), category_text=HOSTILE, signals=(HOSTILE,), unparsed=(HOSTILE,), places=(HOSTILE,),
        body=tuple(Block(kind=kind, text=HOSTILE) for kind in ("paragraph", "heading", "list", "table", "quote")),
        media=(Media(caption=HOSTILE, credit=HOSTILE, url="javascript:alert(1)"), Media(url="https://x.example/\"'>")),
        related=(
            RelatedLink(title=HOSTILE, teaser=HOSTILE, text=HOSTILE, url="data:text/html,x", published_text=HOSTILE),
            RelatedLink(title=HOSTILE, text=HOSTILE, url="https://x.example/a"),
        ),
    )  # fmt: skip
    opened = told(archive, article)
    name = quote(article.id.encode(), safe="")
    for path in ("/", "/search", f"/article/{name}", "/search?q=alert", f"/search?q={quote(HOSTILE.encode())}"):
        html = opened.get(path).text
        assert html.count("alert(1)") >= 1
        assert not re.search("[\u202e\x1b]|<script", html), path
        for element in fromstring(html).iter():
            assert element.tag not in ("script", "img", "iframe", "object", "style", "base")
            assert not any(str(name).startswith("on") or name == "style" for name in element.attrib), path
            assert re.match("/|#|https://x.example/a$|$", element.get("href") or element.get("src") or ""), path
    assert 'href="https://x.example/a" rel="noopener noreferrer nofollow"' in opened.get(f"/article/{name}").text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "no such page"),
        ("/article/x:nowhere", 404, "No such article"),
        ("/article/x?line=99999999999999999999", 400, "no number"),
        ("/section/Quatschigkeit", 400, "no such category"),
        ("/search?category=Quatschigkeit", 400, "no such category"),
        ("/day/2025-02-31", 400, "no such day"),
        ("/day/2025", 400, "it is no day"),
        ("/search?since=gestern", 400, "2025-02-15"),
        ("/search?behind=x", 400, "no place in an answer"),
        ("/search?q=-Brand", 400, "Question not understood"),
        ("/search?q=" + "+".join(f"w{number}" for number in range(70)), 400, "Question not understood"),
        ("/article/..%2f..%2fetc%2fpasswd", 404, "No such article"),
        ("/article/%00", 404, "No such article"),
        ("/day/9999-12-31", 400, "calendar"),
        ("/search?limit=-1", 400, "no number"),
        ("/static/style.css", 404, "no such page"),
    ],
)
def test_what_is_wrong_gets_a_friendly_page(room: Client, path: str, status: int, said: str) -> None:
    answer = room.get(path)
    assert (answer.status, said in unescape(answer.text)) == (status, True), answer.text
    assert "To the front page" in answer.text
    assert "Traceback" not in answer.text


def test_a_bug_is_a_page_and_one_line(kept: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    opened = client(kept, said=said)
    monkeypatch.setattr("newsarc.serve.pages.charts", lambda _counts: 1 / 0)
    answer = opened.get("/charts")
    assert answer.status == 500
    assert "cannot be made" in answer.text
    assert "ZeroDivision" not in answer.text
    assert len(said) == 1
    assert "ZeroDivisionError" in said[0]


def test_a_question_that_costs_too_much_gets_a_friendly_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = made(tmp_path / "archive")
    opened = client(archive)
    monkeypatch.setattr("newsarc.index.patience.SECONDS", -1)
    monkeypatch.setattr("newsarc.index.patience._EVERY", 1)
    for path in ("/search?q=zzz*+yyy*", "/search.jsonl?q=zzz*"):
        answer = opened.get(path)
        assert answer.status == 400
        assert "Question takes too long" in answer.text
        assert "more letters before each *" in answer.text


def test_an_empty_archive_says_how_to_fill_it(archive: Archive) -> None:
    opened = client(archive)
    for path in ("/", "/search", "/charts", "/section/Sport", "/day/2025-02-15", "/charts.jsonl", "/search.jsonl"):
        assert opened.get(path).status == 200
    assert "newsarc ingest" in opened.get("/").text


def test_a_damaged_archive_says_so_without_its_place(tmp_path: Path) -> None:
    archive = made(tmp_path / "archive")
    opened = client(archive)
    (tmp_path / "archive" / "HEAD").unlink()
    answer = opened.get("/")
    assert answer.status == 500
    assert "HEAD" in answer.text
    assert str(tmp_path) not in answer.text


def test_behind_a_secret_every_link_keeps_it(kept: Archive) -> None:
    opened = client(kept, prefix="/geheim")
    assert opened.get("/").status == 404
    for path in (
        "/geheim/",
        "/geheim/search?q=Regierung",
        "/geheim/day/2026-01-14",
        f"/geheim/article/{stories()[0].id}",
    ):
        html = opened.get(path)
        assert html.status == 200
        links = re.findall(r'(?:href|action)="(/[^"]*)"', html.text)
        assert len(links) > 5
        assert all(link.startswith("/geheim/") for link in links)


def test_without_an_index_it_says_the_same(tmp_path: Path) -> None:
    archive = made(tmp_path / "archive")
    paths = ("/", "/charts.jsonl", "/day/2026-01-14", f"/record/{stories()[0].id}", "/search?q=Regierung")
    right = [client(archive).get(path).text for path in paths]
    (tmp_path / "archive" / "index" / "newsarc.db").unlink()
    (tmp_path / "archive" / "index").rename(tmp_path / "gone")
    (tmp_path / "archive" / "index").write_text("")
    assert [client(archive).get(path).text for path in paths] == right


def test_addresses_that_mean_every_address_are_refused() -> None:
    for host in ("", "0.0.0.0", "::"):  # noqa: S104
        with pytest.raises(QueryError):
            listen(host, 0)
    with pytest.raises(PortUnusable):
        listen("192.0.2.1", 0)
    taken = listen("127.0.0.1", 0)
    with pytest.raises(PortUnusable):
        listen("127.0.0.1", taken[0].getsockname()[1])
    for one in taken:
        one.close()
