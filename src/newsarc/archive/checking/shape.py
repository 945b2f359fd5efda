"""What the bytes of a record look like: one pattern made from the model, so that a sound line is told in one pass.

The pattern is narrower than the model: what fits is a record, what does not is judged by `article.from_line`. Keys
have one order and values one type each, so it needs no way back and takes a time that grows with the line.
"""

import re
from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from newsarc.article import Article, Origin, from_line

_CONTROLS = bytes(range(32))
_ESCAPE = re.compile(rb'\\(?:["\\/bfnrt]|u(?:[\da-ce-fA-CE-F][\da-fA-F]{3}|[dD][0-7][\da-fA-F]{2}))')
_DAY = (
    rb"(?:[12]\d{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    rb"|[12]\d(?:0[48]|[2468][048]|[13579][26])-02-29)"
)
_SCALARS = {
    str: rb'"[^"]*+"',  # escapes, controls and bytes that are no UTF-8 are ruled out before
    bool: rb"(?:true|false)",
    float: rb"(?:[1-9](?:\.\d{1,30})?+e-[1-9]\d{0,2}+|0(?:\.\d{1,30})?+|1(?:\.0)?+)",  # a share
    AwareDatetime: rb'"%b' % _DAY + rb'T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\+0[0-3]:00"',
}
_COUNTS = {0: rb"(?:0|[1-9]\d{0,17})", 1: rb"[1-9]\d{0,17}"}
_DIGEST = rb'"[0-9a-f]{64}"'
_KEPT = ("sha256", "offset", "length", "pack", "pack_offset", "pack_length")


class Kept(NamedTuple):
    """What a record says of its original: the digest, the range in it, the member that holds it."""

    sha256: str
    offset: int
    length: int
    pack: int | None
    pack_offset: int | None
    pack_length: int | None


def read_kept(line: bytes) -> Kept | None:
    """Return what the record of a stored line says of its original, None if it has none.

    Raises:
        ValueError: The line is no record.
    """
    found = fitting(line)
    if found is None:
        origin = _article(line).origin
        return Kept(*(getattr(origin, name) for name in _KEPT)) if origin else None
    digest, *places = found.group(*_KEPT)
    if digest is None:
        return None
    offset, length, *member = [None if place in (None, b"null") else int(place) for place in places]
    return Kept(digest[1:-1].decode(), offset or 0, length or 0, *member)


def _article(line: bytes) -> Article:
    try:
        return from_line(line)
    except OverflowError as error:  # a moment that German time has no date for
        raise ValueError(str(error)) from error


def fitting(line: bytes) -> re.Match[bytes] | None:
    """Match a stored line, with its line end, against the pattern of a record; None says nothing yet."""
    if b"\\" in line:
        line = _ESCAPE.sub(b"~", line)
        if b"\\" in line:
            return None
    if len(line.translate(None, _CONTROLS)) != len(line) - 1:
        return None
    try:
        line.decode()
    except UnicodeDecodeError:
        return None
    return _pattern().fullmatch(line)


@cache
def _pattern() -> re.Pattern[bytes]:
    return re.compile(_object(Article)[:-1] + rb',"seq":[1-9]\d{0,17},"chain":"[0-9a-f]{64}"}\n')


def _object(model: type[BaseModel]) -> bytes:
    """Write the pattern of a model; a key that has a default may be absent, as in older lines, but for the first."""
    keys = []
    for number, (name, field) in enumerate(model.model_fields.items()):
        value = _value(field.annotation, field.metadata)
        if model is Origin and name in _KEPT:
            value = _DIGEST if name == "sha256" else value
            value = b"(?P<%b>%b)" % (name.encode(), value)
        key = b'%b"%b":%b' % (b"," * bool(number), (field.alias or name).encode(), value)
        keys.append(b"(?:%b)?+" % key if number and not field.is_required() else key)
    return b"{%b}" % b"".join(keys)


def _value(kind: Any, limits: Any = ()) -> bytes:
    """Write the pattern of a type.

    Raises:
        TypeError: The type, or its limit, has no pattern yet.
    """
    origin, inner = get_origin(kind), get_args(kind)
    form = _FORMS.get(origin)
    if form:
        return form(inner)
    if kind is int:
        return _COUNTS[max((getattr(limit, "ge", 0) for limit in limits), default=0)]
    if kind in _SCALARS and not (kind is str and limits):
        return _SCALARS[kind]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _object(kind)
    raise TypeError(f"{kind} has no pattern")


def _list(inner: tuple[Any, ...]) -> bytes:
    entry = _value(inner[0])
    return rb"\[(?:%b(?:,%b)*+)?+\]" % (entry, entry)


def _either(inner: tuple[Any, ...]) -> bytes:
    return b"(?:%b)" % b"|".join(b"null" if kind is type(None) else _value(kind) for kind in inner)


def _word(inner: tuple[Any, ...]) -> bytes:
    return b'"(?:%b)"' % b"|".join(re.escape(word.encode()) for word in inner)


_FORMS: dict[Any, Callable[[tuple[Any, ...]], bytes]] = {
    Annotated: lambda inner: _value(inner[0], inner[1:]),
    Literal: _word,
    UnionType: _either,
    Union: _either,
    tuple: _list,
}
