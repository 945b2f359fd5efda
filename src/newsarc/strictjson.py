"""What JSON says, read strictly: one document after another with its bytes, and values of the kind they should be.

No key twice, no number that is none, no depth that breaks the reader; the text is decoded, repaired and without lone
surrogates before anything is made of it. What is of another kind than its field is named, never a crash.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from newsarc.encoding import decoder_of, detect, mend
from newsarc.errors import ParseError, SourceError, TooLarge
from newsarc.source import Source
from newsarc.splitting import json_values

_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ESCAPE = re.compile(r"\\\\|\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
                     r"|\\u(?P<code>[0-9a-fA-F]{4})")  # fmt: skip
_LARGEST = 2**63 - 1
_MOST_DIGITS = 4000
_LONGEST_KEY = 40  # characters of a key that a message names

_OWN = frozenset(("urn", "uri", "guid", "headline"))  # what has such a key is a message itself, and holds none
_SIGNS = re.compile(rb'"(?P<name>\w*)"\s*:\s*\[|"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)

Kind = Literal["text", "texts", "objects"]
Object = dict[str, Any]


class Document(NamedTuple):
    """One object of a source, where its bytes are, and what was repaired in it."""

    value: Object
    offset: int
    length: int
    encoding: str
    warnings: tuple[str, ...]


class _Bytes(NamedTuple):
    """The bytes of one message as UTF-8, and where they lie in the source, and on how many bytes of it."""

    offset: int
    length: int
    data: bytes


def documents(
    source: Source, lists: tuple[str, ...] = (), mended: Callable[[str], tuple[str, list[str]]] = mend
) -> Iterator[Document | SourceError]:
    """Yield the objects of a source of JSON: one alone, JSON Lines, a list, or those in one of the named `lists`.

    Lazy; offsets count bytes of the source. A fault stands in the place of what cannot be read.

    Raises:
        TooLarge: One message is longer than one may be.
    """
    names = tuple(name.encode() for name in lists)
    for found in _messages(source, names):
        document = found if isinstance(found, SourceError) else _document(source, found, mended)
        if isinstance(document, SourceError) or isinstance(found, SourceError):
            yield document
        elif any(isinstance(document.value.get(name), list) for name in lists) and not _OWN & document.value.keys():
            for part in _listed(source, found, names):
                yield part if isinstance(part, SourceError) else _document(source, part, mended)
        else:
            yield document


def _document(source: Source, found: _Bytes, mended: Callable[[str], tuple[str, list[str]]]) -> Document | SourceError:
    text, encoding = decoded(found.data)
    text, warnings = mended(unescaped(text))
    try:
        value = load(text, f"{source.name} at byte {found.offset}")
    except ParseError as error:
        return error
    return Document(value, found.offset, found.length, encoding, tuple(warnings))


def _messages(source: Source, lists: tuple[bytes, ...]) -> Iterator[_Bytes | SourceError]:
    """Cut a source into messages; UTF-16 is cut as UTF-8.

    Raises:
        TooLarge: One message, or a source in UTF-16, is longer than one may be.
    """
    codec = _WIDE.get(source.head[:2])
    if not codec:
        for message in json_values(source.chunks(), source.name, source.longest, lists):
            if isinstance(message, SourceError):
                yield message
            else:
                yield _Bytes(message.offset, len(message.data), message.data)
        return
    if source.size > source.longest:
        raise TooLarge(source.name, f"more than {source.longest:,} bytes of UTF-16; write it as UTF-8")
    data = b"".join(source.chunks())[2:].decode(codec, "replace").encode()
    place, offset = 0, 2
    for message in json_values([data], source.name, source.longest, lists):
        if isinstance(message, SourceError):
            yield message
            continue
        offset += _wide_length(data[place : message.offset])
        place = message.offset
        yield _Bytes(offset, _wide_length(message.data), message.data)


def _listed(source: Source, found: _Bytes, lists: tuple[bytes, ...]) -> Iterator[_Bytes | SourceError]:
    """Cut an object whose list is not the first thing in it."""
    size = _wide_length if source.head[:2] in _WIDE else len
    start = _start_of_list(found.data, lists)
    opening = b'{"%b":[' % lists[0]
    for message in json_values([opening + found.data[start:]], source.name, source.longest, lists):
        if isinstance(message, SourceError):
            yield ParseError(f"{source.name} at byte {found.offset}", message.why)
        else:
            before = found.data[: start + message.offset - len(opening)]
            yield _Bytes(found.offset + size(before), size(message.data), message.data)


def _start_of_list(data: bytes, lists: tuple[bytes, ...]) -> int:
    """Find where the members of an object's list begin."""
    depth = 0
    for token in _SIGNS.finditer(data):
        if token["name"] in lists and depth == 1:
            return token.end()
        depth += (token[0] in b"{[") - (token[0] in b"}]")
        depth += token["name"] is not None
    return len(data)


