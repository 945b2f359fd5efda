"""What one message says: header, headline block, text and notepad become an article, dates and sections as printed.

Source: samples/iptc7901/
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from newsarc.article import Article, Block, Origin
from newsarc.errors import ParseError, SourceError, TooLarge
from newsarc.formats.iptc7901 import headlines, notepad, text
from newsarc.formats.iptc7901.cutting import Piece
from newsarc.formats.iptc7901.frame import Frame, german_day, open_frame
from newsarc.formats.iptc7901.headlines import Headlines
from newsarc.formats.iptc7901.notepad import Notepad
from newsarc.source import Source
from newsarc.wires import REGIONAL_SIGNS, number_id

_LANGUAGES = {"eca": "en", "ecp": "en", "ldi": "es"}
_PRIORITIES = {"1": "flash", "2": "urgent"}
_DATED_NUMBER = re.compile(r"(?P<number>(?P<day>\d{6})-\d+-\d+)(?:#(?P<version>\d{1,9}))?")


class _Named(NamedTuple):
    """Which story a message is, or is about."""

    id: str
    others: tuple[str, ...]
    version: int | None
    is_other: bool
    """The header or the notepad names another message."""


def read_message(source: Source, piece: Piece) -> Article | SourceError:
    """Turn one message into an article, or say why that cannot be done; never raises."""
    where = f"{source.name} at byte {piece.offset}"
    if piece.length > source.longest:
        return TooLarge(where, f"one message has {piece.length:,} bytes")
    frame = open_frame(piece.data)
    if frame is None:
        return ParseError(where, f"{piece.length:,} bytes begin with no header such as bdt0142 3 vm 98 dpa 0817")
    block, rest = headlines.split(frame.text)
    head = headlines.read(block)
    sign = frame.header["agnt"] or ""
    lines, notes, is_omitted = text.public_part(rest, sign)
    pad = notepad.read(notes)
    blocks, unparsed = _told_apart(text.blocks(lines))
    public = tuple(found for found in blocks if not text.is_contact(found.text))
    lead, place, credit, body = text.lead_and_body(public)
    if not (head.headline or body or lead or head.is_canceled):
        return ParseError(where, f"{piece.length:,} bytes have a header, but neither headline nor text")
    warnings = list(frame.warnings)
    ending = [line for line in frame.rest if not text.has_contacts(line)]
    if is_omitted or pad.is_private or len(public) < len(blocks) or len(ending) < len(frame.rest):
        warnings.append("private-notes-omitted")
    named = _named(frame, head, pad, body)
    if head.is_canceled and not named.is_other:
        warnings.append("cancel-unlinked")
    if not head.headline:
        warnings.append("headline-missing")
    if not frame.time_line:
        warnings.append("date-unreadable")
    signals = _signals(frame, head, pad)
    service = (frame.header["dnst"] or "").strip()
    is_english = bool(notes) and "notebook" in notes[0].lower()
    return Article(
        id=named.id,
        version=named.version or 1,
        version_by="provider" if named.version else "archive",
        status="canceled" if head.is_canceled else "usable",
        headline=head.headline,
        lead=lead,
        byline=head.byline,
        dateline=place,
        body=body,
        keywords=_keywords(frame.slug),
        category_text=frame.header["ress"],
        genre=head.genre,
        signals=signals,
        urgency=int(frame.header["prio"] or 0) or None,
        language="en" if is_english else _LANGUAGES.get(service.lower(), "de"),
        credit=_credit(credit or sign),
        services=(service,),
        places=tuple(pad.places),
        published_text=frame.time_line,
        embargoed_text=head.embargoed_text,
        embargo_open=head.embargo_open,
        related=tuple(pad.related),
        alternate_ids=named.others,
        media=tuple(head.media),
        unparsed=(*head.unparsed, *unparsed, *pad.unparsed, *ending),
        warnings=tuple(dict.fromkeys(warnings)),
        origin=Origin(
            name=source.name,
            format="iptc7901",
            encoding=piece.codec or frame.encoding,
            sha256=source.sha256,
            offset=piece.offset,
            length=piece.length,
        ),
    )


def _told_apart(blocks: tuple[Block, ...]) -> tuple[list[Block], list[str]]:
    """Tell blocks with words from rules such as `* * *`."""
    words: list[Block] = []
    rules: list[str] = []
    for block in blocks:
        if block.text[:1].isalnum() or text.WORD.search(block.text):
            words.append(block)
        else:
            rules.append(block.text)
    return words, rules


def _keywords(slug: list[str]) -> tuple[str, ...]:
    """Cut the slug at its slashes; it may itself be cut, at the 69th column."""
    return tuple(word for word in (part.strip() for part in " ".join(slug).split("/")) if word)


def _signals(frame: Frame, head: Headlines, pad: Notepad) -> tuple[str, ...]:
    """Gather signals from the headline block, the notepad, the header's correction number and its priority.

    A cancel corrects nothing.
    """
    if head.is_canceled:
        head.unparsed += [note for _, note in pad.signals]
    else:
        for signal, note in pad.signals:
            head.add_signal(signal, note)
        if (frame.header["bkind"] or "").lower() == "br":
            head.add_signal("correction")
    urgent = _PRIORITIES.get(frame.header["prio"] or "")
    if urgent and not {"flash", "urgent"} & set(head.signals):
        head.add_signal(urgent)
    return tuple(head.signals)


def _credit(sign: str) -> str | None:
    """Say who must be named: the sign without dpa's own regional ones."""
    names = [part for part in sign.split("/") if part.lower() not in REGIONAL_SIGNS]
    return "/".join(names) or ("dpa" if sign else None)


