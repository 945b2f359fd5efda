"""How NewsML-G2 names things: parts of the same namespace, codes as qcode or address, names in several languages."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from newsarc.markup import text_of

Element: TypeAlias = Any  # lxml ships no types

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES = "http://cv.iptc.org/newscodes/"
_SCHEMES = {
    "mediatopic": "medtop", "subjectcode": "subj", "pubstatusg2": "stat", "ninature": "ninat", "signal": "sig",
    "itemrelation": "irel", "headlinerole": "hld", "descriptionrole": "drol", "cpnature": "cpnat", "genre": "genre",
}  # fmt: skip
_NAME_ROLES = ("", "nrol:display", "nrol:full", "nrol:short")
_MOST_DIGITS = 18
_EMPTY = ("null", "None")  # what some programs print for nothing

Parts: TypeAlias = dict[str, list[Element]]


def parts_of(element: Element | None) -> Parts:
    """Return the children of an element's own namespace by their local names; others are extensions of somebody."""
    found: Parts = {}
    if element is None:
        return found
    own = element.tag.rpartition("}")[0]
    for child in element:
        space, _, name = child.tag.rpartition("}")
        if space == own:
            found.setdefault(name, []).append(child)
    return found


def part_of(parts: Parts, name: str) -> Element | None:
    """Return the first part of a name; None if there is none."""
    return next(iter(parts.get(name, ())), None)


def words_of(element: Element | None) -> str | None:
    """Return the text of an element; None where it is empty, or says no more than `null`."""
    if element is None:
        return None
    words = text_of(element) if len(element) else " ".join((element.text or "").split())
    return None if not words or words in _EMPTY else words


def code_of(element: Element | None, name: str = "qcode", address: str = "uri") -> str:
    """Return a code as `prefix:code`, whether it is given so or as an address of the IPTC; empty if it has none.

    An address of others stays one.
    """
    if element is None:
        return ""
    if code := (element.get(name) or "").strip():
        return str(code)
    given = (element.get(address) or "").strip()
    scheme, _, code = given.removeprefix(_CODES).rstrip("/").partition("/")
    return f"{_SCHEMES.get(scheme, scheme)}:{code}" if given.startswith(_CODES) and code else given


def tail_of(code: str) -> str:
    """Return what a code says without its scheme, in lower case.

    >>> tail_of("dpaednoterole:closingline"), tail_of("https://example.org/status/usable")
    ('closingline', 'usable')
    """
    return code.rstrip("/").rpartition("/")[2].rpartition(":")[2].lower()


def in_language(elements: Iterable[Element], language: str | None) -> list[Element]:
    """Return the elements of an item's language, else those that name none, else all."""
    every = list(elements)
    wanted = (language or "").lower().partition("-")[0]
    said = [(element.get(_XML_LANG) or "").lower().partition("-")[0] for element in every]
    found = [element for element, own in zip(every, said, strict=True) if own == wanted]
    return found or [element for element, own in zip(every, said, strict=True) if not own] or every


def language_of(element: Element) -> str | None:
    """Return the language an element names for what is in it."""
    return (element.get(_XML_LANG) or "").strip() or None


def name_of(concept: Element, language: str | None) -> str | None:
    """Return the name of a concept, as a reader would see it; its literal where it has no name."""
    names = in_language(parts_of(concept).get("name", ()), language)
    names.sort(key=lambda name: _rank(name.get("role") or ""))
    found = next(filter(None, map(words_of, names)), None)
    return found or (concept.get("literal") or "").strip() or None


def _rank(role: str) -> int:
    return _NAME_ROLES.index(role) if role in _NAME_ROLES else len(_NAME_ROLES)


def number_of(text: str | None) -> int | None:
    """Return a plain number; None for anything else, and for one that no machine counts to.

    >>> number_of("3"), number_of(" 12 "), number_of("1.5"), number_of("9" * 30)
    (3, 12, None, None)
    """
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else None
