"""Where one message ends and the next begins, in sources of many: JSON values and XML elements, cut as bytes.

Nothing is parsed here, so a broken message does not spoil its neighbours, and a source of any length costs the memory
of one message. Offsets count bytes of the source.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from newsarc.errors import EntitiesDeclared, ParseError, SourceError, TooLarge

_BLANK = b" \t\r\n\0\x7f"
_BETWEEN = (
    _BLANK + b",[]\x1e\xef\xbb\xbf"
)  # what may stand between objects: also RFC 7464's mark, and that of byte order
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|"', re.DOTALL)
_MEMBER = re.compile(rb"[{\]]")
_LIST = re.compile(rb'\{\s*"(?P<name>\w{1,50})"\s*:\s*\[')
_MARK = re.compile(rb"<!--|<!\[CDATA\[|</?(?:[\w.-]{1,100}:)?(?P<name>[\w.-]{1,100})(?=[\s/>])")
_CLOSING = re.compile(rb"\]\]>|</(?:[\w.-]{1,100}:)?(?P<name>[\w.-]{1,100})(?=[\s/>])")
_BRACKET = re.compile(rb'(?:[^{}\[\]"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([{}\[\]])', re.DOTALL)
_TAG = re.compile(rb"""<(?P<close>/?)(?:[\w.-]+:)?(?P<name>[\w.-]+)(?:[^<>"']|"[^"<]*"|'[^'<]*')*?(?P<empty>/?)>""")
_PIECE = 1 << 16  # bytes
_LONGEST_NAME = 300  # bytes of a name and what stands around it
_LEAPS = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))


class Message(NamedTuple):
    """The bytes of one message, and where they begin in the source."""

    offset: int
    data: bytes
    before: bytes = b""
    """XML: the declaration and the start tags around it, which declare its namespaces."""
    after: bytes = b""
    """XML: the end tags that close them."""

    @property
    def document(self) -> bytes:
        """Return it as a document of its own."""
        return self.before + self.data + self.after


