"""A reading room to look at: an invented archive, a real process that serves it, a real browser that opens it.

As a script it renews the pictures in docs/pictures.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from faulty import Unflushed
from material import NOON, ROOT
from newsarc.archive import Archive
from newsarc.article import Article, Block, Media, Origin, RelatedLink
from newsarc.wording import portal_id

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.types import ASGIApp, Message, Scope

Headers = list[tuple[bytes, bytes]]
TEXTS = [json.loads(line) for line in (ROOT / "bench" / "sections.jsonl").read_text(encoding="utf-8").splitlines()]
PICTURES = ROOT / "docs" / "pictures"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ADDRESS = re.compile(r"reading room at (http://\S+/)")
_MONTHS = 26


def stories() -> list[Article]:
    """Tell invented stories of all sections: the newest on the day of NOON, older ones back to two years before."""
    told: list[Article] = []
    for number in range(len(TEXTS) * 4):
        text = TEXTS[number * 11 % len(TEXTS)]
        minutes = number * 41 if number < len(TEXTS) else number * number % (_MONTHS * 43_800)
        told.append(_story(text, number, timedelta(minutes=minutes + 7)))
    newest = told[0]
    links = tuple(
        RelatedLink(
            title=one.headline, title_confidence="high", teaser=one.lead, text=f"{one.headline} {one.lead}",
            category=one.category, published=one.published, url=None if number else "https://agentur.example/meldung/7",
        )
        for number, one in enumerate(told[1:5])
    )  # fmt: skip
    told[0] = newest.model_copy(update={"related": links})
    return told


def _story(text: dict[str, str | list[str]], number: int, age: timedelta) -> Article:
    published = NOON - age
    headline = str(text["headline"]) if number < len(TEXTS) else f"{text['headline']} ({number})"
    return Article(
        id=portal_id(published, None, headline),
        kicker="Bericht" if number % 7 == 0 else None,
        headline=headline,
        lead=str(text["lead"]),
        body=tuple(Block(text=paragraph) for paragraph in text["body"]),
        category=None if number % 23 == 22 else str(text["category"]),
        category_by="stated",
        keywords=tuple(word for word in str(text["headline"]).split() if word[:1].isupper() and len(word) > 6)[:4],
        credit="Nordküste-Nachrichten" if number % 3 else "dpa",
        byline="Von Ilse Harms" if number % 5 == 0 else None,
        language="de",
        published=published,
        published_precision="minute",
        origin=Origin(
            name="abend.txt", format="portal", encoding="utf-8", sha256=f"{number:064x}", offset=0, length=1,
        ),
    )  # fmt: skip


def made(root: Path) -> Archive:
    """Make the archive of these stories; one of them got a second version."""
    archive, _ = Archive.create(root, disk=Unflushed())
    told = stories()
    archive.append([(story, None) for story in reversed(told)], now=NOON)
    changed = told[0].model_copy(update={
        "origin": Origin(name="nacht.txt", format="portal", encoding="utf-8", sha256="f" * 64, offset=0, length=1),
        "subhead": "Zweite Fassung: mit Stimmen vom Abend",
        "body": (
            *told[0].body,
            Block(kind="heading", text="Wie es weitergeht"),
            Block(kind="list", text="Am Dienstag tagt der Ausschuss."),
            Block(kind="list", text="Am Freitag stimmt der Rat ab."),
            Block(kind="quote", text="„Wir sind vorbereitet.“"),
        ),
        "media": (Media(caption="Der Saal am Morgen.", credit="Foto: Harms", url="https://bild.example/saal.jpg"),),
    })  # fmt: skip
    archive.append([(changed, None)], now=NOON)
    return archive


class Answer(NamedTuple):
    """What a room answers."""

    status: int
    headers: dict[str, str]
    text: str


class Client:
    """Asks a room in this process."""

    def __init__(self, app: "ASGIApp", host: str) -> None:
        self._app = app
        self._host = host

    def get(self, address: str, method: str = "GET", headers: Headers | None = None) -> Answer:
        """Ask for an address, as a browser would put it; the headers take the place of its own."""
        return asyncio.run(self._asked(address, method, headers or [(b"host", self._host.encode())]))

    async def _asked(self, address: str, method: str, headers: Headers) -> Answer:
        path, _, question = address.partition("?")
        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": unquote(path), "raw_path": path.encode(), "query_string": question.encode(), "root_path": "",
            "headers": headers, "client": None, "server": None,
        }  # fmt: skip
        said: list[Message] = []

        async def receive() -> "Message":
            await asyncio.sleep(0)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: "Message") -> None:
            await asyncio.sleep(0)
            said.append(message)

        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in said[1:])
        names = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Answer(said[0]["status"], names, body.decode())


@contextmanager
def served(root: Path, *words: str) -> Iterator[str]:
    """Run a real `newsarc serve`; gives its address."""
    command = [sys.executable, "-m", "newsarc", "serve", "--archive", str(root), "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr
        try:
            said = list[str]()
            for line in process.stderr:
                said.append(line)
                if found := _ADDRESS.search(line):
                    yield found[1]
                    return
            raise AssertionError("".join(said))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)


def chromium() -> str | None:
    """Return the path of a Chromium, where there is one."""
    return next(filter(None, map(shutil.which, _CHROMIUM)), None)


@contextmanager
def browsing() -> Iterator["Browser"]:
    """Run a headless browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - who only serves needs no browser

    with sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=chromium(), args=sandbox)
        yield browser
        browser.close()


def pictures() -> None:
    """Take the pictures of docs/serve.md anew."""
    newest = stories()[0].id
    shown = {
        "front": ("", "light", 1280, 900),
        "article": (f"article/{newest}", "light", 1280, 900),
        "article-phone": (f"article/{newest}", "light", 390, 780),
        "search-dark": ("search?q=Menschen&since=2025", "dark", 1280, 900),
        "front-phone-dark": ("", "dark", 390, 780),
        "charts": ("charts", "light", 1280, 900),
    }
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made(Path(folder) / "archive")
        with served(Path(folder) / "archive") as url, browsing() as browser:
            for name, (path, scheme, width, height) in shown.items():
                size = {"width": width, "height": height}
                page = browser.new_page(color_scheme=scheme, viewport=size)  # type: ignore[arg-type]
                page.goto(url + path)
                wanted = {"format": "webp", "quality": 82}
                taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", wanted)
                (PICTURES / f"{name}.webp").write_bytes(b64decode(taken["data"]))
                page.close()


if __name__ == "__main__":
    pictures()
