"""What an item of NewsML-G2 says, part by part; a package is an item without text that points to others."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from newsarc.article import Article, Block, Media, Origin, RelatedLink
from newsarc.documents import Document
from newsarc.formats.newsmlg2.links import KINDS, read_links, remote_media
from newsarc.formats.newsmlg2.naming import (
    Parts,
    code_of,
    in_language,
    language_of,
    name_of,
    number_of,
    part_of,
    parts_of,
    tail_of,
    words_of,
)
from newsarc.formats.newsmlg2.notes import Notes, read_notes
from newsarc.formats.newsmlg2.texts import Text, read_text
from newsarc.markup import descendants, local
from newsarc.source import Source
from newsarc.wires import GENRES, credit_of, news_id, number_id, read_dateline, signal_of, split_dateline, status_of
from newsarc.wording import fold_title

Element: TypeAlias = Any  # lxml ships no types

_NUMBERS = "dpa7901rendition:iptc7901Id"
_NUMBERED = re.compile(r"(?:[^:]*:){6}(?P<own>\w[^:]*):(?P<of>[^:]*):(?P<day>\d{8})\d{6}[A-Z]*")
_MOST_URGENT, _LEAST_URGENT = 1, 9
_PLACES = ("cpnat:geoArea", "dpatype:geosubject")
_SUMMARIES = ("teaser", "summary", "abstract")
_LETTERS = re.compile(r"\b(?!(?:Uhr|MEZ|MESZ)\b)[^\W\d_]{2,}")


@dataclass(slots=True)
class _Item:
    """An item in its parts, and what becomes clear while it is read."""

    im: Parts
    cm: Parts
    language: str | None
    text: Text
    notes: Notes
    warnings: list[str]


def read_item(source: Source, document: Document) -> Article | None:
    """Read an item; None for a package that has neither id nor headline.

    Raises:
        MarkupTooDeep: Escaped markup in it lies too deep to be read without loss.
    """
    root = document.root
    parts = parts_of(root)
    im, cm = parts_of(part_of(parts, "itemMeta")), parts_of(part_of(parts, "contentMeta"))
    content = parts_of(part_of(parts, "contentSet"))
    language = (_attribute(cm, "language", "tag") or language_of(root) or "").strip() or None
    text = read_text(content, f"{source.name} at byte {document.offset}")
    item = _Item(im, cm, language, text, read_notes(im.get("edNote", ())), list(document.warnings))
    is_package = local(root) == "packageitem"
    name = news_id(root.get("guid") or "")
    fields = {**_titles(item), **_links(item, parts, content)}
    if is_package and not name and not fields["headline"]:
        return None
    fields |= {**_text(item), **_meta(item), **_management(item, root), **_subjects(item)}
    fields["rights"] = _rights(parts, language)
    if item_kind := _kind(item, is_package=is_package):
        fields["kind"] = item_kind
    fields["unparsed"] = tuple(_unparsed(item, fields))
    if not fields["headline"] and fields["status"] == "usable":
        item.warnings.append("headline-missing")
    if not (fields["body"] or fields["lead"] or item_kind) and fields["status"] == "usable":
        item.warnings.append("body-missing")
    if item.notes.is_cut or text.is_cut:
        item.warnings.append("private-notes-omitted")
    origin = Origin(
        name=source.name,
        format="newsmlg2",
        encoding=document.encoding,
        sha256=source.sha256,
        offset=document.offset,
        length=document.length,
    )
    return Article(id=name, **fields, warnings=tuple(dict.fromkeys(item.warnings)), origin=origin)


def _attribute(parts: Parts, name: str, attribute: str) -> str | None:
    part = part_of(parts, name)
    return part.get(attribute) if part is not None else None


def _titles(item: _Item) -> dict[str, Any]:
    """Tell headline, kicker and subhead apart: by role, by rank, by order. Others are noted as not placed."""
    titles: dict[str, str | None] = {"headline": None, "kicker": None, "subhead": None}
    headlines = in_language(item.cm.get("headline", ()), item.language)
    for element in sorted(headlines, key=lambda one: one.get("rank") or "1"):
        words, role = words_of(element), tail_of(code_of(element, "role", "roleuri"))
        place = "kicker" if element.get("rank") == "3" or "kicker" in role else "subhead" if "sub" in role else ""
        place = place or ("subhead" if titles["headline"] else "headline")
        if words and not titles[place]:
            titles[place] = words
        elif words:
            item.text.around.append(words)
    titles["headline"] = titles["headline"] or item.text.headline or words_of(part_of(item.im, "title"))
    if item.text.headline:
        item.text.around.append(item.text.headline)
    return titles


def _text(item: _Item) -> dict[str, Any]:
    """Choose between what a field says and what the text says of itself: the field wins, the other is kept."""
    text, cm = item.text, item.cm
    summaries: list[str] = []
    for element in in_language(cm.get("description", ()), item.language):
        if words := words_of(element):
            is_first = tail_of(code_of(element, "role", "roleuri")) in _SUMMARIES
            summaries.insert(0 if is_first else len(summaries), words)
    lead = next(iter(summaries), None) or text.lead
    bylines = [words for element in cm.get("by", ()) if (words := words_of(element))]
    place, sign = _dateline(text, words_of(part_of(cm, "dateline")) or text.dateline)
    text.around += (*summaries[1:], *filter(None, (text.lead, text.byline)))
    if text.dateline and read_dateline(text.dateline)[0] != place:
        text.around.append(text.dateline)
    return {
        "lead": lead,
        "byline": ", ".join(bylines) or text.byline,
        "dateline": place,
        "body": tuple(text.body),
        "credit": words_of(part_of(cm, "creditline")) or credit_of(sign),
    }


def _dateline(text: Text, printed: str | None) -> tuple[str | None, str | None]:
    """Return the place and the sign; take them off the first paragraph, if they stand there without a mark, too."""
    place, sign = read_dateline(printed) if printed else (None, None)
    if not text.body or text.body[0].kind != "paragraph":
        return place, sign
    words, start = text.body[0].text, " ".join((printed or "").split())
    if start and words.startswith(start):
        rest = words[len(start) :].lstrip(" -–—")
        text.body[:1] = [Block(text=rest)] if rest else []
        return place, sign
    found, found_sign, rest = split_dateline(words)
    if found and (place is None or fold_title(found) == fold_title(place)):
        text.body[0] = Block(text=rest)
        return place or found, sign or found_sign
    return place, sign


def _meta(item: _Item) -> dict[str, Any]:
    """Read what stands in single elements."""
    cm, language = item.cm, item.language
    services = (tail_of(code_of(one)) or name_of(one, language) for one in item.im.get("service", ()))
    return {
        "language": language,
        "urgency": _urgency(item),
        "genre": _genre(item),
        "services": tuple(dict.fromkeys(filter(None, services))),
        "keywords": _keywords(item),
        "alternate_ids": tuple(dict.fromkeys(_numbers(cm.get("altId", ())))),
    }


def _urgency(item: _Item) -> int | None:
    words = words_of(part_of(item.cm, "urgency"))
    number = number_of(words)
    if number is not None and _MOST_URGENT <= number <= _LEAST_URGENT:
        return number
    item.warnings += ["number-unreadable"] * bool(words)
    return None


def _genre(item: _Item) -> str | None:
    """Read the genre: dpa's own by its name or number, else the first of others that has a name."""
    genres = item.cm.get("genre", [])
    genres = sorted(genres, key=lambda one: not code_of(one).startswith("dpatextgenre:"))
    for genre in genres:
        code = code_of(genre)
        number = number_of(tail_of(code)) if code.startswith("dpatextgenre:") else None
        if found := name_of(genre, item.language) or GENRES.get(number or 0):
            return found
    return item.text.genre


