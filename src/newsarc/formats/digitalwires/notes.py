"""What of a message's notes is public: its corrections and hints; all else is left out and only its absence is told.

A note that is not marked as publishable is private, and so are closing lines, contacts, and every line with a phone
number or an e-mail address, whatever its mark.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from newsarc.strictjson import Object, leaves, objects, words
from newsarc.wires import names_a_contact, opens_private_part

_PRIVATE = ("closingline", "contact", "private", "nonpublic")
_PRIVATE_CLASS = re.compile(r"non-?public|private", re.IGNORECASE)
_OPENING = "* * * *"  # opens the private part of a notepad
_PERSONS = ("creator", "contributor")


@dataclass
class Notes:
    """The public notes of a message in their order, by role; and whether others were left out."""

    public: list[tuple[str, str]] = field(default_factory=list)
    is_cut: bool = False

    def taken(self, *roles: str) -> str | None:
        """Take the first note out that has one of some roles, the first role first."""
        for role in roles:
            for number, (found, text) in enumerate(self.public):
                if found == role:
                    del self.public[number]
                    return text
        return None


def notes_of(value: Object, where: str) -> Notes:
    """Read all notes of a message.

    Raises:
        MarkupTooDeep, ParseError: The HTML of a note cannot be read.
    """
    notes = Notes()
    ednotes = value.get("ednotes")
    for note in objects(ednotes):
        role = words(note.get("role")).rpartition(":")[2].lower()
        text = words(note.get("ednote"))
        if note.get("is_publishable") is not True or any(word in role for word in _PRIVATE):
            notes.is_cut |= bool(text or any(leaves(note.get("ednote"))))
        elif role == "notepad":
            _take(notes, role, _lines(text, where))
        else:
            _take(notes, role, [" ".join(_lines(text, where))] if "\n" not in text else _lines(text, where))
    _read_notepad(notes, value.get("notepad"), where)
    notes.is_cut |= any(not isinstance(note, dict) for note in ednotes) if isinstance(ednotes, list) else bool(ednotes)
    notes.is_cut |= any(
        words(part.get("type")).rpartition(":")[2] in _PERSONS and any(leaves(part.get("name")))
        for part in objects(value.get("categories"))
    )
    return notes


def _read_notepad(notes: Notes, notepad: Any, where: str) -> None:
    """Read the notepad, a text or an object; of an object only what says that it is public."""
    parts = notepad if isinstance(notepad, dict) else {"public": notepad}
    for name, text in parts.items():
        is_public = "public" in name.lower() and "non" not in name.lower() and isinstance(text, str)
        if is_public:
            _take(notes, "notepad", _lines(text, where))
        else:
            notes.is_cut |= any(leaves(text))


def _take(notes: Notes, role: str, lines: list[str]) -> None:
    """Take the lines of a note up to the one that opens its private part."""
    for number, line in enumerate(lines):
        if opens_private_part(line):
            notes.is_cut |= any(lines[number:])
            return
        if names_a_contact(line):
            notes.is_cut = True
        elif line:
            notes.public.append((role, line))


def _lines(text: str, where: str) -> list[str]:
    """Return the lines of a note, plain or in HTML; of HTML a private section is told by one line that opens it."""
    if "<" not in text:
        return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    from newsarc.markup import blocks, blocks_of, parse_html

    if not _PRIVATE_CLASS.search(text):
        return [line for block in blocks_of(text, where) for line in block.text.split("\n")]
    root = parse_html(text, where)
    private = [] if root is None else [part for part in root.iter() if _PRIVATE_CLASS.search(part.get("class") or "")]
    return [line for block in blocks(root, without=private) for line in block.text.split("\n")] + [_OPENING]


def public_texts(notes: Notes) -> Iterator[str]:
    """Yield what is left of the notes, each once."""
    yield from dict.fromkeys(text for _, text in notes.public)
