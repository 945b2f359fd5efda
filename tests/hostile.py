"""What hostile input is made of: named cases by family, each a document that ends in a word it has nowhere else.

What they cost is measured by `python tests/hostile_costs.py`, which writes the table of docs/hostile-input.md.
"""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from containers import central, header, local, tar_of, whole, zip_of
from material import dump

SENTINEL = "Schlusswort4711"
MORE = b"\nWeitere Meldungen\n\n"
TAIL = "(Sport, 07.06.2023 - 09:05) weiterlesen...\n\n"
MANY = 100_000
MILLION = 10**6


class Case(NamedTuple):
    """One hostile document: how it is made, of how many pieces, and of how many at full size."""

    make: Callable[[int], bytes]
    size: int = 1
    full: int = 0
    refused: str = ""
    """The code of its error; without one it is read to its last word."""
    name: str = "dump.txt"
    is_many: bool = False
    """Its full size is a source of many stories, each of which may take its time."""

    def document(self, *, full: bool = False) -> bytes:
        """Make it."""
        return self.make(self.full if full and self.full else self.size)


def body(blocks: str) -> bytes:
    """Put blocks into the body of a dump, the sentinel behind them."""
    return dump().replace(b"@ dpa.de", f"{blocks}\n\n{SENTINEL}.\n\n@ dpa.de".encode())


def links(text: str) -> bytes:
    """Put links behind a dump, one more with the sentinel last."""
    return dump() + MORE + text.encode() + LAST_LINK


def link(inside: str) -> bytes:
    """Write a dump with one link that holds something long in its words, one that holds it in its tail, and one cut."""
    return links(
        f"Turm leuchtet{inside}wieder. Licht an. Im Hafen. {TAIL}"
        f"Turm leuchtet wieder. Licht an. Im Hafen. (Politik,{inside}07.06.2023 - 09:05) weiterlesen...\n\n"
        f"Turm leuchtet wieder. Licht an. ({inside}\n\n"
    )


def ended(data: bytes) -> bytes:
    """Put the sentinel behind everything, where nothing is expected any more."""
    return data + f"\n\n{SENTINEL}\n".encode()


LAST_LINK = f"Turm leuchtet wieder. Im Hafen. Ende ist {SENTINEL}. {TAIL}".encode()
LAST_DUMP = b"\n" + dump("Das Ende", lead=f"Der Turm sagt {SENTINEL}.")
ROTATED = f"Turm {{}} leuchtet wieder. Die Kosten trägt der Bund. Im Hafen brennt Licht. {TAIL}"
BARE = f"Turm {{}} bekommt neue Lampen Im Juli soll der Hafenmeister fertig sein. {TAIL}"


def listed(form: str, number: int) -> str:
    """Write a line so many times, numbered."""
    return "".join(map(form.format, range(number)))


