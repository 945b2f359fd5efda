"""XML messages out of a source, whatever its charset: cut, decoded, repaired and read; a fault in place of a bad one.

Every message is decoded by us, so that a declaration that lies, or `&#150;` for a dash, harms nothing.
"""

import codecs
import re
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from newsarc.encoding import byte_length, detect, mend
from newsarc.errors import SourceError, TooLarge
from newsarc.source import Source
from newsarc.splitting import Message, xml_elements

Element: TypeAlias = Any  # lxml ships no types

_DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>")
_DECLARED = re.compile(rb"""encoding\s*=\s*["']([A-Za-z][\w.:-]*)["']""")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LIKE_ASCII = re.compile(r"utf-8|iso8859-\d+|cp12\d\d|mac-roman|cp(?:437|850|852)|koi8-[ru]")
_AS_IN_BROWSERS = {"ascii": "cp1252", "iso8859-1": "cp1252"}
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}));")
_STROKE = "\u0338"  # NFC would melt it with the sign that ends a tag
_CP1252 = range(0x80, 0xA0)  # where browsers read cp1252
_SIGNS = (range(0xA0, 0xD800), range(0xE000, 0xFFFE), range(0x10000, 0x110000))  # what XML may hold beyond ASCII


class Document(NamedTuple):
    """One message: where its bytes are, its element, the codec they were read with, and what was doubtful."""

    offset: int
    length: int
    root: Element
    encoding: str
    warnings: tuple[str, ...] = ()


def documents(source: Source, *wanted: str) -> Iterator[Document | SourceError]:
    """Yield the outermost elements of some local names, whatever their prefix; a fault for each that cannot be read.

    Lazy; costs the memory of one message.

    Raises:
        EntitiesDeclared: A document type has declarations of its own.
        TooLarge: One message is so long that its end was not looked for.
        UnreadableSource: The source changed or failed since it was first read.
    """
    wide = next((codec for mark, codec in _WIDE.items() if source.head.startswith(mark)), None)
    names = frozenset(name.encode() for name in wanted)
    narrowed = _Narrowed(source.chunks(), wide) if wide else None
    chunks = narrowed.chunks() if narrowed else source.chunks()
    for message in xml_elements(chunks, source.name, source.longest, names):
        if isinstance(message, SourceError):
            yield message
            continue
        start, end = message.offset, message.offset + len(message.data)
        if narrowed:
            start, end = narrowed.place(start), narrowed.place(end)
        where = f"{source.name} at byte {start}"
        try:
            if len(message.data) > source.longest:
                raise TooLarge(where, f"one message has more than {source.longest:,} bytes")
            root, encoding, warnings = _read(message, where, is_utf_8=wide is not None)
        except SourceError as error:
            yield error
            continue
        yield Document(start, end - start, _inner(root, wanted), wide or encoding, warnings)


def _read(message: Message, where: str, *, is_utf_8: bool) -> tuple[Element, str, tuple[str, ...]]:
    """Read one message, and say with which codec, and what is doubtful."""
    from newsarc.markup import mend_xml

    declared = None if is_utf_8 else _DECLARED.search(_declaration_of(message))
    codec, text, warnings = _decode(message.data, declared[1].decode() if declared else "utf-8")
    before, after = (_DECLARATION.sub(b"", part).decode(codec, "replace") for part in (message.before, message.after))
    text, found = mend(_plain(text))
    root, is_mended = mend_xml(f"{before}{text}{after}".encode("utf-8", "replace"), where)
    return root, codec, tuple(dict.fromkeys((*warnings, *found, *["markup-repaired"] * is_mended)))


def _declaration_of(message: Message) -> bytes:
    found = _DECLARATION.search(message.before)
    return found[0] if found else b""


def _decode(data: bytes, declared: str) -> tuple[str, str, list[str]]:
    """Decode as declared, as browsers understand it; where that fails or is no charset we know, as the bytes look.

    >>> _decode("Käse".encode("latin-1"), "utf-8")
    ('cp1252', 'Käse', ['encoding-doubtful'])
    """
    try:
        known = codecs.lookup(declared).name
        codec = _AS_IN_BROWSERS.get(known, known)
        if _LIKE_ASCII.fullmatch(codec):
            return codec, data.decode(codec), []
    except (LookupError, UnicodeDecodeError):
        pass
    codec = detect([data])
    return codec, data.decode(codec, "replace"), ["encoding-doubtful"]


def _plain(text: str) -> str:
    """Write signs beyond ASCII in place of their numbers; a number that only cp1252 knows is read as that."""
    if "&#" in text:
        text = _REFERENCE.sub(_sign, text)
    return text.replace(f">{_STROKE}", f">&#{ord(_STROKE)};") if _STROKE in text else text


def _sign(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    if number in _CP1252:
        return bytes([number]).decode("cp1252", "ignore") or found[0]
    return chr(number) if any(number in signs for signs in _SIGNS) else found[0]


def _inner(root: Element, wanted: tuple[str, ...]) -> Element:
    """Go down to the message, which is the only thing in what stands around it."""
    while root.tag.rpartition("}")[2] not in wanted and len(root):
        root = root[0]
    return root


class _Narrowed:
    """UTF-16 as UTF-8, piece by piece, and where a byte of the one lies in the other."""

    def __init__(self, chunks: Iterator[bytes], codec: str) -> None:
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._pieces: deque[tuple[int, bytes]] = deque()
        """Where a piece begins as UTF-8, and itself; only those that may still be asked for."""
        self._asked = (0, 0)
        """The last place asked for, as UTF-8 and as UTF-16."""
        self._end = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the source as UTF-8; its byte order mark stays."""
        for chunk in self._chunks:
            yield self._narrow(self._decoder.decode(chunk))
        yield self._narrow(self._decoder.decode(b"", final=True))

    def _narrow(self, text: str) -> bytes:
        piece = text.encode("utf-8", "replace")
        self._pieces.append((self._end, piece))
        self._end += len(piece)
        return piece

    def place(self, offset: int) -> int:
        """Return the byte of the source that a byte of the UTF-8 stands for; asked in ascending order."""
        narrow, wide = self._asked
        while narrow < offset:
            start, piece = self._pieces[0]
            end = min(offset, start + len(piece))
            wide += byte_length(piece[narrow - start : end - start].decode("utf-8", "replace"), "utf-16")
            narrow = end
            if end == start + len(piece):
                self._pieces.popleft()
        self._asked = (narrow, wide)
        return wide
