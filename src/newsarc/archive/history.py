"""What is known of the lines of one id: enough to number the next one, however many there are."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple


class Story(NamedTuple):
    """A record, and the marks that tell whether another one is the same; worked out once."""

    record: dict[str, Any]
    marks: tuple[bytes, ...]
    """Of what its source said, and of the bytes it was read from where they are known."""


class _Alike(NamedTuple):
    """The latest revision with a mark; of equals the first."""

    revision: int
    place: int
    version: int
    category_by: str | None
    category: str | None


def story(record: dict[str, Any]) -> Story:
    """Work out the marks of a record."""
    from newsarc.wording import source_digest

    said, origin = bytes.fromhex(source_digest(record)), record.get("origin")
    if not origin:
        return Story(record, (said,))
    read_from = (origin["sha256"], origin["offset"], origin["length"], origin["format"])
    return Story(record, (said, blake2b(repr(read_from).encode("utf-8", "replace"), digest_size=16).digest()))


class History:
    """The lines of one id, oldest first; one costs half a kilobyte, however long it is."""

    def __init__(self, records: Iterable[dict[str, Any]] = ()) -> None:
        self.highest = 0
        """Number of a version."""
        self.word: str | None = None
        """The category that a person gave last."""
        self._lines = 0
        self._alike: dict[bytes, _Alike] = {}
        self._latest: dict[tuple[str, int], tuple[int, tuple[Any, ...]]] = {}
        for record in records:
            self.add(story(record))

    def __len__(self) -> int:
        """Count its lines."""
        return self._lines

    def add(self, one: Story) -> None:
        """Take the next line."""
        record = one.record
        revision, version = int(record["revision"]), record["version"]
        alike = _Alike(revision, -self._lines, version, record["category_by"], record["category"])
        for mark in one.marks:
            known = self._alike.get(mark)
            self._alike[mark] = alike if known is None else max(known, alike, key=lambda each: each[:2])
        counted = record["version_by"], version
        if counted not in self._latest or self._latest[counted][0] < revision:
            self._latest[counted] = revision, original_of(record)
        if record["category_by"] == "user":
            self.word = record["category"]
        self.highest = max(self.highest, version)
        self._lines += 1

    def like(self, one: Story) -> _Alike | None:
        """Return the latest revision that says the same or was read from the same bytes, None if there is none."""
        found = [self._alike[mark] for mark in one.marks if mark in self._alike]
        return max(found, key=lambda each: each[:2], default=None)

    def is_next(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record is the next revision of a version that is there, and names its original as it lies."""
        revision, original = self._latest.get((record["version_by"], record["version"]), (0, ()))
        is_there = all(known in (None, one) for known, one in zip(original, original_of(record), strict=False))
        return revision > 0 and revision == record["revision"] - 1 and is_there


def original_of(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """Name the original a record says it was read from, and where that lies; None where it is not said yet."""
    origin = record.get("origin") or {}
    return tuple(origin.get(key) for key in ("sha256", "pack", "pack_offset", "pack_length"))
