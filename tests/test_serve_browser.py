"""The reading room in a real browser: readable, usable by keyboard, accessible by axe-core, and no script ever runs.

Skipped where there is no Chromium; NEWSARC_BROWSER=required makes that a failure.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from material import NOON
from newsarc.article import Article, Block, RelatedLink
from reading_room import browsing, chromium, made, served, stories

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

IS_REQUIRED = os.environ.get("NEWSARC_BROWSER") == "required"
pytestmark = pytest.mark.skipif(not IS_REQUIRED and chromium() is None, reason="there is no Chromium on this machine")
HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">\u202egnp.exe"
NAME = f"x:{HOSTILE}"
PHONE, DESK = (390, 844), (1280, 900)


def _hostile() -> Article:
    link = RelatedLink(title=HOSTILE, text=HOSTILE, url="javascript:document.title='owned'")
    blocks = tuple(Block(kind=kind, text=HOSTILE * 3) for kind in ("paragraph", "heading", "list", "table", "quote"))
    return Article(
        id=NAME, headline=HOSTILE, kicker=HOSTILE, lead=HOSTILE, credit=HOSTILE, keywords=(HOSTILE,), published=NOON,
        language="de\" onload='x", related=(link,), body=blocks, unparsed=(HOSTILE,),
    )  # fmt: skip


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root: Path = tmp_path_factory.mktemp("browser") / "archive"
    made(root).append([(_hostile(), None)], now=NOON)
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with browsing() as running:
        yield running


PAGES = {
    "front": "",
    "list": "search",
    "found": "search?q=Menschen",
    "nothing found": "search?q=nirgendwo",
    "day": "day/2026-01-14",
    "section": "section/Sport",
    "article": f"article/{stories()[0].id}",
    "hostile": f"article/{quote(NAME.encode(), safe='')}",
    "withdrawn or missing": "article/x:none",
    "charts": "charts",
    "wrong": "search?since=gestern",
}


def opened(browser: "Browser", address: str, *, scheme: Any = "light", size: tuple[int, int] = DESK) -> "Page":
    """Open a page in a window of its own; what the browser complains of is kept in `complaints`."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    complaints = list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    assert [text for text in complaints if "Failed to load resource" not in text] == []
    return page


@pytest.mark.parametrize(
    ("name", "scheme", "size"),
    [
        *((name, "light", DESK) for name in PAGES),
        *(
            (name, *how)
            for name in ("front", "found", "article", "charts")
            for how in (("dark", DESK), ("dark", PHONE))
        ),
    ],
)
def test_axe_finds_nothing(browser: "Browser", url: str, name: str, scheme: str, size: tuple[int, int]) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    page = opened(browser, url + PAGES[name], scheme=scheme, size=size)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": rules})
    said = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found.response["violations"]]  # fmt: skip
    assert said == []
    assert any(one["id"] == "color-contrast" and one["nodes"] for one in found.response["passes"])
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_needs_no_sideways_scrolling(browser: "Browser", url: str, name: str) -> None:
    page = opened(browser, url + PAGES[name], size=(320, 640))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_no_script_of_a_story_runs(browser: "Browser", url: str) -> None:
    for path in ("", "search", PAGES["hostile"], f"search?q={quote(HOSTILE.encode())}"):
        page = opened(browser, url + path)
        assert page.title() != "owned"
        assert page.locator("script, img, iframe").count() == 0
        assert page.evaluate("document.body.innerText.includes('\\u202e')") is False
        assert "onerror" in page.inner_text("body")
        page.close()


def test_everything_is_reached_by_keyboard(browser: "Browser", url: str) -> None:
    page = opened(browser, url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("document.querySelector('#content').contains(document.activeElement)") is True
    page.close()


def test_the_tab_key_goes_through_all_links_in_their_order(browser: "Browser", url: str) -> None:
    page = opened(browser, url + PAGES["article"])
    wanted = page.evaluate("[...document.querySelectorAll('a, input, button, [tabindex=\"0\"]')].length")
    seen = list[Any]()
    for _ in range(wanted):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert seen == sorted(set(seen))
    page.close()


def test_a_reader_searches_opens_and_turns_the_page(browser: "Browser", url: str) -> None:
    page = opened(browser, url)
    page.fill("input[name=q]", "Koalition")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("mark").count() > 0
    page.click(".story h2 a")
    assert "Koalition" in page.inner_text("article.text")
    page.click("nav >> text=All stories")
    page.select_option("#category", "Sport")
    page.click(".filters button")
    assert set(page.locator(".story .label").all_inner_texts()) == {"Sport"}
    page.click("text=Older stories")
    assert "behind=" in page.url
    assert page.locator(".story").count() > 3
    page.close()


def test_long_german_text_is_set_to_be_read(browser: "Browser", url: str) -> None:
    page = opened(browser, url + PAGES["article"])
    text = page.locator("article.text > p").nth(1)
    style = text.evaluate(
        "node => { const s = getComputedStyle(node);"
        " return [s.hyphens, parseFloat(s.lineHeight) / parseFloat(s.fontSize), node.clientWidth, s.fontSize,"
        " node.closest('[lang]').lang] }"
    )
    hyphens, leading, width, size, language = style
    assert (hyphens, language) == ("auto", "de")
    assert 1.4 < leading < 1.8
    assert 45 < width / (float(size.removesuffix("px")) * 0.5) < 80  # about so many characters a line
    page.close()


def test_nothing_is_loaded_from_elsewhere(browser: "Browser", url: str) -> None:
    page = browser.new_page()
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES.values():
        page.goto(url + path)
    assert all(address.startswith(url) for address in asked)
    assert any(address.endswith("style.css") for address in asked)
    page.close()


def test_on_paper_only_the_story_is_left(browser: "Browser", url: str) -> None:
    page = opened(browser, url + PAGES["article"])
    page.emulate_media(media="print")
    assert page.locator(".find").is_hidden()
    assert page.locator("article.text h1").is_visible()
    page.close()
