"""A story about a pond, as several agencies' formats bring it, and what an archive shows of it."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from newsarc.archive import Archive
from newsarc.article import Article, Block, Origin
from newsarc.find import find
from newsarc.query import Query

URN = "urn:newsml:demo.example:20250312:250312-99-100001"
NUMBER = "iptc7901:20250312:0801"
AT = datetime.fromisoformat("2025-03-12T14:30:05+01:00")
NOW = AT + timedelta(days=1)
READERS = Query(now=NOW)
CANCEL: dict[str, Any] = {"status": "canceled", "headline": None, "text": ""}


def story(version: int | None = None, text: str = "Der Teich ist offen.", **said: Any) -> Article:
    """Write a story about a pond: counted by its provider, or not; an hour later with each version."""
    counted = {"version": version, "version_by": "provider"} if version else {}
    return Article.model_validate({
        "id": URN, "headline": "Ententeich eröffnet", "body": (Block(text=text),) if text else (),
        "published": AT + timedelta(hours=(version or 1) - 1), "published_text": f"{version}", **counted, **said,
    })  # fmt: skip


def in_format(name: str, article: Article, **said: Any) -> Article:
    """Give a story the format it came in, and bytes of its own."""
    digest = sha256(repr((name, article)).encode()).hexdigest()
    origin = Origin(name=f"{name}.x", format=name, encoding="utf-8", sha256=digest, offset=0, length=9)
    return article.model_copy(update={"origin": origin, "published_text": f"as {name} prints it", **said})


def records(archive: Archive) -> list[dict[str, Any]]:
    """Read all lines."""
    return [json.loads(line) for _, line in archive.scan()]


def shown(archive: Archive, query: Query = READERS) -> list[tuple[str, int, int]]:
    """List what a reader is shown: id, version, revision; the same by index and by scan."""
    found = [json.loads(line) for line in find(archive, query)]
    return [(record["id"], record["version"], record["revision"]) for record in found]
