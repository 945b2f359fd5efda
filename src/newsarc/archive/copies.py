"""When two records of one id are copies of one message, in the same words or in others, in one format or in two.

A provider's number names a version. An unnumbered copy in another format has its twin's number: the one of the same
moment.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

Record = Mapping[str, Any]
_WORD = re.compile(r"\w+")
_SAME_MOMENT = 2  # seconds by which the times of one message may differ in two formats
_MINUTE = 60


class Story(NamedTuple):
    """A record, with what tells whether another one is the same; worked out once."""

    record: Record
    digest: bytes
    """Of what its source said."""
    read_from: bytes | None
    """Digest of the bytes it was read from, where they are known."""
    words: bytes
    """Digest of the words of headline, lead and text."""

    @property
    def marks(self) -> tuple[bytes, ...]:
        """Return what it has in common with every copy in the same format."""
        return (self.digest,) if self.read_from is None else (self.digest, self.read_from)


def story_of(record: Record) -> Story:
    """Make a story of a record."""
    from newsarc.wording import source_digest

    origin = record.get("origin")
    place = (origin["sha256"], origin["offset"], origin["length"], origin["format"]) if origin else None
    said = bytes.fromhex(source_digest(record))
    return Story(record, said, _digest(repr(place)) if place else None, _digest(" ".join(_words(record))))


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def is_counted(record: Record) -> bool:
    """Tell whether its provider counted its version."""
    return bool(record["version_by"] == "provider")


def is_other_copy(one: Record, other: Record) -> bool:
    """Tell whether two records are of one moment, in two formats."""
    return _format_of(one) != _format_of(other) and _are_of_one_moment(one, other)


def is_same(story: Story, known: Story, *, is_peer: bool) -> bool:
    """Tell whether a record says nothing new beside a stored one, which may be of the same version."""
    if story.read_from is not None and story.read_from == known.read_from:
        return True
    if story.digest == known.digest:
        return is_peer or not is_counted(story.record)
    return is_peer and story.words == known.words and _is_same_in_another_format(story.record, known.record)


def _is_same_in_another_format(record: Record, known: Record) -> bool:
    """Compare two formats but for their words; a copy that may be used less than the stored one is not the same."""
    return (
        _format_of(record) != _format_of(known)
        and record["status"] == known["status"]
        and _embargo(record) in (_embargo(known), (None, False))
    )


def _embargo(record: Record) -> tuple[Any, Any]:
    return record.get("embargoed"), bool(record.get("embargo_open"))


def _words(record: Record) -> list[str]:
    """List the words of headline, lead and text, whatever their case and punctuation."""
    texts = (record["headline"], record["lead"], *(block["text"] for block in record["body"]))
    return _WORD.findall(unicodedata.normalize("NFC", "\n".join(filter(None, texts))).casefold())


def _format_of(record: Record) -> str | None:
    return (record.get("origin") or {}).get("format")


def _are_of_one_moment(one: Record, other: Record) -> bool:
    """Compare when two copies were published: to two seconds, or as exactly as both say it."""
    if not one["published"] or not other["published"]:
        return False
    first, last = sorted(datetime.fromisoformat(record["published"]).timestamp() for record in (one, other))
    is_to_the_minute = "minute" in (one.get("published_precision"), other.get("published_precision"))
    return last - first <= _SAME_MOMENT + is_to_the_minute * (_MINUTE - 1)
