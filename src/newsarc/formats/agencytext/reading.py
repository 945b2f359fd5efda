"""What the paragraphs of one story are: kicker, headline, lead, byline, date, text, code line, pictures, notes.

What stands in front of the dateline is the head, what follows it the text; without a dateline the text begins at the
first paragraph that ends like a sentence. What belongs to the page goes to `unparsed`.

Source: samples/agencytext/full.txt, samples/agencytext/other-portal.txt, samples/agencytext/stock-market.txt
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from newsarc.article import Article, Block, Media, Origin
from newsarc.dumps.grammar import DATELINE, RULE
from newsarc.encoding import mend
from newsarc.formats.agencytext.cutting import Story
from newsarc.formats.agencytext.grammar import (
    DESK_CODE,
    GLUED_DATE,
    NOTEPAD,
    byline,
    caption,
    code_line,
    credit_at_end,
    dated,
    is_agency,
    is_closing_line,
    is_contact,
    is_cry,
    is_kicker,
    is_title,
    opener,
    stands_beside,
    without_tail,
)
from newsarc.sentences import ends_like_sentence
from newsarc.source import Source
from newsarc.wires import names_a_contact, opens_private_part

_URN = "urn:newsml:dpa.com:20090101:"
_MOST_KICKER_ALONE = 3  # words of a kicker in front of a headline that asks
_MOST_HEADING_WORDS = 10
_LONGEST_HEADING = 100  # characters
_REGION = re.compile(r"[a-z]{2,3}")
_STARS = re.compile(r"[*\s]+")


@dataclass(slots=True)
class _Found:
    """What was found so far of a story."""

    dates: list[str] = field(default_factory=list)
    updated: str | None = None
    byline: str | None = None
    credit: str | None = None
    services: tuple[str, ...] = ()
    rights: str | None = None
    number: str | None = None
    version: str | None = None
    media: list[Media] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)
    is_private: bool = False

    def note(self, text: str) -> None:
        """Keep what has no place, unless it tells how to reach somebody: that is for editors."""
        if names_a_contact(text):
            self.is_private = True
        else:
            self.unparsed.append(text)


def read_story(source: Source, story: Story) -> Article:
    """Turn one story into an article, its dates as printed."""
    texts, warnings = _mended([paragraph.text for paragraph in story.paragraphs])
    found = _Found()
    public = _public(texts, found)
    start = next((place for place, text in enumerate(public) if opener(text)), None)
    if start is None:
        start = _start_of_text(public)
    titles = _head(public[:start], found, story)
    headline, kicker, lead = _titles(titles, found)
    blocks, dateline = _text(public[start:], found)
    published = _published(found)
    if headline is None:
        warnings.append("headline-missing")
    if found.is_private:
        warnings.append("private-notes-omitted")
    return Article(
        id=f"dpa:{found.number}" if found.number else "",
        version=_version(found.version) or 1,
        version_by="provider" if _version(found.version) else "archive",
        headline=headline,
        kicker=kicker,
        lead=lead,
        byline=found.byline,
        dateline=dateline,
        body=blocks,
        credit=found.credit,
        rights=found.rights,
        services=found.services,
        published_text=published,
        updated_text=found.updated,
        alternate_ids=(_URN + found.number,) if found.number else (),
        media=tuple(dict.fromkeys(found.media)),
        unparsed=tuple(found.unparsed),
        warnings=tuple(warnings),
        origin=Origin(
            name=source.name,
            format="agencytext",
            encoding=story.encoding,
            sha256=source.sha256,
            offset=story.offset,
            length=story.length,
        ),
    )


def _mended(texts: list[str]) -> tuple[list[str], list[str]]:
    """Repair the umlauts of a story and bring it to NFC; no repair crosses a line end."""
    text = "\n".join(texts)
    mended, warnings = mend(text)
    return (texts if mended is text else [line.strip() for line in mended.split("\n")]), warnings


def _version(printed: str | None) -> int | None:
    return int(printed) or None if printed else None


def _published(found: _Found) -> str | None:
    """Choose the time of a story as printed; the code line's day is the last resort, but better than 05/06/2023."""
    code = f"dpa:{found.number}" + f"/{found.version}" * bool(found.version) if found.number else None
    chosen = next((date for date in found.dates if not code or "/" not in date), code)
    found.unparsed += [date for date in found.dates if date != chosen]
    return chosen