class _Window:
    """The bytes in hand of a source; they grow at the end and are let go at the start."""

    def __init__(self, chunks: Iterable[bytes], name: str, longest: int) -> None:
        self._chunks = _pieces(chunks)
        self.name = name
        self._longest = longest
        self.data = b""
        self.offset = 0
        """Where in the source it begins."""

    def grow(self) -> bool:
        """Read on, at least as much as is in hand; False at the end of the source.

        Raises:
            TooLarge: One message is longer than one may be.
        """
        if len(self.data) > self._longest:
            raise TooLarge(f"{self.name} at byte {self.offset}", f"one message has more than {self._longest:,} bytes")
        more, wanted = [], len(self.data)
        for chunk in self._chunks:
            more.append(chunk)
            wanted -= len(chunk)
            if wanted <= 0:
                break
        self.data = b"".join((self.data, *more))
        return bool(more)

    def let_go(self, end: int) -> None:
        """Drop what lies before a place."""
        self.offset += end
        self.data = self.data[end:]

    def find(self, mark: bytes, start: int) -> int:
        """Find bytes from a place on, reading on for them; -1 if the source has none."""
        while (found := self.data.find(mark, start)) < 0:
            start = max(start, len(self.data) - len(mark) + 1)
            if not self.grow():
                return -1
        return found


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut chunks into pieces of a few messages, because what is in hand is copied with each message let go."""
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


def json_values(
    chunks: Iterable[bytes], name: str, longest: int, lists: tuple[bytes, ...] = ()
) -> Iterator[Message | SourceError]:
    r"""Yield the objects of JSON: one alone, JSON Lines, a list, or an object that holds them in one of `lists`.

    The list must be the first thing in its object; else the whole object is one message. What cannot be told apart
    (a bracket missing) is one message to the end of its line, in JSON Lines, or of the source. What stands between
    the objects of a list and is none is a fault; what follows a named list in its object is passed over.

    >>> [message.data for message in json_values([b'{"a":1}\n{"a":2}\n'], "x", 100)]
    [b'{"a":1}', b'{"a":2}']
    >>> [(message.offset, message.data) for message in json_values([b'{"item": [{"a":1}]}'], "x", 100, (b"item",))]
    [(10, b'{"a":1}')]
    """
    window = _Window(chunks, name, longest)
    window.grow()
    window.let_go(len(window.data) - len(window.data.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)))
    if window.data[:1] == b"[" or _opened(window, lists) or not _is_lines(window):
        yield from _objects(window, lists)
    else:
        yield from _lines(window)


def json_members(chunks: Iterable[bytes], name: str, longest: int, key: bytes) -> Iterator[Message | SourceError]:
    """Yield the objects in the list that an object has under a key, wherever in it the list stands.

    >>> cut = json_members([b'{"a": {"c": [{}]}, "c": [{"b": 1}, {"b": 2}], "d": {}}'], "x", 100, b"c")
    >>> [(message.offset, message.data) for message in cut]
    [(25, b'{"b": 1}'), (35, b'{"b": 2}')]
    """
    window = _Window(chunks, name, longest)
    wanted, last, depth = b'"' + key + b'"', b"", 0
    while window.grow():
        place = 0
        for token in _TOKEN.finditer(window.data):
            sign = token[0]
            if sign == b'"':  # a string that is not whole in the window yet
                break
            place = token.end()
            if sign == b"[" and depth == 1 and last == wanted:
                window.let_go(place)
                yield from _members(window)
                return
            depth += (sign in b"{[") - (sign in b"}]")
            last = sign
        window.let_go(place)


def _members(window: _Window) -> Iterator[Message]:
    """Yield object after object of a list, to its end."""
    while True:
        while not (found := _MEMBER.search(window.data)):
            if not window.grow():
                return
        if found[0] != b"{":
            return
        window.let_go(found.start())
        end = _end_of_value(window)
        if end < 0:
            end = len(window.data.rstrip(_BLANK))
        yield Message(window.offset, window.data[:end])
        window.let_go(end)


def _is_lines(window: _Window) -> bool:
    """Tell JSON Lines from an object over several lines: its first line is whole, or its second begins an object."""
    end = window.find(b"\n", 0)
    if end < 0 or window.data[:end].rstrip(_BLANK).endswith(b"}"):
        return True
    if end + 1 == len(window.data):
        window.grow()
    return end + 1 < len(window.data) and window.data[end + 1 : end + 2] == b"{"


def _opened(window: _Window, lists: tuple[bytes, ...]) -> int:
    """Return the end of what opens one of the lists, if the window begins with that; 0 if not."""
    found = _LIST.match(window.data)
    return found.end() if found and found["name"] in lists else 0


def _objects(window: _Window, lists: tuple[bytes, ...]) -> Iterator[Message | SourceError]:
    """Yield object after object, and those in one of the named lists; a fault for anything else."""
    is_wrapped = False
    while True:
        start = window.find(b"{", 0)
        between = window.data[:start] if start >= 0 else window.data
        if is_wrapped and between.lstrip(_BLANK + b",").startswith(b"]"):
            window.let_go(between.index(b"]") + 1)
            end = _end_of_value(window, depth=1)
            window.let_go(end if end >= 0 else len(window.data))
            is_wrapped = False
            continue
        if strange := between.strip(_BETWEEN):
            where = f"{window.name} at byte {window.offset + between.index(strange)}"
            yield ParseError(where, "an object was expected, something else found")
        if start < 0:
            return
        window.let_go(start)
        while len(window.data) < _LONGEST_NAME and window.grow():
            pass
        if wrapped := _opened(window, lists):
            window.let_go(wrapped)
            is_wrapped = True
            continue
        end = _end_of_value(window)
        if end < 0:
            end = len(window.data.rstrip(_BLANK))
        yield Message(window.offset, window.data[:end])
        window.let_go(end)


def _end_of_value(window: _Window, depth: int = 0) -> int:
    """Find the end of the object or list the window begins with, or is in already; -1 if the source ends in it."""
    place = 0
    while True:
        while found := _BRACKET.match(window.data, place):  # none in a string that is not whole in the window yet
            place = found.end()
            depth += 1 if found[1] in b"{[" else -1
            if depth <= 0:
                return place
        if not window.grow():
            return -1


def _lines(window: _Window) -> Iterator[Message]:
    """Yield each line that is not blank."""
    while window.data:
        end = window.find(b"\n", 0)
        line = window.data[: end + 1 or None]
        if data := line.strip(_BLANK):
            yield Message(window.offset + len(line) - len(line.lstrip(_BLANK)), data)
        window.let_go(len(line))
        if not window.data and not window.grow():
            return


def xml_elements(
    chunks: Iterable[bytes], name: str, longest: int, wanted: frozenset[bytes]
) -> Iterator[Message | SourceError]:
    """Yield the outermost elements of some local names, whatever their prefix, from bytes in an ASCII-like encoding.

    A document type is left out. An element that is not closed is a fault, and does not hide the next.

    Raises:
        EntitiesDeclared: A document type has declarations of its own.
        TooLarge: One element is longer than it may be.

    >>> cut = xml_elements([b'<a xmlns:x="y"><x:b/><x:b>1</x:b></a>'], "x", 100, frozenset([b"b"]))
    >>> [message.document for message in cut]
    [b'<a xmlns:x="y"><x:b/></a>', b'<a xmlns:x="y"><x:b>1</x:b></a>']
    """
    window = _Window(chunks, name, longest)
    around: list[tuple[bytes, bytes]] = []
    declaration, place = b"", 0
    while (place := window.find(b"<", place)) >= 0:
        if place > len(window.data) // 2:
            window.let_go(place)
            place = 0
        leap = _leap(window, place)
        if leap is not None and leap >= 0:
            if window.data.startswith(b"<?xml ", place):
                declaration = window.data[place:leap]
            place = leap
            continue
        tag = _tag(window, place) if leap is None else None
        if tag is None:
            yield ParseError(f"{name} at byte {window.offset + place}", "a tag or a comment has no end")
            return
        if tag["name"] in wanted and not tag["close"]:
            window.let_go(place)
            place = 0
            message = _element(window, tag, declaration, around)
            yield message
            if isinstance(message, SourceError) and not window.data:
                return
            continue
        if tag["close"]:
            del around[-1:]
        elif not tag["empty"] and not tag[0].startswith(b"<!"):
            around.append((tag[0], b"</" + tag[0][1:].split(None, 1)[0].rstrip(b">") + b">"))
        place += len(tag[0])


def _element(
    window: _Window, tag: re.Match[bytes], declaration: bytes, around: list[tuple[bytes, bytes]]
) -> Message | SourceError:
    """Cut off the element the window begins with; one without an end reaches to the next of its name."""
    offset, start = window.offset, tag[0]
    end, is_closed = (len(start), True) if tag["empty"] else _end_of_element(window, start, tag["name"])
    data = window.data[:end]
    window.let_go(end)
    if not is_closed:
        return ParseError(f"{window.name} at byte {offset}", f"<{tag['name'].decode()}> is not closed")
    before = declaration + b"".join(start for start, _ in around)
    return Message(offset, data, before, b"".join(end for _, end in reversed(around)))


def _leap(window: _Window, place: int) -> int | None:
    """Return the end of a comment, CDATA, instruction or document type; -1 if it has none, None if it is a tag.

    Raises:
        EntitiesDeclared: A document type has declarations of its own.
    """
    while len(window.data) - place < len(b"<![CDATA[") and window.grow():
        pass
    for start, end in _LEAPS:
        if window.data.startswith(start, place):
            found = window.find(end, place + len(start))
            return found + len(end) if found >= 0 else -1
    if window.data.startswith(b"<!", place):
        found = window.find(b">", place)
        if window.data.find(b"[", place, max(found, place)) >= 0:
            raise EntitiesDeclared(window.name, "its document type declares something of its own")
        return found + 1 if found >= 0 else -1
    return None


def _tag(window: _Window, place: int) -> re.Match[bytes] | None:
    """Match the tag at a place; None where there is none."""
    while True:
        end = window.data.find(b">", place)
        if end >= 0 and (found := _TAG.match(window.data, place)):
            return found
        if end >= 0 and window.data.find(b"<", place + 1, end) >= 0:
            return None
        if not window.grow():
            return None


def _end_of_element(window: _Window, start: bytes, name: bytes) -> tuple[int, bool]:
    """Find the end of the element the window begins with, and tell whether it is closed there.

    One that is not ends where the next begins that is written as it is, or with the source.
    """
    depth, place, written = 1, len(start), re.split(rb"[\s/>]", start, maxsplit=1)[0]
    while depth:
        found = _named(_MARK, window.data, place, name)
        if not found:
            place = max(place, len(window.data) - _LONGEST_NAME)
            if not window.grow():
                return len(window.data), False
            continue
        if found[0] == written:
            return found.start(), False
        is_cdata = found[0] == b"<![CDATA["
        leap = _end_of_cdata(window, found.end(), name) if is_cdata else _leap(window, found.start())
        if leap is None:
            tag = _tag(window, found.start())
            leap = tag.end() if tag else -1
            depth += 0 if not tag or tag["empty"] else -1 if tag["close"] else 1
        if leap < 0:
            return len(window.data), False
        place = leap
    return place, True


def _named(marks: re.Pattern[bytes], data: bytes, place: int, name: bytes) -> re.Match[bytes] | None:
    """Find the next mark that is a tag of a name, or none of any."""
    return next((found for found in marks.finditer(data, place) if found["name"] in (None, name)), None)


def _end_of_cdata(window: _Window, start: int, name: bytes) -> int:
    """Find the end of CDATA in an element; where its own is missing, the element's end tag; -1 if that is, too."""
    place = start
    while not (found := _named(_CLOSING, window.data, place, name)):
        place = max(start, len(window.data) - _LONGEST_NAME)
        if not window.grow():
            return -1
    return found.start() if found[0].startswith(b"</") else found.end()
