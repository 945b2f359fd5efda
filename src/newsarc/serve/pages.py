"""What stands on each page, and under which address: from a request to the words a template needs."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from newsarc.archive import Archive
from newsarc.archive.chain import without_framing
from newsarc.errors import KeptBack, QueryError
from newsarc.find import find
from newsarc.present.safety import Marked
from newsarc.query import Query
from newsarc.search import mark, snippet
from newsarc.serve.asking import MOST_ON_A_PAGE, Asked, Meanings, address, asked, behind, number_of, segment
from newsarc.serve.charts import charts, series
from newsarc.serve.counting import Counting, edges_of, newest_days
from newsarc.serve.finding import (
    Record,
    all_of,
    around,
    headline_of,
    original_of,
    page_of,
    story_of,
)
from newsarc.serve.showing import environment, stylesheet

_DAYS = 7  # on the front page
_LOOKED_AT = 60  # stories of the newest day that are looked through for its front page
_OF_A_SECTION = 4
_MOST_RELATED = 200
_LONGEST_SHOWN = 1_000_000  # characters of an original
_LINES = "application/x-ndjson"
_ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#7d1d1d"/>'
    b'<path d="M8 9h16M8 14h16M8 19h10M8 24h7" stroke="#fff" stroke-width="2.4"/></svg>'
)


class Row(NamedTuple):
    """A story in a list: its record, its headline and a passage with what was searched for."""

    record: Record
    headline: Marked
    passage: Marked


class Room:
    """One archive as pages. Every method that answers takes the request and may raise `NewsarcError`."""

    def __init__(self, archive: Archive, meanings: Meanings, now: Callable[[], datetime], prefix: str) -> None:
        self._archive = archive
        self._meanings = meanings
        self._now = now
        self._prefix = prefix
        self._counting = Counting(archive)
        self._sheet = stylesheet()
        self._templates = environment(
            address=lambda path, said=(), **other: prefix + address(path, dict(said), **other),
            path=lambda *parts: prefix + "/" + "/".join(map(segment, parts)),
            labels=meanings.labels,
        )

    def warm(self) -> None:
        """Let the index know the archive, and count it, before anybody asks."""
        self._counting.months(self._now())

    def page(self, name: str, *, status: int = 200, **said: Any) -> Response:
        """Make a page of a template."""
        said = {"asked": Asked({}, Query()), "here": name, "lines": None, **said}
        return HTMLResponse(self._templates.get_template(f"{name}.html").render(said), status)

    # The pages.

    def front(self, _request: Request) -> Response:
        """Show the newest days, and how much there is of each section."""
        now = self._now()
        counts = self._counting.months(now)
        days = newest_days(self._archive, now, _DAYS)
        if not days:
            return self.page("empty", lines=None)
        by_day = self._counting.days(days, now)
        query = _of_day(Query(now=now, limit=_LOOKED_AT), days[0])
        sections: dict[str | None, list[Row]] = {}
        for row in self._rows(find(self._archive, query), query):
            sections.setdefault(row.record["category"], []).append(row)
        shown = [(label, rows[:_OF_A_SECTION], by_day[days[0]][label]) for label, rows in sections.items()]
        return self.page("front", counts=counts, days=days, by_day=by_day, sections=shown, lines="/search.jsonl")

    def day(self, request: Request) -> Response:
        """Show one day."""
        start, end = self._meanings.span_of(request.path_params["day"])
        day = start.date().isoformat()
        if edges_of(day)[1] != end:
            raise QueryError(request.path_params["day"], "it is no day; write 2025-02-15")
        question = self._asked([*request.query_params.multi_items(), ("since", day), ("until", day)])
        found = (
            replace(Query(now=question.query.now, limit=1), until=start),
            replace(Query(now=question.query.now, limit=1, order="oldest"), since=end),
        )
        near = [next((json.loads(line)["published"][:10] for line in find(self._archive, one)), None) for one in found]
        counted = self._counting.days([day], self._now())[day]
        return self._list("day", question, f"/day/{day}", day=day, near=near, counted=counted)

    def section(self, request: Request) -> Response:
        """Show one section."""
        label = self._meanings.label_of(request.path_params["label"])
        question = self._asked([*request.query_params.multi_items(), ("category", label)])
        counts = self._counting.months(self._now())
        drawn = series(label, counts.months, counts.by_label[label]) if counts.of(label) else None
        return self._list("section", question, f"/section/{segment(label)}", label=label, drawn=drawn)

    def search(self, request: Request) -> Response:
        """Show what fits words and filters."""
        return self._list("search", self._asked(request.query_params.multi_items()), "/search")

    def article(self, request: Request) -> Response:
        """Show one story, or an older line of it, or only that it may not be shown."""
        query = Query(now=self._now())
        try:
            story = story_of(self._archive, request.path_params["name"], query, _line(request))
        except KeptBack as error:
            return self.page("kept", status=410, what=error.what, why=error.why)
        record = story.record
        links = around(self._archive, record, query, _MOST_RELATED)
        linked = [
            (name, found)
            for name in ("same_as", "update_of")
            if (found := headline_of(self._archive, record.get(name), query))
        ]
        return self.page(
            "article",
            record=record,
            newest=story.newest,
            versions=[json.loads(line) for line in story.lines],
            related=links.related,
            more_related=len(record.get("related") or ()) - len(links.related),
            naming=links.naming,
            linked=linked,
            lines=f"/record/{segment(record['id'])}",
        )

    def original(self, request: Request) -> Response:
        """Show what a story was read from, as text; the whole of it is for saving."""
        story = story_of(self._archive, request.path_params["name"], Query(now=self._now()), _line(request))
        text = original_of(self._archive, story.record)
        if request.query_params.get("as") == "text":
            headers = {"content-disposition": 'attachment; filename="original.txt"'}
            return Response(text.encode("utf-8", "replace"), media_type="text/plain", headers=headers)
        shown = text[:_LONGEST_SHOWN]
        return self.page("original", record=story.record, text=shown, more=len(text) - len(shown))

    def charts(self, _request: Request) -> Response:
        """Show how many stories there are, by month and section."""
        return self.page("charts", charts=charts(self._counting.months(self._now())), lines="/charts.jsonl")

    # The same as lines of JSON.

    def lines(self, request: Request) -> Response:
        """Give the answer of a list as records, all of it unless a limit is said."""
        pairs = request.query_params.multi_items()
        if day := request.path_params.get("day"):
            pairs += [("since", day), ("until", day)]
        if label := request.path_params.get("label"):
            pairs += [("category", label)]
        pieces = all_of(self._archive, self._asked(pairs).query)
        first = next(pieces, [])  # what is wrong with the question is said before anything else
        return StreamingResponse(_streamed(first, pieces), media_type=_LINES)

    def record(self, request: Request) -> Response:
        """Give every line of a story, the newest first."""
        story = story_of(self._archive, request.path_params["name"], Query(now=self._now()))
        return Response(_written(story.lines), media_type=_LINES)

    def counted(self, _request: Request) -> Response:
        """Give the counts of the charts."""
        counts = self._counting.months(self._now())
        rows = (
            {"month": month, "category": label, "count": values[number]}
            for number, month in enumerate(counts.months)
            for label, values in counts.by_label.items()
            if values[number]
        )
        body = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return Response(body, media_type=_LINES)

    # What is no page.

    def style(self, _request: Request) -> Response:
        """Give the style sheet."""
        return Response(self._sheet, media_type="text/css")

    def icon(self, _request: Request) -> Response:
        """Give the icon."""
        return Response(_ICON, media_type="image/svg+xml")

    def _asked(self, pairs: Iterable[tuple[str, str]]) -> Asked:
        return asked(pairs, self._meanings, self._now())

    def _list(self, name: str, question: Asked, path: str, **said: Any) -> Response:
        """Show one page of an answer, with where the next one begins."""
        size = min(MOST_ON_A_PAGE, question.query.limit or MOST_ON_A_PAGE)
        page = page_of(self._archive, question.query, size)
        own = {key: words for key, words in question.said.items() if name == "search" or key in ("q", "behind")}
        rest = {key: words for key, words in own.items() if key != "behind"}
        return self.page(
            name,
            asked=question,
            rows=list(self._rows(page.lines, question.query)),
            is_first=question.query.behind is None,
            first=self._prefix + address(path, rest),
            next=self._prefix + address(path, rest, behind=behind(*page.behind)) if page.behind else None,
            lines=address(f"{path}.jsonl", rest),
            **said,
        )

    def _rows(self, lines: Iterable[bytes], query: Query) -> Iterator[Row]:
        for line in lines:
            record = json.loads(line)
            headline = record["headline"] or record["lead"] or record["id"]
            if query.words:
                yield Row(record, mark(query.words, headline), snippet(query.words, record))
            else:
                yield Row(record, Marked(headline), Marked(_beginning(record)))


def _of_day(query: Query, day: str) -> Query:
    since, until = edges_of(day)
    return replace(query, since=since, until=until)


def _beginning(record: Record, most: int = 240) -> str:
    """Return the first sentences of a story, cut between words."""
    texts = (record["lead"] if record["headline"] else None, *(block["text"] for block in record["body"]))
    text = " ".join(next(filter(None, texts), "")[: most * 4].split())
    return text if len(text) <= most else text[:most].rpartition(" ")[0] + " …"


def _line(request: Request) -> int | None:
    """Return the number of the line that is asked for."""
    said = request.query_params.get("line", "")
    return number_of("line", said) if said else None


def _written(lines: Iterable[bytes]) -> bytes:
    return b"".join(without_framing(line) + b"\n" for line in lines)


async def _streamed(first: list[bytes], pieces: Iterator[list[bytes]]) -> AsyncIterator[bytes]:
    """Write an answer piece by piece, each in a thread of its own."""
    piece: list[bytes] | None = first
    while piece:
        yield _written(piece)
        piece = await to_thread.run_sync(partial(next, pieces, None))
