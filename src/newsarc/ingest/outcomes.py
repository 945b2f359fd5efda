"""What became of sources: one outcome each, and the sum of a run."""

import json
from collections import Counter
from dataclasses import dataclass, field

from newsarc.archive.filing import Filed
from newsarc.errors import SourceError, UnreadableSource


@dataclass(slots=True)
class Outcome:
    """What became of one source: how many articles were what, or why it was not read."""

    name: str
    new: int = 0
    versions: int = 0
    revisions: int = 0
    unchanged: int = 0
    erased: int = 0
    """Articles whose id was erased by law, and stays refused."""
    error: SourceError | None = None
    is_kept: bool = True
    """Whether the bytes of a source that failed go to quarantine; not where a story in them was erased by law."""
    skipped: str | None = None
    """Why a file found in a folder was passed over, such as `binary`."""

    def add(self, filed: Filed) -> None:
        """Count one article."""
        name = _COUNTED[filed.what]
        setattr(self, name, getattr(self, name) + 1)


_COUNTED = {
    "new": "new", "version": "versions", "revision": "revisions", "unchanged": "unchanged", "erased": "erased"
}  # fmt: skip


@dataclass(slots=True)
class Summary:
    """What became of all sources of a run."""

    sources: int = 0
    new: int = 0
    versions: int = 0
    revisions: int = 0
    learned: int = 0
    """Stored stories that learned something from those that came: a section, a title, what they are a copy of."""
    unchanged: int = 0
    erased: int = 0
    quarantined: int = 0
    unreadable: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    exit_code: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one outcome; the worst exit code stays."""
        if outcome.skipped:
            self.skipped[outcome.skipped] += 1
            return
        self.sources += 1
        self.new += outcome.new
        self.versions += outcome.versions
        self.revisions += outcome.revisions
        self.unchanged += outcome.unchanged
        self.erased += outcome.erased
        if outcome.error is not None:
            is_unreadable = isinstance(outcome.error, UnreadableSource)
            self.quarantined += outcome.is_kept and not is_unreadable
            self.unreadable += is_unreadable
            self.exit_code = max(self.exit_code, outcome.error.exit_code)

    def skip(self, _path: str, reason: str) -> None:
        """Count a path that was passed over."""
        self.skipped[reason] += 1

    def sentence(self) -> str:
        """Say it in one line: "97 new, 2 unchanged, 1 in quarantine"."""
        counts = (
            (self.new, "new"),
            (self.versions, "new version" if self.versions == 1 else "new versions"),
            (self.revisions, "new reading" if self.revisions == 1 else "new readings"),
            (self.unchanged, "unchanged"),
            (self.learned, "of the archive learned from them"),
            (self.erased, "refused (erased)"),
            (self.quarantined, "in quarantine"),
            (self.unreadable, "not readable"),
        )
        said = [f"{count} {what}" for count, what in counts if count or what in ("new", "unchanged")]
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.skipped.items()))
        return ", ".join(said) + (f"; skipped {reasons}" if reasons else "")

    def line(self) -> bytes:
        """Return it as one line of JSON."""
        counts = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({**counts, "skipped": dict(sorted(self.skipped.items()))}).encode() + b"\n"