MANY_OF_A_DUMP = {
    "related links": Case(lambda n: links(listed(ROTATED, n)), MANY),
    "bare related links": Case(lambda n: links(listed(BARE, n)), MANY // 5, MANY),
    "links behind the end": Case(lambda n: ended(links(listed(ROTATED, n))), 1000),
    "cut links": Case(lambda n: dump() + MORE + b"Turm leuchtet. (Sport\n\n" * n + LAST_LINK, MANY),
    "paragraphs": Case(lambda n: body(listed("Die Arbeit {} ruht.\n\n", n)), MANY),
    "headings": Case(lambda n: body(listed("Teil {}\n\n", n)), MANY // 5, MANY),
    "lines of one paragraph": Case(lambda n: body(listed("Die Arbeit {} ruht.\n", n)), MANY),
    "words of one paragraph": Case(lambda n: body(listed("wort{}-haus ", n)), MANY // 5, MANY),
    "keywords": Case(lambda n: dump(lead=f"Das ist {SENTINEL}.").replace(b"Hafen", listed("{}, ", n).encode()), MANY),
    "date lines in sentences": Case(lambda n: body("Am 05.06.2023 - 14:20:11 war es so.\n\n" * n), MANY // 5, MANY),
    "date lines in a list": Case(lambda n: body("• 05.06.2023 - 14:20:11\n" * n), MANY // 5, MANY),
    "dumps": Case(lambda n: b"\n".join(dump(f"Turm {number}") for number in range(n)) + LAST_DUMP, 500),
    "dumps without footers": Case(lambda n: (dump().split(b"@")[0] * n) + LAST_DUMP, 500),
    "marker lines": Case(lambda n: dump() + MORE * n + LAST_LINK, 50_000),
    "tight marker lines": Case(lambda n: dump() + b"\nWeitere Meldungen" * n + b"\n" + LAST_LINK, 50_000),
    "marker lines behind the end": Case(lambda n: ended(dump() + MORE * n), 50_000),
    "credit lines": Case(lambda n: dump() + b"\n@ dpa.de\n" * n + MORE + LAST_LINK, 50_000),
    "rules behind": Case(lambda n: ended(dump() + b"---\n\n" * n), 30_000),
    "rules before": Case(lambda n: ended(b"---\n\n" * n + dump()), 30_000),
    "gallery": Case(lambda n: body("• Turm - Foto: Erna Muster\n\nErna Muster\n\n" * n), 10_000, 50_000),
    "date lines": Case(lambda n: ended(dump() + b"\n05.06.2023 - 14:20:11\n" * n), MANY, refused="parse-error"),
    "date lines alone": Case(lambda n: b"05.06.2023 - 14:20:11\n" * n, MANY // 5, MANY, "parse-error"),
    "loose dates": Case(lambda n: b"05.06.2023 - 14:20\n\n" * n, 50_000, refused="unknown-format"),
    "keywords of more than a megabyte": Case(
        lambda n: dump().replace(b"Hafen", b", ".join([b"Hafen"] * n)), 200_000, refused="unknown-format"
    ),
}

LONG_RUNS = {
    name: Case(lambda n, unit=unit: link(unit * (n // len(unit))), MILLION)  # type: ignore[misc]
    for name, unit in {
        "blanks": " ", "tabs": "\t", "dots": ".", "opening brackets": "(", "closing brackets": ")", "brackets": "()",
        "commas": ", ", "slashes": "A/", "dashes": "- ", "at signs": "@ ", "digits": "1", "letters": "a",
        "verbs": "te ",
        "openings of a tail": "(Sport, ", "read on": "weiterlesen ", "bullets": "• ", "stops": "A. ", "quotes": "«»",
        "no-break spaces": "\u00a0", "soft hyphens": "\u00ad", "zero widths": "\u200b", "capitals": "A-",
    }.items()
} | {
    "brackets alone": Case(lambda n: b"(" * n, MILLION, refused="unknown-format"),
    "blanks and a word": Case(lambda n: b" " * n + b"x" + b" " * n, MILLION, refused="unknown-format"),
    "at signs alone": Case(lambda n: b"@\n" * n + b"x", 500_000, refused="unknown-format"),
    "at signs and blanks": Case(lambda n: (b"@" + b" " * 1000 + b"\n") * n + b"x", 1000, refused="unknown-format"),
    "dates that never end": Case(lambda n: (b"05.06.2023" + b" " * 1000 + b"\n") * n, 1000, refused="unknown-format"),
    "nul": Case(lambda n: b"\0" * n, MILLION, refused="binary"),
}  # fmt: skip

LARGE = {
    "blank lines": Case(lambda n: dump() + b"\n" * n + MORE + LAST_LINK, MILLION),
    "blank lines and blanks": Case(lambda n: dump() + b" \t\n" * n + MORE + LAST_LINK, MILLION),
    "carriage returns": Case(
        lambda n: dump().replace(b"\n", b"\r") + b"\r" * n + MORE.replace(b"\n", b"\r") + LAST_LINK, MILLION
    ),
    "form feeds": Case(lambda n: dump() + b"\f" * n + MORE + LAST_LINK, MILLION),
    "a line of 5 MB": Case(lambda n: body("wort " * n), MILLION, 3 * MILLION),
    "a word of 5 MB": Case(lambda n: body("w" * n), 5 * MILLION, 15 * MILLION),
    "a word of many parts": Case(lambda n: body("wo-" * n), MILLION, 5 * MILLION),
    "a lead of many signs": Case(lambda n: dump(lead="A." * n + f" {SENTINEL}."), 500_000),
    "a headline of many words": Case(lambda n: dump(headline="Turm " * n + SENTINEL), 200_000, 3 * MILLION),
    "a headline of one word": Case(lambda n: dump(headline="Turm" * n + f" {SENTINEL}"), 250_000, 3 * MILLION),
    "a headline of jamo": Case(lambda n: dump(headline="\u1100\u1161\u11a8" * n + f" {SENTINEL}"), 333_333, 1_300_000),
    "a keyword that is none": Case(lambda n: dump().replace(b"Hafen", b"H" * n + SENTINEL.encode()), 500_000),
    "a text of 12 MB": Case(lambda n: body(("Der Turm ist neu. " * 20 + "\n\n") * n), 3000, 33_000),
    "a text of 12 MB in umlauts": Case(lambda n: body("äöüß " * n), 100_000, 1_300_000),
    "short paragraphs": Case(lambda n: ended(dump() + b"x\n\n" * n), 5 * MILLION, refused="too-large"),
    "short lines": Case(lambda n: ended(dump() + b"x\n" * n), 8 * MILLION, refused="too-large"),
    "a line of 20 MB": Case(lambda n: dump() + b"Turm " * n, 4 * MILLION, refused="too-large"),
    "a text of 35 MB": Case(lambda n: dump() + b"Der Turm.\n\n" * n, 3 * MILLION, refused="too-large"),
    "stories of 100 MB": Case(lambda n: (dump() + b"\n") * n + LAST_DUMP, 3000, 400_000, is_many=True),
}

DIGITS = "9"
NUMBERS = {
    "digits in a date line": Case(
        lambda n: ended(dump(date=f"05.06.2023 - 14:20:11{DIGITS * n}")), MILLION, refused="unknown-format"
    ),
    "digits behind a date line": Case(lambda n: body(f"05.06.2023 - 14:20:11{DIGITS * n}"), MILLION),
    "a year of digits": Case(lambda n: body(f"05.06.{DIGITS * n} - 14:20:11"), MILLION),
    "digits in a headline": Case(lambda n: dump(headline=f"Turm {DIGITS * n} {SENTINEL}"), MILLION),
    "digits in a link's date": Case(
        lambda n: links(f"Turm. Ja. Nein. (Sport, 05.06.{DIGITS * n} - 14:20) weiterlesen...\n\n"), MILLION
    ),
    "numbers of 100 digits": Case(lambda n: body((DIGITS * 100 + " ") * n), 10_000),
    "no such day": Case(lambda _: ended(dump(date="99.99.9999 - 99:99:99"))),
    "the year 0": Case(lambda _: ended(dump(date="01.01.0000 - 00:00:00"))),
    "the last second": Case(lambda _: ended(dump(date="31.12.9999 - 23:59:59"))),
    "the first second": Case(lambda _: ended(dump(date="01.01.0001 - 00:00:00"))),
    "Arabic digits": Case(lambda _: ended(dump(date="٠٥.٠٦.٢٠٢٣ - ١٤:٢٠:١١"))),
    "digits of mathematics": Case(lambda _: ended(dump(date="𝟎𝟓.𝟎𝟔.𝟐𝟎𝟐𝟑 - 𝟏𝟒:𝟐𝟎:𝟏𝟏"))),
    "dates in every link": Case(
        lambda n: links(listed("Turm {0}. Ja. Nein. (Sport, 99.99.{0:04} - 99:99) weiterlesen...\n\n", n)), 9999
    ),
}

# What is nobody's yet: markup, XML, JSON. Alone it is refused, in the body of a dump it is text.

MARKUP: dict[str, tuple[str, int]] = {
    "div": ("<div>", MILLION), "xml elements": ("<a>", MILLION), "tables": ("<table><tr><td>", 2000),
    "p and b": ("<p><b>", 200_000), "a and b": ("<a><b>x</b></a>", 10_000), "rows": ("<tr><td>x</td></tr>", 50_000),
    "attributes": (' a="1"', 300_000), "links": ('<a href="http://windau.example/">x</a>', 60_000),
    "options": ("<option>x", 50_000), "svg and math": ("<svg><math>", 5000),
    "comments": ("<!--", MANY), "open links": ('<a href="', MANY), "doctypes": ("<!DOCTYPE a [", MANY),
    "cdata": ("<![CDATA[", MANY), "character references": ("&#x", 300_000), "end tags": ("</", 500_000),
    "processing instructions": ("<?xml", MANY), "entities": ('<!ENTITY a "&b;&b;&b;">', MANY),
    "external entities": ('<!ENTITY a SYSTEM "file:///etc/hostname">', 10_000),
    "inclusions": ('<xi:include href="http://127.0.0.1:9/"/>', 10_000),
    "arrays": ("[", MANY), "objects": ('{"a":', MANY), "numbers": ("1e400,", MANY), "nothing": ("NaN,", MANY),
    "escapes": ("\\ud800\\u0000", MANY), "keys": ('"a":1,', MANY),
}  # fmt: skip
_HEADS = {"<": b"<!DOCTYPE html>\n", "&": b'<?xml version="1.0" encoding="utf-7"?>\n', " ": b"<x"}

_COMES_OF: dict[str, str] = {
    **dict.fromkeys(("div", "tables"), "too-deep"),
    **dict.fromkeys(
        ("xml elements", "p and b", "a and b", "links", "comments", "open links", "doctypes", "cdata", "end tags",
         "processing instructions", "entities", "external entities", "inclusions"), "parse-error"),
    "rows": "left out", "options": "",
}  # fmt: skip
"""What else than `unknown-format`."""
NOT_OURS = {
    name: Case(
        lambda n, unit=unit: ended(_HEADS.get(unit[0], b"") + unit.encode() * n),  # type: ignore[misc]
        size,
        refused=_COMES_OF.get(name, "unknown-format"),
    )
    for name, (unit, size) in MARKUP.items()
} | {
    "digits of JSON": Case(lambda n: b'{"a":' + b"9" * n + b"}", MILLION, refused="unknown-format"),
    "a line of JSON": Case(lambda n: b'{"a":"' + b"x" * n + b'"}', 10 * MILLION, 100 * MILLION, "unknown-format"),
    "rich text": Case(lambda n: b"{\\rtf1 " * n, MANY, refused="unknown-format"),
    "a PDF": Case(lambda n: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"\x01\x02\x03" * n, MANY, refused="binary"),
    "a picture": Case(lambda n: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * n, 1000, refused="binary"),
    "every byte": Case(lambda n: bytes(range(256)) * n, 4000, refused="binary"),
    "random bytes": Case(lambda n: Random(4711).randbytes(n), MILLION, refused="binary"),
}

MARKUP_IN_A_DUMP = {
    name: Case(lambda n, unit=unit: body(unit * n), size)  # type: ignore[misc]
    for name, (unit, size) in MARKUP.items()
}

NASTY = {
    "nul": "\0", "c1": "\x80\x9b\x9f", "escape": "\x1b[31m", "osc 8": "\x1b]8;;http://windau.example\x07x\x1b]8;;\x07",
    "title": "\x1b]0;x\x07\x9d0;y\x9c", "device": "\x1bP+q\x1b\\\x1b[c\x1b[6n", "csi": "\x9b2J\x9b?1049h",
    "bell": "\a", "carriage return": "\r", "backspace": "\b\b\b", "delete": "\x7f", "vertical": "\v\f",
    "separators": "\x1c\x1d\x1e\x1f", "next line": "\u0085", "line separator": "\u2028\u2029",
    "overrides": "\u202a\u202b\u202c\u202d\u202e", "isolates": "\u2066\u2067\u2068\u2069",
    "marks": "\u200e\u200f\u061c",
    "tags": "\U000e0001\U000e0041\U000e007f", "zero width": "\u200b\u200c\u200d\u2060", "byte order": "\ufeff\ufffe",
    "annotation": "\ufff9\ufffa\ufffb", "replacement": "\ufffd", "private": "\ue000\U000f0000", "unassigned": "\u0378",
    "combining": "\u0301\u0316" * 100_000, "enclosing": "\u20dd\u0489" * 10_000, "variation": "\ufe0f\U000e0100" * 1000,
    "jamo": "\u1100\u1161\u11a8" * 100_000, "hangul": "가" * 100_000, "thai": "ก\u0e49\u0e34" * 50_000,
    "emoji": "👩\u200d🚒" * 1000, "ligatures": "ﷺ" * 10_000, "long s": "ſ" * 10_000, "eszett": "ẞß" * 10_000,
    "dotted i": "İ" * 10_000, "quotes": "«»" * 10_000, "damage": "Ã" * 10_000, "more damage": "Ã¤" * 10_000,
    "nested damage": "ÃƒÂ¤" * 10_000, "digits": "٣" * 10_000, "wide": "東京" * 10_000, "right to left": "שלום " * 1000,
    "formula": "=cmd|' /C calc'!A1", "options": "--yes -rf", "markup": "[bold red]x[/] |**x**| <b> &amp; `x`",
}  # fmt: skip
PLACES = ("Kopf", "Bauch", "Arm", "Fuss", "Hand", "Rumpf", "Bild", "Zeh", "Rest")
"""The word beside what is nasty, in headline, lead, keyword, link, link's section, body, gallery, credit, behind."""


def nasty(unit: str) -> bytes:
    """Put something nasty into every place of a dump, beside a word that must come out."""
    short = unit[:1000]
    story = f"""Turm, Arm {short}x

Der Turm {unit} Bauch.

05.06.2023 - 14:20:11

Turm {unit} Kopf

• Turm {short} Bild - Foto: {short} Erna

Die Arbeit {unit} Rumpf ruht.

@ {short[:20]} Zeh

Weitere Meldungen

Turm {unit} Fuss. Licht an. Im Hafen. (Hand {short}, 07.06.2023 - 09:05) weiterlesen...

Rest {unit}
"""
    return ended(story.encode())


CHARACTERS = {name: Case(lambda _, unit=unit: nasty(unit)) for name, unit in NASTY.items()}  # type: ignore[misc]

_STORY = f"""Häfen, Öl

Ein Lämpchen weiß: Größe zählt für Öhlstede nicht.

05.06.2023 - 14:20:11

Käse für Köln

Süß sind die Äpfel, und {{}} sagt es.

@ dpa.de

Weitere Meldungen

{LAST_LINK.decode()}"""
CODECS = (
    "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252", "latin-1", "iso8859-15", "mac-roman",
    "cp850", "cp437", "utf-7",
)  # fmt: skip
_BOMS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0"}


def _mixed(codec: str) -> bytes:
    """Write one dump in UTF-8 and a second one in another encoding."""
    return dump() + b"\n" + _STORY.encode(codec)


def _cut(codec: str) -> bytes:
    """Cut a text in its last character, behind the sentinel."""
    return (_STORY + f"\n{SENTINEL} ü€").encode(codec, "replace")[:-1]


WAYS: dict[str, Callable[[str], bytes]] = {
    "as it is": _STORY.encode,
    "with its mark": lambda codec: _BOMS.get(codec, b"") + _STORY.encode(codec),
    "declared": lambda codec: f"Content-Type: text/plain; charset={codec}\n\n{_STORY}".encode(codec),
    "lying mark": lambda codec: b"\xef\xbb\xbf" + _STORY.encode(codec),
    "mixed": _mixed,
    "cut": _cut,
}


def _refused(codec: str, way: str) -> str:
    """Say why a text is refused: where letters are pairs or fours of bytes, only a mark of UTF-16 tells it."""
    if not codec.startswith(("utf-16", "utf-32")) or way == "mixed":
        return ""
    if codec.startswith("utf-16") and way != "with its mark":
        return "unmarked-text"
    if way == "with its mark" and codec in _BOMS:
        return "" if codec.startswith("utf-16") else "unknown-format"
    return "binary"


ENCODINGS = {
    f"{codec}, {way}": Case(lambda _, codec=codec, way=way: WAYS[way](codec), refused=_refused(codec, way))  # type: ignore[misc]
    for codec in CODECS
    for way in WAYS
} | {
    "surrogates in UTF-8": Case(lambda n: _STORY.format("\ud83d\ude00" * n).encode("utf-8", "surrogatepass"), 1000),
    "overlong": Case(lambda n: _STORY.encode().replace(b"{}", b"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf" * n), 1000),
    "beyond Unicode": Case(lambda n: _STORY.encode().replace(b"{}", b"\xf4\x90\x80\x80\xff\xfe" * n), 1000),
    "lone continuations": Case(lambda n: _STORY.encode().replace(b"{}", b"\x80\xbf" * n), MANY),
    "a late bad byte": Case(lambda n: ended(_STORY.encode() + b"Rest. " * n + b"\xff"), MANY),
    "a bad byte in each story": Case(lambda n: (dump() + b"\xe4\n") * n + LAST_DUMP, 1000),
    "half a pair": Case(lambda n: b"\xff\xfe" + _STORY.format("\ud800" * n).encode("utf-16-le", "surrogatepass"), 1000),
    "an odd byte": Case(lambda _: b"\xff\xfe" + _STORY.encode("utf-16-le") + b"x"),
}

# Packed, and many in one file. A member is a source of its own.

MEMBERS = {"a.txt": dump(), "b.txt": dump("Nebenan"), "c.txt": LAST_DUMP}


def bomb(megabytes: int) -> bytes:
    """Pack so many megabytes of blanks."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * MILLION) for _ in range(megabytes)) + packer.flush()


def among(kind: bytes, name: str = "a.txt") -> bytes:
    """Write a tar file with something that is no file, and the last dump behind it."""
    return header(kind, 0, name) + tar_of({"z.txt": LAST_DUMP})


def numbered(number: int) -> dict[str, bytes]:
    """Write so many members, and the last one."""
    return {f"{one}.txt": dump(f"Turm {one}") for one in range(number)} | {"z.txt": LAST_DUMP}


CONTAINERS = {
    "a bomb": Case(bomb, 100, 1000, "bomb", "d.gz"),
    "a bomb of bzip2": Case(lambda n: bz2.compress(b" " * n), 30 * MILLION, 100 * MILLION, "bomb", "d.bz2"),
    "a bomb of xz": Case(lambda n: lzma.compress(b" " * n), 30 * MILLION, 100 * MILLION, "bomb", "d.xz"),
    "a bomb in a zip": Case(lambda n: zip_of({"a.txt": b" " * n}), 30 * MILLION, 100 * MILLION, "bomb", "d.zip"),
    "gzip in gzip": Case(lambda _: gzip.compress(gzip.compress(LAST_DUMP)), refused="binary", name="d.gz"),
    "two streams": Case(lambda _: gzip.compress(dump()) + gzip.compress(LAST_DUMP), name="d.gz"),
    "a cut stream": Case(lambda _: gzip.compress(LAST_DUMP)[:-9], refused="damaged-compression", name="d.gz"),
    "junk behind": Case(lambda _: gzip.compress(LAST_DUMP) + b"x" * 9, refused="damaged-compression", name="d.gz"),
    "a wrong checksum": Case(
        lambda _: gzip.compress(LAST_DUMP)[:-8] + b"x" * 8, refused="damaged-compression", name="d.gz"
    ),
    "members of a zip": Case(lambda n: zip_of(numbered(n)), 1000, 10_000, name="d.zip", is_many=True),
    "members of a tar": Case(lambda n: tar_of(numbered(n)), 1000, 10_000, name="d.tar", is_many=True),
    "too many members": Case(
        lambda n: header(tarfile.REGTYPE, 0) * n + bytes(1024), 100_001, refused="bomb", name="d.tar", is_many=True
    ),
    "names that climb": Case(
        lambda _: zip_of({"../../a.txt": dump(), "/etc/a.txt": dump("Zwei"), "..\\b.txt": LAST_DUMP}), name="d.zip"
    ),
    "names that obey": Case(lambda _: tar_of({"\x1b[2J\n\u202e.txt": dump(), "-rf.txt": LAST_DUMP}), name="d.tar"),
    "a link": Case(lambda _: among(tarfile.SYMTYPE), name="d.tar"),
    "a hard link": Case(lambda _: among(tarfile.LNKTYPE), name="d.tar"),
    "a device": Case(lambda _: among(tarfile.CHRTYPE), name="d.tar"),
    "a pipe": Case(lambda _: among(tarfile.FIFOTYPE), name="d.tar"),
    "a zip in a zip": Case(lambda _: zip_of({"d.zip": zip_of(MEMBERS)}), refused="nested-container", name="d.zip"),
    "encrypted": Case(
        lambda _: whole(local("a.txt", 0, LAST_DUMP), central("a.txt", 0, LAST_DUMP, flags=1)),
        refused="encrypted", name="d.zip",
    ),
    "a lying size": Case(
        lambda _: whole(local("a.txt", 0, LAST_DUMP), central("a.txt", 0, LAST_DUMP, size=1 << 31)),
        refused="damaged-container", name="d.zip",
    ),
    "a cut zip": Case(lambda _: zip_of(MEMBERS)[:-30], refused="damaged-container", name="d.zip"),
    "a cut tar": Case(lambda _: tar_of(MEMBERS)[:600], refused="damaged-container", name="d.tar"),
}  # fmt: skip

FAMILIES = {
    "many": MANY_OF_A_DUMP, "long runs": LONG_RUNS, "large": LARGE, "numbers": NUMBERS, "characters": CHARACTERS,
    "encodings": ENCODINGS, "markup": MARKUP_IN_A_DUMP, "not ours": NOT_OURS,
    "containers": CONTAINERS,
}  # fmt: skip