def _public(texts: list[str], found: _Found) -> list[str]:
    """Leave out what is not for publication, and note what stands in a notepad.

    Private is what follows the words that say so, in a notepad what follows a line of stars, until a dateline, a code
    line or a rule; and the agency's closing line, and whom an editor may ask.
    """
    public: list[str] = []
    is_notepad = is_private = False
    for text in texts:
        if not text:
            continue
        is_end = opener(text) or code_line(text)
        is_rule = RULE.fullmatch(text) and not _STARS.fullmatch(text)
        if is_end or (is_rule and is_private):
            is_notepad = is_private = False
        elif NOTEPAD.fullmatch(text):
            is_notepad = True
        elif opens_private_part(text) and (is_notepad or not _STARS.fullmatch(text)):
            is_private = True
            if public and _STARS.fullmatch(public[-1]):
                public.pop()
        if is_private or (not is_end and (is_closing_line(text) or is_contact(text))):
            found.is_private = True
        elif is_notepad:
            found.note(text)
        else:
            public.append(text)
    return public


def _start_of_text(texts: list[str]) -> int:
    """Find where the text of a story without an agency's dateline begins: at its first sentence."""
    for place, text in enumerate(texts):
        if ends_like_sentence(DESK_CODE.sub("", text)) and not (caption(text) or stands_beside(text) or dated(text)):
            return place
    return len(texts)


def _head(texts: list[str], found: _Found, story: Story) -> list[str]:
    """Sort what stands in front of the text; returns what may be titles, the last printing of each.

    An empty string stands where something else was between them. No title tells how to reach somebody.
    """
    titles: list[str] = []
    last = len(texts) - 1
    for place, text in enumerate(texts):
        if glued := GLUED_DATE.match(text):
            found.note(glued["date"])
            text = text[glued.end() :]  # noqa: PLW2901 - the rest of it
        if not text or RULE.fullmatch(text):
            if text and 0 < place < last:
                found.note(text)
            continue
        if _take_date(text, found, is_of_page=story.is_first and not story.is_last and place < last) or _take_meta(
            text, found
        ):
            titles.append("")
            continue
        text, tail = without_tail(text)  # noqa: PLW2901
        if tail:
            found.dates.append(tail["date"])
            _take_credit((tail["credit"] or "").removeprefix("von "), found)
            if tail["count"]:
                found.note(tail["count"])
        if names_a_contact(text):
            found.note(text)
        else:
            titles.append(text)
    last_of = {text: place for place, text in enumerate(titles)}
    return [text for place, text in enumerate(titles) if not text or last_of[text] == place]


def _take_date(text: str, found: _Found, *, is_of_page: bool = False) -> bool:
    """Take a date; a day alone in front of the first of several headlines is that of the page."""
    printed = dated(text)
    if not printed:
        return False
    if printed.word == "aktualisiert" and not found.updated:
        found.updated = printed.date
    elif is_of_page and not printed.has_clock:
        found.unparsed.append(text)
    else:
        found.dates.append(printed.date)
    return True


def _take_meta(text: str, found: _Found) -> bool:
    """Take byline, caption, code line, and what belongs to the page."""
    if who := byline(text):
        if text.startswith("Von") and " " not in who and is_agency(who):
            _take_credit(who, found)
        elif found.byline is None:
            found.byline = text
        elif found.byline != text:
            found.note(text)
        return True
    if picture := caption(text):
        found.media.append(Media(caption=picture[0], credit=picture[1]))
        return True
    if code := code_line(text):
        if found.number is None:
            found.rights, found.number, found.version = code
            found.credit = found.credit or "dpa"
        elif (found.number, found.version) != code[1:]:
            found.note(text)
        return True
    if stands_beside(text):
        found.note(text)
        return True
    return False


