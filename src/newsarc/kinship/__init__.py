"""What joins stories: which links name one, which texts are like it; and the numbers by which an index finds them.

`pointing` knows what a link says of its story, `likeness` how alike texts are, `resolving` which story a link means.
Works on stored lines as plain dictionaries; no model is loaded.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from newsarc.kinship.likeness import compared, sketch
from newsarc.kinship.pointing import Key, Record, link_keys, story_keys

_ROLES = ("title", "opening", "address", "minute")
_LINKS, _SKETCH, _KIN = len(_ROLES), 2 * len(_ROLES), 2 * len(_ROLES) + 1
_BITS = 43
_MOST_KNOWN = 8_192  # links that are remembered


class Marks(NamedTuple):
    """The numbers of a line, each of 47 bits."""

    story: tuple[int, ...]
    """By which it is found as a story."""
    links: tuple[int, ...]
    """Of the stories its links name."""
    sketch: tuple[int, ...]
    """Of its text."""
    kin: tuple[int, ...]
    """Of the story it is a copy of or carries on."""

    @property
    def all(self) -> set[int]:
        """All of them, each once."""
        return {*self.story, *self.links, *self.sketch, *self.kin}


def marks_of(record: Record) -> Marks:
    """Return the numbers of a record."""
    names = [mark for link in record.get("related") or () for mark in marks_of_link(link)]
    kin = (mark_of_kin(name) for name in (record.get("same_as"), record.get("update_of")) if name)
    return Marks(marks_of_story(record), tuple(dict.fromkeys(names)), tuple(marks_like(record)), tuple(kin))


def mark_of_kin(name: str) -> int:
    """Return the number of lines that are copies of a story or carry it on."""
    digest = blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()
    return _KIN << _BITS | int.from_bytes(digest, "big") >> (64 - _BITS)


def marks_of_story(record: Record) -> tuple[int, ...]:
    """Return the numbers by which a record is found as a story."""
    return tuple(map(_mark, story_keys(record)))


def marks_of_link(link: Record) -> tuple[int, ...]:
    """Return the numbers of a line that names a story by this link."""
    return _marks_of_link(
        link.get("title"), link.get("title_confidence"), link.get("teaser"), link.get("published"), link.get("url")
    )


@lru_cache(_MOST_KNOWN)
def _marks_of_link(*said: str | None) -> tuple[int, ...]:
    """Work out the numbers of a link, and remember them: a portal's footers name the same stories again and again."""
    return tuple(_mark(key, _LINKS) for key in link_keys(*said))


def marks_like(record: Record) -> list[int]:
    """Return the numbers that texts like this one have."""
    return [_SKETCH << _BITS | number for number in sketch(compared(record))]


def named_by(mark: int) -> int:
    """Return the number of the story that a link's number names."""
    return mark - (_LINKS << _BITS)


def naming(mark: int) -> int:
    """Return the number of links that name a story by its number."""
    return mark + (_LINKS << _BITS)


TITLES = (_LINKS << _BITS, (_LINKS + 1) << _BITS)
"""The numbers of links by minute and title: from the first to before the second."""
KIN = (_KIN << _BITS, (_KIN + 1) << _BITS)
"""The numbers of copies and of stories that carry others on."""


def _mark(key: Key, role: int = 0) -> int:
    return (_ROLES.index(key[0]) + role) << _BITS | key[1]
