"""How a source begins: what its first bytes show of JSON or XML, without parsing it.

A format asks this room, and compares; nothing here knows a format.
"""

import json
import re
from functools import lru_cache
from typing import NamedTuple

_FILLING = b" \t\r\n\v\f\0\x7f"
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_TOKEN = re.compile(rb'"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"|(?P<sign>[{}\[\],:])|(?P<plain>[^\s{}\[\],:"]+)', re.DOTALL)
_SKIPPED = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(rb"<(?:(?P<prefix>[\w.-]+):)?(?P<name>[\w.-]+)(?P<rest>[^>]*)")
_LIST = re.compile(rb"\[\s*[{\[]")
_LONGEST_VALUE = 200  # bytes of a value that is kept
_LONGEST_HEADER = 200  # bytes of a wire's header line
_HEADER_BEGINS = re.compile(rb"\x01?[^\s\d\x00-\x1f]{1,60}\d{3,4} \d [^\s\d]{1,12} \d")
_WIRE_HEADER = re.compile(
    r"\x01?(?P<dnst>[^\W\d]+?)(?P<dlfd>\d{3,4}) (?P<prio>\d) (?P<ress>[^\W\d_]{1,3}) (?P<wanz>\d+)\s+"
    r"(?:(?P<route>(?P<r>[a-z])(?P=r){3}[a-z])\s+)?(?P<agnt>[^\W\d][\w/-]*)\s+(?P<alfd>[\w#-]+)"
    r"(?:\s+(?P<bkind>[a-z]{2})\s+(?P<bnum>\d+))?\s*",
    re.IGNORECASE,
)
_LINES_TO_HEADLINE = 15  # behind the header, and as many as a headline block may have


class Root(NamedTuple):
    """The first element of XML or HTML: its local name as written, and its namespace, if it declares one."""

    name: str
    namespace: str


@lru_cache(2)
def beginning(head: bytes) -> bytes:
    """Return the first bytes of a source as UTF-8 or 8-bit text, without byte order mark, blanks and filling."""
    if codec := _WIDE.get(head[:2]):
        head = head[2:].decode(codec, "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(_FILLING)


def is_of_a_wire(head: bytes) -> bool:
    """Tell whether a source begins like a wire's message: with a control character or header, JSON or markup."""
    data = beginning(head)
    return data[:1] in (b"\x01", b"{", b"<") or bool(_LIST.match(data)) or begins_bare_message(data)


def wire_header(line: str) -> re.Match[str] | None:
    """Match the header line of the agencies' text wire.

    >>> wire_header("bdt0142 3 vm 98  dpa 0817 br 0801")["alfd"]
    '0817'
    """
    return _WIRE_HEADER.fullmatch(line) if len(line) <= _LONGEST_HEADER else None


def begins_bare_message(data: bytes, place: int = 0) -> bool:
    r"""Tell whether a message of the text wire begins here whose control characters were stripped.

    Its header line, and one of the next lines ends in the equals sign that closes the headline.

    >>> begins_bare_message(b"bdt0142 3 vm 98 dpa 0817\nTeich offen =\n")
    True
    """
    if not _HEADER_BEGINS.match(data, place):
        return False
    text = data[place : place + 4096].decode("utf-8", "replace")
    header, *lines = text.replace("\r", "\n" if "\n" not in text else "").split("\n", _LINES_TO_HEADLINE + 1)
    return bool(wire_header(header)) and any(line.rstrip().endswith("=") for line in lines[:_LINES_TO_HEADLINE])


@lru_cache(2)
def json_keys(head: bytes, *wrappers: str) -> dict[str, str]:
    """Return the keys of the first JSON object, and the text of those that are text; empty if it begins with none.

    An object in a list, or in the list below one of the `wrappers`, is looked into; it may be cut.

    >>> json_keys(b'{"item": [{"uri": "a", "n": 1, "c": {"d": 2}}]}', "item")
    {'item': '', 'uri': 'a', 'n': '', 'c': ''}
    >>> json_keys(b'[{"uri": "a"}, {"urn": "b"}]')
    {'uri': 'a'}
    """
    found: dict[str, str] = {}
    data = beginning(head)
    if data[:1] not in (b"{", b"["):
        return found
    key, depth, inner = "", 0, 0
    for token in _TOKEN.finditer(data):
        sign = token["sign"]
        if sign in (b"{", b"["):
            is_opened = depth == inner and (not found or key in wrappers)
            depth += 1
            inner = depth if is_opened else inner
            key = key if sign == b"[" else ""
        elif sign in (b"}", b"]"):
            depth -= 1
            if depth < inner:
                return found
        elif sign == b",":
            key = "" if depth == inner else key
        elif token["text"] is not None and depth == inner:
            if not key:
                key = _text(token["text"])
                found.setdefault(key, "")
            else:
                found[key] = found[key] or _text(token["text"])
    return found


def _text(raw: bytes) -> str:
    try:
        return str(json.loads(b'"' + raw + b'"'))[:_LONGEST_VALUE]
    except ValueError:
        return raw[:_LONGEST_VALUE].decode("utf-8", "replace")


@lru_cache(2)
def xml_root(head: bytes) -> Root | None:
    """Return the first element behind declaration, comments and document type; None if it begins with none.

    >>> xml_root(b'<?xml version="1.0"?><!-- a --><n:nitf xmlns:n="b">')
    Root(name='nitf', namespace='b')
    """
    data, place = beginning(head), 0
    if data[:1] != b"<":
        return None
    while skipped := _SKIPPED.match(data, place):
        place = skipped.end()
    found = _ROOT.match(data, place)
    if not found:
        return None
    declared = b"xmlns:" + found["prefix"] if found["prefix"] else b"xmlns"
    namespace = re.search(rb"\s" + re.escape(declared) + rb"\s*=\s*[\"']([^\"'>]*)", found["rest"])
    return Root(found["name"].decode("utf-8", "replace"), namespace[1].decode("utf-8", "replace") if namespace else "")
