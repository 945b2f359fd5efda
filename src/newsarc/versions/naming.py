"""How a person names a version: `2`, `2.1` with its revision, `p2` and `a2` where two count."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from newsarc.archive.chain import Place
from newsarc.errors import AmbiguousVersion, UnknownVersion

_NAME = re.compile(r"(?P<by>[pa]?)(?P<version>[0-9]{1,18})(?:\.(?P<revision>[0-9]{1,18}))?")
_COUNTS = {"p": "provider", "a": "archive"}
_MOST_NAMED = 20  # in a message


class Line(NamedTuple):
    """A stored line of a story: where it lies, which version it is of (who counted, its number), which revision."""

    place: Place
    version: tuple[str, int]
    revision: int


def names(versions: Sequence[Sequence[Line]]) -> dict[Line, str]:
    """Name each line as `named` takes it: with a letter only where two count a version of that number."""
    counted = Counter(lines[0].version[1] for lines in versions)
    return {
        line: f"{line.version[0][0] if counted[line.version[1]] > 1 else ''}{line.version[1]}.{line.revision}"
        for lines in versions
        for line in lines
    }


def named(word: str, versions: Sequence[Sequence[Line]]) -> Line:
    """Find the line that a person means: of a version alone its latest revision.

    Raises:
        UnknownVersion: It is none of these; names them.
        AmbiguousVersion: Both a provider and the archive counted it; says what to write.
    """
    found = _NAME.fullmatch(word)
    meant = [lines for lines in versions if found and _fits(found, lines[0])]
    if found and len(meant) > 1:
        number = word.lstrip("pa")
        raise AmbiguousVersion(word, f"its provider and the archive both count it; write p{number} or a{number}")
    revision = int(found["revision"]) if found and found["revision"] else None
    lines = [line for one in meant for line in one if revision in (None, line.revision)]
    if not lines:
        every = [*names(versions).values()]
        more = f" and {len(every) - _MOST_NAMED:,} more" if len(every) > _MOST_NAMED else ""
        raise UnknownVersion(word, f"it has {', '.join(every[-_MOST_NAMED:])}{more}")
    return lines[-1]


def _fits(found: re.Match[str], line: Line) -> bool:
    by, number = line.version
    return int(found["version"]) == number and _COUNTS.get(found["by"], by) == by
