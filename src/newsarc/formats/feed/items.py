"""What the elements of an item say, in RSS, RDF, Atom and the exports of WordPress.

Elements are known by namespace and name; those of other namespaces are passed over.

Source: samples/feed/rss-full.xml, samples/feed/atom-full.xml, samples/feed/wordpress.xml
"""

import re
from typing import Any

from newsarc import markup
from newsarc.errors import EntitiesDeclared, MarkupTooDeep, ParseError
from newsarc.formats.feed import Channel
from newsarc.formats.feed.words import Plain, blocks_in, blocks_of, distinct, kind_of, one_line

Parts = dict[str, list[markup.Element]]

_MEDIA = "http://search.yahoo.com/mrss"
_SPACES = {
    "http://purl.org/rss/1.0": "",
    "http://purl.org/rss/1.0/modules/content": "content:",
    "http://purl.org/dc/elements/1.1": "dc:",
    _MEDIA: "media:",
    "http://www.w3.org/2005/Atom": "atom:",
}
_WORDPRESS = re.compile(r"https?://wordpress\.org/export/[\d.]{1,9}/(?P<part>excerpt/)?")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_STATUSES = {"publish": "usable", "inherit": "usable"}  # of WordPress; all others are not published
_NO_STORIES = ("nav_menu_item", "revision", "customize_changeset", "custom_css", "wp_global_styles", "wp_navigation")
_MAIL = re.compile(r"[^\s@()]{1,100}@[^\s@()]{1,100}\s{1,9}\((?P<name>[^()]{1,200})\)")
_ENCODING = re.compile(r"^(<\?xml[^>]{0,200}?)\sencoding\s*=\s*[\"'][^\"'>]*[\"']")
_FIRST_ITEM = re.compile(r"<(?:[\w.-]{1,50}:)?(?:item|entry)[\s>/]")


def channel_of(head: str, after: str) -> Channel:
    """Read what stands before the first item; nothing, if that cannot be read."""
    found = _FIRST_ITEM.search(head)
    try:
        root, _ = markup.mend_xml(_document(head[: found.start()] if found else head, after), "feed")
    except (ParseError, EntitiesDeclared, MarkupTooDeep):
        return Channel()
    channel = next(markup.descendants(root, "channel"), root)
    parts = _parts(channel)
    language = _text(parts, "language", "dc:language") or channel.get(_LANGUAGE) or root.get(_LANGUAGE)
    rights = _text(parts, "copyright", "rights", "dc:rights")
    return Channel(one_line(_text(parts, "title"), "feed"), language, one_line(rights, "feed"))


def read_item(before: str, text: str, after: str, where: str, channel: Channel) -> Plain | None:
    """Read one item in the start and end tags around it; None for what an export holds besides stories.

    Raises:
        ParseError: It is ill-formed beyond bare `&` signs and an open CDATA, or says nothing.
        EntitiesDeclared, MarkupTooDeep: As `markup.parse_xml`, and for the HTML in it.
    """
    root, is_mended = _parsed(before, text, after, where)
    item = next(markup.descendants(root, "item", "entry"), root)
    parts = _parts(item)
    if _text(parts, "wp:post_type") in _NO_STORIES:
        return None
    link = _link(parts)
    lead, pictures = _lead_and_body(parts, where)
    fields: Plain = {
        "id": _text(parts, "guid", "id") or item.get(_ABOUT) or link or "",
        "headline": _title(parts, where),
        **lead,
        "byline": _byline(parts, where),
        **_terms(parts, where),
        "language": item.get(_LANGUAGE) or _text(parts, "dc:language", "language") or channel.language,
        "credit": one_line(_text(parts, "source"), where) or channel.title,
        "rights": one_line(_text(parts, "rights", "dc:rights", "copyright"), where) or channel.rights,
        **_times(parts),
        "related": _related(parts, where),
        "media": _media(item, parts, pictures, where),
        **_of_wordpress(parts),
        "warnings": ["markup-repaired"] * is_mended,
    }
    if link and link != fields["id"]:
        fields["alternate_ids"] = [link]
    if not (fields["id"] or fields["headline"] or fields["lead"] or fields["body"]):
        raise ParseError(where, "the item has neither title nor text nor id")
    return fields


def _parsed(before: str, text: str, after: str, where: str) -> tuple[markup.Element, bool]:
    try:
        return markup.mend_xml(_document(before + text, after), where)
    except ParseError:
        closed = _with_closed_cdata(text)
        if closed == text:
            raise
        return markup.mend_xml(_document(before + closed, after), where)[0], True


def _document(text: str, after: str) -> bytes:
    """Write it in UTF-8; what it declares of an encoding has been heeded, and is no longer true."""
    return _ENCODING.sub(r"\1", text.lstrip("\ufeff \t\r\n") + after).encode("utf-8", "replace")


def _with_closed_cdata(text: str) -> str:
    """Give CDATA that lost its end one, before the end tag of the element it fills."""
    start = text.rfind("<![CDATA[")
    if start < 0 or "]]>" in text[start:]:
        return text
    name = text[:start].rstrip().rpartition("<")[2].split(None, 1)[0].rstrip(">")
    end = text.find(f"</{name}", start)
    return text if end < 0 or not name else f"{text[:end]}]]>{text[end:]}"


def _parts(item: markup.Element) -> Parts:
    """Sort the children by name, with a prefix for each known namespace that is not the item's own."""
    own = item.tag.rpartition("}")[0]
    parts: Parts = {}
    for child in item:
        space, _, name = child.tag.rpartition("}")
        prefix = "" if space == own else _prefix(space.removeprefix("{"))
        if prefix is not None:
            parts.setdefault(prefix + name, []).append(child)
    return parts


