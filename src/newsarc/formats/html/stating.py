"""What the JSON-LD of a page states: the one article it is about, found among all that it describes.

Source: samples/html/full.html, samples/html/graph.html
"""

import json
from html import unescape
from typing import Any, NamedTuple

Node = dict[str, Any]

_KINDS = ("Article", "Posting")  # ends of their names
_WALKED = ("@graph", "mainEntity")
_MOST_NODES = 10_000
_WRAPPINGS = ("<!--", "-->", "//<![CDATA[", "<![CDATA[", "//]]>", "]]>", "/*<![CDATA[*/", "/*]]>*/")


class Stated(NamedTuple):
    """The article of a page's JSON-LD, if there is one, what its references mean, and how many scripts were broken."""

    article: Node | None
    by_id: dict[str, Node]
    broken: int


def stated_in(scripts: list[str], canonical: str | None) -> Stated:
    """Find the article among the scripts of a page; of several the one of the page's own address."""
    articles: list[Node] = []
    by_id: dict[str, Node] = {}
    broken = 0
    for script in scripts:
        try:
            value = json.loads(_bare(script), strict=False)
        except (ValueError, RecursionError):
            broken += bool(script.strip())
            continue
        for node in _nodes(value):
            if isinstance(node.get("@id"), str) and len(node) > 1:
                by_id.setdefault(node["@id"], node)
            if any(str(kind).endswith(_KINDS) for kind in listed(node.get("@type"))):
                articles.append(node)
    own = (node for node in articles if canonical and canonical in addresses(node))
    return Stated(next(own, next(iter(articles), None)), by_id, broken)


def _bare(script: str) -> str:
    """Take off comments and CDATA around a script, and a semicolon behind it."""
    bare = script.strip().removeprefix("\ufeff")
    for _ in range(2):
        for wrapping in _WRAPPINGS:
            bare = bare.removeprefix(wrapping).removesuffix(wrapping).strip()
    return bare.removesuffix(";")


def _nodes(value: Any) -> list[Node]:
    """Return the objects of a script: alone, in lists, in a graph, or as the main entity of a page."""
    found: list[Node] = []
    waiting = [value]
    while waiting and len(found) < _MOST_NODES:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            found.append(one)
            waiting += [one[key] for key in reversed(_WALKED) if key in one]
    return found


def addresses(node: Node) -> list[str]:
    """Return the addresses an article states for itself: its own, then its page's."""
    page = node.get("mainEntityOfPage")
    named = (node.get("@id"), node.get("url"), page.get("@id") if isinstance(page, dict) else page)
    return [address.strip() for address in named if isinstance(address, str)]


def listed(value: Any) -> list[Any]:
    """Return a value as a list: of one, of many, or of none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def words_of(value: Any, by_id: dict[str, Node]) -> list[str]:
    """Return the texts a value holds: itself, its items, or the names of the things it describes or refers to."""
    found = []
    for one in listed(value):
        said = one
        if isinstance(one, dict):
            node = one if "name" in one else by_id.get(str(one.get("@id")), one)
            said = node.get("name") or node.get("@value")
            said = next(iter(listed(said)), None)
        if isinstance(said, str) and (words := tidy(said)):
            found.append(words)
    return found


def tidy(text: str) -> str:
    """Undo the entities of HTML once, and write it on one line."""
    return " ".join(unescape(text).replace("\0", "").split())
