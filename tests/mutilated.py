"""JSON that was hurt on its way: every value replaced, cut anywhere, bytes changed; the same for a seed."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2.5, 10**30, "", " ", "x", "\ud800", "\0", "<p>", "&", [], {}, [[]], [None], [{}],
    {"a": 1}, "9" * 5000, "0000-00-00", "urn:", "<div>" * 300 + "tief", "2025-03-12T25:61:00+99:00",
)  # fmt: skip


def replaced(value: Any) -> Iterator[Any]:
    """Yield a document again and again, each time with one value in it replaced by an odd one."""
    for path in list(_paths(value, ())):
        for odd in ODD:
            yield _with(value, path, odd)


def hurt(data: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Yield bytes cut, changed, doubled, or with signs of JSON put in."""
    dice = Random(seed)
    for _ in range(count):
        place, end = sorted((dice.randrange(len(data)), dice.randrange(len(data))))
        odd = dice.choice(
            (b"{", b"}", b"[", b"]", b'"', b"\\", b",", b"\n", b"\xff", b"\0", b"NaN", b"\\ud800", b"<p>")
        )
        yield dice.choice((
            data[:place], data[place:], data[:place] + odd + data[place:], data[:place] + data[end:],
            data[:end] + data[place:], data[:place] + odd + data[place + len(odd) :],
        ))  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from _paths(part, (*path, key))


def _with(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    copy = json.loads(json.dumps(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = odd
    return copy
