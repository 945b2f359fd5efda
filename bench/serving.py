"""What a page of the reading room costs on an archive of so many records: time on the server's clock, and memory."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from asking import words_of
from measuring import MANY, NEWSARC, Row, absent, at_most, knows, row, sample

_TIMES = 7
_PAGE, _MEMORY = 100, 200  # ms, MB
_ADDRESS = re.compile(r"at (http://\S+)")
_NEXT = re.compile(r'rel="next" href="([^"]+)"')


class _Room(NamedTuple):
    """A reading room that runs: where it listens, and its process."""

    port: int
    process: "subprocess.Popen[str]"

    def get(self, path: str) -> tuple[float, str]:
        """Ask for a page; returns how many milliseconds it took, all of it read, and what it says."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        begun = perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read().decode()
        spent = (perf_counter() - begun) * 1000
        connection.close()
        if answer.status != 200:  # noqa: PLR2004 - found
            raise SystemExit(f"{path} answers {answer.status}")
        return spent, said

    def peak(self) -> float:
        """Return the peak of its memory in MB."""
        said = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmHWM:\s+(\d+)", said)
        return int(found[1]) / 1024 if found else 0


def serving(archive: Path, count: int) -> list[Row]:
    """Measure every kind of page, the first time it is asked for too, and then the memory of it all."""
    if not knows("serve"):
        return [absent("a page", "this newsarc has no such command")]
    with _opened(archive) as room:
        rows = [_measured(room, name, path, count) for name, path in _pages(room, archive).items()]
        if Path("/proc").exists():
            target = at_most(_MEMORY, " MB") if count >= MANY else None
            rows.append(row("memory after all of these", room.peak(), target, " MB"))
    return rows


def _measured(room: _Room, name: str, path: str, count: int) -> Row:
    first, _ = room.get(path)
    spent = [room.get(path)[0] for _ in range(_TIMES)]
    target = at_most(_PAGE, " ms") if count >= MANY else None
    return row(name, sample(spent), target, " ms", f"the first time {first:,.0f} ms")


def _pages(room: _Room, archive: Path) -> dict[str, str]:
    """Choose pages of every kind."""
    frequent, rare = words_of(archive)
    newest = json.loads(room.get("/search.jsonl?limit=1")[1])
    deep = _NEXT.search(room.get("/search?until=2018-06")[1])
    return {
        "front page": "/",
        "a day": "/day/2019-03-05",
        "a large section": "/section/Politik",
        "a small section": "/section/Religion",
        "all stories, newest": "/search",
        "all stories, seven years back": deep[1].replace("&amp;", "&") if deep else "/search?until=2018-06",
        "a word in every tenth text": f"/search?q={quote(frequent)}",
        "the same, section and month": f"/search?q={quote(frequent)}&category=Politik&since=2019-03&until=2019-03",
        "a rare word": f"/search?q={quote(rare)}",
        "a word that is nowhere": "/search?q=nirgendwo",
        "the beginning of many words": "/search?q=wa*",
        "a phrase of two common words": "/search?q=%22das+ist%22",
        "a frequent keyword": f"/search?keyword={quote(newest['keywords'][0])}",
        "a keyword that is nowhere": "/search?keyword=nirgendwo",
        "an article": f"/article/{quote(newest['id'])}",
        "charts": "/charts",
        "100 records as JSON Lines": "/search.jsonl?limit=100",
    }


@contextmanager
def _opened(archive: Path) -> Iterator[_Room]:
    command = [NEWSARC, "serve", "--archive", str(archive), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stderr or ():
                if found := _ADDRESS.search(line):
                    yield _Room(urlsplit(found[1]).port or 0, process)
                    return
            raise SystemExit("newsarc serve does not open; is newsarc[web] installed?")
        finally:
            process.terminate()
