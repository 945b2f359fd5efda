"""An item of ninjs becomes an article: each of its keys, whatever its generation calls it, a field of the record."""

import re
from collections.abc import Iterator
from typing import Any

from newsarc.article import Article, Kind, Media, Origin
from newsarc.errors import ParseError, UnsupportedFormat
from newsarc.formats.ninjs.companions import MEDIA, companions, first_of, rendition
from newsarc.formats.ninjs.stories import Said, lowered, plain, read_story, said
from newsarc.source import Source
from newsarc.strictjson import Document, Object, leaves, misfits, objects, texts, words
from newsarc.strictjson import Kind as Shape
from newsarc.wires import news_id, status_of, urgency_of, version_of

_TEXTS = (
    "uri guid version versioncreated firstpublished byline by located language urgency source creditline "
    "copyrightholder copyrightnotice usageterms slugline"
).split()
_LISTS = "subject subjects place places service services genre genres bodies headlines descriptions".split()
_FAMILIES = ("headline", "description", "body")
_NO_ARTICLES = ("event", "planning")
_TOPIC = re.compile(r"(?:^|[:/])(?P<number>\d{8})$")
_TOP_LEVEL = "000000"


def read(source: Source, document: Document, name: str) -> Article:
    """Read one item.

    Raises:
        UnsupportedFormat: It is an event or a planning item.
        ParseError: It has neither an id nor a text; or its markup cannot be read.
        MarkupTooDeep: Its markup cannot be read without loss.
    """
    item, where = lowered(document.value), f"{source.name} at byte {document.offset}"
    sort = words(item.get("type")).lower()
    if sort in _NO_ARTICLES:
        raise UnsupportedFormat(where, f"type is {sort}, and that is no article")
    status = status_of(" ".join(leaves(item.get("pubstatus"))))
    version = version_of(words(item.get("version")))
    urgency, doubts = urgency_of(words(item.get("urgency")))
    credit = _credit(item)
    story = read_story(item, words(item.get("located")), credit, where)
    headline, subhead, more = _headlines(item)
    lead, others = _lead(item, where)
    media, related = companions(item.get("associations"), where)
    wrong = tuple(misfits(item, _shapes(item)))
    address = news_id(first_of(item, "uri", "guid"))
    article = Article(
        id=address,
        version=version.version,
        version_by=version.version_by,
        status=status.status,
        kind=_kind(sort),
        headline=headline,
        subhead=subhead,
        lead=lead,
        byline=first_of(item, "byline", "by") or None,
        dateline=words(item.get("located")) or story.dateline,
        body=story.body,
        urgency=urgency,
        language=words(item.get("language")) or None,
        credit=credit or None,
        rights="\n".join(filter(None, (words(item.get("copyrightnotice")), words(item.get("usageterms"))))) or None,
        related=related,
        alternate_ids=tuple(other for other in _other_ids(item) if other != address),
        media=tuple(dict.fromkeys((*_own_media(item, sort, lead), *media, *story.media))),
        **_terms(item),
        **_times(item),
        unparsed=(*more, *others, *wrong),
        origin=Origin(
            name=source.name, format=name, encoding=document.encoding, sha256=source.sha256,
            offset=document.offset, length=document.length,
        ),
    )  # fmt: skip
    if not (article.id or article.headline or article.lead or article.body or article.media):
        raise ParseError(where, "neither uri, nor headline, nor text")
    warnings = (
        *document.warnings, *status.warnings, *version.warnings, *doubts,
        *["private-notes-omitted"] * (story.is_cut or _has_private_notes(item)),
        *["field-unreadable"] * bool(wrong),
        *["headline-missing"] * (not article.headline and status.status == "usable"),
        *["cancel-unlinked"] * (not article.id and status.status == "canceled"),
    )  # fmt: skip
    return article.model_copy(update={"warnings": tuple(dict.fromkeys(warnings))}) if warnings else article


def _shapes(item: Object) -> dict[str, Shape]:
    """Say of which kind each key of an item should be."""
    families = [key for key in item if key.partition("_")[0] in _FAMILIES]
    return {**dict.fromkeys((*_TEXTS, *families), "text"), **dict.fromkeys(_LISTS, "objects")}


def _kind(sort: str) -> Kind:
    return "media" if sort in MEDIA else "advisory" if sort == "advisory" else "article"


