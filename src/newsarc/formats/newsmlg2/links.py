"""Where an item points to: other stories, and the pictures, films and sounds that come with it."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from newsarc.article import Media, RelatedLink
from newsarc.formats.newsmlg2.naming import Parts, code_of, number_of, part_of, parts_of, tail_of, words_of

Element: TypeAlias = Any  # lxml ships no types

KINDS: dict[str, Any] = {
    "picture": "image", "image": "image", "graphic": "graphic", "audio": "audio", "video": "video",
    "animation": "video",
}  # fmt: skip
"""What an item class, or a content type up to its slash, is as media."""
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg")
_LAST = 1 << 30


def read_links(links: Iterable[Element]) -> tuple[list[RelatedLink], list[Media]]:
    """Read the links of an item, by their rank; what lies within a link is of the same story.

    Relations between items that say nothing to a reader are passed over.
    """
    related: list[RelatedLink] = []
    media: list[Media] = []
    for link in sorted(links, key=_rank):
        parts, relation = parts_of(link), tail_of(code_of(link, "rel", "reluri"))
        url = (link.get("href") or "").strip() or None
        if kind := _kind(link, parts, url, is_read=relation in ("seealso", "")):
            found = Media(kind=kind, caption=_caption(parts), credit=_words(parts, "creditline"), url=url)
            media += [found] if found.caption or found.url else []
        elif relation in ("seealso", ""):
            title = _words(parts, "title") or _words(parts, "headline") or (link.text or "").strip() or None
            if text := title or url:
                teaser = _words(parts, "description")
                related.append(
                    RelatedLink(title=title, title_confidence="exact", teaser=teaser, text=text, url=url)
                    if title
                    else RelatedLink(text=text, url=url)
                )
    return related, media


def remote_media(content: Parts, caption: str | None, credit: str | None, item_class: str) -> list[Media]:
    """Read what an item keeps elsewhere: its largest rendition stands for all of them."""
    remote = sorted(content.get("remoteContent", ()), key=_size, reverse=True)
    if not remote:
        return []
    kind: Any = KINDS.get(item_class) or _kind_of_content(remote[0]) or "embed"
    url = next(filter(None, ((one.get("href") or "").strip() for one in remote)), None)
    return [Media(kind=kind, caption=caption, credit=credit, url=url)] if url or caption else []


def _kind(link: Element, parts: Parts, url: str | None, *, is_read: bool) -> Any:
    """Tell what kind of media a link points to; None if to a story."""
    item_class = tail_of(code_of(part_of(parts, "itemClass")))
    if found := KINDS.get(item_class) or _kind_of_content(link):
        return found
    if is_read and (url or "").lower().partition("?")[0].endswith(_PICTURES):
        return "image"
    is_item = bool(link.get("residref")) and item_class not in ("text", "composite")
    return "image" if is_read and is_item and not (link.get("contenttype") or "").startswith("text") else None


def _kind_of_content(element: Element) -> Any:
    return KINDS.get((element.get("contenttype") or "").partition("/")[0].lower())


def _caption(parts: Parts) -> str | None:
    return _words(parts, "description") or _words(parts, "headline") or _words(parts, "title")


def _words(parts: Parts, name: str) -> str | None:
    return words_of(part_of(parts, name))


def _rank(element: Element) -> int:
    rank = number_of(element.get("rank"))
    return _LAST if rank is None else rank


def _size(element: Element) -> int:
    """Return how large a rendition is: its width, else its bytes."""
    return number_of(element.get("width")) or number_of(element.get("size")) or 0
