"""Which stories are one, and which of them stands for all: of updates the latest, of copies the first."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from newsarc.archive import Archive
from newsarc.archive.filing import id_of
from newsarc.kinship import mark_of_kin
from newsarc.query import Query
from newsarc.stories import Record, Stories, opened

_MOST = 10_000  # stories that are one
_AT_ONCE = 500  # lines
_ALONE = b'"same_as":null,"update_of":null,'


def standing(archive: Archive, lines: Iterable[bytes], query: Query) -> Iterator[bytes]:
    """Yield of the newest lines that a query asks for those that stand for their story; lazy.

    Raises:
        IndexUnusable: No index can be made.
    """
    lines = iter(lines)
    with opened(archive) as stories:
        while some := list(islice(lines, _AT_ONCE)):
            groups = Groups(stories, query)
            marks = {line: mark_of_kin(id_of(line)) for line in some}
            named = {mark for mark, tokens in stories.web.found(list(marks.values())).items() if tokens}
            for line in some:
                is_alone = _ALONE in line and marks[line] not in named
                if is_alone or groups.stands(json.loads(line)):
                    yield line
            stories.forget()


class Groups:
    """Answers for one question: only stories that it asks for can stand for others."""

    def __init__(self, stories: Stories, query: Query) -> None:
        self._stories = stories
        self._query = query
        self._standing: dict[str, str] = {}

    def stands(self, record: Record) -> bool:
        """Tell whether a newest record that was asked for stands for its story."""
        name = str(record["id"])
        if name not in self._standing:
            group = self._group(record)
            self._standing |= dict.fromkeys(group, self._chosen(group) if len(group) > 1 else name)
        return self._standing[name] == name

    def _group(self, record: Record) -> dict[str, Record]:
        """Return all stories that are one with this."""
        found = {str(record["id"]): record}
        waiting = [record]
        while waiting and len(found) < _MOST:
            for other in self._neighbours(waiting.pop()):
                if str(other["id"]) not in found:
                    found[str(other["id"])] = other
                    waiting.append(other)
        return found

    def _neighbours(self, record: Record) -> Iterator[Record]:
        """Yield the stories it repeats or carries on, and those that repeat it or carry it on."""
        for name in filter(None, (record.get("same_as"), record.get("update_of"))):
            if (other := self._stories.newest(name)) is not None:
                yield other
            else:  # what was erased still joins those that name it
                yield from self._naming(name)
        yield from self._naming(str(record["id"]))

    def _naming(self, name: str) -> Iterator[Record]:
        """Yield the stories that repeat one, or carry it on."""
        mark = mark_of_kin(name)
        for token in self._stories.web.found([mark])[mark]:
            other = self._stories.newest(str(self._stories.web.record(token)["id"]))
            if other is not None and name in (other.get("same_as"), other.get("update_of")):
                yield other

    def _chosen(self, group: dict[str, Record]) -> str:
        """Choose among those that are asked for: the latest update, and of its copies the first."""
        asked = [record for record in group.values() if self._query.matches(record)]
        texts: dict[str, list[Record]] = {}
        for record in asked:
            texts.setdefault(self._first(record, group), []).append(record)
        places = {name: self._stories.resolver.order(group.get(name, several[0])) for name, several in texts.items()}
        latest = max(texts, key=lambda name: places[name])
        return str(min(texts[latest], key=self._stories.resolver.order)["id"])

    def _first(self, record: Record, group: dict[str, Record]) -> str:
        """Return the id of the first copy of a text; it may be erased."""
        seen = set[str]()
        while record.get("same_as") in group and str(record["id"]) not in seen:
            seen.add(str(record["id"]))
            record = group[record["same_as"]]
        return str(record.get("same_as") or record["id"])
