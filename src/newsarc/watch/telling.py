"""What is told of each file that was taken: one line, for people or for programs."""

import json
from datetime import datetime
from typing import NamedTuple

from newsarc.errors import NewsarcError, UnreadableSource
from newsarc.ingest import Outcome
from newsarc.zone import in_german_time

_COUNTS = {
    "new": ("new", "new"),
    "versions": ("new version", "new versions"),
    "revisions": ("new reading", "new readings"),
    "unchanged": ("unchanged", "unchanged"),
    "erased": ("refused (erased)", "refused (erased)"),
}


class Told(NamedTuple):
    """A file, or a member of one, and what became of it; without a file, what keeps the archive from taking any."""

    when: datetime
    file: str | None
    what: str
    """`taken`, `quarantined`, `unreadable`, `skipped`, `growing`, or `waiting`."""
    words: str
    """The same for people, with the reason."""
    outcome: Outcome | None = None

    def text(self) -> str:
        """Return it as a line for people."""
        where = "" if self.file is None else f"{self.file}: "
        return f"{_stamp(self.when)} {where}{self.words}"

    def line(self) -> str:
        """Return it as a line of JSON."""
        counts = {name: getattr(self.outcome, name, 0) for name in _COUNTS}
        why = self.words if self.what != "taken" else None
        said = {"time": _stamp(self.when), "file": self.file, "what": self.what, **counts, "why": why}
        return json.dumps(said, separators=(",", ":"))


def told(outcome: Outcome, when: datetime) -> Told:
    """Say what became of a source."""
    counted = [(getattr(outcome, name), words) for name, words in _COUNTS.items() if getattr(outcome, name)]
    is_one = sum(count for count, _ in counted) == 1
    parts = [one if is_one else f"{count} {one if count == 1 else many}" for count, (one, many) in counted]
    what = "taken"
    if outcome.skipped:
        what = "skipped"
        parts.append(f"passed over: {outcome.skipped}")
    elif outcome.error is not None:
        what, word = _failed(outcome)
        parts.append(f"{word}: {outcome.error.what}: {outcome.error.why}")
    return Told(when, outcome.name, what, ", ".join(parts) or "no article in it", outcome)


def _failed(outcome: Outcome) -> tuple[str, str]:
    if isinstance(outcome.error, UnreadableSource):
        return "unreadable", "tried again later"
    return ("quarantined", "in quarantine") if outcome.is_kept else ("skipped", "not kept")


def growing(path: str, when: datetime) -> Told:
    """Say that a file is not finished."""
    return Told(when, path, "growing", "still being written, left for the next time")


def waiting(error: NewsarcError, when: datetime) -> Told:
    """Say what keeps the archive from taking files for now."""
    return Told(when, None, "waiting", f"tried again later: {error}")


def _stamp(when: datetime) -> str:
    return in_german_time(when).isoformat(timespec="seconds")
