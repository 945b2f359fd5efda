"""What hostile input is made of: named cases by family, each a document that ends in a word it has nowhere else.

Run as a script it reads the cases of one family in a process of its own, and says what each cost and what came out.
"""

import gzip
import json
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

from material import articles_of, dump
from newsarc.errors import SourceError

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
    seconds: float = 1.0
    """Of CPU that it may take."""

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
    "related links": Case(lambda n: links(listed(ROTATED, n)), MANY, seconds=2),
    "bare related links": Case(lambda n: links(listed(BARE, n)), MANY // 5, MANY),
    "links behind the end": Case(lambda n: ended(links(listed(ROTATED, n))), 1000),
    "cut links": Case(lambda n: dump() + MORE + b"Turm leuchtet. (Sport\n\n" * n + LAST_LINK, MANY, seconds=2),
    "paragraphs": Case(lambda n: body(listed("Die Arbeit {} ruht.\n\n", n)), MANY, seconds=2),
    "headings": Case(lambda n: body(listed("Teil {}\n\n", n)), MANY // 5, MANY),
    "lines of one paragraph": Case(lambda n: body(listed("Die Arbeit {} ruht.\n", n)), MANY, seconds=2),
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
    "gallery": Case(lambda n: body("• Turm - Foto: Erna Muster\n\nErna Muster\n\n" * n), 10_000, MANY),
    "date lines": Case(lambda n: ended(dump() + b"\n05.06.2023 - 14:20:11\n" * n), MANY, refused="parse-error"),
    "date lines alone": Case(lambda n: b"05.06.2023 - 14:20:11\n" * n, MANY // 5, MANY, "parse-error"),
    "loose dates": Case(lambda n: b"05.06.2023 - 14:20\n\n" * n, 50_000, refused="unknown-format"),
    "keywords of more than a megabyte": Case(
        lambda n: dump().replace(b"Hafen", b", ".join([b"Hafen"] * n)), 200_000, refused="unknown-format"
    ),
}
