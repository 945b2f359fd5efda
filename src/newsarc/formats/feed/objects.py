"""What the keys of an item say in JSON Feed, 1.0 and 1.1.

Source: samples/feed/json-full.json
"""

import json
from typing import Any

from newsarc.errors import ParseError
from newsarc.formats.feed import Channel
from newsarc.formats.feed.words import Plain, blocks_of, distinct, kind_of, lines_of, one_line


def read_object(data: bytes, where: str, channel: Channel) -> Plain:
    """Read one item.

    Raises:
        ParseError: It is no JSON, or says nothing.
        MarkupTooDeep: The HTML in it lies too deep.
    """
    item = _loaded(data, where)
    body, pictures = blocks_of(_word(item, "content_html") or "", where)
    body = body or lines_of(_word(item, "content_text") or "")
    address, link = _word(item, "id"), _word(item, "url") or _word(item, "external_url")
    published, updated = _word(item, "date_published"), _word(item, "date_modified")
    lead = "\n".join(block["text"] for block in lines_of(_word(item, "summary") or ""))
    fields: Plain = {
        "id": address or link or "",
        "headline": one_line(_word(item, "title"), where),
        "lead": lead if lead and [lead] != [block["text"] for block in body] else None,
        "byline": _byline(item, where),
        "body": body,
        "category_text": "; ".join(_words(item.get("tags"))) or None,
        "language": _word(item, "language") or channel.language,
        "credit": channel.title,
        "published_text": published or updated,
        "updated_text": updated if published and updated != published else None,
        "media": _media(item, pictures),
    }
    if link and link != fields["id"]:
        fields["alternate_ids"] = [link]
    if not (fields["id"] or fields["headline"] or fields["lead"] or body):
        raise ParseError(where, "the item has neither title nor text nor id")
    return fields


def _loaded(data: bytes, where: str) -> Plain:
    """Read JSON strictly: no key twice, no number that is none.

    Raises:
        ParseError: It is none, no object, or too deep.
    """
    try:
        item = json.loads(
            data.decode(), object_pairs_hook=_once, parse_constant=_refused, parse_int=str, parse_float=str
        )
    except UnicodeDecodeError as error:
        raise ParseError(where, "it is not in UTF-8") from error
    except ValueError as error:
        raise ParseError(where, f"no readable JSON: {str(error)[:100]}") from error
    except RecursionError as error:
        raise ParseError(where, "no readable JSON: it is too deep") from error
    if not isinstance(item, dict):
        raise ParseError(where, "an item must be a JSON object")
    return item


def _once(pairs: list[tuple[str, Any]]) -> Plain:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _word(item: Plain, name: str) -> str | None:
    """Return a text or a number as text; anything else counts as absent."""
    value = item.get(name)
    return value.replace("\0", "").strip() or None if isinstance(value, str) else None


def _words(value: Any) -> list[str]:
    """Return the texts of a list."""
    listed = value if isinstance(value, list) else []
    return [" ".join(word.replace("\0", "").split()) for word in listed if isinstance(word, str) and word.strip()]


def _byline(item: Plain, where: str) -> str | None:
    """Join the names of the authors: a list in 1.1, one in 1.0."""
    authors = item.get("authors")
    listed = authors if isinstance(authors, list) else [item.get("author")]
    names = (one_line(_word(author, "name"), where) for author in listed if isinstance(author, dict))
    return ", ".join(filter(None, names)) or None


def _media(item: Plain, pictures: list[Plain]) -> list[Plain]:
    """Gather picture, attachments and the pictures in the text; one address once."""
    attached = item.get("attachments")
    media: list[Plain] = [{"url": _word(item, name)} for name in ("image", "banner_image")]
    media += [
        {"kind": kind_of(_word(one, "mime_type")), "caption": _word(one, "title"), "url": _word(one, "url")}
        for one in (attached if isinstance(attached, list) else [])
        if isinstance(one, dict)
    ]
    return distinct(media + pictures)