def _take_credit(sign: str, found: _Found) -> None:
    """Take an agency's sign: its regional service is none that must be named."""
    if not sign or sign == found.credit:
        return
    first, *rest = sign.split("/")
    if first == "dpa" and rest and all(_REGION.fullmatch(part) and not is_agency(part) for part in rest):
        found.services = found.services or tuple(rest)
        sign = first
    if found.credit not in (None, sign):
        found.note(sign)
    else:
        found.credit = sign


def _titles(titles: list[str], found: _Found) -> tuple[str | None, str | None, str | None]:
    """Tell headline, kicker and lead: sentences in front of the text are the lead, a title before them the headline."""
    leads: list[str] = []
    rest = list(titles)
    while rest and (not rest[-1] or not is_title(rest[-1])):
        leads.append(rest.pop())
    leads = [text for text in reversed(leads) if text]
    before = next((text for text in reversed(rest) if text), None)
    if leads and is_cry(leads[0]) and (before is None or (before.count(" ") < _MOST_KICKER_ALONE and len(leads) > 1)):
        rest = [*rest, leads.pop(0)]
    headline = rest.pop() if rest else None
    kicker = rest.pop() if rest and rest[-1] and is_kicker(rest[-1]) else None
    for text in rest:
        if text:
            found.note(text)
    return headline, kicker, " ".join(leads) or None


def _text(texts: list[str], found: _Found) -> tuple[tuple[Block, ...], str | None]:
    """Sort the text and what follows it; returns its blocks and the place it begins with."""
    if not texts:
        return (), None
    dateline, first = _without_place(texts[0], found)
    kept = [text for text in _kept([first, *texts[1:]], found) if text]
    if kept and (without := credit_at_end(kept[-1]))[1] and found.credit in (None, without[1]):
        _take_credit(without[1] or "", found)
        kept[-1:] = [without[0]] if without[0] else []
    return tuple(_block(text, is_last=place == len(kept) - 1) for place, text in enumerate(kept)), dateline


def _kept(texts: list[str], found: _Found) -> Iterator[str]:
    """Yield the paragraphs that are text; what follows a code line is none."""
    is_over = False
    for place, text in enumerate(texts):
        is_over = is_over or code_line(text) is not None
        if _take_date(text, found) or _take_meta(text, found):
            continue
        if is_over or RULE.fullmatch(text):
            if place < len(texts) - 1 or not RULE.fullmatch(text):
                found.note(text)
        else:
            yield _without_desk_code(text, found)


def _without_place(text: str, found: _Found) -> tuple[str | None, str]:
    """Take the dateline off the first paragraph: one with an agency's sign, or the place alone."""
    if opened := opener(text):
        sign_of_byline, found.credit = found.credit, None
        _take_credit(opened.sign, found)
        if sign_of_byline not in (None, found.credit):
            found.note(sign_of_byline or "")
        return opened.place, text[opened.length :]
    if place := DATELINE.match(text):
        return place["place"], text[place.end() :]
    return None, text


def _without_desk_code(text: str, found: _Found) -> str:
    """Take the signs of author and desk off the end of a paragraph."""
    code = DESK_CODE.search(text[-40:])
    if not code:
        return text
    found.note(code["code"])
    return text[: len(text) - len(code[0])].rstrip()


def _block(text: str, *, is_last: bool) -> Block:
    """Say what a paragraph is; a short one without a mark, with text after it, is a heading."""
    if text.startswith("•"):
        return Block(kind="list", text=text[1:].strip())
    is_short = len(text) < _LONGEST_HEADING and text.count(" ") < _MOST_HEADING_WORDS
    if is_short and not is_last and text[-1].isalnum():
        return Block(kind="heading", text=text)
    return Block(text=text)