def _keywords(item: _Item) -> tuple[str, ...]:
    """Return the names of dpa's subjects, then the keywords by rank; where there are none, the parts of the slug."""
    subjects = (one for one in item.cm.get("subject", ()) if _type(one) == "dpatype:dpasubject")
    elements = sorted(
        in_language(item.cm.get("keyword", ()), item.language), key=lambda one: number_of(one.get("rank")) or 0
    )
    found = [name_of(one, item.language) for one in subjects] + [words_of(one) for one in elements]
    slug = part_of(item.cm, "slugline")
    if not any(found) and slug is not None:
        separator = slug.get("separator") or "/"
        found += (" ".join(word.split()) for word in (words_of(slug) or "").split(separator))
    return tuple(dict.fromkeys(filter(None, found)))


def _type(element: Element) -> str:
    return code_of(element, "type", "typeuri")


def _numbers(elements: Iterable[Element]) -> Iterator[str]:
    """Yield the ids that copies of the 7901 wire get: of the message it corrects, and of its own number."""
    for element in elements:
        found = _NUMBERED.fullmatch((element.text or "").strip()) if element.get("type") == _NUMBERS else None
        if found:
            numbers = (*re.findall(r"[a-z]{2} (\w+)", found["of"]), found["own"])
            yield from filter(None, (number_id(found["day"], number) for number in numbers))