def _named(frame: Frame, head: Headlines, pad: Notepad, body: tuple[Block, ...]) -> _Named:
    """Say which story a message is: by the URN its notepad names, the number it corrects, or its own number.

    Its other numbers are kept beside it, so that a later correction of a correction finds the same story.
    """
    own, version = _own_number(frame)
    day = german_day(frame.time_line) if frame.time_line else None
    about = None
    if day and frame.header["bnum"] and ((frame.header["bkind"] or "").lower() == "br" or head.is_canceled):
        about = number_id(_day_of(day, frame.header["bnum"], frame.header["alfd"] or ""), frame.header["bnum"])
    if day and head.is_canceled and not about and not pad.identifier:
        about = _withdrawn(day, frame.header["agnt"] or "", head, body)
    ids = tuple(dict.fromkeys(filter(None, (pad.identifier, about, own))))
    return _Named(ids[0] if ids else "", ids[1:], version, is_other=bool(pad.identifier or about))


def _own_number(frame: Frame) -> tuple[str | None, int | None]:
    """Return the id of a message's own number, and its version where the number counts it.

    A number with a date in it (KNA: 250312-99-00012#2) is of that day, whenever a later version comes.
    """
    number = frame.header["alfd"] or ""
    if dated := _DATED_NUMBER.fullmatch(number):
        version = int(dated["version"]) if dated["version"] else None
        return number_id(f"20{dated['day']}", dated["number"]), version or None
    day = german_day(frame.time_line) if frame.time_line else None
    return (number_id(day, number) if day else None), None


def _day_of(day: str, corrected: str, own: str) -> str:
    """Return the day of a number that is corrected: numbers rise from midnight on, so a higher one is of yesterday."""
    if own.isdecimal() and int(own) and int(corrected) > int(own):
        return f"{datetime.strptime(day, '%Y%m%d').replace(tzinfo=UTC) - timedelta(days=1):%Y%m%d}"
    return day


def _withdrawn(day: str, sign: str, head: Headlines, body: tuple[Block, ...]) -> str | None:
    """Return the id of the one number that a cancel names in its words; None for none or several."""
    words = " ".join([head.headline or "", *head.unparsed, *(block.text for block in body)])
    pattern = rf"\b(?:dpa|{re.escape(sign)}|Meldung|Nr\.|Nummer|No\.|number)\s+(?P<number>\d{{4}})\b(?!\s*Uhr)"
    numbers = {found["number"] for found in re.finditer(pattern, words, re.IGNORECASE)}
    return number_id(day, numbers.pop()) if len(numbers) == 1 else None