def _wide_length(data: bytes) -> int:
    return len(data.decode("utf-8", "replace").encode("utf-16-le"))


def decoded(data: bytes) -> tuple[str, str]:
    """Turn the bytes of a message into text, and name its codec; JSON is UTF-8, but not everybody knows."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        codec = detect([data])
        return decoder_of(codec).decode(data, final=True), codec


def unescaped(text: str) -> str:
    r"""Write the characters of JSON that stand as numbers as themselves, so that damage in them can be seen.

    Quotes, backslashes and controls stay as they are; NUL goes.

    >>> unescaped(r'"f\u00fcr \"\u0022 \\u0041 \ud83d\ude00"')
    '"für \\"\\u0022 \\\\u0041 😀"'
    """
    return _ESCAPE.sub(_character, text) if "\\u" in text else text


def _character(found: re.Match[str]) -> str:
    if found["high"]:
        return chr(0x10000 + ((int(found["high"], 16) - 0xD800) << 10) + int(found["low"], 16) - 0xDC00)
    if not found["code"]:
        return found[0]
    char = chr(int(found["code"], 16))
    return found[0] if char in '"\\' or (char < " " and char != "\0") else char.replace("\0", "")


def load(text: str, where: str) -> Object:
    """Read one object.

    Raises:
        ParseError: It is no JSON, no object, has a key twice, a number that is none, or lies too deep in itself.
    """
    try:
        value = _decoder.decode(text)
    except RecursionError as error:
        raise ParseError(where, "its lists and objects lie too deep in each other") from error
    except json.JSONDecodeError as error:
        raise ParseError(where, f"no JSON: {error.msg.lower()} (character {error.pos})") from error
    except ValueError as error:
        raise ParseError(where, f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ParseError(where, "an object was expected, something else found")
    return value


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f'the key "{twice[:_LONGEST_KEY]}" stands in it twice')
    return found


def _finite(digits: str) -> float:
    found = float(digits)
    if abs(found) == float("inf"):
        raise ValueError("a number is beyond all measure")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("a number is beyond all measure")
    return int(digits)


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_int=_whole, parse_constant=_refused, strict=False
)


def words(value: Any) -> str:
    """Return the text of a value without blanks around it: of a number as written; of anything else an empty one."""
    if isinstance(value, str):
        return value.strip()
    return "" if value is None or isinstance(value, bool | list | dict) else str(value)


def number(value: Any) -> int | None:
    """Return a whole number, also one written as text; None for anything else, and beyond 64 bits.

    >>> number("10"), number(True), number(2.5), number(10**30)
    (10, None, None, None)
    """
    text = words(value)
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > len(str(_LARGEST)):
        return None
    return int(text) if abs(int(text)) <= _LARGEST else None


def objects(value: Any) -> list[Object]:
    """Return the objects in a list; none where it is no list."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """Return the texts in a list, blank ones left out; none where it is no list."""
    return [text for part in value if (text := words(part))] if isinstance(value, list) else []


def leaves(value: Any) -> Iterator[str]:
    """Yield every text and number in a value, however deep, in its order."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict | list):
            waiting += reversed(list(part.values()) if isinstance(part, dict) else part)
        elif isinstance(part, bool):
            yield str(part).lower()
        elif text := words(part):
            yield text


def misfits(value: Object, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Yield the text of each field, or member of a list, that is not of its kind; null is of any."""
    for name, kind in kinds.items():
        found = value.get(name)
        if found is not None and not _fits(found, kind):
            wrong: Iterable[Any] = [found]
            if isinstance(found, list) and kind in _MEMBERS:
                wrong = [part for part in found if part is not None and not isinstance(part, _MEMBERS[kind])]
            yield " ".join(leaves(list(wrong)))


_MEMBERS: dict[Kind, Any] = {"texts": (str, int, float), "objects": dict}


def _fits(value: Any, kind: Kind) -> bool:
    if kind == "text":
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    return isinstance(value, list) and all(part is None or isinstance(part, _MEMBERS[kind]) for part in value)
