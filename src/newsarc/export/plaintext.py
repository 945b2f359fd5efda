"""A story as plain text, as it would stand in print: for reading, and for tools that take words alone."""

from collections.abc import Iterator

from newsarc.export.leaving import Record
from newsarc.present.fields import short
from newsarc.present.safety import safe

_PREFIXES = {"list": "- "}


def story(record: Record) -> str:
    """Write a story; blocks are separated by a blank line, control characters are made visible."""
    return safe("\n\n".join(filter(None, map(str.strip, _blocks(record)))), lines=True) + "\n"


def _blocks(record: Record) -> Iterator[str]:
    yield "\n".join(filter(None, (record["kicker"], record["headline"], record["subhead"])))
    yield " · ".join(filter(None, _facts(record)))
    yield record["lead"] or ""
    for block in record["body"]:
        yield _PREFIXES.get(block["kind"], "") + block["text"]
    for media in record["media"]:
        yield ", ".join(filter(None, (media["caption"], media["credit"])))
    yield "\n".join(_link(link) for link in record["related"])
    yield record["rights"] or ""
    yield record["id"]


def _facts(record: Record) -> Iterator[str | None]:
    yield short("published", record["published"]) or record["published_text"]
    yield record["category"] or record["category_text"]
    yield record["byline"]
    yield record["dateline"]
    yield record["credit"]
    yield ", ".join(record["keywords"])


def _link(link: dict[str, str | None]) -> str:
    told = (link["title"] or link["text"], short("published", link["published"]) or link["published_text"], link["url"])
    return f"-> {' · '.join(filter(None, told))}"
