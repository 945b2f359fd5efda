"""What is known of the lines of one id: enough to number the next one, however many there are."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from newsarc.archive.copies import Record, Story, is_counted, is_other_copy, story_of

_MINUTE = 60
_KEPT = (
    "id", "version", "version_by", "revision", "status", "published", "published_precision", "embargoed",
    "embargo_open", "category", "category_by",
)  # fmt: skip


class History:
    """The lines of one id, oldest first; one costs about a kilobyte, however long it is."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.highest = 0
        """Number of a version."""
        self.word: str | None = None
        """The category that a person gave last, unless it was taken back."""
        self.alternates: dict[str, None] = {}
        """Other ids its lines name."""
        self.cancels: list[Record] = []
        self._lines = 0
        self._marked: dict[bytes, list[Story]] = {}
        self._versions: dict[tuple[str, int], list[Story]] = {}
        self._minutes: dict[int, list[Story]] = {}
        self._latest: dict[tuple[str, int], tuple[int, tuple[Any, ...]]] = {}
        for record in records:
            self.add(story_of(record))

    def __len__(self) -> int:
        """Count its lines."""
        return self._lines

    def add(self, story: Story) -> None:
        """Take the next line."""
        record = story.record
        form = (record.get("origin") or {}).get("format")
        light = story._replace(record={**{key: record.get(key) for key in _KEPT}, "origin": {"format": form}})
        counted = record["version_by"], int(record["version"])
        for mark in story.marks:
            self._marked.setdefault(mark, []).append(light)
        self._hear(record, self._versions.setdefault(counted, []))
        self._versions[counted].append(light)
        if record.get("published"):
            self._minutes.setdefault(_minute(record), []).append(light)
        revision = int(record["revision"])
        if counted not in self._latest or self._latest[counted][0] < revision:
            self._latest[counted] = revision, original_of(record)
        if record["status"] == "canceled":
            self.cancels.append(record)
        self.alternates |= dict.fromkeys(record.get("alternate_ids") or ())
        self.highest = max(self.highest, counted[1])
        self._lines += 1

    def _hear(self, record: Record, before: list[Story]) -> None:
        """Take a person's word as it is said, and forget it as it is taken back: by what a version said before.

        A version that is read again says nothing new of it, whatever was said of later ones meanwhile.
        """
        last: Record = before[-1].record if before else {}
        said = record["category_by"], record["category"]
        if said == (last.get("category_by"), last.get("category")):
            return
        if record["category_by"] == "user":
            self.word = record["category"]
        elif last.get("category_by") == "user":
            self.word = None

    def alike(self, story: Story) -> list[Story]:
        """Return the lines that say the same or were read from the same bytes."""
        return [known for mark in story.marks for known in self._marked.get(mark, ())]

    def peers(self, story: Story) -> list[Story]:
        """Return the lines of the version that a record is a copy of: by its number, else by its moment.

        Of no number and no moment, none.
        """
        record = story.record
        if is_counted(record):
            return self._versions.get(("provider", int(record["version"])), [])
        if not record.get("published"):
            return []
        near = (known for minute in range(-1, 2) for known in self._minutes.get(_minute(record) + minute, ()))
        others = [known for known in near if is_other_copy(record, known.record)]
        counted = [int(known.record["version"]) for known in others if is_counted(known.record)]
        return self._versions[("provider", max(counted))] if counted else others

    def following(self, record: Record) -> int:
        """Return the number of the next revision of a record's version."""
        return self._latest[(record["version_by"], int(record["version"]))][0] + 1

    def is_next(self, record: Record) -> bool:
        """Tell whether a record is the next revision of a version that is there, and names its original as it lies."""
        revision, original = self._latest.get((record["version_by"], int(record["version"])), (0, ()))
        is_there = all(known in (None, one) for known, one in zip(original, original_of(record), strict=False))
        return revision > 0 and revision == record["revision"] - 1 and is_there


def _minute(record: Record) -> int:
    return int(datetime.fromisoformat(record["published"]).timestamp()) // _MINUTE


def original_of(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """Name the original a record says it was read from, and where that lies; None where it is not said yet."""
    origin = record.get("origin") or {}
    return tuple(origin.get(key) for key in ("sha256", "pack", "pack_offset", "pack_length"))
