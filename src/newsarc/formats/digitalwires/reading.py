"""A message of digitalwires becomes an article: each of its keys a field of the record."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from newsarc.article import Article, Block, Media, Origin, RelatedLink
from newsarc.errors import ParseError
from newsarc.formats.digitalwires.notes import Notes, notes_of, public_texts
from newsarc.formats.digitalwires.texts import Text, read_dateline, read_infobox, read_links, read_text
from newsarc.source import Source
from newsarc.strictjson import Document, Object, leaves, misfits, number, objects, texts, words
from newsarc.strictjson import Kind as Shape
from newsarc.wires import GENRES, news_id, signal_of, status_of, urgency_of, version_of

_TEXTS = (
    "urn", "version", "version_created", "signal", "language", "urgency", "kicker", "headline", "subhead", "teaser",
    "byline", "dateline", "article_html", "infobox_html", "linkbox_html", "creditline", "copyrightnotice",
    "usageterms", "autopublishnotice",
)  # fmt: skip
_SHAPES: dict[str, Shape] = {
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(("categories", "associations"), "objects"),
    **dict.fromkeys(("desk_names", "dpasubject_names", "keyword_names", "geosubject_names"), "texts"),
}
_MEDIA: dict[str, Any] = {
    "image": "image", "picture": "image", "photo": "image", "graphic": "graphic", "infographic": "graphic",
    "audio": "audio", "video": "video",
}  # fmt: skip
_OF_MACHINES = frozenset(("role", "type", "qcode", "rank", "language", "lang", "format", "mimetype", "urn", "version"))


def read(source: Source, document: Document, name: str) -> Article:
    """Read one message.

    Raises:
        ParseError: It has neither an id nor a text; or its HTML cannot be read.
        MarkupTooDeep: Its HTML cannot be read without loss.
    """
    value, where = document.value, f"{source.name} at byte {document.offset}"
    said = {key: words(value.get(key)) for key in _TEXTS}
    status = status_of(" ".join(leaves(value.get("pubstatus"))))
    version = version_of(said["version"])
    urgency, doubts = urgency_of(said["urgency"])
    notes = notes_of(value, where)
    terms = _terms_of(value)
    signals = tuple(_signals(said["signal"], terms.get("signal", ()), notes))
    text = _text(said, where)
    place, sign, date = read_dateline(text.dateline)
    related, beside = read_links(said["linkbox_html"], where) if said["linkbox_html"] else ((), ())
    media, other_stories = _associations(value)
    described = tuple(_descriptions(value.get("descriptions")))
    is_media = not text.body and bool(media) and status.status != "canceled"
    wrong = tuple(misfits(value, _SHAPES))
    article = Article(
        id=news_id(said["urn"]),
        version=version.version,
        version_by=version.version_by,
        status=status.status,
        kind="media" if is_media else "article",
        headline=said["headline"] or None,
        kicker=said["kicker"] or None,
        subhead=said["subhead"] or None,
        lead=said["teaser"] if said["teaser"] not in ("", said["headline"]) else None,
        byline=said["byline"] or None,
        dateline=place,
        body=tuple(Block(text=words_of) for words_of in described) if is_media else text.body,
        signals=signals,
        urgency=urgency,
        language=said["language"] or None,
        credit=said["creditline"] or sign,
        rights="\n".join(filter(None, (said["copyrightnotice"], said["usageterms"]))) or None,
        published_text=said["version_created"] or None,
        related=(*related, *other_stories),
        media=tuple(dict.fromkeys((*media, *text.media))),
        **_categories(value, terms),
        **_embargo(value.get("embargoed")),
        unparsed=tuple(filter(None, (
            *text.beside, date, *(() if is_media else described), *beside, said["autopublishnotice"],
            *public_texts(notes), *wrong,
        ))),
        origin=Origin(
            name=source.name, format=name, encoding=document.encoding, sha256=source.sha256,
            offset=document.offset, length=document.length,
        ),
    )  # fmt: skip
    if not (article.id or article.headline or article.lead or article.body or article.media):
        raise ParseError(where, "neither urn, nor headline, nor text")
    warnings = (
        *document.warnings, *status.warnings, *version.warnings, *doubts,
        *["private-notes-omitted"] * (notes.is_cut or text.is_cut), *["field-unreadable"] * bool(wrong),
        *["headline-missing"] * (not article.headline and status.status != "canceled"),
        *["cancel-unlinked"] * (not article.id and status.status == "canceled"),
    )  # fmt: skip
    return article.model_copy(update={"warnings": tuple(dict.fromkeys(warnings))}) if warnings else article


def _text(said: dict[str, str], where: str) -> Text:
    """Read the text, and behind it the infobox."""
    text = read_text(said["article_html"], said["dateline"], where) if said["article_html"] else Text()
    text = text if text.dateline else text._replace(dateline=said["dateline"])
    if not said["infobox_html"]:
        return text
    box = read_infobox(said["infobox_html"], where)
    return text._replace(body=text.body + box.body, media=text.media + box.media, is_cut=text.is_cut or box.is_cut)


def _embargo(printed: Any) -> dict[str, Any]:
    """Read the end of an embargo; what is empty or no text is an embargo without an end."""
    if printed is None or printed is False:
        return {}
    text = words(printed)
    return {"embargoed_text": text} if text else {"embargo_open": True}


def _signals(signal: str, terms: Iterable["_Term"], notes: Notes) -> Iterator[str]:
    """Yield the signal with its note, then those that only the categories name, as they are."""
    word = signal.rpartition(":")[2].lower()
    note = None
    if signal_of(signal) == (word,):
        roles = dict.fromkeys(role for name in (word, "correction") for role in (f"{name}short", name))
        note = notes.taken(*roles, f"{word}_consumerready", "correction_consumerready")
    yield from signal_of(signal, note)
    for term in terms:
        if term.code != signal:
            yield from signal_of(term.code)


class _Term(NamedTuple):
    """One category."""

    name: str
    code: str


def _terms_of(value: Object) -> dict[str, list[_Term]]:
    """Return the categories by their types (`desk` of `dnltype:desk`)."""
    terms: dict[str, list[_Term]] = {}
    for part in objects(value.get("categories")):
        kind = words(part.get("type")).rpartition(":")[2]
        terms.setdefault(kind, []).append(_Term(words(part.get("name")), words(part.get("qcode"))))
    return terms


def _categories(value: Object, terms: dict[str, list[_Term]]) -> dict[str, Any]:
    """Read what the categories say: keywords, desk, topics, genre, services, places."""

    def names(kind: str) -> list[str]:
        return [term.name for term in terms.get(kind, ()) if term.name] or texts(value.get(f"{kind}_names"))

    def codes(kind: str) -> list[str]:
        return [term.code.rpartition(":")[2] for term in terms.get(kind, ()) if term.code]

    every = (term.code for group in terms.values() for term in group)
    return {
        "keywords": _once(names("dpasubject") + names("keyword")),
        "category_text": "; ".join(dict.fromkeys(codes("desk") or names("desk"))) or None,
        "subjects": _once(code for code in every if code.startswith("medtop:")),
        "genre": next(_genres(terms.get("genre", ())), None),
        "services": _once(codes("wire")),
        "places": _once(names("geosubject")),
    }


def _genres(terms: Iterable[_Term]) -> Iterator[str]:
    """Yield the genres of texts; those of pictures and of other agencies are none."""
    for term in terms:
        scheme, _, code = term.code.rpartition(":")
        if scheme == "dpatextgenre" and (name := term.name or GENRES.get(number(code) or 0, "")):
            yield name


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _associations(value: Object) -> tuple[tuple[Media, ...], tuple[RelatedLink, ...]]:
    """Read what comes with a message: pictures, sound and films; another story is a related link."""
    media: list[Media] = []
    stories: list[RelatedLink] = []
    for part in objects(value.get("associations")):
        kind = _MEDIA.get(words(part.get("type")).lower())
        title, caption = words(part.get("headline")), words(part.get("caption"))
        credit = words(part.get("creditline")) or words(part.get("byline"))
        url = _largest(part.get("renditions")) or words(part.get("url"))
        if not kind and title and not part.get("renditions"):
            stories.append(RelatedLink(title=title, title_confidence="exact", teaser=caption or None,
                                       text="\n".join(filter(None, (title, caption))), url=url or None))  # fmt: skip
        elif kind or caption or url:
            said = "\n".join(dict.fromkeys(filter(None, (title, caption))))
            media.append(Media(kind=kind or "image", caption=said or None, credit=credit or None, url=url or None))
    return tuple(media), tuple(stories)


def _largest(renditions: Any) -> str:
    """Return the address of the rendition with the most points."""
    found = [(part, words(part.get("url"))) for part in objects(renditions)]
    sized = [((number(part.get("width")) or 0) * (number(part.get("height")) or 0), url) for part, url in found if url]
    return max(sized, key=lambda size: size[0], default=(0, ""))[1]


def _descriptions(value: Any) -> Iterator[str]:
    """Yield each description, a text or an object that holds one."""
    for part in value if isinstance(value, list) else [value]:
        said = {key: text for key, text in part.items() if key not in _OF_MACHINES} if isinstance(part, dict) else part
        yield from leaves(said)
