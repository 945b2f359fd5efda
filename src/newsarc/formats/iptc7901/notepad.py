"""The public part of the notepad: links, places, the note of a correction, and notes to editors.

Source: samples/iptc7901/correction.txt, samples/iptc7901/notebook.txt, samples/iptc7901/identifier.txt
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from newsarc.article import RelatedLink
from newsarc.formats.iptc7901.text import has_contacts, points
from newsarc.wires import news_id
from newsarc.wording import fold_word

_SECTIONS = {
    **dict.fromkeys(("internet", "internet links", "internetlinks", "links", "weblinks"), "links"),
    **dict.fromkeys(("orte", "ort", "places", "place", "locations"), "places"),
    **dict.fromkeys(("berichtigung", "korrektur", "correction"), "correction"),
    **dict.fromkeys(("aktualisierung", "update"), "update"),
    **dict.fromkeys(("wiederholung", "refile", "repeat"), "repeat"),
    **dict.fromkeys(("redaktionelle hinweise", "redaktioneller hinweis"), "notes"),
    **dict.fromkeys(("note to editors", "notes to editors"), "notes"),
    **dict.fromkeys(
        (
            "kontakte", "kontakt", "dpa-kontakte", "ansprechpartner", "contacts", "contact", "dpa contacts", "autor",
            "autorin", "autoren", "author", "authors", "redaktion", "intern", "internal",
        ),
        "private",
    ),
}  # fmt: skip
_LINK = re.compile(r"\[(?P<title>[^\[\]]{0,1000})\]\s?\((?P<inside>[^()]{0,2000}(?:\([^()]{0,500}\)[^()]{0,500})?)\)")
_ADDRESS = re.compile(r"https?://\S+")
_IDENTIFIER = re.compile(r"\bKennung:?\s+(?P<urn>urn:[^\s,;()\[\]]+)", re.IGNORECASE)
_LONGEST_LINK = 4000  # characters of a note that is looked at for links


@dataclass(slots=True)
class Notepad:
    """What the public notepad says."""

    related: list[RelatedLink] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    signals: list[tuple[str, str]] = field(default_factory=list)
    """Signal and note."""
    identifier: str | None = None
    """The URN of the message that is corrected."""
    unparsed: list[str] = field(default_factory=list)
    is_private: bool = False
    """Something of it was left out."""


def read(lines: list[str]) -> Notepad:
    """Read a notepad without its private part; its first line is the title. Notes with contacts are left out."""
    found = Notepad()
    for title, notes in _sections(lines[1:]):
        what = _SECTIONS.get(fold_word(title.rstrip(":")), "")
        if what == "private":
            found.is_private = True
            continue
        if title and not what:
            found.unparsed.append(title)
        for note in notes:
            if what == "links" and "mailto:" not in note and (links := list(_links(note))):
                found.related += links
            elif what == "places" and (place := _LINK.match(note)):
                found.places.append(place["title"].strip())
                _keep(found, note)
            elif what in ("correction", "update", "repeat"):
                _read_note(found, what, note)
            else:
                _keep(found, note)
    return found


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield sections with their notes: points, or paragraphs; what stands before the first has no title."""
    title, notes, group = "", list[str](), list[str]()
    for line in [*lines, "## "]:
        is_title = line.startswith("##")
        if group and (is_title or not line):
            notes += filter(None, points(group))
            group = []
        if is_title:
            if title or notes:
                yield title, notes
            title, notes = line.strip("# ").strip(), []
        elif line:
            group.append(line)


def _links(note: str) -> Iterator[RelatedLink]:
    """Yield the links of a note: `[title](url)`, wrapped or not, or words and an address."""
    if len(note) > _LONGEST_LINK:
        return
    marked = list(_LINK.finditer(note))
    for link in marked:
        title = " ".join(link["title"].split())
        yield _related(title, "".join(link["inside"].split()), link[0])
    if not marked and (address := _ADDRESS.search(note)):
        title = note[: address.start()].rstrip(" :-–")
        yield _related(title, address[0].rstrip(".,;)"), note)


def _related(title: str, url: str, text: str) -> RelatedLink:
    return RelatedLink(title=title or None, title_confidence="exact" if title else None, text=text, url=url or None)


def _read_note(found: Notepad, signal: str, note: str) -> None:
    """Take the note of a correction and the id it may name."""
    if identifier := _IDENTIFIER.search(note):
        found.identifier = found.identifier or news_id(identifier["urn"].rstrip("."))
    if has_contacts(note):
        found.is_private = True
    else:
        found.signals.append((signal, note))


def _keep(found: Notepad, note: str) -> None:
    """Keep a public note that has no field, unless it holds contacts."""
    if has_contacts(note):
        found.is_private = True
    else:
        found.unparsed.append(note)
