"""Where else a story lies that is to be erased: in packs, in quarantine, in lost+found.

It is known by its id, by the bytes of its originals, and in torn pieces by the words of its text.
"""

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

from newsarc.archive.chain import read_small_file
from newsarc.archive.disk import Disk
from newsarc.archive.filing import id_of
from newsarc.archive.mending.walking import walk
from newsarc.archive.originals import Member

Span: TypeAlias = tuple[int, int]
"""First byte, and the one behind the last."""
Reread: TypeAlias = Callable[[bytes, str, str | None], Iterable[bytes]]
"""Reads a source, its name and perhaps its format, into records; ends where it cannot be read on."""
Opened: TypeAlias = Callable[[str], Iterable[bytes]]
"""Unpacks a file into the sources in it; ends where it cannot be unpacked."""

RECORD = b'{"schema":"newsarc/'
"""How every line begins; inside of a line its quotes would be escaped."""
_SEAM = re.compile(rb"(?=%b)" % re.escape(RECORD))
_SEAM_OR_ZEROS = re.compile(rb"\0+|%b" % _SEAM.pattern)
FIRST_READING = b',"revision":1,"status":'
"""In a line whose article's bytes no earlier line names: later readings name the same ones."""
_WINDOW = 24  # bytes of a text that are not there by chance
_TEXTS = ("headline", "kicker", "subhead", "lead", "unparsed")
_HARMFUL = ("crashed", "timeout", "memory", "bomb")  # reasons in quarantine: what is not read again here


class Sought(NamedTuple):
    """The marks of what is to be erased."""

    names: frozenset[str]
    texts: set[bytes]
    """The bytes of its originals, without blanks around."""
    words: set[bytes]
    """Every few bytes of its text, as a line has them."""

    def learn(self, record: Mapping[str, Any]) -> None:
        """Take the words of one of its records."""
        said = [record.get(name) for name in _TEXTS] + [block["text"] for block in record["body"]]
        for text in said:
            for one in text if isinstance(text, list) else [text or ""]:
                data = json.dumps(one, ensure_ascii=False).encode("utf-8", "surrogatepass")[1:-1]
                self.words.update(_windows(data))

    def spans_in(self, data: bytes) -> Iterator[Span]:
        """Yield where its originals stand in bytes."""
        for text in self.texts:
            start = data.find(text)
            while start >= 0:
                yield start, start + len(text)
                start = data.find(text, start + 1)

    def is_in_piece(self, piece: bytes) -> bool:
        """Tell whether a line, or what is left of one, is of it; one that begins with another id is not."""
        if any(b'"id":%b' % json.dumps(name, ensure_ascii=False).encode() in piece for name in self.names):
            return True
        return not id_of(piece) and not self.words.isdisjoint(_windows(piece))


def _windows(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _WINDOW] for start in range(len(data) - _WINDOW + 1))


def long_enough(text: bytes) -> bool:
    """Tell whether bytes are enough to know a story by."""
    return len(text) >= _WINDOW


def in_packs(
    disk: Disk, folder: str, sought: Sought, named: Mapping[tuple[int, int], int], reread: Reread
) -> Iterator[tuple[Member, list[Span] | None]]:
    """Yield every member that holds what is sought, and where; None where it cannot be unpacked.

    `named` says of a member how many of its bytes records name: in the others the same story may lie unnamed, as
    what came in again unchanged does.
    """
    for member, data in walk(disk, folder):
        if data is None:
            yield member, None
            continue
        spans = set(sought.spans_in(data))
        if named.get(member[:2], 0) < len(data):
            spans.update(_read_anew(data, sought.names, reread))
        if spans:
            yield member, sorted(spans)


def _read_anew(data: bytes, names: Collection[str], reread: Reread) -> Iterator[Span]:
    for record in reread(data, "original", None):
        if id_of(record) in names:
            origin = json.loads(record)["origin"]
            yield origin["offset"], origin["offset"] + origin["length"]


def in_quarantine(disk: Disk, root: str, sought: Sought, reread: Reread, opened: Opened) -> Iterator[str]:
    """Yield the files of every source in quarantine that holds what is sought, seen from the archive."""
    names = disk.names(os.path.join(root, "quarantine"))
    for name in names:
        path = os.path.join(root, "quarantine", name)
        stem = name.partition(".")[0]
        if not name.endswith((".raw", ".raw.tmp")):
            continue
        harmless = _reason(disk, os.path.join(root, "quarantine", f"{stem}.json")) not in _HARMFUL
        sources = (disk.read(path), *(opened(path) if harmless else ()))
        if any(any(sought.spans_in(data)) or (harmless and _names(data, sought, reread)) for data in sources):
            yield from (f"quarantine/{one}" for one in names if one.partition(".")[0] == stem)


def _reason(disk: Disk, note: str) -> str:
    fields = read_small_file(disk.read(note)) if disk.size(note) else None
    return str((fields or {}).get("reason"))


def _names(data: bytes, sought: Sought, reread: Reread) -> bool:
    return any(id_of(record) in sought.names for record in reread(data, "quarantine", None))


def in_lost_and_found(disk: Disk, root: str, sought: Sought) -> Iterator[tuple[str, str, list[Span]]]:
    """Yield name, digest and spans of every file in lost+found that holds lines of what is sought, or pieces."""
    for name in disk.names(os.path.join(root, "lost+found")):
        data = disk.read(os.path.join(root, "lost+found", name))
        spans = [span for span in pieces(data, at_zeros=True) if sought.is_in_piece(data[slice(*span)])]
        if spans:
            yield f"lost+found/{name}", sha256(data).hexdigest(), spans


def pieces(data: bytes, *, at_zeros: bool = False) -> Iterator[Span]:
    """Cut bytes at line ends, before a record that begins inside a line, and perhaps behind zeros."""
    begin, marks, seam = 0, (RECORD, b"\0")[: 1 + at_zeros], _SEAM_OR_ZEROS if at_zeros else _SEAM
    while begin < len(data):
        end = data.find(b"\n", begin) + 1 or len(data)
        start = begin
        is_cut = any(data.find(mark, begin + 1, end) >= 0 for mark in marks)
        for found in seam.finditer(data, begin + 1, end) if is_cut else ():
            yield start, found.end()
            start = found.end()
        if start < end:
            yield start, end
        begin = end