def _prefix(space: str) -> str | None:
    if found := _WORDPRESS.match(space):
        return "excerpt:" if found["part"] else "wp:"
    return _SPACES.get(space.rstrip("/"))


def _text(parts: Parts, *names: str) -> str | None:
    """Return the text of the first element of some names that has any."""
    texts = (" ".join((part.text or "").split()) for name in names for part in parts.get(name, ()))
    return next(filter(None, texts), None)


def _title(parts: Parts, where: str) -> str | None:
    for title in parts.get("title", ()):
        inner = next(iter(title), None)
        if words := one_line(markup.text_of(inner) if inner is not None else title.text, where):
            return words
    return None


def _link(parts: Parts) -> str | None:
    """Return the address of the story's page."""
    for link in parts.get("link", ()):
        address = link.get("href") if link.get("rel", "alternate") == "alternate" else None
        if address := " ".join((address or link.text or "").split()):
            return address
    return None


def _lead_and_body(parts: Parts, where: str) -> tuple[Plain, list[Plain]]:
    """Read the short text and the long one, and the pictures of both; what is said twice is the body."""
    short, pictures = _blocks(parts, ("description", "summary", "excerpt:encoded", "media:description"), where)
    body, more = _blocks(parts, ("content:encoded", "content"), where)
    lead = "\n".join(block["text"] for block in short)
    if lead == "\n".join(block["text"] for block in body):
        lead = ""
    return {"lead": lead or None, "body": body}, pictures + more


def _blocks(parts: Parts, names: tuple[str, ...], where: str) -> tuple[list[Plain], list[Plain]]:
    for element in (part for name in names for part in parts.get(name, ())):
        found = blocks_in(element) if len(element) else blocks_of(element.text or "", where)
        if found[0] or found[1]:
            return found
    return [], []


def _byline(parts: Parts, where: str) -> str | None:
    names = [one_line(creator.text, where) for creator in parts.get("dc:creator", ())]
    for author in parts.get("author", ()) if not any(names) else ():
        name = next(markup.children(author, "name"), author)
        mail = _MAIL.fullmatch((name.text or "").strip())
        names.append(one_line(mail["name"] if mail else name.text, where))
    return ", ".join(dict.fromkeys(filter(None, names))) or None


def _terms(parts: Parts, where: str) -> Plain:
    """Read the categories; WordPress has its keywords among them, and so have our own feeds."""
    categories: list[str] = []
    keywords: list[str] = []
    for term in parts.get("category", []) + parts.get("dc:subject", []):
        if word := one_line(term.get("label") or term.text or term.get("term"), where):
            is_keyword = term.get("domain") == "post_tag" or (term.get("scheme") or "").endswith(":keyword")
            (keywords if is_keyword else categories).append(word)
    return {"category_text": "; ".join(dict.fromkeys(categories)) or None, "keywords": keywords}


def _times(parts: Parts) -> Plain:
    """Read the times as printed; what is only said to be changed, was published then."""
    updated = _text(parts, "updated", "atom:updated")
    published = _text(parts, "pubDate", "published", "dc:date", "atom:published") or updated
    return {"published_text": published, "updated_text": updated if updated != published else None}


def _related(parts: Parts, where: str) -> list[Plain]:
    links = parts.get("link", []) + parts.get("atom:link", [])
    found = [(one_line(link.get("title"), where), link.get("href")) for link in links if link.get("rel") == "related"]
    return [
        {"title": title, "title_confidence": "exact", "text": title, "url": url}
        for title, url in found
        if title and url
    ]


def _media(item: markup.Element, parts: Parts, pictures: list[Plain], where: str) -> list[Plain]:
    """Gather what is attached, then the pictures in the text; one address once."""
    media = [{"kind": kind_of(part.get("type")), "url": part.get("url")} for part in parts.get("enclosure", [])]
    media += [
        {"kind": kind_of(link.get("type")), "url": link.get("href"), "caption": link.get("title")}
        for link in parts.get("link", [])
        if link.get("rel") == "enclosure"
    ]
    for one in _shown(item, "content") or _shown(item, "thumbnail"):
        kind = kind_of(one.get("medium") or one.get("type"))
        media.append({"kind": kind, "url": one.get("url"), **_caption(one, where)})
    return distinct([*media, {"url": _text(parts, "wp:attachment_url")}, *pictures])


def _shown(item: markup.Element, name: str) -> list[markup.Element]:
    return [one for one in markup.descendants(item, name) if _MEDIA in one.tag]


def _caption(content: markup.Element, where: str) -> Plain:
    """Read caption and credit, in the element or, for all of a group, beside it."""
    found: dict[str, str | None] = {}
    for place in (content, content.getparent()):
        for one in place:
            name = markup.local(one)
            if name in ("description", "title", "credit") and _MEDIA in one.tag and not found.get(name):
                found[name] = one_line(one.text, where)
    return {"caption": found.get("description") or found.get("title"), "credit": found.get("credit")}


def _of_wordpress(parts: Parts) -> dict[str, Any]:
    """Read what an export says: drafts and posts with a password are not published."""
    status = _text(parts, "wp:status")
    if status is None:
        return {}
    is_open = status in _STATUSES and not _text(parts, "wp:post_password")
    kind = "media" if _text(parts, "wp:post_type") == "attachment" else "article"
    return {"status": "usable" if is_open else "withheld", "kind": kind}
