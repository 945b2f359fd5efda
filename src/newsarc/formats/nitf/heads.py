"""What stands in the head of a document of NITF: its id, status, times, codes and rights, mostly in attributes."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from newsarc.markup import descendants, first, text_of
from newsarc.wires import news_id, signal_of, status_of

Element: TypeAlias = Any  # lxml ships no types

_DESKS = frozenset("pl wi vm ku sp rs dm i f s e c u x v pol eco fds cul alr nos".split())
_TOPIC = re.compile(r"\d{8}")
_DEEP_TOPIC = "2"  # Media Topics below the highest level begin with it; the highest are those of the old codes, too
_LONGEST_NUMBER = 18
_MOST_URGENT, _LEAST_URGENT = 1, 9
_NOWHERE: Any = {}


class Change(NamedTuple):
    """What a document says of the status of another one."""

    id: str
    status: str


class Head:
    """The head of a document, asked by name."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.head = first(root, "head")
        self.docdata = first(root, "head", "docdata")
        self.warnings: list[str] = []
        self._parts: dict[str, list[Element]] = {}
        for part in descendants(self.head, *_PARTS) if self.head is not None else ():
            self._parts.setdefault(part.tag.rpartition("}")[2], []).append(part)

    def all(self, name: str) -> list[Element]:
        """Return every part of a name, wherever in the head it stands."""
        return self._parts.get(name, [])

    def attribute(self, name: str, attribute: str) -> str:
        """Return an attribute of the first part of a name that has it; empty if none has."""
        values = ((part.get(attribute) or "").strip() for part in self.all(name))
        return next(filter(None, values), "")

    def management(self) -> tuple[dict[str, Any], Change | None]:
        """Read id, version, status, times and signals, and what it says of another document."""
        docdata = _NOWHERE if self.docdata is None else self.docdata
        own = news_id(self.attribute("doc-id", "id-string"))
        word = (docdata.get("management-status") or "").strip().lower()
        status, warnings = status_of(word)
        self.warnings += warnings
        change = _change(docdata)
        if change and change.id == own:
            status, change = status_of(change.status).status, None
        issue = next(filter(None, (self.attribute(*place) for place in _ISSUED)), "")
        signals = [word for one in self.all("correction") for word in signal_of("correction", one.get("info"))]
        fields: dict[str, Any] = {
            "id": own,
            "status": status,
            "published_text": issue or None,
            "signals": tuple(dict.fromkeys(signals)),
            **self._embargo(issue, is_said=word == "embargoed"),
            **self._version(),
        }
        return fields, change

    def _version(self) -> dict[str, Any]:
        printed = self.attribute("du-key", "version")
        if not printed:
            return {}
        if printed.isascii() and printed.isdigit() and len(printed) <= _LONGEST_NUMBER and int(printed):
            return {"version": int(printed), "version_by": "provider"}
        self.warnings.append("number-unreadable")
        return {}

    def _embargo(self, issue: str, *, is_said: bool) -> dict[str, Any]:
        """Read the release: the end of an embargo where the status says that there is one, or where it is later."""
        release = self.attribute("date.release", "norm")
        if is_said:
            return {"embargoed_text": release or None, "embargo_open": not release}
        if release and _moment(release) is None:
            self.warnings.append("date-unreadable")
        return {"embargoed_text": release} if _is_later(release, issue) else {}

    def codes(self) -> dict[str, Any]:
        """Read what is said in codes and lists: desk, subjects, genre, urgency, keywords, services, places."""
        topics = (one.get("tobject.subject.refnum") or "" for one in self.all("tobject.subject"))
        codes = (f"{_scheme(topic)}:{topic}" for topic in map(str.strip, topics) if _TOPIC.fullmatch(topic))
        services = ((one.get("fix-id") or "").strip() for one in self.all("fixture"))
        return {
            "category_text": self._desk(),
            "subjects": tuple(dict.fromkeys(codes)),
            "genre": self.attribute("tobject.property", "tobject.property.type") or None,
            "urgency": self._urgency(),
            "keywords": tuple(dict.fromkeys(self._keywords())),
            "services": tuple(dict.fromkeys(filter(None, services))),
            "places": tuple(dict.fromkeys(self._places())),
            "rights": self._rights(),
        }

    def _desk(self) -> str | None:
        """Return dpa's desk, which stands where others name an area; else what a `meta` calls category."""
        scopes = ((one.get("scope") or "").strip() for one in self.all("doc-scope"))
        named = (
            (one.get("content") or "").strip()
            for one in self.all("meta")
            if (one.get("name") or "").lower() == "category"
        )
        return next((scope for scope in scopes if scope.lower() in _DESKS), None) or next(filter(None, named), None)

    def _urgency(self) -> int | None:
        printed = self.attribute("urgency", "ed-urg")
        if len(printed) == 1 and printed.isascii() and printed.isdigit():
            number = int(printed)
            if _MOST_URGENT <= number <= _LEAST_URGENT:
                return number
        self.warnings += ["number-unreadable"] * bool(printed)
        return None

    def _keywords(self) -> Iterator[str]:
        """Yield keywords; one alone that holds slashes is dpa's slug."""
        words = [" ".join((one.get("key") or text_of(one)).split()) for one in self.all("keyword")]
        words = [word for word in words if word]
        if len(words) == 1 and "/" in words[0]:
            words = words[0].split("/")
        yield from (word for word in (word.strip("/ ") for word in words) if word)

    def _places(self) -> Iterator[str]:
        for place in self.all("evloc"):
            names = ((place.get(level) or "").strip() for level in ("city", "county-dist", "state-prov"))
            yield next(filter(None, (*names, text_of(place))), "")
        for place in self.all("location"):
            yield city_of(place)

    def _rights(self) -> str | None:
        found = [
            " ".join(filter(None, ((one.get(name) or "").strip() for name in names)))
            for part, names in (("doc.copyright", ("holder", "year")), ("doc.rights", ("owner", "limitations")))
            for one in self.all(part)
        ]
        return "\n".join(dict.fromkeys(filter(None, found))) or None

    def is_private_part_cut(self) -> bool:
        """Tell whether there are notes for editors alone: they are passed over, and so is the series they count."""
        return any((one.get("info") or text_of(one)).strip() for one in self.all("ed-msg"))

    def title(self) -> str | None:
        """Return the title of the document."""
        title = next(iter(self.all("title")), None)
        return " ".join("".join(title.itertext()).split()) or None if title is not None else None