def _management(item: _Item, root: Element) -> dict[str, Any]:
    """Read version, status, times and signals."""
    im = item.im
    status, warnings = status_of(tail_of(code_of(part_of(im, "pubStatus"))))
    item.warnings += warnings
    fields: dict[str, Any] = {"status": status, "published_text": words_of(part_of(im, "versionCreated"))}
    if version := number_of(root.get("version")):
        fields |= {"version": version, "version_by": "provider"}
    elif root.get("version"):
        item.warnings.append("number-unreadable")
    if (embargo := part_of(im, "embargoed")) is not None:
        fields["embargoed_text"] = words_of(embargo)
        fields["embargo_open"] = fields["embargoed_text"] is None
    codes = [code for one in im.get("signal", ()) if (code := code_of(one) or one.get("literal") or "")]
    note = next(iter(item.notes.corrections), None)
    signals = [word for code in codes for word in signal_of(code, note if code == "sig:correction" else None)]
    fields["signals"] = tuple(dict.fromkeys(signals))
    item.text.around += item.notes.corrections[int("sig:correction" in codes) :]
    return fields


def _subjects(item: _Item) -> dict[str, Any]:
    """Sort subjects: dpa's desks, places, and codes of the IPTC; a code within a subject is another one's."""
    desks: list[str | None] = []
    places: list[str | None] = []
    codes: list[str] = []
    broader: list[str] = []
    for subject in item.cm.get("subject", ()):
        kind, code = _type(subject), code_of(subject)
        if kind == "dpatype:category":
            desks.append(code.rpartition(":")[2] or name_of(subject, item.language))
        elif kind in _PLACES:
            places.append(name_of(subject, item.language))
        elif code.startswith(("medtop:", "subj:")):
            codes.append(code)
            broader += _tops(descendants(subject, "broader"))
        elif code.startswith("dpasubject:"):
            codes += (
                same for one in parts_of(subject).get("sameAs", ()) if (same := code_of(one)).startswith("medtop:")
            )
    if not any(desks):
        codes += broader
    return {
        "category_text": "; ".join(dict.fromkeys(filter(None, desks))) or None,
        "places": tuple(dict.fromkeys(filter(None, places))),
        "subjects": tuple(dict.fromkeys(codes)),
    }


def _tops(elements: Iterable[Element]) -> Iterator[str]:
    """Yield the topics of the highest level that stand above a deep one."""
    for element in elements:
        code = code_of(element)
        if code.startswith("medtop:") and code.endswith("000000"):
            yield code


def _links(item: _Item, parts: Parts, content: Parts) -> dict[str, Any]:
    """Read related links and media: from the item's head, its text, its group set and what lies elsewhere."""
    related, media = read_links(item.im.get("link", ()))
    for group in parts_of(part_of(parts, "groupSet")).get("group", ()):
        of_group, media_of_group = read_links(_with_class(parts_of(group).get("itemRef", ())))
        related += of_group
        media += media_of_group
    known = {link.url for link in related}
    related += (link for link in item.text.related if link.url not in known)
    caption = words_of(part_of(item.cm, "description"))
    credit = words_of(part_of(item.cm, "creditline"))
    kind = tail_of(code_of(part_of(item.im, "itemClass")))
    media += [*remote_media(content, caption, credit, kind), *item.text.media]
    return {"related": _unique(related), "media": _unique(media)}


def _with_class(references: Iterable[Element]) -> Iterator[Element]:
    """Yield the references of a package that say what they point to."""
    return (one for one in references if len(one) or one.get("href"))


def _unique(found: list[RelatedLink] | list[Media]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(found))


def _rights(parts: Parts, language: str | None) -> str | None:
    """Read the terms of use, in the item's language."""
    found: list[str] = []
    for info in in_language(parts.get("rightsInfo", ()), language):
        of_info = parts_of(info)
        for name in ("copyrightNotice", "usageTerms"):
            found += filter(None, map(words_of, in_language(of_info.get(name, ()), language)))
    return "\n".join(dict.fromkeys(found)) or None


def _kind(item: _Item, *, is_package: bool) -> str | None:
    """Tell what sort of item it is; None for a text, whose genre and desk say more."""
    if tail_of(code_of(part_of(item.im, "itemClass"))) in KINDS:
        return "media"
    return "digest" if is_package else None


def _unparsed(item: _Item, fields: dict[str, Any]) -> Iterator[str]:
    """Yield public notes, and what stands around the text and repeats no field."""
    names = ("headline", "kicker", "subhead", "lead", "byline", "credit", "genre", "published_text", "dateline")
    slug = words_of(part_of(item.cm, "slugline")) or ""
    said = [*(fields[name] for name in names), slug, "/".join(fields["keywords"]), *fields["keywords"]]
    known = {fold_title(word).strip("/ ") for word in said if word}
    around = filter(_LETTERS.search, item.text.around)  # a time above the text repeats the version's
    for note in (*item.notes.public, *item.text.notes, *around):
        folded = fold_title(note).strip("/ ")
        if folded not in known:
            known.add(folded)
            yield note
