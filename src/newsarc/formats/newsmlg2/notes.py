"""What the editors of an item say of it: notes for everybody, of a correction, and what is not for publication.

A private note is left out, and so is one without any mark that names a telephone number or a mail address.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from newsarc.formats.newsmlg2.naming import code_of, tail_of
from newsarc.markup import blocks
from newsarc.wires import is_private, public_note

Element: TypeAlias = Any  # lxml ships no types

PRIVATE_CLASSES = frozenset(("np-nonpublic", "nonpublic", "private"))
_PRIVATE_ROLES = frozenset(("closingline", "dpacontacts", "contacts", "contact", "private", "nonpublic"))
_CORRECTIONS = ("correctionshort", "correction", "correction_consumerready")
_CONTACTS = re.compile(
    r"\W*(?:dpa-)?(?:kontakte?|contacts?|ansprechpartner(?:in)?|autor(?:in|en|innen)?)\s*(?::.*)?", re.IGNORECASE
)
_NOTHING = re.compile(r"# [^\n]*|null|None")  # the title of a notepad, or what a program prints for nothing
_PARAGRAPHS = re.compile(r"\n\s*\n|\n(?=#)")


class Notes(NamedTuple):
    """Notes for everybody, one string a note; those of a correction, the short one first; was anything left out?"""

    public: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    is_cut: bool = False


def read_notes(elements: Iterable[Element]) -> Notes:
    """Read the notes of an item."""
    public: list[str] = []
    corrections: list[tuple[int, str]] = []
    is_cut = False
    for element in elements:
        role = tail_of(code_of(element, "role", "roleuri"))
        mark = tail_of(code_of(element, "pubconstraint", "pubconstrainturi"))
        if role in _PRIVATE_ROLES or mark not in ("", "public"):
            is_cut = True
            continue
        found, is_any_cut = public_notes(element)
        is_cut = is_cut or is_any_cut
        if role in _CORRECTIONS:
            corrections += ((_CORRECTIONS.index(role), note) for note in found)
        else:
            public += found
    return Notes(tuple(public), tuple(note for _, note in sorted(corrections)), is_cut)


def public_notes(element: Element) -> tuple[list[str], bool]:
    """Return what is for everybody in a note or notepad, one string a heading, and whether something was left out.

    All that follows the words that open a private part is private.
    """
    left_out = [child for child in element.iter() if PRIVATE_CLASSES.intersection((child.get("class") or "").split())]
    found: list[str] = []
    is_cut = bool(left_out)
    for piece in _pieces(element, left_out):
        note, is_opened = public_note(piece)
        note = "" if _NOTHING.fullmatch(note) else note
        if note.strip() and not is_private(note) and not _CONTACTS.fullmatch(note.partition("\n")[0]):
            found.append(note)
        elif note.strip():
            is_cut = True
        if is_opened:
            return found, True
    return found, is_cut


def _pieces(element: Element, left_out: list[Element]) -> Iterator[str]:
    """Yield a note piece by piece, each with its heading; what was printed without markup keeps its lines."""
    if not len(element):
        for paragraph in _PARAGRAPHS.split(element.text or ""):
            lines = (" ".join(line.split()) for line in paragraph.splitlines())
            yield "\n".join(filter(None, lines))
        return
    gathered: list[str] = []
    for block in blocks(element, without=left_out):
        if block.kind == "heading" and gathered:
            yield "\n".join(gathered)
            gathered.clear()
        gathered.append(block.text)
    yield "\n".join(gathered)