_PARTS = (
    "title", "meta", "doc-id", "du-key", "date.issue", "date.release", "urgency", "doc-scope", "keyword", "fixture",
    "evloc", "location", "doc.copyright", "doc.rights", "ed-msg", "correction", "tobject.subject", "tobject.property",
    "pubdata",
)  # fmt: skip
_ISSUED = (("date.issue", "norm"), ("pubdata", "date.publication"))


def city_of(place: Element) -> str:
    """Return the city of a tagged place; all its words where it names none."""
    city = next(descendants(place, "city"), None)
    return text_of(place if city is None else city).replace("\n", " ")


def _change(docdata: Any) -> Change | None:
    """Read what a document does to another one: it can withhold or cancel it; that it may be used changes nothing."""
    other = news_id(docdata.get("management-doc-idref") or "")
    word = (docdata.get("management-idref-status") or "").strip().lower()
    return Change(other, word) if other and word and status_of(word).status != "usable" else None


def _scheme(topic: str) -> str:
    """Tell a Media Topic from one of the old subject codes, whose highest level has the same numbers."""
    return "medtop" if topic.startswith(_DEEP_TOPIC) or topic.endswith("000000") else "subj"


def _moment(printed: str) -> datetime | None:
    try:
        return datetime.fromisoformat(printed)
    except (ValueError, OverflowError):
        return None


def _is_later(release: str, issue: str) -> bool:
    """Compare two stamps; one without a zone is of the zone of the other. What is no stamp is not later."""
    one, other = _moment(release), _moment(issue)
    if one is None or other is None:
        return False
    if one.tzinfo is None or other.tzinfo is None:
        one, other = (moment.replace(tzinfo=one.tzinfo or other.tzinfo) for moment in (one, other))
    return one > other
