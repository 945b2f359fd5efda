"""What a batch changes among stories: sections that links say, titles that are proved, copies, stories carried on.

The records of the batch are completed before they are written; of stored stories that learn something the next revision
is written with the batch, at most one each. What is found depends on what lines say, not on the order they came in,
so the same sources give the same last answers in every order. How sure a title is makes no revision alone.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from newsarc.archive import Archive
from newsarc.archive.chain import Place, Stored
from newsarc.archive.copies import story_of
from newsarc.archive.filing import Fresh, Known, Lookup, written
from newsarc.archive.scanning import read_lines
from newsarc.archive.web import ArchiveWeb
from newsarc.errors import ArchiveDamaged
from newsarc.joining.learning import OWN, Record, learned, proved_by
from newsarc.kinship import named_by, naming
from newsarc.kinship.resolving import Resolver
from newsarc.query import Query, select

_FRESH = 1 << 60  # numbers of lines that are not written yet, behind all that are


class Joiner:
    """Joins each batch of one archive with what is stored; what it read of lines is kept for the next batch."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._web: ArchiveWeb | None = None
        self.revised = 0
        """Stored stories that learned something, in all batches."""

    def joined(self, fresh: list[Fresh], known: Known, histories: Lookup) -> list[Fresh]:
        """Return the records of a batch completed, and behind them the revisions of stored stories.

        Raises:
            IndexDamaged: What is known of the archive does not fit it.
        """
        if self._web is None:
            self._web = ArchiveWeb(self._archive.root, known)
        self._web.renew(known)
        batch = _Batch(self._archive, self._web, [json.loads(record) for record, _ in fresh], histories)
        completed = list(_completed(batch, fresh))
        revisions = list(batch.revisions())
        self.revised += len(revisions)
        for revision in revisions:
            histories(str(revision["id"])).add(story_of(revision))
        return [*completed, *((written(revision), None) for revision in revisions)]


def _completed(batch: "_Batch", fresh: list[Fresh]) -> Iterator[Fresh]:
    """Yield the records of the batch with what is learned of them."""
    for number, (record, original) in enumerate(fresh):
        changes = batch.complete(number)
        yield (written(batch.records[number]) if changes else record), original


class _Batch:
    """One batch in the web, and the stored stories it touches."""

    def __init__(self, archive: Archive, web: ArchiveWeb, records: list[dict[str, Any]], histories: Lookup) -> None:
        self.records = records
        self._archive = archive
        self._web = web
        self._histories = histories
        self._places: dict[str, Place | None] = {}
        marks = [web.add(record) for record in records]
        web.prepare(mark for one in marks for mark in (*map(naming, one.story), *map(named_by, one.links), *one.sketch))
        self._resolver = Resolver(web)

    def complete(self, number: int) -> bool:
        """Say in a record of the batch what is learned of it; tells whether that is anything."""
        record = self.records[number]
        changes = learned(record, self._resolver)
        record.update(changes)
        return bool(changes)

    def revisions(self) -> Iterator[dict[str, Any]]:
        """Yield the next revision of each stored story that learns something by the batch.

        A line that does not fit its chain is left alone: it is nothing to build on.
        """
        for name in dict.fromkeys(name for record in self.records for name in self._touched(record)):
            newest = self._newest(name)
            if newest is None:
                continue
            changes = learned(self._web.record(newest), self._resolver, is_stored=True)
            if changes:
                with suppress(ArchiveDamaged):
                    yield self._revision(newest, changes)

    def _touched(self, record: Record) -> Iterator[str]:
        """Yield the ids of stories that may learn something by a record."""
        for other, _ in self._resolver.alike(record):
            yield str(other["id"])
        for other, link in self._resolver.fitting(record):
            meant = self._resolver.meant(link)
            yield from (*meant.ids, *meant.candidates)
            if proved_by(link, record):
                yield str(other["id"])
        for link in record.get("related") or ():
            for name in self._resolver.meant(link).ids if link.get("category") else ():
                if not self._is_said(name, link["category"]):
                    yield name

    def _is_said(self, name: str, label: str) -> bool:
        """Tell whether one more voice for a section changes nothing: it won already, or others say it first."""
        newest = self._newest(name)
        record = self._web.record(newest) if newest else None
        return record is not None and (record["category_by"] in OWN or (record["category_by"], record["category"]) == (
            "linked", label,
        ))  # fmt: skip

    def _newest(self, name: str) -> Place | None:
        """Return where the newest line of an id lies; None where it is of the batch itself."""
        if name not in self._places:
            self._places[name] = self._found_newest(name)
        return self._places[name]

    def _found_newest(self, name: str) -> Place | None:
        tokens = self._web.story(name)
        places = [token for token in tokens if not isinstance(token, int)]
        if len(tokens) == 1:
            return places[0] if places else None
        lines = list(zip(places, read_lines(self._archive.root, places), strict=True))
        mine = [token for token in tokens if isinstance(token, int)]
        numbered = [
            Stored(Place(0, number, 0), written(self.records[number] | {"seq": _FRESH + number})) for number in mine
        ]
        [newest] = select([*(Stored(place, line) for place, line in lines), *numbered], Query())
        return newest if newest.segment else None

    def _revision(self, place: Place, changes: Mapping[str, Any]) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._archive.read_checked(place))
        del record["seq"], record["chain"]
        number = self._histories(str(record["id"])).following(record)
        return record | {**changes, "revision": number, "archived": None}
