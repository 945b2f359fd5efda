"""The body of a document of NITF, and the whole: headline, lead, text, links, media, and the notes for everybody."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from newsarc.article import Article, Block, Media, Origin, RelatedLink
from newsarc.documents import Document
from newsarc.formats.nitf.heads import Head, city_of
from newsarc.markup import blocks, children, descendants, first, links, text_of
from newsarc.source import Source
from newsarc.wires import credit_of, is_private, public_blocks, public_note, read_dateline, split_dateline, status_of
from newsarc.wording import fold_title

Element: TypeAlias = Any  # lxml ships no types

_LINKS = "EXTERNAL-LINKS"
_SHORT_HEADLINE = "ShortHeadLine"
_PRIVATE_NOTE = "npa"  # a note that is not for publication, by the standard
_KINDS: dict[str, Any] = {"image": "image", "photo": "image", "audio": "audio", "video": "video", "graphic": "graphic"}
_BEFORE_MARK = re.compile(r" (?=[,;.])")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_CUT = (".", "…", " ")


def read_document(source: Source, document: Document) -> Iterator[Article]:
    """Yield the record of a document, and one without text for another document whose status it changes."""
    root, head = document.root, Head(document.root)
    origin = Origin(
        name=source.name,
        format="nitf",
        encoding=document.encoding,
        sha256=source.sha256,
        offset=document.offset,
        length=document.length,
    )
    fields, change = head.management()
    fields |= head.codes()
    body = first(root, "body")
    fields |= _Body(body, head).fields()
    fields["language"] = (root.get("baselang") or _attribute(body, "baselang") or "").strip() or _xml_lang(root)
    if not fields["headline"] and fields["status"] == "usable":
        head.warnings.append("headline-missing")
    if not (fields["body"] or fields["lead"]) and fields["status"] == "usable":
        head.warnings.append("body-missing")
    warnings = tuple(dict.fromkeys((*document.warnings, *head.warnings)))
    yield Article(**fields, warnings=warnings, origin=origin)
    if change:
        yield Article(
            id=change.id,
            status=status_of(change.status).status,
            published_text=fields["published_text"],
            warnings=document.warnings,
            origin=origin,
        )


def _attribute(element: Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)


def _xml_lang(root: Element) -> str | None:
    return (root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip() or None


class _Body:
    """The body of a document, and what of it finds a field."""

    def __init__(self, body: Element | None, head: Head) -> None:
        self.head = head
        self.top = first(body, "body.head") if body is not None else None
        self.contents = list(children(body, "body.content")) if body is not None else []
        self.end = first(body, "body.end") if body is not None else None
        self.unparsed: list[str] = []
        self.is_cut = head.is_private_part_cut()
        self.taken: set[Element] = set()
        """What does not belong to the text of the body."""

    def fields(self) -> dict[str, Any]:
        """Read all of it."""
        fields = self._titles()
        place, credit = self._dateline()
        related, media = self._related(), self._media()
        self._notes()
        lead, body = self._text()
        body, is_cut = public_blocks(body)
        self.is_cut = self.is_cut or is_cut
        lead = self._lead(lead, body)
        for number, printed in ((-1, lead), (0, body[0].text if body and body[0].kind == "paragraph" else None)):
            found, sign, rest = split_dateline(printed or "")
            if found and (place is None or fold_title(found) == fold_title(place)):
                lead = rest if number < 0 else lead
                body[:1] = [Block(text=rest)] if not number else body[:1]
                place, credit = place or found, credit or sign
        distributor = _joined(self._head_part("distributor"))
        if self.is_cut:
            self.head.warnings.append("private-notes-omitted")
        return {
            **fields,
            "byline": ", ".join(filter(None, map(_joined, self._head_parts("byline")))) or None,
            "dateline": place,
            "credit": distributor or credit_of(credit),
            "lead": lead,
            "body": tuple(body),
            "related": tuple(related),
            "media": tuple(media),
            "unparsed": tuple(dict.fromkeys(self.unparsed)),
            **self._rights(),
        }

    def _head_parts(self, *names: str) -> list[Element]:
        return [] if self.top is None else list(descendants(self.top, *names))

    def _head_part(self, name: str) -> Element | None:
        return next(iter(self._head_parts(name)), None)

    def _titles(self) -> dict[str, Any]:
        """Tell headline, kicker and subhead apart; a line below the headline that repeats it is none."""
        titles: dict[str, Any] = {"headline": None, "kicker": None, "subhead": None}
        for element in self._head_parts("hl1", "hl2"):
            words = _line(element)
            is_first = element.tag.endswith("hl1")
            name = "headline" if is_first else "kicker" if element.get("class") == _SHORT_HEADLINE else "subhead"
            if words and not titles[name]:
                titles[name] = words
            elif words:
                self.unparsed.append(words)
        titles["headline"] = titles["headline"] or self.head.title()
        if titles["subhead"] and fold_title(titles["subhead"]) == fold_title(titles["headline"] or ""):
            titles["subhead"] = None
        return titles

    def _dateline(self) -> tuple[str | None, str | None]:
        """Return the place, and the sign in brackets; a mere time is no place."""
        dateline = self._head_part("dateline")
        if dateline is None:
            return None, None
        stamps = list(descendants(dateline, "story.date"))
        place, sign = read_dateline(text_of(dateline, without=stamps))
        tagged = next(descendants(dateline, "location"), None)
        return ((city_of(tagged) if tagged is not None else None) or place), sign

    def _rights(self) -> dict[str, Any]:
        printed = [_joined(element) for element in self._head_parts("rights")]
        return {"rights": "\n".join(filter(None, printed))} if any(printed) else {}

    def _related(self) -> list[RelatedLink]:
        found = []
        for content in self.contents:
            for block in descendants(content, "block"):
                if (block.get("style") or "").upper() == _LINKS:
                    self.taken.add(block)
                    found += [
                        RelatedLink(title=link.title, title_confidence="exact", text=link.title, url=link.url)
                        for link in links(block)
                    ]
                    self.unparsed += (one.text for one in blocks(block, without=set(descendants(block, "a"))))
        return found

    def _media(self) -> list[Media]:
        """Read pictures, films and sounds; the first reference that has an address stands for all its renditions."""
        found = []
        for content in (*self.contents, *([] if self.top is None else [self.top])):
            for element in descendants(content, "media"):
                self.taken.add(element)
                references = [one.get("source") for one in descendants(element, "media-reference")]
                caption = "\n".join(filter(None, map(text_of, descendants(element, "media-caption"))))
                credit = next(filter(None, map(_joined, descendants(element, "media-producer"))), None)
                kind = _KINDS.get((element.get("media-type") or "").lower(), "embed")
                url = next(filter(None, references), None)
                if caption or url:
                    found.append(Media(kind=kind, caption=caption or None, credit=credit, url=url))
        return found

    def _notes(self) -> None:
        """Keep the notes for everybody; those for editors, and the line that names who wrote it, are left out."""
        notes = self._head_parts("note")
        for content in self.contents:
            notes += descendants(content, "note")
        self.taken.update(notes)
        notes += [] if self.end is None else list(self.end)
        for note in notes:
            words, is_opened = public_note(text_of(note))
            if words and note.get("type") != _PRIVATE_NOTE and not is_private(words):
                self.unparsed.append(words)
                self.is_cut = self.is_cut or is_opened
            elif words or is_opened:
                self.is_cut = True

    def _text(self) -> tuple[str | None, list[Block]]:
        """Return the marked lead and the blocks of text."""
        leads = [
            element
            for content in self.contents
            for element in descendants(content, "p")
            if element.get("lead") == "true" or "lead" in (element.get("class") or "").lower().split()
        ]
        body: list[Block] = []
        for content in self.contents:
            only = next(iter(content), None)
            if only is not None and len(content) == 1 and only.tag.endswith("pre"):
                body += _kept_lines(only)
            else:
                body += blocks(content, without={*self.taken, *leads})
        return "\n".join(filter(None, map(text_of, leads))) or None, body

    def _lead(self, marked: str | None, body: list[Block]) -> str | None:
        """Take the abstract where no lead is marked; one that only repeats the beginning of the text is none."""
        abstract = "\n".join(block.text for element in self._head_parts("abstract") for block in blocks(element))
        text = "\n".join(filter(None, (marked, *(block.text for block in body))))
        if not any(map(str.isalnum, abstract)) or abstract.rstrip("".join(_CUT)) in text:
            return marked
        if marked:
            self.unparsed.append(abstract)
        return marked or abstract


def _line(element: Element | None) -> str | None:
    return " ".join(text_of(element).split()) or None


def _joined(element: Element | None) -> str | None:
    """Join the parts of a line with a blank."""
    if element is None:
        return None
    words = " ".join(" ".join(element.itertext()).split())
    return _BEFORE_MARK.sub("", words) or None


def _kept_lines(element: Element) -> Iterator[Block]:
    """Yield the paragraphs of a text in lines, which are kept."""
    for paragraph in _BLANK_LINE.split("".join(element.itertext()).strip()):
        lines = (" ".join(line.split()) for line in paragraph.splitlines())
        if text := "\n".join(filter(None, lines)):
            yield Block(text=text)
