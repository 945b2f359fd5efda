"""Which page answers an address, and what becomes of an error: a page that says what to do, never a traceback."""

from collections.abc import Callable, Collection
from datetime import datetime

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from newsarc.archive import Archive
from newsarc.errors import NewsarcError, QueryError
from newsarc.serve.asking import Meanings
from newsarc.serve.guarding import Guard
from newsarc.serve.pages import Room

_AT_ONCE = 4  # pages that are made
_STATUS = {2: 400, 3: 404, 75: 503}
"""What an exit code is to a browser; any other is 500."""

Page = Callable[[Request], Response]


def application(
    archive: Archive,
    meanings: Meanings,
    hosts: Collection[str],
    *,
    prefix: str,
    now: Callable[[], datetime],
    tell: Callable[[str], None],
) -> ASGIApp:
    """Make the reading room of an archive, for requests to these hosts, behind a prefix of every path."""
    room = Room(archive, meanings, now, prefix)
    room.warm()
    limiter = CapacityLimiter(_AT_ONCE)
    pages = {
        "/": room.front,
        "/day/{day}.jsonl": room.lines,
        "/day/{day}": room.day,
        "/section/{label}.jsonl": room.lines,
        "/section/{label}": room.section,
        "/search.jsonl": room.lines,
        "/search": room.search,
        "/article/{name:path}": room.article,
        "/record/{name:path}": room.record,
        "/original/{name:path}": room.original,
        "/charts.jsonl": room.counted,
        "/charts": room.charts,
        "/style.css": room.style,
        "/favicon.svg": room.icon,
    }
    routes = [Route(prefix + path, _answering(page, room, limiter, tell)) for path, page in pages.items()]

    async def missing(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return room.page("error", status=status, what="There is no such page", why="", cure=_LOST)

    return Guard(Starlette(routes=routes, exception_handlers={HTTPException: missing}), hosts)


def _answering(page: Page, room: Room, limiter: CapacityLimiter, tell: Callable[[str], None]) -> Callable[..., object]:
    """Make a page in a thread; what goes wrong becomes a page of its own."""

    def answered(request: Request) -> Response:
        try:
            return page(request)
        except NewsarcError as error:
            return _told(room, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the room stays open
            tell(f"newsarc: error: a bug ({type(error).__name__}): {error}. Report it with the address of the page.")
            return room.page("error", status=500, what="This page cannot be made", why="", cure=_BUG)

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(answered, request, limiter=limiter)

    return answer


def _told(room: Room, error: NewsarcError) -> Response:
    """Say what is wrong; of faults of the archive without a word about where it lies."""
    status = _STATUS.get(error.exit_code, 500)
    is_of_question = isinstance(error, QueryError)
    why = f"{error.where}: {error.why}" if is_of_question and error.why else error.where if is_of_question else ""
    return room.page("error", status=status, what=error.what, why=why, cure=error.cure)


_LOST = "Begin at the front page, or search."
_BUG = "The terminal where newsarc serve runs says more."