def _headlines(item: Object) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return the headline, the first other one as the line below it, and the rest."""
    found = list(dict.fromkeys(one.text for one in said(item, "headline", "headlines")))
    return found[0] if found else None, found[1] if len(found) > 1 else None, tuple(found[2:])


def _lead(item: Object, where: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the main description, plain before marked up, and descriptions of other roles."""
    found = said(item, "description", "descriptions")
    main = [one for one in found if one.role == found[0].role]
    texts_of = [plain(one.text, where) for one in sorted(main, key=_is_marked_up)]
    others = dict.fromkeys(plain(one.text, where) for one in found[len(main) :])
    lead = texts_of[0] if texts_of else None
    return lead, tuple(other for other in others if other != lead)


def _is_marked_up(one: Said) -> bool:
    return "html" in one.shape


def _credit(item: Object) -> str:
    """Return who must be named: the source, else those who informed, else the owner of the rights."""
    named = (words(part.get("name")) for part in objects(item.get("infosources")))
    return first_of(item, "source", "creditline") or ", ".join(filter(None, named)) or first_of(item, "copyrightholder")


def _own_media(item: Object, sort: str, caption: str | None) -> Iterator[Media]:
    """Yield the picture, sound or film that the item itself is."""
    url, kind = rendition(item)
    if kind := MEDIA.get(sort) or kind:
        yield Media(kind=kind, caption=caption, credit=first_of(item, "byline", "by") or None, url=url or None)


def _times(item: Object) -> dict[str, Any]:
    """Return the times as printed: of the first publication, of a later version, of the end of an embargo."""
    first, now = first_of(item, "firstpublished"), first_of(item, "versioncreated")
    times: dict[str, Any] = {"published_text": first or now or None}
    times["updated_text"] = now if first and now and now != first else None
    ends = [item[key] for key in ("embargoeduntil", "embargoed") if item.get(key) not in (None, False)]
    if ends:
        text = next(filter(None, map(words, ends)), "")
        times |= {"embargoed_text": text} if text else {"embargo_open": True}
    return times


def _terms(item: Object) -> dict[str, Any]:
    """Read what an item is filed under."""
    subjects = [part for key in ("subject", "subjects") for part in objects(item.get(key))]
    services = [part for key in ("service", "services") for part in objects(item.get(key))]
    codes = list(dict.fromkeys(filter(None, map(_topic, subjects))))
    top = [code.rpartition(":")[2] for code in codes if code.endswith(_TOP_LEVEL)]
    keywords = item.get("keywords")
    keys = re.split(r"[,;]", keywords) if isinstance(keywords, str) else texts(keywords)
    return {
        "category_text": "; ".join(dict.fromkeys(_names(subjects) + top or _names(services))) or None,
        "subjects": tuple(codes),
        "keywords": tuple(key.strip() for key in keys or [words(item.get("slugline"))] if key.strip()),
        "genre": ", ".join(_names([part for key in ("genre", "genres") for part in objects(item.get(key))])) or None,
        "services": tuple(dict.fromkeys(filter(None, (first_of(part, "code", "name") for part in services)))),
        "places": tuple(dict.fromkeys(_names([p for key in ("place", "places") for p in objects(item.get(key))]))),
    }


def _names(parts: list[Object]) -> list[str]:
    return [name for part in parts if (name := words(part.get("name")))]


def _topic(part: Object) -> str | None:
    """Return a subject's code of the IPTC; one without a scheme is a Media Topic if its number can be.

    >>> _topic({"code": "15000000"}), _topic({"uri": "http://cv.iptc.org/newscodes/mediatopic/20000002"})
    ('medtop:15000000', 'medtop:20000002')
    >>> _topic({"code": "15054000"}), _topic({"code": "a"})
    ('subj:15054000', None)
    """
    code = first_of(part, "code", "uri", "literal", "qcode")
    found = _TOPIC.search(code)
    if not found:
        return None
    number, scheme = found["number"], f"{code} {words(part.get('scheme'))}".lower()
    if "subj" in scheme or not (number.endswith(_TOP_LEVEL) or number.startswith("20")):
        return f"subj:{number}"
    return f"medtop:{number}"


def _other_ids(item: Object) -> Iterator[str]:
    """Yield the URNs an item has elsewhere; shorter names may be anything."""
    for key in ("altids", "altid"):
        for text in leaves(item.get(key)):
            if text.lower().startswith("urn:"):
                yield news_id(text)


def _has_private_notes(item: Object) -> bool:
    """Tell whether there are notes to editors, or how persons can be reached."""
    people = [lowered(part) for key in ("person", "people") for part in objects(item.get(key))]
    notes = [value for key, value in item.items() if key.startswith("ednote")]
    return any(any(leaves(value)) for value in (*notes, *(part.get("contactinfo") for part in people)))
