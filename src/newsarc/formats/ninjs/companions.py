"""What is associated with an item: pictures, sound and films with their best rendition, and other stories."""

from collections.abc import Iterator
from typing import Any

from newsarc.article import Media, RelatedLink
from newsarc.formats.ninjs.stories import lowered, plain, said
from newsarc.strictjson import Object, number, objects, words

MEDIA: dict[str, Any] = {
    "picture": "image", "photo": "image", "image": "image", "graphic": "graphic", "audio": "audio", "video": "video",
}  # fmt: skip
_OF_TYPES: dict[str, Any] = {"image": "image", "audio": "audio", "video": "video"}


def associated(value: Any) -> Iterator[Object]:
    """Yield the associated items: an object of them, or a list; null and `{}` are none."""
    for part in objects(list(value.values()) if isinstance(value, dict) else value):
        if part.keys() - {"name"}:
            yield lowered(part)


def companions(value: Any, where: str) -> tuple[tuple[Media, ...], tuple[RelatedLink, ...]]:
    """Read what is associated with an item.

    Raises:
        MarkupTooDeep, ParseError: The markup of a caption cannot be read.
    """
    media: list[Media] = []
    stories: list[RelatedLink] = []
    for item in associated(value):
        url, kind = rendition(item)
        kind = MEDIA.get(words(item.get("type")).lower()) or kind
        headlines = [one.text for one in said(item, "headline", "headlines")[:1]]
        captions = [plain(one.text, where) for one in said(item, "description", "descriptions")[:1]]
        if kind:
            credit = first_of(item, "byline", "by", "creditline", "source", "copyrightholder")
            captions = captions or [plain(one.text, where) for one in said(item, "body", "bodies")[:1]]
            caption = "\n".join(dict.fromkeys((*headlines, *captions)))
            if caption or credit or url:
                media.append(Media(kind=kind, caption=caption or None, credit=credit or None, url=url or None))
        elif headlines or captions:
            uri = words(item.get("uri"))
            stories.append(
                RelatedLink(
                    title=headlines[0] if headlines else None,
                    title_confidence="exact",
                    teaser=captions[0] if captions else None,
                    text="\n".join((*headlines, *captions)),
                    url=uri if uri.startswith(("https://", "http://")) else None,
                )
            )
    return tuple(media), tuple(stories)


def rendition(item: Object) -> tuple[str, Any]:
    """Return the address of an item's largest rendition, and what its media type says it is."""
    value = item.get("renditions")
    best: tuple[int, str, Any] = (-1, "", None)
    for part in objects(list(value.values()) if isinstance(value, dict) else value):
        found = lowered(part)
        size = (number(found.get("width")) or 0) * (number(found.get("height")) or 0)
        kind = _OF_TYPES.get(first_of(found, "mimetype", "contenttype").partition("/")[0].lower())
        if (url := first_of(found, "href", "url")) and size > best[0]:
            best = (size, url, kind)
    return best[1], best[2]


def first_of(item: Object, *keys: str) -> str:
    """Return the text of the first of some keys that has one."""
    return next((text for key in keys if (text := words(item.get(key)))), "")
